"""The panel in Houdini's Python panel, under real Qt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from farmdeck import Scene
from farmdeck_ui.panel.qt import QtCore, QtWidgets

from .conftest import Open
from .shots import write_shot
from .standin import Hou


@pytest.fixture
def shot(tmp_path: Path) -> Path:
    return write_shot(tmp_path)


def flush() -> None:
    """What was deleted later goes now."""
    QtCore.QCoreApplication.sendPostedEvents(None, QtCore.QEvent.Type.DeferredDelete.value)
    QtWidgets.QApplication.processEvents()


def read(qtbot: Any, panel: Any) -> Scene:
    qtbot.waitUntil(lambda: isinstance(panel.submit.scene, Scene), timeout=20_000)
    found: Scene = panel.submit.scene
    return found


def panels(world: Hou) -> list[Any]:
    return [tab for tab in world.ui.paneTabs() if tab.type() == world.paneTabType.PythonPanel]


def test_show_opens_one_panel_and_brings_it_back_to_front(qtbot: Any, houdini: Open, shot: Path) -> None:
    world = houdini(shot, windows=True)
    import farmdeck_houdini

    farmdeck_houdini.show()
    farmdeck_houdini.show()
    [pane] = panels(world)
    assert pane._in_front and not pane._toolbar
    scene = read(qtbot, pane.activeInterfaceRootWidget())
    assert scene.file == str(shot) and scene.item("/out/mantra1") is not None
    assert world._open_callbacks() > 2 and world._session.journal == []
    pane.close()
    flush()
    assert world._open_callbacks() == 0 and not panels(world)
    farmdeck_houdini.show()
    assert len(panels(world)) == 1
    panels(world)[0].close()
    flush()


def test_each_pane_has_a_panel_of_its_own(qtbot: Any, houdini: Open, shot: Path) -> None:
    """Two panes of a desktop; closing one leaves the other alive."""
    world = houdini(shot, windows=True)
    interface = world.pypanel.interfaceByName("farmdeck")
    panes = [world.ui.curDesktop().createFloatingPaneTab(world.paneTabType.PythonPanel) for _ in range(2)]
    for pane in panes:
        pane.setActiveInterface(interface)
        read(qtbot, pane.activeInterfaceRootWidget())
    both = world._open_callbacks()
    panes[0].close()
    assert 0 < world._open_callbacks() < both
    panes[1].activeInterfaceRootWidget().submit.refresh()
    read(qtbot, panes[1].activeInterfaceRootWidget())
    panes[1].close()
    flush()
    assert world._open_callbacks() == 0


def test_a_window_of_our_own_where_the_interface_is_not_found(qtbot: Any, houdini: Open, shot: Path) -> None:
    world = houdini(shot, windows=True, panels=None)
    import farmdeck_houdini
    from farmdeck_houdini import _panel

    for _ in range(2):
        farmdeck_houdini.show()
    [panel] = _panel._free
    assert panel.parent() is world.qt.mainWindow() and panel.isWindow() and panel.isVisible()
    read(qtbot, panel)
    panel.close()
    flush()
    assert world._open_callbacks() == 0


def test_choices_go_with_the_scene_when_it_is_saved(qtbot: Any, houdini: Open, shot: Path) -> None:
    world = houdini(shot, windows=True)
    import farmdeck_houdini

    farmdeck_houdini.show()
    [pane] = panels(world)
    panel = pane.activeInterfaceRootWidget()
    read(qtbot, panel)
    qtbot.waitUntil(lambda: panel.submit.settled, timeout=20_000)
    assert world._session.journal == [], "reading alone changes nothing"
    world.hipFile.save()
    assert [what for what in world._session.journal if what.startswith("user data")] == ["user data farmdeck"]
    assert world.root().userData("farmdeck")
    pane.close()
    flush()
