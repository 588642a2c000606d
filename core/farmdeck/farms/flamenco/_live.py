"""Reports that still hold: while the Manager tells which jobs change, the others are not asked for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from ...farm import JobReport
from ...job import JobState
from .events import Events

LONGEST = 15.0
"""Seconds that a report holds at most: an update may be lost."""
STILL = 60.0
"""Seconds that the report of a job holds which nobody works at and whose document is the same: one of its tasks may
have been cancelled by hand."""

Stamp = tuple[tuple[Any, ...], ...]
"""What tells that Flamenco's jobs are as they were."""


class Live:
    """The Manager's live updates, and the last report of each of our jobs. Job ids are the farm's own."""

    def __init__(
        self, address: str, notify: Callable[[str], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._events = Events(address, self._changed)
        self._notify = notify
        self._clock = clock
        self._lock = threading.Lock()
        self._started = False
        self._owners: dict[str, str] = {}
        """Our job ids, by Flamenco's uuids."""
        self._reports: dict[str, tuple[float, JobReport]] = {}
        self._still: dict[str, tuple[float, Stamp, JobReport]] = {}
        self._stirred: set[str] = set()
        """Jobs that changed while they were asked for."""

    @property
    def connected(self) -> bool:
        return self._events.connected

    def start(self) -> None:
        """Begin to listen, once."""
        with self._lock:
            if self._started:
                return
            self._started = True
        self._events.start()

    def close(self) -> None:
        self._events.close()

    def report(self, job_id: str) -> JobReport | None:
        """The last one, while it holds."""
        with self._lock:
            moment, report = self._reports.get(job_id, (0.0, None))
        return report if report and self.connected and self._clock() - moment < LONGEST else None

    def asking(self, job_id: str, uuids: Sequence[str]) -> None:
        """The job is about to be asked for: what changes from now on may not be in the answer."""
        with self._lock:
            self._owners.update(dict.fromkeys(uuids, job_id))
            self._reports.pop(job_id, None)
            self._stirred.discard(job_id)
            if not self.connected:  # what changes until it is would not be told
                self._stirred.add(job_id)

    def asked(self, report: JobReport) -> None:
        """The answer; it holds unless the job changed meanwhile.

        Nor does it hold between two frames: that a worker takes the next task of a job is not told.
        """
        if report.state is JobState.RENDERING and report.counts is not None and not report.counts.rendering:
            return
        with self._lock:
            if report.farm_job not in self._stirred:
                self._reports[report.farm_job] = self._clock(), report

    def remember(self, report: JobReport, stamp: Stamp) -> None:
        """What came of asking for its tasks, when the job was as `stamp` says."""
        with self._lock:
            if report.state is not JobState.RENDERING and not (self.connected and report.farm_job in self._stirred):
                self._still[report.farm_job] = self._clock(), stamp, report

    def unchanged(self, job_id: str, stamp: Stamp) -> JobReport | None:
        """The report that is right still, since nobody works at the job and it is as it was."""
        with self._lock:
            moment, known, report = self._still.get(job_id, (0.0, (), None))
        return report if known == stamp and self._clock() - moment < STILL else None

    def forget(self, job_id: str) -> None:
        """The next report is asked for: something was done to the job."""
        with self._lock:
            self._reports.pop(job_id, None)
            self._still.pop(job_id, None)
            self._stirred.add(job_id)

    def _changed(self, uuid: str) -> None:
        """On the listening thread."""
        with self._lock:
            job_id = self._owners.get(uuid)
        if job_id is not None:
            self.forget(job_id)
            self._notify(job_id)
