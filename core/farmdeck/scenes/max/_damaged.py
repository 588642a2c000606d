"""The error of a .max that goes on like something else."""

from __future__ import annotations

from ..._errors import SceneError


def damaged(why: str) -> SceneError:
    """The error for a file that starts like a .max and is none, or is not whole."""
    return SceneError(f"The file is damaged: {why}.", "Open it in 3ds Max and save it again, or go back to a backup.")
