"""The section About: what the job list and the farm show beside the job."""
# mypy: allow-subclassing-any

from __future__ import annotations

from .qt import QtWidgets, Signal
from .widgets import GRID, Section, field_label


class AboutSection(Section):
    """Project and notes, folded until they are wanted."""

    changed = Signal()

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__("About", parent)
        self.project = QtWidgets.QLineEdit()
        self.notes = QtWidgets.QLineEdit()
        grid = QtWidgets.QGridLayout()
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(GRID)
        for row, (text, edit) in enumerate((("Project", self.project), ("Notes", self.notes))):
            label = field_label(text)
            label.setBuddy(edit)
            edit.setAccessibleName(text)
            grid.addWidget(label, row, 0)
            grid.addWidget(edit, row, 1)
            edit.textChanged.connect(self._said)
        self.form.addLayout(grid)
        self.fold(True)
        self._said()

    def _said(self) -> None:
        said = " · ".join(edit.text().strip() for edit in (self.project, self.notes) if edit.text().strip())
        self.set_summary(said or "project and notes")
        self.changed.emit()
