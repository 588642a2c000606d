"""3ds Max as the panel's host."""

from __future__ import annotations

import logging
from collections.abc import Generator
from functools import partial
from typing import Callable

from farmdeck import Scene
from farmdeck._errors import SceneError
from pymxs import runtime as rt

from . import _facts
from ._scene import make_scene
from ._values import known, text

LOG = logging.getLogger(__name__)
CALLBACKS = "farmdeck"
"""What our callbacks are removed by."""
CHANGES = (
    "filePostOpen", "filePostMerge", "filePostSave", "systemPostNew", "systemPostReset", "postRendererChange",
    "animationRangeChange", "timeunitsChange", "nodeRenamed", "sceneXrefPostMerge",
)  # fmt: skip
"""Events after which the scene is another, or differs in what we read (MAXScript help, "General Event Callback
Mechanism"). Values of Render Setup have no event: F5 reads them anew."""
OF_A_NODE = ("sceneNodeAdded", "nodePreDelete")
"""Events that tell the node: only cameras are of interest."""
PROPERTY = "Farmdeck"
"""A custom file property (File > File Properties): it is saved with the scene and needs no node in it."""


class MaxHost:
    """The open scene of this 3ds Max; has what `farmdeck_ui.panel.host.Host` asks for."""

    name = "3ds Max"

    def __init__(self) -> None:
        self._rendering = False

    def file(self) -> str:
        """The open scene's path; "" when it was never saved."""
        return _facts.file()

    def read(self) -> Generator[tuple[int, int], None, Callable[[], Scene]]:
        """Read it, one camera, view, element, file or plug-in a step."""
        facts = yield from _facts.read()
        return partial(make_scene, facts)

    def busy(self) -> bool:
        """Playing or rendering."""
        return self._rendering or bool(rt.isAnimPlaying())

    def save(self) -> None:
        """Save it under its name. Raises SceneError."""
        self._save(self.file())

    def save_as(self) -> bool:
        """3ds Max' own dialog; False for Cancel. Raises SceneError."""
        path = text(rt.getMAXSaveFileName())
        if path:
            self._save(path)
        return bool(path)

    def _save(self, path: str) -> None:
        if not rt.saveMaxFile(path, quiet=True):
            raise SceneError(f"3ds Max could not save {path}.", "Check the folder, or use File > Save As.")

    def select(self, subject: str) -> None:
        """Select the object of that name, if there is one."""
        node = known(rt.getNodeByName(subject))
        if node is not None:
            rt.select(node)

    def load_choices(self) -> str:
        """The text kept with the scene; "" when there is none."""
        place = int(rt.fileProperties.findProperty(rt.Name("custom"), PROPERTY))
        return text(rt.fileProperties.getPropertyValue(rt.Name("custom"), place)) if place else ""

    def store_choices(self, text: str) -> None:
        """Keep it; a property of that name is replaced."""
        rt.fileProperties.addProperty(rt.Name("custom"), PROPERTY, text)

    def watch(self, changed: Callable[[], None], saving: Callable[[], None]) -> Callable[[], None]:
        """Register with 3ds Max; what is returned takes everything of ours away again."""
        for event in CHANGES:
            self._on(event, changed)
        for event in OF_A_NODE:
            self._on(event, partial(_if_camera, changed))
        self._on("filePreSave", saving)
        self._on("preRender", partial(self._render, True))
        self._on("postRender", partial(self._render, False))
        return partial(rt.callbacks.removeScripts, id=rt.Name(CALLBACKS))

    def _on(self, event: str, work: Callable[[], None]) -> None:
        rt.callbacks.addScript(rt.Name(event), _guarded(work), id=rt.Name(CALLBACKS))

    def _render(self, begins: bool) -> None:
        self._rendering = begins


def _if_camera(changed: Callable[[], None]) -> None:
    node = known(rt.callbacks.notificationParam())
    if node is not None and rt.superClassOf(node) == rt.camera:
        changed()


def _guarded(work: Callable[[], None]) -> Callable[[], None]:
    """An error in a callback would keep 3ds Max from calling the others.

    The function takes no arguments, not even optional ones: callbacks.addScript refuses those that do.
    """

    def call() -> None:
        try:
            work()
        except Exception:  # noqa: BLE001  # the outermost edge: 3ds Max called us
            LOG.exception("a callback of 3ds Max")

    return call
