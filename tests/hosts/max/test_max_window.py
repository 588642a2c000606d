"""The panel's window in 3ds Max, under real Qt, and submitting from a script."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from farmdeck import FarmdeckError, Scene
from farmdeck.store import Store
from farmdeck_ui.panel.qt import QtWidgets

from tests.hosts.max.conftest import Opens
from tests.hosts.max.openscene import Open
from tests.hosts.max.standin import Max


@pytest.fixture(autouse=True)
def agent_that_ends(clean_environ: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "agent"
    program.write_text(f"#!{sys.executable}\n")
    program.chmod(0o755)
    monkeypatch.setenv("FARMDECK_AGENT", str(program))


@pytest.fixture
def max_window(qtbot: Any, max_with: Opens, shot: Open) -> Iterator[Max]:
    """A 3ds Max with its main window."""
    host = max_with(shot)
    host.watchman.allowed = {"addscript", "removescripts", "select", "savemaxfile", "addproperty"}
    window = QtWidgets.QMainWindow()
    qtbot.addWidget(window)
    window.show()
    sys.modules["qtmax"].windows.append(window)
    yield host
    import farmdeck_max

    farmdeck_max.close()


def docks() -> list[Any]:
    window = sys.modules["qtmax"].windows[0]
    return [dock for dock in window.findChildren(QtWidgets.QDockWidget) if not dock.closed]


def test_the_window_docks_in_3ds_max_and_reads_its_scene(qtbot: Any, max_window: Max) -> None:
    import farmdeck_max

    farmdeck_max.show()
    (dock,) = docks()
    window = sys.modules["qtmax"].windows[0]
    assert dock.objectName() == "FarmdeckDock" and window.dockWidgetArea(dock) and dock.parent() is window
    qtbot.waitUntil(lambda: isinstance(dock.panel.submit.scene, Scene), timeout=20_000)
    assert dock.panel.submit.scene.file == max_window.open.path
    assert max_window.watchman.written.count("addScript") == len(max_window.callbacks) > 0
    farmdeck_max.show()
    assert docks() == [dock], "a second show brings the first window to the front"


def test_closing_leaves_no_callback(qtbot: Any, max_window: Max) -> None:
    import farmdeck_max

    for _ in range(2):
        farmdeck_max.show()
        assert max_window.callbacks
        farmdeck_max.close()
        assert max_window.callbacks == [] and docks() == []


def test_another_scene_is_read_by_itself(qtbot: Any, max_window: Max) -> None:
    import farmdeck_max

    farmdeck_max.show()
    (dock,) = docks()
    qtbot.waitUntil(lambda: isinstance(dock.panel.submit.scene, Scene), timeout=20_000)
    max_window.open.cameras = ["New Camera"]
    max_window.fire("filePostOpen")
    qtbot.waitUntil(lambda: dock.panel.submit.scene.cameras == ("New Camera",), timeout=20_000)


def test_choices_are_kept_when_the_scene_is_saved(qtbot: Any, max_window: Max) -> None:
    import farmdeck_max

    farmdeck_max.show()
    (dock,) = docks()
    qtbot.waitUntil(lambda: dock.panel.submit.settled, timeout=20_000)
    assert max_window.open.properties == {}, "reading alone changes nothing"
    dock.panel.source.save()
    assert max_window.open.properties["Farmdeck"].startswith("{")


def test_a_script_submits(max_with: Opens, shot: Open, tmp_path: Path) -> None:
    max_with(shot)
    import farmdeck_max
    from farmdeck.places import store_folder

    job = farmdeck_max.submit(items=["Cam B"], frames="1-3", name="from a script")
    with Store.open(store_folder()) as store:
        submission = store.submission(job.id)
    assert submission is not None and submission.name == "from a script"
    assert [part.item for part in submission.parts] == ["Cam B"]


def test_a_script_is_told_of_unsaved_changes(max_with: Opens, shot: Open) -> None:
    shot.dirty = True
    max_with(shot)
    import farmdeck_max

    with pytest.raises(FarmdeckError, match="unsaved changes"):
        farmdeck_max.submit()
