"""What a host adapter or a scene reader found: the `Scene` and its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from .documents import to_plain


class Severity(str, Enum):
    """How much a problem matters."""

    ERROR = "error"
    """Submit is held back until it is gone."""
    WARNING = "warning"
    """The frames may not be what the artist expects."""
    NOTE = "note"
    """Good to know."""


@dataclass(frozen=True)
class Problem:
    """A finding about the scene or the submission: a sentence, the thing it is about, a fix where there is one."""

    severity: Severity = field(metadata={"enum": Severity})
    message: str
    """One or two whole sentences in the artist's words."""
    subject: str = ""
    """The node, item or file it is about, by the name that the artist knows."""
    fix: str = ""
    """The id of a fix that the panel offers (`save`, `find`, `name_by_item`, …); empty: there is none."""


@dataclass(frozen=True)
class Software:
    """An application and the version that saved the scene: `Software("Blender", "4.5.3")`."""

    name: str
    version: str


@dataclass(frozen=True)
class Plugin:
    """A plug-in or add-on that the scene needs; version "" where the file does not tell."""

    name: str
    version: str = ""


@dataclass(frozen=True)
class Asset:
    """A file that the scene needs."""

    path: str
    """As written in the scene, host tokens and `//` included."""
    files: tuple[str, ...]
    """Absolute paths of what it resolves to: UDIM tiles, sequence frames, or the one file; also the missing ones."""
    missing: bool
    """True when the path resolves to no file, or when any of `files` is not there."""
    kind: str
    """`image`, `library`, `font`, `sound`, `movie`, `cache`, `volume`, `text`, …"""
    owner: str
    """The node or data-block that names it."""
    optional: bool = False
    """True: it renders without, as with a reference that is unloaded. It is sent when it is there."""


@dataclass(frozen=True)
class Reference:
    """A scene that is referenced into this one: a Maya reference, a 3ds Max XRef scene."""

    node: str
    """The reference node, by its full name: `charRN`, `set:treeRN`."""
    namespace: str
    """What its nodes are called by (`set:tree`); "" for none."""
    path: str
    """As written, without Maya's copy number (`{1}`)."""
    file: str
    """Absolute."""
    loaded: bool
    parent: str = ""
    """The node of the reference that it lies in; "" at the top."""


@dataclass(frozen=True)
class RenderItem:
    """One thing that renders: a Blender view layer, a Maya render layer, a Houdini ROP, a Max batch view."""

    name: str
    """Unique in the scene. Blender: `Scene/View Layer`; Maya: the layer as the artist sees it; Houdini: the path."""
    kind: str
    """`view_layer`, `render_layer`, `rop`, `batch_view`, `camera`, `view`."""
    address: tuple[str, ...]
    """How the host finds it again. Blender: (scene, view layer); Maya: (render layer node,); Houdini: (path,)."""
    cameras: tuple[str, ...]
    """The cameras it renders as it stands, the active one first (Blender: the scene's, or those of its markers)."""
    frames: str
    """fileseq syntax: `1-250`, `1-250x2`."""
    width: int
    """Pixels of the finished picture, resolution percentage applied."""
    height: int
    renderer: str
    """The host's own id: `CYCLES`, `BLENDER_EEVEE`, `arnold`, …"""
    output: str
    """Absolute pattern with `#` for the frame number and with the extension; "" where the file does not tell."""
    enabled: bool
    """False when it is left out unless somebody chooses it: switched off, bypassed, no picture to render."""
    pixel_aspect: float = 1.0
    outputs: tuple[str, ...] = ()
    """Further absolute patterns: AOVs, render elements, drivers, where the scene tells; sorted."""
    needs: tuple[str, ...] = ()
    """Names of the items that render before it, as wired: inputs of a ROP."""
    take: str = ""
    """Houdini's take that it renders in; "" is the current one."""


@dataclass(frozen=True)
class Scene:
    """The scene as read: facts only, no choices of the artist's."""

    file: str
    """Absolute path; "" when it was never saved."""
    software: Software = field(metadata={"of": Software})
    items: tuple[RenderItem, ...] = field(default=(), metadata={"of": RenderItem})
    cameras: tuple[str, ...] = ()
    """Every camera in the file, sorted by name."""
    frames: str = ""
    """The current scene's range, fileseq syntax."""
    fps: float = 24.0
    assets: tuple[Asset, ...] = field(default=(), metadata={"of": Asset})
    plugins: tuple[Plugin, ...] = field(default=(), metadata={"of": Plugin})
    problems: tuple[Problem, ...] = field(default=(), metadata={"of": Problem})
    unsaved: bool = False
    """True when the open scene differs from the file on disk."""
    references: tuple[Reference, ...] = field(default=(), metadata={"of": Reference})
    """In the order in which they were read, each before those in it."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """What the scene's own paths are written with, by name without `$`: Houdini's `JOB`, Maya's `workspace`."""
    details: Mapping[str, str] = field(default_factory=dict)
    """What else the file tells, by name: `licence`, `units`, `saved_as`, `color_config`, …"""

    def item(self, name: str) -> RenderItem | None:
        """The item of that exact name, or None."""
        return next((item for item in self.items if item.name == name), None)


def scene_document(scene: Scene) -> dict[str, Any]:
    """The stable JSON of `farmdeck inspect --json`."""
    doc: dict[str, Any] = to_plain(scene)
    return {key: doc[key] for key in SCENE_KEYS}


SCENE_KEYS = (
    "file", "software", "items", "cameras", "frames", "fps", "assets", "plugins", "problems", "unsaved",
    "references", "variables", "details",
)  # fmt: skip
