"""What 3ds Max means by what a scene says: shared by the reader and by the adapter inside 3ds Max, so they agree.

Pure: nothing here knows a file format or `pymxs`. Frames are whole frames, sizes pixels.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ...frames import range_text
from ...scene import Problem, RenderItem, Severity
from .._disk import Disk, is_absolute

DIGITS = 4
"""3ds Max puts a four-digit frame number before the extension (deadline-cloud-for-3ds-max, filename_utils.py)."""
MOVIES = frozenset((".avi", ".mov", ".qt", ".mp4"))
"""Output formats that hold every frame in one file."""
SINGLE, SEGMENT, SPAN, PICKUP = 1, 2, 3, 4
"""`rendTimeType`: one frame, the animation range, `rendStart` to `rendEnd`, `rendPickupFrames` (MAXScript help)."""
MAP_FOLDERS = ("", "maps", "sceneassets/images", "sceneassets/photometric", "sceneassets/sounds")
"""Where a file is looked for whose own path is gone: beside the scene, in `maps`, and where a project keeps its files
(3ds Max help, *Configure User Paths* and *Resolving of External Files*)."""
PROJECT_LEVELS = 4
"""How far above the scene a project's `sceneassets` folder is looked for."""

KINDS = {
    "bitmap": "image", "photometric": "ies", "xref": "reference", "container": "reference", "animation": "cache",
    "sound": "sound", "externallink": "file", "prerenderscript": "text", "postrenderscript": "text", "script": "text",
    "maxcreationgraph": "text",
}  # fmt: skip
"""Asset kinds by the type's word, lower case and without `-`, `_` and spaces (3ds Max C++ API, AssetType.h)."""
OUTPUTS = frozenset(("renderoutput", "videopost", "batchrender"))
"""Asset types that are written, not read."""
EXTENSIONS = {
    ".abc": "cache", ".fbx": "cache", ".mdd": "cache", ".pc2": "cache", ".tyc": "cache", ".xml": "cache",
    ".vrmesh": "proxy", ".ass": "proxy", ".rs": "proxy", ".cgeo": "proxy", ".vdb": "volume", ".f3d": "volume",
    ".aur": "volume", ".ies": "ies", ".ldt": "ies", ".max": "reference", ".wav": "sound", ".mp3": "sound",
    ".usd": "usd", ".usda": "usd", ".usdc": "usd", ".usdz": "usd", ".fx": "text", ".osl": "text", ".ms": "text",
    ".avi": "movie", ".mov": "movie", ".mp4": "movie",
}  # fmt: skip
"""Kinds by file extension, for files that 3ds Max calls bitmaps (it means shaders too) or gives no type."""


@dataclass(frozen=True)
class View:
    """A view of the Batch Render dialog (`batchRenderMgr`)."""

    name: str
    camera: str
    """"" renders the active view."""
    enabled: bool
    override: bool
    """Do the four values below hold, instead of those of the Render Setup dialog?"""
    first: int = 0
    last: int = 0
    width: int = 0
    height: int = 0
    pixel_aspect: float = 1.0
    output: str = ""
    """As written; "" is the scene's own."""


@dataclass(frozen=True)
class Setup:
    """What the Render Setup dialog says."""

    frames: str
    width: int
    height: int
    pixel_aspect: float
    renderer: str
    output: str
    """As written; "" when no file is saved."""
    elements: tuple[str, ...] = ()
    """Files of the render elements, as written."""


def version(release: int) -> str:
    """The name of a release, in thousandths: 19000 is "2017", 10000 "2008", 9500 "9.5".

    3ds Max was named by year from release 10 on (1998 + release; deadline-cloud-for-3ds-max derives it likewise).
    """
    whole, rest = divmod(release, 1000)
    if whole >= 10:
        return str(1998 + whole)
    return f"{whole}.{rest // 100}" if rest else str(whole)


def frames(
    time_type: int, current: int, segment: tuple[int, int], span: tuple[int, int], step: int, pickup: str
) -> str:
    """The frames that Render Setup renders, in fileseq syntax.

    `time_type` as `rendTimeType` counts; the step holds for a segment and a span only, and is 1 at least.
    """
    if time_type in (SEGMENT, SPAN):
        first, last = segment if time_type == SEGMENT else span
        return range_text(first, last, max(1, step))
    return picked(pickup) if time_type == PICKUP else str(current)


def picked(text: str) -> str:
    """`rendPickupFrames` ("1, 3, 5-12") in fileseq syntax; what is no frame is left out, nothing left is frame 0."""
    pieces = []
    for first, last in re.findall(r"(-?\d+)(?:\s*-\s*(-?\d+))?", text):
        pieces.append(range_text(int(first), int(last)) if last else str(int(first)))
    return ",".join(pieces) or "0"


def renderer_word(text: str) -> str:
    """A class as MAXScript writes it, a renderer's for one: of the file's "V-Ray 5, update 1" and of the host's
    "V_Ray_5__update_1:V_Ray_5__update_1" likewise `V_Ray_5__update_1`.

    MAXScript makes a name of a class name by an underscore for each character that is neither letter nor digit.
    """
    return re.sub(r"[^0-9A-Za-z_]", "_", text.split(":")[0].strip())


def output_pattern(path: str) -> str:
    """`C:\\out\\x.exr` is `C:/out/x####.exr`; a movie has no number; "" is ""."""
    path = path.replace("\\", "/")
    stem, extension = os.path.splitext(path)
    return path if not path or extension.lower() in MOVIES else f"{stem}{'#' * DIGITS}{extension}"


