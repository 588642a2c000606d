"""A button with a menu of things to check, of which none means "as it stands"."""
# mypy: allow-subclassing-any

from __future__ import annotations

from collections.abc import Sequence

from .qt import QtGui, QtWidgets, Signal


class CheckMenu(QtWidgets.QPushButton):
    """Says what is checked, or the words for none."""

    changed = Signal()

    def __init__(self, none: str, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._none = none
        self._menu = QtWidgets.QMenu(self)
        self.setMenu(self._menu)
        self.setSizePolicy(QtWidgets.QSizePolicy.Policy.Expanding, QtWidgets.QSizePolicy.Policy.Fixed)
        self._say()

    def set_choices(self, names: Sequence[str], none: str) -> None:
        """Offer these; what was checked by name stays checked."""
        kept = set(self.checked)
        self._none = none
        self._menu.clear()
        first = self._menu.addAction(none[:1].upper() + none[1:])
        first.triggered.connect(self.clear)
        self._menu.addSeparator()
        for name in names:
            action = self._menu.addAction(name)
            action.setData(name)
            action.setCheckable(True)
            action.setChecked(name in kept)
            action.toggled.connect(self._toggled)
        self._say()

    @property
    def checked(self) -> tuple[str, ...]:
        """The checked names, in the order they are offered."""
        return tuple(action.data() for action in self._menu.actions() if action.isChecked())

    def check(self, name: str, on: bool = True) -> None:
        """As if it were picked in the menu."""
        for action in self._menu.actions():
            if action.data() == name:
                action.setChecked(on)

    def clear(self) -> None:
        """None of them: as it stands."""
        for action in self._menu.actions():
            action.setChecked(False)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """As the host's style draws a combo box, which is what it is to an artist."""
        painter = QtWidgets.QStylePainter(self)
        option = QtWidgets.QStyleOptionComboBox()
        option.initFrom(self)
        option.currentText = self.text()
        painter.drawComplexControl(QtWidgets.QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QtWidgets.QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()

    def _toggled(self, on: bool) -> None:
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        text = ", ".join(self.checked) or self._none
        self.setText(text if len(text) < 48 else f"{len(self.checked)} cameras")
        self.setToolTip("\n".join(self.checked))
