"""What a reader tells while it works."""

from __future__ import annotations

from typing import Protocol


class Watch(Protocol):
    """Progress up, cancel down: `step` is called now and then and may raise Cancelled."""

    def step(self, done: int, total: int) -> None:
        """`done` of `total`, in whatever unit the reader counts."""
