"""The files that the scene needs, and the plug-ins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pymxs
from farmdeck import Plugin
from pymxs import runtime as rt

from ._values import from_one, known, text, word


@dataclass(frozen=True)
class Managed:
    """What the asset manager knows of a file."""

    name: str
    type: str
    """`Bitmap`, `XRef`, `RenderOutput`, …"""
    found: str
    """Where 3ds Max finds it; "" when it does not."""


@dataclass(frozen=True)
class XRef:
    """A scene that is referenced as a whole."""

    path: str
    loaded: bool
    parent: str
    """The `node` of the one that it lies in; "" at the top."""

    @property
    def node(self) -> str:
        """The file's name: an XRef scene has no other."""
        return self.path.replace("\\", "/").rsplit("/", 1)[-1]


def tracked() -> Iterator[str]:
    """What Asset Tracking lists, as written; the scene itself is among it."""
    rt.ATSOps.Refresh()
    _, files = rt.ATSOps.GetFiles(pymxs.byref(None))
    for file in known(files) or ():
        yield text(file)


def managed() -> Iterator[Managed]:
    """Every asset that 3ds Max knows, those that only it needs included."""
    for index in from_one(rt.AssetManager.GetNumAssets()):
        asset = rt.AssetManager.GetAssetByIndex(index)
        found = text(asset.GetFullFilePath()) if asset.CanGetFullFilePath() else ""
        yield Managed(text(asset.GetFileName()), word(asset.GetType()), found)


def xrefs(inside: Any = None, parent: str = "") -> Iterator[XRef]:
    """The XRef scenes of this scene, each before those inside it."""
    root = {} if inside is None else {"root": inside}
    for index in from_one(rt.xrefs.getXRefFileCount(**root)):
        xref = rt.xrefs.getXRefFile(index, **root)
        found = XRef(text(xref.filename), not xref.disabled, parent)
        yield found
        yield from xrefs(xref, found.node)


def used_plugins() -> tuple[str, ...]:
    """The dlls of File Properties > Contents, which 3ds Max writes when it saves; none before the first save."""
    names = known(rt.fileProperties.getItems("Used Plug-Ins")) or ()
    return tuple(dict.fromkeys(text(name) for name in names))


def installed(wanted: tuple[str, ...]) -> Iterator[Plugin | None]:
    """Each wanted plug-in that this 3ds Max has, with its version; None for every other one it has."""
    names = {name.lower(): name for name in wanted}
    for index in from_one(rt.pluginManager.pluginDllCount):
        name = names.get(text(rt.pluginManager.pluginDllName(index)).lower())
        yield None if name is None else Plugin(name, _version(text(rt.pluginManager.pluginDllFullPath(index))))


def _version(path: str) -> str:
    """`getFileVersion` says "7,2,4,1\\t…": file and product version (ciomax)."""
    said = text(rt.getFileVersion(path)).split()
    return said[0].replace(",", ".") if said else ""
