"""The commands of `maya.cmds` about nodes, attributes, connections, references and the files that they name."""

from __future__ import annotations

import fnmatch
import os
import re
from pathlib import Path
from typing import Any

from . import node_types
from .flags import only, query
from .graph import Graph, Node, Unknown
from .node_types import Attribute, Time
from .session import Session

_LIST = list[str] | None


class NodeCommands:
    """A part of `Commands`."""

    _session: Session

    @property
    def _graph(self) -> Graph:
        return self._session.graph

    def objExists(self, name: str) -> bool:
        node, dot, plug = name.partition(".")
        found = self._graph.find(node)
        return bool(found) and (not dot or any(self._has(one, plug) for one in found))

    def allNodeTypes(self, **flags: Any) -> list[str]:
        only(flags | {"": True}, {"": lambda: None, "includeAbstract": lambda: None})
        return sorted({*node_types.TYPES, *(node.type for node in self._graph.walk())})

    def ls(self, *names: str, **flags: Any) -> list[str]:
        long = flags.pop("long", False)
        kinds = _several(flags.pop("type", ())) if "type" in flags else None
        exact = _several(flags.pop("exactType", ())) if "exactType" in flags else None
        selected = flags.pop("selection", False)
        recursive = flags.pop("recursive", False)
        if flags:
            raise Unknown(f"ls with {flags}")
        if len(names) == 1 and names[0].startswith("*.") and recursive:
            name = self._graph.short if not long else lambda node: node.path
            return [f"{name(node)}{names[0][1:]}" for node in self._graph.walk()
                    if names[0][2:] in node.added]  # fmt: skip
        known = self.allNodeTypes()
        for kind in (*(kinds or ()), *(exact or ())):
            if kind not in known:
                raise Unknown(f"ls: Unknown object type: {kind}")  # Maya warns in the script editor for each
        if selected:
            return list(self._session.selection)
        nodes = [node for name in names for node in self._graph.find(name)] if names else list(self._graph.walk())
        if kinds is not None:
            nodes = [node for node in nodes if set(node_types.lineage(node.type)) & set(kinds)]
        if exact is not None:
            nodes = [node for node in nodes if node.type in exact]
        return [node.path if long else self._graph.short(node) for node in nodes]

    def nodeType(self, name: str, **flags: Any) -> str:
        only(flags | {"": True}, {"": lambda: None})
        return self._node(name).type

    def listRelatives(self, name: str, **flags: Any) -> _LIST:
        full = flags.pop("fullPath", False)
        if set(flags) != {"parent"}:
            raise Unknown(f"listRelatives with {flags}")
        parent = self._node(name).parent
        return [parent.path if full else self._graph.short(parent)] if parent is not None else None

    def attributeQuery(self, name: str, **flags: Any) -> Any:
        if set(flags) == {"exists", "node"}:
            return self._has(self._node(flags["node"]), name)
        if set(flags) == {"exists", "type"}:
            if flags["type"] not in self.allNodeTypes():
                raise RuntimeError(f"Unknown node type: {flags['type']}")
            return node_types.find(flags["type"], name) is not None
        if set(flags) == {"longName", "node"}:
            attribute = self._node(flags["node"]).attribute(name)
            if attribute is None:
                raise RuntimeError(f"No attribute {name}")
            return attribute.long
        raise Unknown(f"attributeQuery with {flags}")

    def listAttr(self, name: str, **flags: Any) -> _LIST:
        if set(flags) != {"string"}:
            raise Unknown(f"listAttr with {flags}")
        node = self._node(name)
        found = dict.fromkeys(row.long for row in node.added.values() if fnmatch.fnmatchcase(row.long, flags["string"]))
        return list(found) or None

    def getAttr(self, plug: str, **flags: Any) -> Any:
        node, attribute, path = self._plug(plug)
        if flags.pop("multiIndices", False):
            found = {int(key[len(path) + 1 :].split("]")[0]) for key in node.values if key.startswith(path + "[")}
            found |= {int(into[len(path) + 1 :].split("]")[0]) for _, _, other, into in self._graph.connections
                      if other is node and into.startswith(path + "[")}  # fmt: skip
            return sorted(found) or None
        if flags:
            raise Unknown(f"getAttr with {flags}")
        return self._value(node, attribute, path)

    def listConnections(self, name: str, **flags: Any) -> _LIST:
        """Of a node, or of a plug and what is in it."""
        node, plug = self._node_and_plug(name)
        sources, targets = flags.pop("source", True), flags.pop("destination", True)
        plugs, kind = flags.pop("plugs", False), flags.pop("type", "")
        through = flags.pop("skipConversionNodes", False)
        if flags:
            raise Unknown(f"listConnections with {flags}")
        found: list[tuple[Node, str]] = []
        for one, out, other, into in self._graph.connections:
            if sources and other is node and _within(into, plug):
                found.append(self._unconverted(one, out) if through else (one, out))
            if targets and one is node and _within(out, plug):
                found.append((other, into))
        if kind:
            found = [(other, at) for other, at in found if kind in node_types.lineage(other.type)]
        names = [self._graph.short(other) + ("." + _long(other, at) if plugs else "") for other, at in found]
        return names or None

    def referenceQuery(self, name: str, **flags: Any) -> Any:
        if set(flags) == {"isNodeReferenced"}:
            return bool(self._node(name).reference)
        short = flags.pop("withoutCopyNumber", False) or flags.pop("shortName", False)
        info = next((one for one in self._graph.references if one.node == name), None)
        if info is None and self._node(name).reference:
            info = next(one for one in self._graph.references if one.node == self._node(name).reference)
        if info is None:
            raise RuntimeError(f"Reference node '{name}' is not associated with a reference file.\n")
        copies = [one for one in self._graph.references if one.file == info.file]
        number = "" if short or copies[0] is info else "{" + str(copies.index(info)) + "}"
        if flags == {"referenceNode": True, "parent": True}:
            return info.parent or None
        if flags == {"filename": True, "unresolvedName": True}:
            return info.written + number
        return only(flags, {
            "filename": lambda: info.file + number,
            "isLoaded": lambda: info.loaded,
            "namespace": lambda: ":" + info.namespace,
        })  # fmt: skip

    def filePathEditor(self, **flags: Any) -> Any:
        """Flat triples; an attribute that is not flagged as a file name is not in it."""
        if set(flags) == {"refresh"}:
            return None
        query(flags)
        rows = self._path_rows()
        if set(flags) == {"listDirectories"}:
            return sorted({os.path.dirname(path) for path, _, _ in rows}) or None
        if set(flags) == {"listFiles", "withAttribute", "status"}:
            inside = [row for row in rows if os.path.dirname(row[0]) == flags["listFiles"]]
            return [word for path, plug, there in inside for word in (os.path.basename(path), plug, there)] or None
        raise Unknown(f"filePathEditor with {flags}")

    def select(self, *names: str, **flags: Any) -> None:
        self._session.write("select")
        for name in names:
            if not self._graph.find(name):
                raise ValueError(f"No object matches name: {name}")
        self._session.selection = list(names)

    # -- inside

    def _path_rows(self) -> list[tuple[str, str, str]]:
        rows = []
        for node in self._graph.walk():
            attributes = set(node.added.values())
            for step in node_types.lineage(node.type):
                attributes.update(node_types.TYPES[step].attributes if step in node_types.TYPES else ())
            for attribute in attributes:
                text = node.values.get(attribute.short) if attribute.filename else None
                if isinstance(text, str) and text:
                    full = os.path.normpath(os.path.join(self._session.project, text))
                    plug = f"{self._graph.short(node)}.{attribute.long}"
                    rows.append((full, plug, "1" if Path(full).exists() else "0"))
        return rows

    def _node(self, name: str) -> Node:
        found = self._graph.find(name)
        if not found:
            raise ValueError(f"No object matches name: {name}")
        if len(found) > 1:
            raise ValueError(f"More than one object matches name: {name}")
        return found[0]

    def _has(self, node: Node, plug: str) -> bool:
        try:
            node.plug(plug)
        except KeyError:
            return False
        return True

    def _plug(self, text: str) -> tuple[Node, Attribute, str]:
        """The node, its attribute and the path of short names. What the tables do not have raises Unknown."""
        name, dot, plug = text.partition(".")
        node = self._node(name)
        try:
            path = node.plug(plug)
        except KeyError as exc:
            raise Unknown(f"{node.type} has no attribute {exc}, as far as the table tells.") from exc
        attribute = node.attribute(re.sub(r"\[\d+\]", "", plug).rpartition(".")[2])
        assert attribute is not None
        return node, attribute, path

    def _node_and_plug(self, text: str) -> tuple[Node, str]:
        name, dot, _ = text.partition(".")
        return (self._plug(text)[0], self._plug(text)[2]) if dot else (self._node(name), "")

    def _unconverted(self, node: Node, plug: str) -> tuple[Node, str]:
        while node.type.startswith("unitTo") or node.type.startswith("timeTo"):
            sources = self._graph.sources(node, "i")
            if not sources:
                break
            node, plug = sources[0]
        return node, plug

    def _value(self, node: Node, attribute: Attribute, path: str) -> Any:
        if attribute.long == "enabled" and "childNode" in node_types.lineage(node.type):
            return self._enabled(node)
        for source, out in self._graph.sources(node, path):
            source, out = self._unconverted(source, out)
            if "applyOverride" in node_types.lineage(source.type):
                return source.values.get("val" if self._value(source, *_EN) else "ori")
        value = node.values.get(path, attribute.default)
        kind = type(attribute.default)
        if value is None or attribute.default is None:
            return value
        if attribute.default == "" and value == "":
            return None if path not in node.values else ""  # a string that was never set
        if kind is Time:
            return float(value)
        return kind(value) if not isinstance(value, list) else value

    def _enabled(self, node: Node) -> bool:
        """A render setup item's `enabled` is its own and its parents'."""
        own = bool(node.values.get("sen", True))
        parents = [source for source, _ in self._graph.sources(node, "pen")]
        return own and all(self._enabled(parent) for parent in parents)


_EN = (Attribute("enabled", "en", True), "en")


def _several(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _within(plug: str, asked: str) -> bool:
    return not asked or plug == asked or plug.startswith((asked + ".", asked + "["))


def _long(node: Node, plug: str) -> str:
    """Connections are told by long names."""
    steps = []
    for piece in plug.split("."):
        name, bracket, index = piece.partition("[")
        attribute = node.attribute(name)
        steps.append((attribute.long if attribute else name) + bracket + index)
    return ".".join(steps)
