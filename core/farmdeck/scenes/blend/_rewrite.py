"""A copy of a .blend with other paths in it, or with other bytes in other fields.

Blender's paths are text fields of a fixed size, so they are overwritten where they stand; the few that are texts of
their own (`char *`) get a new block of the right length, for blocks need no fixed place. Everything else is copied
byte by byte. What Blender derives from the file's own name cannot follow: a disk cache in `blendcache_NAME`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import IO, Callable, NamedTuple

from ..._errors import SceneError
from .._watch import Watch
from ._blend import Blend, open_blend
from ._file import Block
from ._packing import packed_like, pieces

_PATH = ("name", "filepath")
"""What a data-block's path is called: by the first in what Blender has written so far, by the second in its API.

A library has both: `filepath` is then the absolute path that it had when it was saved, which nobody reads again.
"""
FIELDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "Library": (_PATH,), "Image": (_PATH,), "VFont": (_PATH,), "bSound": (_PATH,),
    "MovieClip": (_PATH, ("proxy.dir",)), "CacheFile": (("filepath",),), "Volume": (("filepath",),),
    "Scene": (("r.pic",), ("r.bake.filepath",)), "Camera": (("custom_filepath",),), "ImageView": (("filepath",),),
    "ImagePackedFile": (("filepath",),), "CacheFileLayer": (("filepath",),), "NodeShaderTexIES": (("filepath",),),
    "NodeShaderScript": (("filepath",),), "Strip": (("dir",),), "StripProxy": (("dir",),), "Editing": (("proxy_dir",),),
    "FluidDomainSettings": (("cache_directory",),), "FluidsimSettings": (("surfdataPath",),),
    "OceanModifierData": (("cachepath",),), "MeshCacheModifierData": (("filepath",),), "PointCache": (("path",),),
    "CustomDataExternal": (("filename",),), "NodeImageMultiFile": (("base_path",),), "NodeImageFile": (("name",),),
    "DynamicPaintSurface": (("image_output_path",),), "VoxelData": (("source_path",),),
}  # fmt: skip
"""Structs with fields that hold paths, each field with its other names; one that a version lacks is passed over."""
POINTERS: dict[str, tuple[str, ...]] = {
    "Text": ("name", "filepath"),
    "NodesModifierData": ("simulation_bake_directory", "bake_directory"),
    "NodesModifierBake": ("directory",),
}
"""Structs with pointers to paths."""
OUTPUTS = frozenset(("Scene", "NodeImageMultiFile", "NodeImageFile", "DynamicPaintSurface"))
"""Structs whose paths are written to, not read."""
_PART = ("ViewLayer", "SceneRenderLayer", "TimeMarker", "wmWindow")
"""What `_part.py` looks at."""

Rename = Callable[[str], "str | None"]
"""From a path as it is written to what is to be written instead; None leaves it."""


class Patch(NamedTuple):
    """The bytes from `start` to `end` of the unpacked file are to be `new`."""

    start: int
    end: int
    new: bytes


def rewrite_paths(src: str, dst: str, base: str, watch: Watch | None = None) -> int:
    """Copy the .blend `src` to `dst`, its relative paths made absolute; returns how many there were.

    `base` is the .blend, or where it once lay, whose folder `//` stands for. `dst` appears only when it is whole.
    Raises SceneError when a path doesn't fit its field, `src` is damaged or `dst` cannot be written.
    """
    folder = os.path.dirname(os.path.abspath(base)).rstrip("/\\")
    with open_to_change(os.path.abspath(src), watch) as blend:
        patches = path_patches(blend, lambda path: _absolute(path, folder))
    write_patched(src, dst, patches, watch)
    return len(patches)


def _absolute(path: str, folder: str) -> str | None:
    if not path.startswith("//"):
        return None
    rest = path[2:] if os.sep == "\\" else path[2:].replace("\\", "/")
    return f"{folder}/{rest.lstrip('/')}"


def open_to_change(path: str, watch: Watch | None = None) -> AbstractContextManager[Blend]:
    """The .blend at `path`, with all that `path_patches` and `part_patches` look at. Raises SceneError."""
    return open_blend(path, tuple(FIELDS) + tuple(POINTERS) + _PART, watch)


def path_patches(blend: Blend, rename: Rename, without: frozenset[str] = frozenset()) -> list[Patch]:
    """What is to change in a file opened to change, for other paths; those in the structs `without` stay.

    Raises SceneError when a path doesn't fit its field.
    """
    return list(_Paths(blend, rename, without).patches())


def write_patched(src: str, dst: str, patches: Iterable[Patch], watch: Watch | None = None) -> None:
    """Copy the .blend `src` to `dst` with patches that don't overlap; `dst` appears when it is whole.

    The same bytes each time; what was packed with zstd is so again, with gzip no more.
    Raises SceneError when `src` is damaged or `dst` cannot be written.
    """
    part = f"{dst}.part"
    try:
        with open(src, "rb") as file, open(part, "wb") as out, packed_like(file, out) as writes:
            _copy(pieces(file, watch), writes, sorted(patches))
        os.replace(part, dst)
    except OSError as exc:
        raise SceneError(
            f"{dst} cannot be written: {exc.strerror or exc}.", "Check the disk's free space and your rights."
        ) from exc
    finally:
        if os.path.exists(part):
            os.remove(part)


class _Paths:
    """Finds the paths of one file."""

    def __init__(self, blend: Blend, rename: Rename, without: frozenset[str]) -> None:
        self._blend = blend
        self._rename = rename
        self._fields = {struct: fields for struct, fields in FIELDS.items() if struct not in without}

    def patches(self) -> Iterator[Patch]:
        """A patch for every path that is renamed, in no order."""
        for owner in self._blend.blocks:
            pointed = set()
            for block in [owner, *owner.data]:
                struct = self._blend.struct_of(block)
                for names in self._fields.get(struct, ()):
                    for row in range(self._blend.rows(block)):
                        yield from self._field(block, names, row, owner)
                for field in POINTERS.get(struct, ()):
                    for row in range(self._blend.rows(block)):
                        pointed.add(self._pointer(block, field, row))
            yield from self._texts(owner, pointed - {0})

    def _field(self, block: Block, names: tuple[str, ...], row: int, owner: Block) -> Iterator[Patch]:
        start, size = self._blend.place(block, *names, row=row)
        new = self._renamed(bytes(self._blend.buf[start : start + size]))
        if new is None:
            return
        if len(new) >= size:
            text = os.fsdecode(new)
            raise SceneError(
                f'The path {text} of "{self._blend.name(owner)}" is {len(new)} bytes long; Blender takes {size - 1}.',
                "Move the scene to a folder with a shorter name.",
            )
        yield Patch(start, start + size, new.ljust(size, b"\0"))

    def _pointer(self, block: Block, field: str, row: int) -> int:
        found = self._blend.dna.find(self._blend.struct_of(block), field)
        return int(self._blend.number(block, field, row=row)) if found is not None and found.pointer else 0

    def _texts(self, owner: Block, pointed: set[int]) -> Iterator[Patch]:
        """The owner's text blocks at the addresses `pointed`, head and data; texts are padded to four bytes."""
        if not pointed:
            return
        head, large = self._blend.header.head, self._blend.header.large
        for block in self._blend.everything_of(owner):
            if block.address not in pointed:
                continue
            new = self._renamed(bytes(self._blend.buf[block.start : block.start + block.size]))
            if new is not None:
                data = new + b"\0" * (4 - len(new) % 4)
                count = len(data) if block.count == block.size else block.count
                numbers = (block.struct, block.address, len(data), count)
                if not large:
                    numbers = (len(data), block.address, block.struct, count)
                yield Patch(block.start - head.size, block.start + block.size, head.pack(block.code, *numbers) + data)

    def _renamed(self, raw: bytes) -> bytes | None:
        """The path to write, without its NUL; None when what is there stays."""
        path = os.fsdecode(raw.split(b"\0", 1)[0])
        new = self._rename(path) if path else None
        return None if new is None or new == path else os.fsencode(new)


def _copy(source: Iterator[bytes], out: IO[bytes], patches: list[Patch]) -> None:
    """Write the pieces of `source` with the patches, which are sorted and don't overlap, in the place of theirs."""
    waiting = iter(patches)
    patch = next(waiting, None)
    position = 0
    for piece in source:
        at, end = 0, position + len(piece)
        while patch is not None and patch.start < end:
            out.write(piece[at : max(at, patch.start - position)])
            if patch.end > end:  # it goes on in the next piece: what is there is dropped
                patch, at = Patch(end, patch.end, patch.new), len(piece)
                break
            at = patch.end - position
            out.write(patch.new)
            patch = next(waiting, None)
        out.write(piece[at:])
        position = end
