"""The .max reader: any file from 3ds Max 3 on, with no 3ds Max running."""

from __future__ import annotations

from ._read import read_max

__all__ = ["read_max"]
