"""What each call takes: its required fields, and how long a value may be.

Source: HTTP API manual 2017, chapters 7 and 10. A field that is not listed is sent as it is; the farm leaves it alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..._errors import BadInput

MAX_SCENES = 100
"""Scenes that one `input_scene_path` may list, divided by commas."""

_COMMON = {"submit_account": 64, "project_name": 64, "input_scene_path": 512, "cg_soft_name": 64}
_OUTPUT = {"output_file_name": 64, "output_file_format": 64}


@dataclass(frozen=True)
class Call:
    """One action's rules."""

    needs: tuple[str, ...] = ()
    lengths: Mapping[str, int] = field(default_factory=dict)
    """By field, in the farm's own measure: an ASCII character is 1, any other 2."""
    reads: bool = False
    """True: nothing changes on the farm, so the call may be repeated."""


_SCENE = ("project_name", "input_scene_path", "cg_soft_name")
CALLS: Mapping[str, Call] = {
    "create_task": Call(
        (*_SCENE, "frames"),
        _COMMON
        | _OUTPUT
        | {"frames": 64, "kg": 64, "attr1": 64, "attr2": 4000, "tiles": 32, "plugin_name": 512}
        | {"camera": 64, "render_layer": 64},
    ),
    "create_max_task": Call(_SCENE, _COMMON | _OUTPUT | {"frames": 64, "tiles": 32, "camera": 64}),
    "create_houdini_task": Call((*_SCENE, "layer_list"), _COMMON | {"plugin_name": 512, "environments": 512}),
    "create_blender_task": Call((*_SCENE, "frames"), _COMMON | {"frames": 64, "plugin_name": 512}),
    "create_sketchup_task": Call(
        (*_SCENE, "image_width", "image_height", "use_vary", "page_name", "render_type"),
        _COMMON | {"output_file_format": 64, "plugin_name": 512, "page_name": 64},
    ),
    "create_vrstandalone_task": Call((*_SCENE, "frames"), _COMMON | _OUTPUT | {"frames": 64, "plugin_name": 512}),
    "query_task": Call(
        lengths={"project_name": 32, "cg_soft_name": 32, "input_scene_path": 256, "camera": 256}
        | {"render_layer": 256, "submit_account": 32, "artist": 32},
        reads=True,
    ),
    "operate_task": Call(("task_id", "operate_order"), {"task_id": 256}),
    "query_project": Call(
        lengths={"project_name": 32, "project_path": 256, "cg_soft_name": 32, "plugin_name": 32, "remark": 256},
        reads=True,
    ),
    "create_project": Call(("project_name",), {"project_name": 20, "project_path": 256, "remark": 256}),
    "operate_project": Call(
        ("project_id",), {"project_name": 20, "project_path": 256, "cg_soft_name": 32, "plugin_name": 256}
    ),
    "query_plugin": Call(lengths={"cg_soft_name": 32, "plugin_name": 32}, reads=True),
    "query_customer": Call(reads=True),
    "update_customer": Call(),
}


def plain(value: Any) -> Any:
    """`value` as it goes on the wire: texts only, in lists and tables too; True is "1". Raises BadInput."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, (str, int, float)):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items() if each is not None}
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return [plain(each) for each in value]
    raise BadInput(f"{value!r} cannot be sent to the farm.", "Give a text or a number.")


def check_body(action: str, body: Mapping[str, Any]) -> None:
    """Raises BadInput naming the field that is missing or too long."""
    call = CALLS[action]
    for name in call.needs:
        if not body.get(name):
            raise BadInput(f"{action} lacks {name}.", f"Give {name}.")
    for name, longest in call.lengths.items():
        value = body.get(name)
        if isinstance(value, str) and length(value) > longest:
            raise BadInput(
                f"{name} is {length(value)} characters long; the farm takes {longest}: {value[:40]}…", "Shorten it."
            )
    scenes = str(body.get("input_scene_path", "")).count(",") + 1
    if scenes > MAX_SCENES:
        raise BadInput(f"{scenes} scenes are named; the farm takes {MAX_SCENES} at a time.", "Send them in parts.")


def length(text: str) -> int:
    """As the farm counts: a character outside ASCII is 2."""
    return sum(1 if char.isascii() else 2 for char in text)
