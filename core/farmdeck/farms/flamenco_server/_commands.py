"""What wranglers can do on a server beyond what every farm can.

Each looks afterwards, and says what truly happened: the servers answer 204 to much that they do not do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..._errors import BadInput, FarmError
from ._listing import Listing
from ._states import RESTING
from .client import Client
from .errors import Crashed, NotThere
from .models import PROJECT_FOLDERS, SYSTEMS, Project, ServerJob

Came = list[list[str]] | str


@dataclass(frozen=True)
class At:
    """What an extra works on."""

    client: Client
    listing: Listing
    values: Mapping[str, Any]
    """All of its options, checked."""
    ids: Sequence[int] = ()
    """The server's jobs of ours, for an extra on a job."""


# -- projects


def projects(at: At) -> Came:
    active = at.client.settings().get("active_project", "")
    return [_project_row(project, str(project.id) == active) for project in at.client.projects()]


def _project_row(project: Project, active: bool) -> list[str]:
    folders = [project.paths.get(system, "") for system in SYSTEMS]
    return [str(project.id), project.name, "yes" if active else "", *folders]


def add_project(at: At) -> Came:
    name = _given(at, "name")
    try:
        made = at.client.add_project({"name": name, **_folders(at)})
    except Crashed as exc:
        raise FarmError(
            f"The server could not add {name}: {exc.what}",
            "January 2015 fails as long as no project is active: set active_project to 1 first, then add it.",
        ) from exc
    there = {project.id: project for project in at.client.projects()}
    if made.id not in there or there[made.id].name != name:
        raise FarmError(f"The server answered, but it has no project {name}.", "Look at its log.")
    return f"The server has the project {name}; its number is {made.id}."


def change_project(at: At) -> Came:
    id = at.values["project"]
    now = at.client.change_project(id, {**({"name": at.values["name"]} if at.values["name"] else {}), **_folders(at)})
    return f"Project {id} is now: {', '.join(cell for cell in _project_row(now, False) if cell)}."


def _folders(at: At) -> dict[str, object]:
    return {name: at.values[name] for name in PROJECT_FOLDERS if at.values.get(name)}


def delete_project(at: At) -> Came:
    id = at.values["project"]
    at.client.delete_project(id)
    if any(project.id == id for project in at.client.projects()):
        raise FarmError(f"The server answered, but project {id} is still there.", "Look at its log.")
    return f"Project {id} and its jobs are deleted."


# -- workers and managers


def workers(at: At) -> Came:
    return [
        [str(w.id), w.name, str(w.manager or ""), w.status, w.connection, w.system, w.address, w.activity]
        for w in at.client.workers()
    ]


def set_worker(at: At) -> Came:
    name, status = _given(at, "worker"), str(at.values["status"])
    found = [worker for worker in at.client.workers() if worker.name == name]
    if not found:
        raise BadInput(f'There is no worker "{name}" that the server can reach.', "See the list of workers.")
    try:
        at.client.set_workers(found, status)
        trouble = ""
    except Crashed as exc:
        trouble = f" ({exc.what})"
    now = [worker for worker in at.client.workers() if worker.name == name]
    if not now or any(worker.status != status for worker in now):
        says = now[0].status if now else "nothing"
        raise FarmError(
            f"The server was asked to make {name} {status}, but it says {says}{trouble}.",
            "Servers of January 2015 and of summer 2015 on cannot do it: use the worker's own manager.",
        )
    return f"{name} is {status}."


def managers(at: At) -> Came:
    return [[str(m.id), m.name, m.address, m.connection or "not said"] for m in at.client.managers()]


def connect_manager(at: At) -> Came:
    name = _given(at, "name")
    before = {manager.id for manager in at.client.managers()}
    at.client.connect_manager(name, at.values["port"], at.values["virtual"])
    new = [manager for manager in at.client.managers() if manager.id not in before]
    if not new:
        return f"Nothing changed: the server knew a manager at this machine's port {at.values['port']} already."
    return f"The server has the manager {new[0].name} at {new[0].address}; its number is {new[0].id}."


def total_workers(at: At) -> Came:
    """The count itself cannot be read back; January 2015 alone tells what it keeps."""
    manager, count = _given(at, "manager"), int(at.values["workers"])
    try:
        kept = at.client.set_total_workers(manager, count)
    except Crashed as exc:
        raise FarmError(
            f"The server did not take it: {exc.what}",
            "January 2015 wants the manager's uuid, which its log shows; servers from March 2015 on cannot do it.",
        ) from exc
    return f"The server keeps {kept} workers for that manager."


# -- settings


def settings(at: At) -> Came:
    return [[name, value] for name, value in sorted(at.client.settings().items())]


def set_setting(at: At) -> Came:
    name, value = str(at.values["setting"]), str(at.values["value"])
    now = at.client.change_settings({name: value}).get(name, "")
    if now != value:
        raise FarmError(f'The server answered 204, but {name} is "{now}".', "Look at its log.")
    return f'{name} is "{value}".'


