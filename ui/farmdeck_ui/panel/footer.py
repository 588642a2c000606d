"""The foot of the Submit page: what it comes to, Dry run and Submit."""
# mypy: allow-subclassing-any

from __future__ import annotations

from collections.abc import Sequence

from farmdeck import Problem

from . import words
from .qt import QtGui, QtWidgets, Signal
from .theme import theme_of
from .widgets import GRID, MainButton, Words, bold


class Footer(QtWidgets.QWidget):
    """Submit stays pressable while errors hold it back: it then shows the first of them."""

    submit_asked = Signal()
    error_asked = Signal()
    dry_run_asked = Signal()

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = Words("text")
        self.line.setFont(bold(self.font()))
        self.second = Words("faint")
        self.dry_run = QtWidgets.QPushButton("Dry run…")
        self.dry_run.setToolTip("Show what would be sent (Ctrl+D)")
        self.dry_run.clicked.connect(self.dry_run_asked)
        self.submit = MainButton("Submit")
        self.submit.setDefault(True)
        self.submit.clicked.connect(self.press)
        for button in (self.dry_run, self.submit):
            button.setMinimumHeight(28)
        self._held = True
        left = QtWidgets.QVBoxLayout()
        left.setSpacing(2)
        left.addWidget(self.line)
        left.addWidget(self.second)
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(GRID, GRID, GRID, GRID)
        row.setSpacing(GRID)
        row.addLayout(left, 1)
        row.addWidget(self.dry_run)
        row.addWidget(self.submit)
        self.show_errors((), ready=False)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        theme = theme_of(self)
        painter = QtGui.QPainter(self)
        painter.fillRect(self.rect(), theme.header)
        painter.setPen(theme.line)
        painter.drawLine(0, 0, self.width(), 0)
        painter.end()

    def show_errors(self, errors: Sequence[Problem], ready: bool) -> None:
        """Held back while there are errors, or while there is nothing to submit."""
        self._held = bool(errors) or not ready
        self.submit.setProperty("held", self._held)
        self.submit.setEnabled(ready or bool(errors))
        self.submit.setToolTip(_waits_for(errors) if errors else "Submit (Ctrl+Enter)" if ready else "")
        self.dry_run.setEnabled(ready)
        self.submit.update()

    def show_saving(self) -> None:
        """Between Submit and the commit."""
        self.submit.setEnabled(False)
        self.submit.setText("Saving")

    def show_saved(self) -> None:
        """The answer is there."""
        self.submit.setText("Submit")
        self.submit.setEnabled(True)

    @property
    def held(self) -> bool:
        """Do errors hold Submit back?"""
        return self._held

    def press(self) -> None:
        """Submit, or go to the first error."""
        if self.submit.isEnabled():
            (self.error_asked if self._held else self.submit_asked).emit()


def _waits_for(errors: Sequence[Problem]) -> str:
    lines = [f"{number}. {problem.message}" for number, problem in enumerate(errors[:8], 1)]
    more = [f"… and {len(errors) - 8} more"] if len(errors) > 8 else []
    return "\n".join([f"Submit waits for {words.count(len(errors), 'error')}", *lines, *more])
