"""The list of jobs: a filter row, a row of actions, the tree."""
# mypy: allow-subclassing-any

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from farmdeck import Action, FarmdeckError, Job, JobState
from farmdeck.farm import Capabilities, Extra
from farmdeck.store import FarmInfo

from . import job_actions, words
from .action_row import ActionRow
from .extras import ExtraDialog
from .job_delegates import DELEGATES, JobNameDelegate, RowDelegate
from .job_list import LIVE, JobFilter
from .job_model import (
    COST,
    DONE,
    ELAPSED,
    FAILED,
    FARM,
    JOB,
    LEFT,
    NAME,
    OWNER,
    PAGE,
    PROGRESS,
    STATE,
    JobModel,
    count_parts,
)
from .link import DeskLink
from .pictures import Pictures
from .qt import Qt, QtCore, QtGui, QtWidgets, Signal, quiet
from .submit_page import read_farm
from .widgets import GRID, FlatHeader, Notice, Words, tool_button

WIDTHS = {STATE: 20, PROGRESS: 24, DONE: 8, FAILED: 9, LEFT: 8, ELAPSED: 13, COST: 11, OWNER: 11, FARM: 16}
NARROW = 520
FROM = {
    NAME: 0,
    STATE: 0,
    PROGRESS: 0,
    FAILED: 520,
    LEFT: 520,
    DONE: 640,
    ELAPSED: 880,
    COST: 880,
    OWNER: 880,
    FARM: 720,
}
"""The panel's width from which a column is there."""


