"""How a job's row is painted: thumbnail and two lines, state with its shape and word, a bar of what is done."""
# mypy: allow-subclassing-any

from __future__ import annotations

from operator import attrgetter
from typing import Any

from farmdeck import Job, JobState

from . import words
from .icons import paint_icon, pixmap
from .job_model import FAILED, NUMBERS, PROGRESS, STATE, Cell
from .pictures import Pictures
from .qt import Qt, QtCore, QtGui, QtWidgets
from .theme import Theme, theme_of
from .widgets import flags, two_lines

THUMBNAIL = (66, 30)
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_SELECTED = flags(QtWidgets.QStyle.StateFlag.State_Selected)


def _state_number(state: object) -> int:
    return int(state)  # type: ignore[call-overload, no-any-return]


if hasattr(QtWidgets.QStyle.StateFlag.State_Selected, "value"):  # PySide6: Python's own flags, slow to combine
    _state_number = attrgetter("value")  # type: ignore[assignment]


def _ink(chosen: bool, theme: Theme, otherwise: QtGui.QColor) -> QtGui.QColor:
    return theme.highlight_text if chosen else otherwise


class RowDelegate(QtWidgets.QStyledItemDelegate):
    """Plain words; the ground of a chosen row, and the height of every row, for the others too."""

    def sizeHint(self, option: QtWidgets.QStyleOptionViewItem, index: QtCore.QModelIndex) -> QtCore.QSize:
        return QtCore.QSize(60, two_lines(option.fontMetrics))

    def paint(self, painter: QtGui.QPainter, option: QtWidgets.QStyleOptionViewItem, index: QtCore.QModelIndex) -> None:
        theme = theme_of(option.widget)
        chosen = bool(_state_number(option.state) & _SELECTED)
        if chosen:
            painter.fillRect(option.rect, theme.highlight)
        self.paint_cell(painter, option, index.model().cell(index), theme, chosen)

    def paint_cell(
        self,
        painter: QtGui.QPainter,
        option: QtWidgets.QStyleOptionViewItem,
        cell: Cell,
        theme: Theme,
        chosen: bool,
    ) -> None:
        """What is in the cell."""
        text = cell.text
        bad = cell.column == FAILED and text != words.DASH
        role = theme["error"] if bad else theme.faint if text == words.DASH else theme.text
        painter.setPen(_ink(chosen, theme, role))
        box = option.rect.adjusted(6, 0, -6, 0)
        if cell.column in NUMBERS:  # numbers never elide
            painter.drawText(box, _RIGHT, text)
            return
        painter.drawText(box, _LEFT, option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width()))


