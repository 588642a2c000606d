"""Analysis: what a task's configuration files ask for, or why they can not be rendered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from . import software
from .frames import BadFrames, capped, cut, priority
from .settings import Settings
from .storage import Storage
from .tasks import Task

MAYA, MAX, HOUDINI, CLARISSE, KATANA = 2000, 2001, 2004, 2013, 2016


class BadTask(Exception):
    """Analysis failed; its text says why."""


@dataclass(frozen=True)
class Part:
    """Something that renders: a layer, a camera, a node."""

    frames: str
    layer: str | None = None
    camera: str = ""
    folder: str = ""
    stem: str = ""
    node: str | None = None
    simulation: bool = False
    photon: bool = False
    photon_nodes: int = 1


@dataclass(frozen=True)
class Plan:
    """What a task renders. `split`: each part is a task of its own."""

    info: dict[str, Any]
    cg_id: int
    parts: tuple[Part, ...]
    split: bool
    cameras: tuple[str, ...]
    scene: str
    blend: str
    missing: frozenset[str]


def whole(info: dict[str, Any], key: str, default: int) -> int:
    """A number that task.json has as text. Raises BadTask."""
    value = info.get(key)
    if value in (None, ""):
        return default
    try:
        return int(value)
    except (TypeError, ValueError):
        raise BadTask(f"task.json: {key} is {value!r}, not a whole number") from None


def analyse(task: Task, storage: Storage, settings: Settings, hardware: list[dict[str, Any]]) -> Plan:
    """Read and check the configuration of a task. Raises BadTask."""
    documents = {name: _document(task, storage, name, name in settings.needs) for name in ("task.json", "upload.json")}
    document = documents["task.json"]
    info = _object(document, "task_info", "task.json")
    if str(info.get("task_id") or task.id) != str(task.id):
        raise BadTask(f"task.json is of task {info['task_id']}")
    cg_id = _software(info, _object(document, "software_config", "task.json"))
    _machines(info, hardware)
    scene_info = document.get("scene_info_render") or document.get("scene_info")
    if not isinstance(scene_info, dict):
        raise BadTask("task.json has neither scene_info_render nor scene_info")
    parts, split, cameras = _parts(cg_id, info, scene_info)
    _check_frames(info, parts, settings)
    missing = frozenset(_missing(task, storage, documents["upload.json"], settings.compares_local))
    if missing and settings.missing_assets == "task":
        raise BadTask(f"Missing in the storage: {', '.join(sorted(missing))}")
    scene = PurePosixPath(str(info.get("input_cg_file") or "scene").replace("\\", "/")).name
    blend = _remote(info, documents["upload.json"]) if scene.endswith(".blend") else ""
    return Plan(info, cg_id, parts, split, cameras, scene, blend, missing)


def _document(task: Task, storage: Storage, name: str, needed: bool) -> dict[str, Any]:
    account = task.account
    file = storage.config(account.config_bid, account.user_id, task.id, name)
    try:
        document = json.loads(file.read_text("utf-8-sig"))
    except FileNotFoundError:
        if not needed:
            return {}
        raise BadTask(f"{name} is missing in the storage") from None
    except (OSError, ValueError):
        raise BadTask(f"{name} can not be read") from None
    if not isinstance(document, dict):
        raise BadTask(f"{name} is no object")
    return document


def _object(document: dict[str, Any], key: str, name: str) -> dict[str, Any]:
    value = document.get(key)
    if not isinstance(value, dict):
        raise BadTask(f"{name} has no {key}")
    return value


def _software(info: dict[str, Any], config: dict[str, Any]) -> int:
    cg_id = whole(info, "cg_id", 0)
    if cg_id not in software.VERSIONS:
        raise BadTask(f"There is no software {info.get('cg_id')!r}")
    version = config.get("cg_version")
    if version not in software.VERSIONS[cg_id]:
        raise BadTask(f"{config.get('cg_name')} {version} is not installed")
    known = {item["pluginVersion"] for item in software.ALL_PLUGINS.values()}
    for name, wanted in (config.get("plugins") or {}).items():
        if f"{name} {wanted}" not in known:
            raise BadTask(f"The plug-in {name} {wanted} is not installed")
    return cg_id


def _machines(info: dict[str, Any], hardware: list[dict[str, Any]]) -> None:
    enabled = {str(item["id"]) for item in hardware if item["status"] == 1}
    ids = info.get("hardwareConfigIds") or []
    single = [info["hardwareConfigId"]] if info.get("hardwareConfigId") else []
    for one in [*ids, *single]:
        if str(one) not in enabled:
            raise BadTask(f"There is no hardware configuration {one}")


def _parts(
    cg_id: int, info: dict[str, Any], scene_info: dict[str, Any]
) -> tuple[tuple[Part, ...], bool, tuple[str, ...]]:
    if cg_id == MAYA:
        return _maya(info, scene_info)
    if cg_id == MAX:
        return _max(scene_info)
    if cg_id == HOUDINI:
        parts = tuple(_houdini(scene_info))
    elif cg_id == CLARISSE:
        parts = tuple(
            Part(str(node["frames"]), folder=PurePosixPath(node["name"]).name, node=node["name"])
            for node in scene_info.get("image_node", ())
        )
    elif cg_id == KATANA:
        nodes = scene_info.get("rendernodes", {})
        parts = tuple(Part(str(node["frames"]), folder=name, node=name) for name, node in nodes.items())
    else:
        parts = (Part(str((scene_info.get("common") or {}).get("frames", ""))),)
    if not any(not part.simulation for part in parts) and not parts:
        raise BadTask("task.json names nothing to render")
    return parts, False, ()


def _maya(info: dict[str, Any], scene_info: dict[str, Any]) -> tuple[tuple[Part, ...], bool, tuple[str, ...]]:
    layers = {
        name: layer
        for name, layer in scene_info.items()
        if isinstance(layer, dict)
        and str(layer.get("renderable", "1")) == "1"
        and isinstance(layer.get("common"), dict)
    }
    if not layers:
        raise BadTask("No layer is renderable")
    several = len(layers) > 1
    parts = []
    for name, layer in layers.items():
        common = layer["common"]
        cameras = common.get("render_camera") or []
        stem = PurePosixPath(str(common.get("image_file_prefix") or "")).name
        stem = stem if stem and not set(stem) & set("<>%") else ""
        camera = ",".join(map(str, cameras)) if isinstance(cameras, list) else str(cameras)
        parts.append(Part(str(common.get("frames", "")), name, camera, name if several else "", stem))
    layered = str(info.get("enable_layered", info.get("is_layer_rendering", "0"))) == "1"
    all_cameras = {camera for layer in layers.values() for camera in layer["common"].get("all_camera") or ()}
    return tuple(parts), layered and several, tuple(sorted(map(str, all_cameras)))


def _max(scene_info: dict[str, Any]) -> tuple[tuple[Part, ...], bool, tuple[str, ...]]:
    """A task per camera, and before each a photon task when the renderer has global illumination ("gi": "1")."""
    common = _object(scene_info, "common", "scene_info")
    renderer = scene_info.get("renderer") or {}
    cameras = [str(camera) for camera in common.get("renderable_camera") or ()] or [""]
    photon = str(renderer.get("gi", common.get("gi", "0"))) == "1"
    nodes = max(1, whole(renderer, "photonnode", 1))
    frames = str(common.get("frames", ""))
    stem = str(common.get("output_file_basename") or "")
    parts = []
    for camera in cameras:
        if photon:
            parts.append(Part(frames, camera=camera, photon=True, photon_nodes=nodes))
        parts.append(Part(frames, camera=camera, stem=stem))
    return tuple(parts), len(parts) > 1, tuple(str(camera) for camera in common.get("all_camera") or ())


def _houdini(scene_info: dict[str, Any]) -> Iterator[Part]:
    for key in ("geo_node", "distributedsim_node"):
        for node in scene_info.get(key) or ():
            if str(node.get("render", "1")) != "0" or str(node.get("option", "")) == "0":
                yield Part(str(node["frames"]), node=str(node["node"]), simulation=True)
    rops = [node for node in scene_info.get("rop_node") or () if str(node.get("render", "1")) == "1"]
    for node in rops:
        folder = PurePosixPath(str(node["node"])).name if len(rops) > 1 else ""
        yield Part(str(node["frames"]), camera=str(node.get("camera") or ""), folder=folder, node=str(node["node"]))


def _check_frames(info: dict[str, Any], parts: tuple[Part, ...], settings: Settings) -> None:
    per_machine, tiles = whole(info, "frames_per_task", 1), whole(info, "tiles", 1)
    if per_machine < 1 or tiles < 1:
        raise BadTask("frames_per_task and tiles are 1 or more")
    if per_machine > 1 and tiles > 1:
        raise BadTask("frames_per_task and tiles exclude each other")
    try:
        for part in parts:
            frames = capped(part.frames, settings.max_frames, settings.max_frame_characters)
            priority(str(info.get("pre_frames") or "000"), frames)
    except BadFrames as exc:
        raise BadTask(str(exc)) from None


def _items(upload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for key in ("asset", "scene", "vrmap", "vrlmap"):
        found = upload.get(key) or []
        for item in [found] if isinstance(found, dict) else found:
            if not isinstance(item, dict) or not isinstance(item.get("server"), str):
                raise BadTask(f"upload.json: {key} has an entry without server")
            if key == "asset" or item.get("hash"):
                yield item


def _missing(task: Task, storage: Storage, upload: dict[str, Any], compares: bool) -> Iterator[str]:
    """Files of upload.json that are not there, or not with the size or MD5 that it names."""
    for item in _items(upload):
        try:
            file = storage.place(*task.account.asset_place, item["server"])
            size = file.stat().st_size if file.is_file() else None
        except (OSError, ValueError):
            size = None
        if size is None:
            yield item["server"]
        elif size != _wanted_size(item, size, compares):
            yield f"{item['server']} ({size} bytes)"
        elif item.get("hash") and hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest() != item["hash"]:
            yield f"{item['server']} (other content)"


def _wanted_size(item: dict[str, Any], size: int, compares: bool) -> int:
    if "size" in item:
        return int(item["size"])
    local = Path(str(item.get("local") or ""))
    return local.stat().st_size if compares and local.is_absolute() and local.is_file() else size


def _remote(info: dict[str, Any], upload: dict[str, Any]) -> str:
    """Where a scene is in the storage."""
    local = str(info.get("input_cg_file") or "").replace("\\", "/")
    for item in _items(upload):
        if str(item.get("local", "")).replace("\\", "/") == local:
            return str(item["server"])
    name = PurePosixPath(local).name
    found = [str(item["server"]) for item in _items(upload) if PurePosixPath(str(item["server"])).name == name]
    return found[0] if found else local


def pieces(plan: Plan, part: Part, settings: Settings) -> Iterator[Any]:
    """The pieces (see `frames.cut`) of a part."""
    frames = capped(part.frames, settings.max_frames, settings.max_frame_characters)
    info = plan.info
    yield from cut(
        frames, str(info.get("pre_frames") or "000"), whole(info, "frames_per_task", 1), whole(info, "tiles", 1)
    )
