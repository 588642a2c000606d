"""What stands in the way, or should be known: one row each, with its fix."""
# mypy: allow-subclassing-any

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from farmdeck import Problem, Severity

from .icons import paint_icon
from .qt import Qt, QtCore, QtGui, QtWidgets, Signal, point_of
from .theme import theme_of
from .widgets import GRID, WRAPPED, WRAPPED_MIDDLE, Words, row_height

FIX_WORDS = {
    "save": "Save",
    "save_as": "Save as…",
    "find": "Find…",
    "name_by_item": "Name by layer",
    "choose": "Choose",
    "frames": "Correct",
}
PROBLEM = Qt.ItemDataRole.UserRole + 1
FIX = Qt.ItemDataRole.UserRole + 2
_ROOT = QtCore.QModelIndex()


class ProblemModel(QtCore.QAbstractListModel):
    """The problems, worst first; a new list changes only the rows that differ."""

    def __init__(self, parent: QtCore.QObject | None = None) -> None:
        super().__init__(parent)
        self._problems: list[Problem] = []
        self._fixes: frozenset[str] = frozenset()

    def set_problems(self, problems: Sequence[Problem], fixes: frozenset[str]) -> None:
        """Show these; `fixes` are the ids that can be done here."""
        fresh = list(problems)
        self._fixes = fixes
        have = len(self._problems)
        if len(fresh) < have:
            self.beginRemoveRows(_ROOT, len(fresh), have - 1)
            del self._problems[len(fresh) :]
            self.endRemoveRows()
        changed = [row for row, (old, new) in enumerate(zip(self._problems, fresh)) if old != new]
        for row in changed:
            self._problems[row] = fresh[row]
        if changed:
            self.dataChanged.emit(self.index(changed[0], 0), self.index(changed[-1], 0), [])
        if len(fresh) > have:
            self.beginInsertRows(_ROOT, have, len(fresh) - 1)
            self._problems.extend(fresh[have:])
            self.endInsertRows()

    def rowCount(self, parent: QtCore.QModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._problems)

    def data(self, index: QtCore.QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        problem = self._problems[index.row()]
        if role == PROBLEM:
            return problem
        if role == FIX:
            return FIX_WORDS.get(problem.fix, "") if problem.fix in self._fixes else ""
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            said = f"{problem.severity.value.capitalize()}: {problem.message}"
            return f"{said} {problem.subject}".strip()
        if role == Qt.ItemDataRole.ToolTipRole:
            return problem.message
        return None


class ProblemDelegate(QtWidgets.QStyledItemDelegate):
    """Icon, sentence, what it is about, and the fix as a button."""

    def sizeHint(self, option: QtWidgets.QStyleOptionViewItem, index: QtCore.QModelIndex) -> QtCore.QSize:
        width = option.widget.viewport().width() if option.widget is not None else option.rect.width()
        problem = index.data(PROBLEM)
        text = self._text_box(QtCore.QRect(0, 0, width, 1000), option, index)
        metrics = option.fontMetrics
        lines = metrics.boundingRect(text, WRAPPED, problem.message).height()
        return QtCore.QSize(width, max(lines + (metrics.height() if problem.subject else 0) + 8, row_height(metrics)))

    def paint(self, painter: QtGui.QPainter, option: QtWidgets.QStyleOptionViewItem, index: QtCore.QModelIndex) -> None:
        theme, problem, box = theme_of(option.widget), index.data(PROBLEM), option.rect
        chosen = bool(option.state & QtWidgets.QStyle.StateFlag.State_Selected)
        ground = theme.highlight if chosen else theme.alternate
        painter.fillRect(box, ground)
        painter.setPen(theme.line)
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        role = problem.severity.value
        paint_icon(painter, role, QtCore.QRectF(box.left() + 8, box.center().y() - 7.5, 16, 16), theme[role])
        text = self._text_box(box, option, index)
        painter.setPen(theme.highlight_text if chosen else theme.text)
        painter.drawText(text, WRAPPED if problem.subject else WRAPPED_MIDDLE, problem.message)
        if problem.subject:
            line = QtCore.QRect(text.left(), box.bottom() - 4 - option.fontMetrics.height(), text.width(), 50)
            painter.setPen(theme.highlight_text if chosen else theme["accent"])
            shown = option.fontMetrics.elidedText(problem.subject, Qt.TextElideMode.ElideMiddle, text.width())
            painter.drawText(line, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, shown)
        self._paint_fix(painter, option, index)

    def editorEvent(
        self,
        event: QtCore.QEvent,
        model: QtCore.QAbstractItemModel,
        option: QtWidgets.QStyleOptionViewItem,
        index: QtCore.QModelIndex,
    ) -> bool:
        """A click on the button fixes; a click elsewhere selects the row as ever."""
        if event.type() == QtCore.QEvent.Type.MouseButtonRelease and index.data(FIX):
            if self.fix_box(option, index).contains(point_of(event)):
                option.widget.fix_asked.emit(index.data(PROBLEM))
                return True
        return False

    def fix_box(self, option: QtWidgets.QStyleOptionViewItem, index: QtCore.QModelIndex) -> QtCore.QRect:
        """Where the button is; an empty box where there is none."""
        text = index.data(FIX)
        if not text:
            return QtCore.QRect()
        metrics = option.fontMetrics
        width, height = metrics.horizontalAdvance(text) + 16, row_height(metrics) - 2
        return QtCore.QRect(option.rect.right() - width - 8, option.rect.center().y() - height // 2, width, height)

    def _text_box(
        self, box: QtCore.QRect, option: QtWidgets.QStyleOptionViewItem, index: QtCore.QModelIndex
    ) -> QtCore.QRect:
        text = index.data(FIX)
        right = option.fontMetrics.horizontalAdvance(text) + 32 if text else 8
        return box.adjusted(32, 4, -right, -4)

    def _paint_fix(
        self, painter: QtGui.QPainter, option: QtWidgets.QStyleOptionViewItem, index: QtCore.QModelIndex
    ) -> None:
        box = self.fix_box(option, index)
        if box.isEmpty():
            return
        button = QtWidgets.QStyleOptionButton()
        button.rect = box
        button.text = index.data(FIX)
        button.palette = option.palette
        button.state = QtWidgets.QStyle.StateFlag.State_Enabled | QtWidgets.QStyle.StateFlag.State_Raised
        option.widget.style().drawControl(QtWidgets.QStyle.ControlElement.CE_PushButton, button, painter, option.widget)


class ProblemList(QtWidgets.QListView):
    """F8 and Shift+F8 go through it, Alt+Enter fixes."""

    fix_asked = Signal(object)
    picked = Signal(object)

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(ProblemDelegate(self))
        self.setResizeMode(QtWidgets.QListView.ResizeMode.Adjust)
        self.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QtWidgets.QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QtWidgets.QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAccessibleName("Problems")
        self.activated.connect(lambda index: self.picked.emit(index.data(PROBLEM)))
        self.clicked.connect(lambda index: self.picked.emit(index.data(PROBLEM)))

    def step(self, by: int) -> None:
        """To the next problem, or the one before; round at the ends."""
        rows = self.model().rowCount()
        if rows:
            row = self.currentIndex().row()
            self.go_to((row + by) % rows if row >= 0 else 0 if by > 0 else rows - 1)

    def go_to(self, row: int) -> None:
        """Select it and say so."""
        index = self.model().index(row, 0)
        self.setCurrentIndex(index)
        self.picked.emit(index.data(PROBLEM))

    def fix_current(self) -> None:
        """Press the current row's button."""
        index = self.currentIndex()
        if index.isValid() and index.data(FIX):
            self.fix_asked.emit(index.data(PROBLEM))


class ProblemsTab(QtWidgets.QStackedWidget):
    """The list, or the sentence that there is nothing in it."""

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = ProblemModel(self)
        self.list = ProblemList()
        self.list.setModel(self.model)
        self._headline = Words("text", wraps=True)
        self._line = Words("faint", wraps=True)
        empty = QtWidgets.QWidget()
        column = QtWidgets.QVBoxLayout(empty)
        column.setSpacing(GRID // 2)
        column.addStretch(1)
        for label in (self._headline, self._line):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        column.addStretch(1)
        self.addWidget(self.list)
        self.addWidget(empty)

    def show_problems(self, problems: Sequence[Problem], fixes: frozenset[str], checked: str) -> None:
        """`checked` says in what nothing was found."""
        self.model.set_problems(problems, fixes)
        self._headline.say(f"No problems found in {checked}." if checked else "")
        self._line.say("Checked as you work; what needs you shows here." if checked else "")
        self.setCurrentIndex(0 if problems else 1)


def counts(problems: Sequence[Problem]) -> list[tuple[str, str, str]]:
    """The tab's marks: (icon, role, number) for each severity, or the tick."""
    if not problems:
        return [("done", "good", "none")]
    found = [(severity.value, sum(problem.severity is severity for problem in problems)) for severity in Severity]
    return [(name, name if number else "faint", str(number)) for name, number in found]
