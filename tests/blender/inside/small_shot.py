# SPDX-License-Identifier: GPL-3.0-or-later
"""Saves a shot that renders in no time."""

import os
import sys

sys.path.insert(0, os.path.dirname(__file__))
import bpy  # noqa: E402
from prelude import GIVEN, main  # noqa: E402


def work():
    bpy.ops.wm.read_homefile(use_factory_startup=True)
    scene = bpy.context.scene
    scene.name = "Shot"
    scene.render.engine = "CYCLES"
    scene.cycles.samples = 1
    scene.cycles.use_denoising = False
    scene.render.resolution_x = scene.render.resolution_y = 32
    scene.render.resolution_percentage = 100
    scene.frame_start, scene.frame_end = 1, 3
    scene.view_layers[0].name = "beauty"
    scene.view_layers.new("fog")
    scene.render.filepath = "//render/"
    bpy.ops.wm.save_as_mainfile(filepath=GIVEN["save"])
    return {}


main(work)