class JobNameDelegate(RowDelegate):
    """Thumbnail, name (elided in the middle: the version stays visible), application and renderer."""

    def __init__(self, pictures: Pictures, parent: QtCore.QObject | None = None) -> None:
        super().__init__(parent)
        self._pictures = pictures

    def paint_cell(
        self,
        painter: QtGui.QPainter,
        option: QtWidgets.QStyleOptionViewItem,
        cell: Cell,
        theme: Theme,
        chosen: bool,
    ) -> None:
        if cell.part is not None:
            self._paint_part(painter, option, cell.part, theme, chosen)
            return
        job = cell.job
        box, width = option.rect, option.rect.width()
        if width > 220:
            self._paint_thumbnail(painter, option, job, theme)
            box = box.adjusted(THUMBNAIL[0] + 12, 0, -6, 0)
        else:
            box = box.adjusted(4, 0, -6, 0)
        metrics = option.fontMetrics
        top = box.center().y() - metrics.height() + 1
        lines = ((job.name, theme.text), (words.job_subtitle(job), theme.faint))
        for number, (text, role) in enumerate(lines):
            painter.setPen(_ink(chosen, theme, role))
            line = QtCore.QRect(box.left(), top + number * metrics.height(), box.width(), metrics.height())
            painter.drawText(line, _LEFT, metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, box.width()))

    def _paint_thumbnail(
        self, painter: QtGui.QPainter, option: QtWidgets.QStyleOptionViewItem, job: Job, theme: Theme
    ) -> None:
        width, height = THUMBNAIL
        box = QtCore.QRect(option.rect.left() + 4, option.rect.center().y() - height // 2 + 1, width, height)
        ratio = option.widget.devicePixelRatioF()
        picture = self._pictures.get(job.thumbnail, round(width * ratio), round(height * ratio))
        if picture is None:
            painter.fillRect(box, theme.track)
            mark = pixmap("layers", theme.edge, 14, ratio)
            painter.drawPixmap(box.center().x() - 6, box.center().y() - 6, mark)
        else:
            painter.drawPixmap(box, picture)

    def _paint_part(
        self, painter: QtGui.QPainter, option: QtWidgets.QStyleOptionViewItem, part: Any, theme: Theme, chosen: bool
    ) -> None:
        box = option.rect.adjusted(24, 0, -6, 0)
        ink = _ink(chosen, theme, theme.text)
        paint_icon(painter, "layers", QtCore.QRectF(box.left(), box.center().y() - 6.5, 14, 14), ink)
        painter.setPen(ink)
        box.setLeft(box.left() + 22)
        shown = option.fontMetrics.elidedText(part.name, Qt.TextElideMode.ElideMiddle, box.width())
        painter.drawText(box, _LEFT, shown)


class StateDelegate(RowDelegate):
    """Shape, then word, then colour."""

    def paint_cell(
        self,
        painter: QtGui.QPainter,
        option: QtWidgets.QStyleOptionViewItem,
        cell: Cell,
        theme: Theme,
        chosen: bool,
    ) -> None:
        if cell.part is not None and cell.count is None:
            super().paint_cell(painter, option, cell, theme, chosen)
            return
        state = cell.count.state if cell.count is not None else cell.job.state
        role = theme[state.value]
        box = option.rect.adjusted(6, 0, -4, 0)
        mark = pixmap(state.value, role, 14, option.widget.devicePixelRatioF())
        painter.drawPixmap(box.left(), box.center().y() - 6, mark)
        painter.setPen(_ink(chosen, theme, role))
        box.setLeft(box.left() + 20)
        text = option.fontMetrics.elidedText(cell.text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, _LEFT, text)


class ProgressDelegate(RowDelegate):
    """A bar of done, failed and what runs, then the share."""

    def paint_cell(
        self,
        painter: QtGui.QPainter,
        option: QtWidgets.QStyleOptionViewItem,
        cell: Cell,
        theme: Theme,
        chosen: bool,
    ) -> None:
        what = cell.count if cell.part is not None else cell.job
        if what is None:
            return
        digits = option.fontMetrics.horizontalAdvance("100%") + 8
        box = option.rect.adjusted(6, 0, -6, 0)
        bar = QtCore.QRect(box.left(), box.center().y() - 3, max(20, box.width() - digits), 8)
        paint_bar(painter, bar, what, theme)
        painter.setPen(_ink(chosen, theme, theme.text))
        painter.drawText(box, _RIGHT, cell.text)


def paint_bar(painter: QtGui.QPainter, bar: QtCore.QRect, what: Any, theme: Theme) -> None:
    """Done in green, failed in red after it, then what runs; while files go up, their share."""
    painter.fillRect(bar, theme.track)
    if what.state is JobState.UPLOADING:
        painter.fillRect(bar.x(), bar.y(), round(bar.width() * what.fraction), bar.height(), theme["uploading"])
        return
    total = max(1, what.total)
    running = max(0.0, what.fraction * total - what.done)
    x = float(bar.x())
    for amount, role in ((what.done, "done"), (what.failed, "failed"), (running, "rendering")):
        width = bar.width() * min(1.0, amount / total)
        if amount > 0:
            width = max(2.0, width)
            width = min(width, bar.x() + bar.width() - x)
            painter.fillRect(QtCore.QRectF(x, bar.y(), width, bar.height()), theme[role])
            x += width


DELEGATES = {STATE: StateDelegate, PROGRESS: ProgressDelegate}
