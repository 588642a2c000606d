"""What 3ds Max means by what a scene says: the rules that reader and adapter share, in tables."""

from __future__ import annotations

from pathlib import Path

import pytest
from farmdeck.frames import parse_frames
from farmdeck.scenes._disk import Disk
from farmdeck.scenes.max import _rules as rules
from farmdeck.scenes.max._assets import Named, needed
from hypothesis import given, settings
from hypothesis import strategies as st

SETUP = rules.Setup("1-10", 640, 480, 1.0, "Arnold", "D:\\out\\a.exr", ("D:\\out\\a_z.exr", "", "D:\\out\\a_n.exr"))


@pytest.mark.parametrize(
    "release, name",
    [(19000, "2017"), (26000, "2024"), (27100, "2025"), (10000, "2008"), (9000, "9"), (9500, "9.5"), (3100, "3.1")],
)
def test_releases(release: int, name: str) -> None:
    assert rules.version(release) == name


@pytest.mark.parametrize(
    "kind, step, frames",
    [
        (rules.SINGLE, 5, "7"), (rules.SEGMENT, 1, "0-100"), (rules.SEGMENT, 10, "0-100x10"), (rules.SPAN, 0, "-5-20"),
        (rules.SPAN, 2, "-5-20x2"), (rules.PICKUP, 5, "1,3,5-12"),
    ],
)  # fmt: skip
def test_frames_by_time_type(kind: int, step: int, frames: str) -> None:
    assert rules.frames(kind, 7, (0, 100), (-5, 20), step, "1, 3, 5-12") == frames


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="0123456789,- x.", max_size=8))
def test_any_picked_frames_can_be_parsed(text: str) -> None:
    assert parse_frames(rules.picked(text))


@pytest.mark.parametrize(
    "path, pattern",
    [
        ("C:\\out dir\\x.exr", "C:/out dir/x####.exr"), ("\\\\nas\\x.v2.png", "//nas/x.v2####.png"), ("x.AVI", "x.AVI"),
        ("", ""), ("x", "x####"),
    ],
)  # fmt: skip
def test_output_pattern(path: str, pattern: str) -> None:
    assert rules.output_pattern(path) == pattern


def view(name: str, camera: str = "", enabled: bool = True, **own: object) -> rules.View:
    return rules.View(name=name, camera=camera, enabled=enabled, override=bool(own), **own)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "cameras, views, active, chosen",
    [
        ((), (), "", ["Active view"]),
        (("B", "A"), (), "", ["A"]),
        (("B", "A"), (), "B", ["B"]),
        (("B", "A"), (), "gone", ["A"]),
        (("B", "A"), (view("v1"), view("v2", enabled=False), view("v3")), "B", ["v1", "v3"]),
        (("B", "A"), (view("v1", enabled=False),), "", ["A"]),
        ((), (view("v1"),), "", ["v1"]),
    ],
)
def test_what_renders_unless_somebody_chooses(
    cameras: tuple[str, ...], views: tuple[rules.View, ...], active: str, chosen: list[str]
) -> None:
    assert [item.name for item in rules.items(SETUP, cameras, views, active) if item.enabled] == chosen


def test_items() -> None:
    own = view("Top", "A", first=5, last=6, width=100, height=50, pixel_aspect=2.0, output="E:\\t.png")
    items = rules.items(SETUP, ("B", "A", "Top", "A"), (own, view("Any"), view("Top", "B")), "B")
    assert [(item.name, item.kind, item.address, item.cameras) for item in items] == [
        ("Top", "batch_view", ("Top",), ("A",)),
        ("Any", "batch_view", ("Any",), ("B",)),
        ("A", "camera", ("A",), ("A",)),
        ("B", "camera", ("B",), ("B",)),
        ("Top (camera)", "camera", ("Top",), ("Top",)),
    ]
    top, other = items[:2]
    assert (top.frames, top.width, top.height, top.pixel_aspect, top.output) == ("5-6", 100, 50, 2.0, "E:/t####.png")
    assert (other.frames, other.width, other.output) == ("1-10", 640, "D:/out/a####.exr")
    assert other.outputs == ("D:/out/a_n####.exr", "D:/out/a_z####.exr")


