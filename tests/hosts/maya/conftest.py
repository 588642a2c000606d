"""Real Maya scenes, where the shared folder is there."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[3]
REAL = sorted((ROOT.parent / "shared" / "scenes" / "maya").glob("*.m[ab]"))
