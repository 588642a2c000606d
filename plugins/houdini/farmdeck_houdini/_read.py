"""The open scene, read into a `Scene`: a generator that the panel's timer turns, so that Houdini never waits for it.

Nothing is changed and nothing is made to cook. Between two turns the artist may change or delete anything: a node that
is gone is left out, and the callbacks of `_watch` have the scene read again.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace

import hou
from farmdeck.scene import RenderItem, Scene, Software
from farmdeck.scenes._disk import Disk
from farmdeck.scenes._found import Found
from farmdeck.scenes.houdini import _problems
from farmdeck.scenes.houdini._archive import LICENCES
from farmdeck.scenes.houdini._files import resolved
from farmdeck.scenes.houdini._items import Items
from farmdeck.scenes.houdini._network import task_networks
from farmdeck.scenes.houdini._playback import Playback, scene_variables
from farmdeck.scenes.houdini._takes import takes_detail

from ._assets import DigitalAssets
from ._files import Files, NamedFile
from ._open import OpenScene
from ._usd import Dependencies, composed_layers
from ._walk import node_at, nodes

_FORMS = ((hou.licenseCategoryType.Commercial, b"070707"), (hou.licenseCategoryType.Indie, b"HouLC\x1a"))
"""What scenes of each licence begin with; those of every other are for non-commercial use alone."""
_NON_COMMERCIAL = b"HouNC\x1a"


@dataclass(frozen=True)
class Finish:
    """What is left to do when Houdini has been asked everything: look on the disk. For the worker thread: no `hou`."""

    scene: Scene
    """Without assets."""
    files: tuple[NamedFile, ...]

    def __call__(self) -> Scene:
        """The scene with its assets, and what is missing."""
        found, layers = Found(Disk(), resolved), Dependencies()
        problems = list(self.scene.problems)
        for each in self.files:
            there = found.at(each.path, each.file, each.kind, each.owner, optional=each.optional)
            if each.kind == "hda" and not there:
                problems.append(_problems.library_elsewhere(each.owner, each.path))
            for named in layers.named_by(each.file) if each.kind == "usd" and there else ():
                found.at(named.path, named.file, named.kind, each.owner, optional=True)
        if layers.unread:
            problems.append(_problems.unread_layers(len(layers.unread), layers.unread[0]))
        assets = sorted(found.assets, key=lambda asset: (asset.owner, asset.path))
        return replace(self.scene, assets=tuple(assets), problems=(*problems, *found.problems))


def read_open_scene(file: str) -> Generator[tuple[int, int], None, Finish]:
    """Everything that Houdini tells of the scene at `file` ("": never saved), a node or an item at each turn."""
    reading = _Reading(file)
    yield from reading.nodes()
    yield from reading.items()
    return reading.finish()


class _Reading:
    """What is known so far."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._folder = os.path.dirname(file) or hou.getenv("HIP") or ""
        self._open, self._digital_assets = OpenScene(), DigitalAssets()
        self._files = Files(self._open, self._folder)
        self._done = 0

    def nodes(self) -> Generator[tuple[int, int], None, None]:
        """What each node is, and the files that it names."""
        for node, waiting in nodes():
            try:
                path = node.path()
                self._open.note(node, path)
                self._digital_assets.look_at(node)
                self._files.look_at(node, path)
            except hou.ObjectWasDeleted:
                continue
            self._done += 1
            yield self._done, self._done + waiting

    def items(self) -> Generator[tuple[int, int], None, None]:
        """What the render nodes among them render."""
        self._playback = _playback()
        self._items = Items(self._open, self._open, self._playback, self._folder)
        self._listed: list[RenderItem] = []
        for path in sorted(self._items.rows):
            self._listed.append(self._items.item(path))
            yield self._done + len(self._listed), self._done + len(self._items.rows)

    def finish(self) -> Finish:
        """All of it."""
        networks = [_problems.pdg_network(path) for path in task_networks(self._open)]
        scene = Scene(
            file=self._file,
            software=Software("Houdini", hou.applicationVersionString()),
            items=tuple(self._listed),
            cameras=self._items.cameras,
            frames=self._playback.frames,
            fps=self._playback.fps,
            plugins=self._digital_assets.plugins,
            problems=(*self._items.problems, *self._files.problems, *networks),
            unsaved=not self._file or (hou.isUIAvailable() and hou.hipFile.hasUnsavedChanges()),
            variables=scene_variables(_variables(), hou.hipFile.path()),
            details=_details(self._digital_assets.embedded),
        )
        files = (*self._files.named, *_stages(self._items), *self._digital_assets.files(self._folder))
        return Finish(scene, files)


def _details(embedded: Iterable[str]) -> dict[str, str]:
    category = hou.licenseCategory()
    form = next((form for known, form in _FORMS if known == category), _NON_COMMERCIAL)
    assets = ",".join(sorted(embedded))
    takes = takes_detail(take.name() for take in hou.takes.takes())
    return {"licence": LICENCES[form], **({"hdas_embedded": assets} if assets else {}), **takes}


def _playback() -> Playback:
    whole, played = hou.playbar.frameRange(), hou.playbar.playbackRange()
    return Playback(hou.fps(), whole[0], whole[1], played[0], played[1], hou.frame())


def _variables() -> dict[str, str]:
    """Every variable that is set, as `setenv` lists them: the name, a tab, `= ` and the value."""
    pairs = (line.partition("\t= ") for line in hou.hscript("setenv")[0].splitlines())
    return {name.strip(): value for name, sign, value in pairs if sign}


def _stages(items: Items) -> list[NamedFile]:
    """The layers of the stages that are rendered, as far as they are composed already."""
    found = []
    for path, row in items.rows.items():
        for lop in items.stage_lops(path) if row.stage else ():
            node = node_at(lop)
            if node is not None:
                found += [NamedFile(file, file, "usd", path, True) for file in composed_layers(node)]
    return found
