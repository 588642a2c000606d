# SPDX-License-Identifier: GPL-3.0-or-later
"""The open scene, read into a `Scene`: a generator that the timer turns, so that Blender never waits for it.

Nothing is changed in the scene. Between two turns the artist may change or delete anything: data-blocks that are
gone raise ReferenceError, and undo, redo and loading a file end the reading (see `_watch`), because data-blocks
that were looked up before are then no longer valid.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import bpy

from . import _assets
from ._core import Plugin, Problem, RenderItem, Scene, Severity, Software, range_text
from ._output import output_pattern
from ._resolve import RawAsset

BUILT_IN = frozenset(
    ("CYCLES", "BLENDER_EEVEE", "BLENDER_EEVEE_NEXT", "BLENDER_WORKBENCH", "HYDRA_STORM", "BLENDER_RENDER", "")
)


@dataclass(frozen=True)
class RawScene:
    """What Blender says, before anything was looked for on the disk: that is the worker's part."""

    scene: Scene
    """Without assets."""
    assets: tuple[RawAsset, ...]
    span: tuple[int, int]
    """First and last frame of all scenes together."""


Turns = Generator[str, None, RawScene]
"""Yields what is being read, a word for the panel; returns the scene."""


def read_open_scene(current: Any, saved_version: tuple[int, ...]) -> Turns:
    """Read everything, `current` being the scene that the artist looks at."""
    local = [scene for scene in bpy.data.scenes if scene.library is None]
    scenes = sorted(local, key=lambda scene: scene != current)
    items: list[RenderItem] = []
    problems: list[Problem] = []
    for scene in scenes:
        items.extend(_items(scene, {item.name for item in items}))
        problems.extend(_scene_problems(scene))
        yield f"{len(items)} view layers"
    cameras = yield from _cameras()
    raws: list[RawAsset] = []
    yield from _assets.read(raws)
    file = bpy.data.filepath
    facts = Scene(
        file=file,
        software=Software("Blender", _version_text(saved_version)),
        items=tuple(items),
        cameras=tuple(sorted(cameras)),
        frames=_frames(scenes[0]),
        fps=round(scenes[0].render.fps / (scenes[0].render.fps_base or 1.0), 6),
        plugins=tuple(Plugin(name) for name in sorted({scene.render.engine for scene in scenes} - BUILT_IN)),
        problems=tuple(problems),
        unsaved=not file or bpy.data.is_dirty,
    )
    span = (min(scene.frame_start for scene in scenes), max(scene.frame_end for scene in scenes))
    return RawScene(facts, tuple(raws), span)


def fingerprint() -> tuple[Any, ...]:
    """What the panel shows of the scenes and no depsgraph update tells: cheap enough to look at every second."""
    return (
        bpy.data.filepath,
        bpy.data.is_dirty,
        bpy.context.scene.name,
        tuple(_scene_print(scene) for scene in bpy.data.scenes),
        len(bpy.data.images),
        len(bpy.data.objects),
        len(bpy.data.libraries),
    )


def _scene_print(scene: Any) -> tuple[Any, ...]:
    render = scene.render
    return (
        scene.name,
        _frames(scene),
        _size(render),
        render.engine,
        render.filepath,
        render.image_settings.file_format,
        render.use_file_extension,
        render.fps,
        render.fps_base,
        _own_cameras(scene),
        tuple((layer.name, layer.use) for layer in scene.view_layers),
    )


def _items(scene: Any, taken: set[str]) -> list[RenderItem]:
    width, height = _size(scene.render)
    found = []
    for layer in scene.view_layers:
        full = name = f"{scene.name}/{layer.name}"
        count = 1
        while name in taken:
            count += 1
            name = f"{full} ({count})"
        taken.add(name)
        found.append(
            RenderItem(
                name=name,
                kind="view_layer",
                address=(scene.name, layer.name),
                cameras=_own_cameras(scene),
                frames=_frames(scene),
                width=width,
                height=height,
                renderer=scene.render.engine,
                output=output_pattern(scene, bpy.data.filepath),
                enabled=layer.use,
            )
        )
    return found


def _size(render: Any) -> tuple[int, int]:
    percent = render.resolution_percentage
    return render.resolution_x * percent // 100, render.resolution_y * percent // 100


def _frames(scene: Any) -> str:
    return range_text(scene.frame_start, scene.frame_end, max(1, scene.frame_step))


def _own_cameras(scene: Any) -> tuple[str, ...]:
    """The scene's camera, then those that its markers switch to, in the order of their frames."""
    markers = sorted(scene.timeline_markers, key=lambda marker: marker.frame)
    objects = [scene.camera, *(marker.camera for marker in markers)]
    return tuple(dict.fromkeys(camera.name for camera in objects if camera is not None))


def _cameras() -> Generator[str, None, set[str]]:
    names: set[str] = set()
    objects = list(bpy.data.objects)
    for start in range(0, len(objects), 500):
        names.update(each.name for each in objects[start : start + 500] if each.type == "CAMERA")
        yield f"{min(start + 500, len(objects))} of {len(objects)} objects"
    return names


def _scene_problems(scene: Any) -> list[Problem]:
    """The same findings, in the same words, as the reader of .blend files has."""
    name, engine = scene.name, scene.render.engine
    found = []
    if not _own_cameras(scene) and not _renders_strips(scene):
        text = f'The scene "{name}" has no camera, so nothing can be rendered.'
        found.append(Problem(Severity.ERROR, text, name))
    if scene.render.is_movie_format:
        text = f'The scene "{name}" is set to write a movie; a farm renders single frames, which needs an image format.'
        found.append(Problem(Severity.WARNING, text, name))
    if engine not in BUILT_IN:
        text = f'The scene "{name}" renders with {engine}, an add-on that the farm must have too.'
        found.append(Problem(Severity.NOTE, text, name))
    return found


def _renders_strips(scene: Any) -> bool:
    return bool(scene.render.use_sequencer and _assets.strips(scene))


def _version_text(version: tuple[int, ...]) -> str:
    """`4.5`, as the file itself tells: never the patch; `2.80` before 3.0."""
    return f"{version[0]}.{version[1]:02d}" if version[0] < 3 else f"{version[0]}.{version[1]}"
