"""What lies on the disk: tiles, numbered frames, folders."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

MAX_FILES = 200_000
DEPTH = 3
_MANY = 16
DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_DIGITS = re.compile(r"^(.*?)(\d+)(\D*)$", re.DOTALL)


def is_absolute(path: str) -> bool:
    """Is a resolved path absolute, here or on Windows?"""
    return os.path.isabs(path) or bool(DRIVE.match(path)) or path.startswith("\\\\")


class Numbered(NamedTuple):
    """A file name with a number in it: head, digits, tail (`img_`, 4, `.png`), in `folder`."""

    folder: str
    head: str
    digits: int
    tail: str

    def path(self, number: int) -> str:
        """The file of that frame, as Blender writes the number: padded to the digits of the first file."""
        return os.path.join(self.folder, f"{self.head}{number:0{self.digits}d}{self.tail}")


def numbered(path: str) -> Numbered | None:
    """The last number in the file's name, its extension left aside, as BLI_path_sequence_decode finds it; or None."""
    folder, name = os.path.split(path)
    stem, extension = os.path.splitext(name)
    match = _DIGITS.match(stem)
    if match is None:
        return None
    head, digits, tail = match.groups()
    return Numbered(folder, head, len(digits), tail + extension)


_TILE = r"<UDIM>|_MAPID_|%\(UDIM\)d|<UVTILE>|u<U>_v<V>"
_FRAME = r"<f\d*>|<frame0?\d*>|<framenum>|#+|%0?\d*d"
_TOKEN = re.compile(f"(?P<tile>{_TILE})|(?P<frame>{_FRAME})", re.IGNORECASE)


class TokenPattern(NamedTuple):
    """A file name with tokens in it, in `folder`."""

    folder: str
    pieces: tuple[str, ...]
    """The name split at its tokens: text and token by turns, text at both ends."""
    frames: bool
    """Does one of them stand for the frame number?"""

    def matches(self, disk: Disk) -> list[str]:
        """The absolute paths of the files that fit."""
        expression = "".join(
            _expression(piece) if index % 2 else re.escape(piece) for index, piece in enumerate(self.pieces)
        )
        exact = re.compile(expression)
        return [os.path.join(self.folder, name) for name in disk.names(self.folder) if exact.fullmatch(name)]

    def file(self, number: int) -> str:
        """The file of that frame."""
        name = "".join(_number(piece, number) if index % 2 else piece for index, piece in enumerate(self.pieces))
        return os.path.join(self.folder, name)


def token_pattern(path: str) -> TokenPattern | None:
    """The tokens in the file's name, as Maya, Houdini and their renderers write them; None when there are none."""
    folder, name = os.path.split(path)
    pieces, end, frames = [], 0, False
    for match in _TOKEN.finditer(name):
        pieces += [name[end : match.start()], match[0]]
        end, frames = match.end(), frames or match["frame"] is not None
    return TokenPattern(folder, (*pieces, name[end:]), frames) if pieces else None


def _expression(token: str) -> str:
    lower = token.lower()
    if lower in ("<uvtile>", "u<u>_v<v>"):
        return r"u\d+_v\d+"
    if re.fullmatch(_TILE, token, re.IGNORECASE):
        return r"[1-9]\d{3}"
    return r"-?\d+"


def _number(token: str, number: int) -> str:
    """The frame number as the token pads it: `####` to as many digits, `<f4>` and `%04d` to four."""
    if re.fullmatch(_TILE, token, re.IGNORECASE):
        return token
    digits = len(token) if token.startswith("#") else int(re.sub(r"\D", "", token) or 1)
    return f"{number:0{digits}d}"


class Disk:
    """What there is on the disk; each folder is listed once."""

    def __init__(self) -> None:
        self._listings: dict[str, tuple[str, ...]] = {}
        self._lower: dict[str, dict[str, str]] = {}

    def exists(self, path: str) -> bool:
        """Is there a file or a folder of that absolute path? Never raises."""
        try:
            return os.path.isabs(path) and os.path.exists(path)
        except (OSError, ValueError):
            return False

    def names(self, folder: str) -> tuple[str, ...]:
        """The names in `folder`, sorted; none when it cannot be listed."""
        if folder not in self._listings:
            try:
                self._listings[folder] = tuple(sorted(os.listdir(folder))) if os.path.isabs(folder) else ()
            except (OSError, ValueError):
                self._listings[folder] = ()
        return self._listings[folder]

    def alike(self, folder: str, name: str) -> str:
        """The name in `folder` that is `name` but for upper and lower case, as on Windows; "" when there is none."""
        if folder not in self._lower:
            self._lower[folder] = {there.lower(): there for there in reversed(self.names(folder))}
        return self._lower[folder].get(name.lower(), "")

    def frames(self, pattern: Numbered) -> list[int]:
        """The numbers for which the pattern has a file, ascending."""
        exact = re.compile(re.escape(pattern.head) + r"(\d+)" + re.escape(pattern.tail))
        found = []
        for name in self.names(pattern.folder):
            match = exact.fullmatch(name)
            if match is not None and len(match[1]) < 10:
                number = int(match[1])
                if f"{number:0{pattern.digits}d}" == match[1]:
                    found.append(number)
        return sorted(found)

    def missing(self, files: Iterable[str]) -> list[str]:
        """Those that are not there; where many lie in one folder, it is listed rather than asked for each."""
        files = list(files)
        counts = Counter(os.path.dirname(file) for file in files)
        lists = {folder: set(self.names(folder)) for folder, count in counts.items() if count > _MANY}
        return [
            file
            for file in files
            if not (
                os.path.basename(file) in lists[os.path.dirname(file)]
                if os.path.dirname(file) in lists
                else self.exists(file)
            )
        ]

    def tree(self, folder: str) -> list[str]:
        """Every file in `folder` and at most DEPTH folders below, sorted, at most MAX_FILES."""
        found: list[str] = []
        for where, folders, names in os.walk(folder) if os.path.isabs(folder) else ():
            folders.sort()
            if where[len(folder) :].count(os.sep) >= DEPTH:
                folders.clear()
            found.extend(os.path.join(where, name) for name in names)
            if len(found) >= MAX_FILES:
                break
        return sorted(found[:MAX_FILES])


def runs(numbers: Iterable[int], digits: int = 1) -> str:
    """`1011-1014,1020`: the numbers, padded, neighbours joined."""
    pieces: list[list[int]] = []
    for number in sorted(set(numbers)):
        if pieces and number == pieces[-1][1] + 1:
            pieces[-1][1] = number
        else:
            pieces.append([number, number])
    return ",".join(
        f"{first:0{digits}d}" if first == last else f"{first:0{digits}d}-{last:0{digits}d}" for first, last in pieces
    )
