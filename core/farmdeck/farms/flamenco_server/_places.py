"""Where a project's folders are on this machine: each project names them for Linux, macOS and Windows, and the server.

So the server's own eight paths are the path maps: a scene is named by its place below the project's folder, and what a
worker on another system wrote is looked for below the pictures' folder as this system names it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from ..._errors import BadInput
from .models import Project

SYSTEM = {"darwin": "osx", "win32": "win"}.get(sys.platform, "linux")
_WORDS = {"linux": "Linux", "osx": "macOS", "win": "Windows"}
PATH_LENGTH = 256
"""Characters of a scene's path in the server's database."""


def below_project(project: Project, scene: Path) -> str:
    """The scene's place in the project, with forward slashes. Raises BadInput."""
    folders = candidates(project.paths)
    if not folders:
        raise BadInput(
            f"The project {project.name} has no folder for {_WORDS[SYSTEM]}, so no scene of this machine is in it.",
            f"Give the project its path_{SYSTEM} on the server, or choose another project.",
        )
    for folder in folders:
        for one, other in ((os.path.abspath(scene), folder), (os.path.realpath(scene), os.path.realpath(folder))):
            try:
                place = Path(one).relative_to(other).as_posix()
            except ValueError:
                continue
            return checked_place(place)
    raise BadInput(
        f"{scene.name} is not in the project {project.name}: its workers find scenes below {folders[0]} only.",
        "Save the scene there, or choose the project that it is in.",
    )


def checked_place(place: str) -> str:
    """A scene's place in its project or zip, as it is. Raises BadInput for one that server and managers cannot take."""
    if not place.isascii():
        raise BadInput(f"{place} has letters that the server does not take.", "Use a-z and digits in names.")
    if len(place) > PATH_LENGTH:
        raise BadInput(f"{place} is longer than the server keeps.", f"Shorten it to {PATH_LENGTH} characters.")
    return place


def pictures_folder(project: Project) -> Path | None:
    """Where the workers' pictures appear on this machine; None when that is nowhere, or not mounted."""
    return next((Path(folder) for folder in candidates(project.renders) if os.path.isdir(folder)), None)


def candidates(paths: Mapping[str, str]) -> list[str]:
    """The folder as this system calls it, then as the server does, which may be this machine."""
    found = [paths.get(SYSTEM, ""), paths.get("server", "")]
    return list(dict.fromkeys(path for path in found if path and os.path.isabs(path)))
