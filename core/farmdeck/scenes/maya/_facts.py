"""What a Maya scene says, before anything is looked for on the disk: filled by the file readers and by the adapter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...scene import Plugin, Problem, Reference
from ._files import NodeFile
from ._output import Pass
from ._project import Project
from ._rules import Value


@dataclass(frozen=True)
class LayerFacts:
    """A renderLayer node of either system, as it stands."""

    node: str
    label: str
    """As the artist sees it (`_rules.layer_label`)."""
    renderable: bool
    cameras: tuple[str, ...]
    """Full DAG paths (`|group|cam`) of the transforms of the cameras that it renders through."""
    values: Mapping[str, Value]
    """By `node.attribute`, every plug of `_rules.SETTINGS` whose node is there, with this layer's overrides.

    Times are in frames.
    """


@dataclass(frozen=True)
class NodeFacts:
    """A node that may name files."""

    name: str
    """Unique: the leaf name, namespace included, or as much of the path as it takes."""
    type: str
    values: Mapping[str, Value]
    """By long attribute name: those that `_files.FILES` and `_files.EXTRA` have for the type, as far as known."""
    folder: str = ""
    """Absolute folder of the scene file that it is in; "" for the scene's own."""
    files: tuple[NodeFile, ...] = ()
    """What else it names, as Maya itself knows: attributes that the rules do not have."""


@dataclass(frozen=True)
class MayaFacts:
    """A scene; `_scene.scene_of` makes a `Scene` of it."""

    file: str
    """Absolute, forward slashes."""
    version: str
    project: Project
    layers: tuple[LayerFacts, ...] = ()
    cameras: tuple[str, ...] = ()
    """Full DAG paths of the transforms of all cameras, those of loaded references too."""
    nodes: tuple[NodeFacts, ...] = ()
    references: tuple[Reference, ...] = ()
    """In the order of the file, each before those in it."""
    plugins: tuple[Plugin, ...] = ()
    passes: Mapping[str, tuple[Pass, ...]] = field(default_factory=dict)
    """By renderer: its AOVs, elements or displays that are on."""
    current_frame: float = 1.0
    time_unit: str = "film"
    length_unit: str = "cm"
    product: str = ""
    color_config: str = ""
    """The OCIO configuration as written, when colour management uses one."""
    layer_system: str = ""
    """`legacy`, `render setup`, or "" when there is only the master layer."""
    problems: tuple[Problem, ...] = ()
    unsaved: bool = False
