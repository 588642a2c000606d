"""Dialect A: jobs with flat fields, and tasks.

Source: the server of 2015-01-26 (459886c5), modules jobs and tasks; the answers were compared with the real ones.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .answers import Answer, Crash, document, nothing
from .calls import Call, numbers_of
from .dispatch import OVER, add_tasks, chunks, delete_tasks, dispatch, start_task, stop_tasks, task_over
from .farm import Farm, next_id
from .records import Job

JOB = (
    "project_id:int frame_start:int frame_end:int chunk_size:int current_frame:int filepath:text job_name:text "
    "render_settings:text format:text status:text priority:int managers:ints"
)
NUMBERS = ("id", "project_id", "frame_start", "frame_end", "chunk_size", "current_frame")
TEXTS = ("filepath", "job_name", "render_settings", "format", "status", "priority")
LISTED = ("frame_start", "frame_end", "current_frame", "status", "render_settings", "format")


def list_jobs(call: Call) -> Answer:
    """By id. One job without tasks or frames and nobody gets the list."""
    return document({str(job.id): _listed(call.farm, job) for job in call.farm.jobs.values()})


def _listed(farm: Farm, job: Job) -> dict[str, Any]:
    statuses = [task.status for task in farm.tasks_of(job.id)]
    if not statuses or job.frame_start is None or job.frame_end is None:
        raise Crash
    done = round(statuses.count("finished") / len(statuses) * 100, 1)
    return {"job_name": job.name, "percentage_done": done, **{name: getattr(job, name) for name in LISTED}}


def add_job(call: Call) -> Answer:
    """Make it, its tasks, and hand them out. What crashes on the way leaves what was made before."""
    farm = call.farm
    sent = call.fields.parse(JOB)
    managers = sent.pop("managers")
    job = Job(next_id(farm.jobs), name=sent.pop("job_name"), **sent)
    farm.jobs[job.id] = job
    farm.commit()
    if managers is None:
        raise Crash
    job.managers = managers
    add_tasks(farm, job.id, chunks(job.frame_start, job.frame_end, job.chunk_size))
    dispatch(farm, job.id)
    return _shown(job, 201)


def show_job(call: Call) -> Answer:
    """Its fields; the name is always null."""
    return _shown(call.farm.job(call.number))


def _shown(job: Job, status: int = 200, job_name: str | None = None) -> Answer:
    """Numbers that are not there are 0, the priority is text, and the name is kept under another name."""
    shown: dict[str, Any] = {name: getattr(job, name) or 0 for name in NUMBERS}
    texts = {**vars(job), "job_name": job_name, "priority": None if job.priority is None else str(job.priority)}
    return document({**shown, **{name: texts[name] for name in TEXTS}}, status)


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
        hollow = {name: 0 for name in NUMBERS} | dict.fromkeys(TEXTS)
        return document({**hollow, "status": "400 BAD REQUEST"})
    elif not command:
        for name, value in sent.items():
            if value and name not in ("job_name", "managers"):
                setattr(job, name, value)
    farm.commit()
    return _shown(job, job_name=sent["job_name"] or None if not command else None)


def delete_job(call: Call) -> Answer:
    """204, and nothing is deleted before somebody's next write."""
    call.farm.delete_later(call.farm.job(call.number).id)
    return nothing()


def delete_jobs(call: Call) -> Answer:
    """One after the other, with tasks and pictures, up to the first that is not there."""
    farm = call.farm
    for number in numbers_of(call.fields.parse("id:text")["id"]):
        delete_tasks(farm, number)
        if number not in farm.jobs:
            return document("", 404)
        remove_pictures(farm, farm.jobs[number])
        del farm.jobs[number]
        farm.commit()
    return nothing()


def pictures(farm: Farm, job: Job) -> Path:
    """Where a job's pictures are. Raises Crash when its project has no such path."""
    project = farm.projects.get(job.project_id or 0)
    root = project.paths.get("render_path_server") if project else None
    if root is None:
        raise Crash
    return Path(os.path.join(root, str(job.id)))


def remove_pictures(farm: Farm, job: Job) -> None:
    """As a whole folder."""
    folder = pictures(farm, job)
    if folder.exists():
        shutil.rmtree(folder)


# -- many jobs at once: `status` is the command here, and the answer says "running" whatever was asked


def command_jobs(call: Call) -> Answer:
    """An unknown command is a 400 that echoes what was sent; an unknown job a 404, when those before it were done."""
    sent = call.fields.parse("id:text status:text")
    command = COMMANDS.get(str(sent["status"]))
    if command is None:
        return document(sent, 400)
    for number in numbers_of(sent["id"]):
        if number not in call.farm.jobs or not command(call.farm, call.farm.jobs[number]):
            return document(sent, 404)
    return document({"id": sent["id"], "status": "running"})


def _start(farm: Farm, job: Job) -> bool:
    """Only here what was aborted becomes ready again."""
    if job.status not in ("running", "completed", "failed"):
        job.status = "running"
        for task in farm.tasks_of(job.id):
            if task.status == "aborted":
                task.status = "ready"
        farm.commit()
    dispatch(farm, job.id)
    return True


def _stop(farm: Farm, job: Job) -> bool:
    if job.status not in ("stopped", "completed", "failed"):
        stop_tasks(farm, job.id)
        job.status = "stopped"
        farm.commit()
    return True


def _reset(farm: Farm, job: Job) -> bool:
    """New tasks, no pictures; not of a running job. Nothing is handed out."""
    if job.status == "running":
        return False
    job.current_frame, job.status = job.frame_start, "ready"
    farm.commit()
    delete_tasks(farm, job.id)
    add_tasks(farm, job.id, chunks(job.frame_start, job.frame_end, job.chunk_size))
    remove_pictures(farm, job)
    return True


def _respawn(farm: Farm, job: Job) -> bool:
    if job.status == "running":
        _stop(farm, job)
    unlimited = [farm.managers[number] for number in job.managers if number in farm.managers]
    unlimited = [manager for manager in unlimited if manager.virtual == 1]
    for task in farm.tasks_of(job.id):
        if task.status not in OVER:
            if unlimited:
                start_task(farm, unlimited[0], task)
            else:
                task.status = "ready"
    farm.commit()
    if not unlimited:
        dispatch(farm, job.id)
    return True


COMMANDS: dict[str, Callable[[Farm, Job], bool]] = {
    "start": _start,
    "stop": _stop,
    "reset": _reset,
    "respawn": _respawn,
}


# -- tasks


def list_tasks(call: Call) -> Answer:
    """By id; the percentage counts from where the task would go on, so a fresh one of a single frame is done."""
    shown = {}
    for task in call.farm.tasks.values():
        frames = task.end - task.start + 1
        if frames == 0:
            raise Crash
        shown[str(task.id)] = {
            "job_id": task.job_id,
            "chunk_start": task.start,
            "chunk_end": task.end,
            "current_frame": task.current_frame,
            "status": task.status,
            "percentage_done": round((task.current_frame - task.start + 1) / frames * 100, 1),
            "priority": task.priority,
        }
    return document(shown)


def report_task(call: Call) -> Answer:
    """What a manager says of a task: 204 whatever it is, but status and id must be there."""
    sent = call.fields.parse("id:int status:text")
    if None in sent.values():
        raise Crash
    task_over(call.farm, sent["id"], sent["status"].lower())
    dispatch(call.farm)
    return nothing()
