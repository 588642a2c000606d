"""The played managers' workers: they write a small picture for each frame, one frame a step."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

from ..images import png
from . import dispatch, pull
from .answers import Crash
from .compilers import read_settings
from .farm import Farm
from .job_calls_a import pictures
from .job_calls_c import output
from .records import Job, Manager, Task, Worker

EXTENSIONS = {"JPEG": "jpg", "MULTILAYER": "exr"}
AT_WORK = ("running", "active", "processing")


def step(farm: Farm) -> bool:
    """Each worker that has a task renders one frame of it. False when there was nothing to do."""
    worked = False
    for manager in farm.managers.values():
        if manager.played:
            for task in _taken(farm, manager):
                worked |= _render(farm, task)
    return worked


def _taken(farm: Farm, manager: Manager) -> list[Task]:
    """What the free workers have; where managers ask for tasks, they do so now."""
    at_work = [task for task in farm.tasks.values() if task.status in AT_WORK and task.manager_id == manager.id]
    if farm.dialect.taken:  # one that a stop took away has no worker any more
        at_work = [task for task in at_work if task.worker is not None]
    free = [worker for worker in manager.workers if worker.online and worker.status == "enabled"]
    if farm.dialect.taken:
        at_work += _asked_for(farm, manager, free[len(at_work) :])
    return at_work[: len(free)]


def _asked_for(farm: Farm, manager: Manager, idle: list[Worker]) -> list[Task]:
    found = (pull.take(farm, manager, (), worker.hostname) for worker in idle)
    return [task for task in found if task is not None]


def _render(farm: Farm, task: Task) -> bool:
    """One frame. A scene that is not there, or an outcome "failed", fails the task; "hangs" is a task for ever."""
    job = farm.jobs.get(task.job_id or 0)
    if job is None or (job.render_settings is None and not job.type):
        return False  # the manager choked on it, nobody will ever say what became of it
    frame = task.frames[task.rendered]
    outcome = farm.outcome(job, frame) if _has_scene(farm, job, task) else "failed"
    if outcome == "done":
        _write(farm, job, frame)
        task.rendered += 1
    over = "failed" if outcome == "failed" else "done" if task.rendered == len(task.frames) else ""
    (_report if farm.dialect.taken else _push)(farm, task, over)
    return True


def _push(farm: Farm, task: Task, over: str) -> None:
    """Dialects A and A': only the end is told."""
    if over:
        dispatch.task_over(farm, task.id, "failed" if over == "failed" else "finished")
        dispatch.dispatch(farm)


def _report(farm: Farm, task: Task, over: str) -> None:
    """Dialects C and B: with a log and what it cost."""
    status = {"": "active", "done": "completed", "failed": "failed"}[over]
    log = f"Fra:{task.frames[max(0, task.rendered - 1)]} Mem:8.13M (0.00M, Peak 8.90M)\n" + (task.log or "")
    pull.report(farm, task, {"status": status, "log": log, "time_cost": 2 * task.rendered, "activity": None})


def _has_scene(farm: Farm, job: Job, task: Task) -> bool:
    """A, A': below the project. A', C and B: in the zip that came with the job."""
    name = str(task.settings["filepath"] if job.type else job.filepath or "")
    if job.file is not None and zipfile.is_zipfile(io.BytesIO(job.file)):
        with zipfile.ZipFile(io.BytesIO(job.file)) as packed:
            return name in packed.namelist()
    project = farm.projects.get(job.project_id or 0)
    root = project.paths.get("path_server") if project else None
    return not farm.dialect.taken and os.path.isfile(os.path.join(root or "", name))


def _write(farm: Farm, job: Job, frame: int) -> None:
    """A, A': below the project's render path. C and B: managers send them to the server's storage."""
    try:
        folder = output(farm, job) if farm.dialect.taken else pictures(farm, job)
    except Crash:
        return
    sort = str(read_settings(job.settings)["format"] if job.type else job.format or "PNG")
    _save(folder / f"{frame:05d}.{EXTENSIONS.get(sort, sort.lower())}", frame)
    farm.thumbnails[job.id] = farm.thumbnails[0] = png(frame)


def _save(file: Path, frame: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(png(frame))
