"""The open scene as facts, a small step at a time."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

from farmdeck.scene import Plugin, Problem, Reference, Severity
from farmdeck.scenes.maya._facts import MayaFacts
from farmdeck.scenes.maya._project import Project
from farmdeck.scenes.maya._rules import length_unit, version_text
from maya import cmds

from . import _plugs
from ._layers import Layers
from ._nodes import FileNodes
from ._passes import passes
from ._references import references

_RULES = ("images", "sourceImages")


def read_facts() -> Generator[tuple[int, int], None, MayaFacts]:
    """Yields (steps done, steps in all); changes nothing in the scene."""
    cameras = _cameras()
    layers, nodes = Layers(cameras), FileNodes()
    referenced: list[Reference] = []
    done = 0
    for part in (nodes.look(), layers.read(), nodes.read(), _each(references(), referenced)):
        for _ in part:
            done += 1
            yield done, max(done, layers.steps + nodes.steps)
    plugins, problems = _plugins()
    return MayaFacts(
        file=scene_file(),
        version=version_text(str(cmds.about(version=True))),
        project=_project(),
        layers=layers.found,
        cameras=tuple(cameras.values()),
        nodes=nodes.found,
        references=tuple(referenced),
        plugins=plugins,
        passes=passes(),
        current_frame=float(cmds.currentTime(query=True)),
        time_unit=str(cmds.currentUnit(query=True, time=True)),
        length_unit=length_unit(str(cmds.currentUnit(query=True, linear=True))),
        product=_file_info("product"),
        color_config=_color_config(),
        layer_system=layers.system,
        problems=(*layers.problems, *problems),
        unsaved=bool(cmds.file(query=True, modified=True)),
    )


def _each(found: Iterator[Reference], rows: list[Reference]) -> Iterator[None]:
    for row in found:
        rows.append(row)
        yield


def scene_file() -> str:
    """The open scene's path, "" when it was never saved; Maya writes forward slashes on every system."""
    return str(cmds.file(query=True, sceneName=True) or "")


def _cameras() -> dict[str, str]:
    """By shape: the full path of its transform."""
    found = {}
    for shape in _plugs.nodes("camera"):
        parents: Any = cmds.listRelatives(shape, parent=True, fullPath=True)
        if parents:
            found[shape] = str(parents[0])
    return found


def _project() -> Project:
    """What the person has set, not what the file's place suggests."""
    root = str(cmds.workspace(query=True, rootDirectory=True)).rstrip("/") or "/"
    rules = {name: str(cmds.workspace(fileRuleEntry=name) or "") for name in _RULES}
    return Project(root, {name: folder for name, folder in rules.items() if folder})


def _plugins() -> tuple[tuple[Plugin, ...], list[Problem]]:
    """What the saved file will require, and what it requires that is not here."""
    flat: Any = cmds.pluginInfo(query=True, pluginsInUse=True) or []
    found = [Plugin(name, version.strip()) for name, version in zip(flat[::2], flat[1::2])]
    missing: Any = cmds.unknownPlugin(query=True, list=True) or []
    problems = []
    for name in missing:
        found.append(Plugin(name, str(cmds.unknownPlugin(name, query=True, version=True) or "")))
        text = f'The scene needs the plug-in "{name}", which this Maya does not have.'
        problems.append(Problem(Severity.WARNING, text, name))
    return tuple(dict.fromkeys(found)), problems


def _file_info(key: str) -> str:
    """What the scene file says of itself, as it was opened."""
    told: Any = cmds.fileInfo(key, query=True) or [""]
    return str(told[0])


def _color_config() -> str:
    """The OCIO configuration, when colour management is on and uses one; unset, the path is a bool."""
    if not cmds.colorManagementPrefs(query=True, cmEnabled=True):
        return ""
    if not cmds.colorManagementPrefs(query=True, cmConfigFileEnabled=True):
        return ""
    path = cmds.colorManagementPrefs(query=True, configFilePath=True)
    return path if isinstance(path, str) else ""
