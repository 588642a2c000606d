"""Live updates from a simulated Manager: jobs that change, and connections that are lost."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from farmdeck.farms.flamenco.events import Events

from tests.simulator.flamenco import Manager

PATIENCE = 60.0


class Heard:
    """The jobs that were told of, to be waited for."""

    def __init__(self) -> None:
        self.jobs: list[str] = []
        self._changed = threading.Condition()

    def __call__(self, job: str) -> None:
        with self._changed:
            self.jobs.append(job)
            self._changed.notify_all()

    def wait_for(self, job: str) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: job in self.jobs, PATIENCE)


def wait_until(true: Callable[[], bool]) -> None:
    """The connection's state has no event of its own: look at it now and then."""
    pause, patience = threading.Event(), PATIENCE
    while not true():
        assert patience > 0
        pause.wait(0.01)
        patience -= 0.01


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Manager]:
    with Manager(tmp_path / "farm", auto=False) as running:
        yield running


@pytest.fixture
def listen() -> Iterator[Callable[..., Events]]:
    """Makes listeners that hardly pause; closes them."""
    made: list[Events] = []

    def start(address: str, heard: Callable[[str], Any]) -> Events:
        made.append(Events(address.rstrip("/"), heard, first_pause=0.01, longest_pause=0.05))
        made[-1].start()
        return made[-1]

    yield start
    for events in made:
        events.close()


def submit(farm: Manager) -> str:
    """A job, as anybody's client makes it."""
    import json
    import urllib.request

    settings = {"message": "hi", "sleep_duration_seconds": 0, "sleep_repeats": 1}
    body = {"name": "x", "type": "echo-sleep-test", "priority": 50, "submitter_platform": "linux", "settings": settings}
    request = urllib.request.Request(f"{farm.url}api/v3/jobs", json.dumps(body).encode())
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request) as answer:
        return str(json.load(answer)["id"])


def test_a_job_that_changes_is_told(farm: Manager, listen: Callable[..., Events]) -> None:
    heard = Heard()
    events = listen(farm.url, heard)
    wait_until(lambda: events.connected)
    job = submit(farm)
    heard.wait_for(job)
    heard.jobs.clear()
    farm.finish()
    heard.wait_for(job)
    heard.jobs.clear()
    farm.show(farm.jobs[job].tasks[0], "a picture")
    heard.wait_for(job)
    assert set(heard.jobs) == {job}
    events.close()
    assert not events.connected


def test_it_comes_back_after_a_restart(farm: Manager, listen: Callable[..., Events]) -> None:
    heard = Heard()
    events = listen(farm.url, heard)
    wait_until(lambda: events.connected)
    farm.stop()
    wait_until(lambda: not events.connected)
    farm.start()
    wait_until(lambda: events.connected)
    heard.wait_for(submit(farm))


def test_a_manager_without_a_socket(tmp_path: Path, listen: Callable[..., Events]) -> None:
    with Manager(tmp_path / "farm", auto=False, live_events=False) as farm:
        events = listen(farm.url, Heard())
        submit(farm)
        assert not events.connected


def test_nobody_there(listen: Callable[..., Events]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        address = f"http://127.0.0.1:{gone.getsockname()[1]}"
    events = listen(address, Heard())
    events.close()
    events.close()
    assert not events.connected


def test_closed_before_it_was_started() -> None:
    events = Events("http://127.0.0.1:1", Heard())
    events.close()
    events.start()
    events.close()
    assert not events.connected
