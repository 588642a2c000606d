"""Our own small .hip files: the whole `Scene`, as it was when it was checked by eye; the same in every container.

Written again with `python -m tests.scenes.houdini.test_hip_golden` after a change that is meant.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from farmdeck.scene import scene_document
from farmdeck.scenes import read_scene
from farmdeck.scenes.houdini._hip import open_hip

from tests.scenes.houdini.hip_writer import Node, cpio, marked, members

DATA = Path(__file__).parent / "data"
MANTRA: dict[str, object] = {
    "trange": "normal", "f": (1001, 1100, 1), "camera": "/obj/cam_main", "override_camerares": "on",
    "res_fraction": "0.5", "vm_picture": "$HIP/render/$HIPNAME/$OS.$F4.exr", "take": "_current_",
}  # fmt: skip
SHOW = [
    Node("/obj/cam_main", "cam", {"res": (2048, 858), "aspect": 1}),
    Node("/obj/cam_wide", "studio::rig::2.0", {"res": (1920, 1080)}),
    Node("/obj/geo1", "geo", {"shop_materialpath": "/mat/wood"}),
    Node("/obj/geo1/read", "file", {"filemode": "read", "file": "$JOB/geo/tree.$F4.bgeo.sc"}),
    Node("/obj/geo1/cache", "alembic", {"fileName": '`strcat("$HIP/abc/", chs("../../ctl/which"), ".abc")`'}),
    Node("/obj/ctl", "null", {"which": "oak_v`padzero(3, 7)`"}),
    Node("/mat/wood", "principledshader::2.0", {"basecolor_texture": "$HIP/tex/wood.<UDIM>.exr"}),
    Node("/out/sim", "geometry", {"trange": "on", "f": (0, 0, 1), "sopoutput": "$HIP/sim.$F.bgeo"}, {"f1": "$FSTART",
         "f2": "$FEND"}),
    Node("/out/beauty", "ifd", MANTRA, inputs=("sim",)),
    Node("/out/matte", "ifd", {**MANTRA, "take": "matte"}, inputs=("sim",), flags="lock off bypass on"),
    Node("/out/red", "Redshift_ROP", {"trange": "off", "RS_renderCamera": "/obj/cam_main",
         "RS_outputFileNamePrefix": "$JOB/r/$OS.`padzero(5, $F)`.exr"}),
    Node("/out/all", "merge", inputs=("beauty", "matte", "red")),
    Node("/out/night", "fetch", {"source": "../all"}),
]  # fmt: skip
STAGE = [
    Node("/stage/set", "sublayer", {"filepath1": "$HIP/set/set.usda"}),
    Node("/stage/dome", "domelight::2.0", {"xn__inputstexturefile_r3ah": "$HIP/tex/sky.hdr"}, inputs=("set",)),
    Node("/stage/settings", "karmarenderproperties", {"camera": "/cameras/hero", "resolution": (3840, 2160),
         "picture": "$HIP/render/$OS.$F4.exr"}, inputs=("dome",)),
    Node("/stage/render", "usdrender_rop", {"trange": "normal", "f": (1, 48, 1), "loppath": "", "outputimage": "",
         "override_res": ""}, inputs=("settings",)),
    Node("/stage/write", "usd_rop", {"trange": "off", "lopoutput": "$HIP/out.usd"}, inputs=("settings",)),
    Node("/out/karma", "karma", {"trange": "stage", "picture": "$HIP/k.$F4.exr", "camera": "/obj/gone",
         "resolution": (640, 360)}),
    Node("/obj/topnet1", "topnet"),
    Node("/obj/topnet1/fetch", "ropfetch"),
]  # fmt: skip
SCENES = {"show": SHOW, "stage": STAGE}
EXTRA = {".OPfallbacks": b"studio::Object/rig::2.0 $JOB/hda/rig.hda\nSop/file C:/HFS/houdini/otls/OPlibSop.hda\n"}


def written(name: str, folder: Path) -> Path:
    """The scene, with some of what it needs beside it."""
    for file in ("job/geo/tree.0001.bgeo.sc", "abc/oak_v007.abc", "tex/wood.1001.exr", "tex/sky.hdr"):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(b"")
    (folder / "set").mkdir(exist_ok=True)
    (folder / "set" / "set.usda").write_text("#usda 1.0\n( subLayers = [ @./a.usdc@ ] )\n", encoding="utf-8")
    (folder / "set" / "a.usdc").write_bytes(b"PXR-USDC")
    path = folder / f"{name}.hip"
    path.write_bytes(cpio(members(SCENES[name], str(folder / "job"), EXTRA)))
    return path


def document(path: Path) -> dict[str, Any]:
    """The scene as JSON, the file's folder written as <here>."""
    plain: dict[str, Any] = json.loads(
        json.dumps(scene_document(read_scene(path)), ensure_ascii=False).replace(str(path.parent), "<here>")
    )
    return plain


@pytest.mark.parametrize("name", SCENES)
def test_reads_as_it_did(name: str, tmp_path: Path) -> None:
    expected = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    assert document(written(name, tmp_path)) == expected


@pytest.mark.parametrize(("magic", "licence"), [(b"HouLC\x1a", "Indie"), (b"HouNC\x1a", "Non-commercial")])
@pytest.mark.parametrize("name", SCENES)
def test_a_limited_licence_is_the_same_scene(name: str, magic: bytes, licence: str, tmp_path: Path) -> None:
    path = written(name, tmp_path)
    plain = document(path)
    path.write_bytes(marked(members(SCENES[name], str(tmp_path / "job"), EXTRA), magic))
    limited = document(path)
    assert limited.pop("details") == {"licence": licence}
    assert plain.pop("details") == {"licence": "Commercial"}
    assert limited == plain


def test_a_library_that_is_packed_into_a_limited_scene(tmp_path: Path) -> None:
    """It ends with the mark that ends the scene, and the members after it are not lost."""
    packed = marked([], b"HouLC\x1a") + b"sections"
    files = members(SHOW, extra={".OPdummydefs": b"INDX" + packed, ".takes": b""})
    path = tmp_path / "a.hiplc"
    path.write_bytes(marked(files))
    with open_hip(str(path)) as hip:
        assert hip.root[".OPdummydefs"] == b"INDX" + packed
        assert len(hip.types) == len(SHOW)


if __name__ == "__main__":
    for scene_name in SCENES:
        with tempfile.TemporaryDirectory() as place:
            text = json.dumps(document(written(scene_name, Path(place))), indent=1, ensure_ascii=False)
        (DATA / f"{scene_name}.json").write_text(text + "\n", encoding="utf-8")
