"""The files that a .max names: `FileAssetMetaData3` and 2 joined with what the summary calls External Dependencies.

A record is the asset's id (16 bytes), then texts, each its length in UTF-16 units (u32), the units, a zero unit: type
(`Bitmap`, `XRef`, …), path as written, and, in 3 alone, the path where 3ds Max found it, empty when it did not. Version
2 was found by Neil Marshall (neiltech.wordpress.com, 2013-04-07), 3 by looking at the real files; a public collector
of 3ds Max files reads them alike. The summary lists, by name in lower case, those that the scene really uses: in all
real files a subset of these records, the others being left over (`UV_Checker.png` of 3ds Max' own, deleted maps).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ._damaged import damaged
from ._rules import is_output

STREAMS = {"FileAssetMetaData3": 3, "FileAssetMetaData2": 2}
"""How many texts a record has, by the stream's name."""
MOST_BYTES = 64 << 20
MOST = 50_000
"""The most files that a scene may name."""


class Named(NamedTuple):
    """A file that the scene names."""

    type_word: str
    path: str
    """As written."""
    found: str
    """Where 3ds Max found it when it saved; "" for nowhere."""
    optional: bool = False
    """Not in the summary's list: the scene may render without it."""


def records(data: bytes, texts: int) -> Iterator[Named]:
    """The records in the stream's bytes; ends where they make no sense. Raises SceneError for more than MOST."""
    at = count = 0
    while at + 16 < len(data):
        at, count = at + 16, count + 1
        if count > MOST:
            raise damaged(f"it names more than {MOST:,} files")
        found = []
        for _ in range(texts):
            if at + 4 > len(data):
                return
            (length,) = struct.unpack_from("<I", data, at)
            end = at + 4 + 2 * length
            if end + 2 > len(data):
                return
            found.append(data[at + 4 : end].decode("utf-16-le", "replace"))
            at = end + 2
        yield Named(found[0], found[1], found[2] if texts > 2 else "")


def needed(named: Sequence[Named], dependencies: Sequence[str] | None) -> list[Named]:
    """The files that rendering needs, each path once; on Windows case and slashes make no other path.

    `dependencies` are the names in the summary, None when it has none to tell: then every record counts. A bitmap that
    it does not list is left over; that it lists files of every other type too, no real file here shows: those are
    optional. A dependency without a record (files before 3ds Max 2010) is known by its name alone, taken for a map.
    """
    used = {base(name).lower() for name in dependencies or ()}
    found: dict[str, Named] = {}
    for row in named:
        listed = dependencies is None or base(row.path).lower() in used
        if row.path and not is_output(row.type_word) and (listed or row.type_word != "Bitmap"):
            found.setdefault(row.path.replace("\\", "/").lower(), row._replace(optional=not listed))
    known = {base(row.path).lower() for row in named}
    for name in dependencies or ():
        if base(name).lower() not in known:
            found.setdefault(name, Named("Bitmap", name, ""))
    return list(found.values())


def base(path: str) -> str:
    """The name without its folders, of Windows or not."""
    return path.replace("\\", "/").rsplit("/", 1)[-1]
