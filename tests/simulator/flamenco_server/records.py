"""What the server knows, as plain data: projects, managers, workers, jobs, tasks."""

from __future__ import annotations

from dataclasses import dataclass, field

PATHS = tuple(f"{kind}_{system}" for kind in ("path", "render_path") for system in ("server", "linux", "win", "osx"))
"""The eight paths of a project."""
SETTINGS = tuple(
    f"{kind}_{system}" for kind in ("blender_path", "render_settings_path") for system in ("linux", "win", "osx")
) + ("active_project",)
"""The seven settings that `POST /settings` writes, whether they were sent or not."""


@dataclass
class Project:
    """A production: where its scenes and pictures lie, per system (None = never sent, or nulled by a later write)."""

    id: int
    name: str | None
    paths: dict[str, str | None] = field(default_factory=dict)


@dataclass
class Worker:
    """A render node as its manager describes it."""

    id: int
    hostname: str
    status: str = "enabled"
    online: bool = True


@dataclass
class Manager:
    """What stands between the server and some workers. One without `played` was only registered: nobody is there."""

    id: int
    name: str | None
    port: int | None
    uuid: str
    token: str = ""
    virtual: int | None = 0
    total_workers: int | None = 0
    played: bool = False
    workers: list[Worker] = field(default_factory=list)
    settings: dict[str, str | None] = field(default_factory=dict)


@dataclass
class Job:
    """A job of any dialect; what a dialect does not have stays None."""

    id: int
    project_id: int | None
    name: str | None
    status: str | None
    priority: int | None
    managers: list[int] = field(default_factory=list)
    frame_start: int | None = None
    frame_end: int | None = None
    chunk_size: int | None = None
    current_frame: int | None = None
    filepath: str | None = None
    render_settings: str | None = None
    format: str | None = None
    type: str | None = None
    settings: str | None = None
    notes: str | None = None
    username: str | None = None
    created: float = 0.0
    edited: float = 0.0
    summary: dict[str, int] | None = None
    """How many tasks are in which status, as the server last counted them (C, B)."""
    file: bytes | None = None
    """The zip that was sent with it (A', C, B)."""


@dataclass
class Task:
    """A chunk of a job. `job_id` is None when its job was deleted the careless way."""

    id: int
    job_id: int | None
    start: int
    end: int
    status: str | None
    current_frame: int
    frames: tuple[int, ...] = ()
    """What the worker renders: start to end, unless the dialect has gaps (B)."""
    priority: int | None = 50
    manager_id: int | None = None
    name: str | None = None
    type: str | None = None
    settings: dict[str, object] = field(default_factory=dict)
    activity: str | None = None
    log: str | None = None
    time_cost: int | None = None
    worker: str | None = None
    last_activity: float | None = None
    rendered: int = 0
    """How many of its frames the worker has rendered in this attempt."""


@dataclass(frozen=True)
class Request:
    """One request that came in, and what was answered."""

    method: str
    path: str
    fields: dict[str, object]
    status: int
    """0: the connection was cut instead."""
