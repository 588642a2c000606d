# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the sample scene that comes with Farmdeck: a small harbour at sundown, everything in it ours.

    blender -b --factory-startup -P resources/sample/make_sample.py

Run it with Blender 3.4, so that 3.4 and everything newer opens the file. It writes harbour.blend and textures/
beside itself. Two view layers (`beauty`, `fog`: the distance matte), two cameras, one UDIM set, ten frames.
"""

import math
import os
import random
import struct
import zlib

import bpy

HERE = os.path.dirname(os.path.abspath(__file__))
FRAMES = 10


# -- textures: plain PNG, written without any library


def write_png(name, width, height, pixel):
    """A PNG of `pixel(u, v) -> (r, g, b)`, 0 to 1; v goes up. https://www.w3.org/TR/png/"""
    rows = []
    for y in range(height):
        colours = (pixel((x + 0.5) / width, 1 - (y + 0.5) / height) for x in range(width))
        rows.append(b"\0" + bytes(max(0, min(255, round(c * 255))) for colour in colours for c in colour))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"".join(rows), 9)) + chunk(b"IEND", b"")
    path = os.path.join(HERE, "textures", name)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + body)


def noise(x, y, seed):
    """A number from 0 to 1 that is always the same for one place."""
    return (math.sin(x * 127.1 + y * 311.7 + seed * 74.7) * 43758.5453) % 1.0


def shade(colour, factor):
    return tuple(c * factor for c in colour)


def tower(u, v):
    """Tile 1001, the lighthouse's shaft: red and white bands, four small windows."""
    band = int(v * 5)
    colour = (0.80, 0.13, 0.10) if band % 2 == 0 else (0.93, 0.90, 0.84)
    window = abs((u * 4) % 1 - 0.5) < 0.09 and abs((v * 5) % 1 - 0.5) < 0.22 and band % 2 == 1
    wear = 0.90 + 0.10 * noise(int(u * 64), int(v * 24), 1)
    return (0.10, 0.12, 0.16) if window else shade(colour, wear)


def top(u, v):
    """Tile 1002, the lighthouse's roof and foot: dark slate above, stone below."""
    if v > 0.5:
        rib = 0.75 if abs((u * 12) % 1 - 0.5) > 0.42 else 1.0
        return shade((0.20, 0.22, 0.28), rib)
    row = int(v * 16)
    stone = 0.8 + 0.2 * noise(int(u * 18 + 0.5 * (row % 2)), row, 2)
    return shade((0.48, 0.44, 0.40), stone)


def planks(u, v):
    """The pier's boards, across."""
    board = int(v * 16)
    gap = (v * 16) % 1 < 0.07
    grain = 0.82 + 0.18 * noise(int(u * 20), int(v * 128), 3)
    tone = 0.8 + 0.3 * noise(board, 0, 4)
    return (0.07, 0.05, 0.04) if gap else shade((0.52, 0.36, 0.24), tone * grain)


def front(u, v):
    """A house front: two rows of lit windows and a door; painted by the house's own colour."""
    column, row = (u * 3) % 1, (v * 2) % 1
    if v < 0.42 and abs(u - 0.5) < 0.09:
        return (0.30, 0.20, 0.16)
    inside = abs(column - 0.5) < 0.18 and abs(row - 0.52) < 0.2
    bar = abs(column - 0.5) < 0.025 or abs(row - 0.52) < 0.02
    if inside and not (v < 0.5 and abs(u - 0.5) < 0.17):
        return (0.75, 0.62, 0.45) if bar else (1.0, 0.82, 0.40)
    return shade((1.0, 1.0, 1.0), 0.92 + 0.08 * noise(int(u * 48), int(v * 48), 5))


def sail(u, v):
    """Cream cloth with seams, and a mark of three bars: a deck of cards dealt out."""
    seam = 0.93 if (v * 8) % 1 < 0.06 else 1.0
    for step in range(3):
        if abs(u - 0.34) < 0.15 - 0.035 * step and abs(v - 0.20 - 0.085 * step) < 0.025:
            return (0.06, 0.42, 0.44)
    return shade((0.95, 0.90, 0.80), seam)


