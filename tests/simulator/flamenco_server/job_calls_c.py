"""Dialects C and B: jobs with a type and settings.

Source: module jobs of 4d509f3c (2015-06-15) and of 6bb7af78^ (2016-11); the answers were compared with the real ones.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .answers import Answer, Crash, document, nothing
from .calls import Call, numbers_of
from .compilers import compile_job, read_settings
from .farm import Farm, next_id
from .records import Job, Manager, Task
from .times import times

JOB = (
    "project_id:int name:text priority:int start_job:text managers:ints type:text settings:text notes:text "
    "username:text"
)
TASK_KEYS = ("id", "name", "status", "priority", "type")


def date(seconds: float | None) -> str | None:
    """As RFC 1123 wants it, but it is local time that is called GMT."""
    return None if seconds is None else time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.localtime(seconds))


def manager_of(farm: Farm, job: Job) -> Manager:
    """The job's first. Raises Crash when there is none: such a job breaks every list."""
    manager = farm.managers.get(job.managers[0]) if job.managers else None
    if manager is None:
        raise Crash
    return manager


def output(farm: Farm, job: Job) -> Path:
    """Where the pictures go that managers send."""
    return farm.storage / str(job.project_id) / str(job.id) / "output"


# -- one job


def list_jobs(call: Call) -> Answer:
    """Those with one status, or all that are not archived."""
    status = call.fields.parse("status:text")["status"]
    farm = call.farm
    jobs = [job for job in farm.jobs.values() if (job.status == status if status else job.status != "archived")]
    return document({str(job.id): _overview(farm, job) for job in jobs})


def _overview(farm: Farm, job: Job) -> dict[str, Any]:
    """`tasks_status` counts frames, and as of the last time somebody counted."""
    settings = read_settings(job.settings)
    manager = manager_of(farm, job)
    counts = dict(job.summary) if job.summary else None
    if counts and settings.get("chunk_size"):
        counts = {name: count * settings["chunk_size"] for name, count in counts.items()}
    done = round(counts["completed"] / counts["count"] * 100, 1) if counts and counts["completed"] else 0
    shown = {
        **_both(job, settings, done),
        "time_average": 0,
        "time_remaining": 0,
        "time_total": 0,
        "time_elapsed": int(time.time() - job.created) if job.status == "active" else None,
        "manager": {"name": manager.name, "logo": None},
        "tasks_status": counts,
    }
    return {**shown, "username": None} if farm.dialect.users else shown


def _both(job: Job, settings: dict[str, Any], done: float) -> dict[str, Any]:
    return {
        "id": job.id,
        "job_name": job.name,
        "project_id": job.project_id,
        "status": job.status,
        "settings": settings,
        "type": job.type,
        "priority": job.priority,
        "percentage_done": done,
        "creation_date": date(job.created),
        "date_edit": date(job.edited),
    }


def show_job(call: Call) -> Answer:
    """All about it; a job that is not there is a crash."""
    farm = call.farm
    job = farm.jobs.get(call.number)
    if job is None:
        raise Crash
    settings = read_settings(job.settings)
    tasks = farm.tasks_of(job.id)
    done = [task for task in tasks if task.status == "completed"]
    shown = {
        **_both(job, settings, round(len(done) / len(tasks) * 100, 1) if done else 0),
        **_times(job, settings, tasks),
        "tasks": [listed_task(farm, task) for task in tasks],
        "manager": manager_of(farm, job).name,
        "log": [[date(when), text] for when, text in farm.logs.get(job.id, [])],
    }
    if farm.dialect.users:
        shown |= {"notes": job.notes, "user": {"username": None, "email": job.username}}
    return document(shown)


