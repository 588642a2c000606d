"""What a submission becomes on the farm: its tasks, one call each.

The farm answers with a scene's name, never with a remark, so the scene's own name over there carries the submission's
id: `lgt.ma` goes up as `lgt.farmdeck-ID.ma`, beside where `lgt.ma` would be. Fields: HTTP API manual 2017, 7.1 and 10.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..._errors import BadInput
from ...farm import Option
from ...job import Part
from ...scene import Problem, Severity
from ...submission import Submission
from ...transfers.paths import PathMap, to_farm
from .fields import CALLS, length
from .frames import task_frames
from .models import Config

OPTIONS = (
    Option("timeout", "Stop a frame after", "int", 0, 0, unit="s", help="Maya and 3ds Max only.", zero="no limit"),
    Option("format", "Output format", "text", "", help="Such as exr; empty: the scene's own. Maya and 3ds Max only."),
    Option("environment", "Environment variables", "text", "", help="Set where it renders. Not for Blender."),
)
ACTIONS = {
    "maya": "create_task",
    "3ds max": "create_max_task",
    "houdini": "create_houdini_task",
    "blender": "create_blender_task",
}
_FIELDS = {"timeout": "timeout", "format": "output_file_format", "environment": "environments"}
_TAKES = {
    "create_task": ("timeout", "format", "environment"),
    "create_max_task": ("timeout", "format", "environment"),
    "create_houdini_task": ("environment",),
    "create_blender_task": (),
}


@dataclass(frozen=True)
class Create:
    """One task to be made."""

    part: int
    action: str
    fields: Mapping[str, Any]


def action_for(software: str) -> str:
    """The call that makes a task of it. Raises BadInput."""
    if software.lower() not in ACTIONS:
        raise BadInput(f"This farm takes no {software} scenes.", "It takes Maya, 3ds Max, Houdini and Blender.")
    return ACTIONS[software.lower()]


def mark(submission_id: str) -> str:
    """What the name of a submission's scene ends with, before the dot of its extension."""
    return f".farmdeck-{submission_id}"


def farm_path(path: str, maps: Sequence[PathMap]) -> str:
    """Where a file lies in the account's storage. Raises BadInput."""
    return to_farm(path, maps).lstrip("/")


def scene_place(submission: Submission, maps: Sequence[PathMap]) -> str:
    """Where the scene goes, under a name that finds its tasks again. Raises BadInput."""
    stem, ending = posixpath.splitext(farm_path(submission.scene.path, maps))
    return f"{stem}{mark(submission.id)}{ending}"


def creates(submission: Submission, config: Config, options: Mapping[str, Any], scene: str) -> list[Create]:
    """Every task, in the order of sending. Raises BadInput, BadFrames."""
    action = action_for(submission.software.name)
    common = {
        "project_name": config.project,
        "input_scene_path": scene,
        "cg_soft_name": config.software,
        "submit_type": "1" if submission.hold else "0",
        "remark": f"farmdeck {submission.id}",
        "artist": submission.owner,
        **{_FIELDS[name]: options[name] for name in _TAKES[action] if options[name]},
    }
    if config.plugins and "plugin_name" in CALLS[action].lengths:
        common["plugin_name"] = config.plugins
    return [
        Create(index, action, {**common, **_of_part(action, part, frames)})
        for index, part in enumerate(submission.parts)
        for frames in task_frames(part.frames)
    ]


def _of_part(action: str, part: Part, frames: str) -> dict[str, Any]:
    size = {"image_width": part.width or None, "image_height": part.height or None}
    if action == "create_task":
        layer = part.address[-1] if part.address else ""
        return {"frames": frames, "render_layer": layer or None, "camera": part.camera or None, **size}
    if action == "create_max_task":
        return {"frames": frames, "camera": part.camera or None, **size}
    if action == "create_houdini_task":
        node = part.address[-1] if part.address else part.item
        return {"layer_list": [{"frames": frames, "layerName": node, "option": "-1"}]}
    return {"frames": frames}


def problems(submission: Submission, options: Mapping[str, Any], maps: Sequence[PathMap]) -> Iterator[Problem]:
    """What the farm has against the submission, without asking it."""
    try:
        action = action_for(submission.software.name)
        scene = scene_place(submission, maps)
    except BadInput as exc:
        yield Problem(Severity.ERROR, str(exc), submission.scene.path)
        return
    if length(scene) > CALLS[action].lengths["input_scene_path"] or "," in scene:
        message = "The farm takes scene paths of 512 characters and without commas. Move or rename the scene."
        yield Problem(Severity.ERROR, message, submission.scene.path)
    yield from _no_place(submission, maps)
    if action == "create_blender_task":
        yield from _blender(submission)
    for name, value in options.items():
        if value and name not in _TAKES[action]:
            message = f"The farm takes no {name} for {submission.software.name}; it is left out."
            yield Problem(Severity.WARNING, message, "Options")


def _no_place(submission: Submission, maps: Sequence[PathMap]) -> Iterator[Problem]:
    for file in submission.files:
        try:
            farm_path(file.path, maps)
        except BadInput as exc:
            yield Problem(Severity.ERROR, str(exc), file.path)


def _blender(submission: Submission) -> Iterator[Problem]:
    """create_blender_task has frames and nothing else to choose."""
    if len(submission.parts) > 1:
        message = "This farm renders a Blender scene as it was saved, once. Submit one item, through its own camera."
        yield Problem(Severity.ERROR, message, submission.parts[1].name)
    elif submission.parts and submission.parts[0].camera:
        message = "This farm renders a Blender scene through the camera it was saved with. Make this one active."
        yield Problem(Severity.ERROR, message, submission.parts[0].camera)
