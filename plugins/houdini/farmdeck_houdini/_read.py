"""The open scene, read into a `Scene`: a generator that the panel's timer turns, so that Houdini never waits for it.

Nothing is changed and nothing is made to cook. Between two turns the artist may change or delete anything: a node that
is gone is left out, and the callbacks of `_watch` have the scene read again.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from dataclasses import dataclass, replace

import hou
from farmdeck.scene import Scene, Software
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

_FORMS = {hou.licenseCategoryType.Commercial: b"070707", hou.licenseCategoryType.Indie: b"HouLC\x1a"}
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
    folder = os.path.dirname(file) or hou.getenv("HIP") or ""
    open_scene, digital_assets = OpenScene(), DigitalAssets()
    files = Files(open_scene, folder)
    done = 0
    for node, waiting in nodes():
        try:
            path = node.path()
            open_scene.note(node, path)
            digital_assets.look_at(node)
            files.look_at(node, path)
        except hou.ObjectWasDeleted:
            continue
        done += 1
        yield done, done + waiting
    playback = _playback()
    items = Items(open_scene, open_scene, playback, folder)
    listed = []
    for path in sorted(items.rows):
        listed.append(items.item(path))
        yield done + len(listed), done + len(items.rows)
    stages = _stages(items)
    networks = [_problems.pdg_network(path) for path in task_networks(open_scene)]
    embedded = {"hdas_embedded": ",".join(sorted(digital_assets.embedded))} if digital_assets.embedded else {}
    scene = Scene(
        file=file,
        software=Software("Houdini", hou.applicationVersionString()),
        items=tuple(listed),
        cameras=items.cameras,
        frames=playback.frames,
        fps=playback.fps,
        plugins=digital_assets.plugins,
        problems=(*items.problems, *files.problems, *networks),
        unsaved=not file or (hou.isUIAvailable() and hou.hipFile.hasUnsavedChanges()),
        variables=scene_variables(_variables(), hou.hipFile.path()),
        details={
            "licence": LICENCES[_FORMS.get(hou.licenseCategory(), _NON_COMMERCIAL)],
            **embedded,
            **takes_detail(take.name() for take in hou.takes.takes()),
        },
    )
    return Finish(scene, (*files.named, *stages, *digital_assets.files(folder)))


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
