# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside Blender: renders each frame of the argument, {frame: file} in JSON, into its file.

Blender's own option takes a negative frame as counted from the last one.
"""

import json
import sys

import bpy

scene = bpy.context.scene
for frame, file in json.loads(sys.argv[-1]).items():
    scene.frame_set(int(frame))
    scene.render.filepath = file
    bpy.ops.render.render(write_still=True)
