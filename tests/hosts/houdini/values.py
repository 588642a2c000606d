"""What a parm is worth: its definition, its text, its channel and its take, evaluated at a frame."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import hscript, node_types
from .hip_parser import Definition, FileNode, Segment

if TYPE_CHECKING:
    from .session import Session


@dataclass(frozen=True)
class Slot:
    """One parm: where its text is kept."""

    node: FileNode
    tuple_name: str
    index: int
    name: str
    definition: Definition | None


def suffixes(tuple_name: str, definition: Definition | None, size: int) -> list[str]:
    """What each part of the tuple adds to its name: `x`, `y`; nothing for a parm that is alone."""
    if size <= 1:
        return [""]
    kind = definition.type if definition is not None else ""
    if kind.startswith(("vector", "intvector", "direction")):
        letters = "xyzw"
    elif kind.startswith("color"):
        letters = "rgba"
    elif kind.startswith("uv"):
        letters = "uvw"
    else:
        letters = node_types.SUFFIXES.get(tuple_name, "")
    return [letters[index] if index < len(letters) else str(index + 1) for index in range(size)]


@dataclass
class Evaluation:
    """One evaluation: on a slot, at a frame. What hscript.Place asks for."""

    session: Session
    slot: Slot
    frame: float
    depth: int = 0

    def text_value(self) -> str:
        """As hou.Parm.evalAsString has it."""
        value = self.session.value(self.slot)
        segments = self.slot.node.channels.get(value.channel or "-")
        if segments:
            return hscript.as_text(self._channel_value(segments))
        if self.is_string():
            return hscript.expand(value.text, self)
        if value.text.startswith(("$", "ch(")):
            return hscript.as_text(hscript.evaluate(value.text, self))
        return value.text

    def raw(self) -> str:
        value = self.session.value(self.slot)
        segments = self.slot.node.channels.get(value.channel or "-")
        return segments[0].expression if segments and self.is_string() else value.text

    def number(self) -> float:
        """As evalAsFloat: a menu by its place, a toggle 0 or 1. Raises TypeError for text."""
        word = self.text_value()
        menu = self.menu()
        if word in menu:
            return float(menu.index(word))
        if word.lower() in ("on", "off") and not self.is_string():
            return float(word.lower() == "on")
        try:
            return float(word)
        except ValueError:
            raise TypeError(f"{self.slot.name} is {word!r}, which is no number") from None

    def menu(self) -> tuple[str, ...]:
        definition = self.slot.definition
        if definition is not None and definition.menu and definition.type == "ordinal":
            return tuple(definition.menu)
        return node_types.MENUS.get(self.slot.name, ())

    def is_string(self) -> bool:
        """A string parm; of compiled types that is what is no number, menu or toggle."""
        definition = self.slot.definition
        if definition is not None and definition.type not in ("string",):
            return definition.type in ("oppath", "oplist", "file", "geometry", "image", "directory")
        if definition is not None:
            return True
        value = self.session.value(self.slot)
        if self.slot.name in node_types.MENUS or self.slot.tuple_name in node_types.SUFFIXES:
            return False
        return not re.fullmatch(r"-?\d*\.?\d+(e-?\d+)?|on|off", value.text)

    def _channel_value(self, segments: list[Segment]) -> hscript.Result:
        seconds = (self.frame - 1) / self.session.fps
        segment = next((each for each in reversed(segments) if seconds >= each.start), segments[0])
        if segment.language == "python":
            raise hscript.Unknown("a Python expression")
        if segment.expression in ("bezier()", "linear()", "cubic()", "constant()", "qlinear()", ""):
            first, last = (*segment.values, 0.0)[0], (*segment.values, 0.0, 0.0)[1]
            if segment.length <= 0 or len(segment.values) < 2 or segment.expression == "constant()":
                return first
            part = min(1.0, max(0.0, (seconds - segment.start) / segment.length))
            return first + (last - first) * part
        return hscript.evaluate(segment.expression, self)

    # -- hscript.Place

    def clock(self, name: str) -> float | None:
        found = self.session.clock_variables.get(name)
        return found(self.frame) if found is not None else None

    def variable(self, name: str) -> str | None:
        time = self.clock(name)
        if time is not None or name == "OS":
            return self.slot.node.name if time is None else hscript.as_text(time)
        return self.session.variables.get(name, os.environ.get(name))

    def channel(self, path: str) -> float:
        try:
            return self._other(path).number()
        except TypeError as exc:  # a compiled type's menu, whose tokens the file does not tell
            raise hscript.Unknown(str(exc)) from exc

    def text(self, path: str) -> str:
        return self._other(path).text_value()

    def raw_text(self, path: str) -> str:
        return self._other(path).raw()

    def node_path(self, path: str) -> str:
        node = self.session.find(path, self.slot.node)
        return node.path if node is not None else ""

    def _other(self, path: str) -> Evaluation:
        if self.depth > 30:
            raise hscript.Unknown(f"a circle at {path}")
        folder, _, name = path.rpartition("/")
        node = self.session.find(folder or ".", self.slot.node)
        slot = self.session.slots(node).get(name) if node is not None else None
        if slot is None:
            raise hscript.Unknown(f"no parm {path}")
        return Evaluation(self.session, slot, self.frame, self.depth + 1)
