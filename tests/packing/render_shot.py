# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside Blender: renders .blend files and tells what it found in them.

    python render_shot.py TASKS.json OUT.json
    blender -b -P render_shot.py -- TASKS.json OUT.json

TASKS.json: [{"blend", "frame", "choose"}]; `choose` is [scene, view layer, camera] to be set first, or null to render
what the file says. OUT.json: for each {"scene", "camera", "layers", "missing", "pixels"}.
"""

import json
import os
import sys

import bpy


def choose(name, layer_name, camera):
    scene = bpy.data.scenes[name]
    if bpy.context.window is not None:
        bpy.context.window.scene = scene  # the frame of a sequence goes by it
    for layer in scene.view_layers:
        layer.use = layer.name == layer_name
    if camera:
        scene.camera = scene.objects[camera]
        for marker in scene.timeline_markers:
            marker.camera = None
    return scene


def render(scene, frame, out):
    scene.frame_set(frame)
    scene.render.image_settings.file_format = "PNG"
    scene.render.filepath = out
    bpy.ops.render.render(write_still=True, scene=scene.name)
    return list(bpy.data.images.load(out).pixels)


def on_disk(path):
    return any(os.path.exists(path.replace("<UDIM>", str(number))) for number in (1001, 1002))


def main(tasks, out):
    answers = []
    with open(tasks, encoding="utf-8") as file:
        wanted = json.load(file)
    for index, task in enumerate(wanted):
        bpy.ops.wm.open_mainfile(filepath=task["blend"])
        paths = bpy.utils.blend_paths(absolute=True)
        current = bpy.context.window.scene if bpy.context.window else bpy.context.scene
        scene = choose(*task["choose"]) if task["choose"] else current
        scene.frame_set(task["frame"])
        answers.append(
            {
                "scene": current.name,
                "camera": scene.camera.name,
                "layers": [layer.name for layer in scene.view_layers if layer.use],
                "missing": [path for path in paths if not on_disk(path)],
                "paths": list(bpy.utils.blend_paths(absolute=False)),
                "pixels": render(scene, task["frame"], f"{out}.{index}.png"),
            }
        )
    with open(out, "w", encoding="utf-8") as file:
        json.dump(answers, file)


if __name__ == "__main__":
    main(*(sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:])[:2])
    sys.stdout.flush()
    os._exit(0)
