"""One open .blend: its blocks, its struct catalogue, and typed access to fields by name."""

from __future__ import annotations

import contextlib
import struct
import sys
from array import array
from collections.abc import Iterable, Iterator
from typing import Any

from .._watch import Watch
from ._dna import catalogue, number_format
from ._file import Block, find_dna, owned, read_header, walk
from ._packing import Bytes, damaged, opened

MAX_TEXT = 8192
"""Bytes of the longest text that is read: Blender's paths end at 1024, its other texts well below this."""


class Blend:
    """A .blend of any version, read-only. Fields are named as in the file's own catalogue (`r.sfra`).

    A field that the file's version doesn't have, or that its block is too short for, reads as 0 or "".
    """

    def __init__(self, buf: Bytes, path: str, wanted: tuple[str, ...], watch: Watch | None = None) -> None:
        """Walk the blocks of `buf`, keeping the data blocks of the `wanted` structs. Raises SceneError."""
        self.path = path
        self.buf = buf
        self.header = read_header(buf)
        found = find_dna(buf, self.header) or self._walk_to_dna()
        self.dna = catalogue(bytes(buf[found[0] : found[0] + found[1]]), self.header)
        numbers: frozenset[int] = frozenset(self.dna.numbers[name] for name in wanted if name in self.dna.numbers)
        self.blocks: list[Block] = walk(buf, self.header, numbers, watch)
        self._codes: dict[bytes, list[Block]] = {}
        for block in self.blocks:
            self._codes.setdefault(block.code, []).append(block)
        self._readers: dict[tuple[int, tuple[str, ...]], tuple[struct.Struct, int] | None] = {}
        self._texts: dict[tuple[int, tuple[str, ...]], tuple[int, int]] = {}
        self._addresses: dict[int, Block] = {}

    def _walk_to_dna(self) -> tuple[int, int]:
        """The long way to the catalogue, for files where it is not the last block."""
        for block in walk(self.buf, self.header, frozenset()):
            if block.code == b"DNA1":
                return block.start, block.size
        raise damaged("it has no struct catalogue")

    def of_code(self, code: bytes) -> list[Block]:
        """The blocks of a code such as `b"SC"`, in file order."""
        return self._codes.get(code.ljust(4, b"\0"), [])

    def at_address(self, address: int) -> Block | None:
        """The block (not plain data) that lay at `address` when the file was written, or None."""
        if not self._addresses:
            self._addresses = {block.address: block for block in self.blocks if block.address}
        return self._addresses.get(address)

    def struct_of(self, block: Block) -> str:
        """The name of the block's struct, "" when it has none."""
        return self.dna.names[block.struct] if 0 <= block.struct < len(self.dna.names) else ""

    def data(self, owner: Block, *structs: str) -> list[Block]:
        """The owner's data blocks of one of these structs (they must have been wanted), in file order."""
        numbers = {self.dna.numbers[name] for name in structs if name in self.dna.numbers}
        return [block for block in owner.data if block.struct in numbers]

    def everything_of(self, owner: Block) -> Iterator[Block]:
        """Every data block of the owner, wanted or not."""
        return owned(self.buf, self.header, owner)

    def number(self, block: Block, *paths: str, row: int = 0) -> Any:
        """The number or address in the first field of `paths` that there is; `row` counts in an array of structs."""
        reader = self._number_place(block, paths, row)
        return 0 if reader is None else reader[0].unpack_from(self.buf, reader[1])[0]

    def with_number(self, block: Block, path: str, value: int) -> tuple[int, bytes] | None:
        """Where the number or address of that field lies in the file, and its bytes with `value`; None without it."""
        place = self._number_place(block, (path,), 0)
        return None if place is None else (place[1], place[0].pack(value))

    def _number_place(self, block: Block, paths: tuple[str, ...], row: int) -> tuple[struct.Struct, int] | None:
        key = (block.struct, paths)
        if key not in self._readers:
            self._readers[key] = self._reader(block, paths)
        reader = self._readers[key]
        if reader is None:
            return None
        offset = reader[1] + row * self.row_size(block)
        return (reader[0], block.start + offset) if offset + reader[0].size <= block.size else None

    def words(self, raw: bytes) -> set[int]:
        """Every aligned word of `raw` that is as wide as a pointer, as a number."""
        found = array("Q" if self.header.pointer == 8 else "I", raw[: len(raw) - len(raw) % self.header.pointer])
        if (self.header.endian == ">") != (sys.byteorder == "big"):
            found.byteswap()
        return set(found)

    def text(self, block: Block, *paths: str, row: int = 0) -> str:
        """The text in the first of the fields there is, up to its NUL; bytes that aren't UTF-8 are replaced."""
        start, size = self.place(block, *paths, row=row)
        raw = bytes(self.buf[start : start + min(size, MAX_TEXT)])
        return raw.split(b"\0", 1)[0].decode("utf-8", "replace")

    def texts_at(self, owner: Block, addresses: Iterable[int]) -> list[str]:
        """The texts that pointers of the owner lead to, among the owner's own data; NULL and strangers are left out."""
        wanted = set(addresses) - {0}
        found = []
        for block in self.everything_of(owner) if wanted else ():
            if block.address in wanted:
                raw = bytes(self.buf[block.start : block.start + min(block.size, MAX_TEXT)])
                found.append(raw.split(b"\0", 1)[0].decode("utf-8", "replace"))
        return found

    def place(self, block: Block, *paths: str, row: int = 0) -> tuple[int, int]:
        """Where the text field lies in the file: (start, size in bytes); size 0 when there is none."""
        key = (block.struct, paths)
        if key not in self._texts:
            field = self.dna.find(self.struct_of(block), *paths)
            text = field is not None and field.type in ("char", "int8_t") and not field.pointer
            self._texts[key] = (field.offset, field.size) if field is not None and text else (0, 0)
        offset, size = self._texts[key]
        offset += row * self.row_size(block)
        return (block.start + offset, size) if offset + size <= block.size else (block.start, 0)

    def has(self, block: Block, path: str) -> bool:
        """Does the block's struct have that field in this file?"""
        return self.dna.find(self.struct_of(block), path) is not None

    def row_size(self, block: Block) -> int:
        """Bytes of one struct in the block."""
        return self.dna.size(self.struct_of(block))

    def rows(self, block: Block) -> int:
        """How many whole structs the block really holds."""
        size = self.row_size(block)
        return min(block.count, block.size // size) if size else 0

    def name(self, block: Block) -> str:
        """An ID's name without its two-letter code."""
        return self.text(block, "id.name", "name")[2:]

    def id_code(self, block: Block) -> str:
        """The two letters before an ID's name: `OB`, `IM`."""
        return self.text(block, "id.name", "name")[:2]

    def _reader(self, block: Block, paths: tuple[str, ...]) -> tuple[struct.Struct, int] | None:
        field = self.dna.find(self.struct_of(block), *paths)
        form = None if field is None else number_format(field, self.header)
        return None if field is None or form is None else (struct.Struct(form), field.offset)


@contextlib.contextmanager
def open_blend(path: str, wanted: tuple[str, ...] = (), watch: Watch | None = None) -> Iterator[Blend]:
    """The .blend at `path` as long as the block lasts. Raises SceneError."""
    with opened(path, watch) as buf:
        yield Blend(buf, path, wanted, watch)
