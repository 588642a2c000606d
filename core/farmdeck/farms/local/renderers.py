"""Installed renderers: Blender programs, and Python interpreters that have the bpy module."""

from __future__ import annotations

import glob
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...environments import RenderEnv, version_key
from ...launch import clean_environment
from ...scene import Software

ASK_SECONDS = 60
_BPY_VERSION = "import importlib.metadata as m; print('Blender', m.version('bpy'))"
_USUAL = {
    "linux": (
        "/usr/bin/blender",
        "/usr/local/bin/blender",
        "/opt/blender*/blender",
        "/snap/bin/blender",
        "~/blender*/blender",
    ),
    "darwin": (
        "/Applications/Blender*.app/Contents/MacOS/Blender",
        "~/Applications/Blender*.app/Contents/MacOS/Blender",
    ),
    "win32": ("C:\\Program Files\\Blender Foundation\\Blender *\\blender.exe",),
}


@dataclass(frozen=True)
class Renderer:
    """Something that renders .blend files."""

    version: str
    program: str
    """Absolute path of a Blender, or of a Python that has bpy."""
    module: bool
    """True for the bpy module."""

    def command(self, script: str, scene: str, task: str, threads: int) -> list[str]:
        """The command that runs our render script on a task."""
        if self.module:
            return [self.program, "-I", script, "--", task]
        limit = ["-t", str(threads)] if threads else []
        return [self.program, "-b", "-noaudio", "--factory-startup", *limit, "-y", scene, "-P", script, "--", task]

    def environment(self) -> RenderEnv:
        """As the panel shows it."""
        name = f"Blender {self.version}" + (" (bpy)" if self.module else "")
        return RenderEnv(name=name, software=Software("Blender", self.version), program=self.program)


def find_renderers(settings: Mapping[str, Any], cache: Path, environ: Mapping[str, str] = os.environ) -> list[Renderer]:
    """Every renderer here, newest version first; programs before the module of the same version.

    Asking a program for its version takes a moment, so answers are kept in `cache` (a JSON file) for as long as the
    program's size and mtime stay.
    """
    known = _read_cache(cache)
    found: dict[str, Renderer] = {}
    answers: dict[str, str] = {}
    for program, module in _candidates(settings, environ):
        key = _cache_key(program, module)
        if key is None or os.path.realpath(program) in found:
            continue
        version = known.get(key) or ask_version(program, module)
        if version:
            answers[key] = version
            found[os.path.realpath(program) if not module else program] = Renderer(version, program, module)
    if answers != known:
        _write_cache(cache, answers)
    return sorted(
        found.values(), key=lambda renderer: (version_key(renderer.version), not renderer.module), reverse=True
    )


def ask_version(program: str, module: bool) -> str:
    """`4.5.15`, or "" when it is not a Blender or does not answer."""
    command = [program, "-I", "-c", _BPY_VERSION] if module else [program, "--version"]
    try:
        said = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=ASK_SECONDS,
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return ""
    match = re.search(r"^Blender (\d+\.\d+(?:\.\d+)?)", said.stdout, re.MULTILINE)
    return match.group(1) if match and said.returncode == 0 else ""


def _candidates(settings: Mapping[str, Any], environ: Mapping[str, str]) -> Iterator[tuple[str, bool]]:
    """(program, is the bpy module): settings first, then the environment, PATH and the usual places."""
    for program in [*_listed(settings.get("blender")), *environ.get("FARMDECK_BLENDER", "").split(os.pathsep)]:
        yield program, False
    on_path = shutil.which("blender", path=environ.get("PATH", os.defpath))
    if on_path and settings.get("search", True):
        yield on_path, False
    for pattern in _USUAL.get(sys.platform, ()) if settings.get("search", True) else ():
        for program in sorted(glob.glob(os.path.expanduser(pattern))):
            yield program, False
    for program in [*_listed(settings.get("bpy")), *environ.get("FARMDECK_BPY_PYTHON", "").split(os.pathsep)]:
        yield program, True


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(item) for item in value or ()]


def _cache_key(program: str, module: bool) -> str | None:
    try:
        info = os.stat(program)
    except OSError:
        return None
    return f"{program}|{module}|{info.st_size}|{info.st_mtime_ns}" if program else None


def _read_cache(path: Path) -> dict[str, str]:
    try:
        doc = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in doc.items()} if isinstance(doc, dict) else {}


def _write_cache(path: Path, answers: Mapping[str, str]) -> None:
    fresh = path.with_suffix(f".{os.getpid()}")
    fresh.write_text(json.dumps(answers, indent=1), encoding="utf-8")
    fresh.replace(path)
