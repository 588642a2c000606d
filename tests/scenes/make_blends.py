# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside Blender: makes the .blend files that the reader is tried on, with the files they name.

    python make_blends.py FOLDER              with the bpy package
    blender -b -P make_blends.py -- FOLDER

Every file says one thing or two; a file that this Blender cannot make is left out and named on standard output.
"""

import os
import shutil
import struct
import sys
import wave
import zlib

import bpy

HERE = ""


def path(*parts):
    full = os.path.join(HERE, *parts)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    return full


def png(*parts):
    """A 1×1 picture."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    with open(path(*parts), "wb") as file:
        file.write(
            b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0abc")) + chunk(b"IEND", b"")
        )
    return path(*parts)


def touch(*parts, text="x"):
    with open(path(*parts), "w", encoding="utf-8") as file:
        file.write(text)
    return path(*parts)


def sound(*parts):
    with wave.open(path(*parts), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\0" * 800)
    return path(*parts)


def fresh():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    if scene.world is None:
        scene.world = bpy.data.worlds.new("World")
    return scene


def camera(scene, name):
    data = bpy.data.cameras.new(name)
    thing = bpy.data.objects.new(name, data)
    scene.collection.objects.link(thing)
    return thing


def cube(scene, name):
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
    thing = bpy.data.objects.new(name, mesh)
    scene.collection.objects.link(thing)
    return thing


def image(name, source, filepath):
    made = bpy.data.images.new(name, 1, 1)
    made.source = source
    made.filepath_raw = filepath
    made.use_fake_user = True
    return made


def material(thing, name):
    made = bpy.data.materials.new(name)
    made.use_nodes = True
    thing.data.materials.append(made)
    return made


def save(name, compress=False):
    bpy.ops.wm.save_as_mainfile(filepath=path(name), compress=compress, relative_remap=False, check_existing=False)


def plain():
    """Two scenes, layers, markers with cameras, a step, a percentage, an odd rate, an output with its own #."""
    scene = fresh()
    scene.name = "Shot 010"
    scene.frame_start, scene.frame_end, scene.frame_step = -5, 40, 3
    render = scene.render
    render.resolution_x, render.resolution_y, render.resolution_percentage = 1921, 1079, 37
    render.fps, render.fps_base = 30, 1.001
    render.engine = "CYCLES"
    render.filepath = "//../render/shot_##_v1"
    render.image_settings.file_format = "OPEN_EXR"
    cameras = [camera(scene, name) for name in ("Wide", "close-up", "Ünder")]
    scene.camera = cameras[1]
    for frame, thing in ((20, cameras[2]), (3, cameras[0]), (30, cameras[0])):
        scene.timeline_markers.new("m", frame=frame).camera = thing
    scene.timeline_markers.new("no camera", frame=7)
    scene.view_layers[0].name = "Beauty"
    scene.view_layers.new("Shadow").use = False
    scene.view_layers.new("Mätte")
    other = bpy.data.scenes.new("Another")
    other.render.filepath = "/tmp/out.jpg"
    other.render.image_settings.file_format = "PNG"
    other.render.engine = "BLENDER_WORKBENCH"
    other.frame_start = other.frame_end = 12
    other.camera = cameras[0]
    save("plain.blend")


def outputs():
    """A scene per output path and format."""
    scene = fresh()
    scene.render.engine = "CYCLES"
    camera(scene, "Cam")
    paths = ["//", "//out/", "/tmp/a#b###.c", "//x.png", "//x.PNG", "//y.exr", "//sub.dir/name.", "name",
             "//../up/../z_", "//#/no", "//dot.v001", "", "/abs//double/./f_####", "//win\\dir\\f"]  # fmt: skip
    formats = ["PNG", "JPEG", "TIFF", "OPEN_EXR", "TARGA", "BMP", "IRIS", "CINEON", "DPX", "HDR", "WEBP", "JPEG2000"]
    made = 0
    for number, text in enumerate(paths * 2):
        new = bpy.data.scenes.new(f"S{number:02d}")
        new.camera = bpy.data.objects["Cam"]
        new.render.filepath = text
        new.render.use_file_extension = number < len(paths) or number % 3 != 0
        try:
            new.render.image_settings.file_format = formats[number % len(formats)]
        except TypeError:
            continue
        made += 1
    assert made > 10
    save("outputs.blend")


def movies():
    """Scenes that write movies."""
    scene = fresh()
    scene.render.engine = "CYCLES"
    scene.frame_start, scene.frame_end = 5, 25
    for number, (container, text) in enumerate(
        (
            ("MPEG4", "//m"),
            ("MKV", "//m_##_x"),
            ("QUICKTIME", "//m.mov"),
            ("AVI", "//dir/"),
            ("WEBM", "//m.mp4"),
            ("OGG", "//m#.ogg"),
        )
    ):
        for extension in (True, False):
            new = bpy.data.scenes.new(f"M{number}{extension:d}")
            new.frame_start, new.frame_end = 5, 12345
            render = new.render
            render.filepath, render.use_file_extension = text, extension
            settings = render.image_settings
            if hasattr(settings, "media_type"):
                settings.media_type = "VIDEO"
            settings.file_format = "FFMPEG"
            render.ffmpeg.format = container
    save("movies.blend")


def textures():
    """UDIM of both kinds with tiles missing, sequences with users, a movie, packed and generated ones, odd names."""
    scene = fresh()
    scene.render.engine = "CYCLES"
    scene.frame_start, scene.frame_end = 1, 10
    thing = cube(scene, "Hull")
    scene.camera = camera(scene, "Cam")
    tree = material(thing, "Paint").node_tree
    for number in range(1001, 1013):
        if number not in (1003, 1011, 1012):
            png("tex", f"hull.{number}.png")
        png("tex", f"uv_u{(number - 1001) % 10 + 1}_v{(number - 1001) // 10 + 1}.png")
    for name, file in (("hull", "//tex/hull.<UDIM>.png"), ("uv", "//tex/uv_<UVTILE>.png")):
        made = image(name, "TILED", file)
        for number in range(1002, 1013):
            made.tiles.new(number)
    png("tex", "plain.png")
    image("plain", "FILE", "//tex/plain.png")
    image("gone", "FILE", "//tex/gone.png")
    image("absolute", "FILE", path("tex", "plain.png"))
    image("windows", "FILE", "C:\\show\\tex\\a.png")
    image("nowhere", "FILE", "tex/plain.png")
    image("Ä ö", "FILE", "//tex/plain.png")
    bpy.data.images.new("generated", 1, 1).use_fake_user = True
    packed = bpy.data.images.load(path("tex", "plain.png"))
    packed.name = "packed"
    packed.pack()
    packed.use_fake_user = True
    image("movie", "MOVIE", "//tex/clip.mov")
    touch("tex", "clip.mov")
    for number in list(range(1, 6)) + [8, 100]:
        png("seq", f"smoke_{number:04d}.png")
        png("seq", f"held.{number}.png")
    for name, file, start, length, offset, cyclic in (
        ("smoke", "//seq/smoke_0001.png", 1, 10, 0, False),
        ("held", "//seq/held.1.png", 3, 5, 0, False),
        ("round", "//seq/smoke_0003.png", 2, 3, 2, True),
        ("none", "//seq/nothing_01.png", 1, 4, 0, False),
        ("long round", "//seq/smoke_0001.png", 5, 50, 0, True),
        ("long held", "//seq/smoke_0001.png", 5, 50, 3, False),
    ):
        node = tree.nodes.new("ShaderNodeTexImage")
        node.image = image(name, "SEQUENCE", file)
        user = node.image_user
        user.frame_start, user.frame_duration, user.frame_offset, user.use_cyclic = start, length, offset, cyclic
    image("unused", "SEQUENCE", "//seq/smoke_0005.png")
    save("textures.blend")


def others():
    """Font, sound, clips, volumes, cache files, texts, node files, modifiers with caches."""
    scene = fresh()
    scene.frame_start, scene.frame_end = 1, 6
    scene.camera = camera(scene, "Cam")
    thing = cube(scene, "Body")
    root = os.path.join(bpy.utils.resource_path("LOCAL"), "datafiles", "fonts")
    fonts = [name for name in os.listdir(root) if "Mono" in name] if os.path.isdir(root) else []
    if fonts:
        shutil.copy(os.path.join(root, fonts[0]), path("fonts", fonts[0]))
        font = bpy.data.fonts.load(path("fonts", fonts[0]))
        font.filepath = "//fonts/" + fonts[0]
        curve = bpy.data.curves.new("Title", "FONT")
        curve.font = font
        scene.collection.objects.link(bpy.data.objects.new("Title", curve))
        bpy.data.curves.new("Builtin", "FONT").use_fake_user = True
    noise = bpy.data.sounds.load(sound("audio", "voice.wav"))
    noise.filepath, noise.use_fake_user = "//audio/voice.wav", True
    lost = bpy.data.sounds.load(sound("audio", "lost.wav"))
    lost.filepath, lost.use_fake_user = "//audio/lost.wav", True
    os.remove(path("audio", "lost.wav"))
    for number in (1, 2, 5):
        png("clip", f"plate.{number:03d}.png")
    clip = bpy.data.movieclips.load(path("clip", "plate.001.png"))
    clip.filepath, clip.use_fake_user = "//clip/plate.001.png", True
    for number in (1, 2, 3, 5):
        touch("vdb", f"fire_{number:04d}.vdb")
    for length in (3, 20):
        for mode in (None, "CLIP", "EXTEND", "REPEAT", "PING_PONG"):
            volume = bpy.data.volumes.new(f"{mode} {length}")
            volume.filepath, volume.use_fake_user = "//vdb/fire_0001.vdb", True
            if mode:
                volume.is_sequence, volume.sequence_mode = True, mode
                volume.frame_start, volume.frame_duration, volume.frame_offset = 3, length, 0
    text = bpy.data.texts.load(touch("text", "rig.py"))
    text.filepath = "//text/rig.py"
    bpy.data.texts.new("inside").write("x")
    tree = material(thing, "Lamp").node_tree
    for kind, file in (("ShaderNodeTexIES", "//ies/spot.ies"), ("ShaderNodeScript", "//osl/wood.osl")):
        node = tree.nodes.new(kind)
        node.mode, node.filepath = "EXTERNAL", file
        touch(*file[2:].split("/"))
        tree.nodes.new(kind).mode = "INTERNAL"
    group = bpy.data.node_groups.new("Shared", "ShaderNodeTree")
    group.use_fake_user = True
    node = group.nodes.new("ShaderNodeTexIES")
    node.mode, node.filepath = "EXTERNAL", "//ies/lost.ies"
    modifier = thing.modifiers.new("mc", "MESH_CACHE")
    modifier.filepath = "//cache/body.pc2"
    touch("cache", "body.pc2")
    domain = cube(scene, "Smoke")
    fluid = domain.modifiers.new("fl", "FLUID")
    fluid.fluid_type = "DOMAIN"
    fluid.domain_settings.cache_directory = "//cache_fluid"
    touch("cache_fluid", "data", "fluid_data_0001.vdb")
    dry = cube(scene, "Dry").modifiers.new("fl", "FLUID")
    dry.fluid_type = "DOMAIN"
    dry.domain_settings.cache_directory = "//cache_never_baked"
    hair = cube(scene, "Hair")
    hair.modifiers.new("ps", "PARTICLE_SYSTEM")
    cache = hair.particle_systems[0].point_cache
    cache.name = "fur"
    save("others.blend")
    cache.use_disk_cache = True
    touch("blendcache_others", "fur_000001_00.bphys")
    touch("blendcache_others", "elsewhere_000001_00.bphys")
    outside = cube(scene, "Outside")
    outside.modifiers.new("ps", "PARTICLE_SYSTEM")
    cache = outside.particle_systems[0].point_cache
    cache.name, cache.use_external = "ext", True
    cache.filepath = "//points"
    touch("points", "ext_000001_00.bphys")
    save("others.blend")


def alembic():
    """A cache file of its own, one that is a sequence, and one that is gone."""
    scene = fresh()
    cube(scene, "Grid")
    for number in (1, 2, 4):
        bpy.ops.wm.alembic_export(filepath=path("abc", f"grid_{number:04d}.abc"), start=1, end=1)
    scene = fresh()
    scene.frame_end = 4
    scene.camera = camera(scene, "Cam")
    bpy.ops.wm.alembic_import(filepath=path("abc", "grid_0001.abc"), is_sequence=True, always_add_cache_reader=True)
    bpy.ops.wm.alembic_import(filepath=path("abc", "grid_0002.abc"), is_sequence=False, always_add_cache_reader=True)
    bpy.ops.wm.alembic_import(filepath=path("abc", "grid_0004.abc"), is_sequence=False, always_add_cache_reader=True)
    files = list(bpy.data.cache_files)
    assert len(files) == 3
    for cache in files:
        cache.use_fake_user = True
        cache.filepath = "//abc/" + os.path.basename(cache.filepath)
    files[-1].filepath = "//abc/gone.abc"
    save("alembic.blend")


def strips():
    """The sequencer: pictures, a sound, a movie, inside a meta strip too."""
    scene = fresh()
    scene.frame_end = 20
    editor = scene.sequence_editor_create()
    pool = editor.strips if hasattr(editor, "strips") else editor.sequences
    for number in (1, 2, 3):
        png("edit", f"p{number}.png")
    strip = pool.new_image("pics", path("edit", "p1.png"), 1, 1)
    strip.directory = "//edit/"
    for name in ("p2.png", "p3.png", "p9.png"):
        strip.elements.append(name)
    pool.new_sound("talk", sound("edit", "talk.wav"), 2, 1).sound.filepath = "//edit/talk.wav"
    meta = pool.new_meta("meta", 3, 1)
    inner = meta.strips if hasattr(meta, "strips") else meta.sequences
    inner.new_image("inner", path("edit", "p2.png"), 1, 1).directory = "//edit/"
    settings = scene.render.image_settings
    movie = fresh_movie()
    if movie:
        pool.new_movie("film", movie, 4, 1).filepath = "//edit/film.avi"
    scene.render.filepath = "//"
    settings.file_format = "PNG"
    save("strips.blend")


def fresh_movie():
    """A movie of two frames, rendered by the sequencer of a scene of its own; "" where this Blender writes none."""
    target = path("edit", "film.avi")
    scene = bpy.data.scenes.new("film")
    scene.frame_end = 2
    editor = scene.sequence_editor_create()
    pool = editor.strips if hasattr(editor, "strips") else editor.sequences
    try:
        pool.new_effect("c", "COLOR", 1, frame_start=1, frame_end=3)
    except TypeError:
        pool.new_effect("c", "COLOR", 1, 1, length=2)
    render = scene.render
    render.resolution_x = render.resolution_y = 32
    render.filepath, render.use_file_extension = target, False
    if hasattr(render.image_settings, "media_type"):
        render.image_settings.media_type = "VIDEO"
    render.image_settings.file_format = "FFMPEG"
    render.ffmpeg.format, render.ffmpeg.codec = "AVI", "MPEG4"
    bpy.ops.render.render(animation=True, scene="film")
    bpy.data.scenes.remove(scene)
    return target if os.path.exists(target) else ""


def libraries():
    """Linked files: nested, in other folders, missing, going round; things unused in them must not count."""
    scene = fresh()
    png("libs", "deep", "tex", "used.png")
    thing = cube(scene, "Deep")
    tree = material(thing, "DeepPaint").node_tree
    tree.nodes.new("ShaderNodeTexImage").image = image("used", "FILE", "//tex/used.png")
    image("unused in deep", "FILE", "//tex/unused.png")
    camera(scene, "UnusedCam")
    group = bpy.data.collections.new("DeepSet")
    group.objects.link(thing)
    group.objects.link(camera(scene, "DeepCam"))
    group.use_fake_user = True
    save("libs/deep/deep.blend")

    scene = fresh()
    with bpy.data.libraries.load(path("libs", "deep", "deep.blend"), link=True) as (source, target):
        target.collections = ["DeepSet"]
    bpy.data.libraries[0].filepath = "//deep/deep.blend"
    middle = bpy.data.collections.new("MiddleSet")
    middle.children.link(target.collections[0])
    scene.collection.children.link(middle)
    own = cube(scene, "Middle")
    middle.objects.link(own)
    png("libs", "middle.png")
    tree = material(own, "MiddlePaint").node_tree
    tree.nodes.new("ShaderNodeTexImage").image = image("middle", "FILE", "//middle.png")
    png("libs", "seq_01.png")
    node = tree.nodes.new("ShaderNodeTexImage")
    node.image = image("middle sequence", "SEQUENCE", "//seq_01.png")
    node.image_user.frame_duration = 3
    save("libs/middle.blend")

    scene = fresh()
    cube(scene, "Lonely").use_fake_user = True
    save("libs/lost.blend")

    scene = fresh()
    scene.frame_end = 3
    for name, kind, what in (("middle", "collections", "MiddleSet"), ("lost", "objects", "Lonely")):
        with bpy.data.libraries.load(path("libs", name + ".blend"), link=True) as (source, target):
            setattr(target, kind, [what])
        made = getattr(target, kind)[0]
        (scene.collection.children if kind == "collections" else scene.collection.objects).link(made)
    for library in bpy.data.libraries:
        library.filepath = "//" + os.path.relpath(bpy.path.abspath(library.filepath), HERE)
    scene.camera = bpy.data.objects["DeepCam"]
    save("linked.blend")
    os.remove(path("libs", "lost.blend"))

    scene = fresh()
    cube(scene, "A").use_fake_user = True
    save("libs/round_a.blend")
    scene = fresh()
    thing = cube(scene, "B")
    with bpy.data.libraries.load(path("libs", "round_a.blend"), link=True) as (source, target):
        target.objects = ["A"]
    thing.parent = target.objects[0]
    save("libs/round_b.blend")
    bpy.ops.wm.open_mainfile(filepath=path("libs", "round_a.blend"))
    with bpy.data.libraries.load(path("libs", "round_b.blend"), link=True) as (source, target):
        target.objects = ["B"]
    bpy.context.scene.collection.objects.link(target.objects[0])
    save("libs/round_a.blend")


def sizes():
    """The same small scene plain and compressed, with no camera, and with an engine that nobody has."""
    scene = fresh()
    scene.render.engine = "CYCLES"
    save("no_camera.blend")
    save("compressed.blend", compress=True)

    class Strange(bpy.types.RenderEngine):
        bl_idname = "STRANGE_ENGINE"
        bl_label = "Strange"

        def render(self, depsgraph):
            pass

    bpy.utils.register_class(Strange)
    scene.render.engine = "STRANGE_ENGINE"
    save("strange.blend")
    bpy.utils.unregister_class(Strange)


def main(folder):
    global HERE
    HERE = os.path.abspath(folder)
    os.makedirs(HERE, exist_ok=True)
    for make in (plain, outputs, movies, textures, others, alembic, strips, libraries, sizes):
        try:
            make()
        except (RuntimeError, AttributeError, TypeError, KeyError, AssertionError) as exc:
            print("LEFT OUT", make.__name__, type(exc).__name__, exc, flush=True)
    print("MADE", flush=True)


if __name__ == "__main__":
    main(sys.argv[sys.argv.index("--") + 1] if "--" in sys.argv else sys.argv[1])
