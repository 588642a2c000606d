"""The section Environment: which of the farm's environments renders the scene, and why."""
# mypy: allow-subclassing-any

from __future__ import annotations

from collections.abc import Sequence

from farmdeck import Scene
from farmdeck.environments import Fit, Match, RenderEnv, match_environments

from .qt import Qt, QtWidgets, Signal, quiet
from .widgets import ActionButton, Section, Words

_FITS = {
    Fit.EXACT: ("Exact match", "good", "done"),
    Fit.CLOSE: ("Close match", "warning", "warning"),
    Fit.POOR: ("Poor match", "warning", "warning"),
    Fit.NONE: ("No match", "error", "error"),
}


class EnvironmentSection(Section):
    """Hidden on a farm without environments. "" as the choice leaves it to the best match at submission."""

    changed = Signal()
    make_asked = Signal()
    """Make an environment like the scene."""

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__("Environment", parent)
        self.combo = QtWidgets.QComboBox()
        self.combo.setAccessibleName("Environment")
        self.combo.setSizeAdjustPolicy(QtWidgets.QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.reasons = Words("faint", wraps=True)
        self.make = ActionButton("add", "Make one like this scene")
        self.make.setToolTip("With the scene's own versions, or the nearest that the farm has.")
        self.make.hide()
        self.make.clicked.connect(self.make_asked)
        self.form.addWidget(self.combo)
        self.form.addWidget(self.reasons)
        self.form.addWidget(self.make, 0, Qt.AlignmentFlag.AlignLeft)
        self._can_make = False
        self._matches: list[Match] = []
        self._by_hand = False
        self.combo.activated.connect(self._picked)

    def show_matches(self, scene: Scene, envs: Sequence[RenderEnv], can_make: bool = False) -> None:
        """Best first; what was picked by hand stays while the farm has it. `can_make`: the farm's can be edited."""
        self._can_make = can_make
        kept = self.env if self._by_hand else ""
        self._matches = match_environments(scene, envs)
        names = [match.env.name for match in self._matches]
        with quiet(self.combo):
            self.combo.clear()
            self.combo.addItems(names)
            self.combo.setCurrentIndex(names.index(kept) if kept in names else 0 if names else -1)
        self._by_hand = kept in names
        self._say(scene)

    def choose(self, name: str) -> bool:
        """As if it were picked; False while the farm does not have it."""
        row = int(self.combo.findText(name))
        if row >= 0:
            self.combo.setCurrentIndex(row)
            self._picked()
        return row >= 0

    @property
    def env(self) -> str:
        """The chosen environment's name; "" while there is none."""
        match = self.match
        return match.env.name if match else ""

    @property
    def match(self) -> Match | None:
        """The chosen environment, and how it fits."""
        row = self.combo.currentIndex()
        return self._matches[row] if 0 <= row < len(self._matches) else None

    def _picked(self) -> None:
        self._by_hand = True
        self._say()
        self.changed.emit()

    def _say(self, scene: Scene | None = None) -> None:
        match = self.match
        self.combo.setVisible(match is not None)
        self.make.setVisible(self._can_make and (match is None or match.fit is not Fit.EXACT))
        if match is None:
            software = scene.software.name if scene else "this scene"
            install = "" if self._can_make else f" Install {software} where the farm can find it."
            self.reasons.say(f"No environment for {software} yet.{install}")
            self.set_summary("None", "error", "error")
            return
        word, role, mark = _FITS[match.fit]
        self.set_summary(word, role, mark)
        sentence = "; ".join(match.reasons)
        self.reasons.say(sentence[:1].upper() + sentence[1:] + "." if sentence else "")
