"""Which render nodes render before which: wires, fetches, wedges; and what stands behind a merge or a subnet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from ._rules import EXPANDED, STAGE_SETTINGS

MAX_LOPS = 2_000
MAX_BEHIND = 2_000
"""So many nodes are looked through for what one needs."""


class Graph(Protocol):
    """The networks of render nodes, by path."""

    def inputs(self, path: str) -> Sequence[str]:
        """The nodes that are wired into it, in the order of its inputs."""

    def children(self, path: str) -> Sequence[str]:
        """The nodes right inside a subnet."""

    def base_type(self, path: str) -> str:
        """`merge`, `ifd`: without namespace and version; "" for a node that is not there."""

    def followed(self, path: str) -> str:
        """The node that a fetch, a wedge or another that renders a node by its path names; "" for none."""

    def renders(self, path: str) -> bool:
        """Is it a render node, structure ones included?"""


def needs(graph: Graph, path: str) -> tuple[str, ...]:
    """What renders right before it, each once: what it follows, then its inputs.

    Merges, nulls, switches and subnets stand for the nodes behind them.
    """
    followed = graph.followed(path)
    first = [followed] if followed else []
    return tuple(found for found in _behind(graph, [*first, *graph.inputs(path)]) if found != path)


def target(graph: Graph, path: str) -> str:
    """The node that renders in the end, when it is asked of `path`: fetches and wedges followed.

    `path` itself when it follows none, when what it follows is not there, and when it is led in a circle.
    """
    seen = [path]
    while graph.followed(seen[-1]):
        followed = graph.followed(seen[-1])
        if followed in seen or not graph.renders(followed):
            return path if followed in seen else seen[-1]
        seen.append(followed)
    return seen[-1]


def settings_lop(graph: Graph, starts: Sequence[str]) -> str:
    """The nearest LOP before a USD render that says camera, size and output; "" for none. Breadth first."""
    waiting, seen = list(starts), set(starts)
    for path in waiting:
        if graph.base_type(path) in STAGE_SETTINGS:
            return path
        if len(seen) < MAX_LOPS:
            fresh = [other for other in graph.inputs(path) if other not in seen]
            waiting += fresh
            seen.update(fresh)
    return ""


def _behind(graph: Graph, paths: Iterable[str]) -> list[str]:
    found: dict[str, None] = {}
    seen: set[str] = set()
    waiting = list(paths)[::-1]
    while waiting and len(seen) < MAX_BEHIND:
        path = waiting.pop()
        if path in seen or not graph.renders(path):
            continue
        seen.add(path)
        kind = graph.base_type(path)
        if kind not in EXPANDED:
            found[path] = None
            continue
        inside = graph.children(path) if kind == "subnet" else ()
        waiting += [*inside, *graph.inputs(path)][::-1]
    return list(found)
