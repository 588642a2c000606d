"""Small pictures, loaded on the background thread, kept while they are likely to be seen again."""
# mypy: allow-subclassing-any

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from .background import Background
from .qt import Qt, QtCore, QtGui, Signal

KEPT = 400


class Pictures(QtCore.QObject):
    """`get` answers at once: the picture, or None and `loaded` when it is there."""

    loaded = Signal(str)

    def __init__(self, background: Background, parent: QtCore.QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._kept: OrderedDict[tuple[str, int, int], Any] = OrderedDict()
        self._asked: set[tuple[str, int, int]] = set()

    def get(self, path: str, width: int, height: int) -> QtGui.QPixmap | None:
        """Filling width × height for a row's thumbnail."""
        key = (path, width, height)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        if path and key not in self._asked:
            self._asked.add(key)
            self._background.run(lambda: read_picture(path, width, height), lambda image: self._keep(key, image))
        return None

    def forget(self, path: str) -> None:
        """The file was written anew."""
        for key in [key for key in self._kept if key[0] == path]:
            del self._kept[key]

    def _keep(self, key: tuple[str, int, int], image: Any) -> None:
        self._asked.discard(key)
        self._kept[key] = QtGui.QPixmap.fromImage(image) if image is not None else None
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        if image is not None:
            self.loaded.emit(key[0])


def read_picture(path: str, width: int, height: int) -> Any:
    """The picture, scaled to fill the box and cut to it; None when it cannot be read. For a worker thread."""
    image = QtGui.QImage(path)
    if image.isNull():
        return None
    box = QtCore.QSize(width, height)
    grown = image.scaled(box, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation)
    left, top = (grown.width() - width) // 2, (grown.height() - height) // 2
    return grown.copy(left, top, width, height)


def read_whole(path: str, largest: int = 1600) -> Any:
    """The picture as it is, no side longer than `largest`; None when it cannot be read. For a worker thread."""
    image = QtGui.QImage(path)
    if image.isNull():
        return None
    if max(image.width(), image.height()) > largest:
        box = QtCore.QSize(largest, largest)
        image = image.scaled(box, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
    return image
