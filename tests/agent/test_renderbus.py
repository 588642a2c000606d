"""A cloud job whose agent is killed with kill -9 around each lasting step: the farm has it once, and it comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from farmdeck import FrameState, JobState, Submission, credentials
from farmdeck.farm import FarmContext
from farmdeck.farms.renderbus import RenderbusFarm
from farmdeck.launch import wait_for_agent
from farmdeck.store import Store

from tests.farms.renderbus.site import maya, settings, with_files
from tests.simulator import Renderbus
from tests.simulator.tasks import ANALYSES

from .house import House

DRIVER = Path(__file__).with_name("driver.py")
RECORDS = ("farmdeck.farms.renderbus._records", "Records")
CLIENT = ("farmdeck.farms.renderbus.client", "Client")
MANIFEST = ("farmdeck.transfers.manifest", "Manifest")
STORE = ("farmdeck.store._store", "AgentStore")

# Each follows on what the ones before it left.
ONE_AFTER_ANOTHER = [
    (*RECORDS, "hashed", "before"),
    (*RECORDS, "hashed", "after"),
    (*MANIFEST, "record", "before"),
    (*MANIFEST, "record", "after"),
    (*RECORDS, "creating", "before"),
    (*RECORDS, "creating", "after"),
    (*CLIENT, "create_task", "before"),
    (*CLIENT, "create_task", "after"),
    (*RECORDS, "created", "before"),
    (*RECORDS, "created", "after"),
    (*CLIENT, "submit_task", "before"),
    (*CLIENT, "submit_task", "after"),
    (*CLIENT, "stop_tasks", "before"),
    (*CLIENT, "stop_tasks", "after"),
    (*RECORDS, "submitted", "before"),
    (*RECORDS, "submitted", "after"),
    (*STORE, "set_submission", "before", "1", "SubmissionState.SUBMITTED"),
    (*STORE, "set_submission", "after", "1", "SubmissionState.SUBMITTED"),
]
ALONE = [[(*RECORDS, "handed", "before")], [(*RECORDS, "handed", "after")], [(*CLIENT, "upload_json", "after", "3")]]


@pytest.fixture
def simulated(tmp_path: Path) -> Iterator[Renderbus]:
    with Renderbus(tmp_path / "storage", lists_unsubmitted=True) as simulated:
        simulated.hold_at(ANALYSES)  # a farm so fast that it is done before it is held proves nothing
        yield simulated


def live_in(house: House, simulated: Renderbus, submission: Submission, dialect: str) -> None:
    """The account is set up, with an environment for the submission; the job is submitted."""
    given = settings(simulated, dialect=dialect)
    lines = "".join(f"{name} = {value!r}\n" for name, value in given.items())
    with (house.home / "settings.toml").open("a") as file:
        file.write(f'[farms.cloud]\nkind = "renderbus"\nnotify = false\n{lines}')
    credentials.keep("cloud", simulated.account.access_key, house.environ)
    farm = RenderbusFarm(FarmContext("cloud", house.home / "other", given, lambda: simulated.account.access_key))
    env, _ = farm.environment_like(submission.software, (), "windows")
    farm.add_environment(env)
    farm.close()
    with Store.open(house.home) as store:
        store.submit(submission)


@pytest.mark.timeout(280)
@pytest.mark.parametrize(
    ("dialect", "kills"),
    [("current", ONE_AFTER_ANOTHER), ("v3", ONE_AFTER_ANOTHER), *(("current", one) for one in ALONE)],
    ids=["current", "v3", "about to be handed over", "just handed over", "half described"],
)
def test_killed_at_every_step_of_sending(
    make_house: Callable[..., House], simulated: Renderbus, dialect: str, kills: list[tuple[str, ...]]
) -> None:
    house = make_house()
    submission = with_files(maya(house.shot, farm="cloud", hold=True), house.shot, "tex/wood.jpg")
    live_in(house, simulated, submission, dialect)
    for kill in kills:
        *point, when = kill[:4]
        died = house.start(DRIVER, *point, when, *(kill[4:] or ("1",))).wait(timeout=60)
        assert died == -9, f"{kill}: {died}\n{house.log()}"
        assert wait_for_agent(house.home, 10, runs=False)
    house.start()
    job = house.wait(submission.id, lambda job: job.state is JobState.STOPPED)
    [task] = simulated.submitted()
    assert (job.farm_job, task.submissions) == (str(task.id), 1)
    unused = [one for one in simulated.tasks.values() if not one.listed and one.parent is None and not one.deleted]
    if dialect == "current":
        assert unused == []
    else:
        assert "unused task number" in job.message
        assert all(one.alias in job.message for one in unused)
    simulated.release()
    house.run("start", submission.id)
    house.wait(submission.id, lambda job: job.state is JobState.DONE and job.downloaded == 5)
    with Store.open(house.home) as store:
        assert {frame.state for frame in store.frames(submission.id)} == {FrameState.DONE}
        assert [job.id for job in store.jobs()] == [submission.id]
    assert [task.submissions for task in simulated.submitted()] == [1]
    pictures = sorted(
        path.relative_to(house.shot / "render").as_posix() for path in (house.shot / "render").rglob("*.*")
    )
    assert pictures == [
        *(f"beauty/made_up.000{number}.png" for number in (1, 2, 3)),
        *(f"fog/made_up.00{number}.png" for number in (10, 12)),
    ]
    assert simulated.account.access_key not in house.log()


def test_a_farm_that_goes_away_and_comes_back(make_house: Callable[..., House], simulated: Renderbus) -> None:
    """While it is away the job says so and waits; nobody has to press anything."""
    from tests.simulator import Fault

    house = make_house()
    submission = replace(maya(house.shot, farm="cloud"))
    live_in(house, simulated, submission, "current")
    simulated.release()
    simulated.inject(Fault("createTask", kind="drop_after"))
    house.start()
    house.wait(submission.id, lambda job: "trying again" in job.message)
    assert house.wait(submission.id, lambda job: job.state is JobState.DONE).done == 5
    assert [task.submissions for task in simulated.submitted()] == [1]
