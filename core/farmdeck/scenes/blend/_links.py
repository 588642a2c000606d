"""Linked libraries: which of their data-blocks a file really uses, across files, as Blender loads them.

A .blend names its libraries in LI blocks; after each stand place-holders (code `ID`) for the data-blocks linked from
it (`blenloader/intern/writefile.cc`, `write_libraries`). Loading those pulls in all that they point at, in the same
library or in further ones (`expand_main` in readfile.cc). Here pointers are followed without knowing their fields:
every aligned word of a data-block that is the address of another one counts, heads and a few back pointers apart.
"""

from __future__ import annotations

from collections.abc import Iterator

from ._blend import Blend
from ._disk import resolve
from ._file import RAW, Block

_HEAD = ("next", "prev", "newid", "lib", "orig_id", "py_instance", "library_weak_reference")
"""Pointers in an ID's head that say nothing about what it needs."""
_NEVER = frozenset((b"LI\0\0", b"WM\0\0", b"SR\0\0", b"SN\0\0", b"WS\0\0", b"GLOB", b"DNA1", b"REND", b"TEST", b"USER"))
_BIG = 1 << 20
"""Data blocks above this size (bytes) are geometry or pixels; they point at nothing."""


class Link:
    """A library as one file names it: the path as written, absolute, its own name, and what is linked from it."""

    def __init__(self, path: str, full: str, name: str, packed: bool) -> None:
        self.path = path
        self.full = full
        self.name = name
        self.packed = packed
        self.wanted: set[str] = set()
        """Names with their codes: `OBCube`."""


def links(blend: Blend, folder: str) -> list[Link]:
    """The libraries that the file names, each with what it links directly."""
    return list(_placeholders(blend, folder)[0])


def _placeholders(blend: Blend, folder: str) -> tuple[list[Link], dict[int, tuple[Link, str]]]:
    found: list[Link] = []
    addresses: dict[int, tuple[Link, str]] = {}
    for block in blend.blocks:
        if block.code == b"LI\0\0":
            path = blend.text(block, "name", "filepath")
            packed = bool(blend.number(block, "packedfile"))
            found.append(Link(path, resolve(path, folder), blend.name(block), packed))
        elif block.code == b"ID\0\0" and found:
            name = blend.text(block, "name", "id.name")
            found[-1].wanted.add(name)
            addresses[block.address] = (found[-1], name)
    return found, addresses


class Closure:
    """What a library's data-blocks need: other blocks of the same file, and names in further libraries."""

    def __init__(self, blend: Blend, folder: str) -> None:
        self._blend = blend
        self.links, self._linked = _placeholders(blend, folder)
        for link in self.links:
            link.wanted.clear()
        self._local = {
            b.address: b for b in blend.blocks if b.address and b.code not in _NEVER and b.code[2:] == b"\0\0"
        }
        self._names: dict[str, Block] = {}
        for block in self._local.values():
            if block.code != b"ID\0\0":
                self._names.setdefault(blend.text(block, "id.name"), block)
        self._targets = set(self._local) | set(self._linked)

    def expand(self, names: set[str], seen: set[str]) -> list[Block]:
        """The blocks behind `names` and all that they need, without those whose names are in `seen`, which grows.

        What lies in further libraries is added to `links[…].wanted`.
        """
        waiting = [self._names[name] for name in sorted(names) if name in self._names]
        found: list[Block] = []
        while waiting:
            block = waiting.pop()
            name = self._blend.text(block, "id.name")
            if name in seen:
                continue
            seen.add(name)
            found.append(block)
            for address in self._pointers(block):
                if address in self._linked:
                    link, far = self._linked[address]
                    link.wanted.add(far)
                elif self._follows(block, self._local[address]):
                    waiting.append(self._local[address])
        return found

    @staticmethod
    def _follows(source: Block, target: Block) -> bool:
        """Only scenes lead to scenes: elsewhere such pointers are left over from the screen (`ImageUser.scene`)."""
        return target.code != b"SC\0\0" or source.code == b"SC\0\0"

    def _pointers(self, owner: Block) -> Iterator[int]:
        """Addresses of IDs in the owner and in all data that belongs to it."""
        yield from self._words(owner)
        for block in self._blend.everything_of(owner):
            if block.size <= _BIG:
                yield from self._words(block)

    def _words(self, block: Block) -> set[int]:
        raw = bytearray(self._blend.buf[block.start : block.start + block.size])
        if block.struct != RAW:
            self._blank_head(block, raw)
        return self._targets & self._blend.words(bytes(raw))

    def _blank_head(self, block: Block, raw: bytearray) -> None:
        """Zero the pointers of an ID's head, in an ID block or an ID that another one owns (a material's node tree)."""
        struct = self._blend.struct_of(block)
        first = self._blend.dna.find(struct, "id")
        if first is None or first.type != "ID" or first.offset or first.pointer:
            return
        for field in _HEAD:
            place = self._blend.dna.find(struct, "id." + field)
            if place is not None and place.offset + place.size <= len(raw):
                raw[place.offset : place.offset + place.size] = bytes(place.size)
