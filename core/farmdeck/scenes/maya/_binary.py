"""Reading a .mb: the groups and chunks that may matter become something in a `Table`.

A .mb is an IFF: a chunk is a four-letter tag, its size and its data; groups (`FOR4`, `LIS4`, `FOR8`, `LIS8`) begin
their data with a type and hold chunks. All numbers are big-endian. `FOR4` files (before Maya 2014) have sizes of 32
bits and data padded to 4 bytes, `FOR8` files 64 bits behind four bytes of padding, and data padded to 8; a group's
size counts the padding of what is in it. Seen in real files:

- `HEAD`: `VERS`, units `LUNI` and `TUNI`, `TDUR` (ticks in a second), `FINF` (key, value), `PLUG` (name, version, the
  flags of `requires`, then each node type's name with the four bytes that stand for it).
- One group for each node, of the type's four bytes: `CREA` (flags: 1 shared, 0x80 without a parent; name; parent;
  UUID), then attributes (`STR `, `DBLE`, …): name, a byte of flags, the value. A time is a whole number of ticks in
  the eight bytes of a `DBLE`. `SLCT` groups name a default node and go on with attributes.
- Without a `TDUR` a tick is 1/6000 s, the unit of Maya before 2017 (MTime::k6000FPS).
- `CONS` lists hold `CONN` groups, of chunks `CWFL`: a byte of flags, source, target.
- `FREF` and `FRDI`: no real file at hand has one. As agibli's parser has it, the path is the first text; the others
  are known by their form, and the `reference` nodes give the names that are not told.
"""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Iterator
from typing import BinaryIO

from ..._errors import SceneError
from .._watch import Watch
from ._rules import OLD_TICKS, frames_per_second, length_unit
from ._table import ALWAYS, MANY, MANY_ATTRIBUTES, SOMETIMES, Node, RefLine, Table, is_wanted
from ._type_ids import LEAVES, type_names

MAX_CHUNKS = 20_000_000
_LONGEST = 1 << 20
"""Of a text that is kept."""
_NAME = 512
_SHARED, _NO_PARENT = 0x01, 0x80
_WINDOW = 1 << 18
_EVERY = 4096
_TINY = 1e-300


def read_binary(path: str, watch: Watch | None = None) -> Table:
    """The table of a .mb. Raises OSError, SceneError when it is damaged or cut short, and what `watch` raises."""
    with open(path, "rb", buffering=0) as file:
        reader = _Reader(Table(path), file, watch)
        reader.read()
    return reader.table


class _Garbled(SceneError):
    """A chunk that does not end where what it is in does."""


