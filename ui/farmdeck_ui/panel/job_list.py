"""Which jobs there are, in which order, and which of them match the filter. No Qt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Callable

from farmdeck import Job, JobState

LIVE = "live"
"""The filter for jobs that have not ended."""


@dataclass(frozen=True)
class JobFilter:
    """What the filter row asks for; everything "" is all jobs."""

    text: str = ""
    farm: str = ""
    state: str = ""

    def takes(self, job: Job, text: str) -> bool:
        """Is the job, whose `search_text` is `text`, one of those?"""
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
            return job.words.lower().startswith(wanted[6:])
        return wanted in text


SORTS: dict[str, Callable[[Job], Any]] = {
    "created": lambda job: job.created,
    "name": lambda job: job.name.lower(),
    "state": lambda job: list(JobState).index(job.state),
    "progress": lambda job: job.fraction,
    "done": lambda job: job.done,
    "failed": lambda job: job.failed,
    "left": lambda job: job.left,
    "cost": lambda job: (job.cost or 0.0, job.id),
    "elapsed": lambda job: (job.ended or job.updated) - (job.started or job.updated),
    "owner": lambda job: job.owner.lower(),
    "farm": lambda job: job.farm.lower(),
}


class JobList:
    """Every job by id, and the ids that match in order.

    A job keeps its place when it changes: its key is made anew only when somebody asks for another order.
    """

    def __init__(self) -> None:
        self.jobs: dict[str, Job] = {}
        self.order: list[str] = []
        self.filter = JobFilter()
        self._keys: dict[str, Any] = {}
        self._texts: dict[str, str] = {}
        self._sort, self._down = "created", True

    def update(self, jobs: Iterable[Job], gone: Iterable[str]) -> list[str]:
        """Take the news; returns the ids of jobs that were known, and changed. `order` follows."""
        changed: list[str] = []
        fresh: list[str] = []
        for job in jobs:
            (changed if job.id in self.jobs else fresh).append(job.id)
            self.jobs[job.id] = job
            self._texts[job.id] = search_text(job)
        self._forget(gone)
        self._insert([id for id in fresh if id in self.jobs])
        self._refilter(changed)
        return [id for id in changed if id in self.jobs]

    def set_filter(self, wanted: JobFilter) -> None:
        """Show only these."""
        self.filter = wanted
        shown = [id for id in self.jobs if self._takes(id)]
        self.order = sorted(shown, key=self._keys.__getitem__, reverse=self._down)

    def sort(self, name: str, descending: bool) -> None:
        """Another order, from now on."""
        self._sort, self._down = name, descending
        make = SORTS[name]
        self._keys = {id: make(job) for id, job in self.jobs.items()}
        self.order.sort(key=self._keys.__getitem__, reverse=descending)

    def _takes(self, id: str) -> bool:
        return self.filter.takes(self.jobs[id], self._texts[id])

    def _forget(self, gone: Iterable[str]) -> None:
        lost = {id for id in gone if self.jobs.pop(id, None) is not None}
        if lost:
            self.order = [id for id in self.order if id not in lost]
            for id in lost:
                self._keys.pop(id, None)
                self._texts.pop(id, None)

    def _insert(self, ids: list[str]) -> None:
        make = SORTS[self._sort]
        for id in ids:
            self._keys[id] = make(self.jobs[id])
        shown = [id for id in ids if self._takes(id)]
        if len(shown) == 1:
            self.order.insert(self._place(shown[0]), shown[0])
        elif shown:  # what is there is in order already: close to one pass
            self.order = sorted(self.order + shown, key=self._keys.__getitem__, reverse=self._down)

    def _place(self, id: str) -> int:
        """Where it belongs among the others."""
        key, keys = self._keys[id], self._keys
        later = (place for place, other in enumerate(self.order) if (keys[other] < key) is self._down)
        return next(later, len(self.order))

    def _refilter(self, ids: list[str]) -> None:
        """Jobs that changed so that they match now, or match no more."""
        if self.filter == JobFilter():
            return
        shown = set(self.order)
        self._insert([id for id in ids if id in self.jobs and id not in shown and self._takes(id)])
        out = {id for id in ids if id in self.jobs and not self._takes(id)}
        if out:
            self.order = [id for id in self.order if id not in out]


def search_text(job: Job) -> str:
    """What the search field looks in."""
    return f"{job.name} {job.owner} {job.project} {job.id}".lower()
