"""What the Render Setup dialog says, and where the renderer writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from farmdeck.scenes.max import _rules as rules
from pymxs import runtime as rt

from ._values import frame, known, setting, text, word

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


def segment() -> tuple[int, int]:
    """The active time segment, in frames."""
    return frame(rt.animationRange.start), frame(rt.animationRange.end)


def setup(elements: list[Element]) -> rules.Setup:
    """The dialog's values, with the files of the render elements."""
    return rules.Setup(
        frames=rules.frames(
            int(rt.rendTimeType),
            frame(rt.currentTime),
            segment(),
            (frame(rt.rendStart), frame(rt.rendEnd)),
            int(rt.rendNThFrame),
            text(rt.rendPickupFrames),
        ),
        width=int(rt.renderWidth),
        height=int(rt.renderHeight),
        pixel_aspect=float(rt.renderPixelAspect),
        renderer=renderer(),
        output=_output(),
        elements=tuple(element.path for element in elements if element.path),
    )


def renderer() -> str:
    """The class of the production renderer: `Arnold`, `V_Ray_6_Hotfix_3`, `Default_Scanline_Renderer`."""
    return rules.renderer_word(text(rt.classOf(rt.renderers.current)))


def _output() -> str:
    """The file as written: V-Ray's own raw file or separate channels when it is told to write them, else 3ds Max'."""
    vray = _vray()
    if vray is not None and setting(vray, "output_on"):
        raw = text(setting(vray, "output_rawFileName"))
        if raw and setting(vray, "output_saveRawFile"):
            return raw
        split = text(setting(vray, "output_splitfilename"))
        if split and setting(vray, "output_splitgbuffer"):
            return split
    return text(rt.rendOutputFilename) if rt.rendSaveFile else ""


def _vray() -> Any:
    """V-Ray's settings: on the renderer itself, in V-Ray GPU one deeper; None for another renderer."""
    current = rt.renderers.current
    name = renderer()
    if not name.startswith("V_Ray"):
        return None
    return setting(current, "V_Ray_settings") if "GPU" in name else current


def element_count() -> int:
    """How many render elements the scene has."""
    return int(rt.maxOps.GetCurRenderElementMgr().NumRenderElements())


def elements() -> Iterator[Element]:
    """Each render element; indices count from 0 here."""
    manager = rt.maxOps.GetCurRenderElementMgr()
    active = bool(manager.GetElementsActive())
    for index in range(element_count()):
        element = manager.GetRenderElement(index)
        kind = rules.renderer_word(text(rt.classOf(element)))
        written = active and element.enabled and kind != MISSING
        yield Element(kind, text(manager.GetRenderElementFilename(index)) if written else "")


def arnold_files() -> list[str]:
    """What the drivers of Arnold's AOV manager write: `PATH/SUFFIX.exr`, one file for every frame.

    As deadline-cloud-for-3ds-max' arnold_handler.py and ayon-3dsmax found: 3ds Max puts no frame number in them.
    """
    if renderer() != "Arnold":
        return []
    manager = setting(rt.renderers.current, "AOV_Manager", "AOVManager")
    if manager is None:
        return []
    folder = text(setting(manager, "outputPath")).replace("\\", "/").rstrip("/")
    drivers = known(setting(manager, "drivers")) or ()
    names = [(text(setting(driver, "filenameSuffix")), word(rt.classOf(driver)).lower()) for driver in drivers]
    found = {
        f"{folder}/{suffix}{next((end for part, end in DRIVERS.items() if part in kind), '.exr')}"
        for suffix, kind in names
        if folder and suffix
    }
    return sorted(found)
