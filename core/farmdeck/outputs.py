"""Where a part's frames go: the scene's own pattern made one that every farm can use."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import PurePath
from typing import Callable

from .scene import RenderItem, Scene

_MOVIES = frozenset(".mp4 .mov .avi .mkv .webm .ogv .ogg .mpg .mpeg .dv .flv .dvd .vob".split())
_PICTURES = frozenset(
    ".als .bmp .cin .cr2 .deepexr .dib .dpx .exr .gif .hdr .ico .iff .ip .jp2 .jpeg .jpg .pic .pix .png .psb .psd .qtl "
    ".rad .rat .rgb .rgba .rla .rpf .sgi .tex .tga .tif .tiff .vrimg .webp .yuv".split()
)
"""What renderers write: https://www.sidefx.com/docs/houdini/io/formats/image_formats.html and the hosts' own lists."""
_TOKEN = re.compile(r"<([^<>/\\\\]+)>")
_UNKNOWN = re.compile(r"[`$]")


def is_picture(pattern: str) -> bool:
    """Is this a picture for each frame, so that frames can render apart? A cache or one file for all of them is not."""
    path = PurePath(pattern)
    return path.suffix.lower() in _PICTURES and "#" in path.name


def written_files(patterns: Iterable[str]) -> Callable[[str], bool]:
    """Tells whether a file is a frame of one of the patterns: a cache that a later part of the same job reads."""
    each = ["-?[0-9]+".join(map(re.escape, re.split("#+", os.path.normpath(pattern)))) for pattern in patterns]
    known = re.compile("|".join(each) or "(?!)")
    return lambda file: known.fullmatch(os.path.normpath(file)) is not None


def written_output(scene: Scene, item: RenderItem, camera: str) -> str:
    """The item's own pattern with what only the choice of a camera tells filled in; "" where it has none.

    What a host would fill in while it renders must become no folder of that name: `<Version>` stays as a word; a path
    of Houdini's that could not be expanded loses the part that could not.
    """
    if scene.software.name == "Blender":
        return _fill_templates(scene, item, camera)
    if item.kind == "rop":
        return _expanded(item.output)
    named = re.sub(r"\W", "_", camera or (item.cameras[0] if item.cameras else ""))
    filled = re.sub("<camera>", lambda _: named, item.output, flags=re.IGNORECASE) if named else item.output
    return _TOKEN.sub(r"\1", filled)


def output_pattern(scene_file: str, written: str, folder: str, part_name: str, default: str = "####.png") -> str:
    """Where a part's frames go: the scene's own pattern, a folder given instead, a sub-folder by part.

    A scene that was never given an output (nothing, another system's path, or the temporary folder that Blender starts
    with) renders to `render/NAME/` beside the scene, never to a place that a restart empties. `default` is its name.
    """
    stem = PurePath(scene_file).stem
    path = _still(PurePath(written) if written else PurePath(default))
    base = path.name if path.stem.strip("#") else f"{stem}.{path.name}"
    if folder:
        parent = PurePath(os.path.abspath(folder))
    elif not path.is_absolute() or _is_temporary(str(path.parent)):
        parent = PurePath(scene_file).parent / "render" / stem
    else:
        parent = path.parent
        base = path.name
    if part_name:
        parent = parent / file_name(part_name)
    return str(parent / base)


def file_name(text: str) -> str:
    """`text` as a name that every file system takes."""
    name = re.sub(r'[<>:"/\\|?*\x00-\x1f]+', "_", text).replace(" · ", "_").replace(" ", "_").strip("._") or "_"
    return f"{name}_" if re.match(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", name, re.IGNORECASE) else name


def _still(path: PurePath) -> PurePath:
    """A movie's path as a pattern of PNG pictures: frames that are rendered apart cannot be written into one file."""
    if path.suffix.lower() not in _MOVIES:
        return path
    stem = re.sub(r"[_.-]?(-?\d+--?\d+|#+)$", "", path.stem)
    return path.with_name(f"{stem}.####.png" if stem else "####.png")


def _fill_templates(scene: Scene, item: RenderItem, camera: str) -> str:
    """Blender 5's `{blend_name}` and the like, which must not become the name of the copy that renders.

    https://docs.blender.org/manual/en/5.0/files/file_paths.html (path templates); formats such as `{x:04}` are left.
    """
    if "{" not in item.output or not re.match(r"[5-9]|\d\d", scene.software.version):
        return item.output
    values = {
        "blend_name": PurePath(scene.file).stem,
        "scene_name": item.address[0],
        "camera_name": camera or (item.cameras[0] if item.cameras else ""),
        "resolution_x": str(item.width),
        "resolution_y": str(item.height),
        "fps": f"{scene.fps:g}",
    }
    return re.sub(r"\{(\w+)\}", lambda match: values.get(match.group(1), match.group(0)), item.output)


def _expanded(pattern: str) -> str:
    """`/render/`chs("x")`/a.####.exr` as `a.####.exr`: nobody can tell its folder before it renders."""
    if not _UNKNOWN.search(pattern):
        return pattern
    path = PurePath(pattern)
    name = f"####{path.suffix}" if _UNKNOWN.search(path.name) else path.name
    return name if _UNKNOWN.search(str(path.parent)) else str(path.parent / name)


def _is_temporary(folder: str) -> bool:
    """Blender's default output is /tmp/."""
    places = {"/tmp", "/var/tmp", "C:\\tmp", "\\tmp", os.environ.get("TMPDIR", "/tmp")}
    return folder.rstrip("/\\") in places
