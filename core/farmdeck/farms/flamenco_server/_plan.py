"""What a submission becomes: the server's jobs, and what each of them is told."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from ..._errors import BadInput
from ...frames import parse_frames
from ...submission import Submission
from ._records import Record
from .dialects import Dialect
from .frames import runs, write_frames
from .marks import Mark, plain, write_name

MOST_JOBS = 50
"""More for one submission would bury everybody else's in the server's list."""
LISTED = "blender_simple_render"
"""The job type that takes any list of frames; the others take one unbroken range."""
BY_OUTPUT = "by the output"
THERE = "scene"
"""The option that names a scene of the project, to be rendered as it lies there."""
FORMATS = {
    "PNG": (".png",),
    "JPEG": (".jpg", ".jpeg"),
    "EXR": (".exr",),
    "MULTILAYER": (),
    "TIFF": (".tif", ".tiff"),
    "TGA": (".tga",),
    "BMP": (".bmp",),
    "HDR": (".hdr",),
}
"""What Blender's --render-format took in 2015, and the endings that stand for each. MULTILAYER only when it is said."""


@dataclass(frozen=True)
class Stretch:
    """The frames of one of the server's jobs."""

    part: int
    numbers: tuple[int, ...]


def stretches(frames: Mapping[int, Sequence[int]], job_type: str) -> list[Stretch]:
    """The server's jobs for some frames of each part, by part. Raises BadInput for what it cannot take."""
    found = []
    for part, numbers in frames.items():
        if job_type == LISTED:
            if min(numbers) < 0:
                raise BadInput(f"The job type {LISTED} has no negative frames.", "Choose the other job type.")
            found.append(Stretch(part, tuple(numbers)))
        else:
            found += [Stretch(part, tuple(range(first, last + 1))) for first, last in runs(numbers)]
    if len(found) > MOST_JOBS:
        raise BadInput(
            f"This server renders unbroken ranges only: these frames would become {len(found)} jobs.",
            "Choose a range without a step.",
        )
    return found


def frames_of(submission: Submission) -> dict[int, tuple[int, ...]]:
    """Every part's frames. Raises BadFrames."""
    return {index: parse_frames(part.frames) for index, part in enumerate(submission.parts)}


def common(
    submission: Submission, dialect: Dialect, options: Mapping[str, Any], project: int, managers: Sequence[int]
) -> dict[str, Any]:
    """What is the same in all jobs of a submission; kept, since the servers do not tell all of it again."""
    return {
        "project": project,
        "managers": list(managers),
        "priority": submission.priority,
        "chunk": options["chunk"],
        "type": options.get("job_type", ""),
        "command": options.get("command", "default"),
        "render_settings": options.get("render_settings", ""),
        "formats": [format_of(options["format"], part.output) for part in submission.parts],
        "username": plain(options.get("username") or f"{submission.owner}@localhost"),
        "status": "stopped" if submission.hold and dialect.hold else "ready",
    }


def format_of(chosen: str, output: str) -> str:
    """Raises BadInput for an output whose ending stands for no format."""
    if chosen != BY_OUTPUT:
        return chosen
    ending = PurePath(output).suffix.lower()
    for name, endings in FORMATS.items():
        if ending in endings:
            return name
    raise BadInput(f'"{ending}" stands for no format that this server renders.', "Choose the format.")


def fields(record: Record, mark: Mark, stretch: Stretch) -> dict[str, object]:
    """What POST /jobs is told. Each server takes those that it knows and ignores the others.

    January 2015 wants flat fields, all later ones a type and JSON settings. None keeps notes that are sent with it.
    """
    told = record.common
    first, last = stretch.numbers[0], stretch.numbers[-1]
    frames = {"frames": write_frames(stretch.numbers)} if told["type"] == LISTED else {}
    settings = {
        "frame_start": first,
        "frame_end": last,
        "chunk_size": told["chunk"],
        "filepath": record.scenes[stretch.part],
        "render_settings": told["render_settings"],
        "format": told["formats"][stretch.part],
    }
    name = write_name(record.names[stretch.part], mark)
    return {
        **settings,
        "current_frame": first,
        "status": told["status"],
        "job_name": name,
        "name": name,
        "type": told["type"] or None,
        "settings": json.dumps({**settings, **frames, "command_name": told["command"]}) if told["type"] else None,
        "project_id": told["project"],
        "managers": told["managers"],
        "priority": told["priority"],
        "username": told["username"],
    }
