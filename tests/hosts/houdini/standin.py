"""A stand-in of `hou`: what the adapter uses of it, answered from a .hip file by parsers of its own.

What each call does is its docstring in the published stubs; habits that they do not tell are in hosts.md §2.2 and §8.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Sequence
from typing import Any

from . import hscript, node_types, stubs
from .hip_parser import FileNode
from .session import Session, base_name
from .strict import Enumeration, EnumValue, NotHere, Strict
from .values import Evaluation, Slot


class Error(Exception):
    """hou.Error."""


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
        return Hda(self._session).componentsFromFullNodeTypeName(self._node.type)

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

    def isNetwork(self) -> bool:
        return bool(self._alive().children)

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

    def evalParm(self, parm_path: str) -> Any:
        parm = self.parm(parm_path)
        if parm is None:
            raise OperationFailed(f"Invalid parameter: {parm_path}")
        return parm.evalAsString()

    def fileReferences(
        self, recurse: bool = True, project_dir_variable: str = "HIP", include_all_refs: bool = True
    ) -> Sequence[tuple[Parm, str]]:
        nodes = [self._alive()]
        if recurse:
            raise NotImplementedError("one blocking call over a whole network: ask node by node")
        found = []
        for node in nodes:
            for slot in self._world._session.slots(node).values():
                parm = Parm(self._world, slot)
                if parm._at().is_string() and parm._file_type() and self._world._session.value(slot).text:
                    found.append((parm, self._world._session.value(slot).text))
        return tuple(found)

    # -- what is kept with it

    def userData(self, name: str) -> str | None:
        return self._alive().user_data.get(name)

    def setUserData(self, name: str, value: str) -> None:
        self._world._session.write(f"user data {name}")
        self._alive().user_data[name] = value

    def destroyUserData(self, name: str) -> None:
        if name not in self._alive().user_data:
            raise OperationFailed(f"no user data {name}")
        del self._alive().user_data[name]
        self._world._session.write(f"user data {name} away")

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


def _classes() -> dict[str, type[Node]]:
    """Every class of nodes by its name, with the methods that the stubs give it."""
    found: dict[str, type[Node]] = {"LopNode": LopNode}
    for name in node_types.CLASSES.values():
        found.setdefault(name, types.new_class(name, (Node,), {"hou": name}))
    return found


class Take(Strict, hou="Take"):
    def __init__(self, session: Session, name: str) -> None:
        self._session, self._name = session, name

    def name(self) -> str:
        return self._name

    def isCurrent(self) -> bool:
        return self._session.take == self._name


class Takes(Strict, hou="takes"):
    def __init__(self, session: Session) -> None:
        self._session = session

    def takes(self) -> tuple[Take, ...]:
        return tuple(Take(self._session, name) for name in self._session.file.takes)

    def currentTake(self) -> Take:
        return Take(self._session, self._session.take)

    def findTake(self, take_name: str) -> Take | None:
        return Take(self._session, take_name) if take_name in self._session.file.takes else None

    def setCurrentTake(self, take: Take) -> None:
        if take.name() not in self._session.file.takes:
            raise OperationFailed(f"no take {take.name()}")
        self._session.write(f"take {take.name()}")
        self._session.take = take.name()


class Events:
    """Callbacks that are added and removed by the function itself."""

    def __init__(self) -> None:
        self.callbacks: list[Callable[..., None]] = []

    def remove(self, callback: Callable[..., None]) -> None:
        if callback not in self.callbacks:
            raise OperationFailed("That callback was never added.")
        self.callbacks.remove(callback)

    def emit(self, *details: Any) -> None:
        for callback in list(self.callbacks):
            callback(*details)


class HipFile(Strict, hou="hipFile"):
    def __init__(self, world: Hou) -> None:
        self._world, self._session, self._events = world, world._session, Events()

    def path(self) -> str:
        return self._session.path

    def isNewFile(self) -> bool:
        return self._session.new

    def hasUnsavedChanges(self) -> bool:
        return self._session.dirty

    def isLoadingHipFile(self) -> bool:
        return self._session.loading

    def isShuttingDown(self) -> bool:
        return False

    def save(self, file_name: str | None = None) -> None:
        self._session.write(f"save {file_name or self._session.path}", dirties=False)
        self._event("BeforeSave")
        self._session.path = file_name or self._session.path
        if "unwritable" in self._session.path:
            raise OperationFailed("The attempted operation failed.\nUnable to save file: Permission denied")
        self._session.saved.append(self._session.path)
        self._session.dirty = self._session.new = False
        self._event("AfterSave")

    def addEventCallback(self, callback: Callable[[EnumValue], None]) -> None:
        self._events.callbacks.append(callback)

    def removeEventCallback(self, callback: Callable[[EnumValue], None]) -> None:
        self._events.remove(callback)

    def _event(self, name: str) -> None:
        self._events.emit(getattr(self._world.hipFileEventType, name))


class Playbar(Strict, hou="playbar"):
    def __init__(self, session: Session) -> None:
        self._session, self._events = session, Events()

    def frameRange(self) -> Any:
        return Vector2(self._session.range)

    def playbackRange(self) -> Any:
        return Vector2(self._session.playback)

    def frameIncrement(self) -> float:
        words = self._session.file.start.get("fplayback", "").split()
        return float(words[words.index("-s") + 1]) if "-s" in words else 1.0

    def isPlaying(self) -> bool:
        return self._session.playing

    def addEventCallback(self, callback: Callable[[EnumValue, float], None]) -> None:
        self._events.callbacks.append(callback)

    def removeEventCallback(self, callback: Callable[[EnumValue, float], None]) -> None:
        self._events.remove(callback)


class Vector2(Strict, hou="Vector2"):
    def __init__(self, values: tuple[float, float]) -> None:
        self._values = values

    def __getitem__(self, index: int) -> float:
        return self._values[index]

    def __len__(self) -> int:
        return 2


class Hda(Strict, hou="hda"):
    def __init__(self, session: Session) -> None:
        self._session = session

    def componentsFromFullNodeTypeName(self, node_type_name: str) -> tuple[str, ...]:
        """(scope, namespace, name, version)."""
        scope, slash, rest = node_type_name.rpartition("/")
        parts = rest.split("::")
        version = parts.pop() if len(parts) > 1 and parts[-1][:1].isdigit() else ""
        return (scope + slash, "::".join(parts[:-1]), parts[-1], version)

    def loadedFiles(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._session.file.libraries.values()))


class UndosDisabler(Strict, hou="UndosDisabler"):
    def __enter__(self) -> None:
        return None

    def __exit__(self, *details: Any) -> None:
        return None


class Undos(Strict, hou="undos"):
    def disabler(self) -> UndosDisabler:
        return UndosDisabler()


class Hou(types.ModuleType):
    """The module. What is not here and is in the stubs raises NotImplementedError, what is in neither NotHere."""

    def __init__(self, session: Session) -> None:
        super().__init__("hou")
        self._session = session
        self._nodes: dict[int, Node] = {}
        self._classes = _classes()
        self.__dict__.update(self._classes)
        self.Error, self.OperationFailed, self.ObjectWasDeleted = Error, OperationFailed, ObjectWasDeleted
        self.hipFile, self.playbar, self.takes = HipFile(self), Playbar(session), Takes(session)
        self.hda, self.undos = Hda(session), Undos()
        self.module = Module(self)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        line = stubs.members("").get(name)
        if line is None or name in stubs.NEWER:
            raise NotHere(f"hou has no {name}")
        if line.startswith("def "):
            return getattr(self.module, name)
        if any(member.startswith(f"{key}: EnumValue") for key, member in stubs.members(name).items()):
            setattr(self, name, Enumeration(name))
            return self.__dict__[name]
        raise NotImplementedError(f"the stand-in has no hou.{name} yet")

    def _node(self, node: FileNode) -> Node:
        if id(node) not in self._nodes:
            name = node_types.CLASSES.get(self._session.category(node), "")
            self._nodes[id(node)] = self._classes.get(name, Node)(self, node)
        return self._nodes[id(node)]

    def _open_callbacks(self) -> int:
        """How many callbacks of every kind are in place; for the tests."""
        nodes = sum(len(node._callbacks) for node in self._nodes.values())
        return nodes + len(self.hipFile._events.callbacks) + len(self.playbar._events.callbacks)


class Module(Strict, hou=""):
    """The functions of the module itself."""

    def __init__(self, world: Hou) -> None:
        self._world, self._session = world, world._session

    def applicationVersionString(self) -> str:
        return self._session.variables["_HIP_SAVEVERSION"]

    def licenseCategory(self) -> EnumValue:
        found: EnumValue = getattr(self._world.licenseCategoryType, self._session.file.licence)
        return found

    def isUIAvailable(self) -> bool:
        return "ui" in self._world.__dict__

    def fps(self) -> float:
        return self._session.fps

    def frame(self) -> float:
        return self._session.frame

    def setFrame(self, frame: float) -> None:
        self._session.write(f"frame {frame}", dirties=False)
        self._session.frame = frame

    def root(self) -> Node:
        return self._world._node(self._session.file.root)

    def node(self, path: str) -> Node | None:
        found = self._session.find(path)
        return self._world._node(found) if found is not None else None

    def selectedNodes(self) -> tuple[Node, ...]:
        return tuple(node for path in sorted(self._session.selected) if (node := self.node(path)) is not None)

    def getenv(self, name: str, default_value: str | None = None) -> str | None:
        if name == "HFS":
            return self._session.hfs
        return self._session.variables.get(name, default_value)

    def hscript(self, command: str) -> tuple[str, str]:
        """`setenv` alone lists the variables, a tab and an equals sign between (a public deadline-cloud script)."""
        if command != "setenv":
            raise NotImplementedError(f"the stand-in knows no hscript {command!r}")
        return "".join(f"{name}\t= {value}\n" for name, value in self._session.variables.items()), ""
