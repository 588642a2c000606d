"""The panel in a dock of Maya's, which comes back with the workspace."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from maya import OpenMayaUI, cmds

if TYPE_CHECKING:
    from farmdeck_ui.panel import FarmdeckPanel

CONTROL = "FarmdeckPanelControl"
PLUGIN = "farmdeck_plugin"
_SCRIPT = "import farmdeck_maya; farmdeck_maya.restore()"
"""Text, because Maya keeps it with the workspace and runs it again after a restart; a function would be forgotten."""

_panel: FarmdeckPanel | None = None


def show() -> None:
    """Open the panel, or bring it to the front."""
    if cmds.workspaceControl(CONTROL, exists=True):
        if _panel is not None:
            cmds.workspaceControl(CONTROL, edit=True, restore=True)
            return
        cmds.deleteUI(CONTROL)  # an empty tab that an older workspace left behind
    cmds.workspaceControl(
        CONTROL,
        label="Farmdeck",
        uiScript=_SCRIPT,  # type: ignore[arg-type]  # the stub knows functions alone
        requiredPlugin=PLUGIN,
        checksPlugins=True,
        retain=False,
        floating=True,
        initialWidth=460,
        initialHeight=720,
        loadImmediately=True,
    )


def restore() -> None:
    """Fill the dock that Maya is building right now: it calls this when the panel is opened and after a restart."""
    global _panel
    from farmdeck_ui._vendor.Qt import QtCompat
    from farmdeck_ui.panel import FarmdeckPanel, SlicedSource
    from farmdeck_ui.panel.qt import QtWidgets

    from ._host import MayaHost

    close()
    dock = QtCompat.wrapInstance(int(OpenMayaUI.MQtUtil.getCurrentParent()), QtWidgets.QWidget)
    _panel = FarmdeckPanel(SlicedSource(MayaHost()), parent=dock)
    _panel.destroyed.connect(functools.partial(_gone, id(_panel)))
    dock.layout().addWidget(_panel)


def close() -> None:
    """End the panel's threads and take its callbacks out of Maya; the dock goes too when it is there."""
    panel = _forget()
    if panel is not None:
        panel.close_panel()


def remove() -> None:
    """Close the panel and take its dock away."""
    close()
    if cmds.workspaceControl(CONTROL, exists=True):
        cmds.deleteUI(CONTROL)


def _gone(panel: int, *_: object) -> None:
    """Maya has deleted the dock with a panel in it; one that was opened since stays."""
    if id(_panel) == panel:
        _forget()


def _forget() -> FarmdeckPanel | None:
    global _panel
    panel, _panel = _panel, None
    return panel
