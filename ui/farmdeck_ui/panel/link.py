"""The panel's end of the Desk: its news as signals, a few milliseconds at a time."""
# mypy: allow-subclassing-any

from __future__ import annotations

import queue
import time
from collections import deque
from pathlib import Path
from typing import Any, Callable

from farmdeck import FarmdeckError, Job
from farmdeck.desk import Desk, Done, FarmsChanged, FramesChanged, JobsChanged
from farmdeck.job import Action
from farmdeck.launch import start_agent
from farmdeck.store import Answer, FarmInfo, Store
from farmdeck.submission import Submission

from .qt import Qt, QtCore, Signal

BUDGET_SECONDS = 0.008
SLICE = 500  # jobs handed over at a time

Then = Callable[[Any], None]
Sorry = Callable[[FarmdeckError], None]


class DeskLink(QtCore.QObject):
    """Owns a Desk. Everything it emits, it emits on its own thread."""

    jobs_changed = Signal(object, object)  # tuple[Job, …], tuple[str, …] gone
    frames_changed = Signal(object)  # FramesChanged
    farms_changed = Signal(object)  # tuple[FarmInfo, …]
    failed = Signal(object)  # FarmdeckError that belongs to no request
    settled = Signal()  # the queue is empty
    _woken = Signal()

    def __init__(self, folder: Path | None = None, parent: QtCore.QObject | None = None) -> None:
        super().__init__(parent)
        self.desk = Desk(folder, self._wake)
        self._waiting: dict[int, tuple[Then, Sorry]] = {}
        self._slices: deque[JobsChanged] = deque()
        self._commands: dict[int, tuple[Then, Sorry]] = {}
        self._farms: tuple[FarmInfo, ...] | None = None
        self._pending = False
        self._closed = False
        self._woken.connect(self._drain, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        """Begin, and see that an agent runs: it says which farms there are."""
        self.desk.start()
        self.ask(lambda store: start_agent(store.folder), sorry=self.failed.emit)

    def close(self) -> None:
        """Finish what was asked, end the thread, emit nothing more."""
        self._closed = True
        self.desk.close()

    def ask(self, work: Callable[[Store], Any], then: Then = lambda value: None, sorry: Sorry | None = None) -> None:
        """Run `work` on the worker thread; `then` gets the value, `sorry` the error, here."""
        self._waiting[self.desk.ask(work)] = (then, sorry or self.failed.emit)

    def submit(self, make: Callable[[], Submission], then: Then, sorry: Sorry) -> None:
        """Commit what `make` makes; `then` gets the Job once it is on disk."""
        self._waiting[self.desk.submit(make)] = (then, sorry)

    def act(self, jobs: list[str], action: Action, sorry: Sorry, **arguments: Any) -> None:
        """Send the command; `sorry` is called when it cannot be sent, or when the agent says no."""

        def sent(numbers: list[int]) -> None:
            self._commands.update(dict.fromkeys(numbers, (_nothing, sorry)))

        self._waiting[self.desk.act(jobs, action, **arguments)] = (sent, sorry)

    def command(self, kind: str, target: str, then: Then, sorry: Sorry, **arguments: Any) -> None:
        """Ask the agent for something; `then` gets its answer's values, `sorry` its refusal."""

        def send(store: Store) -> int:
            number = store.send(kind, target, **arguments)
            start_agent(store.folder)
            return number

        def sent(number: int) -> None:
            self._commands[number] = (then, sorry)

        self.ask(send, sent, sorry)

    def watch_frames(self, job: str) -> None:
        """Bring `frames_changed` for this job; "" for none."""
        self.desk.watch_frames(job)

    @property
    def more(self) -> bool:
        """Is the rest of the jobs that `jobs_changed` just brought still to come?"""
        return bool(self._slices)

    # -- from the worker thread to this one

    def _wake(self) -> None:
        """Called on the worker thread; many calls make one turn."""
        if not self._pending and not self._closed:
            self._pending = True
            self._woken.emit()

    def _drain(self, clock: Callable[[], float] = time.perf_counter) -> None:
        """Take news until the budget is spent, then let the event loop have a turn."""
        self._pending = False
        until = clock() + BUDGET_SECONDS
        while not self._closed:
            if self._slices:
                part = self._slices.popleft()
                self.jobs_changed.emit(part.jobs, part.gone)
            else:
                try:
                    self._take(self.desk.news.get_nowait())
                except queue.Empty:
                    self.settled.emit()
                    return
            if clock() >= until:
                self._wake()
                return

    def _take(self, news: object) -> None:
        if isinstance(news, JobsChanged):
            self._slice(news)
        elif isinstance(news, FramesChanged):
            self.frames_changed.emit(news)
        elif isinstance(news, FarmsChanged):
            self._take_farms(news.farms)
        elif isinstance(news, Done):
            self._take_done(news)

    def _slice(self, news: JobsChanged) -> None:
        jobs: tuple[Job, ...] = news.jobs
        for start in range(0, max(1, len(jobs)), SLICE):
            self._slices.append(JobsChanged(jobs[start : start + SLICE], news.gone if start == 0 else ()))

    def _take_farms(self, farms: tuple[FarmInfo, ...]) -> None:
        if farms != self._farms:
            self._farms = farms
            self.farms_changed.emit(farms)
        if self._commands:  # something was committed: perhaps the answer to a command
            numbers = list(self._commands)
            self.ask(lambda store: [(number, store.answer(number)) for number in numbers], self._take_answers)

    def _take_answers(self, answers: list[tuple[int, Answer]]) -> None:
        for number, answer in answers:
            if answer.done and number in self._commands:
                then, sorry = self._commands.pop(number)
                if answer.ok:
                    then(answer.values or {})
                else:
                    sorry(FarmdeckError(answer.message, ""))

    def _take_done(self, done: Done) -> None:
        then, sorry = self._waiting.pop(done.ticket, (lambda value: None, self.failed.emit))
        if done.error is not None:
            sorry(done.error)
        else:
            then(done.value)


def _nothing(values: object) -> None:
    """For commands whose outcome shows by itself."""
