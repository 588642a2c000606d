"""The journal: every request a farm got."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

KEPT = 100_000


@dataclass(frozen=True)
class Request:
    """One request and what became of it.

    name: last part of the path (before `/v2`). call: the farm's own name for it, the same in both dialects.
    code: of the envelope sent (0 = none was). acted: did the farm do what it was asked?
    """

    path: str
    name: str
    call: str
    headers: Mapping[str, str]
    body: Any
    code: int
    acted: bool
    fault: str = ""


def last_name(path: str) -> str:
    """The endpoint's name: the last part of the path, `/v2` not counted."""
    parts = [part for part in path.split("/") if part]
    if len(parts) > 1 and parts[-1] == "v2":
        parts.pop()
    return parts[-1] if parts else ""


class Journal:
    """The last requests; safe between threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._requests: deque[Request] = deque(maxlen=KEPT)

    def add(self, request: Request) -> None:
        """One more."""
        with self._guard:
            self._requests.append(request)

    def all(self) -> list[Request]:
        """Every request so far, oldest first."""
        with self._guard:
            return list(self._requests)

    def clear(self) -> None:
        """Forget them."""
        with self._guard:
            self._requests.clear()
