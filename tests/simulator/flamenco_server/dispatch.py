"""Dialects A and A': the server pushes tasks to managers, and asks them to end some.

Source: the server of 2015-01-26 (459886c5), module tasks; what a manager answers was seen at the real one.
"""

from __future__ import annotations

from .answers import Crash
from .farm import Farm, next_id
from .records import Manager, Task

OVER = ("finished", "failed")


def chunks(first: int | None, last: int | None, size: int | None) -> list[tuple[int, int]]:
    """First and last frame of each chunk; silly numbers make silly chunks. Raises Crash."""
    if first is None or last is None or not size:
        raise Crash
    whole, rest = divmod(last - first + 1, size)
    made = [(first + place * size, first + (place + 1) * size - 1) for place in range(whole)]
    if rest:
        start = first + max(whole, 0) * size
        made.append((start, start + rest - 1))
    return made


def add_tasks(farm: Farm, job_id: int, ranges: list[tuple[int, int]]) -> None:
    """A ready task for each chunk."""
    for start, end in ranges:
        number = next_id(farm.tasks)
        farm.tasks[number] = Task(number, job_id, start, end, "ready", start, tuple(range(start, end + 1)))
    farm.commit()


def dispatch(farm: Farm, job_id: int | None = None) -> None:
    """Give waiting tasks to managers with room: a job's, or everybody's. A does so whatever their jobs' status is."""
    ready = [task for task in farm.tasks.values() if _waits(farm, task) and job_id in (None, task.job_id)]
    if job_id is None:
        ready.sort(key=lambda task: (task.priority or 0, len(_managers(farm, task)), task.id))
    for task in ready:
        limited = [one for one in _managers(farm, task) if one.virtual == 0 and _room(farm, one)]
        unlimited = [one for one in _managers(farm, task) if one.virtual == 1]
        if limited or unlimited:
            start_task(farm, (limited or unlimited)[0], task)


def _waits(farm: Farm, task: Task) -> bool:
    if farm.dialect.name == "A":
        return task.status == "ready"
    job = farm.jobs.get(task.job_id or 0)
    return task.status in ("ready", "aborted") and job is not None and job.status in ("running", "ready")


def _managers(farm: Farm, task: Task) -> list[Manager]:
    job = farm.jobs.get(task.job_id or 0)
    return [farm.managers[number] for number in job.managers if number in farm.managers] if job else []


def _room(farm: Farm, manager: Manager) -> bool:
    at_work = [task for task in farm.tasks.values() if task.status == "running" and task.manager_id == manager.id]
    return len(at_work) < (manager.total_workers or 0)


def start_task(farm: Farm, manager: Manager, task: Task) -> None:
    """Send a task to a manager; nobody looks whether it arrives."""
    task.status, task.manager_id, task.rendered = "running", manager.id, 0
    farm.commit()


def _reached(farm: Farm, task: Task) -> bool:
    """Can the manager that has a task be asked to end it?"""
    manager = farm.managers.get(task.manager_id or 0)
    return manager is not None and manager.played


def stop_tasks(farm: Farm, job_id: int) -> None:
    """End a job's running tasks; those that are ready stay so. With its manager away A crashes, and A' lets it run."""
    for task in farm.tasks_of(job_id):
        if task.status == "running":
            if _reached(farm, task):
                task.status = "aborted" if farm.dialect.name == "A" else "ready"
                farm.commit()
            elif farm.dialect.name == "A":
                raise Crash


def delete_tasks(farm: Farm, job_id: int) -> None:
    """Forget a job's tasks, running ones too."""
    for task in farm.tasks_of(job_id):
        if task.status not in (*OVER, "aborted", "ready"):
            if not _reached(farm, task):
                raise Crash
        del farm.tasks[task.id]
        farm.commit()


def task_over(farm: Farm, task_id: int, status: str) -> None:
    """What a manager reports: only the end of a running task counts. Raises Crash for a task without a job."""
    task = farm.tasks.get(task_id)
    if status in OVER and task is not None and task.status == "running":
        if task.job_id not in farm.jobs:
            raise Crash
        task.status = status
        conclude(farm, task)


def conclude(farm: Farm, task: Task) -> None:
    """A job whose tasks are all over is so too. Raises Crash for a task without a job."""
    job = farm.jobs.get(task.job_id or 0)
    if job is None:
        raise Crash
    statuses = [one.status for one in farm.tasks_of(job.id)]
    if all(one in OVER for one in statuses):
        job.status = "failed" if "failed" in statuses else "completed"
    if job.current_frame is None or task.end > job.current_frame:
        job.current_frame = task.end
    farm.commit()
