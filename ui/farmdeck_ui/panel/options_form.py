"""The section "On the farm": one field for each option that the farm has, and none that it has not."""
# mypy: allow-subclassing-any

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Callable

from farmdeck.environments import Needs
from farmdeck.farm import Capabilities, Option, asked, unsuited

from . import words
from .browse import FileField
from .qt import QtWidgets, Signal
from .widgets import GRID, Section, comfortable, field_label

_BIG = 2_000_000_000
LEAST = 12
"""Letters that a field has room for at least."""


class OptionsSection(Section):
    """Emits `changed` when a value is another, `browse` with an option's name when its file is to be picked."""

    changed = Signal()
    browse = Signal(str)

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__("On the farm", parent)
        self._grid = _grid()
        self.form.addLayout(self._grid)
        self.more = Section("More")
        self.more.fold(True)
        self._more_grid = _grid()
        self.more.form.addLayout(self._more_grid)
        self.form.addWidget(self.more)
        self.changed.connect(self._ask_again)
        self._shown: tuple[Option, ...] = ()
        self._flags = (False, False)
        self._fields: dict[str, tuple[QtWidgets.QWidget, Callable[[], Any]]] = {}
        self._labels: dict[str, Option] = {}
        self._asked: set[str] = set()
        self._narrow = False

    def show_capabilities(self, capabilities: Capabilities, kind: str, label: str) -> None:
        """Build the form of this farm; values with the same name stay."""
        self.set_title("On this machine" if kind == "local" else "On the farm")
        self.set_summary("what it can do" if kind == "local" else f"what {label} can do")
        flags = (capabilities.priority, capabilities.hold)
        if (capabilities.options, flags) != (self._shown, self._flags):
            kept = {**self.values, **self.standard}
            self._shown, self._flags = capabilities.options, flags
            self._build(kept)
        self.setVisible(bool(self._fields))

    @property
    def values(self) -> dict[str, Any]:
        """By the farm's own names; those that are asked for and differ from the farm's default."""
        defaults = {option.name: option.default for option in self._shown if option.name in self._asked}
        found = {name: self._fields[name][1]() for name in defaults}
        return {name: value for name, value in found.items() if value != defaults[name]}

    @property
    def standard(self) -> dict[str, Any]:
        """`priority` and `hold`, where the farm has them."""
        return {name[1:]: field[1]() for name, field in self._fields.items() if name.startswith(":")}

    def choose(self, values: Mapping[str, Any]) -> None:
        """As if they were picked, by option name, `priority` and `hold`; what this farm does not have is left."""
        self._build({**self.values, **self.standard, **values})
        self.changed.emit()

    def show_scene(self, scene: Needs) -> dict[str, str]:
        """Grey the choices that do not suit the scene; returns {option's label: why its chosen one does not}."""
        bad = {}
        for option in self._shown:
            widget = self._fields[option.name][0]
            if option.limits and option.name in self._asked and isinstance(widget, QtWidgets.QComboBox):
                reasons = unsuited(option, scene)
                _grey(widget, reasons)
                chosen = widget.currentData()
                if chosen in reasons:
                    bad[option.label] = reasons[chosen]
        return bad

    def field(self, name: str) -> QtWidgets.QWidget:
        """The option's widget; `:priority` and `:hold` are the standard ones."""
        return self._fields[name][0]

    def has(self, name: str) -> bool:
        """Does this farm have that field?"""
        return name in self._fields

    def set_narrow(self, narrow: bool) -> None:
        """One field in a row instead of two."""
        if narrow != self._narrow:
            self._narrow = narrow
            self._place()

    # -- inside

    def _build(self, kept: dict[str, Any]) -> None:
        for widget, _ in self._fields.values():
            widget.hide()  # it goes when the event loop comes to it, and must not stand there until then
            widget.deleteLater()
        self._fields = {}
        wanted = list(self._shown)
        if self._flags[0]:
            wanted.append(Option(":priority", "Priority", "int", 50, 0, 100, help="Higher renders first."))
        if self._flags[1]:
            wanted.append(Option(":hold", "Wait for Start", "bool", False, help="The farm takes it and waits."))
        for option in wanted:
            value = kept.get(option.name.lstrip(":"), option.default)
            field = self._fields[option.name] = option_field(option, value, self.changed.emit)
            field[0].setParent(self)  # one that is not asked for stands in no layout, and must be no window of its own
            if isinstance(field[0], FileField):
                field[0].wanted.connect(partial(self.browse.emit, option.name))
        self._labels = {option.name: option for option in wanted}
        self._place()
        comfortable(self)

    def _place(self) -> None:
        """Label, field, label, field; a check box is its own label. What is seldom changed is folded away."""
        self._asked = self._to_ask()
        mine = {field[0] for field in self._fields.values()}
        for grid in (self._grid, self._more_grid):
            while grid.count():
                item = grid.takeAt(0)
                if item.widget() is not None and item.widget() not in mine:
                    item.widget().hide()
                    item.widget().deleteLater()
        ordered = sorted(
            self._asked, key=lambda name: (self._labels[name].kind == "bool", list(self._fields).index(name))
        )
        for grid, rare in ((self._grid, False), (self._more_grid, True)):
            across = 1 if self._narrow else 2
            for number, name in enumerate(name for name in ordered if self._labels[name].rare is rare):
                row, column = divmod(number, across)
                self._place_field(grid, name, row, column * 2)
            for column in (1, 3):
                grid.setColumnStretch(column, 1 if column < across * 2 else 0)
        for name, (widget, _) in self._fields.items():
            widget.setVisible(name in self._asked)
        self.more.setVisible(any(self._labels[name].rare for name in self._asked))
        self._say_more()

    def _to_ask(self) -> set[str]:
        """The names of the fields that the values of the others call for."""
        values = {name: read() for name, (_, read) in self._fields.items()}
        return {option.name for option in asked(list(self._labels.values()), values)}

    def _ask_again(self) -> None:
        """A value is another: other fields may be asked for."""
        if self._to_ask() != self._asked:
            self._place()
        else:
            self._say_more()

    def _say_more(self) -> None:
        """The fold says how many of its options are not as the farm has them."""
        differ = sum(self._labels[name].rare for name in self.values)
        self.more.set_summary(f"{differ} changed" if differ else "as the farm has it")

    def _place_field(self, grid: QtWidgets.QGridLayout, name: str, row: int, column: int) -> None:
        option, widget = self._labels[name], self._fields[name][0]
        if option.kind == "bool":
            grid.addWidget(widget, row, column, 1, 2)
            return
        label = field_label(option.label)
        label.setBuddy(widget)
        label.setToolTip(option.help)
        label.setMinimumWidth(label.fontMetrics().horizontalAdvance(option.label))
        grid.addWidget(label, row, column)
        grid.addWidget(widget, row, column + 1)


