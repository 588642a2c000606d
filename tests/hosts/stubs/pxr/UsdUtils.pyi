"""https://openusd.org/release/api/dependencies_8h.html"""

from . import Sdf

def ComputeAllDependencies(assetPath: str) -> tuple[list[Sdf.Layer], list[str], list[str]]:
    """(layers, assets, unresolved paths), as public pipelines unpack it (docs.ayon.dev, compute_all_dependencies)."""
