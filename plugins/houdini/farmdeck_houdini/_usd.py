"""USD: the layers of stages that Houdini has composed already, and the files that layers on the disk name.

Nothing is cooked for it: a stage that is not up to date is left alone, and the files that its LOPs name are followed
on the disk. OpenUSD, where it can be imported, follows binary layers, too.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

import hou
from farmdeck.scenes.houdini._files import KINDS, extension
from farmdeck.scenes.houdini._usd import Layers, Named


def composed_layers(node: hou.OpNode) -> list[str]:
    """The files of the stage that this LOP made when it last cooked; none when it would have to cook now."""
    if not isinstance(node, hou.LopNode) or node.needsToCook():
        return []
    try:
        stage = node.stage()
    except hou.OperationFailed:  # it cooked, with errors
        return []
    layers = stage.GetUsedLayers() if stage is not None else ()
    return sorted({layer.realPath for layer in layers if layer.realPath})


class Dependencies:
    """What layers on the disk name, each layer once. For the worker thread: no `hou`."""

    def __init__(self) -> None:
        self._layers = Layers()
        self._seen: set[str] = set()

    @property
    def unread(self) -> list[str]:
        """Binary layers that could not be looked into."""
        return self._layers.unread

    def named_by(self, file: str) -> Iterable[Named]:
        """Everything that the layer names, and what the layers among it name."""
        if file in self._seen:
            return ()
        self._seen.add(file)
        return _composed(file) or self._layers.named_by(file)


def _composed(file: str) -> list[Named]:
    """What OpenUSD finds, recursively; none when it is not there, or cannot open the file."""
    try:
        from pxr import Tf, UsdUtils
    except ImportError:
        return []
    try:
        layers, assets, missing = UsdUtils.ComputeAllDependencies(file)
    except Tf.ErrorException:
        return []
    paths = [*(layer.realPath for layer in layers), *assets, *missing]
    own = os.path.realpath(file)
    wanted = [path for path in paths if extension(path) in KINDS and os.path.realpath(path) != own]
    return [Named(path, path, KINDS[extension(path)]) for path in dict.fromkeys(wanted)]