class _Reader:
    def __init__(self, table: Table, file: BinaryIO, watch: Watch | None) -> None:
        self.table = table
        self._file, self._watch = file, watch
        self._size = os.fstat(file.fileno()).st_size
        self._window, self._start = b"", 0
        self._wide = self._at(0, 4) == b"FOR8"
        self._head = 16 if self._wide else 8
        self._groups = (b"FOR8", b"LIS8") if self._wide else (b"FOR4", b"LIS4")
        self._types = type_names()
        self._ticks = OLD_TICKS
        self._chunks = 0

    def read(self) -> None:
        """The whole file."""
        tag, size = self._chunk(0, self._size)
        if tag not in self._groups or self._at(self._head, 4) != b"Maya":
            raise self._damaged(0)
        at, end = self._head + 4, self._head + size
        while at + self._head <= end:
            tag, size = self._chunk(at, end)
            body = at + self._head
            if tag in self._groups:
                self._whole_group(self._at(body, 4), body + 4, body + size)
            at = self._after(tag, body, size)
        if self._watch is not None:
            self._watch.step(self._size, self._size)

    def _whole_group(self, kind: bytes, at: int, end: int) -> None:
        """A group whose ends are known: what is garbled in it takes no other with it."""
        try:
            self._group(kind, at, end)
        except _Garbled:
            self.table.garbled = True

    def _group(self, kind: bytes, at: int, end: int) -> None:
        if kind == b"HEAD":
            self._header(at, end)
        elif kind in (b"FREF", b"FRDI"):
            self._reference(kind, at, end)
        elif kind == b"CONS":
            self._connections(at, end)
        elif kind == b"SLCT":
            self._selected(at, end)
        else:
            self._node(kind, at, end)

    def _header(self, at: int, end: int) -> None:
        told = {}
        for tag, body, size in self._each(at, end):
            data = self._at(body, min(size, _LONGEST))
            if tag == b"PLUG":
                self._plugin(data)
            elif tag == b"FINF":
                key, value, *_ = [*_texts(data), "", ""]
                self.table.info[key] = value
            else:
                told[tag] = _text(data)
        self.table.maya = told.get(b"VERS", self.table.maya)
        self.table.time_unit = told.get(b"TUNI", self.table.time_unit)
        self.table.length_unit = length_unit(told.get(b"LUNI", self.table.length_unit))
        ticks = told.get(b"TDUR", "")
        self._ticks = int(ticks) if ticks.isdigit() and 0 < int(ticks) < 1 << 40 else self._ticks

    def _plugin(self, data: bytes) -> None:
        parts = data.split(b"\0", 3)
        if not parts[0]:
            return
        self.table.plugins[_text(parts[0])] = _text(parts[1]) if len(parts) > 1 else ""
        if len(parts) < 4:
            return
        kinds = set(re.findall(rb'-nodeType "([^"]+)"', parts[2]))
        for name, number in re.findall(rb"(\w+)\0(.{4})", parts[3], re.DOTALL):
            if name in kinds:
                self._types[number] = _text(name)

    def _reference(self, kind: bytes, at: int, end: int) -> None:
        found: list[str] = []
        for _, body, size in self._each(at, end):
            found += [text for text in _texts(self._at(body, min(size, _LONGEST))) if text.isprintable() and text]
        path = next((text for text in found if "/" in text or "\\" in text or "." in text), "")
        names = [text for text in found if re.fullmatch(r"[A-Za-z_][\w:]*", text)]
        node = next((text for text in names if text.endswith("RN") or re.search(r"RN\d+$", text)), "")
        space = next((text for text in names if text != node and text not in ("mayaAscii", "mayaBinary")), "")
        if path:
            self.table.references.append(RefLine(1 if kind == b"FRDI" else 0, node, space, path, False))

    def _connections(self, at: int, end: int) -> None:
        for _, body, size in self._each(at, end, groups=True):
            for _, inner, length in self._each(body + 4, body + size):
                plugs = _texts(self._at(inner, min(length, _LONGEST))[1:])
                if len(plugs) >= 2 and "." in plugs[1]:
                    self.table.link(plugs[0], plugs[1])

    def _selected(self, at: int, end: int) -> None:
        node: Node | None = None
        for tag, body, size in self._each(at, end):
            if tag == b"SLCT":
                node = Node("", _text(self._at(body, min(size, _NAME))).lstrip(":"))
            elif node is not None and self._attribute(node, tag, body, size):
                kept = self.table.node("", node.name)
                kept.values.update(node.values)

    def _node(self, kind: bytes, at: int, end: int) -> None:
        name = self._types.get(kind, "")
        wanted = name in ALWAYS or name in SOMETIMES or not kind.isalpha()  # a plug-in's may have a cache
        if not wanted and kind in LEAVES:
            return
        node: Node | None = None
        kept = False
        for tag, body, size in self._each(at, end):
            if tag == b"CREA":
                node = self._made(name, self._at(body, min(size, _LONGEST)))
                if not wanted:
                    return
                kept = name in ALWAYS
                if kept:
                    node = self.table.node(name, node.name, node.parent, node.shared)
            elif node is not None and self._attribute(node, tag, body, size) and not kept:
                made = self.table.node(name, node.name, node.parent, node.shared)
                made.values, node, kept = node.values, made, True

    def _made(self, kind: str, data: bytes) -> Node:
        flags, rest = (data[0] if data else 0), data[1:]
        name, _, rest = rest.partition(b"\0")
        parent = _text(rest.partition(b"\0")[0]) if rest and not flags & _NO_PARENT else ""
        if parent:
            self.table.place(_text(name).rpartition("|")[2], parent)
        return Node(kind, _text(name), parent, bool(flags & _SHARED))

    def _attribute(self, node: Node, tag: bytes, body: int, size: int) -> bool:
        """Keep the attribute of a chunk if it is wanted; is it?"""
        if tag not in (b"STR ", b"DBLE"):
            return False
        name, zero, rest = self._at(body, min(size, _NAME)).partition(b"\0")
        attribute = _text(name)
        wanted = attribute in MANY_ATTRIBUTES if node.type in MANY else is_wanted(attribute)
        if not zero or not rest or not wanted:
            return False
        at = body + len(name) + 2
        if tag == b"STR ":
            node.values[attribute] = _text(self._at(at, min(body + size - at, _LONGEST)).partition(b"\0")[0])
            return True
        value = self._at(at, 8) if body + size - at >= 8 else b""
        if len(value) == 8:
            node.values[attribute] = self._number(value)
        return len(value) == 8

    def _number(self, data: bytes) -> float:
        """A number, or a time in frames: what would be no number, or one too small to be meant, is ticks."""
        number: float = struct.unpack(">d", data)[0]
        if number and not abs(number) > _TINY:
            ticks: int = struct.unpack(">q", data)[0]
            return ticks / self._ticks * frames_per_second(self.table.time_unit)
        return number

    def _each(self, at: int, end: int, groups: bool = False) -> Iterator[tuple[bytes, int, int]]:
        """(tag, where its data begin, size) of the chunks between two places; or of the groups."""
        while at + self._head <= end:
            tag, size = self._chunk(at, end)
            body = at + self._head
            if (tag in self._groups) == groups:
                yield tag, body, size
            at = self._after(tag, body, size)

    def _chunk(self, at: int, end: int) -> tuple[bytes, int]:
        """Tag and size of the chunk at a place; it must end before `end`."""
        self._chunks += 1
        if self._chunks > MAX_CHUNKS:
            raise SceneError(f"{self.table.path} has an absurd number of chunks.", "Check that it is not damaged.")
        if self._watch is not None and self._chunks % _EVERY == 1:
            self._watch.step(at, self._size)
        head = self._at(at, self._head)
        if len(head) < self._head:
            raise self._damaged(at)
        size = int.from_bytes(head[8:16] if self._wide else head[4:8], "big")
        if at + self._head + size > end:
            raise self._damaged(at)
        return head[:4], size

    def _after(self, tag: bytes, body: int, size: int) -> int:
        """Where the next chunk begins: data are padded, groups of 64 bits are not."""
        if self._wide:
            return body + (size if tag in self._groups else (size + 7) // 8 * 8)
        return body + (size + 3) // 4 * 4

    def _at(self, at: int, count: int) -> bytes:
        """`count` bytes at a place, fewer at the end of the file."""
        start = at - self._start
        if start < 0 or start + count > len(self._window):
            self._file.seek(at)
            self._window, self._start, start = self._file.read(max(_WINDOW, count)), at, 0
        return self._window[start : start + count]

    def _damaged(self, at: int) -> _Garbled:
        name = os.path.basename(self.table.path)
        return _Garbled(
            f"{name} is cut short or garbled, from byte {at:,} on.", "Open it in Maya, save it again, or fetch it anew."
        )


def _text(data: bytes) -> str:
    """Maya writes UTF-8, or the code page of the machine, and does not say which."""
    data = data.rstrip(b"\0")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _texts(data: bytes) -> list[str]:
    return [_text(part) for part in data.split(b"\0")]
