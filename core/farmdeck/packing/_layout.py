r"""Where each file of a submission lies in its pack: made from the paths alone, so it is the same each time.

| here, with the scene in `/show/shots/sh010` | in the pack |
|---|---|
| `/show/shots/sh010/shot.blend` | `shots/sh010/shot.blend` |
| `/show/assets/hull.1001.png` | `assets/hull.1001.png` |
| `/mnt/library/wood.png` | `elsewhere/mnt/library/wood.png` |
| `D:\library\wood.png`, `\\server\share\wood.png` | `elsewhere/D/library/wood.png`, `elsewhere/server/share/wood.png` |

What has the topmost folder in common with the scene (on Windows the drive or the server) belongs to its project: that
keeps its place, counted from the innermost folder that holds it all. Names lose what some system or Shaman refuses.
Where two files would meet, capitals aside, the later one goes below `also~2`, and with it all that a pattern such as
`hull.<UDIM>.png` or the number of a frame reaches from it: files of one pattern stay in one folder, names unchanged.

Paths are texts here, never touched on disk, so Windows' ones work on every system.
"""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

ELSEWHERE = "elsewhere"
_BESIDE = "also"
_DRIVE = re.compile(r"[A-Za-z]:(?=/|$)")
_UNSAFE = re.compile('[<>:"|?*;{}\\\\\x00-\x1f\x7f\ud800-\udfff]')
"""What Windows refuses, what Shaman refuses (Flamenco 3.9-beta1, pkg/shaman/checkout), and bytes that are no text."""
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)", re.IGNORECASE)
_TILES = {"<UDIM>": "\ue000", "<UVTILE>": "\ue001"}
"""Blender's marks of tiles, each with a letter that stands for it while a name is made safe."""
_NUMBER = re.compile(r"[0-9]+")

Names = tuple[str, ...]
"""A path's names from the top: `("D:", "show")`, `("//server", "share")`, `("/", "show")`."""


class Layout:
    """The places of the scene and the files of one submission."""

    def __init__(self, scene: str, files: Iterable[str]) -> None:
        """`scene` and `files` are absolute."""
        names = {path: _split(path) for path in (scene, *sorted(set(files) - {scene}))}
        home = names[scene][:-1]
        wanted = min(2 if home[0] == "/" else 1, len(home))
        self._root = home
        for other in names.values():
            if len(_common(home, other[:-1])) >= wanted:
                self._root = _common(self._root, other[:-1])
        self._groups: dict[Names, str] = {}
        self._folders: dict[Names, str] = {}
        self._taken: dict[str, bool] = {}
        homes = {home: self._folder(home) for home in dict.fromkeys(found[:-1] for found in names.values())}
        self._place(list(names.values()), homes)
        self.places: dict[str, str] = {path: self._file(found) for path, found in names.items()}
        """By path as given, the scene first: the place in the pack, with forward slashes."""
        self._files = {_key(found): self.places[path] for path, found in names.items()}
        self.maps = tuple(_maps(homes))
        """(folder here, with forward slashes; in the pack, "" for its top), for every folder with files."""

    def find(self, path: str) -> str | None:
        """The place of what `path` names: a file, a pattern of files, a folder with files; None for what is not here.

        A pattern has `<UDIM>` or `<UVTILE>` in its name, or is another number of a numbered file.
        """
        names = _split(path)
        exact = self._files.get(_key(names))
        if exact is not None:
            return exact
        if _pattern(names) in self._groups and _numbered(names[-1]):
            return self._file(names)
        return self._folders.get(_key(names))

    def free(self, place: str) -> bool:
        """Is there no file or folder of that place, capitals aside?"""
        return _fold(place) not in self._taken

    def _file(self, names: Names) -> str:
        return posixpath.join(self._groups[_pattern(names)], _safe_pattern(names[-1]))

    def _place(self, files: Sequence[Names], homes: Mapping[Names, str]) -> None:
        groups: dict[Names, dict[Names, str]] = {}
        for names in files:
            groups.setdefault(_pattern(names), {})[_key(names)] = safe_name(names[-1])
        folders = {_pattern(names): homes[names[:-1]] for names in files}
        for group, named in groups.items():
            self._groups[group] = self._room(folders[group], list(named.values()))

    def _folder(self, names: Names) -> str:
        """The place of a folder; those of the folders above it are noted, too."""
        inside = _key(names[: len(self._root)]) == _key(self._root)
        depth = len(self._root) if inside else 1
        top = () if inside else (ELSEWHERE, *_anchor(names[0]))
        for end in range(depth if inside else 2, len(names) + 1):
            place = posixpath.join("", *top, *map(safe_name, names[depth:end]))
            self._folders.setdefault(_key(names[:end]), place)
        return posixpath.join("", *top, *map(safe_name, names[depth:]))

    def _room(self, folder: str, names: Sequence[str]) -> str:
        """The folder, or one like it elsewhere, where the names are free; they are taken then."""
        home, count = folder, 1
        while not self._fits(home, names):
            count += 1
            home = posixpath.join(f"{_BESIDE}~{count}", folder)
        for name in names:
            self._taken[_fold(posixpath.join(home, name))] = True
        for above in _above(home):
            self._taken[above] = False
        return home

    def _fits(self, folder: str, names: Sequence[str]) -> bool:
        on_a_file = any(self._taken.get(above, False) for above in _above(folder))
        return not on_a_file and all(self.free(posixpath.join(folder, name)) for name in names)


