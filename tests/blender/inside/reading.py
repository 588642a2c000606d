# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the open file with the adapter, turn by turn."""

import time

import bpy


def read_all():
    """The scene's document, and how the reading went."""
    from farmdeck_blender._core import scene_document
    from farmdeck_blender._reader import read_open_scene
    from farmdeck_blender._resolve import with_assets

    turns = read_open_scene(bpy.context.scene, tuple(bpy.data.version))
    count, longest, words = 0, 0.0, []
    while True:
        begun = time.perf_counter()
        try:
            words.append(next(turns))
        except StopIteration as end:
            raw = end.value
            break
        count += 1
        longest = max(longest, time.perf_counter() - begun)
    document = scene_document(with_assets(raw.scene, raw.assets, raw.span))
    return {"scene": document, "turns": count, "longest_ms": 1000 * longest, "words": words[-1:]}