def write_textures():
    os.makedirs(os.path.join(HERE, "textures"), exist_ok=True)
    write_png("lighthouse.1001.png", 256, 256, tower)
    write_png("lighthouse.1002.png", 128, 128, top)
    write_png("planks.png", 128, 256, planks)
    write_png("front.png", 96, 96, front)
    write_png("sail.png", 128, 128, sail)


# -- materials


def image(name, tiles=()):
    """The texture `name` of textures/, its path relative; `tiles` beyond the first make it a UDIM set."""
    loaded = bpy.data.images.load(os.path.join(HERE, "textures", name))
    if tiles:
        loaded.source = "TILED"
        for tile in tiles:
            loaded.tiles.new(tile)
        name = name.replace("1001", "<UDIM>")
    loaded.name = name.split(".")[0]
    loaded.filepath = "//textures/" + name
    return loaded


def surface(name, colour, roughness=0.8, texture=None, metallic=0.0, glow=0.0):
    """A Principled material; a texture is multiplied by the colour. `glow` makes it shine by itself."""
    material = bpy.data.materials.new(name)
    material.diffuse_color = (*colour, 1)
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    shader = nodes["Principled BSDF"]
    shader.inputs["Base Color"].default_value = (*colour, 1)
    shader.inputs["Roughness"].default_value = roughness
    shader.inputs["Metallic"].default_value = metallic
    source = None
    if texture:
        picture = nodes.new("ShaderNodeTexImage")
        picture.image = texture
        tint = nodes.new("ShaderNodeVectorMath")
        tint.operation = "MULTIPLY"
        tint.inputs[1].default_value = colour
        links.new(picture.outputs["Color"], tint.inputs[0])
        links.new(tint.outputs[0], shader.inputs["Base Color"])
        source = tint.outputs[0]
    if glow:
        add_glow(material, shader, source, colour, glow)
    return material


def add_glow(material, shader, source, colour, strength):
    """Emission beside the Principled shader: its own socket has another name from Blender 4.0 on."""
    nodes, links = material.node_tree.nodes, material.node_tree.links
    light = nodes.new("ShaderNodeEmission")
    light.inputs["Color"].default_value = (*colour, 1)
    light.inputs["Strength"].default_value = strength
    if source:
        links.new(source, light.inputs["Color"])
    both = nodes.new("ShaderNodeAddShader")
    links.new(shader.outputs[0], both.inputs[0])
    links.new(light.outputs[0], both.inputs[1])
    links.new(both.outputs[0], nodes["Material Output"].inputs["Surface"])


def water():
    """Dark, glossy, with ripples that travel towards the camera."""
    material = surface("water", (0.012, 0.05, 0.065), roughness=0.13)
    nodes, links = material.node_tree.nodes, material.node_tree.links
    place, mapping = nodes.new("ShaderNodeTexCoord"), nodes.new("ShaderNodeMapping")
    mapping.inputs["Scale"].default_value = (0.55, 1.6, 1)
    for frame, y in ((1, 0.0), (FRAMES, -0.9)):
        mapping.inputs["Location"].default_value[1] = y
        mapping.inputs["Location"].keyframe_insert("default_value", index=1, frame=frame)
    ripples, bump = nodes.new("ShaderNodeTexNoise"), nodes.new("ShaderNodeBump")
    ripples.inputs["Scale"].default_value = 1.5
    ripples.inputs["Detail"].default_value = 3
    bump.inputs["Strength"].default_value = 0.12
    links.new(place.outputs["Object"], mapping.inputs["Vector"])
    links.new(mapping.outputs[0], ripples.inputs["Vector"])
    links.new(ripples.outputs[0], bump.inputs["Height"])
    links.new(bump.outputs[0], nodes["Principled BSDF"].inputs["Normal"])
    return material


def distance():
    """The fog layer's only material: black near the camera, white far off."""
    material = bpy.data.materials.new("distance")
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    nodes.remove(nodes["Principled BSDF"])
    view, span, light = (
        nodes.new(kind) for kind in ("ShaderNodeCameraData", "ShaderNodeMapRange", "ShaderNodeEmission")
    )
    span.inputs["From Min"].default_value = 6
    span.inputs["From Max"].default_value = 60
    links.new(view.outputs["View Distance"], span.inputs["Value"])
    links.new(span.outputs[0], light.inputs["Color"])
    links.new(light.outputs[0], nodes["Material Output"].inputs["Surface"])
    return material


