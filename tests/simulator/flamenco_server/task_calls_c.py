"""Dialects C and B: tasks, files and thumbnails."""

from __future__ import annotations

import io
import time
import zipfile

from ..images import png
from .answers import Answer, Crash, NotFound, document, nothing
from .calls import Call
from .job_calls_c import listed_task, output
from .pull import report, take
from .records import Job, Manager, Task

TASK = "id:int status:text log:text time_cost:int activity:text frames:text"


def list_tasks(call: Call) -> Answer:
    """A job's, or everybody's."""
    job_id = call.fields.parse("job_id:int")["job_id"]
    tasks = call.farm.tasks_of(job_id) if job_id else list(call.farm.tasks.values())
    return document({"tasks": [listed_task(call.farm, task) for task in tasks]})


def show_task(call: Call) -> Answer:
    """With its log."""
    task = _find(call)
    shown = {**listed_task(call.farm, task), "log": task.log}
    if call.farm.dialect.users:
        seconds = int(time.time() - task.last_activity) if task.last_activity else 0
        ago = "just now" if seconds < 10 else f"{seconds} seconds ago"
        when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(task.last_activity)) if task.last_activity else None
        shown |= {"worker": task.worker, "last_activity": f"{when} ({ago})"}
    return document(shown)


def report_task(call: Call) -> Answer:
    """The task is the one that the body names; that in the address is ignored."""
    sent = call.fields.parse(TASK)
    if sent["id"] is None or sent["status"] is None:
        raise Crash
    task = call.farm.tasks.get(sent["id"])
    status = report(call.farm, task, sent) if task else 404
    return nothing() if status == 204 else document("", status)


def set_task_status(call: Call) -> Answer:
    """B: whatever is sent."""
    _find(call).status = call.fields.parse("status:text")["status"]
    call.farm.commit()
    return nothing()


def generate_task(call: Call) -> Answer:
    """A manager asks for work; one that does not say who it is, is the first of its address."""
    farm = call.farm
    key = "token" if farm.dialect.users else "uuid"
    sent = call.fields.parse(f"{key}:text job_types:text worker:text")
    managers = [one for one in farm.managers.values() if sent[key] in (None, getattr(one, key))]
    if not managers:
        raise Crash
    types = sent["job_types"].split(",") if sent["job_types"] else []
    task = take(farm, managers[0], types, sent["worker"])
    return document("", 404) if task is None else document(_assigned(call, task, managers[0]))


def _assigned(call: Call, task: Task, manager: Manager) -> dict[str, object]:
    job = call.farm.jobs[task.job_id or 0]
    made: dict[str, object] = {**listed_task(call.farm, task), "job_id": job.id, "settings": task.settings}
    made |= {"manager_id": manager.id, "child_id": None, "time_cost": task.time_cost, "project_id": job.project_id}
    made |= {"current_frame": 0, "percentage_done": 0.0}
    return made if call.farm.dialect.users else {**made, "chunk_start": 0, "chunk_end": 0}


def _find(call: Call) -> Task:
    if call.number not in call.farm.tasks:
        raise NotFound
    return call.farm.tasks[call.number]


# -- files


def get_file(call: Call) -> Answer:
    """The zip that came with a job."""
    job = _job(call)
    if job.file is None:
        raise NotFound
    return Answer(200, job.file, "application/zip")


def put_file(call: Call) -> Answer:
    """The body is the zip."""
    call.farm.keep_file(call.farm.job(call.number), call.fields.raw)
    return document("")


def get_output(call: Call) -> Answer:
    """All pictures of a job, zipped."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for file in sorted(output(call.farm, _job(call)).glob("*")):
            packed.write(file, file.name)
    return Answer(200, made.getvalue(), "application/zip")


def _job(call: Call) -> Job:
    if call.number not in call.farm.jobs:
        raise Crash
    return call.farm.jobs[call.number]


def get_thumbnail(call: Call) -> Answer:
    """The last picture of a job, of job 0 the last of all, with a letter for its size behind; else a placeholder."""
    number = call.rest.rstrip("sml")
    known = call.farm.thumbnails.get(int(number)) if number.isdigit() else None
    return Answer(200, known or png(0, 8, 8), "image/png")


def put_thumbnail(call: Call) -> Answer:
    """A manager sends one."""
    number = call.fields.parse("task_id:int")["task_id"]
    task = call.farm.tasks.get(number or 0)
    if task is None and call.farm.dialect.users:
        raise NotFound
    if task is not None and task.job_id is not None:
        call.farm.thumbnails[task.job_id] = call.farm.thumbnails[0] = call.fields.files.get("file", b"")
    return document(None)
