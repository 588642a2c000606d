"""What a Manager can do beyond what every farm can: small commands, each a call or two of the client."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..._errors import BadInput
from ...farm import Extra, Option
from .client import Client
from .models import Version
from .workers import SleepSchedule, Worker, WorkerSummary

Came = list[list[str]] | str
REASON = "asked for in Farmdeck"
"""The Manager keeps a reason with each change of a status."""
DAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")


@dataclass(frozen=True)
class At:
    """What an extra works on."""

    client: Client
    jobs: Sequence[str]
    """The uuids of the job's parts; () for an extra on the farm."""
    values: Mapping[str, Any]
    """All of its options, checked."""


# -- of a job


def _pause(at: At) -> Came:
    for job in at.jobs:
        at.client.set_job_status(job, "pause-requested", REASON)
    return "It pauses when the tasks that are at work have ended."


def _priority(at: At) -> Came:
    for job in at.jobs:
        at.client.set_job_priority(job, at.values["priority"])
    return f"Its priority is {at.values['priority']} now."


def _tag(at: At) -> Came:
    name = str(at.values["tag"]).strip()
    tag = _tag_ids(at.client, [name])[0] if name else ""
    for job in at.jobs:
        at.client.set_job_tag(job, tag)
    return f'Only workers with the tag "{name}" render it now.' if name else "Every worker may render it now."


def _tasks(at: At) -> Came:
    return [
        [str(part), task.name, task.type, task.status, task.worker, _steps(task.steps_completed, task.steps_total)]
        for part, job in enumerate(at.jobs, start=1)
        for task in at.client.tasks(job)
    ]


def _steps(completed: int, total: int) -> str:
    return f"{completed} of {total}" if total else ""


def _requeue_task(at: At) -> Came:
    name = _given(at, "task")
    found = [task for job in at.jobs for task in at.client.tasks(job) if name in (task.name, task.id)]
    if not found:
        raise BadInput(f'It has no task "{name}".', "See its tasks first; give one by its name.")
    for task in found:
        at.client.set_task_status(task.id, "queued", REASON)
    return f'"{name}" is done again.'


def _blocklist(at: At) -> Came:
    return [
        [str(part), entry.worker_name or entry.worker, entry.task_type]
        for part, job in enumerate(at.jobs, start=1)
        for entry in at.client.blocklist(job)
    ]


def _unblock(at: At) -> Came:
    wanted = str(at.values["worker"]).strip()
    count = 0
    for job in at.jobs:
        entries = [one for one in at.client.blocklist(job) if wanted in ("", one.worker_name, one.worker)]
        if entries:
            at.client.unblock(job, entries)
            count += len(entries)
    if not count:
        raise BadInput(
            f"{wanted} is not on its blocklist." if wanted else "Nobody is on its blocklist.", "See it first."
        )
    return f"{count} {'entry is' if count == 1 else 'entries are'} off its blocklist."


def _deletion(at: At) -> Came:
    if any([at.client.what_would_delete_do(job) for job in at.jobs]):
        return "Deleting it deletes its tasks, logs and small pictures, and its uploaded files; not what it rendered."
    return "Deleting it deletes its tasks, logs and small pictures; not its files, and not what it rendered."


# -- of the farm


def _status(at: At) -> Came:
    return f"The farm is {at.client.farm_status()}."


def _jobs(at: At) -> Came:
    newest = sorted(at.client.jobs(), key=lambda job: job.created or 0.0, reverse=True)
    return [
        [job.name, job.type, job.status, str(job.priority), job.metadata.get("user.name", ""), _day(job.created)]
        for job in newest[: at.values["count"]]
    ]


def _workers(at: At) -> Came:
    return [
        [one.name, one.status, _next(one), one.version, _day(one.seen), one.id]
        for one in sorted(at.client.workers(), key=lambda worker: worker.name)
    ]


def _next(worker: WorkerSummary) -> str:
    return f"{worker.requested}{' after its task' if worker.lazy else ''}" if worker.requested else ""


