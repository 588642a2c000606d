"""The statements of a .ma that may matter, found in a stream of bytes without looking at the others.

A .ma is MEL: statements that end with `;`, one or more to a line, strings in double quotes with backslash escapes.
Maya begins each statement on a line of its own; nearly all the bytes are numbers of meshes and curves. So lines are
found by one compiled expression that knows how those that matter begin, and the rest is only asked for its quotes, to
know whether a line lies in a string. Both run at the speed of memory, not of Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

from ..._errors import SceneError
from .._watch import Watch
from ._rules import SETTINGS

CHUNK = 4 << 20
MAX_STATEMENTS = 4_000_000
"""Of those that may matter; a real scene of a gigabyte has some hundred thousand."""
LONGEST = 16 << 20
"""A statement that is longer is passed over; reference edits of a whole crowd take a few megabytes."""
_LONGEST_LINE = 1 << 20
"""A line that matters is shorter: so much is kept, at most, for one that may go on."""
_LINKS = (
    r"rlid|lrl|legacyRenderLayer|pls|parentList|prv|sel|adjs\[\d+\]\.plg|drvr|drivers|outputs|displays|displayType|"
    r"aovs|rnd|renderable|ori|original"
)
_SETTINGS = "|".join(SETTINGS)
_COMMENTS = r'//(?:Codeset| End of |[^"\n]*")'
"""Those that tell something, and those whose quotes would look like a string's."""
"""What is connected when it matters: the attribute at the receiving end."""


class Wanted(NamedTuple):
    """What counts in a file; names, or expressions for them."""

    types: Iterable[str]
    """Of nodes. Those that have a parent count too, whatever they are."""
    attributes: Iterable[str]
    """Of the nodes of these types, and of those that are selected."""
    always: Iterable[str]
    """Attributes that count on every node."""


class Statements:
    """Yields each statement that may matter, its `;` included, as bytes.

    `inside` is to be True while the statements are about a node whose attributes are wanted: then every line that
    sets one of them counts. After the last, `cut_short` tells whether the stream ended without the line that Maya
    ends its files with.
    """

    def __init__(self, file: BinaryIO, size: int, wanted: Wanted, watch: Watch | None) -> None:
        self.inside = False
        self.cut_short = False
        self.wide: re.Pattern[bytes] | None = None
        """Characters of the file's code page that are two bytes, when the second of them may be a backslash."""
        self._file, self._size, self._watch = file, size, watch
        self._done = self._counted = 0
        self._old_mac = False
        self._patterns = {False: re.compile(_outside(wanted)), True: re.compile(_inside(wanted))}

    def __iter__(self) -> Iterator[bytes]:
        text, at, quoted, last = b"\n" + self._more(first=True), 0, False, b";"
        ended = False
        while True:
            match = self._patterns[self.inside].search(text, at)
            if match is None:
                keep = _tail(text, at)
                quoted ^= self._odd(text, at, keep)
                last = _last(text, at, keep) or last
                more = self._more()
                if not more:
                    self.cut_short = not ended
                    return
                text, at = text[keep:] + more, 0
                continue
            start = match.start() + 1
            quoted ^= self._odd(text, at, start)
            last = _last(text, at, start) or last
            at = start
            if quoted:
                continue
            begin = match.end("space")
            self._count()
            if text.startswith(b"//", begin):
                text, begin, end = self._until(text, begin, b"\n")
                ended = text.startswith(b"// End of ", begin)
                yield text[begin:end]
                at, last = end - text.endswith(b"\n", begin, end), b";"
                continue
            if last not in (b";", b"}", b"{"):
                continue
            if not self.inside and text.startswith(b"setAttr", begin):
                yield from self._node_above(text, begin)
            text, begin, end = self._until(text, begin, b";")
            if end < 0:
                at = begin
                continue
            yield text[begin:end]
            at, last = end, b";"

    def _count(self) -> None:
        self._counted += 1
        if self._counted > MAX_STATEMENTS:
            raise SceneError("This .ma has an absurd number of statements.", "Check that the file is not damaged.")

    def _node_above(self, text: bytes, begin: int) -> Iterator[bytes]:
        """What made the node that an attribute is of, when it was not of a wanted type; or once more what was."""
        made = text.rfind(b"\ncreateNode ", 0, begin)
        end = text.find(b";", made, begin)
        if 0 <= made < end:
            yield text[made + 1 : end + 1]

    def _until(self, text: bytes, begin: int, stop: bytes) -> tuple[bytes, int, int]:
        """The text, perhaps with more read, where in it a statement begins, and where it ends; -1: nowhere near."""
        seen, quoted = begin, False
        while True:
            found = text.find(stop, seen)
            if found >= 0:
                quoted ^= stop == b";" and self._odd(text, seen, found)
                seen = found + 1
                if not quoted:
                    return text, begin, seen
                continue
            more = self._more()
            if not more:
                return text, begin, len(text) if stop == b"\n" else -1
            if len(text) - begin > LONGEST:
                return text[begin:] + more, 0, -1
            text, seen, begin = text[begin:] + more, seen - begin, 0

    def _odd(self, text: bytes, start: int, end: int) -> bool:
        """Is there an odd number of quotes that open or close a string?"""
        quotes = text.count(b'"', start, end)
        if not quotes or text.find(b"\\", start, end) < 0:
            return bool(quotes & 1)
        part = text[start:end]
        if self.wide is not None:
            part = self.wide.sub(b"", part)
        return bool(part.replace(b"\\\\", b"").replace(b'\\"', b"").count(b'"') & 1)

    def _more(self, first: bool = False) -> bytes:
        if self._watch is not None:
            self._watch.step(self._done, self._size)
        data = self._file.read(CHUNK)
        self._done += len(data)
        if first:
            self._old_mac = b"\n" not in data and b"\r" in data
        return data.replace(b"\r", b"\n") if self._old_mac else data


