"""Our own small .max files: the whole `Scene`, as it was when it was checked by eye.

Written again with `python -m tests.scenes.max.test_max_golden` after a change that is meant.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from farmdeck._errors import SceneError
from farmdeck.scene import scene_document
from farmdeck.scenes import read_scene

from benchmarks.make_max import SUMMARY, config, records, scene_pieces, summary, write_compound
from tests.scenes.max.max_scenes import PACKINGS, SCENES, basic, groups, packed, rendering

DATA = Path(__file__).parent / "data"
NAMES = ("Камера", "Büro Süd", "カメラ1", "Plain")


def document(path: Path) -> dict[str, Any]:
    """The scene as JSON, the file's folder written as <here>."""
    plain: dict[str, Any] = json.loads(
        json.dumps(scene_document(read_scene(path)), ensure_ascii=False).replace(str(path.parent), "<here>")
    )
    return plain


@pytest.mark.parametrize("name", SCENES)
def test_reads_as_it_did(name: str, tmp_path: Path) -> None:
    expected = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    assert document(SCENES[name](tmp_path)) == expected


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_compressed_file_is_the_same_scene(packing: str, tmp_path: Path) -> None:
    path = tmp_path / "a.max"
    streams = basic(
        Scene=b"".join(scene_pieces(5, 5_120, ("Cam",), (800, 600, 1.0))),
        FileAssetMetaData3=records([("Bitmap", "a.png", "")]),
        **{SUMMARY: summary({"External Dependencies": ["a.png"]})},
    )
    write_compound(path, streams)
    plain = read_scene(path)
    write_compound(path, packed(streams, packing))
    assert plain.cameras == ("Cam",) and len(plain.assets) == 1
    assert read_scene(path) == plain


@pytest.mark.parametrize("sector", [512, 4096])
def test_sectors_of_both_sizes(sector: int, tmp_path: Path) -> None:
    """Large enough for a FAT that the header cannot list by itself, when its sectors are small."""
    path = tmp_path / "a.max"
    pieces = scene_pieces(400, 20_480, ("Cam",), (800, 600, 1.0))
    write_compound(path, {**basic(**{SUMMARY: summary({})}), "Scene": pieces}, sector)
    scene = read_scene(path)
    assert path.stat().st_size > 8_000_000
    assert scene.cameras == ("Cam",) and scene.items[0].width == 800


@pytest.mark.parametrize(
    "name, page", [("Камера", 1251), ("Büro Süd", 1252), ("カメラ1", 932), ("é_Œ", 1252), ("카메라", 949)]
)
@pytest.mark.parametrize("own", [True, False], ids=["its code page", "UTF-8"])
def test_code_pages(name: str, page: int, own: bool, tmp_path: Path) -> None:
    told = groups(cameras=(name,), data=rendering())
    write_compound(tmp_path / "a.max", basic(**{SUMMARY: summary(told, page if own else 65001)}))
    assert read_scene(tmp_path / "a.max").cameras == (name,)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("page, wide", [(1200, False), (1252, True), (65001, True)])
def test_wide_strings(name: str, page: int, wide: bool, tmp_path: Path) -> None:
    told = groups(cameras=(name,), files=("a.png",), data=rendering())
    write_compound(tmp_path / "a.max", basic(**{SUMMARY: summary(told, page, wide)}))
    scene = read_scene(tmp_path / "a.max")
    assert scene.cameras == (name,) and [asset.path for asset in scene.assets] == ["a.png"]


def test_an_unknown_code_page_is_no_obstacle(tmp_path: Path) -> None:
    data = bytearray(summary(groups(cameras=("Caméra",), data=rendering()), 1252))
    at = data.index((2).to_bytes(4, "little") + (1252).to_bytes(2, "little"), 48)
    data[at + 4 : at + 6] = (64999).to_bytes(2, "little")
    write_compound(tmp_path / "a.max", basic(**{SUMMARY: bytes(data)}))
    assert read_scene(tmp_path / "a.max").cameras == ("Caméra",)


@pytest.mark.parametrize("aspect, value", [("1,0667", 1.0667), ("0.9", 0.9), ("x", 1.0), ("-1", 1.0), ("nan", 1.0)])
def test_decimal_comma_or_point(aspect: str, value: float, tmp_path: Path) -> None:
    write_compound(tmp_path / "a.max", basic(**{SUMMARY: summary(groups(data=rendering(0, 9, aspect)))}))
    assert read_scene(tmp_path / "a.max").items[0].pixel_aspect == value


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "1e300", "", "ten"])
def test_what_is_no_number_is_left_out(text: str, tmp_path: Path) -> None:
    data = tuple(f"{name}={text}" for name in ("Render Width", "Render Aspect", "Animation Start", "Animation End"))
    write_compound(tmp_path / "a.max", basic(**{SUMMARY: summary(groups(form=text, data=data))}))
    item = read_scene(tmp_path / "a.max").items[0]
    assert (item.width, item.pixel_aspect, item.frames) == (640, 1.0, "0-100")


@pytest.mark.parametrize(
    "first, last, more, frames",
    [(0, 100, (), "0-100"), (5, 5, (), "5"), (0, 0, (), "33"), (-10, 10, ("Nth Frame=5",), "-10-10x5")],
)
def test_frames(first: int, last: int, more: tuple[str, ...], frames: str, tmp_path: Path) -> None:
    """0 to 0 is what a single frame is written as: the current one renders."""
    data = rendering(first, last, "1.00", "Arnold", *more)
    write_compound(tmp_path / "a.max", basic(Config=config(24, 0, 80, 33), **{SUMMARY: summary(groups(data=data))}))
    scene = read_scene(tmp_path / "a.max")
    assert (scene.items[0].frames, scene.frames, scene.fps) == (frames, "0-80", 24.0)


def test_a_broken_summary_is_said(tmp_path: Path) -> None:
    whole = summary(groups(cameras=("Cam",), data=rendering()))
    for data in (whole[:200], b"\0" * 100, whole.replace(b"\x1e\x10\0\0", b"\x99\x10\0\0")):
        write_compound(tmp_path / "a.max", basic(**{SUMMARY: data}))
        scene = read_scene(tmp_path / "a.max")
        assert scene.software.version == "2024"
        assert [problem.severity for problem in scene.problems] == ["warning"]
        assert "summary cannot be read" in scene.problems[0].message


def test_another_ole_file_is_no_max(tmp_path: Path) -> None:
    write_compound(tmp_path / "letter.max", {"WordDocument": b"x" * 5_000, SUMMARY: summary({})})
    with pytest.raises(SceneError, match=r"letter\.max is no 3ds Max scene"):
        read_scene(tmp_path / "letter.max")


if __name__ == "__main__":
    DATA.mkdir(exist_ok=True)
    for name, make in SCENES.items():
        with tempfile.TemporaryDirectory() as folder:
            text = json.dumps(document(make(Path(folder))), indent=1, ensure_ascii=False)
        (DATA / f"{name}.json").write_text(text + "\n", "utf-8")
