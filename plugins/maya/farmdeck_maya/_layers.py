"""The render layers of both systems, with their settings and cameras, read without switching to any of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from farmdeck.scene import Problem, Severity
from farmdeck.scenes.maya._facts import LayerFacts
from farmdeck.scenes.maya._rules import DEFAULT_LAYER, SETTINGS, is_on, layer_label
from maya import cmds

from . import _plugs
from ._overrides import Values, overrides, owner

MANAGER = "renderLayerManager"


class Layers:
    """Collects them; `read` yields after each small step."""

    def __init__(self, cameras: dict[str, str]) -> None:
        """`cameras`: the transform's full path by the shape's name."""
        self.found: tuple[LayerFacts, ...] = ()
        self.problems: list[Problem] = []
        self.system = ""
        self._cameras = cameras
        self._nodes = [node for node in _plugs.nodes("renderLayer") if _is_ours(node)]
        self._plugs = [
            (node, attribute, plug.short) for node, row in SETTINGS.items() for attribute, plug in row.items()
        ]

    @property
    def steps(self) -> int:
        """How many steps `read` takes."""
        return len(self._nodes) + len(self._plugs) + len(self._cameras)

    def read(self) -> Iterator[None]:
        """Read them, a plug at a time."""
        values = Values(str(cmds.editRenderLayerGlobals(query=True, currentRenderLayer=True)))
        owners = {node: "" if node == DEFAULT_LAYER else owner(node) for node in self._nodes}
        for node, setup_layer in owners.items():
            if setup_layer:
                yield from self._overridden(values, node, setup_layer)
            yield
        settings: dict[str, dict[str, Any]] = {node: {} for node in self._nodes}
        for node, attribute, short in self._plugs:
            if _plugs.has(node, short):
                for layer, value in values.get(node, short, self._nodes).items():
                    settings[layer][f"{node}.{attribute}"] = value
            yield
        through: dict[str, list[str]] = {node: [] for node in self._nodes}
        for shape, transform in self._cameras.items():
            for layer, value in values.get(shape, "renderable", self._nodes).items():
                if is_on(value):
                    through[layer].append(transform)
            yield
        self.found = tuple(
            LayerFacts(
                node=node,
                label=layer_label(node, owners[node]),
                renderable=bool(_plugs.value(f"{node}.renderable")),
                cameras=tuple(through[node]),
                values=settings[node],
            )
            for node in self._nodes
        )
        self._judge(owners)

    def _overridden(self, values: Values, node: str, setup_layer: str) -> Iterator[None]:
        """What a Render Setup layer overrides. Autodesk promises nothing of its nodes: a release may differ."""
        try:
            for override in overrides(setup_layer):
                values.add(node, override)
                yield
        except (RuntimeError, ValueError) as exc:
            text = f'The overrides of the layer "{setup_layer}" could not be read ({str(exc).strip()}): '
            text += "it is shown with the master layer's settings where they are missing."
            self.problems.append(Problem(Severity.WARNING, text, setup_layer))

    def _judge(self, owners: dict[str, str]) -> None:
        """Which of the two systems it is, and whether this session renders it as it was made."""
        legacy = [node for node, setup_layer in owners.items() if node != DEFAULT_LAYER and not setup_layer]
        self.system = "render setup" if any(owners.values()) else "legacy" if legacy else ""
        if legacy and cmds.mayaHasRenderSetup():
            text = "The scene has legacy render layers, but this session uses Render Setup: they may render wrong."
            self.problems.append(Problem(Severity.WARNING, text, legacy[0]))


def _is_ours(layer: str) -> bool:
    """Of this scene, not of a referenced or imported one: Maya obeys its own layer manager alone."""
    if _plugs.is_referenced(layer):
        return False
    return layer == DEFAULT_LAYER or MANAGER in _plugs.into(f"{layer}.identification")
