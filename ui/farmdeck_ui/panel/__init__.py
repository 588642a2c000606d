"""The Qt panel: what an artist sees of Farmdeck, in a host or in a window of its own."""

from .host import Host, SlicedSource
from .panel import FarmdeckPanel
from .source import FileSource, SceneSource
from .window import open_panel

__all__ = ["FarmdeckPanel", "FileSource", "Host", "SceneSource", "SlicedSource", "open_panel"]
