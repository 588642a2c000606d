"""The panel in a window that docks in 3ds Max."""
# mypy: allow-subclassing-any

from __future__ import annotations

from typing import Any

import qtmax
from farmdeck_ui.panel.host import SlicedSource
from farmdeck_ui.panel.panel import FarmdeckPanel
from farmdeck_ui.panel.qt import Qt, QtGui, QtWidgets

from ._host import MaxHost

NAME = "FarmdeckDock"
"""3ds Max keeps a window's place in its layout by its object name."""


class FarmdeckDock(QtWidgets.QDockWidget):
    """Parented to 3ds Max' main window; closing it ends the panel."""

    def __init__(self, window: QtWidgets.QMainWindow) -> None:
        super().__init__("Farmdeck", window)
        self.closed = False
        self.setObjectName(NAME)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.panel = FarmdeckPanel(SlicedSource(MaxHost()))
        self.setWidget(self.panel)
        window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self)

    def closeEvent(self, event: QtGui.QCloseEvent) -> None:
        self.closed = True  # deleted only when Qt has time for it
        self.panel.close_panel()
        super().closeEvent(event)


def show() -> FarmdeckDock:
    """Open the window, or bring the open one to the front."""
    window = qtmax.GetQMaxMainWindow()
    dock = _open_one(window)
    if dock is None:
        dock = FarmdeckDock(window)
        _keys_are_ours(dock)
    dock.show()
    dock.raise_()
    return dock


def close() -> None:
    """Close the window, if it is open."""
    dock = _open_one(qtmax.GetQMaxMainWindow())
    if dock is not None:
        dock.close()


def _open_one(window: Any) -> FarmdeckDock | None:
    found = [dock for dock in window.findChildren(FarmdeckDock) if not dock.closed]
    return found[0] if found else None


def _keys_are_ours(dock: FarmdeckDock) -> None:
    """While we have the focus keys are typed text, not 3ds Max' shortcuts. Early releases do not have the function."""
    if hasattr(qtmax, "DisableMaxAcceleratorsOnFocus"):
        qtmax.DisableMaxAcceleratorsOnFocus(dock, True)
