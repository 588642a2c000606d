"""What the tables of the SDK's configuration documents allow in a task.json: the yardstick for what we write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from farmdeck._errors import BadFrames
from farmdeck.farms.renderbus.frame_grammar import read_frames

_FLAGS = {
    "enable_layered": ("0", "1"),
    "is_layer_rendering": ("0", "1"),
    "is_distribute_render": ("0", "1"),
    "is_picture": ("0", "1"),
    "os_name": ("0", "1"),
    "render_layer_type": ("0", "1"),
    "stop_after_test": ("1", "2"),
    "tiles_type": ("block", "strip"),
    "distribute_render_node": ("3", "6", "9"),
}
_COUNTS = ("frames_per_task", "job_stop_time", "task_stop_time", "time_out", "tiles", "ram", "graphics_cards_num")
_NEEDED = ("input_cg_file", "task_id", "user_id", "cg_id", "platform", "channel", "pre_frames", *_COUNTS, *_FLAGS)
_LISTS = frozenset(
    "all_camera render_camera renderable_camera all_element_type all_output_file_type element_list element_path_list "
    "scene_name".split()
)


def validate(task: Mapping[str, Any]) -> list[str]:
    """What the tables of the documents would not allow in a task.json, each as `place: reason`."""
    return [*_check_top(task), *_check_info(task.get("task_info", {})), *_check_scene(task)]


# checks of a task.json


def _check_top(task: Mapping[str, Any]) -> Iterator[str]:
    for key in ("task_info", "software_config", "scene_info_render"):
        if not isinstance(task.get(key), dict) or not task[key]:
            yield f"{key}: is missing or empty"
    software = task.get("software_config", {})
    for key, kind in (("cg_name", str), ("cg_version", str), ("plugins", dict)):
        if not isinstance(software.get(key), kind):
            yield f"software_config.{key}: is no {kind.__name__}"
    for name, version in (software.get("plugins") or {}).items():
        if not isinstance(version, str):
            yield f"software_config.plugins.{name}: is no str"


def _check_info(info: Mapping[str, Any]) -> Iterator[str]:
    for key in _NEEDED:
        if key not in info:
            yield f"task_info.{key}: is missing"
    for key, value in info.items():
        reason = _bad_value(key, value)
        if reason:
            yield f"task_info.{key}: {reason}"
    if info.get("tiles", "1") != "1" and info.get("frames_per_task", "1") != "1":
        yield "task_info.tiles: does not go with frames_per_task"


def _bad_value(key: str, value: Any) -> str:
    if key == "hardwareConfigIds":
        good = isinstance(value, list) and all(isinstance(each, str) for each in value)
        return "" if good else "is no list of str"
    if not isinstance(value, str):
        return "is no str"
    if key in _FLAGS and value not in _FLAGS[key]:
        return f"is none of {', '.join(_FLAGS[key])}"
    if key in _COUNTS and not (value.isascii() and value.isdigit()):
        return "is no whole number"
    return _bad_pre_frames(value) if key == "pre_frames" else ""


def _bad_pre_frames(value: str) -> str:
    flags, colon, listed = value.partition(":")
    if len(flags) != 3 or set(flags) - {"0", "1"}:
        return "does not begin with three of 0 and 1"
    return _bad_frames(listed) if colon else ""


def _bad_frames(value: str) -> str:
    try:
        read_frames(value)
    except BadFrames as exc:
        return exc.what
    return ""


def _check_scene(task: Mapping[str, Any]) -> Iterator[str]:
    """Every leaf a string, every list one of strings or of nodes, every `frames` in the farm's grammar."""
    for block in ("scene_info", "scene_info_render"):
        yield from _check_leaves(task.get(block, {}), block)
    for layer in task.get("layers", ()):
        if layer not in task.get("scene_info_render", {}):
            yield f"layers: {layer} has no block"


def _check_leaves(value: Any, where: str) -> Iterator[str]:
    key = where.rpartition(".")[2]
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _check_leaves(inner, f"{where}.{name}")
    elif isinstance(value, list) and key not in _LISTS:
        for number, inner in enumerate(value):
            yield from _check_leaves(inner, f"{where}.{number}")
    elif isinstance(value, list):
        if not all(isinstance(each, str) for each in value):
            yield f"{where}: is no list of str"
    elif not isinstance(value, str) or key in _LISTS:
        yield f"{where}: is no {'list' if key in _LISTS else 'str'}"
    elif key == "frames" and _bad_frames(value):
        yield f"{where}: {_bad_frames(value)}"