@pytest.mark.parametrize(
    "word, path, kind, owner",
    [
        ("Bitmap", "a.png", "image", "Bitmap"), ("#bitmap", "a.osl", "text", "Bitmap"),
        ("XRef", "a.max", "reference", "XRef"),
        ("Photometric", "a.cibse", "ies", "Photometric"), ("Animation", "a.xyz", "cache", "Animation"),
        ("Bitmap", "a.MOV", "movie", "Bitmap"), ("Other", "a.vrmesh", "proxy", "File"),
        ("Other", "a.xyz", "file", "File"),
        ("Pre-Render Script", "a", "text", "Pre-Render Script"), ("ExternalLink", "a.dwg", "file", "External Link"),
    ],
)  # fmt: skip
def test_asset_kinds(word: str, path: str, kind: str, owner: str) -> None:
    assert (rules.asset_kind(word, path), rules.owner(word)) == (kind, owner)


@pytest.mark.parametrize("word", ["RenderOutput", "render output", "#VideoPost", "BatchRender"])
def test_what_is_written_is_no_asset(word: str) -> None:
    assert rules.is_output(word) and not needed([Named(word, "a.exr", "")], None)


def test_left_over_bitmaps_are_not_needed() -> None:
    rows = [Named("Bitmap", "C:\\a.png", ""), Named("Bitmap", "C:\\old.png", ""), Named("Other", "C:\\b.vdb", "")]
    assert [(row.path, row.optional) for row in needed(rows, ["A.png"])] == [("C:\\a.png", False), ("C:\\b.vdb", True)]
    assert len(needed(rows, None)) == 3 and not any(row.optional for row in needed(rows, None))


@pytest.mark.parametrize(
    "there, path, other, found",
    [
        ("maps/wood.png", "D:\\tex\\Wood.PNG", "", "maps/wood.png"),
        ("wood.png", "wood.png", "", "wood.png"),
        ("tex/wood.png", "tex\\wood.png", "", "tex/wood.png"),
        ("../sceneassets/images/wood.png", "D:\\wood.png", "", "../sceneassets/images/wood.png"),
        ("elsewhere/wood.png", "D:\\wood.png", "<here>/elsewhere/wood.png", "elsewhere/wood.png"),
        ("elsewhere/wood.png", "wood.png", "", "wood.png"),
    ],
)
def test_where_files_are_found(there: str, path: str, other: str, found: str, tmp_path: Path) -> None:
    scenes = tmp_path / "job" / "scenes"
    file = scenes / there
    scenes.mkdir(parents=True)
    file.resolve().parent.mkdir(parents=True, exist_ok=True)
    file.resolve().touch()
    disk = Disk()
    folders = rules.search_folders(str(scenes), disk)
    said = rules.located(path, folders, disk, other.replace("<here>", str(scenes)))
    assert said == str((scenes / found).resolve())


def test_a_path_of_another_system_stays() -> None:
    assert rules.located("Q:\\a\\b.png", ["/nowhere"], Disk()) == "Q:/a/b.png"
    assert rules.located("\\\\nas\\a.png", ["/nowhere"], Disk()) == "//nas/a.png"


@pytest.mark.parametrize(
    "text, word",
    [
        ("Arnold", "Arnold"), ("Arnold:Arnold", "Arnold"), ("V-Ray Adv 3.00.08", "V_Ray_Adv_3_00_08"),
        ("V_Ray_6_Hotfix_3:V_Ray_6_Hotfix_3", "V_Ray_6_Hotfix_3"), ("", ""),
    ],
)  # fmt: skip
def test_renderer_words(text: str, word: str) -> None:
    assert rules.renderer_word(text) == word


def test_a_name_is_found_whatever_its_case(tmp_path: Path) -> None:
    for name in ("Wood.PNG", "wood.png", "other.txt"):
        (tmp_path / name).touch()
    disk = Disk()
    assert disk.alike(str(tmp_path), "WOOD.png") == "Wood.PNG"
    assert disk.alike(str(tmp_path), "stone.png") == disk.alike(str(tmp_path / "none"), "wood.png") == ""
