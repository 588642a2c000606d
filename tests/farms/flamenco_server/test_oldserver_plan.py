"""What a submission becomes, and where its scene and pictures are."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import pytest
from farmdeck._errors import BadInput
from farmdeck.farms.flamenco_server._places import PATH_LENGTH, SYSTEM, below_project, pictures_folder
from farmdeck.farms.flamenco_server._plan import (
    BY_OUTPUT,
    LISTED,
    MOST_JOBS,
    common,
    fields,
    format_of,
    frames_of,
    stretches,
)
from farmdeck.farms.flamenco_server._records import Record, Records
from farmdeck.farms.flamenco_server.connection import checked_url
from farmdeck.farms.flamenco_server.dialects import A_DASH, DIALECTS, A
from farmdeck.farms.flamenco_server.marks import Mark
from farmdeck.farms.flamenco_server.models import Project
from farmdeck.testing import made_up_submission
from hypothesis import given, settings
from hypothesis import strategies as st

FEW = settings(max_examples=40)
OTHER = next(system for system in ("linux", "osx", "win") if system != SYSTEM)


def project(**given: str) -> Project:
    """`path_server="/x"`, `render_path_win="R:/"`, …"""
    paths = {name[5:]: value for name, value in given.items() if name.startswith("path_")}
    renders = {name[12:]: value for name, value in given.items() if name.startswith("render_path_")}
    return Project(1, "Shots", paths=paths, renders=renders)


# -- places


def test_a_scene_is_named_by_its_place_in_this_systems_folder(tmp_path):
    scene = tmp_path / "show" / "sh010" / "a.blend"
    shots = project(**{f"path_{SYSTEM}": str(tmp_path / "show"), f"path_{OTHER}": "/elsewhere"})
    assert below_project(shots, scene) == "sh010/a.blend"


def test_the_servers_own_folder_counts_where_this_machine_is_the_server(tmp_path):
    assert below_project(project(path_server=str(tmp_path)), tmp_path / "a.blend") == "a.blend"


def test_a_folder_is_known_by_its_links_too(tmp_path):
    (tmp_path / "real").mkdir()
    link = tmp_path / "link"
    try:
        link.symlink_to(tmp_path / "real", target_is_directory=True)
    except OSError as exc:
        pytest.skip(f"no links here: {exc}")
    assert below_project(project(**{f"path_{SYSTEM}": str(tmp_path / "real")}), link / "a.blend") == "a.blend"


@pytest.mark.parametrize("scene", ["outside/a.blend", "showroom/a.blend", "show/../outside/a.blend"])
def test_a_scene_outside_is_refused_with_the_folder_that_it_has_to_be_in(tmp_path, scene):
    shots = project(**{f"path_{SYSTEM}": str(tmp_path / "show")})
    with pytest.raises(BadInput, match="not in the project Shots") as caught:
        below_project(shots, tmp_path / scene)
    assert str(tmp_path / "show") in str(caught.value)


def test_a_project_without_a_folder_for_this_system_says_which(tmp_path):
    with pytest.raises(BadInput, match=f"path_{SYSTEM}"):
        below_project(project(**{f"path_{OTHER}": "/x"}), tmp_path / "a.blend")


@pytest.mark.parametrize("name", ["é.blend", "a" * PATH_LENGTH + ".blend"])
def test_a_scene_that_the_server_cannot_keep(tmp_path, name):
    with pytest.raises(BadInput):
        below_project(project(**{f"path_{SYSTEM}": str(tmp_path)}), tmp_path / name)


def test_pictures_are_where_the_folder_is_mounted(tmp_path):
    there = project(**{f"render_path_{SYSTEM}": str(tmp_path / "away"), "render_path_server": str(tmp_path)})
    assert pictures_folder(there) == tmp_path
    assert pictures_folder(project(**{f"render_path_{SYSTEM}": str(tmp_path / "away")})) is None
    assert pictures_folder(project(render_path_server=os.curdir)) is None


# -- the plan


def test_every_unbroken_stretch_is_a_job_and_a_list_is_one_where_that_goes():
    frames = {0: (1, 2, 3, 7), 1: (5,)}
    assert [(s.part, s.numbers) for s in stretches(frames, "")] == [(0, (1, 2, 3)), (0, (7,)), (1, (5,))]
    assert [(s.part, s.numbers) for s in stretches(frames, LISTED)] == [(0, (1, 2, 3, 7)), (1, (5,))]


def test_what_would_bury_the_others_is_refused():
    assert len(stretches({0: range(0, 2 * MOST_JOBS, 2)}, "")) == MOST_JOBS
    with pytest.raises(BadInput, match="without a step"):
        stretches({0: range(0, 2 * MOST_JOBS + 2, 2)}, "")


def test_negative_frames_go_where_they_can():
    assert stretches({0: (-2, -1)}, "simple_blender_render")[0].numbers == (-2, -1)
    with pytest.raises(BadInput, match="negative"):
        stretches({0: (-2, -1)}, LISTED)


@FEW
@given(st.dictionaries(st.integers(0, 3), st.sets(st.integers(0, 40), min_size=1, max_size=20), min_size=1))
def test_a_plan_renders_every_frame_once(frames):
    for job_type in ("", LISTED):
        planned = [(s.part, number) for s in stretches(frames, job_type) for number in s.numbers]
        assert sorted(planned) == sorted((part, number) for part, numbers in frames.items() for number in numbers)


@pytest.mark.parametrize(
    ("output", "expected"), [("/x/a.####.exr", "EXR"), ("/x/a.JPG", "JPEG"), ("a.tif", "TIFF"), ("a.png", "PNG")]
)
def test_the_format_goes_by_the_output(output, expected):
    assert format_of(BY_OUTPUT, output) == expected
    assert format_of("MULTILAYER", output) == "MULTILAYER"


def test_an_output_that_stands_for_no_format():
    with pytest.raises(BadInput, match=".sgi"):
        format_of(BY_OUTPUT, "/x/a.####.sgi")


OPTIONS = {"chunk": 2, "format": BY_OUTPUT, "job_type": "simple_blender_render", "command": "default"}


def test_what_a_server_is_told(tmp_path):
    submission = replace(made_up_submission(tmp_path), owner="änn", hold=True)
    told = common(submission, A_DASH, OPTIONS, 3, [1, 2])
    record = Record(("shot beauty", "shot fog"), ("", ""), ("a.blend", "b.blend"), 3, told)
    stretch = stretches(frames_of(submission), "")[2]
    sent = fields(record, Mark("ab", 1, 2), stretch)
    assert sent["name"] == sent["job_name"] == "shot fog [farmdeck ab 1.2]"
    assert (sent["frame_start"], sent["frame_end"], sent["chunk_size"], sent["filepath"]) == (12, 12, 2, "b.blend")
    assert (sent["status"], sent["managers"], sent["project_id"]) == ("stopped", [1, 2], 3)
    assert sent["username"] == "ann@localhost" and sent["format"] == "PNG"
    inside = json.loads(str(sent["settings"]))
    assert inside["frame_start"] == 12 and inside["command_name"] == "default" and "frames" not in inside


def test_january_2015_gets_flat_fields_and_cannot_hold(tmp_path):
    submission = replace(made_up_submission(tmp_path), hold=True)
    told = common(submission, A, {"chunk": 1, "format": "PNG", "render_settings": "base.py"}, 1, [1])
    sent = fields(Record(("a", "b"), ("", ""), ("a", "b"), 1, told), Mark("ab", 0, 0), stretches({0: (1,)}, "")[0])
    assert sent["type"] is None and sent["settings"] is None
    assert (sent["status"], sent["render_settings"], sent["current_frame"]) == ("ready", "base.py", 1)


def test_dialects_are_remembered_by_name():
    assert {name: dialect.name for name, dialect in DIALECTS.items()} == {name: name for name in ("A", "A'", "C", "B")}


# -- records


def test_a_record_is_read_as_it_was_written(tmp_path):
    records = Records(tmp_path / "records")
    assert records.read("ab") is None
    record = Record(("a",), ("/x/####.png",), ("a.blend",), 2, {"project": 1, "managers": [1]}, (), True)
    records.write("ab", record)
    assert records.read("ab") == record
    (tmp_path / "records" / "ab.json").write_text("{")
    assert records.read("ab") is None


def test_forgetting_removes_copies_and_files_on_their_way(tmp_path):
    records = Records(tmp_path / "records")
    copy = tmp_path / "a.farmdeck-ab.part2.blend"
    copy.touch()
    records.write("ab", Record((), (), (), 1, copies=(str(copy), str(tmp_path / "gone"))))
    records.folder("ab").mkdir()
    records.forget("ab")
    records.forget("ab")
    assert not copy.exists() and list((tmp_path / "records").iterdir()) == []


# -- addresses


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://server:9999/", "http://server:9999"),
        ("server:9999", "http://server:9999"),
        ("https://s/f", "https://s/f"),
    ],
)
def test_addresses(text, url):
    assert checked_url(text) == url


@pytest.mark.parametrize(
    "text", ["", "http://", "ftp://server", "http://a b", "http://s:0", "http://s:x", "http://u:p@s"]
)
def test_what_is_no_address(text):
    with pytest.raises(BadInput, match="http://server:9999"):
        checked_url(text)
