# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside Blender: makes a small shot with a library, tiles, a sequence, a font and absolute paths.

    python make_shot.py FOLDER                with the bpy package
    blender -b -P make_shot.py -- FOLDER

FOLDER/shots/sh010/shot.blend: scenes "Shot" (view layers "Beauty" and "Extra", cameras "CamA", "CamB" and "CamL", which
is linked, a marker that binds "CamB" to frame 2) and "Other", the current one. Every picture has a colour of its own,
so that one that is not found shows.
"""

import os
import struct
import sys
import zlib

import bpy

SIZE = 24


def png(path, red, green, blue):
    """A picture of 2×2 pixels of one colour."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0)
    row = b"\0" + bytes((red, green, blue)) * 2
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(
            b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(row * 2)) + chunk(b"IEND", b"")
        )
    return path


def fresh():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.world = None
    return scene


def set_up(scene):
    """One sample, few pixels, no denoising, colours as they are."""
    scene.render.engine = "CYCLES"
    scene.render.resolution_x = scene.render.resolution_y = SIZE
    scene.cycles.samples = 1
    scene.cycles.use_denoising = False
    scene.cycles.seed = 7
    scene.view_settings.view_transform = "Standard"
    scene.frame_start, scene.frame_end = 1, 3


def square(scene, name, x, image, user=None):
    """One unit wide at `x`, shining with the image; its UVs reach over two tiles."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([(x, 0, 0), (x + 1, 0, 0), (x + 1, 1, 0), (x, 1, 0)], [], [(0, 1, 2, 3)])
    layer = mesh.uv_layers.new()
    wide = 2 if image.source == "TILED" else 1
    for corner, uv in zip(layer.data, ((0.01, 0.01), (wide - 0.01, 0.01), (wide - 0.01, 0.99), (0.01, 0.99))):
        corner.uv = uv
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    tree = material.node_tree
    tree.nodes.clear()
    texture, shine = tree.nodes.new("ShaderNodeTexImage"), tree.nodes.new("ShaderNodeEmission")
    texture.image, texture.interpolation = image, "Closest"
    if user:
        texture.image_user.frame_start, texture.image_user.frame_duration = user
        texture.image_user.use_auto_refresh = True
    tree.links.new(texture.outputs[0], shine.inputs[0])
    tree.links.new(shine.outputs[0], tree.nodes.new("ShaderNodeOutputMaterial").inputs[0])
    mesh.materials.append(material)
    thing = bpy.data.objects.new(name, mesh)
    if scene is not None:
        scene.collection.objects.link(thing)
    return thing


def image(full, written, source="FILE"):
    made = bpy.data.images.load(full)
    made.source = source
    made.filepath_raw = written
    return made


def camera(scene, name, x):
    """Looks down at four units from `x`."""
    data = bpy.data.cameras.new(name)
    data.type, data.ortho_scale = "ORTHO", 4
    thing = bpy.data.objects.new(name, data)
    thing.location = (x + 2, 0.5, 5)
    if scene is not None:
        scene.collection.objects.link(thing)
    return thing


def save(path, compress):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    bpy.ops.wm.save_as_mainfile(filepath=path, compress=compress, relative_remap=False, check_existing=False)


def library(root):
    """assets/prop/prop.blend, whose texture lies beside it; it links base/base.blend in its turn."""
    fresh()
    full = png(os.path.join(root, "assets", "base", "tex", "base.png"), 250, 120, 10)
    save(os.path.join(root, "assets", "base", "base.blend"), False)
    square(None, "Base", 6, image(full, "//tex/base.png")).use_fake_user = True
    camera(None, "CamL", 4).use_fake_user = True
    save(os.path.join(root, "assets", "base", "base.blend"), False)
    fresh()
    prop = os.path.join(root, "assets", "prop", "prop.blend")
    save(prop, False)
    full = png(os.path.join(root, "assets", "prop", "tex", "prop.png"), 10, 200, 60)
    thing = square(None, "Prop", 0, image(full, full))  # absolute, in a library
    base = link("//../base/base.blend", "Base")
    group = bpy.data.collections.new("Props")
    group.objects.link(thing)
    group.objects.link(base)
    group.use_fake_user = True
    save(prop, True)


def link(path, name, kind="objects"):
    with bpy.data.libraries.load(bpy.path.abspath(path), link=True, relative=True) as (_, wanted):
        getattr(wanted, kind).append(name)
    return getattr(bpy.data, kind)[name]


def title(scene, root):
    """A text with a font from outside the project, as an absolute path; where Blender brings none along, without."""
    folder = os.path.join(bpy.utils.resource_path("LOCAL"), "datafiles", "fonts")
    names = sorted(name for name in os.listdir(folder) if "Mono" in name) if os.path.isdir(folder) else []
    curve = bpy.data.curves.new("Title", "FONT")
    curve.body, curve.size = "farm", 0.8
    if names:
        curve.font = bpy.data.fonts.load(os.path.join(folder, names[0]))
    thing = bpy.data.objects.new("Title", curve)
    thing.location = (4, 0.2, 0)
    scene.collection.objects.link(thing)


def main(root):
    library(root)
    scene = fresh()
    shot = os.path.join(root, "shots", "sh010", "shot.blend")
    save(shot, False)
    scene.name = "Shot"
    set_up(scene)
    for number, colour in ((1001, (200, 0, 0)), (1002, (0, 0, 200))):
        full = png(os.path.join(root, "tiles", f"hull.{number}.png"), *colour)
    tiled = image(os.path.join(root, "tiles", "hull.1001.png"), full.replace("1002", "<UDIM>"), "TILED")
    if len(tiled.tiles) < 2:
        tiled.tiles.new(1002)
    square(scene, "Hull", 1, tiled)
    for number in (1, 2, 3):
        full = png(os.path.join(root, "shots", "sh010", "plates", f"p_{number:04d}.png"), 90 * number - 60, 200, 120)
    square(scene, "Plate", 2, image(full.replace("0003", "0001"), "//plates\\p_0001.png", "SEQUENCE"), (1, 3))
    full = png(os.path.join(root, "shots", "common", "sky.png"), 250, 240, 30)
    square(scene, "Sky", 3, image(full, full))
    link("//../../assets/prop/prop.blend", "Props", "collections")
    scene.collection.children.link(bpy.data.collections["Props"])
    scene.collection.objects.link(link("//../../assets/base/base.blend", "CamL"))
    title(scene, root)
    first, second = camera(scene, "CamA", 0), camera(scene, "CamB", 3)
    scene.camera = first
    scene.timeline_markers.new("b", frame=2).camera = second
    scene.view_layers[0].name = "Beauty"
    scene.view_layers.new("Extra")
    scene.view_layers["Extra"].layer_collection.children["Props"].exclude = True
    scene.frame_set(1)
    other = bpy.data.scenes.new("Other")
    other.camera = first
    set_up(other)
    if bpy.context.window is not None:
        bpy.context.window.scene = other
    save(shot, False)


if __name__ == "__main__":
    main(sys.argv[sys.argv.index("--") + 1] if "--" in sys.argv else sys.argv[1])
    sys.stdout.flush()
    os._exit(0)
