"""The Qt panel: what an artist sees of Farmdeck, in a host or in a window of its own."""

from .panel import FarmdeckPanel
from .source import FileSource, SceneSource
from .window import open_panel

__all__ = ["FarmdeckPanel", "FileSource", "SceneSource", "open_panel"]
