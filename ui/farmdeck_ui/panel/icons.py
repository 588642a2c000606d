"""Icons: one path each in a 16-unit box, drawn in any colour at any size."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

from .qt import Qt, QtCore, QtGui

_UNITS = 16.0

# name: strokes as poly-lines ("m x y l x y …"), fills begin with "f", rings with "o x y r", dots with "d x y r".
_SHAPES: dict[str, Sequence[str]] = {
    "queued": ("a 8 8 5.2 0 40", "a 8 8 5.2 60 40", "a 8 8 5.2 120 40", "a 8 8 5.2 180 40", "a 8 8 5.2 240 40",
               "a 8 8 5.2 300 40"),
    "uploading": ("f 8 2.5 12.5 7.5 9.7 7.5 9.7 11 6.3 11 6.3 7.5 3.5 7.5", "m 3 13.5 13 13.5"),
    "waiting": ("m 4 2.5 12 2.5", "m 4 13.5 12 13.5", "m 5 2.5 5 4.5 8 8 5 11.5 5 13.5",
                "m 11 2.5 11 4.5 8 8 11 11.5 11 13.5",
                "f 6 12.5 8 10 10 12.5"),
    "rendering": ("f 4.5 2.5 13 8 4.5 13.5",),
    "paused": ("f 4 3 7 3 7 13 4 13", "f 9 3 12 3 12 13 9 13"),
    "stopped": ("f 3.5 3.5 12.5 3.5 12.5 12.5 3.5 12.5",),
    "done": ("m 2.5 8.5 6.3 12.3 13.5 4.2",),
    "partly_done": ("m 1 8 4 11 9.5 4.5", "m 9.5 9 14.5 14", "m 14.5 9 9.5 14"),
    "failed": ("f 5.3 1.5 10.7 1.5 14.5 5.3 14.5 10.7 10.7 14.5 5.3 14.5 1.5 10.7 1.5 5.3", "k 5.5 5.5 10.5 10.5",
               "k 10.5 5.5 5.5 10.5"),
    "abandoned": ("o 8 8 5.5", "m 4.2 11.8 11.8 4.2"),
    "error": ("f 5.3 1.5 10.7 1.5 14.5 5.3 14.5 10.7 10.7 14.5 5.3 14.5 1.5 10.7 1.5 5.3", "k 5.5 5.5 10.5 10.5",
              "k 10.5 5.5 5.5 10.5"),
    "warning": ("f 8 1.5 15 14.3 1 14.3", "k 8 6 8 10", "j 8 12.2 0.9"),
    "note": ("o 8 8 6", "m 8 7.5 8 11.2", "d 8 5 0.9"),
    "refresh": ("a 8 8 5.3 75 290", "f 8.5 0.3 13 2.7 8.8 5.6"),
    "folder": ("m 1.8 13 1.8 3.2 6 3.2 7.6 5 14.2 5 14.2 13 1.8 13",),
    "search": ("o 6.8 6.8 4.2", "m 10 10 14 14"),
    "layers": ("m 8 2 14.5 5.2 8 8.4 1.5 5.2 8 2", "m 2 8.2 8 11.2 14 8.2", "m 2 11 8 14 14 11"),
    "camera": ("m 1.5 4.5 10 4.5 10 11.5 1.5 11.5 1.5 4.5", "f 10.5 8 14.5 5 14.5 11"),
    "machine": ("m 1.5 3 14.5 3 14.5 11 1.5 11 1.5 3", "m 5 13.7 11 13.7", "m 8 11 8 13.7"),
    "cloud": ("m 4 12.5 2.2 11 2.2 9 4 7.4 5 5 7.6 3.8 10.4 5 11.2 7 13.4 8 14 10 12.8 12 11 12.5 4 12.5",),
    "file": ("m 3.5 1.8 9.5 1.8 12.5 5 12.5 14.2 3.5 14.2 3.5 1.8", "m 9.3 2 9.3 5.2 12.4 5.2"),
    "back": ("m 9.8 3.5 5.3 8 9.8 12.5",),
    "retry": ("a 8 8.4 5 120 300", "f 2.2 1.6 7.4 2.6 3.6 6.4"),
    "stop": ("f 3.5 3.5 12.5 3.5 12.5 12.5 3.5 12.5",),
    "start": ("f 4.5 2.5 13 8 4.5 13.5",),
    "more": ("d 3 8 1.4", "d 8 8 1.4", "d 13 8 1.4"),
    "close": ("m 4 4 12 12", "m 12 4 4 12"),
    "add": ("m 8 2.5 8 13.5", "m 2.5 8 13.5 8"),
    "override": ("f 8 3 13 8 8 13 3 8",),
    "down": ("m 3.8 6 8 10.2 12.2 6",),
    "up": ("m 3.8 10.2 8 6 12.2 10.2",),
    "fold": ("f 2 4.5 14 4.5 8 12",),
    "unfold": ("f 4.5 2 12 8 4.5 14",),
    "right": ("m 6 3.8 10.2 8 6 12.2",),
    "undo": ("m 3 7 11 7 13 9 13 11 11 13 6 13", "m 6.3 3.5 2.8 7 6.3 10.5"),
}  # fmt: skip


def paint_icon(painter: QtGui.QPainter, name: str, box: QtCore.QRectF, colour: QtGui.QColor) -> None:
    """Draw it, as large as the box's shorter side, in its middle."""
    size = min(box.width(), box.height())
    strokes, fills, holes = _paths(name)
    painter.save()
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing, True)
    painter.translate(box.center().x() - size / 2, box.center().y() - size / 2)
    painter.scale(size / _UNITS, size / _UNITS)
    pen = QtGui.QPen(colour, 1.7, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.MiterJoin)
    painter.strokePath(strokes, pen)
    painter.fillPath(fills.subtracted(holes) if not holes.isEmpty() else fills, colour)
    painter.restore()


