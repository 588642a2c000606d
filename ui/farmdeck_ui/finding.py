"""What `farmdeck doctor` says of one thing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; when it is not well, `said` ends with what to do."""

    name: str
    ok: bool
    said: str
