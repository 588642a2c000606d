"""The referenced scenes, nested ones too."""

from __future__ import annotations

from collections.abc import Iterator

from farmdeck.scene import Reference
from maya import cmds

from . import _plugs

_NOT_FILES = ("sharedReferenceNode", "_UNKNOWN_REF_NODE_")


def references() -> Iterator[Reference]:
    """Each before those in it. A reference node without a file, as a deleted reference leaves it, is none."""
    for node in _plugs.nodes("reference"):
        if node.rpartition(":")[2] not in _NOT_FILES:
            try:
                yield _reference(node)
            except RuntimeError:  # "is not associated with a reference file"
                continue


def _reference(node: str) -> Reference:
    """Raises RuntimeError, as Maya does."""
    loaded = bool(cmds.referenceQuery(node, isLoaded=True))
    parent = cmds.referenceQuery(node, referenceNode=True, parent=True)
    return Reference(
        node=node,
        namespace=str(cmds.referenceQuery(node, namespace=True)).lstrip(":"),
        path=str(cmds.referenceQuery(node, unresolvedName=True, filename=True, withoutCopyNumber=True)),
        file=str(cmds.referenceQuery(node, filename=True, withoutCopyNumber=True)),
        loaded=loaded,
        parent=str(parent or ""),
    )
