"""The struct catalogue (DNA) that every .blend carries: which field lies where in which struct, in this very file.

Layout (Blender's doc/blender_file_format/mystery_of_the_blend.html, `makesdna/intern/dna_genfile.cc`):

    SDNA  NAME n, n C strings  TYPE n, n C strings  TLEN, n int16  STRC n, n × struct
    struct: int16 type, int16 count, count × (int16 type, int16 name)

each tag aligned to 4 bytes from the start. Names carry C's marks: `*camera`, `name[66]`, `mat[4][4]`, `(*free)()`.
"""

from __future__ import annotations

import functools
import re
import struct
from typing import NamedTuple

from ._file import Header
from ._packing import damaged

MAX_NAMES = 200_000
MAX_FIELDS = 20_000
_ARRAY = re.compile(r"\[(\d{1,9})\]")
_FORMATS = {
    "char": "b", "uchar": "B", "int8_t": "b", "uint8_t": "B", "bool": "B", "short": "h", "ushort": "H", "int16_t": "h",
    "uint16_t": "H", "int": "i", "int32_t": "i", "uint": "I", "uint32_t": "I", "float": "f", "double": "d",
    "int64_t": "q", "uint64_t": "Q",
}  # fmt: skip


class Field(NamedTuple):
    """One field: its offset and size (bytes) in the struct, its type's name, and whether it is a pointer."""

    offset: int
    type: str
    pointer: bool
    size: int


class Dna:
    """The catalogue of one file; the structs that are asked for are laid out on first use."""

    def __init__(self, raw: bytes, header: Header) -> None:
        """`raw` is the data of the DNA1 block. Raises SceneError when it is not a catalogue."""
        self._pointer = header.pointer
        self._endian = header.endian
        self._buf = raw
        self._at = 4
        if self._buf[:4] != b"SDNA":
            raise damaged("its struct catalogue is not one")
        self._names = self._strings(b"NAME")
        self._types = self._strings(b"TYPE")
        self._sizes = self._shorts(b"TLEN", len(self._types))
        self._places: dict[str, tuple[int, int, int]] = {}
        self.numbers: dict[str, int] = {}
        """The number of each struct, by name."""
        self.names: list[str] = []
        """The name of each struct, by number."""
        self._index_structs()
        self._laid: dict[str, dict[str, Field]] = {}

    def fields(self, name: str) -> dict[str, Field]:
        """The fields of struct `name` by name without marks; empty when the file knows no such struct."""
        if name not in self._laid:
            self._laid[name] = self._lay_out(name) if name in self._places else {}
        return self._laid[name]

    def size(self, name: str) -> int:
        """The size of struct `name` in bytes; 0 when the file knows no such struct."""
        return self._places[name][2] if name in self._places else 0

    def find(self, name: str, *paths: str) -> Field | None:
        """The first of the dotted `paths` (`r.sfra`) that struct `name` has, its offset counted from the outermost."""
        for path in paths:
            found = self._find(name, path)
            if found is not None:
                return found
        return None

    def _find(self, name: str, path: str) -> Field | None:
        offset, field = 0, None
        for part in path.split("."):
            if field is not None and field.pointer:
                return None
            field = self.fields(name if field is None else field.type).get(part)
            if field is None:
                return None
            offset += field.offset
        return None if field is None else field._replace(offset=offset)

    def _tag(self, tag: bytes) -> int:
        """Step over an aligned tag and the number that follows it; raises SceneError."""
        at = (self._at + 3) & ~3
        if self._buf[at : at + 4] != tag:
            raise damaged("its struct catalogue is garbled")
        self._at = at + 4
        return self._at

    def _count(self) -> int:
        if self._at + 4 > len(self._buf):
            raise damaged("its struct catalogue is cut short")
        (count,) = struct.unpack_from(self._endian + "i", self._buf, self._at)
        self._at += 4
        if not 0 <= count <= min(MAX_NAMES, len(self._buf)):
            raise damaged("its struct catalogue has an absurd length")
        return int(count)

    def _strings(self, tag: bytes) -> list[str]:
        self._tag(tag)
        count = self._count()
        parts = self._buf[self._at :].split(b"\0", count)
        if len(parts) <= count:
            raise damaged("its struct catalogue is cut short")
        self._at = len(self._buf) - len(parts[count])
        return [part.decode("ascii", "replace") for part in parts[:count]]

    def _shorts(self, tag: bytes, count: int) -> tuple[int, ...]:
        self._tag(tag)
        if self._at + 2 * count > len(self._buf):
            raise damaged("its struct catalogue is cut short")
        values = struct.unpack_from(f"{self._endian}{count}H", self._buf, self._at)
        self._at += 2 * count
        return values

    def _index_structs(self) -> None:
        self._tag(b"STRC")
        pair = struct.Struct(self._endian + "HH")
        for number in range(self._count()):
            if self._at + 4 > len(self._buf):
                raise damaged("its struct catalogue is cut short")
            kind, fields = pair.unpack_from(self._buf, self._at)
            if kind >= len(self._types) or self._at + 4 + 4 * fields > len(self._buf):
                raise damaged("its struct catalogue is garbled")
            name = self._types[kind]
            self.names.append(name)
            self.numbers[name] = number
            self._places[name] = (self._at + 4, fields, self._sizes[kind])
            self._at += 4 + 4 * fields

    def _lay_out(self, name: str) -> dict[str, Field]:
        start, count, _ = self._places[name]
        numbers = struct.unpack_from(f"{self._endian}{2 * count}H", self._buf, start)
        laid: dict[str, Field] = {}
        offset = 0
        for kind, title in zip(numbers[::2], numbers[1::2]):
            if kind >= len(self._types) or title >= len(self._names):
                raise damaged("its struct catalogue is garbled")
            field = self._field(self._names[title], kind, offset)
            laid[_bare(self._names[title])] = field
            offset += field.size
        return laid

    def _field(self, title: str, kind: int, offset: int) -> Field:
        pointer = title.startswith(("*", "(*"))
        count = 1
        for number in _ARRAY.findall(title):
            count *= int(number)
        one = self._pointer if pointer else self._sizes[kind]
        return Field(offset, self._types[kind], pointer, one * count)


@functools.lru_cache(maxsize=4)
def catalogue(raw: bytes, header: Header) -> Dna:
    """The catalogue in `raw`; files of one Blender version share one, so the last few are kept. Raises SceneError."""
    return Dna(raw, header)


def _bare(title: str) -> str:
    """`*mat[4]` is `mat`, `(*free)()` is `free`."""
    return title.split("[", 1)[0].split(")", 1)[0].lstrip("(*")


def number_format(field: Field, header: Header) -> str | None:
    """The `struct` format of one number or address of the field; None when it is a struct or text."""
    if field.pointer:
        return header.endian + ("Q" if header.pointer == 8 else "I")
    letter = _FORMATS.get(field.type)
    return None if letter is None else header.endian + letter
