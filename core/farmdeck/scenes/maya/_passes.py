"""AOVs, render elements and displays that a file tells, as `Pass`es by renderer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ._output import BEAUTY, Pass
from ._rules import ARNOLD_FORMATS, RENDERMAN_FORMATS, is_on, number
from ._table import Node, Table, plug_attribute, plug_node

_ALONE = frozenset(("Cryptomatte",))
"""Redshift never merges these (ynput/ayon-maya, lib_renderproducts.py)."""
_MAIN_DRIVER = "defaultArnoldDriver"


def passes_of(table: Table) -> Mapping[str, tuple[Pass, ...]]:
    """By renderer, those that are switched on, in the order of the file."""
    found = {
        "arnold": tuple(_arnold(table)),
        "vray": tuple(_vray(table)),
        "redshift": tuple(_redshift(table)),
        "renderman": tuple(_renderman(table)),
    }
    return {renderer: passes for renderer, passes in found.items() if passes}


def _is_on(node: Node, long: str, short: str = "") -> bool:
    value = node.get(long, short)
    return value is None or is_on(value)


def _arnold(table: Table) -> Iterator[Pass]:
    """An AOV is written by its drivers, unless they only show it (`outputMode` 0)."""
    drivers: dict[str, list[str]] = {}
    for source, target in table.links:
        if plug_attribute(target).endswith((".drvr", ".driver")):
            drivers.setdefault(plug_node(target), []).append(plug_node(source))
    for aov in table.of_type("aiAOV"):
        name = str(aov.get("name", "aovn") or "")
        if not name or not _is_on(aov, "enabled", "aoven"):
            continue
        for driver in drivers.get(aov.name, [_MAIN_DRIVER]):
            node = table.named(driver)
            mode = node.get("outputMode", "output_mode") if node else None
            if mode is not None and number(mode) == 0:
                continue
            if node is None or driver == _MAIN_DRIVER:
                yield Pass(name)
            else:
                told = str(node.get("aiTranslator", "ai_translator") or "exr")
                yield Pass(name, str(node.get("prefix") or ""), ARNOLD_FORMATS.get(told, told))


def _vray(table: Table) -> Iterator[Pass]:
    """The element's own name comes first, then its file name's ending, then its name."""
    for element in table.of_type("VRayRenderElement", "VRayRenderElementSet"):
        if not _is_on(element, "enabled"):
            continue
        for start in ("vray_explicit_name", "vray_filename", "vray_name"):
            told = [value for key, value in element.values.items() if key.startswith(start) and value]
            if told:
                yield Pass(str(told[0]))
                break


def _redshift(table: Table) -> Iterator[Pass]:
    for aov in table.of_type("RedshiftAOV"):
        name = str(aov.get("name") or "")
        if name and _is_on(aov, "enabled"):
            yield Pass(name, str(aov.get("filePrefix") or ""), alone=aov.get("aovType") in _ALONE)


def _renderman(table: Table) -> Iterator[Pass]:
    """Displays of rmanGlobals whose driver writes files."""
    shown = [
        plug_node(link.source)
        for link in table.links
        if plug_node(link.target) == "rmanGlobals" and plug_attribute(link.target).startswith("displays")
    ]
    drivers = {
        plug_node(link.target): plug_node(link.source)
        for link in table.links
        if plug_attribute(link.target) == "displayType"
    }
    for name in shown:
        display, driver = table.named(name), table.named(drivers.get(name, ""))
        extension = RENDERMAN_FORMATS.get(driver.type if driver else "d_openexr")
        if display is None or extension is None or not _is_on(display, "enable"):
            continue
        yield Pass(BEAUTY if name == "rmanDefaultDisplay" else str(display.get("name") or name), extension=extension)
