"""A worker as the Manager knows it, and worker tags.

Source: Flamenco 3.9-beta1, internal/manager/api_impl/worker_mgt.go.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .jobs import stamp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .jobs import Task

WORKER_STATUSES = ("starting", "awake", "asleep", "error", "testing", "offline", "restart")
TASK_TYPES = ("blender", "ffmpeg", "file-management", "misc")


@dataclass
class Tag:
    """A tag of workers."""

    name: str
    description: str = ""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def document(self) -> dict[str, Any]:
        """A WorkerTag."""
        made = {"id": self.id, "name": self.name}
        return {**made, "description": self.description} if self.description else made


@dataclass(eq=False)
class Worker:
    """A worker. `requested`: the status it shall go to, and whether only after its task (lazily)."""

    name: str
    platform: str = "linux"
    task_types: tuple[str, ...] = TASK_TYPES
    status: str = "awake"
    version: str = "3.9.0"
    address: str = "127.0.0.1"
    can_restart: bool = False
    tags: list[Tag] = field(default_factory=list)
    requested: tuple[str, bool] | None = None
    schedule: dict[str, Any] | None = None
    task: Task | None = None
    run: Iterator[None] | None = None
    deleted: bool = False
    seen: int = field(default_factory=time.time_ns)
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def reference(self) -> dict[str, str]:
        """A TaskWorker; of one that was deleted only the id is left."""
        if self.deleted:
            return {"address": "", "id": self.id, "name": ""}
        return {"address": self.address, "id": self.id, "name": self.name}

    def summary(self, version: tuple[int, int]) -> dict[str, Any]:
        """A WorkerSummary."""
        made: dict[str, Any] = {
            "id": self.id,
            "last_seen": stamp(self.seen),
            "name": self.name,
            "status": self.status,
            "version": self.version,
        }
        if version >= (3, 3):
            made["can_restart"] = self.can_restart
        if self.requested:
            made["status_change"] = {"status": self.requested[0], "is_lazy": self.requested[1]}
        return made

    def document(self, version: tuple[int, int]) -> dict[str, Any]:
        """A Worker, with the task that it does or did last."""
        made = {
            **self.summary(version),
            "ip_address": self.address,
            "platform": self.platform,
            "supported_task_types": list(self.task_types),
        }
        if self.task is not None:
            made["task"] = {**self.task.summary(version), "job_id": self.task.job.id}
            if version >= (3, 8):
                made["task"]["worker"] = self.reference()
        if self.tags:
            made["tags"] = [tag.document() for tag in self.tags]
        return made
