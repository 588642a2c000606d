"""Scene files read with no application running: `read_scene(path)` gives the same `Scene` that a live host gives."""

from __future__ import annotations

import importlib
import os
from typing import Callable

from .._errors import SceneError
from ..scene import Scene
from ._watch import Watch

__all__ = ["read_scene"]

_READERS = {
    b"BLENDER": (".blend", "read_blend"),
    b"\xd0\xcf\x11\xe0": (".max._read", "read_max"),
    b"0707": (".houdini", "read_hip"),
    b"HouLC\x1a": (".houdini", "read_hip"),
    b"HouNC\x1a": (".houdini", "read_hip"),
    b"MIME-Version": (".houdini", "read_hip"),
    b"//Maya": (".maya._read", "read_maya"),
    b"FOR4": (".maya._read", "read_maya"),
    b"FOR8": (".maya._read", "read_maya"),
}
"""By the file's first bytes: the module, and the function of (path, watch) in it."""
_CHOOSE = "Choose a Maya, Houdini, 3ds Max or Blender scene."
_EXTENSIONS = (".blend", ".ma", ".mb", ".hip", ".hiplc", ".hipnc", ".max")
_PACKED = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")
_OTHERS = {
    b"\x89PNG": "a PNG picture", b"\xff\xd8\xff": "a JPEG picture", b"PK\x03\x04": "a zip archive",
    b"%PDF": "a PDF document", b"\x7fELF": "a program", b"MZ": "a program", b"v/1\x01": "an OpenEXR picture",
    b"Kayd": "an FBX file", b"PXR-": "a USD file",
}  # fmt: skip


def read_scene(path: str | os.PathLike[str], *, watch: Watch | None = None) -> Scene:
    """The scene in the file at `path`; its first bytes tell which reader it needs.

    Raises SceneError for a file that is missing, is a folder, belongs to another program or is damaged, and lets
    through what `watch.step` raises (Cancelled).
    """
    path = os.path.abspath(os.fspath(path))
    start = _start(path)
    for magic, (module, function) in _READERS.items():
        if start.startswith(magic):
            reader: Callable[[str, Watch | None], Scene] = getattr(importlib.import_module(module, __name__), function)
            return reader(path, watch)
    name, extension = os.path.basename(path), os.path.splitext(path)[1].lower()
    other = next((text for magic, text in _OTHERS.items() if start.startswith(magic)), "")
    if other and extension not in _EXTENSIONS:
        raise SceneError(f"{name} is {other}, which Farmdeck cannot read.", _CHOOSE)
    what = f"it is {other}" if other else "its first bytes are none that Farmdeck knows" if start else "it is empty"
    raise SceneError(f"{name} is not a scene file: {what}.", _CHOOSE)


def _start(path: str) -> bytes:
    """The first bytes of what the file holds, unpacked if need be; raises SceneError."""
    if not os.path.exists(path):
        raise SceneError(f"There is no file {path}.", "Check the name, and that its disk is connected.")
    if os.path.isdir(path):
        raise SceneError(f"{path} is a folder, not a scene file.", "Choose a file in it.")
    packing = importlib.import_module(".blend._packing", __name__)
    start: bytes = packing.first_bytes(path, 16, packed=False)
    if start.startswith(_PACKED):
        start = packing.first_bytes(path, 16)
    return start
