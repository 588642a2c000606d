"""Run in an interpreter of its own: open Farmdeck in a stand-in host on a scene, and take a picture of the window.

    python open_panel.py HOST SCENE PICTURE

`farmdeck` and the plug-in are those of a bundle on PYTHONPATH. Prints one line of JSON: the binding, what the panel
shows, and what is left of it after it is closed.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from farmdeck_ui.panel.qt import BINDING, QtCore, QtGui, QtWidgets

PATIENCE_S = 60.0
SIZE = (560, 860)
Shown = tuple[QtWidgets.QWidget, Callable[[], None], Callable[[], int]]
"""The host's window, what closes the panel, how many callbacks are in the host."""


@contextmanager
def maya(scene: Path) -> Iterator[Shown]:
    from tests.hosts.maya.stand_in import maya as stand_in

    window = host_window("Autodesk Maya")
    with stand_in(scene) as session:

        def make_dock(name: str) -> QtWidgets.QWidget:
            dock = QtWidgets.QWidget()
            column = QtWidgets.QVBoxLayout(dock)
            column.setContentsMargins(0, 0, 0, 0)
            window.setCentralWidget(dock)
            return dock

        session.make_dock = make_dock
        import farmdeck_maya
        from farmdeck_maya import _window

        farmdeck_maya.show()
        yield window, _window.remove, lambda: len(session.left())


@contextmanager
def houdini(scene: Path) -> Iterator[Shown]:
    from tests.hosts.houdini.session import Session
    from tests.hosts.houdini.standin import Hou
    from tests.hosts.houdini.windows import add_windows

    window = host_window("Houdini")
    world = Hou(Session(scene))
    sys.modules["hou"] = world
    import farmdeck_houdini

    add_windows(world, Path(farmdeck_houdini.__file__).parents[1] / "python_panels")
    farmdeck_houdini.show()
    pane = world.ui.paneTabs()[-1]
    window.setCentralWidget(pane.activeInterfaceRootWidget())
    yield window, pane.close, world._open_callbacks


@contextmanager
def max_(scene: Path) -> Iterator[Shown]:
    from tests.hosts.max.standin import opened

    window = host_window("3ds Max")
    with opened(str(scene)) as host:
        host.watchman.allowed = {"addscript", "removescripts"}
        sys.modules["qtmax"].windows.append(window)
        window.setCentralWidget(QtWidgets.QWidget())
        window.centralWidget().setFixedWidth(1)
        import farmdeck_max

        farmdeck_max.show()
        yield window, farmdeck_max.close, lambda: len(host.callbacks)


HOSTS = {"maya": maya, "houdini": houdini, "max": max_}


def host_window(title: str) -> QtWidgets.QMainWindow:
    """A main window in the grey that these applications have."""
    window = QtWidgets.QMainWindow()
    window.setWindowTitle(title)
    window.resize(*SIZE)
    window.show()
    return window


def panel_of(window: QtWidgets.QWidget) -> Any:
    from farmdeck_ui.panel import FarmdeckPanel

    (panel,) = window.findChildren(FarmdeckPanel)
    return panel


def wait_until(condition: Callable[[], Any]) -> None:
    """Turn the event loop until it is so."""
    loop, end = QtCore.QEventLoop(), time.monotonic() + PATIENCE_S
    timer = QtCore.QTimer()
    timer.timeout.connect(lambda: loop.quit() if condition() or time.monotonic() > end else None)
    timer.start(10)
    run = getattr(loop, "exec", None) or loop.exec_
    run()
    if not condition():
        raise SystemExit("it did not come about")


def main(host: str, scene: Path, picture: Path) -> None:
    from farmdeck_ui.panel.theme import standalone_palette

    app = QtWidgets.QApplication([host])
    app.setStyle("Fusion")
    app.setPalette(standalone_palette(dark=True))
    app.setFont(QtGui.QFont("DejaVu Sans", 9))
    before = set(threading.enumerate())
    with HOSTS[host](scene) as (window, close, callbacks):
        panel = panel_of(window)
        wait_until(lambda: panel.submit.scene is not None and panel.submit.settled)
        wait_until(lambda: panel.submit.files.summary.said)
        window.grab().save(str(picture))
        found = panel.submit.scene
        said = {
            "binding": BINDING,
            "python": ".".join(map(str, sys.version_info[:2])),
            "name": panel.submit.header.name.said,
            "items": [item.name for item in found.items],
            "checked": list(panel.submit.items.model.checked),
            "files": panel.submit.files.model.rowCount(),
            "problems": panel.submit.problems.model.rowCount(),
            "callbacks": callbacks(),
            "core": str(Path(sys.modules["farmdeck"].__file__ or "").parent),
        }
        close()
        wait_until(lambda: set(threading.enumerate()) <= before)
        said["left"] = callbacks()
    print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