def items(setup: Setup, cameras: Sequence[str], views: Sequence[View], active: str) -> tuple[RenderItem, ...]:
    """Batch views in their order, then each camera by name; the active view when there is no camera.

    `active` is the camera of the active view, "" for none. Without an enabled batch view the active camera renders,
    else the first one.
    """
    found = [_view_item(setup, view, active) for view in _unique(views)]
    taken = {item.name for item in found}
    names = sorted(set(cameras))
    batch = any(view.enabled for view in views)
    chosen = "" if batch else active if active in names else names[0] if names else ""
    for camera in names:
        name = camera
        while name in taken:
            name += " (camera)"
        taken.add(name)
        found.append(_item(setup, name, "camera", (camera,), (camera,), camera == chosen))
    if not names:
        found.append(_item(setup, "Active view", "view", ("",), (), not batch))
    return tuple(found)


def _unique(views: Sequence[View]) -> tuple[View, ...]:
    """The views, each name once: 3dsmaxcmd finds a view by its name, so it renders the first of that name."""
    first: dict[str, View] = {}
    for view in views:
        first.setdefault(view.name, view)
    return tuple(first.values())


def _view_item(setup: Setup, view: View, active: str) -> RenderItem:
    cameras = tuple(name for name in (view.camera or active,) if name)
    own = Setup(
        frames=range_text(view.first, view.last) if view.override else setup.frames,
        width=view.width if view.override else setup.width,
        height=view.height if view.override else setup.height,
        pixel_aspect=view.pixel_aspect if view.override else setup.pixel_aspect,
        renderer=setup.renderer,
        output=view.output or setup.output,
        elements=setup.elements,
    )
    return _item(own, view.name, "batch_view", (view.name,), cameras, view.enabled)


def _item(
    setup: Setup, name: str, kind: str, address: tuple[str, ...], cameras: tuple[str, ...], enabled: bool
) -> RenderItem:
    return RenderItem(
        name=name,
        kind=kind,
        address=address,
        cameras=cameras,
        frames=setup.frames,
        width=setup.width,
        height=setup.height,
        renderer=setup.renderer,
        output=output_pattern(setup.output),
        enabled=enabled,
        pixel_aspect=setup.pixel_aspect,
        outputs=tuple(sorted({output_pattern(path) for path in setup.elements if path})),
    )


def namesakes(cameras: Sequence[str]) -> list[Problem]:
    """A warning for each name that several cameras have: 3ds Max finds a camera by its name."""
    twice = sorted({name for name in cameras if cameras.count(name) > 1})
    text = 'Several cameras are called "{}": 3ds Max renders the first of them. Give them names of their own.'
    return [Problem(Severity.WARNING, text.format(name), name) for name in twice]


def asset_kind(type_word: str, path: str) -> str:
    """The kind of an asset, by 3ds Max' word for its type (`Bitmap`, `xref`, `#photometric`) and its extension."""
    word = _plain(type_word)
    by_name = EXTENSIONS.get(os.path.splitext(path)[1].lower())
    if word in ("bitmap", "other", "", "animation"):
        return by_name or KINDS.get(word, "file")
    return KINDS.get(word, by_name or "file")


def is_output(type_word: str) -> bool:
    """Is it a file that rendering writes? Then the scene does not need it."""
    return _plain(type_word) in OUTPUTS


def owner(type_word: str) -> str:
    """What an asset belongs to: 3ds Max keeps files by type, not by object, so it is the type's word: `Bitmap`."""
    return _OWNERS.get(_plain(type_word), "File")


_OWNERS = {
    "bitmap": "Bitmap", "photometric": "Photometric", "xref": "XRef", "container": "Container",
    "animation": "Animation", "sound": "Sound", "externallink": "External Link",
    "prerenderscript": "Pre-Render Script", "postrenderscript": "Post-Render Script", "script": "Script",
    "maxcreationgraph": "Max Creation Graph",
}  # fmt: skip


def _plain(type_word: str) -> str:
    return re.sub(r"[^a-z]", "", type_word.lower())


def search_folders(folder: str, disk: Disk) -> list[str]:
    """Where a file is looked for by its name alone, for a scene that lies in `folder`."""
    roots, place = [folder], folder
    for _ in range(PROJECT_LEVELS):
        if disk.exists(os.path.join(place, "sceneassets")):
            roots.append(place)
            break
        place = os.path.dirname(place)
    found = [os.path.join(root, name) if name else root for root in roots for name in MAP_FOLDERS]
    return list(dict.fromkeys(found))


def located(path: str, folders: Sequence[str], disk: Disk, other: str = "") -> str:
    """The absolute path, with forward slashes, of a file that the scene names `path`.

    In order: the path itself, `other` (where 3ds Max found it when it saved), then its name in `folders`; upper and
    lower case count the same there, as on Windows. Nothing there: `path` when it is absolute, else beside the scene.
    """
    names = [text.replace("\\", "/") for text in (path, other) if text]
    for name in names:
        if is_absolute(name) and disk.exists(name):
            return name
    relative = names[0] if names and not is_absolute(names[0]) else ""
    for folder in folders:
        there = os.path.join(folder, relative)
        if relative and disk.exists(there):
            return os.path.normpath(there)
    base = os.path.basename(names[0]) if names else ""
    for folder in folders:
        match = disk.alike(folder, base)
        if match:
            return os.path.join(folder, match)
    return names[0] if not relative else os.path.normpath(os.path.join(folders[0], relative))
