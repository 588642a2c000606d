"""Frame ranges in Flamenco's notation: `1-10,15`, numbers of zero and more, no steps.

A `-` between two numbers makes a range, so a frame below zero cannot be said. Behaviour: Flamenco 3.9-beta1,
internal/manager/job_compilers/js_globals.go (`frameChunker`), the same since 3.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ..._errors import BadInput
from ...frames import MAX_FRAMES

_NUMBER = re.compile(r"\+?[0-9]{1,18}")  # what one job takes is far below what the Manager's 64 bits hold


def to_flamenco(numbers: Iterable[int]) -> str:
    """The frames as the Manager takes them, ascending and each once: (1, 2, 3, 7) is `1-3,7`.

    Raises BadInput for no frames, and for frames below zero.
    """
    wanted = sorted(set(numbers))
    if not wanted:
        raise BadInput("No frames are given.", "Type a range such as 1-10.")
    if wanted[0] < 0:
        raise BadInput(
            f"Frame {wanted[0]} is below zero, which Flamenco cannot be told.",
            "Leave out the frames below zero, or move the animation so that it starts at 0 or later.",
        )
    return _merged(wanted)


def chunks(text: str, size: int) -> list[str]:
    """The range cut into tasks of at most `size` frames, each in the words of the task's name: `1-3`, `4,6`.

    Raises BadInput for a text that the Manager refuses, and for a size below 1.
    """
    if size < 1:
        raise BadInput(f"{size} frames for each task are too few.", "Give 1 or more.")
    numbers = numbers_of(text)
    return [_merged(numbers[start : start + size]) for start in range(0, len(numbers), size)]


def numbers_of(text: str) -> list[int]:
    """The frames of a range or a chunk, ascending and each once. `..` is a `-` too, as Blender has it.

    Raises BadInput for a text that the Manager refuses or that names more than MAX_FRAMES frames.
    """
    numbers: set[int] = set()
    for piece in text.replace("..", "-").split(","):
        first, last = _ends(piece, text)
        if last - first >= MAX_FRAMES - len(numbers):
            raise BadInput(f'"{text}" is more than {MAX_FRAMES:,} frames.', "Send it in smaller ranges.")
        numbers.update(range(first, last + 1))
    if not numbers:
        raise _refused(text)
    return sorted(numbers)


def _ends(piece: str, text: str) -> tuple[int, int]:
    """(first, last) of `4-9` or `4`. A range that runs backwards is no frame, as it is to the Manager."""
    ends = [end.strip() for end in piece.split("-")]
    if len(ends) > 2 or not all(_NUMBER.fullmatch(end) for end in ends):
        raise _refused(text)
    return int(ends[0]), int(ends[-1])


def _refused(text: str) -> BadInput:
    return BadInput(f'"{text}" is no frame range that Flamenco takes.', "Type a range such as 1-10 or 1-10,15.")


def _merged(numbers: Sequence[int]) -> str:
    """Ascending numbers with runs of three and more as `first-last`."""
    words: list[str] = []
    for first, last in _runs(numbers):
        words += [f"{first}-{last}"] if last - first > 1 else map(str, range(first, last + 1))
    return ",".join(words)


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """(first, last) of each run without a gap."""
    first = before = numbers[0]
    for number in numbers[1:]:
        if number != before + 1:
            yield first, before
            first = number
        before = number
    yield first, before
