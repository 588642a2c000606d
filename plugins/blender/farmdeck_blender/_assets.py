# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that data-blocks name. The same rows as the reader of .blend files has, read through bpy."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, Callable

import bpy

from ._caches import object_files, scene_caches
from ._core import Severity
from ._resolve import ImageUse, RawAsset, VolumeUse

Uses = dict[str, list[ImageUse]]
"""By `key` of the image."""


def read(raws: list[RawAsset]) -> Iterator[str]:
    """Append every file to `raws`, a data-block between two turns."""
    uses: Uses = {}
    yield from _each(bpy.data.scenes, _scene, raws, "scenes")
    for trees in _TREE_OWNERS:
        yield from _each(getattr(bpy.data, trees), lambda owner, out: _nodes(owner, out, uses), raws, trees)
    yield from _each(bpy.data.images, lambda image, out: _image(image, out, uses), raws, "images")
    for name, reader in _READERS.items():
        yield from _each(getattr(bpy.data, name, ()), reader, raws, name)
    yield from _each(bpy.data.objects, lambda each, out: object_files(each, folder_of(each), out), raws, "objects")


def folder_of(block: Any) -> str:
    """The folder of the .blend that the data-block is from."""
    if block.library is None:
        return os.path.dirname(bpy.data.filepath)
    return os.path.dirname(library_path(block.library))


def library_path(library: Any) -> str:
    """The absolute path of a linked .blend."""
    return os.path.normpath(bpy.path.abspath(library.filepath))


def strips(scene: Any) -> list[Any]:
    """Every strip of the scene, those in meta strips too."""
    editor = scene.sequence_editor
    if editor is None:
        return []
    return list(editor.strips_all if hasattr(editor, "strips_all") else editor.sequences_all)  # until 4.3


def _each(blocks: Any, reader: Callable[[Any, list[RawAsset]], None], raws: list[RawAsset], word: str) -> Iterator[str]:
    owned = list(blocks)
    for done, block in enumerate(owned, 1):
        reader(block, raws)
        yield f"{done} of {len(owned)} {word}"


def key(block: Any) -> str:
    """A name that no other data-block of its kind has, linked ones included."""
    return block.name if block.library is None else f"{block.name}\n{block.library.filepath}"


def _image(image: Any, raws: list[RawAsset], uses: Uses) -> None:
    path, source = image.filepath, image.source
    if not path or not image.users or image.packed_file or len(image.packed_files):
        return
    folder, name = folder_of(image), image.name
    if source == "TILED":
        numbers = tuple(tile.number for tile in image.tiles) or (1001,)
        raws.append(RawAsset("tiles", path, folder, "image", name, tiles=numbers))
    elif source == "SEQUENCE":
        raws.append(RawAsset("frames", path, folder, "image", name, image_uses=tuple(uses.get(key(image), ()))))
    elif source in ("FILE", "MOVIE"):
        raws.append(RawAsset("one", path, folder, "movie" if source == "MOVIE" else "image", name))


def _font(font: Any, raws: list[RawAsset]) -> None:
    if font.filepath and font.filepath != "<builtin>" and not font.packed_file:
        raws.append(RawAsset("one", font.filepath, folder_of(font), "font", font.name))


def _sound(sound: Any, raws: list[RawAsset]) -> None:
    if sound.filepath and not sound.packed_file:
        raws.append(RawAsset("one", sound.filepath, folder_of(sound), "sound", sound.name))


def _clip(clip: Any, raws: list[RawAsset]) -> None:
    if clip.filepath:
        rule, kind = ("frames", "image") if clip.source == "SEQUENCE" else ("one", "movie")
        raws.append(RawAsset(rule, clip.filepath, folder_of(clip), kind, clip.name))


def _cache_file(cache: Any, raws: list[RawAsset]) -> None:
    if cache.filepath:
        rule = "frames" if cache.is_sequence else "one"
        raws.append(RawAsset(rule, cache.filepath, folder_of(cache), "cache", cache.name))
    for layer in cache.layers:
        if layer.filepath:
            raws.append(RawAsset("one", layer.filepath, folder_of(cache), "cache", cache.name))


