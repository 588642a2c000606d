"""The wire to the farm as the agent wants it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...farm import Watch
from .connection import Connection
from .dialects import CALLS, Dialect
from .errors import ClockWrong, ServerDown, Unreachable

FIRST_WAIT = 0.25
"""Seconds before a request is repeated for the first time."""


class Line(Connection):
    """A server in trouble (HTTP 5xx) is a farm that does not answer: nothing fails, it is asked again later.

    What was refused because of this machine's clock was not done, so it is asked again with the clock corrected, also
    where nothing else is repeated.
    """

    def call_in(
        self, dialect: Dialect, name: str, body: Mapping[str, Any] | None = None, watch: Watch | None = None
    ) -> Any:
        before = self.clock_offset
        try:
            try:
                return super().call_in(dialect, name, body, watch)
            except ClockWrong:
                if CALLS[name].repeatable or self.clock_offset == before:
                    raise
                return super().call_in(dialect, name, body, watch)
        except ServerDown as exc:
            raise Unreachable(exc.what, exc.fix) from exc
