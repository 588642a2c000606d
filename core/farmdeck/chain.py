"""The items that have to render before others: Houdini's ROPs, as they are wired."""

from __future__ import annotations

from collections.abc import Sequence

from .scene import RenderItem, Scene

WEDGE = "wedge"


def render_order(scene: Scene, chosen: Sequence[RenderItem]) -> list[RenderItem]:
    """The chosen items with those they need, each once and after what it needs.

    A node that only stands for others (a merge, a fetch, a subnet) gives its place to them.
    """
    order: dict[str, RenderItem] = {}

    def visit(item: RenderItem, above: frozenset[str]) -> None:
        if item.name in above:  # wired in a circle: Houdini refuses it too
            return
        for need in needed(scene, item):
            visit(need, above | {item.name})
        if not stands_for_others(item):
            order.setdefault(item.name, item)

    for item in chosen:
        visit(item, frozenset())
    return list(order.values())


def needed(scene: Scene, item: RenderItem) -> list[RenderItem]:
    """The items right before this one. A wedge renders its first itself, so what that one needs comes before it."""
    before = [found for found in map(scene.item, item.needs) if found is not None]
    if before and item.kind == "rop" and item.renderer == WEDGE:
        driver = before.pop(0)
        before += [found for found in map(scene.item, driver.needs) if found is not None]
    return before


def needed_names(scene: Scene, item: RenderItem) -> tuple[str, ...]:
    """The names of the items that have to be done before this one, seen through those that stand for others."""
    names: dict[str, None] = {}
    waiting, seen = needed(scene, item), {item.name}
    while waiting:
        need = waiting.pop(0)
        if need.name in seen:
            continue
        seen.add(need.name)
        if stands_for_others(need):
            waiting.extend(needed(scene, need))
        else:
            names[need.name] = None
    return tuple(names)


def stands_for_others(item: RenderItem) -> bool:
    """Does it render only what is wired into it?"""
    if item.kind != "rop" or item.renderer == WEDGE:
        return False
    from .scenes.houdini._rules import ROPS  # on first use only: a Maya or a Blender never needs it

    return any(row.structure for name, row in ROPS.items() if name.split("/")[1] == item.renderer)
