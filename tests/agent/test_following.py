"""Whose frame a file is, where it belongs, and when a frame of a program that is not ours is whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from farmdeck.farms.local import progress
from farmdeck.farms.local.application import Run
from farmdeck.farms.local.follow import Follower
from farmdeck.farms.local.placing import frame_of, original_name, targets
from farmdeck.job import Part
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("file", "pattern", "frame"),
    [
        ("x.0007.exr", "x.####.exr", 7),
        ("fg/x.0007.exr", "x.####.exr", 7),
        ("x0007.rla", "x####.rla", 7),
        ("x-001.rla", "x####.rla", -1),
        ("x.-0001.exr", "x.####.exr", -1),
        ("x_v002.0007.exr", "x_v002.####.exr", 7),
        ("x.0007_N2.exr", "x.####.exr", 7),
        ("x.exr.0007", "y.####.exr", 7),
        ("x.7.exr", "y.####.exr", 7),
        ("x.10007.exr", "x.####.exr", None),
        ("x.0099.exr", "x.####.exr", None),
        ("x.exr", "x.exr", None),
    ],
)
def test_whose_frame_it_is(file: str, pattern: str, frame: int | None) -> None:
    assert frame_of(file, pattern, (-1, 2, 7, 8)) == frame


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("shot.farmdeck-abcd2345.0001.exr", "shot.0001.exr"),
        ("shot_farmdeck_abcd2345/shot_farmdeck-abcd2345.exr", "shot/shot.exr"),
        ("shot.0001.exr", "shot.0001.exr"),
    ],
)
def test_the_copy_s_name_is_nobody_s_business(file: str, name: str) -> None:
    assert original_name(file, "/s/shot.ma", "/s/shot.farmdeck-abcd2345.ma") == name


@pytest.mark.parametrize(
    ("names", "output", "places"),
    [
        # the scene's own folders: everything goes where the host would have put it
        (["fg/beauty/x.1.exr", "fg/N/x.1.exr"], "/p/fg/beauty", ["/p/fg/beauty/x.1.exr", "/p/fg/N/x.1.exr"]),
        (["rs_fg/beauty/x.1.exr", "rs_fg/N/x.1.exr"], "/p/fg/beauty", ["/p/fg/beauty/x.1.exr", "/p/fg/N/x.1.exr"]),
        # another folder: the picture goes right into it
        (["fg/beauty/x.1.exr", "fg/N/x.1.exr"], "/o", ["x.1.exr", "N/x.1.exr"]),
        (["x.1.exr", "N/x.1.exr"], "/o", ["x.1.exr", "N/x.1.exr"]),
        (["fg/x.1.exr", "fg/x_N.1.exr"], "/o", ["x.1.exr", "x_N.1.exr"]),
        # nothing is written over
        (["beauty/x.1.exr", "x.1.exr"], "/o", ["beauty/x.1.exr", "x.1.exr"]),
        # a name that nobody expected
        (["fg/y.exr"], "/o", ["y.exr"]),
    ],
)  # fmt: skip
def test_where_files_belong(names: list[str], output: str, places: list[str]) -> None:
    assert targets(names, "x.1.exr", output) == places


@given(
    st.sets(
        st.sampled_from(["x.exr", "a/x.exr", "a/b/x.exr", "b/x.exr", "beauty/x.exr", "beauty/N/x.exr", "y.exr"]),
        min_size=1,
    )
)
def test_no_two_files_go_to_one_place(names: set[str]) -> None:
    places = targets(sorted(names), "x.exr", "/o/a")
    assert len(set(places)) == len(names)


class Scene:
    """A folder that a program writes into, and a clock that tests turn."""

    def __init__(self, folder: Path, numbers: tuple[int, ...]) -> None:
        self.folder, self.now = folder, 0.0
        part = Part("a", "a", ("a",), "", "", 1, 1, "arnold", "/out/x.####.exr")
        folders = dict.fromkeys(numbers, "")
        run = Run("/s/a.farmdeck-1.ma", "/s/a.ma", part, folders, str(folder), str(folder))
        self.follower = Follower(run, lambda: self.now)

    def write(self, name: str, text: str = "x") -> None:
        (self.folder / name).write_text(text)

    def hear(self, line: str = "", seconds: float = 1.0) -> list[str]:
        self.now += seconds
        return told(list(self.follower.hear(line)))


def told(events: list[Any]) -> list[str]:
    return [f"{event['event']} {event['frame']}" for event in events]


def test_a_frame_is_whole_when_a_later_one_is_there(tmp_path: Path) -> None:
    scene = Scene(tmp_path, (1, 2, 3))
    assert told([scene.follower.start()]) == ["begin 1"]
    scene.write("x.0001.exr")
    assert scene.hear() == []
    scene.write("x.0002.exr")
    assert scene.hear(seconds=0.01) == [], "the folder is not looked at for every line"
    assert scene.hear() == ["done 1", "begin 2"]
    scene.write("x.0003.exr")
    assert told(list(scene.follower.end())) == ["done 2", "begin 3", "done 3"]


def test_a_frame_is_whole_when_the_program_begins_another(tmp_path: Path) -> None:
    scene = Scene(tmp_path, (1, 2, 3))
    scene.write("x.0001.exr")
    assert scene.hear("[mtoa.session] Initializing at frame 1", 0) == []
    assert scene.hear("[mtoa.session] Initializing at frame 2", 0) == ["done 1", "begin 2"]
    assert scene.hear("[mtoa.session] Initializing at frame 3", 0) == ["failed 2", "begin 3"]


def test_a_frame_is_whole_when_it_is_said_to_be_done_and_rests(tmp_path: Path) -> None:
    scene = Scene(tmp_path, (1, 2))
    scene.write("x.0001.exr")
    assert scene.hear("00:00:03   812MB         | render done") == []
    scene.write("x.0001.exr", "more")
    assert scene.hear() == []
    assert scene.hear() == ["done 1", "begin 2"]


def test_when_the_program_breaks_the_frame_at_hand_is_to_blame(tmp_path: Path) -> None:
    scene = Scene(tmp_path, (1, 2))
    scene.write("x.0001.exr")
    assert told(list(scene.follower.broke())) == []
    scene.hear("| render done", 0)
    assert told(list(scene.follower.broke())) == ["done 1", "begin 2"]


def test_files_of_no_frame_are_the_last_one_s(tmp_path: Path) -> None:
    scene = Scene(tmp_path, (1, 2))
    for name in ("x.0001.exr", "x.0002.exr", "x.log"):
        scene.write(name)
    done = [event for event in scene.follower.end() if event["event"] == "done"]
    assert [[Path(place).name for _, place in event["files"]] for event in done] == [
        ["x.0001.exr"],
        ["x.0002.exr", "x.log"],
    ]


# -- what the renderers say


@pytest.mark.parametrize(
    ("line", "share"),
    [
        ("00:00:12  812MB         |    45% done - 96 rays/pixel", 0.45),
        ("[Redshift] Block 32/64 (7,4) rendered by GPU 0 in 2ms", 0.5),
        ("V-Ray:  37 %", 0.37),
        ("[2026/Nov/22|09:00:00] V-Ray: 12% ", 0.12),
        ("Rendering image (finished in [ 0h  0m  3.0s]).: 12.5%", 0.125),
        ("R90000    45%", 0.45),
        ("ALF_PROGRESS 101%", 1.0),
        ("ABC_PROGRESS 45", 0.45),
        ("[PROGRESS] 45 percent", 0.45),
        ("progr:    45.0% rendered", None),
        ("progr: 45.0% rendered on cpu", 0.45),
        ("Rendering Image Completed 45 %", 0.45),
        ("Percentage of rendering done: 45 (/x.iff)", 0.45),
        ("45% of the textures are missing", None),
    ],
)
def test_how_far_a_frame_is(line: str, share: float | None) -> None:
    assert progress.fraction(line) == share


@pytest.mark.parametrize(
    "line",
    [
        "00:00:00   315MB WARNING | rendering with watermarks because of failed authorization:",
        "[rlm] abort_on_license_fail enabled, aborting",
        "[2026] error: Could not obtain a license (-97).",
        "[Redshift] License error: (RLM) License server is down",
        "Maxon licensing error",
        "R50012 {SEVERE} License checkout failed",
        "No licenses could be found to run this application.",
        "\tPlease check for a valid license server host",
    ],
)
def test_no_licence(line: str) -> None:
    assert progress.no_licence(line)


@pytest.mark.parametrize(
    "line", ["License checked out", "[rlm] using license server 5053@x", "abort_on_license_fail on"]
)
def test_a_licence(line: str) -> None:
    assert not progress.no_licence(line)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("00:00:00   368MB ERROR   |  [texturesys] cannot open x.tx", "[texturesys] cannot open x.tx"),
        ("V-Ray error: no camera", "no camera"),
        ("[Redshift] ERROR: out of memory", "out of memory"),
        ("// Error: No object matches name: x", "No object matches name: x"),
        ("Fatal Error. Attempting to save", "Attempting to save"),
        ("Error occured while rendering job", "occured while rendering job"),
        ("no error: here", None),
    ],
)
def test_what_an_error_says(line: str, said: str | None) -> None:
    assert progress.error(line) == said


def test_frames_that_begin_and_end() -> None:
    assert progress.frame_begun("R00001 rfm Notice: Rendering /s/a.ma at 12") == 12
    assert progress.frame_begun("[Redshift] Rendering layer 'fg' frame 7...") == 7
    assert progress.frame_begun("Rendering image") is None
    for line in (
        "V-Ray: Total frame time 3.2 s",
        "Finished Rendering /o/x.0001.iff.",
        "9:00:01; Frame 3 completed;0:01",
    ):
        assert progress.frame_done(line)
