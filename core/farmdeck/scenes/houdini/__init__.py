"""The Houdini reader: .hip, .hiplc and .hipnc files, with no Houdini running."""

from __future__ import annotations
