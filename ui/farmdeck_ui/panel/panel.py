"""The panel: its tabs, its keys, and the two threads that work for it."""
# mypy: allow-subclassing-any

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Callable

from farmdeck import Action, FarmdeckError
from farmdeck.desk import Desk

from .background import Background
from .jobs_page import JobsPage
from .link import DeskLink
from .qt import Qt, QtGui, QtWidgets
from .source import SceneSource
from .submit_page import SubmitPage
from .widgets import FlatTabs, Notice, comfortable

SUBMIT, JOBS = range(2)


class FarmdeckPanel(QtWidgets.QWidget):
    """For a host's dock or a window of its own. `close_panel` ends its threads; closing the widget calls it."""

    def __init__(
        self,
        source: SceneSource,
        folder: Path | None = None,
        job: str = "",
        parent: QtWidgets.QWidget | None = None,
    ) -> None:
        """`folder` is the store's, the user's own when it is None; `job` opens the panel on that job."""
        super().__init__(parent)
        self.setObjectName("FarmdeckPanel")
        self.setWindowTitle("Farmdeck")
        self.setMinimumSize(380, 480)
        self.source = source
        self.background = Background(self)
        self.link = DeskLink(folder, self)
        self.submit = SubmitPage(source, self.link, self.background)
        self.jobs = JobsPage(self.link, self.background)
        self.notice = Notice()
        self.tabs = FlatTabs()
        self.pages = QtWidgets.QStackedWidget()
        for name, page in (("Submit", self.submit), ("Jobs", self.jobs)):
            self.tabs.addTab(name)
            self.pages.addWidget(page)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.tabs, self.notice, self.pages):
            column.addWidget(widget, 1 if widget is self.pages else 0)
        self._closed = False
        self._connect()
        self._make_keys()
        comfortable(self)
        self.link.start()
        self.submit.refresh()
        if job:
            self.show_job(job)

    def _connect(self) -> None:
        self.tabs.currentChanged.connect(self.pages.setCurrentIndex)
        self.submit.job_asked.connect(self.show_job)
        self.jobs.counted.connect(lambda number: self.tabs.set_badge(JOBS, f"{number:,}"))
        self.link.failed.connect(self._say_error)
        self.destroyed.connect(_closer(self.source, self.link.desk, self.background.close))

    def show_job(self, id: str) -> None:
        """The Jobs page, on that job."""
        self.tabs.setCurrentIndex(JOBS)
        self.jobs.open_job(id)

    def close_panel(self) -> None:
        """End every thread; what was asked for is finished first."""
        if not self._closed:
            self._closed = True
            self.source.close()
            self.link.close()
            self.background.close()

    def closeEvent(self, event: QtGui.QCloseEvent) -> None:
        self.close_panel()
        super().closeEvent(event)

    def _say_error(self, error: FarmdeckError) -> None:
        self.notice.say(str(error), "error")

    # -- keys

    def _make_keys(self) -> None:
        keys: dict[str, Callable[[], None]] = {
            "Ctrl+1": lambda: self.tabs.setCurrentIndex(SUBMIT),
            "Ctrl+2": lambda: self.tabs.setCurrentIndex(JOBS),
            "Ctrl+Return": lambda: self._on_submit(self.submit.footer.press),
            "Ctrl+Enter": lambda: self._on_submit(self.submit.footer.press),
            "Ctrl+D": lambda: self._on_submit(self.submit.dry_run),
            "F8": lambda: self._on_submit(lambda: self.submit.problems.list.step(1)),
            "Shift+F8": lambda: self._on_submit(lambda: self.submit.problems.list.step(-1)),
            "Alt+Return": lambda: self._on_submit(self.submit.problems.list.fix_current),
            "Ctrl+F": self._search,
            "F5": self._refresh,
            "Esc": self._back,
        }
        for key, work in keys.items():
            shortcut(self, key, work)
        tree, strip = self.jobs.list.tree, self.jobs.page
        for widget in (tree, strip):
            for key, action in (("S", Action.STOP), ("P", Action.START), ("R", Action.RETRY), ("Del", Action.DELETE)):
                shortcut(widget, key, partial(self.jobs.ask, action))
        shortcut(tree, "Ctrl+C", self.jobs.list.copy_ids)
        for key in ("Return", "Enter"):
            shortcut(tree, key, self.jobs.list.open_current)

    def _on_submit(self, work: Callable[[], None]) -> None:
        if self.tabs.currentIndex() == SUBMIT:
            work()

    def _search(self) -> None:
        field = self.submit.items.search if self.tabs.currentIndex() == SUBMIT else self.jobs.list.search
        field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        field.selectAll()

    def _refresh(self) -> None:
        if self.tabs.currentIndex() == SUBMIT:
            self.submit.refresh()

    def _back(self) -> None:
        if self.tabs.currentIndex() == SUBMIT:
            self.source.stop()
        elif self.jobs.on_job:
            self.jobs.back()


def shortcut(widget: QtWidgets.QWidget, key: str, work: Callable[[], None]) -> QtGui.QShortcut:
    """One that works in the widget and what is in it, so that the host keeps its own."""
    made = QtGui.QShortcut(QtGui.QKeySequence(key), widget)
    made.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    made.activated.connect(work)
    return made


def _closer(source: SceneSource, desk: Desk, stop: Callable[[], None]) -> Callable[[], None]:
    """For a host that deletes the widget without closing it. Knows the threads, not the widget."""

    def close() -> None:
        source.close()
        desk.close()
        stop()

    return close
