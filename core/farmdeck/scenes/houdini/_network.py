"""What items are composed from: a network of nodes and what their parameters are worth, in a file or in Houdini."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from typing import Protocol

from ._files import is_pdg_network, is_scheduler
from ._rules import Parms


class Network(Protocol):
    """The nodes of a scene, by path."""

    @property
    def types(self) -> Mapping[str, str]:
        """Full type names by path."""

    def category(self, path: str) -> str:
        """`Object`, `Sop`, `Driver`, …; "" for Houdini's own managers, and for what is not there."""

    def inputs(self, path: str) -> Sequence[str]:
        """The paths of the nodes that are wired into it; dots are followed."""

    def bypassed(self, path: str) -> bool:
        """Is it, or a network that it lies in, bypassed?"""

    def locked(self, path: str) -> bool:
        """Is its lock on, so that it renders nothing?"""


class Evaluation(Protocol):
    """The parameters of a scene's nodes, at the current frame."""

    def at(self, path: str) -> Parms:
        """Those of one node; of a node that is not there, none."""

    def pattern(self, path: str, name: str) -> str:
        """One's text with `#` for the digits of the frame number. Raises Unexpandable."""

    def written(self, path: str, name: str) -> str:
        """One's text as it is written."""


def task_networks(network: Network) -> list[str]:
    """The PDG networks that hold more than their scheduler, by path."""
    busy = {
        posixpath.dirname(path)
        for path, kind in network.types.items()
        if network.category(path) == "Top" and not is_scheduler(kind)
    }
    return sorted(path for path in busy if is_pdg_network(network.category(path), network.types.get(path, "")))
