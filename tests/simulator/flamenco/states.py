"""How statuses of jobs and tasks follow from each other.

No move is refused: one that the Manager does not know is made and has no consequence.
Source: Flamenco 3.9-beta1, internal/manager/task_state_machine and internal/manager/api_impl/worker_task_updates.go.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from .jobs import Job, Task, stamp
from .worker import Worker

if TYPE_CHECKING:
    from .manager import Manager

FAIL_PERCENTAGE, SOFT_FAILURES, BLOCK_AFTER = 10, 3, 3
RUNNABLE = ("active", "queued", "soft-failed")


def set_job(farm: Manager, job: Job, status: str, reason: str) -> None:
    """Move a job, its tasks and, where it follows, the job again."""
    wanted: str | None = status
    while wanted and wanted != job.status:
        before, job.status = job.status, wanted
        job.activity, job.updated = f'Changed to status "{wanted}": {reason}', time.time_ns()
        wanted = _tasks_follow(farm, job, before)
        many = job.status in ("cancel-requested", "failed", "pause-requested", "requeueing", "queued")
        farm.tell_job(job, previous=before, refresh=many)


def _tasks_follow(farm: Manager, job: Job, before: str) -> str | None:
    """What a job's new status does to its tasks; the status that the job gets next."""
    if job.status in ("cancel-requested", "failed"):
        note = f'Manager cancelled this task because the job got status "{job.status}".'
        _move_all(job, RUNNABLE, "canceled", note)
        return "canceled" if job.status == "cancel-requested" else None
    if job.status == "pause-requested":
        note = 'Manager paused this task because the job got status "pause-requested".'
        _move_all(job, ("queued", "soft-failed"), "paused", note)
        return "paused" if _pause_is_complete(job) else None
    if job.status == "requeueing":
        return _requeue(job, before)
    if job.status == "queued" and all(task.status == "completed" for task in job.tasks):
        return "completed"
    return None


def _requeue(job: Job, before: str) -> str | None:
    if before == "under-construction":
        return None
    note = f'Queued because job transitioned status from "{before}" to "requeueing"'
    everything = tuple({task.status for task in job.tasks})
    _move_all(
        job, everything if before == "completed" else ("canceled", "failed", "paused", "soft-failed"), "queued", note
    )
    for task in job.tasks:
        if task.status in ("queued", "completed"):
            task.steps_completed = 0 if task.status == "queued" else task.steps_total
    job.sum_up()
    return "queued"


def _move_all(job: Job, which: tuple[str, ...], status: str, note: str) -> None:
    """Many tasks at once: nobody is told of each."""
    for task in job.tasks:
        if task.status in which:
            task.status, task.activity, task.updated = status, note, time.time_ns()


def _pause_is_complete(job: Job) -> bool:
    return job.status == "pause-requested" and not any(task.status == "active" for task in job.tasks)


def set_task(farm: Manager, task: Task, status: str) -> None:
    """Move a task, and its job where that follows."""
    before, task.status, task.updated = task.status, status, time.time_ns()
    if before != status:
        _note(farm, task, f"task changed status {before} -> {status}")
        if status in ("completed", "queued"):
            task.steps_completed = task.steps_total if status == "completed" else 0
            task.job.sum_up()
    farm.tell_task(task, previous=before)
    _job_follows(farm, task)


def _note(farm: Manager, task: Task, text: str) -> None:
    """A line of the Manager's own in a task's log."""
    farm.write_log(task, f"{stamp(time.time_ns() // 10**9 * 10**9)} {text}\n")


def _job_follows(farm: Manager, task: Task) -> None:
    job = task.job
    if task.status == "queued" and job.status == "completed":
        set_job(farm, job, "requeueing", "task was queued")
    elif task.status == "canceled" and not any(one.status in RUNNABLE for one in job.tasks):
        set_job(farm, job, "canceled", "canceled task was last runnable task of job, canceling job")
    elif task.status == "failed":
        _task_failed(farm, job)
    elif task.status in ("active", "soft-failed"):
        if job.status not in ("active", "cancel-requested"):
            set_job(farm, job, "active", f"task became {task.status}")
    elif task.status == "completed":
        _task_completed(farm, job)
    elif task.status in ("canceled", "paused") and _pause_is_complete(job):
        set_job(farm, job, "paused", "no more active tasks")


