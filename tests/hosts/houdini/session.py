"""The Houdini that is pretended: one open scene, its clock, its takes and what was done to it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import hip_parser, node_types
from .dialog import Definition, read_dialog
from .hip_parser import FileNode, Value
from .values import Slot, suffixes


class ForbiddenWrite(AssertionError):
    """Something was written while the scene was only to be read."""


class Session:
    """An open scene, and the facts that `hou` asks about it."""

    def __init__(self, path: str | Path) -> None:
        self.path = str(path).replace("\\", "/")
        self.file = hip_parser.load(path)
        self.fps = float(self.file.start.get("fps", "24"))
        self.frame = round(float(self.file.start.get("tcur", "0")) * self.fps + 1, 6)
        begin, end = (float(word) for word in self.file.start.get("tset", "0 10").split())
        self.range = (round(begin * self.fps + 1, 6), round(end * self.fps, 6))
        """The global range in frames: `tset` counts seconds, and its end is that of the last frame (real files)."""
        first, last = (float(word) for word in self.file.start.get("frange", "1 240").split())
        self.playback = (first, last)
        folder, name = os.path.split(self.path)
        stem = os.path.splitext(name)[0]
        self.variables = {**self.file.variables, "HIP": folder, "HIPFILE": self.path, "HIPNAME": stem}
        self.take = self.file.current_take
        self.dirty = self.new = self.loading = self.playing = False
        self.undoable, self.undos = True, 0
        self.frozen = False
        """While a scene is read nothing at all may be written."""
        self.journal: list[str] = []
        """What was changed, in order."""
        self.saved: list[str] = []
        self.selected: set[str] = set()
        self.stages: dict[str, Any] = {}
        """The composed stage of each LOP that need not cook, by its path."""
        self._slots: dict[int, dict[str, Slot]] = {}
        self._definitions: dict[str, dict[str, Definition]] = {}
        self.set_values: dict[tuple[str, str, int], str] = {}
        self.hfs = self._install_folder()

    # -- nodes

    def find(self, path: str, start: FileNode | None = None) -> FileNode | None:
        node: FileNode | None = self.file.root if path.startswith("/") or start is None else start
        for part in path.split("/"):
            if node is None or part in ("", "."):
                continue
            node = node.parent or node if part == ".." else node.children.get(part)
        return node

    def category(self, node: FileNode) -> str:
        """What kind of node it is: told by the network that it lies in."""
        if node.parent is None:
            return "Director"
        if node.parent.parent is None:
            return "Manager"
        return self.child_category(node.parent)

    def child_category(self, node: FileNode) -> str:
        if node.parent is None:
            return "Manager"
        if node.parent.parent is None:
            return node_types.MANAGED[node.name]
        if not node.type:  # inside a locked asset, whose contents the file has not: its name begins with its type
            return node_types.NETWORKS.get(node.name.rstrip("0123456789"), "") or self.category(node)
        known = node_types.NETWORKS.get(base_name(node.type), "")
        if not known and self.category(node) == "Object":
            return "Object" if self._holds_objects(node) else "Sop"
        return known or self.category(node)

    def _holds_objects(self, node: FileNode) -> bool:
        """Objects hold geometry, but for subnets and assets that are made of them: told by what is inside."""
        if base_name(node.type) in node_types.SUBNETS:
            return True
        return any(base_name(child.type) in node_types.OBJECTS for child in node.children.values())

    def library(self, node: FileNode) -> str:
        """The library that its type is defined in, as the scene has it; "" for a type that is compiled in."""
        known = self.file.libraries.get(self.asset_key(node), "")
        if known or self.asset_key(node) not in self.file.scripts:
            return known
        installed = [path for path in self.file.scene_libraries if not path.startswith(("$HFS", self.hfs + "/"))]
        return installed[0] if installed else "Embedded"  # of several the file does not tell which

    def asset_version(self, node: FileNode) -> str:
        """The library itself is not here; a node that is made from it keeps its version as user data."""
        stack = [self.file.root]
        while stack:
            each = stack.pop(0)
            if each.type == node.type:
                return each.user_data.get("___Version___", "")
            stack = [*each.children.values(), *stack]
        return ""

    def asset_key(self, node: FileNode) -> str:
        """`labs::Sop/autouv::1.0`, as `.OPfallbacks` writes the type `labs::autouv::1.0`."""
        parts = node.type.split("::")
        version = parts.pop() if len(parts) > 1 and re.fullmatch(r"[\d.]+", parts[-1]) else ""
        name = parts.pop() if parts else ""
        space = "".join(f"{part}::" for part in parts)
        return f"{space}{self.category(node)}/{name}" + (f"::{version}" if version else "")

    def locked_asset(self, node: FileNode) -> bool:
        return node.matches_definition and bool(self.library(node))

    def editable(self, node: FileNode) -> list[str]:
        """In a locked asset the file has members of the editable nodes alone: their relative paths."""
        found, stack = [], [(child, child.name) for child in reversed(list(node.children.values()))]
        while stack:
            child, path = stack.pop()
            if child.type or child.parms or child.flags:
                found.append(path)
            else:
                stack.extend((each, f"{path}/{each.name}") for each in reversed(list(child.children.values())))
        return found

    # -- parms

    def definitions(self, node: FileNode) -> dict[str, Definition]:
        """The type's parms where the file tells, and the node's own."""
        key = self.asset_key(node)
        if key not in self._definitions:
            script = self.file.scripts.get(key, "")
            self._definitions[key] = read_dialog(script) if script else {}
        spare = {name: each for name, each in node.spare.items() if not each.base}
        return {**self._definitions[key], **spare}

    def slots(self, node: FileNode) -> dict[str, Slot]:
        """Every parm of the node by its name."""
        if id(node) not in self._slots:
            definitions = self.definitions(node)
            defaults = node_types.DEFAULTS.get(f"{self.category(node)}/{base_name(node.type)}", {})
            names = dict.fromkeys((*node.parms, *defaults, *(name for name in definitions if "#" not in name)))
            found: dict[str, Slot] = {}
            for name in names:
                definition = definitions.get(name) or self._instance_definition(definitions, name)
                for slot in self._parts(node, name, definition, defaults):
                    found[slot.name] = slot
            self._slots[id(node)] = found
        return self._slots[id(node)]

    def _parts(
        self, node: FileNode, name: str, definition: Definition | None, defaults: dict[str, tuple[str, ...]]
    ) -> list[Slot]:
        size = len(node.parms.get(name, ())) or len(defaults.get(name, ())) or (definition.size if definition else 1)
        letters = suffixes(name, definition, size)
        return [Slot(node, name, index, name + letter, definition) for index, letter in enumerate(letters)]

    def _instance_definition(self, definitions: dict[str, Definition], name: str) -> Definition | None:
        """`class2` is an instance of a multiparm's `class#`."""
        return definitions.get(re.sub(r"\d+", "#", name, count=1)) or definitions.get(re.sub(r"\d+$", "#", name))

    def value(self, slot: Slot) -> Value:
        """What is kept there in the current take: set here, in the file, or the default."""
        changed = self.set_values.get((slot.node.path, slot.tuple_name, slot.index))
        if changed is not None:
            return Value(changed)
        override = self.file.takes.get(self.take, ("", {}))[1].get(slot.node.path, {}).get(slot.tuple_name)
        if override is not None and slot.index < len(override):
            return override[slot.index]
        if slot.tuple_name in slot.node.parms and slot.index < len(slot.node.parms[slot.tuple_name]):
            return slot.node.parms[slot.tuple_name][slot.index]
        key = f"{self.category(slot.node)}/{base_name(slot.node.type)}"
        defaults = list(node_types.DEFAULTS.get(key, {}).get(slot.tuple_name, ()))
        if not defaults and slot.definition is not None:
            defaults = slot.definition.defaults
        return Value(defaults[slot.index] if slot.index < len(defaults) else "")

    @property
    def clock_variables(self) -> dict[str, Callable[[float], float]]:
        """https://www.sidefx.com/docs/houdini/network/expressions.html#globals"""
        first, last = self.range
        return {
            "FPS": lambda frame: self.fps,
            "T": lambda frame: (frame - 1) / self.fps,
            "FSTART": lambda frame: first,
            "FEND": lambda frame: last,
            "RFSTART": lambda frame: self.playback[0],
            "RFEND": lambda frame: self.playback[1],
            "NFRAMES": lambda frame: last - first + 1,
        }

    # -- changes

    def write(self, what: str, dirties: bool = True) -> None:
        """Note that something is written; `dirties`: it is part of the scene. Raises ForbiddenWrite while frozen."""
        if self.frozen:
            raise ForbiddenWrite(what)
        self.journal.append(what)
        self.dirty = self.dirty or dirties
        self.undos += self.undoable and dirties

    def _install_folder(self) -> str:
        """`$HFS` of the machine that saved it: where its own assets lie."""
        for library in self.file.libraries.values():
            head, found, _ = library.partition("/houdini/otls/OPlib")
            if found:
                return head
        return "/opt/hfs"


def base_name(type_name: str) -> str:
    parts = type_name.split("::")
    if len(parts) > 1 and re.fullmatch(r"[\d.]+", parts[-1]):
        parts.pop()
    return parts[-1]
