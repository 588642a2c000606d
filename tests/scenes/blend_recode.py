"""Writes a real .blend again for another machine: other pointer width, other byte order, old or new block heads.

A parser of its own, so that it shares no mistake with the reader. Kept are the blocks of some ID kinds and what
belongs to them; pointers to anything else become NULL. `tests` open the result in bpy too.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

KEEP = (b"GLOB", b"SC\0\0", b"OB\0\0", b"CA\0\0", b"IM\0\0", b"LI\0\0", b"ID\0\0", b"MA\0\0", b"NT\0\0", b"GR\0\0",
        b"SO\0\0", b"TX\0\0", b"VF\0\0", b"VO\0\0", b"CF\0\0", b"MC\0\0")  # fmt: skip
_LETTERS = {"char": "b", "uchar": "B", "int8_t": "b", "uint8_t": "B", "bool": "B", "short": "h", "ushort": "H",
            "int": "i", "int16_t": "h", "uint16_t": "H", "int32_t": "i", "uint32_t": "I", "float": "f",
            "double": "d", "int64_t": "q", "uint64_t": "Q", "long": "i", "ulong": "I"}  # fmt: skip


@dataclass
class Form:
    """How a file is written: pointer bytes, `<` or `>`, 32-byte heads or the old ones."""

    pointer: int
    endian: str
    large: bool = False

    def header(self, version: int) -> bytes:
        order = b"v" if self.endian == "<" else b"V"
        if self.large:
            return b"BLENDER17-01" + order + b"%04d" % version
        return b"BLENDER" + (b"-" if self.pointer == 8 else b"_") + order + b"%03d" % version

    @property
    def head(self) -> struct.Struct:
        if self.large:
            return struct.Struct(self.endian + "4siQqq")
        return struct.Struct(self.endian + "4si" + ("Q" if self.pointer == 8 else "I") + "ii")


class Real:
    """A real, unpacked .blend in memory: its blocks (code, struct, address, count, data) and its catalogue."""

    def __init__(self, raw: bytes) -> None:
        large = raw[7:9] == b"17"
        self.form = Form(
            8 if large or raw[7:8] == b"-" else 4,
            "<" if raw[12 if large else 8 : 13 if large else 9] == b"v" else ">",
            large,
        )
        self.version = int(raw[13:17] if large else raw[9:12])
        self.blocks: list[tuple[bytes, int, int, int, bytes]] = []
        head, at = self.form.head, 17 if large else 12
        while at < len(raw):
            code, *rest = head.unpack_from(raw, at)
            number, address, size, count = rest if large else (rest[2], rest[1], rest[0], rest[3])
            at += head.size
            code = code[2:] + code[:2] if code[:2] == b"\0\0" else code
            self.blocks.append((code, number, address, count, raw[at : at + size]))
            if code == b"DNA1":
                self._catalogue(raw[at : at + size])
            at += size

    def _catalogue(self, raw: bytes) -> None:
        end = self.form.endian

        def strings(at: int) -> tuple[list[str], int]:
            (count,) = struct.unpack_from(end + "i", raw, at + 4)
            parts = raw[at + 8 :].split(b"\0", count)
            return [p.decode() for p in parts[:count]], (len(raw) - len(parts[count]) + 3) & ~3

        self.names, at = strings(4)
        self.types, at = strings(at)
        self.sizes = list(struct.unpack_from(f"{end}{len(self.types)}H", raw, at + 4))
        at = (at + 4 + 2 * len(self.types) + 3) & ~3
        (count,) = struct.unpack_from(end + "i", raw, at + 4)
        at += 8
        self.structs: list[tuple[int, list[tuple[int, int]]]] = []
        for _ in range(count):
            kind, fields = struct.unpack_from(end + "HH", raw, at)
            numbers = struct.unpack_from(f"{end}{2 * fields}H", raw, at + 4)
            self.structs.append((kind, list(zip(numbers[::2], numbers[1::2]))))
            at += 4 + 4 * fields
        self.by_type = {kind: fields for kind, fields in self.structs}


def recode(raw: bytes, form: Form, version: int | None = None) -> bytes:
    """The file in another form; `raw` is unpacked."""
    real = Real(raw)
    return _Writer(real, form).write(version or real.version)


class _Writer:
    def __init__(self, real: Real, form: Form) -> None:
        self.real, self.form = real, form
        self.kept = list(self._kept())
        step = {block[2]: 0x10000 + 64 * n for n, block in enumerate(self.kept)}
        self.addresses = step
        self.sizes = list(real.sizes)
        self.done: set[int] = set()
        for kind, _ in real.structs:
            self._measure(kind)

    def _kept(self):
        keep = False
        for block in self.real.blocks:
            code = block[0]
            if code in (b"REND", b"ENDB", b"DNA1"):
                continue
            if code != b"DATA":
                keep = code in KEEP
            if keep:
                yield block

    def _measure(self, kind: int) -> int:
        if kind in self.real.by_type and kind not in self.done:
            self.done.add(kind)
            self.sizes[kind] = sum(self._size(*field) for field in self.real.by_type[kind])
        return self.sizes[kind]

    def _size(self, kind: int, name: int) -> int:
        title = self.real.names[name]
        one = self.form.pointer if title.startswith(("*", "(*")) else self._measure(kind)
        return one * _count(title)

    def write(self, version: int) -> bytes:
        out = bytearray(self.form.header(version))
        for scene in sorted((b for b in self.kept if b[0] == b"SC\0\0"), key=lambda b: b[2] != self._current()):
            self._block(out, b"REND", 0, 0, 1, self._rend(scene))
        for code, number, address, count, data in self.kept:
            self._block(out, code, number, self.addresses[address], count, self._data(number, count, data))
        self._block(out, b"DNA1", 0, 0x8000, 1, self._dna())
        self._block(out, b"ENDB", 0, 0, 0, b"")
        return bytes(out)

    def _current(self) -> int:
        """The address of the current scene: Blender writes its REND block first."""
        glob = next(block for block in self.kept if block[0] == b"GLOB")
        at = dict(self._walk(self.real.by_type[self.real.structs[glob[1]][0]], 0, ""))["curscene"]
        form = self.real.form
        return int(struct.unpack_from(form.endian + ("Q" if form.pointer == 8 else "I"), glob[4], at)[0])

    def _rend(self, scene) -> bytes:
        fields = dict(self._walk(self.real.by_type[self.real.structs[scene[1]][0]], 0, ""))
        end = self.real.form.endian
        first, last = (struct.unpack_from(end + "i", scene[4], fields[name])[0] for name in ("r.sfra", "r.efra"))
        name = scene[4][fields["id.name"] + 2 :].split(b"\0", 1)[0]
        return struct.pack(self.form.endian + "ii", first, last) + name.ljust(64, b"\0")

    def _walk(self, fields, offset: int, prefix: str):
        for kind, name in fields:
            title = self.real.names[name]
            pointer = title.startswith(("*", "(*"))
            bare = prefix + re.sub(r"[*()]|\[.*", "", title)
            yield bare, offset
            if kind in self.real.by_type and not pointer and prefix.count(".") < 2:
                yield from self._walk(self.real.by_type[kind], offset, bare + ".")
            offset += (self.real.form.pointer if pointer else self.real.sizes[kind]) * _count(title)

    def _block(self, out: bytearray, code: bytes, number: int, address: int, count: int, data: bytes) -> None:
        if code[2:] == b"\0\0" and self.form.endian == ">":
            code = b"\0\0" + code[:2]  # as big-endian machines wrote it
        numbers = (number, address, len(data), count) if self.form.large else (len(data), address, number, count)
        out += self.form.head.pack(code, *numbers) + data

    def _data(self, number: int, count: int, data: bytes) -> bytes:
        if number == 0:  # untyped: pointers if every word is one, else text
            width, letter = self.real.form.pointer, "Q" if self.real.form.pointer == 8 else "I"
            words = struct.unpack(
                f"{self.real.form.endian}{len(data) // width}{letter}", data[: len(data) // width * width]
            )
            if len(data) % width == 0 and words and all(w == 0 or w in self.addresses for w in words):
                return b"".join(self._pointer(word) for word in words)
            return data
        kind = self.real.structs[number][0]
        size = self.real.sizes[kind]
        return b"".join(self._struct(kind, data, n * size) for n in range(min(count, len(data) // size)))

    def _struct(self, kind: int, data: bytes, at: int) -> bytes:
        out = bytearray()
        for inner, name in self.real.by_type[kind]:
            title = self.real.names[name]
            pointer = title.startswith(("*", "(*"))
            size = self.real.form.pointer if pointer else self.real.sizes[inner]
            for _ in range(_count(title)):
                out += self._value(inner, pointer, data, at)
                at += size
        return bytes(out)

    def _value(self, kind: int, pointer: bool, data: bytes, at: int) -> bytes:
        end = self.real.form.endian
        if pointer:
            return self._pointer(struct.unpack_from(end + ("Q" if self.real.form.pointer == 8 else "I"), data, at)[0])
        if kind in self.real.by_type:
            return self._struct(kind, data, at)
        letter = _LETTERS[self.real.types[kind]]
        return struct.pack(self.form.endian + letter, *struct.unpack_from(end + letter, data, at))

    def _pointer(self, address: int) -> bytes:
        return struct.pack(self.form.endian + ("Q" if self.form.pointer == 8 else "I"), self.addresses.get(address, 0))

    def _dna(self) -> bytes:
        end = self.form.endian

        def strings(tag: bytes, texts: list[str]) -> bytes:
            return _padded(tag + struct.pack(end + "i", len(texts)) + b"".join(t.encode() + b"\0" for t in texts))

        out = b"SDNA" + strings(b"NAME", self.real.names) + strings(b"TYPE", self.real.types)
        out += _padded(b"TLEN" + struct.pack(f"{end}{len(self.sizes)}H", *self.sizes))
        out += b"STRC" + struct.pack(end + "i", len(self.real.structs))
        for kind, fields in self.real.structs:
            out += struct.pack(end + "HH", kind, len(fields)) + b"".join(struct.pack(end + "HH", *f) for f in fields)
        return out


def _padded(raw: bytes) -> bytes:
    return raw + b"\0" * (-len(raw) % 4)


def _count(title: str) -> int:
    count = 1
    for number in re.findall(r"\[(\d+)\]", title):
        count *= int(number)
    return count
