"""Which jobs there are, in which order, and which of them match the filter. No Qt."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Callable

from farmdeck import Job, JobState

from . import words

Key = tuple[Any, ...]

LIVE = "live"
"""The filter for jobs that have not ended."""


@dataclass(frozen=True)
class JobFilter:
    """What the filter row asks for; everything "" is all jobs."""

    text: str = ""
    farm: str = ""
    state: str = ""

    def takes(self, job: Job) -> bool:
        """Is the job one of those?"""
        if self.farm and job.farm != self.farm:
            return False
        if self.state == LIVE:
            if job.state.ended:
                return False
        elif self.state and job.state.value != self.state:
            return False
        if not self.text:
            return True
        wanted = self.text.lower()
        if wanted.startswith("state:"):
            return words.state_words(job).lower().startswith(wanted[6:])
        return wanted in f"{job.name} {job.owner} {job.project} {job.id}".lower()


SORTS: dict[str, Callable[[Job], Any]] = {
    "created": lambda job: job.created,
    "name": lambda job: job.name.lower(),
    "state": lambda job: list(JobState).index(job.state),
    "progress": lambda job: job.fraction,
    "done": lambda job: job.done,
    "failed": lambda job: job.failed,
    "left": lambda job: job.left,
    "elapsed": lambda job: (job.ended or job.updated) - (job.started or job.updated),
    "owner": lambda job: job.owner.lower(),
    "farm": lambda job: job.farm.lower(),
}


class JobList:
    """Every job by id, and the ids that match in order.

    A job keeps its place when it changes: the order is made anew only when somebody asks for another one.
    """

    def __init__(self) -> None:
        self.jobs: dict[str, Job] = {}
        self.order: list[str] = []
        self.filter = JobFilter()
        self._keys: dict[str, Key] = {}
        self._sort, self._down = "created", True

    def update(self, jobs: Iterable[Job], gone: Iterable[str]) -> list[str]:
        """Take the news; returns the ids of jobs that were known, and changed. `order` follows."""
        changed, fresh = [], []
        for job in jobs:
            if job.id in self.jobs:
                changed.append(job.id)
            else:
                fresh.append(job.id)
            self.jobs[job.id] = job
        lost = {id for id in gone if self.jobs.pop(id, None) is not None}
        for id in lost:
            self._keys.pop(id, None)
        if lost:
            self.order = [id for id in self.order if id not in lost]
        self._insert([id for id in fresh if id not in lost])
        self._refilter(changed)
        return [id for id in changed if id not in lost]

    def set_filter(self, wanted: JobFilter) -> None:
        """Show only these."""
        self.filter = wanted
        self.order = sorted((id for id, job in self.jobs.items() if wanted.takes(job)), key=self._keys.__getitem__)

    def sort(self, name: str, descending: bool) -> None:
        """Another order, from now on."""
        self._sort, self._down = name, descending
        self._keys = {id: self._key(job) for id, job in self.jobs.items()}
        self.order.sort(key=self._keys.__getitem__)

    def _insert(self, ids: list[str]) -> None:
        for id in ids:
            self._keys[id] = self._key(self.jobs[id])
        shown = [id for id in ids if self.filter.takes(self.jobs[id])]
        if len(shown) == 1:
            keys = [self._keys[id] for id in self.order]
            self.order.insert(bisect_left(keys, self._keys[shown[0]]), shown[0])
        elif shown:
            self.order = sorted(self.order + shown, key=self._keys.__getitem__)  # nearly sorted: close to one pass

    def _refilter(self, ids: list[str]) -> None:
        """Jobs that changed so that they match now, or match no more."""
        if self.filter == JobFilter():
            return
        for id in ids:
            if id in self.jobs and self.filter.takes(self.jobs[id]) and id not in self.order:
                self._insert([id])
        out = {id for id in ids if id in self.jobs and not self.filter.takes(self.jobs[id])}
        if out:
            self.order = [id for id in self.order if id not in out]

    def _key(self, job: Job) -> Key:
        value = SORTS[self._sort](job)
        if not self._down:
            return (value, job.id)
        return (-value, job.id) if isinstance(value, (int, float)) else (_Reversed(value), job.id)


@dataclass(frozen=True)
class _Reversed:
    """Text that sorts backwards."""

    text: str

    def __lt__(self, other: _Reversed) -> bool:
        return other.text < self.text