def _task_failed(farm: Manager, job: Job) -> None:
    failed = sum(one.status == "failed" for one in job.tasks)
    if int(failed / len(job.tasks) * 100) >= FAIL_PERCENTAGE:
        set_job(farm, job, "failed", "too many tasks failed")
    elif _pause_is_complete(job):
        set_job(farm, job, "paused", "no more active tasks after task failure")
    elif job.status == "queued":
        set_job(farm, job, "active", "task failed, but not enough to fail the job")


def _task_completed(farm: Manager, job: Job) -> None:
    if all(one.status == "completed" for one in job.tasks):
        set_job(farm, job, "completed", "all tasks completed")
    elif _pause_is_complete(job):
        set_job(farm, job, "paused", "no more active tasks after task completion")
    elif job.status == "queued":
        set_job(farm, job, "active", "no more tasks to do")


def worker_failed(farm: Manager, task: Task, worker: Worker) -> None:
    """A worker could not do a task: softly failed, failed for good, or the end of the job.

    Two quirks of the Manager's: the failure at hand counts twice for blocking, and one worker that is left is not
    enough (from 3.3 on), so that a farm of one or two fails the job at once. Before, a task that all have failed waits.
    """
    job = task.job
    if worker not in task.failed_by:
        task.failed_by.append(worker)
    failures = sum(worker in one.failed_by for one in job.tasks if one.type == task.type)
    if failures + 1 >= BLOCK_AFTER:
        job.blocklist.append((worker, task.type))
        if not _left(farm, task):
            _fail_with_job(farm, task, worker)
            return
        _return_failed(farm, job, worker, task.type)
    count = len(task.failed_by)
    times = f"Task failed by {count} worker{'s' if count > 1 else ''}, Manager will mark it as"
    if count >= SOFT_FAILURES:
        _note_and_set(farm, task, f"{times} hard failure", "failed")
    elif _left(farm, task) <= 1 and farm.version >= (3, 3):
        _fail_with_job(farm, task, worker)
    else:
        more = SOFT_FAILURES - count
        text = f"{times} soft failure. {more} more failure{'s' if more > 1 else ''} will cause hard failure."
        _note_and_set(farm, task, text, "soft-failed")


def _fail_with_job(farm: Manager, task: Task, worker: Worker) -> None:
    end = f'no more workers left for tasks of type "{task.type}".'
    note = f"Task failed by worker {worker.name} ({worker.id}), Manager will fail the entire job as there are {end}"
    _note_and_set(farm, task, note, "failed")
    set_job(farm, task.job, "failed", f'no more workers left to run tasks of type "{task.type}"')


def _note_and_set(farm: Manager, task: Task, note: str, status: str) -> None:
    _note(farm, task, note)
    set_task(farm, task, status)


def _left(farm: Manager, task: Task) -> int:
    """How many workers may still try it; asleep, offline or not able to do such tasks, they count."""
    return sum(
        worker not in task.failed_by
        and (worker, task.type) not in task.job.blocklist
        and (not task.job.tag or task.job.tag in {tag.id for tag in worker.tags})
        for worker in farm.workers
    )


def may_run(task: Task, worker: Worker) -> bool:
    """May that worker do the task, dependencies and statuses apart?"""
    job = task.job
    return (
        worker not in task.failed_by
        and (worker, task.type) not in job.blocklist
        and task.type in worker.task_types
        and (not job.tag or job.tag in {tag.id for tag in worker.tags})
    )


def _return_failed(farm: Manager, job: Job, worker: Worker, kind: str) -> None:
    """Tasks that a blocked worker failed for good are for others now."""
    for task in job.tasks:
        if task.status == "failed" and task.worker is worker:
            return_task(farm, task, f'worker {worker.name} was blocked from tasks of type "{kind}"')


def return_task(farm: Manager, task: Task, reason: str) -> None:
    """Back into the pool: queued, or paused when the job pauses."""
    status = "paused" if task.job.status in ("pause-requested", "paused") else "queued"
    task.activity = f"Task was {status} by Manager because {reason}"
    set_task(farm, task, status)
    _note(farm, task, task.activity)


def farm_status(workers: list[Worker], jobs: list[Job]) -> str:
    """Source: Flamenco 3.9-beta1, internal/manager/farmstatus."""
    statuses: set[Any] = {worker.status for worker in workers}
    if statuses <= {"offline", "error"}:
        return "inoperative"
    work = {job.status for job in jobs} & {"active", "queued"}
    if "active" in work and "awake" in statuses:
        return "active"
    if work:
        return "waiting"
    return "asleep" if "asleep" in statuses and "awake" not in statuses else "idle"
