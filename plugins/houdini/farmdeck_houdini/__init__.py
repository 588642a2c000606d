"""Farmdeck in Houdini: `show()` opens the panel, `scene()` and `submit()` are for scripts and hython.

Importing this package imports neither `hou` nor Qt; what needs them does so when it is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from farmdeck import Job, Scene
    from farmdeck_ui.panel import FarmdeckPanel

__all__ = ["create_interface", "scene", "show", "submit"]


def show() -> None:
    """Bring the panel up: the one that is open, or a new floating one."""
    from ._panel import show_panel

    show_panel()


def create_interface() -> FarmdeckPanel:
    """A new panel, for `onCreateInterface` of the Python panel; each pane has its own."""
    from ._panel import make_panel

    return make_panel()


def scene() -> Scene:
    """The open scene, read in one go; works in hython. Raises FarmdeckError."""
    from farmdeck_ui.panel.host import read_at_once

    from ._host import HoudiniHost

    return read_at_once(HoudiniHost())


def submit(**choices: Any) -> Job:
    """Submit the open scene as it was last saved, and start Farmdeck's agent; works in hython.

    `choices` are those of `farmdeck.submission.prepare`: items, frames, farm, env, output, options, … An item's name
    is its node's path. Raises FarmdeckError.
    """
    from farmdeck.desk import submit_now
    from farmdeck.submission import prepare

    return submit_now(prepare(scene(), **choices))
