"""Tasks as a job's report and its frames. A job's id names its tasks: `7+8,9` is a part of two and a part of one."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from ..._errors import BadFrames, UnknownJob
from ...farm import Counts, JobReport
from ...job import Frame, FrameState, JobState
from .frames import read_frames
from .models import REASONS, FrameJob, Task

_ID = re.compile(r"\d+(?:[+,]\d+)*", re.ASCII)
_WORST = (FrameState.RENDERING, FrameState.WAITING, FrameState.FAILED, FrameState.ABANDONED, FrameState.DONE)
"""Of a frame in several pieces: what the whole is."""


@dataclass(frozen=True)
class Piece:
    """One task and the part that it renders."""

    part: int
    task: int


def read_id(job_id: str) -> list[Piece]:
    """The tasks that a job's id names. Raises UnknownJob."""
    if not _ID.fullmatch(job_id):
        raise unknown(job_id)
    parts = enumerate(job_id.split(","))
    return [Piece(part, int(task)) for part, tasks in parts for task in tasks.split("+")]


def write_id(pieces: Iterable[Piece]) -> str:
    """The id of a job; its pieces by part."""
    groups = groupby(pieces, lambda piece: piece.part)
    return ",".join("+".join(str(piece.task) for piece in group) for _, group in groups)


def unknown(job_id: str) -> UnknownJob:
    """For a job that the farm does not have."""
    return UnknownJob(f"The farm does not know the job {job_id}.", "It may have been deleted there.")


def report(job_id: str, tasks: Sequence[Task]) -> JobReport:
    """What the farm says of a job: its tasks taken together."""
    costs = [task.fee for task in tasks if task.fee is not None]
    currency = next((task.currency for task in tasks if task.currency), "")
    state = together([task.state for task in tasks])
    submitted = [task.submitted for task in tasks if task.submitted is not None]
    completed = [task.completed for task in tasks if task.completed is not None]
    return JobReport(
        farm_job=job_id,
        state=state,
        farm_state=", ".join(dict.fromkeys(task.word for task in tasks)),
        message=next((REASONS[task.word] for task in tasks if task.word in REASONS), ""),
        started=min(submitted, default=None),
        ended=max(completed, default=None) if state.ended else None,
        counts=counts(tasks),
        cost=round(sum(costs), 4) if costs else None,
        currency=currency if costs else "",
    )


def counts(tasks: Sequence[Task]) -> Counts:
    """The frames of all tasks; given-up ones count as failed."""
    return Counts(
        total=sum(len(numbers_of(task)) or task.counted for task in tasks),
        done=sum(task.done for task in tasks),
        failed=sum(task.failed + task.aborted for task in tasks),
        rendering=sum(task.executing for task in tasks),
    )


def together(states: Sequence[JobState]) -> JobState:
    """One state for several tasks: what still moves counts first, then what waits for a person."""
    if JobState.RENDERING in states or (JobState.WAITING in states and any(state.ended for state in states)):
        return JobState.RENDERING
    for state in (JobState.WAITING, JobState.STOPPED):
        if state in states:
            return state
    return states[0] if len(set(states)) == 1 else JobState.PARTLY_DONE


def numbers_of(task: Task) -> tuple[int, ...]:
    """The frames that a task was asked for; those that it speaks of where its text cannot be read."""
    try:
        return read_frames(task.frames)
    except BadFrames:
        return tuple(sorted({job.number for job in task.jobs if job.number is not None}))


def frames(part: int, task: Task, retries: Mapping[int, int]) -> list[Frame]:
    """Each frame of a task, ascending. One that the farm does not speak of waits, or is done with the whole task."""
    jobs: dict[int, list[FrameJob]] = {}
    for job in task.jobs:
        if job.number is not None:
            jobs.setdefault(job.number, []).append(job)
    rest = FrameState.DONE if task.state is JobState.DONE else FrameState.WAITING
    return [_frame(part, number, jobs.get(number, ()), retries.get(number, 0), rest) for number in numbers_of(task)]


def _frame(part: int, number: int, jobs: Sequence[FrameJob], retries: int, rest: FrameState) -> Frame:
    state = min((job.state for job in jobs), key=_WORST.index, default=rest)
    started = [job.started for job in jobs if job.started is not None]
    seconds = [job.seconds for job in jobs if job.seconds is not None]
    message = "The farm could not render it. Its log may say why." if state is FrameState.FAILED else ""
    return Frame(
        part=part,
        number=number,
        state=state,
        progress=1.0 if state is FrameState.DONE else 0.0,
        attempt=retries if state is FrameState.WAITING else retries + 1,
        started=min(started, default=None),
        seconds=sum(seconds) if seconds and state.ended else None,
        message=message,
    )


def frame_of(path: str, numbers: Iterable[int]) -> int | None:
    """The frame that a picture's name ends with: `lgt.0106.exr`, `frame0106_alpha.png`; None for another file."""
    known = set(numbers)
    for text in reversed(re.findall(r"-?\d+", posixpath.splitext(posixpath.basename(path))[0])):
        for number in (int(text), abs(int(text))):  # `shot-0106` is 106, and `shot.-0001` is -1
            if number in known:
                return number
    return None
