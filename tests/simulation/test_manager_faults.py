"""What can be made to go wrong with the simulated Manager, and its journal."""

from __future__ import annotations

import http.client
import time

import pytest

from tests.simulation.manager_raw import ECHO, Raw
from tests.simulator.flamenco import Fault


def test_busy_for_a_while(manager: Raw) -> None:
    manager.farm.inject(Fault("fetchJobs", "busy", times=2, seconds=3))
    for _ in range(2):
        status, text, headers = manager.send("GET", "/jobs")
        assert (status, headers["Retry-After"], b"too busy" in text) == (503, "3", True)
    assert manager.get("/jobs") == {"jobs": []}
    assert [(one.operation, one.status, one.fault) for one in manager.farm.journal] == [
        ("fetchJobs", 503, "busy"),
        ("fetchJobs", 503, "busy"),
        ("fetchJobs", 200, ""),
    ]


def test_after_some_that_go_well_and_for_ever(manager: Raw) -> None:
    manager.farm.inject(Fault("*", "error", times=None, after=1, status=500, message="error fetching job"))
    assert manager.ask("GET", "/jobs")[0] == 200
    for _ in range(3):
        assert manager.ask("GET", "/version") == (500, {"code": 500, "message": "error fetching job"})
    manager.farm.faults.clear()
    assert manager.ask("GET", "/version")[0] == 200


@pytest.mark.parametrize(("kind", "made"), [("cut_before", 0), ("cut_after", 1)])
def test_an_answer_that_never_comes(manager: Raw, kind: str, made: int) -> None:
    manager.farm.inject(Fault("submitJob", kind))
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        manager.ask("POST", "/jobs", ECHO)
    manager.close()
    assert len(manager.get("/jobs")["jobs"]) == made
    assert manager.farm.requests("submitJob") == 1


def test_a_proxy_in_between(manager: Raw) -> None:
    manager.farm.inject(Fault("submitJob", "proxy"))
    status, text, headers = manager.send("POST", "/jobs", b"{}", {"Content-Type": "application/json"})
    assert (status, text[:6], headers["Content-Type"]) == (502, b"<html>", "text/html; charset=utf-8")
    manager.farm.violations.clear()


def test_slow(manager: Raw) -> None:
    manager.farm.inject(Fault("getVersion", "slow", seconds=0.2))
    before = time.monotonic()
    assert manager.ask("GET", "/version")[0] == 200
    assert time.monotonic() - before >= 0.2


def test_away_and_back(manager: Raw) -> None:
    job = manager.submit()
    manager.farm.stop()
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        manager.get("/version")
    manager.close()
    with pytest.raises(ConnectionError):
        manager.get("/version")
    url = manager.farm.url
    manager.farm.start()
    assert manager.farm.url == url
    manager.close()
    assert [one["id"] for one in manager.get("/jobs")["jobs"]] == [job]


def test_kinds_are_known() -> None:
    with pytest.raises(ValueError, match="no kind of fault"):
        Fault(kind="nope")
