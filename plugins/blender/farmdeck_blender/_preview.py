# SPDX-License-Identifier: GPL-3.0-or-later
"""The newest picture of the chosen job, and the strip of its frames below it, as one preview."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, NamedTuple

import bpy.utils.previews

from ._core import Frame
from ._strip import Cell, Picture, cell_size, cells, draw, stacked

WIDTH = 256
STRIP = 108
"""Pixels: as wide as thumbnails are, and at most so high a strip: with a picture of 16 by 9 it makes a square."""


class Card(NamedTuple):
    """What `template_icon` needs; `shape` is height by width."""

    icon: int = 0
    shape: float = 0.0


class _Shown(NamedTuple):
    picture: str
    changed: float
    cells: tuple[Cell, ...]


_previews: Any = None
_card = Card()
_shown: _Shown | None = None
_made = 0


def start() -> None:
    """Make the collection."""
    global _previews
    _previews = bpy.utils.previews.new()


def stop() -> None:
    """Remove it."""
    global _previews, _card, _shown
    if _previews is not None:
        bpy.utils.previews.remove(_previews)
    _previews, _card, _shown = None, Card(), None


def card() -> Card:
    """The last one made."""
    return _card


def show(path: str, frames: Sequence[Frame]) -> None:
    """Make the card of this picture and these frames, unless it is the one that is there: some 5 ms of main thread."""
    global _card, _shown, _made
    if _previews is None:
        return
    size = cell_size(len(frames), WIDTH, STRIP) if frames else 0
    wanted = _Shown(path, _changed(path), cells(frames, size) if size else ())
    if wanted == _shown:
        return
    _shown = wanted
    picture = _picture(path) if wanted.changed else Picture(WIDTH, ())
    strip = draw(wanted.cells, WIDTH, size) if size else Picture(WIDTH, ())
    whole = stacked(picture, strip) if picture.rows and strip.rows else Picture(WIDTH, strip.rows + picture.rows)
    _previews.clear()
    _made += 1
    _card = _as_card(whole, f"card {_made}") if whole.rows else Card()


def _as_card(whole: Picture, name: str) -> Card:
    made = _previews.new(name)
    made.image_size = (whole.width, len(whole.rows))
    made.image_pixels = [pixel for row in whole.rows for pixel in row]
    return Card(int(made.icon_id), len(whole.rows) / whole.width)


def _picture(path: str) -> Picture:
    """The thumbnail's pixels, as wide as the strip; no rows when it cannot be read."""
    loaded = _previews.load(path, path, "IMAGE")
    width, height = loaded.image_size
    if not width or not height:
        return Picture(WIDTH, ())
    pixels = tuple(loaded.image_pixels)
    if width == WIDTH:
        return Picture(WIDTH, tuple(pixels[at : at + width] for at in range(0, len(pixels), width)))
    tall = max(1, min(WIDTH, round(height * WIDTH / width)))
    across = [at * width // WIDTH for at in range(WIDTH)]
    lines = [pixels[(at * height // tall) * width :][:width] for at in range(tall)]
    return Picture(WIDTH, tuple(tuple(line[at] for at in across) for line in lines))


def _changed(path: str) -> float:
    """When the picture was written; 0 for none."""
    try:
        return os.stat(path).st_mtime if path else 0.0
    except OSError:
        return 0.0
