"""A Maya to import: `with maya(path) as session:` puts `maya.cmds` and the rest into sys.modules, for that block.

The adapter's own modules are imported anew for each, since they keep hold of the Maya that they were imported in.
"""

from __future__ import annotations

import importlib.util
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable

from . import stubs
from .commands import Commands, require_main_thread
from .graph import Graph, Unknown
from .interface import Interface
from .session import Session

PLUGIN = Path(__file__).parents[3] / "plugins" / "maya"
_ADAPTER = "farmdeck_maya"


class StandIn(Commands, Interface):
    """A running Maya with one scene."""

    def __init__(self, path: Path, allowed: frozenset[str]) -> None:
        Interface.__init__(self)
        Commands.__init__(self, Session(path, allowed))
        self.callbacks: dict[int, tuple[Any, Callable[..., None]]] = {}
        """By id: (message or event, function). What is left after a close is a leak."""
        self.deferred: list[Any] = []
        self.loaded: dict[str, types.ModuleType] = {}
        self.reading = False
        self.state = 0

    @property
    def session(self) -> Session:
        """The open scene."""
        return self._session

    # -- what happens in Maya

    def open(self, path: Path) -> None:
        """File > Open: scriptJobs that die with the scene do so, then it is told."""
        self.jobs = {id: job for id, job in self.jobs.items() if not job.get("killWithScene")}
        allowed = self._session.allowed
        self._session = Session(path, allowed)
        self.tell("kAfterOpen")

    def tell(self, event: str) -> None:
        """A message or an event comes, as `kAfterSave` or `timeUnitChanged`."""
        for name, function in list(self.callbacks.values()):
            if name == event:
                function(None)

    def change(self, plug: str, value: Any) -> None:
        """The artist sets an attribute."""
        node, _, path = self._plug(plug)
        node.values[path] = value
        self._session.modified = True
        for job in list(self.jobs.values()):
            if job["attributeChange"][0] == plug:
                job["attributeChange"][1]()

    def idle(self) -> None:
        """What was deferred is run."""
        deferred, self.deferred = self.deferred, []
        for work in deferred:
            exec(work, {}) if isinstance(work, str) else work()

    def left(self) -> list[str]:
        """Everything that somebody made and did not take away."""
        return [*super().left(), *(f"callback {name}" for name, _ in self.callbacks.values())]

    # -- commands that need all of it

    def loadPlugin(self, name: str, **flags: Any) -> list[str]:
        """Looks in the module's plug-ins folder, as MAYA_PLUG_IN_PATH has it."""
        path = PLUGIN / "plug-ins" / f"{name}.py"
        if not path.is_file():
            raise RuntimeError(f'Plug-in, "{name}", was not found on MAYA_PLUG_IN_PATH.\n')
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        if not hasattr(module, "maya_useNewAPI"):
            raise Unknown("A plug-in of the API 2.0 says so with maya_useNewAPI.")
        module.initializePlugin(object())
        self.loaded[name] = module
        return [name]

    def unloadPlugin(self, name: str, **flags: Any) -> list[str]:
        self.loaded.pop(name).uninitializePlugin(object())
        return [name]

    def pluginInfo(self, *arguments: str, **flags: Any) -> Any:
        if flags == {"query": True, "loaded": True}:
            return arguments[0] in self.loaded
        return super().pluginInfo(*arguments, **flags)


class _Checked:
    """A class of the API: only names that the stub has, only on the main thread."""

    def __init__(self, module: str, owner: str, answers: dict[str, Any]) -> None:
        self._module, self._owner, self._answers = module, owner, answers

    def __getattr__(self, name: str) -> Any:
        if name not in stubs.members(self._module, self._owner):
            raise Unknown(f"maya.{self._module}.{self._owner} has no {name}.")
        require_main_thread(f"{self._owner}.{name}")
        if name.startswith("k"):
            return self._answers.get(name, name)
        if name not in self._answers:
            raise Unknown(f"The stand-in has no answer to {self._owner}.{name}.")
        return self._answers[name]


def _modules(maya: StandIn) -> dict[str, types.ModuleType]:
    names = ("maya", "maya.cmds", "maya.mel", "maya.utils", "maya.OpenMaya", "maya.OpenMayaUI", "maya.api",
             "maya.api.OpenMaya")  # fmt: skip
    made = {name: types.ModuleType(name) for name in names}
    for name, module in made.items():
        parent, _, leaf = name.rpartition(".")
        if parent:
            setattr(made[parent], leaf, module)
    made["maya.cmds"].__getattr__ = maya.command  # type: ignore[method-assign]
    made["maya.mel"].eval = maya.mel  # type: ignore[attr-defined]
    made["maya.utils"].executeDeferred = lambda work: maya.deferred.append(work)  # type: ignore[attr-defined]
    for attribute, value in _api(maya).items():
        setattr(made["maya.api.OpenMaya"], attribute, value)
    io = {"isReadingFile": lambda: maya.reading}
    made["maya.OpenMaya"].MFileIO = _Checked("OpenMaya", "MFileIO", io)  # type: ignore[attr-defined]
    util = _Checked("OpenMayaUI", "MQtUtil", {"getCurrentParent": lambda: _pointer(maya.current_dock)})
    made["maya.OpenMayaUI"].MQtUtil = util  # type: ignore[attr-defined]
    return made


def _api(maya: StandIn) -> dict[str, Any]:
    """The classes of the API 2.0 that the adapter uses."""
    ids = iter(range(1, 100_000))

    def add(what: Any, function: Callable[..., None]) -> int:
        id = next(ids)
        maya.callbacks[id] = (what, function)
        return id

    def remove(id: int) -> None:
        if maya.callbacks.pop(id, None) is None:
            raise RuntimeError("(kInvalidParameter): No such callback")

    return {
        "MSceneMessage": _Checked("api.OpenMaya", "MSceneMessage", {"addCallback": add}),
        "MEventMessage": _Checked("api.OpenMaya", "MEventMessage", {"addEventCallback": add}),
        "MMessage": _Checked("api.OpenMaya", "MMessage", {"removeCallback": remove}),
        "MGlobal": _Checked("api.OpenMaya", "MGlobal", {
            "mayaState": lambda: maya.state, "kInteractive": 0, "kBatch": 1, "kBaseUIMode": 3,
        }),
        "MFnPlugin": lambda plugin, vendor, version, api: plugin,
    }  # fmt: skip


def _pointer(widget: Any) -> int:
    """As MQtUtil gives it: the address of the C++ object."""
    from farmdeck_ui._vendor.Qt import QtCompat

    return int(QtCompat.getCppPointer(widget))


@contextmanager
def maya(path: Path, *allowed: str) -> Iterator[StandIn]:
    """A Maya in which the file is open; `allowed` names what may be written. Afterwards nothing of it is left."""
    stand_in = StandIn(path, frozenset(allowed))
    made = _modules(stand_in)
    before = {name: sys.modules.get(name) for name in made}
    _forget_adapter()
    sys.modules.update(made)
    try:
        yield stand_in
    finally:
        _forget_adapter()
        for name, module in before.items():
            if module is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module


def _forget_adapter() -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == _ADAPTER]:
        del sys.modules[name]


__all__ = ["PLUGIN", "Graph", "StandIn", "Unknown", "maya"]
