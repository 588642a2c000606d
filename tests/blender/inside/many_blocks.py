# SPDX-License-Identifier: GPL-3.0-or-later
"""A large scene: how finely the reading is sliced, and that it can be dropped half way."""

import os
import sys

sys.path.insert(0, os.path.dirname(__file__))
import bpy  # noqa: E402
from prelude import GIVEN, add_on, main  # noqa: E402
from reading import read_all  # noqa: E402


def work():
    add_on()
    from farmdeck_blender._reader import read_open_scene

    for number in range(GIVEN["objects"]):
        bpy.data.objects.new(f"thing{number}", None)
    for number in range(GIVEN["images"]):
        made = bpy.data.images.new(f"tex{number}", 1, 1)
        made.source, made.filepath, made.use_fake_user = "FILE", f"//tex/{number}.png", True
    before = bpy.data.is_dirty
    whole = read_all()
    dropped = read_open_scene(bpy.context.scene, tuple(bpy.app.version))
    for _ in range(5):
        next(dropped)
    dropped.close()
    gone = read_open_scene(bpy.context.scene, tuple(bpy.app.version))
    next(gone)
    next(gone)
    for each in list(bpy.data.objects)[-200:]:
        bpy.data.objects.remove(each)
    try:
        for _ in gone:
            pass
        error = ""
    except ReferenceError as exc:
        error = type(exc).__name__
    return {**whole, "scene": None, "dirty": [before, bpy.data.is_dirty], "error": error}


main(work)
