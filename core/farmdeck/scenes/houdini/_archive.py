"""The members of a .hip, .hiplc or .hipnc: small text files one after the other, as in a folder that was packed.

A commercial scene is a cpio archive in the old portable ASCII form: a head of 76 octal digits that begins with
`070707`, the name with a zero byte, the bytes (The Open Group, cpio; `hexpand` of Houdini unpacks it so). Scenes of
limited licences (seen in public .hiplc and .hipnc of Houdini 18 to 20.5) begin each member with `HouLC` or `HouNC`, a
byte 0x1A, 28 hexadecimal digits, the name and a zero byte; no size is told, a member ends where the next begins. They
end with a member `LIMITED_COMMERCIAL_FILE!!!` or `NON_COMMERCIAL_FILE!!!`, as does each library packed into them.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import BinaryIO

from ..._errors import SceneError
from .._watch import Watch

CPIO = b"070707"
LICENCES = {CPIO: "Commercial", b"HouLC\x1a": "Indie", b"HouNC\x1a": "Non-commercial"}
"""By the first six bytes. Apprentice and Education both save `.hipnc`, and the file does not tell them apart."""
LAST = "TRAILER!!!"
MAX_MEMBER = 64 << 20
"""A larger member holds geometry; it is passed over."""
MAX_NAME = 4_096
_CHUNK = 4 << 20
_HEAD = struct.Struct("6s53x6s11s")
_ENDS = (b"LIMITED_COMMERCIAL_FILE!!!", b"NON_COMMERCIAL_FILE!!!")


Member = tuple[str, int, bytes]
"""Its name, where its bytes begin in the file, the bytes: none for one that is larger than MAX_MEMBER."""


def members(file: BinaryIO, size: int, watch: Watch | None) -> Iterator[Member]:
    """Every member, in order; at most MAX_MEMBER and a chunk are held at a time. `size`: of the file, in bytes.

    Raises SceneError for another kind of file, and for one that is cut short or damaged.
    """
    magic = file.read(6)
    if magic not in LICENCES:
        raise other_form(magic)
    window = _Window(file, size, watch)
    return _octal(window) if magic == CPIO else _marked(window, magic)


def damaged(why: str) -> SceneError:
    """The error for a file that starts like a Houdini scene and goes on like something else."""
    return SceneError(f"The file is damaged: {why}.", "Open it in Houdini and save it again, or go back to a backup.")


def other_form(start: bytes) -> SceneError:
    """The error for a container that is not read here."""
    word = "packed" if start.startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd")) else "written"
    return SceneError(
        f"This Houdini scene is {word} in a form that Farmdeck cannot read yet.",
        "Open it in Houdini and submit from there, or save it as a plain .hip file.",
    )


class _Window:
    """The part of the file that is being looked at."""

    def __init__(self, file: BinaryIO, size: int, watch: Watch | None) -> None:
        self._file = file
        self._watch = watch
        self.size = size
        self.start = 0
        self.bytes = b""

    def hold(self, at: int, count: int) -> int:
        """Make `count` bytes from `at` on available, fewer at the end of the file; returns where in `bytes` `at` is."""
        end = min(at + count, self.size)
        if at < self.start or end > self.start + len(self.bytes):
            kept = self.bytes[at - self.start :] if self.start <= at <= self.start + len(self.bytes) else b""
            self._file.seek(at + len(kept))
            self.bytes = kept + self._file.read(max(_CHUNK, end - at - len(kept)))
            self.start = at
            if self._watch is not None:
                self._watch.step(min(end, self.size), self.size)
        return at - self.start


def _octal(window: _Window) -> Iterator[Member]:
    """The walk is one loop, since large scenes have a million members."""
    at, unpack, room = 0, _HEAD.unpack_from, _HEAD.size + MAX_NAME
    while True:
        here = at - window.start
        if here < 0 or here + room > len(window.bytes):
            here = window.hold(at, room)
        buffer = window.bytes
        if len(buffer) - here < _HEAD.size:
            raise damaged(f"it ends after {window.size:,} bytes, before its end mark")
        magic, name_digits, size_digits = unpack(buffer, here)
        try:
            name_size, size = int(name_digits, 8), int(size_digits, 8)
        except ValueError:
            name_size = size = -1
        if magic != CPIO or not 0 < name_size <= MAX_NAME or size < 0:
            raise damaged(f"what is at byte {at:,} is no member of it")
        begin = here + _HEAD.size
        name = buffer[begin : begin + name_size - 1].decode("utf-8", "replace")
        if name == LAST:
            return
        begin += name_size
        at += _HEAD.size + name_size
        if begin + size > len(buffer):
            if at + size > window.size:
                raise damaged(f"it is cut short in {name or 'a member'}")
            begin = window.hold(at, size) if size <= MAX_MEMBER else 0
            buffer = window.bytes if size <= MAX_MEMBER else b""
        yield name, at, buffer[begin : begin + size]
        at += size


def _marked(window: _Window, magic: bytes) -> Iterator[Member]:
    """Members without a size. Those that end a library belong to the member before: libraries are packed alike."""
    head = re.compile(re.escape(magic) + rb"[0-9a-f]{28}([^\0]{1,4096})\0")
    name, begin, end = "", 0, 0
    for start, raw, after in _marks(window, head):
        if raw in _ENDS:
            end = start
            continue
        if name:
            yield _between(window, name, begin, start)
        name, begin, end = raw.decode("utf-8", "replace"), after, 0
    if not end:
        raise damaged(f"it ends after {window.size:,} bytes, before its end mark")
    if name:
        yield _between(window, name, begin, end)


def _marks(window: _Window, head: re.Pattern[bytes]) -> Iterator[tuple[int, bytes, int]]:
    """(where it begins, name, where its bytes begin) of each head."""
    at = 0
    while at < window.size:
        here = window.hold(at, _CHUNK)
        reach = len(window.bytes) if window.start + len(window.bytes) >= window.size else len(window.bytes) - MAX_NAME
        base = window.start
        for match in head.finditer(window.bytes, here):
            if match.start() >= reach:
                break
            yield base + match.start(), match[1], base + match.end()
            at = base + match.end()
        at = max(at, base + reach)


def _between(window: _Window, name: str, begin: int, end: int) -> Member:
    size = end - begin
    if not 0 <= size <= MAX_MEMBER:
        return name, begin, b""
    here = window.hold(begin, size)
    return name, begin, window.bytes[here : here + size]
