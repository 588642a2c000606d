"""The local farm: this machine renders, with the Blender, Maya, Houdini and 3ds Max that are installed here."""

from ._farm import LocalFarm

__all__ = ["LocalFarm"]
