"""What Maya's names, units and numbers mean: shared by the readers of files and by the adapter inside Maya.

Nothing here opens a file or calls a host. Sources: Autodesk's node reference (help.autodesk.com/cloudhelp/2020/ENU/
Maya-Tech-Docs/Nodes/renderGlobals.html and resolution.html) for attribute names and defaults; the help pages on
`currentUnit` and on rendered image file names; V-Ray, Redshift, Arnold and RenderMan attributes as their own files
write them, in scenes that were read.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple, Union

Value = Union[str, float, bool, None]
"""An attribute's value: text, number, switch; None where nothing is known."""

DEFAULT_LAYER = "defaultRenderLayer"
MASTER = "masterLayer"
"""What Maya shows and writes in paths for the default layer."""
STARTUP_CAMERAS = {"persp": True, "top": False, "front": False, "side": False}
"""The cameras of a new scene, and which of them is renderable."""

FPS = {
    "game": 15.0, "film": 24.0, "pal": 25.0, "ntsc": 30.0, "show": 48.0, "palf": 50.0, "ntscf": 60.0,
    "sec": 1.0, "min": 1 / 60, "hour": 1 / 3600, "millisec": 1000.0,
}  # fmt: skip
"""`currentUnit -time`: frames in a second; other units are a number before `fps`."""
OLD_TICKS = 6000
"""Ticks in a second in a .mb whose header does not say another number (`TDUR`; 141120000 from Maya 2017 on)."""
_LENGTHS = {
    "millimeter": "mm", "centimeter": "cm", "meter": "m", "kilometer": "km", "inch": "in", "foot": "ft",
    "yard": "yd", "mile": "mi",
}  # fmt: skip

IMAGE_FORMATS = {
    0: "gif", 1: "pic", 2: "rla", 3: "tif", 4: "tif", 5: "sgi", 6: "als", 7: "iff", 8: "jpg", 9: "eps", 10: "iff",
    11: "cin", 12: "yuv", 13: "sgi", 19: "tga", 20: "bmp", 22: "mov", 23: "avi", 30: "pntg", 31: "psd", 32: "png",
    33: "pict", 34: "qtif", 35: "dds", 36: "psd", 40: "exr", 60: "swf", 61: "ai", 62: "svg", 63: "swft",
}  # fmt: skip
"""`defaultRenderGlobals.imageFormat`: the extension (Maya's createImageFormats.mel); 50 and 51 name it themselves."""
FORMAT_IN_KEY = (50, 51)
REDSHIFT_FORMATS = {0: "iff", 1: "exr", 2: "png", 3: "tga", 4: "jpg", 5: "tif"}
"""`redshiftOptions.imageFormat`."""
ARNOLD_FORMATS = {"jpeg": "jpg", "deepexr": "exr", "tiff": "tif", "mtoa_shaders": "ass"}
"""`aiAOVDriver.aiTranslator` where it differs from the extension."""
RENDERMAN_FORMATS = {
    "d_openexr": "exr", "d_deepexr": "exr", "d_png": "png", "d_tiff": "tif", "d_targa": "tga", "d_texture": "tex",
    "d_pointcloud": "ptc",
}  # fmt: skip
"""By the type of the driver node of an rmanDisplay; the others (`d_it`, `d_null`) write no file."""


class Plug(NamedTuple):
    """An attribute of a render settings node."""

    short: str
    """As Maya writes it into a file; the same as the long name where none is known."""
    default: Value
    """What it is when a file says nothing, in the unit of the file."""


SETTINGS: Mapping[str, Mapping[str, Plug]] = {
    "defaultRenderGlobals": {
        "currentRenderer": Plug("ren", "mayaSoftware"),
        "animation": Plug("an", False),
        "startFrame": Plug("fs", 1.0),
        "endFrame": Plug("ef", 10.0),
        "byFrameStep": Plug("bfs", 1.0),
        "modifyExtension": Plug("me", False),
        "startExtension": Plug("se", 1.0),
        "byExtension": Plug("be", 1.0),
        "imageFilePrefix": Plug("ifp", ""),
        "imageFormat": Plug("outf", 7),
        "imfPluginKey": Plug("imfkey", ""),
        "outFormatControl": Plug("ofc", 0),
        "outFormatExt": Plug("ofe", ""),
        "putFrameBeforeExt": Plug("pff", False),
        "periodInExt": Plug("peie", 1),
        "extensionPadding": Plug("ep", 1),
        "renderVersion": Plug("rv", ""),
    },
    "defaultResolution": {
        "width": Plug("w", 960),
        "height": Plug("h", 540),
        "deviceAspectRatio": Plug("dar", 1.7777777),
    },
    "defaultArnoldDriver": {
        "aiTranslator": Plug("ai_translator", "exr"),
        "mergeAOVs": Plug("merge_AOVs", False),
        "prefix": Plug("prefix", ""),
    },
    "defaultArnoldRenderOptions": {
        "aovMode": Plug("aovMode", 1),
    },
    "vraySettings": {
        "fileNamePrefix": Plug("fnprx", ""),
        "imageFormatStr": Plug("imgfs", "png"),
        "fileNamePadding": Plug("fileNamePadding", 4),
        "fileNameRenderElementSeparator": Plug("fileNameRenderElementSeparator", "."),
        "animType": Plug("animtp", 0),
        "animFrames": Plug("animFrames", ""),
        "width": Plug("wi", 640),
        "height": Plug("he", 480),
        "pixelAspect": Plug("pxa", 1.0),
        "dontSaveImage": Plug("dontSaveImage", False),
        "separateAlpha": Plug("separateAlpha", False),
    },
    "redshiftOptions": {
        "imageFormat": Plug("imageFormat", 1),
        "exrForceMultilayer": Plug("exrForceMultilayer", False),
        "aovGlobalEnableMode": Plug("aovGlobalEnableMode", 1),
    },
    "rmanGlobals": {
        "imageFileFormat": Plug("imageFileFormat", "<scene>_<layer>_<camera>_<aov>.<f4>.<ext>"),
        "imageOutputDir": Plug("imageOutputDir", "<ws>/images/<scene>"),
    },
}
"""By node and long name. The first two nodes are always there; the others only once their renderer was used."""
ALWAYS_THERE = ("defaultRenderGlobals", "defaultResolution")


