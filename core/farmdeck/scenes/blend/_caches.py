"""Simulation and bake caches on the disk.

`DNA_fluid_types.h`, `DNA_pointcache_types.h`, `DNA_modifier_types.h`. A cache counts when it is in use: a baked fluid,
a disk cache of a point cache, a baked ocean, a mesh cache, a bake folder of geometry nodes that is really there.
"""

from __future__ import annotations

import os

from .._found import Found
from ._blend import Blend
from ._file import Block

CACHE_STRUCTS = (
    "FluidDomainSettings", "FluidModifierData", "PointCache", "OceanModifierData", "MeshCacheModifierData",
    "NodesModifierData", "NodesModifierBake", "SmokeDomainSettings",
)  # fmt: skip

_FLUID_DOMAIN = 1
_FLUID_BAKED = (1 << 1) | (1 << 3) | (1 << 5) | (1 << 7) | (1 << 9)
"""FLUID_DOMAIN_BAKED_DATA, _NOISE, _MESH, _PARTICLES, _GUIDING in `cache_flag`."""
_DISK_CACHE, _EXTERNAL, _FAKE = 1 << 6, 1 << 9, 1 << 12
"""PTCACHE_DISK_CACHE, PTCACHE_EXTERNAL, PTCACHE_FAKE_SMOKE in `PointCache.flag`."""
_BAKE_TO_DISK = 2
"""NODES_MODIFIER_BAKE_TARGET_DISK."""


def caches(blend: Blend, owner: Block, folder: str, found: Found) -> None:
    """Take down the caches of one object (an OB block), or of a scene's rigid bodies."""
    name = blend.name(owner)
    _fluids(blend, owner, folder, found, name)
    for block in blend.data(owner, "MeshCacheModifierData"):
        path = blend.text(block, "filepath")
        if path:
            found.one(path, folder, "cache", name)
    for block in blend.data(owner, "OceanModifierData"):
        path = blend.text(block, "cachepath")
        if path and blend.number(block, "cached"):
            found.tree(path, folder, name, True)
    simulated = _fluid_caches(blend, owner)
    for block in blend.data(owner, "PointCache"):
        if block.address not in simulated:
            _point_cache(blend, block, folder, found, name)
    _bakes(blend, owner, folder, found, name)


def _fluids(blend: Blend, owner: Block, folder: str, found: Found, name: str) -> None:
    """Mantaflow domains (since 2.82); one that was not baked has no files that a render would need."""
    domains = {block.address: block for block in blend.data(owner, "FluidDomainSettings")}
    for modifier in blend.data(owner, "FluidModifierData"):
        domain = domains.get(blend.number(modifier, "domain"))
        if domain is not None and blend.number(modifier, "type") == _FLUID_DOMAIN:
            path = blend.text(domain, "cache_directory")
            if path:
                found.tree(path, folder, name, bool(blend.number(domain, "cache_flag") & _FLUID_BAKED))


def _fluid_caches(blend: Blend, owner: Block) -> set[int]:
    """Addresses of the point caches that fluid domains hold: they keep their files elsewhere and never use these."""
    found: set[int] = set()
    for block in blend.data(owner, "FluidDomainSettings", "SmokeDomainSettings"):
        found |= blend.words(bytes(blend.buf[block.start : block.start + block.size]))
    for block in blend.data(owner, "PointCache"):  # the rest of a list, in file order; stand-ins for old versions
        if block.address in found:
            found.add(blend.number(block, "next"))
        elif blend.number(block, "flag") & _FAKE:
            found.add(block.address)
    return found


def _point_cache(blend: Blend, block: Block, folder: str, found: Found, name: str) -> None:
    """Files `NAME_000001_00.bphys` in `path` when external, else in `blendcache_FILE` beside the .blend.

    `ptcache_path` and `ptcache_filename`, pointcache.cc; the name is the cache's own, or the object's in hex.
    """
    flag, title = blend.number(block, "flag"), blend.text(block, "name")
    prefix = title or "".join(f"{byte:02X}" for byte in name.encode("utf-8"))
    if flag & _EXTERNAL:
        path = blend.text(block, "path")
        if path:
            found.tree(path, folder, name, True, prefix)
    elif flag & _DISK_CACHE:
        stem = os.path.splitext(os.path.basename(blend.path))[0]
        found.tree(f"//blendcache_{stem}", folder, name, True, prefix)


def _bakes(blend: Blend, owner: Block, folder: str, found: Found, name: str) -> None:
    """Geometry nodes: the folder of the modifier, and those that single bakes name instead."""
    number = blend.number
    pointers = {
        number(b, "simulation_bake_directory", "bake_directory") for b in blend.data(owner, "NodesModifierData")
    }
    for block in blend.data(owner, "NodesModifierBake"):
        pointers.update(number(block, "directory", row=row) for row in range(blend.rows(block)))
    for path in dict.fromkeys(blend.texts_at(owner, pointers)):
        if path:
            found.tree(path, folder, name, False)