def _worker(at: At) -> Came:
    workers = [_worker_named(at)] if str(at.values["worker"]).strip() else at.client.workers()
    return [row for worker in workers for row in _facts(at.client.worker(worker.id))]


def _facts(worker: Worker) -> list[list[str]]:
    task = f"{worker.task.name} ({worker.task.status})" if worker.task else ""
    rows = {
        "Worker": worker.name,
        "State": worker.status,
        "Goes to": _next(worker),
        "System": worker.platform,
        "Address": worker.address,
        "Version": worker.version,
        "Last seen": _day(worker.seen),
        "Kinds of tasks": ", ".join(worker.task_types),
        "Tags": ", ".join(tag.name for tag in worker.tags),
        "Task": task,
    }
    return [[name, value] for name, value in rows.items()]


def _set_worker(at: At) -> Came:
    worker, status = _worker_named(at), at.values["status"]
    at.client.set_worker_status(worker.id, status, lazy=not at.values["at-once"])
    return f"{worker.name} goes to {status}{'' if at.values['at-once'] else ' after its task'}."


def _worker_tags(at: At) -> Came:
    worker = _worker_named(at)
    names = [name.strip() for name in str(at.values["tags"]).split(",") if name.strip()]
    at.client.set_worker_tags(worker.id, _tag_ids(at.client, names))
    return f"{worker.name} has {'the tags ' + ', '.join(names) if names else 'no tags'} now."


def _sleep(at: At) -> Came:
    rows = []
    for worker in sorted(at.client.workers(), key=lambda each: each.name):
        found = at.client.sleep_schedule(worker.id)
        if found is not None:
            rows.append(
                [worker.name, "on" if found.active else "off", found.days or "every day", found.start, found.end]
            )
    return rows


def _set_sleep(at: At) -> Came:
    worker = _worker_named(at)
    days = str(at.values["days"]).replace(",", " ").lower().split()
    strange = [day for day in days if day not in DAYS]
    if strange:
        raise BadInput(f"{', '.join(strange)} is no day.", f"Give some of: {' '.join(DAYS)}; or none for every day.")
    schedule = SleepSchedule(at.values["active"], " ".join(days), at.values["start"], at.values["end"])
    at.client.set_sleep_schedule(worker.id, schedule)
    if not schedule.active:
        return f"{worker.name} sleeps by no schedule now."
    return f"{worker.name} sleeps from {schedule.start} to {schedule.end}, {schedule.days or 'every day'}."


def _tags(at: At) -> Came:
    return [[tag.name, tag.description, tag.id] for tag in at.client.tags()]


def _worker_named(at: At) -> WorkerSummary:
    wanted = _given(at, "worker")
    known = at.client.workers()
    found = [worker for worker in known if wanted in (worker.name, worker.id)]
    if not found:
        names = ", ".join(sorted(worker.name for worker in known))
        raise BadInput(f'There is no worker "{wanted}".', f"There are: {names or 'none'}.")
    if len(found) > 1:
        raise BadInput(f'There are {len(found)} workers called "{wanted}".', "Give its id, the last column of workers.")
    return found[0]


def _tag_ids(client: Client, names: Sequence[str]) -> list[str]:
    known = {tag.name: tag.id for tag in client.tags()}
    missing = [name for name in names if name not in known]
    if missing:
        raise BadInput(f'There is no tag "{missing[0]}".', f"There are: {', '.join(known) or 'none'}.")
    return [known[name] for name in names]


def _given(at: At, name: str) -> str:
    text = str(at.values[name]).strip()
    if not text:
        raise BadInput(f"No {name} was given.", f"Give one with --option {name}=….")
    return text


def _day(moment: float | None) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(moment)) if moment else ""


_WORKER = Option("worker", "Worker", "text", "")
_STATUSES = ("awake", "asleep", "offline", "restart")
_Row = tuple[Extra, Callable[[At], Came], tuple[int, int]]

