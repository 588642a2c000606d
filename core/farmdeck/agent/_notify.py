"""Tells the person at the desk that a job has ended, with what the desktop has for that."""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from ..job import Job
from ..launch import clean_environment

LOG = logging.getLogger(__name__)
SECONDS = 5.0


def notify_ended(job: Job) -> None:
    """`sq010 is done: 117 frames.` on the desktop; a machine that has no way to say it is left in peace."""
    command = _command(*_words(job), which=_programs())
    if command is None:
        return
    quiet: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    if sys.platform == "win32":
        quiet["creationflags"] = subprocess.CREATE_NO_WINDOW
    try:
        subprocess.run(command, env=clean_environment(), timeout=SECONDS, check=False, **quiet)
    except (OSError, subprocess.TimeoutExpired) as exc:
        LOG.info("no notification: %s", exc)


def _words(job: Job) -> tuple[str, str]:
    """Title and sentence."""
    frames = f"{job.done:,} {'frame' if job.done == 1 else 'frames'}"
    if job.failed:
        return f"{job.name}: {job.words}", f"{frames} done, {job.failed:,} failed on {job.farm}. Retry them?"
    return f"{job.name} is done", f"{frames} from {job.farm}, in {PurePath(job.output).name or job.output}."


def _programs() -> Mapping[str, str]:
    names = {"linux": ("notify-send",), "darwin": ("osascript",), "win32": ("powershell",)}.get(sys.platform, ())
    return {name: path for name in names if (path := shutil.which(name))}


def _command(title: str, text: str, which: Mapping[str, str]) -> list[str] | None:
    """The words travel as arguments, never inside a script."""
    if "notify-send" in which:
        return [which["notify-send"], "--app-name=Farmdeck", "--", title, text]
    if "osascript" in which:
        lines = ["on run {said, name}", "display notification said with title name", "end run"]
        script = [word for line in lines for word in ("-e", line)]
        return [which["osascript"], *script, text, title]
    if "powershell" in which:
        script_text = (
            "& {param($name, $said) Add-Type -AssemblyName System.Windows.Forms, System.Drawing; "
            "$icon = New-Object System.Windows.Forms.NotifyIcon; "
            "$icon.Icon = [System.Drawing.SystemIcons]::Information; $icon.Visible = $true; "
            "$icon.ShowBalloonTip(4000, $name, $said, 'Info'); Start-Sleep -Milliseconds 4000; $icon.Dispose()}"
        )
        quoted = [f"'{word.replace(chr(39), chr(39) * 2)}'" for word in (title, text)]
        return [which["powershell"], "-NoProfile", "-Command", script_text, *quoted]
    return None