# -- shapes


def add(name, points, faces, material, uvs=None, parent=None, smooth=False):
    """An object of plain lists; `uvs` has one pair for each corner of each face."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(points, [], faces)
    if uvs:
        layer = mesh.uv_layers.new(name="UVMap")
        for loop, uv in zip(layer.data, uvs):
            loop.uv = uv
    if material:
        mesh.materials.append(material)
    for polygon in mesh.polygons:
        polygon.use_smooth = smooth
    thing = bpy.data.objects.new(name, mesh)
    thing.parent = parent
    bpy.context.scene.collection.objects.link(thing)
    return thing


def box(name, centre, size, material, parent=None):
    """A box whose every side shows the whole texture."""
    (x, y, z), (w, d, h) = centre, (s / 2 for s in size)
    points = [(x + sx * w, y + sy * d, z + sz * h) for sz in (-1, 1) for sy in (-1, 1) for sx in (-1, 1)]
    faces = [(0, 1, 5, 4), (1, 3, 7, 5), (3, 2, 6, 7), (2, 0, 4, 6), (4, 5, 7, 6), (2, 3, 1, 0)]
    return add(name, points, faces, material, [(0, 0), (1, 0), (1, 1), (0, 1)] * 6, parent)


def lathe(name, profile, material, segments=24, at=(0, 0, 0), u0=0.0, v=(0.0, 1.0), parent=None, smooth=True):
    """The (radius, height) pairs turned round the z axis; u runs from `u0` to `u0` + 1."""
    points, faces, uvs = [], [], []
    low, high = profile[0][1], profile[-1][1]
    for radius, height in profile:
        for i in range(segments):
            angle = 2 * math.pi * i / segments
            points.append((at[0] + radius * math.cos(angle), at[1] + radius * math.sin(angle), at[2] + height))
    for ring in range(len(profile) - 1):
        share = [v[0] + (v[1] - v[0]) * (profile[ring + k][1] - low) / ((high - low) or 1) for k in (0, 1)]
        for i in range(segments):
            here, there = ring * segments, (ring + 1) * segments
            j = (i + 1) % segments
            faces.append((here + i, here + j, there + j, there + i))
            a, b = u0 + (i + 0.002) / segments, u0 + (i + 0.998) / segments
            uvs += [(a, share[0]), (b, share[0]), (b, share[1]), (a, share[1])]
    return add(name, points, faces, material, uvs, parent, smooth)


def rock(name, at, size, material, seed):
    """A low, faceted lump."""
    dice = random.Random(seed)
    rings = [(1.0, -0.3), (0.95, 0.15), (0.7, 0.5), (0.35, 0.72), (0.02, 0.8)]
    thing = lathe(name, [(r * size[0], h * size[1]) for r, h in rings], material, 11, at, smooth=False)
    for vertex in thing.data.vertices:
        for axis in range(3):
            vertex.co[axis] += dice.uniform(-0.12, 0.12) * size[min(axis, 1)]


# -- the harbour


def lighthouse(textures):
    paint = surface("lighthouse", (1, 1, 1), 0.6, textures)
    at = (5.2, 16, 0.9)
    lathe("Foot", [(1.25, -0.6), (1.25, 0.35), (1.05, 0.35), (1.05, 0.5)], paint, at=at, u0=1.0, v=(0.02, 0.48))
    lathe("Tower", [(0.86, 0.5), (0.74, 1.9), (0.62, 3.3), (0.54, 4.7)], paint, at=at)
    lathe("Gallery", [(0.3, 4.68), (0.8, 4.7), (0.8, 4.84), (0.3, 4.86)], paint, at=at, u0=1.0, v=(0.02, 0.3))
    lathe("Roof", [(0.62, 5.5), (0.36, 5.85), (0.04, 6.15), (0.0, 6.4)], paint, at=at, u0=1.0, v=(0.55, 0.98))
    lathe("Lamp", [(0.36, 4.8), (0.36, 5.52)], surface("lamp", (1.0, 0.78, 0.38), 0.3, glow=6), at=at)
    for i in range(6):
        angle = i * math.pi / 3
        place = (at[0] + 0.46 * math.cos(angle), at[1] + 0.46 * math.sin(angle), at[2] + 5.17)
        box(f"Bar {i}", place, (0.05, 0.05, 0.72), bpy.data.materials["iron"])
    stone = surface("rock", (0.16, 0.14, 0.15), 0.95)
    for i, (x, y, w, h) in enumerate([(5.2, 16, 3.1, 1.2), (3.1, 15.2, 1.3, 0.7), (7.9, 16.4, 1.7, 0.9)]):
        rock(f"Rock {i}", (x, y, 0), (w, h), stone, i)


def pier(texture):
    deck = surface("planks", (1, 1, 1), 0.75, texture)
    wood = surface("posts", (0.16, 0.10, 0.07), 0.9)
    for i in range(3):
        box(f"Pier {i}", (-3.6, 3.5 + 3.2 * i, 0.62), (1.7, 3.2, 0.12), deck)
    for i in range(5):
        for side in (-0.8, 0.8):
            lathe(
                f"Post {i} {side:+}", [(0.11, -0.4), (0.10, 1.12), (0, 1.14)], wood, 10, (-3.6 + side, 2.6 + 2.2 * i, 0)
            )
    lathe("Lantern post", [(0.06, 0.6), (0.05, 2.5), (0.0, 2.5)], bpy.data.materials["iron"], 8, (-4.2, 11.6, 0))
    glow = surface("lantern", (1.0, 0.62, 0.25), 0.4, glow=9)
    lathe("Lantern", [(0.0, 2.42), (0.16, 2.55), (0.13, 2.8), (0.0, 2.9)], glow, 12, (-4.2, 11.6, 0))


def houses(texture):
    colours = [(0.78, 0.30, 0.20), (0.86, 0.62, 0.28), (0.30, 0.46, 0.52), (0.84, 0.76, 0.64), (0.62, 0.34, 0.36)]
    roof = surface("roofs", (0.24, 0.11, 0.09), 0.9)
    dice = random.Random(4)
    x = -13.6
    for i, colour in enumerate(colours * 2):
        width, height = dice.uniform(1.6, 2.2), dice.uniform(1.9, 3.0)
        y = 25 + dice.uniform(-0.4, 0.6)
        wall = surface(f"house {i}", colour, 0.9, texture, glow=0.22)
        box(f"House {i}", (x + width / 2, y, 1 + height / 2), (width, 2, height), wall)
        a, b, base, ridge = x - 0.1, x + width + 0.1, 1 + height, 1 + height + dice.uniform(0.8, 1.3)
        middle = x + width / 2
        points = [(a, y - 1.1, base), (b, y - 1.1, base), (middle, y - 1.1, ridge)]
        points += [(px, y + 1.1, pz) for px, _, pz in points]
        add(f"Gable {i}", points, [(0, 1, 2), (5, 4, 3), (0, 2, 5, 3), (2, 1, 4, 5), (1, 0, 3, 4)], roof)
        x += width + 0.05
    box("Quay", (-6, 25.6, 0.35), (20, 5, 1.3), surface("quay", (0.24, 0.22, 0.22), 0.95))
    hills = surface("hills", (0.09, 0.10, 0.15), 1.0)
    for i, (hx, hy, r, h) in enumerate([(-22, 58, 22, 12), (4, 66, 26, 9), (30, 60, 20, 13), (52, 70, 22, 10)]):
        rock(f"Hill {i}", (hx, hy, -1), (r, h), hills, 20 + i)


def boat(name, at, size, hull, cloth, phase):
    """A dinghy under sail that drifts and rocks."""
    root = bpy.data.objects.new(name, None)
    bpy.context.scene.collection.objects.link(root)
    root.scale = (size,) * 3
    ribs = [(-1.3, 0.34, 0.0), (-0.5, 0.5, -0.05), (0.5, 0.46, -0.05), (1.1, 0.24, 0.0), (1.55, 0.0, 0.12)]
    points, faces = [], []
    for x, half, lift in ribs:
        points += [(x, -half, 0.42 + lift), (x * 0.85, 0, -0.22), (x, half, 0.42 + lift)]
    for i in range(0, 3 * (len(ribs) - 1), 3):
        faces += [(i, i + 1, i + 4, i + 3), (i + 1, i + 2, i + 5, i + 4), (i, i + 3, i + 5, i + 2)]
    add(f"{name} hull", points, [*faces, (0, 2, 1)], hull, parent=root)
    lathe(
        f"{name} mast",
        [(0.04, 0.2), (0.03, 3.3), (0.0, 3.3)],
        bpy.data.materials["posts"],
        8,
        (0.25, 0, 0),
        parent=root,
    )
    main = [(0.2, 0, 0.75), (-1.35, 0.28, 0.8), (0.2, 0, 3.2), (-0.6, 0.3, 1.75)]
    uvs = [(0, 0), (1, 0), (0.5, 0.42), (0, 0), (0.5, 0.42), (0, 1)]
    uvs = [(0.02 + 0.96 * u, 0.02 + 0.96 * v) for u, v in uvs]
    add(f"{name} mainsail", main, [(0, 1, 3), (0, 3, 2)], cloth, uvs, root, smooth=True)
    jib = [(0.32, 0, 0.75), (1.5, 0, 0.62), (0.3, 0, 2.7)]
    add(f"{name} jib", jib, [(0, 1, 2)], cloth, [(0.9, 0.6), (1, 0.6), (0.9, 1)], root)
    for frame in range(1, FRAMES + 1):
        t = 2 * math.pi * (frame - 1) / 24 + phase
        root.location = (at[0] + 0.09 * (frame - 1) * size, at[1], 0.06 * math.sin(t * 1.5) * size)
        root.rotation_euler = (0.07 * math.sin(t * 1.5 + 1), 0.05 * math.cos(t * 1.5), at[2])
        root.keyframe_insert("location", frame=frame)
        root.keyframe_insert("rotation_euler", frame=frame)


def gulls():
    white = surface("gull", (0.9, 0.88, 0.85), 0.8, glow=0.15)
    for i, (x, y, z) in enumerate([(0.2, 14, 5.0), (1.0, 15, 5.5), (-0.6, 16, 5.9), (2.0, 15.5, 4.7)]):
        points = [(0, 0.16, 0), (0, -0.14, 0), (-0.24, 0.02, 0.12), (0.24, 0.02, 0.12), (-0.5, -0.1, 0), (0.5, -0.1, 0)]
        faces = [(0, 2, 1), (0, 1, 3), (2, 4, 1), (3, 1, 5)]
        gull = add(f"Gull {i}", points, faces, white)
        gull.rotation_euler = (0.3, 0, -0.7)
        for frame in range(1, FRAMES + 1):
            gull.location = (x + 0.12 * (frame - 1), y, z + 0.05 * math.sin(frame + i))
            gull.scale = (1, 1, math.cos(frame * 0.9 + i * 1.7) * 1.4)
            gull.keyframe_insert("location", frame=frame)
            gull.keyframe_insert("scale", frame=frame)


def sky():
    """Sundown: warm at the horizon, blue above; the same from every side but the sun's."""
    world = bpy.data.worlds.new("Sundown")
    world.use_nodes = True
    nodes, links = world.node_tree.nodes, world.node_tree.links
    place, split, ramp = (
        nodes.new(kind) for kind in ("ShaderNodeTexCoord", "ShaderNodeSeparateXYZ", "ShaderNodeValToRGB")
    )
    stops = [(0.0, (1.0, 0.55, 0.20)), (0.10, (1.0, 0.42, 0.24)), (0.24, (0.50, 0.34, 0.46)), (0.6, (0.10, 0.18, 0.40))]
    while len(ramp.color_ramp.elements) < len(stops):
        ramp.color_ramp.elements.new(1)
    for element, (position, colour) in zip(ramp.color_ramp.elements, stops):
        element.position, element.color = position, (*colour, 1)
    links.new(place.outputs["Generated"], split.inputs[0])
    links.new(split.outputs["Z"], ramp.inputs["Fac"])
    links.new(ramp.outputs["Color"], nodes["Background"].inputs["Color"])
    nodes["Background"].inputs["Strength"].default_value = 1.0
    bpy.context.scene.world = world
    lamp = bpy.data.lights.new("Sun", "SUN")
    lamp.energy, lamp.color, lamp.angle = 3.2, (1.0, 0.66, 0.42), 0.03
    thing = bpy.data.objects.new("Sun", lamp)
    thing.rotation_euler = (math.radians(68), 0, math.radians(-58))
    bpy.context.scene.collection.objects.link(thing)


