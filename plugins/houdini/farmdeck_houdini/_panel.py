"""The panel in Houdini: in a Python panel of the desktop, so that it docks and comes back as Houdini's own do."""

from __future__ import annotations

import hou
from farmdeck_ui.panel import FarmdeckPanel, SlicedSource
from farmdeck_ui.panel.qt import Qt

from ._host import HoudiniHost

INTERFACE = "farmdeck"
"""The name in python_panels/farmdeck.pypanel."""
SIZE = (560, 900)

_free: list[FarmdeckPanel] = []
"""Windows of our own, kept alive here: Houdini knows nothing of them."""


def make_panel() -> FarmdeckPanel:
    """One more panel; the Python panel that asks for it closes it in `onDestroyInterface`."""
    return FarmdeckPanel(SlicedSource(HoudiniHost()))


def show_panel() -> None:
    """The open panel in front, or a new floating one."""
    for tab in hou.ui.paneTabs():
        if isinstance(tab, hou.PythonPanel):
            shown = tab.activeInterface()
            if shown is not None and shown.name() == INTERFACE:
                tab.setIsCurrentTab()
                return
    interface = hou.pypanel.interfaceByName(INTERFACE)
    if interface is None:
        _show_window()
        return
    pane = hou.ui.curDesktop().createFloatingPaneTab(hou.paneTabType.PythonPanel, (), SIZE)
    if isinstance(pane, hou.PythonPanel):
        pane.setActiveInterface(interface)
        pane.showToolbar(False)


def _show_window() -> None:
    """Where Houdini did not find the interface, as when its package was changed: a window above the main one."""
    for panel in _free:
        panel.close()
    panel = make_panel()
    panel.setParent(hou.qt.mainWindow(), Qt.WindowType.Window)
    panel.setStyleSheet(hou.qt.styleSheet())
    panel.resize(*SIZE)
    panel.show()
    _free[:] = [panel]
