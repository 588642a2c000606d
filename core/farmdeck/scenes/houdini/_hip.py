"""A .hip as a tree of nodes: where each node's members lie in the file, read when they are asked for.

One pass over the file notes for every node its type and where its `.def`, `.parm` and `.chn` are: some 200 bytes a
node, whatever the nodes hold. On the way it keeps the names of the parameters that look like files.
"""

from __future__ import annotations

import contextlib
import os
import posixpath
import re
from array import array
from collections.abc import Iterator
from functools import lru_cache
from typing import BinaryIO, Callable

from ..._errors import SceneError
from .._watch import Watch
from . import _parms
from ._archive import LICENCES, members
from ._files import READ, child_category, file_kind
from ._parms import Expression, Held

ROOT = frozenset({".start", ".variables", ".takes", ".OPlibraries", ".OPfallbacks", ".OPdummydefs"})
"""What is kept of the scene's own members."""
_PLACES = {"def": 0, "parm": 2, "chn": 4}
_EMPTY = (0,) * 6
_SLASHES = (b"/", b":\\\\")
"""What a path has in it; `C:\\wood.png` is written with its backslashes escaped."""
_ONE_VALUE = re.compile(rb"[^\s{}]+\t\[[^\]\n]*\]\t\(\t")
_VERSION = re.compile(rb"___Version___\0\0\0\x03\0([\x01-\x40])")
_DOT = re.compile(rb'"input"\s*:\s*"(\S+)')
MAX_NODES = 4_000_000
_CACHED = 512
_WIRED = 16_384


