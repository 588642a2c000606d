"""A copy of a .blend for another folder: every path that was relative to the file becomes absolute.

Blender's paths are text fields of a fixed size, so they are overwritten where they stand; the few that are texts of
their own (`char *`) get a new block of the right length, for blocks need no fixed place. Everything else is copied
byte by byte. What Blender derives from the file's own name cannot follow: a disk cache in `blendcache_NAME`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import IO, NamedTuple

from ..._errors import SceneError
from .._watch import Watch
from ._blend import Blend, open_blend
from ._file import Block
from ._packing import pieces

FIELDS: dict[str, tuple[str, ...]] = {
    "Library": ("name", "filepath"), "Image": ("name", "filepath"), "VFont": ("name", "filepath"),
    "bSound": ("name", "filepath"), "MovieClip": ("name", "filepath", "proxy.dir"), "CacheFile": ("filepath",),
    "Volume": ("filepath",), "Scene": ("r.pic", "r.bake.filepath"), "Camera": ("custom_filepath",),
    "ImageView": ("filepath",), "ImagePackedFile": ("filepath",), "CacheFileLayer": ("filepath",),
    "NodeShaderTexIES": ("filepath",), "NodeShaderScript": ("filepath",), "Strip": ("dir",), "StripProxy": ("dir",),
    "Editing": ("proxy_dir",), "FluidDomainSettings": ("cache_directory",), "FluidsimSettings": ("surfdataPath",),
    "OceanModifierData": ("cachepath",), "MeshCacheModifierData": ("filepath",), "PointCache": ("path",),
    "CustomDataExternal": ("filename",), "NodeImageMultiFile": ("base_path",), "NodeImageFile": ("name",),
    "DynamicPaintSurface": ("image_output_path",), "VoxelData": ("source_path",),
}  # fmt: skip
"""Structs with fields that hold paths; a field that a version doesn't have is passed over."""
POINTERS: dict[str, tuple[str, ...]] = {
    "Text": ("name", "filepath"),
    "NodesModifierData": ("simulation_bake_directory", "bake_directory"),
    "NodesModifierBake": ("directory",),
}
"""Structs with pointers to paths."""


class Patch(NamedTuple):
    """The bytes from `start` to `end` of the unpacked file are to be `new`."""

    start: int
    end: int
    new: bytes


def rewrite_paths(src: str, dst: str, base: str, watch: Watch | None = None) -> int:
    """Copy the .blend `src` to `dst`, uncompressed, its relative paths made absolute; returns how many there were.

    `base` is the .blend, or where it once lay, whose folder `//` stands for. `dst` appears only when it is whole.
    Raises SceneError when a path doesn't fit its field, `src` is damaged or `dst` cannot be written.
    """
    folder = os.path.dirname(os.path.abspath(base))
    with open_blend(os.path.abspath(src), tuple(FIELDS) + tuple(POINTERS), watch) as blend:
        patches = sorted(_Patches(blend, folder).all())
    part = f"{dst}.part"
    try:
        with open(src, "rb") as file, open(part, "wb") as out:
            _copy(pieces(file, watch), out, patches)
        os.replace(part, dst)
    except OSError as exc:
        raise SceneError(
            f"{dst} cannot be written: {exc.strerror or exc}.", "Check the disk's free space and your rights."
        ) from exc
    finally:
        if os.path.exists(part):
            os.remove(part)
    return len(patches)


class _Patches:
    """Finds the relative paths of one file."""

    def __init__(self, blend: Blend, folder: str) -> None:
        self._blend = blend
        self._folder = os.fsencode(folder).rstrip(b"/\\")

    def all(self) -> Iterator[Patch]:
        """A patch for every relative path, in no order."""
        for owner in self._blend.blocks:
            pointed = set()
            for block in [owner, *owner.data]:
                struct = self._blend.struct_of(block)
                for field in FIELDS.get(struct, ()):
                    for row in range(self._blend.rows(block)):
                        yield from self._field(block, field, row, owner)
                for field in POINTERS.get(struct, ()):
                    for row in range(self._blend.rows(block)):
                        pointed.add(self._pointer(block, field, row))
            yield from self._texts(owner, pointed - {0})

    def _field(self, block: Block, field: str, row: int, owner: Block) -> Iterator[Patch]:
        start, size = self._blend.place(block, field, row=row)
        new = self._absolute(bytes(self._blend.buf[start : start + size]))
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
            new = self._absolute(bytes(self._blend.buf[block.start : block.start + block.size]))
            if new is not None:
                data = new + b"\0" * (4 - len(new) % 4)
                count = len(data) if block.count == block.size else block.count
                numbers = (block.struct, block.address, len(data), count)
                if not large:
                    numbers = (len(data), block.address, block.struct, count)
                yield Patch(block.start - head.size, block.start + block.size, head.pack(block.code, *numbers) + data)

    def _absolute(self, raw: bytes) -> bytes | None:
        """The path made absolute, without its NUL; None when it is not relative."""
        path = raw.split(b"\0", 1)[0]
        if not path.startswith(b"//"):
            return None
        rest = path[2:] if os.sep == "\\" else path[2:].replace(b"\\", b"/")
        return self._folder + b"/" + rest.lstrip(b"/")


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
