"""How long a report holds while the Manager tells of changes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from farmdeck import Action, JobState
from farmdeck.farm import Counts, JobReport
from farmdeck.farms.flamenco._live import LONGEST, STILL, Live

from tests.farms.flamenco.flamenco_studio import PATIENCE, Studio, one_layer

REPORT = JobReport("ours", JobState.RENDERING)


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def uuid(studio: Studio) -> str:
    """A job that does not get on by itself."""
    studio.manager.outcome = lambda task, frame, attempt: "hold"
    return studio.deliver(studio.ready(), one_layer(studio.shot))


@pytest.fixture
def now() -> list[float]:
    return [100.0]


@pytest.fixture
def live(studio: Studio, now: list[float]) -> Iterator[Live]:
    live = Live(studio.manager.url.rstrip("/"), studio.notified.append, clock=lambda: now[0])
    live.start()
    live.start()  # twice is no harm
    until(lambda: live.connected)
    yield live
    live.close()


def test_a_report_holds_until_the_job_changes(studio: Studio, live: Live, uuid: str) -> None:
    assert live.report("ours") is None
    live.asking("ours", [uuid])
    live.asked(REPORT)
    assert live.report("ours") == REPORT
    studio.notified.clear()
    studio.manager.tell_job(studio.manager.jobs[uuid])
    until(lambda: "ours" in studio.notified)
    assert live.report("ours") is None


def test_a_job_that_rests_is_asked_for_its_tasks_now_and_then(live: Live, now: list[float]) -> None:
    waits, stamp = replace(REPORT, state=JobState.WAITING), (("uuid", "queued", 1.0, 0),)
    live.remember(waits, stamp)
    assert live.unchanged("ours", stamp) == waits
    assert live.unchanged("ours", (("uuid", "active", 1.0, 0),)) is None
    now[0] += STILL
    assert live.unchanged("ours", stamp) is None
    live.remember(waits, stamp)
    live.forget("ours")
    assert live.unchanged("ours", stamp) is None
    live.remember(REPORT, stamp)  # it renders
    assert live.unchanged("ours", stamp) is None


def test_jobs_that_wait_cost_one_question(make_studio: Callable[..., Studio]) -> None:
    studio = make_studio(live_events=False)
    farm = studio.ready()
    jobs = [studio.deliver(farm, one_layer(studio.shot, id=f"waiting{number}", hold=True)) for number in range(6)]
    before = farm.jobs(jobs)
    asked = len(studio.manager.journal)
    assert farm.jobs(jobs) == before
    assert [request.operation for request in studio.manager.journal[asked:]] == ["fetchJobs"]
    farm.act(jobs[0], Action.START)
    farm.jobs(jobs)
    assert "fetchJobTasks" in [request.operation for request in studio.manager.journal[asked:]]


def test_a_change_while_it_is_asked_for(studio: Studio, live: Live, uuid: str) -> None:
    live.asking("ours", [uuid])
    studio.manager.tell_job(studio.manager.jobs[uuid])
    until(lambda: "ours" in studio.notified)
    live.asked(REPORT)
    assert live.report("ours") is None
    live.asking("ours", [uuid])
    live.asked(REPORT)
    assert live.report("ours") == REPORT


def test_what_was_asked_before_the_manager_tells_does_not_hold(studio: Studio, uuid: str) -> None:
    live = Live(studio.manager.url.rstrip("/"), studio.notified.append)
    live.asking("ours", [uuid])
    live.asked(REPORT)
    live.start()
    until(lambda: live.connected)
    assert live.report("ours") is None
    live.close()


def test_between_two_frames_it_is_asked_for(live: Live, uuid: str) -> None:
    for rendering, holds in ((0, False), (1, True)):
        report = replace(REPORT, counts=Counts(3, 1, 0, rendering))
        live.asking("ours", [uuid])
        live.asked(report)
        assert (live.report("ours") == report) is holds


def test_no_report_holds_for_ever_nor_without_the_manager(
    studio: Studio, live: Live, uuid: str, now: list[float]
) -> None:
    live.asking("ours", [uuid])
    live.asked(REPORT)
    now[0] += LONGEST + 1
    assert live.report("ours") is None
    live.asked(REPORT)
    live.forget("ours")
    assert live.report("ours") is None
    live.asking("ours", [uuid])
    live.asked(REPORT)
    studio.manager.stop()
    until(lambda: not live.connected)
    assert live.report("ours") is None
