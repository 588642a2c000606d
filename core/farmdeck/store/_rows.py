"""The store's own nouns, and rows to nouns."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from .._errors import BadDocument
from ..documents import from_plain
from ..job import Frame, FrameState, Job, JobState, Part


@dataclass(frozen=True)
class Command:
    """What a person asked the agent to do."""

    id: int
    kind: str
    target: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """What came of a command. `done` is False while the agent has not answered."""

    done: bool
    ok: bool = False
    message: str = ""
    """What happened and what to do next, when it is not ok."""
    values: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class FarmInfo:
    """A farm that is set up, as the agent last saw it."""

    name: str
    kind: str
    label: str
    document: Mapping[str, Any]
    """{"capabilities": …, "environments": […]} as `to_plain` writes them."""
    status: str = ""
    """`Ready, 2 renderers`."""
    problem: str = ""
    """Why it cannot be used, with what to do; "" when it can."""
    checked: float | None = None


@dataclass(frozen=True)
class AgentInfo:
    """The agent that last wrote its row; whether it lives is the lock's to say."""

    pid: int
    started: float
    version: str
    protocol: str
    host: str
    state: str


JOB_COLUMNS = tuple(field.name for field in fields(Job))
FRAME_COLUMNS = tuple(field.name for field in fields(Frame))


def job_from_row(row: sqlite3.Row) -> Job:
    """A row that cannot be read becomes a failed job that says so: one bad row never hides the others."""
    values = {name: row[name] for name in JOB_COLUMNS}
    try:
        parts = tuple(from_plain(Part, part) for part in json.loads(values.pop("parts")))
        return Job(**{**values, "parts": parts, "state": JobState(values["state"])})
    except (ValueError, TypeError, BadDocument) as exc:
        return Job(
            id=str(row["id"]),
            name=str(row["name"]),
            farm=str(row["farm"]),
            state=JobState.FAILED,
            message=f"This job's entry in the job list is damaged ({exc}). Its frames on disk are untouched: "
            "delete the entry and submit again.",
        )


def frame_from_row(row: sqlite3.Row) -> Frame:
    """Like `job_from_row`."""
    values = {name: row[name] for name in FRAME_COLUMNS}
    try:
        return Frame(**{**values, "files": tuple(json.loads(values["files"])), "state": FrameState(values["state"])})
    except (ValueError, TypeError) as exc:
        message = f"This frame's entry in the job list is damaged ({exc}). Retry it."
        return Frame(part=row["part"], number=row["number"], state=FrameState.FAILED, message=message)
