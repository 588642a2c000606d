"""The head of the Submit page: which scene, on which farm."""
# mypy: allow-subclassing-any

from __future__ import annotations

from collections.abc import Sequence

from farmdeck import Scene
from farmdeck.store import FarmInfo

from . import words
from .icons import icon
from .qt import Qt, QtWidgets, Signal, quiet
from .theme import theme_of
from .widgets import GRID, Picture, Words, bold, tool_button

LOCAL = FarmInfo("local", "local", "This machine", {})
"""The farm that needs nothing set up, until the agent has written the list."""


class SceneHeader(QtWidgets.QWidget):
    """Scene name and facts on the left; farm, its status and Refresh on the right."""

    farm_changed = Signal()
    refresh_asked = Signal()
    stop_asked = Signal()

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._farms: tuple[FarmInfo, ...] = (LOCAL,)
        self.name = Words().elide(Qt.TextElideMode.ElideMiddle)
        self.name.setFont(bold(self.font()))
        self.facts = Words("faint")
        self.saved = Words("faint")
        self.farm_combo = QtWidgets.QComboBox()
        self.farm_combo.setAccessibleName("Farm")
        self.farm_combo.setFont(bold(self.font()))
        self.farm_combo.setMinimumWidth(120)
        self.farm_combo.addItem(LOCAL.label, LOCAL.name)
        self.farm_combo.currentIndexChanged.connect(self._farm_picked)
        self.status_mark = Picture("", "good", 12)
        self.status = Words("faint")
        self.refresh = tool_button("refresh", "Read the scene again (F5)")
        self.refresh.clicked.connect(self._refresh_or_stop)
        self._reading = False
        self._lay_out()

    def _lay_out(self) -> None:
        grid = QtWidgets.QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(2)
        grid.addWidget(Picture("file", "text", 16), 0, 0)
        grid.addWidget(self.name, 0, 1)
        facts = QtWidgets.QHBoxLayout()
        facts.setSpacing(6)
        facts.addWidget(self.facts)
        facts.addWidget(self.saved)
        facts.addStretch(1)
        grid.addLayout(facts, 1, 1)
        grid.addWidget(self.farm_combo, 0, 2)
        grid.addWidget(self.refresh, 0, 3)
        status = QtWidgets.QHBoxLayout()
        status.setSpacing(6)
        status.addWidget(self.status_mark)
        status.addWidget(self.status, 1)
        grid.addLayout(status, 1, 2)
        grid.setColumnStretch(1, 60)
        grid.setColumnStretch(2, 40)

    # -- the scene

    def show_reading(self, file: str, done: float = 0.0, total: float = 0.0) -> None:
        """A scene is being read; Refresh is Stop meanwhile."""
        self._reading = True
        self.name.say(words.path_name(file) or "No scene")
        share = f", {done / total:.0%}" if total > 0 else ""
        self.facts.say(f"Reading the scene{share}")
        self.saved.say("")
        self.refresh.setToolTip("Stop reading (Esc)")

    def show_scene(self, scene: Scene) -> None:
        """Name and facts."""
        self._rest()
        self.name.say(words.path_name(scene.file) if scene.file else "Untitled scene")
        self.name.setToolTip(scene.file)
        shown = [item for item in scene.items if item.enabled] or scene.items
        renderers = list(dict.fromkeys(words.renderer_name(item.renderer) for item in shown if item.renderer))
        facts = [f"{scene.software.name} {scene.software.version}".strip(), ", ".join(renderers[:2])]
        facts.append("" if scene.unsaved or not scene.file else f"{scene.fps:g} fps")
        self.facts.say(" · ".join(fact for fact in facts if fact))
        self.saved.say("· never saved" if not scene.file else "· unsaved changes" if scene.unsaved else "", "error")

    def show_none(self, file: str) -> None:
        """There is no scene to show."""
        self._rest()
        self.name.say(words.path_name(file) or "No scene")
        self.facts.say("")
        self.saved.say("")

    def _rest(self) -> None:
        self._reading = False
        self.refresh.setToolTip("Read the scene again (F5)")

    def _refresh_or_stop(self) -> None:
        (self.stop_asked if self._reading else self.refresh_asked).emit()

    # -- the farms

    @property
    def farm(self) -> FarmInfo:
        """The farm that is chosen."""
        name = self.farm_combo.currentData()
        return next((farm for farm in self._farms if farm.name == name), self._farms[0])

    def set_farms(self, farms: Sequence[FarmInfo]) -> None:
        """Offer these; the choice stays while it is one of them."""
        chosen = self.farm_combo.currentData()
        self._farms = tuple(farms) or (LOCAL,)
        theme = theme_of(self)
        with quiet(self.farm_combo):
            self.farm_combo.clear()
            for farm in self._farms:
                picture = "machine" if farm.kind == "local" else "cloud"
                self.farm_combo.addItem(icon(picture, theme.text), farm.label or farm.name, farm.name)
            self.farm_combo.setCurrentIndex(max(0, self.farm_combo.findData(chosen)))
        self._farm_picked()

    def choose_farm(self, name: str) -> None:
        """As if it were picked."""
        self.farm_combo.setCurrentIndex(max(0, self.farm_combo.findData(name)))

    def _farm_picked(self) -> None:
        farm = self.farm
        bad = bool(farm.problem)
        self.status.say(
            farm.problem or _account(farm) or farm.status or "Asking what it can do…", "error" if bad else "faint"
        )
        self.status.setToolTip(farm.problem or farm.status)
        self.status_mark.show_icon("error" if bad else "done" if farm.status else "", "error" if bad else "good")
        self.farm_changed.emit()


def _account(farm: FarmInfo) -> str:
    """`$412.50 on lumen_vfx`; "" for a farm without money."""
    account = farm.document.get("account") or {}
    if account.get("balance") is None:
        return ""
    return f"{words.money(account['balance'], account.get('currency', ''))} on {account.get('name', '')}"
