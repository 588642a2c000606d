"""A .blend file as a row of blocks: the header, and every block's head, whatever the packing.

Where the facts come from: Blender's doc/blender_file_format/mystery_of_the_blend.html (header and block heads
up to 4.5), `BLO_core_blend_header.hh` and `BLO_core_bhead.hh` (the 17-byte header and the large heads of 5.0).

    old header, 12 bytes    BLENDER  `_`|`-` (4|8-byte pointers)  `v`|`V` (little|big endian)  `405`
    new header, 17 bytes    BLENDER17-01v0500: size of the header, `-` (8-byte pointers), format 01, endian, `0500`
    block head              code 4s | length i | old address I or Q | struct i | count i       (20 or 24 bytes)
    large block head        code 4s | struct i | old address Q | length q | count q            (32 bytes)
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from ..._errors import SceneError
from .._watch import Watch
from ._packing import Bytes, damaged

_OLD = re.compile(rb"BLENDER([_-])([vV])(\d{3})")
_NEW = re.compile(rb"BLENDER(\d{2})-(\d{2})([vV])(\d{4})")
_STEP = 65536
MAX_BLOCKS = 20_000_000
MAX_KEPT = 1_000_000
MAX_CATALOGUE = 16 << 20
"""Blender's own catalogue has some 150 kB."""

RAW = 0
"""The struct number that Blender gives to blocks without a struct (strings, arrays of pointers)."""


@dataclass(frozen=True)
class Header:
    """What the first bytes tell: version as Blender counts it (405), size in bytes, widths and byte order."""

    version: int
    size: int
    pointer: int
    endian: str
    """`<` or `>`, as `struct` wants it."""
    large: bool
    """True when block heads are of the 5.0 form."""

    @property
    def version_text(self) -> str:
        """`2.78`, `2.80`, `4.5`: two digits after the point before 3.0, where Blender counted so."""
        major, minor = divmod(self.version, 100)
        return f"{major}.{minor:02d}" if major < 3 else f"{major}.{minor}"

    @property
    def head(self) -> struct.Struct:
        """One block head; see the module's docstring for the order of its five numbers."""
        if self.large:
            return struct.Struct(self.endian + "4siQqq")
        return struct.Struct(self.endian + ("4siQii" if self.pointer == 8 else "4siIii"))


class Block:
    """One block: where its data lies (`start`, `size` in bytes) and what it is.

    `data` are the data blocks of wanted structs that follow it and so belong to it; `end` is where the next one
    starts that is not plain data. Blender writes an ID and then everything it owns, so file order tells the owner.
    """

    __slots__ = ("code", "start", "size", "address", "struct", "count", "data", "end")

    def __init__(self, code: bytes, start: int, size: int, address: int, struct_no: int, count: int) -> None:
        self.code = code
        self.start = start
        self.size = size
        self.address = address
        self.struct = struct_no
        self.count = count
        self.data: list[Block] = []
        self.end = start + size


def read_header(buf: Bytes) -> Header:
    """The header; raises SceneError when these are not the first bytes of a .blend."""
    first = bytes(buf[:17])
    old = _OLD.match(first)
    if old is not None:
        wide, order, version = old.groups()
        return Header(int(version), 12, 8 if wide == b"-" else 4, "<" if order == b"v" else ">", False)
    new = _NEW.match(first)
    if new is None:
        raise damaged("its header is cut short or garbled")
    size, form, order, version = new.groups()
    if form != b"01" or int(size) != 17:
        raise SceneError(
            f"The file is of .blend format {form.decode()}, which is newer than this version of Farmdeck reads.",
            "Update Farmdeck.",
        )
    return Header(int(version), 17, 8, "<" if order == b"v" else ">", True)


def find_dna(buf: Bytes, header: Header) -> tuple[int, int] | None:
    """Where the struct catalogue lies: (start, size) of its data, found from the end of the file; or None.

    Blender writes it last but for the end mark, so looking for it from there saves a walk.
    """
    head = header.head
    at = buf.rfind(b"DNA1")
    if at < header.size or at + head.size > len(buf):
        return None
    size = head.unpack_from(buf, at)[3 if header.large else 1]
    start = at + head.size
    if not 8 <= size <= min(MAX_CATALOGUE, len(buf) - start) or buf[start : start + 4] != b"SDNA":
        return None
    return start, size


def walk(buf: Bytes, header: Header, wanted: frozenset[int], watch: Watch | None = None) -> list[Block]:
    """Every block that is not plain data, in file order, with the data blocks of `wanted` structs under their owner.

    All other data is passed over: the cost is per block, not per byte. Raises SceneError where the blocks don't
    follow one another up to the end mark.
    """
    found: list[Block] = []
    unpack, width, large = header.head.unpack_from, header.head.size, header.large
    position, end = header.size, len(buf)
    last, seen, kept = end - width, 0, 0
    owner = Block(b"", position, 0, 0, RAW, 0)
    while position <= last:
        if large:
            code, struct_no, address, size, count = unpack(buf, position)
        else:
            code, size, address, struct_no, count = unpack(buf, position)
        if size < 0 or count < 0:
            raise damaged("a block has a negative length")
        if code == b"DATA":
            if struct_no in wanted:
                owner.data.append(Block(code, position + width, size, address, struct_no, count))
                kept += 1
        else:
            owner.end = position
            if code == b"ENDB":
                return found
            if code[:2] == b"\0\0":  # big-endian machines wrote the two letters as the lower half of a number
                code = code[2:] + b"\0\0"
            owner = Block(code, position + width, size, address, struct_no, count)
            found.append(owner)
            kept += 1
        position += width + size
        seen += 1
        if not seen % _STEP:
            _breathe(seen, kept, min(position, end), end, watch)
    raise damaged("it ends in the middle of a block, so it was probably not saved or copied to the end")


def _breathe(seen: int, kept: int, position: int, end: int, watch: Watch | None) -> None:
    """Report progress in bytes and refuse files with an absurd number of blocks."""
    if watch is not None:
        watch.step(position, end)
    if seen > MAX_BLOCKS or kept > MAX_KEPT:
        raise damaged("it has an absurd number of blocks")


def owned(buf: Bytes, header: Header, owner: Block) -> Iterator[Block]:
    """Every data block that belongs to `owner`, whatever its struct; `owner` comes from a walk that went well."""
    head, large = header.head, header.large
    position = owner.start + owner.size
    while position + head.size <= owner.end:
        first = head.unpack_from(buf, position)
        code, a, address, b, count = first
        struct_no, size = (a, b) if large else (b, a)
        position += head.size
        yield Block(code, position, size, address, struct_no, count)
        position += size