def _times(job: Job, settings: dict[str, Any], tasks: list[Task]) -> dict[str, Any]:
    over = job.status in ("active", "completed")
    shown = times(tasks, done="completed", running="active", averages=over, at_work=job.status == "active")
    average, size = shown["average_time"], settings.get("chunk_size")
    return {**shown, "average_time_frame": average // size if average is not None and size else None}


def listed_task(farm: Farm, task: Task) -> dict[str, Any]:
    """A task in a list; B never has its log there."""
    shown = {name: getattr(task, name) for name in TASK_KEYS}
    log = None if farm.dialect.users else task.log
    return {**shown, "log": log, "activity": task.activity, "parser": "blender_render"}


def add_job(call: Call) -> Answer:
    """Make it and its tasks. B wants a user; without managers an orphan stays."""
    farm = call.farm
    sent = call.fields.parse(JOB)
    if farm.dialect.users and not sent["username"]:
        raise Crash
    status = "waiting" if sent["start_job"] == "True" else "paused"
    job = Job(next_id(farm.jobs), sent["project_id"], sent["name"], status, sent["priority"])
    job.type, job.settings = sent["type"], sent["settings"]
    if farm.dialect.users:
        job.username = sent["username"]  # its notes are read and forgotten
    job.created = job.edited = time.time()
    farm.jobs[job.id] = job
    farm.commit()
    farm.keep_file(job, call.fields.files.get("jobfile"))
    if sent["managers"] is None:
        raise Crash
    job.managers = sent["managers"]
    compile_job(farm, job, "waiting")
    return shown_job(farm, job, 201)


def shown_job(farm: Farm, job: Job, status: int = 200) -> Answer:
    """What a write answers: nothing of the job's status."""
    shown: dict[str, Any] = {name: getattr(job, name) for name in ("name", "type", "settings")}
    shown |= {name: getattr(job, name) or 0 for name in ("id", "project_id", "priority")}
    return document({**shown, "notes": job.notes} if farm.dialect.users else shown, status)


def change_job(call: Call) -> Answer:
    """A command, or else new values for what is sent and not 0 or empty."""
    farm = call.farm
    job = farm.job(call.number)
    sent = call.fields.parse(JOB)
    command = call.fields.parse("command:text")["command"]
    if command in ("start", "stop", "archive"):
        COMMANDS[command][0](farm, job)
    elif command and command != "reset":
        return shown_job(farm, Job(0, None, None, None, None))
    elif not command:
        for name in ("project_id", "name", "priority", "type", "settings", "notes"):
            if sent[name]:
                setattr(job, name, sent[name])
        farm.commit()
    return shown_job(farm, job)


def delete_job(call: Call) -> Answer:
    """204, and nothing is deleted."""
    call.farm.delete_later(call.farm.job(call.number).id)
    return nothing()


def delete_jobs(call: Call) -> Answer:
    """One after the other, with their tasks, up to the first that is not there; what they rendered stays."""
    farm = call.farm
    for number in numbers_of(call.fields.parse("id:text")["id"]):
        for task in farm.tasks_of(number):
            del farm.tasks[task.id]
        farm.commit()
        if farm.jobs.pop(number, None) is None:
            return document("", 404)
    return nothing()


# -- commands


def command_jobs(call: Call) -> Answer:
    """Here `command` is the command, and the answer says what it was to lead to, whatever it did."""
    sent = call.fields.parse("id:text command:text")
    sent["id"] = numbers_of(sent["id"])
    if sent["command"] not in COMMANDS:
        return document(sent, 400)
    command, status = COMMANDS[sent["command"]]
    for number in sent["id"]:
        job = call.farm.jobs.get(number)
        if job is None and sent["command"] == "archive":
            raise Crash
        if job is None:
            return document(sent, 404)
        command(call.farm, job)
    return document({**sent, "status": status})


def _move(farm: Farm, job: Job, status: str) -> None:
    farm.logs.setdefault(job.id, []).append((time.time(), f"Status changed from {job.status} to {status}"))
    job.status, job.edited = status, time.time()
    farm.commit()


def _start(farm: Farm, job: Job) -> None:
    if job.status not in ("active", "waiting", "completed"):
        _move(farm, job, "waiting")
        for task in farm.tasks_of(job.id):
            if task.status in ("canceled", "failed"):
                task.status = "waiting"


def _stop(farm: Farm, job: Job) -> None:
    """Open tasks are taken from their workers. Seen at the real C: they stay `active`, but the last one, and nobody
    reports them any more; B's workers notice at their next report, and say `canceled`.
    """
    if job.status in ("canceled", "completed", "failed"):
        return
    _move(farm, job, "canceled")
    tasks = [task for task in farm.tasks_of(job.id) if task.status in ("active", "processing", "waiting")]
    if any(task.manager_id not in farm.managers for task in tasks):
        raise Crash
    reached = [task for task in tasks if farm.managers[task.manager_id or 0].played]
    for task in reached:
        if farm.dialect.users and task.status != "waiting":
            task.status = "canceled"
        task.worker = None
    if reached and not farm.dialect.users:
        reached[-1].status = "waiting"


def _reset(farm: Farm, job: Job) -> None:
    """New tasks; of a job that is waiting or active nothing happens. The pictures stay."""
    if job.status in ("active", "waiting"):
        return
    job.summary = {"count": len(farm.tasks_of(job.id)), "completed": 0, "failed": 0, "canceled": 0}
    _move(farm, job, "waiting")
    for task in farm.tasks_of(job.id):
        del farm.tasks[task.id]
    compile_job(farm, job, "waiting")


def _archive(farm: Farm, job: Job) -> None:
    running = "active" if farm.dialect.users else "running"  # C forgot that it calls that "active"
    if job.status not in (running, "waiting"):
        _move(farm, job, "archived")


def _respawn(farm: Farm, job: Job) -> None:
    """Calls what is no longer there, after it made every open task wait."""
    if job.status != "active":
        for task in farm.tasks_of(job.id):
            if task.status not in ("completed", "failed"):
                task.status = "waiting"
    raise Crash


COMMANDS: dict[str, tuple[Callable[[Farm, Job], None], str]] = {
    "start": (_start, "waiting"),
    "stop": (_stop, "canceled"),
    "reset": (_reset, "reset"),
    "respawn": (_respawn, "respawned"),
    "archive": (_archive, "archived"),
}
