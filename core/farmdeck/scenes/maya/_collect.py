"""From what was read of a scene and its references to `MayaFacts`."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ...scene import Plugin, Problem, Severity
from ._ascii import plain_value, words
from ._facts import LayerFacts, MayaFacts, NodeFacts
from ._files import ANY_TYPE, EXPLICIT_TILES, EXTRA, FILES, attributes_of
from ._layers import RENDERABLE, Layers, applied
from ._passes import passes_of
from ._project import Project, slashes
from ._references import Closure, Loaded
from ._rules import ALWAYS_THERE, SETTINGS, STARTUP_CAMERAS, Plug, Value, is_on, number, short_names, version_text
from ._selectors import aims_at
from ._table import CAMERAS, Node, Table


class _Camera(NamedTuple):
    path: str
    """Full path of its transform, namespaces included."""
    names: tuple[str, str]
    """Of shape and transform, without their paths."""
    renderable: bool


def facts_of(closure: Closure, project: Project) -> MayaFacts:
    """Everything that the files tell."""
    table = closure.files[0].table
    edits = _edits(closure.files)
    cameras = list(_cameras(closure.files, edits))
    layers = Layers(table)
    now = table.value("time1", "outTime", "o")
    return MayaFacts(
        file=slashes(table.path),
        version=version_text(table.info.get("version", ""), table.info.get("product", ""), table.maya),
        project=project,
        layers=tuple(_layer(name, layers, table, cameras) for name in layers.nodes()),
        cameras=tuple(camera.path for camera in cameras),
        nodes=tuple(_nodes(closure.files, edits)),
        references=tuple(closure.references),
        plugins=tuple(Plugin(name, version) for name, version in table.plugins.items()),
        passes=passes_of(table),
        current_frame=number(now, 1.0) if now is not None else 1.0,
        time_unit=table.time_unit,
        length_unit=table.length_unit,
        product=table.info.get("product", ""),
        color_config=_color_config(table),
        layer_system=layers.system,
        problems=(*_own_problems(table), *closure.problems),
    )


def _own_problems(table: Table) -> Iterator[Problem]:
    name = posixpath.basename(slashes(table.path))
    if table.cut_short:
        text = f"{name} does not end as Maya ends its files: it may be cut short, and something may be missing."
        yield Problem(Severity.WARNING, text, name)
    if table.garbled:
        text = f"Parts of {name} are garbled and were passed over: something may be missing."
        yield Problem(Severity.WARNING, text, name)


def _color_config(table: Table) -> str:
    node = table.named("defaultColorMgtGlobals")
    if node is None or not is_on(node.get("configFileEnabled", "cfe")):
        return ""
    managed = node.get("cmEnabled", "cme")
    return str(node.get("configFilePath", "cfp") or "") if managed is None or is_on(managed) else ""


def _edits(files: list[Loaded]) -> Mapping[tuple[str, str], str]:
    """What reference edits set, by node's own name and long attribute; the outer file has the last word."""
    found: dict[tuple[str, str], str] = {}
    for loaded in reversed(files):
        for edit in loaded.table.edits:
            found[_spaced(edit.node.rpartition("|")[2], loaded.namespace), edit.attribute] = edit.value
    return found


def _spaced(name: str, namespace: str) -> str:
    return f"{namespace}:{name.lstrip(':')}" if namespace else name.lstrip(":")


def _edited(text: str) -> Value:
    """The value of an edit: ` -type "string" "a.png"`, ` 1`, ` yes`."""
    listed = words(text)
    if not listed:
        return None
    return listed[-1].text if listed[-1].quoted else plain_value(listed[-1].text)


