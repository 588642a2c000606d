"""`maya.cmds` as the adapter uses it, answered from a scene: with its habits, its errors, and nothing that it lacks.

Habits (shared/facts, hosts, 2.1 and 8; Autodesk's command reference): None for an empty list, "0"/"1" for switches in
filePathEditor, RuntimeError from referenceQuery and pluginInfo, ValueError for a plug that does not exist.
Here are the commands about the session; those about nodes are in `node_commands`.
"""

from __future__ import annotations

import threading
from typing import Any, Callable

from . import stubs
from .flags import only, query
from .graph import Unknown
from .node_commands import NodeCommands
from .session import Session


def require_main_thread(what: str) -> None:
    """Maya's commands and API are for the main thread alone."""
    if threading.current_thread() is not threading.main_thread():
        raise Unknown(f"{what} was called off the main thread.")


class Commands(NodeCommands):
    """Each public method is a command. Its flags are looked up in the stubs before it is called."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.calls: list[str] = []
        """The name of every command that was called."""

    def command(self, name: str) -> Callable[..., Any]:
        """The command of that name, checked. Raises Unknown for what the stubs do not have."""
        known = stubs.flags(name)
        if known is None:
            raise Unknown(f"maya.cmds has no {name}.")
        answer = getattr(self, name, None)
        if answer is None:
            raise Unknown(f"The stand-in has no answer to {name}.")

        def call(*arguments: Any, **flags: Any) -> Any:
            require_main_thread(name)
            odd = set(flags) - known
            if odd:
                raise Unknown(f"{name} has no flag {', '.join(sorted(odd))}.")
            self.calls.append(name)
            return answer(*arguments, **flags)

        return call

    # -- the session

    def file(self, *arguments: str, **flags: Any) -> Any:
        if flags.pop("query", False):
            return only(flags, {
                "sceneName": lambda: self._session.scene_name,
                "modified": lambda: self._session.modified,
                "type": lambda: ["mayaBinary" if self._session.scene_name.endswith(".mb") else "mayaAscii"],
            })  # fmt: skip
        if set(flags) <= {"save", "type", "force"} and flags.get("save"):
            if not self._session.scene_name:
                raise RuntimeError("Unable to save: the file has no name.\n")
            self._session.write("file -save")
            return self._session.save()
        if set(flags) == {"rename"}:
            self._session.write("file -rename")
            self._session.scene_name = flags["rename"]
            return self._session.scene_name
        raise Unknown(f"file with {flags}")

    def about(self, **flags: Any) -> Any:
        return only(flags, {
            "version": lambda: self._session.version,
            "batch": lambda: self._session.batch,
            "product": lambda: self._graph.file.info.get("product", "Maya"),
            "apiVersion": lambda: int(float(self._session.version or 2025) * 10000),
        })  # fmt: skip

    def workspace(self, *arguments: str, **flags: Any) -> Any:
        flags.pop("query", None)
        if set(flags) == {"fileRuleEntry"}:
            return self._session.rules.get(flags["fileRuleEntry"], "")
        return only(flags, {
            "rootDirectory": lambda: self._session.project + "/",
            "fileRuleList": lambda: list(self._session.rules) or None,
        })  # fmt: skip

    def currentUnit(self, **flags: Any) -> str:
        query(flags)
        units = self._graph.file.units
        full = flags.pop("fullName", False)
        if set(flags) == {"linear"}:
            unit = _LENGTHS.get(units.get("l", "cm"), units.get("l", "cm"))
            return {v: k for k, v in _LENGTHS.items()}.get(unit, unit) if full else unit
        return str(only(flags, {"time": lambda: units.get("t", "film")}))

    def currentTime(self, *arguments: float, **flags: Any) -> float:
        query(flags, f"The time was set to {arguments}")
        return float(self.getAttr("time1.outTime"))

    def play(self, **flags: Any) -> Any:
        query(flags)
        return only(flags, {"state": lambda: self._session.playing})

    def mayaHasRenderSetup(self, **flags: Any) -> bool:
        layers = [node for node in self._graph.walk() if node.type == "renderLayer" and not node.reference]
        return all(layer.name == "defaultRenderLayer" or self._graph.targets(layer, "msg") for layer in layers)

    def editRenderLayerGlobals(self, **flags: Any) -> str:
        query(flags, "The current render layer was switched")
        return str(only(flags, {"currentRenderLayer": self._session.current_layer}))

    def fileInfo(self, *arguments: str, **flags: Any) -> Any:
        if flags.pop("query", False):
            only(flags | {"": True}, {"": lambda: None})
            value = self._graph.file.info.get(arguments[0])
            return [value] if value is not None else None
        self._session.write("fileInfo")
        self._graph.file.info[arguments[0]] = arguments[1].replace("\\", "\\\\").replace('"', '\\"')
        return None

    def colorManagementPrefs(self, **flags: Any) -> Any:
        query(flags)
        return only(flags, {
            "cmEnabled": lambda: self.getAttr("defaultColorMgtGlobals.cmEnabled"),
            "cmConfigFileEnabled": lambda: self.getAttr("defaultColorMgtGlobals.configFileEnabled"),
            "configFilePath": lambda: self.getAttr("defaultColorMgtGlobals.configFilePath") or "",
        })  # fmt: skip

    def pluginInfo(self, *arguments: str, **flags: Any) -> Any:
        if flags.pop("edit", False):
            self._session.write("pluginInfo -edit")
            return None
        query(flags)
        if set(flags) == {"pluginsInUse"}:
            flat = [word for row in dict.fromkeys(self._graph.file.plugins) for word in row]
            return flat or None
        raise Unknown(f"pluginInfo with {flags}")

    def unknownPlugin(self, *arguments: str, **flags: Any) -> list[str] | None:
        query(flags)
        return only(flags, {"list": lambda: None})  # type: ignore[no-any-return]


_LENGTHS = {"centimeter": "cm", "meter": "m", "millimeter": "mm", "inch": "in", "foot": "ft", "yard": "yd"}
