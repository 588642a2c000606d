"""Files that USD layers on the disk name: other layers, textures, volumes.

A `.usda` is text: asset paths stand between `@` signs, as `@./tree.usda@`, or between three where they hold one
(PixarAnimationStudios/OpenUSD, pxr/usd/sdf, the text format's grammar: AssetRef). A binary layer (`PXR-USDC`) and a
package (`.usdz`) are not looked into.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from ._files import KINDS, extension, resolved

MAX_LAYERS = 2_000
MAX_TEXT = 16 << 20
"""So much of a layer is looked at, in bytes: what it references stands near its start."""
_ASSET = re.compile(r"@@@(.+?)@@@|@([^@\n]+)@")
_LAYERS = frozenset({"usd", "usda", "usdc"})


class Named(NamedTuple):
    """A file that a layer names."""

    path: str
    """As written in the layer."""
    file: str
    """Absolute; a relative one lies beside the layer. Names that start otherwise (`mtl/wood.png`) are taken so too."""
    kind: str


class Layers:
    """Follows layers to those that they name, each file once."""

    def __init__(self) -> None:
        self.unread: list[str] = []
        """Binary layers, absolute."""
        self._seen: set[str] = set()

    def named_by(self, file: str) -> Iterator[Named]:
        """Everything that the layer at `file` names, and what the layers among it name; itself is left out."""
        waiting = [file]
        while waiting and len(self._seen) < MAX_LAYERS:
            layer = waiting.pop()
            if layer in self._seen:
                continue
            self._seen.add(layer)
            for named in self._read(layer):
                yield named
                if extension(named.file) in _LAYERS:
                    waiting.append(named.file)

    def _read(self, layer: str) -> list[Named]:
        try:
            with open(layer, "rb") as opened:
                raw = opened.read(MAX_TEXT)
        except (OSError, ValueError):
            return []
        if not raw.startswith(b"#usda"):
            self.unread.append(layer)
            return []
        found = dict.fromkeys(match[1] or match[2] for match in _ASSET.finditer(raw.decode("utf-8", "replace")))
        folder = os.path.dirname(layer)
        return [
            Named(path, resolved(path, folder), KINDS[extension(path)]) for path in found if extension(path) in KINDS
        ]
