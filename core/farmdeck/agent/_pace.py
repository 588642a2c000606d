"""When a farm is asked again: soon while things change, seldom while they do not, ever more seldom while it is away."""

from __future__ import annotations

SLOWEST = 6.0
"""Times the farm's own interval, while nothing changes."""
AWAY_LONGEST = 300.0
"""Seconds between two tries of a farm that does not answer."""
AWAY_FIRST = 5.0


class Pace:
    """Seconds until the next look, after each look."""

    def __init__(self, seconds: float) -> None:
        """`seconds`: how often the farm wants to be asked while any of its jobs is live."""
        self._usual = seconds
        self._now = seconds
        self._away = 0

    def answered(self, lively: bool) -> float:
        """The farm answered; `lively` when something changed or somebody looks."""
        self._away = 0
        self._now = self._usual if lively else min(self._now * 1.5, self._usual * SLOWEST)
        return self._now

    def silent(self) -> float:
        """The farm did not answer."""
        self._away += 1
        return away_seconds(self._away)


def away_seconds(times: int) -> float:
    """How long to wait after so many tries in a row that were not answered: 5, 10, 20, … 300 s."""
    return min(AWAY_FIRST * 2.0 ** min(times - 1, 10), AWAY_LONGEST)
