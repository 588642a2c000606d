"""Picking a file at the farm: a field with a button, and the dialog that looks through the farm's folders."""
# mypy: allow-subclassing-any

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Callable

from farmdeck import FarmdeckError

from .link import DeskLink
from .qt import Qt, QtWidgets, Signal
from .widgets import GRID, Words, comfortable

PATH = Qt.ItemDataRole.UserRole


class FileField(QtWidgets.QWidget):
    """A path at the farm, to type or to pick. Emits `changed`, and `wanted` when the button is pressed."""

    changed = Signal()
    wanted = Signal()

    def __init__(self, path: str, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = QtWidgets.QLineEdit(path)
        self.button = QtWidgets.QToolButton()
        self.button.setText("…")
        self.button.setToolTip("Look through the farm's folders.")
        self.button.setAccessibleName("Look through the farm's folders")
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.line, 1)
        row.addWidget(self.button)
        self.setFocusProxy(self.line)
        self.line.textChanged.connect(lambda *_: self.changed.emit())
        self.button.clicked.connect(lambda *_: self.wanted.emit())


class BrowseDialog(QtWidgets.QDialog):
    """The farm's folders, each asked for when it is opened. `then` gets the path of the file that was picked."""

    def __init__(
        self, link: DeskLink, farm: str, then: Callable[[str], None], parent: QtWidgets.QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._link, self._farm, self._then = link, farm, then
        self.setWindowTitle(f"Files of {farm}")
        self.tree = QtWidgets.QTreeWidget()
        self.tree.setHeaderHidden(True)
        self.tree.itemExpanded.connect(self._open)
        self.tree.currentItemChanged.connect(self._chosen)
        self.tree.itemActivated.connect(lambda *_: self.pick())
        self.line = Words("text", wraps=True)
        self.choose = QtWidgets.QPushButton("Choose")
        self.choose.setDefault(True)
        self.choose.setEnabled(False)
        self.choose.clicked.connect(self.pick)
        cancel = QtWidgets.QPushButton("Cancel")
        cancel.clicked.connect(self.reject)
        row = QtWidgets.QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.choose)
        row.addWidget(cancel)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.setSpacing(GRID)
        column.addWidget(self.tree, 1)
        column.addWidget(self.line)
        column.addLayout(row)
        self.resize(400, 420)
        comfortable(self)
        self._ask("", self.tree.invisibleRootItem())

    def pick(self) -> None:
        """Take the file that is selected; a folder is opened instead."""
        item = self.tree.currentItem()
        if item is not None and not self._is_folder(item):
            self._then(str(item.data(0, PATH)))
            self.accept()

    def _ask(self, path: str, below: QtWidgets.QTreeWidgetItem) -> None:
        self.line.say("Asking the farm…", "faint")
        self._link.command("farm.browse", self._farm, partial(self._came, below), self._sorry, path=path)

    def _came(self, below: QtWidgets.QTreeWidgetItem, answer: Mapping[str, Any]) -> None:
        entries = sorted(answer["entries"], key=lambda entry: (not entry["folder"], entry["name"].lower()))
        for entry in entries:
            item = QtWidgets.QTreeWidgetItem(below, [entry["name"]])
            item.setData(0, PATH, entry["path"])
            if entry["folder"]:
                item.setChildIndicatorPolicy(QtWidgets.QTreeWidgetItem.ChildIndicatorPolicy.ShowIndicator)
        self.line.say("" if entries else "Nothing there.", "faint")

    def _sorry(self, error: FarmdeckError) -> None:
        self.line.say(str(error), "error")

    def _open(self, item: QtWidgets.QTreeWidgetItem) -> None:
        if not item.childCount():
            self._ask(str(item.data(0, PATH)), item)

    def _chosen(self, item: QtWidgets.QTreeWidgetItem | None, *_: object) -> None:
        self.choose.setEnabled(item is not None and not self._is_folder(item))

    def _is_folder(self, item: QtWidgets.QTreeWidgetItem) -> bool:
        shows = QtWidgets.QTreeWidgetItem.ChildIndicatorPolicy.ShowIndicator
        return bool(item.childIndicatorPolicy() == shows)
