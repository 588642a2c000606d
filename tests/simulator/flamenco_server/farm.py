"""The server's database: tables whose ids are used again, and a session that forgets to commit."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from .answers import NotFound
from .records import Job, Manager, Project, Task, Worker

if TYPE_CHECKING:
    from .dialect import Dialect


class Farm:
    """Everything the server knows. Whoever reads or changes it holds `changed`."""

    def __init__(self, dialect: Dialect, storage: Path) -> None:
        self.dialect = dialect
        self.storage = storage
        self.changed = threading.Condition(threading.RLock())
        self.projects: dict[int, Project] = {}
        self.managers: dict[int, Manager] = {}
        self.jobs: dict[int, Job] = {}
        self.tasks: dict[int, Task] = {}
        self.settings: dict[str, str | None] = {}
        self.logs: dict[int, list[tuple[float, str]]] = {}
        """What was done to a job, by its id: a later job with the same id inherits it (C, B)."""
        self.files: dict[tuple[int | None, int], bytes] = {}
        """Zips that came, by project and job: never deleted, so a later job with the same id inherits it (A', C, B)."""
        self.thumbnails: dict[int, bytes] = {}
        self.doomed: set[int] = set()
        """Jobs that `DELETE /jobs/<id>` deleted in a session that nobody has committed yet."""
        self.hostile_items: list[tuple[str, str, str]] = []
        """What `/browse` lists besides what is there, to try a client."""
        self.outcome: Callable[[Job, int], str] = lambda job, frame: "done"

    def commit(self) -> None:
        """Write what the session holds, with the deletions that earlier requests left in it.

        Seen at the real server of dialect A: a job that `DELETE` "deleted" is there until anybody's next write; then it
        is gone, and its tasks stay behind without a job.
        """
        for job_id in self.doomed & set(self.jobs):
            del self.jobs[job_id]
            for task in self.tasks.values():
                if task.job_id == job_id:
                    task.job_id = None
        self.doomed.clear()

    def delete_later(self, job_id: int) -> None:
        """Delete a job without a commit: where each request has its own session, that is nothing at all (C, B)."""
        if self.dialect.one_session:
            self.doomed.add(job_id)

    def job(self, number: int) -> Job:
        """Raises NotFound."""
        if number not in self.jobs:
            raise NotFound
        return self.jobs[number]

    def keep_file(self, job: Job, content: bytes | None) -> None:
        """The zip that came with a job, or else the one that lies there from an earlier job."""
        place = job.project_id, job.id
        if content is not None:
            self.files[place] = content
        job.file = self.files.get(place)

    def tasks_of(self, job_id: int) -> list[Task]:
        """In the order of their ids."""
        return [task for _, task in sorted(self.tasks.items()) if task.job_id == job_id]

    def active_project(self) -> Project | None:
        """The project that the settings name."""
        value = self.settings.get("active_project")
        return self.projects.get(int(value)) if value else None

    def add_manager(self, name: str | None, port: int | None, workers: int, played: bool) -> Manager:
        """One more manager, with workers when it is a played one."""
        made = Manager(next_id(self.managers), name, port, uuid.uuid1().hex, token=uuid.uuid4().hex, played=played)
        made.workers = [Worker(number, f"node{number:02d}") for number in range(1, workers + 1)]
        made.total_workers = workers
        self.managers[made.id] = made
        return made


def next_id(table: Mapping[int, object]) -> int:
    """sqlite's: one more than the largest there is, so the id of a deleted newest row comes again."""
    return max(table, default=0) + 1
