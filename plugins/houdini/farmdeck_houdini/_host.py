"""The `Host` that the panel reads and saves Houdini's open scene through."""

from __future__ import annotations

import os
from typing import Callable

import hou
from farmdeck._errors import SceneError
from farmdeck_ui.panel.host import Reading

from ._read import read_open_scene
from ._watch import Watch

CHOICES = "farmdeck"
"""The name of the root node's user data: it is saved in the .hip file (`hou.Node.setUserData`)."""


class HoudiniHost:
    """Houdini, as `farmdeck_ui.panel.host.Host` asks for it."""

    name = "Houdini"

    def __init__(self) -> None:
        self._watch: Watch | None = None

    def file(self) -> str:
        """The open scene's path; "" for one that was never saved, which Houdini calls `untitled.hip`."""
        path = hou.hipFile.path()
        new = hou.hipFile.isNewFile() if hou.isUIAvailable() else not os.path.exists(path)
        return "" if new else path

    def read(self) -> Reading:
        """Read the open scene; nothing in it is changed, and nothing is cooked."""
        finish = yield from read_open_scene(self.file())
        if self._watch is not None:
            self._watch.follow(item.name for item in finish.scene.items)
        return finish

    def busy(self) -> bool:
        """Loading or playing."""
        return hou.hipFile.isLoadingHipFile() or hou.playbar.isPlaying()

    def save(self) -> None:
        """File > Save. Raises SceneError."""
        self._save(None)

    def save_as(self) -> bool:
        """Ask where to; False when that was left with Cancel. Raises SceneError."""
        chosen = hou.ui.selectFile(
            start_directory=os.path.dirname(hou.hipFile.path()),
            title="Save As",
            pattern="*.hip,*.hiplc,*.hipnc",
            chooser_mode=hou.fileChooserMode.Write,
        )
        if not chosen:
            return False
        path = hou.text.expandString(chosen)
        self._save(path if os.path.splitext(path)[1] else path + ".hip")
        return True

    def select(self, subject: str) -> None:
        """Select the node of that path, and show it in a network editor if one is open."""
        node = hou.node(subject) if subject.startswith("/") else None
        if node is None:
            return
        node.setCurrent(True, clear_all_selected=True)
        editor = hou.ui.paneTabOfType(hou.paneTabType.NetworkEditor)
        parent = node.parent()
        if isinstance(editor, hou.NetworkEditor) and parent is not None:
            editor.setPwd(parent)

    def load_choices(self) -> str:
        """The text kept with the scene."""
        return hou.root().userData(CHOICES) or ""

    def store_choices(self, text: str) -> None:
        """Keep it with the scene; the artist's Undo does not see it."""
        if hou.root().userData(CHOICES) != text:
            with hou.undos.disabler():
                hou.root().setUserData(CHOICES, text)

    def watch(self, changed: Callable[[], None], saving: Callable[[], None]) -> Callable[[], None]:
        """See `_watch.Watch`; edits of render nodes are seen after the first reading."""
        self._watch = Watch(changed, saving)
        return self._unwatch

    def _unwatch(self) -> None:
        if self._watch is not None:
            self._watch.remove()
            self._watch = None

    def _save(self, path: str | None) -> None:
        try:
            hou.hipFile.save(path)
        except hou.OperationFailed as exc:
            why = exc.instanceMessage().strip().rstrip(".")
            what = f"Houdini could not save {path or hou.hipFile.path()}: {why}."
            raise SceneError(what, "Check the folder and its rights, or save the scene elsewhere.") from exc
