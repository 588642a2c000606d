"""A host's open scene as the panel's source: read in slices on the main thread, finished on a thread of its own."""
# mypy: allow-subclassing-any

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Generator
from typing import Callable, Protocol

from farmdeck import FarmdeckError, Problem, Scene
from farmdeck._errors import Cancelled, SceneError

from .qt import Qt, QtCore, Signal
from .source import OnError, OnScene, OnStep, SceneSource

LOG = logging.getLogger(__name__)
SLICE_SECONDS = 0.010
"""How long we read before the event loop has its turn; a single call of the host's may take longer."""
BUSY_MS, SETTLE_MS = 200, 300

Reading = Generator[tuple[int, int], None, Callable[[], Scene]]
"""Yields (done, total) after each slice; returns what makes the Scene, on any thread and without the host."""


class Host(Protocol):
    """What an adapter offers of its application. All calls are made on the main thread."""

    name: str
    """To name in sentences: `Maya`."""

    def file(self) -> str:
        """The open scene's path; "" when it was never saved."""
        ...

    def read(self) -> Reading:
        """Read the open scene, at most some 10 ms of our own work between two yields. Raises FarmdeckError.

        What it returns is called on a worker thread: it looks on the disk and makes the Scene.
        """
        ...

    def busy(self) -> bool:
        """Loading, playing or rendering: not now."""
        ...

    def save(self) -> None:
        """Save the scene where it is. Raises FarmdeckError."""
        ...

    def save_as(self) -> bool:
        """The host's own dialog; False when it was left without saving. Raises FarmdeckError."""
        ...

    def select(self, subject: str) -> None:
        """Show the node of that name; an unknown one is ignored."""
        ...

    def load_choices(self) -> str:
        """The text kept with the scene; "" when there is none."""
        ...

    def store_choices(self, text: str) -> None:
        """Keep it with the scene. Called from `saving` alone, so that the scene is never changed by it."""
        ...

    def watch(self, changed: Callable[[], None], saving: Callable[[], None]) -> Callable[[], None]:
        """Call `changed` after open, new, save and edits that matter here, `saving` right before the scene is written.

        Returns what takes every one of these callbacks away.
        """
        ...


class SlicedSource(QtCore.QObject, SceneSource):
    """A `SceneSource` made of a `Host`."""

    fixes = frozenset({"save", "save_as"})
    can_save = True
    _finished = Signal(int, object)

    def __init__(self, host: Host, parent: QtCore.QObject | None = None) -> None:
        super().__init__(parent)
        self.host = host.name
        self._host = host
        self._reading: Reading | None = None
        self._callbacks: tuple[OnScene, OnError, OnStep] | None = None
        self._ticket = 0
        self._thread: threading.Thread | None = None
        self._unwatch: Callable[[], None] = _nothing
        self._closed = False
        self._settling = self._timer(SETTLE_MS)
        self._turn = self._timer(0)
        self._turn.timeout.connect(self._slice)
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def _timer(self, milliseconds: int) -> QtCore.QTimer:
        timer = QtCore.QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        return timer

    @property
    def name(self) -> str:
        """The open scene's path."""
        return self._host.file()

    def read(self, on_scene: OnScene, on_error: OnError, on_step: OnStep) -> None:
        """Begin; a reading that still runs is given up."""
        self._forget()
        self._callbacks = (on_scene, on_error, on_step)
        self._reading = self._host.read()
        self._turn.start(0)

    def stop(self) -> None:
        """Give up; on_error gets Cancelled."""
        if self._callbacks is not None:
            self._fail(Cancelled("Reading the scene was stopped.", "Press Refresh to read it."))

    def fix(self, problem: Problem) -> None:
        """Save, or ask where to. Raises FarmdeckError."""
        if problem.fix == "save":
            self.save()
        elif problem.fix == "save_as":
            self.save_as()

    def save(self) -> None:
        """Save the scene. Raises FarmdeckError."""
        self._host.save()

    def save_as(self) -> bool:
        """Ask where to, and save; False when that was cancelled. Raises FarmdeckError."""
        return self._host.save_as()

    def select(self, subject: str) -> None:
        """Show the node."""
        self._host.select(subject)

    def load_choices(self) -> str:
        """What `watch` had kept with the scene."""
        return self._host.load_choices()

    def watch(self, changed: Callable[[], None], choices: Callable[[], str]) -> None:
        """Call `changed` when the scene is another or is not what was read; keep `choices()` with it at each save."""
        self._unwatch()
        self._settling.timeout.connect(changed)
        self._unwatch = self._host.watch(self._settling.start, lambda: self._host.store_choices(choices()))

    def close(self) -> None:
        """Take the callbacks away, end the reading and its thread. A second time, when timers are gone, nothing."""
        if self._closed:
            return
        self._closed = True
        self._unwatch()
        self._unwatch = _nothing
        self._settling.stop()
        self._callbacks = None
        self._forget()
        if self._thread is not None:
            self._thread.join(5.0)

    # -- inside

    def _forget(self) -> None:
        """The reading that runs answers no more."""
        self._ticket += 1
        self._turn.stop()
        if self._reading is not None:
            self._reading.close()
            self._reading = None

    def _slice(self) -> None:
        """Read for `SLICE_SECONDS`, then let the application have its turn."""
        if self._reading is None or self._callbacks is None:
            return
        if self._host.busy():
            self._turn.start(BUSY_MS)
            return
        end = time.monotonic() + SLICE_SECONDS
        try:
            done, total = next(self._reading)
            while time.monotonic() < end:
                done, total = next(self._reading)
        except StopIteration as stop:
            self._reading = None
            self._finish(stop.value)
            return
        except FarmdeckError as exc:
            self._fail(exc)
            return
        except Exception as exc:  # noqa: BLE001  # the outermost edge: Qt called us, and hosts raise what they like
            LOG.exception("reading the scene in %s", self.host)
            self._fail(SceneError(f"{self.host} could not tell what is in the scene: {exc}.", "Press Refresh."))
            return
        self._callbacks[2](done, total)
        self._turn.start(0)

    def _finish(self, make: Callable[[], Scene]) -> None:
        ticket = self._ticket

        def work() -> None:
            result: Scene | FarmdeckError
            try:
                result = make()
            except FarmdeckError as exc:
                result = exc
            except OSError as exc:
                result = SceneError(f"{exc.filename or 'A file'} cannot be read: {exc.strerror}.", "Press Refresh.")
            self._finished.emit(ticket, result)

        self._thread = threading.Thread(target=work, name="farmdeck-scene", daemon=True)
        self._thread.start()

    def _deliver(self, ticket: int, result: Scene | FarmdeckError) -> None:
        if ticket != self._ticket or self._callbacks is None:
            return  # late answers lose
        if isinstance(result, FarmdeckError):
            self._fail(result)
        else:
            on_scene, self._callbacks = self._callbacks[0], None
            on_scene(result)

    def _fail(self, error: FarmdeckError) -> None:
        self._forget()
        if self._callbacks is not None:
            on_error, self._callbacks = self._callbacks[1], None
            on_error(error)


def _nothing() -> None:
    """No callback is in place."""


def read_at_once(host: Host) -> Scene:
    """The open scene, for scripts: everything in one go. Raises FarmdeckError."""
    reading = host.read()
    while True:
        try:
            next(reading)
        except StopIteration as stop:
            scene: Scene = stop.value()
            return scene
