"""What one process is given to render, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...submission import Submission

FrameKey = tuple[str, int, int]
"""(job, part, number)"""


@dataclass(frozen=True)
class Task:
    """Frames of one part that one process renders."""

    job: str
    part: int
    numbers: tuple[int, ...]
    submission: Submission
    scene: str
    program: str
    options: Mapping[str, Any]


@dataclass(frozen=True)
class Move:
    """One finished file on its way from the temporary folder to its place."""

    source: str
    target: str
    size: int


@dataclass(frozen=True)
class Finished:
    """One frame whose files are whole and not yet in their place."""

    key: FrameKey
    moves: tuple[Move, ...]
    seconds: float