def safe_name(name: str) -> str:
    """The name with what some system or Shaman refuses replaced, one `_` for each letter."""
    safe = _UNSAFE.sub("_", name)
    if safe.endswith((".", " ")):
        safe = safe[:-1] + "_"
    return _RESERVED.sub(r"\1_", safe, count=1) if _RESERVED.match(safe) else safe


def _safe_pattern(name: str) -> str:
    """The same, with the marks of tiles kept."""
    for mark, letter in _TILES.items():
        name = name.replace(mark, letter)
    name = safe_name(name)
    for mark, letter in _TILES.items():
        name = name.replace(letter, mark)
    return name


def _split(path: str) -> Names:
    text = path[4:] if path.startswith("\\\\?\\") else path
    text = "\\\\" + text[4:] if text.startswith("UNC\\") and text != path else text
    slashed = text.replace("\\", "/")
    if _DRIVE.match(slashed):
        first, rest = slashed[:2], slashed[2:]
    elif text.startswith(("\\\\", "//")):
        server, _, rest = slashed[2:].partition("/")
        first = f"//{server}"
    else:
        first, rest = text[:1], text
    return first, *posixpath.normpath(f"/{rest}").strip("/").split("/")


def _key(names: Names) -> Names:
    """What tells two files apart: on Windows not their capitals."""
    return names if names[0] == "/" else tuple(name.casefold() for name in names)


def _pattern(names: Names) -> Names:
    """The same for all files that one pattern of tiles or frames can name."""
    last = names[-1].replace("<UDIM>", "0").replace("<UVTILE>", "u0_v0")
    return _key((*names[:-1], _NUMBER.sub("0", last)))


def _numbered(name: str) -> bool:
    return bool(_NUMBER.search(name)) or any(mark in name for mark in _TILES)


def _common(one: Names, other: Names) -> Names:
    """How `one` begins, as far as `other` begins alike."""
    alike = 0
    for mine, theirs in zip(_key(one), _key(other)):
        if mine != theirs:
            break
        alike += 1
    return one[:alike]


def _anchor(first: str) -> Names:
    """The folders below `elsewhere` for a drive, a server, or neither."""
    name = first.strip("/:")
    return (safe_name(name),) if name else ()


def _maps(homes: Mapping[Names, str]) -> Iterator[tuple[str, str]]:
    """One for each folder that doesn't follow from one above it."""
    done: dict[Names, str] = {}
    for names, place in sorted(homes.items(), key=lambda home: (len(home[0]), home[0])):
        above = next((end for end in range(len(names), 0, -1) if names[:end] in done), 0)
        if not above or posixpath.join(done[names[:above]], *names[above:]) != place:
            done[names] = place
            yield f"{names[0].rstrip('/')}/{'/'.join(names[1:])}", place


def _above(folder: str) -> Iterator[str]:
    """The folder and those above it, up to the pack, folded."""
    place = _fold(folder)
    while place:
        yield place
        place = posixpath.dirname(place)


def _fold(place: str) -> str:
    """What a disk that tells neither capitals nor the two spellings of an é makes of it."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", place).casefold())
