"""The Houdini reader: .hip, .hiplc and .hipnc files, with no Houdini running."""

from __future__ import annotations

from ._read import read_hip

__all__ = ["read_hip"]
