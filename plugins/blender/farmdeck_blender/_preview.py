# SPDX-License-Identifier: GPL-3.0-or-later
"""The finished frames' pictures, in one preview collection."""

from __future__ import annotations

import os
from typing import Any

import bpy.utils.previews

_MOST = 64
_previews: Any = None
_known: dict[str, float] = {}


def start() -> None:
    """Make the collection."""
    global _previews
    _previews = bpy.utils.previews.new()


def stop() -> None:
    """Remove it."""
    global _previews
    if _previews is not None:
        bpy.utils.previews.remove(_previews)
    _previews = None
    _known.clear()


def icon(path: str) -> int:
    """The icon of the picture at `path`, 0 for none. Blender loads it when it is first drawn."""
    if not path or _previews is None:
        return 0
    try:
        changed = os.stat(path).st_mtime
    except OSError:
        return 0
    if _known.get(path) != changed:
        if len(_known) >= _MOST:
            _previews.clear()
            _known.clear()
        if path in _known:
            del _previews[path]
        _known[path] = changed
        made = _previews.load(path, path, "IMAGE")
        tuple(made.image_size)  # loads the small picture now: left to the drawing, it would be blank for a moment
    return int(_previews[path].icon_id)
