"""The jobs as a tree: a row for each job, below it one for each part.

Only the first `PAGE` matching jobs are rows at first, more as somebody scrolls to them: a view looks at every row
that there is each time one is added, and with 10,000 of them that alone would take 50 ms.
"""
# mypy: allow-subclassing-any

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from farmdeck import FrameState, Job, JobState, Part

from . import words
from .job_list import JobFilter, JobList
from .qt import Qt, QtCore

NAME, STATE, PROGRESS, DONE, FAILED, LEFT, ELAPSED, COST, OWNER, FARM = range(10)
HEADS = ("Job", "State", "Progress", "Done", "Failed", "Left", "Elapsed", "Cost", "Owner", "Farm")
NUMBERS = frozenset({DONE, FAILED, LEFT, ELAPSED, COST})
SORT_NAMES = ("name", "state", "progress", "done", "failed", "left", "elapsed", "cost", "owner", "farm")
JOB = Qt.ItemDataRole.UserRole + 1
PART = Qt.ItemDataRole.UserRole + 2
COUNT = Qt.ItemDataRole.UserRole + 3
PAGE = 200
_ROOT = QtCore.QModelIndex()


@dataclass(frozen=True)
class PartCount:
    """What the frames of one part add up to."""

    total: int
    done: int
    failed: int
    rendering: int
    fraction: float

    @property
    def state(self) -> JobState:
        """In a job's words."""
        if self.total and self.done == self.total:
            return JobState.DONE
        if self.rendering:
            return JobState.RENDERING
        if self.failed and self.done + self.failed == self.total:
            return JobState.PARTLY_DONE if self.done else JobState.FAILED
        return JobState.WAITING


def count_parts(frames: Sequence[Any]) -> dict[int, PartCount]:
    """By the part's number."""
    grouped: dict[int, list[Any]] = {}
    for frame in frames:
        grouped.setdefault(frame.part, []).append(frame)
    return {number: _count(group) for number, group in grouped.items()}


def _count(frames: Sequence[Any]) -> PartCount:
    states = [frame.state for frame in frames]
    done = states.count(FrameState.DONE)
    running = [frame.progress for frame in frames if frame.state is FrameState.RENDERING]
    return PartCount(
        total=len(frames),
        done=done,
        failed=states.count(FrameState.FAILED),
        rendering=len(running),
        fraction=(done + sum(running)) / len(frames),
    )


@dataclass(frozen=True)
class Cell:
    """What one cell shows."""

    column: int
    job: Job
    part: Part | None
    count: PartCount | None
    text: str


