"""The scenes that a scene references: read from the disk, each file once, with circles left out."""

from __future__ import annotations

import os
import posixpath
import re
from typing import NamedTuple

from ..._errors import SceneError
from ...scene import Problem, Reference, Severity
from .._disk import Disk
from .._watch import Watch
from ._ascii import read_ascii
from ._binary import read_binary
from ._project import Project, slashes
from ._table import RefLine, Table

MAX_REFERENCES = 20_000
_COPY = re.compile(r"\{\d+\}$")
_SCENES = (".ma", ".mb")


class Loaded(NamedTuple):
    """A file whose nodes are in the scene."""

    table: Table
    namespace: str
    """What its nodes are called by; "" for the scene's own."""


class Closure(NamedTuple):
    """A scene and all that it references."""

    files: list[Loaded]
    """The scene's own first, then in the order of `references`."""
    references: list[Reference]
    problems: list[Problem]


def read_table(path: str, watch: Watch | None = None) -> Table:
    """The table of a .ma or .mb, by its first bytes. Raises OSError, SceneError, and what `watch` raises."""
    with open(path, "rb") as file:
        binary = file.read(4) in (b"FOR4", b"FOR8")
    return read_binary(path, watch) if binary else read_ascii(path, watch)


def follow(main: Table, project: Project, disk: Disk, watch: Watch | None) -> Closure:
    """Read what the scene references, and what that does."""
    walk = _Walk(main.path, project, disk, watch)
    walk.closure.files.append(Loaded(main, ""))
    walk.enter(main, "", "", (main.path,))
    return walk.closure


class _Place(NamedTuple):
    """Where in the tree a line of references stands."""

    namespace: str
    node: str
    above: tuple[str, ...]
    """The files that it lies in."""


class _Still:
    """Passes the wish to stop on, and lets the bar stand where the scene's own file left it."""

    def __init__(self, watch: Watch, size: int) -> None:
        self._watch, self._size = watch, size

    def step(self, done: int, total: int) -> None:
        self._watch.step(self._size, self._size)


class _Walk:
    def __init__(self, main: str, project: Project, disk: Disk, watch: Watch | None) -> None:
        self.closure = Closure([], [], [])
        self._project, self._disk = project, disk
        self._watch = _Still(watch, os.path.getsize(main)) if watch is not None else None
        self._tables: dict[str, Table | None] = {}

    def enter(self, table: Table, namespace: str, parent: str, above: tuple[str, ...]) -> None:
        """The references of one file, which is loaded under `namespace` by the reference `parent`.

        Maya lists nested ones too, with their depth and whether they are loaded; where it does, that is the whole tree.
        """
        lines = [line for line in table.references if line.depth > 0] or table.references
        whole = any(line.depth > 1 for line in lines)
        folder = posixpath.dirname(table.path)
        trail = [_Place(namespace, parent, above)]
        hidden = 0
        for line in lines:
            depth = min(max(line.depth, 1), len(trail))
            if hidden and line.depth > hidden:
                continue  # what an unloaded reference holds is not in the scene
            del trail[depth:]
            added = self._reference(line, namespace, trail[-1], folder)
            self.closure.references.append(added)
            hidden = 0 if added.loaded and self._load(added, trail[-1].above, whole) else max(line.depth, 1)
            trail.append(_Place(added.namespace, added.node, (*trail[-1].above, added.file)))

    def _reference(self, line: RefLine, base: str, place: _Place, folder: str) -> Reference:
        if len(self.closure.references) >= MAX_REFERENCES:
            raise SceneError(
                f"{place.above[0]} references more than {MAX_REFERENCES} scenes.",
                "Check that no reference goes in a circle.",
            )
        path = _COPY.sub("", slashes(line.path))
        file = self._project.resolve(path, folder, self._disk, scene_first=True)
        space = f"{place.namespace}:{line.namespace}".strip(":")
        node = f"{base}:{line.node}" if base else line.node
        return Reference(node, space, path, file, not line.deferred, place.node)

    def _load(self, added: Reference, above: tuple[str, ...], whole: bool) -> bool:
        """Read it, and what it references unless that is listed already; False: it lies in itself."""
        if added.file in above:
            self._note(f'"{added.node}" references a scene that it lies in: {added.path}.', added.node)
            return False
        if added.file not in self._tables:
            self._tables[added.file] = self._read(added.file, added.node)
        table = self._tables[added.file]
        if table is not None:
            self.closure.files.append(Loaded(table, added.namespace))
            if not whole:
                self.enter(table, added.namespace, added.node, (*above, added.file))
        return True

    def _read(self, file: str, node: str) -> Table | None:
        if posixpath.splitext(file)[1].lower() not in _SCENES or not self._disk.exists(file):
            return None
        try:
            return read_table(file, self._watch)
        except (SceneError, OSError) as exc:
            why = exc.what if isinstance(exc, SceneError) else f"{exc.strerror}: {file}"
            self._note(f'The scene that "{node}" references cannot be read. {why}', node)
            return None

    def _note(self, text: str, node: str) -> None:
        self.closure.problems.append(Problem(Severity.WARNING, text, node))
