"""Switching an add-on of Blender on and off.

A Blender that is at hand is run once, without a window, so that it changes its own settings; where only the settings
folder is known, a note is left that the next start with a window reads once and removes.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from farmdeck.launch import clean_environment

from .writing import writing

NOTE_NAME = "farmdeck_enable.py"
ENABLE_SECONDS = 120

_ENABLE = """
import addon_utils, bpy
name = {name!r}
if hasattr(addon_utils, "extensions_refresh"):
    addon_utils.extensions_refresh()
done = addon_utils.enable(name, default_set=True, persistent=True) is not None
bpy.ops.wm.save_userpref()
print("farmdeck:", "done" if done else "failed")
"""
_DISABLE = """
import addon_utils, bpy
addon_utils.disable({name!r}, default_set=True)
bpy.ops.wm.save_userpref()
print("farmdeck: done")
"""
_NOTE = '''# SPDX-License-Identifier: GPL-3.0-or-later
"""Left by `farmdeck install blender`: enables the add-on at the next start with a window, then removes itself."""

import os

import addon_utils
import bpy


def _enable():
    if addon_utils.enable({name!r}, default_set=True, persistent=True) is not None:
        bpy.ops.wm.save_userpref()
    os.remove(__file__)


def register():
    if not bpy.app.background and not getattr(bpy.app, "factory_startup", False):
        bpy.app.timers.register(_enable, first_interval=0.1)


def unregister():
    if bpy.app.timers.is_registered(_enable):
        bpy.app.timers.unregister(_enable)
'''


def switch_on(program: str, module: str, scripts: Path, environ: Mapping[str, str]) -> str:
    """Enable `module`, now or by a note in the user's `scripts` folder; how, for a person. Raises InstallError."""
    note = scripts / "startup" / NOTE_NAME
    if program and _run(program, _ENABLE.format(name=module), environ):
        with writing(note):
            note.unlink(missing_ok=True)
        return "switched on"
    with writing(note):
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(_NOTE.format(name=module), encoding="utf-8")
    return "switched on at the next start"


def switch_off(program: str, module: str, environ: Mapping[str, str]) -> None:
    """Take it out of Blender's settings, while Blender can still find it."""
    _run(program, _DISABLE.format(name=module), environ)


def remove_note(module: str, scripts: Path) -> None:
    """The note, where it is as it was written. Raises InstallError."""
    note = scripts / "startup" / NOTE_NAME
    with writing(note):
        if note.is_file() and note.read_text(encoding="utf-8") == _NOTE.format(name=module):
            note.unlink()


def _run(program: str, code: str, environ: Mapping[str, str]) -> bool:
    """Let Blender itself change its settings; False when it would not."""
    kept = {name: value for name, value in environ.items() if name.startswith("BLENDER_")}
    command = [program, "--background", "-noaudio", "--python-exit-code", "1", "--python-expr", code]
    try:
        done = subprocess.run(
            command,
            env={**clean_environment(environ), **kept},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=ENABLE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and "farmdeck: done" in done.stdout
