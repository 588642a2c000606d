"""What is rendered beside the main picture: AOVs and displays that are on, by renderer."""

from __future__ import annotations

from farmdeck.scenes.maya._output import Pass
from farmdeck.scenes.maya._rules import RENDERMAN_FORMATS

from . import _plugs

_TO_SCREEN = 0
"""`aiAOVDriver.outputMode`: shown, not written."""


def passes() -> dict[str, tuple[Pass, ...]]:
    """By the renderer whose they are; a renderer without any is absent."""
    found = {"arnold": _arnold(), "redshift": _redshift(), "renderman": _renderman()}
    return {renderer: tuple(rows) for renderer, rows in found.items() if rows}


def _arnold() -> list[Pass]:
    rows = []
    for node in _plugs.nodes("aiAOV"):
        if not _plugs.is_referenced(node) and _plugs.value(f"{node}.enabled") and _is_written(node):
            prefix = _plugs.value(f"{node}.prefix") if _plugs.has(node, "prefix") else ""
            rows.append(Pass(str(_plugs.value(f"{node}.name") or ""), str(prefix or "")))
    return rows


def _is_written(aov: str) -> bool:
    """Some driver of it writes a file, or none is connected, so that the default one does."""
    drivers = [
        driver
        for index in _plugs.indices(f"{aov}.outputs")
        for driver in _plugs.into(f"{aov}.outputs[{index}].driver")
        if _plugs.has(driver, "outputMode")
    ]
    return not drivers or any(_plugs.value(f"{driver}.outputMode") != _TO_SCREEN for driver in drivers)


def _redshift() -> list[Pass]:
    rows = []
    for node in _plugs.nodes("RedshiftAOV"):
        if not _plugs.is_referenced(node) and _plugs.value(f"{node}.enabled"):
            name, prefix = (str(_plugs.value(f"{node}.{plug}") or "") for plug in ("name", "filePrefix"))
            rows.append(Pass(name, prefix, alone=_plugs.value(f"{node}.aovType") == "Cryptomatte"))
    return rows


def _renderman() -> list[Pass]:
    rows = []
    for node in _plugs.into("rmanGlobals.displays") if _plugs.has("rmanGlobals", "displays") else []:
        kinds = _plugs.into(f"{node}.displayType") if _plugs.has(node, "displayType") else []
        extension = RENDERMAN_FORMATS.get(_plugs.type_of(kinds[0]), "") if kinds else ""
        if extension:
            rows.append(Pass(node, extension=extension))
    return rows
