"""The Jobs page: the list, or one job of it."""
# mypy: allow-subclassing-any

from __future__ import annotations

from collections.abc import Sequence

from farmdeck import Action, Job

from .background import Background
from .job_page import JobPage
from .jobs_list_page import JobsListPage
from .link import DeskLink
from .pictures import Pictures
from .qt import Qt, QtWidgets, Signal


class JobsPage(QtWidgets.QStackedWidget):
    """Double click or Enter opens a job, Esc goes back."""

    counted = Signal(int)

    def __init__(self, link: DeskLink, background: Background, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.link = link
        self.list = JobsListPage(link, Pictures(background, self))
        self.page = JobPage(link, background)
        self.addWidget(self.list)
        self.addWidget(self.page)
        self._wanted = ""
        self.list.opened.connect(self.open_job)
        self.list.counted.connect(self.counted)
        self.page.closed.connect(self.back)
        link.jobs_changed.connect(self._jobs_changed)
        link.farms_changed.connect(lambda farms: self._show_again())

    @property
    def on_job(self) -> bool:
        """Does one job show?"""
        return self.currentWidget() is self.page

    def open_job(self, id: str) -> None:
        """Its page; a job that is not known yet is opened when it comes."""
        job = self.list.model.list.jobs.get(id)
        self._wanted = "" if job else id
        if job is not None:
            self.page.show_more(self.list.farms.get(job.farm))
            self.page.enter(job, self.list.can)
            self.setCurrentWidget(self.page)
            self.page.strip.setFocus(Qt.FocusReason.OtherFocusReason)

    def back(self) -> None:
        """The list, on the job that was open."""
        job = self.page.job
        self.page.leave()
        self.setCurrentWidget(self.list)
        if job is not None:
            self.list.choose(job.id)
        self.list.tree.setFocus(Qt.FocusReason.OtherFocusReason)

    def ask(self, action: Action) -> None:
        """As if the button of what shows were pressed."""
        (self.page if self.on_job else self.list).ask(action)

    def _jobs_changed(self, jobs: Sequence[Job], gone: Sequence[str]) -> None:
        if self._wanted and self._wanted in self.list.model.list.jobs:
            self.open_job(self._wanted)
        if self.page.job is None:
            return
        if self.page.job.id in gone:
            self.page.gone()
        elif any(job.id == self.page.job.id for job in jobs):
            self._show_again()

    def _show_again(self) -> None:
        if self.page.job is not None:
            job = self.list.model.list.jobs.get(self.page.job.id)
            if job is not None:
                self.page.show_more(self.list.farms.get(job.farm))
                self.page.show_job(job, self.list.can)
