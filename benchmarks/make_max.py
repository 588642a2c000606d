"""Writes files that look like 3ds Max': an OLE2 container, a summary in any code page, asset records, chunks.

    python benchmarks/make_max.py FILE [--megabytes 500]

The scenes that tests and benchmarks read are made here; 3ds Max itself would not open them.
"""

from __future__ import annotations

import argparse
import itertools
import struct
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

MINI = 64
CUTOFF = 4096
END, FREE, FAT, DIFAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFC
IN_HEADER = 109
SUMMARY = "\x05DocumentSummaryInformation"


def chunk(number: int, data: bytes, inside: bool = False, wide: bool = False) -> bytes:
    """A chunk; `inside` when its data are chunks, `wide` with a 64-bit size."""
    if wide:
        return struct.pack("<HIQ", number, 0, 14 + len(data) | int(inside) << 63) + data
    return struct.pack("<HI", number, 6 + len(data) | int(inside) << 31) + data


def number(place: int, *values: int) -> bytes:
    """A chunk with signed 32-bit numbers in it."""
    return chunk(place, struct.pack(f"<{len(values)}i", *values))


def utf16(place: int, text: str) -> bytes:
    """A chunk with a text in it."""
    return chunk(place, text.encode("utf-16-le"))


def summary(groups: Mapping[str, Sequence[str]], page: int = 65001, wide: bool = False) -> bytes:
    """The stream of File Properties: code page, headings and lines; `wide` with strings of type LPWSTR."""
    codec = {65001: "utf-8", 1200: "utf-16-le"}.get(page, f"cp{page}")

    def filled(data: bytes) -> bytes:
        return data + bytes(-len(data) % 4)

    def string(text: str) -> bytes:
        data = (text + "\0").encode("utf-16-le" if wide else codec)
        return filled(struct.pack("<I", len(data) // (2 if wide else 1)) + data)

    kind = 0x1F if wide else 0x1E
    pairs = struct.pack("<II", 0x100C, 2 * len(groups)) + b"".join(
        struct.pack("<I", kind) + string(name) + struct.pack("<II", 3, len(lines)) for name, lines in groups.items()
    )
    every = list(itertools.chain.from_iterable(groups.values()))
    parts = struct.pack("<II", 0x1000 | kind, len(every)) + b"".join(map(string, every))
    properties = {1: struct.pack("<IHxx", 2, page), 12: pairs, 13: parts}
    at, table, body = 8 + 8 * len(properties), b"", b""
    for identifier, data in properties.items():
        table += struct.pack("<II", identifier, at + len(body))
        body += data
    section = struct.pack("<II", at + len(body), len(properties)) + table + body
    return struct.pack("<HHI16sI16sI", 0xFFFE, 0, 2, bytes(16), 1, bytes(16), 48) + section


def records(rows: Iterable[Sequence[str]]) -> bytes:
    """Asset records: an id, then each text of the row."""
    found = []
    for index, row in enumerate(rows):
        found.append(struct.pack("<IIII", 0xA55E7000 + index, 1, 2, 3))
        for text in row:
            data = text.encode("utf-16-le")
            found.append(struct.pack("<I", len(data) // 2) + data + b"\0\0")
    return b"".join(found)


def directory(classes: Iterable[tuple[str, tuple[int, int], int]]) -> bytes:
    """`ClassDirectory3`: name, class id and superclass id of each class."""
    return b"".join(
        chunk(0x2040, chunk(0x2060, struct.pack("<iIII", -1, *identifier, superclass)) + utf16(0x2042, name), True)
        for name, identifier, superclass in classes
    )


def config(fps: int, first: int, last: int, now: int) -> bytes:
    """`Config` with a time configuration, in frames."""
    ticks = 4800 // fps
    time = number(0x10, fps) + number(0x50, first * ticks) + number(0x60, last * ticks) + number(0x70, now * ticks)
    return number(0x2090, 0) + chunk(0x20B0, time, True)


def save_config(form: int, program: int) -> bytes:
    """`SaveConfigData`: releases in thousandths."""
    return chunk(0x2170, struct.pack("<HH", 845, program)) + number(0x2173, form) + number(0x2174, 65001)


def write_compound(path: str | Path, streams: Mapping[str, bytes | Iterable[bytes]], sector: int = 4096) -> None:
    """A compound file with sectors of 4096 bytes, as 3ds Max has them, or 512. An iterable of pieces may be longer
    than memory."""
    with Path(path).open("wb") as file:
        _Writer(file, sector).write(streams)


class _Writer:
    def __init__(self, file: BinaryIO, sector: int) -> None:
        self._file = file
        self._sector = sector
        self._fat = array("I")
        file.write(bytes(sector))

    def write(self, streams: Mapping[str, bytes | Iterable[bytes]]) -> None:
        entries: list[bytes] = []
        minis, mini_fat = b"", array("I")
        for name in sorted(streams, key=lambda name: (len(name), name.upper())):
            data = streams[name]
            if isinstance(data, bytes) and len(data) < CUTOFF:
                start = len(mini_fat) if data else END
                count = -(-len(data) // MINI)
                mini_fat.extend(_links(len(mini_fat), count))
                minis += data + bytes(-len(data) % MINI)
                entries.append(_entry(name, 2, start, len(data)))
            else:
                entries.append(_entry(name, 2, *self._chain([data] if isinstance(data, bytes) else data)))
        mini_start, mini_size = self._chain([minis])
        tree = _entry("Root Entry", 5, mini_start, mini_size, child=1 if entries else FREE)
        for index, entry in enumerate(entries):
            right = index + 2 if index + 1 < len(entries) else FREE
            tree += entry[:72] + struct.pack("<I", right) + entry[76:]
        tree_start, _ = self._chain([tree])
        mini_fat_start, _ = self._chain([mini_fat.tobytes()])
        self._finish(tree_start, mini_fat_start, -(-len(mini_fat) * 4 // self._sector))

    def _chain(self, pieces: Iterable[bytes]) -> tuple[int, int]:
        """(first sector, bytes) of the pieces, written one after the other."""
        start, size = len(self._fat), 0
        for piece in pieces:
            self._file.write(piece)
            size += len(piece)
        if not size:
            return END, 0
        self._file.write(bytes(-size % self._sector))
        self._fat.extend(_links(start, -(-size // self._sector)))
        return start, size

    def _finish(self, tree: int, mini_fat: int, mini_fats: int) -> None:
        """The FAT, which has itself and the DIFAT in it, then the header."""
        per, fats, difats = self._sector // 4, 0, 0
        while fats * per < len(self._fat) + fats + difats:
            fats += 1
            difats = -(-max(0, fats - IN_HEADER) // (per - 1))
        first = len(self._fat)
        self._fat.extend([FAT] * fats + [DIFAT] * difats)
        self._fat.extend([FREE] * (-len(self._fat) % per))
        self._file.write(self._fat.tobytes())
        places = list(range(first, first + fats))
        rest = places[IN_HEADER:]
        for index in range(difats):
            part = rest[index * (per - 1) : (index + 1) * (per - 1)]
            part += [FREE] * (per - 1 - len(part))
            following = first + fats + index + 1 if index + 1 < difats else END
            self._file.write(struct.pack(f"<{per}I", *part, following))
        head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
        wide = self._sector == 4096
        head += struct.pack("<HHHHH6x", 62, 4 if wide else 3, 0xFFFE, 12 if wide else 9, 6)
        head += struct.pack("<IIIIIIIII", int(wide), fats, tree, 0, CUTOFF, mini_fat if mini_fats else END, mini_fats,
                            first + fats if difats else END, difats)  # fmt: skip
        in_header = places[:IN_HEADER]
        head += struct.pack(f"<{IN_HEADER}I", *in_header, *[FREE] * (IN_HEADER - len(in_header)))
        self._file.seek(0)
        self._file.write(head)


def _links(start: int, count: int) -> Iterator[int]:
    """The table's numbers for `count` sectors in a row."""
    yield from range(start + 1, start + count)
    if count:
        yield END


def _entry(name: str, kind: int, start: int, size: int, child: int = FREE) -> bytes:
    encoded = (name + "\0").encode("utf-16-le")
    return struct.pack("<64sHBBIII36xIQ", encoded, len(encoded), kind, 1, FREE, FREE, child, start, size)


CLASSES = (
    ("Editable Mesh", (0xE44F10B3, 0), 0x10),
    ("Free", (0x1001, 0), 0x20),
    ("Node", (0x1, 0), 0x1),
    ("RenderEnvironment", (0xEE448B23, 0), 0x1010),
)
"""Classes of the scenes made here, by their place."""


def scene_pieces(nodes: int, mesh: int, cameras: Sequence[str], size: tuple[int, int, float]) -> Iterator[bytes]:
    """`Scene`, in pieces: for each of `nodes` a mesh of `mesh` bytes and its node, a node for each camera, the render
    settings with a picture of `size` (width, height, pixel aspect)."""
    geometry = chunk(0, chunk(0x08FE, chunk(0x0914, bytes(range(256)) * (mesh // 256)), True), True)
    shows = [(f"Mesh{index:06}", 0) for index in range(nodes)] + [(name, 1) for name in cameras]
    width, height, aspect = size
    values = number(0x190, width) + number(0x200, height) + chunk(0x210, struct.pack("<f", aspect))
    settings = chunk(3, chunk(0x110, chunk(0x2000, values, True), True), True)

    def node(index: int) -> bytes:
        data = number(0x2035, 16, 1, 2 * index) + utf16(0x962, shows[index][0])
        return chunk(2, data, True)

    total = len(settings)
    for index, (_, kind) in enumerate(shows):
        total += len(geometry if kind == 0 else chunk(1, b"", True)) + len(node(index))
    yield struct.pack("<HIQ", 0x2023, 0, 14 + total | 1 << 63)
    for index, (_, kind) in enumerate(shows):
        yield geometry if kind == 0 else chunk(1, b"", True)
        yield node(index)
    yield settings


def make_max(path: str | Path, megabytes: int, listed: bool = True) -> None:
    """A scene of about so many MB: a mesh of 20 kB a node, 2,000 maps, two cameras; without `listed` the summary says
    nothing of the cameras, so that a reader has to go through the whole scene for them."""
    nodes = megabytes * 50
    maps = [f"C:\\jobs\\maps\\map{index:04}.png" for index in range(2_000)]
    data = ["Render Width=1920", "Render Height=1080", "Render Aspect=1.00", "Renderer Name=Arnold",
            "Animation Start=0", "Animation End=100"]  # fmt: skip
    cameras = ["Close", "Wide"]
    groups = {
        "General": ["3ds Max Version: 26.00", "Uncompressed", "Build: 26.0.0.4000", "Saved As Version: 26.00"],
        "Mesh Totals": ["Vertices: 0", "Faces: 0"],
        "Scene Totals": [f"Objects: {nodes}", "Shapes: 0", "Lights: 0", "Cameras: 2"],
        "External Dependencies": [name.rpartition("\\")[2] for name in maps],
        "Objects": [f"Mesh{index:06}" for index in range(nodes)],
        "Materials": [],
        "Used Plug-Ins": ["maxtoa.dlr"],
        "Render Data": [f"Render Camera {i:02}={name}" for i, name in enumerate(cameras) if listed] + data,
    }
    write_compound(
        path,
        {
            SUMMARY: summary(groups),
            "Scene": scene_pieces(nodes, 20_480, cameras, (1920, 1080, 1.0)),
            "ClassDirectory3": directory(CLASSES),
            "Config": config(24, 0, 100, 0),
            "SaveConfigData": save_config(26000, 26000),
            "FileAssetMetaData3": records([("Bitmap", name, "") for name in maps]),
        },
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--megabytes", type=int, default=500)
    arguments = parser.parse_args()
    make_max(arguments.file, arguments.megabytes)
