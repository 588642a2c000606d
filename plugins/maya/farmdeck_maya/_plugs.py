"""Values of the open scene, asked so that nothing is raised for what a renderer's version does not have."""

from __future__ import annotations

from typing import Any

from maya import cmds


def nodes(kind: str, exact: bool = False) -> list[str]:
    """The nodes of a type, by their shortest unique names; none when the type is not known here.

    Maya warns in the script editor for each type that no plug-in has brought: they are not asked for.
    """
    if kind not in cmds.allNodeTypes():
        return []
    return (cmds.ls(exactType=kind) if exact else cmds.ls(type=kind)) or []


def has(node: str, attribute: str) -> bool:
    """Is there such a node, with such an attribute (by its long or short name)?"""
    return cmds.objExists(node) and bool(cmds.attributeQuery(attribute, node=node, exists=True))


def type_of(node: str) -> str:
    """The type of a node."""
    return str(cmds.nodeType(node))


def value(plug: str) -> Any:
    """What `node.attribute` is now; some attributes answer with a list of one."""
    found = cmds.getAttr(plug)
    return found[0] if isinstance(found, list) and len(found) == 1 else found


def indices(plug: str) -> list[int]:
    """The elements that an array has."""
    found: list[int] = cmds.getAttr(plug, multiIndices=True) or []
    return found


def into(plug: str, kind: str = "", plugs: bool = False) -> list[str]:
    """What is connected into a plug, conversions left out; of a type, if one is named."""
    if kind:
        found = cmds.listConnections(
            plug, source=True, destination=False, plugs=plugs, skipConversionNodes=True, type=kind
        )
    else:
        found = cmds.listConnections(plug, source=True, destination=False, plugs=plugs, skipConversionNodes=True)
    return found or []


def out_of(plug: str, kind: str = "", plugs: bool = False) -> list[str]:
    """What a plug is connected into; of a type, if one is named."""
    if kind:
        return cmds.listConnections(plug, source=False, destination=True, plugs=plugs, type=kind) or []
    return cmds.listConnections(plug, source=False, destination=True, plugs=plugs) or []


def is_referenced(node: str) -> bool:
    """Does it come from a referenced file?"""
    return bool(cmds.referenceQuery(node, isNodeReferenced=True))
