"""Job types as options of ours, and the settings of a job that they come to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from farmdeck._errors import BadInput
from farmdeck.farm import Option, asked, check_options, unsuited
from farmdeck.farms.flamenco.job_types import JobType, Setting, Subject, options, read_job_type
from farmdeck.farms.flamenco.job_types import settings as job_settings
from farmdeck.scene import Scene, Software
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulator.flamenco.job_types import built_in

BY_APPLICATION = {"Blender": "simple-blender-render", "Maya": "farmdeck-render"}
BLENDER = read_job_type(built_in((3, 9))["simple-blender-render"].document)
ECHO = read_job_type(built_in((3, 9))["echo-sleep-test"].document)
OURS = JobType("farmdeck-render", "Ours", "", "", (Setting("parts", visible="hidden", required=True),))
SUBJECT = Subject(
    name="shot",
    software="Blender",
    scene_file="/mnt/jobs/x/shot.blend",
    original="/home/me/show/sh010/shot.blend",
    output_root="/mnt/renders",
    frames=(1, 2, 3, 7),
    scene="Scene",
    format="PNG",
    extension=".png",
    fps=24.0,
    frame_start=1,
    frame_end=9,
    width=64,
    height=36,
)


def kind(*settings: dict[str, Any], name: str = "third-party") -> JobType:
    return read_job_type({"name": name, "label": "Third", "etag": "e", "settings": list(settings)})


def fields(*types: JobType) -> dict[str, Option]:
    return {option.name: option for option in options(types, BY_APPLICATION)}


def made(job_type: JobType, subject: Subject = SUBJECT, /, **values: Any) -> dict[str, Any]:
    return job_settings(job_type, check_options(options([job_type], BY_APPLICATION), values), subject)


# the form


def test_only_what_farmdeck_does_not_know_is_asked_for() -> None:
    assert list(fields(BLENDER)) == ["job_type", "chunk_size", "add_path_components"]


def test_a_setting_becomes_a_field() -> None:
    tile = {
        "key": "tile_size_x",
        "type": "int32",
        "default": 64,
        "propargs": {"min": 8, "max": 512},
        "description": "T",
    }
    deep = {"key": "colour", "type": "string", "label": "Colour depth", "choices": ["8", "16"], "default": "16"}
    found = fields(kind(tile, deep, {"key": "half", "type": "float"}, {"key": "gpu", "type": "bool"}))
    when = ("job_type", "third-party")
    assert found["tile_size_x"] == Option("tile_size_x", "Tile size x", "int", 64, 8, 512, help="T", when=when)
    assert found["colour"] == Option("colour", "Colour depth", "choice", "16", choices=("8", "16"), when=when)
    assert found["half"] == Option("half", "Half", "float", 0.0, when=when)
    assert found["gpu"] == Option("gpu", "Gpu", "bool", False, when=when)


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ({"visible": "hidden"}, False),
        ({"visible": "web", "default": "x"}, False),
        ({"visible": "hidden", "required": True, "default": "x"}, False),
        ({"visible": "hidden", "required": True, "eval": "jobname"}, False),
        ({"visible": "visible", "eval": "jobname", "editable": False}, False),
        ({"visible": "submission"}, True),
        ({"visible": "visible", "eval": "jobname"}, True),
        ({}, True),
        ({"visible": "hidden", "required": True}, True),
        ({"visible": "hidden", "required": True, "eval": "C.scene.cycles.samples"}, True),
        ({"visible": "submission", "editable": False, "eval": "C.scene.cycles.samples"}, True),
        ({"visible": "hidden", "eval": "C.scene.cycles.samples"}, False),
    ],
)
def test_who_is_asked(setting: dict[str, Any], expected: bool) -> None:
    """What nobody else can say is asked for, shown or not."""
    assert ("samples" in fields(kind({"key": "samples", "type": "string", **setting}))) is expected


def test_what_is_worked_out_from_other_settings_is_not_asked_for() -> None:
    """As a type for playblasts has it: a root of its own, and a path that cannot be edited."""
    root = {"key": "blast_root", "type": "string", "required": True, "visible": "submission"}
    path = {"key": "blast_path", "type": "string", "editable": False, "eval": "str(abspath(settings.blast_root))"}
    copy = {"key": "blast_copy", "type": "string", "editable": False, "eval": "settings.blast_path + '.copy'"}
    assert list(fields(kind(root, path, copy))) == ["job_type", "blast_root"]
    found = made(kind(root, path, copy), blast_root="//blast")
    assert found["blast_copy"] == "/mnt/jobs/x/blast.copy"


def test_a_field_with_an_expression_may_stay_empty() -> None:
    name = {"key": "name", "type": "string", "eval": "jobname"}
    found = fields(kind(name, {"key": "way", "type": "string", "choices": ["a", "b"], "eval": "'b'"}))
    assert (found["name"].kind, found["name"].default) == ("text", "")
    assert (found["way"].kind, found["way"].default, found["way"].choices) == ("choice", "", ("", "a", "b"))


def test_types_share_what_they_define_alike() -> None:
    """The application's own type has the bare name whatever the others do."""
    chunk = {"key": "chunk_size", "type": "int32", "default": 1, "visible": "submission", "description": "other words"}
    alike, other = kind(chunk, name="alike"), kind({**chunk, "default": 5}, name="a-other")
    found = fields(alike, other, BLENDER)
    assert found["chunk_size"].when == ("job_type", "simple-blender-render", "", "alike")
    assert (found["a-other.chunk_size"].default, found["a-other.chunk_size"].when) == (5, ("job_type", "a-other"))


