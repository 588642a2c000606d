"""The 2016 Fox API: as a farm, and as the `Fox` class for scripts that use it."""

from ._farm import FoxFarm
from .fox import Fox

__all__ = ["Fox", "FoxFarm"]
