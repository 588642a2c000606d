"""Flamenco's jobs and tasks as our jobs and frames. Statuses: OpenAPI, JobStatus and TaskStatus.

A job of Flamenco's renders one part of a submission, or all of them (see _sending.py). The tasks that render are told
by their names: `render-1-3` of the Manager's own types, `render-0-1-3` (part 0) of `farmdeck-render`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ...farm import Counts, JobReport
from ...frames import format_frames, parse_frames
from ...job import Frame, FrameState, JobState, Part
from ...submission import Submission
from .frames import numbers_of
from .models import Job, TaskSummary

SUBMISSION, PART, COUNT = "farmdeck.submission", "farmdeck.part", "farmdeck.jobs"
"""Metadata of every job of ours: of which submission it is, which part it renders, how many jobs the submission has."""
ALL = "all"
"""The part of a job that renders every part."""
_CHUNK = re.compile(r"(?:^|[^0-9])([0-9]+(?:-[0-9]+)?(?:,[0-9]+(?:-[0-9]+)?)*)$")
_OF_ALL = re.compile(r"render-([0-9]+)-(.+)")
_LIVE = {
    "queued": JobState.WAITING,
    "requeueing": JobState.WAITING,
    "under-construction": JobState.WAITING,
    "active": JobState.RENDERING,
    "pause-requested": JobState.RENDERING,
}
_RESTING = {
    "paused": JobState.PAUSED,
    "cancel-requested": JobState.STOPPED,
    "canceled": JobState.STOPPED,
    "completed": JobState.DONE,
    "failed": JobState.FAILED,
}
_OVER = ("completed", "failed", "canceled")
STOPPED = ("cancel-requested", "canceled")
PAUSED = ("pause-requested", "paused")
_BY_JOB = {
    "completed": FrameState.DONE,
    "failed": FrameState.FAILED,
    "active": FrameState.RENDERING,
}
_STUCK = "Flamenco still counts on frames that failed or were given up. Retry renders them."
_SOFT = "A worker failed at it; another one tries."
_GIVEN_UP = "Flamenco gave it up when too many others had failed. Retry renders it."


@dataclass(frozen=True)
class Unit:
    """One of Flamenco's jobs that a submission became."""

    job: Job
    tasks: Sequence[TaskSummary]
    parts: Mapping[int, Part]
    """What it renders, by index into the submission's parts."""
    retries: Mapping[tuple[int, int], int] = field(default_factory=dict)
    """How often a person had a frame rendered again, by (part, number)."""
    begun: Mapping[str, float] = field(default_factory=dict)
    """When a task was first seen at work."""

    def tasks_of(self) -> dict[tuple[int, int], list[TaskSummary]]:
        """The tasks that render each frame, by (part, number)."""
        found: dict[tuple[int, int], list[TaskSummary]] = {
            (index, number): [] for index, part in self.parts.items() for number in parse_frames(part.frames)
        }
        for task in self.tasks:
            for key in rendered_by(self.job, task):
                if key in found:
                    found[key].append(task)
        return found


def part_of(job: Job) -> int | None:
    """The index of the part that a job renders; None when it renders all. 0 for a job that somebody else submitted."""
    text = job.metadata.get(PART, "0")
    return None if text == ALL else int(text) if text.isdecimal() and text.isascii() else 0


def rendered_by(job: Job, task: TaskSummary) -> list[tuple[int, int]]:
    """The (part, number) pairs that a task's name says, in the order of rendering; [] for one that renders none."""
    part, text = part_of(job), task.name
    if part is None:
        named = _OF_ALL.fullmatch(text)
        if named is None:
            return []
        part, text = int(named[1]), named[2]
    chunk = _CHUNK.search(text)
    return [(part, number) for number in numbers_of(chunk[1])] if chunk else []


def parts_of(job: Job, tasks: Sequence[TaskSummary], submission: Submission | None) -> dict[int, Part]:
    """What a job renders, by index; of a submission of another machine's what its tasks' names say."""
    if submission is not None:
        part = part_of(job)
        return {index: one for index, one in enumerate(submission.parts) if part in (None, index)}
    numbers: dict[int, list[int]] = {}
    for task in tasks:
        for part, number in rendered_by(job, task):
            numbers.setdefault(part, []).append(number)
    return {part: _nameless(job, format_frames(found)) for part, found in sorted(numbers.items())}


def _nameless(job: Job, frames: str) -> Part:
    return Part(job.name, job.name, (job.name,), "", frames, 0, 0, "", "")


def frames_of(unit: Unit) -> list[Frame]:
    """Every frame of the unit's parts. Where tasks name no frames, all are as the job is."""
    return [_frame(unit, key, tasks) for key, tasks in unit.tasks_of().items()]


def _frame(unit: Unit, key: tuple[int, int], tasks: Sequence[TaskSummary]) -> Frame:
    """Of several tasks that make one frame, all must be done, and one that failed says so for all."""
    states = [_state(unit, key, task) for task in tasks]
    state = _together(states) if states else _BY_JOB.get(unit.job.status, FrameState.WAITING)
    words = {task.status for task in tasks}
    retries, begun = unit.retries.get(key, 0), state not in (FrameState.WAITING, FrameState.ABANDONED)
    started = [unit.begun[task.id] for task in tasks if task.id in unit.begun]
    message = ""
    if state is FrameState.FAILED:
        message = _failed(tasks)
    elif state is FrameState.ABANDONED and unit.job.status == "failed":
        message = _GIVEN_UP
    elif "soft-failed" in words:
        message = _SOFT
    return Frame(
        part=key[0],
        number=key[1],
        state=state,
        progress=1.0 if state is FrameState.DONE else 0.0,
        attempt=retries + begun,
        started=min(started) if started else None,
        seconds=_seconds(unit, tasks) if state is FrameState.DONE else None,
        message=message,
    )


