"""The .blend reader: any file from Blender 2.5 to 5.x, with no Blender running."""

from __future__ import annotations

from ._read import QuickFacts, QuickScene, quick_facts, read_blend
from ._rewrite import rewrite_paths

__all__ = ["QuickFacts", "QuickScene", "quick_facts", "read_blend", "rewrite_paths"]