def _grid() -> QtWidgets.QGridLayout:
    grid = QtWidgets.QGridLayout()
    grid.setHorizontalSpacing(GRID)
    grid.setVerticalSpacing(GRID)
    return grid


def option_field(
    option: Option, value: Any, changed: Callable[[], None]
) -> tuple[QtWidgets.QWidget, Callable[[], Any]]:
    """(widget, its value) for the option's kind."""
    kinds = {"int": _spin, "float": _double_spin, "bool": _check, "choice": _choice, "file": _file}
    build = kinds.get(option.kind, _text)
    widget, read = build(option, value, changed)
    if option.kind != "bool":
        # Its own least width would be that of its largest value.
        widget.setMinimumWidth(LEAST * widget.fontMetrics().averageCharWidth())
    widget.setToolTip(option.help)
    widget.setAccessibleName(option.label)
    return widget, read


def _spin(option: Option, value: Any, changed: Callable[[], None]) -> tuple[QtWidgets.QWidget, Callable[[], Any]]:
    widget = QtWidgets.QSpinBox()
    widget.setRange(
        -_BIG if option.minimum is None else int(option.minimum),
        _BIG if option.maximum is None else int(option.maximum),
    )
    widget.setSpecialValueText(option.zero)
    widget.valueChanged.connect(lambda number: widget.setSuffix(_unit(option.unit, number)))
    widget.setValue(int(value))
    widget.setSuffix(_unit(option.unit, widget.value()))
    widget.valueChanged.connect(lambda *_: changed())
    return widget, widget.value


def _double_spin(
    option: Option, value: Any, changed: Callable[[], None]
) -> tuple[QtWidgets.QWidget, Callable[[], Any]]:
    widget = QtWidgets.QDoubleSpinBox()
    widget.setDecimals(2)
    widget.setRange(
        -_BIG if option.minimum is None else option.minimum, _BIG if option.maximum is None else option.maximum
    )
    widget.setSpecialValueText(option.zero)
    widget.setSuffix(f" {option.unit}" if option.unit else "")
    widget.setValue(float(value))
    widget.valueChanged.connect(lambda *_: changed())
    return widget, widget.value


def _check(option: Option, value: Any, changed: Callable[[], None]) -> tuple[QtWidgets.QWidget, Callable[[], Any]]:
    widget = QtWidgets.QCheckBox(option.label)
    widget.setChecked(bool(value))
    widget.toggled.connect(lambda *_: changed())
    return widget, widget.isChecked


def _choice(option: Option, value: Any, changed: Callable[[], None]) -> tuple[QtWidgets.QWidget, Callable[[], Any]]:
    widget = QtWidgets.QComboBox()
    widget.setSizeAdjustPolicy(QtWidgets.QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    for choice in option.choices:
        widget.addItem(choice or option.zero or words.DASH, choice)
    widget.setCurrentIndex(max(0, widget.findData(str(value))))
    widget.currentIndexChanged.connect(lambda *_: changed())
    return widget, widget.currentData


def _grey(combo: QtWidgets.QComboBox, reasons: Mapping[str, str]) -> None:
    """What cannot be chosen is grey, with the reason in its tooltip."""
    model = combo.model()
    for row in range(combo.count()):
        reason = reasons.get(combo.itemData(row), "")
        item = model.item(row)
        item.setEnabled(not reason)
        item.setToolTip(reason)


def _text(option: Option, value: Any, changed: Callable[[], None]) -> tuple[QtWidgets.QWidget, Callable[[], Any]]:
    widget = QtWidgets.QLineEdit(str(value))
    widget.textChanged.connect(lambda *_: changed())
    return widget, widget.text


def _file(option: Option, value: Any, changed: Callable[[], None]) -> tuple[QtWidgets.QWidget, Callable[[], Any]]:
    widget = FileField(str(value))
    widget.changed.connect(changed)
    return widget, widget.line.text


def _unit(unit: str, number: float) -> str:
    """`1 frame`, `2 frames`."""
    if number == 1 and len(unit) > 2 and unit.endswith("s"):
        unit = unit[:-1]
    return f" {unit}" if unit else ""
