"""https://openusd.org/release/api/class_sdf_layer.html"""

class Layer:
    @property
    def realPath(self) -> str:
        """Where it lies on the disk; "" for one in memory (SdfLayer::GetRealPath)."""
