"""Maya as Farmdeck's panel knows it."""

from __future__ import annotations

import base64
import binascii
import functools
from collections.abc import Generator
from typing import Callable

from farmdeck import Scene
from farmdeck._errors import SceneError
from farmdeck.scenes.maya._scene import scene_of
from maya import OpenMaya, cmds

from ._read import read_facts, scene_file
from ._watch import Watcher

_KEY = "farmdeck"
"""`fileInfo` keeps texts in the scene: no node, nothing in the outliner or the undo queue."""
_TYPES = {".mb": "mayaBinary", ".ma": "mayaAscii"}
_FILTER = "Maya ASCII (*.ma);;Maya Binary (*.mb)"


class MayaHost:
    """The open scene: a `farmdeck_ui.panel.host.Host`. All calls are for Maya's main thread."""

    name = "Maya"

    def file(self) -> str:
        """The open scene's path; "" when it was never saved."""
        return scene_file()

    def read(self) -> Generator[tuple[int, int], None, Callable[[], Scene]]:
        """Read it a step at a time; what comes back makes the Scene, on any thread. Raises SceneError."""
        try:
            facts = yield from read_facts()
        except (RuntimeError, ValueError, TypeError) as exc:  # what maya.cmds raises
            raise SceneError(f"Maya could not tell what is in the scene: {_words(exc)}", "Press Refresh.") from exc
        return functools.partial(scene_of, facts)

    def busy(self) -> bool:
        """Is a file being read, or the timeline played?"""
        return bool(OpenMaya.MFileIO.isReadingFile() or cmds.play(query=True, state=True))

    def save(self) -> None:
        """Save the scene where it is. Raises SceneError."""
        try:
            cmds.file(save=True)
        except RuntimeError as exc:
            raise SceneError(f"Maya could not save the scene: {_words(exc)}", "Save it from the File menu.") from exc

    def save_as(self) -> bool:
        """Ask where to, and save there; False when the dialog was left. Raises SceneError."""
        chosen = cmds.fileDialog2(fileMode=0, caption="Save Scene As", fileFilter=_FILTER)
        if not chosen:
            return False
        path, before = str(chosen[0]), self.file()
        kind = next((kind for ending, kind in _TYPES.items() if path.lower().endswith(ending)), "mayaAscii")
        cmds.file(rename=path)
        try:
            cmds.file(save=True, type=kind)
        except RuntimeError as exc:
            cmds.file(rename=before)
            raise SceneError(f"Maya could not save {path}: {_words(exc)}", "Choose another folder.") from exc
        return True

    def select(self, subject: str) -> None:
        """Select the node of that name, so that the Attribute Editor shows it."""
        if subject and cmds.objExists(subject):
            cmds.select(subject, replace=True, noExpand=True)

    def load_choices(self) -> str:
        """The text kept with the scene; "" when there is none or it is damaged."""
        kept = cmds.fileInfo(_KEY, query=True)
        try:
            return base64.b64decode(kept[0], validate=True).decode() if kept else ""
        except (binascii.Error, UnicodeDecodeError):
            return ""

    def store_choices(self, text: str) -> None:
        """Keep it with the scene, as base64: Maya escapes quotes and backslashes and does not take that back."""
        cmds.fileInfo(_KEY, base64.b64encode(text.encode()).decode())

    def watch(self, changed: Callable[[], None], saving: Callable[[], None]) -> Callable[[], None]:
        """Put the callbacks in place; returns what takes every one of them away."""
        return Watcher(changed, saving).stop


def _words(error: Exception) -> str:
    return str(error).strip().rstrip(".") + "."
