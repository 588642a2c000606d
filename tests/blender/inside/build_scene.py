# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds scenes with everything the adapter has to tell, saves them, opens them again and reads them."""

import os
import sys

sys.path.insert(0, os.path.dirname(__file__))
import bpy  # noqa: E402
from prelude import GIVEN, add_on, main  # noqa: E402
from reading import read_all  # noqa: E402

FOLDER = GIVEN["folder"]


def touch(path):
    full = os.path.join(FOLDER, path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "wb") as file:
        file.write(b"x")
    return full


def camera(name, scene):
    made = bpy.data.objects.new(name, bpy.data.cameras.new(name))
    scene.collection.objects.link(made)
    return made


def image(name, path, source, material):
    made = bpy.data.images.new(name, 4, 4, tiled=source == "TILED")
    made.source = source
    made.filepath = path
    node = material.node_tree.nodes.new("ShaderNodeTexImage")
    node.image = made
    return made, node


def material():
    made = bpy.data.materials.new("rock")
    if hasattr(made, "use_nodes") and not made.node_tree:
        made.use_nodes = True
    made.use_fake_user = True
    return made


def empty():
    bpy.ops.wm.read_homefile(use_empty=True)


def library():
    empty()
    mesh = bpy.data.meshes.new("propMesh")
    prop = bpy.data.objects.new("prop", mesh)
    stuff = bpy.data.materials.new("stuff")
    if not stuff.node_tree:
        stuff.use_nodes = True
    mesh.materials.append(stuff)
    image("label.png", "//tex/label.png", "FILE", stuff)
    bpy.context.scene.collection.objects.link(prop)
    touch("lib/tex/label.png")
    path = os.path.join(FOLDER, "lib", "props.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    return path


def main_file(lib):
    empty()
    scene = bpy.context.scene
    scene.name = "Shot"
    scene.frame_start, scene.frame_end, scene.frame_step = 1001, 1010, 3
    scene.render.engine = "CYCLES"
    scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage = 1921, 1080, 50
    scene.render.fps, scene.render.fps_base = 24, 1.001
    scene.render.filepath = "//out/v1/shot_###_x"
    scene.render.image_settings.file_format = "OPEN_EXR"
    scene.view_layers[0].name = "beauty"
    scene.view_layers.new("fog").use = False
    first, second = camera("camA", scene), camera("camB", scene)
    scene.camera = first
    for name, frame, through in (("cut 2", 1005, second), ("cut 1", 1001, first)):
        scene.timeline_markers.new(name, frame=frame).camera = through
    titles = bpy.data.scenes.new("Titles")
    titles.render.engine = "BLENDER_WORKBENCH"
    titles.frame_start, titles.frame_end = 7, 7
    titles.render.filepath = "/somewhere/titles/"
    titles.render.image_settings.file_format = "JPEG"
    assets(lib, scene)
    path = os.path.join(FOLDER, "shot.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    return path


def assets(lib, scene):
    rock = material()
    image("gone.png", "//tex/gone.png", "FILE", rock)
    tiled, _ = image("hull.exr", "//tex/hull.<UDIM>.exr", "TILED", rock)
    tiled.tiles.new(1002)
    touch("tex/hull.1001.exr")
    _, node = image("plate.0001.png", "//plate/plate.0001.png", "SEQUENCE", rock)
    user = node.image_user
    user.frame_start, user.frame_duration, user.frame_offset = 1001, 4, 2
    for number in range(1, 6):
        touch(f"plate/plate.{number:04d}.png")
    with bpy.data.libraries.load(lib, link=True, relative=True) as (_, into):
        into.objects = ["prop"]
    scene.collection.objects.link(into.objects[0])
    note = bpy.data.texts.new("notes")
    note.filepath = touch("notes.txt")
    sound = bpy.data.sounds.load(touch("beep.wav"))
    sound.use_fake_user = True


def work():
    add_on()
    path = main_file(library())
    bpy.ops.wm.open_mainfile(filepath=path)
    return read_all()


main(work)
