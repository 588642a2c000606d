"""A .blend into a `Scene`: facts of the file itself, assets of the file and of all it links."""

from __future__ import annotations

import os
from typing import NamedTuple

from ..._errors import SceneError
from ...scene import Problem, Scene, Severity, Software
from .._disk import Disk
from .._found import Found
from .._watch import Watch
from . import _assets, _facts
from ._assets import Assets
from ._blend import Blend, open_blend
from ._disk import resolve
from ._facts import CAMERA, Facts
from ._file import read_header
from ._links import Closure, Link, links
from ._packing import first_bytes

_WANTED = tuple(dict.fromkeys(_facts.STRUCTS + _assets.STRUCTS))
MAX_LIBRARIES = 10_000


class QuickScene(NamedTuple):
    """A scene's name and its first and last frame."""

    name: str
    first: int
    last: int


class QuickFacts(NamedTuple):
    """What the first bytes of a .blend tell: its version (`4.5`) and its scenes, the current one first."""

    version: str
    scenes: tuple[QuickScene, ...]


def read_blend(path: str, watch: Watch | None = None) -> Scene:
    """The scene in the .blend at `path`, linked libraries followed. Raises SceneError, and what `watch` raises.

    The software's version is `4.5`: a .blend tells major and minor, never the patch.
    """
    path = os.path.abspath(path)
    folder = os.path.dirname(path)
    found = Found(Disk(), resolve)
    with open_blend(path, _WANTED, watch) as blend:
        facts = Facts(blend)
        Assets(blend, folder, found, facts.span()).read(blend.blocks)
        cameras = set(facts.local_cameras())
        cameras |= _Libraries(found, facts.span(), path, watch).follow(links(blend, folder))
        return Scene(
            file=path,
            software=Software("Blender", blend.header.version_text),
            items=facts.items(),
            cameras=tuple(sorted(cameras)),
            frames=facts.frames(),
            fps=facts.fps(),
            assets=found.assets,
            plugins=facts.plugins(),
            problems=tuple(facts.problems() + found.problems),
        )


def quick_facts(path: str) -> QuickFacts:
    """Version, scene names and frame ranges from the REND blocks at the start, at most 1 MB read. Raises SceneError.

    Blender writes them right after the header, one per scene: first and last frame as int32, then the name
    (`write_renderinfo`, writefile.cc).
    """
    raw = first_bytes(path, 1 << 20)
    header = read_header(raw)
    scenes: list[QuickScene] = []
    position = header.size
    while position + header.head.size <= len(raw):
        head = header.head.unpack_from(raw, position)
        size = head[3] if header.large else head[1]
        data = raw[position + header.head.size : position + header.head.size + max(0, size)]
        if head[0] != b"REND" or len(data) < 8:
            break
        order = "little" if header.endian == "<" else "big"
        first, last = (int.from_bytes(data[at : at + 4], order, signed=True) for at in (0, 4))  # type: ignore[arg-type]
        scenes.append(QuickScene(data[8:].split(b"\0", 1)[0].decode("utf-8", "replace"), first, last))
        position += header.head.size + size
    return QuickFacts(header.version_text, tuple(scenes))


class _Libraries:
    """Follows links from library to library, each opened when something is wanted of it."""

    def __init__(self, found: Found, span: tuple[int, int], start: str, watch: Watch | None) -> None:
        self._found = found
        self._span = span
        self._watch = watch
        self._start = start
        self._seen: dict[str, set[str]] = {}
        self._broken: set[str] = set()
        self._there: dict[str, bool] = {}
        self._cameras: set[str] = set()

    def follow(self, named: list[Link]) -> set[str]:
        """Take down the libraries in `named`, and all that they lead to; returns the names of linked cameras."""
        waiting: dict[str, set[str]] = {}
        self._note(named, os.path.dirname(self._start), waiting)
        while waiting:
            path = next(iter(waiting))
            self._visit(path, waiting.pop(path), waiting)
            if len(self._seen) > MAX_LIBRARIES:
                raise SceneError(
                    f"The file links more than {MAX_LIBRARIES:,} libraries.", "Check its links in Blender."
                )
        return self._cameras

    def _note(self, named: list[Link], folder: str, waiting: dict[str, set[str]]) -> None:
        for link in named:
            if link.packed or not link.full or link.full == self._start:
                continue
            if link.full not in self._there:
                self._there[link.full] = self._found.one(link.path, folder, "library", link.name)
            if self._there[link.full] and link.wanted:
                waiting.setdefault(link.full, set()).update(link.wanted)

    def _visit(self, path: str, names: set[str], waiting: dict[str, set[str]]) -> None:
        seen = self._seen.setdefault(path, set())
        if path in self._broken or not names - seen:
            return
        try:
            with open_blend(path, _WANTED, self._watch) as blend:
                self._expand(blend, path, names, seen, waiting)
        except SceneError as exc:
            self._broken.add(path)
            text = f"The library {os.path.basename(path)} cannot be read. {exc.what}"
            self._found.note(Problem(Severity.ERROR, text, os.path.basename(path), "find"))

    def _expand(self, blend: Blend, path: str, names: set[str], seen: set[str], waiting: dict[str, set[str]]) -> None:
        folder = os.path.dirname(path)
        closure = Closure(blend, folder)
        blocks = closure.expand(names, seen)
        Assets(blend, folder, self._found, self._span).read(blocks)
        self._cameras.update(
            blend.name(block) for block in blocks if block.code == b"OB\0\0" and blend.number(block, "type") == CAMERA
        )
        self._note([link for link in closure.links if link.wanted], folder, waiting)
