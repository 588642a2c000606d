"""What a Flamenco Server says, read out of its JSON. Collections come as objects keyed by id or by name.

Nothing here trusts the server: a field that is missing or of another type becomes an empty value, an entry that is no
object is left out. The managers' secrets, which the later servers tell anybody, are not kept.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate
from typing import Any

from .frames import chunks, read_frames

SYSTEMS = ("linux", "osx", "server", "win")
PROJECT_FOLDERS = tuple(f"{kind}path_{system}" for kind in ("", "render_") for system in SYSTEMS)
"""The eight fields of a project that hold its folders."""
SETTINGS = (
    "active_project",
    "blender_path_linux",
    "blender_path_osx",
    "blender_path_win",
    "render_settings_path_linux",
    "render_settings_path_osx",
    "render_settings_path_win",
)
"""All that POST /settings takes; it empties those that are not sent."""


@dataclass(frozen=True)
class Project:
    """A project and its eight folders; the last servers have none."""

    id: int
    name: str
    active: bool = False
    paths: Mapping[str, str] = field(default_factory=dict)
    """Where it lies, by `linux`, `osx`, `server`, `win`; empty ones are left out."""
    renders: Mapping[str, str] = field(default_factory=dict)
    """Where its pictures go, likewise."""


@dataclass(frozen=True)
class Manager:
    """A group of workers."""

    id: int
    name: str
    address: str
    connection: str = ""
    uuid: str = field(default="", repr=False)
    """Only spring 2015 tells it; it is how a manager is addressed there."""


@dataclass(frozen=True)
class Worker:
    """One machine. Its id is its manager's, so two workers can have the same one."""

    id: int
    name: str
    manager: int
    """0 where the server does not say."""
    status: str
    connection: str
    system: str
    address: str
    activity: str = ""


@dataclass(frozen=True)
class ServerJob:
    """One job of the server's list."""

    id: int
    name: str
    status: str
    numbers: tuple[int, ...] = ()
    chunk: int = 1
    type: str = ""
    project: int = 0
    filepath: str = ""
    manager: str = ""
    priority: int = 0
    created: float | None = None
    """Seconds since the epoch."""


@dataclass(frozen=True)
class ServerTask:
    """A chunk of a job."""

    id: int
    job: int
    status: str
    numbers: tuple[int, ...] = ()
    """() where the server does not say: the order of the ids tells then."""
    current: int | None = None
    """The frame that it is at, where its worker says so."""
    type: str = ""

    @property
    def done(self) -> bool:
        """All of its frames are."""
        return self.status.lower() in ("finished", "completed")


def read_projects(data: Any) -> list[Project]:
    return sorted((_project(whole(key), entry) for key, entry in _entries(data)), key=lambda project: project.id)


def read_project(data: Any) -> Project:
    return _project(whole(_map(data).get("id")), _map(data))


def _project(id: int, entry: Mapping[str, Any]) -> Project:
    return Project(
        id,
        text(entry.get("name")),
        entry.get("is_active") is True,
        {system: text(entry.get(f"path_{system}")) for system in SYSTEMS if entry.get(f"path_{system}")},
        {system: text(entry.get(f"render_path_{system}")) for system in SYSTEMS if entry.get(f"render_path_{system}")},
    )


def read_managers(data: Any) -> list[Manager]:
    found = [
        Manager(
            whole(entry.get("id")),
            text(entry.get("name")) or name,
            text(entry.get("host")) or _address(entry),
            text(entry.get("connection")),
            text(entry.get("uuid")),
        )
        for name, entry in _entries(data)
    ]
    return sorted(found, key=lambda manager: manager.id)


def _address(entry: Mapping[str, Any]) -> str:
    address = text(entry.get("ip_address"))
    return f"{address}:{whole(entry.get('port'))}" if entry.get("port") else address


def read_workers(data: Any) -> list[Worker]:
    found = [
        Worker(
            whole(entry.get("id")),
            text(entry.get("hostname")) or name,
            whole(entry.get("manager_id")),
            text(entry.get("status")),
            text(entry.get("connection")),
            text(entry.get("system")),
            _address(entry),
            text(entry.get("activity")),
        )
        for name, entry in _entries(data)
    ]
    return sorted(found, key=lambda worker: (worker.manager, worker.name))


