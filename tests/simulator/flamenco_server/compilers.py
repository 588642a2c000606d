"""Job types of dialects A', C and B: a job's settings, a JSON text, become tasks with a frame range as their name.

Source: `job_compilers/` of 4d509f3c and of 6bb7af78^. The tiled type and those for caches and OpenGL are left out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from .answers import Crash
from .dispatch import chunks
from .farm import Farm, next_id
from .records import Job, Task

KEYS = ("filepath", "render_settings", "format", "command_name")
RANGES = ("simple_blender_render",)
LISTS = ("blender_simple_render", "blender_simple_render_turbo")


def read_settings(text: str | None) -> dict[str, Any]:
    """A job's settings. Raises Crash for what is no JSON object."""
    try:
        settings = json.loads(text or "")
    except ValueError:
        raise Crash from None
    if not isinstance(settings, dict):
        raise Crash
    return settings


def compile_job(farm: Farm, job: Job, status: str) -> None:
    """Make a job's tasks; an unknown type has none. Raises Crash when a key is missing."""
    if job.type not in farm.dialect.job_types:
        return
    settings = read_settings(job.settings)
    if any(key not in settings for key in farm.dialect.job_keys):
        raise Crash
    for frames in _lists(settings) if job.type in LISTS else _ranges(settings):
        number = next_id(farm.tasks)
        made = Task(number, job.id, frames[0], frames[-1], status, frames[0], frames, job.priority)
        made.name = merged(frames) if job.type in LISTS else f"{frames[0]}-{frames[-1]}"
        made.type = job.type
        made.settings = _task_settings(job, settings, frames)
        made.manager_id = job.managers[0] if farm.dialect.taken else None
        farm.tasks[number] = made
        farm.commit()


def _task_settings(job: Job, settings: dict[str, Any], frames: tuple[int, ...]) -> dict[str, object]:
    made: dict[str, object] = {key: settings.get(key) for key in KEYS}
    for system in ("linux", "win", "osx"):
        made |= {f"file_path_{system}": "", f"output_path_{system}": "#####"}
    made["priority"] = job.priority
    if job.type in LISTS:
        return {**made, "frames": merged(frames)}
    return {**made, "frame_start": frames[0], "frame_end": frames[-1]}


def _ranges(settings: dict[str, Any]) -> list[tuple[int, ...]]:
    asked = [settings.get(name) for name in ("frame_start", "frame_end", "chunk_size")]
    if not all(isinstance(value, int) for value in asked):
        raise Crash
    return [tuple(range(start, end + 1)) for start, end in chunks(*asked)]


def _lists(settings: dict[str, Any]) -> list[tuple[int, ...]]:
    size = settings.get("chunk_size")
    if not isinstance(size, int) or not size or "frames" not in settings:
        raise Crash
    frames = parsed(str(settings["frames"]))
    return [tuple(frames[place : place + size]) for place in range(0, len(frames), size)]


def parsed(text: str) -> list[int]:
    """ "1-3,7" as numbers, sorted. Raises Crash."""
    made: list[int] = []
    try:
        for part in text.split(","):
            ends = [int(end) for end in part.split("-")]
            made += range(ends[0], ends[-1] + 1) if len(ends) <= 2 else []
    except ValueError:
        raise Crash from None
    return sorted(made)


def merged(frames: Sequence[int]) -> str:
    """Numbers as "1-3,7"."""
    runs: list[list[int]] = []
    for frame in frames:
        if runs and frame == runs[-1][1] + 1:
            runs[-1][1] = frame
        else:
            runs.append([frame, frame])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
