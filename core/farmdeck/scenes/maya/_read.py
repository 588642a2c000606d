"""A .ma or .mb into a `Scene`, with all that it references."""

from __future__ import annotations

import os

from ..._errors import SceneError
from ...scene import Scene
from .._disk import Disk
from .._watch import Watch
from ._collect import facts_of
from ._project import find_project
from ._references import follow, read_table
from ._scene import scene_of


def read_maya(path: str, watch: Watch | None = None) -> Scene:
    """The scene in the .ma or .mb at `path`. Raises SceneError, and what `watch` raises."""
    path = os.path.abspath(path)
    try:
        table = read_table(path, watch)
    except OSError as exc:
        raise SceneError(
            f"{path} cannot be read: {exc.strerror}.", "Check that its disk is connected and that you may read it."
        ) from exc
    project = find_project(path)
    return scene_of(facts_of(follow(table, project, Disk(), watch), project))
