"""The table of what wranglers can do, each with its form and with the servers that have it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...farm import Extra, Option
from . import _commands as commands
from ._commands import At, Came
from ._listing import Listing
from .client import Client
from .dialects import A_DASH, A, B, C, Dialect
from .models import PROJECT_FOLDERS, SETTINGS

_LATER = (C, B)
_EARLY = (A, A_DASH)
_EVERY = (A, A_DASH, C, B)
_NAME = Option("name", "Name", "text", "")
_PROJECT = Option("project", "Project", "int", 1, minimum=1, help="Its number.")
_TEXTS = tuple(Option(name, name, "text", "", rare=True) for name in PROJECT_FOLDERS)
_JOBS = Option("jobs", "The server's jobs", "text", "", help="Their numbers, with commas between.")
_VALUE = Option("value", "Value", "text", "")
_MANAGER = Option("manager", "Manager", "int", 1, minimum=1, help="Its number.")
_JOB_COLUMNS = ("Job", "Name", "Status", "Frames", "Type")
_COMMANDS = ("start", "stop", "reset", "respawn", "archive")
_HELP = "reset renders everything anew, and the first servers delete its pictures."

_TABLE: tuple[tuple[Extra, Callable[[At], Came], tuple[Dialect, ...]], ...] = (
    (
        Extra("projects", "Projects", "farm", columns=("Project", "Name", "Active", "Linux", "macOS", "Server", "Win")),
        commands.projects,
        _EVERY,
    ),
    (Extra("add-project", "Add a project", "farm", (_NAME, *_TEXTS)), commands.add_project, _EVERY),
    (Extra("change-project", "Change a project", "farm", (_PROJECT, _NAME, *_TEXTS)), commands.change_project, _EVERY),
    (Extra("delete-project", "Delete a project", "farm", (_PROJECT,)), commands.delete_project, _EVERY),
    (
        Extra(
            "workers",
            "Workers",
            "farm",
            columns=("Worker", "Name", "Manager", "Status", "Connection", "System", "Address", "Does"),
        ),
        commands.workers,
        _EVERY,
    ),
    (
        Extra(
            "worker",
            "Enable or disable a worker",
            "farm",
            (
                Option("worker", "Worker", "text", "", help="Its name."),
                Option("status", "Status", "choice", "enabled", choices=("enabled", "disabled")),
            ),
        ),
        commands.set_worker,
        _EVERY,
    ),
    (
        Extra("managers", "Managers", "farm", columns=("Manager", "Name", "Address", "Connection")),
        commands.managers,
        _EVERY,
    ),
    (
        Extra(
            "connect-manager",
            "Connect a manager on this machine",
            "farm",
            (
                _NAME,
                Option("port", "Port", "int", 7777, minimum=1, maximum=65535),
                Option("virtual", "Any number of workers", "bool", False),
            ),
        ),
        commands.connect_manager,
        _EVERY,
    ),
    (
        Extra(
            "total-workers",
            "How many workers a manager has",
            "farm",
            (
                Option("manager", "Manager", "text", "", help="Its uuid; its number on the last servers."),
                Option("workers", "Workers", "int", 1, minimum=0),
            ),
        ),
        commands.total_workers,
        _EVERY,
    ),
    (Extra("settings", "Settings", "farm", columns=("Setting", "Value")), commands.settings, _EVERY),
    (
        Extra(
            "set",
            "Change a setting",
            "farm",
            (Option("setting", "Setting", "choice", SETTINGS[0], choices=SETTINGS), _VALUE),
        ),
        commands.set_setting,
        _EVERY,
    ),
    (Extra("render-settings", "Render settings", "farm", columns=("Script",)), commands.render_settings, _EARLY),
    (
        Extra("manager-settings", "The managers' settings", "farm", columns=("Manager", "Setting", "Value")),
        commands.manager_settings,
        _LATER,
    ),
    (
        Extra(
            "set-manager",
            "Change a manager's setting",
            "farm",
            (_MANAGER, Option("setting", "Setting", "text", ""), _VALUE),
        ),
        commands.set_manager_setting,
        _LATER,
    ),
    (Extra("jobs", "All jobs of the server", "farm", columns=_JOB_COLUMNS), commands.jobs, _EVERY),
    (
        Extra(
            "command",
            "A command to jobs of the server",
            "farm",
            (_JOBS, Option("command", "Command", "choice", "stop", choices=_COMMANDS, help=_HELP)),
        ),
        commands.command,
        _EVERY,
    ),
    (Extra("remove", "Delete jobs of the server", "farm", (_JOBS,)), commands.remove, _EVERY),
    (
        Extra("remove-broken", "Delete a broken job", "farm", (Option("job", "Job", "int", 1, minimum=1),)),
        commands.remove_broken,
        _EVERY,
    ),
    (Extra("server-jobs", "Its jobs on the server", "job", columns=_JOB_COLUMNS), commands.mine, _EVERY),
    (Extra("tasks", "Its tasks", "job", columns=("Job", "Task", "Frames", "Status")), commands.tasks, _EVERY),
    (
        Extra("priority", "Priority", "job", (Option("priority", "Priority", "int", 50, minimum=1),)),
        commands.priority,
        _EVERY,
    ),
    (Extra("archive", "Archive", "job"), commands.archive, _LATER),
    (
        Extra("requeue", "Render a task again", "job", (Option("task", "Task", "int", 1, minimum=1),)),
        commands.requeue,
        (B,),
    ),
)


def extras(dialect: Dialect) -> tuple[Extra, ...]:
    """Those that a server of that time has."""
    return tuple(extra for extra, _, known in _TABLE if dialect in known)


def run(name: str, client: Client, listing: Listing, ids: Sequence[int], values: Mapping[str, Any]) -> Came:
    """Do one. `ids`: the server's jobs of ours. Raises BadInput, FarmError."""
    does = next(function for extra, function, _ in _TABLE if extra.name == name)
    return does(At(client, listing, values, ids))