class JobsTree(QtWidgets.QTreeView):
    """All rows of one height: a view that asks each of them for its own is late with thousands."""

    def __init__(self, pictures: Pictures, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.costs = False
        """Does any farm count what its jobs cost?"""
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(True)
        self.setAllColumnsShowFocus(True)
        self.setSelectionMode(QtWidgets.QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QtWidgets.QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QtWidgets.QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setExpandsOnDoubleClick(False)
        self.setIndentation(16)
        self.setAccessibleName("Jobs")
        self._plain = RowDelegate(self)
        self.setItemDelegate(self._plain)
        self._delegates = {NAME: JobNameDelegate(pictures, self), **{c: kind(self) for c, kind in DELEGATES.items()}}
        for column, delegate in self._delegates.items():
            self.setItemDelegateForColumn(column, delegate)
        self.setHeader(FlatHeader(self))
        self.header().setSectionsClickable(True)
        self.header().setSortIndicatorShown(True)
        self.header().setSortIndicator(-1, Qt.SortOrder.DescendingOrder)

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit_columns()

    def lowest_row(self) -> int:
        """The last job that can be seen, at least."""
        index = self.indexAt(QtCore.QPoint(2, self.viewport().height() - 2))
        top = index.parent() if index.parent().isValid() else index
        return int(top.row()) if top.isValid() else int(self.model().rowCount()) - 1

    def fit_columns(self) -> None:
        """The name takes what the others leave."""
        left = self.viewport().width()
        digit = self.fontMetrics().averageCharWidth()
        for column, letters in WIDTHS.items():
            hidden = self.width() < FROM[column] or (column == COST and not self.costs)
            self.setColumnHidden(column, hidden)
            if not hidden:
                width = digit * (letters if self.width() >= NARROW or column != PROGRESS else 15)
                self.setColumnWidth(column, width)
                left -= width
        self.setColumnWidth(NAME, max(110, left))


class JobsListPage(QtWidgets.QWidget):
    """Shows what the link brings; asks the link for what is pressed."""

    opened = Signal(str)
    counted = Signal(int)

    def __init__(self, link: DeskLink, pictures: Pictures, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.link = link
        self.model = JobModel(self)
        self.tree = JobsTree(pictures)
        self.tree.setModel(self.model)
        self.actions = ActionRow()
        self.notice = Notice()
        self.can: dict[str, Sequence[Action]] = {}
        self.farms: dict[str, Capabilities] = {}
        self._make_filters()
        self._empty = Words("faint", wraps=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._told = False
        self._stack = QtWidgets.QStackedWidget()
        self._stack.addWidget(self.tree)
        self._stack.addWidget(self._empty)
        self._lay_out()
        self._clock = QtCore.QTimer(self)
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self._refresh_times)
        self._clock.start()
        self._connect(pictures)

    def _make_filters(self) -> None:
        self.search = QtWidgets.QLineEdit()
        self.search.setPlaceholderText("Find a job, owner or state:failed")
        self.search.setClearButtonEnabled(True)
        self.farm_combo = QtWidgets.QComboBox()
        self.farm_combo.addItem("All farms", "")
        self.farm_combo.setAccessibleName("Farm")
        self.state_combo = QtWidgets.QComboBox()
        self.state_combo.setAccessibleName("State")
        self.state_combo.addItem("All states", "")
        self.state_combo.addItem("Not finished", LIVE)
        for state in JobState:
            word = "Done with failures" if state is JobState.PARTLY_DONE else state.word
            self.state_combo.addItem(word, state.value)
        self.summary = Words("faint")
        self.summary.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.newest = tool_button("undo", "Newest first again")
        self.newest.hide()

    def _lay_out(self) -> None:
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self.search, 3)
        row.addWidget(self.farm_combo, 1)
        row.addWidget(self.state_combo, 1)
        row.addWidget(self.summary, 2)
        row.addWidget(self.newest)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.setSpacing(GRID)
        column.addLayout(row)
        column.addWidget(self.actions)
        column.addWidget(self._stack, 1)
        column.addWidget(self.notice)

    def _connect(self, pictures: Pictures) -> None:
        self.link.jobs_changed.connect(self._jobs_changed)
        self.link.farms_changed.connect(self._farms_changed)
        pictures.loaded.connect(self.model.refresh_thumbnail)
        self.search.textChanged.connect(lambda text: self._filter())
        self.farm_combo.currentIndexChanged.connect(lambda row: self._filter())
        self.state_combo.currentIndexChanged.connect(lambda row: self._filter())
        self.tree.header().sectionClicked.connect(self._sort)
        self.newest.clicked.connect(lambda: self._sort(-1))
        self.tree.selectionModel().selectionChanged.connect(lambda *_: self._show_actions())
        self.tree.doubleClicked.connect(self._open)
        self.tree.activated.connect(self._open)
        self.tree.expanded.connect(self._count_parts)
        self.tree.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.actions.asked.connect(self.ask)
        self.actions.folder_asked.connect(self.open_folder)

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        super().resizeEvent(event)
        self.summary.setVisible(self.width() >= NARROW)

    # -- news

    def _jobs_changed(self, jobs: Sequence[Job], gone: Sequence[str]) -> None:
        self._told = True
        self.model.update_jobs(jobs, gone, more=self.link.more)
        for job in jobs:
            index = self.model.index_of(job.id)
            if index.isValid() and self.tree.isExpanded(index):
                self._count_parts(index)
        self._show_all()

    def _farms_changed(self, farms: Sequence[FarmInfo]) -> None:
        self.farms = {farm.name: read_farm(farm)[0] for farm in farms}
        self.can = {name: tuple(Action(a) for a in has.actions) for name, has in self.farms.items()}
        self.tree.costs = any(has.cost for has in self.farms.values())
        self.tree.fit_columns()
        self.model.set_farm_labels({farm.name: farm.label or farm.name for farm in farms})
        chosen = self.farm_combo.currentData()
        with quiet(self.farm_combo):
            self.farm_combo.clear()
            self.farm_combo.addItem("All farms", "")
            for farm in farms:
                self.farm_combo.addItem(farm.label or farm.name, farm.name)
            self.farm_combo.setCurrentIndex(max(0, self.farm_combo.findData(chosen)))
        self._filter()
        self._show_actions()

    def _refresh_times(self) -> None:
        """Only of what can be seen."""
        if self.isVisible():
            first, last = self.tree.indexAt(QtCore.QPoint(2, 2)), self.tree.lowest_row()
            self.model.refresh_times(first.row() if not first.parent().isValid() else first.parent().row(), last)

    def _count_parts(self, index: QtCore.QModelIndex) -> None:
        job = self.model.job_at(index)
        if job is not None:
            id = job.id
            self.link.ask(lambda store: count_parts(store.frames(id)), lambda counts: self.model.set_counts(id, counts))

    # -- what shows

    def _show_all(self) -> None:
        jobs, shown = self.model.list.jobs, len(self.model.list.order)
        total = len(jobs)
        self.counted.emit(total)
        rendering = sum(job.state is JobState.RENDERING for job in jobs.values())
        said = words.count(total, "job") if shown == total else f"{shown:,} of {words.count(total, 'job')}"
        self.summary.say(f"{said} · {rendering} rendering" if rendering else said if total else "")
        if not total:
            self._empty.say("No jobs yet. What you submit shows here." if self._told else "")
        elif not shown:
            self._empty.say("No job matches. Clear the search, or choose all farms and states.")
        self._stack.setCurrentIndex(0 if shown else 1)
        self._show_actions()

    def _show_actions(self) -> None:
        jobs = self.selected()
        self.actions.show_jobs(jobs, self.can)
        self.actions.show_more(self.farms.get(jobs[0].farm) if len(jobs) == 1 else None)

    def _scrolled(self, value: int) -> None:
        """More rows at the end; at the top no more than can be laid out quickly, unless one below is chosen."""
        if value and value >= self.tree.verticalScrollBar().maximum():
            self.model.show_more()
        elif not value and all(index.row() < PAGE for index in self.tree.selectionModel().selectedRows()):
            self.model.show_less()

    def _filter(self) -> None:
        wanted = JobFilter(self.search.text().strip(), self.farm_combo.currentData(), self.state_combo.currentData())
        if wanted != self.model.list.filter:
            self.model.set_filter(wanted)
            self._show_all()

    def _sort(self, column: int) -> None:
        self.model.sort(column, self.tree.header().sortIndicatorOrder())
        self.newest.setVisible(column >= 0)
        if column < 0:
            self.tree.header().setSortIndicator(-1, Qt.SortOrder.DescendingOrder)

    # -- what is asked

    def selected(self) -> list[Job]:
        """The chosen jobs, top to bottom; a part stands for its job."""
        rows = sorted(self.tree.selectionModel().selectedRows(), key=lambda index: index.row())
        jobs = [self.model.job_at(index) for index in rows]
        return list({job.id: job for job in jobs if job is not None}.values())

    def choose(self, id: str) -> None:
        """Select that job and scroll to it."""
        index = self.model.index_of(id)
        if index.isValid():
            self.tree.setCurrentIndex(index)
            self.tree.scrollTo(index)

    def ask(self, action: Action) -> None:
        """Send the action for the chosen jobs that it makes sense for; Delete asks first."""
        jobs = self.actions.able(action)
        if not jobs:
            return
        if action is Action.DELETE:
            confirm_delete(self, jobs, lambda: self._send(jobs, action))
        else:
            self._send(jobs, action)

    def _send(self, jobs: Sequence[Job], action: Action) -> None:
        self.link.act([job.id for job in jobs], action, self._refused)

    def _refused(self, error: FarmdeckError) -> None:
        self.notice.say(str(error), "error")

    def open_folder(self) -> None:
        """Show the frames in the system's own file window."""
        jobs = self.selected()
        if len(jobs) == 1 and jobs[0].output:
            open_folder(jobs[0].output)

    def download(self) -> None:
        """Fetch the chosen job's finished pictures now."""
        jobs = self.selected()
        if len(jobs) == 1:
            download(self.link, jobs[0], self.notice)

    def run_extra(self, extra: Extra) -> None:
        """Something that the chosen job's farm can do."""
        jobs = self.selected()
        if len(jobs) == 1:
            open_extra(self, self.link, jobs[0], extra)

    def open_current(self) -> None:
        """The page of the job that has the focus."""
        self._open(self.tree.currentIndex())

    def copy_ids(self) -> None:
        """The chosen jobs' ids, one in a line."""
        QtGui.QGuiApplication.clipboard().setText("\n".join(job.id for job in self.selected()))

    def _open(self, index: QtCore.QModelIndex) -> None:
        job = index.data(JOB) if index.isValid() else None
        if job is not None:
            self.opened.emit(job.id)


def confirm_delete(parent: QtWidgets.QWidget, jobs: Sequence[Job], then: object) -> QtWidgets.QMessageBox:
    """Ask, with the count; `then()` when the answer is Delete."""
    question, more = job_actions.delete_question(jobs)
    box = QtWidgets.QMessageBox(parent)
    box.setObjectName("confirm-delete")
    box.setText(question)
    box.setInformativeText(more)
    delete = box.addButton("Delete", QtWidgets.QMessageBox.ButtonRole.DestructiveRole)
    keep = box.addButton("Keep", QtWidgets.QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keep)
    box.setEscapeButton(keep)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, True)
    box.buttonClicked.connect(lambda button: then() if button is delete else None)  # type: ignore[operator]
    box.open()
    return box


def download(link: DeskLink, job: Job, notice: Notice) -> None:
    """Fetch a job's finished pictures; the notice says how it goes."""
    notice.say(f"Fetching the pictures of {job.name}…")

    def came(values: Mapping[str, Any]) -> None:
        fetched, there = int(values.get("fetched", 0)), int(values.get("there", 0))
        notice.say(f"{words.count(fetched, 'picture')} fetched, {there:,} here already.", "good")

    link.command("job.download", job.id, came, lambda error: notice.say(str(error), "error"))


def open_extra(parent: QtWidgets.QWidget, link: DeskLink, job: Job, extra: Extra) -> ExtraDialog:
    """Its form; one that asks nothing is begun at once."""
    dialog = ExtraDialog(link, job.farm, extra, job.id, parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, True)
    dialog.open()
    if not extra.options and not extra.columns:
        dialog.run()
    return dialog


def open_folder(folder: str) -> None:
    """In the system's own file window."""
    QtGui.QDesktopServices.openUrl(QtCore.QUrl.fromLocalFile(folder))


def elapsed(job: Job) -> str:
    """How long it has been going, or took."""
    return words.duration(words.job_elapsed(job, time.time()))
