"""Qt, through our own copy of Qt.py, bound to whichever binding the host has already loaded.

A studio's own `Qt` module is another module and is left alone; so is the environment that it reads.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

BINDINGS = ("PySide6", "PySide2")
_VENDORED = "farmdeck_ui._vendor.Qt"
_VARIABLE = "QT_PREFERRED_BINDING_JSON"


def wanted_bindings() -> list[str]:
    """The one that is loaded; else what the user prefers of those that we support; else the newest first."""
    loaded = [name for name in BINDINGS if f"{name}.QtCore" in sys.modules]
    if loaded:
        return loaded[:1]
    preferred = [name for name in os.environ.get("QT_PREFERRED_BINDING", "").split(os.pathsep) if name in BINDINGS]
    return preferred or list(BINDINGS)


@contextmanager
def _told(bindings: list[str]) -> Iterator[None]:
    """Qt.py reads its wish from the environment while it is imported: say it, then put things back."""
    before = os.environ.get(_VARIABLE)
    os.environ[_VARIABLE] = json.dumps({_VENDORED: bindings})
    try:
        yield
    finally:
        if before is None:
            del os.environ[_VARIABLE]
        else:
            os.environ[_VARIABLE] = before


with _told(wanted_bindings()):
    from .._vendor import Qt as _shim
    from .._vendor.Qt import QtCore, QtGui, QtWidgets

BINDING: str = _shim.__binding__
Qt = QtCore.Qt
Signal = QtCore.Signal


@contextmanager
def quiet(thing: QtCore.QObject) -> Iterator[None]:
    """It emits nothing meanwhile. (QSignalBlocker is no context manager in PySide2.)"""
    before = thing.blockSignals(True)
    try:
        yield
    finally:
        thing.blockSignals(before)


def point_of(event: QtCore.QEvent) -> QtCore.QPoint:
    """Where the mouse is: Qt 6 has another name for it."""
    return event.position().toPoint() if hasattr(event, "position") else event.pos()


__all__ = ["BINDING", "Qt", "QtCore", "QtGui", "QtWidgets", "Signal", "point_of", "quiet", "wanted_bindings"]
