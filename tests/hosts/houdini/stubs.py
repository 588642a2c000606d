"""The names that `hou` really has, read from the published stubs (types-houdini, of Houdini 21.0.512)."""

from __future__ import annotations

import ast
import functools
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

CLASS = re.compile(r"class (\w+)(?:\(([^)]*)\))?:")
MEMBER = re.compile(r"    (?:def )?(\w+)\s*(?:\(|:)")


@functools.lru_cache(maxsize=1)
def source_lines() -> tuple[str, ...]:
    found = importlib.util.find_spec("hou-stubs")
    if found is None or not found.submodule_search_locations:
        pytest.skip("types-houdini is not installed: `.venv/bin/pip install -r requirements-test.txt`")
    return tuple((Path(found.submodule_search_locations[0]) / "__init__.pyi").read_text("utf-8").splitlines())


@functools.lru_cache(maxsize=1)
def _classes() -> dict[str, tuple[tuple[str, ...], dict[str, str]]]:
    """By name: the bases, and the line of each member."""
    found: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {"": ((), {})}
    members = found[""][1]
    for line in source_lines():
        opened = CLASS.match(line)
        if opened:
            members = {}
            found[opened[1]] = (tuple(base.strip() for base in (opened[2] or "").split(",") if base), members)
            found[""][1][opened[1]] = line
        elif line.startswith("def "):
            members = found[""][1]
            members[line[4 : line.index("(")]] = line
        else:
            member = MEMBER.match(line)
            if member and members is not found[""][1]:
                members[member[1]] = line.strip()
    return found


NEWER = frozenset({"OpNode", "OpNodeType", "OpNodeTypeCategory", "OpNodeConnection"})
"""Classes that the stubs have and Houdini 19.5 and 20.0 do not: there hou.Node and its like have their methods
[https://www.sidefx.com/docs/houdini20.0/hom/hou/Node.html; OpNode came with APEX nodes in 20.5]. Types only."""


def members(name: str) -> dict[str, str]:
    """What the class of that name has, its bases' members with it; "" is the module."""
    bases, own = _classes()[name]
    found: dict[str, str] = {}
    for base in bases:
        if base in _classes():
            found.update(members(base))
    return {**found, **own}


def parameters(line: str) -> list[str]:
    """The names of a function's parameters, without `self`."""
    tree = ast.parse(line.strip().rstrip(":").removesuffix("...").rstrip().rstrip(":") + ": ...")
    assert isinstance(tree.body[0], ast.FunctionDef)
    return [each.arg for each in tree.body[0].args.args if each.arg != "self"]


def unknown_parameters(line: str, places: list[str], names: list[str]) -> Iterator[str]:
    """Those that the stub's function does not have: `places` each in that place, `names` (keyword-only) anywhere."""
    real = parameters(line)
    for place, name in enumerate(places):
        if place >= len(real) or real[place] != name:
            yield name
    yield from (name for name in names if name not in real)
