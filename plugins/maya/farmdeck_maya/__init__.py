"""Farmdeck in Maya 2023 and later: `farmdeck_maya.show()`, and `scene()` and `submit()` for scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from farmdeck import Job, Scene

__all__ = ["add_to_shelf", "restore", "scene", "show", "start", "submit"]


def show() -> None:
    """Open the panel, or bring it to the front."""
    from . import _window

    _window.show()


def restore() -> None:
    """Called by Maya when it builds the panel's dock, after a restart too."""
    from . import _window

    _window.restore()


def add_to_shelf() -> None:
    """Add a button to the shelf that is in front."""
    from . import _menu

    _menu.add_to_shelf()


def scene() -> Scene:
    """The open scene as Farmdeck reads it. Raises SceneError."""
    from . import _script

    return _script.scene()


def submit(*, save: bool = False, **choices: Any) -> Job:
    """Submit the open scene; `choices` as for `farmdeck.prepare`. Raises FarmdeckError."""
    from . import _script

    return _script.submit(save=save, **choices)


def start() -> None:
    """Load the plug-in that has the menu; does nothing in a Maya without a window."""
    from maya import cmds

    from ._window import PLUGIN

    if not cmds.about(batch=True) and not cmds.pluginInfo(PLUGIN, query=True, loaded=True):
        cmds.loadPlugin(PLUGIN, quiet=True)
