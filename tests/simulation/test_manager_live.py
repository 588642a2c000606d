"""Live events of the simulated Manager, by a raw websocket."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.simulation.manager_raw import Raw
from tests.simulator.flamenco import Manager

Make = Callable[..., Raw]
SCHEMAS = {
    "/jobs": "EventJobUpdate",
    "/task": "EventTaskUpdate",
    "/last-rendered": "EventLastRenderedUpdate",
    "/workers": "EventWorkerUpdate",
    "/workertags": "EventWorkerTagUpdate",
    "/status": "EventFarmStatus",
}


class Ears:
    """A listener: its subscriptions and what it hears."""

    def __init__(self, farm: Manager) -> None:
        self.farm = farm
        self._open = contextlib.ExitStack()
        self.socket: ClientConnection = self._open.enter_context(connect(address(farm), open_timeout=60))
        header, empty = self.text(), self.text()
        assert (json.loads(header[1:])["pingInterval"], header[0], empty) == (30000, "0", "40")
        self.events: list[tuple[str, dict[str, Any]]] = []
        self._numbers = iter(range(1000))

    def close(self) -> None:
        """Listen no more."""
        self._open.close()

    def text(self) -> str:
        """The next text."""
        return str(self.socket.recv(60))

    def hear(self, until: str) -> str:
        """Take events until a text begins so."""
        while not (text := self.text()).startswith(until):
            name, payload = json.loads(text.removeprefix("42"))
            self.events.append((name, payload))
            if not payload.get("was_deleted"):
                self.farm.validator.event(SCHEMAS[name], payload)
        return text

    def ask(self, **wanted: str) -> str:
        """Subscribe; the acknowledgement. What was heard before is in `events`."""
        number = next(self._numbers)
        self.socket.send(f"42{number}{json.dumps(['/subscription', wanted])}")
        return str(json.loads(self.hear(f"43{number}[").removeprefix(f"43{number}"))[0])

    def all_so_far(self) -> list[tuple[str, dict[str, Any]]]:
        """Events until now, each once."""
        self.socket.send("2")
        self.hear("3")
        heard, self.events = self.events, []
        return heard


def address(farm: Manager) -> str:
    """Of the socket."""
    return f"{farm.url.replace('http', 'ws')}socket.io/?EIO=3&transport=websocket"


@pytest.fixture
def ears(manager: Raw) -> Iterator[Ears]:
    """A listener that has subscribed to nothing."""
    found = Ears(manager.farm)
    yield found
    found.close()


def names(heard: list[tuple[str, dict[str, Any]]]) -> list[str]:
    """Events' names, the farm's status apart."""
    return [name for name, _ in heard if name != "/status"]


def test_acknowledgements(ears: Ears) -> None:
    assert ears.ask(op="subscribe", type="allJobs") == "ok"
    assert ears.ask(op="subscribe", type="job") == "operation on job requires a UUID"
    assert ears.ask(op="subscribe", type="tasklog") == "operation on task requires a UUID"
    assert ears.ask(op="subscribe", type="job", uuid="x") == "invalid UUID, ignoring request"
    assert ears.ask(op="subscribe", type="everything") == "unknown subscription type, ignoring request"
    assert ears.ask(op="look", type="allJobs").startswith("unable to perform subscription operation")
    assert [one["type"] for one in ears.farm.sockets.subscriptions[:2]] == ["allJobs", "job"]


def test_a_job_as_it_is_heard(manager: Raw, ears: Ears) -> None:
    ears.ask(op="subscribe", type="allJobs")
    job = manager.submit()
    fresh = ears.all_so_far()
    assert names(fresh) == ["/jobs"]
    assert "previous_status" not in fresh[0][1]
    ears.ask(op="subscribe", type="job", uuid=job)
    manager.farm.finish()
    heard = ears.all_so_far()
    assert {"/jobs", "/task", "/status"} == {name for name, _ in heard}
    last = [payload for name, payload in heard if name == "/jobs"][-1]
    assert (last["status"], last["previous_status"], last["steps_completed"]) == ("completed", "active", 2)
    manager.set_status(job, "requeueing")
    assert [payload["refresh_tasks"] for name, payload in ears.all_so_far() if name == "/jobs"] == [True, True]
    ears.ask(op="unsubscribe", type="job", uuid=job)
    manager.ask("DELETE", f"/jobs/{job}")
    manager.farm.step()
    heard = ears.all_so_far()
    assert "/task" not in names(heard)
    gone = [payload for name, payload in heard if name == "/jobs"][-1]
    assert (gone["was_deleted"], gone["status"]) == (True, "")


def test_logs_never_come_pictures_do(manager: Raw, ears: Ears) -> None:
    manager.farm.check_files = False
    settings = {"frames": "1", "chunk_size": 1, "render_output_path": f"{manager.farm.folder}/####", "format": "PNG"}
    job = manager.submit(type="simple-blender-render", settings=settings)
    assert ears.ask(op="subscribe", type="tasklog", uuid=manager.tasks(job)[0]) == "ok"
    assert ears.ask(op="subscribe", type="allLastRendered") == "ok"
    manager.farm.finish()
    assert names(ears.all_so_far()) == ["/last-rendered"]


def test_workers_and_tags(manager: Raw, ears: Ears) -> None:
    ears.ask(op="subscribe", type="allWorkers")
    ears.ask(op="subscribe", type="allWorkerTags")
    worker = manager.farm.workers[0]
    manager.post("/worker-mgt/tags", {"name": "gpu"}, 200)
    manager.post(f"/worker-mgt/workers/{worker.id}/setstatus", {"status": "asleep", "is_lazy": False})
    manager.farm.step()
    heard = [(name, payload) for name, payload in ears.all_so_far() if name != "/status"]
    assert names(heard) == ["/workertags", "/workers", "/workers"]
    assert (heard[-1][1]["status"], heard[-1][1]["previous_status"]) == ("asleep", "awake")


def test_a_restart_ends_the_connection(manager: Raw, ears: Ears) -> None:
    job = manager.submit()
    manager.farm.restart()
    with pytest.raises(ConnectionClosed):
        while True:
            ears.text()
    manager.close()
    assert manager.statuses(job)[0] == "queued"
    again = Ears(manager.farm)
    assert again.ask(op="subscribe", type="allJobs") == "ok"
    again.close()


def test_many_listeners_at_once(manager: Raw) -> None:
    listeners = [Ears(manager.farm) for _ in range(8)]
    for one in listeners:
        one.ask(op="subscribe", type="allJobs")
    job = manager.submit()
    for one in listeners:
        assert [payload["id"] for name, payload in one.all_so_far() if name == "/jobs"] == [job]
        one.close()


def test_no_socket_to_be_had(make_manager: Make) -> None:
    manager = make_manager(live_events=False)
    with pytest.raises(InvalidStatus) as refused, connect(address(manager.farm), open_timeout=60):
        pass
    assert refused.value.response.status_code == 503
    assert manager.send("GET", "//socket.io/")[0] == 503