def read_settings(data: Any) -> dict[str, str]:
    """By name; January 2015 answers with the object itself, later ones with a list of name and value."""
    given = _map(data)
    rows = given.get("settings")
    if isinstance(rows, list):
        given = {text(row.get("name")): row.get("value") for row in rows if isinstance(row, Mapping)}
    return {name: text(value) for name, value in given.items() if name}


def read_jobs(data: Any) -> list[ServerJob]:
    return sorted((read_job(entry, whole(key)) for key, entry in _entries(data)), key=lambda job: job.id)


def read_job(data: Any, id: int = 0) -> ServerJob:
    """One of the list, or the answer to GET /jobs/ID. A hollow one, with id 0, is how a bad command is refused."""
    entry = _map(data)
    settings = _settings(entry.get("settings")) or entry
    manager = entry.get("manager")
    return ServerJob(
        id=whole(entry.get("id")) or id,
        name=text(entry.get("job_name")) or text(entry.get("name")),
        status=text(entry.get("status")),
        numbers=_numbers(settings),
        chunk=max(1, whole(settings.get("chunk_size"))),
        type=text(entry.get("type")),
        project=whole(entry.get("project_id")),
        filepath=text(settings.get("filepath")),
        manager=text(manager.get("name") if isinstance(manager, Mapping) else manager),
        priority=whole(entry.get("priority")),
        created=read_date(text(entry.get("creation_date"))),
    )


def _settings(value: Any) -> Mapping[str, Any]:
    """An object, or one as text."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    return _map(value)


def _numbers(settings: Mapping[str, Any]) -> tuple[int, ...]:
    if settings.get("frames"):
        return read_frames(text(settings.get("frames")))
    if settings.get("frame_start") is None or settings.get("frame_end") is None:
        return ()
    return read_frames(f"{whole(settings['frame_start'])}-{whole(settings['frame_end'])}")


def read_tasks(data: Any, job: int = 0) -> list[ServerTask]:
    """By id. `job`: whose they are, where they do not say it themselves."""
    rows = _map(data).get("tasks")
    pairs = [("0", row) for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else _entries(data)
    found = [read_task(entry, whole(key), job) for key, entry in pairs]
    return sorted((task for task in found if task.id), key=lambda task: task.id)


def read_task(data: Any, id: int = 0, job: int = 0) -> ServerTask:
    entry = _map(data)
    current = _settings(entry.get("activity")).get("current_frame")
    return ServerTask(
        whole(entry.get("id")) or id,
        whole(entry.get("job_id")) or job,
        text(entry.get("status")),
        _chunk(entry),
        whole(current) if current is not None else None,
        text(entry.get("type")),
    )


def _chunk(entry: Mapping[str, Any]) -> tuple[int, ...]:
    if "name" in entry:
        return read_frames(text(entry["name"]))
    first, last = whole(entry.get("chunk_start")), whole(entry.get("chunk_end"))
    return read_frames(f"{first}-{last}") if (first, last) != (0, 0) or entry.get("current_frame") else ()


def with_numbers(job: ServerJob, tasks: list[ServerTask]) -> list[tuple[ServerTask, tuple[int, ...]]]:
    """Each task with its frames. Where tasks do not name them, they follow from the order in which they were made."""
    if all(task.numbers for task in tasks):
        return [(task, task.numbers) for task in tasks]
    cut = chunks(job.numbers, job.chunk)
    return [(task, cut[at] if at < len(cut) else ()) for at, task in enumerate(tasks)]


def read_date(text: str) -> float | None:
    """`Sat, 21 Nov 2026 23:58:08 GMT` as seconds since the epoch: it says GMT and means the server's local time."""
    parsed = parsedate(text)
    if parsed is None:
        return None
    try:
        return time.mktime((*parsed[:8], -1))
    except (ValueError, OverflowError):
        return None


def whole(value: Any) -> int:
    """0 for what is no number: forms make texts of numbers, and the other way round."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return 0
    try:
        return int(value)
    except (ValueError, OverflowError):
        return 0


def text(value: Any) -> str:
    return "" if value is None or isinstance(value, (dict, list)) else str(value)


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _entries(data: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    return ((key, entry) for key, entry in _map(data).items() if isinstance(entry, dict))
