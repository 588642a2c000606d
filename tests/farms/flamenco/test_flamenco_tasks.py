"""Flamenco's tasks as our frames and jobs."""

from __future__ import annotations

from typing import Any

import pytest
from farmdeck import FrameState, JobState
from farmdeck.farms.flamenco._tasks import ALL, PART, Unit, frames_of, parts_of, report_of
from farmdeck.farms.flamenco.models import Job, TaskSummary
from farmdeck.job import Part

W, R, D, F, A = (
    FrameState.WAITING,
    FrameState.RENDERING,
    FrameState.DONE,
    FrameState.FAILED,
    FrameState.ABANDONED,
)


def part(frames: str) -> Part:
    return Part("beauty", "S/beauty", ("S", "beauty"), "", frames, 4, 2, "CYCLES", "/r/####.png")


def job(status: str, key: str = "0", **given: Any) -> Job:
    return Job("uuid", "shot", "simple-blender-render", status, metadata={PART: key}, **given)


def task(name: str, status: str = "queued", done: int = 0, total: int = 0, **given: Any) -> TaskSummary:
    return TaskSummary(f"id of {name}", name, status, steps_completed=done, steps_total=total, **given)


def unit(status: str, frames: str, *tasks: TaskSummary, key: str = "0", **given: Any) -> Unit:
    parts = {0: part(frames)} if key == "0" else {index: part(each) for index, each in enumerate(frames.split(";"))}
    return Unit(job(status, key), tasks, parts, **given)


def states(given: Unit) -> list[FrameState]:
    return [frame.state for frame in frames_of(given)]


@pytest.mark.parametrize(
    ("status", "done", "total", "expected"),
    [
        ("queued", 0, 3, [W, W, W]),
        ("paused", 0, 3, [W, W, W]),
        ("soft-failed", 1, 3, [W, W, W]),  # begun anew
        ("active", 0, 0, [R, R, R]),  # before 3.8 nobody counts
        ("active", 0, 3, [R, W, W]),
        ("active", 1, 3, [D, R, W]),
        ("active", 3, 3, [D, D, D]),
        ("failed", 1, 3, [D, F, F]),
        ("failed", 0, 0, [F, F, F]),
        ("canceled", 2, 3, [D, D, A]),
        ("completed", 0, 0, [D, D, D]),
    ],
)
def test_frames_of_a_task_with_several(status: str, done: int, total: int, expected: list[FrameState]) -> None:
    assert states(unit("active", "1-3", task("render-1-3", status, done, total))) == expected


def test_a_chunk_with_gaps() -> None:
    assert states(unit("active", "1,4,5,9", task("render-1,4,5", "completed"), task("render-9", "active"))) == [
        D,
        D,
        D,
        R,
    ]


def test_the_parts_of_one_job() -> None:
    given = unit("active", "1-2;5", task("render-0-1-2", "completed"), task("render-1-5", "failed"), key=ALL)
    assert [(frame.part, frame.number, frame.state) for frame in frames_of(given)] == [(0, 1, D), (0, 2, D), (1, 5, F)]


def test_what_is_stopped_waits_and_what_failed_around_it_is_given_up() -> None:
    tasks = (task("render-1", "canceled"), task("render-2", "failed", worker="studio-7"))
    assert states(unit("canceled", "1-2", *tasks)) == [W, F]
    given_up, failed = frames_of(unit("failed", "1-2", *tasks))
    assert given_up.state is A and "Retry" in given_up.message
    assert "studio-7" in failed.message


def test_a_frame_that_several_tasks_make_is_done_when_all_are() -> None:
    def together(*each: str) -> FrameState:
        return states(unit("active", "7", *(task(f"{n}-7", status) for n, status in enumerate(each))))[0]

    assert together("completed", "completed") is D
    assert together("completed", "queued") is R
    assert together("completed", "failed") is F
    assert together("queued", "queued") is W


def test_frames_of_a_type_whose_tasks_name_none_are_as_the_job_is() -> None:
    tasks = (task("echo", "active"), task("preview-video"))
    assert states(unit("active", "1-2", *tasks)) == [R, R]
    assert states(unit("completed", "1-2", *tasks)) == [D, D]
    assert states(unit("queued", "1-2", *tasks)) == [W, W]