def _volume(volume: Any, raws: list[RawAsset]) -> None:
    if not volume.filepath or volume.packed_file:
        return
    if volume.is_sequence:
        use = VolumeUse(volume.frame_start, volume.frame_duration, volume.frame_offset, volume.sequence_mode)
        raws.append(RawAsset("frames", volume.filepath, folder_of(volume), "volume", volume.name, volume_use=use))
    else:
        raws.append(RawAsset("one", volume.filepath, folder_of(volume), "volume", volume.name))


def _text(text: Any, raws: list[RawAsset]) -> None:
    if text.filepath:
        raws.append(RawAsset("one", text.filepath, folder_of(text), "text", text.name, Severity.NOTE))


def _library(library: Any, raws: list[RawAsset]) -> None:
    """A linked .blend; not those that Blender brings along (its brushes), nor the archives of 5.x, which are packed."""
    path = library_path(library) if library.filepath else ""
    if path and not library.packed_file and not getattr(library, "is_archive", False) and not _own(path):
        folder = os.path.dirname(library_path(library.parent) if library.parent else bpy.data.filepath)
        raws.append(RawAsset("one", library.filepath, folder, "library", library.name))


def _own(path: str) -> bool:
    folders = {bpy.utils.resource_path(kind) for kind in ("LOCAL", "SYSTEM")} - {""}
    return any(path.startswith(os.path.normpath(folder) + os.sep) for folder in folders)


def _scene(scene: Any, raws: list[RawAsset]) -> None:
    folder = folder_of(scene)
    for strip in strips(scene):
        if strip.type == "MOVIE" and strip.filepath:
            raws.append(RawAsset("one", strip.filepath, folder, "movie", strip.name))
        elif strip.type == "IMAGE":
            paths = tuple(os.path.join(strip.directory, element.filename) for element in strip.elements)
            if paths:
                raws.append(RawAsset("several", paths[0], folder, "image", strip.name, paths=paths))
    scene_caches(scene, folder, raws)


def _nodes(owner: Any, raws: list[RawAsset], uses: Uses) -> None:
    """Image users, and the files that nodes name themselves. A texture is its own image user."""
    if isinstance(owner, bpy.types.ImageTexture):
        _use(owner.image, owner.image_user, uses)
    for node in _tree_nodes(owner):
        if getattr(node, "image", None) is not None:
            _use(node.image, getattr(node, "image_user", node), uses)  # a compositor node is its own image user
        elif node.bl_idname in _FILE_NODES and node.mode == "EXTERNAL" and node.filepath:
            raws.append(RawAsset("one", node.filepath, folder_of(owner), _FILE_NODES[node.bl_idname], owner.name))


def _tree_nodes(owner: Any) -> list[Any]:
    if isinstance(owner, bpy.types.NodeTree):
        return list(owner.nodes)
    tree = getattr(owner, "node_tree", None)
    return list(tree.nodes) if tree is not None else []


def _use(image: Any, user: Any, uses: Uses) -> None:
    if image is not None and image.source == "SEQUENCE" and hasattr(user, "frame_duration"):
        use = ImageUse(user.frame_start, user.frame_duration, user.frame_offset, user.use_cyclic)
        uses.setdefault(key(image), []).append(use)


_FILE_NODES = {"ShaderNodeTexIES": "ies", "ShaderNodeScript": "script"}
_TREE_OWNERS = ("materials", "worlds", "lights", "node_groups", "scenes", "linestyles", "textures")
_READERS: dict[str, Callable[[Any, list[RawAsset]], None]] = {
    "libraries": _library,
    "fonts": _font,
    "sounds": _sound,
    "movieclips": _clip,
    "cache_files": _cache_file,
    "volumes": _volume,
    "texts": _text,
}
