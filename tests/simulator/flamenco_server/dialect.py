"""The dialects that real servers spoke, and what serves each address in them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from . import calls, job_calls_a, job_calls_a_prime, job_calls_c, manager_calls, task_calls_c
from .answers import Answer, document
from .calls import Call
from .compilers import KEYS, LISTS, RANGES

Handler = Callable[[Call], Answer]
PARTS = {"int": r"(?P<number>\d+)", "path": r"(?P<rest>.+)", "text": r"(?P<rest>[^/]+)"}


@dataclass(frozen=True)
class Route:
    """An address as the server writes it, and what serves each method."""

    rule: str
    methods: dict[str, Handler]

    def match(self, path: str) -> re.Match[str] | None:
        """The number and the rest that the path has, or None."""
        pattern = re.sub(r"<(?:(\w+):)?\w+>", lambda found: PARTS[found[1] or "text"], self.rule)
        return re.fullmatch(pattern, path)


@dataclass(frozen=True)
class Dialect:
    """What differs between the versions.

    one_session: a deletion that was not committed is, with the next write. names_fields: a refusal names the field.
    lists_paths: the list of projects has their paths. users: jobs belong to somebody. last_first: a manager gets the
    last chunk first. taken: the status of a task that a manager took ("" where tasks are pushed).
    """

    name: str
    greeting: str
    routes: tuple[Route, ...]
    one_session: bool = False
    flat_settings: bool = False
    lists_paths: bool = False
    project_paths: bool = True
    makes_a_project: bool = False
    names_fields: bool = False
    worker_details: bool = False
    workers_change: bool = False
    users: bool = False
    last_first: bool = False
    taken: str = ""
    job_types: tuple[str, ...] = ()
    job_keys: tuple[str, ...] = KEYS


def _greet(call: Call) -> Answer:
    return document({"message": call.farm.dialect.greeting})


COMMON = (
    Route("/", {"GET": _greet}),
    Route("/stats/", {"GET": calls.show_stats}),
    Route("/projects", {"GET": calls.list_projects, "POST": calls.add_project}),
    Route(
        "/projects/<int:project_id>",
        {"GET": calls.show_project, "PUT": calls.change_project, "DELETE": calls.delete_project},
    ),
    Route("/workers", {"GET": manager_calls.list_workers, "POST": manager_calls.change_workers}),
    Route("/workers/<int:worker_id>", {"GET": manager_calls.show_worker}),
    Route("/settings", {"GET": calls.show_settings, "POST": calls.change_settings}),
    Route("/browse", {"GET": calls.browse}),
    Route("/browse/<path:path>", {"GET": calls.browse}),
)
WITH_UUID = Route("/managers", {"GET": manager_calls.list_managers, "POST": manager_calls.connect_manager})
EARLY = (
    *COMMON,
    WITH_UUID,
    Route("/managers/<manager_uuid>", {"PATCH": manager_calls.change_manager}),
    Route("/settings/render", {"GET": calls.render_settings}),
)
LATE = (
    *COMMON,
    Route("/settings/managers", {"GET": manager_calls.list_manager_settings}),
    Route(
        "/settings/managers/<int:manager_id>/<setting_name>",
        {"POST": manager_calls.change_manager_setting},
    ),
    Route("/jobs", {"GET": job_calls_c.list_jobs, "POST": job_calls_c.add_job, "PUT": job_calls_c.command_jobs}),
    Route(
        "/jobs/<int:job_id>",
        {"GET": job_calls_c.show_job, "PUT": job_calls_c.change_job, "DELETE": job_calls_c.delete_job},
    ),
    Route("/jobs/delete", {"POST": job_calls_c.delete_jobs}),
    Route("/jobs/thumbnails", {"POST": task_calls_c.put_thumbnail}),
    Route("/jobs/thumbnails/<job_id>", {"GET": task_calls_c.get_thumbnail}),
    Route("/jobs/file/<int:job_id>", {"GET": task_calls_c.get_file, "POST": task_calls_c.put_file}),
    Route("/jobs/file/output/<int:job_id>", {"GET": task_calls_c.get_output}),
    Route("/tasks", {"GET": task_calls_c.list_tasks}),
    Route("/tasks/generate", {"GET": task_calls_c.generate_task}),
)
A = Dialect(
    "A",
    "Brender server up and running!",
    (
        *EARLY,
        Route("/jobs", {"GET": job_calls_a.list_jobs, "POST": job_calls_a.add_job, "PUT": job_calls_a.command_jobs}),
        Route(
            "/jobs/<int:job_id>",
            {"GET": job_calls_a.show_job, "PUT": job_calls_a.change_job, "DELETE": job_calls_a.delete_job},
        ),
        Route("/jobs/delete", {"POST": job_calls_a.delete_jobs}),
        Route("/tasks", {"GET": job_calls_a.list_tasks, "POST": job_calls_a.report_task}),
    ),
    one_session=True,
    flat_settings=True,
    lists_paths=True,
)
A_PRIME = Dialect(
    "A'",
    "Brender server up and running!",
    (
        *EARLY,
        Route(
            "/jobs",
            {
                "GET": job_calls_a_prime.list_jobs,
                "POST": job_calls_a_prime.add_job,
                "PUT": job_calls_a_prime.command_jobs,
            },
        ),
        Route(
            "/jobs/<int:job_id>",
            {"GET": job_calls_a_prime.show_job, "PUT": job_calls_a_prime.change_job, "DELETE": job_calls_a.delete_job},
        ),
        Route("/jobs/delete", {"POST": job_calls_a_prime.delete_jobs}),
        Route("/jobs/thumbnails", {"POST": task_calls_c.put_thumbnail}),
        Route("/jobs/thumbnails/<job_id>", {"GET": task_calls_c.get_thumbnail}),
        Route("/tasks", {"GET": job_calls_a_prime.list_tasks, "POST": job_calls_a_prime.report_task}),
    ),
    one_session=True,
    flat_settings=True,
    lists_paths=True,
    worker_details=True,
    workers_change=True,
    job_types=RANGES,
    job_keys=("filepath", "render_settings", "format"),
)
C = Dialect(
    "C",
    "Flamenco server up and running!",
    (
        *LATE,
        WITH_UUID,
        Route("/managers/<manager_uuid>", {"GET": manager_calls.show_manager, "PATCH": manager_calls.lost_change}),
        Route("/tasks/<int:task_id>", {"GET": task_calls_c.show_task, "POST": task_calls_c.report_task}),
    ),
    makes_a_project=True,
    names_fields=True,
    worker_details=True,
    workers_change=True,
    taken="active",
    job_types=RANGES,
)
B = Dialect(
    "B",
    "Flamenco server up and running!",
    (
        *LATE,
        Route("/managers", {"GET": manager_calls.list_managers, "POST": manager_calls.connect_with_token}),
        Route(
            "/managers/<int:manager_id>",
            {"GET": manager_calls.show_numbered_manager, "PATCH": manager_calls.lost_change},
        ),
        Route("/tasks/<int:task_id>", {"GET": task_calls_c.show_task, "PUT": task_calls_c.report_task}),
        Route("/tasks/<int:task_id>/status", {"PUT": task_calls_c.set_task_status}),
    ),
    project_paths=False,
    makes_a_project=True,
    names_fields=True,
    worker_details=True,
    users=True,
    last_first=True,
    taken="processing",
    job_types=RANGES + LISTS,
)
DIALECTS = {dialect.name: dialect for dialect in (A, A_PRIME, C, B)}
