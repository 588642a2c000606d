# SPDX-License-Identifier: GPL-3.0-or-later
"""From what Blender says of a file to what lies on the disk. No bpy here: it runs on the worker thread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ._core import Disk, Found, Scene, Severity, resolve, tile_pattern, tile_text

MAX_SPAN = 100_000


@dataclass(frozen=True)
class ImageUse:
    """How a node plays an image sequence."""

    start: int
    length: int
    offset: int
    cyclic: bool


@dataclass(frozen=True)
class VolumeUse:
    """How a volume plays its sequence; `mode` is CLIP, EXTEND, REPEAT or PING_PONG."""

    start: int
    length: int
    offset: int
    mode: str


@dataclass(frozen=True)
class RawAsset:
    """A path as a data-block names it, and the rule that says which files it stands for."""

    rule: str
    """`one`, `several`, `tiles`, `frames` or `tree`."""
    path: str
    folder: str
    """Where the .blend lies that names it: what `//` means."""
    kind: str
    owner: str
    severity: Severity = Severity.ERROR
    tiles: tuple[int, ...] = ()
    paths: tuple[str, ...] = ()
    image_uses: tuple[ImageUse, ...] = ()
    volume_use: VolumeUse | None = None
    required: bool = False
    prefix: str = ""


def with_assets(scene: Scene, raws: Iterable[RawAsset], span: tuple[int, int]) -> Scene:
    """The scene with its assets looked up on the disk, and a problem for each that is not there."""
    found = Found(Disk(), resolve)
    for raw in raws:
        _RULES[raw.rule](found, raw, span)
    return replace(scene, assets=found.assets, problems=(*scene.problems, *found.problems))


def image_frames(uses: Sequence[ImageUse], span: tuple[int, int]) -> set[int]:
    """The file numbers that an image's users ask for (BKE_image_user_frame_get, image.cc)."""
    needed: set[int] = set()
    for use in uses:
        if use.length <= 0:
            continue
        for frame in _span(span):
            at = frame - use.start
            at = at % use.length if use.cyclic else min(max(at, 0), use.length - 1)
            needed.add(at + 1 + use.offset)
    return needed


def volume_frames(use: VolumeUse | None, span: tuple[int, int]) -> set[int]:
    """The file numbers that a volume asks for (volume_sequence_frame, volume.cc)."""
    if use is None or use.length <= 0:
        return set()
    turn = max(1, 2 * use.length - 2)
    needed = set()
    for frame in _span(span):
        at = frame - use.start
        if use.mode == "CLIP" and not 0 <= at < use.length:
            continue
        if use.mode == "EXTEND":
            at = min(max(at, 0), use.length - 1)
        elif use.mode == "REPEAT":
            at %= use.length
        elif use.mode == "PING_PONG":
            at %= turn
            at = at if at < use.length else turn - at
        needed.add(at + 1 + use.offset)
    return needed


def _span(span: tuple[int, int]) -> range:
    return range(span[0], min(span[1], span[0] + MAX_SPAN) + 1)


def _one(found: Found, raw: RawAsset, span: tuple[int, int]) -> None:
    found.one(raw.path, raw.folder, raw.kind, raw.owner, raw.severity)


def _several(found: Found, raw: RawAsset, span: tuple[int, int]) -> None:
    found.several(raw.path, raw.folder, raw.kind, raw.owner, [resolve(path, raw.folder) for path in raw.paths])


def _tiles(found: Found, raw: RawAsset, span: tuple[int, int]) -> None:
    pattern = tile_pattern(raw.path)
    token = "<UVTILE>" if "<UVTILE>" in pattern else "<UDIM>" if "<UDIM>" in pattern else ""
    full = resolve(pattern, raw.folder)
    tiles = [(number, full.replace(token, tile_text(number, token)) if token else full) for number in raw.tiles]
    found.tiles(raw.path, pattern, raw.folder, raw.owner, tiles, token)


def _frames(found: Found, raw: RawAsset, span: tuple[int, int]) -> None:
    needed = image_frames(raw.image_uses, span) | volume_frames(raw.volume_use, span)
    found.frames(raw.path, raw.folder, raw.kind, raw.owner, needed)


def _tree(found: Found, raw: RawAsset, span: tuple[int, int]) -> None:
    found.tree(raw.path, raw.folder, raw.owner, raw.required, raw.prefix)


_RULES = {"one": _one, "several": _several, "tiles": _tiles, "frames": _frames, "tree": _tree}
