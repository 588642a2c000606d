"""The stand-in's nodes, their types and parms. What each call does is its docstring in the published stubs."""

from __future__ import annotations

import types
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from . import hscript, node_types
from .hip_parser import FileNode
from .session import Session, base_name
from .strict import Enumeration, EnumValue, Strict
from .values import Evaluation, Slot

if TYPE_CHECKING:
    from .standin import Hou


class Error(Exception):
    """hou.Error: `str` says the kind first, `instanceMessage` is what Houdini says of this one (stub)."""

    def __str__(self) -> str:
        return f"The attempted operation failed.\n{self.args[0]}"

    def instanceMessage(self) -> str:
        return str(self.args[0])


class OperationFailed(Error):
    """hou.OperationFailed."""


class ObjectWasDeleted(Error):
    """hou.ObjectWasDeleted."""


class NodeTypeCategory(Strict, hou="OpNodeTypeCategory"):
    def __init__(self, name: str) -> None:
        self._name = name

    def name(self) -> str:
        return self._name


class HDASection(Strict, hou="HDASection"):
    def __init__(self, text: str) -> None:
        self._text = text

    def contents(self) -> str:
        return self._text


class HDADefinition(Strict, hou="HDADefinition"):
    def __init__(self, session: Session, node: FileNode) -> None:
        self._session, self._node = session, node

    def libraryFilePath(self) -> str:
        return self._session.library(self._node)

    def version(self) -> str:
        return self._session.asset_version(self._node)

    def nodeTypeName(self) -> str:
        return self._node.type

    def sections(self) -> dict[str, HDASection]:
        return {"EditableNodes": HDASection(" ".join(self._session.editable(self._node)))}


class NodeType(Strict, hou="OpNodeType"):
    def __init__(self, session: Session, node: FileNode) -> None:
        self._session, self._node = session, node

    def name(self) -> str:
        return self._node.type

    def nameComponents(self) -> tuple[str, ...]:
        parts = self._node.type.split("::")
        version = parts.pop() if len(parts) > 1 and parts[-1][:1].isdigit() else ""
        return ("", "::".join(parts[:-1]), parts[-1], version)

    def category(self) -> NodeTypeCategory:
        return NodeTypeCategory(self._session.category(self._node))

    def nameWithCategory(self) -> str:
        return f"{self._session.category(self._node)}/{self._node.type}"

    def definition(self) -> HDADefinition | None:
        return HDADefinition(self._session, self._node) if self._session.library(self._node) else None


class ParmTemplate(Strict, hou="StringParmTemplate"):
    def __init__(self, evaluation: Evaluation, file_type: str, kinds: Enumeration, files: Enumeration) -> None:
        self._evaluation, self._file, self._kinds, self._files = evaluation, file_type, kinds, files

    def stringType(self) -> EnumValue:
        return self._kinds.FileReference if self._file else self._kinds.Regular

    def tags(self) -> dict[str, str]:
        definition = self._evaluation.slot.definition
        return dict(definition.tags) if definition is not None else {}

    def fileType(self) -> EnumValue:
        found: EnumValue = getattr(self._files, self._file or "Any")
        return found


