"""The panel in a window of its own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from .panel import FarmdeckPanel
from .qt import Qt, QtCore, QtGui, QtWidgets
from .source import FileSource, NoScene, SceneSource
from .theme import luminance, standalone_palette


def open_panel(
    scene_file: str | None = None, folder: Path | None = None, job: str = "", light: bool | None = None
) -> int:
    """Open it on a scene file, on a job, or on the list of jobs; returns when it is closed.

    `light` None takes the desktop's word for it.
    """
    app = QtWidgets.QApplication.instance() or make_application(light)
    source: SceneSource = FileSource(os.path.abspath(scene_file)) if scene_file else NoScene()
    panel = FarmdeckPanel(source, folder, job)
    if not scene_file and not job:
        panel.tabs.setCurrentIndex(1)
    panel.resize(*((1200, 792) if job or not scene_file else (560, 900)))
    panel.show()
    run = getattr(app, "exec", None) or app.exec_
    return int(run())


def make_application(light: bool | None = None) -> QtWidgets.QApplication:
    """Fusion with our own palette: the pictures of the panel are what a stranger sees first."""
    for name in ("AA_EnableHighDpiScaling", "AA_UseHighDpiPixmaps"):  # Qt 5 alone needs to be asked
        if QtCore.qVersion().startswith("5."):
            QtWidgets.QApplication.setAttribute(getattr(Qt.ApplicationAttribute, name))
    app = QtWidgets.QApplication(sys.argv[:1])
    app.setApplicationName("Farmdeck")
    if light is None:
        light = luminance(app.palette().color(QtGui.QPalette.ColorRole.Window)) > 0.5 and _desktop_says()
    app.setStyle("Fusion")
    app.setPalette(standalone_palette(dark=not light))
    return app


def _desktop_says() -> bool:
    """A bare display has Qt's own light default, which is nobody's wish."""
    return bool(os.environ.get("XDG_CURRENT_DESKTOP")) or sys.platform in ("win32", "darwin")
