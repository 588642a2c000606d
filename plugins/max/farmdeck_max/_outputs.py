"""The files of a render's further pictures: render elements, V-Ray's separate channels, Arnold's AOV drivers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from farmdeck.scenes.max import _rules as rules
from pymxs import runtime as rt

from ._values import known, setting, text, word

MISSING = "Missing_Render_Element_Plug_in"
"""The class of an element whose plug-in is not there (deadline-cloud-for-3ds-max skips it likewise)."""
DRIVERS = {"exr": ".exr", "jpeg": ".jpg", "png": ".png", "tiff": ".tif"}
"""Extensions of Arnold's drivers, by what is in the name of their class: `ArnoldEXRDriver`, `ArnoldPNGDriver`."""


@dataclass(frozen=True)
class Element:
    """A render element."""

    type: str
    """Its class: `VRayDiffuseFilter`, `Z_Depth`."""
    path: str
    """The file it is written to, as written; "" for none."""


def renderer() -> str:
    """The class of the production renderer: `Arnold`, `V_Ray_6_Hotfix_3`, `Default_Scanline_Renderer`."""
    return rules.renderer_word(text(rt.classOf(rt.renderers.current)))


def main_file() -> str:
    """The file as written: V-Ray's own when it is told to write one, else 3ds Max'; "" when none is saved."""
    vray = _vray()
    if vray is not None:
        raw = text(setting(vray, "output_rawFileName"))
        if raw and setting(vray, "output_saveRawFile"):
            return raw
        split = _split(vray)
        if split and setting(vray, "output_splitRGB"):
            return _channel(split, "RGB_color")
    return text(rt.rendOutputFilename) if rt.rendSaveFile else ""


def element_count() -> int:
    """How many render elements the scene has."""
    return int(rt.maxOps.GetCurRenderElementMgr().NumRenderElements())


def elements() -> Iterator[Element]:
    """Each render element; indices count from 0 here."""
    manager = rt.maxOps.GetCurRenderElementMgr()
    active, vray = bool(manager.GetElementsActive()), _vray()
    split = "" if vray is None else _split(vray)
    for index in range(element_count()):
        element = manager.GetRenderElement(index)
        kind = rules.renderer_word(text(rt.classOf(element)))
        path = _channel(split, text(element.elementName)) if split else text(manager.GetRenderElementFilename(index))
        yield Element(kind, path if active and element.enabled and kind != MISSING else "")


def arnold_files() -> list[str]:
    """What the drivers of Arnold's AOV manager write, numbered as 3ds Max numbers every file: `PATH/SUFFIX.exr`.

    As ayon-3dsmax' lib_renderproducts.py has it; deadline-cloud-for-3ds-max' arnold_handler.py names the properties.
    """
    if renderer() != "Arnold":
        return []
    manager = setting(rt.renderers.current, "AOV_Manager", "AOVManager")
    folder = text(setting(manager, "outputPath")).replace("\\", "/").rstrip("/") if manager is not None else ""
    if not folder:
        return []
    drivers = known(setting(manager, "drivers")) or ()
    named = [(text(setting(driver, "filenameSuffix")), word(rt.classOf(driver)).lower()) for driver in drivers]
    return [f"{folder}/{suffix}{_extension(kind)}" for suffix, kind in named if suffix]


def _extension(driver: str) -> str:
    return next((extension for part, extension in DRIVERS.items() if part in driver), ".exr")


def _vray() -> Any:
    """V-Ray's settings while it writes files of its own, else None.

    On the renderer itself, in V-Ray GPU one deeper (deadline-cloud-for-3ds-max, max_utils.py).
    """
    current, name = rt.renderers.current, renderer()
    if not name.startswith("V_Ray"):
        return None
    settings = setting(current, "V_Ray_settings") if "GPU" in name else current
    return settings if settings is not None and setting(settings, "output_on") else None


def _split(vray: Any) -> str:
    """The file of "separate render channels", "" when they are off."""
    return text(setting(vray, "output_splitfilename")) if setting(vray, "output_splitgbuffer") else ""


def _channel(split: str, name: str) -> str:
    """V-Ray writes `x.exr` as `x.NAME.0001.exr` for each channel (ayon-3dsmax, lib_renderproducts.py)."""
    stem, extension = os.path.splitext(split)
    return f"{stem}.{name}.{extension}"
