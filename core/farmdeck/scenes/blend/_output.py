"""The output pattern of a scene, as `scene.render.frame_path` would give it, with `#` left for the frame number.

Rules read in Blender: `BLI_path_frame` (`blenlib/intern/path_utils.cc`: four `#` are appended when the file's name
has none, else the last group of them counts), `do_ensure_image_extension` (`blenkernel/intern/image_format.cc`),
`ffmpeg_filepath_get` (`imbuf/movie/intern/movie_write.cc`: a movie's name carries its frame range) and
`BLI_path_abs`. The `{…}` templates of 5.0 (`blenkernel/intern/path_templates.cc`) are left as they are written.
"""

from __future__ import annotations

import os
import re

_EXTENSIONS = {
    0: (".tga",), 1: (".rgb",), 7: (".rgb",), 14: (".tga",), 17: (".png",), 20: (".bmp",), 21: (".hdr",),
    22: (".tif", ".tiff"), 23: (".exr",), 26: (".cin",), 27: (".dpx",), 28: (".exr",), 29: (".dds",), 33: (".psd",),
    35: (".webp",),
}  # fmt: skip
"""By `R_IMF_IMTYPE_…` (`DNA_scene_types.h`); anything else is JPEG, as in Blender."""
_JPEG = (".jpg", ".jpeg")
_JP2 = 30
_JP2_CODESTREAM = 1
_KNOWN = (
    ".png", ".tga", ".bmp", ".jpg", ".jpeg", ".sgi", ".rgb", ".rgba", ".tif", ".tiff", ".tx", ".jp2", ".j2c", ".hdr",
    ".dds", ".dpx", ".cin", ".exr", ".psd", ".pdd", ".psb", ".webp", ".avif",
)  # fmt: skip
"""Extensions that Blender replaces rather than adds to (`imb_ext_image`)."""
FFMPEG = 24
MOVIES = frozenset((5, 15, 16, 18, FFMPEG, 31, 32, 34))
"""Image types that are movies: FFmpeg, and those of older versions (AVI, QuickTime, H.264, Xvid, Theora)."""
_MOVIE_EXTENSIONS = {
    0: (".mpg", ".mpeg"), 1: (".dvd", ".vob", ".mpg", ".mpeg"), 2: (".mp4", ".mpg", ".mpeg"), 3: (".avi",),
    4: (".mov",), 5: (".dv",), 6: (".avi",), 7: (".avi",), 8: (".flv",), 9: (".mkv",), 10: (".ogv", ".ogg"),
    12: (".webm",), 13: (".mp4",),
}  # fmt: skip
"""By `FFMPEG_…` container (`get_file_extensions` in movie_write.cc)."""
_DRIVE = re.compile(r"([A-Za-z]):[\\/]")
_HASHES = re.compile(r"#+")


def absolute(pic: str, blend: str) -> str:
    """`pic` as BLI_path_abs makes it: `//` is the folder of the file `blend`, a drive letter becomes a folder here."""
    if os.sep == "/":
        match = _DRIVE.match(pic)
        if match is not None:
            pic = f"/{match[1].lower()}{pic[2:]}"
    if pic.startswith("//"):
        pic = os.path.join(os.path.dirname(blend), pic[2:])
    if os.sep == "/":
        pic = pic.replace("\\", "/")
    return _normal(pic)


def image_pattern(pic: str, blend: str, imtype: int, jp2: int, extension: bool) -> str:
    """The pattern of still frames: absolute, with `#` for the number."""
    path = absolute(pic, blend)
    if "#" not in os.path.basename(path):
        path += "####"
    if not extension:
        return path
    if imtype == _JP2:
        return _ensured(path, (".j2c",) if jp2 == _JP2_CODESTREAM else (".jp2",))
    return _ensured(path, _EXTENSIONS.get(imtype, _JPEG))


def movie_path(pic: str, blend: str, container: int, extension: bool, span: tuple[int, int]) -> str:
    """The one file of a movie; its name carries the frame range `span` unless it has the right extension."""
    path = absolute(pic, blend)
    endings = _MOVIE_EXTENSIONS.get(container, (".avi",))
    if extension:
        if path.lower().endswith(endings):
            return path
        if "#" not in os.path.basename(path):
            path += "####"
        return _with_range(path, span) + endings[0]
    return _with_range(path, span) if "#" in os.path.basename(path) else path


def _ensured(path: str, endings: tuple[str, ...]) -> str:
    """The path with one of the endings: a known image extension is replaced, another name is added to."""
    if path.lower().endswith(endings):
        return path
    if path.lower().endswith(_KNOWN):
        return os.path.splitext(path)[0] + endings[0]
    return path.rstrip(".") + endings[0]


def _with_range(path: str, span: tuple[int, int]) -> str:
    """`movie_####` is `movie_0001-0250`: the last group of `#` in the file's name."""
    groups = list(_HASHES.finditer(path))
    last = groups[-1]
    width = len(last[0])
    numbers = "-".join(f"{number:0{width + (number < 0)}d}" for number in span)
    return path[: last.start()] + numbers + path[last.end() :]


def _normal(path: str) -> str:
    """`.` and `..` and doubled slashes gone, a slash at the end kept."""
    if not path:
        return path
    ending = os.sep if path.endswith(("/", os.sep)) else ""
    normal = os.path.normpath(path)
    if normal.startswith("//"):
        normal = normal[1:]
    return normal if normal == os.sep else normal + ending
