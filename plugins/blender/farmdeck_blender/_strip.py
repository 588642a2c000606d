# SPDX-License-Identifier: GPL-3.0-or-later
"""The frames of a job as cells in a picture: rows of pixels, 0xAABBGGRR as Blender's previews have them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ._core import Frame, FrameState

GAP = 1
SIZES = (24, 20, 16, 12, 10, 8, 6, 5, 4, 3)
"""Cell sizes to choose from, the gap included; the largest that fits."""
CLEAR = 0


def colour(text: str) -> int:
    """`#7FCB92` as a pixel; signed, because that is what Blender takes."""
    red, green, blue = (int(text[at : at + 2], 16) for at in (1, 3, 5))
    return (0xFF << 24 | blue << 16 | green << 8 | red) - (1 << 32)


COLOURS = {
    FrameState.WAITING: colour("#8A8A8A"),
    FrameState.RENDERING: colour("#7CC4F0"),
    FrameState.DONE: colour("#7FCB92"),
    FrameState.FAILED: colour("#F79A90"),
    FrameState.ABANDONED: colour("#686868"),
}


class Picture(NamedTuple):
    """Rows of pixels, bottom row first."""

    width: int
    rows: tuple[tuple[int, ...], ...]


class Cell(NamedTuple):
    """What of a frame is shown. `level` is how far it is, in pixels."""

    state: FrameState
    level: int


def cells(frames: Sequence[Frame], size: int) -> tuple[Cell, ...]:
    """The frames in their order, progress in whole pixels: a change too small to see is no change."""
    inner = size - GAP
    return tuple(
        Cell(frame.state, round(inner * frame.progress) if frame.state is FrameState.RENDERING else 0)
        for frame in frames
    )


def cell_size(count: int, width: int, height: int) -> int:
    """The largest size at which all cells fit; 0 when none does."""
    return next((size for size in SIZES if -(-count // (width // size)) * size <= height), 0)


def draw(shown: Sequence[Cell], width: int, size: int) -> Picture:
    """The cells row by row, the first at the top left."""
    across = width // size
    rows: list[tuple[int, ...]] = []
    for start in range(0, len(shown), across):
        band = shown[start : start + across]
        for line in range(size):  # from the top of the band
            pixels = [pixel for cell in band for pixel in _line(cell, line, size)]
            rows.append(tuple(pixels + [CLEAR] * (width - len(pixels))))
    return Picture(width, tuple(reversed(rows)))


def stacked(top: Picture, bottom: Picture, gap: int = 4) -> Picture:
    """One above the other; both are as wide."""
    return Picture(top.width, bottom.rows + ((CLEAR,) * top.width,) * gap + top.rows)


def _line(cell: Cell, line: int, size: int) -> list[int]:
    """One line of a cell, counted from its top: done is filled, waiting an outline, rendering filled from below."""
    inner = size - GAP
    if line >= inner:
        return [CLEAR] * size
    paint = COLOURS[cell.state]
    full = [paint] * inner
    hollow = [paint] + [CLEAR] * (inner - 2) + [paint]
    edge = line in (0, inner - 1)
    if cell.state is FrameState.FAILED:  # a cross, for those who do not see the colour
        for at in {line, inner - 1 - line}:
            full[at] = CLEAR
        row = full
    elif cell.state is FrameState.DONE or edge or (cell.state is FrameState.RENDERING and line >= inner - cell.level):
        row = full
    else:
        row = hollow
    return row + [CLEAR] * GAP
