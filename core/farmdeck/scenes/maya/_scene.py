"""A `Scene` of what a Maya scene says: items, files looked for on the disk, problems."""

from __future__ import annotations

import math
import posixpath
from collections.abc import Mapping

from ..._errors import BadFrames
from ...frames import parse_frames, range_text
from ...scene import Problem, RenderItem, Scene, Severity, Software
from .._disk import Disk, token_pattern
from .._found import Found
from ._facts import LayerFacts, MayaFacts, NodeFacts
from ._files import NodeFile, beside, files_of
from ._output import Naming, animated, outputs
from ._rules import Value, frames_per_second, is_on, number, pixel_aspect, short_names, whole
from ._xgen import data_folders, patches

COLOR_NODE = "defaultColorMgtGlobals"
"""The node that names the OCIO configuration."""
_SCENE_FIRST = frozenset(("usd",))
_SCENE_FIRST_TYPES = frozenset(("xgmPalette",))


def scene_of(facts: MayaFacts) -> Scene:
    """Looks on the disk; calls no host, so any thread may do it."""
    names = short_names(facts.cameras)
    items = tuple(_item(layer, facts, names) for layer in facts.layers)
    found = _Files(facts).look()
    first = items[0] if items else None
    return Scene(
        file=facts.file,
        software=Software("Maya", facts.version),
        items=items,
        cameras=tuple(sorted(names.values())),
        frames=first.frames if first else str(_nearest(facts.current_frame)),
        fps=frames_per_second(facts.time_unit),
        assets=tuple(sorted(found.assets, key=lambda asset: (asset.owner, asset.path))),
        plugins=facts.plugins,
        problems=(*facts.problems, *_settings_problems(facts), *found.problems),
        unsaved=facts.unsaved,
        references=facts.references,
        variables={"workspace": facts.project.root},
        details=_details(facts),
    )


def _details(facts: MayaFacts) -> dict[str, str]:
    details = {
        "product": facts.product, "units": facts.length_unit, "time_unit": facts.time_unit,
        "color_config": facts.color_config, "layers": facts.layer_system,
    }  # fmt: skip
    return {key: value for key, value in details.items() if value}


def _item(layer: LayerFacts, facts: MayaFacts, names: Mapping[str, str]) -> RenderItem:
    values = layer.values
    renderer = str(values.get("defaultRenderGlobals.currentRenderer") or "")
    cameras = tuple(sorted(names.get(path, path.strip("|")) for path in layer.cameras))
    naming = Naming(
        scene=posixpath.splitext(posixpath.basename(facts.file))[0],
        layer=layer.label,
        cameras=cameras,
        layers=len(facts.layers),
        project=facts.project,
        values=values,
        passes=facts.passes.get(renderer, ()),
    )
    main, further = outputs(naming)
    width, height, aspect = _size(renderer, values)
    return RenderItem(
        name=layer.label,
        kind="render_layer",
        address=(layer.node,),
        cameras=cameras,
        frames=_frames(naming, facts),
        width=width,
        height=height,
        renderer=renderer,
        output=main,
        enabled=layer.renderable,
        pixel_aspect=aspect,
        outputs=further,
    )


def _size(renderer: str, values: Mapping[str, Value]) -> tuple[int, int, float]:
    if renderer == "vray" and "vraySettings.width" in values:
        width, height = whole(values["vraySettings.width"]), whole(values.get("vraySettings.height"))
        return width, height, round(number(values.get("vraySettings.pixelAspect"), 1.0), 4)
    width, height = whole(values.get("defaultResolution.width")), whole(values.get("defaultResolution.height"))
    return width, height, pixel_aspect(width, height, number(values.get("defaultResolution.deviceAspectRatio")))