class Parm(Strict, hou="Parm"):
    def __init__(self, world: Hou, slot: Slot) -> None:
        self._world, self._slot = world, slot

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Parm) and other._slot == self._slot

    def __hash__(self) -> int:
        return hash((self._slot.node.path, self._slot.name))

    def _at(self, frame: float | None = None) -> Evaluation:
        session = self._world._session
        return Evaluation(session, self._slot, session.frame if frame is None else frame)

    def _evaluated(self, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except hscript.Unknown as exc:
            raise OperationFailed(f"{self.path()}: {exc}") from exc

    def name(self) -> str:
        return self._slot.name

    def path(self) -> str:
        return f"{self._slot.node.path}/{self._slot.name}"

    def node(self) -> Any:
        return self._world._node(self._slot.node)

    def evalAsString(self) -> str:
        found: str = self._evaluated(self._at().text_value)
        return found

    def evalAsStringAtFrame(self, frame: float) -> str:
        found: str = self._evaluated(self._at(frame).text_value)
        return found

    def evalAsFloat(self) -> float:
        found: float = self._evaluated(self._at().number)
        return found

    def evalAsInt(self) -> int:
        return int(self.evalAsFloat())

    def unexpandedString(self) -> str:
        evaluation = self._at()
        value = self._world._session.value(self._slot)
        if not evaluation.is_string() or value.channel in self._slot.node.channels:
            raise OperationFailed(f"{self.path()} is no string, or is keyed")
        return value.text

    def rawValue(self) -> str:
        return self._at().raw()

    def parmTemplate(self) -> Any:
        evaluation = self._at()
        if not evaluation.is_string():
            return PlainTemplate()
        return ParmTemplate(evaluation, self._file_type(), self._world.stringParmType, self._world.fileType)

    def _file_type(self) -> str:
        if self._slot.definition is not None:
            return node_types.FILE_TYPES.get(self._slot.definition.type, "")
        session = self._world._session
        key = f"{session.category(self._slot.node)}/{base_name(self._slot.node.type)}"
        return "Any" if self._slot.name in node_types.FILE_PARMS.get(key, ()) else ""

    def set(self, value: Any) -> None:
        session = self._world._session
        session.write(f"parm {self.path()} = {value}")
        session.set_values[self._slot.node.path, self._slot.tuple_name, self._slot.index] = str(value)
        self._world._node(self._slot.node)._emit("ParmTupleChanged", parm_tuple=None)


class PlainTemplate(Strict, hou="ParmTemplate"):
    """Of a parm that holds no text."""

    def tags(self) -> dict[str, str]:
        return {}


class Node(Strict, hou="OpNode"):
    def __init__(self, world: Hou, node: FileNode) -> None:
        self._world, self._file_node = world, node
        self._callbacks: list[tuple[tuple[EnumValue, ...], Callable[..., None]]] = []

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Node) and other._file_node is self._file_node

    def __hash__(self) -> int:
        return id(self._file_node)

    def _alive(self) -> FileNode:
        if self._world._session.find(self._file_node.path) is not self._file_node:
            raise ObjectWasDeleted("Attempt to access an object that no longer exists in Houdini.")
        return self._file_node

    def _emit(self, event: str, **details: Any) -> None:
        kind = getattr(self._world.nodeEventType, event)
        for types_, callback in list(self._callbacks):
            if kind in types_:
                callback(node=self, event_type=kind, **details)

    def path(self) -> str:
        return self._alive().path

    def name(self) -> str:
        return self._alive().name

    def type(self) -> NodeType:
        return NodeType(self._world._session, self._alive())

    def parent(self) -> Node | None:
        parent = self._alive().parent
        return self._world._node(parent) if parent is not None else None

    def node(self, node_path: str) -> Node | None:
        found = self._world._session.find(node_path, self._alive())
        return self._world._node(found) if found is not None else None

    def children(self) -> tuple[Node, ...]:
        return tuple(self._world._node(child) for child in self._alive().children.values())

    def isLockedHDA(self) -> bool:
        return self._world._session.locked_asset(self._alive())

    def isFlagReadable(self, flag: EnumValue) -> bool:
        return self._flag(flag) in self._alive().flags

    def isGenericFlagSet(self, flag: EnumValue) -> bool:
        if self._flag(flag) not in self._alive().flags:
            raise OperationFailed(f"The flag {flag} cannot be read.")
        return self._alive().flags[self._flag(flag)]

    def _flag(self, flag: EnumValue) -> str:
        return flag.name().split(".")[-1].lower()

    def inputs(self) -> tuple[Node | None, ...]:
        node = self._alive()
        if not node.inputs or node.parent is None:
            return ()
        return tuple(self._input(node, index) for index in range(max(node.inputs) + 1))

    def _input(self, node: FileNode, index: int) -> Node | None:
        assert node.parent is not None
        name = node.inputs.get(index, "")
        for _ in node.parent.dots:
            name = node.parent.dots.get(name, name)
        found = node.parent.children.get(name)
        return self._world._node(found) if found is not None else None

    def parm(self, parm_path: str) -> Parm | None:
        slot = self._world._session.slots(self._alive()).get(parm_path)
        return Parm(self._world, slot) if slot is not None else None

    def parms(self) -> tuple[Parm, ...]:
        return tuple(Parm(self._world, slot) for slot in self._world._session.slots(self._alive()).values())

    # -- what is kept with it

    def userData(self, name: str) -> str | None:
        return self._alive().user_data.get(name)

    def setUserData(self, name: str, value: str) -> None:
        self._world._session.write(f"user data {name}")
        self._alive().user_data[name] = value

    def setCurrent(self, on: bool, clear_all_selected: bool = False) -> None:
        session = self._world._session
        others = set() if clear_all_selected else session.selected
        session.write(f"selected {self.path()}", dirties=False)
        session.selected = others | ({self.path()} if on else set())

    # -- callbacks

    def addEventCallback(self, event_types: Sequence[EnumValue], callback: Callable[..., None]) -> None:
        self._alive()
        self._callbacks.append((tuple(event_types), callback))

    def removeEventCallback(self, event_types: Sequence[EnumValue], callback: Callable[..., None]) -> None:
        self._alive()
        if (tuple(event_types), callback) not in self._callbacks:
            raise OperationFailed("That callback was never added.")
        self._callbacks.remove((tuple(event_types), callback))


class LopNode(Node, hou="LopNode"):
    def needsToCook(self) -> bool:
        return self.path() not in self._world._session.stages

    def stage(self) -> Any:
        if self.needsToCook():
            raise AssertionError(f"{self.path()} was made to cook")
        return self._world._session.stages[self.path()]


def node_classes() -> dict[str, type[Node]]:
    """Every class of nodes by its name, with the methods that the stubs give it."""
    found: dict[str, type[Node]] = {"LopNode": LopNode}
    for name in node_types.CLASSES.values():
        found.setdefault(name, types.new_class(name, (Node,), {"hou": name}))
    return found
