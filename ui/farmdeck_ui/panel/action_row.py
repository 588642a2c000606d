"""The row of buttons that names what it acts on."""
# mypy: allow-subclassing-any

from __future__ import annotations

from collections.abc import Mapping, Sequence

from farmdeck import Action, Job
from farmdeck.farm import Capabilities, Extra

from . import job_actions
from .qt import Qt, QtWidgets, Signal
from .widgets import GRID, ActionButton, Words, bold

NARROW = 700


class ActionRow(QtWidgets.QWidget):
    """Buttons for what the farms of the chosen jobs can do; what they cannot is absent."""

    asked = Signal(object)  # Action
    folder_asked = Signal()
    download_asked = Signal()
    extra_asked = Signal(object)  # Extra

    def __init__(self, named: bool = True, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.target = Words("text").elide(Qt.TextElideMode.ElideMiddle)
        self.target.setFont(bold(self.font()))
        self.target.setVisible(named)
        self._named = named
        self.buttons: dict[Action, ActionButton] = {}
        self.folder = ActionButton("folder", "Open folder")
        self.folder.clicked.connect(self.folder_asked)
        self.menu_button = QtWidgets.QToolButton()
        self.menu_button.setText("More")
        self.menu_button.setPopupMode(QtWidgets.QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu = QtWidgets.QMenu(self.menu_button)
        self.menu_button.setMenu(self.menu)
        self._jobs: list[Job] = []
        self._can: Mapping[str, Sequence[Action]] = {}
        self._extras: Sequence[Extra] = ()
        self._downloads = False
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.target)
        for action in job_actions.ORDER:
            button = ActionButton(job_actions.ICONS[action], job_actions.NAMES[action])
            button.clicked.connect(lambda *_, wanted=action: self.asked.emit(wanted))
            self.buttons[action] = button
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.folder)
        row.addWidget(self.menu_button)
        self._show()

    def show_jobs(self, jobs: Sequence[Job], can: Mapping[str, Sequence[Action]]) -> None:
        """The chosen jobs as they are now, and what their farms can do."""
        if list(jobs) != self._jobs or can != self._can:
            self._jobs, self._can = list(jobs), can
            self._show()

    def show_more(self, capabilities: Capabilities | None) -> None:
        """What else the one chosen job's farm can do with it; None for several jobs."""
        extras = [extra for extra in capabilities.extras if extra.on == "job"] if capabilities else []
        downloads = capabilities is not None and capabilities.download
        if (extras, downloads) != (self._extras, self._downloads):
            self._extras, self._downloads = extras, downloads
            self._show()

    def able(self, action: Action) -> list[Job]:
        """The chosen jobs that the action makes sense for."""
        if action not in job_actions.offered(self._jobs, self._can):
            return []
        return [job for job in self._jobs if job_actions.takes(job, action)]

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)
        self._show()

    def _show(self) -> None:
        jobs = self._jobs
        narrow = self.width() < NARROW
        self.target.say(job_actions.target(jobs) if jobs else "Choose a job to act on it.", "text" if jobs else "faint")
        offered = job_actions.offered(jobs, self._can) if jobs else []
        self.menu.clear()
        for action, button in self.buttons.items():
            able = bool(self.able(action))
            text = job_actions.label(jobs, action)
            button.setText(text)
            button.setEnabled(able)
            button.setToolTip("" if able else job_actions.why_not(action))
            inside = narrow and action is not Action.RETRY
            button.setVisible(action in offered and not inside)
            if action in offered and inside:
                entry = self.menu.addAction(text)
                entry.setEnabled(able)
                entry.triggered.connect(lambda *_, wanted=action: self.asked.emit(wanted))
        has_folder = len(jobs) == 1 and bool(jobs[0].output)
        self.folder.setVisible(has_folder and not narrow)
        if narrow and has_folder:
            self.menu.addAction("Open folder").triggered.connect(self.folder_asked)
        if len(jobs) == 1:
            self._show_extras()
        self.menu_button.setVisible(bool(self.menu.actions()))

    def _show_extras(self) -> None:
        if self._downloads:
            self.menu.addAction("Download now").triggered.connect(self.download_asked)
        if self._extras and self.menu.actions():
            self.menu.addSeparator()
        for extra in self._extras:
            text = f"{extra.label}…" if extra.options or extra.columns else extra.label
            self.menu.addAction(text).triggered.connect(lambda *_, wanted=extra: self.extra_asked.emit(wanted))
