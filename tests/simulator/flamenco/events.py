"""What live events say. Source: Flamenco 3.9-beta1, internal/manager/eventbus/events_jobs.go and events_workers.go."""

from __future__ import annotations

import time
from typing import Any

from .job_calls import picture_info
from .jobs import Job, Task, stamp
from .worker import Tag, Worker

NEVER = "0001-01-01T00:00:00Z"


def job(job: Job, version: tuple[int, int], previous: str, refresh: bool, deleted: bool) -> dict[str, Any]:
    """An EventJobUpdate; of a deleted job only the id says something."""
    made: dict[str, Any] = {
        "id": job.id,
        "name": job.name,
        "priority": job.priority,
        "refresh_tasks": refresh,
        "status": job.status,
        "type": job.type,
        "updated": stamp(job.updated),
    }
    if deleted:
        made.update(priority=0, status="", type="", updated=NEVER, was_deleted=True)
        del made["name"]
    if version >= (3, 8):
        steps = (0, 0) if deleted else (job.steps_completed, job.steps_total)
        made.update(steps_completed=steps[0], steps_total=steps[1])
    if previous:
        made["previous_status"] = previous
    if job.delete_requested and not deleted:
        made["delete_requested_at"] = stamp(job.delete_requested)
    return made


def task(task: Task, version: tuple[int, int], previous: str) -> dict[str, Any]:
    """An EventTaskUpdate."""
    made: dict[str, Any] = {
        "activity": task.activity,
        "id": task.id,
        "job_id": task.job.id,
        "name": task.name,
        "status": task.status,
        "updated": stamp(task.updated),
    }
    if version >= (3, 8):
        made.update(steps_completed=task.steps_completed, steps_total=task.steps_total)
        if task.worker is not None:
            made["worker"] = {"name": task.worker.name, "uuid": task.worker.id}
    if previous:
        made["previous_status"] = previous
    return made


def last_rendered(job: Job) -> dict[str, Any]:
    """An EventLastRenderedUpdate."""
    return {"job_id": job.id, "thumbnail": picture_info(job.id)}


def worker(worker: Worker, version: tuple[int, int], previous: str, deleted: bool) -> dict[str, Any]:
    """An EventWorkerUpdate."""
    made = {**worker.summary(version), "updated": stamp(time.time_ns())}
    if previous:
        made["previous_status"] = previous
    if deleted:
        made["deleted_at"] = stamp(time.time_ns())
    return made


def tag(tag: Tag, deleted: bool) -> dict[str, Any]:
    """An EventWorkerTagUpdate; of a deleted tag only the id says something."""
    if deleted:
        return {"tag": {"id": tag.id, "name": ""}, "was_deleted": True}
    return {"tag": {"description": tag.description, "id": tag.id, "name": tag.name}}
