"""The four ways that real servers speak, told apart by what they answer.

The published page was written in January 2015 and describes that month's server (A); the servers that ran while it was
online spoke B or C. Sources: armadillica/flamenco, commits 459886c5 (A), ee408ac0 (A'), 4d509f3c (C), 6bb7af78^ (B).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .connection import Connection
from .errors import Crashed, NoAnswer, NoSuchCall, Refused


@dataclass(frozen=True)
class Dialect:
    """What a server of one time does."""

    name: str
    """`A`, `A'`, `C` or `B`; the settings and the remembered file have it."""
    time: str
    """As a person reads it."""
    zipped: bool = False
    """Scenes travel as a zip and pictures come back as one; else both lie in the project's folders."""
    attached: bool = False
    """Scenes lie in the project's folder, but a zip with them comes with each job: later in that month the server began
    to hand it on, and crashes over every task of the farm where a job has none."""
    hold: bool = False
    """A job can be sent that waits for a start."""
    logs: bool = False
    browse: bool = True
    users: bool = False
    """A job has to name somebody."""
    job_types: tuple[str, ...] = ()
    """Those that render a frame range; the first is the usual one."""
    task_status: bool = False
    """A task's status can be set on its own."""


A = Dialect("A", "January 2015")
A_DASH = Dialect("A'", "February 2015", attached=True, hold=True, job_types=("simple_blender_render",))
C = Dialect(
    "C",
    "spring 2015",
    zipped=True,
    hold=True,
    logs=True,
    job_types=("simple_blender_render", "blender_simple_render_turbo"),
)
B = Dialect(
    "B",
    "summer 2015 to 2016",
    zipped=True,
    hold=True,
    logs=True,
    browse=False,  # its projects have no folders
    users=True,
    job_types=("blender_simple_render", "simple_blender_render"),
    task_status=True,
)
DIALECTS = {dialect.name: dialect for dialect in (A, A_DASH, C, B)}


def detect(connection: Connection) -> Dialect:
    """What the server there speaks. Raises NoAnswer when it is no Flamenco Server."""
    early = _has(connection, "/settings/render")
    settings = connection.get("/settings")
    if not isinstance(settings, dict) or early == isinstance(settings.get("settings"), list):
        raise NoAnswer(
            f"What answers at {connection.url} does not speak as a Flamenco Server does.",
            "Check the address; a Flamenco 3 Manager is added with --kind flamenco.",
        )
    if early:
        return A_DASH if _has_types(connection) else A
    return B if _has(connection, "/tasks/0/status") else C


def _has(connection: Connection, path: str) -> bool:
    try:
        connection.size(path)  # what it is does not matter: one is a picture
    except NoSuchCall:
        return False
    except Refused:  # it is there: 500 for what it lacks, 405 where it can only be set
        pass
    return True


def _has_types(connection: Connection) -> bool:
    """Jobs with a type and JSON settings came with thumbnails."""
    try:
        jobs = connection.get("/jobs")
    except Crashed:  # a broken job is in the way
        jobs = {}
    if isinstance(jobs, dict) and jobs:
        return any("settings" in job for job in jobs.values() if isinstance(job, Mapping))
    return _has(connection, "/jobs/thumbnails/0")
