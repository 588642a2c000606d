"""The tab Files: what the scene needs beside itself."""
# mypy: allow-subclassing-any

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from farmdeck import Asset

from . import words
from .icons import paint_icon
from .qt import Qt, QtCore, QtGui, QtWidgets
from .theme import theme_of
from .widgets import GRID, FlatHeader, Words, row_height

FILE, STATE, SIZE, USER = range(4)
GONE = Qt.ItemDataRole.UserRole + 1
_ROOT = QtCore.QModelIndex()


@dataclass(frozen=True)
class FileRow:
    """One asset, looked at."""

    asset: Asset
    size: int
    """Bytes of all its files that are there."""
    gone: int
    """How many of its files are not."""

    @property
    def missed(self) -> bool:
        """Does the render miss one of them?"""
        return bool(self.gone) and not self.asset.optional


def look(assets: Sequence[Asset]) -> list[FileRow]:
    """Sizes of what is there; missing first, then the largest. Stats every file: for a worker thread."""
    rows = []
    for asset in assets:
        size, gone = 0, 0
        for file in asset.files:
            try:
                size += os.stat(file).st_size
            except OSError:
                gone += 1
        rows.append(FileRow(asset, size, gone or int(asset.missing)))
    return sorted(rows, key=lambda row: (not row.missed, -row.size, row.asset.path))


class FilesModel(QtCore.QAbstractTableModel):
    """Read-only."""

    def __init__(self, parent: QtCore.QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[FileRow] = []

    def set_rows(self, rows: Sequence[FileRow]) -> None:
        """Another scene was looked at."""
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def rowCount(self, parent: QtCore.QModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: QtCore.QModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else 4

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return ("File", "State", "Size", "Used by")[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            right = Qt.AlignmentFlag.AlignRight if section == SIZE else Qt.AlignmentFlag.AlignLeft
            return right | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: QtCore.QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join((row.asset.path, *row.asset.files[:12]))
        if role == GONE:
            return row.missed
        if role == Qt.ItemDataRole.TextAlignmentRole and column == SIZE:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def _text(self, row: FileRow, column: int) -> str:
        if column == FILE:
            return words.path_name(row.asset.path)
        if column == STATE:
            if row.gone and row.asset.optional:
                return "not here"
            if row.gone:
                return f"{row.gone} of {len(row.asset.files)} missing" if len(row.asset.files) > 1 else "missing"
            return "found" if len(row.asset.files) <= 1 else f"{len(row.asset.files)} found"
        if column == SIZE:
            return words.size(row.size) if row.size or not row.gone else words.DASH
        return row.asset.owner


class FileDelegate(QtWidgets.QStyledItemDelegate):
    """Tick or cross, then the words, under the words of the header."""

    def paint(self, painter: QtGui.QPainter, option: QtWidgets.QStyleOptionViewItem, index: QtCore.QModelIndex) -> None:
        theme = theme_of(option.widget)
        chosen = bool(option.state & QtWidgets.QStyle.StateFlag.State_Selected)
        if chosen:
            painter.fillRect(option.rect, theme.highlight)
        box, gone = option.rect.adjusted(6, 0, -6, 0), index.data(GONE)
        if index.column() == FILE:
            mark = QtCore.QRectF(box.left(), box.center().y() - 5.5, 12, 12)
            paint_icon(painter, "error" if gone else "done", mark, theme["error" if gone else "good"])
            box.setLeft(box.left() + 19)
        ink = theme["error"] if gone and index.column() == STATE else theme["accent"]
        ink = ink if index.column() == USER or gone and index.column() == STATE else theme.text
        painter.setPen(theme.highlight_text if chosen else ink)
        align = index.data(Qt.ItemDataRole.TextAlignmentRole)
        align = align or Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        text = option.fontMetrics.elidedText(str(index.data()), Qt.TextElideMode.ElideMiddle, box.width())
        painter.drawText(box, align, text)


class FilesTab(QtWidgets.QWidget):
    """A summary, then the table."""

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = FilesModel(self)
        self.summary = Words("faint")
        self.table = QtWidgets.QTableView()
        self.table.setModel(self.model)
        self.table.setItemDelegate(FileDelegate(self.table))
        self.table.setShowGrid(False)
        self.table.setAlternatingRowColors(True)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(row_height(self.fontMetrics()))
        self.table.setSelectionBehavior(QtWidgets.QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.table.setWordWrap(False)
        header = FlatHeader(self)
        self.table.setHorizontalHeader(header)
        header.setSectionResizeMode(FILE, QtWidgets.QHeaderView.ResizeMode.Stretch)
        digit = self.fontMetrics().averageCharWidth()
        for column, letters in ((STATE, 16), (SIZE, 11), (USER, 20)):
            self.table.setColumnWidth(column, digit * letters)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.setSpacing(GRID)
        column.addWidget(self.summary)
        column.addWidget(self.table, 1)

    def show_rows(self, rows: Sequence[FileRow]) -> None:
        """What was found on disk."""
        self.model.set_rows(rows)
        gone = sum(row.missed for row in rows)
        total = sum(row.size for row in rows)
        said = f"{words.size(total)} in {words.count(len(rows), 'file')}" if rows else "The scene needs no other file."
        self.summary.say(f"{said} · {gone} missing" if gone else said, "error" if gone else "faint")
