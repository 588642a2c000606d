"""Dialect A': the calls of A with the jobs of C, pushed to managers only while their job runs.

Source: the server of March 2015 (fd656f52), modules jobs and tasks; the answers were compared with the real ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .answers import Answer, Crash, document, nothing
from .calls import Call, numbers_of
from .compilers import compile_job
from .dispatch import OVER, conclude, dispatch, stop_tasks
from .farm import Farm, next_id
from .job_calls_a import pictures, remove_pictures
from .records import Job
from .times import times

JOB = "project_id:int name:text priority:int managers:ints type:text settings:text"


def list_jobs(call: Call) -> Answer:
    """By id."""
    return document({str(job.id): _shown(call.farm, job) for job in call.farm.jobs.values()})


def show_job(call: Call) -> Answer:
    """A job that is not there is a crash; its id is not in the answer."""
    if call.number not in call.farm.jobs:
        raise Crash
    return document(_shown(call.farm, call.farm.jobs[call.number]))


def _shown(farm: Farm, job: Job) -> dict[str, Any]:
    tasks = farm.tasks_of(job.id)
    done = sum(task.status == "finished" for task in tasks)
    at_work = job.status == "running"
    return {
        "job_name": job.name,
        "project_id": job.project_id,
        "status": job.status,
        "settings": job.settings,
        "type": job.type,
        "priority": job.priority,
        "percentage_done": round(done / len(tasks) * 100, 1) if done else 0,
        **times(tasks, done="finished", running="running", averages=at_work, at_work=at_work),
    }


def add_job(call: Call) -> Answer:
    """Stopped until it is started. The answer does not tell its id."""
    farm = call.farm
    sent = call.fields.parse(JOB)
    job = Job(next_id(farm.jobs), sent["project_id"], sent["name"], "stopped", sent["priority"])
    job.type, job.settings = sent["type"], sent["settings"]
    farm.keep_file(job, call.fields.files.get("jobfile"))
    farm.jobs[job.id] = job
    farm.commit()
    if sent["managers"] is None:
        raise Crash
    job.managers = sent["managers"]
    _compile(farm, job)
    return _written(job, 201)


def _compile(farm: Farm, job: Job) -> None:
    """The compiler joins the project's paths, and crashes without them."""
    if job.type in farm.dialect.job_types:
        pictures(farm, job)
    compile_job(farm, job, "ready")


def _written(job: Job, status: int = 200) -> Answer:
    shown: dict[str, Any] = {name: getattr(job, name) for name in ("name", "type", "settings")}
    return document({**shown, **{name: getattr(job, name) or 0 for name in ("project_id", "priority")}}, status)


def change_job(call: Call) -> Answer:
    """A command, or else new values for what is sent and not 0 or empty."""
    farm = call.farm
    job = farm.job(call.number)
    sent = call.fields.parse(JOB)
    command = call.fields.parse("command:text")["command"]
    if command == "start":
        job.status = "running"
        dispatch(farm)
    elif command == "stop" and job.status != "stopped":
        stop_tasks(farm, job.id)
        job.status = "stopped"
    elif command and command not in ("reset", "stop"):
        return _written(Job(0, None, None, None, None))
    elif not command:
        for name in ("project_id", "name", "priority", "type", "settings"):
            if sent[name]:
                setattr(job, name, sent[name])
    farm.commit()
    return _written(job)


def delete_jobs(call: Call) -> Answer:
    """With their tasks, up to the first that is not there; what they rendered stays."""
    farm = call.farm
    for number in numbers_of(call.fields.parse("id:text")["id"]):
        for task in farm.tasks_of(number):
            del farm.tasks[task.id]
        if number not in farm.jobs:
            return document("", 404)
        pictures(farm, farm.jobs[number])
        del farm.jobs[number]
        farm.commit()
    return nothing()


# -- many jobs at once


def command_jobs(call: Call) -> Answer:
    """`command` is the command, and the answer says what it was to lead to."""
    sent = call.fields.parse("id:text command:text")
    sent["id"] = numbers_of(sent["id"])
    if sent["command"] not in COMMANDS:
        return document(sent, 400)
    command, status = COMMANDS[sent["command"]]
    for number in sent["id"]:
        if number not in call.farm.jobs or not command(call.farm, call.farm.jobs[number]):
            return document(sent, 404)
    return document({**sent, "status": status})


def _start(farm: Farm, job: Job) -> bool:
    if job.status not in ("running", "completed", "failed"):
        job.status = "running"
    dispatch(farm)
    return True


def _stop(farm: Farm, job: Job) -> bool:
    if job.status not in ("stopped", "completed", "failed"):
        stop_tasks(farm, job.id)
        job.status = "stopped"
    return True


def _reset(farm: Farm, job: Job) -> bool:
    """New tasks, no pictures; not of a running job."""
    if job.status == "running":
        return False
    job.status = "ready"
    for task in farm.tasks_of(job.id):
        del farm.tasks[task.id]
    _compile(farm, job)
    remove_pictures(farm, job)
    return True


def _respawn(farm: Farm, job: Job) -> bool:
    if job.status == "running":
        _stop(farm, job)
    for task in farm.tasks_of(job.id):
        if task.status not in OVER:
            task.status = "ready"
    dispatch(farm)
    return True


COMMANDS: dict[str, tuple[Callable[[Farm, Job], bool], str]] = {
    "start": (_start, "running"),
    "stop": (_stop, "stopped"),
    "reset": (_reset, "reset"),
    "respawn": (_respawn, "respawned"),
}


# -- tasks


def list_tasks(call: Call) -> Answer:
    """By id; nothing of their frames."""
    zeros = {"chunk_start": 0, "chunk_end": 0, "current_frame": 0, "percentage_done": 0.0}
    tasks = call.farm.tasks.values()
    known = {str(one.id): {"job_id": one.job_id, "status": one.status, "priority": one.priority} for one in tasks}
    return document({number: {**zeros, **shown} for number, shown in known.items()})


def report_task(call: Call) -> Answer:
    """Any status is believed; an unknown task is a 404, news of one that no manager was given a crash afterwards."""
    farm = call.farm
    sent = call.fields.parse("id:int status:text log:text time_cost:int activity:text")
    if sent["id"] is None or sent["status"] is None:
        raise Crash
    task = farm.tasks.get(sent["id"])
    if task is None:
        return document("", 404)
    status = sent["status"].lower()
    news = status != task.status
    task.status, task.log, task.time_cost, task.activity = status, sent["log"], sent["time_cost"], sent["activity"]
    farm.commit()
    if news and task.manager_id is None:
        raise Crash
    if news:
        conclude(farm, task)
        dispatch(farm)
    return nothing()
