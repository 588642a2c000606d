"""Where files lie in a pack: for any paths of any system, no two meet, and every name is one that all systems take."""

from __future__ import annotations

import posixpath
import re
import unicodedata

import pytest
from farmdeck.packing._layout import Layout, safe_name
from hypothesis import example, given, settings
from hypothesis import strategies as st

NAME = st.text(
    st.sampled_from("aAbBéÉ12.~_ -{}?*:;\\<>|\"%#\udcff\x07"), min_size=1, max_size=6
).filter(lambda name: name not in (".", ".."))  # fmt: skip
POSIX = st.lists(NAME, min_size=1, max_size=4).map(lambda names: "/" + "/".join(names))
WINDOWS_NAME = st.text(st.sampled_from("aAbBéÉ12._ -{};%"), min_size=1, max_size=6).filter(
    lambda name: name.strip(". ") != ""
)
WINDOWS = st.builds(
    lambda top, names: top + "\\".join(names),
    st.sampled_from(["C:\\", "d:\\", "D:/", "\\\\server\\share\\", "\\\\?\\C:\\", "\\\\?\\UNC\\server\\share\\"]),
    st.lists(WINDOWS_NAME, min_size=1, max_size=4),
)
SHOTS = st.one_of(
    st.tuples(POSIX, st.lists(POSIX, max_size=8)), st.tuples(WINDOWS, st.lists(WINDOWS, max_size=8))
)  # fmt: skip
UNSAFE = re.compile('[<>:"|?*;{}\\\\\x00-\x1f\ud800-\udfff]')


def spelled_alike(place: str) -> str:
    """What a disk that tells neither capitals nor spellings of an é has."""
    return unicodedata.normalize("NFC", place).casefold()


def same_file(path: str) -> str:
    """What Windows opens by that path."""
    text = path.replace("\\\\?\\UNC\\", "\\\\").replace("\\\\?\\", "") if path.startswith("\\\\?\\") else path
    return text if text.startswith("/") else text.replace("/", "\\").casefold()


