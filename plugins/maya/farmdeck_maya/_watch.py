"""Maya's callbacks: what tells that the open scene is another, or is no longer what was read."""

from __future__ import annotations

from typing import Any, Callable

from maya import cmds
from maya.api import OpenMaya

_EVENTS = ("renderLayerManagerChange", "renderLayerChange", "timeUnitChanged", "workspaceChanged")
_PLUGS = (
    "defaultRenderGlobals.currentRenderer", "defaultRenderGlobals.animation", "defaultRenderGlobals.startFrame",
    "defaultRenderGlobals.endFrame", "defaultRenderGlobals.byFrameStep", "defaultRenderGlobals.imageFilePrefix",
    "defaultRenderGlobals.imageFormat", "defaultResolution.width", "defaultResolution.height",
)  # fmt: skip


class Watcher:
    """Callbacks in place from the moment it is made until `stop`."""

    def __init__(self, changed: Callable[[], None], saving: Callable[[], None]) -> None:
        self._changed = changed
        self._saving = saving
        self._jobs: list[int] = []
        message = OpenMaya.MSceneMessage
        # One by one: if Maya refuses one, those before it are known and taken away.
        self._ids: list[Any] = []
        try:
            for kind in (message.kAfterOpen, message.kAfterNew):
                self._ids.append(message.addCallback(kind, self._on_scene))
            for kind in (message.kAfterSave, message.kAfterCreateReference, message.kAfterLoadReference,
                         message.kAfterUnloadReference, message.kAfterRemoveReference):  # fmt: skip
                self._ids.append(message.addCallback(kind, self._on_change))
            self._ids.append(message.addCallback(message.kBeforeSave, self._on_save))
            for event in _EVENTS:
                self._ids.append(OpenMaya.MEventMessage.addEventCallback(event, self._on_change))
            self._watch_settings()
        except RuntimeError:
            self.stop()
            raise

    def stop(self) -> None:
        """Take every one of them away; a second time does nothing."""
        ids, self._ids = self._ids, []
        for id in ids:
            OpenMaya.MMessage.removeCallback(id)
        self._forget_settings()

    def _watch_settings(self) -> None:
        """A scriptJob dies with the scene that it was made in, so this is done anew for each."""
        self._forget_settings()
        for plug in _PLUGS:
            job: Any = cmds.scriptJob(attributeChange=(plug, self._changed), killWithScene=True)
            self._jobs.append(job)

    def _forget_settings(self) -> None:
        jobs, self._jobs = self._jobs, []
        for job in jobs:
            if cmds.scriptJob(exists=job):
                cmds.scriptJob(kill=job, force=True)

    def _on_scene(self, *_: Any) -> None:
        self._watch_settings()
        self._changed()

    def _on_change(self, *_: Any) -> None:
        self._changed()

    def _on_save(self, *_: Any) -> None:
        self._saving()
