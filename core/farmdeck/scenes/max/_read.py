"""A .max into a `Scene`: its summary and its asset records, and what else its small streams tell."""

from __future__ import annotations

import os

from ..._errors import SceneError
from ...scene import Asset, Plugin, Problem, Reference, Scene, Severity, Software
from .._disk import Disk
from .._found import Found
from .._watch import Watch
from ..blend._packing import opened
from . import _assets, _facts, _summary
from ._assets import STREAMS, Named, base, needed, records
from ._chunks import LIMIT, chunks, first, text, unpacked, whole
from ._compound import Compound
from ._graph import RENDER_ELEMENT, Class, Graph, classes, read_graph
from ._rules import asset_kind, items, located, namesakes, owner, renderer_word, search_folders
from ._summary import Summary, Unreadable, read_summary

MAX_XREFS = 1_000


def read_max(path: str, watch: Watch | None = None) -> Scene:
    """The scene in the .max at `path`, XRef scenes followed for files. Raises SceneError, and what `watch` raises.

    Read by no public document, and in none of our files: batch views, scene states, the active view's camera, the
    files of render elements. They are left out.
    """
    path = os.path.abspath(path)
    with opened(path, watch) as buf:
        return _Reader(path, Compound(buf), watch).scene()


class _Reader:
    def __init__(self, path: str, compound: Compound, watch: Watch | None) -> None:
        self._path = path
        self._compound = compound
        self._watch = watch
        self._problems: list[Problem] = []
        if "Scene" not in compound.names or not any(name.startswith("ClassDirectory") for name in compound.names):
            raise SceneError(
                f"{os.path.basename(path)} is no 3ds Max scene, but another file of the kind that Office writes.",
                "Choose a .max file.",
            )
        self._summary = self._read_summary()

    def scene(self) -> Scene:
        """Everything that the file tells."""
        self._step(1)
        table = classes(self._bytes("ClassDirectory3") or self._bytes("ClassDirectory"))
        clock = _facts.time(self._bytes("Config"))
        dlls = self._bytes("DllDirectory")
        versions = _facts.versions(self._summary, self._bytes("SaveConfigData"), dlls)
        self._step(2)
        graph = self._graph(table)
        cameras = graph.cameras if graph is not None else self._listed_cameras()
        self._step(3)
        assets, references, problems = _Files(self._path, self._watch).read(self.named())
        details = {}
        if versions.written_by not in ("", versions.saved_as):
            details["created_with"] = versions.written_by
        elements = sorted(
            {renderer_word(kind.name) for kind in table if kind.superclass == RENDER_ELEMENT and kind.name}
        )
        if elements:
            details["render_elements"] = ", ".join(elements)
        return Scene(
            file=self._path,
            software=Software("3ds Max", versions.saved_as),
            items=items(_facts.setup(self._summary, graph, clock), cameras, (), ""),
            cameras=tuple(sorted(set(cameras))),
            frames=clock.text(),
            fps=clock.fps,
            assets=assets,
            plugins=self._plugins(dlls),
            problems=(*self._problems, *namesakes(cameras), *problems),
            references=references,
            details=details,
        )

    def named(self) -> list[Named]:
        """The files that this one names and needs."""
        found = [
            row
            for name, texts in STREAMS.items()
            if name in self._compound.names
            for row in records(self._bytes(name, _assets.MOST_BYTES), texts)
        ]
        groups = self._summary.groups
        return needed(found, groups.get("External Dependencies"))

    def _step(self, done: int) -> None:
        if self._watch is not None:
            self._watch.step(done, 3)

    def _bytes(self, name: str, limit: int = LIMIT) -> bytes:
        return whole(self._compound.pieces(name), limit)

    def _read_summary(self) -> Summary:
        try:
            data = self._bytes(_summary.STREAM, _summary.MOST_BYTES)
            return read_summary(data) if data else Summary()
        except Unreadable as exc:
            what = f"The file's summary cannot be read: {exc}. Its renderer, its plug-ins and its output are not known."
            self._problems.append(Problem(Severity.WARNING, what, os.path.basename(self._path)))
            return Summary()

    def _listed_cameras(self) -> tuple[str, ...]:
        """The names after `Render Camera 00=` and so on: every camera, in the scene's order."""
        values = self._summary.values("Render Data")
        return tuple(value for name, value in values.items() if name.startswith("Render Camera ") and value)

    def _graph(self, table: list[Class]) -> Graph | None:
        """What the scene's objects tell; None when the summary lists as many cameras as it counts."""
        data = self._summary.values("Render Data")
        total = self._summary.lines("Scene Totals")[3:4]
        count = total[0].rpartition(":")[2].strip() if total else "0"
        if data and count == str(len(self._listed_cameras())):
            return None
        return read_graph(unpacked(self._compound.pieces("Scene")), table)

    def _plugins(self, dlls: bytes) -> tuple[Plugin, ...]:
        """The plug-ins' files that the summary lists, else those in `DllDirectory` (0x2038 a row, 0x2037 its file)."""
        names = self._summary.lines("Used Plug-Ins") or [
            text(first(chunk.data, 0x2037)) for chunk in chunks(dlls) if chunk.id == 0x2038
        ]
        return tuple(Plugin(name) for name in dict.fromkeys(names) if name)


class _Files:
    """Looks for the files that a scene names, and for those that its XRef scenes name."""

    def __init__(self, path: str, watch: Watch | None) -> None:
        self._watch = watch
        self._found = Found(Disk(), lambda path, folder: path)
        self._references: list[Reference] = []
        self._path = path

    def read(self, named: list[Named]) -> tuple[tuple[Asset, ...], tuple[Reference, ...], list[Problem]]:
        """(assets by owner and path, XRef scenes, problems)."""
        waiting, seen = self._take(self._path, named, ""), {self._path}
        while waiting and len(seen) < MAX_XREFS:
            reference = waiting.pop(0)
            if reference.loaded and reference.file not in seen:
                seen.add(reference.file)
                waiting += self._take(reference.file, self._named(reference), reference.node)
        assets = sorted(self._found.assets, key=lambda asset: (asset.owner, asset.path))
        return tuple(assets), tuple(self._references), self._found.problems

    def _take(self, scene: str, named: list[Named], parent: str) -> list[Reference]:
        """Take down the files that a scene names; those that are scenes too."""
        folders = search_folders(os.path.dirname(scene), self._found.disk)
        found = []
        for row in named:
            full = located(row.path, folders, self._found.disk, row.found)
            kind = asset_kind(row.type_word, row.path)
            there = self._found.at(row.path, full, kind, owner(row.type_word), optional=row.optional)
            if kind == "reference" and full.lower().endswith(".max"):
                found.append(Reference(base(row.path), "", row.path, full, there, parent))
        self._references += found
        return found

    def _named(self, reference: Reference) -> list[Named]:
        try:
            with opened(reference.file, self._watch) as buf:
                return _Reader(reference.file, Compound(buf), self._watch).named()
        except SceneError as exc:
            message = f"The XRef scene {reference.node} cannot be read. {exc.what}"
            self._found.note(Problem(Severity.ERROR, message, reference.node, "find"))
            return []
