"""Callbacks of the open scene's that tell when it is another, and that take themselves away again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Callable

import hou

from ._walk import node_at

_FILE = (hou.hipFileEventType.AfterLoad, hou.hipFileEventType.AfterClear, hou.hipFileEventType.AfterMerge)
_RANGE = (hou.playbarEvent.GlobalFrameRangeChanged, hou.playbarEvent.PlaybackFrameRangeChanged)
_NODE = (
    hou.nodeEventType.ParmTupleChanged,
    hou.nodeEventType.InputRewired,
    hou.nodeEventType.FlagChanged,
    hou.nodeEventType.NameChanged,
    hou.nodeEventType.BeingDeleted,
)
_NETWORK = (hou.nodeEventType.ChildCreated, hou.nodeEventType.ChildDeleted)
GONE = (hou.ObjectWasDeleted, hou.OperationFailed)
"""What removing a callback raises when the node is gone, or the callback with it: Houdini drops them at each load."""


class Watch:
    """Calls `changed` after open, new, merge, save, another range and edits of render nodes; `saving` before a save."""

    def __init__(self, changed: Callable[[], None], saving: Callable[[], None]) -> None:
        self._changed, self._saving = changed, saving
        self._nodes: dict[str, tuple[hou.OpNode, tuple[hou.EnumValue, ...]]] = {}
        hou.hipFile.addEventCallback(self._on_file)
        hou.playbar.addEventCallback(self._on_playbar)

    def follow(self, paths: Iterable[str]) -> None:
        """Look after the render nodes of these paths from now on, and the networks that they lie in."""
        wanted: dict[str, tuple[hou.EnumValue, ...]] = {}
        for path in paths:
            wanted.setdefault(path.rpartition("/")[0], _NETWORK)
            wanted[path] = _NODE
        for path in set(self._nodes) - set(wanted):
            self._leave(path)
        for path in set(wanted) - set(self._nodes):
            node = node_at(path)
            if node is not None:
                node.addEventCallback(wanted[path], self._on_node)
                self._nodes[path] = (node, wanted[path])

    def remove(self) -> None:
        """Take every callback away."""
        for path in list(self._nodes):
            self._leave(path)
        hou.hipFile.removeEventCallback(self._on_file)
        hou.playbar.removeEventCallback(self._on_playbar)

    def _leave(self, path: str) -> None:
        node, events = self._nodes.pop(path)
        try:
            node.removeEventCallback(events, self._on_node)
        except GONE:
            pass

    def _on_file(self, event: hou.EnumValue) -> None:
        if event == hou.hipFileEventType.BeforeSave:
            self._saving()
        elif event == hou.hipFileEventType.AfterSave:
            self._changed()
        elif event in _FILE:
            if event != hou.hipFileEventType.AfterMerge:
                self._nodes.clear()
            self._changed()

    def _on_playbar(self, event: hou.EnumValue, frame: float) -> None:
        if event in _RANGE:
            self._changed()

    def _on_node(self, **details: Any) -> None:
        self._changed()
