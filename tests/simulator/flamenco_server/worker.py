"""The played managers' workers: they write a small picture for each frame, one frame a step."""

from __future__ import annotations

import os
from pathlib import Path

from ..images import png
from . import dispatch
from .answers import Crash
from .farm import Farm
from .job_calls_a import pictures
from .records import Job, Manager, Task

EXTENSIONS = {"JPEG": "jpg", "MULTILAYER": "exr"}


def step(farm: Farm) -> bool:
    """Each worker that has a task renders one frame of it. False when there was nothing to do."""
    worked = False
    for manager in farm.managers.values():
        if manager.played:
            for task in _taken(farm, manager):
                worked |= _render(farm, task)
    return worked


def _taken(farm: Farm, manager: Manager) -> list[Task]:
    running = [task for task in farm.tasks.values() if task.status == "running" and task.manager_id == manager.id]
    free = [worker for worker in manager.workers if worker.online and worker.status == "enabled"]
    return running[: len(free)]


def _render(farm: Farm, task: Task) -> bool:
    """One frame. A scene that is not there, or an outcome "failed", fails the task; "hangs" is a task for ever."""
    job = farm.jobs.get(task.job_id or 0)
    if job is None or job.render_settings is None:
        return False  # the manager choked on it, nobody will ever say what became of it
    frame = task.frames[task.rendered]
    outcome = farm.outcome(job, frame) if _scene(farm, job).is_file() else "failed"
    if outcome == "hangs":
        return False
    if outcome == "done":
        _write(farm, job, frame)
        task.rendered += 1
    if outcome == "failed" or task.rendered == len(task.frames):
        dispatch.task_over(farm, task.id, "failed" if outcome == "failed" else "finished")
        dispatch.dispatch(farm)
    return True


def _scene(farm: Farm, job: Job) -> Path:
    project = farm.projects.get(job.project_id or 0)
    root = project.paths.get("path_server") if project else None
    return Path(os.path.join(root or "", job.filepath or ""))


def _write(farm: Farm, job: Job, frame: int) -> None:
    try:
        folder = pictures(farm, job)
    except Crash:
        return
    folder.mkdir(parents=True, exist_ok=True)
    sort = job.format or "PNG"
    (folder / f"{frame:05d}.{EXTENSIONS.get(sort, sort.lower())}").write_bytes(png(frame))
