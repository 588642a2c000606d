"""Small widgets that more than one page uses."""
# mypy: allow-subclassing-any

from __future__ import annotations

from collections.abc import Sequence

from .icons import icon, paint_icon
from .qt import Qt, QtCore, QtGui, QtWidgets, Signal
from .theme import theme_of

GRID = 8


def flags(*parts: object) -> int:
    """Text flags of different enums as the number that drawText takes in both bindings."""
    return sum(int(getattr(part, "value", part)) for part in parts)  # type: ignore[call-overload]


WRAPPED = flags(Qt.TextFlag.TextWordWrap)
WRAPPED_MIDDLE = flags(Qt.TextFlag.TextWordWrap, Qt.AlignmentFlag.AlignVCenter)
WRAPPED_CENTRE = flags(Qt.TextFlag.TextWordWrap, Qt.AlignmentFlag.AlignCenter)


def row_height(metrics: QtGui.QFontMetrics) -> int:
    """One line in a table, and a control."""
    return int(max(24, metrics.height() + 8))


def two_lines(metrics: QtGui.QFontMetrics) -> int:
    """Two lines in a table."""
    return int(max(40, 2 * metrics.height() + 8))


def bold(font: QtGui.QFont, points: float = 0.0) -> QtGui.QFont:
    """The font, semi-bold, a little larger where asked."""
    made = QtGui.QFont(font)
    made.setWeight(QtGui.QFont.Weight.DemiBold)
    if points and made.pointSizeF() > 0:
        made.setPointSizeF(made.pointSizeF() + points)
    return made


def colour(widget: QtWidgets.QWidget, ground: QtGui.QColor) -> None:
    """Give a label's words this colour."""
    palette = QtGui.QPalette(widget.palette())
    for role in (QtGui.QPalette.ColorRole.WindowText, QtGui.QPalette.ColorRole.Text):
        palette.setColor(role, ground)
    widget.setPalette(palette)


