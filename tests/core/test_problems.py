"""Every problem at once, each in the artist's words."""

from __future__ import annotations

import pytest
from farmdeck.preflight import missing_message, scene_problems, submission_problems
from farmdeck.scene import Asset, Problem, RenderItem, Scene, Severity, Software

BLENDER = Software("Blender", "4.5")
ITEM = RenderItem("Scene/a", "view_layer", ("Scene", "a"), ("A",), "1-3", 8, 4, "CYCLES", "", True)


def test_a_saved_scene_with_all_its_files_has_none():
    assert scene_problems(Scene("/x/shot.blend", BLENDER, (ITEM,))) == []


def test_everything_is_said_at_once(tmp_path):
    own = Problem(Severity.WARNING, "The font is old.", "Text")
    gone = Asset("//tex/hull.png", (str(tmp_path / "hull.png"),), True, "image", "hull")
    found = scene_problems(Scene("/x/shot.blend", BLENDER, (ITEM,), assets=(gone,), problems=(own, own), unsaved=True))
    assert found[0] == own
    assert [(problem.severity, problem.subject, problem.fix) for problem in found[1:]] == [
        (Severity.WARNING, "shot.blend", "save"),
        (Severity.ERROR, "hull", "find"),
    ]


def test_a_scene_that_was_never_saved():
    assert [problem.fix for problem in scene_problems(Scene("", BLENDER, (ITEM,), unsaved=True))] == ["save_as"]


def test_how_many_files_are_missing(tmp_path):
    files = tuple(str(tmp_path / f"wood.{tile}.png") for tile in (1001, 1002, 1003))
    (tmp_path / "wood.1002.png").touch()
    said = missing_message(Asset("//tex\\wood.<UDIM>.png", files, True, "image", "wood"))
    assert said.startswith("2 of 3 files of wood.<UDIM>.png are missing.")
    assert missing_message(Asset("//a/b.png", (files[0],), True, "image", "b")).startswith("b.png is missing.")
    assert missing_message(Asset("//a/b_##.vdb", (), True, "cache", "b")).startswith("b_##.vdb is missing.")


@pytest.mark.parametrize(
    ("frames", "severity", "said"),
    [
        ("10-1x0", Severity.ERROR, "step of 0"),
        ("1-1000001", Severity.ERROR, "1,000,001"),
        ("1,2,3", Severity.NOTE, "3 frames: 1-3"),
    ],
)
def test_frames_are_looked_at(frames, severity, said):
    (problem,) = submission_problems(Scene("/x.blend", BLENDER, (ITEM,)), [ITEM], frames)
    assert problem.severity is severity and said in problem.message


@pytest.mark.parametrize("frames", ["", " ", "7", "1-10", " 1 - 10 "])
def test_plain_frames_need_no_word(frames):
    assert submission_problems(Scene("/x.blend", BLENDER, (ITEM,)), [ITEM], frames) == []


def test_nothing_chosen_is_a_problem():
    (problem,) = submission_problems(Scene("/x.blend", BLENDER, (ITEM,)), [], "")
    assert (problem.severity, problem.fix) == (Severity.ERROR, "choose")


def test_a_file_that_is_not_needed_is_missed_by_nobody(tmp_path):
    gone = Asset("$HIP/a.hda", (str(tmp_path / "a.hda"),), True, "hda", "/obj/a", optional=True)
    assert scene_problems(Scene("/x/shot.hip", Software("Houdini", "20.5"), (ITEM,), assets=(gone,))) == []


def test_a_missing_cache_concerns_all_but_the_rop_that_makes_it():
    """A file cache reads what it writes: chosen, it makes the file; not chosen, what renders has none."""
    cache, beauty = (
        RenderItem(name, "rop", (name,), (), "1-3", 8, 4, kind, "", True)
        for name, kind in (("/obj/sim", "filecache"), ("/out/beauty", "ifd"))
    )
    gone = Problem(Severity.ERROR, 'No frame of "sim.####.bgeo.sc" is found.', "/obj/sim", "find")
    note = Problem(Severity.WARNING, "It has no camera.", "/out/beauty")
    scene = Scene("/x/shot.hip", Software("Houdini", "20.5"), (cache, beauty), problems=(gone, note))
    assert submission_problems(scene, [beauty], "") == [gone, note]
    assert submission_problems(scene, [cache], "") == []
    assert submission_problems(scene, [cache, beauty], "") == [note]
