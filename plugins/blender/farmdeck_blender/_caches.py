# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulation and bake caches on the disk, as far as they are in use."""

from __future__ import annotations

import os
from typing import Any

import bpy

from ._resolve import RawAsset

_BAKED = ("data", "noise", "mesh", "particles", "guide")


def object_files(owner: Any, folder: str, raws: list[RawAsset]) -> None:
    """The caches of an object's modifiers and particles, and the file of its multires mesh."""
    for modifier in owner.modifiers:
        reader = _MODIFIERS.get(modifier.type)
        if reader is not None:
            reader(modifier, owner, folder, raws)
        point_cache = getattr(modifier, "point_cache", None)
        if point_cache is not None:
            _point_cache(point_cache, owner.name, folder, raws)
    for system in owner.particle_systems:
        _point_cache(system.point_cache, owner.name, folder, raws)


def scene_caches(scene: Any, folder: str, raws: list[RawAsset]) -> None:
    """The cache of the scene's rigid bodies."""
    world = scene.rigidbody_world
    if world is not None and world.point_cache is not None:
        _point_cache(world.point_cache, scene.name, folder, raws)


def _point_cache(cache: Any, owner: str, folder: str, raws: list[RawAsset]) -> None:
    """Files `NAME_000001_00.bphys`: in a folder of their own when external, else in `blendcache_FILE`."""
    prefix = cache.name or "".join(f"{byte:02X}" for byte in owner.encode("utf-8"))
    path = ""
    if cache.use_external:
        path = cache.filepath
    elif cache.use_disk_cache and bpy.data.filepath:
        path = f"//blendcache_{os.path.splitext(os.path.basename(bpy.data.filepath))[0]}"
    if path:
        raws.append(RawAsset("tree", path, folder, "cache", owner, required=True, prefix=prefix))


def _fluid(modifier: Any, owner: Any, folder: str, raws: list[RawAsset]) -> None:
    domain = modifier.domain_settings if modifier.fluid_type == "DOMAIN" else None
    if domain is not None and domain.cache_directory:
        baked = any(getattr(domain, f"has_cache_baked_{part}", False) for part in _BAKED)
        raws.append(RawAsset("tree", domain.cache_directory, folder, "cache", owner.name, required=baked))


def _mesh_cache(modifier: Any, owner: Any, folder: str, raws: list[RawAsset]) -> None:
    if modifier.filepath:
        raws.append(RawAsset("one", modifier.filepath, folder, "cache", owner.name))


def _ocean(modifier: Any, owner: Any, folder: str, raws: list[RawAsset]) -> None:
    if modifier.filepath and modifier.is_cached:
        raws.append(RawAsset("tree", modifier.filepath, folder, "cache", owner.name, required=True))


def _multires(modifier: Any, owner: Any, folder: str, raws: list[RawAsset]) -> None:
    if modifier.is_external and modifier.filepath and owner.data is not None:
        raws.append(RawAsset("one", modifier.filepath, folder, "cache", owner.data.name))


def _geometry_nodes(modifier: Any, owner: Any, folder: str, raws: list[RawAsset]) -> None:
    """The modifier's bake folder (named otherwise in 3.6 to 4.0), and those that single bakes name instead."""
    paths = [getattr(modifier, "bake_directory", "") or getattr(modifier, "simulation_bake_directory", "")]
    paths.extend(bake.directory for bake in getattr(modifier, "bakes", ()))
    for path in dict.fromkeys(path for path in paths if path):
        raws.append(RawAsset("tree", path, folder, "cache", owner.name))


_MODIFIERS = {
    "FLUID": _fluid,
    "MESH_CACHE": _mesh_cache,
    "OCEAN": _ocean,
    "MULTIRES": _multires,
    "NODES": _geometry_nodes,
}
