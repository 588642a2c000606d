"""The open scene's network and parameters, as the reader of .hip files asks a file for them.

So the two compose an item in one place (`farmdeck.scenes.houdini._items`), each from what it knows.
"""

from __future__ import annotations

from collections.abc import Sequence

import hou
from farmdeck.scenes.houdini._expand import Unexpandable

from ._parms import NodeParms, pattern, raw_text
from ._walk import node_at

_NO_CATEGORY = ("Manager", "Director")
"""What `/obj` and the root are: the reader gives them none."""


class OpenScene:
    """What was found on the walk by path, and the rest asked of Houdini."""

    def __init__(self) -> None:
        self.types: dict[str, str] = {}
        """Full type names by path, in the order of the walk."""
        self._categories: dict[str, str] = {}

    def note(self, node: hou.OpNode, path: str) -> None:
        """Remember the node."""
        kind = node.type()
        category = kind.category().name()
        self._categories[path] = "" if category in _NO_CATEGORY else category
        if self._categories[path]:
            self.types[path] = kind.name()

    def category(self, path: str) -> str:
        """`Object`, `Sop`, `Driver`, …; "" for Houdini's own managers, and for what is not there."""
        return self._categories.get(path, "")

    def inputs(self, path: str) -> Sequence[str]:
        """The paths of the nodes that are wired into it, dots followed."""
        node = node_at(path)
        return [wired.path() for wired in node.inputs() if wired is not None] if node is not None else []

    def bypassed(self, path: str) -> bool:
        """Is it, or a network that it lies in, bypassed?"""
        here: hou.Node | None = hou.node(path)
        while here is not None:
            if _flag(here, hou.nodeFlag.Bypass):
                return True
            here = here.parent()
        return False

    def locked(self, path: str) -> bool:
        """Is its lock on?"""
        node = hou.node(path)
        return node is not None and _flag(node, hou.nodeFlag.Lock)

    def at(self, path: str) -> NodeParms:
        """The node's parameters; none for "" and for what is not there."""
        return NodeParms(node_at(path) if path else None)

    def pattern(self, path: str, parm: str) -> str:
        """What the text becomes, `#` for each digit of the frame number. Raises Unexpandable."""
        found = self._parm(path, parm)
        if found is None:
            raise Unexpandable(f"{path}/{parm}")
        return pattern(found)

    def written(self, path: str, parm: str) -> str:
        """As it is written, or its expression."""
        found = self._parm(path, parm)
        return raw_text(found) if found is not None else ""

    def _parm(self, path: str, parm: str) -> hou.Parm | None:
        node = node_at(path)
        return node.parm(parm) if node is not None else None


def _flag(node: hou.Node, flag: hou.EnumValue) -> bool:
    """Only some classes of nodes have that flag."""
    return node.isFlagReadable(flag) and node.isGenericFlagSet(flag)
