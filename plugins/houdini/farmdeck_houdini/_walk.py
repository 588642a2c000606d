"""The nodes of the open scene, one after the other: each network before what lies in it, as a .hip file has them.

A locked digital asset's contents belong to its library, and there may be thousands of them: of these only the nodes
that it leaves editable are the scene's own. Their names stand in the definition's `EditableNodes` section.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

import hou


def node_at(path: str) -> hou.OpNode | None:
    """The node of that path. (Its class is `hou.Node` before Houdini 20.5, with the same methods.)"""
    return cast("hou.OpNode | None", hou.node(path))


def nodes() -> Iterator[tuple[hou.OpNode, int]]:
    """Every node of the scene's own without the root, and how many more are known of; ones that go are left out."""
    waiting = list(_inside(cast("hou.OpNode", hou.root())))[::-1]
    while waiting:
        node = waiting.pop()
        try:
            waiting += _inside(node)[::-1]
        except hou.ObjectWasDeleted:
            continue
        yield node, len(waiting)


def _inside(node: hou.OpNode) -> Sequence[hou.OpNode]:
    if node.parent() is None or not node.isLockedHDA():
        return node.children()
    definition = node.type().definition()
    section = definition.sections().get("EditableNodes") if definition is not None else None
    found = (node.node(name) for name in (section.contents().split() if section is not None else ()))
    return [each for each in found if each is not None]
