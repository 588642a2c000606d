"""The store's own nouns, and rows to nouns."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from .._errors import BadDocument
from ..documents import from_plain
from ..job import Accounting, Frame, FrameState, Job, JobState, Part


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


def _kinds(cls: type) -> dict[str, tuple[type, ...]]:
    """What SQLite gives for each column of the noun: lists and enums are kept as text, a whole float may be an int."""
    plain: dict[str, tuple[type, ...]] = {"int": (int,), "float": (float, int), "float | None": (float, int, _NONE)}
    return {field.name: plain.get(str(field.type), (str,)) for field in fields(cls)}


_NONE = type(None)
JOB_KINDS = _kinds(Job)
FRAME_KINDS = _kinds(Frame)
FRAME_COLUMNS = tuple(FRAME_KINDS)
FARM_COLUMNS = frozenset(field.name for field in fields(FarmInfo))


def job_from_row(row: sqlite3.Row) -> Job:
    """A row that cannot be read becomes a failed job that says so: one bad row never hides the others."""
    values, bad = _readable(row, JOB_KINDS)
    try:
        parts = tuple(from_plain(Part, part) for part in json.loads(values.pop("parts", "[]")))
    except (ValueError, TypeError, BadDocument):
        parts, bad = (), [*bad, "parts"]
    try:
        accounting = from_plain(Accounting, json.loads(values.pop("accounting", "{}")))
    except (ValueError, TypeError, BadDocument):
        accounting, bad = Accounting(), [*bad, "accounting"]
    try:
        state = JobState(values.pop("state", ""))
    except ValueError:
        state, bad = JobState.FAILED, [*bad, "state"]
    if bad:
        state = JobState.FAILED
        values["message"] = (
            f"This job's entry in the job list is damaged ({', '.join(sorted(set(bad)))}). Its frames on disk are "
            "untouched: delete the entry and submit again."
        )
    elif row["note"] and isinstance(row["note"], str):
        values["message"] = f"{values['message']} {row['note']}".strip()
    known = {**values, "parts": parts, "accounting": accounting, "state": state}
    return Job(**{**{name: "" for name in ("id", "name", "farm")}, **known})


def frame_from_row(row: sqlite3.Row) -> Frame:
    """Like `job_from_row`."""
    values, bad = _readable(row, FRAME_KINDS)
    try:
        files = tuple(str(file) for file in json.loads(values.pop("files", "[]")))
        state = FrameState(values.pop("state", ""))
    except (ValueError, TypeError):
        files, state, bad = (), FrameState.FAILED, [*bad, "state or files"]
    if bad:
        message = f"This frame's entry in the job list is damaged ({', '.join(bad)}). Retry the frame."
        values.update(message=message)
        state = FrameState.FAILED
    return Frame(**{"part": 0, "number": 0, **values, "files": files, "state": state})


def farm_from_row(row: sqlite3.Row) -> FarmInfo:
    """A row that cannot be read becomes a farm with a problem."""
    values = {key: row[key] for key in row.keys() if key in FARM_COLUMNS}
    try:
        document = json.loads(values.pop("document"))
        if not isinstance(document, dict):
            raise ValueError("not a table")
    except (ValueError, TypeError):
        again = f"What was known of the farm {row['name']} is damaged. Run `farmdeck farms test {row['name']}`."
        return FarmInfo(**{**values, "document": {}, "problem": again})
    return FarmInfo(**{**values, "document": document})


def text_or_bytes(raw: bytes) -> str | bytes:
    """sqlite3's text_factory: what is no UTF-8 stays bytes, so that one bad cell does not spoil the whole answer."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw


def _readable(row: sqlite3.Row, kinds: Mapping[str, tuple[type, ...]]) -> tuple[dict[str, Any], list[str]]:
    """(the columns of the right type, the names of the others); SQLite itself lets any type into any column."""
    values = {name: row[name] for name in kinds}
    bad = [name for name, value in values.items() if not isinstance(value, kinds[name])]
    return {name: value for name, value in values.items() if name not in bad}, bad