class Words(QtWidgets.QLabel):
    """A label whose colour is a role of the theme, and which elides in the middle where it must not wrap."""

    def __init__(self, role: str = "text", wraps: bool = False, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._role = role
        self._whole = ""
        self._mode = Qt.TextElideMode.ElideNone if wraps else Qt.TextElideMode.ElideRight
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wraps)
        self._paint_role()

    def elide(self, mode: Qt.TextElideMode) -> Words:
        """Shorten what does not fit, there."""
        self._mode = mode
        return self

    def say(self, text: str, role: str = "") -> None:
        """Show it, in that role's colour."""
        if role and role != self._role:
            self._role = role
            self._paint_role()
        if text != self._whole:
            self._whole = text
            self.setText(text)
            self.updateGeometry()

    @property
    def said(self) -> str:
        """The whole text."""
        return self._whole

    def minimumSizeHint(self) -> QtCore.QSize:
        """Words that elide may be squeezed."""
        hint = super().minimumSizeHint()
        if self._mode != Qt.TextElideMode.ElideNone and self._whole:
            hint.setWidth(min(hint.width(), self.fontMetrics().averageCharWidth() * 6))
        return hint

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Elided when it does not fit."""
        if self._mode == Qt.TextElideMode.ElideNone or not self._whole:
            super().paintEvent(event)
            return
        painter = QtGui.QPainter(self)
        box = self.contentsRect()
        text = self.fontMetrics().elidedText(self._whole, self._mode, box.width())
        painter.setPen(self.palette().color(QtGui.QPalette.ColorRole.WindowText))
        painter.drawText(box, self.alignment(), text)
        painter.end()
        self.setToolTip(self._whole if text != self._whole else "")

    def changeEvent(self, event: QtCore.QEvent) -> None:
        """Another palette in the host."""
        super().changeEvent(event)
        if event.type() in (QtCore.QEvent.Type.ApplicationPaletteChange, QtCore.QEvent.Type.ParentChange):
            self._paint_role()

    def showEvent(self, event: QtGui.QShowEvent) -> None:
        super().showEvent(event)
        self._paint_role()

    def _paint_role(self) -> None:
        above = self.parentWidget() or self
        theme = theme_of(above)
        role = {"text": theme.text, "faint": theme.faint}.get(self._role) or theme[self._role]
        if self.palette().color(QtGui.QPalette.ColorRole.WindowText) != role:
            colour(self, role)


class Picture(QtWidgets.QWidget):
    """An icon of ours in a theme colour."""

    def __init__(self, name: str, role: str = "text", size: int = 16, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._role = name, role
        self.setFixedSize(size, size)

    def show_icon(self, name: str, role: str) -> None:
        """Another one."""
        if (name, role) != (self._name, self._role):
            self._name, self._role = name, role
            self.update()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        theme = theme_of(self)
        role = {"text": theme.text, "faint": theme.faint}.get(self._role) or theme[self._role]
        painter = QtGui.QPainter(self)
        if self._name:
            paint_icon(painter, self._name, QtCore.QRectF(self.rect()), role)
        painter.end()


class FlatHeader(QtWidgets.QHeaderView):
    """A table's header: flat, as high as a row, its words above those of the cells."""

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setStretchLastSection(False)
        self.setHighlightSections(False)
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setMinimumSectionSize(24)

    def sizeHint(self) -> QtCore.QSize:
        return QtCore.QSize(super().sizeHint().width(), row_height(self.fontMetrics()))

    def paintSection(self, painter: QtGui.QPainter, rect: QtCore.QRect, section: int) -> None:
        theme, model = theme_of(self), self.model()
        painter.fillRect(rect, theme.header)
        painter.setPen(theme.line)
        painter.drawLine(rect.topRight(), rect.bottomRight())
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        text = str(model.headerData(section, Qt.Orientation.Horizontal, Qt.ItemDataRole.DisplayRole) or "")
        align = model.headerData(section, Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole)
        box = rect.adjusted(6, 0, -6, 0)
        if self.isSortIndicatorShown() and self.sortIndicatorSection() == section:
            mark = QtCore.QRectF(box.right() - 9, box.center().y() - 4, 9, 9)
            up = self.sortIndicatorOrder() == Qt.SortOrder.AscendingOrder
            paint_icon(painter, "up" if up else "down", mark, theme["accent"])
            box.setRight(box.right() - 13)
        painter.setPen(theme.faint)
        shown = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, align or self.defaultAlignment(), shown)


