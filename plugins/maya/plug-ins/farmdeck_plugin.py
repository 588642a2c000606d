"""The Maya plug-in: brings the Farmdeck menu, and takes it, the panel and every callback away when it is unloaded."""

from __future__ import annotations

from typing import Any

import maya.utils
from maya.api import OpenMaya


def maya_useNewAPI() -> None:  # noqa: N802  Maya looks for this name
    """This plug-in uses the Python API 2.0."""


def initializePlugin(plugin: Any) -> None:  # noqa: N802
    """Called by Maya when it loads the plug-in."""
    OpenMaya.MFnPlugin(plugin, "Farmdeck", "1.0", "Any")
    if _has_window():
        from farmdeck_maya import _menu

        maya.utils.executeDeferred(_menu.build)  # Maya may load us while it builds its window


def uninitializePlugin(plugin: Any) -> None:  # noqa: N802
    """Called by Maya when it unloads the plug-in."""
    if _has_window():
        from farmdeck_maya import _menu, _window

        _window.remove()
        _menu.remove()


def _has_window() -> bool:
    state = OpenMaya.MGlobal.mayaState()
    return state in (OpenMaya.MGlobal.kInteractive, OpenMaya.MGlobal.kBaseUIMode)
