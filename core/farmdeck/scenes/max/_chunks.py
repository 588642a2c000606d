"""Chunks: what the streams of a .max are made of.

A chunk is its number (u16), its size with this header (u32, the top bit set when chunks are inside), its bytes; size 0
means that a u64 with the real size follows. Found by Jan Boon (blog.kaetemi.be, "3ds Max File Format", 2012) and in
ryzomcore's pipeline_max and NeKidaem/max_dump; true of every stream of the real files here.
"""

from __future__ import annotations

import itertools
import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ._compound import PIECE
from ._damaged import damaged

LIMIT = 16 << 20
"""The most bytes that a stream of chunks which is read whole may have, unpacked; real ones have some kB."""
RATIO = 100
"""Beyond LIMIT a packed stream may unpack to this many times its bytes; real ones stay below 10."""
_SHORT = struct.Struct("<HI")


class Chunk(NamedTuple):
    """A chunk in a stream that lies in memory."""

    id: int
    inside: bool
    """Are there chunks inside?"""
    data: bytes


def chunks(data: bytes) -> Iterator[Chunk]:
    """The chunks side by side in `data`; what is left at the end and is none is dropped."""
    at = 0
    while at + 6 <= len(data):
        number, inside, head, size = header(data[at : at + 14])
        if size < head or at + size > len(data):
            return
        yield Chunk(number, inside, data[at + head : at + size])
        at += size


def header(raw: bytes) -> tuple[int, bool, int, int]:
    """(number, are chunks inside, bytes of the header, bytes with the header) from the first 14 or 6 bytes."""
    number, size = _SHORT.unpack_from(raw)
    if size:
        return number, bool(size >> 31), 6, size & 0x7FFFFFFF
    if len(raw) < 14:
        return number, False, 14, 0
    (size,) = struct.unpack_from("<Q", raw, 6)
    return number, bool(size >> 63), 14, size & (1 << 63) - 1


def first(data: bytes, *path: int) -> bytes:
    """The bytes of the first chunk on the path of numbers; b"" when there is none."""
    for number in path:
        data = next((chunk.data for chunk in chunks(data) if chunk.id == number), b"")
    return data


def number(data: bytes, default: int = 0) -> int:
    """A signed 32-bit number; `default` when there are no four bytes."""
    return int.from_bytes(data[:4], "little", signed=True) if len(data) >= 4 else default


def text(data: bytes) -> str:
    """UTF-16 up to its end or its zero."""
    return data.decode("utf-16-le", "replace").split("\0", 1)[0]


def whole(pieces: Iterable[bytes], limit: int = LIMIT) -> bytes:
    """The bytes of a small stream, unpacked; raises SceneError beyond `limit` bytes."""
    found = bytearray()
    for piece in unpacked(pieces):
        found += piece
        if len(found) > limit:
            raise damaged(f"a small stream has more than {limit >> 20} MB")
    return bytes(found)


def unpacked(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces of a stream, unpacked when they are gzip or zlib: "Compress on Save" packs each stream by itself.

    Each piece is PIECE bytes at most. Raises SceneError when the packing is broken.
    """
    source = iter(pieces)
    start = next(source, b"")
    if not _packed(start):
        yield start
        yield from source
        return
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)
    room = LIMIT
    try:
        for piece in itertools.chain((start,), source):
            room += RATIO * len(piece)
            while piece and not unpacker.eof:
                out = unpacker.decompress(piece, PIECE)
                room -= len(out)
                if room < 0:
                    raise damaged(f"a stream unpacks to more than {RATIO} times its bytes")
                if out:
                    yield out
                piece = unpacker.unconsumed_tail
    except zlib.error as exc:
        raise damaged("its packing is broken") from exc
    if not unpacker.eof:
        raise damaged("its packing is cut short")


def _packed(start: bytes) -> bool:
    """An asset's random id may look like the two bytes that zlib starts with: what they lead to must be zlib too."""
    if start[:3] == b"\x1f\x8b\x08":
        return True
    if start[:1] != b"\x78" or int.from_bytes(start[:2], "big") % 31:
        return False
    try:
        zlib.decompressobj().decompress(start[:512], 512)
    except zlib.error:
        return False
    return True
