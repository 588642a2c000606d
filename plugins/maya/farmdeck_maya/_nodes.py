"""Nodes that name files: those of the shared rules' types, and what else Maya's own File Path Editor knows of."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from farmdeck.scenes.maya._facts import NodeFacts
from farmdeck.scenes.maya._files import ANY_TYPE, EXPLICIT_TILES, EXTRA, FILES, NodeFile, attributes_of
from farmdeck.scenes.maya._rules import Value, short_names
from maya import cmds

from . import _plugs

_KINDS = {
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".tif", ".tiff", ".tga", ".exr", ".hdr", ".tx", ".tex", ".psd"), "image"),
    **dict.fromkeys((".abc", ".fbx", ".bgeo", ".bif", ".ptc"), "cache"),
    **dict.fromkeys((".usd", ".usda", ".usdc", ".usdz"), "usd"),
    ".vdb": "volume",
    ".ies": "ies",
    ".wav": "sound",
}
"""What a file is by its ending, where its attribute does not tell."""


class FileNodes:
    """Collects them: `look` for them first, then `read` them. Both yield after each small step."""

    def __init__(self) -> None:
        known = set(cmds.allNodeTypes())
        self._kinds = [kind for kind in FILES if kind in known]
        self._nodes: list[tuple[str, str]] = []
        self._rows: list[NodeFacts] = []
        """Named by their full paths, so that no other is meant while they are asked."""

    @property
    def found(self) -> tuple[NodeFacts, ...]:
        """Those that name files, by names as short as tells them apart: the reader of files knows no others."""
        names = short_names(row.name for row in self._rows)
        return tuple(replace(row, name=names[row.name]) for row in self._rows)

    @property
    def steps(self) -> int:
        """How many there are, as far as is known."""
        return len(self._kinds) + len(self._nodes)

    def look(self) -> Iterator[None]:
        """Which nodes there are, a type at a time."""
        for kind in self._kinds:
            self._nodes += [(node, kind) for node in cmds.ls(exactType=kind, long=True) or []]
            yield

    def read(self) -> Iterator[None]:
        """Read them, a node at a time."""
        for node, kind in self._nodes:
            names = {row.name: row.short or row.name for row in FILES[kind]}
            names.update(EXTRA.get(kind, {}))
            self._add(node, kind, names)
            yield
        for row in ANY_TYPE:
            for plug in cmds.ls(f"*.{row.name}", recursive=True, long=True) or []:
                node = plug.rpartition(".")[0]
                self._add(node, _plugs.type_of(node), {row.name: row.name})
                yield
        for plug in _listed():
            self._add_listed(plug)
            yield

    def _add_listed(self, plug: str) -> None:
        """A path in an attribute that the rules do not have: a studio's own node, or one newer than they are."""
        node, _, attribute = plug.partition(".")
        if not attribute or not cmds.objExists(plug):
            return  # a reference node; or a row that is older than the scene
        kind = _plugs.type_of(node)
        if any(attribute in (row.name, row.short) for row in attributes_of(kind)):
            return
        path = _plugs.value(plug)
        if isinstance(path, str) and path:
            long = cmds.ls(node, long=True)[0]
            file = NodeFile(path, path, _KINDS.get(posixpath.splitext(path)[1].lower(), "archive"))
            self._rows.append(NodeFacts(long, kind, {}, _folder(long), (file,)))

    def _add(self, node: str, kind: str, names: dict[str, str]) -> None:
        values = {
            long: _text(_plugs.value(f"{node}.{short}")) for long, short in names.items() if _plugs.has(node, short)
        }
        if kind == "file":
            values.update(_explicit_tiles(node))
        if any(values.values()):
            self._rows.append(NodeFacts(node, kind, values, _folder(node)))


def _listed() -> Iterator[str]:
    """The plugs of Maya's File Path Editor. Its refresh looks through the whole scene: one long call of Maya's own."""
    cmds.filePathEditor(refresh=True)
    folders: Any = cmds.filePathEditor(query=True, listDirectories="") or []
    for folder in folders:
        flat: Any = cmds.filePathEditor(query=True, listFiles=folder, withAttribute=True, status=True) or []
        yield from flat[1::3]  # name, attribute, "1" where the file is there


def _explicit_tiles(node: str) -> dict[str, Value]:
    """The images of a file node whose tiles are named one by one."""
    if not _plugs.has(node, EXPLICIT_TILES):
        return {}
    plugs = [f"{EXPLICIT_TILES}[{index}].explicitUvTileName" for index in _plugs.indices(f"{node}.{EXPLICIT_TILES}")]
    return {plug: _text(_plugs.value(f"{node}.{plug}")) for plug in plugs}


def _text(value: object) -> Value:
    return value if isinstance(value, (str, bool, int, float)) else None


def _folder(node: str) -> str:
    """Where the referenced file lies that brought the node; "" for a node of the scene's own."""
    if not _plugs.is_referenced(node):
        return ""
    return posixpath.dirname(str(cmds.referenceQuery(node, filename=True, withoutCopyNumber=True)))
