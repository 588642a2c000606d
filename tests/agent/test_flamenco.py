"""A job on a simulated Flamenco Manager through the real agent: whole, killed, stopped, with the Manager away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from farmdeck import FrameState, JobState, Submission
from farmdeck.launch import wait_for_agent
from farmdeck.store import Store

from tests.farms.flamenco.flamenco_studio import blender, with_files
from tests.simulator.flamenco import Fault, Manager

from .house import House

DRIVER = Path(__file__).with_name("driver.py")
CLIENT = ("farmdeck.farms.flamenco.client", "Client")
FILES = ("farmdeck.farms.flamenco._files", "Files")
RECORDS = ("farmdeck.farms.flamenco._records", "Records")
STORE = ("farmdeck.store._store", "AgentStore")

# Each follows on what the ones before it left: two jobs are made, of which the second is another agent's.
KILLS = [
    (*FILES, "hash", "after", "1"),
    (*CLIENT, "shaman_store", "after", "1"),
    (*CLIENT, "shaman_checkout", "before", "1"),
    (*RECORDS, "checked_out", "after", "1"),
    (*CLIENT, "submit_job", "after", "1"),
    (*CLIENT, "submit_job", "after", "1"),
    (*STORE, "set_submission", "before", "1", "SubmissionState.SUBMITTED"),
]


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    with Manager(tmp_path / "farm") as manager:
        yield manager
    manager.assert_valid()


def send(house: House, manager: Manager, hold: bool = False) -> Submission:
    """The farm is set up, and a job is submitted."""
    with (house.home / "settings.toml").open("a") as file:
        file.write(f'[farms.studio]\nkind = "flamenco"\nnotify = false\nurl = "{manager.url}"\npoll_seconds = 0.2\n')
    submission = with_files(blender(house.shot, hold=hold), "tex/wood.jpg")
    with Store.open(house.home) as store:
        store.submit(submission)
    return submission


def pictures(house: House) -> list[str]:
    """What is where the pictures belong."""
    root = house.shot / "render"
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*.png"))


EVERY = [
    *(f"beauty/tiny_{number:04d}.png" for number in (1, 2, 3)),
    *(f"extra/tiny_{number:04d}.png" for number in (10, 12)),
]


def is_whole(house: House, manager: Manager, submission: Submission) -> None:
    """It rendered, once, and its pictures are here."""
    house.wait(submission.id, lambda job: job.state is JobState.DONE)
    house.wait_for(lambda: pictures(house), lambda found: found == EVERY)
    with Store.open(house.home) as store:
        assert {frame.state for frame in store.frames(submission.id)} == {FrameState.DONE}
    assert sorted(job.name for job in manager.jobs.values()) == ["tiny · beauty", "tiny · extra"]
    assert {task.attempt for job in manager.jobs.values() for task in job.tasks} == {1}


def test_from_submit_to_pictures(house: House, manager: Manager) -> None:
    """The answer of its first job is lost: the agent tries again by itself, and makes no second one."""
    manager.inject(Fault("submitJob", kind="cut_after"))
    submission = send(house, manager)
    house.start()
    is_whole(house, manager, submission)
    job = house.job(submission.id)
    assert len(job.farm_job.split()) == 2
    assert Path(job.thumbnail).is_file()
    assert "Saved" in house.run("log", submission.id, "--frame", "2").stdout
    house.run("delete", submission.id)
    manager.wait_until(lambda: not manager.jobs)
    assert pictures(house) == EVERY


@pytest.mark.timeout(280)
def test_killed_at_every_step_of_sending(make_house: Callable[..., House], manager: Manager) -> None:
    house = make_house()
    submission = send(house, manager, hold=True)
    for kill in KILLS:
        died = house.start(DRIVER, *kill).wait(timeout=60)
        assert died == -9, f"{kill}: {died}\n{house.log()}"
        assert wait_for_agent(house.home, 10, runs=False)
    house.start()
    job = house.wait(submission.id, lambda job: job.state is JobState.PAUSED)
    assert sorted(job.farm_job.split()) == sorted(manager.jobs)
    house.run("start", submission.id)
    is_whole(house, manager, submission)
    assert manager.requests("submitJob") == 2


def test_a_manager_that_restarts_then_stop_and_start(house: House, manager: Manager) -> None:
    manager.outcome = lambda task, frame, attempt: "hold" if frame == 2 else "done"
    submission = send(house, manager)
    house.start()
    house.wait(submission.id, lambda job: job.done == 1 and job.rendering == 1)
    manager.stop()
    house.wait_for(house.log, lambda log: "studio: " in log)
    manager.start()
    house.run("stop", submission.id)
    assert house.wait(submission.id, lambda job: job.state.at_rest).state is JobState.STOPPED
    manager.outcome = lambda task, frame, attempt: "done"
    house.run("start", submission.id)
    job = house.wait(submission.id, lambda job: job.state is JobState.DONE)
    house.wait_for(lambda: pictures(house), lambda found: found == EVERY)
    assert (job.done, job.failed) == (5, 0)
    assert len(manager.jobs) == 2