def _state(unit: Unit, key: tuple[int, int], task: TaskSummary) -> FrameState:
    """A frame of a task: since 3.8 a task counts its frames as they are rendered, one after the other."""
    if task.status == "completed":
        return FrameState.DONE
    if task.status in ("queued", "paused", "soft-failed"):
        return FrameState.WAITING
    keys = rendered_by(unit.job, task)
    counts = len(keys) == task.steps_total
    if counts and keys.index(key) < task.steps_completed:
        return FrameState.DONE
    if task.status == "active":
        at_hand = not counts or keys.index(key) == task.steps_completed
        return FrameState.RENDERING if at_hand else FrameState.WAITING
    if task.status == "failed":
        return FrameState.FAILED
    return FrameState.WAITING if unit.job.status in STOPPED else FrameState.ABANDONED


def _together(states: Sequence[FrameState]) -> FrameState:
    if FrameState.RENDERING in states or {FrameState.WAITING, FrameState.DONE} <= set(states):
        return FrameState.RENDERING
    order = (FrameState.FAILED, FrameState.ABANDONED, FrameState.WAITING, FrameState.DONE)
    return next(state for state in order if state in states)


def _failed(tasks: Sequence[TaskSummary]) -> str:
    worker = next((task.worker for task in tasks if task.status == "failed" and task.worker), "")
    where = f" on {worker}" if worker else ""
    return f"It could not be rendered{where}. See its log, then retry it."


def _seconds(unit: Unit, tasks: Sequence[TaskSummary]) -> float | None:
    """As long as its task took, by the number of its frames; None for one that was not seen beginning."""
    took = 0.0
    for task in tasks:
        if task.id not in unit.begun or task.updated is None:
            return None
        took += max(0.0, task.updated - unit.begun[task.id]) / max(1, len(rendered_by(unit.job, task)))
    return took if tasks else None


def report_of(job_id: str, units: Sequence[Unit], frames: Sequence[Frame], thumbnail: str = "") -> JobReport:
    """One report for all jobs that a submission became; `frames` are those of all of them."""
    states = [_unit_state(unit, [frame for frame in frames if frame.part in unit.parts]) for unit in units]
    state = _lively(states)
    if state.ended:
        state = _ended(frames)
    started = [moment for unit in units for moment in unit.begun.values()]
    ended = [unit.job.updated for unit in units if unit.job.updated is not None]
    return JobReport(
        farm_job=job_id,
        state=state,
        farm_state=", ".join(dict.fromkeys(unit.job.status for unit in units)),
        message=_message(state, units),
        started=min(started) if started else None,
        ended=max(ended) if ended and state.ended else None,
        counts=_counts(frames),
        thumbnail=thumbnail,
    )


def _unit_state(unit: Unit, frames: Sequence[Frame]) -> JobState:
    """A job of whose tasks less than a tenth failed is active for ever: here it is over when nothing of it can run."""
    word = unit.job.status
    if word in _RESTING:
        return _RESTING[word]
    if frames and all(frame.state.ended for frame in frames):
        waits = any(frame.state is not FrameState.DONE for frame in frames)  # what is made of all frames, for ever
        if waits or all(task.status in _OVER for task in unit.tasks):
            return JobState.FAILED
    if any(frame.state is FrameState.RENDERING for frame in frames) or any(t.status == "active" for t in unit.tasks):
        return JobState.RENDERING
    if word in PAUSED:
        return JobState.PAUSED
    return _LIVE.get(word, JobState.WAITING)


def _message(state: JobState, units: Sequence[Unit]) -> str:
    """What its frames' own messages do not say."""
    failed = [task.name for unit in units for task in unit.tasks if task.status == "failed"]
    if state is JobState.DONE and failed:
        return f"All frames are there, but Flamenco could not do {', '.join(failed)}. See the log of it on its page."
    stuck = state in (JobState.FAILED, JobState.PARTLY_DONE) and any(unit.job.status in _LIVE for unit in units)
    return _STUCK if stuck else ""


def _lively(states: Sequence[JobState]) -> JobState:
    """The liveliest speaks for all; DONE or FAILED when nothing more happens."""
    order = (JobState.RENDERING, JobState.WAITING, JobState.PAUSED, JobState.STOPPED, JobState.FAILED, JobState.DONE)
    return next(state for state in order if state in states)


def _ended(frames: Sequence[Frame]) -> JobState:
    done = [frame.state is FrameState.DONE for frame in frames]
    if all(done):
        return JobState.DONE
    return JobState.PARTLY_DONE if any(done) else JobState.FAILED


def _counts(frames: Sequence[Frame]) -> Counts:
    states = [frame.state for frame in frames]
    failed = states.count(FrameState.FAILED) + states.count(FrameState.ABANDONED)
    return Counts(len(states), states.count(FrameState.DONE), failed, states.count(FrameState.RENDERING))
