"""What a test makes go wrong with the simulated earlier Flamenco Server, and what it never does."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulation.oldserver_caller import say
from tests.simulator.flamenco_server import Fault, FlamencoServer

JOB = {
    "project_id": 1,
    "frame_start": 1,
    "frame_end": 2,
    "chunk_size": 1,
    "filepath": "shot.blend",
    "job_name": "cube",
    "status": "ready",
    "managers": 1,
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FlamencoServer]:
    with FlamencoServer(tmp_path, auto=False) as made:
        yield made


def statuses(server: FlamencoServer, path: str, times: int) -> list[int]:
    return [say(server.url, "GET", path).status for _ in range(times)]


@pytest.mark.parametrize("status", [500, 503])
def test_busy_some_times(server: FlamencoServer, status: int) -> None:
    server.inject(Fault(times=2, status=status))
    assert statuses(server, "/jobs", 3) == [status, status, 200]


def test_a_fault_is_for_some_requests_only(server: FlamencoServer) -> None:
    server.inject(Fault("GET", "/tasks"))
    assert statuses(server, "/jobs", 1) + statuses(server, "/tasks", 2) == [200, 500, 200]


def test_the_answer_is_cut_after_the_job_was_made(server: FlamencoServer) -> None:
    server.inject(Fault("POST", "/jobs", status=0, acted=True))
    with pytest.raises((http.client.HTTPException, OSError)):
        say(server.url, "POST", "/jobs", JOB)
    assert [job.name for job in server.jobs.values()] == ["cube"]
    assert [request.status for request in server.journal] == [0]


def test_the_answer_is_cut_before_anything_was_made(server: FlamencoServer) -> None:
    server.inject(Fault("POST", "/jobs", status=0))
    with pytest.raises((http.client.HTTPException, OSError)):
        say(server.url, "POST", "/jobs", JOB)
    assert not server.jobs


def test_a_500_can_come_after_the_job_was_made(server: FlamencoServer) -> None:
    server.inject(Fault("POST", "/jobs", acted=True))
    assert say(server.url, "POST", "/jobs", JOB).status == 500
    assert len(server.jobs) == 1


def test_it_restarts_at_the_same_address_with_what_it_knew(server: FlamencoServer) -> None:
    say(server.url, "POST", "/jobs", JOB)
    server.stop()
    with pytest.raises(OSError):
        say(server.url, "GET", "/jobs")
    server.restart()
    assert list(say(server.url, "GET", "/jobs").data) == ["1"]


def test_requests_are_remembered(server: FlamencoServer) -> None:
    say(server.url, "POST", "/jobs", {**JOB, "managers": [1, 2]})
    assert server.requests("POST", "/jobs") == 1
    assert server.journal[0].fields["managers"] == ["1", "2"]


# -- browse: the one bug that is not played


@pytest.mark.parametrize("path", ["..", "shots/../..", "../project", "shots/../../render", "link", "%2e%2e", "//tmp"])
def test_browse_never_leaves_the_project(server: FlamencoServer, path: str) -> None:
    (server.project / "shots").mkdir()
    (server.folder / "secret.blend").touch()
    (server.project / "link").symlink_to(server.folder, target_is_directory=True)
    said = say(server.url, "GET", f"/browse/{path}")
    assert said.status == 404 or path == "../project"
    assert b"secret" not in said.content


def test_browse_lists_hostile_entries_when_told_so(server: FlamencoServer) -> None:
    hostile = ("..", "../../etc", "folder")
    server.farm.hostile_items.append(hostile)
    assert say(server.url, "GET", "/browse").data["items_list"] == [list(hostile)]


def test_two_managers_of_one_name_are_one_in_the_list(server: FlamencoServer) -> None:
    for port in (1, 2):
        say(server.url, "POST", "/managers", {"port": port, "name": "same", "has_virtual_workers": 0})
    shown = say(server.url, "GET", "/managers").data
    assert sorted(shown) == ["Farm manager", "same"] and len(server.managers) == 3


def test_a_manager_that_nobody_plays_is_offline(server: FlamencoServer) -> None:
    say(server.url, "POST", "/managers", {"port": 1, "name": "gone", "has_virtual_workers": 0})
    shown = say(server.url, "GET", "/managers").data
    assert {name: one["connection"] for name, one in shown.items()} == {"Farm manager": "online", "gone": "offline"}
