"""One request on its way through the Manager, its body's check, and what comes back."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from typing import TYPE_CHECKING, Any, Protocol

from .jobs import JOB_STATUSES, OLD_JOB_STATUSES, TASK_STATUSES, Job, Task
from .worker import WORKER_STATUSES, Tag, Worker

if TYPE_CHECKING:
    from .manager import Manager


class Refusal(Exception):
    """An answer that is an error. bare: from the router or the check of requests, which give no code in the body."""

    def __init__(self, status: int, message: str, bare: bool = False, retry_after: int | None = None) -> None:
        super().__init__(status, message)
        self.status, self.message, self.bare = status, message, bare
        self.headers = {} if retry_after is None else {"Retry-After": str(retry_after)}

    def document(self) -> dict[str, Any]:
        """The body."""
        return {"message": self.message} if self.bare else {"code": self.status, "message": self.message}


@dataclass(frozen=True)
class Answer:
    """What comes back: a JSON document, or a text of its own kind, or nothing."""

    status: int = 200
    document: Any = None
    text: bytes | None = None
    kind: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    close: bool = False


NOTHING = Answer(204)


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "str": (lambda value: isinstance(value, str), "value must be a string"),
    "int": (_is_int, "value must be an integer"),
    "bool": (lambda value: isinstance(value, bool), "value must be a boolean"),
    "object": (lambda value: isinstance(value, dict), "value must be an object"),
    "list": (lambda value: isinstance(value, list), "value must be an array"),
    "priority": (lambda value: _is_int(value) and 0 <= value <= 100, "number must be at most 100"),
    "job_status": (lambda value: value in JOB_STATUSES, "value is not one of the allowed values"),
    "old_job_status": (lambda value: value in OLD_JOB_STATUSES, "value is not one of the allowed values"),
    "any": (lambda value: True, ""),
    "task_status": (lambda value: value in TASK_STATUSES, "value is not one of the allowed values"),
    "worker_status": (lambda value: value in WORKER_STATUSES, "value is not one of the allowed values"),
}
"""Kinds of values in a body; a fault is worded as the Manager's check does."""


def check_body(specification: str, body: Any, version: tuple[int, int]) -> None:
    """`name:kind` separated by blanks, `name!:kind` for a required one; "list" alone for an array. Raises Refusal."""
    if not specification:
        return
    if specification == "list":
        if not isinstance(body, list):
            raise Refusal(400, "request body has an error: value must be an array", bare=True)
        return
    if not isinstance(body, dict):
        raise Refusal(400, "request body has an error: value must be an object", bare=True)
    for one in specification.split():
        name, _, kind = one.partition(":")
        required, name = name.endswith("!"), name.removesuffix("!")
        if kind == "job_status" and version < (3, 6):
            kind = "old_job_status" if required else "any"
        if name not in body:
            if required:
                text = f'request body has an error: Error at "/{name}": property "{name}" is missing'
                raise Refusal(400, text, bare=True)
            continue
        good, fault = KINDS[kind]
        if not good(body[name]):
            raise Refusal(400, f'request body has an error: Error at "/{name}": {fault}', bare=True)


def is_uuid(text: str) -> bool:
    """Written the usual way?"""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


class Readable(Protocol):
    """A stream of bytes; b"" is its end."""

    def read(self, size: int = -1, /) -> bytes:
        """Up to that many bytes."""


@dataclass
class Call:
    """A request that passed the check, for its handler. `stream`: the body of an upload, not yet read."""

    farm: Manager
    path: dict[str, str]
    headers: Message
    body: Any = None
    stream: Readable | None = None

    def uuid(self, name: str, message: str) -> str:
        """A part of the path. Raises Refusal 400 when it is no uuid."""
        if not is_uuid(self.path[name]):
            raise Refusal(400, message)
        return self.path[name]

    def job(self) -> Job:
        """The job of the path. Raises Refusal 400, 404."""
        job = self.farm.jobs.get(self.uuid("job_id", "job ID not valid"))
        if job is None:
            raise Refusal(404, "no such job")
        return job

    def task(self, bad: str = "bad task ID") -> Task:
        """The task of the path. Raises Refusal 400, 404."""
        task = self.farm.task(self.uuid("task_id", bad))
        if task is None:
            raise Refusal(404, "no such task")
        return task

    def worker(self, wording: str = "not found") -> Worker:
        """The worker of the path. Raises Refusal 400, 404."""
        wanted = self.uuid("worker_id", "not a valid UUID")
        for worker in self.farm.workers:
            if worker.id == wanted:
                return worker
        raise Refusal(404, f'worker "{wanted}" {wording}')

    def tag(self) -> Tag:
        """The worker tag of the path. Raises Refusal 400, 404."""
        wanted = self.uuid("tag_id", "not a valid UUID")
        for tag in self.farm.tags:
            if tag.id == wanted:
                return tag
        raise Refusal(404, f'worker tag "{wanted}" not found')