def camera(name, at, look, lens):
    data = bpy.data.cameras.new(name)
    data.lens = lens
    thing = bpy.data.objects.new(name, data)
    thing.location = at
    direction = [b - a for a, b in zip(at, look)]
    flat = math.hypot(direction[0], direction[1])
    thing.rotation_euler = (math.atan2(direction[2], flat) + math.pi / 2, 0, math.atan2(-direction[0], direction[1]))
    bpy.context.scene.collection.objects.link(thing)
    return thing


def backdrop(scene):
    """What the fog layer has in the place of the sky: as far off as can be."""
    wall = add("Backdrop", [(-300, 108, -50), (300, 108, -50), (300, 108, 150), (-300, 108, 150)], [(0, 1, 2, 3)], None)
    only_fog = bpy.data.collections.new("Only in the fog")
    scene.collection.children.link(only_fog)
    scene.collection.objects.unlink(wall)
    only_fog.objects.link(wall)
    scene.view_layers["beauty"].layer_collection.children[only_fog.name].exclude = True


def render_settings(scene):
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.samples = 16
    scene.cycles.use_denoising = False  # Debian's Blender is built without the denoiser, and fails when it is on
    scene.cycles.use_adaptive_sampling = False
    scene.cycles.max_bounces = 4
    scene.cycles.sample_clamp_indirect = 1.5
    scene.cycles.blur_glossy = 1.0
    scene.world.cycles.sampling_method = "NONE"  # a smooth sky; its importance map takes longer than the frame
    scene.cycles.caustics_reflective = scene.cycles.caustics_refractive = False
    scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage = 320, 180, 100
    scene.frame_start, scene.frame_end, scene.render.fps = 1, FRAMES, 24
    scene.render.filepath = "//render/sample_####.png"
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.color_mode = "RGB"
    scene.view_settings.view_transform = "Filmic"
    scene.view_settings.look = "High Contrast"


