"""The farm's answers as values: the samples of the documents, and whatever else may come."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from farmdeck.farms.foxfarm.models import read_configs, read_money, read_software, read_task, read_time, read_user
from farmdeck.farms.foxfarm.reports import Piece, frame_of, frames, read_id, report, together, write_id
from farmdeck.job import FrameState, JobState
from farmdeck.scene import Software
from hypothesis import given
from hypothesis import strategies as st

SAMPLE = {  # HTTP API manual 2017, 7.1.2.4
    "task_id": "5101184",
    "project_name": "J_Team",
    "task_status": "Start",
    "task_type": "0",
    "cg_soft_name": "maya2014",
    "scene_name": "Ep045_SC008__v001.ma",
    "frames": "101-123[1]",
    "executing": "3",
    "done": "7",
    "aborted": "0",
    "waiting": "13",
    "failed": "0",
    "submit_time": "2016-10-11 14:26:03",
    "fee": "RMB:2.58",
    "jobs": [
        {
            "job_id": "5",
            "job_name": "frame0106",
            "job_status": "Done",
            "start_time": "20161011144433",
            "end_time": "20161011145128",
            "consume_time": "415",
            "log": "abc\r\ndef\r\nhij\r\n",
            "render_log": "abc\r\ndef\r\nhij\r\n",
            "process_log": "abc\r\ndef\r\nhij\r\n",
        },
        {
            "job_id": "6",
            "job_name": "frame0107",
            "job_status": "Done",
            "start_time": "20161011144439",
            "end_time": "20161011145024",
            "consume_time": "345",
        },
    ],
}


def utc(*parts: int) -> float:
    return datetime(*parts, tzinfo=timezone.utc).timestamp()  # noqa: UP017 - as the farm's code is read on 3.9 too


def test_the_sample_of_a_task():
    task = read_task(SAMPLE)
    assert (task.id, task.project, task.scene) == (5101184, "J_Team", "Ep045_SC008__v001.ma")
    assert (task.fee, task.currency) == (2.58, "CNY")
    assert task.submitted == utc(2016, 10, 11, 6, 26, 3)
    assert task.folder == "5101184_Ep045_SC008__v001"
    said = report("5101184", [task])
    assert (said.state, said.farm_state) == (JobState.RENDERING, "Start")
    assert (said.counts.total, said.counts.done, said.counts.rendering, said.cost) == (23, 7, 3, 2.58)
    by_number = {frame.number: frame for frame in frames(0, task, {106: 1})}
    assert list(by_number) == list(range(101, 124))
    done = by_number[106]
    assert (done.state, done.attempt, done.seconds) == (FrameState.DONE, 2, 415.0)
    assert done.started == utc(2016, 10, 11, 6, 44, 33)
    assert (by_number[105].state, by_number[105].attempt) == (FrameState.WAITING, 0)
    assert task.jobs[0].log == "abc\ndef\nhij"


def test_a_frame_in_pieces_is_as_its_worst():
    jobs = [
        {"job_name": f"frame0101{tile}", "job_status": word} for tile, word in (("_1", "Done"), ("_2", "executing"))
    ]
    frame = frames(0, read_task({**SAMPLE, "jobs": jobs}), {})[0]
    assert (frame.number, frame.state) == (101, FrameState.RENDERING)


def test_jobs_that_are_no_frames_are_left_alone():
    jobs = [{"job_name": "photon", "job_status": "Done"}, {"job_name": None}, "odd"]
    assert {frame.state for frame in frames(0, read_task({**SAMPLE, "jobs": jobs}), {})} == {FrameState.WAITING}


@pytest.mark.parametrize(
    ("word", "counts", "state"),
    [
        ("Start", {}, JobState.WAITING),
        ("Start", {"executing": "1"}, JobState.RENDERING),
        ("executing", {"done": "1"}, JobState.RENDERING),
        ("Preprocessing", {}, JobState.WAITING),
        ("Analysed", {}, JobState.WAITING),
        ("Stopped", {"done": "1"}, JobState.STOPPED),
        ("User_Stop", {}, JobState.STOPPED),
        ("System_Done", {"done": "3"}, JobState.DONE),
        ("System_Done", {"done": "2", "failed": "1"}, JobState.PARTLY_DONE),
        ("System_Done", {"done": "2", "aborted": "1"}, JobState.PARTLY_DONE),
        ("System_Done", {"failed": "3"}, JobState.FAILED),
        ("System_Done", {}, JobState.DONE),
        ("Failed", {"done": "1", "failed": "2"}, JobState.PARTLY_DONE),
        ("SubFailed", {}, JobState.FAILED),
        ("AnalyseFailed", {}, JobState.FAILED),
        ("SomethingNew", {"executing": "1"}, JobState.RENDERING),
        ("SomethingNew", {}, JobState.WAITING),
    ],
)
def test_states(word, counts, state):
    assert read_task({"task_status": word, **counts}).state is state


@pytest.mark.parametrize(
    ("states", "state"),
    [
        ("done done", "done"),
        ("done failed", "partly_done"),
        ("failed failed", "failed"),
        ("done waiting", "rendering"),
        ("waiting stopped", "waiting"),
        ("stopped done", "stopped"),
        ("rendering stopped", "rendering"),
        ("partly_done done", "partly_done"),
    ],
)
def test_several_tasks_together(states, state):
    assert together([JobState(word) for word in states.split()]) is JobState(state)


@pytest.mark.parametrize(
    ("text", "name", "version"),
    [
        ("maya 2015", "Maya", "2015"),
        ("maya2014", "Maya", "2014"),
        ("3ds Max 2010", "3ds Max", "2010"),
        ("3dsmax 2014", "3ds Max", "2014"),
        ("3ds Max", "3ds Max", ""),
        ("blender 2.78c", "Blender", "2.78c"),
        ("houdini 13", "Houdini", "13"),
        ("V-Ray_standalone", "V-Ray", ""),
        ("Vue", "Vue", ""),
    ],
)
def test_software(text, name, version):
    assert read_software(text) == Software(name, version)


def test_the_only_configuration_is_the_default():
    one = {"config_id": "7", "cg_soft_name": "maya 2015", "plugin_name": "mtoa 1.2.3,shave 9.0v54", "is_default": "0"}
    (config,) = read_configs({"project_name": "api", "render_os": "Linux", "plugins": [one, {}]})
    assert config.default
    assert config.environment.name == "api: maya 2015 (mtoa 1.2.3, shave 9.0v54)"
    assert [(plugin.name, plugin.version) for plugin in config.environment.plugins] == [
        ("mtoa", "1.2.3"),
        ("shave", "9.0v54"),
    ]
    assert [config.default for config in read_configs({"plugins": [one, {**one, "is_default": "1"}]})] == [False, True]
    assert read_configs({"plugins": None}) == []


def test_an_account():
    user = read_user({"id": "1", "login_name": "lisa", "rmb_balance": "9.5", "usd_balance": None, "account_type": "2"})
    assert (user.balances, user.main, user.transports) == ({"CNY": 9.5}, False, ())


def test_money():
    assert read_money("RMB:2.58") == (2.58, "CNY")
    assert read_money("USD:1") == (1.0, "USD")
    assert read_money("2.58") == (2.58, "CNY")
    assert read_money("") == (None, "")


@given(st.text())
def test_whatever_comes_is_read(text):
    read_money(text)
    read_time(text)
    read_software(text)
    task = read_task(
        {name: text for name in SAMPLE if name != "jobs"} | {"jobs": [{"job_name": text, "start_time": text}]}
    )
    report("1", [task])
    frames(0, task, {})


@given(st.lists(st.tuples(st.integers(1, 10**7), st.integers(1, 3)), min_size=1, max_size=5))
def test_ids_go_and_come_back(parts):
    pieces = [Piece(part, task + n) for part, (task, many) in enumerate(parts) for n in range(many)]
    assert read_id(write_id(pieces)) == pieces


@pytest.mark.parametrize(
    ("path", "frame"),
    [
        ("lgt.0106.exr", 106),
        ("beauty/lgt-0106.exr", 106),
        ("v002_106_alpha.png", 106),
        ("sh010_v002.jpg", None),
        ("106/report.txt", None),
        ("lgt.0002.exr", None),
    ],
)
def test_the_frame_of_a_picture(path, frame):
    assert frame_of(path, range(101, 124)) == frame


def test_negative_frames():
    assert frame_of("lgt.-0001.exr", range(-2, 3)) == -1
    assert frame_of("lgt-0001.exr", range(0, 3)) == 1
