# SPDX-License-Identifier: GPL-3.0-or-later
"""The output pattern of a scene, with `#` for the frame number."""

from __future__ import annotations

import os
import re
from typing import Any

_HASHES = re.compile(r"#+")


def output_pattern(scene: Any, blend: str) -> str:
    """Absolute, as Blender itself makes it: two of its names are compared, and what differs is the frame number.

    "" for a path beside a file that was never saved.
    """
    written = scene.render.filepath
    if not blend and (written.startswith("//") or not written):
        return ""
    groups = _HASHES.findall(re.split(r"[/\\]", written)[-1])
    width = len(groups[-1]) if groups else 4
    digits = min(width, 5)
    one = scene.render.frame_path(frame=int("73915"[:digits]))
    other = scene.render.frame_path(frame=int("84026"[:digits]))
    return os.path.normpath(number_to_hashes(one, other, width))


def number_to_hashes(one: str, other: str, width: int) -> str:
    """`f_0073.png` and `f_0084.png` are `f_####.png`; two equal names (a movie) stay as they are."""
    if len(one) != len(other):
        return one
    differing = [at for at, (a, b) in enumerate(zip(one, other)) if a != b]
    if not differing:
        return one
    end = differing[-1] + 1
    start = min(differing[0], end - width)
    return one[:start] + "#" * (end - start) + one[end:]
