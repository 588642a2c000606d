# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers, paths and sentences as the panel says them."""

from __future__ import annotations

import os
import re
import time

from ._core import Job


def count(number: int, noun: str) -> str:
    """`1 frame`, `12 frames`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def size_text(size: float) -> str:
    """`440 MB`, `1.21 GB`."""
    for unit in ("bytes", "KB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.2f} GB"


def duration_text(seconds: float) -> str:
    """`57 s`, `12 m`, `3 h 06 m`."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} m" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} m"


def time_left(job: Job, now: float | None = None) -> str:
    """`12 m left`, judged by what is done; "" while that says little."""
    if job.started is None or job.fraction < 0.02 or job.state.at_rest:
        return ""
    gone = (time.time() if now is None else now) - job.started
    return f"about {duration_text(gone * (1 - job.fraction) / job.fraction)} left"


def near_path(path: str, file: str = "") -> str:
    """`//render/v003` for what lies beside the scene, as Blender writes it; else the path itself."""
    folder = os.path.dirname(file)
    return "//" + os.path.relpath(path, folder) if folder and path.startswith(folder + os.sep) else path


def lines_of(text: str, columns: int) -> list[str]:
    """The text in lines of at most `columns` letters, broken after spaces and after the slashes of paths."""
    lines = [""]
    for piece in re.findall(r"[^\s/\\\\]*(?:[/\\\\]+|\s+|$)", text):
        if lines[-1] and len(lines[-1]) + len(piece.rstrip()) > columns:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines if line.strip()] or [""]
