"""Cameras, batch render views and scene states."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from farmdeck.scenes.max import _rules as rules
from pymxs import runtime as rt

from ._values import frame, from_one, known, text


@dataclass(frozen=True)
class BatchView:
    """A batch view and what goes with it."""

    view: rules.View
    preset: str
    """The .rps file its settings come from, "" for none."""
    state: str
    """The scene state it restores, "" for none."""


def cameras() -> Iterator[str | None]:
    """The name of each camera; None for a target, which `cameras` lists too."""
    for node in rt.cameras:
        yield text(node.name) if rt.superClassOf(node) == rt.camera else None


def active() -> str:
    """The camera of the active view; "" when it is a perspective or another view."""
    node = known(rt.getActiveCamera())
    return "" if node is None else text(node.name)


def batch_views() -> Iterator[BatchView]:
    """The Batch Render dialog's views, in its order."""
    for index in from_one(rt.batchRenderMgr.numViews):
        view = rt.batchRenderMgr.GetView(index)
        camera = known(view.camera)
        override = bool(view.overridePreset)
        yield BatchView(
            rules.View(
                name=text(view.name),
                camera="" if camera is None else text(camera.name),
                enabled=bool(view.enabled),
                override=override,
                first=frame(view.startFrame) if override else 0,
                last=frame(view.endFrame) if override else 0,
                width=int(view.width) if override else 0,
                height=int(view.height) if override else 0,
                pixel_aspect=float(view.pixelAspect) if override else 1.0,
                output=text(view.outputFilename),
            ),
            preset=text(view.presetFile),
            state=text(view.sceneStateName),
        )


def states() -> Iterator[str]:
    """The names of the scene states."""
    for index in from_one(rt.sceneStateMgr.GetCount()):
        yield text(rt.sceneStateMgr.GetSceneState(index))
