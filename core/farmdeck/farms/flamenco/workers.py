"""What a Manager says of its workers, typed; read as `models` are. OpenAPI: Flamenco 3.9-beta1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .answers import Document
from .models import TaskSummary


@dataclass(frozen=True)
class Tag:
    """OpenAPI: WorkerTag. A job with a tag goes to workers with that tag only."""

    id: str
    name: str
    description: str = ""

    @classmethod
    def read(cls, document: Document) -> Tag:
        return cls(document.text("id"), document.text("name"), document.text("description", ""))


@dataclass(frozen=True)
class WorkerSummary:
    """OpenAPI: WorkerSummary."""

    id: str
    name: str
    status: str
    requested: str = ""
    """The status that it is to go to; "" when nobody asked."""
    lazy: bool = False
    """It goes there after its task."""
    seen: float | None = None
    version: str = ""
    can_restart: bool = False
    """Since Manager 3.3."""

    @classmethod
    def read(cls, document: Document) -> WorkerSummary:
        return cls(**_worker_summary(document))


def _worker_summary(document: Document) -> dict[str, Any]:
    change = document.child("status_change")
    return {
        "id": document.text("id"),
        "name": document.text("name"),
        "status": document.text("status"),
        "requested": change.text("status") if change else "",
        "lazy": change.flag("is_lazy") if change else False,
        "seen": document.moment("last_seen"),
        "version": document.text("version", ""),
        "can_restart": document.flag("can_restart", False),
    }


@dataclass(frozen=True)
class Worker(WorkerSummary):
    """OpenAPI: Worker."""

    address: str = ""
    platform: str = ""
    task_types: tuple[str, ...] = ()
    task: TaskSummary | None = None
    """What it works on, or worked on last."""
    job: str = ""
    """The uuid of that task's job."""
    tags: tuple[Tag, ...] = ()

    @classmethod
    def read(cls, document: Document) -> Worker:
        task = document.child("task")
        return cls(
            **_worker_summary(document),
            address=document.text("ip_address", ""),
            platform=document.text("platform", ""),
            task_types=document.texts("supported_task_types"),
            task=TaskSummary.read(task) if task else None,
            job=task.text("job_id") if task else "",
            tags=tuple(Tag.read(tag) for tag in document.children("tags")),
        )


@dataclass(frozen=True)
class SleepSchedule:
    """OpenAPI: WorkerSleepSchedule."""

    active: bool
    days: str
    """`mo tu we`; "" for every day."""
    start: str
    """`09:00`, by the Manager's clock."""
    end: str

    @classmethod
    def read(cls, document: Document) -> SleepSchedule:
        return cls(
            document.flag("is_active"),
            document.text("days_of_week", ""),
            document.text("start_time", ""),
            document.text("end_time", ""),
        )

    def document(self) -> dict[str, Any]:
        """As it is sent."""
        return {
            "is_active": self.active,
            "days_of_week": self.days,
            "start_time": self.start,
            "end_time": self.end,
        }
