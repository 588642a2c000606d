"""How a local path is called on the farm."""

from __future__ import annotations

import posixpath


def scene_path(path: str) -> str:
    """As the `Fox` class sends it: `v:\\project\\lgt.ma` is `v/project/lgt.ma`. Fox Python API, 2016."""
    return path.replace(":", "").replace("\\", "/")


def remote_path(path: str) -> str:
    """The same without what leads it: `/home/ann/a.ma` is `home/ann/a.ma`, `\\\\srv\\share\\a` is `srv/share/a`."""
    return scene_path(path).lstrip("/")


def remote_folder(path: str) -> str:
    """The folder that holds `remote_path(path)`; "" for the top."""
    return posixpath.dirname(remote_path(path))
