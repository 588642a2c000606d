"""Frame ranges in fileseq syntax: `1-10`, `1-10x2`, `1,5,9-12`, negative frames included.

Grammar: https://fileseq.readthedocs.io (FrameSet). fileseq is imported on first use, so that importing
the application side stays cheap.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ._errors import BadFrames

MAX_FRAMES = 1_000_000
_PIECE = re.compile(r"(-?\d+)(?:-(-?\d+)(?:([xy:])(\d+))?)?$")


def parse_frames(text: str) -> tuple[int, ...]:
    """The frames of `text`, ascending and each once.

    Raises BadFrames when the text is empty, does not follow the grammar, runs backwards, has a step of 0, or
    names more than MAX_FRAMES frames.
    """
    pieces = [piece for piece in text.replace(" ", "").split(",") if piece]
    if not pieces:
        raise BadFrames("No frames are given.", "Type a range such as 1-10 or 1-10x2.")
    total = sum(_check_piece(piece, text) for piece in pieces)
    if total > MAX_FRAMES:
        raise BadFrames(f'"{text}" is {total:,} frames; one job takes {MAX_FRAMES:,}.', "Send it in smaller ranges.")
    from fileseq import FrameSet  # type: ignore[import-untyped,unused-ignore]  # pure Python; on first use only

    return tuple(sorted(int(frame) for frame in FrameSet(",".join(pieces))))


def format_frames(frames: Iterable[int]) -> str:
    """The shortest range of `frames`, ascending: (1, 2, 3, 7) is `1-3,7`; no frames are the empty text."""
    wanted = sorted(set(frames))
    if not wanted:
        return ""
    from fileseq import framesToFrameRange  # type: ignore[import-untyped,unused-ignore]

    return str(framesToFrameRange(wanted))


def range_text(first: int, last: int, step: int = 1) -> str:
    """The range from `first` to `last` inclusive: `1-10x2`; one frame is just its number."""
    if last <= first:
        return str(first)
    return f"{first}-{last}" if step == 1 else f"{first}-{last}x{step}"


def _check_piece(piece: str, text: str) -> int:
    """How many frames the piece names at most; raises BadFrames."""
    match = _PIECE.match(piece)
    if match is None:
        raise BadFrames(f'"{piece}" in "{text}" is not a frame range.', "Type a range such as 1-10 or 1-10x2.")
    first, last, kind, step = match.groups()
    if step is not None and int(step) == 0:
        raise BadFrames(f'"{piece}" has a step of 0, so it names no frames.', "Type a step of 1 or more, as in 1-10x2.")
    if last is None:
        return 1
    if int(last) < int(first):
        raise BadFrames(f'"{piece}" runs backwards.', f"Type {last}-{first}.")
    span = int(last) - int(first) + 1
    return span // int(step) + 1 if kind == "x" else span
