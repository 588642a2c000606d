"""Farmdeck in 3ds Max: `show()` for artists, `scene()` and `submit(…)` for scripts.

Everything is imported when it is used: 3ds Max imports this at its start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from farmdeck import Job, Scene

__all__ = ["close", "scene", "show", "start", "submit"]


def start() -> None:
    """What the start-up script calls: the menu."""
    from ._menu import install

    install()


def show() -> None:
    """Open the panel, or bring it to the front."""
    from ._window import show as show_window

    show_window()


def close() -> None:
    """Close the panel, if it is open."""
    from ._window import close as close_window

    close_window()


def scene() -> Scene:
    """The open scene, read all at once; on the main thread. Raises FarmdeckError."""
    from farmdeck_ui.panel.host import read_at_once

    from ._host import MaxHost

    return read_at_once(MaxHost())


def submit(**choices: Any) -> Job:
    """Submit the open scene as it was last saved.

    `choices` are those of `farmdeck.submission.prepare`: farm, items, cameras, frames, output, name, … Raises
    SceneError when there are unsaved changes, and what `prepare` and `submit_now` raise.
    """
    from farmdeck._errors import SceneError
    from farmdeck.desk import submit_now
    from farmdeck.submission import prepare

    read = scene()
    if read.unsaved:
        raise SceneError("The scene has unsaved changes.", "Save it first: what is on disk is rendered.")
    return submit_now(prepare(read, **choices))
