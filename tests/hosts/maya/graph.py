"""The stand-in's scene: nodes with their values, connections, references; made of plainly parsed files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import node_types
from .node_types import Attribute
from .plain_file import NodeDef, PlainFile, Raw, Reference, parse, parse_text

FPS = {"game": 15, "film": 24, "pal": 25, "ntsc": 30, "show": 48, "palf": 50, "ntscf": 60}


class Unknown(AssertionError):
    """The adapter asked for something that Maya does not have, as far as stubs and tables tell; never caught."""


@dataclass(eq=False)
class Node:
    """A node of the open scene."""

    name: str
    """With its namespace: `ns:cam`."""
    type: str
    parent: Node | None = None
    reference: str = ""
    """The reference node that brought it."""
    values: dict[str, Any] = field(default_factory=dict)
    """By the path of short names: `adjs[0].val`."""
    added: dict[str, Attribute] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)

    @property
    def path(self) -> str:
        """Full for a DAG node, the name for another."""
        if "dagNode" not in node_types.lineage(self.type):
            return self.name
        return f"{self.parent.path if self.parent is not None else ''}|{self.name}"

    def attribute(self, name: str) -> Attribute | None:
        """The attribute of that long or short name, added ones too."""
        return self.added.get(name) or node_types.find(self.type, name)

    def plug(self, written: str) -> str:
        """`adjustments[0].value` as the path of short names. Raises KeyError(name) where it has no such attribute."""
        steps = []
        for piece in written.split("."):
            name, bracket, index = piece.partition("[")
            attribute = self.attribute(name)
            if attribute is None:
                raise KeyError(name)
            if attribute.parent and steps == []:
                raise KeyError(name)
            steps.append(attribute.short + bracket + index)
        return ".".join(steps)


@dataclass
class ReferenceInfo:
    """A reference of the scene, as `referenceQuery` tells it."""

    node: str
    namespace: str
    written: str
    file: str
    loaded: bool
    parent: str


class Graph:
    """Opens a file, with the references in it that are there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.nodes: list[Node] = []
        self.connections: list[tuple[Node, str, Node, str]] = []
        self.references: list[ReferenceInfo] = []
        self._named: dict[str, list[Node]] = {}
        self._make_defaults()
        self.file = parse(path)
        self._load(self.file, path, "", "", (str(path),))
        self._complete()

    # -- what is there

    @property
    def fps(self) -> float:
        unit = self.file.units.get("t", "film")
        return FPS[unit] if unit in FPS else float(re.sub(r"[a-z]+$", "", unit))

    def find(self, name: str) -> list[Node]:
        """The nodes that a name, a partial or a full path means."""
        leaf = name.rpartition("|")[2].lstrip(":")
        found = self._named.get(leaf, [])
        if "|" not in name:
            return list(found)
        return [node for node in found if node.path == name or node.path.endswith("|" + name.lstrip("|"))
                and not name.startswith("|")]  # fmt: skip

    def short(self, node: Node) -> str:
        """The shortest path that means this node alone."""
        if len(self._named[node.name]) == 1 or "|" not in node.path:
            return node.name
        parts = node.path.split("|")
        for size in range(2, len(parts)):
            partial = "|".join(parts[-size:])
            if len(self.find(partial)) == 1:
                return partial
        return node.path

    def sources(self, node: Node, plug: str) -> list[tuple[Node, str]]:
        """What is connected into the plug."""
        return [(one, out) for one, out, other, into in self.connections if other is node and into == plug]

    def targets(self, node: Node, plug: str) -> list[tuple[Node, str]]:
        """What the plug is connected into."""
        return [(other, into) for one, out, other, into in self.connections if one is node and out == plug]

    # -- making

    def _make_defaults(self) -> None:
        for name, type_name in node_types.DEFAULT_NODES.items():
            self._add(Node(name, type_name))
        for name, renderable in node_types.CAMERAS.items():
            transform = self._add(Node(name, "transform"))
            shape = self._add(Node(name + "Shape", "camera", transform))
            shape.values["rnd"] = renderable
        resolution = self.find("defaultResolution")[0]
        resolution.values["pa"] = 1.0  # what `file -new` sets

    def _add(self, node: Node) -> Node:
        self.nodes.append(node)
        self._named.setdefault(node.name, []).append(node)
        if node.parent is not None:
            node.parent.children.append(node)
        return node

    def _load(self, file: PlainFile, path: Path, space: str, reference: str, chain: tuple[str, ...]) -> None:
        for told in file.references:
            if told.depth == 0:
                self._reference(told, path, space, reference, chain)
        for made in file.nodes:
            node = self._node(made, space, reference)
            if node is not None:
                self._fill(node, made, file)
        for source, target in file.connections:
            self._connect(source, target, space)
        for made in file.nodes:
            if made.type == "reference":
                self._edit([value for path, value in made.values if path == "ed"], space)

    def _reference(self, told: Reference, path: Path, space: str, parent: str, chain: tuple[str, ...]) -> None:
        node = space + (told.node or f"{told.namespace}RN")
        line = next((one for one in self.file.references if one.depth and one.node == node), told)
        info = self._refer(node, f"{space}{told.namespace}".strip(":"), told.path, path, not line.deferred, parent)
        if info.loaded and Path(info.file).is_file() and info.file not in chain:
            inside = f"{info.namespace}:" if told.namespace != ":" else space
            self._load(parse(Path(info.file)), Path(info.file), inside, node, (*chain, info.file))

    def _refer(self, node: str, namespace: str, told: str, inside: Path, loaded: bool, parent: str) -> ReferenceInfo:
        """What Maya answers of a reference whose file is gone is not known: here it is loaded, as the scene says."""
        written = re.sub(r"\{\d+\}$", "", told)
        plain = os.path.expandvars(written)
        places = [os.path.normpath(folder / plain) for folder in (inside.parent, Path(project_of(self.path)))]
        full = next((place for place in places if os.path.exists(place)), places[-1]).replace("\\", "/")
        info = ReferenceInfo(node, namespace, written, full, loaded, parent)
        self.references.append(info)
        if not self.find(node):
            self._add(Node(node, "reference", reference=parent))
        return info

    def _complete(self) -> None:
        """Nested references that lie in a file which is gone: `-rdi` lines tell them, each below the one before it."""
        above: list[ReferenceInfo] = []
        hidden = 0
        for line in self.file.references:
            if not line.depth or (hidden and line.depth > hidden):
                continue
            del above[line.depth - 1 :]
            info = next((one for one in self.references if one.node == line.node), None)
            if info is None:
                parent = above[-1] if above else None
                space = f"{parent.namespace}:" if parent is not None else ""
                node = parent.node if parent is not None else ""
                info = self._refer(line.node, space + line.namespace, line.path, self.path, not line.deferred, node)
            above.append(info)
            hidden = line.depth if line.deferred else 0

    def _node(self, made: NodeDef, space: str, reference: str) -> Node | None:
        name = made.name.lstrip(":")
        if made.shared or not made.type:
            there = self.find(name)
            if there:
                return there[0] if not reference else None  # a reference does not change the shared nodes
            return self._add(Node(name, made.type)) if made.type else None
        name = space + name
        parent = self._one(_spaced(made.parent, space)) or self._one(made.parent) if made.parent else None
        same = [node for node in self.find(name) if node.parent is parent]
        if same:
            same[0].type = made.type
            return same[0]
        return self._add(Node(name, made.type, parent, reference))

    def _one(self, name: str) -> Node | None:
        found = self.find(name)
        return found[-1] if found else None

    def _fill(self, node: Node, made: NodeDef, file: PlainFile) -> None:
        for long, short, kind, is_file in made.added:
            attribute = Attribute(long, short or long, "" if kind in ("string", "aTYP") else None, is_file)
            node.added[long] = node.added[short or long] = attribute
        for written, value in made.values:
            try:
                plug = node.plug(written)
            except KeyError:
                plug = written  # of a type or an attribute that the tables do not hold
            if isinstance(value, Raw) and file.ticks and self._is_time(node, written):
                fps = FPS.get(file.units.get("t", "film"), 24)
                value = value.bits / file.ticks * fps
            node.values[plug] = value

    def _edit(self, lists: list[list[Any]], space: str) -> None:
        """What a reference edit of kind 2 sets: `2 "|ns:node" "attribute" " -type \\"string\\" \\"value\\""`."""
        for words in lists:
            for kind, name, attribute, value in zip(words, words[1:], words[2:], words[3:]):
                node = self._one(_spaced(name, space)) if kind == 2.0 and isinstance(name, str) else None
                if node is not None and isinstance(attribute, str) and isinstance(value, str):
                    told = parse_text(f'createNode x -n "x"; setAttr ".{attribute}" {value};').nodes[0].values
                    for written, one in told:
                        node.values[node.plug(written) if self._knows(node, written) else written] = one

    def _knows(self, node: Node, written: str) -> bool:
        return node.attribute(written.partition("[")[0].partition(".")[0]) is not None

    def _is_time(self, node: Node, written: str) -> bool:
        attribute = node.attribute(written)
        return attribute is not None and isinstance(attribute.default, node_types.Time)

    def _connect(self, source: str, target: str, space: str) -> None:
        ends = []
        for text in (source, target):
            name, _, plug = text.partition(".")
            node = self._one(_spaced(name, space)) or (self._one(name) if name.startswith(":") or not space else None)
            if node is None:
                return
            try:
                ends.append((node, node.plug(plug)))
            except KeyError:
                ends.append((node, plug))
        (one, out), (other, into) = ends
        if "[" not in into and (other.attribute(into) or Attribute("", "", 0)).default is None and into in _ARRAYS:
            taken = sum(1 for _, _, node, plug in self.connections if node is other and plug.startswith(into + "["))
            into = f"{into}[{taken}]"  # -na, the next that is free
        self.connections.append((one, out, other, into))

    def walk(self) -> Iterator[Node]:
        """All nodes, in the order they were made."""
        return iter(self.nodes)


_ARRAYS = ("aovs", "drvr")


def project_of(path: Path) -> str:
    """The project that a person has set who opened this file: the nearest folder above with a workspace.mel."""
    for folder in path.parents:
        if (folder / "workspace.mel").is_file():
            return folder.as_posix()
    return (path.parent.parent if path.parent.name == "scenes" else path.parent).as_posix()


def _spaced(name: str, space: str) -> str:
    """`|a|b` in a namespace: `|ns:a|ns:b`; what starts with a colon is in none."""
    if name.startswith(":"):
        return name[1:]
    return "|".join(part and space + part for part in name.split("|"))