@given(SHOTS)
@settings(max_examples=150)
@example(("/show/s.blend", ["/show/tex/A.1001.png", "/show/tex/a.1001.png", "/show/tex/a.1002.png"]))
@example(("/show/s.blend", ["/show/a", "/show/A/b/c", "/show/also~2", "/show/a/b"]))
@example(("D:\\show\\s.blend", ["d:\\SHOW\\tex\\a.png", "D:/show/tex/A.png"]))
@example(("/s.blend", ["/con.png", "/con_.png", "/x.", "/x_", "/x "]))
def test_no_two_files_meet_and_every_name_is_safe(shot: tuple[str, list[str]]) -> None:
    scene, files = shot
    places = Layout(scene, files).places
    assert set(places) == {scene, *files}
    different = {same_file(path) for path in places}
    assert len({spelled_alike(place) for place in places.values()}) == len(different)
    folders = {spelled_alike(posixpath.dirname(place)) for place in places.values()}
    for place in places.values():
        assert spelled_alike(place) not in folders
        assert not place.startswith("/") and posixpath.normpath(place) == place
        for name in place.split("/"):
            assert not UNSAFE.search(name) and name[-1] not in ". " and name not in ("", ".", "..")
            assert not re.match(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", name, re.IGNORECASE)


@given(SHOTS, st.randoms(use_true_random=False))
@settings(max_examples=50)
def test_the_order_of_the_files_makes_no_difference(shot: tuple[str, list[str]], random: object) -> None:
    scene, files = shot
    shuffled = list(files)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert Layout(scene, shuffled).places == Layout(scene, files).places


@given(SHOTS, NAME.map(safe_name), st.lists(st.integers(1001, 1099), min_size=2, max_size=4, unique=True))
@settings(max_examples=100)
def test_tiles_stay_together_under_their_pattern(shot: tuple[str, list[str]], name: str, numbers: list[int]) -> None:
    scene, files = shot
    folder = "/tiles" if scene.startswith("/") else "C:/tiles"
    tiles = {f"{folder}/{name}.{number}.png" for number in numbers}
    layout = Layout(scene, {*files, *tiles})
    pattern = layout.find(f"{folder}/{name}.<UDIM>.png")
    assert pattern is not None
    assert {pattern.replace("<UDIM>", str(number)) for number in numbers} == {layout.places[tile] for tile in tiles}
    assert layout.find(f"{folder}/{name}.4711.png") == pattern.replace("<UDIM>", "4711")


@given(SHOTS)
@settings(max_examples=50)
def test_the_maps_lead_every_folder_to_its_place(shot: tuple[str, list[str]]) -> None:
    scene, files = shot
    layout = Layout(scene, files)
    for path, place in layout.places.items():
        if place.startswith("also~"):
            continue
        folder = same_file(path).replace("\\", "/") if not path.startswith("/") else path
        here, there = max(
            (pair for pair in layout.maps if below(folder, pair[0])), key=lambda pair: len(pair[0].rstrip("/"))
        )
        rest = folder[len(here.rstrip("/")) :].rpartition("/")[0].strip("/")
        assert spelled_alike(posixpath.join(there, rest)).rstrip("/") == spelled_alike(posixpath.dirname(place))


def below(path: str, folder: str) -> bool:
    begin = folder.rstrip("/") + "/"
    return path.startswith(begin) if path.startswith("/") and path[1] != "/" else path.startswith(begin.casefold())


def test_the_project_keeps_its_shape_and_the_rest_has_a_place_of_its_own() -> None:
    layout = Layout(
        "/show/shots/sh010/shot.blend",
        ["/show/assets/hull.1001.png", "/mnt/library/wood.png", "D:\\library\\wood.png", "\\\\srv\\share\\wood.png"],
    )
    assert layout.places == {
        "/show/shots/sh010/shot.blend": "shots/sh010/shot.blend",
        "/show/assets/hull.1001.png": "assets/hull.1001.png",
        "/mnt/library/wood.png": "elsewhere/mnt/library/wood.png",
        "D:\\library\\wood.png": "elsewhere/D/library/wood.png",
        "\\\\srv\\share\\wood.png": "elsewhere/srv/share/wood.png",
    }
    assert dict(layout.maps) == {
        "/show/shots/sh010": "shots/sh010",
        "/show/assets": "assets",
        "/mnt/library": "elsewhere/mnt/library",
        "D:/library": "elsewhere/D/library",
        "//srv/share": "elsewhere/srv/share",
    }


@pytest.mark.parametrize(
    "path, place",
    [
        ("D:\\show\\TEX\\Hull.1002.PNG", "tex/hull.1002.png"),
        ("d:/show/shots/../tex/hull.<UDIM>.png", "tex/hull.<UDIM>.png"),
        ("\\\\?\\D:\\show\\tex", "tex"),
        ("D:\\show\\other.png", None),
        ("tex\\hull.1002.png", None),
        ("", None),
        ("/", None),
    ],
)
def test_a_path_is_found_as_its_system_would(path: str, place: str | None) -> None:
    layout = Layout("D:\\show\\shots\\s.blend", ["D:\\show\\tex\\hull.1001.png", "D:\\show\\tex\\hull.1002.png"])
    found = layout.find(path)
    assert found == place or (found is not None and place is not None and found.casefold() == place)


def test_of_two_that_would_meet_the_later_moves_with_its_pattern() -> None:
    layout = Layout("/show/s.blend", ["/show/t/Hull.1001.png", "/show/t/hull.1001.png", "/show/t/hull.1002.png"])
    assert layout.places["/show/t/Hull.1001.png"] == "t/Hull.1001.png"
    assert layout.find("/show/t/hull.<UDIM>.png") == "also~2/t/hull.<UDIM>.png"
    assert layout.find("/show/t/Hull.<UDIM>.png") == "t/Hull.<UDIM>.png"
