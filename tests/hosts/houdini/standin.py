"""A stand-in of `hou`: what the adapter uses of it, answered from a .hip file by parsers of its own.

What each call does is its docstring in the published stubs; habits that they do not tell are in hosts.md §2.2 and §8.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

from . import hscript, node_types, stubs
from .hip_parser import FileNode
from .nodes import Error, Node, ObjectWasDeleted, OperationFailed, node_classes
from .session import Session
from .strict import Enumeration, EnumValue, NotHere, Strict
from .values import Evaluation, Slot


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
            raise OperationFailed("Unable to save file: Permission denied")
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


class Text(Strict, hou="text"):
    def __init__(self, session: Session) -> None:
        self._session = session

    def expandString(self, str: str) -> str:
        place = Evaluation(self._session, Slot(self._session.file.root, "", 0, "", None), self._session.frame)
        return hscript.expand(str, place)


class UndosDisabler(Strict, hou="UndosDisabler"):
    def __init__(self, session: Session) -> None:
        self._session = session

    def __enter__(self) -> None:
        self._session.undoable = False

    def __exit__(self, *details: Any) -> None:
        self._session.undoable = True


class Undos(Strict, hou="undos"):
    def __init__(self, session: Session) -> None:
        self._session = session

    def disabler(self) -> UndosDisabler:
        return UndosDisabler(self._session)


class Hou(types.ModuleType):
    """The module. What is not here and is in the stubs raises NotImplementedError, what is in neither NotHere."""

    def __init__(self, session: Session) -> None:
        super().__init__("hou")
        self._session = session
        self._nodes: dict[int, Node] = {}
        self._classes = node_classes()
        self.__dict__.update(self._classes)
        self.Error, self.OperationFailed, self.ObjectWasDeleted = Error, OperationFailed, ObjectWasDeleted
        self.hipFile, self.playbar, self.takes = HipFile(self), Playbar(session), Takes(session)
        self.hda, self.text, self.undos = Hda(session), Text(session), Undos(session)
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
