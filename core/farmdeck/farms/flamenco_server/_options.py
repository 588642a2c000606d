"""What can be chosen for a job, by what the server's time knows."""

from __future__ import annotations

from ...farm import Capabilities, Option
from ...job import Action
from ._extras import extras
from ._plan import BY_OUTPUT, FORMATS, THERE
from .dialects import Dialect

POLL_SECONDS = 10.0
"""The first servers serve one request at a time: more often would slow their managers down."""


def capabilities(dialect: Dialect) -> Capabilities:
    """Deleting, stopping and starting are the server's own; a retry is a further job, since no server renders one frame
    again.
    """
    return Capabilities(
        actions=(Action.STOP, Action.START, Action.RETRY, Action.DELETE),
        logs=dialect.logs,
        priority=True,
        hold=dialect.hold,
        download=True,
        idempotent=True,
        browse=dialect.browse,
        poll_seconds=POLL_SECONDS,
        options=tuple(options(dialect)),
        extras=extras(dialect),
    )


def options(dialect: Dialect) -> list[Option]:
    found = [
        Option("chunk", "Frames per task", "int", 1, minimum=1, help="A task renders on one worker."),
        Option("format", "Format", "choice", BY_OUTPUT, choices=(BY_OUTPUT, *FORMATS)),
        Option("project", "Project", "text", "", help="Its name; empty: the server's active one."),
        Option("managers", "Managers", "text", "", help="Names with commas between; empty: all.", rare=True),
    ]
    if dialect.job_types:
        kinds = dialect.job_types
        found.append(Option("job_type", "Job type", "choice", kinds[0], choices=kinds, rare=True))
    if dialect.zipped:
        help = "Which of the managers' Blender commands renders it."
        found.append(Option("command", "Command", "text", "default", help=help, rare=True))
    else:
        help = "A .blend file of the project, rendered as it lies there in the place of yours; empty: yours."
        found.append(Option(THERE, "Scene at the server", "file", "", help=help, rare=True))
        help = "A script that workers run in the scene first, such as base_720p.py; empty: none."
        found.append(Option("render_settings", "Render settings", "text", "", help=help, rare=True))
    if dialect.users:
        help = "Your e-mail address, as the server shows it with the job; empty: your user name."
        found.append(Option("username", "User", "text", "", help=help, rare=True))
    return found
