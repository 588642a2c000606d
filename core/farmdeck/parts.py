"""From the chosen items to the parts of a submission: one for each item through each camera."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

from .chain import needed_names, render_order
from .job import Part
from .outputs import is_picture, output_pattern, written_output
from .scene import RenderItem, Scene


def make_parts(
    scene: Scene, items: Sequence[RenderItem], cameras: Sequence[str], frames: str, output: str
) -> tuple[Part, ...]:
    """One part for each item through each camera, each with an output of its own, after what it needs.

    Several parts never write over each other: those that would get a folder by their name, as Blender's view layers
    always do, since they share one output. `frames` is for the chosen items; what they need keeps its own range.
    """
    chosen = {item.name for item in items}
    order = render_order(scene, items)
    rendered = {item.name for item in order}
    pairs = [(item, camera, _part_name(items, item, camera, cameras)) for item in order
             for camera in _through(item, cameras)]  # fmt: skip
    patterns = [_pattern(scene, item, camera, output, "") for item, camera, _ in pairs]
    times = Counter(pattern.casefold() for pattern in patterns)
    parts = []
    for (item, camera, name), pattern in zip(pairs, patterns):
        shared = times[pattern.casefold()] > 1 or (item.kind == "view_layer" and len(pairs) > 1)
        parts.append(
            Part(
                name=name,
                item=item.name,
                address=item.address,
                camera=camera,
                frames=frames if frames and item.name in chosen else item.frames,
                width=item.width,
                height=item.height,
                renderer=item.renderer,
                output=_pattern(scene, item, camera, output, name) if shared else pattern,
                kind=item.kind,
                needs=tuple(need for need in needed_names(scene, item) if need in rendered),
                take=item.take,
            )
        )
    return _distinct(parts)


def _through(item: RenderItem, cameras: Sequence[str]) -> Sequence[str]:
    """The cameras that the item renders through, "" for its own.

    A Maya layer with several renders once through each, so each is a part; a ROP that has none has no use for one.
    """
    if item.kind == "rop" and not item.cameras:
        return ("",)
    if item.kind == "render_layer" and tuple(cameras) == ("",) and len(item.cameras) > 1:
        return item.cameras
    return cameras


def _part_name(items: Sequence[RenderItem], item: RenderItem, camera: str, cameras: Sequence[str]) -> str:
    """`beauty`, `beauty · camB`: a view layer by its own name where that is unique, anything else by the item's."""
    short = item.name
    if item.kind == "view_layer":
        last_names = [other.address[-1] for other in items]
        short = item.address[-1] if last_names.count(item.address[-1]) == 1 else " ".join(item.address)
    return f"{short} · {camera}" if camera and len(_through(item, cameras)) > 1 else short


def _pattern(scene: Scene, item: RenderItem, camera: str, folder: str, name: str) -> str:
    """Caches stay where the scene reads them from: a folder given is for pictures."""
    written = written_output(scene, item, camera)
    keeps = item.kind == "rop" and bool(written) and not is_picture(written)
    default = "####.png" if item.kind == "view_layer" else "####.exr"
    return output_pattern(scene.file, written, "" if keeps else folder, name, default)


def _distinct(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The parts with outputs that differ, case aside: two names can become the same folder name."""
    taken = {part.output.casefold() for part in parts}
    seen: set[str] = set()
    out = []
    for part in parts:
        path, count = PurePath(part.output), 1
        while part.output.casefold() in (seen if count == 1 else taken | seen):
            count += 1
            part = replace(part, output=str(path.parent.with_name(f"{path.parent.name}_{count}") / path.name))
        seen.add(part.output.casefold())
        out.append(part)
    return tuple(out)
