"""The files that a scene needs: what its nodes read, the libraries of its HDAs, the layers of its stages."""

from __future__ import annotations

from functools import cached_property

from ...scene import Plugin, Problem
from .._found import Found
from . import _problems
from ._expand import Unexpandable
from ._files import cached_file, file_kind, is_pdg_network, needed, reads, resolved
from ._hip import Hip
from ._libraries import (
    EMBEDDED,
    Library,
    first_libraries,
    install_folder,
    is_factory,
    scene_libraries,
    section_key,
    table,
    type_name,
    untold_library,
    written_parms,
)
from ._network import task_networks
from ._rules import SCENE_LIBRARIES, Rop, type_version
from ._usd import Layers
from ._values import Values


class Assets:
    """Looks through the parameters that name files."""

    def __init__(self, hip: Hip, values: Values, rows: dict[str, Rop], folder: str, found: Found) -> None:
        self._hip = hip
        self._values = values
        self._rows = rows
        self._folder = folder
        self._found = found
        self._layers = Layers()
        self._sections = table(hip.root.get(".OPdummydefs", b""))
        self._first_libraries = first_libraries(hip.root.get(".OPfallbacks", b""))
        self._install = install_folder(self._first_libraries.values())
        self._installed = scene_libraries(hip.root.get(".OPlibraries", b""), self._install)
        self._writes: dict[str, frozenset[str]] = {}
        self.problems: list[Problem] = []

    def read(self) -> None:
        """Everything, into `found` and `problems`."""
        for path, parms in self._hip.looks_like_file.items():
            category = self._hip.category(path)
            if category not in ("Top", "TopNet") and not is_pdg_network(category, self._hip.types.get(path, "")):
                for parm in dict.fromkeys(parms):
                    self._parm(path, parm)
        for path, row in self._rows.items():
            parm = cached_file(row, self._values.at(path))
            if parm:
                self._file(path, parm, "cache", required=True)
        if self._layers.unread:
            self.problems.append(_problems.unread_layers(len(self._layers.unread), self._layers.unread[0]))
        for network in task_networks(self._hip):
            self.problems.append(_problems.pdg_network(network))

    def plugins(self) -> tuple[Plugin, ...]:
        """The HDAs that do not come with Houdini, by name; their libraries go into `found`."""
        owners: dict[str, str] = {}
        for library in self.libraries:
            if library.path not in ("", EMBEDDED):
                owners.setdefault(library.path, library.type_name)
        for path in self._installed:
            owners.setdefault(path, SCENE_LIBRARIES)
        for path, owner in owners.items():
            file = resolved(self._values.expanded(path), self._folder)
            if not self._found.at(path, file, "hda", owner, optional=True):
                self.problems.append(_problems.library_elsewhere(owner, path))
        return tuple(
            Plugin(name, type_version(name) or self._hip.versions.get(name, ""))
            for name in dict.fromkeys(library.type_name for library in self.libraries)
        )

    @cached_property
    def libraries(self) -> tuple[Library, ...]:
        """Where each of those HDAs comes from, by name; one name in two categories is two rows."""
        untold = dict.fromkeys(self._sections, untold_library(self._installed))
        paths = {**untold, **self._first_libraries}
        known = {key: path for key, path in paths.items() if not is_factory(path, self._install)}
        names = {type_name(key) for key in known}
        nodes = ((path, kind) for path, kind in self._hip.types.items() if kind in names)
        used = {section_key(self._hip.category(path), kind) for path, kind in nodes}
        return tuple(sorted(Library(type_name(key), known[key]) for key in used & known.keys()))

    def _parm(self, path: str, parm: str) -> None:
        row = self._rows.get(path)
        mode, loads = self._values.held(path, "filemode"), self._values.held(path, "loadfromdisk")
        if not reads(row, parm, mode, loads) or parm in self._written(path):
            return
        try:
            text = self._values.text(path, parm, self._values.frame)
        except Unexpandable:
            text = self._values.held(path, parm)
        kind = file_kind(parm, text)
        if kind:
            self._file(path, parm, kind, needed(parm))

    def _file(self, path: str, parm: str, kind: str, required: bool) -> None:
        written = self._values.written(path, parm)
        optional = not required or self._hip.bypassed(path) or self._hip.locked(path)
        try:
            pattern = self._values.pattern(path, parm)
        except Unexpandable as exc:
            self.problems.append(_problems.as_written(path, parm, written, str(exc)))
            self._found.at(written, written, kind, path, optional=True)
            return
        file = resolved(pattern, self._folder)
        shown = pattern if self._values.driven(path, parm) else written
        there = self._found.at(shown, file, kind, path, optional=optional)
        if kind == "usd" and there:
            for named in self._layers.named_by(file):
                self._found.at(named.path, named.file, named.kind, path, optional=True)

    def _written(self, path: str) -> frozenset[str]:
        """The parameters of its type that are for writing, where the scene holds the type's definition."""
        key = section_key(self._hip.category(path), self._hip.types.get(path, ""))
        if key not in self._writes:
            start, size = self._sections.get(key, (0, 0))
            self._writes[key] = written_parms(self._hip.root.get(".OPdummydefs", b"")[start : start + size])
        return self._writes[key]
