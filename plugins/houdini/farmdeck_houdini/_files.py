"""The files that nodes name, as found on the main thread: nothing is looked for on the disk here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import hou
from farmdeck import Problem
from farmdeck.scenes.houdini import _problems
from farmdeck.scenes.houdini._expand import Unexpandable
from farmdeck.scenes.houdini._files import (
    READ,
    cached_file,
    file_kind,
    is_pdg_network,
    needed,
    reads,
    resolved,
)
from farmdeck.scenes.houdini._rules import rop

from ._open import OpenScene
from ._parms import driven, pattern, raw_text

_TASKS = ("Top", "TopNet")
"""Categories whose files are made, and found, when their network cooks."""


@dataclass(frozen=True)
class NamedFile:
    """What `Found.at` is asked for, on the worker thread."""

    path: str
    """As written."""
    file: str
    """Absolute, with its tokens."""
    kind: str
    owner: str
    optional: bool


class Files:
    """Collects them, node by node."""

    def __init__(self, scene: OpenScene, folder: str) -> None:
        """`folder`: `$HIP`, where a path lies that says no folder."""
        self._scene = scene
        self._folder = folder
        self.named: list[NamedFile] = []
        self.problems: list[Problem] = []

    def look_at(self, node: hou.OpNode, path: str) -> None:
        """Everything that the node's parameters name."""
        category, kind = self._scene.category(path), self._scene.types.get(path, "")
        row = rop(category, kind)
        if category not in _TASKS and not is_pdg_network(category, kind):
            parms = self._scene.at(path)
            mode, loads = parms.text("filemode"), parms.text("loadfromdisk")
            for parm in _candidates(node.parms()):
                asset = self._kind(parm) if reads(row, parm.name(), mode, loads) else ""
                if asset:
                    self._add(path, parm, asset, needed(parm.name()))
        cached = cached_file(row, self._scene.at(path))
        parm_or_none = node.parm(cached) if cached else None
        if parm_or_none is not None:
            self._add(path, parm_or_none, "cache", True)

    def _kind(self, parm: hou.Parm) -> str:
        """The kind of file that it names; "" for none, and for one whose file chooser is for writing."""
        try:
            text = pattern(parm)
        except Unexpandable:
            text = raw_text(parm)
        kind = file_kind(parm.name(), text)
        return kind if kind and parm.parmTemplate().tags().get("filechooser_mode") != "write" else ""

    def _add(self, path: str, parm: hou.Parm, kind: str, required: bool) -> None:
        written = raw_text(parm)
        optional = not required or self._scene.bypassed(path) or self._scene.locked(path)
        try:
            text = pattern(parm)
        except Unexpandable as exc:
            self.problems.append(_problems.as_written(path, parm.name(), written, str(exc)))
            self.named.append(NamedFile(written, written, kind, path, True))
            return
        shown = text if driven(parm) else written
        self.named.append(NamedFile(shown, resolved(text, self._folder), kind, path, optional))


def _candidates(parms: Iterable[hou.Parm]) -> list[hou.Parm]:
    """Those that may name a file: one cheap call each, of a node's hundreds."""
    found = []
    for parm in parms:
        raw = raw_text(parm)
        plain = "/" in raw or "\\" in raw
        if (plain and ("`" in raw or "(" in raw or file_kind(parm.name(), raw))) or (
            "chs" in raw and parm.name() in READ
        ):
            found.append(parm)
    return found
