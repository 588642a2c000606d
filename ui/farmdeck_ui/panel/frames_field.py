"""The section Frames: which frames, by a button or typed."""
# mypy: allow-subclassing-any

from __future__ import annotations

from .choices import Outcome
from .qt import Qt, QtCore, QtGui, QtWidgets, Signal
from .theme import theme_of
from .widgets import GRID, Section, Segments, Words

SCENE, FIRST_MID_LAST, EVERY_NTH, MISSING = range(4)
TYPED = -1
_TEXTS = ("Scene", "First, mid, last", "Every nth", "Missing on disk")
TYPING_MS = 120


class FramesSection(Section):
    """Emits `changed` when other frames are chosen, `asked` when a button's frames have to be found."""

    changed = Signal()
    asked = Signal(int)

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__("Frames", parent)
        self.buttons = Segments(_TEXTS)
        self.presets = QtWidgets.QComboBox()
        self.presets.addItems(_TEXTS)
        self.presets.addItem("Typed")
        self.presets.hide()
        self.step = QtWidgets.QSpinBox()
        self.step.setRange(2, 1000)
        self.step.setValue(5)
        self.step.setPrefix("every ")
        self.step.setAccessibleName("Every how many frames")
        self.step.hide()
        self.edit = QtWidgets.QLineEdit()
        self.edit.setAccessibleName("Frames")
        self.sentence = Words("faint", wraps=True)
        self._mode = SCENE
        self._lay_out()
        self._timer = QtCore.QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TYPING_MS)
        self._timer.timeout.connect(self.changed)
        self.buttons.set_current(SCENE)
        self.buttons.chosen.connect(self.choose)
        self.presets.activated.connect(self._preset)
        self.step.valueChanged.connect(lambda value: self.asked.emit(EVERY_NTH))
        self.edit.textEdited.connect(self._typed)

    def _lay_out(self) -> None:
        top = QtWidgets.QHBoxLayout()
        top.setSpacing(GRID)
        top.addWidget(self.buttons)
        top.addWidget(self.presets)
        top.addWidget(self.step)
        top.addStretch(1)
        self.form.addLayout(top)
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self.edit, 11)
        row.addWidget(self.sentence, 9)
        self.form.addLayout(row)

    # -- what the page sets and asks

    @property
    def mode(self) -> int:
        """Which button is down; TYPED when none is."""
        return self._mode

    @property
    def frames(self) -> str:
        """ "" leaves each item its own range."""
        return "" if self._mode == SCENE else str(self.edit.text()).strip()

    def choose(self, mode: int) -> None:
        """As if the button were pressed."""
        self._set_mode(mode)
        if mode == SCENE:
            self.changed.emit()
        elif mode != TYPED:
            self.asked.emit(mode)

    def type_frames(self, text: str) -> None:
        """As if they were typed."""
        self.edit.setText(text)
        self._typed(text)

    def fill(self, mode: int, text: str) -> None:
        """What was asked for has been found."""
        if mode == self._mode:
            self.edit.setText(text)
            self.changed.emit()

    def show_outcome(self, outcome: Outcome, narrowest: str) -> None:
        """What the frames come to; `narrowest` is the scene's own range, shown while nothing is typed."""
        if self._mode == SCENE and not self.edit.hasFocus():
            self.edit.setText(outcome.span or narrowest)
        bad = outcome.frames_error
        empty = self._mode != SCENE and not self.edit.text().strip()
        missing_none = empty and self._mode == MISSING
        note = bad or ("Every frame is on disk: nothing is missing." if missing_none else "")
        if empty and not missing_none:
            note = "Empty: each item keeps its own range."
        self.sentence.say(note or self._hint(outcome), "error" if bad else "faint")
        self._mark_edit(bool(bad))
        self.set_summary("cannot be read" if bad else outcome.frames_summary, "error" if bad else "faint")

    def set_narrow(self, narrow: bool) -> None:
        """Below 520 px the buttons are a combo box."""
        self.buttons.setVisible(not narrow)
        self.presets.setVisible(narrow)

    # -- inside

    def _hint(self, outcome: Outcome) -> str:
        if self._mode == SCENE and outcome.frames > 3:
            return "Not sure? Send First, mid, last."
        return ""

    def _mark_edit(self, bad: bool) -> None:
        theme = theme_of(self)
        palette = QtGui.QPalette(self.palette())
        if bad:
            palette.setColor(QtGui.QPalette.ColorRole.Text, theme["error"])
        self.edit.setPalette(palette)

    def _preset(self, row: int) -> None:
        self.choose(row if row < len(_TEXTS) else TYPED)

    def _typed(self, text: str) -> None:
        self._set_mode(TYPED if text.strip() else SCENE)
        self._timer.start()

    def _set_mode(self, mode: int) -> None:
        self._mode = mode
        self.buttons.set_current(mode)
        self.presets.setCurrentIndex(mode if mode != TYPED else len(_TEXTS))
        self.step.setVisible(mode == EVERY_NTH)
        if mode == TYPED:
            self.edit.setFocus(Qt.FocusReason.OtherFocusReason)