def make():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.name = "Harbour"
    surface("iron", (0.05, 0.05, 0.06), 0.5, metallic=0.6)
    add("Sea", [(-90, -20, 0), (90, -20, 0), (90, 110, 0), (-90, 110, 0)], [(0, 1, 2, 3)], water())
    lighthouse(image("lighthouse.1001.png", (1002,)))
    pier(image("planks.png"))
    houses(image("front.png"))
    cloth = surface("sail", (1, 1, 1), 0.9, image("sail.png"), glow=0.25)
    boat("Farmdeck", (-0.9, 9.2, 0.35), 1.0, surface("hull", (0.05, 0.30, 0.32), 0.4), cloth, 0.0)
    boat("Far boat", (-1.4, 20, -0.5), 0.8, surface("far hull", (0.55, 0.14, 0.10), 0.4), cloth, 2.0)
    gulls()
    sky()
    scene.camera = camera("Wide", (0.3, -2.2, 2.1), (0.6, 14, 2.0), 32)
    camera("Lighthouse", (2.6, 4.6, 1.0), (4.6, 16, 3.7), 38)
    render_settings(scene)
    scene.view_layers[0].name = "beauty"
    fog = scene.view_layers.new("fog")
    fog.material_override = distance()
    fog.samples = 4
    backdrop(scene)


write_textures()
make()
bpy.context.preferences.filepaths.save_version = 0
bpy.ops.wm.save_as_mainfile(filepath=os.path.join(HERE, "harbour.blend"), compress=True)
