"""Faults: what a test makes go wrong, and with which request."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

KINDS = frozenset(
    {
        "latency",
        "html",
        "truncated_json",
        "empty",
        "drop_before",
        "drop_after",
        "clock_skew",
        "duplicated",
        "code",
        "null_data",
        "missing_data",
        "wrong_data",
    }
)
ACTS = frozenset(
    {"latency", "truncated_json", "empty", "drop_after", "duplicated", "null_data", "missing_data", "wrong_data"}
)
"""The kinds that come after the farm did what it was asked."""


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong.

    path: last part of the path (`createTask`), the call's name in the journal, the whole path, or "*".
    kind: one of KINDS, or `http_500` with any status. times: how often (None = always). after: that many go well first.
    acts: does the farm do what it was asked? (None = as usual for the kind.)
    seconds: of latency and clock_skew (the farm's clock from now on). code, message: of "code". data: of "wrong_data".
    """

    path: str = "*"
    kind: str = "http_500"
    times: int | None = 1
    after: int = 0
    seconds: float = 0.0
    code: int = 100
    message: str = ""
    data: Any = None
    acts: bool | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS and not self.status:
            raise ValueError(f"{self.kind!r} is no kind of fault")

    @property
    def status(self) -> int:
        """The HTTP status of an http_N fault, else 0."""
        head, _, number = self.kind.partition("_")
        return int(number) if head == "http" and number.isdigit() else 0

    @property
    def after_acting(self) -> bool:
        """Does the farm do what it was asked?"""
        return self.kind in ACTS if self.acts is None else self.acts


class Faults:
    """The faults that are due; safe between threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: list[tuple[Fault, list[int | None]]] = []

    def add(self, fault: Fault) -> None:
        """One more; of several for one request, the oldest is taken."""
        with self._guard:
            self._waiting.append((fault, [fault.after, fault.times]))

    def clear(self) -> None:
        """From now on all goes well."""
        with self._guard:
            self._waiting.clear()

    def take(self, names: frozenset[str]) -> Fault | None:
        """The fault that befalls a request of these names."""
        with self._guard:
            for fault, count in self._waiting:
                if fault.path != "*" and fault.path not in names:
                    continue
                after, left = count
                if after:
                    count[0] = after - 1
                    continue
                if left == 0:
                    continue
                count[1] = None if left is None else left - 1
                self._waiting = [(one, has) for one, has in self._waiting if has[1] != 0]
                return fault
        return None
