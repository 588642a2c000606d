"""What File > File Properties > Contents shows: groups of lines in the stream `DocumentSummaryInformation`.

A property set as in [MS-OLEPS] (learn.microsoft.com/openspecs/windows_protocols/ms-oleps): property 1 is the code
page, 12 (HeadingPairs) the groups' names with their counts, 13 (TitlesOfParts) the lines of all groups. Seen in files
of 3ds Max 2009 to 2019: 2010 and before write UTF-16 (code page 1200), later ones UTF-8 (65001), lengths in bytes, each
string filled up to four; a language other than English translates the names of all groups but `Render Data` (so does
a public reader that lists German and Japanese ones), which is why the others count by their place.
"""

from __future__ import annotations

import codecs
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

STREAM = "\x05DocumentSummaryInformation"
GROUPS = (
    "General", "Mesh Totals", "Scene Totals", "External Dependencies", "Objects", "Materials", "Used Plug-Ins",
    "Render Data",
)  # fmt: skip
_UNREAD = ("Objects", "Materials")
"""Groups of any length that nobody asks for."""
MOST_BYTES = 64 << 20
"""The most that the stream may have: the names of a million objects."""
MOST_LINES = 2_000_000
_PAIRS, _STRING, _WIDE, _I4 = 0x100C, 0x1E, 0x1F, 0x03
_VECTOR = 0x1000


class Unreadable(ValueError):
    """The property set is cut short or is none; the text says how."""


@dataclass(frozen=True)
class Summary:
    """The groups' lines, by the group's English name."""

    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def lines(self, group: str) -> tuple[str, ...]:
        """The lines of a group; none when it is not there."""
        return self.groups.get(group, ())

    def values(self, group: str) -> dict[str, str]:
        """`Render Width=640` and `Cameras: 1` by their names."""
        found = {}
        for line in self.lines(group):
            name, equals, value = line.partition("=")
            if not equals:
                name, _, value = line.partition(":")
            found[name.strip()] = value.strip()
        return found


def decimal(text: str) -> float | None:
    """A number with a decimal point or, as half of Europe writes it, a comma; None when it is none, or beyond 1e9."""
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if abs(value) < 1e9 else None


def read_summary(data: bytes) -> Summary:
    """The groups in the stream's bytes. Raises Unreadable."""
    try:
        return _Reader(data).summary()
    except struct.error as exc:
        raise Unreadable("it is cut short") from exc


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        order, count, section = struct.unpack_from("<H22xI16xI", data)
        if order != 0xFFFE or count < 1:
            raise Unreadable("it is no property set")
        properties = min(self._u32(section + 4), len(data) // 8)
        self._places = {}
        for index in range(properties):
            number, offset = struct.unpack_from("<II", data, section + 8 + 8 * index)
            self._places[number] = section + offset
        page = struct.unpack_from("<H", data, self._places[1] + 4)[0] if 1 in self._places else 1252
        self._codec = _codec(page)

    def summary(self) -> Summary:
        if 12 not in self._places or 13 not in self._places:
            return Summary()
        heads = self._heads(self._places[12])
        lines = self._places[13]
        kind, count = struct.unpack_from("<II", self._data, lines)
        if kind not in (_VECTOR | _STRING, _VECTOR | _WIDE):
            raise Unreadable("its lines are of no type that it may have")
        if count > MOST_LINES:
            raise Unreadable(f"it has more than {MOST_LINES:,} lines")
        at, groups = lines + 8, {}
        for index, (head, size) in enumerate(heads):
            found = []
            name = self._name(index, head, len(heads))
            for _ in range(min(size, count)):
                raw, at = self._raw(kind & 0xFF, at, lines)
                if name not in _UNREAD:
                    found.append(self._text(kind & 0xFF, raw))
            count -= min(size, count)
            groups[name] = tuple(found)
        return Summary(groups)

    @staticmethod
    def _name(index: int, head: str, count: int) -> str:
        return GROUPS[index] if head not in GROUPS and count == len(GROUPS) else head

    def _heads(self, place: int) -> list[tuple[str, int]]:
        """(name, lines) of each group."""
        kind, count = struct.unpack_from("<II", self._data, place)
        if kind != _PAIRS:
            raise Unreadable("its headings are of no type that they may have")
        at, heads = place + 8, []
        for _ in range(min(count // 2, len(self._data) // 16)):
            raw, at_count = self._raw(self._u32(at), at + 4, place)
            kind_of_count, size = struct.unpack_from("<II", self._data, at_count)
            if kind_of_count != _I4:
                raise Unreadable("a heading has no count")
            heads.append((self._text(self._u32(at), raw), size))
            at = at_count + 8
        return heads

    def _raw(self, kind: int, at: int, base: int) -> tuple[bytes, int]:
        """(bytes of the string at `at`, where the next value is); `base` is what is counted from when filling up."""
        if kind not in (_STRING, _WIDE):
            raise Unreadable("a string is of no type that it may have")
        size = self._u32(at) * (2 if kind == _WIDE else 1)
        end = at + 4 + size
        if end > len(self._data):
            raise Unreadable("it is cut short")
        return self._data[at + 4 : end], end + (base - end) % 4

    def _text(self, kind: int, raw: bytes) -> str:
        codec = "utf-16-le" if kind == _WIDE else self._codec
        return raw.decode(codec, "replace").split("\0", 1)[0]

    def _u32(self, at: int) -> int:
        value: int = struct.unpack_from("<I", self._data, at)[0]
        return value


def _codec(page: int) -> str:
    """Python's name of a Windows code page; Latin for one that Python doesn't have."""
    known = {1200: "utf-16-le", 65001: "utf-8", 10000: "mac-roman"}
    name = known.get(page, f"cp{page}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "cp1252"
