"""Paths as Blender writes them: outputs, numbers, tiles, folders. The rows were seen in bpy 4.5."""

from __future__ import annotations

import pytest
from farmdeck.scenes._disk import Numbered, numbered, runs
from farmdeck.scenes.blend._assets import tile_pattern, tile_text
from farmdeck.scenes.blend._disk import resolve
from farmdeck.scenes.blend._output import image_pattern, movie_path

PNG, JPEG, TIFF, EXR, JP2 = 17, 4, 22, 23, 30


@pytest.mark.parametrize(
    "pic, imtype, extension, expected",
    [
        ("//", PNG, True, "/show/####.png"),
        ("//out/", PNG, True, "/show/out/####.png"),
        ("//out_##_v1", EXR, True, "/show/out_##_v1.exr"),
        ("//x.png", PNG, True, "/show/x.png####.png"),
        ("//x_#.jpeg", JPEG, True, "/show/x_#.jpeg"),
        ("//x_#.png", TIFF, True, "/show/x_#.tif"),
        ("//#/no", PNG, True, "/show/#/no####.png"),
        ("//x", PNG, False, "/show/x####"),
        ("/tmp/a.b_", PNG, True, "/tmp/a.b_####.png"),
        ("//../up/", PNG, True, "/up/####.png"),
        ("C:\\out\\f_", PNG, True, "/c/out/f_####.png"),
        ("//f", JP2, True, "/show/f####.jp2"),
    ],
)
def test_output_patterns(pic: str, imtype: int, extension: bool, expected: str) -> None:
    assert image_pattern(pic, "/show/shot.blend", imtype, 0, extension) == expected


@pytest.mark.parametrize(
    "pic, container, extension, expected",
    [
        ("//m", 2, True, "/show/m0001-0250.mp4"),
        ("//m_##", 9, True, "/show/m_01-250.mkv"),
        ("//m.MP4", 2, True, "/show/m.MP4"),
        ("//m_#", 4, False, "/show/m_1-250"),
        ("//m", 4, False, "/show/m"),
    ],
)
def test_movie_paths(pic: str, container: int, extension: bool, expected: str) -> None:
    assert movie_path(pic, "/show/shot.blend", container, extension, (1, 250)) == expected


def test_numbers_in_names() -> None:
    assert numbered("/a/img_0012.png") == Numbered("/a", "img_", 4, ".png")
    assert numbered("/a/v2_img.7.left.exr") == Numbered("/a", "v2_img.", 1, ".left.exr")
    assert numbered("/a/img.png") is None
    assert Numbered("/a", "f", 3, ".x").path(7) == "/a/f007.x"


def test_tiles() -> None:
    assert tile_pattern("//t/a.<UDIM>.png") == "//t/a.<UDIM>.png"
    assert tile_pattern("//1001/a.1001.png") == "//1001/a.<UDIM>.png"
    assert tile_pattern("//a_u1_v1.png") == "//a_<UVTILE>.png"
    assert tile_pattern("//a.png") == "//a.png"
    assert [tile_text(n, "<UVTILE>") for n in (1001, 1010, 1011)] == ["u1_v1", "u10_v1", "u1_v2"]


def test_paths_and_ranges_in_words() -> None:
    assert resolve("//..\\tex\\a.png", "/show/shot") == "/show/tex/a.png"
    assert resolve("C:\\tex\\a.png", "/show") == "C:/tex/a.png"
    assert runs([1011, 1012, 1013, 1020]) == "1011-1013,1020"
    assert runs([3, 1], 4) == "0001,0003"
