"""The adapter's reading of the scene that is open in the stand-in."""

from __future__ import annotations

from farmdeck import RenderItem, Scene
from farmdeck_ui.panel.host import read_at_once


def read() -> Scene:
    """The open scene, in one go."""
    from farmdeck_maya import _host  # the one of the Maya that is open now

    return read_at_once(_host.MayaHost())


def item(found: Scene, name: str) -> RenderItem:
    """The item of that name; it has to be there."""
    row = found.item(name)
    assert row is not None, [one.name for one in found.items]
    return row
