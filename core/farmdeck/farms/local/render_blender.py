# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders frames of one item inside Blender or with the bpy module, in a child process of the local farm.

    blender -b --factory-startup -y SCENE -P render_blender.py -- TASK.json
    python render_blender.py -- TASK.json

TASK.json: {"scene", "address": [scene, view layer], "camera", "name", "frames": [{"number", "folder"}], "addons"}.
What happens is told on standard output, one line each: `FARMDECK {"event": "begin", …}`; the events are ready, begin,
stats, done, failed and fatal.
"""

import json
import os
import sys
import time
import traceback

import bpy


def tell(event, **values):
    """One line to the local farm; begins on a line of its own, since Blender ends its lines late."""
    sys.stdout.write("\nFARMDECK " + json.dumps({"event": event, **values}) + "\n")
    sys.stdout.flush()


def main(task_file):
    """Render the task's frames; the exit code is 0 when each was rendered or told as failed."""
    with open(task_file, encoding="utf-8") as file:
        task = json.load(file)
    try:
        if bpy.data.filepath != task["scene"]:  # Blender was given it on its command line, the bpy module was not
            bpy.ops.wm.open_mainfile(filepath=task["scene"], load_ui=False, use_scripts=True)
    except RuntimeError as exc:
        tell("fatal", message=f"Blender {bpy.app.version_string} cannot open the scene: {str(exc).strip()}")
        return 3
    scene = choose(task)
    if scene is None:
        return 3
    if bpy.app.version >= (5, 0, 0):  # 5.x prints no progress of its own
        bpy.app.handlers.render_stats.append(lambda stats, *_: tell("stats", text=str(stats)))
    tell("ready", version=bpy.app.version_string)
    for frame in task["frames"]:
        render(scene, task, frame)
    return 0


def choose(task):
    """The task's scene with its one view layer on and its camera bound; None after telling what is not there."""
    name, layer_name = task["address"]
    scene = bpy.data.scenes.get(name)
    if scene is None or layer_name not in scene.view_layers:
        tell("fatal", message=f'The scene file has no view layer "{layer_name}" in a scene "{name}".')
        return None
    if bpy.context.window is not None:
        bpy.context.window.scene = scene
    for layer in scene.view_layers:
        layer.use = layer.name == layer_name
    if task["camera"]:
        camera = scene.objects.get(task["camera"])
        if camera is None or camera.type != "CAMERA":
            tell("fatal", message='The scene "{}" has no camera "{}".'.format(name, task["camera"]))
            return None
        scene.camera = camera
        for marker in scene.timeline_markers:  # a marker would switch back to its own camera
            if marker.camera is not None:
                marker.camera = camera
    prepare(scene)
    return scene


def prepare(scene):
    """Write every frame, each as a picture: what is on disk is the farm's to decide."""
    render_settings = scene.render
    render_settings.use_overwrite = True
    render_settings.use_placeholder = False
    render_settings.use_file_extension = True
    render_settings.use_single_layer = False
    if render_settings.is_movie_format:
        if hasattr(render_settings.image_settings, "media_type"):
            render_settings.image_settings.media_type = "IMAGE"
        render_settings.image_settings.file_format = "PNG"


def render(scene, task, frame):
    """One frame into its own folder."""
    number, folder = frame["number"], frame["folder"]
    tell("begin", frame=number)
    began = time.time()
    try:
        os.makedirs(folder, exist_ok=True)
        nodes = redirect_file_outputs(scene, folder)
        scene.frame_set(number)
        scene.render.filepath = os.path.join(folder, file_name(task["name"], number))
        bpy.ops.render.render(write_still=True, scene=scene.name)
    except (RuntimeError, OSError) as exc:
        tell("failed", frame=number, message=str(exc).strip().replace("Error: ", ""))
        return
    files = [[path, os.path.basename(path)] for path in list_files(folder)]
    if not files:
        tell("failed", frame=number, message="Blender wrote no picture.")
        return
    for sub, target in nodes:
        files += [
            [path, os.path.join(target, os.path.basename(path))] for path in list_files(os.path.join(folder, sub))
        ]
    tell("done", frame=number, files=files, seconds=time.time() - began)


def list_files(folder):
    """The files right in the folder, absolute and sorted."""
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    return [os.path.join(folder, name) for name in names if os.path.isfile(os.path.join(folder, name))]


def file_name(pattern, number):
    """`shot_####.png` as `shot_0007.png`; a pattern without # gets the number before its extension."""
    runs = [run for run in "".join(c if c == "#" else " " for c in pattern).split() if run]
    if not runs:
        stem, dot, extension = pattern.rpartition(".")
        return f"{stem or pattern}{number:04d}{dot}{extension if stem else ''}"
    digits = ("-" if number < 0 else "") + str(abs(number)).zfill(len(runs[-1]))
    head, _, tail = pattern.rpartition(runs[-1])
    return head + digits + tail


def redirect_file_outputs(scene, folder):
    """File Output nodes write beside the frame first: (sub-folder, the folder the artist chose) for each."""
    tree = getattr(scene, "compositing_node_group", None) or getattr(scene, "node_tree", None)
    if tree is None:
        return []
    attribute = "directory" if bpy.app.version >= (5, 0, 0) else "base_path"
    out = []
    for index, node in enumerate(node for node in tree.nodes if node.type == "OUTPUT_FILE"):
        target = node.get("farmdeck_target") or bpy.path.abspath(getattr(node, attribute))
        node["farmdeck_target"] = target
        sub = f"node{index}"
        setattr(node, attribute, os.path.join(folder, sub) + os.sep)
        out.append((sub, target))
    return out


def run():
    """Leave at once with the code: the bpy module does not always end by itself (4.5)."""
    try:
        code = main(sys.argv[sys.argv.index("--") + 1])
    except Exception:  # noqa: BLE001 - the outermost edge of a child process: told, then ended
        tell("fatal", message="The render script stopped: " + traceback.format_exc(limit=-3).strip().splitlines()[-1])
        traceback.print_exc()
        code = 4
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    run()
