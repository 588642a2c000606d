"""What a Manager can do more: each extra once, with a simulated Manager."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from farmdeck._errors import BadInput
from farmdeck.farm import check_options
from farmdeck.farms.flamenco._extras import extras, run
from farmdeck.farms.flamenco.client import Client
from farmdeck.farms.flamenco.models import Job, SubmittedJob, Version

from tests.simulator.flamenco import Manager

NEWEST = Version("3.9.0", "3.9.0", "", "")
ECHO = SubmittedJob(
    "Echo", "echo-sleep-test", settings={"message": "hi", "sleep_duration_seconds": 0, "sleep_repeats": 1}
)


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Manager]:
    with Manager(tmp_path / "farm", auto=False) as running:
        yield running
    running.assert_valid()


@pytest.fixture
def client(farm: Manager) -> Iterator[Client]:
    made = Client(farm.url, first_wait=0.001)
    yield made
    made.close()


@pytest.fixture
def jobs(client: Client) -> list[Job]:
    """Two parts of one job of ours."""
    return [client.submit_job(ECHO) for _ in range(2)]


def do(client: Client, name: str, jobs: list[Job] | None = None, **values: Any) -> list[list[str]] | str:
    """As the farm does it: options checked first, rows as wide as their head."""
    extra = next(extra for extra in extras(NEWEST) if extra.name == name)
    assert extra.on == ("farm" if jobs is None else "job")
    ids = [job.id for job in jobs or ()]
    came = run(client, name, ids, check_options(extra.options, {key.replace("_", "-"): v for key, v in values.items()}))
    assert isinstance(came, str) != bool(extra.columns)
    assert isinstance(came, str) or all(len(row) == len(extra.columns) for row in came)
    return came


def test_pause(client: Client, jobs: list[Job]) -> None:
    do(client, "pause", jobs)
    assert {client.job(job.id).status for job in jobs} <= {"paused", "pause-requested"}


def test_priority(client: Client, jobs: list[Job]) -> None:
    assert do(client, "priority", jobs, priority="80") == "Its priority is 80 now."
    assert [client.job(job.id).priority for job in jobs] == [80, 80]
    with pytest.raises(BadInput):
        do(client, "priority", jobs, priority=101)


def test_tag(farm: Manager, client: Client, jobs: list[Job]) -> None:
    gpu = farm.add_tag("gpu")
    assert "gpu" in do(client, "tag", jobs, tag="gpu")
    assert [client.job(job.id).tag for job in jobs] == [gpu.id, gpu.id]
    assert do(client, "tag", jobs) == "Every worker may render it now."
    assert [client.job(job.id).tag for job in jobs] == ["", ""]
    with pytest.raises(BadInput, match='no tag "cpu".* There are: gpu'):
        do(client, "tag", jobs, tag="cpu")
    assert do(client, "tags") == [["gpu", "", gpu.id]]


def test_tasks_and_doing_one_again(farm: Manager, client: Client, jobs: list[Job]) -> None:
    farm.finish()
    rows = do(client, "tasks", jobs)
    assert [row[:4] for row in rows if row[1] == "echo"] == [[part, "echo", "misc", "completed"] for part in "12"]
    do(client, "requeue-task", jobs[:1], task="echo")
    assert [row[3] for row in do(client, "tasks", jobs) if row[1] == "echo"] == ["queued", "completed"]
    with pytest.raises(BadInput, match='no task "x"'):
        do(client, "requeue-task", jobs, task="x")
    with pytest.raises(BadInput, match="No task was given"):
        do(client, "requeue-task", jobs)


def test_the_blocklist(farm: Manager, client: Client, jobs: list[Job]) -> None:
    other = farm.add_worker("worker-2")
    for job in jobs:
        farm.jobs[job.id].blocklist += [(farm.workers[0], "misc"), (other, "misc")]
    rows = do(client, "blocklist", jobs)
    assert rows == [[part, worker, "misc"] for part in "12" for worker in ("worker-1", "worker-2")]
    assert do(client, "unblock", jobs[:1], worker="worker-2") == "1 entry is off its blocklist."
    assert do(client, "unblock", jobs) == "3 entries are off its blocklist."
    assert do(client, "blocklist", jobs) == []
    with pytest.raises(BadInput, match="Nobody is on its blocklist"):
        do(client, "unblock", jobs)
    with pytest.raises(BadInput, match="worker-2 is not on its blocklist"):
        do(client, "unblock", jobs, worker="worker-2")


def test_what_deleting_deletes(client: Client, jobs: list[Job]) -> None:
    assert "not its files" in do(client, "deletion", jobs)


def test_the_farm(farm: Manager, client: Client, jobs: list[Job]) -> None:
    assert do(client, "status").startswith("The farm is ")
    assert [row[:2] for row in do(client, "jobs", count=1)] == [["Echo", "echo-sleep-test"]]
    assert len(do(client, "jobs")) == 2


def test_workers(farm: Manager, client: Client) -> None:
    farm.add_tag("gpu")
    assert [row[:3] for row in do(client, "workers")] == [["worker-1", "awake", ""]]
    assert do(client, "set-worker", worker="worker-1", status="asleep") == "worker-1 goes to asleep after its task."
    assert do(client, "workers")[0][2] == "asleep after its task"
    assert do(client, "set-worker", worker="worker-1", status="offline", at_once=True) == "worker-1 goes to offline."
    assert do(client, "worker-tags", worker="worker-1", tags="gpu,") == "worker-1 has the tags gpu now."
    assert ["Tags", "gpu"] in do(client, "worker", worker="worker-1")
    assert do(client, "worker-tags", worker="worker-1") == "worker-1 has no tags now."
    with pytest.raises(BadInput, match='no worker "x".* There are: worker-1'):
        do(client, "worker", worker="x")
    farm.add_worker("worker-1")
    with pytest.raises(BadInput, match="2 workers"):
        do(client, "worker", worker="worker-1")


def test_sleep(client: Client) -> None:
    assert do(client, "sleep") == []
    said = do(client, "set-sleep", worker="worker-1", days="mo, TU")
    assert said == "worker-1 sleeps from 09:00 to 18:00, mo tu."
    assert do(client, "sleep") == [["worker-1", "on", "mo tu", "09:00", "18:00"]]
    assert do(client, "set-sleep", worker="worker-1", active=False) == "worker-1 sleeps by no schedule now."
    assert do(client, "sleep") == [["worker-1", "off", "every day", "09:00", "18:00"]]
    with pytest.raises(BadInput, match="monday is no day"):
        do(client, "set-sleep", worker="worker-1", days="monday")


def test_what_older_managers_can_do() -> None:
    def names(version: str) -> set[str]:
        return {extra.name for extra in extras(Version(version, version, "", ""))}

    assert names("3.9.0") - names("3.7") == {"tag"}
    assert names("3.9.0") - names("3.2") == {"tag", "tags", "worker-tags", "status", "pause"}
