"""HDAs: which digital assets the nodes are made from, and where their libraries lie."""

from __future__ import annotations

import hou
from farmdeck import Plugin
from farmdeck.scenes.houdini._files import resolved
from farmdeck.scenes.houdini._libraries import EMBEDDED, is_factory
from farmdeck.scenes.houdini._rules import type_version

from ._files import NamedFile


class DigitalAssets:
    """Each type once, as its first node is met."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._own = hou.getenv("HFS") or ""
        self._plugins: dict[str, Plugin] = {}
        self._libraries: dict[str, str] = {}
        """Their library files, each with the first of its types by name; embedded ones have none."""
        self.embedded: set[str] = set()
        """Types that the scene itself defines."""

    @property
    def plugins(self) -> tuple[Plugin, ...]:
        """Those that do not come with Houdini, by type name."""
        return tuple(self._plugins[name] for name in sorted(self._plugins))

    def files(self, folder: str) -> list[NamedFile]:
        """Their libraries; the farm may have an asset on its own path, so that none is required."""
        return [
            NamedFile(path, resolved(hou.text.expandString(path), folder), "hda", name, True)
            for path, name in self._libraries.items()
        ]

    def look_at(self, node: hou.OpNode) -> None:
        """The node's type."""
        kind = node.type()
        key = kind.nameWithCategory()
        if key in self._seen:
            return
        self._seen.add(key)
        definition = kind.definition()
        if definition is None:
            return
        library = definition.libraryFilePath()
        if is_factory(library, self._own):
            return
        name = kind.name()
        self._plugins[name] = Plugin(name, type_version(name) or definition.version())
        if library == EMBEDDED:
            self.embedded.add(name)
        else:
            self._libraries[library] = min(name, self._libraries.get(library, name))
