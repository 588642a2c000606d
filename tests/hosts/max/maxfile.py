"""What a .max file tells, read plainly and with nothing of Farmdeck's: what the stand-in of 3ds Max answers from.

The container is OLE2 (olefile). Its document summary, a property set as [MS-OLEPS] says, has the tables of the File
Properties dialog (property 12 the headings with their counts, 13 all their lines, 1 the code page). Streams `Config`
and `Scene` are trees of chunks: id u16, size u32 with its own 6 bytes in it, the top bit set where chunks are inside;
size 0: a u64 follows, 14 bytes in all. In `Scene` the n-th chunk is object n, its id the number of its class in
`ClassDirectory3`.
"""

from __future__ import annotations

import gzip
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

DOCUMENT = "\x05DocumentSummaryInformation"
TICKS = 4800
"""A second (MAXScript help, "Time Values": 4800 ticks per second)."""
HEADINGS = [
    "General", "Mesh Totals", "Scene Totals", "External Dependencies", "Objects", "Materials", "Used Plug-Ins",
    "Render Data",
]  # fmt: skip
NODE, CAMERA, DERIVED = 0x1, 0x20, 0x2
"""Superclass ids of maxsdk's plugapi.h: BASENODE_CLASS_ID, CAMERA_CLASS_ID, GEN_DERIVOB_CLASS_ID."""
ELEMENT = 0x1150
"""RENDER_ELEMENT_CLASS_ID of maxsdk's plugapi.h; bake elements have 0x1151."""
TARGET = 0x1020
"""Class id of a target, TARGET_CLASS_ID of maxsdk's plugapi.h."""


@dataclass(frozen=True)
class FileAsset:
    """A record of `FileAssetMetaData3`."""

    kind: str
    """`Bitmap`, `XRef`, …"""
    name: str
    """As written in the scene."""
    found: str
    """Where 3ds Max found it at the last save; "" when it did not."""


@dataclass(frozen=True)
class MaxFile:
    """The facts, as the file words them."""

    headings: dict[str, list[str]]
    """The lines under each heading of File Properties > Contents."""
    assets: list[FileAsset]
    cameras: list[str]
    targets: list[str]
    elements: list[str]
    """Classes of render elements."""
    fps: int
    range: tuple[int, int]
    """Ticks."""
    now: int
    """Ticks."""

    def said(self, heading: str, key: str) -> str:
        """What stands after `key` and `=` or `:` in a line under the heading; "" for nothing."""
        for line in self.headings.get(heading, []):
            name, sign, value = re.match(r"([^=:]*)([=:]?)(.*)", line, re.DOTALL).groups()
            if sign and name.strip() == key:
                return value.strip()
        return ""