def _cameras(files: list[Loaded], edits: Mapping[tuple[str, str], str]) -> Iterator[_Camera]:
    """Those of the scene, and of references all but the ones that every scene has.

    Maya makes the start-up cameras itself where a file has none of that name, as an exported selection has not.
    """
    for name, renderable in STARTUP_CAMERAS.items():
        if files[0].table.named(f"{name}Shape") is None:
            yield _Camera(f"|{name}", (f"{name}Shape", name), renderable)
    for table, namespace in files:
        for node in table.of_type(*CAMERAS):
            if not node.parent or (namespace and node.shared):
                continue
            head, _, leaf = node.parent.rpartition("|")
            path = table.full_path(leaf, head)
            path = "|" + "|".join(_spaced(part, namespace) for part in path.strip("|").split("|"))
            name = _spaced(node.name, namespace)
            value = node.get(RENDERABLE, "rnd")
            if (name, RENDERABLE) in edits:
                value = _edited(edits[name, RENDERABLE])
            yield _Camera(path, (name, path.rpartition("|")[2]), value is None or is_on(value))


def _layer(name: str, layers: Layers, table: Table, cameras: list[_Camera]) -> LayerFacts:
    values = dict(_settings(layers, table))
    shown = {camera.path: _original(camera, layers) for camera in cameras}
    for targets, attribute, override, value in layers.overrides(name):
        for node in SETTINGS:
            key = f"{node}.{attribute}"
            if key in values and aims_at(targets, node):
                values[key] = _of_kind(SETTINGS[node][attribute], applied(override, values[key], value))
        if attribute == RENDERABLE:
            for camera in cameras:
                if aims_at(targets, *camera.names):
                    shown[camera.path] = is_on(applied(override, shown[camera.path], value))
    return LayerFacts(
        node=name,
        label=layers.label(name),
        renderable=layers.renderable(name),
        cameras=tuple(path for path, on in shown.items() if on),
        values=values,
    )


def _original(camera: _Camera, layers: Layers) -> bool:
    kept = layers.kept(camera.names[0], RENDERABLE, "rnd")
    return is_on(kept) if kept is not None and camera.names[0].count(":") == 0 else camera.renderable


def _settings(layers: Layers, table: Table) -> Iterator[tuple[str, Value]]:
    """Every setting whose node is there, as it is when no layer overrides it."""
    for node, plugs in SETTINGS.items():
        if node not in ALWAYS_THERE and table.named(node) is None:
            continue
        for long, plug in plugs.items():
            yield f"{node}.{long}", _of_kind(plug, layers.original(node, long, plug.short))


def _of_kind(plug: Plug, value: Value) -> Value:
    """A value as the plug's default is: a switch, a number, a text."""
    if value is None:
        return plug.default
    if isinstance(plug.default, bool):
        return is_on(value)
    if isinstance(plug.default, (int, float)):
        return number(value, float(plug.default))
    return str(value)


def _nodes(files: list[Loaded], edits: Mapping[tuple[str, str], str]) -> Iterator[NodeFacts]:
    found: list[tuple[str, Node, Loaded]] = []
    for loaded in files:
        for node in loaded.table.nodes:
            if node.values and (node.type in FILES or any(item.name in node.values for item in ANY_TYPE)):
                head, _, leaf = node.parent.rpartition("|")
                path = loaded.table.full_path(leaf, head) if node.parent else ""
                whole = [*path.strip("|").split("|"), node.name] if path else [node.name]
                found.append(("|" + "|".join(_spaced(part, loaded.namespace) for part in whole), node, loaded))
    names = short_names(path for path, _, _ in found)
    for path, node, loaded in found:
        values = _file_values(node)
        for long in values.keys() | {item.name for item in attributes_of(node.type)}:
            edit = edits.get((_spaced(node.name, loaded.namespace), long)) if loaded.namespace else None
            if edit is not None:
                values[long] = _edited(edit)
        folder = posixpath.dirname(slashes(loaded.table.path)) if loaded.namespace else ""
        yield NodeFacts(names[path], node.type, values, folder)


def _file_values(node: Node) -> dict[str, Value]:
    """The values that tell of files, by long name."""
    names = {item.name: item.short or item.name for item in attributes_of(node.type)}
    names.update(EXTRA.get(node.type, {}))
    values = {long: node.get(long, short) for long, short in names.items()}
    for name, value in node.values.items():
        if name.startswith("euvt[") or name.startswith(EXPLICIT_TILES):
            values[EXPLICIT_TILES + name[name.index("[") :]] = value
    return {long: value for long, value in values.items() if value is not None}
