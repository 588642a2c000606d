"""Faults: what a test makes go wrong, and with which operation."""

from __future__ import annotations

import threading
from dataclasses import dataclass

KINDS = frozenset({"busy", "error", "proxy", "cut_before", "cut_after", "slow"})


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong.

    operation: an operationId of the OpenAPI file (`submitJob`), or "*".
    kind: "busy" (503 with Retry-After), "error" (`status` with `message`), "proxy" (`status` with a page of HTML),
    "cut_before" and "cut_after" (the connection ends before or after the Manager did it), "slow" (answers late).
    times: how often (None = always). after: that many go well first.
    seconds: Retry-After of "busy" (whole seconds), the delay of "slow".
    """

    operation: str = "*"
    kind: str = "busy"
    times: int | None = 1
    after: int = 0
    seconds: float = 1.0
    status: int = 502
    message: str = "error fetching job"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is no kind of fault")


class Faults:
    """The faults that are due; safe between threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._due: list[list[Fault | int | None]] = []

    def add(self, fault: Fault) -> None:
        """One more; of several for one request, the oldest is taken."""
        with self._guard:
            self._due.append([fault, fault.after, fault.times])

    def clear(self) -> None:
        """From now on all goes well."""
        with self._guard:
            self._due.clear()

    def take(self, operation: str) -> Fault | None:
        """The fault that befalls a request for this operation."""
        with self._guard:
            for entry in self._due:
                fault, after, left = entry
                assert isinstance(fault, Fault)
                if fault.operation not in ("*", operation):
                    continue
                if after:
                    entry[1] = int(after) - 1  # type: ignore[arg-type]
                    continue
                if left is not None:
                    entry[2] = int(left) - 1  # type: ignore[arg-type]
                    if entry[2] == 0:
                        self._due.remove(entry)
                return fault
        return None
