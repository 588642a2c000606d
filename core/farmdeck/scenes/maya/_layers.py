"""Render layers of both systems and what they override, as a .ma or .mb keeps it.

Legacy layers: `connectAttr ":defaultRenderGlobals.ren" "layer1.adjs[0].plg"` names a plug that the layer sets to its
`adjs[0].val`; `defaultRenderLayer.adjs[…]` keeps what it was. Render setup: `renderSetupLayer` nodes own the
`renderLayer` node connected to their `lrl`; overrides hang below it by `lit` -> `pls`, in the order of `nxt` -> `prv`;
`apply…Override` nodes before a plug keep what it was while a layer is visible. Read in real scenes; the attribute
names are those of maya.app.renderSetup.model (childNode.py, override.py, selector.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ._rules import DEFAULT_LAYER, SETTINGS, Value, is_on, layer_label, number
from ._selectors import named
from ._table import APPLIERS, OVERRIDES, Node, Table, plug_attribute, plug_node

_LONG = {(node, plug.short): long for node, plugs in SETTINGS.items() for long, plug in plugs.items()}
RENDERABLE = "renderable"
_SHORT = {"rnd": RENDERABLE}
_DEEPEST = 1000


class Layers:
    """The layers of a scene's own file."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._targets = {link.target: link.source for link in table.links}
        self._below: dict[str, str] = {}
        self._after: dict[str, str] = {}
        self._selectors: dict[str, str] = {}
        self._owners: dict[str, str] = {}
        for source, target in table.links:
            kept = {
                "pls": self._below, "parentList": self._below, "prv": self._after, "sel": self._selectors,
            }.get(plug_attribute(target))  # fmt: skip
            if kept is not None:
                kept[plug_node(target)] = plug_node(source)
            elif plug_attribute(target) in ("lrl", "legacyRenderLayer"):
                setup = table.named(plug_node(target))
                if setup is not None and setup.type == "renderSetupLayer":
                    self._owners[plug_node(source)] = setup.name

    @property
    def system(self) -> str:
        """`render setup`, `legacy`, or "" where there is only the default layer."""
        if any(True for _ in self._table.of_type("renderSetupLayer")):
            return "render setup"
        return "legacy" if len(self.nodes()) > 1 else ""

    def nodes(self) -> list[str]:
        """The renderLayer nodes that the scene's own manager knows, in the order of the file; at least the default."""
        managed = {
            plug_node(link.target)
            for link in self._table.links
            if plug_attribute(link.target) == "rlid" and plug_node(link.source) == "renderLayerManager"
        }
        found = [node.name for node in self._table.of_type("renderLayer")]
        known = [name for name in found if not managed or name in managed or name == DEFAULT_LAYER]
        return known or [DEFAULT_LAYER]

    def label(self, layer: str) -> str:
        """As the artist sees it."""
        return layer_label(layer, self._owners.get(layer, ""))

    def renderable(self, layer: str) -> bool:
        """Is it switched on?"""
        value = self._table.value(layer, "renderable", "rndr")
        return value is None or is_on(value)

    def original(self, node: str, attribute: str, short: str) -> Value:
        """What a plug is when no layer overrides it; None where the file does not say."""
        kept = self.kept(node, attribute, short)
        return kept if kept is not None else self._table.value(node, attribute, short)

    def kept(self, node: str, attribute: str, short: str) -> Value:
        """What is kept of a plug while a layer that overrides it is shown; None where nothing is."""
        value = self._adjusted(DEFAULT_LAYER).get((node, attribute))
        if value is not None:
            return value
        names = [f"{colon}{node}.{name}" for colon in (":", "") for name in (short, attribute)]
        return self._before(next((self._targets[name] for name in names if name in self._targets), ""))

    def _before(self, source: str) -> Value:
        """What stands before a chain of appliers; a time has a conversion in between."""
        value: Value = None
        for _ in range(_DEEPEST):
            name = plug_node(source)
            applier = self._table.named(name) if name else None
            if applier is not None and applier.type in APPLIERS:
                value, inputs = applier.get("original", "ori"), ("ori", "original")
            else:
                inputs = ("i", "input")
            source = next((self._targets[plug] for one in inputs if (plug := f"{name}.{one}") in self._targets), "")
            if not source:
                break
        return value

    def overrides(self, layer: str) -> Iterator[tuple[list[str], str, Node | None, Value]]:
        """Each override of a layer, the weakest first: targets, long attribute, override node, value.

        Legacy adjustments have no override node. Targets are node names or patterns.
        """
        if layer in self._owners:
            yield from self._setup_overrides(self._owners[layer])
        else:
            for (node, attribute), value in self._adjusted(layer).items():
                yield [node], attribute, None, value

    def _adjusted(self, layer: str) -> Mapping[tuple[str, str], Value]:
        node = self._table.named(layer)
        found: dict[tuple[str, str], Value] = {}
        if node is None:
            return found
        for source, target in self._table.links:
            match = re.match(r"adjs\[(\d+)\]\.plg$", plug_attribute(target))
            if match is None or plug_node(target) != layer:
                continue
            value = node.get(f"adjs[{match[1]}].val", f"adjustments[{match[1]}].value")
            if value is not None:
                found[plug_node(source), _long(plug_node(source), plug_attribute(source))] = value
        return found

    def _setup_overrides(self, setup: str) -> Iterator[tuple[list[str], str, Node | None, Value]]:
        ranked = []
        for node in self._table.of_type(*OVERRIDES):
            place = self._place(node.name, setup)
            if place is not None:
                ranked.append((place, node))
        for _, node in sorted(ranked, key=lambda pair: pair[0]):
            attribute = str(node.get("attribute", "atr") or "")
            yield self._aims(node), attribute, node, node.get("attrValue", "atv")

    def _place(self, name: str, setup: str) -> list[int] | None:
        """Where below a render setup layer an item stands; None: elsewhere, or switched off."""
        place: list[int] = []
        for _ in range(_DEEPEST):
            if name == setup:
                return place[::-1]
            enabled = self._table.value(name, "selfEnabled", "sen")
            if enabled is not None and not is_on(enabled):
                return None
            place.append(self._rank(name))
            above = self._below.get(name)
            if above is None:
                return None
            name = above
        return None

    def _rank(self, name: str) -> int:
        rank, at = 0, self._after.get(name)
        while at is not None and rank < _DEEPEST:
            rank, at = rank + 1, self._after.get(at)
        return rank

    def _aims(self, node: Node) -> list[str]:
        """What an override is for: the one node it names, else what its collection selects."""
        if "Unique" in node.type:
            name = str(node.get("targetNodeName", "tgName") or "")
            return [name] if name else []
        selector = self._table.named(self._selectors.get(self._below.get(node.name, ""), ""))
        if selector is None:
            return []
        return named(selector.get("staticSelection", "ssl"), selector.get("pattern", "pat"))


def applied(override: Node | None, base: Value, value: Value) -> Value:
    """What an override makes of a value: an absolute one sets it, a relative one multiplies and adds."""
    if override is None or override.type.startswith("abs"):
        return value if value is not None else type(base)() if base is not None else 0.0
    factor = override.get("multiply", "mul")
    return number(base) * (1.0 if factor is None else number(factor)) + number(override.get("offset", "ofs"))


def _long(node: str, attribute: str) -> str:
    return _LONG.get((node, attribute)) or _SHORT.get(attribute, attribute)
