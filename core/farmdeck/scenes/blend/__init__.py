"""The .blend reader: any file from Blender 2.5 to 5.x, with no Blender running. And what changes such a file."""

from __future__ import annotations

from ._disk import resolve
from ._part import part_patches
from ._read import QuickFacts, QuickScene, quick_facts, read_blend
from ._rendering import Rendering, read_rendering
from ._rewrite import OUTPUTS, Patch, open_to_change, path_patches, rewrite_paths, write_patched

__all__ = [
    "OUTPUTS", "Patch", "QuickFacts", "QuickScene", "Rendering", "open_to_change", "part_patches", "path_patches",
    "quick_facts", "read_blend", "read_rendering", "resolve", "rewrite_paths", "write_patched",
]  # fmt: skip