def render_settings(at: At) -> Came:
    try:
        return [[name] for name in at.client.render_settings()]
    except Crashed:
        return [["(the server has no folder of them, or cannot read it)"]]


def manager_settings(at: At) -> Came:
    rows = at.client.manager_settings().items()
    return [[manager, name, value] for manager, each in rows for name, value in sorted(each.items())]


def set_manager_setting(at: At) -> Came:
    manager, name, value = int(at.values["manager"]), _given(at, "setting"), str(at.values["value"])
    at.client.set_manager_setting(manager, name, value)
    now = at.client.manager_settings().get(str(manager), {}).get(name)
    if now != value:
        raise FarmError(f'The server answered, but {name} of manager {manager} is "{now}".', "Look at its log.")
    return f'{name} of manager {manager} is "{value}".'


# -- jobs


def jobs(at: At) -> Came:
    return [_job_row(job) for job in at.listing.jobs()]


def mine(at: At) -> Came:
    return [_job_row(job) for job in at.listing.jobs() if job.id in at.ids]


def _job_row(job: ServerJob) -> list[str]:
    frames = f"{job.numbers[0]}-{job.numbers[-1]}" if job.numbers else ""
    return [str(job.id), job.name, job.status, frames, job.type]


def tasks(at: At) -> Came:
    rows = []
    for id in at.ids:
        for task in at.client.tasks(id):
            frames = f"{task.numbers[0]}-{task.numbers[-1]}" if task.numbers else ""
            rows.append([str(id), str(task.id), frames, task.status])
    return rows


def command(at: At) -> Came:
    """For one of the server's jobs, whoever sent it; what it is afterwards is what is told."""
    ids, command = _numbers(_given(at, "jobs")), str(at.values["command"])
    try:
        at.client.batch(ids, command)
        said = "The server took it"
    except NotThere:
        said = "The server refused it for one of them (it is not there, or runs), which ends the row"
    now = {job.id: job.status or "nothing" for job in at.listing.jobs()}
    return f"{said}; now " + ", ".join(f"{id} is {now.get(id, 'not there')}" for id in ids) + "."


def remove(at: At) -> Came:
    ids = _numbers(_given(at, "jobs"))
    there = {job.id for job in at.listing.jobs()}
    gone = [id for id in ids if id not in there]
    at.client.delete_jobs([id for id in ids if id in there])
    still = sorted(set(ids) & {job.id for job in at.listing.jobs()})
    if still:
        raise FarmError(f"The server answered, but its job {still[0]} is still there.", "Look at its log.")
    return "They are deleted." + (f" Not there before: {', '.join(map(str, gone))}." if gone else "")


def remove_broken(at: At) -> Came:
    """Only one that really is: this is not the way to delete another's job by mistake."""
    id = int(at.values["job"])
    if not any(job.id == id for job in at.listing.broken()):
        raise BadInput(f"Job {id} is not broken, or not there.", "See what `farmdeck farms test` says.")
    at.client.delete_jobs([id])
    return f"Job {id} is deleted; the server lists {len(at.listing.jobs())} jobs."


def archive(at: At) -> Came:
    at.client.batch(at.ids, "archive")
    left = [job for job in at.listing.jobs() if job.id in at.ids and job.status != "archived"]
    if left:
        raise FarmError(f"The server's job {left[0].id} still says {left[0].status}.", "Stop it, then archive it.")
    return "Archived: the server's own list leaves it out."


def priority(at: At) -> Came:
    wanted = int(at.values["priority"])
    for id in at.ids:
        at.client.edit_job(id, {"priority": wanted})
    now = {at.client.job(id).priority for id in at.ids}
    if now != {wanted}:
        raise FarmError(f"The server answered, but the priority is {min(now)}.", "Look at its log.")
    return f"Its priority is {wanted}; tasks that were made before keep theirs."


def requeue(at: At) -> Came:
    """A completed job can only be started again from the archive; with a start every failed task begins again."""
    id = int(at.values["task"])
    job = next((job for job in at.ids if any(task.id == id for task in at.client.tasks(job))), None)
    if job is None:
        raise BadInput(f"Task {id} is none of this job's.", "See its tasks.")
    at.client.set_task_status(id, "waiting")
    if _status(at, job) == "completed":
        at.client.batch([job], "archive")
    if _status(at, job) in RESTING:
        at.client.batch([job], "start")
    return f"Task {id} is {at.client.task(id).status}, its job {job} is {_status(at, job)}."


def _status(at: At, id: int) -> str:
    return next((job.status for job in at.listing.jobs() if job.id == id), "not there")


def _given(at: At, name: str) -> str:
    text = str(at.values[name]).strip()
    if not text:
        raise BadInput(f"No {name} is given.", f"Give it with --option {name}=….")
    return text


def _numbers(text: str) -> list[int]:
    try:
        return [int(piece) for piece in text.replace(" ", "").split(",")]
    except ValueError:
        raise BadInput(f'"{text}" is no list of job numbers.', "Write them like 12,13.") from None
