# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside Blender: prints, as JSON, what bpy says of .blend files, in the shape the reader's facts have.

    python bpy_facts.py OUT.json FILE…        with the bpy package
    blender -b -P bpy_facts.py -- OUT.json FILE…

Written apart from the reader on purpose: everything here comes from bpy's own properties.
"""

import json
import os
import re
import sys
import warnings

import bpy

FRAMES = (7, 123456)
SEQUENCE = re.compile(r"^(.*?)(\d+)(\D*)$", re.DOTALL)


def absolute(path, block=None):
    library = getattr(block, "library", None)
    if path.startswith("//"):
        path = path.replace("\\", "/")
    full = bpy.path.abspath(path, library=library)
    return os.path.normpath(full) if full.startswith("/") else full


def row(kind, owner, path, files):
    files = list(dict.fromkeys(files))
    missing = not files or not all(os.path.isabs(f) and os.path.exists(f) for f in files)
    return {"kind": kind, "owner": owner, "path": path, "files": sorted(files), "missing": missing}


def on_disk(full):
    """The files that differ from `full` in its last number only: {number: path}, and a function from number to path."""
    folder, name = os.path.split(full)
    stem, extension = os.path.splitext(name)
    match = SEQUENCE.match(stem)
    if match is None:
        return None, None
    head, digits, tail = match.groups()
    found = {}
    for other in os.listdir(folder) if os.path.isdir(folder) else ():
        if other.startswith(head) and other.endswith(tail + extension):
            middle = other[len(head) : len(other) - len(tail + extension)]
            if middle.isdigit() and middle == str(int(middle)).zfill(len(digits)):
                found[int(middle)] = os.path.join(folder, other)
    return found, lambda n: os.path.join(folder, head + str(n).zfill(len(digits)) + tail + extension)


def numbered(kind, owner, path, full, needed=()):
    found, name = on_disk(full)
    if found is None or not (found or needed):
        return row(kind, owner, path, [full])
    return row(kind, owner, path, list(found.values()) + [name(n) for n in needed])


def span():
    local = [s for s in bpy.data.scenes if s.library is None]
    return min(s.frame_start for s in local), max(s.frame_end for s in local)


def trees():
    for group in (bpy.data.materials, bpy.data.worlds, bpy.data.lights, bpy.data.textures, bpy.data.linestyles):
        for block in group:
            if block.node_tree is not None:
                yield block, block.node_tree
    for block in bpy.data.node_groups:
        yield block, block
    for scene in bpy.data.scenes:
        tree = getattr(scene, "node_tree", None) or getattr(scene, "compositing_node_group", None)
        if tree is not None:
            yield scene, tree


def user_frames(image):
    """What Blender's image_user asks for over all frames that render."""
    low, high = span()
    needed = set()
    for _, tree in trees():
        for node in tree.nodes:
            if getattr(node, "image", None) != image:
                continue
            user = getattr(node, "image_user", node)
            length = user.frame_duration
            for frame in range(low, high + 1):
                at = frame - user.frame_start
                at = at % length if user.use_cyclic else min(max(at, 0), length - 1)
                needed.add(at + 1 + user.frame_offset)
    return needed


def tile_file(full, number):
    u, v = (number - 1001) % 10 + 1, (number - 1001) // 10 + 1
    return full.replace("<UDIM>", str(number)).replace("<UVTILE>", f"u{u}_v{v}")


def images():
    for image in bpy.data.images:
        path = image.filepath
        if not path or len(image.packed_files) or image.source in ("GENERATED", "VIEWER"):
            continue
        full = absolute(path, image)
        if image.source == "TILED":
            yield row("image", image.name, path, [tile_file(full, tile.number) for tile in image.tiles])
        elif image.source == "SEQUENCE":
            yield numbered("image", image.name, path, full, user_frames(image))
        else:
            yield row("movie" if image.source == "MOVIE" else "image", image.name, path, [full])


def simple():  # noqa: C901 - one branch per kind of data-block
    for library in bpy.data.libraries:
        full = absolute(library.filepath)
        if library.packed_file is None and not getattr(library, "is_archive", False) and full != bpy.data.filepath:
            yield row("library", library.name, None, [full])
    for font in bpy.data.fonts:
        if font.filepath != "<builtin>" and font.packed_file is None:
            yield row("font", font.name, font.filepath, [absolute(font.filepath, font)])
    for sound in bpy.data.sounds:
        if sound.packed_file is None and sound.filepath:
            yield row("sound", sound.name, sound.filepath, [absolute(sound.filepath, sound)])
    for clip in bpy.data.movieclips:
        full = absolute(clip.filepath, clip)
        if clip.source == "SEQUENCE":
            yield numbered("image", clip.name, clip.filepath, full)
        else:
            yield row("movie", clip.name, clip.filepath, [full])
    for cache in bpy.data.cache_files:
        full = absolute(cache.filepath, cache)
        if cache.is_sequence:
            yield numbered("cache", cache.name, cache.filepath, full)
        else:
            yield row("cache", cache.name, cache.filepath, [full])
        for layer in getattr(cache, "layers", ()):
            yield row("cache", cache.name, layer.filepath, [absolute(layer.filepath, cache)])
    for text in bpy.data.texts:
        if text.filepath:
            yield row("text", text.name, text.filepath, [absolute(text.filepath, text)])


