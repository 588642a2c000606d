"""The local farm: this machine renders, with the Blender that is installed here or with the bpy module."""

from ._farm import LocalFarm

__all__ = ["LocalFarm"]
