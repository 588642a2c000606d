"""The four files that tell Renderbus of a task: task.json, asset.json, upload.json and tips.json.

Source: the configuration documents of the SDK, one for each application. They go to the account's configuration
storage below the task's number, or through the request for a task's profile; the farm reads them when the task is
submitted.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ..._errors import BadInput
from ...farm import Watch, check_options
from ...submission import FileStamp, Submission
from .environments import cg_id_of, plugin_versions, software_name
from .models import HardwareConfig, UserEnv
from .options import OPTIONS, to_task_info
from .scene_info import scene_info

_BLOCK = 1 << 20
_MISSING = {"Maya": "50001", "Houdini": "50001", "3ds Max": "10012", "Blender": "35001"}
"""The code of tips.json for a file that is not there. 50001 and 35001: the samples of the SDK's configuration
documents (Maya's shows Houdini's); 10012: the names of codes in the SDK."""
_MAPS = ("vrmap", "vrlmap")


@dataclass(frozen=True)
class TaskFiles:
    """What the farm reads of a task, as the values that JSON has."""

    task: Mapping[str, Any]
    asset: Mapping[str, Any]
    upload: Mapping[str, Any]
    tips: Mapping[str, Any]

    def texts(self) -> dict[str, str]:
        """The JSON texts by file name."""
        files = {"task.json": self.task, "asset.json": self.asset, "upload.json": self.upload, "tips.json": self.tips}
        return {name: json.dumps(value, indent=4, ensure_ascii=False) + "\n" for name, value in files.items()}


def task_files(
    submission: Submission,
    scene_file: Path,
    env: UserEnv,
    *,
    scene_hash: str,
    task_id: int,
    user_id: int,
    platform: int,
    project_id: int = 0,
    hardware: HardwareConfig | None = None,
    to_farm: Callable[[str], str],
) -> TaskFiles:
    """The files of a task that was created as `task_id`.

    `scene_file` is the snapshot that is sent; the farm sees it beside the scene itself, see `sent_as`. `scene_hash` is
    its `md5`. `env` is the farm's own environment to render in, its version spelt as the farm spells it. `project_id`
    is 0 for no project. `to_farm` gives a local path's place in the account's storage.
    Raises BadInput for an option, an application or an environment that doesn't fit, BadFrames.
    """
    cg_id = cg_id_of(submission.software.name)
    if env.cg_id != cg_id:
        raise BadInput(
            f'The environment "{env.name}" is for {software_name(env.cg_id, env.cg_name)}, '
            f"the scene is of {submission.software.name}.",
            "Choose an environment for it.",
        )
    options = check_options(OPTIONS, submission.options)
    info = to_task_info(
        submission,
        options,
        scene=sent_as(submission, scene_file),
        cg_id=cg_id,
        task_id=task_id,
        user_id=user_id,
        platform=platform,
        project_id=project_id,
        system="linux" if env.system == 0 else "windows",
        layer_type=env.layer_type,
        hardware=hardware,
    )
    rendered = scene_info(submission)
    task: dict[str, Any] = {
        "task_info": info,
        "software_config": {
            "cg_name": submission.software.name,
            "cg_version": env.cg_version,
            "plugins": plugin_versions(env),
        },
        "scene_info": rendered,
        "scene_info_render": rendered,
    }
    if submission.software.name == "Maya":
        task["layers"] = list(rendered)
    return TaskFiles(
        task=task,
        asset={"asset": [_asset_line(file) for file in submission.files]},
        upload=_upload(submission, scene_file, scene_hash, to_farm),
        tips=tips(submission),
    )


def sent_as(submission: Submission, scene_file: Path) -> str:
    """The local path that the scene has for the farm: in its own folder, so that relative paths hold, and under the
    snapshot's name, so that a later save that is submitted too does not take its place while this one renders.
    """
    return _split(submission.scene.path)[0] + _split(str(scene_file))[1]


def _split(path: str) -> tuple[str, str]:
    """(folder with its last slash, name), however the system writes it."""
    at = max(path.rfind("/"), path.rfind("\\")) + 1
    return path[:at], path[at:]


def tips(submission: Submission) -> dict[str, list[str]]:
    """What the farm is told to warn of: the files that were missing at Submit, under the application's code."""
    code = _MISSING.get(submission.software.name, "")
    return {code: list(submission.missing)} if code and submission.missing else {}


def md5(file: Path, watch: Watch | None = None) -> str:
    """The file's MD5 in lower case, which upload.json carries for the scene. `watch` counts bytes. Raises OSError."""
    total = file.stat().st_size
    digest = hashlib.md5(usedforsecurity=False)
    done = 0
    with file.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
            done += len(block)
            if watch is not None:
                watch.step(done, total)
    return digest.hexdigest()


def _upload(submission: Submission, scene_file: Path, scene_hash: str, to_farm: Callable[[str], str]) -> dict[str, Any]:
    """Every file to send, the scene last. 3ds Max: `scene` is no list, and its light caches are named again."""
    files = {_slashes(file.path): to_farm(file.path) for file in submission.files}
    assets = [{"local": local, "server": server} for local, server in files.items()]
    scene = {"local": _slashes(str(scene_file)), "server": to_farm(sent_as(submission, scene_file))}
    assets.append(scene)
    hashed = {**scene, "hash": scene_hash.lower()}
    if submission.software.name != "3ds Max":
        return {"asset": assets, "scene": [hashed]}
    maps = {kind: [each for each in assets if each["local"].lower().endswith(f".{kind}")] for kind in _MAPS}
    return {"asset": assets, "scene": hashed, **maps}


def _asset_line(file: FileStamp) -> str:
    """As the analyzers write it: the path, two spaces, the time of the last change."""
    changed = datetime.fromtimestamp(file.mtime_ns // 1_000_000_000, timezone.utc)
    return f"{_slashes(file.path)}  (mtime {changed:%Y-%m-%d %H:%M:%S})"


def _slashes(path: str) -> str:
    return path.replace("\\", "/")