def volume_frames(volume):
    low, high = span()
    length, mode = volume.frame_duration, volume.sequence_mode
    needed = set()
    for frame in range(low, high + 1):
        at = frame - volume.frame_start
        if mode == "CLIP" and not 0 <= at < length:
            continue
        if mode == "EXTEND":
            at = min(max(at, 0), length - 1)
        elif mode == "REPEAT":
            at %= length
        elif mode == "PING_PONG":
            cycle = list(range(length)) + list(range(length - 2, 0, -1))
            at = cycle[at % len(cycle)]
        needed.add(at + 1 + volume.frame_offset)
    return needed


def volumes():
    for volume in bpy.data.volumes:
        if not volume.filepath or volume.packed_file is not None:
            continue
        full = absolute(volume.filepath, volume)
        if volume.is_sequence:
            yield numbered("volume", volume.name, volume.filepath, full, volume_frames(volume))
        else:
            yield row("volume", volume.name, volume.filepath, [full])


def nodes():
    for owner, tree in trees():
        for node in tree.nodes:
            kind = {"TEX_IES": "ies", "SCRIPT": "script"}.get(node.type)
            if kind and node.mode == "EXTERNAL" and node.filepath:
                yield row(kind, owner.name, node.filepath, [absolute(node.filepath, owner)])


def strips():
    for scene in bpy.data.scenes:
        editor = scene.sequence_editor
        if editor is None:
            continue
        for strip in getattr(editor, "strips_all", None) or getattr(editor, "sequences_all", ()):
            if strip.type == "IMAGE":
                folder = strip.directory
                files = [absolute(os.path.join(folder, e.filename), scene) for e in strip.elements]
                yield row("image", strip.name, os.path.join(folder, strip.elements[0].filename), files)
            elif strip.type == "MOVIE":
                yield row("movie", strip.name, strip.filepath, [absolute(strip.filepath, scene)])


def below(folder, prefix=""):
    found = []
    for where, _, names in os.walk(folder):
        found.extend(os.path.join(where, name) for name in names if name.startswith(prefix))
    return found


def point_caches(thing):
    for system in thing.particle_systems:
        yield system.point_cache
    for modifier in thing.modifiers:
        cache = getattr(modifier, "point_cache", None)
        if cache is not None:
            yield cache


def caches():  # noqa: C901 - one branch per kind of modifier
    for thing in bpy.data.objects:
        for modifier in thing.modifiers:
            if modifier.type == "MESH_CACHE" and modifier.filepath:
                yield row("cache", thing.name, modifier.filepath, [absolute(modifier.filepath, thing)])
            elif modifier.type == "OCEAN" and modifier.is_cached:
                full = absolute(modifier.filepath, thing)
                yield row("cache", thing.name, modifier.filepath, below(full) or [full])
            elif modifier.type == "FLUID" and modifier.fluid_type == "DOMAIN":
                path = modifier.domain_settings.cache_directory
                full, domain = absolute(path, thing), modifier.domain_settings
                baked = domain.has_cache_baked_data or domain.has_cache_baked_mesh
                if baked or below(full):
                    yield row("cache", thing.name, path, below(full) or [full])
            elif modifier.type == "NODES":
                path = getattr(modifier, "bake_directory", getattr(modifier, "simulation_bake_directory", ""))
                if path and below(absolute(path, thing)):
                    yield row("cache", thing.name, path, below(absolute(path, thing)))
        for cache in point_caches(thing):
            prefix = cache.name or thing.name.encode().hex().upper()
            if cache.use_external:
                path = cache.filepath
            elif cache.use_disk_cache:
                path = "//blendcache_" + os.path.splitext(os.path.basename(bpy.data.filepath))[0]
            else:
                continue
            full = absolute(path, thing)
            yield row("cache", thing.name, path, below(full, prefix) or [full])


def assets():
    for source in (images, simple, volumes, nodes, strips, caches):
        yield from source()


def items(scene):
    render = scene.render
    markers = sorted(scene.timeline_markers, key=lambda m: m.frame)
    cameras = [c.name for c in [scene.camera] + [m.camera for m in markers] if c is not None]
    outputs = [render.frame_path(frame=frame) for frame in FRAMES]
    for layer in scene.view_layers:
        yield {
            "name": scene.name + "/" + layer.name,
            "cameras": list(dict.fromkeys(cameras)),
            "range": [scene.frame_start, scene.frame_end, scene.frame_step],
            "width": int(render.resolution_x * render.resolution_percentage / 100),
            "height": int(render.resolution_y * render.resolution_percentage / 100),
            "renderer": render.engine,
            "outputs": outputs,
            "enabled": layer.use,
        }


def facts(path):
    bpy.ops.wm.open_mainfile(filepath=path)
    scenes = [s for s in bpy.data.scenes if s.library is None]
    current = bpy.context.window.scene if bpy.context.window else bpy.context.scene
    scenes.sort(key=lambda s: s != current)
    return {
        "version": list(bpy.data.version),
        "items": [item for scene in scenes for item in items(scene)],
        "cameras": sorted({o.name for o in bpy.data.objects if o.type == "CAMERA"}),
        "range": [current.frame_start, current.frame_end, current.frame_step],
        "fps": round(current.render.fps / current.render.fps_base, 6),
        "assets": list(assets()),
    }


def main(out, paths):
    warnings.simplefilter("ignore")
    table = {"bpy": list(bpy.app.version), "files": {}}
    for path in paths:
        try:
            table["files"][path] = facts(path)
        except RuntimeError as exc:
            table["files"][path] = {"error": str(exc)}
    with open(out, "w", encoding="utf-8") as file:
        json.dump(table, file)


if __name__ == "__main__":
    arguments = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:]
    main(arguments[0], arguments[1:])