def test_the_fields_follow_the_choice() -> None:
    form = options([BLENDER, ECHO], BY_APPLICATION)

    def shown(**values: str) -> list[str]:
        return [option.name for option in asked(form, values)]

    assert shown() == ["job_type", "chunk_size", "add_path_components"]
    assert shown(job_type="echo-sleep-test") == ["job_type", "message", "sleep_duration_seconds", "sleep_repeats"]


def test_names_of_our_own_options_are_left_to_us() -> None:
    found = fields(kind({"key": "tag", "type": "string"}, {"key": "job_type", "type": "string"}))
    assert list(found) == ["job_type", "third-party.tag", "third-party.job_type"]
    assert made(kind({"key": "tag", "type": "string"}), **{"third-party.tag": "x"}) == {"tag": "x"}


def test_types_that_do_not_suit_the_application_say_so() -> None:
    form = options([BLENDER, ECHO], BY_APPLICATION)
    maya, blender = (Scene("", Software(name, "")) for name in ("Maya", "Blender"))
    assert unsuited(form[0], maya) == {
        "": "The Manager has no job type farmdeck-render, which Maya needs.",
        "simple-blender-render": "This job type does not render scenes of Maya.",
    }
    assert unsuited(form[0], blender) == {}
    form = options([BLENDER, ECHO, OURS], BY_APPLICATION)
    assert list(unsuited(form[0], maya)) == ["simple-blender-render"]
    assert list(unsuited(form[0], blender)) == ["farmdeck-render"]


# the settings


def test_a_blender_job() -> None:
    assert made(BLENDER, chunk_size=5, add_path_components=2) == {
        "frames": "1-3,7",
        "chunk_size": 5,
        "render_output_root": "/mnt/renders",
        "add_path_components": 2,
        "render_output_path": "/mnt/renders/show/sh010/shot/{timestamp}/######",
        "blendfile": "/mnt/jobs/x/shot.blend",
        "fps": 24.0,
        "format": "PNG",
        "image_file_extension": ".png",
        "has_previews": False,
        "scene": "Scene",
    }


def test_an_output_that_is_wanted_outright() -> None:
    subject = replace(SUBJECT, output="/mnt/show/out/beauty_####")
    assert made(BLENDER, subject)["render_output_path"] == "/mnt/show/out/beauty_####"


def test_an_output_without_an_expression_goes_below_the_root() -> None:
    output = kind({"key": "render_output_path", "type": "string", "required": True, "visible": "submission"})
    assert made(output) == {"render_output_path": "/mnt/renders/shot/######"}
    windows = replace(SUBJECT, output_root="N:\\renders")
    assert made(output, windows) == {"render_output_path": "N:\\renders\\shot\\######"}


def test_what_is_given_wins_over_the_expression_and_that_over_the_default() -> None:
    setting = {"key": "size", "type": "int32", "eval": "C.scene.render.resolution_x * 2", "default": 7}
    assert made(kind(setting)) == {"size": 128}
    assert made(kind(setting), size="9") == {"size": 9}
    assert made(kind(setting), replace(SUBJECT, width=0)) == {"size": 7}


