"""The application side's worker: everything asked is answered, in order, whatever happens."""

from __future__ import annotations

import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from farmdeck import Frame, FrameState, JobState
from farmdeck._errors import AgentError, BadInput, StoreError
from farmdeck.desk import Desk, Done, FarmsChanged, FramesChanged, JobsChanged, News
from farmdeck.job import Action
from farmdeck.lock import AgentLock
from farmdeck.store import STORE_NAME, AgentStore, FarmInfo, Store

from tests.store.conftest import Make

PATIENCE = 10.0


class Listener:
    """A desk, and what it said so far."""

    def __init__(self, folder: Path) -> None:
        self.woken = threading.Event()
        self.desk = Desk(folder, self.woken.set)
        self.said: list[News] = []

    def until(self, enough: Callable[[News], bool]) -> News:
        """Drain the news until one is as wanted; it is the value."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                news = self.desk.news.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"not heard; heard: {self.said}") from None
            self.said.append(news)
            if enough(news):
                return news

    def answer(self, ticket: int) -> Done:
        found = self.until(lambda news: isinstance(news, Done) and news.ticket == ticket)
        assert isinstance(found, Done)
        return found

    def jobs(self, enough: Callable[[JobsChanged], bool] = lambda news: True) -> JobsChanged:
        found = self.until(lambda news: isinstance(news, JobsChanged) and enough(news))
        assert isinstance(found, JobsChanged)
        return found

    def frames(self, enough: Callable[[FramesChanged], bool] = lambda news: True) -> FramesChanged:
        found = self.until(lambda news: isinstance(news, FramesChanged) and enough(news))
        assert isinstance(found, FramesChanged)
        return found


@pytest.fixture
def desk(folder: Path) -> Iterator[Listener]:
    listener = Listener(folder)
    yield listener
    listener.desk.close()


@pytest.fixture
def agent_seems_to_run(store: AgentStore, folder: Path) -> Iterator[None]:
    """Somebody holds the agent's lock, so none is started."""
    lock = AgentLock(folder)
    assert lock.acquire()
    yield
    lock.release()


@pytest.fixture
def no_agent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FARMDECK_AGENT", str(tmp_path / "gone" / "farmdeck"))


def test_the_whole_list_is_the_first_news(desk: Listener, store: AgentStore, make: Make):
    store.submit(make(id="a"))
    store.submit(make(id="b"))
    store.put_farm(FarmInfo("local", "local", "This machine", {}, "Ready", "", 1.0))
    desk.desk.start()
    first = desk.jobs()
    assert desk.said == [first]
    assert [job.id for job in first.jobs] == ["a", "b"]
    farms = desk.until(lambda news: isinstance(news, FarmsChanged))
    assert [farm.name for farm in farms.farms] == ["local"]  # type: ignore[union-attr]
    assert desk.woken.is_set()


def test_an_empty_store_is_news_too(desk: Listener):
    desk.desk.start()
    assert desk.jobs() == JobsChanged(())


def test_what_others_commit_is_news(desk: Listener, store: AgentStore, make: Make):
    store.submit(make(id="a"))
    desk.desk.start()
    desk.jobs()
    store.update_job("a", state=JobState.RENDERING)
    assert desk.jobs(lambda news: bool(news.jobs)).jobs[0].state is JobState.RENDERING
    store.delete_job("a")
    assert desk.jobs(lambda news: bool(news.gone)) == JobsChanged((), ("a",))


def test_the_watched_jobs_frames_come_whole_then_as_they_change(desk: Listener, store: AgentStore, make: Make):
    for id in ("a", "b"):
        store.submit(make(id=id))
        store.put_frames(id, [Frame(0, 1), Frame(0, 2)])
    desk.desk.watch_frames("a")
    desk.desk.start()
    assert desk.frames() == FramesChanged("a", (Frame(0, 1), Frame(0, 2)), True)
    changed = Frame(0, 2, FrameState.DONE)
    store.put_frames("a", [changed])
    assert desk.frames(lambda news: not news.whole) == FramesChanged("a", (changed,), False)
    desk.desk.watch_frames("b")
    assert desk.frames() == FramesChanged("b", (Frame(0, 1), Frame(0, 2)), True)


def test_answers_come_in_the_order_of_asking(desk: Listener):
    desk.desk.start()
    tickets = [desk.desk.ask(lambda store, n=number: n * 2) for number in range(20)]
    desk.answer(tickets[-1])
    done = [news for news in desk.said if isinstance(news, Done)]
    assert done == [Done(ticket, value=number * 2) for number, ticket in enumerate(tickets)]