class FoldButton(QtWidgets.QToolButton):
    """Arrow and bold title; down is open."""

    def __init__(self, title: str, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(title)
        self.setCheckable(True)
        self.setChecked(True)
        self.setFont(bold(self.font()))
        self.setSizePolicy(QtWidgets.QSizePolicy.Policy.Minimum, QtWidgets.QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QtCore.QSize:
        metrics = self.fontMetrics()
        return QtCore.QSize(metrics.horizontalAdvance(self.text()) + 20, row_height(metrics))

    minimumSizeHint = sizeHint

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        theme = theme_of(self)
        painter = QtGui.QPainter(self)
        ink = theme["accent"] if self.hasFocus() or self.underMouse() else theme.text
        arrow = QtCore.QRectF(1, self.rect().center().y() - 4, 9, 9)
        paint_icon(painter, "fold" if self.isChecked() else "unfold", arrow, ink)
        painter.setPen(ink)
        box = self.rect().adjusted(16, 0, 0, 0)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        painter.end()


class Section(QtWidgets.QWidget):
    """A fold with its result in its header: arrow and title, a line, the summary, then the body."""

    def __init__(self, title: str, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._button = FoldButton(title)
        self._button.toggled.connect(self._fold)
        line = QtWidgets.QFrame()
        line.setFrameShape(QtWidgets.QFrame.Shape.HLine)
        line.setFrameShadow(QtWidgets.QFrame.Shadow.Plain)
        line.setForegroundRole(QtGui.QPalette.ColorRole.Dark)
        line.setMinimumWidth(GRID)
        self._mark = Picture("", "text", 14)
        self._mark.hide()
        self.summary = Words("faint")
        self.summary.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        head = QtWidgets.QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(GRID)
        head.addWidget(self._button)
        head.addWidget(line, 1)
        head.addWidget(self._mark)
        head.addWidget(self.summary)
        self.body = QtWidgets.QWidget()
        self.form = QtWidgets.QVBoxLayout(self.body)
        self.form.setContentsMargins(0, 0, 0, 0)
        self.form.setSpacing(GRID)
        whole = QtWidgets.QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(GRID)
        whole.addLayout(head)
        whole.addWidget(self.body)

    def set_title(self, title: str) -> None:
        """Another name: `On the farm`, `On this machine`."""
        self._button.setText(title)

    @property
    def title(self) -> str:
        """What it is called."""
        return str(self._button.text())

    def set_summary(self, text: str, role: str = "faint", mark: str = "") -> None:
        """What the section comes to, said also when it is folded."""
        self.summary.say(text, role)
        self._mark.show_icon(mark, role)
        self._mark.setVisible(bool(mark))

    def fold(self, folded: bool) -> None:
        """Hide or show the body."""
        self._button.setChecked(not folded)

    @property
    def folded(self) -> bool:
        """Is the body hidden?"""
        return not self._button.isChecked()

    def _fold(self, opened: bool) -> None:
        self.body.setVisible(opened)


class Segment(QtWidgets.QToolButton):
    """One of several joined buttons, of which at most one is down."""

    def __init__(self, text: str, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def sizeHint(self) -> QtCore.QSize:
        metrics = QtGui.QFontMetrics(bold(self.font()))
        return QtCore.QSize(metrics.horizontalAdvance(self.text()) + 20, row_height(metrics))

    minimumSizeHint = sizeHint

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        theme = theme_of(self)
        painter = QtGui.QPainter(self)
        box = self.rect().adjusted(0, 0, -1, -1)
        ground = theme.highlight if self.isChecked() else theme.button
        if self.underMouse() and not self.isChecked() and self.isEnabled():
            ground = ground.lighter(110) if theme.dark else ground.darker(104)
        painter.fillRect(self.rect().adjusted(0, 0, 0, -1), ground)
        painter.setPen(theme["accent"] if self.hasFocus() else theme.edge)
        painter.drawRect(box if self.hasFocus() or self.property("last") else self.rect().adjusted(0, 0, 0, -1))
        painter.setFont(bold(self.font()) if self.isChecked() else self.font())
        words = theme.highlight_text if self.isChecked() else theme.text
        painter.setPen(words if self.isEnabled() else theme.disabled)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()


class Segments(QtWidgets.QWidget):
    """Joined buttons; a row narrower than they are shows them as a combo box instead."""

    chosen = Signal(int)

    def __init__(self, texts: Sequence[str], parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QtWidgets.QButtonGroup(self)
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for number, text in enumerate(texts):
            button = Segment(text)
            self._group.addButton(button, number)
            row.addWidget(button)
        button.setProperty("last", True)
        row.addStretch(1)
        self._group.buttonClicked.connect(lambda button: self.chosen.emit(self._group.id(button)))

    @property
    def current(self) -> int:
        """The one that is down, or -1."""
        return int(self._group.checkedId())

    def set_current(self, number: int) -> None:
        """Press that one, or none for -1; says nothing."""
        if number >= 0:
            self._group.button(number).setChecked(True)
            return
        self._group.setExclusive(False)
        for button in self._group.buttons():
            button.setChecked(False)
        self._group.setExclusive(True)

    def button(self, number: int) -> QtWidgets.QToolButton:
        """That one, to click or to explain."""
        return self._group.button(number)


class FlatTabs(QtWidgets.QTabBar):
    """Tabs as wide as their words; the chosen one stands on the page and wears the accent on top."""

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._badges: dict[int, str] = {}
        self._marks: dict[int, list[tuple[str, str, str]]] = {}
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(True)

    def set_badge(self, tab: int, text: str, marks: Sequence[tuple[str, str, str]] = ()) -> None:
        """What follows the name: a number, and (icon, colour role, text) marks."""
        if self._badges.get(tab) != text or self._marks.get(tab) != list(marks):
            self._badges[tab], self._marks[tab] = text, list(marks)
            self.updateGeometry()
            self.update()
            self.setTabText(tab, self.tabText(tab))  # makes the bar lay its tabs out again

    def tabSizeHint(self, index: int) -> QtCore.QSize:
        metrics = QtGui.QFontMetrics(bold(self.font()))
        width = metrics.horizontalAdvance(self.tabText(index)) + 24
        if self._badges.get(index):
            width += metrics.horizontalAdvance(self._badges[index]) + 8
        for _, _, text in self._marks.get(index, ()):
            width += 12 + 5 + metrics.horizontalAdvance(text) + 10
        return QtCore.QSize(width, metrics.height() + 16)

    minimumTabSizeHint = tabSizeHint

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        theme = theme_of(self)
        painter = QtGui.QPainter(self)
        painter.fillRect(self.rect(), theme.header)
        painter.setPen(theme.line)
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        for index in range(self.count()):
            self._paint_tab(painter, index)
        painter.end()

    def _paint_tab(self, painter: QtGui.QPainter, index: int) -> None:
        theme, box = theme_of(self), self.tabRect(index)
        chosen = index == self.currentIndex()
        if chosen:
            painter.fillRect(box, theme.window)
            painter.fillRect(QtCore.QRect(box.left(), box.top(), box.width(), 2), theme["accent"])
        font = bold(self.font()) if chosen else self.font()
        painter.setFont(font)
        metrics = QtGui.QFontMetrics(font)
        x = box.left() + 12
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.setPen(theme.text if chosen else theme.faint)
        painter.drawText(QtCore.QRect(x, box.top(), box.width(), box.height()), middle, self.tabText(index))
        if chosen and self.hasFocus():
            painter.setPen(theme["accent"])
            width = metrics.horizontalAdvance(self.tabText(index))
            painter.drawLine(x, box.bottom() - 4, x + width, box.bottom() - 4)
        x += metrics.horizontalAdvance(self.tabText(index)) + 8
        painter.setFont(self.font())
        plain = QtGui.QFontMetrics(self.font())
        if self._badges.get(index):
            painter.setPen(theme.faint)
            painter.drawText(QtCore.QRect(x, box.top(), box.width(), box.height()), middle, self._badges[index])
            x += plain.horizontalAdvance(self._badges[index]) + 10
        for name, role, text in self._marks.get(index, ()):
            ink = theme.faint if role == "faint" else theme[role]
            paint_icon(painter, name, QtCore.QRectF(x, box.center().y() - 5.5, 12, 12), ink)
            painter.setPen(ink)
            painter.drawText(QtCore.QRect(x + 17, box.top(), box.width(), box.height()), middle, text)
            x += 17 + plain.horizontalAdvance(text) + 10


class MainButton(QtWidgets.QPushButton):
    """The one button that the page is for."""

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        theme = theme_of(self)
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing, True)
        box = QtCore.QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        held = not self.isEnabled() or bool(self.property("held"))
        ground = theme.window if held else theme.fill
        if not held and (self.isDown() or self.underMouse()):
            ground = ground.darker(112) if self.isDown() else ground.lighter(108)
        painter.setPen(QtGui.QPen(theme["accent"], 2) if self.hasFocus() and not held else QtGui.QPen(theme.edge, 1))
        painter.setBrush(ground)
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(theme.disabled if held else theme.fill_text)
        painter.setFont(bold(self.font()))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()

    def sizeHint(self) -> QtCore.QSize:
        metrics = QtGui.QFontMetrics(bold(self.font()))
        return QtCore.QSize(metrics.horizontalAdvance(self.text()) + 32, max(28, metrics.height() + 12))


class Notice(QtWidgets.QFrame):
    """What just happened, said where it happened, until it is closed or something else happens."""

    acted = Signal()

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark = Picture("note", "note", 16)
        self._words = Words("text", wraps=True)
        self._button = QtWidgets.QPushButton()
        self._button.clicked.connect(self.acted)
        close = tool_button("close", "Close this note", self)
        close.clicked.connect(self.hide)
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(GRID, 6, GRID, 6)
        row.setSpacing(GRID)
        row.addWidget(self._mark, 0)
        row.addWidget(self._words, 1)
        row.addWidget(self._button)
        row.addWidget(close)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QtGui.QPalette.ColorRole.AlternateBase)
        self.hide()

    def say(self, text: str, severity: str = "note", action: str = "") -> None:
        """Show it; `action` names the button that emits `acted`."""
        icons = {"good": "done"}
        self._mark.show_icon(icons.get(severity, severity), severity)
        self._words.say(text)
        self._button.setText(action)
        self._button.setVisible(bool(action))
        self.setVisible(True)

    @property
    def said(self) -> str:
        """The text that shows; "" when none does."""
        return self._words.said if not self.isHidden() else ""


class IconButton(QtWidgets.QToolButton):
    """A button that is one icon of ours, in the palette's colours."""

    def __init__(self, name: str, tip: str, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self.setAutoRaise(True)
        self.setToolTip(tip)
        self.setAccessibleName(tip)
        self._draw()

    def changeEvent(self, event: QtCore.QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QtCore.QEvent.Type.PaletteChange:
            self._draw()

    def _draw(self) -> None:
        theme = theme_of(self)
        self.setIcon(icon(self._name, theme.text, theme.disabled))


def tool_button(name: str, tip: str, parent: QtWidgets.QWidget | None = None) -> IconButton:
    """An `IconButton`."""
    return IconButton(name, tip, parent)


class ActionButton(QtWidgets.QPushButton):
    """A push button with an icon of ours."""

    def __init__(self, name: str, text: str, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._name = name
        self._draw()

    def changeEvent(self, event: QtCore.QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QtCore.QEvent.Type.PaletteChange:
            self._draw()

    def _draw(self) -> None:
        theme = theme_of(self)
        self.setIcon(icon(self._name, theme.text, theme.disabled))
        self.setIconSize(QtCore.QSize(14, 14))


def comfortable(parent: QtWidgets.QWidget) -> None:
    """Fields and buttons below `parent` as high as a row, with air before their words."""
    for kind in (QtWidgets.QLineEdit, QtWidgets.QComboBox, QtWidgets.QAbstractSpinBox, QtWidgets.QPushButton):
        for widget in parent.findChildren(kind):
            inside = isinstance(widget.parent(), QtWidgets.QAbstractSpinBox)
            if not inside and widget.minimumHeight() < row_height(widget.fontMetrics()):
                widget.setMinimumHeight(row_height(widget.fontMetrics()))
            if kind is QtWidgets.QLineEdit:
                widget.setTextMargins(4, 0, 4, 0)


def field_label(text: str) -> Words:
    """The label of a form's row."""
    label = Words("faint")
    label.say(text)
    return label


__all__ = [
    "GRID",
    "WRAPPED",
    "WRAPPED_CENTRE",
    "WRAPPED_MIDDLE",
    "ActionButton",
    "FlatHeader",
    "FlatTabs",
    "IconButton",
    "MainButton",
    "Notice",
    "Picture",
    "Section",
    "Segment",
    "Segments",
    "Words",
    "bold",
    "colour",
    "comfortable",
    "field_label",
    "flags",
    "row_height",
    "tool_button",
    "two_lines",
]
