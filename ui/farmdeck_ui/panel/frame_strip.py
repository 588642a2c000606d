"""One cell for each frame of a part, by its state; the arrow keys go through them."""
# mypy: allow-subclassing-any

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from statistics import median

from farmdeck import Frame, FrameState

from . import words
from .icons import paint_icon
from .qt import Qt, QtCore, QtGui, QtWidgets, Signal, point_of
from .theme import Theme, theme_of

WIDEST, MARKED, NARROWEST, GAP = 24, 14, 8, 1
ROWS_WIDE = 3
SLOW = 2.0  # times the median, from 8 done frames on


def slow_frames(frames: Sequence[Frame]) -> frozenset[int]:
    """Numbers of frames that took over twice the median of their part."""
    done = [frame for frame in frames if frame.state is FrameState.DONE and frame.seconds is not None]
    if len(done) < 8:
        return frozenset()
    limit = SLOW * median(frame.seconds or 0.0 for frame in done)
    return frozenset(frame.number for frame in done if (frame.seconds or 0.0) > limit)


class FrameStrip(QtWidgets.QWidget):
    """Emits `chosen` with the frame's number."""

    chosen = Signal(int)
    opened = Signal(int)

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._frames: list[Frame] = []
        self._numbers: list[int] = []
        self._slow: frozenset[int] = frozenset()
        self._current = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Frames")
        policy = QtWidgets.QSizePolicy(QtWidgets.QSizePolicy.Policy.Expanding, QtWidgets.QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    # -- what the page sets and asks

    def set_frames(self, frames: Sequence[Frame]) -> None:
        """One part's frames, ascending; repaints only cells that differ."""
        fresh = list(frames)
        slow = slow_frames(fresh)
        if [frame.number for frame in fresh] != self._numbers:
            self._frames, self._slow = fresh, slow
            self._numbers = [frame.number for frame in fresh]
            self.updateGeometry()
            self.update()
            return
        old, old_slow = self._frames, self._slow
        self._frames, self._slow = fresh, slow
        for place, (before, after) in enumerate(zip(old, fresh)):
            if before != after or (after.number in slow) != (after.number in old_slow):
                self.update(self.cell(place))

    @property
    def current(self) -> int:
        """The chosen frame's number, or -1."""
        return self._numbers[self._current] if 0 <= self._current < len(self._numbers) else -1

    @property
    def place(self) -> int:
        """Which cell that is, or -1."""
        return self._current

    def choose(self, number: int) -> None:
        """As if its cell were pressed; a number that is not there chooses none."""
        place = bisect_left(self._numbers, number)
        found = place < len(self._numbers) and self._numbers[place] == number
        self._go(place if found else -1)

    def step(self, by: int) -> None:
        """To the next frame, or the one before."""
        if self._numbers:
            self._go(max(0, min(len(self._numbers) - 1, self._current + by)))

    def step_failed(self, by: int) -> None:
        """To the next failed or slow frame, or the one before."""
        place = self._current + by
        while 0 <= place < len(self._frames):
            frame = self._frames[place]
            if frame.state is FrameState.FAILED or frame.number in self._slow:
                self._go(place)
                return
            place += by

    # -- the shape

    def across(self, width: int = 0) -> int:
        """Cells in a row: wide enough to show their marks in as few rows as that takes, then narrower."""
        width, count = width or self.width(), max(1, len(self._numbers))
        rows = max(1, -(-count * MARKED // max(1, width)))
        if rows > ROWS_WIDE:
            rows = -(-count // max(1, width // NARROWEST))
        return -(-count // rows)

    def cell_width(self, width: int = 0) -> int:
        """As wide as they fit in their rows, within bounds."""
        width = width or self.width()
        return int(max(NARROWEST, min(WIDEST, width // self.across(width))))

    def row_pitch(self) -> int:
        """From one row to the next: cells, then their numbers."""
        return self._cell_height() + self._label_height() + 4

    def cell(self, place: int) -> QtCore.QRect:
        """Where a cell is."""
        row, column = divmod(place, self.across())
        width = self.cell_width()
        return QtCore.QRect(column * width, row * self.row_pitch() + 1, width - GAP, self._cell_height())

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        rows = -(-max(1, len(self._numbers)) // self.across(width))
        return int(rows * self.row_pitch())

    def sizeHint(self) -> QtCore.QSize:
        return QtCore.QSize(400, self.heightForWidth(max(self.width(), 200)))

    def minimumSizeHint(self) -> QtCore.QSize:
        return QtCore.QSize(100, self.row_pitch())

    def _cell_height(self) -> int:
        return 20

    def _label_height(self) -> int:
        return int(QtGui.QFontMetrics(self._small()).height())

    def _small(self) -> QtGui.QFont:
        font = QtGui.QFont(self.font())
        if font.pointSizeF() > 0:
            font.setPointSizeF(max(7.5, font.pointSizeF() - 1.5))
        return font

    # -- painting

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        theme = theme_of(self)
        painter = QtGui.QPainter(self)
        pitch, across = self.row_pitch(), self.across()
        first = max(0, event.rect().top() // pitch) * across
        last = min(len(self._frames), (event.rect().bottom() // pitch + 1) * across)
        painter.setFont(self._small())
        room = QtGui.QFontMetrics(self._small()).horizontalAdvance(f"{self._numbers[-1] if self._numbers else 0}0 ")
        every = max(1, -(-room // self.cell_width()))
        every = next((step for step in (1, 2, 5, 10, 20, 25, 50, 100) if step >= every), every)
        for place in range(first, last):
            box = self.cell(place)
            if box.intersects(event.rect()):
                self._paint_cell(painter, box, self._frames[place], theme)
            column = place % across
            if column == 0 or (self._numbers[place] % every == 0 and column * self.cell_width() > room):
                label = QtCore.QRect(box.left(), box.bottom() + 1, room, self._label_height())
                if column == 0 or label.right() <= self.width():
                    painter.setPen(theme.faint)
                    painter.drawText(label, Qt.AlignmentFlag.AlignLeft, str(self._numbers[place]))
        if self._current >= 0 and self._current < len(self._frames):
            painter.setPen(QtGui.QPen(theme.text, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.cell(self._current).adjusted(1, 1, -1, -1))
        painter.end()

    def _paint_cell(self, painter: QtGui.QPainter, box: QtCore.QRect, frame: Frame, theme: Theme) -> None:
        role = theme[frame.state.value]
        ink = theme.base
        mark = QtCore.QRectF(box).adjusted(0, 3, 0, -3)
        if frame.state is FrameState.DONE:
            painter.fillRect(box, role)
            if frame.number in self._slow:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(ink)
                middle = box.center()
                points = [(0, -4), (4, 3), (-4, 3)]
                painter.drawPolygon(QtGui.QPolygon([QtCore.QPoint(middle.x() + x, middle.y() + y) for x, y in points]))
        elif frame.state is FrameState.FAILED:
            painter.fillRect(box, role)
            paint_icon(painter, "close", mark, ink)
        elif frame.state is FrameState.RENDERING:
            height = round(box.height() * max(0.12, min(1.0, frame.progress)))
            painter.fillRect(box.left(), box.bottom() - height + 1, box.width(), height, role)
            _outline(painter, box, role, Qt.PenStyle.SolidLine)
        else:
            _outline(painter, box, theme.edge, Qt.PenStyle.DotLine)
            if frame.state is FrameState.ABANDONED:
                paint_icon(painter, "abandoned", mark, role)

    # -- hands

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        place = self._place_at(point_of(event))
        if place >= 0:
            self._go(place)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(event.key())
        if by is None:
            super().keyPressEvent(event)
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.step_failed(by)
        else:
            self.step(by)

    def event(self, event: QtCore.QEvent) -> bool:
        if event.type() == QtCore.QEvent.Type.ToolTip:
            place = self._place_at(event.pos())
            text = self._tip(self._frames[place]) if place >= 0 else ""
            QtWidgets.QToolTip.showText(event.globalPos(), text, self)
            return True
        return bool(super().event(event))

    def _tip(self, frame: Frame) -> str:
        took = f", {words.duration(frame.seconds)}" if frame.seconds is not None else ""
        slow = ", over twice the median" if frame.number in self._slow else ""
        return f"Frame {frame.number}: {frame.state.word}{took}{slow}"

    def _place_at(self, point: QtCore.QPoint) -> int:
        column, row = point.x() // self.cell_width(), point.y() // self.row_pitch()
        place = row * self.across() + column
        return place if column < self.across() and 0 <= place < len(self._frames) else -1

    def _go(self, place: int) -> None:
        if place != self._current:
            for changed in (self._current, place):
                if changed >= 0:
                    self.update(self.cell(changed).adjusted(-2, -2, 2, 2))
            self._current = place
            self.chosen.emit(self.current)


def _outline(painter: QtGui.QPainter, box: QtCore.QRect, colour: QtGui.QColor, style: Qt.PenStyle) -> None:
    painter.setPen(QtGui.QPen(colour, 1, style))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(box.adjusted(0, 0, -1, -1))
