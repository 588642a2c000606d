"""The container of a .max: an OLE2 compound file, a small file system in a file.

Read after [MS-CFB] (learn.microsoft.com/openspecs/windows_protocols/ms-cfb): a header, the FAT (a table that chains
sectors), a directory of 128-byte entries, and a second, smaller FAT for streams below 4096 bytes. Each chain is
followed for as many sectors as its stream has bytes, and no stream is longer than the file: no loop, no blow-up.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator
from typing import NamedTuple

from ..blend._packing import Bytes
from ._damaged import damaged

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PIECE = 1 << 20
CUTOFF = 4096
"""Streams below lie in the mini stream, in sectors of MINI bytes ([MS-CFB] 2.2: always these numbers)."""
MINI = 64
MOST_ENTRIES = 100_000
"""A .max has a dozen streams; a plug-in may add some."""
_MAX_SECTOR = 0xFFFFFFFA
"""From here on a number is no sector: end of chain, free, FAT, DIFAT."""
_NONE = _FREE = 0xFFFFFFFF
_STREAM, _ROOT = 2, 5
_HEADER = struct.Struct("<26xH2xHH10xII4xIIII")
_ENTRY = struct.Struct("<64sHBxIII36xIQ")


class Run(NamedTuple):
    """Bytes that lie one after the other in the file."""

    start: int
    size: int


class Entry(NamedTuple):
    """A row of the directory."""

    name: str
    kind: int
    left: int
    right: int
    child: int
    sector: int
    size: int


class Compound:
    """The streams at the top of a compound file. Raises SceneError for what is not whole."""

    def __init__(self, buf: Bytes) -> None:
        self._buf = buf
        if len(buf) < 512:
            raise damaged("it is cut short")
        major, shift, mini_shift, fats, directory, cutoff, mini, minis, difat = _HEADER.unpack_from(buf)
        if shift not in (9, 12) or mini_shift != 6 or cutoff != CUTOFF:
            raise damaged("its header makes no sense")
        self._size = 1 << shift
        self._wide = major >= 4
        self._sectors = (len(buf) - 1) // self._size
        self._fat = self._table(self._fat_sectors(difat), fats)
        if any(following != _FREE for following in self._fat[self._sectors :]):
            raise damaged("it is cut short")
        most = min(self._sectors, MOST_ENTRIES * 128 // self._size)
        self._entries = self._directory(self._chain(self._fat, directory, most, whole=False))
        root = self._entries[0] if self._entries else None
        if root is None or root.kind != _ROOT:
            raise damaged("its directory makes no sense")
        small = min(root.size, len(buf)) if minis else 0
        table = self._chain(self._fat, mini, _count(_count(small, MINI) * 4, self._size), whole=False)
        self._minis = self._table(table, minis)
        self._mini_runs = self._runs(self._chain(self._fat, root.sector, _count(small, self._size)), self._size)
        self._streams = {entry.name: entry for entry in self._top(root.child) if entry.kind == _STREAM}

    @property
    def names(self) -> frozenset[str]:
        """The streams at the top; those in storages below are of no use here."""
        return frozenset(self._streams)

    def pieces(self, name: str) -> Iterator[bytes]:
        """The stream's bytes, at most PIECE at a time; none when there is no such stream. Raises SceneError."""
        entry = self._streams.get(name)
        left = entry.size if entry is not None else 0
        for run in self._stream_runs(entry) if entry is not None else ():
            for start in range(run.start, run.start + min(run.size, left), PIECE):
                piece = self._buf[start : min(start + PIECE, run.start + min(run.size, left))]
                yield piece
            left -= min(run.size, left)

    def _stream_runs(self, entry: Entry) -> list[Run]:
        if entry.size > len(self._buf):
            raise damaged("it is cut short")
        if entry.size >= CUTOFF:
            runs = self._runs(self._chain(self._fat, entry.sector, _count(entry.size, self._size)), self._size)
        else:
            chain = self._chain(self._minis, entry.sector, _count(entry.size, MINI))
            runs = [self._mini(sector) for sector in chain]
        room = sum(min(run.size, max(0, len(self._buf) - run.start)) for run in runs)
        if room < entry.size:
            raise damaged("it is cut short")
        return runs

    def _mini(self, sector: int) -> Run:
        """Where the bytes of a mini sector lie."""
        at = sector * MINI
        for run in self._mini_runs:
            if at < run.size:
                return Run(run.start + at, MINI)
            at -= run.size
        raise damaged("a small stream lies outside of their place")

    def _fat_sectors(self, difat: int) -> list[int]:
        """The sectors of the FAT: 109 in the header, the others in the chain of DIFAT sectors."""
        found = list(struct.unpack_from("<109I", self._buf, 76))
        count = self._size // 4 - 1
        for _ in range(self._sectors):
            if difat >= _MAX_SECTOR:
                break
            at = (difat + 1) * self._size
            if at + self._size > len(self._buf):
                raise damaged("it is cut short")
            *more, difat = struct.unpack_from(f"<{count + 1}I", self._buf, at)
            found += more
            if len(found) * count > 2 * self._sectors + self._size:
                break
        return [sector for sector in found if sector < _MAX_SECTOR]

    def _table(self, sectors: list[int], most: int) -> array[int]:
        """The numbers in those sectors, as many as the file has sectors to count."""
        table = array("I")  # every system that 3ds Max, and we, run on counts little-endian, four bytes
        for sector in sectors[:most]:
            at = (sector + 1) * self._size
            if at + self._size > len(self._buf):
                raise damaged("it is cut short")
            table.frombytes(self._buf[at : at + self._size])
        return table

    def _chain(self, table: array[int], sector: int, count: int, whole: bool = True) -> list[int]:
        """The first `count` sectors of the chain that starts at `sector`; when not `whole`, as many as there are."""
        found: list[int] = []
        while len(found) < count and sector < _MAX_SECTOR:
            if sector >= len(table):
                raise damaged("a chain of sectors leads out of the file")
            found.append(sector)
            sector = table[sector]
        if len(found) < count and whole:
            raise damaged("a stream is cut short")
        return found

    @staticmethod
    def _runs(chain: list[int], size: int) -> list[Run]:
        runs: list[Run] = []
        first = before = -2
        for sector in chain:
            if sector != before + 1:
                if first >= 0:
                    runs.append(Run((first + 1) * size, (before - first + 1) * size))
                first = sector
            before = sector
        if first >= 0:
            runs.append(Run((first + 1) * size, (before - first + 1) * size))
        return runs

    def _directory(self, chain: list[int]) -> list[Entry]:
        entries = []
        for sector in chain:
            raw = self._buf[(sector + 1) * self._size : (sector + 2) * self._size]
            for at in range(0, len(raw) - 127, 128):
                name, length, kind, left, right, child, start, size = _ENTRY.unpack_from(raw, at)
                text = name[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
                size = size if self._wide else size & 0xFFFFFFFF  # [MS-CFB] 2.6.1: the upper half may be rubbish
                entries.append(Entry(text, kind, left, right, child, start, size))
        return entries

    def _top(self, index: int) -> Iterator[Entry]:
        """The entries of the tree that starts at `index`, each once."""
        waiting, seen = [index], set()
        while waiting:
            index = waiting.pop()
            if index == _NONE or index in seen:
                continue
            if index >= len(self._entries):
                raise damaged("its directory leads out of the file")
            seen.add(index)
            entry = self._entries[index]
            yield entry
            waiting += [entry.left, entry.right]


def _count(size: int, sector: int) -> int:
    """How many sectors hold so many bytes."""
    return -(-size // sector)
