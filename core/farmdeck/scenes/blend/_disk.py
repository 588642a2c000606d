"""Paths as Blender writes them."""

from __future__ import annotations

import os

from .._disk import DRIVE


def resolve(path: str, folder: str) -> str:
    """The absolute path of a path in a .blend that lies in `folder`: `//` is that folder, others stand.

    A Windows path stays one everywhere, its slashes apart, so that the artist recognises it.
    """
    if path.startswith("//"):
        rest = path[2:] if os.sep == "\\" else path[2:].replace("\\", "/")
        return os.path.normpath(os.path.join(folder, rest.lstrip("/\\")))
    if DRIVE.match(path):
        return path if os.sep == "\\" else path.replace("\\", "/")
    if path.startswith("\\\\"):
        return path
    return os.path.normpath(path) if path else ""
