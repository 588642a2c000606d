"""From a scene and a few choices to what is submitted."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import PurePath

import pytest
from farmdeck._errors import BadFrames, BadInput
from farmdeck.frames import parse_frames
from farmdeck.outputs import file_name, output_pattern
from farmdeck.parts import make_parts
from farmdeck.preflight import output_problems
from farmdeck.scene import Asset, RenderItem, Scene, Software
from farmdeck.submission import choose_items, new_id, prepare
from hypothesis import given
from hypothesis import strategies as st


def item(name: str, scene: str = "Scene", output: str = "/out/####.png", enabled: bool = True) -> RenderItem:
    return RenderItem(f"{scene}/{name}", "view_layer", (scene, name), ("A",), "1-3", 8, 4, "CYCLES", output, enabled)


@pytest.fixture
def scene(tmp_path):
    file = tmp_path / "shot.blend"
    file.write_bytes(b"BLENDER")
    (tmp_path / "here.png").write_bytes(b"png")
    there, gone = str(tmp_path / "here.png"), str(tmp_path / "gone.png")
    return Scene(
        str(file),
        Software("Blender", "4.5.3"),
        (item("beauty"), item("fog"), item("beauty", "Titles"), item("off", enabled=False)),
        ("A", "B"),
        assets=(Asset("//x", (there, gone), True, "image", "x"), Asset("//y", (there,), False, "image", "y")),
    )


@pytest.mark.parametrize(
    ("written", "folder", "part", "expected"),
    [
        ("/show/out/beauty_####.exr", "", "", "/show/out/beauty_####.exr"),
        ("/show/out/####.exr", "", "", "/show/out/####.exr"),
        ("/show/out/beauty_####.exr", "", "fog · camB", "/show/out/fog_camB/beauty_####.exr"),
        ("/show/out/beauty_####.exr", "/other", "", "/other/beauty_####.exr"),
        ("/show/out/####.exr", "/other", "", "/other/shot.####.exr"),
        ("/show/out/####.exr", "/other", "a/b: c", "/other/a_b__c/shot.####.exr"),
        ("", "", "", "/show/render/shot/shot.####.png"),
        ("", "/other", "fog", "/other/fog/shot.####.png"),
        ("/tmp/####.png", "", "", "/show/render/shot/shot.####.png"),
        ("/tmp/beauty_####.png", "", "", "/show/render/shot/beauty_####.png"),
        (tempfile.gettempdir() + "/####.png", "", "", "/show/render/shot/shot.####.png"),
        ("/tmp/mine/####.png", "", "", "/tmp/mine/####.png"),
    ],
)
def test_where_the_frames_go(written, folder, part, expected):
    assert output_pattern("/show/shot.blend", written, folder, part) == expected


def test_a_relative_folder_is_made_absolute(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert output_pattern("/s/a.blend", "/x/b_##.png", "out", "") == os.path.join(str(tmp_path), "out", "b_##.png")


@given(st.text(max_size=30))
def test_a_name_that_every_file_system_takes(text):
    name = file_name(text)
    assert name and not set(name) & set('<>:"/\\|?* ') and name not in (".", "..") and not name.endswith(".")
    assert all(ord(char) >= 32 for char in name)


@pytest.mark.parametrize("cameras", [("",), ("A", "B")])
@given(
    names=st.lists(st.sampled_from(["a b", "a:b", "a_b", "a_b_2", "a_b_3", "a|b", "A b", "c"]), min_size=1, unique=True)
)
def test_two_parts_never_write_over_each_other(cameras, names):
    items = [item(name) for name in names]
    parts = make_parts(Scene("/s/shot.blend", Software("Blender", "4.5"), tuple(items)), items, cameras, "", "")
    assert len({part.output.lower() for part in parts}) == len(parts) == len(cameras) * len(names)
    assert len({part.name for part in parts}) == len(parts)


def test_one_part_keeps_the_scene_s_own_place(scene):
    assert [part.output for part in prepare(scene, items=["fog"]).parts] == ["/out/####.png"]


def test_several_parts_get_a_folder_each(scene):
    parts = prepare(scene, items=["fog", "Titles/beauty"], cameras=["B"]).parts
    assert [(part.name, part.camera) for part in parts] == [("fog", "B"), ("beauty", "B")]
    assert [PurePath(part.output).parent.name for part in parts] == ["fog", "beauty"]


def test_the_same_layer_name_in_two_scenes_is_told_apart(scene):
    parts = prepare(scene).parts
    assert [part.name for part in parts] == ["Scene beauty", "fog", "Titles beauty"]


def test_what_is_kept(scene, tmp_path):
    made = prepare(scene, items=["fog"], frames="1-9x2, 4", options={"chunk": 2}, output=str(tmp_path / "o"), hold=True)
    assert parse_frames(made.parts[0].frames) == (1, 3, 4, 5, 7, 9)
    assert (made.name, made.farm, made.hold, dict(made.options)) == ("shot", "local", True, {"chunk": 2})
    assert made.scene.size == 7 and made.scene.inode == os.stat(scene.file).st_ino
    assert [PurePath(file.path).name for file in made.files] == ["here.png"]  # each once, missing ones left out
    assert made.output == str(tmp_path / "o")


def test_items_by_their_short_name_where_it_is_unique(scene):
    assert [found.name for found in choose_items(scene, ["fog", "Scene/fog"])] == ["Scene/fog"]
    assert [found.name for found in choose_items(scene, ["off"])] == ["Scene/off"]
    with pytest.raises(BadInput, match="several scenes.*Scene/beauty, Titles/beauty"):
        choose_items(scene, ["beauty"])


@pytest.mark.parametrize(
    ("choice", "error", "said"),
    [
        ({"items": ["nope"]}, BadInput, 'No item is called "nope"'),
        ({"cameras": ["nope"]}, BadInput, 'No camera is called "nope".*A, B'),
        ({"frames": "10-1x0"}, BadFrames, "step of 0"),
        ({"frames": "x"}, BadFrames, "not a frame range"),
    ],
)
def test_a_choice_that_is_not_there(scene, choice, error, said):
    with pytest.raises(error, match=said):
        prepare(scene, **choice)


def test_a_scene_that_cannot_be_submitted(scene, tmp_path):
    with pytest.raises(BadInput, match="never saved"):
        prepare(Scene("", Software("Blender", "4.5")))
    os.unlink(scene.file)
    with pytest.raises(BadInput, match="cannot be read"):
        prepare(scene)
    with pytest.raises(BadInput, match="Nothing in this scene"):
        prepare(Scene("/x.blend", Software("Blender", "4.5"), (item("off", enabled=False),)))


def test_outputs_that_collide_are_a_problem(scene):
    made = prepare(scene)
    assert output_problems(made) == []
    clash = replace(made, parts=(made.parts[0], replace(made.parts[1], output=made.parts[0].output)))
    assert [problem.subject for problem in output_problems(clash)] == ["Scene beauty", "fog"]


def test_ids_are_short_and_plain():
    ids = {new_id() for _ in range(200)}
    assert len(ids) == 200
    assert all(len(one) == 8 and one.isalnum() and not set(one) & set("01ilo") for one in ids)
