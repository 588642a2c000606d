"""Frames as Renderbus and Fox Renderfarm write them: `5`, `1,2,8`, `1-20[1]`, `1,20-30[2],494`, negative ones too.

Inside Farmdeck frames are fileseq text; this module translates at the farm's edge, both ways. Source: the
configuration documents of the SDK (`frames`, `pre_frames`) and protocol V3 (`frameIndex`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..._errors import BadFrames
from ...frames import MAX_FRAMES, parse_frames

MANUAL_LIMIT = 64
"""Characters of a frame range at most, says the manual of the 2016 API."""

_NUMBER = re.compile(r"-?\d{1,9}$", re.ASCII)
_RANGE = re.compile(r"(-?\d{1,9})-(-?\d{1,9})(?:\[(\d{1,9})\])?$", re.ASCII)
_EXAMPLE = "The farm writes frames as in 1-20[1] or 1,20-30[2],494."


def farm_frames(frames: str | Iterable[int], limit: int = 0) -> str:
    """fileseq text, or numbers, in the farm's grammar; the empty text for no numbers.

    Ranges carry their step as the SDK writes them, one frame alone too: `1-20[1]`, `5-5[1]`, `1,20-30[2],494`.
    With a `limit` of characters, a text that would be longer leaves out every `[1]`. Raises BadFrames when `frames`
    cannot be read, or when even that is longer than `limit`.
    """
    numbers = parse_frames(frames) if isinstance(frames, str) else tuple(sorted(set(frames)))
    runs = list(_runs(numbers))
    text = _written(runs, short=False)
    if limit and len(text) > limit:
        text = _written(runs, short=True)
    if limit and len(text) > limit:
        raise BadFrames(
            f"The frames {text[:40]}… take {len(text)} characters; the farm takes {limit}.",
            "Send them as several jobs, each with a plain range.",
        )
    return text


def read_frames(text: str) -> tuple[int, ...]:
    """The frames of a text in the farm's grammar, ascending and each once; spaces do not matter. Raises BadFrames."""
    pieces = [piece for piece in re.sub(r"\s+", "", text).split(",") if piece]
    if not pieces:
        raise BadFrames("The farm names no frames.", _EXAMPLE)
    spans = [_span(piece, text) for piece in pieces]
    if sum(len(span) for span in spans) > MAX_FRAMES:
        raise BadFrames(f'"{text}" is more than {MAX_FRAMES:,} frames.', "Send them in smaller ranges.")
    return tuple(sorted({number for span in spans for number in span}))


def _span(piece: str, text: str) -> range:
    """The frames of one piece between commas; raises BadFrames."""
    if _NUMBER.match(piece):
        return range(int(piece), int(piece) + 1)
    match = _RANGE.match(piece)
    if match is None:
        raise BadFrames(f'"{piece}" in "{text}" is not a frame range of the farm.', _EXAMPLE)
    first, last, step = int(match.group(1)), int(match.group(2)), int(match.group(3) or 1)
    if last < first or step == 0:
        why = "runs backwards" if last < first else "has a step of 0"
        raise BadFrames(f'"{piece}" in "{text}" {why}.', _EXAMPLE)
    return range(first, last + 1, step)


def _runs(numbers: tuple[int, ...]) -> Iterator[range]:
    """Ascending numbers as ranges with a step: three in a row or more, or a single one.

    The frame where two rows meet goes to the longer one, so that 2,4,6-10 stays what an artist would write.
    """
    at = 0
    while at < len(numbers):
        end = _row_end(numbers, at)
        if end < len(numbers) and _row_end(numbers, end - 1) - (end - 1) > end - at:
            end -= 1
        if end - at < 3:
            end = at + 1
        step = numbers[at + 1] - numbers[at] if end > at + 1 else 1
        yield range(numbers[at], numbers[end - 1] + 1, step)
        at = end


def _row_end(numbers: tuple[int, ...], at: int) -> int:
    """Where the row of equal distances that begins at index `at` is over."""
    end = at + 2
    while end < len(numbers) and numbers[end] - numbers[end - 1] == numbers[at + 1] - numbers[at]:
        end += 1
    return min(end, len(numbers))


def _written(runs: list[range], short: bool) -> str:
    return ",".join(_piece(run, short, alone=len(runs) == 1) for run in runs)


def _piece(run: range, short: bool, alone: bool) -> str:
    if len(run) == 1 and (short or not alone):
        return str(run[0])
    step = "" if short and run.step == 1 else f"[{run.step}]"
    return f"{run[0]}-{run[-1]}{step}"
