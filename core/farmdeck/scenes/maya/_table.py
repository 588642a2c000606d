"""What a .ma and a .mb have in common once read: the nodes that matter, what is connected, the file's own words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from ..._errors import SceneError
from ._files import ANY_TYPE, EXPLICIT_TILES, EXTRA, FILES
from ._rules import SETTINGS, Value

MAX_KEPT = 1_000_000
"""Nodes, parents, connections and edits that are kept of one file; no real scene has as many of the kinds we keep."""
CAMERAS = frozenset(("camera", "stereoRigCamera"))
OVERRIDES = frozenset(("absOverride", "absUniqueOverride", "relOverride", "relUniqueOverride"))
COLLECTIONS = frozenset(("collection", "renderSettingsCollection", "aovCollection", "aovChildCollection"))
DRIVERS = frozenset(("d_openexr", "d_deepexr", "d_png", "d_tiff", "d_targa", "d_texture", "d_pointcloud", "d_it"))
APPLIERS = frozenset(
    f"apply{how}{what}Override"
    for how in ("Abs", "Rel")
    for what in ("Float", "2Floats", "3Floats", "Bool", "Int", "Enum", "String")
)
"""What render setup puts before an attribute that the visible layer overrides; it keeps the original value."""
ALWAYS = (
    CAMERAS
    | APPLIERS
    | OVERRIDES
    | COLLECTIONS
    | DRIVERS
    | frozenset(("renderLayer", "renderSetupLayer", "reference", "simpleSelector", "basicSelector"))
    | frozenset(("aiOptions", "aiAOVDriver", "aiAOV", "VRaySettingsNode", "VRayRenderElement", "VRayRenderElementSet"))
    | frozenset(("RedshiftOptions", "RedshiftAOV", "rmanGlobals", "rmanDisplay"))
)
"""Node types that are kept even when nothing is set on them."""
SOMETIMES = frozenset(FILES) - ALWAYS
"""Kept when one of their path attributes is set."""
MANY = frozenset(("mesh",))
"""Of `SOMETIMES`, those that a scene has thousands of, with megabytes each."""


def _names() -> frozenset[str]:
    plain = {
        "rnd", "renderable", "rndr", "val", "adjs", "atr", "attribute", "tgName", "targetNodeName", "atv", "attrValue",
        "sen", "selfEnabled", "mul", "multiply", "ofs", "offset", "ssl", "staticSelection", "pat", "pattern", "ori",
        "aovn", "name", "aoven", "enabled", "output_mode", "outputMode", "enable", "filePrefix", "aovType", "fn", "ed",
        "o", "outTime", "cfp", "configFilePath", "cfe", "configFileEnabled", "cme", "cmEnabled", "euvt", EXPLICIT_TILES,
        "eutn", "original",
    }  # fmt: skip
    for attributes in (*FILES.values(), ANY_TYPE):
        plain.update(name for item in attributes for name in (item.name, item.short) if name)
    for extra in EXTRA.values():
        plain.update(extra.keys(), extra.values())
    for plugs in SETTINGS.values():
        plain.update(name for long, plug in plugs.items() for name in (long, plug.short))
    return frozenset(plain)


ATTRIBUTES = _names()
"""Every attribute name that anything here asks for, long and short; array indices aside."""
ATTRIBUTE_STARTS = ("vray_filename", "vray_name", "vray_explicit_name")
"""V-Ray's render elements have their class in the name: `vray_filename_diffuse`."""
MANY_ATTRIBUTES = frozenset(("dso", *(item.name for item in ANY_TYPE)))


def is_wanted(attribute: str) -> bool:
    """Is it an attribute that is kept? `adjs[0].val` counts by its first part."""
    first = attribute.partition("[")[0].partition(".")[0]
    return first in ATTRIBUTES or first.startswith(ATTRIBUTE_STARTS)


class Link(NamedTuple):
    """A connection: plug to plug, as written."""

    source: str
    target: str


