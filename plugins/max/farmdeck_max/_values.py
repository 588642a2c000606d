"""MAXScript values as plain Python."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from typing import Any, TypeVar

from pymxs import runtime as rt

_T = TypeVar("_T")
Steps = Generator["tuple[int, int]", None, _T]
"""A part of the reading: yields (done, total), returns what it found."""


def known(value: Any) -> Any:
    """The value; None for `undefined`, which pymxs hands over as None or as a value of its own."""
    return None if value is None or value == rt.undefined else value


def text(value: Any) -> str:
    """A string; "" for undefined."""
    value = known(value)
    return "" if value is None else str(value)


def frame(time: Any) -> int:
    """The frame nearest to a MAXScript time, or to the number that pymxs made of it."""
    return round(float(getattr(time, "frame", time)))


def word(value: Any) -> str:
    """A name or a class by its word: pymxs prints `#Bitmap` or `Bitmap`, `Arnold` or `Arnold:Arnold`."""
    return text(value).lstrip("#").split(":")[0]


def setting(thing: Any, *names: str) -> Any:
    """The first of these properties that the thing has; None for none: they differ by renderer and its version."""
    for name in names:
        if rt.isProperty(thing, rt.Name(name)):
            return known(rt.getProperty(thing, rt.Name(name)))
    return None


class Progress:
    """Counts the steps of a reading, of which there are `total`."""

    def __init__(self, total: int) -> None:
        self._done = 0
        self._total = total

    def collect(self, rows: Iterable[_T | None]) -> Steps[list[_T]]:
        """Each row that is not None; every one of them is a step."""
        found = []
        for row in rows:
            if row is not None:
                found.append(row)
            self._done += 1
            yield self._done, max(self._done, self._total)
        return found


def from_one(count: int) -> Iterator[int]:
    """What `<index>` arguments count: 1 to `count` (MAXScript help, "Index vs Integer Function Arguments")."""
    return iter(range(1, count + 1))
