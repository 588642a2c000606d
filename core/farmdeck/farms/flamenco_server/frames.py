"""Frame numbers as these servers write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ...frames import MAX_FRAMES

_PIECE = re.compile(r"(-?\d{1,9})(?:-(-?\d{1,9}))?", re.ASCII)


def runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Unbroken stretches, ascending: (1, 2, 3, 7) is [(1, 3), (7, 7)]. A job of most servers is one of them."""
    found: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def write_frames(numbers: Iterable[int]) -> str:
    """`1-3,7`, as job type blender_simple_render takes it. It reads no negative numbers and no steps."""
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs(numbers))


def read_frames(text: str) -> tuple[int, ...]:
    """The numbers of `1-3,7` or `-3--1`, ascending; () for a text that is none: a task's name can be anything."""
    numbers: set[int] = set()
    for piece in text.replace(" ", "").split(","):
        match = _PIECE.fullmatch(piece)
        if match is None:
            return ()
        first = int(match[1])
        last = int(match[2]) if match[2] is not None else first
        if not 0 <= last - first < MAX_FRAMES:
            return ()
        numbers.update(range(first, last + 1))
    return tuple(sorted(numbers))


def chunks(numbers: Sequence[int], size: int) -> list[tuple[int, ...]]:
    """As the job compilers cut a job into tasks, in the order of their ids."""
    step = max(1, size)
    return [tuple(numbers[at : at + step]) for at in range(0, len(numbers), step)]
