"""The dialects that real servers spoke, and what serves each address in them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from . import calls, job_calls_a, manager_calls
from .answers import Answer, document
from .calls import Call

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
    """What differs between the versions, besides jobs and tasks."""

    name: str
    greeting: str
    routes: tuple[Route, ...]
    flat_settings: bool = False
    project_paths: bool = True
    makes_a_project: bool = False
    worker_details: bool = False
    workers_change: bool = False


def _greet(call: Call) -> Answer:
    return document({"message": call.farm.dialect.greeting})


COMMON = (
    Route("/", {"GET": _greet}),
    Route("/projects", {"GET": calls.list_projects, "POST": calls.add_project}),
    Route(
        "/projects/<int:project_id>",
        {"GET": calls.show_project, "PUT": calls.change_project, "DELETE": calls.delete_project},
    ),
    Route("/workers", {"GET": manager_calls.list_workers, "POST": manager_calls.change_workers}),
    Route("/workers/<int:worker_id>", {"GET": manager_calls.show_worker}),
    Route("/managers", {"GET": manager_calls.list_managers, "POST": manager_calls.connect_manager}),
    Route("/settings", {"GET": calls.show_settings, "POST": calls.change_settings}),
    Route("/browse", {"GET": calls.browse}),
    Route("/browse/<path:path>", {"GET": calls.browse}),
)
A = Dialect(
    "A",
    "Brender server up and running!",
    (
        *COMMON,
        Route("/managers/<manager_uuid>", {"PATCH": manager_calls.change_manager}),
        Route("/settings/render", {"GET": calls.render_settings}),
        Route("/jobs", {"GET": job_calls_a.list_jobs, "POST": job_calls_a.add_job, "PUT": job_calls_a.command_jobs}),
        Route(
            "/jobs/<int:job_id>",
            {"GET": job_calls_a.show_job, "PUT": job_calls_a.change_job, "DELETE": job_calls_a.delete_job},
        ),
        Route("/jobs/delete", {"POST": job_calls_a.delete_jobs}),
        Route("/tasks", {"GET": job_calls_a.list_tasks, "POST": job_calls_a.report_task}),
    ),
    flat_settings=True,
)
DIALECTS = {dialect.name: dialect for dialect in (A,)}
