"""What a farm can do beyond the buttons: a small form where there is something to say, and what came of it."""
# mypy: allow-subclassing-any

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable

from farmdeck import FarmdeckError
from farmdeck.farm import Extra

from .link import DeskLink
from .options_form import option_field
from .qt import QtWidgets
from .widgets import GRID, Words, comfortable, field_label


class ExtraDialog(QtWidgets.QDialog):
    """Asks the farm for one extra, for one job or for the account."""

    def __init__(
        self, link: DeskLink, farm: str, extra: Extra, job: str = "", parent: QtWidgets.QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._link, self._farm, self._extra, self._job = link, farm, extra, job
        self.setWindowTitle(extra.label)
        self.line = Words("text", wraps=True)
        self.table = QtWidgets.QTableWidget(0, len(extra.columns))
        self.table.setHorizontalHeaderLabels(list(extra.columns))
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QtWidgets.QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.setVisible(False)
        self._fields: dict[str, Callable[[], Any]] = {}
        self.go = QtWidgets.QPushButton(extra.label if not extra.columns else "Show")
        self.go.setDefault(True)
        self.go.clicked.connect(self.run)
        close = QtWidgets.QPushButton("Close")
        close.clicked.connect(self.accept)
        row = QtWidgets.QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.go)
        row.addWidget(close)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.setSpacing(GRID)
        column.addLayout(self._form())
        column.addWidget(self.table, 1)
        column.addWidget(self.line)
        column.addLayout(row)
        self.resize(560 if extra.columns else 360, 400 if extra.columns else self.sizeHint().height())
        comfortable(self)
        if extra.columns and not extra.options:
            self.run()

    def _form(self) -> QtWidgets.QGridLayout:
        grid = QtWidgets.QGridLayout()
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(GRID)
        for number, option in enumerate(self._extra.options):
            widget, read = option_field(option, option.default, lambda: None)
            self._fields[option.name] = read
            if option.kind != "bool":
                label = field_label(option.label)
                label.setBuddy(widget)
                grid.addWidget(label, number, 0)
            grid.addWidget(widget, number, 1)
        grid.setColumnStretch(1, 1)
        return grid

    def run(self) -> None:
        """Ask; the answer comes when it comes."""
        self.go.setEnabled(False)
        self.line.say("Asking the farm…", "faint")
        values = {name: read() for name, read in self._fields.items()}
        given = {"extra": self._extra.name, "job": self._job, "values": values}
        self._link.command("farm.run", self._farm, self._came, self._sorry, **given)

    def _came(self, answer: Mapping[str, Any]) -> None:
        self.go.setEnabled(True)
        rows = answer.get("rows")
        if rows is None:
            self.line.say(str(answer.get("said", "")), "good")
            return
        self.table.setVisible(True)
        self.table.setRowCount(len(rows))
        for number, row in enumerate(rows):
            for place, text in enumerate(row):
                self.table.setItem(number, place, QtWidgets.QTableWidgetItem(str(text)))
        self.table.resizeColumnsToContents()
        self.line.say("" if rows else "Nothing there.", "faint")

    def _sorry(self, error: FarmdeckError) -> None:
        self.go.setEnabled(True)
        self.line.say(str(error), "error")
