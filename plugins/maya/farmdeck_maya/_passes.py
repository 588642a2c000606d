"""What is rendered beside the main picture: AOVs, elements and displays that are on, by renderer.

The attributes are those that ynput/ayon-maya reads (lib_renderproducts.py); a renderer's nodes are there only when its
plug-in is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from farmdeck.scenes.maya._output import BEAUTY, Pass
from farmdeck.scenes.maya._rules import ARNOLD_FORMATS, RENDERMAN_FORMATS
from maya import cmds

from . import _plugs

_TO_SCREEN = 0
"""`aiAOVDriver.outputMode`: shown, not written."""
_MAIN_DRIVER = "defaultArnoldDriver"
_MAIN_DISPLAY = "rmanDefaultDisplay"
_ELEMENT_NAMES = ("vray_explicit_name", "vray_filename", "vray_name")
"""What an element is called in file names, the first that is set; the element's class is a part of the attribute."""


def passes() -> dict[str, tuple[Pass, ...]]:
    """By the renderer whose they are; a renderer without any is absent."""
    found = {"arnold": _arnold(), "vray": _vray(), "redshift": _redshift(), "renderman": _renderman()}
    return {renderer: rows for renderer, rows in ((name, tuple(some)) for name, some in found.items()) if rows}


def _text(node: str, attribute: str) -> str:
    return str(_plugs.value(f"{node}.{attribute}") or "") if _plugs.has(node, attribute) else ""


def _that_are_on(kind: str, switch: str) -> Iterator[str]:
    """Nodes of this scene's own that are switched on, or have no such switch."""
    for node in _plugs.nodes(kind):
        on = not _plugs.has(node, switch) or _plugs.value(f"{node}.{switch}")
        if on and not _plugs.is_referenced(node):
            yield node


def _arnold() -> Iterator[Pass]:
    """An AOV is written by each of its drivers that does not merely show it, by the default one if it has none."""
    for node in _that_are_on("aiAOV", "enabled"):
        plugs = [f"{node}.outputs[{index}].driver" for index in _plugs.indices(f"{node}.outputs")]
        drivers = [driver for plug in plugs for driver in _plugs.into(plug)]
        for driver in drivers or [_MAIN_DRIVER]:
            if _plugs.has(driver, "outputMode") and _plugs.value(f"{driver}.outputMode") == _TO_SCREEN:
                continue
            if driver == _MAIN_DRIVER:
                yield Pass(_text(node, "name"))
            else:
                told = _text(driver, "aiTranslator") or "exr"
                yield Pass(_text(node, "name"), _text(driver, "prefix"), ARNOLD_FORMATS.get(told, told))


def _vray() -> Iterator[Pass]:
    for kind in ("VRayRenderElement", "VRayRenderElementSet"):
        for node in _that_are_on(kind, "enabled"):
            attributes: Any = cmds.listAttr(node, string="vray_*name*") or []
            for start in _ELEMENT_NAMES:
                told = [_text(node, attribute) for attribute in attributes if attribute.startswith(start)]
                if any(told):
                    yield Pass(next(name for name in told if name))
                    break


def _redshift() -> Iterator[Pass]:
    for node in _that_are_on("RedshiftAOV", "enabled"):
        yield Pass(_text(node, "name"), _text(node, "filePrefix"), alone=_text(node, "aovType") == "Cryptomatte")


def _renderman() -> Iterator[Pass]:
    """The displays of the render globals whose driver writes files."""
    if not _plugs.has("rmanGlobals", "displays"):
        return
    for index in _plugs.indices("rmanGlobals.displays"):
        for node in _plugs.into(f"rmanGlobals.displays[{index}]"):
            drivers = _plugs.into(f"{node}.displayType") if _plugs.has(node, "displayType") else []
            extension = RENDERMAN_FORMATS.get(_plugs.type_of(drivers[0]) if drivers else "d_openexr")
            on = not _plugs.has(node, "enable") or _plugs.value(f"{node}.enable")
            if extension and on:
                yield Pass(BEAUTY if node == _MAIN_DISPLAY else _text(node, "name") or node, extension=extension)
