"""The server's list of jobs, also while a broken job is in its way.

A job that the server could not finish making (no tasks, no manager) stays, and from then on GET /jobs is a 500 for
everybody. Ours are removed; another's is named, for a person to decide.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Callable

from ..._errors import FarmError
from .client import Client
from .connection import writing
from .dialects import A
from .errors import Crashed, NotThere
from .marks import read_name
from .models import ServerJob

GAP = 20
"""So many numbers in a row without a job, and there are no more."""
MOST = 5000
"""Jobs that are looked at one by one."""
GRACE = 0.3
"""Seconds before it is asked again: a job that somebody's request is just making looks broken, too."""
PATIENCE = 300.0
"""Seconds before the broken job is looked for again."""
OURS = ".farmdeck-"
"""In the names of scenes that are ours: January 2015 tells a single job's scene, and not its name."""


class Listing:
    """Any number of threads may use it at once."""

    def __init__(self, client: Client, newest: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """`newest`: a file that keeps the highest number seen, so that what came after it is looked at first."""
        self._client = client
        self._file = newest
        self._clock = clock
        self._lock = threading.Lock()
        self._told: tuple[float, FarmError] | None = None

    def jobs(self) -> list[ServerJob]:
        """All of them. Raises FarmError that names the broken job when it is not ours."""
        try:
            found = self._client.jobs()
        except Crashed as exc:
            with self._lock:
                found = self._repaired(exc)
        self._told = None
        self._remember(max((job.id for job in found), default=0))
        return found

    def broken(self) -> Iterator[ServerJob]:
        """Jobs that the server cannot list, the newest first to be found."""
        newest = self._newest()
        yield from self._among(itertools.count(newest + 1), GAP)
        yield from self._among(range(1, newest + 1), newest)

    def _repaired(self, cause: Crashed) -> list[ServerJob]:
        if self._told is not None and self._clock() - self._told[0] < PATIENCE:
            raise self._told[1]
        time.sleep(GRACE)
        try:
            return self._client.jobs()
        except Crashed:
            pass  # it is no matter of a moment
        for job in self.broken():
            if not is_ours(job):
                raise self._tell(_not_ours(job))
            self._client.delete_jobs([job.id])
            try:
                return self._client.jobs()
            except Crashed:
                continue  # there is another one
        raise self._tell(
            FarmError(
                f"The server cannot list its jobs ({cause.what}), and which one is broken cannot be found out.",
                "Look at the server's log; a job without tasks or without a manager has to be deleted there.",
            )
        )

    def _tell(self, error: FarmError) -> FarmError:
        self._told = (self._clock(), error)
        return error

    def _among(self, numbers: Iterable[int], gap: int) -> Iterator[ServerJob]:
        """Those that are broken, until so many numbers in a row have no job."""
        with_tasks = {task.job for task in self._client.tasks()} if self._client.dialect is A else set()
        missing = 0
        for count, id in enumerate(numbers):
            if missing > gap or count > MOST:
                return
            if id in with_tasks:
                missing = 0
                continue
            job = self._look(id)
            missing = missing + 1 if job is None else 0
            if job is not None and self._is_broken(job):
                yield job

    def _look(self, id: int) -> ServerJob | None:
        try:
            return self._client.peek(id)
        except NotThere:
            return None
        except Crashed:
            return ServerJob(id, "", "")

    def _is_broken(self, job: ServerJob) -> bool:
        """January 2015 shows a broken job all the same, and it has no tasks; later ones fail over it."""
        if self._client.dialect is A:
            return not self._client.tasks(job.id)
        try:
            self._client.job(job.id)
        except Crashed:
            return True
        return False

    def _newest(self) -> int:
        try:
            return int(self._file.read_text())
        except (OSError, ValueError):
            return 0

    def _remember(self, newest: int) -> None:
        if newest > self._newest():
            with writing(self._file):
                self._file.write_text(str(newest))


def is_ours(job: ServerJob) -> bool:
    return read_name(job.name) is not None or OURS in job.filepath


def _not_ours(job: ServerJob) -> FarmError:
    named = f" ({job.name or job.filepath})" if job.name or job.filepath else ""
    return FarmError(
        f"The server cannot list its jobs, since its job {job.id}{named} is broken: it has no tasks or no manager.",
        f"It is not one of Farmdeck's. Ask whose it is, then use the farm's command remove-broken on job {job.id}.",
    )