def _frames(naming: Naming, facts: MayaFacts) -> str:
    if not animated(naming):
        return str(_nearest(facts.current_frame))
    listed = str(naming.get("vraySettings.animFrames") or "") if naming.renderer == "vray" else ""
    if listed and number(naming.get("vraySettings.animType")) == 2:
        try:
            parse_frames(listed)
            return listed.replace(" ", "")
        except BadFrames:
            pass  # V-Ray knows forms that we do not: the range below is what the scene says otherwise
    first = _nearest(number(naming.get("defaultRenderGlobals.startFrame"), 1))
    last = _nearest(number(naming.get("defaultRenderGlobals.endFrame"), 10))
    return range_text(first, last, max(1, _nearest(number(naming.get("defaultRenderGlobals.byFrameStep"), 1))))


def _nearest(value: float) -> int:
    """The frame nearest to a time; what is no number, or absurd, is frame 0."""
    return math.floor(value + 0.5) if math.isfinite(value) and abs(value) < 1e9 else 0


def _settings_problems(facts: MayaFacts) -> list[Problem]:
    found = []
    for layer in facts.layers:
        if layer.renderable and not layer.cameras:
            text = f'"{layer.label}" renders through no camera: switch on Renderable in the one that it should use.'
            found.append(Problem(Severity.WARNING, text, layer.label))
        step = number(layer.values.get("defaultRenderGlobals.byFrameStep"), 1)
        if is_on(layer.values.get("defaultRenderGlobals.animation")) and step != max(1, _nearest(step)):
            text = f'"{layer.label}" renders every {step:g} frames; Farmdeck sends whole frames only.'
            found.append(Problem(Severity.WARNING, text, layer.label))
        if is_on(layer.values.get("defaultRenderGlobals.modifyExtension")):
            text = f'"{layer.label}" renumbers its frames: the names of the pictures do not tell which frame they show.'
            found.append(Problem(Severity.NOTE, text, layer.label))
    return found


class _Files:
    """Looks for everything that the scene needs."""

    def __init__(self, facts: MayaFacts) -> None:
        self._facts = facts
        self._disk = Disk()
        self._folder = posixpath.dirname(facts.file)
        self._found = Found(self._disk, lambda path, folder: facts.project.resolve(path, folder, self._disk))
        self._tx = any(layer.values.get("defaultRenderGlobals.currentRenderer") == "arnold" for layer in facts.layers)

    def look(self) -> Found:
        """Rows and problems of references, nodes and the colour configuration."""
        for reference in self._facts.references:
            optional = not reference.loaded
            self._found.at(reference.path, reference.file, "reference", reference.node, optional=optional)
        for node in self._facts.nodes:
            for file in (*files_of(node.type, node.values), *node.files):
                self._add(node, file)
        config = self._facts.color_config
        if config and not config.startswith("<MAYA_RESOURCES>"):
            full = self._facts.project.resolve(config, self._folder, self._disk)
            self._found.at(config, full, "ocio", COLOR_NODE)
        return self._found

    def _add(self, node: NodeFacts, file: NodeFile) -> None:
        folder = node.folder or self._folder
        if file.prefix:
            self._found.tree(file.path, folder, node.name, required=True, prefix=file.prefix)
            return
        first = file.kind in _SCENE_FIRST or node.type in _SCENE_FIRST_TYPES
        full = self._facts.project.resolve(file.pattern, folder, self._disk, scene_first=first)
        self._found.at(file.path, full, file.kind, node.name, optional=file.optional)
        ready = beside(full)
        if self._tx and file.kind == "image" and ready and self._is_there(ready):
            self._found.at(beside(file.path), ready, "image", node.name, optional=True)
        if node.type == "xgmPalette":
            self._xgen(node.name, full)

    def _xgen(self, owner: str, collection: str) -> None:
        """What a collection file names, as far as it is there: not every description has maps of its own."""
        for data in data_folders(collection, self._facts.project.root):
            self._found.tree(data, self._folder, owner, required=False)
        if self._disk.exists(patches(collection)):
            self._found.at(patches(collection), patches(collection), "cache", owner, optional=True)

    def _is_there(self, full: str) -> bool:
        tokens = token_pattern(full)
        return bool(tokens.matches(self._disk)) if tokens else self._disk.exists(full)
