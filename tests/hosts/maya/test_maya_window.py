"""The dock, the menu, the shelf button, the plug-in and the scripts' way in, under real Qt."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from farmdeck import FarmdeckError, Scene
from farmdeck.store import Store
from farmdeck_ui.panel.qt import QtCore, QtWidgets

from tests.hosts.maya.stand_in import PLUGIN, StandIn, maya

from .scenes import LAYERS, scene


@pytest.fixture
def session(qtbot: Any, tmp_path: Path) -> Iterator[StandIn]:
    """A Maya with a window, in which a scene is open."""
    with maya(scene(tmp_path / "shots" / "shot.ma", LAYERS), "file -save", "fileInfo") as made:

        def make_dock(name: str) -> Any:
            """Maya gives a layout that is in place already."""
            dock = QtWidgets.QWidget()
            QtWidgets.QVBoxLayout(dock)
            dock.setObjectName(name)
            dock.show()
            return dock

        made.make_dock = make_dock
        yield made
        import farmdeck_maya._window as window

        window.remove()
        flush()
        assert made.left() == []


def flush() -> None:
    """What was deleted later goes now."""
    QtCore.QCoreApplication.sendPostedEvents(None, QtCore.QEvent.Type.DeferredDelete.value)
    QtWidgets.QApplication.processEvents()


def panel() -> Any:
    import farmdeck_maya._window as window

    return window._panel


def read(qtbot: Any) -> Scene:
    qtbot.waitUntil(lambda: isinstance(panel().submit.scene, Scene), timeout=20_000)
    found: Scene = panel().submit.scene
    return found


def test_the_panel_is_in_the_dock_and_reads_the_scene(qtbot: Any, session: StandIn) -> None:
    import farmdeck_maya

    farmdeck_maya.show()
    (name,) = session.controls
    assert panel().parent() is session.docks[name] and session.docks[name].layout().indexOf(panel()) == 0
    assert read(qtbot).file == session.session.scene_name
    assert session.callbacks and session.jobs
    farmdeck_maya.show()
    assert session.controls[name]["raised"] and len(session.controls) == 1


def test_closing_the_dock_takes_every_callback_away(qtbot: Any, session: StandIn) -> None:
    import farmdeck_maya

    for _ in range(2):
        farmdeck_maya.show()
        read(qtbot)
        assert session.callbacks and session.jobs
        session.close_control(next(iter(session.controls)))
        flush()
        assert panel() is None and session.left() == []


def test_it_comes_back_after_a_restart(qtbot: Any, session: StandIn) -> None:
    """Maya kept the control with the workspace, and runs its script before anything else of ours."""
    import farmdeck_maya

    farmdeck_maya.show()
    (name,) = session.controls
    kept = dict(session.controls[name])
    assert kept["requiredPlugin"] == "farmdeck_plugin" and kept["checksPlugins"] and not kept["retain"]
    session.close_control(name)
    flush()
    for module in [module for module in sys.modules if module.startswith("farmdeck_maya")]:
        del sys.modules[module]
    session.controls[name] = kept
    session.run_ui_script(name)
    assert read(qtbot).file == session.session.scene_name


def test_an_empty_tab_of_an_older_workspace_is_replaced(qtbot: Any, session: StandIn) -> None:
    import farmdeck_maya
    import farmdeck_maya._window as window

    session.controls[window.CONTROL] = {"label": "Farmdeck", "retain": False}
    farmdeck_maya.show()
    assert panel() is not None and session.controls[window.CONTROL]["uiScript"]


def test_a_dock_that_goes_late_takes_only_its_own_panel(qtbot: Any, session: StandIn) -> None:
    import farmdeck_maya

    farmdeck_maya.show()
    (name,) = session.controls
    old = session.docks[name]
    session.run_ui_script(name)  # Maya builds the dock anew: a workspace was chosen
    new = panel()
    old.deleteLater()
    flush()
    assert panel() is new and read(qtbot)


def test_another_scene_is_read_by_itself(qtbot: Any, session: StandIn, tmp_path: Path) -> None:
    import farmdeck_maya

    farmdeck_maya.show()
    read(qtbot)
    session.open(scene(tmp_path / "other.ma", LAYERS))
    qtbot.waitUntil(lambda: panel().submit.scene.file.endswith("other.ma"), timeout=20_000)


def test_choices_are_kept_when_the_scene_is_saved(qtbot: Any, session: StandIn) -> None:
    import farmdeck_maya

    farmdeck_maya.show()
    read(qtbot)
    qtbot.waitUntil(lambda: panel().submit.settled, timeout=20_000)
    assert session.session.written == [], "reading alone changes nothing"
    session.tell("kBeforeSave")
    assert session.session.written == ["fileInfo"]


def test_the_plug_in_brings_the_menu_and_takes_all_away(qtbot: Any, session: StandIn) -> None:
    import farmdeck_maya

    runpy.run_path(str(PLUGIN / "scripts" / "userSetup.py"))
    assert session.menus == {}, "not before Maya's window is there"
    session.idle()
    assert list(session.loaded) == ["farmdeck_plugin"] and session.menus == {}
    session.idle()
    labels = [item["label"] for item in session.menus["FarmdeckMenu"] if "label" in item]
    assert labels == ["Submit to Farm…", "Add Button to Current Shelf"]
    farmdeck_maya.start()
    exec(session.menus["FarmdeckMenu"][0]["command"], {})
    assert session.controls and session.callbacks
    session.unloadPlugin("farmdeck_plugin")
    flush()
    assert session.left() == []


def test_a_maya_without_a_window_gets_no_menu(session: StandIn) -> None:
    import farmdeck_maya

    session.session.batch, session.state = True, 1
    farmdeck_maya.start()
    assert session.loaded == {} and session.menus == {}
    session.loadPlugin("farmdeck_plugin")
    session.idle()
    assert session.menus == {}
    session.unloadPlugin("farmdeck_plugin")


def test_a_plug_in_that_is_unloaded_at_once_leaves_no_menu(session: StandIn) -> None:
    session.loadPlugin("farmdeck_plugin")
    session.unloadPlugin("farmdeck_plugin")
    session.idle()
    assert session.left() == []


def test_the_shelf_button_is_added_where_the_artist_is(qtbot: Any, session: StandIn) -> None:
    import farmdeck_maya

    farmdeck_maya.add_to_shelf()
    (button,) = session.buttons
    assert (PLUGIN / "icons" / button["image"]).is_file()
    exec(button["command"], {})
    assert session.controls


def test_a_script_reads_and_submits(session: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    import farmdeck_maya

    found = farmdeck_maya.scene()
    assert found.file == session.session.scene_name and found.item("masterLayer") is not None
    session.session.modified = True
    with pytest.raises(FarmdeckError, match="not on the disk"):
        farmdeck_maya.submit(frames="1-3")
    job = farmdeck_maya.submit(save=True, frames="1-3")
    assert session.session.written == ["file -save"]
    from farmdeck.places import store_folder

    with Store.open(store_folder()) as store:
        assert [one.id for one in store.jobs()] == [job.id]


def test_the_module_file_reaches_all_of_it() -> None:
    lines = (PLUGIN / "farmdeck.mod").read_text().splitlines()
    assert lines[0].startswith("+ Farmdeck ") and lines[0].endswith(" .")
    assert lines[1:] == ["PYTHONPATH+:=.", "PYTHONPATH+:=python"]
    for folder in ("plug-ins", "scripts", "icons", "farmdeck_maya"):  # the defaults of a Maya module
        assert (PLUGIN / folder).is_dir()
