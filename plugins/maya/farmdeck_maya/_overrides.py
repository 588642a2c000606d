"""What a layer says otherwise than the master layer, read without switching to it.

Legacy layers keep values in `renderLayer.adjustments`. Render Setup keeps a tree of nodes: a `renderSetupLayer` lists
collections, those list overrides; the lists are connections (`listItems`, `previous`), as `maya.app.renderSetup.model`
(nodeList.py, override.py) makes them and as the .ma files show. That Python package is unsupported and its functions
change with releases, so the nodes themselves are read; ayon-maya's `lib_rendersetup.py` and D. Lai's
`query_by_setuplayer` do it alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from farmdeck.scenes.maya._rules import DEFAULT_LAYER
from farmdeck.scenes.maya._selectors import aims_at, named
from maya import cmds

from . import _plugs

_ABSOLUTE = ("absOverride", "absUniqueOverride")
_RELATIVE = ("relOverride", "relUniqueOverride")
_DEEPEST = 64
"""So many links of a chain are followed; a scene cannot make us walk in a circle."""


@dataclass(frozen=True)
class Override:
    """A Render Setup override that is on."""

    node: str
    attribute: str
    target: str
    """The one node that it is for; "" for those that its collection selects."""
    selector: str
    """The collection's selector node; "" where there is none."""
    relative: bool

    def applied(self, base: Any) -> Any:
        """The value that it makes of one."""
        if not self.relative:
            return _plugs.value(f"{self.node}.attrValue")
        return base * _plugs.value(f"{self.node}.multiply") + _plugs.value(f"{self.node}.offset")


def owner(layer: str) -> str:
    """The renderSetupLayer node whose renderLayer node this is; "" for a legacy layer."""
    plugs = _plugs.out_of(f"{layer}.message", "renderSetupLayer", plugs=True)
    return next((plug.split(".")[0] for plug in plugs if plug.endswith(".legacyRenderLayer")), "")


def overrides(setup_layer: str) -> Iterator[Override]:
    """Those of a Render Setup layer that are on, the weakest first."""
    for item in _items(setup_layer):
        yield from _inside(item, 0)


def _inside(collection: str, depth: int) -> Iterator[Override]:
    if depth > _DEEPEST or not _plugs.value(f"{collection}.enabled"):
        return
    selectors = _plugs.into(f"{collection}.selector") if _plugs.has(collection, "selector") else []
    for item in _items(collection):
        kind = _plugs.type_of(item)
        if kind in _ABSOLUTE or kind in _RELATIVE:
            local = _plugs.has(item, "localRender") and _plugs.value(f"{item}.localRender")
            if _plugs.value(f"{item}.enabled") and not local:  # a local one is not for batch renders
                target = _plugs.value(f"{item}.targetNodeName") if "Unique" in kind else ""
                attribute = str(_plugs.value(f"{item}.attribute") or "")
                yield Override(item, attribute, target or "", "".join(selectors[:1]), kind in _RELATIVE)
        elif _plugs.has(item, "listItems"):
            yield from _inside(item, depth + 1)


def _items(parent: str) -> list[str]:
    """What a layer, group or collection lists, the lowest (weakest) first: each names the one before it."""
    found = list(dict.fromkeys(_plugs.out_of(f"{parent}.listItems")))
    before = {item: "".join(_plugs.into(f"{item}.previous")[:1]) for item in found}
    after = {previous: item for item, previous in before.items() if previous}
    item = next((item for item in found if not before[item]), "")
    ordered: list[str] = []
    while item and item not in ordered:
        ordered.append(item)
        item = after.get(item, "")
    return ordered + [item for item in found if item not in ordered]


class Values:
    """The value of a plug in any layer, without switching. `current` is the layer that the scene is in."""

    def __init__(self, current: str) -> None:
        self._current = current
        self._overrides: dict[str, list[Override]] = {}

    def add(self, layer: str, override: Override) -> None:
        """One that a Render Setup layer has, stronger than those before it."""
        self._overrides.setdefault(layer, []).append(override)

    def get(self, node: str, attribute: str, layers: list[str]) -> dict[str, Any]:
        """`node.attribute` in each of the layers."""
        plug = f"{node}.{attribute}"
        now = _plugs.value(plug)
        adjusted = _adjustments(plug)
        base = _base(plug, adjusted.get(DEFAULT_LAYER, now))
        names = (attribute, str(cmds.attributeQuery(attribute, node=node, longName=True)))
        return {
            layer: now if layer == self._current else self._in(layer, node, names, adjusted.get(layer, base))
            for layer in layers
        }

    def _in(self, layer: str, node: str, names: tuple[str, ...], base: Any) -> Any:
        found = [one for one in self._overrides.get(layer, ()) if one.attribute in names and _is_for(one, node)]
        strongest = max((number for number, one in enumerate(found) if not one.relative), default=0)
        for override in found[strongest:]:  # what an absolute one covers does not matter
            base = override.applied(base)
        return base


def _adjustments(plug: str) -> dict[str, Any]:
    """By legacy layer: the value that it has for the plug, the default layer's own included."""
    found = {}
    for adjustment in _plugs.out_of(plug, "renderLayer", plugs=True):
        layer, _, path = adjustment.partition(".")
        if path.startswith("adjustments["):
            found[layer] = _plugs.value(f"{layer}.{path.rpartition('.')[0]}.value")
    return found


def _base(plug: str, now: Any) -> Any:
    """The master layer's value: what the last of the overrides that are applied right now has as its original."""
    for _ in range(_DEEPEST):
        applied = _plugs.into(plug, "applyOverride")
        if not applied:
            break
        plug = f"{applied[0]}.original"
        now = _plugs.value(plug)
    return now


def _is_for(override: Override, node: str) -> bool:
    if override.target == node:
        return True
    targets = [override.target] if override.target else _selected(override.selector)
    return bool(targets) and aims_at(targets, *_names(node))


def _selected(selector: str) -> list[str]:
    """What a collection's selector names; a selector of another kind names nothing."""
    if not selector or not _plugs.has(selector, "staticSelection"):
        return []
    return named(_plugs.value(f"{selector}.staticSelection"), _plugs.value(f"{selector}.pattern"))


def _names(node: str) -> tuple[str, ...]:
    """A shape is meant by its transform's name too."""
    parents: Any = cmds.listRelatives(node, parent=True) or []
    return tuple(name.rpartition("|")[2] for name in (node, *parents))
