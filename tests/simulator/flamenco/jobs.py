"""Jobs and their tasks, and how the Manager writes them.

Source: Flamenco 3.9-beta1, pkg/api/flamenco-openapi.yaml and internal/manager/api_impl/jobs.go.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .worker import Worker

JOB_STATUSES = (
    "active",
    "canceled",
    "completed",
    "failed",
    "paused",
    "pause-requested",
    "queued",
    "cancel-requested",
    "requeueing",
    "under-construction",
)
OLD_JOB_STATUSES = tuple(status for status in JOB_STATUSES if status != "pause-requested")
"""Up to 3.5; a job could not be paused, nor submitted so, although the word was there."""
TASK_STATUSES = ("active", "canceled", "completed", "failed", "queued", "soft-failed", "paused")
NO_WORKER = {"address": "", "id": "", "name": ""}


def stamp(ns: int) -> str:
    """A time as Go writes it: nine digits of a second, zeros at the end left out."""
    seconds, rest = divmod(ns, 1_000_000_000)
    fraction = f".{rest:09d}".rstrip("0").rstrip(".")
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + fraction + "Z"


@dataclass
class Command:
    """One thing that a worker does; steps 0: it counts as one, at its end."""

    name: str
    parameters: dict[str, Any]
    steps: int = 0


@dataclass
class Task:
    """A task of a job. `attempt`: how often a worker began it."""

    job: Job
    name: str
    type: str
    commands: list[Command]
    index: int
    dependencies: list[Task] = field(default_factory=list)
    priority: int = 50
    status: str = "queued"
    activity: str = ""
    worker: Worker | None = None
    failed_by: list[Worker] = field(default_factory=list)
    steps_completed: int = 0
    attempt: int = 0
    touched: int = 0
    created: int = field(default_factory=time.time_ns)
    updated: int = field(default_factory=time.time_ns)
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def steps_total(self) -> int:
        """A command without steps counts as one."""
        return sum(max(1, command.steps) for command in self.commands)

    def summary(self, version: tuple[int, int]) -> dict[str, Any]:
        """A TaskSummary."""
        made: dict[str, Any] = {
            "id": self.id,
            "name": self.name,
            "priority": self.priority,
            "status": self.status,
            "task_type": self.type,
            "updated": stamp(self.updated),
        }
        if version >= (3, 6):
            made["index_in_job"] = self.index
        if version >= (3, 8):
            made.update(steps_completed=self.steps_completed, steps_total=self.steps_total)
            made["worker"] = self.worker.reference() if self.worker else NO_WORKER
        return made

    def document(self, version: tuple[int, int]) -> dict[str, Any]:
        """A Task, its commands before variables are replaced."""
        commands: list[dict[str, Any]] = [{"name": one.name, "parameters": one.parameters} for one in self.commands]
        if version >= (3, 8):
            for command, one in zip(commands, self.commands):
                command["total_step_count"] = one.steps
        made = {
            **self.summary(version),
            "activity": self.activity,
            "commands": commands,
            "created": stamp(self.created),
            "failed_by_workers": [worker.reference() for worker in self.failed_by],
            "job_id": self.job.id,
        }
        if self.worker is not None:
            made["worker"] = self.worker.reference()
        if self.touched:
            made["last_touched"] = stamp(self.touched)
        return made


@dataclass
class Job:
    """A job. Its steps are summed up only when a task's step is saved: a fresh job says 0 of 0."""

    name: str
    type: str
    priority: int
    settings: dict[str, Any]
    metadata: dict[str, str]
    status: str = "queued"
    activity: str = ""
    checkout: str = ""
    tag: str = ""
    tasks: list[Task] = field(default_factory=list)
    blocklist: list[tuple[Worker, str]] = field(default_factory=list)
    steps_completed: int = 0
    steps_total: int = 0
    delete_requested: int = 0
    has_picture: bool = False
    created: int = field(default_factory=time.time_ns)
    updated: int = field(default_factory=time.time_ns)
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def sum_up(self) -> None:
        """Its steps, from its tasks."""
        self.steps_completed = sum(task.steps_completed for task in self.tasks)
        self.steps_total = sum(task.steps_total for task in self.tasks)
        self.updated = time.time_ns()

    def document(self, version: tuple[int, int]) -> dict[str, Any]:
        """A Job; `submitter_platform` is never given back."""
        made: dict[str, Any] = {
            "metadata": self.metadata,
            "name": self.name,
            "priority": self.priority,
            "settings": self.settings,
            "submitter_platform": "",
            "type": self.type,
            "activity": self.activity,
            "created": stamp(self.created),
            "id": self.id,
            "status": self.status,
            "updated": stamp(self.updated),
        }
        if version >= (3, 8):
            made.update(steps_completed=self.steps_completed, steps_total=self.steps_total)
        if self.checkout:
            made["storage"] = {"shaman_checkout_id": self.checkout}
        if self.tag:
            made["worker_tag"] = self.tag
        if self.delete_requested:
            made["delete_requested_at"] = stamp(self.delete_requested)
        return made
