"""Houdini's `hython`, as far as render_hython.py uses it: runs a script with a `hou` that has just those calls.

Every name and argument is one of types-houdini 21.0; anything else is an AttributeError or a TypeError. The scene is
JSON: {"nodes": {path: {"parms": {name: value}, "writes": [names], …}}, "takes": […]} and what goes wrong:
{"crash", "hang", "fail": frame}, {"licence": true}.
"""

from __future__ import annotations

import json
import os
import re
import runpy
import signal
import sys
import time
import types
from pathlib import Path


class Error(Exception):
    def instanceMessage(self) -> str:
        return str(self)


class OperationFailed(Error):
    pass


class Event:
    PreFrame = "PreFrame"


class Template:
    def __init__(self, write: bool) -> None:
        self._write = write

    def tags(self) -> dict[str, str]:
        return {"filechooser_mode": "write"} if self._write else {}


class Parm:
    def __init__(self, node: Node, name: str, value: object, write: bool, locked: bool) -> None:
        self._node, self._name, self._value, self._write = node, name, value, write
        self._locked = self._keyed = locked

    def name(self) -> str:
        return self._name

    def lock(self, on: bool) -> None:
        self._locked = on

    def deleteAllKeyframes(self) -> None:
        if self._locked:
            raise OperationFailed("The parameter is locked.")
        self._keyed = False

    def set(self, value: object) -> None:
        if self._locked or self._keyed:
            raise OperationFailed("The parameter is locked or has keyframes.")
        self._value = value

    def parmTemplate(self) -> Template:
        return Template(self._write)

    def evalAsString(self) -> str:
        return self.evalAsStringAtFrame(hou.state["frame"])

    def evalAsStringAtFrame(self, frame: float) -> str:
        return expand(str(self._value), int(frame))

    def evalAsInt(self) -> int:
        return int(self._value)  # type: ignore[call-overload]

    def pressButton(self) -> None:
        assert self._name == "execute"
        first, last, step = (int(self._node.parm(name).evalAsInt()) for name in ("f1", "f2", "f3"))
        self._node.write_range(first, last, step)


class Node:
    def __init__(self, path: str, told: dict) -> None:
        self._path, self._told = path, told
        self._heard: list = []
        writes, locked = told.get("writes", []), told.get("locked", [])
        self._parms = {n: Parm(self, n, v, n in writes, n in locked) for n, v in told["parms"].items()}

    def path(self) -> str:
        return self._path

    def node(self, path: str) -> Node | None:
        return hou.node(path if path.startswith("/") else str(Path(self._path, path)))

    def parm(self, name: str) -> Parm | None:
        return self._parms.get(name)

    def parms(self) -> tuple[Parm, ...]:
        return tuple(self._parms.values())

    def errors(self) -> tuple[str, ...]:
        return ()

    def parent(self) -> Node | None:
        return hou.node(str(Path(self._path).parent))

    def inputs(self) -> tuple[Node, ...]:
        return tuple(hou.nodes[path] for path in self._told.get("inputs", []))

    def hdaModule(self) -> types.SimpleNamespace:
        return types.SimpleNamespace(
            getwedges=lambda node: ([("size", 1), ("size", 2)], [], ""),
            applyspecificwedge=lambda node, wedge: hou.state.update(wedge=wedge[1]),
        )

    def write_range(self, first: int, last: int, step: int) -> None:
        output = self._told["output"]
        for frame in range(first, last + 1, step):
            hou.state["frame"] = frame
            for heard in self._heard:
                heard(self, Event.PreFrame, frame / 24)
            print(f"ALF_PROGRESS 50%\n17:07:56  {self._path} frame {frame}", flush=True)
            self.one_frame(frame)
            for name in [output, *self._told.get("writes", [])]:
                path = Path(self._told.get("stubborn") or self._parms[name].evalAsString())
                path = Path(expand(str(path), frame))
                path.parent.mkdir(parents=True, exist_ok=True)
                old = path.read_text() if path.exists() and "#" not in path.name else ""
                said = f"{old if '$F' not in str(self._parms[name]._value) else ''}{frame} {hou.hipFile.name} "
                path.write_text(f"{said}{hou.state['wedge']} {hou.state['take']}\n")

    def one_frame(self, frame: int) -> None:
        if hou.told.get("crash") == frame:
            os.kill(os.getpid(), signal.SIGSEGV)
        while hou.told.get("hang") == frame:
            time.sleep(60)
        if hou.told.get("fail") == frame:
            raise OperationFailed("Cook error in input: the solver diverged.")


class RopNode(Node):
    def isBypassed(self) -> bool:
        return bool(self._told.get("bypass"))

    def isLocked(self) -> bool:
        return False

    def addRenderEventCallback(self, callback: object, run_before_script: bool = False) -> None:
        self._heard.append(callback)

    def render(
        self,
        *,
        frame_range: tuple[int, int, int],
        ignore_inputs: bool,
        ignore_bypass_flags: bool,
        verbose: bool,
        output_progress: bool,
    ) -> None:
        assert ignore_inputs and ignore_bypass_flags and self._parms["trange"].evalAsInt() == 1
        self.write_range(*frame_range)


def expand(text: str, frame: int) -> str:
    text = text.replace("$HIPNAME", Path(hou.hipFile.name).stem)
    return re.sub(r"\$F(\d*)", lambda match: str(frame).zfill(int(match.group(1) or 1)), text)


class HipFile:
    name = ""

    def load(self, file_name: str, suppress_save_prompt: bool = False, ignore_load_warnings: bool = False) -> None:
        try:
            hou.told = json.loads(Path(file_name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise OperationFailed(f"Could not read\n{file_name}.") from None
        self.name = file_name
        hou.nodes = {
            path: (RopNode if told.get("rop", True) else Node)(path, told) for path, told in hou.told["nodes"].items()
        }

    def setName(self, file_name: str) -> None:
        self.name = file_name


class Hou(types.ModuleType):
    Error, OperationFailed, ropRenderEventType, RopNode = Error, OperationFailed, Event, RopNode
    hipFile = HipFile()
    told: dict
    nodes: dict[str, Node]
    state = {"frame": 1, "wedge": 0, "take": "Main"}

    def node(self, path: str) -> Node | None:
        return self.nodes.get(path)

    def intFrame(self) -> int:
        return int(self.state["frame"])  # type: ignore[call-overload]

    def applicationVersionString(self) -> str:
        return "20.5.370"

    def hscript(self, command: str) -> tuple[str, str]:
        assert re.fullmatch(r"set WEDGENUM = \d+|varchange", command)
        return "", ""

    @property
    def takes(self) -> types.SimpleNamespace:
        return types.SimpleNamespace(
            findTake=lambda name: name if name in self.told.get("takes", []) else None,
            setCurrentTake=lambda take: self.state.update(take=take),
        )


hou = Hou("hou")

if __name__ == "__main__":
    if os.environ.get("STANDIN_NO_LICENCE"):
        print("No licenses could be found to run this application.\n\tPlease check for a valid license server host")
        sys.exit(3)
    sys.modules["hou"] = hou
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
