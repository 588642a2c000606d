"""The picture of the chosen frame, as large as there is room."""
# mypy: allow-subclassing-any

from __future__ import annotations

from typing import Any

from farmdeck import Frame, FrameState

from .background import Background
from .pictures import read_whole
from .qt import Qt, QtCore, QtGui, QtWidgets
from .theme import theme_of
from .widgets import WRAPPED_CENTRE


class PictureView(QtWidgets.QWidget):
    """The last picture stays until the next one is there."""

    def __init__(self, background: Background, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._picture: QtGui.QPixmap | None = None
        self._path = ""
        self._words = ""
        self._stale = False
        self.setMinimumSize(160, 100)
        self.setAccessibleName("Picture")

    def show_frame(self, frame: Frame | None, first: int) -> None:
        """The thumbnail of that frame; `first` is the number that the first picture comes with."""
        path = frame.thumbnail if frame is not None else ""
        key = f"{path} {frame.attempt if frame else 0}"
        if key == self._path:
            return
        self._path = key
        if not path:
            self._background.forget("picture")
            self._picture = None
            self._words = _no_picture(frame, first)
            self.update()
            return
        self._stale = True
        number = frame.number if frame is not None else 0
        self._background.run(lambda: read_whole(path), lambda image: self._show(image, number), key="picture")

    def _show(self, image: Any, number: int) -> None:
        self._stale = False
        self._picture = QtGui.QPixmap.fromImage(image) if image is not None else None
        self._words = "" if image is not None else f"The picture of frame {number} cannot be read."
        self.update()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        theme = theme_of(self)
        painter = QtGui.QPainter(self)
        painter.fillRect(self.rect(), theme.base)
        if self._picture is not None:
            painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform, True)
            size = self._picture.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            box = QtCore.QRect(QtCore.QPoint(0, 0), size)
            box.moveCenter(self.rect().center())
            painter.setOpacity(0.6 if self._stale else 1.0)
            painter.drawPixmap(box, self._picture)
        else:
            painter.setPen(theme.faint)
            box = self.rect().adjusted(12, 8, -12, -8)
            painter.drawText(box, WRAPPED_CENTRE, self._words)
        painter.end()


def _no_picture(frame: Frame | None, first: int) -> str:
    """Why there is none, and when there will be."""
    if frame is None:
        return f"No picture yet. The first comes with frame {first}."
    if frame.state is FrameState.FAILED:
        return f"Frame {frame.number} failed before it had a picture."
    if frame.state is FrameState.ABANDONED:
        return f"Frame {frame.number} was given up."
    return f"No picture of frame {frame.number} yet."
