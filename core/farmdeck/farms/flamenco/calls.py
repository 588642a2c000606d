"""The paths of a Manager's calls, and what their refusals mean. OpenAPI: Flamenco 3.9-beta1."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from ..._errors import UnknownJob
from .errors import NotThere, ShamanOff, Unavailable

API = "/api/v3"
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@contextmanager
def of_job(id: str) -> Iterator[None]:
    """Around a call for a job: what is not there is the job. Raises UnknownJob."""
    try:
        yield
    except NotThere as exc:
        raise _unknown_job(id) from exc


def _unknown_job(id: str) -> UnknownJob:
    return UnknownJob(f"The Manager has no job {id}.", "It was deleted there, or belongs to another Manager.")


@contextmanager
def of_shaman() -> Iterator[None]:
    """Around a call for Shaman. Raises ShamanOff: a Manager without it answers 503, which is otherwise a busy one's."""
    try:
        yield
    except Unavailable as exc:
        if exc.retry_after is not None:
            raise
        raise ShamanOff(
            "The Manager takes no uploads: Shaman is switched off there.",
            'Choose "copy" for the files, or switch Shaman on in the Manager\'s settings.',
        ) from exc


def job_path(id: str, call: str = "") -> str:
    """Of a job. Raises UnknownJob for what is no uuid: the Manager would refuse it with other words."""
    if not _UUID.fullmatch(id):
        raise _unknown_job(id)
    return f"{API}/jobs/{id}" + (f"/{call}" if call else "")


def task_path(id: str, call: str = "") -> str:
    """Of a task."""
    return f"{API}/tasks/{part(id)}" + (f"/{call}" if call else "")


def worker_path(id: str, call: str = "") -> str:
    """Of a worker."""
    return f"{API}/worker-mgt/workers/{part(id)}" + (f"/{call}" if call else "")


def file_path(sha: str, size: int) -> str:
    """Of a file in Shaman's store."""
    return f"{API}/shaman/files/{part(sha)}/{size}"


def part(text: str) -> str:
    """A text as one part of a path, whatever it holds."""
    return quote(text, safe="")
