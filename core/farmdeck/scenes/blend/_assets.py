"""The files that data-blocks name: images, fonts, sounds, movies, caches, volumes, strips, node files.

Which fields hold paths was read in Blender's `foreach_path` callbacks (`blenkernel/intern/{image,vfont,sound,
movieclip,cachefile,volume,text,object,scene,material,node}.cc`) and in the `DNA_*.h` named at each reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Callable

from ...scene import Severity
from .._found import Found
from ._blend import Blend
from ._caches import CACHE_STRUCTS, caches
from ._disk import resolve
from ._file import Block
from ._frames import Users

STRUCTS = (
    "ImageTile", "ImageView", "NodeShaderTexIES", "NodeShaderScript", "Sequence", "Strip", "StripElem",
    "CustomDataExternal", "CacheFileLayer",
) + CACHE_STRUCTS  # fmt: skip

_FILE, _SEQUENCE, _MOVIE, _TILED = 1, 2, 3, 6
"""`Image.source` (DNA_image_types.h: IMA_SRC_…); 4 and 5 are generated and viewer images, which have no file."""
_OLD_TILE = re.compile(r"(^|.*?\D)1001(\D.*)$", re.DOTALL)
_OLD_UV_TILE = re.compile(r"(^|.*?\D)(u1_v1)(\D.*)$", re.DOTALL)


class Assets:
    """Reads the assets of one file's data-blocks into `found`."""

    def __init__(self, blend: Blend, folder: str, found: Found, span: tuple[int, int]) -> None:
        """`folder` is where the file lies; `span` are the first and last frame that render."""
        self._blend = blend
        self._folder = folder
        self._found = found
        self._users = Users(blend, span)
        self._readers: dict[bytes, Callable[[Block, str], None]] = {
            b"IM\0\0": self._image, b"VF\0\0": self._font, b"SO\0\0": self._sound, b"MC\0\0": self._clip,
            b"CF\0\0": self._cache_file, b"VO\0\0": self._volume, b"TX\0\0": self._text,
        }  # fmt: skip

    def read(self, owners: Iterable[Block]) -> None:
        """Take down what these ID blocks and the data that belongs to them need."""
        for owner in owners:
            reader = self._readers.get(owner.code)
            if reader is not None:
                reader(owner, self._blend.name(owner))
            if owner.data:
                self._parts(owner)

    def _image(self, block: Block, name: str) -> None:
        """Image: `name` (the path), `source`, `packedfile` (until 2.7x) and `packedfiles`, tiles as data blocks."""
        blend = self._blend
        path, source = blend.text(block, "name", "filepath"), blend.number(block, "source")
        if not path or blend.number(block, "packedfile") or blend.number(block, "packedfiles.first"):
            return
        if source == _TILED:
            self._tiles(block, path, name)
        elif source == _SEQUENCE:
            self._found.frames(path, self._folder, "image", name, self._users.of_image(block))
        elif source in (_FILE, _MOVIE):
            self._found.one(path, self._folder, "movie" if source == _MOVIE else "image", name)
        else:
            return
        for view in blend.data(block, "ImageView")[1:]:
            other = blend.text(view, "filepath")
            if other and other != path:
                self._found.one(other, self._folder, "image", name)

    def _tiles(self, block: Block, path: str, name: str) -> None:
        """UDIM: `<UDIM>` is the tile's number, `<UVTILE>` its u and v; before 3.1 the name is that of the first tile.

        `BKE_image_ensure_tile_token` and `BKE_image_set_filepath_from_tile_number`, image.cc.
        """
        blend = self._blend
        numbers = [blend.number(tile, "tile_number") for tile in blend.data(block, "ImageTile")] or [1001]
        pattern = tile_pattern(path)
        token = "<UVTILE>" if "<UVTILE>" in pattern else "<UDIM>" if "<UDIM>" in pattern else ""
        full = resolve(pattern, self._folder)
        tiles = [(number, full.replace(token, tile_text(number, token)) if token else full) for number in numbers]
        self._found.tiles(path, pattern, self._folder, name, tiles, token)

    def _font(self, block: Block, name: str) -> None:
        """VFont: `name`; Blender's own font calls itself `<builtin>`."""
        path = self._blend.text(block, "name", "filepath")
        if path and path != "<builtin>" and not self._blend.number(block, "packedfile"):
            self._found.one(path, self._folder, "font", name)

    def _sound(self, block: Block, name: str) -> None:
        path = self._blend.text(block, "name", "filepath")
        if path and not self._blend.number(block, "packedfile"):
            self._found.one(path, self._folder, "sound", name)

    def _clip(self, block: Block, name: str) -> None:
        """MovieClip: `source` 1 is a sequence (MCLIP_SRC_SEQUENCE), 2 a movie."""
        path = self._blend.text(block, "name", "filepath")
        if path and self._blend.number(block, "source") == 1:
            self._found.frames(path, self._folder, "image", name)
        elif path:
            self._found.one(path, self._folder, "movie", name)

    def _cache_file(self, block: Block, name: str) -> None:
        """CacheFile: Alembic or USD, perhaps one file per frame; `layers` are files laid over it."""
        path = self._blend.text(block, "filepath")
        if path and self._blend.number(block, "is_sequence"):
            self._found.frames(path, self._folder, "cache", name)
        elif path:
            self._found.one(path, self._folder, "cache", name)
        for layer in self._blend.data(block, "CacheFileLayer"):
            other = self._blend.text(layer, "filepath")
            if other:
                self._found.one(other, self._folder, "cache", name)

    def _volume(self, block: Block, name: str) -> None:
        path = self._blend.text(block, "filepath")
        if not path or self._blend.number(block, "packedfile"):
            return
        if self._blend.number(block, "is_sequence"):
            self._found.frames(path, self._folder, "volume", name, self._users.of_volume(block))
        else:
            self._found.one(path, self._folder, "volume", name)

    def _text(self, block: Block, name: str) -> None:
        """Text: `name` points at the path of an external file; the text itself is in the .blend all the same."""
        for path in self._blend.texts_at(block, [self._blend.number(block, "name", "filepath")]):
            self._found.one(path, self._folder, "text", name, Severity.NOTE)

    def _parts(self, owner: Block) -> None:
        """What the owner's own data names: node files, multires files, strips, caches."""
        blend, name = self._blend, self._blend.name(owner)
        for struct, kind in (("NodeShaderTexIES", "ies"), ("NodeShaderScript", "script")):
            for block in blend.data(owner, struct):
                path = blend.text(block, "filepath")
                if path and blend.number(block, "mode") == 1:  # NODE_IES_EXTERNAL, NODE_SCRIPT_EXTERNAL
                    self._found.one(path, self._folder, kind, name)
        for block in blend.data(owner, "CustomDataExternal"):
            path = blend.text(block, "filename")
            if path:
                self._found.one(path, self._folder, "cache", name)
        if owner.code == b"SC\0\0":
            self._strips(owner)
        caches(blend, owner, self._folder, self._found)

    def _strips(self, scene: Block) -> None:
        """Image (type 0) and movie (type 3) strips of the sequencer: a folder in `Strip.dir`, names in `StripElem`.

        `DNA_sequence_types.h`. A sound strip's file is that of its sound data-block.
        """
        blend = self._blend
        blocks = {block.address: block for block in scene.data}
        for strip in blend.data(scene, "Sequence"):
            kind = blend.number(strip, "type")
            data = blocks.get(blend.number(strip, "strip", "data"))
            elems = blocks.get(blend.number(data, "stripdata")) if data is not None else None
            if kind not in (0, 3) or data is None or elems is None:
                continue
            folder, title = blend.text(data, "dir"), blend.text(strip, "name")[2:]
            names = [blend.text(elems, "name", row=row) for row in range(blend.rows(elems))]
            paths = [_joined(folder, name) for name in names if name]
            if kind == 3 and paths:
                self._found.one(paths[0], self._folder, "movie", title)
            elif paths:
                self._found.several(paths[0], self._folder, "image", title, self._all(paths))

    def _all(self, paths: list[str]) -> list[str]:
        return [resolve(path, self._folder) for path in paths]


def tile_pattern(path: str) -> str:
    """The path with `<UDIM>` or `<UVTILE>`; a file from before 3.1 names its first tile instead."""
    if "<UDIM>" in path or "<UVTILE>" in path:
        return path
    split = max(path.rfind("/"), path.rfind("\\")) + 1
    folder, name = path[:split], path[split:]
    match = _OLD_TILE.match(name)
    if match is not None:
        return f"{folder}{match[1]}<UDIM>{match[2]}"
    match = _OLD_UV_TILE.match(name)
    return path if match is None else f"{folder}{match[1]}<UVTILE>{match[3]}"


def tile_text(number: int, token: str) -> str:
    """`1012` for `<UDIM>`, `u2_v2` for `<UVTILE>`."""
    if token == "<UDIM>":
        return str(number)
    return f"u{(number - 1001) % 10 + 1}_v{(number - 1001) // 10 + 1}"


def _joined(folder: str, name: str) -> str:
    return folder + name if not folder or folder.endswith(("/", "\\")) else f"{folder}/{name}"