@lru_cache(maxsize=256)
def _pixmap(name: str, rgba: int, size: int, ratio: float) -> QtGui.QPixmap:
    pixmap = QtGui.QPixmap(round(size * ratio), round(size * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(QtGui.QColor(0, 0, 0, 0))
    painter = QtGui.QPainter(pixmap)
    paint_icon(painter, name, QtCore.QRectF(0, 0, size, size), QtGui.QColor.fromRgba(rgba))
    painter.end()
    return pixmap


def pixmap(name: str, colour: QtGui.QColor, size: int, ratio: float = 1.0) -> QtGui.QPixmap:
    """The icon as a pixmap, for labels and for rows that are painted often."""
    return _pixmap(name, colour.rgba(), size, ratio)


def icon(name: str, colour: QtGui.QColor, disabled: QtGui.QColor | None = None) -> QtGui.QIcon:
    """The icon for a button, sharp at 100 and 200 %."""
    made = QtGui.QIcon()
    for ratio in (1.0, 2.0):
        made.addPixmap(pixmap(name, colour, 16, ratio), QtGui.QIcon.Mode.Normal)
        if disabled is not None:
            made.addPixmap(pixmap(name, disabled, 16, ratio), QtGui.QIcon.Mode.Disabled)
    return made


@cache
def _paths(name: str) -> tuple[QtGui.QPainterPath, QtGui.QPainterPath, QtGui.QPainterPath]:
    """(lines, fills, what is cut out of the fills)."""
    lines, fills, holes = QtGui.QPainterPath(), QtGui.QPainterPath(), QtGui.QPainterPath()
    for shape in _SHAPES[name]:
        kind, *words = shape.split()
        at = [float(word) for word in words]
        if kind == "a":
            box = QtCore.QRectF(at[0] - at[2], at[1] - at[2], at[2] * 2, at[2] * 2)
            lines.arcMoveTo(box, at[3])
            lines.arcTo(box, at[3], at[4])
        elif kind == "o":
            lines.addEllipse(QtCore.QPointF(at[0], at[1]), at[2], at[2])
        elif kind in "dj":
            (fills if kind == "d" else holes).addEllipse(QtCore.QPointF(at[0], at[1]), at[2], at[2])
        elif kind == "k":
            holes.addPath(_thick(_poly(at)))
        elif kind == "f":
            shape_path = _poly(at)
            shape_path.closeSubpath()
            fills.addPath(shape_path)
        else:
            lines.addPath(_poly(at))
    return lines, fills, holes


def _poly(at: Sequence[float]) -> QtGui.QPainterPath:
    path = QtGui.QPainterPath(QtCore.QPointF(at[0], at[1]))
    for x, y in zip(at[2::2], at[3::2]):
        path.lineTo(x, y)
    return path


def _thick(path: QtGui.QPainterPath) -> QtGui.QPainterPath:
    stroker = QtGui.QPainterPathStroker()
    stroker.setWidth(1.7)
    return stroker.createStroke(path)
