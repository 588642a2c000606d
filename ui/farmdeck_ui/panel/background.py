"""One worker thread for what would make the panel stutter: looking at files, reading logs and pictures."""
# mypy: allow-subclassing-any

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass
from typing import Any, Callable

from farmdeck import FarmdeckError

from .qt import Qt, QtCore, Signal

Then = Callable[[Any], None]
Sorry = Callable[[FarmdeckError], None]


@dataclass(frozen=True)
class _Errand:
    work: Callable[[], Any]
    then: Then
    sorry: Sorry
    key: str
    ticket: int


class Background(QtCore.QObject):
    """Runs work on its thread and brings the answer back to the thread that the object lives on.

    Of several errands with the same key only the newest answers: late answers lose, and what has not begun is
    not begun.
    """

    _answered = Signal()

    def __init__(self, parent: QtCore.QObject | None = None) -> None:
        super().__init__(parent)
        self._errands: queue.Queue[_Errand | None] = queue.Queue()
        self._answers: queue.Queue[tuple[_Errand, Any, FarmdeckError | None]] = queue.Queue()
        self._latest: dict[str, int] = {}
        self._tickets = 0
        self._closed = False
        self._answered.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._run, name="farmdeck-panel", daemon=True)
        self._thread.start()

    def run(self, work: Callable[[], Any], then: Then, sorry: Sorry = lambda error: None, key: str = "") -> None:
        """Do `work` there; call `then` with its value, or `sorry` with the FarmdeckError, here."""
        self._tickets += 1
        if key:
            self._latest[key] = self._tickets
        self._errands.put(_Errand(work, then, sorry, key, self._tickets))

    def forget(self, key: str) -> None:
        """No errand of that key answers any more."""
        self._latest[key] = -1

    def close(self, seconds: float = 5.0) -> None:
        """End the thread; nothing answers any more. Touches no Qt, so that it also ends what Qt has deleted."""
        self._closed = True
        self._errands.put(None)
        self._thread.join(seconds)

    def _run(self) -> None:
        while True:
            errand = self._errands.get()
            if errand is None or self._closed:
                return
            if self._stale(errand):
                continue
            value, error = None, None
            try:
                value = errand.work()
            except FarmdeckError as exc:
                error = exc
            except OSError as exc:
                error = FarmdeckError(f"{exc.filename or 'A file'} cannot be read: {exc.strerror}.", "Try again.")
            self._answers.put((errand, value, error))
            if not self._closed:
                self._answered.emit()

    def _deliver(self) -> None:
        while not self._closed:
            try:
                errand, value, error = self._answers.get_nowait()
            except queue.Empty:
                return
            if self._stale(errand):
                continue
            if error is None:
                errand.then(value)
            else:
                errand.sorry(error)

    def _stale(self, errand: _Errand) -> bool:
        return bool(errand.key) and self._latest.get(errand.key) != errand.ticket
