# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tiny.blend: a copy of this script in a folder such as /tmp/shot, run there by
`blender -b --factory-startup -P make_tiny.py`, so that the file names no machine.

Scene "Tiny": 20 frames of 32×32 pixels, Cycles with one sample, cameras "CamA" and "CamB", view layers "beauty" and
"extra" (off). Scene "Slow": the same with as many samples as a frame needs to take minutes. Scene "Crash": the same
as Tiny; its frame 3 kills the process that renders it, by a script in the file.
"""

import os

import bpy

CRASH = """
import os, signal
import bpy
from bpy.app.handlers import persistent

@persistent
def crash(scene, *_):
    if scene.name == "Crash" and scene.frame_current == 3:
        os.kill(os.getpid(), signal.SIGSEGV)

bpy.app.handlers.frame_change_pre.append(crash)
"""


def main():
    scene = bpy.context.scene
    scene.name = "Tiny"
    set_up(scene, samples=1)
    scene.camera.name = "CamA"
    other = scene.camera.copy()
    other.name = "CamB"
    other.location.x -= 3
    scene.collection.objects.link(other)
    scene.view_layers[0].name = "beauty"
    scene.view_layers.new("extra").use = False
    cube = bpy.data.objects["Cube"]
    cube.keyframe_insert("location", frame=1)
    cube.location.x = 2
    cube.keyframe_insert("location", frame=20)
    for name, samples in (("Slow", 1_000_000), ("Crash", 1)):
        bpy.ops.scene.new(type="LINK_COPY")
        copy = bpy.context.scene
        copy.name = name
        set_up(copy, samples)
        for layer in copy.view_layers:
            layer.use = False  # submitted only when it is asked for
    bpy.context.window.scene = scene
    text = bpy.data.texts.new("crash.py")
    text.write(CRASH)
    text.use_module = True
    target = os.path.join(os.path.dirname(os.path.abspath(__file__)), "tiny.blend")
    bpy.ops.wm.save_as_mainfile(filepath=target, compress=True, relative_remap=False)


def set_up(scene, samples):
    scene.frame_start, scene.frame_end = 1, 20
    scene.render.engine = "CYCLES"
    scene.cycles.samples = samples
    scene.cycles.use_adaptive_sampling = False
    scene.cycles.use_denoising = False
    scene.render.resolution_x = scene.render.resolution_y = 32 if samples == 1 else 256
    scene.render.filepath = "//render/tiny_####"


main()
