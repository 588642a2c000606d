"""Cameras and render settings out of the `Scene` stream, for files whose summary does not list them.

One chunk holds the scene's objects in a row, each a chunk whose number is the place of its class in `ClassDirectory3`
(0x2032 and 0x2033 apart); objects refer to each other by their place in the row. In a class, 0x2060 is the DLL's place,
the class id (two u32) and the superclass id, 0x2042 the name. In an object, 0x2034 lists its references, 0x2035 does by
pairs (slot, place) after one u32; in a node 0x0962 is the name, slot 1 what it shows. Found by Jan Boon ("3ds Max File
Format", blog.kaetemi.be, 2012; ryzomcore's pipeline_max); superclass ids are those of the SDK's plugapi.h. That
`RenderEnvironment` has the production settings in 0x0110/0x2000 (0x0190 width, 0x0200 height, 0x0210 pixel aspect) was
found by comparing it with the summaries of 20 real files, one of them at a size of its own.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from ._chunks import chunks, first, header, number, text

RENDER_ENVIRONMENT = (0xEE448B23, 0)
NODE, CAMERA, RENDER_ELEMENT = 0x1, 0x20, 0x1150
"""Superclass ids."""
_LARGEST = 1 << 20
"""An object above this size is geometry; nodes and render settings have some kB."""
_MOST = 2_000_000
"""No scene has more objects than this; reading ends here."""


class Class(NamedTuple):
    """A class that the scene uses."""

    name: str
    id: tuple[int, int]
    superclass: int


class Graph(NamedTuple):
    """What the scene's objects tell."""

    cameras: tuple[str, ...]
    """In the order of the nodes."""
    settings: Mapping[str, float]
    """`width`, `height`, `pixel_aspect` of the production renderer; those that are there."""


def classes(directory: bytes) -> list[Class]:
    """The classes in the bytes of `ClassDirectory3`, in their order."""
    found = []
    for chunk in chunks(directory):
        if chunk.id == 0x2040:
            raw = first(chunk.data, 0x2060).ljust(16, b"\0")
            _, low, high, superclass = struct.unpack_from("<iIII", raw)
            found.append(Class(text(first(chunk.data, 0x2042)), (low, high), superclass))
    return found


def read_graph(pieces: Iterable[bytes], table: list[Class]) -> Graph:
    """Cameras and settings in the bytes of `Scene`, which come in pieces. What is cut short ends the reading."""
    nodes: list[tuple[str, int]] = []
    shown: list[int] = []
    settings: dict[str, float] = {}
    for number_of_class, data in _objects(pieces, table):
        shown.append(number_of_class)
        if data and table[number_of_class].superclass == NODE:
            nodes.append((text(first(data, 0x0962)), _references(data).get(1, -1)))
        elif data:
            settings = _settings(first(data, 0x0110, 0x2000)) or settings
    cameras = [
        name
        for name, place in nodes
        if 0 <= place < len(shown) and shown[place] < len(table) and table[shown[place]].superclass == CAMERA
    ]
    return Graph(tuple(name for name in cameras if name), settings)


def _objects(pieces: Iterable[bytes], table: list[Class]) -> Iterator[tuple[int, bytes]]:
    """(number of its class, its bytes or b"" when nobody asks for them) of each object."""
    wanted = {index for index, kind in enumerate(table) if kind.superclass == NODE or kind.id == RENDER_ENVIRONMENT}
    flow = _Flow(pieces)
    flow.head()
    for _ in range(_MOST):
        number_of_class, size = flow.head()
        if size < 0:
            return
        data = b""
        if number_of_class in wanted and size <= _LARGEST:
            data = flow.take(size)
        else:
            flow.skip(size)
        yield number_of_class, data


class _Flow:
    """Reads forward through pieces of bytes."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._piece = b""
        self._at = 0

    def take(self, size: int) -> bytes:
        """The next `size` bytes; fewer at the end."""
        found = self._piece[self._at : self._at + size]
        self._at += len(found)
        while len(found) < size and self._more():
            part = self._piece[: size - len(found)]
            self._at = len(part)
            found += part
        return found

    def skip(self, size: int) -> None:
        """Go past the next `size` bytes."""
        while size > len(self._piece) - self._at:
            size -= len(self._piece) - self._at
            if not self._more():
                return
        self._at += size

    def head(self) -> tuple[int, int]:
        """(number, bytes that follow) of the chunk that starts here; (0, -1) at the end."""
        raw = self.take(6)
        if raw[2:] == b"\0\0\0\0":
            raw += self.take(8)
        if len(raw) < 6:
            return 0, -1
        number_of_chunk, _, head, size = header(raw)
        return number_of_chunk, size - head if size >= head else -1

    def _more(self) -> bool:
        self._piece, self._at = next(self._pieces, b""), 0
        return bool(self._piece)


def _references(data: bytes) -> dict[int, int]:
    """The places of the objects that an object refers to, by slot."""
    flat = first(data, 0x2034)
    if flat:
        return {slot: number(flat[4 * slot :]) for slot in range(len(flat) // 4)}
    pairs = first(data, 0x2035)
    return {number(pairs[at:]): number(pairs[at + 4 :]) for at in range(4, len(pairs) - 7, 8)}


def _settings(data: bytes) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, place in (("width", 0x0190), ("height", 0x0200)):
        value = number(first(data, place))
        if value > 0:
            found[name] = value
    aspect = first(data, 0x0210)
    if len(aspect) == 4:
        found["pixel_aspect"] = struct.unpack("<f", aspect)[0]
    return found