class Hip:
    """The nodes of an opened scene. Paths begin with `/`, as in Houdini."""

    def __init__(self, file: BinaryIO, size: int, watch: Watch | None) -> None:
        """Raises SceneError for what is no scene, or a damaged one."""
        start = file.read(6)
        file.seek(0)
        self.licence = LICENCES.get(start, "")
        self.root: dict[str, bytes] = {}
        self.types: dict[str, str] = {}
        """By path, in the order of the file."""
        self.looks_like_file: dict[str, list[str]] = {}
        """By path: names of parameters."""
        self.versions: dict[str, str] = {}
        """By type: the version that its first node was made with."""
        self._file = file
        self._rows: dict[str, int] = {}
        self._places = array("Q")
        self._dots: dict[str, str] = {}
        self._categories: dict[str, str] = {}
        self._words: dict[bytes, str] = {}
        self.parms = lru_cache(_CACHED)(self._read_parms)
        self.channels = lru_cache(_CACHED)(self._read_channels)
        self.definition = lru_cache(_CACHED)(self._read_definition)
        self._wired = lru_cache(_WIRED)(self._read_inputs)
        self._takers: dict[str, Callable[[str, bytes], None]] = {
            "init": self._add,
            "parm": self._look,
            "chn": self._look_at_channels,
            "userdata": self._version,
            "networkdotinit": self._dot,
        }
        for name, at, data in members(file, size, watch):
            self._note(name, at, data)

    def category(self, path: str) -> str:
        """`Object`, `Sop`, `Driver`, …; "" for Houdini's own managers (`/obj`, `/out`)."""
        return self._inside(path.rpartition("/")[0])

    def _inside(self, parent: str) -> str:
        """The category of what lies in `parent`; remembered, since siblings share it.

        The file tells no type of the networks inside a locked asset, which are named after it: `matnet1`.
        """
        found = self._categories.get(parent)
        if found is not None:
            return found
        here = found = ""
        for step in parent.strip("/").split("/") if parent else ():
            here += "/" + step
            found = child_category(here, found, self.types.get(here) or step.rstrip("0123456789"))
        self._categories[parent] = found
        return found

    def inputs(self, path: str) -> tuple[str, ...]:
        """The paths of the nodes that are wired into it; dots are followed."""
        return self._wired(path)

    def bypassed(self, path: str) -> bool:
        """Is it, or a network that it lies in, bypassed?"""
        while path.strip("/"):
            if self.definition(path)[1].get("bypass") == "on":
                return True
            path = posixpath.dirname(path)
        return False

    def locked(self, path: str) -> bool:
        """Does it keep its contents in the file (a lock), so that it is not cooked?"""
        return self.definition(path)[1].get("lock", "off") not in ("off", "")

    def _note(self, name: str, at: int, data: bytes) -> None:
        path, dot, ending = name.rpartition(".")
        if not path:
            if name in ROOT:
                self.root[name] = data
            return
        path = "/" + path
        column = _PLACES.get(ending)
        if column is not None:
            self._place(path, column, at, len(data))
        take = self._takers.get(ending)
        if take is not None:
            take(path, data)

    def _add(self, path: str, data: bytes) -> None:
        """`type = geo` and another line; equal words are kept once."""
        raw = data[7 : data.find(b"\n")] if data.startswith(b"type = ") else b""
        word = self._words.get(raw)
        if word is None:
            word = self._words[raw] = raw.strip().decode("utf-8", "replace")
        self.types[path] = word
        if len(self.types) > MAX_NODES:
            raise SceneError(f"The scene has more than {MAX_NODES:,} nodes.", "Check it in Houdini.")

    def _dot(self, path: str, data: bytes) -> None:
        found = _DOT.search(data)
        if found is not None:
            self._dots[path] = found[1].decode("utf-8", "replace")

    def _place(self, path: str, column: int, at: int, size: int) -> None:
        row = self._rows.get(path)
        if row is None:
            row = self._rows[path] = len(self._places)
            self._places.extend(_EMPTY)
        self._places[row + column] = at
        self._places[row + column + 1] = size

    def _look_at_channels(self, path: str, data: bytes) -> None:
        names = [name for name in _parms.channels(data) if name in READ] if b"chs" in data else []
        if names:
            self.looks_like_file.setdefault(path, []).extend(names)

    def _look(self, path: str, data: bytes) -> None:
        for sign in _SLASHES:
            at = data.find(sign)
            while at >= 0:
                start, end = data.rfind(b"\n", 0, at) + 1, data.find(b"\n", at)
                line = data[start : end if end > 0 else len(data)]
                if _ONE_VALUE.match(line) and (b"." in line or b"`" in line):
                    self._look_at_line(path, line)
                at = data.find(sign, start + len(line))

    def _look_at_line(self, path: str, line: bytes) -> None:
        for name, row in _parms.values(line).items():
            if row and ("`" in row[0].text or file_kind(name, row[0].text)):
                self.looks_like_file.setdefault(path, []).append(name)

    def _version(self, path: str, data: bytes) -> None:
        kind = self.types.get(path, "")
        if kind not in self.versions:
            found = _VERSION.search(data)
            self.versions[kind] = data[found.end() :][: found[1][0]].decode("utf-8", "replace") if found else ""

    def _read_inputs(self, path: str) -> tuple[str, ...]:
        parent = posixpath.dirname(path)
        found = []
        for name in self.definition(path)[0]:
            for _ in range(64):
                if not name.startswith("("):
                    break
                name = self._dots.get(posixpath.join(parent, name.strip("()")), "")
            if name:
                found.append(posixpath.join(parent, name))
        return tuple(found)

    def _bytes(self, path: str, ending: str) -> bytes:
        row = self._rows.get(path)
        if row is None:
            return b""
        column = row + _PLACES[ending]
        self._file.seek(self._places[column])
        return self._file.read(self._places[column + 1])

    def _read_parms(self, path: str) -> dict[str, tuple[Held, ...]]:
        """The values that it was saved with, by name."""
        return _parms.values(self._bytes(path, "parm"))

    def _read_channels(self, path: str) -> dict[str, Expression]:
        """The expressions of its channels, by channel."""
        return _parms.channels(self._bytes(path, "chn"))

    def _read_definition(self, path: str) -> tuple[tuple[str, ...], dict[str, str]]:
        raw = self._bytes(path, "def")
        return _parms.inputs(raw), _parms.flags(raw)


@contextlib.contextmanager
def open_hip(path: str, watch: Watch | None = None) -> Iterator[Hip]:
    """The scene at `path`, until the end of the block. Raises SceneError."""
    try:
        with open(path, "rb", buffering=0) as file:
            yield Hip(file, os.fstat(file.fileno()).st_size, watch)
    except OSError as exc:
        raise SceneError(f"{path} cannot be read: {exc.strerror}.", "Check that its disk is connected.") from exc
