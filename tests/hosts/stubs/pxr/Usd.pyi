"""https://openusd.org/release/api/class_usd_stage.html"""

from collections.abc import Sequence

from . import Sdf

class Stage:
    def GetUsedLayers(self, includeClipLayers: bool = True) -> Sequence[Sdf.Layer]:
        """Every layer that the composed stage uses."""
