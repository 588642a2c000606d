"""Workers at work: who gets which task, and one step of each.

Source: Flamenco 3.9-beta1, internal/manager/persistence/sqlc/query_task_scheduler.sql and the worker protocol.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from . import states
from .jobs import Task
from .work import TaskFailed, Work
from .worker import Worker

if TYPE_CHECKING:
    from .manager import Manager


def step(farm: Manager, worker: Worker) -> None:
    """A worker changes status, goes on with its task, or takes the next."""
    if worker.status != "offline":
        worker.seen = time.time_ns()
    task = _active(worker)
    if worker.requested is not None and (task is None or not worker.requested[1]):
        _change_status(farm, worker, task)
        return
    if worker.status != "awake":
        return
    if task is None:
        _begin(farm, worker)
    else:
        _go_on(farm, worker, task)


def _active(worker: Worker) -> Task | None:
    """The task that it is doing."""
    task = worker.task
    if task is not None and task.worker is worker and task.status == "active" and worker.run is not None:
        return task
    worker.run = None
    return None


def _change_status(farm: Manager, worker: Worker, task: Task | None) -> None:
    assert worker.requested is not None
    status, _ = worker.requested
    if task is not None:
        states.return_task(farm, task, f"worker {worker.name} is going to {status}")
    worker.run, worker.requested = None, None
    before, worker.status = worker.status, "awake" if status == "restart" else status
    farm.tell_worker(worker, previous=before)


def _begin(farm: Manager, worker: Worker) -> None:
    task = _next(farm, worker)
    if task is None:
        return
    task.worker, worker.task = worker, task
    task.attempt += 1
    task.touched = time.time_ns()
    farm.write_log(task, f"Task assigned to worker {worker.name} ({worker.id})\n")
    worker.run = iter(Work(farm, task, worker))
    states.set_task(farm, task, "active")


def _next(farm: Manager, worker: Worker) -> Task | None:
    """The most important task that can be done now: jobs before tasks, the older first."""
    found = [
        task
        for job in farm.jobs.values()
        if job.status in ("queued", "active") and not job.delete_requested
        for task in job.tasks
        if task.status in ("queued", "soft-failed")
        and states.may_run(task, worker)
        and all(one.status == "completed" for one in task.dependencies)
    ]
    return max(found, key=lambda task: (task.job.priority, task.priority), default=None)


def _go_on(farm: Manager, worker: Worker, task: Task) -> None:
    assert worker.run is not None
    task.touched = time.time_ns()
    try:
        next(worker.run)
    except StopIteration:
        worker.run = None
        task.activity = "Task completed"
        states.set_task(farm, task, "completed")
    except TaskFailed as error:
        worker.run = None
        farm.write_log(task, f"{error}\n")
        task.activity = str(error)
        states.worker_failed(farm, task, worker)