class RefLine(NamedTuple):
    """A line about a reference."""

    depth: int
    """1 at the top; 0 where the line does not tell (`file -r`)."""
    node: str
    """Full name."""
    namespace: str
    """The last part."""
    path: str
    deferred: bool


class Edit(NamedTuple):
    """A reference edit that sets an attribute: node path, long attribute name, the value as MEL."""

    node: str
    attribute: str
    value: str


@dataclass
class Node:
    """A node that is kept."""

    type: str
    """"" where it was only selected (`select -ne :defaultRenderGlobals`)."""
    name: str
    """The leaf name, namespace included."""
    parent: str = ""
    """As written: a leaf name or a path; "" at the top."""
    shared: bool = False
    """One that every scene has: a reference's own is not made a second time."""
    values: dict[str, Value] = field(default_factory=dict)
    """By attribute as written, long or short, array index included; times in the file's time unit."""

    def get(self, long: str, short: str = "") -> Value:
        """The value under either name; None where nothing is set."""
        return self.values[long] if long in self.values else self.values.get(short or long)


class Table:
    """What was read of one file."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.nodes: list[Node] = []
        self.links: list[Link] = []
        self.references: list[RefLine] = []
        self.plugins: dict[str, str] = {}
        self.info: dict[str, str] = {}
        self.edits: list[Edit] = []
        self.maya = ""
        self.time_unit = "film"
        self.length_unit = "cm"
        self.cut_short = False
        """It has no end such as Maya writes."""
        self.garbled = False
        """Something in it could not be read."""
        self._by_name: dict[str, list[Node]] = {}
        self._parents: dict[str, str] = {}
        self._kept = 0

    def node(self, kind: str, name: str, parent: str = "", shared: bool = False) -> Node:
        """Keep a node; one that is selected is the one that was made, if it is known."""
        leaf = name.rpartition("|")[2].lstrip(":")
        if not kind and leaf in self._by_name:
            return self._by_name[leaf][-1]
        self._count()
        made = Node(kind, leaf, parent, shared)
        self.nodes.append(made)
        self._by_name.setdefault(leaf, []).append(made)
        return made

    def place(self, name: str, parent: str) -> None:
        """Remember whose child a DAG node is; nodes at the top are not told."""
        self._count()
        self._parents[name] = parent

    def link(self, source: str, target: str) -> None:
        """Keep a connection."""
        self._count()
        self.links.append(Link(source, target))

    def edit(self, node: str, attribute: str, value: str) -> None:
        """Keep a reference edit."""
        self._count()
        self.edits.append(Edit(node, attribute, value))

    def _count(self) -> None:
        self._kept += 1
        if self._kept > MAX_KEPT:
            raise SceneError(
                f"{self.path} has an absurd number of nodes and connections.", "Check that the file is not damaged."
            )

    def named(self, name: str) -> Node | None:
        """The node of that name; of several, the last."""
        found = self._by_name.get(name.rpartition("|")[2].lstrip(":"))
        return found[-1] if found else None

    def of_type(self, *kinds: str) -> Iterator[Node]:
        """Nodes of these types in the order of the file."""
        return (node for node in self.nodes if node.type in kinds)

    def value(self, name: str, long: str, short: str = "") -> Value:
        """An attribute of the node of that name, None where either is absent."""
        node = self.named(name)
        return node.get(long, short) if node else None

    def full_path(self, name: str, parent: str) -> str:
        """`|group|cam` of a node and its parent as written."""
        parts, at = [name.rpartition("|")[2]], parent
        for _ in range(1000):  # deeper is a circle: a damaged file
            if not at:
                break
            head, _, leaf = at.rpartition("|")
            parts.append(leaf)
            at = head if head or at.startswith("|") else self._parents.get(leaf, "")
        return "|" + "|".join(reversed(parts))


def plug_node(plug: str) -> str:
    """`|a|cam` of `|a|cam.rnd`; the colon that marks a default node is left out."""
    return plug.partition(".")[0].lstrip(":")


def plug_attribute(plug: str) -> str:
    """`adjs[0].plg` of `layer1.adjs[0].plg`."""
    return plug.partition(".")[2]
