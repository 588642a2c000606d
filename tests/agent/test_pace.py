"""When a farm is asked again: as a table a person can read, and as rules for every history."""

from __future__ import annotations

from farmdeck.agent._pace import AWAY_FIRST, AWAY_LONGEST, SLOWEST, Pace, away_seconds
from hypothesis import given
from hypothesis import strategies as st

HISTORY = st.lists(st.sampled_from(["lively", "quiet", "silent"]), max_size=60)


def after(pace: Pace, what: str) -> float:
    return pace.silent() if what == "silent" else pace.answered(what == "lively")


def test_away_ever_more_seldom() -> None:
    assert [away_seconds(times) for times in (1, 2, 3, 4, 5, 6, 7, 8, 1000)] == [5, 10, 20, 40, 80, 160, 300, 300, 300]


def test_quiet_slows_down_and_news_wakes() -> None:
    pace = Pace(10.0)
    assert [pace.answered(False) for _ in range(6)] == [15.0, 22.5, 33.75, 50.625, 60.0, 60.0]
    assert pace.answered(True) == 10.0


@given(st.floats(0.01, 100), HISTORY)
def test_never_faster_than_the_farm_wants_nor_slower_than_promised(seconds: float, history: list[str]) -> None:
    pace = Pace(seconds)
    for what in history:
        wait = after(pace, what)
        if what == "silent":
            assert AWAY_FIRST <= wait <= AWAY_LONGEST
        else:
            assert seconds <= wait <= seconds * SLOWEST
        if what == "lively":
            assert wait == seconds


@given(st.floats(0.01, 100), HISTORY, st.integers(1, 20))
def test_silence_waits_longer_each_time_and_is_forgotten_with_an_answer(
    seconds: float, history: list[str], times: int
) -> None:
    pace = Pace(seconds)
    for what in history:
        after(pace, what)
    pace.answered(True)
    waits = [pace.silent() for _ in range(times)]
    assert waits[0] == AWAY_FIRST and waits == sorted(waits)
    assert all(later == min(2 * earlier, AWAY_LONGEST) for earlier, later in zip(waits, waits[1:]))
