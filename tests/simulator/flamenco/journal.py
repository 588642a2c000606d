"""What was asked of the Manager."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Request:
    """One request: its operation ("" for a path that no version has), JSON body, the answer's status, the fault."""

    operation: str
    method: str
    path: str
    headers: dict[str, str]
    body: Any
    status: int
    fault: str = ""
