"""Frames of the 2016 API: the grammar of Renderbus, at most 64 characters in one task."""

from __future__ import annotations

from collections.abc import Sequence

from ..._errors import BadFrames
from ...frames import parse_frames
from ..renderbus.frame_grammar import MANUAL_LIMIT, farm_frames, read_frames

__all__ = ["check_frames", "read_frames", "task_frames"]


def task_frames(frames: str) -> list[str]:
    """fileseq text as what each task is asked for: `["1-10[1]"]`, several where one text would be too long.

    Raises BadFrames.
    """
    return _pieces(parse_frames(frames))


def _pieces(numbers: Sequence[int]) -> list[str]:
    try:
        return [farm_frames(numbers, MANUAL_LIMIT)]
    except BadFrames:
        middle = len(numbers) // 2
        return [*_pieces(numbers[:middle]), *_pieces(numbers[middle:])]


def check_frames(text: str) -> None:
    """Raises BadFrames when the farm would not take this text."""
    read_frames(text)
    if len(text) > MANUAL_LIMIT:
        raise BadFrames(
            f"The frames {text[:40]}… take {len(text)} characters; the farm takes {MANUAL_LIMIT}.",
            "Send them as several tasks.",
        )