def test_errors_are_answers(desk: Listener):
    def refuse(store: Store) -> None:
        raise BadInput("No.", "Try another.")

    def mistake(store: Store) -> int:
        return {}["nothing"]

    desk.desk.start()
    refused, broken, fine = desk.desk.ask(refuse), desk.desk.ask(mistake), desk.desk.ask(lambda store: 7)
    answer = desk.answer(refused)
    assert isinstance(answer.error, BadInput)
    assert answer.value is None
    assert "KeyError" in str(desk.answer(broken).error)  # the desk lives on
    assert desk.answer(fine) == Done(fine, value=7)


def test_close_finishes_what_was_asked(desk: Listener, store: AgentStore, make: Make):
    desk.desk.start()
    tickets = [desk.desk.ask(lambda store, n=n: store.submit(make(id=f"job{n}")).id) for n in range(30)]
    desk.desk.close()
    desk.desk.close()  # twice is no harm
    assert desk.answer(tickets[-1]).value == "job29"
    assert len(store.jobs()) == 30


def test_a_desk_that_was_never_started_closes(desk: Listener):
    desk.desk.close()


def test_without_a_store_every_request_is_answered_with_the_reason(tmp_path: Path):
    (tmp_path / "file").touch()
    desk = Listener(tmp_path / "file" / "store")
    desk.desk.start()
    try:
        reason = desk.answer(0).error
        assert isinstance(reason, StoreError)
        for ticket in (
            desk.desk.ask(lambda store: 1),
            desk.desk.submit(lambda: pytest.fail("made")),
            desk.desk.act(["a"], Action.STOP),
        ):
            assert str(desk.answer(ticket).error) == str(reason)
    finally:
        desk.desk.close()


def test_a_trouble_of_the_store_is_said_once_and_gets_over(desk: Listener, store: AgentStore, make: Make, folder: Path):
    desk.desk.start()
    desk.jobs()
    db = sqlite3.connect(folder / STORE_NAME)
    db.execute("ALTER TABLE jobs RENAME TO away")
    db.commit()
    assert isinstance(desk.answer(0).error, StoreError)
    tickets = [desk.desk.ask(lambda store: 1) for _ in range(5)]
    desk.answer(tickets[-1])
    assert len([news for news in desk.said if isinstance(news, Done) and news.error]) == 1
    db.execute("ALTER TABLE away RENAME TO jobs")
    db.commit()
    db.close()
    store.submit(make(id="a"))
    assert desk.jobs(lambda news: bool(news.jobs)).jobs[0].id == "a"


# -- submitting


def test_submit_gives_the_job_and_then_its_news(desk: Listener, agent_seems_to_run: None, make: Make):
    desk.desk.start()
    desk.jobs()
    ticket = desk.desk.submit(lambda: make(id="a"))
    assert desk.answer(ticket).value.id == "a"
    assert [job.id for job in desk.jobs().jobs] == ["a"]


def test_what_cannot_be_made_is_not_submitted(desk: Listener, agent_seems_to_run: None, store: AgentStore):
    def refuse() -> None:
        raise BadInput("The scene was never saved.", "Save it, then submit.")

    desk.desk.start()
    answer = desk.answer(desk.desk.submit(refuse))  # type: ignore[arg-type]
    assert "never saved" in str(answer.error)
    assert store.jobs() == []


def test_submitted_is_on_disk_even_when_no_agent_starts(desk: Listener, no_agent: None, store: AgentStore, make: Make):
    desk.desk.start()
    answer = desk.answer(desk.desk.submit(lambda: make(id="a")))
    assert isinstance(answer.error, AgentError)
    assert "It is submitted and on disk" in answer.error.what
    assert "FARMDECK_AGENT" in answer.error.what
    assert answer.error.fix
    assert store.pending() == ["a"]


def test_acting_sends_a_command_for_each_job(desk: Listener, agent_seems_to_run: None, store: AgentStore):
    desk.desk.start()
    numbers = desk.answer(desk.desk.act(["a", "b"], Action.RETRY, frames=[[0, 1]])).value
    commands = store.take_commands()
    assert [command.id for command in commands] == numbers
    assert [(c.kind, c.target, c.arguments) for c in commands] == [
        ("retry", "a", {"frames": [[0, 1]]}),
        ("retry", "b", {"frames": [[0, 1]]}),
    ]
