"""What the published stubs (package maya-stubs) say that Maya has: commands with flags, classes with their names."""

from __future__ import annotations

import re
from functools import cache
from importlib.metadata import distribution


@cache
def text(module: str) -> str:
    """The stub of `cmds`, `api.OpenMaya`, …"""
    path = "maya-stubs/" + module.replace(".", "/")
    files = {str(file): file for file in distribution("maya-stubs").files or ()}
    file = files.get(path + ".pyi") or files[path + "/__init__.pyi"]
    return str(file.read_text(encoding="utf-8"))


@cache
def flags(command: str) -> frozenset[str] | None:
    """The flags of a command of `maya.cmds`, in their long form; None where there is no such command."""
    found = re.findall(rf"^def {command}\((.*?)\) -> ", text("cmds"), re.MULTILINE | re.DOTALL)
    if not found:
        return None
    return frozenset(name for body in found for name in re.findall(r"(\w+): ", body) if not name.startswith("arg"))


@cache
def members(module: str, owner: str) -> frozenset[str]:
    """The names in a class; none where there is no such class."""
    found = re.search(rf"^class {owner}\b[^\n]*\n(.*?)(?=^\S|\Z)", text(module), re.MULTILINE | re.DOTALL)
    return frozenset(re.findall(r"^    (?:def )?(\w+)", found[1], re.MULTILINE)) if found else frozenset()


@cache
def functions(module: str) -> frozenset[str]:
    """The functions of a module."""
    return frozenset(re.findall(r"^def (\w+)\(", text(module), re.MULTILINE))
