"""What became of a job, as it is queued for the accounting service."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from .._errors import BadDocument
from ..documents import read_schema, with_schema
from ..job import Frame, FrameState, Job, JobState

REPORT_SCHEMA = "farmdeck.report/1"


class JobStatus(str, Enum):
    """How a job ended, in the three words that the service has."""

    DONE = "done"
    """Every frame is there."""
    ABORTED = "aborted"
    """A person ended it: deleted before its end, or frames given up and none failed."""
    FAILED = "failed"
    """At least one frame failed, or the farm lost the job."""


@dataclass(frozen=True)
class Report:
    """Facts of the job alone: what the settings and the credentials add is added at sending."""

    mission_id: str
    mission_guid: str
    email: str
    job_type: str
    status: JobStatus = field(metadata={"enum": JobStatus})
    run: float
    """When it began to render, or else was submitted: seconds since the epoch, the same however often it is told."""
    frames: int
    """Frames that are done."""
    render_hours: float | None
    software: str
    """`Blender 4.5`, as in the job."""
    renderer: str
    """The host's own ids, as in the job: `CYCLES`, `arnold, mayaSoftware`."""
    credits: float | None = None
    saas_credits: float | None = None


def report_of(job: Job, frames: Sequence[Frame]) -> Report:
    """The report of the job as it is; `frames` may be empty when they are forgotten."""
    given = job.accounting
    return Report(
        mission_id=given.mission_id or job.id,
        mission_guid=given.mission_guid,
        email=given.email,
        job_type=given.job_type,
        status=_status(job, frames),
        run=job.started or job.created,
        frames=job.done,
        render_hours=job.render_hours,
        software=job.software,
        renderer=job.renderer,
        credits=given.credits,
        saas_credits=given.saas_credits,
    )


def _status(job: Job, frames: Sequence[Frame]) -> JobStatus:
    if job.state is JobState.DONE:
        return JobStatus.DONE
    states = {frame.state for frame in frames}
    given_up = FrameState.ABANDONED in states and FrameState.FAILED not in states
    return JobStatus.ABORTED if given_up or not job.state.ended else JobStatus.FAILED


def report_document(report: Report) -> str:
    """As it lies in the store; the same report is the same text."""
    return json.dumps(with_schema(REPORT_SCHEMA, report), sort_keys=True)


def read_report(document: str) -> Report:
    """Raises BadDocument."""
    try:
        return read_schema(REPORT_SCHEMA, Report, json.loads(document))
    except ValueError as exc:
        raise BadDocument(f"The queued report is damaged ({exc}).", "Enter the job at the service by hand.") from exc