def _outside(wanted: Wanted) -> bytes:
    """How a line begins that matters between wanted nodes. The look at its first characters makes it fast."""
    always = "|".join(wanted.always)
    return rf'\n(?=[csrf/]|\ts)(?P<space>\t?)(?:{_others(wanted)}|setAttr "\.(?:{always})")'.encode()


def _inside(wanted: Wanted) -> bytes:
    """How a line begins that matters while a wanted node is read."""
    names = "|".join(sorted(wanted.attributes, key=len, reverse=True))
    sets = rf'setAttr\b[^"\n;]*"(?:string" +")?[^".\n]*\.(?:{names})["\[.]'
    return rf"\n(?P<space>[ \t]*)(?:createNode\b|{_others(wanted)}|{sets})".encode()


def _others(wanted: Wanted) -> str:
    types = "|".join(sorted(wanted.types, key=len, reverse=True))
    makes = rf"createNode (?:(?:{types})\b|(?!nurbsCurve\b|locator\b)[^\n;]*-p)"
    targets = rf'(?:[^"\n]*\.(?:{_LINKS})(?:\[\d+\])?(?:\.drvr)?|:(?:{_SETTINGS})\.\w+|[^"\n]*Conversion\d*\.i)'
    links = rf'connectAttr "[^"\n]*" *(?:\n[ \t]*)?"{targets}"'
    return rf"{makes}|(?:select|file|requires|currentUnit|fileInfo)\b|{links}|{_COMMENTS}"


def _last(text: bytes, at: int, end: int) -> bytes:
    """The last character between two places that is not blank; `;` after a comment, which a statement may follow."""
    part = text[max(at, end - 256) : end].rstrip()
    if part.endswith(b";"):
        return b";"
    line = text[max(0, end - 4096) : end].rstrip().rpartition(b"\n")[2] if part else b""
    return b";" if b"//" in line else part[-1:]


def _tail(text: bytes, at: int) -> int:
    """From where the text is kept until more is read: its last line may go on, an escape is not cut in two."""
    newline = text.rfind(b"\n", at)
    if newline >= 0 and len(text) - newline < _LONGEST_LINE:
        line = text.rfind(b"\n", at, newline)  # a connection may stand on two lines
        return line if line >= 0 and len(text) - line < _LONGEST_LINE else newline
    end = len(text)
    if newline < 0 and end - at < _LONGEST_LINE:
        return at
    slashes = end - len(text.rstrip(b"\\"))
    return end - 1 if slashes & 1 else end
