"""The server's jobs and tasks as one report and as frames."""

from __future__ import annotations

import pytest
from farmdeck.farm import Counts
from farmdeck.farms.flamenco_server._states import Known, held, report
from farmdeck.farms.flamenco_server.marks import Mark, Piece
from farmdeck.farms.flamenco_server.models import ServerJob, ServerTask
from farmdeck.job import FrameState, JobState


def known(status: str, *tasks: str, place: int = 0, first: int = 1, type: str = "", part: int = 0) -> Known:
    """A job with one frame in each task."""
    numbers = tuple(range(first, first + len(tasks)))
    job = ServerJob(place + 1, "", status, numbers, type=type)
    made = [ServerTask(10 * place + at, job.id, word, (numbers[at],)) for at, word in enumerate(tasks)]
    return Known(Piece(Mark("ab", part, place), job), made)


def told(*of: Known):
    return report("1 ab", held(of), of)


@pytest.mark.parametrize(
    ("status", "tasks", "state"),
    [
        ("ready", ("ready", "ready"), JobState.WAITING),
        ("ready", ("running", "ready"), JobState.RENDERING),
        ("ready", ("finished", "ready"), JobState.RENDERING),
        ("running", ("finished", "finished"), JobState.DONE),
        ("failed", ("finished", "failed"), JobState.PARTLY_DONE),
        ("failed", ("failed", "failed"), JobState.FAILED),
        ("stopped", ("finished", "aborted"), JobState.STOPPED),
        ("stopped", ("running", "ready"), JobState.RENDERING),
        ("waiting", ("waiting",), JobState.WAITING),
        ("active", ("processing",), JobState.RENDERING),
        ("paused", ("waiting",), JobState.PAUSED),
        ("canceled", ("canceled", "completed"), JobState.STOPPED),
        ("archived", ("completed",), JobState.DONE),
        ("archived", ("canceled",), JobState.STOPPED),
    ],
)
def test_states_of_every_dialect(status, tasks, state):
    assert told(known(status, *tasks)).state is state


def test_a_stopped_job_that_goes_on_says_so():
    assert "although it was stopped" in told(known("stopped", "running")).message
    assert told(known("stopped", "aborted")).message == ""
    assert "all the same" in told(known("stopped", "aborted", "ready")).message
    assert told(known("stopped", "ready", type="simple_blender_render")).message == ""


def test_a_canceled_job_of_later_servers_renders_no_more_though_its_tasks_say_so():
    found = held([known("canceled", "active", type="simple_blender_render")])
    assert found[0].frame.state is FrameState.WAITING


def test_a_job_without_tasks_says_so():
    lone = Known(Piece(Mark("ab", 0, 0), ServerJob(7, "", "ready", (1, 2))), [])
    said = told(lone)
    assert said.state is JobState.WAITING and "no tasks of job 7" in said.message
    assert said.counts == Counts(2, 0, 0, 0)


def test_the_latest_job_of_a_frame_counts():
    first, again = known("failed", "finished", "failed"), known("ready", "running", place=1, first=2)
    frames = [each.frame for each in held([again, first])]
    assert [(f.number, f.state, f.attempt) for f in frames] == [
        (1, FrameState.DONE, 1),
        (2, FrameState.RENDERING, 2),
    ]
    assert told(first, again).state is JobState.RENDERING
    done = known("completed", "finished", place=1, first=2)
    assert told(first, done).state is JobState.DONE
    assert told(first, done).counts == Counts(2, 2, 0, 0)


def test_a_stopped_job_whose_rest_was_tried_again_and_is_done():
    assert told(known("stopped", "finished", "failed"), known("completed", "finished", place=1, first=2)).state is (
        JobState.DONE
    )


def test_a_chunk_tells_how_far_it_is_where_the_worker_does():
    job = ServerJob(1, "", "active", (1, 2, 3, 4), 4, "blender_simple_render")
    frames = held([Known(Piece(Mark("ab", 0, 0), job), [ServerTask(1, 1, "active", (1, 2, 3, 4), 3)])])
    assert [each.frame.state for each in frames] == [
        FrameState.DONE,
        FrameState.DONE,
        FrameState.RENDERING,
        FrameState.WAITING,
    ]


def test_farm_state_has_the_servers_words_once():
    assert told(known("ready", "ready"), known("ready", "ready", place=1, part=1)).farm_state == "ready"
