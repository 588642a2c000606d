"""What a test makes go wrong."""

from __future__ import annotations

import threading
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong with the next requests.

    method, path: of the requests ("" = any; the path without its query). times: how often.
    status: the answer's, or 0: the connection is cut. acted: does the server do what it was asked first?
    """

    method: str = ""
    path: str = ""
    times: int = 1
    status: int = 500
    acted: bool = False


class Faults:
    """Those that are still to come, oldest first."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._left: list[tuple[Fault, int]] = []

    def add(self, fault: Fault) -> None:
        """One more."""
        with self._guard:
            self._left.append((fault, fault.times))

    def clear(self) -> None:
        """From now on all goes well."""
        with self._guard:
            self._left.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that this request meets."""
        with self._guard:
            for place, (fault, times) in enumerate(self._left):
                if fault.method in ("", method) and fault.path in ("", path):
                    self._left[place : place + 1] = [(fault, times - 1)] if times > 1 else []
                    return fault
        return None
