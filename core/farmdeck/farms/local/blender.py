"""Blender: the installed program, or the bpy module of a Python."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path, PurePath

from ...launch import clean_environment
from .application import Application, Order, Run, task_text

SCRIPT = Path(__file__).with_name("render_blender.py")
ASK_SECONDS = 60
_BPY_VERSION = "import importlib.metadata as m; print('Blender', m.version('bpy'))"
_USUAL: Mapping[str, tuple[str, ...]] = {
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


def program_order(program: str, run: Run) -> Order:
    """Blender with our script."""
    task = str(PurePath(run.scratch) / "task.json")
    limit = ("-t", str(run.threads)) if run.threads else ()
    start = (program, "-b", "-noaudio", "--factory-startup", *limit, "-y", run.scene)
    return Order((*start, "-P", str(SCRIPT), "--", task), {task: _task(run)}, tells=True)


def module_order(program: str, run: Run) -> Order:
    """A Python that has bpy, with our script."""
    task = str(PurePath(run.scratch) / "task.json")
    return Order((program, "-I", str(SCRIPT), "--", task), {task: _task(run)}, tells=True)


def ask_version(*command: str) -> str:
    """`4.5.15`, or "" when it is not a Blender or does not answer."""
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


def _task(run: Run) -> str:
    return task_text(
        {
            "scene": run.scene,
            "address": list(run.part.address),
            "camera": run.part.camera,
            "name": PurePath(run.part.output).name,
            "frames": [{"number": number, "folder": folder} for number, folder in run.folders.items()],
        }
    )


BLENDER = Application(
    name="Blender",
    key="blender",
    programs=("blender",),
    usual=_USUAL,
    version=lambda program: ask_version(program, "--version"),
    order=program_order,
)
BPY = Application(
    name="Blender",
    key="bpy",
    programs=(),
    usual={},
    version=lambda program: ask_version(program, "-I", "-c", _BPY_VERSION),
    order=module_order,
    label=" (bpy)",
)