class JobModel(QtCore.QAbstractItemModel):
    """Tells Qt what the job list already did. A job's row is never reset and never moves by itself."""

    def __init__(self, parent: QtCore.QObject | None = None) -> None:
        super().__init__(parent)
        self.list = JobList()
        self._rows: list[str] = []  # the ids that are rows, a beginning of self.list.order
        self._places: dict[str, int] = {}
        self._folds: list[bool] = []
        self._limit = PAGE
        self._behind = False
        self._numbers: dict[str, int] = {}  # id -> the number its parts' indexes carry
        self._ids: list[str] = [""]  # that number -> id
        self._counts: dict[str, dict[int, PartCount]] = {}
        self._labels: dict[str, str] = {}

    # -- what the page sets and asks

    def update_jobs(self, jobs: Sequence[Job], gone: Sequence[str] = (), more: bool = False) -> None:
        """News from the store; new jobs become rows when no `more` is on its way."""
        if gone:
            self._remove_all_but(set(self._rows).difference(gone))
        self._drop_parts(jobs)
        before = {job.id: self.list.jobs[job.id] for job in jobs if job.id in self._places}
        changed = self.list.update(jobs, gone)
        for id in gone:
            self._counts.pop(id, None)
        self._behind |= len(changed) != len(jobs) or bool(gone) or self.list.filter != JobFilter()
        if self._behind and not more:
            self._behind = False
            self._follow()
        for id in changed:
            if id in self._places:
                self._refresh(id, before.get(id))

    def set_filter(self, wanted: JobFilter) -> None:
        """Show only these jobs."""
        if wanted != self.list.filter:
            self.list.set_filter(wanted)
            self._follow()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Somebody pressed a header; -1 is newest first."""
        name = SORT_NAMES[column] if column >= 0 else "created"
        self.list.sort(name, column < 0 or order == Qt.SortOrder.DescendingOrder)
        self._follow()

    def show_more(self) -> None:
        """Somebody scrolled to the end. (Not Qt's fetchMore: a tree view calls that at each layout.)"""
        self._limit += PAGE
        self._follow()

    def show_less(self) -> None:
        """Somebody scrolled back to the top."""
        self._limit = PAGE
        self._follow()

    def set_counts(self, id: str, counts: Mapping[int, PartCount]) -> None:
        """What the parts of an unfolded job have come to."""
        self._counts[id] = dict(counts)
        place = self._places.get(id)
        job = self.list.jobs.get(id)
        if place is not None and job is not None and job.parts:
            parent = self.index(place, 0)
            last = len(job.parts) - 1
            self.dataChanged.emit(self.index(0, 0, parent), self.index(last, len(HEADS) - 1, parent), [])

    def set_farm_labels(self, labels: Mapping[str, str]) -> None:
        """What the farms are called."""
        self._labels = dict(labels)

    def refresh_times(self, first: int, last: int) -> None:
        """The clock went on: the elapsed time of what renders in those rows."""
        for row in range(max(0, first), min(last + 1, len(self._rows))):
            if self.list.jobs[self._rows[row]].state is JobState.RENDERING:
                cell = self.index(row, ELAPSED)
                self.dataChanged.emit(cell, cell, [Qt.ItemDataRole.DisplayRole])

    def refresh_thumbnail(self, path: str) -> None:
        """A picture was loaded."""
        for id, row in self._places.items():
            if self.list.jobs[id].thumbnail == path:
                cell = self.index(row, NAME)
                self.dataChanged.emit(cell, cell, [Qt.ItemDataRole.DecorationRole])

    def cell(self, index: QtCore.QModelIndex) -> Cell:
        """All that a cell is painted from, in one call: each call through Qt costs more than what it asks for."""
        number = int(index.internalId())
        row, column = index.row(), index.column()
        job = self.list.jobs[self._ids[number] if number else self._rows[row]]
        if not number:
            return Cell(column, job, None, None, self._text(job, column))
        count = self._counts.get(job.id, {}).get(row)
        return Cell(column, job, job.parts[row], count, self._part_text(job, row, column))

    def job_at(self, index: QtCore.QModelIndex) -> Job | None:
        """The job of that row, or of the part's row."""
        if not index.isValid():
            return None
        number = int(index.internalId())
        id = self._ids[number] if number else self._rows[index.row()]
        return self.list.jobs.get(id)

    def index_of(self, id: str) -> QtCore.QModelIndex:
        """The job's row; an invalid index while it is not one."""
        row = self._places.get(id)
        return self.index(row, 0) if row is not None else QtCore.QModelIndex()

    # -- what Qt asks

    def index(self, row: int, column: int, parent: QtCore.QModelIndex = _ROOT) -> QtCore.QModelIndex:
        if row < 0 or not 0 <= column < len(HEADS):
            return QtCore.QModelIndex()
        if not parent.isValid():
            return self.createIndex(row, column, 0) if row < len(self._rows) else QtCore.QModelIndex()
        if row >= self.rowCount(parent):
            return QtCore.QModelIndex()
        return self.createIndex(row, column, self._number(self._rows[parent.row()]))

    def parent(self, index: QtCore.QModelIndex) -> QtCore.QModelIndex:
        number = int(index.internalId()) if index.isValid() else 0
        row = self._places.get(self._ids[number]) if number else None
        return self.createIndex(row, 0, 0) if row is not None else QtCore.QModelIndex()

    def rowCount(self, parent: QtCore.QModelIndex = _ROOT) -> int:
        if not parent.isValid():
            return len(self._rows)
        if parent.internalId() or parent.column() or parent.row() >= len(self._rows):
            return 0
        parts = self.list.jobs[self._rows[parent.row()]].parts
        return len(parts) if len(parts) > 1 else 0

    def hasChildren(self, parent: QtCore.QModelIndex = _ROOT) -> bool:
        if not parent.isValid():
            return bool(self._rows)
        return not parent.internalId() and self._folds[parent.row()]  # asked for every row at each layout

    def columnCount(self, parent: QtCore.QModelIndex = _ROOT) -> int:
        return len(HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return HEADS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            right = Qt.AlignmentFlag.AlignRight if section in NUMBERS else Qt.AlignmentFlag.AlignLeft
            return right | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: QtCore.QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        job = self.job_at(index)
        if job is None:
            return None
        number = index.row() if index.internalId() else -1
        if number >= len(job.parts):
            return None
        if role == JOB:
            return job
        if role == PART:
            return job.parts[number] if number >= 0 else None
        if role == COUNT:
            return self._counts.get(job.id, {}).get(number)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._part_text(job, number, index.column()) if number >= 0 else self._text(job, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(job, index.column()) if number < 0 else job.parts[number].output
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() in NUMBERS:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    # -- words

    def _text(self, job: Job, column: int) -> str:
        if column == NAME:
            return job.name
        if column == STATE:
            return job.words
        if column == PROGRESS:
            return f"{job.fraction:.0%}"
        if column == ELAPSED:
            return words.duration(words.job_elapsed(job, time.time()))
        if column == COST:
            return words.money(job.cost, job.currency) if job.cost is not None else words.DASH
        if column == OWNER:
            return job.owner or words.DASH
        if column == FARM:
            return self._labels.get(job.farm, job.farm)
        return _number_text({DONE: job.done, FAILED: job.failed, LEFT: job.left}[column], column)

    def _part_text(self, job: Job, number: int, column: int) -> str:
        part: Part = job.parts[number]
        count = self._counts.get(job.id, {}).get(number)
        if column == NAME:
            return part.name
        if count is None:
            return part.frames if column == STATE else ""
        if column == STATE:
            word = count.state.word
            return f"{word}, {count.failed} failed" if count.state is JobState.PARTLY_DONE else word
        if column == PROGRESS:
            return f"{count.fraction:.0%}"
        if column in (DONE, FAILED, LEFT):
            left = count.total - count.done - count.failed
            return _number_text({DONE: count.done, FAILED: count.failed, LEFT: left}[column], column)
        return ""

    def _tip(self, job: Job, column: int) -> str:
        if column == NAME:
            return f"{job.scene}\n{job.id}".strip()
        return job.message if column in (STATE, PROGRESS) else ""

    # -- rows

    def _number(self, id: str) -> int:
        number = self._numbers.get(id)
        if number is None:
            number = self._numbers[id] = len(self._ids)
            self._ids.append(id)
        return number

    def _refresh(self, id: str, before: Job | None) -> None:
        """Cell by cell, and only those that look different: of a range, a view repaints all that it shows."""
        row, job = self._places[id], self.list.jobs[id]
        for column in range(len(HEADS)):
            if before is None or self._look(before, column) != self._look(job, column):
                cell = self.index(row, column)
                self.dataChanged.emit(cell, cell, [])

    def _look(self, job: Job, column: int) -> tuple[object, ...]:
        """What the cell is painted from."""
        text = self._text(job, column)
        if column == NAME:
            return text, job.software, job.renderer, job.thumbnail
        if column in (STATE, PROGRESS):
            return text, job.state, job.done, job.failed, job.total, job.fraction
        return (text,)

    def _drop_parts(self, jobs: Sequence[Job]) -> None:
        """A job whose parts were found out anew (one that only the farm knew) leaves its row, and gets another."""
        for job in jobs:
            old, row = self.list.jobs.get(job.id), self._places.get(job.id)
            if old is not None and row is not None and len(old.parts) != len(job.parts):
                self.beginRemoveRows(_ROOT, row, row)
                del self._rows[row]
                self._place()
                self.endRemoveRows()
                self.list.update((), (job.id,))

    def _follow(self) -> None:
        """Make the rows the beginning of the list's order: remove, move, insert; nothing that stays is touched."""
        wanted = self.list.order[: self._limit]
        if wanted == self._rows:
            return
        self._remove_all_but(set(wanted))
        common = [id for id in wanted if id in self._places]
        if common != self._rows:
            self._reorder(common)
        self._insert_missing(wanted)

    def _remove_all_but(self, wanted: set[str]) -> None:
        row = len(self._rows) - 1
        while row >= 0:
            if self._rows[row] in wanted:
                row -= 1
                continue
            last = row
            while row >= 0 and self._rows[row] not in wanted:
                row -= 1
            self.beginRemoveRows(_ROOT, row + 1, last)
            del self._rows[row + 1 : last + 1]
            self._place()
            self.endRemoveRows()

    def _reorder(self, wanted: list[str]) -> None:
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        ids = [self._rows[index.row()] if not index.internalId() else "" for index in old]
        self._rows = list(wanted)
        self._place()
        new = [self.createIndex(self._places[id], index.column(), 0) if id else index for id, index in zip(ids, old)]
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()

    def _insert_missing(self, wanted: list[str]) -> None:
        row = 0
        while row < len(wanted):
            if row < len(self._rows) and self._rows[row] == wanted[row]:
                row += 1
                continue
            last = row
            while last < len(wanted) and wanted[last] not in self._places:
                last += 1
            self.beginInsertRows(_ROOT, row, last - 1)
            self._rows[row:row] = wanted[row:last]
            self._place()
            self.endInsertRows()
            row = last

    def _place(self) -> None:
        self._places = {id: row for row, id in enumerate(self._rows)}
        self._folds = [len(self.list.jobs[id].parts) > 1 for id in self._rows]


def _number_text(number: int, column: int) -> str:
    return f"{number:,}" if number or column == DONE else words.DASH
