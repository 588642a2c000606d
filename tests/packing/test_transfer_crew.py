"""Work in a few threads: one tells who watches, and bytes never go back."""

from __future__ import annotations

import threading

import pytest
from farmdeck._errors import Cancelled
from farmdeck.farm import Watch
from farmdeck.transfers.crew import Crew, Tell


def test_what_was_begun_in_vain_does_not_take_the_count_back() -> None:
    seen: list[tuple[float, float]] = []
    told = threading.Event()

    def watched(done: float, total: float) -> None:
        assert threading.current_thread() is threading.main_thread()
        seen.append((done, total))
        if done >= 80:
            told.set()

    def vain(tell: Tell) -> int:
        tell(70)
        assert told.wait(60)
        return 0

    def good(tell: Tell) -> int:
        tell(20)
        return 80

    crew = Crew(Watch(watched), 1, 10, 100)
    for size in crew.run([vain, good]):
        crew.whole(size)
    done = [step[0] for step in seen]
    assert done == sorted(done) and max(done) == 90
    assert {step[1] for step in seen} == {100}


def test_the_first_failure_stops_the_rest_and_is_raised() -> None:
    others = []
    failed = threading.Event()

    def fails(tell: Tell) -> int:
        failed.set()
        raise ValueError("broken")

    def goes_on(tell: Tell) -> int:
        failed.wait(60)
        try:
            while True:
                tell(1)
        except Cancelled:
            others.append("stopped")
            raise

    with pytest.raises(ValueError, match="broken"):
        for _ in Crew(Watch(), 2, 0, 10).run([goes_on, fails, goes_on]):
            pass
    assert others == ["stopped"]


def test_work_is_taken_when_a_thread_is_free() -> None:
    """So that what is still to come can be put in another order."""
    waiting = [1, 2, 3, 4]
    found = []

    def works():  # type: ignore[no-untyped-def]
        while waiting:
            number = waiting.pop(0)
            yield lambda tell, number=number: number

    for number in Crew(Watch(), 1, 0, 10).run(works()):
        found.append(number)
        waiting.reverse()
    assert found == [1, 4, 2, 3]