def frames_per_second(unit: str) -> float:
    """What a time unit means: `film` is 24, `23.976fps` is 23.976; an unknown one counts as film."""
    if unit in FPS:
        return FPS[unit]
    match = re.match(r"(\d+(?:\.\d+)?)(?:fps|df)$", unit)
    return float(match[1]) if match and float(match[1]) else FPS["film"]


def length_unit(unit: str) -> str:
    """`centimeter` and `cm` are `cm`."""
    return _LENGTHS.get(unit, unit)


def version_text(*told: str) -> str:
    """The release, from what the file says (fileInfo "version", fileInfo "product", requires maya), the best first.

    `2016 Extension 2 SP2` and `2016R2` are `2016.5`, as Autodesk counts; `Preview Release 123` tells nothing.
    """
    for text in told:
        match = re.search(r"(?:19|20)\d\d(?:\.\d+)?|(?<![\d.])[1-8]\.\d|(?<![\d.])[4-8](?=\D|$)", text)
        if match is None or text.startswith("Preview"):
            continue
        year = match[0]
        later = re.search(r"Extension 2|R2", text) is not None and "." not in year
        return year + ".5" if later else year
    return ""


def layer_label(node: str, setup_layer: str = "") -> str:
    """A layer as the artist sees it; `setup_layer` is the renderSetupLayer node that owns it, if any."""
    return MASTER if node == DEFAULT_LAYER else setup_layer or node


def printable(name: str) -> str:
    """A camera or layer name as Maya puts it into a path: `set:cam` is `set_cam`."""
    return re.sub(r"[^0-9A-Za-z_]", "_", name)


def short_names(paths: Iterable[str]) -> dict[str, str]:
    """The name of each node by its full path: its own where no other has it, else with as many parents as it takes.

    `|a|cam` and `|b|cam` are `a|cam` and `b|cam`, as `cmds.ls` prints them.
    """
    whole = {path: path.strip("|").split("|") for path in paths}
    endings: dict[tuple[str, ...], int] = {}
    for parts in whole.values():
        for size in range(1, len(parts) + 1):
            ending = tuple(parts[-size:])
            endings[ending] = endings.get(ending, 0) + 1
    return {path: "|".join(parts[-_size(parts, endings) :]) for path, parts in whole.items()}


def _size(parts: list[str], endings: Mapping[tuple[str, ...], int]) -> int:
    sizes = range(1, len(parts) + 1)
    return next((size for size in sizes if endings[tuple(parts[-size:])] == 1), len(parts))


def pixel_aspect(width: float, height: float, device_aspect: float) -> float:
    """Of Maya's own resolution: `deviceAspectRatio` is what counts, `pixelAspect` is internal (resolution.html)."""
    if width <= 0 or height <= 0 or device_aspect <= 0:
        return 1.0
    aspect = device_aspect * height / width
    return 1.0 if abs(aspect - 1) < 0.002 else round(aspect, 4)


def number(value: Value, default: float = 0.0) -> float:
    """A value as a number; the default for what is none, or is not finite."""
    try:
        told = float(default if value is None or value == "" else value)
    except ValueError:
        return default
    return told if math.isfinite(told) else default


def whole(value: Value, default: int = 0, most: int = 1_000_000) -> int:
    """A value as a whole number from `-most` to `most`."""
    return int(min(max(number(value, default), -most), most))


def is_on(value: Value) -> bool:
    """A value as a switch: files write `yes`, `on`, `true` or a number."""
    return value.lower() in ("yes", "on", "true", "1") if isinstance(value, str) else bool(value)
