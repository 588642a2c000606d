"""A Maya scene's files for a submission with the vendor's clients."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.vendor.conftest import Vendor, made

HARDWARE = {"model": "Default", "ram": "64GB", "gpuNum": None}
SDK_DEFAULTS = {
    "input_project_path": "",
    "project_id": "",
    "task_id": "",
    "user_id": "",
    "channel": "4",
    "os_name": "1",
    "render_layer_type": "0",
    "is_layer_rendering": "1",
    "is_picture": "0",
    "frames_per_task": "1",
    "pre_frames": "000",
    "stop_after_test": "2",
    "job_stop_time": "259200",
    "task_stop_time": "0",
    "time_out": "43200",
    "tiles_type": "block",
    "tiles": "1",
    "is_distribute_render": "0",
    "distribute_render_node": "3",
    "ram": "",
    "graphics_cards_num": "",
    "hardwareConfigId": "",  # 2.9.0 fills this one, 3.0 the other
    "hardwareConfigIds": [],
}


@dataclass(frozen=True)
class Files:
    """The scene with its texture, and the four files that describe them."""

    scene: Path
    texture: Path
    task: Path
    upload: Path
    asset: Path
    tips: Path

    @property
    def configuration(self) -> tuple[str, str, str, str]:
        """As the vendor's upload takes them."""
        return str(self.task), str(self.tips), str(self.asset), str(self.upload)


def layer(frames: str) -> dict[str, Any]:
    common = {
        "image_format": "png",
        "start": "1",
        "end": "3",
        "by_frame": "1",
        "frames": frames,
        "width": "64",
        "height": "48",
        "image_file_prefix": "",
        "all_camera": ["perspShape"],
        "render_camera": ["perspShape"],
        "renderer": "arnold",
        "animation": "False",
        "renumber_frames": "False",
    }
    return {"renderable": "1", "is_default_camera": "1", "option": "", "env": {}, "common": common}


def files(folder: Path, layers: tuple[str, ...] = ("defaultRenderLayer",), version: str = "2019") -> Files:
    """Write them all; the upload list names the scene alone."""
    found = Files(
        folder / "shot 测试.ma",
        folder / "tex" / "wood.png",
        *(folder / f"{name}.json" for name in ("task", "upload", "asset", "tips")),
    )
    found.texture.parent.mkdir(parents=True)
    found.scene.write_bytes(b"//Maya ASCII 2019 scene\n" * 1000)
    found.texture.write_bytes(bytes(range(256)) * 400)
    scenes = {name: layer("1-3[1]") for name in layers}
    info = {
        **SDK_DEFAULTS,
        "input_cg_file": str(found.scene),
        "project_name": "Project1",
        "cg_id": "2000",
        "platform": "2",
        "enable_layered": "1" if len(layers) > 1 else "0",
    }
    software = {"cg_name": "Maya", "cg_version": version, "plugins": {}}
    task = {"task_info": info, "software_config": software, "scene_info": scenes, "scene_info_render": scenes}
    server = str(found.scene).lstrip("/")
    digest = hashlib.md5(found.scene.read_bytes(), usedforsecurity=False).hexdigest()
    asset = {"local": str(found.scene), "server": server}
    upload = {"asset": [asset], "scene": [{**asset, "hash": digest}]}
    documents = {found.task: task, found.upload: upload, found.asset: {"asset": []}, found.tips: {}}
    for path, document in documents.items():
        path.write_text(json.dumps(document, ensure_ascii=False, indent=4), encoding="utf-8")
    return found


def checked(
    vendor: Vendor, files: Files, hardware: dict[str, Any] = HARDWARE, tips: dict[str, Any] | None = None
) -> int:
    """What its users do: name the texture, set an option, check; the task's number. Raises VendorError."""
    vendor.make("utils", "importlib.import_module", "rayvision_api.utils")
    vendor.call("utils.append_to_upload", [str(files.texture)], str(files.upload))
    vendor.call("utils.update_task_info", {"pre_frames": "100"}, str(files.task))
    analysis = None if tips is None else analysed(vendor, files, tips)
    vendor.make("check", "rayvision_api.task.check.RayvisionCheck", made("api"), analysis, str(files.task.parent))
    first = () if vendor.number < (2, 9) else (hardware,)
    return vendor.call("check.execute", *first, str(files.task), str(files.upload))


def analysed(vendor: Vendor, files: Files, tips: dict[str, Any]) -> dict[str, str]:
    """What an analysis of theirs would leave, with these tips."""
    paths = {f"{name}_json": str(getattr(files, name)) for name in ("task", "tips", "asset", "upload")}
    empty: dict[str, Any] = {"task_info": {}, "asset_info": {}, "upload_info": {}}
    return vendor.make("analysis", "types.SimpleNamespace", tips_info=tips, **paths, **empty)
