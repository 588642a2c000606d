"""Work on many files in a few threads, while the caller's own thread alone talks to whoever watches."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Callable, TypeVar

from .._errors import Cancelled
from ..farm import Watch

Tell = Callable[[float], None]
"""Takes the bytes of one file that are done by now; raises Cancelled when the crew is to stop."""
Result = TypeVar("Result")
_LOOK = 0.1


class Crew:
    """Counts bytes over the whole work, never backwards."""

    def __init__(self, watch: Watch, threads: int, done: float, total: float) -> None:
        """`done` of `total` bytes are behind it already."""
        self._watch = watch
        self._threads = threads
        self._whole = done
        self._total = total
        self._shown = done
        self._parts: dict[int, float] = {}
        self._stop = threading.Event()

    def whole(self, size: float) -> None:
        """A file of so many bytes is done."""
        self._whole += size

    def run(self, works: Iterable[Callable[[Tell], Result]]) -> Iterator[Result]:
        """The results, the first one done first; each of `works` is taken when a thread is free for it.

        Raises what the first failing one raises, and Cancelled; the others are stopped then.
        """
        waiting = iter(works)
        running: dict[Future[Result], int] = {}
        with ThreadPoolExecutor(self._threads, thread_name_prefix="farmdeck-crew") as pool:
            try:
                number = 0
                while True:
                    while len(running) < self._threads and (work := next(waiting, None)) is not None:
                        number += 1
                        running[pool.submit(work, self._teller(number))] = number
                    if not running:
                        self._watch.check()
                        return
                    for future in wait(running, _LOOK, FIRST_COMPLETED).done:
                        self._parts.pop(running.pop(future), None)
                        yield future.result()
                    self._step()
            finally:
                self._stop.set()

    def _teller(self, number: int) -> Tell:
        def tell(done: float) -> None:
            if self._stop.is_set():
                raise Cancelled("Stopped before it was done.", "Press Start to go on.")
            self._parts[number] = done

        return tell

    def _step(self) -> None:
        """Raises Cancelled."""
        now = self._whole + sum(list(self._parts.values()))
        self._shown = min(self._total, max(self._shown, now))
        self._watch.step(self._shown, self._total)