def test_expressions_see_settings_that_come_later_and_choices_that_were_made() -> None:
    first = {"key": "a", "type": "string", "visible": "hidden", "eval": "f'{settings.b}-{settings.c}'"}
    types = kind(first, {"key": "b", "type": "int32", "default": 3}, {"key": "c", "type": "bool"})
    assert made(types, c=True) == {"a": "3-True", "b": 3, "c": True}


def test_frames_per_second_are_whole_by_a_base() -> None:
    types = kind({"key": "whole", "type": "int32", "visible": "hidden", "eval": "C.scene.render.fps"},
                 {"key": "fps", "type": "float", "visible": "hidden",
                  "eval": "C.scene.render.fps / C.scene.render.fps_base"})  # fmt: skip
    found = made(types, replace(SUBJECT, fps=24000 / 1001))
    assert (found["whole"], found["fps"]) == (24, pytest.approx(24000 / 1001))


def test_every_setting_that_nobody_gave_is_named() -> None:
    render = kind(
        {"key": "samples", "type": "int32", "required": True, "visible": "hidden", "eval": "C.scene.cycles.samples"},
        {"key": "camera", "type": "string", "required": True, "eval": "C.scene.camera.name"},
        {"key": "show", "type": "string", "required": True},
        {"key": "notes", "type": "string"},
    )
    with pytest.raises(BadInput, match=r'"Third" needs what nobody gave: samples, camera, show\.'):
        made(render)
    given = made(render, replace(SUBJECT, camera="Cam"), samples="64", show="x")
    assert given == {"samples": 64, "camera": "Cam", "show": "x", "notes": ""}


def test_several_frames_are_no_one_frame() -> None:
    """Only one of them would be rendered, and nobody would say so."""
    frame = kind({"key": "frame", "type": "int32", "required": True, "eval": "C.scene.frame_current"})
    assert made(frame, replace(SUBJECT, frames=(12,))) == {"frame": 12}
    with pytest.raises(BadInput, match="frame"):
        made(frame)


def test_frames_below_zero_are_said_before_anything_is_sent() -> None:
    with pytest.raises(BadInput, match="Frame -3 is below zero"):
        made(BLENDER, replace(SUBJECT, frames=(-3, 1)))


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ({"type": "int32"}, "1.5", "whole number"),
        ({"type": "int32"}, "3000000000", "whole number"),
        ({"type": "float"}, "inf", "a number"),
        ({"type": "bool"}, "maybe", "true or false"),
    ],
)
def test_a_value_of_another_type(setting: dict[str, Any], value: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        made(kind({"key": "x", "eval": "C.scene.cycles.x", **setting}), x=value)


def test_values_of_other_types_are_not_taken() -> None:
    """Two types with one key that means different things."""
    first = kind({"key": "size", "type": "int32", "default": 1}, name="simple-blender-render")
    other = kind({"key": "size", "type": "string", "default": "big"}, name="other")
    values = check_options(options([first, other], BY_APPLICATION), {"size": 4})
    assert job_settings(first, values, SUBJECT) == {"size": 4}
    assert job_settings(other, values, SUBJECT) == {"size": "big"}


JSON = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=6)
ODD = st.dictionaries(
    st.sampled_from(
        ["key", "type", "subtype", "visible", "choices", "propargs", "default", "required", "eval", "label"]
    ),
    JSON
    | st.sampled_from(["int32", "float", "bool", "string", "hidden", "chunk_size", "frames", "jobname"])
    | st.lists(JSON, max_size=3)
    | st.dictionaries(st.sampled_from(["min", "max"]), JSON),
    max_size=8,
)


@given(st.lists(ODD, max_size=4), st.lists(ODD, max_size=3))
@settings(max_examples=150)
def test_no_answer_of_a_manager_breaks_the_form(first: list[dict[str, Any]], second: list[dict[str, Any]]) -> None:
    """Whatever it says, the form can be shown and every field's own default be sent."""
    types = [read_job_type({"name": "a", "settings": first}), read_job_type({"name": "b", "settings": second})]
    values = check_options(options(types, {"Blender": "a"}), {})
    for job_type in types:
        try:
            job_settings(job_type, values, SUBJECT)
        except BadInput:
            continue


@pytest.mark.parametrize("settings", [None, 3, "x", {"a": 1}])
def test_a_document_without_settings(settings: object) -> None:
    assert read_job_type({"name": "x", "settings": settings}).settings == ()


def test_settings_that_are_none_are_left_out() -> None:
    assert read_job_type({"settings": ["x", {"key": ""}]}) == JobType("", "", "", "", ())