_ALL: tuple[_Row, ...] = (
    (Extra("pause", "Pause", "job"), _pause, (3, 6)),
    (
        Extra("priority", "Priority", "job", (Option("priority", "Priority", "int", 50, minimum=0, maximum=100),)),
        _priority,
        (3, 1),
    ),
    (
        Extra(
            "tag", "Workers with a tag only", "job", (Option("tag", "Tag", "text", "", help="None for all workers."),)
        ),
        _tag,
        (3, 8),
    ),
    (Extra("tasks", "Its tasks", "job", (), ("Part", "Task", "Kind", "State", "Worker", "Steps")), _tasks, (3, 0)),
    (Extra("requeue-task", "Do a task again", "job", (Option("task", "Task", "text", ""),)), _requeue_task, (3, 0)),
    (Extra("blocklist", "Its blocklist", "job", (), ("Part", "Worker", "Kind of tasks")), _blocklist, (3, 0)),
    (
        Extra(
            "unblock",
            "Take a worker off its blocklist",
            "job",
            (Option("worker", "Worker", "text", "", help="None for all of them."),),
        ),
        _unblock,
        (3, 0),
    ),
    (Extra("deletion", "What deleting it deletes", "job"), _deletion, (3, 2)),
    (Extra("status", "How the farm is", "farm"), _status, (3, 5)),
    (
        Extra(
            "jobs",
            "Newest jobs of everybody",
            "farm",
            (Option("count", "How many", "int", 20, minimum=1, maximum=1000),),
            ("Job", "Type", "State", "Priority", "Whose", "Submitted"),
        ),
        _jobs,
        (3, 0),
    ),
    (
        Extra("workers", "Workers", "farm", (), ("Worker", "State", "Goes to", "Version", "Seen", "Id")),
        _workers,
        (3, 0),
    ),
    (
        Extra(
            "worker", "What a worker is", "farm", (replace(_WORKER, help="None for all of them."),), ("What", "Value")
        ),
        _worker,
        (3, 0),
    ),
    (
        Extra(
            "set-worker",
            "Wake a worker or send it to sleep",
            "farm",
            (
                _WORKER,
                Option("status", "State", "choice", "awake", choices=_STATUSES),
                Option("at-once", "Not after its task but at once", "bool", False),
            ),
        ),
        _set_worker,
        (3, 0),
    ),
    (
        Extra(
            "worker-tags",
            "Tags of a worker",
            "farm",
            (_WORKER, Option("tags", "All of its tags, with commas", "text", "")),
        ),
        _worker_tags,
        (3, 3),
    ),
    (Extra("tags", "Tags", "farm", (), ("Tag", "Description", "Id")), _tags, (3, 3)),
    (Extra("sleep", "When workers sleep", "farm", (), ("Worker", "", "Days", "From", "To")), _sleep, (3, 0)),
    (
        Extra(
            "set-sleep",
            "When a worker sleeps",
            "farm",
            (
                _WORKER,
                Option("active", "By a schedule", "bool", True),
                Option("days", "Days", "text", "", help="mo tu we th fr sa su; none for every day."),
                Option("start", "From", "text", "09:00"),
                Option("end", "To", "text", "18:00"),
            ),
        ),
        _set_sleep,
        (3, 0),
    ),
)
"""Each with its work and the first version of the Manager that has the calls for it."""
_WORK: Mapping[str, Callable[[At], Came]] = {extra.name: work for extra, work, _ in _ALL}


def extras(version: Version) -> tuple[Extra, ...]:
    """Those that a Manager of this version can do."""
    return tuple(extra for extra, _, since in _ALL if version.at_least(*since))


def run(client: Client, extra: str, job_ids: Sequence[str], values: Mapping[str, Any]) -> Came:
    """Do one of them: rows below its columns, or a sentence.

    `job_ids`: the uuids of the job's parts, () for an extra on the farm. `values`: all of its options, checked. Raises
    BadInput, UnknownJob, FarmError in the client's kinds.
    """
    return _WORK[extra](At(client, job_ids, values))
