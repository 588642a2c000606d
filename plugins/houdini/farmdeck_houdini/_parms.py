"""Parameters of the open scene, evaluated where that is cheap, and never raising what Houdini raises."""

from __future__ import annotations

import re
from dataclasses import dataclass

import hou
from farmdeck.scenes.houdini._expand import Unexpandable, frame_pattern

FAILURES = (hou.OperationFailed, hou.ObjectWasDeleted, TypeError)
"""What evaluating a parameter raises: an expression that fails, a node that is gone, a text where a number is asked."""
_MOVES = re.compile(r"\$\{?(S?F|FF|T)|[`(]")
"""What may depend on the frame; all else is evaluated at the current one alone."""
_COOKS = re.compile(
    r"\b(bbox|centroid|details?|detailsnap|nearpoint|npoints|nprims|points?|pointlist|pointavg|prims?|primlist|primuv"
    r"|surflen|unituv|vertexs?|volumeindex|volumesample)\s*\("
)
"""Functions of geometry, which Houdini cooks for them [https://www.sidefx.com/docs/houdini/expressions/]."""
_NAME = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_ALWAYS = re.compile(r"OS|S?F\d*|FF|T|FPS|R?F(START|END)|N?FRAMES|T(START|END)|E|PI|EYE|CH|\d+")
"""Variables that every string has (https://www.sidefx.com/docs/houdini/network/expressions.html#globals)."""


@dataclass(frozen=True)
class NodeParms:
    """What `_rules.Parms` asks for, of a node that may not be there."""

    node: hou.OpNode | None

    def text(self, name: str, default: str = "") -> str:
        """As text at the current frame; what cannot be evaluated as it is written."""
        parm = self.node.parm(name) if self.node is not None else None
        if parm is None:
            return default
        raw = raw_text(parm)
        try:
            return raw if _COOKS.search(raw) else parm.evalAsString()
        except FAILURES:
            return raw

    def number(self, name: str, default: float = 0.0) -> float:
        """As a number at the current frame."""
        parm = self.node.parm(name) if self.node is not None else None
        if parm is None or _COOKS.search(raw_text(parm)):
            return default
        try:
            return parm.evalAsFloat()
        except FAILURES:
            return default


def raw_text(parm: hou.Parm) -> str:
    """As it is written, or its expression; "" when the node is gone."""
    try:
        return parm.rawValue()
    except FAILURES:
        return ""


def pattern(parm: hou.Parm) -> str:
    """What the text becomes, with `#` for each digit of the frame number. Raises Unexpandable."""
    raw = raw_text(parm)
    if _COOKS.search(raw):
        raise Unexpandable(raw)
    for match in _NAME.finditer(raw):
        name = match[1] or match[2]
        if not _ALWAYS.fullmatch(name) and hou.getenv(name) is None:
            raise Unexpandable("$" + name)  # Houdini takes it for an empty text, and would look in another folder
    try:
        return frame_pattern(parm.evalAsStringAtFrame) if _MOVES.search(raw) else parm.evalAsString()
    except FAILURES as exc:
        raise Unexpandable(raw) from exc


def driven(parm: hou.Parm) -> bool:
    """Does an expression make its text? (`unexpandedString` raises for a keyed parameter.)"""
    try:
        parm.unexpandedString()
    except FAILURES:
        return True
    return False
