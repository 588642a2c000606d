"""What can be chosen, what does not go together, and what the farm is told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from farmdeck._errors import BadFrames, BadInput
from farmdeck.farms.renderbus.frame_grammar import read_frames
from farmdeck.farms.renderbus.options import OPTIONS, check, pre_frames, task_labels, to_task_info
from farmdeck.scene import Severity
from hypothesis import given
from hypothesis import strategies as st

from tests.farms.renderbus.fleet import hardware
from tests.farms.renderbus.samples import BLENDER, HOUDINI, MAX, MAYA, options

IDS = {"scene": "/w/scenes/shot.ma", "cg_id": 2000, "task_id": 19097, "user_id": 10001136, "platform": 2}


def said(software, **given):
    found = check(software, options(**given))
    return [(problem.severity, problem.subject) for problem in found]


FLAGS = next(option.choices for option in OPTIONS if option.name == "test_frames")


@pytest.mark.parametrize("name", FLAGS)
def test_each_flag_has_its_place(name):
    places = ["1" if place in name.split(",") else "0" for place in ("first", "middle", "last")]
    assert pre_frames(options(test_frames=name)) == "".join(places)


def test_any_of_the_three_can_be_chosen():
    assert len(set(FLAGS)) == 2**3


@pytest.mark.parametrize(
    ("flags", "listed", "written"),
    [
        ("none", "", "000"),
        ("first,last", "", "101"),
        ("first,middle,last", "", "111"),
        ("none", "2,4,6-10", "000:2,4,6-10[1]"),
        ("first", "1,3-4", "100:1,3,4"),
    ],
)
def test_test_frames_as_the_farm_writes_them(flags, listed, written):
    assert pre_frames(options(test_frames=flags, test_list=listed)) == written


@given(st.sets(st.integers(1, 500), min_size=1, max_size=50))
def test_the_very_frames_that_are_listed(frames):
    text = pre_frames(options(test_list=",".join(map(str, frames))))
    assert set(read_frames(text.partition(":")[2])) == frames


def test_a_list_that_is_none_is_refused():
    with pytest.raises(BadFrames):
        pre_frames(options(test_list="some"))
    assert said(MAYA, test_list="some") == [(Severity.ERROR, "test_list")]


def test_a_scene_with_nothing_chosen_has_no_problem():
    for each in (MAYA, HOUDINI, MAX, BLENDER):
        assert check(each, options()) == []


@pytest.mark.parametrize(
    ("scene", "given", "found"),
    [
        (BLENDER, {"tiles": 4, "frames_per_machine": 2}, (Severity.ERROR, "tiles")),
        (MAYA, {"tiles": 4, "layered": False}, (Severity.ERROR, "layered")),
        (MAX, {"tiles": 4}, (Severity.WARNING, "tiles")),
        (MAYA, {"distributed": True}, (Severity.ERROR, "distributed")),
        (MAX, {"distributed": True}, (Severity.ERROR, "distributed")),
        (MAYA, {"test_list": "1,11"}, (Severity.ERROR, "test_list")),
        (MAYA, {"pause_after_test": True}, (Severity.ERROR, "test_frames")),
        (MAYA, {"job_timeout": 1}, (Severity.WARNING, "job_timeout")),
        (MAYA, {"reserved_machines": "my plan"}, (Severity.ERROR, "reserved_machines")),
        (MAX, {"system": "linux"}, (Severity.ERROR, "system")),
    ],
)
def test_what_does_not_go_together(scene, given, found):
    assert said(scene, **given) == [found]


@pytest.mark.parametrize(
    ("scene", "given"),
    [
        (BLENDER, {"tiles": 4}),
        (MAYA, {"tiles": 4}),
        (HOUDINI, {"distributed": True}),
        (BLENDER, {"frames_per_machine": 5}),
        (BLENDER, {"test_list": "-2,7"}),
        (MAYA, {"pause_after_test": True, "test_list": "2"}),
        (MAYA, {"job_timeout": 100}),
        (MAYA, {"reserved_machines": "623", "system": "linux"}),
    ],
)
def test_what_goes_together(scene, given):
    assert said(scene, **given) == []


def test_every_problem_has_a_next_step_and_names_an_option():
    names = {option.name for option in OPTIONS}
    found = check(MAX, options(tiles=2, frames_per_machine=2, distributed=True, test_list="99", system="linux"))
    assert len(found) == 5
    for problem in found:
        assert problem.subject in names
        assert len([word for word in problem.message.split(". ") if word]) >= 2


def test_what_is_typed_is_held_to_its_limits():
    for odd in ({"tiles": 0}, {"memory": "32"}, {"distributed_machines": "4"}, {"machines_at_most": -1}, {"x": 1}):
        with pytest.raises(BadInput):
            options(**odd)


def test_every_option_is_described():
    for option in OPTIONS:
        assert option.name.isidentifier() and option.label and option.help.endswith(".")
        assert options()[option.name] == option.default


def test_task_info_of_a_plain_job():
    assert to_task_info(replace(MAYA, project=""), options(), **IDS) == {
        "input_cg_file": "/w/scenes/shot.ma",
        "input_project_path": "",
        "project_name": "",
        "project_id": "0",
        "task_id": "19097",
        "user_id": "10001136",
        "cg_id": "2000",
        "platform": "2",
        "channel": "4",
        "os_name": "1",
        "render_layer_type": "0",
        "enable_layered": "1",
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
        "ram": "64",
        "graphics_cards_num": "2",
        "hardwareConfigId": "",
        "hardwareConfigIds": [],
    }


@pytest.mark.parametrize(
    ("given", "key", "value"),
    [
        ({"frames_per_machine": 5}, "frames_per_task", "5"),
        ({"tiles": 4, "tile_shape": "strip"}, "tiles", "4"),
        ({"tiles": 4, "tile_shape": "strip"}, "tiles_type", "strip"),
        ({"frame_timeout": 8}, "job_stop_time", "28800"),
        ({"job_timeout": 24}, "task_stop_time", "86400"),
        ({"remind_after": 0.5}, "time_out", "1800"),
        ({"pause_after_test": True, "test_frames": "first"}, "stop_after_test", "1"),
        ({"memory": "128"}, "ram", "128"),
        ({"graphics_cards": "1"}, "graphics_cards_num", "1"),
        ({"layered": False}, "enable_layered", "0"),
        ({"distributed": True}, "is_distribute_render", "1"),
        ({"distributed_machines": "9"}, "distribute_render_node", "9"),
        ({"reserved_machines": " 623 "}, "pack_node_id", "623"),
        ({"system": "linux"}, "os_name", "0"),
        ({"project_folder": "D:\\shot"}, "input_project_path", "D:/shot"),
    ],
)
def test_what_each_option_becomes(given, key, value):
    assert to_task_info(MAYA, options(**given), **IDS)[key] == value


def test_the_environment_names_the_system_unless_the_artist_does():
    assert to_task_info(MAYA, options(), system="linux", **IDS)["os_name"] == "0"
    assert to_task_info(MAYA, options(system="windows"), system="linux", **IDS)["os_name"] == "1"


def test_the_machines_that_were_chosen_go_before_memory_and_cards():
    info = to_task_info(MAYA, options(memory="64"), hardware=hardware(303, ram="128GB", gpus="1*GPU"), **IDS)
    assert (info["ram"], info["graphics_cards_num"], info["hardwareConfigIds"]) == ("128", "1", ["303"])
    info = to_task_info(MAYA, options(graphics_cards="1"), hardware=hardware(301), **IDS)
    assert (info["ram"], info["graphics_cards_num"], info["hardwareConfigIds"]) == ("64", "1", ["301"])


@pytest.mark.parametrize(("scene", "layered"), [(HOUDINI, "1"), (MAX, "0"), (BLENDER, "0")])
def test_layers_as_the_samples_of_each_application_have_them(scene, layered):
    assert to_task_info(scene, options(), **IDS)["enable_layered"] == layered


def test_only_max_names_a_version_of_the_file():
    assert to_task_info(MAX, options(), **IDS)["version"] == "2"
    assert "version" not in to_task_info(BLENDER, options(), **IDS)


def test_labels_are_words_between_commas():
    assert task_labels(options(labels=" a, b,a, ,c d")) == ["a", "b", "c d"]
    assert task_labels(options()) == []


def test_a_windows_path_is_written_with_slashes():
    info = to_task_info(MAYA, options(), **{**IDS, "scene": "D:\\scenes\\a.ma"})
    assert info["input_cg_file"] == "D:/scenes/a.ma"
