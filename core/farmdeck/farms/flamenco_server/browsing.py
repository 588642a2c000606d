"""Paths in a project on the server. It would walk out of it by `..`: nothing of ours asks for that, or believes it."""

from __future__ import annotations

import posixpath
from typing import Any

from ..._errors import BadInput
from ...farm import Entry


def inside(path: str) -> str:
    """The path without what says nothing. Raises BadInput for one that leaves the project."""
    parts = path.split("/")
    absolute = path.startswith("/") or (len(path) > 1 and path[1] == ":")
    if absolute or ".." in parts or "\\" in path or any(ord(char) < 32 for char in path):
        raise BadInput(f'"{path}" is not inside the project.', "Choose a folder that is.")
    return "/".join(part for part in parts if part not in ("", "."))


def read_entry(folder: str, row: Any) -> Entry | None:
    """One of the server's [name, path, kind]; None for one that is not right in the folder that was asked for."""
    if not (isinstance(row, list) and len(row) == 3 and all(isinstance(cell, str) for cell in row)):
        return None
    name, path, kind = row
    try:
        checked = inside(path)
    except BadInput:
        return None
    if not name or posixpath.split(checked) != (folder, name):
        return None
    return Entry(name, checked, kind == "folder")
