"""The container of a .max: an OLE2 compound file, a small file system in a file, read by olefile.

[MS-CFB] (learn.microsoft.com/openspecs/windows_protocols/ms-cfb) has the format. What olefile 0.47 leaves open on a
broken or hostile file, by its source, is closed here: it believes the header's count of FAT sectors and a directory of
any size (so it may read only as many bytes as both can have), copies the FAT for each of its sectors, forgets what lies
behind the file's end (so each stream's sectors are looked for), and holds a stream twice in memory (so only small ones
are asked of it). On 47 real files of 3ds Max 2013 to 2019 it finds no defect; all have sectors of 4096 bytes.
"""

from __future__ import annotations

import itertools
import os
from array import array
from collections.abc import Iterator
from typing import NamedTuple

from ..blend._packing import Bytes
from ._damaged import damaged

PIECE = 1 << 20
CUTOFF = 4096
"""Streams below share the mini stream ([MS-CFB] 2.2: always this number)."""
MOST_ENTRIES = 1_024
"""A .max has a dozen streams; a plug-in may add some."""


class Large(NamedTuple):
    """A stream with sectors of its own."""

    sector: int
    """The first one's number."""
    size: int
    """Bytes."""


class Compound:
    """The streams at the top of a compound file. Raises SceneError for what is not whole."""

    def __init__(self, buf: Bytes) -> None:
        import olefile  # on first use

        class Container(olefile.OleFileIO):  # type: ignore[misc]  # no types
            def loadfat_sect(self, sect: bytes | array[int]) -> None:
                """olefile's own copies the table for each sector: 7 s for 500 MB in sectors of 512 bytes."""
                for number in self.sect2array(bytes(sect)):
                    if number in (olefile.ENDOFCHAIN, olefile.FREESECT):
                        break
                    self.fat.extend(self.sect2array(self.getsect(number)))

        # 4 bytes of FAT for each sector, which has 512 or more; 128 of the directory for each entry
        file = _Rationed(buf, len(buf) // 128 + 128 * MOST_ENTRIES)
        self._small: dict[str, bytes] = {}
        self._large: dict[str, Large] = {}
        try:
            container = Container(file, raise_defects=olefile.DEFECT_INCORRECT)
            file.ration = 2 * MOST_ENTRIES * CUTOFF  # the mini stream and its FAT
            for entry in container.root.kids:
                if entry.entry_type == olefile.STGTY_STREAM and entry.size >= CUTOFF:
                    self._large[entry.name] = Large(entry.isectStart, entry.size)
                elif entry.entry_type == olefile.STGTY_STREAM:
                    self._small[entry.name] = container.openstream([entry.name]).read() if entry.size else b""
        except (OSError, ValueError, RecursionError) as exc:  # ValueError: a sector of 2**65535 bytes cannot be printed
            raise damaged("it is cut short, or its tables are broken") from exc
        finally:
            file.close()  # olefile's objects refer to each other, and would keep the file's bytes for some time
        self._buf = buf
        self._fat: array[int] = container.fat
        self._sector: int = container.sectorsize
        self._look_for_all()

    @property
    def names(self) -> frozenset[str]:
        """The streams at the top; those in storages below are of no use here."""
        return frozenset([*self._small, *self._large])

    def pieces(self, name: str) -> Iterator[bytes]:
        """The stream's bytes, at most PIECE at a time; b"" when there is no such stream. Raises SceneError."""
        if name not in self._large:
            yield self._small.get(name, b"")
            return
        left, sectors = self._large[name].size, self._sectors(self._large[name])
        while some := list(itertools.islice(sectors, PIECE // self._sector)):
            piece = b"".join(self._buf[(number + 1) * self._sector : (number + 2) * self._sector] for number in some)
            yield piece[:left]
            left -= len(piece)
        if left > 0:
            raise damaged("it is cut short")

    def _look_for_all(self) -> None:
        """Raise SceneError when sectors of a stream are not in the file, whether it will be read or not."""
        if sum(stream.size for stream in self._large.values()) > len(self._buf):
            raise damaged("it is cut short")
        for stream in self._large.values():
            for _ in self._sectors(stream):
                pass

    def _sectors(self, stream: Large) -> Iterator[int]:
        """The numbers of as many sectors as the stream has bytes for: a chain may lead back to itself."""
        number = stream.sector
        for _ in range(-(-stream.size // self._sector)):
            if number >= len(self._fat):
                raise damaged("it is cut short")
            yield number
            number = self._fat[number]


class _Rationed:
    """A file for olefile, which may read `ration` bytes of it before SceneError is raised."""

    def __init__(self, buf: Bytes, ration: int) -> None:
        self.ration = ration
        self.closed = False
        self._buf = buf
        self._at = 0

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> None:
        self._at = offset + (len(self._buf) if whence == os.SEEK_END else 0)

    def tell(self) -> int:
        return self._at

    def read(self, size: int) -> bytes:
        self.ration -= size
        if self.ration < 0:
            raise damaged("its tables are larger than they can be")
        return self._buf[self._at : self._at + size]

    def close(self) -> None:
        self.closed = True
        self._buf = b""