def test_attempts_and_times() -> None:
    done = task("render-1-2", "completed", updated=130.0)
    first, second = frames_of(
        unit("active", "1-2", done, retries={(0, 2): 2}, begun={done.id: 100.0, "somebody else": 1.0})
    )
    assert (first.attempt, second.attempt) == (1, 3)
    assert (first.started, first.seconds) == (100.0, 15.0)
    (waiting,) = frames_of(unit("queued", "1", task("render-1"), retries={(0, 1): 1}))
    assert (waiting.attempt, waiting.started, waiting.seconds) == (1, None, None)
    (unseen,) = frames_of(unit("active", "1", task("render-1", "completed", updated=130.0)))
    assert (unseen.attempt, unseen.seconds) == (1, None)


@pytest.mark.parametrize(
    ("status", "tasks", "expected"),
    [
        ("queued", ["queued", "queued"], JobState.WAITING),
        ("queued", ["active", "queued"], JobState.RENDERING),
        ("requeueing", ["completed", "queued"], JobState.WAITING),
        ("under-construction", [], JobState.WAITING),
        ("active", ["active", "queued"], JobState.RENDERING),
        ("active", ["completed", "failed"], JobState.PARTLY_DONE),  # less than a tenth failed, and nothing is left
        ("active", ["failed", "canceled"], JobState.FAILED),
        ("active", ["completed", "completed"], JobState.DONE),  # a task was done again, but what is made of it failed
        ("pause-requested", ["active", "paused"], JobState.RENDERING),
        ("pause-requested", ["completed", "paused"], JobState.PAUSED),
        ("paused", ["paused", "paused"], JobState.PAUSED),
        ("cancel-requested", ["active", "canceled"], JobState.STOPPED),
        ("canceled", ["canceled", "canceled"], JobState.STOPPED),
        ("completed", ["completed", "completed"], JobState.DONE),
        ("failed", ["completed", "failed"], JobState.PARTLY_DONE),
        ("failed", ["canceled", "failed"], JobState.FAILED),
        ("a word of tomorrow", ["queued", "queued"], JobState.WAITING),
    ],
)
def test_states(status: str, tasks: list[str], expected: JobState) -> None:
    given = unit(status, "1-2", *(task(f"render-{number}", each) for number, each in enumerate(tasks, start=1)))
    report = report_of("uuid", [given], frames_of(given))
    assert (report.state, report.farm_state) == (expected, status)
    assert bool(report.message) == (status == "active" and expected in (JobState.FAILED, JobState.PARTLY_DONE))


@pytest.mark.parametrize(
    ("status", "video", "expected"),
    [
        ("active", "queued", JobState.RENDERING),
        ("active", "active", JobState.RENDERING),
        ("active", "failed", JobState.DONE),
        ("failed", "failed", JobState.DONE),
        ("completed", "completed", JobState.DONE),
    ],
)
def test_a_video_that_is_still_to_come_or_never_will(status: str, video: str, expected: JobState) -> None:
    given = unit(status, "1", task("render-1", "completed"), task("preview-video", video))
    report = report_of("uuid", [given], frames_of(given))
    assert report.state is expected
    assert ("preview-video" in report.message) == (video == "failed")


def test_several_jobs_are_one_report() -> None:
    def report(*each: tuple[str, str, float]) -> Any:
        units = [
            Unit(
                job(status, str(n), updated=updated),
                [task("render-1", one, worker="w")],
                {n: part("1")},
                begun={"id of render-1": updated - 5},
            )
            for n, (status, one, updated) in enumerate(each)
        ]
        return report_of("a b", units, [frame for unit in units for frame in frames_of(unit)])

    both = report(("completed", "completed", 50.0), ("active", "active", 20.0))
    assert (both.state, both.farm_state, both.ended) == (JobState.RENDERING, "completed, active", None)
    assert (both.counts.total, both.counts.done, both.counts.rendering) == (2, 1, 1)
    over = report(("completed", "completed", 50.0), ("failed", "failed", 20.0))
    assert (over.state, over.started, over.ended) == (JobState.PARTLY_DONE, 15.0, 50.0)
    assert over.counts.failed == 1
    assert report(("completed", "completed", 1.0), ("canceled", "canceled", 1.0)).state is JobState.STOPPED


def test_parts_of_a_job_that_another_machine_sent() -> None:
    tasks = [task("render-4-5"), task("render-8"), task("preview-video")]
    found = parts_of(job("queued", "1"), tasks, None)
    assert {index: part.frames for index, part in found.items()} == {1: "4-5,8"}
    assert parts_of(job("queued", "not a number"), tasks, None).keys() == {0}
    named = parts_of(job("queued", ALL), [task("render-0-4"), task("render-2-5")], None)
    assert {index: part.frames for index, part in named.items()} == {0: "4", 2: "5"}