def read_max(path: str) -> MaxFile:
    """The file at `path`; raises OSError, ValueError, struct.error on nonsense (the stand-in opens good files)."""
    import olefile  # not there in every Python that a made-up scene is opened in

    with olefile.OleFileIO(path) as ole:
        config = _stream(ole, "Config")
        time = {cid: config[a:b] for cid, a, b in _inside(config, 0x20B0)}
        cameras, targets = _cameras(_stream(ole, "ClassDirectory3"), _stream(ole, "Scene"))
        return MaxFile(
            headings=_headings(ole),
            assets=[*_assets(_stream(ole, "FileAssetMetaData3"), 3), *_assets(_stream(ole, "FileAssetMetaData2"), 2)],
            cameras=cameras,
            targets=targets,
            elements=sorted({name for name, head in _classes(_stream(ole, "ClassDirectory3")) if head[3] == ELEMENT}),
            fps=_i32(time.get(0x10), 30),
            range=(_i32(time.get(0x50), 0), _i32(time.get(0x60), 100 * TICKS // 30)),
            now=_i32(time.get(0x70), 0),
        )


def _i32(data: bytes | None, default: int) -> int:
    return struct.unpack("<i", data)[0] if data and len(data) == 4 else default


def _stream(ole: Any, name: str) -> bytes:
    """A stream's bytes, unpacked where the file was saved compressed; b"" when there is none."""
    if not ole.exists(name):
        return b""
    data = ole.openstream(name).read()
    if data[:2] == b"\x1f\x8b":
        return gzip.decompress(data)
    return zlib.decompress(data) if data[:1] == b"\x78" and name != "ClassDirectory3" else data


def _headings(ole: Any) -> dict[str, list[str]]:
    """The lines by their English heading: a 3ds Max in another language translates all eight but keeps their order."""
    if not ole.exists(DOCUMENT):
        return {}
    data = ole.openstream(DOCUMENT).read()
    (section,) = struct.unpack_from("<I", data, 44)
    (count,) = struct.unpack_from("<I", data, section + 4)
    rows = [struct.unpack_from("<II", data, section + 8 + 8 * index) for index in range(count)]
    places = {number: section + offset for number, offset in rows}
    if 12 not in places or 13 not in places:
        return {}
    page = struct.unpack_from("<H", data, places[1] + 4)[0]
    codec = {65001: "utf-8", 1200: "utf-16-le"}.get(page, f"cp{page}")
    texts = _texts(data, places[13], codec)
    (pairs,) = struct.unpack_from("<I", data, places[12] + 4)
    at, found = places[12] + 8, {}
    for index in range(pairs // 2):
        (size,) = struct.unpack_from("<I", data, at + 4)
        name = _text(data[at + 8 : at + 8 + size], codec)
        at = _filled(at + 8 + size, places[12])
        (lines,) = struct.unpack_from("<I", data, at + 4)
        at += 8
        if pairs == 2 * len(HEADINGS) and name not in HEADINGS:
            name = HEADINGS[index]
        found[name] = [next(texts) for _ in range(lines)]
    return found


def _texts(data: bytes, place: int, codec: str) -> Iterator[str]:
    at = place + 8
    while at + 4 <= len(data):
        (size,) = struct.unpack_from("<I", data, at)
        yield _text(data[at + 4 : at + 4 + size], codec)
        at = _filled(at + 4 + size, place)


def _text(raw: bytes, codec: str) -> str:
    return raw.decode(codec, "replace").split("\0")[0]


def _filled(at: int, base: int) -> int:
    """Every value begins at a multiple of four from its property."""
    return at + (base - at) % 4


def _assets(data: bytes, count: int) -> Iterator[FileAsset]:
    """GUID, then texts: type, name, in 3 where it was found; each a u32 count of UTF-16 units and a zero."""
    at = 0
    while at + 16 < len(data):
        at += 16
        texts = []
        for _ in range(count):
            (length,) = struct.unpack_from("<I", data, at)
            end = at + 4 + 2 * length
            texts.append(data[at + 4 : end].decode("utf-16-le", "replace"))
            at = end + 2
        yield FileAsset(texts[0], texts[1], "".join(texts[2:]))


def _chunks(data: bytes, at: int = 0, end: int | None = None) -> Iterator[tuple[int, int, int]]:
    """(id, start, end) of the chunks side by side."""
    end = len(data) if end is None else end
    while at + 6 <= end:
        cid, size = struct.unpack_from("<HI", data, at)
        head = 6
        if size:
            size &= 0x7FFFFFFF
        else:
            size, head = struct.unpack_from("<Q", data, at + 6)[0] & (2**63 - 1), 14
        if size < head:
            return
        yield cid, at + head, at + size
        at += size


def _inside(data: bytes, wanted: int) -> Iterator[tuple[int, int, int]]:
    for cid, start, end in _chunks(data):
        if cid == wanted:
            yield from _chunks(data, start, end)


def _classes(directory: bytes) -> list[tuple[str, tuple[int, int, int, int]]]:
    """Name (chunk 0x2042) and (dll, class id in two, superclass) (0x2060) of each class."""
    found = []
    for _, start, end in _chunks(directory):
        parts = {cid: directory[a:b] for cid, a, b in _chunks(directory, start, end)}
        head = parts.get(0x2060, b"")
        name = parts.get(0x2042, b"").decode("utf-16-le", "replace")
        found.append((name, struct.unpack("<iIII", head) if len(head) == 16 else (0, 0, 0, 0)))
    return found


def _cameras(directory: bytes, scene: bytes) -> tuple[list[str], list[str]]:
    """The names of the nodes with a camera, and of those with a target."""
    classes = [head for _, head in _classes(directory)]
    objects = [(cid, a, b) for _, start, end in list(_chunks(scene))[:1] for cid, a, b in _chunks(scene, start, end)]

    def base(number: int, depth: int = 0) -> tuple[int, int, int, int]:
        """The class of an object under its modifiers."""
        cid, a, b = objects[number]
        kind = classes[cid] if cid < len(classes) else (0, 0, 0, 0)
        if kind[3] == DERIVED and depth < 9:
            for under in _references(scene, a, b):
                found = base(under, depth + 1)
                if found[3] in (CAMERA, 0x10, 0x30, 0x40, 0x50):
                    return found
        return kind

    cameras, targets = [], []
    for cid, a, b in objects:
        if cid < len(classes) and classes[cid][3] == NODE:
            name = next((scene[x:y].decode("utf-16-le") for i, x, y in _chunks(scene, a, b) if i == 0x962), "")
            kinds = [base(number) for number in _references(scene, a, b) if number < len(objects)]
            if any(kind[3] == CAMERA for kind in kinds):
                cameras.append(name)
            elif any(kind[1] == TARGET for kind in kinds):
                targets.append(name)
    return cameras, targets


def _references(scene: bytes, start: int, end: int) -> list[int]:
    """Object numbers: chunk 0x2034 lists them, 0x2035 pairs of place and number after a first word."""
    for cid, a, b in _chunks(scene, start, end):
        if cid in (0x2034, 0x2035):
            numbers = struct.unpack(f"<{(b - a) // 4}i", scene[a : a + (b - a) // 4 * 4])
            return [number for number in (numbers if cid == 0x2034 else numbers[2::2]) if number >= 0]
    return []
