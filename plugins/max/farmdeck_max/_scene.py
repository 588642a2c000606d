"""The Scene that the facts make. Looks on the disk; needs no 3ds Max, so any thread will do."""

from __future__ import annotations

import os
from collections.abc import Iterable

from farmdeck import Problem, Scene, Severity, Software
from farmdeck.frames import range_text
from farmdeck.scene import Reference
from farmdeck.scenes._disk import Disk
from farmdeck.scenes._found import Found
from farmdeck.scenes.max import _rules as rules

from ._facts import Facts
from ._files import Managed


def make_scene(facts: Facts) -> Scene:
    """What was read, with every file looked for."""
    found = Found(Disk(), lambda path, folder: path)
    folders = _folders(facts)
    references = tuple(_references(facts, folders, found.disk))
    inside = [os.path.dirname(reference.file) for reference in references if reference.loaded]
    _add_assets(facts, _searched([*folders, *inside], found.disk), found)
    views = [batch.view for batch in facts.views]
    return Scene(
        file=facts.file,
        software=Software("3ds Max", facts.version),
        items=rules.items(facts.setup, facts.cameras, views, facts.active),
        cameras=tuple(sorted(set(facts.cameras))),
        frames=range_text(*facts.segment),
        fps=float(facts.fps),
        assets=tuple(sorted(found.assets, key=lambda asset: (asset.owner, asset.path))),
        plugins=facts.plugins,
        problems=(*rules.namesakes(facts.cameras), *_presets(facts), *found.problems),
        unsaved=facts.unsaved,
        references=references,
        details=_details(facts),
    )


def _details(facts: Facts) -> dict[str, str]:
    found = {
        "created_with": facts.created_with,
        "render_elements": ", ".join(sorted({element.type for element in facts.elements})),
        "scene_states": ", ".join(facts.states),
    }
    return {name: value for name, value in found.items() if value}


def _folders(facts: Facts) -> list[str]:
    """Where the scene and its project lie; "" where there is neither."""
    folders = (os.path.dirname(facts.file), facts.project.replace("\\", "/"))
    return [folder for folder in folders if folder] or [""]


def _searched(folders: Iterable[str], disk: Disk) -> list[str]:
    """Where files are looked for by their name, for what lies in these folders."""
    return list(dict.fromkeys(path for folder in folders for path in rules.search_folders(folder, disk)))


def _references(facts: Facts, folders: list[str], disk: Disk) -> Iterable[Reference]:
    """Each XRef scene; what is inside one is looked for beside it too."""
    places = {"": folders}
    for xref in facts.xrefs:
        searched = places[xref.parent]
        file = rules.located(xref.path, _searched(searched, disk), disk)
        places[xref.node] = [*searched, os.path.dirname(file)]
        yield Reference(xref.node, "", xref.path, file, xref.loaded and disk.exists(file), xref.parent)


def _add_assets(facts: Facts, folders: list[str], found: Found) -> None:
    known = {_key(asset.name): asset for asset in facts.managed}
    off = {_key(xref.path) for xref in facts.xrefs if not xref.loaded}
    for path in _needed(facts):
        # Of a file that the asset manager does not know nothing is known: mostly it is a map.
        asset = known.get(_key(path), Managed(path, "Bitmap", ""))
        if rules.is_output(asset.type):
            continue
        full = rules.located(path, folders, found.disk, asset.found)
        kind = rules.asset_kind(asset.type, path)
        found.at(path, full, kind, rules.owner(asset.type), optional=_key(path) in off)


def _needed(facts: Facts) -> Iterable[str]:
    """What Asset Tracking lists but for the scene itself, each file once."""
    paths: dict[str, str] = {}
    for path in (*facts.tracked, *(xref.path for xref in facts.xrefs)):
        paths.setdefault(_key(path), path)
    paths.pop(_key(facts.file), None)
    return paths.values()


def _key(path: str) -> str:
    """Paths are the same on Windows whatever their case and slashes."""
    return path.replace("\\", "/").lower()


def _presets(facts: Facts) -> Iterable[Problem]:
    """A preset is read by 3ds Max alone, when it renders."""
    for batch in facts.views:
        if batch.preset and not batch.view.override:
            text = (
                f'"{batch.view.name}" takes its settings from {batch.preset}: size and frames shown are the scene\'s.'
            )
            yield Problem(Severity.NOTE, text, batch.view.name)
