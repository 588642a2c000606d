# SPDX-License-Identifier: GPL-3.0-or-later
"""From a problem's subject to the objects it is about."""

from __future__ import annotations

from typing import Any

import bpy

_KINDS = ("objects", "images", "fonts", "volumes", "cache_files", "materials", "node_groups", "meshes", "libraries")


def can_select(subject: str) -> bool:
    """Is there a data-block of that name that an object may use?"""
    return bool(subject) and any(subject in getattr(bpy.data, kind) for kind in _KINDS)


def select(context: Any, subject: str) -> list[str]:
    """Select the objects of the view layer that use the data-block `subject`; their names."""
    blocks = {getattr(bpy.data, kind)[subject] for kind in _KINDS if subject in getattr(bpy.data, kind)}
    users = _objects_of(blocks)
    found = [each for each in context.view_layer.objects if each in users]
    if found:
        for each in context.view_layer.objects:
            each.select_set(each in users)
        context.view_layer.objects.active = found[0]
        _activate_node(found[0], blocks)
    return [each.name for each in found]


def _objects_of(blocks: set[Any]) -> set[Any]:
    """The objects among the data-blocks and among their users' users; a material's or a mesh's user is an object."""
    objects: set[Any] = set()
    seen: set[Any] = set()
    libraries = {each for each in blocks if isinstance(each, bpy.types.Library)}
    if libraries:
        objects.update(each for each in bpy.data.objects if each.library in libraries)
    waiting = blocks - libraries
    while waiting:
        seen |= waiting
        objects.update(each for each in waiting if isinstance(each, bpy.types.Object))
        inner = waiting - objects
        users = bpy.data.user_map(subset=inner) if inner else {}
        waiting = {user for group in users.values() for user in group if _leads_to_objects(user)} - seen
    return objects


def _leads_to_objects(block: Any) -> bool:
    return not isinstance(block, (bpy.types.Scene, bpy.types.Collection, bpy.types.Screen, bpy.types.WorkSpace))


def _activate_node(found: Any, blocks: set[Any]) -> None:
    """Make the node that uses the image the active one, so that the shader editor shows it."""
    for slot in found.material_slots:
        tree = slot.material.node_tree if slot.material is not None else None
        for node in tree.nodes if tree is not None else ():
            if getattr(node, "image", None) in blocks:
                tree.nodes.active = node
                found.active_material_index = list(found.material_slots).index(slot)
                return
