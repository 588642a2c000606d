"""The server's jobs and tasks as one report and as frames. What counts is the tasks: a job's own word is often old."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ...farm import Counts, JobReport
from ...job import Frame, FrameState, JobState
from .marks import Piece
from .models import ServerTask, with_numbers

STOPPED = frozenset(("stopped", "aborted", "canceled", "archived"))
HELD = frozenset(("paused",))
ENDED = frozenset(("completed", "finished", "failed"))
RESTING = STOPPED | HELD | ENDED
"""Of a job; `ready`, `running`, `waiting` and `active` are the others."""
_TASKS = {
    "finished": FrameState.DONE,
    "completed": FrameState.DONE,
    "failed": FrameState.FAILED,
    "running": FrameState.RENDERING,
    "active": FrameState.RENDERING,
    "processing": FrameState.RENDERING,
}
"""A task's word; every other one waits."""
FAILED = "The server says that this task failed. Its own pages or its log may say why."
WENT_ON = (
    "The server went on with it although it was stopped: it gives what waits to the next free machine. Stop again."
)
MAY_GO_ON = "This server may give what waits of it to the next free machine all the same. Delete it to be sure."
NO_TASKS = "The server made no tasks of job {}: it does not know the job type, or crashed. Delete it, submit again."


@dataclass(frozen=True)
class Known:
    """One of a submission's jobs with its tasks."""

    piece: Piece
    tasks: Sequence[ServerTask]

    @property
    def status(self) -> str:
        return self.piece.job.status.lower()


@dataclass(frozen=True)
class Held:
    """One frame, and which of the server's jobs and tasks it is in now."""

    frame: Frame
    known: Known
    task: ServerTask | None


def held(known: Iterable[Known]) -> list[Held]:
    """Every frame once, by part and number, as the latest job that renders it says."""
    found: dict[tuple[int, int], Held] = {}
    for each in sorted(known, key=lambda each: each.piece.mark.place):
        part = each.piece.mark.part
        for number, (state, task) in _numbers(each).items():
            before = found.get((part, number))
            attempt = (before.frame.attempt if before else 0) + (state is not FrameState.WAITING)
            message = FAILED if state is FrameState.FAILED else ""
            progress = 1.0 if state is FrameState.DONE else 0.0
            frame = Frame(part, number, state, progress, attempt, message=message)
            found[part, number] = Held(frame, each, task)
    return [found[key] for key in sorted(found)]


def _numbers(known: Known) -> Mapping[int, tuple[FrameState, ServerTask | None]]:
    """Each frame of one job; those that no task speaks of wait."""
    found: dict[int, tuple[FrameState, ServerTask | None]] = {
        number: (FrameState.WAITING, None) for number in known.piece.job.numbers
    }
    for task, numbers in with_numbers(known.piece.job, list(known.tasks)):
        for number in numbers:
            found[number] = (_state(known, task, number), task)
    return found


def _state(known: Known, task: ServerTask, number: int) -> FrameState:
    """Of one frame of a chunk. Where the worker tells which frame it is at, those before are done."""
    state = _TASKS.get(task.status.lower(), FrameState.WAITING)
    if state is not FrameState.RENDERING:
        return state
    if known.piece.job.type and known.status in RESTING:  # its manager is about to be told
        return FrameState.WAITING
    if task.current is None or task.current not in task.numbers or number == task.current:
        return FrameState.RENDERING
    return FrameState.DONE if number < task.current else FrameState.WAITING


def report(job_id: str, found: Sequence[Held], known: Sequence[Known]) -> JobReport:
    """The whole of a submission."""
    states = [each.frame.state for each in found]
    begun = [each.piece.job.created for each in known if each.piece.job.created is not None]
    return JobReport(
        farm_job=job_id,
        state=_together(found),
        farm_state=", ".join(dict.fromkeys(each.status for each in known if each.status)),
        message=_message(found, known),
        started=min(begun, default=None),
        counts=Counts(
            len(states),
            states.count(FrameState.DONE),
            states.count(FrameState.FAILED),
            states.count(FrameState.RENDERING),
        ),
    )


def _together(found: Sequence[Held]) -> JobState:
    states = {each.frame.state for each in found}
    if not states:
        return JobState.FAILED
    if all(state.ended for state in states):
        return JobState.DONE if states == {FrameState.DONE} else _part(states)
    if FrameState.RENDERING in states:
        return JobState.RENDERING
    words = {each.known.status for each in found if not each.frame.state.ended}
    if words - RESTING:
        return JobState.RENDERING if len(states) > 1 else JobState.WAITING
    if words & STOPPED:
        return JobState.STOPPED
    return JobState.PAUSED if words & HELD else _part(states)


def _part(states: set[FrameState]) -> JobState:
    """Ended, and not all of it is done."""
    return JobState.PARTLY_DONE if FrameState.DONE in states else JobState.FAILED


def _message(found: Sequence[Held], known: Sequence[Known]) -> str:
    empty = [each.piece.job.id for each in known if not each.tasks and each.status not in ENDED]
    if empty:
        return NO_TASKS.format(empty[0])
    running = [each for each in found if each.frame.state is FrameState.RENDERING]
    if any(each.known.status in STOPPED for each in running):
        return WENT_ON
    early = [each for each in known if each.status in STOPPED and not each.piece.job.type]
    return MAY_GO_ON if any(task.status == "ready" for each in early for task in each.tasks) else ""
