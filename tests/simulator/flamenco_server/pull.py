"""Dialects C and B: managers ask for tasks and report what becomes of them.

Source: module tasks of 4d509f3c (C: POST /tasks/<id>) and of 6bb7af78^ (B: PUT /tasks/<id>).
"""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Any

from .farm import Farm
from .records import Job, Manager, Task

OVER = ("completed", "failed")


def take(farm: Farm, manager: Manager, types: Collection[str], worker: str | None) -> Task | None:
    """The next task for a manager: of the most important job, C the first, B the last. None when there is none."""
    jobs = [job for job in farm.jobs.values() if job.status in ("waiting", "active")]
    jobs = [job for job in jobs if not types or job.type in types]
    for job in sorted(jobs, key=lambda one: (-(one.priority or 0), one.id)):
        tasks = [task for task in farm.tasks_of(job.id) if task.status in ("waiting", "canceled")]
        tasks = [task for task in tasks if task.manager_id == manager.id]
        if tasks:
            task = tasks[-1 if farm.dialect.last_first else 0]
            task.status = farm.dialect.taken
            job.status = "active"
            task.worker, task.last_activity, task.rendered = worker, time.time(), 0
            farm.commit()
            return task
    return None


def report(farm: Farm, task: Task, sent: dict[str, Any]) -> int:
    """What a manager says of a task; the status of the answer. C counts its summary before the news is written."""
    job = farm.jobs.get(task.job_id or 0)
    status = str(sent["status"]).lower()
    if job is None:
        return 404
    if not _welcome(farm, job, task, status):
        return 403
    if farm.dialect.name == "C":
        job.summary = summary(farm, job)
    news = status != task.status
    task.status, task.last_activity = status, time.time()
    task.log, task.time_cost, task.activity = sent.get("log"), sent.get("time_cost"), sent.get("activity")
    if news:
        _conclude(farm, job, status)
    farm.commit()
    return 204


def _welcome(farm: Farm, job: Job, task: Task, status: str) -> bool:
    if farm.dialect.name == "C":
        late = status == "waiting" and task.status != "waiting"
        return not late and (job.status == "active" or status == "canceled")
    running = job.status in ("waiting", "active", "processing") or status == "canceled"
    return running and task.status not in ("canceled", "completed")


def _conclude(farm: Farm, job: Job, status: str) -> None:
    statuses = [task.status for task in farm.tasks_of(job.id)]
    if all(one in OVER for one in statuses):
        job.status = "failed" if "failed" in statuses else "completed"
        job.summary = summary(farm, job)
    elif job.status == "waiting" and status == "active":
        job.status = "active"


def summary(farm: Farm, job: Job) -> dict[str, int]:
    """How many of a job's tasks are in which status."""
    statuses = [task.status for task in farm.tasks_of(job.id)]
    return {"count": len(statuses), **{name: statuses.count(name) for name in ("completed", "failed", "canceled")}}
