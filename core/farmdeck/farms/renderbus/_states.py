"""The farm's tasks and frames as our jobs and frames. Status numbers: protocol V3, 2018; SDK method document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ...farm import Counts, JobReport
from ...frames import format_frames, parse_frames
from ...job import Frame, FrameState, JobState, Part
from .models import FrameInfo, FrameStatus, FrameType, TaskInfo, TaskStatus
from .scene_info import layer_of

_JOB = {
    TaskStatus.WAITING: JobState.WAITING,
    TaskStatus.RENDERING: JobState.RENDERING,
    TaskStatus.PREPARING: JobState.RENDERING,
    TaskStatus.STOPPED: JobState.STOPPED,
    TaskStatus.USER_STOPPED: JobState.STOPPED,
    TaskStatus.ARREARS: JobState.PAUSED,
    TaskStatus.TIMED_OUT: JobState.PARTLY_DONE,
    TaskStatus.FINISHED: JobState.DONE,
    TaskStatus.FINISHED_WITH_FAILURES: JobState.PARTLY_DONE,
    TaskStatus.ABANDONED: JobState.PARTLY_DONE,
    TaskStatus.TEST_FINISHED: JobState.PAUSED,
    TaskStatus.FAILED: JobState.FAILED,
    TaskStatus.ANALYSING: JobState.WAITING,
    TaskStatus.UPDATING: JobState.WAITING,
}
_WORDS = {
    TaskStatus.WAITING: "Waiting",
    TaskStatus.RENDERING: "Rendering",
    TaskStatus.PREPARING: "Preparing",
    TaskStatus.STOPPED: "Stopped",
    TaskStatus.USER_STOPPED: "Stopped by a user",
    TaskStatus.ARREARS: "Stopped, no money left",
    TaskStatus.TIMED_OUT: "Stopped, took too long",
    TaskStatus.FINISHED: "Finished",
    TaskStatus.FINISHED_WITH_FAILURES: "Finished with failed frames",
    TaskStatus.ABANDONED: "Abandoned",
    TaskStatus.TEST_FINISHED: "Test frames finished",
    TaskStatus.FAILED: "Failed",
    TaskStatus.ANALYSING: "Analysing",
    TaskStatus.UPDATING: "Updating",
}
_MESSAGES = {
    TaskStatus.ARREARS: "The balance is used up. Top it up on the farm's pages, then press Start.",
    TaskStatus.TIMED_OUT: "It took longer than its limit, so the farm stopped it. Retry it with a higher limit.",
    TaskStatus.TEST_FINISHED: "The test frames are finished. Look at them, then press Start for the rest.",
    TaskStatus.FAILED: "The farm could not render the scene. Look at a frame's log, or at the task on its pages.",
}
_FRAME = {
    FrameStatus.RENDERING: FrameState.RENDERING,
    FrameStatus.DONE: FrameState.DONE,
    FrameStatus.FAILED: FrameState.FAILED,
    FrameStatus.TIMED_OUT: FrameState.FAILED,
}
_FRAME_MESSAGES = {
    FrameStatus.FAILED: "It failed on the farm. Look at its log, then retry it.",
    FrameStatus.TIMED_OUT: "It took longer than the limit for a frame. Retry it, or send it again with a higher limit.",
}
_PICTURES = (FrameType.PRIORITY, FrameType.MAIN, FrameType.PRIORITY_COMPOSITE, FrameType.MAIN_COMPOSITE, 0)
"""Kinds of the farm's frames that make pictures; the others prepare them."""
_PREPARES = ("RenderPhoton", "Preprocessing")
_HALTED = (
    TaskStatus.STOPPED,
    TaskStatus.USER_STOPPED,
    TaskStatus.ARREARS,
    TaskStatus.TEST_FINISHED,
    TaskStatus.WAITING,
    TaskStatus.ANALYSING,
    TaskStatus.UPDATING,
)
"""States of a task in which a stopped frame only waits for the task to go on."""


def status_word(status: TaskStatus | int) -> str:
    """The farm's state as people read it."""
    return _WORDS[status] if isinstance(status, TaskStatus) else f"status {status}"


def picture_tasks(task: TaskInfo) -> tuple[TaskInfo, ...]:
    """The tasks that make what was asked for: not the photon and preparation passes."""
    return tuple(part for part in task.parts if part.kind not in _PREPARES) or task.parts


def job_report(task: TaskInfo, parts: Sequence[Part], plain: bool, currency: str, note: str = "") -> JobReport:
    """What the farm says of a job. `plain`: each of its frames is one frame to the farm too, so its counts are ours."""
    state, status = _job_state(task)
    word = status_word(status)
    message = _MESSAGES.get(status, "") if isinstance(status, TaskStatus) else ""
    each = task.parts
    started = [part.started for part in each if part.started]
    ended = [part.completed for part in each if part.completed]
    return JobReport(
        farm_job=str(task.id),
        state=state,
        farm_state=word,
        message=message or note,
        started=min(started) if started else None,
        ended=max(ended) if ended and state.ended else None,
        counts=_counts(task, parts, state) if plain else None,
        cost=round(sum(part.cost for part in each) or task.cost, 4),
        currency=currency,
    )


def _job_state(task: TaskInfo) -> tuple[JobState, TaskStatus | int]:
    """Of several, the liveliest speaks for all; when all are over, the one that is furthest from done."""
    each = [(state_of(part), part.status) for part in task.parts]
    states = [state for state, _ in each]
    begun = any(part.done_frames for part in picture_tasks(task))
    for lively in (JobState.RENDERING, JobState.WAITING, JobState.PAUSED, JobState.STOPPED):
        if lively in states:
            found = each[states.index(lively)]
            return (JobState.RENDERING, found[1]) if begun and lively is JobState.WAITING else found
    if set(states) == {JobState.DONE}:
        return each[0]
    worst = next(found for found in reversed(each) if found[0] is not JobState.DONE)
    return (JobState.PARTLY_DONE if begun else JobState.FAILED), worst[1]


def state_of(task: TaskInfo) -> JobState:
    """The state of one task, whatever its parts or the others do; WAITING for one that no document names."""
    state = _JOB.get(task.status, JobState.WAITING) if isinstance(task.status, TaskStatus) else JobState.WAITING
    if state is JobState.PARTLY_DONE and not task.done_frames:
        return JobState.FAILED
    if state is JobState.DONE and task.failed_frames:
        return JobState.PARTLY_DONE
    return state


def _counts(task: TaskInfo, parts: Sequence[Part], state: JobState) -> Counts | None:
    """The farm's counts where they cover the frames that were sent, else None: then the frames are counted."""
    expected = sum(len(parse_frames(part.frames)) for part in parts)
    each = picture_tasks(task)
    total = sum(part.total_frames for part in each)
    if total == 0 and not state.ended:
        return Counts(expected, 0, 0, 0)
    if total != expected:
        return None
    done = sum(part.done_frames for part in each)
    failed = sum(part.failed_frames for part in each)
    given_up = sum(part.aborted_frames for part in each)
    rendering = sum(part.executing_frames for part in each)
    if min(done, failed, rendering, given_up) < 0 or done + failed + rendering > total:
        return None
    if state.ended and done + failed + given_up != total:
        return None  # what it does not count there is told by the frames themselves
    return Counts(total, done, failed + given_up if state.ended else failed, rendering)


@dataclass(frozen=True)
class Unit:
    """One thing that one machine renders for a frame of ours."""

    info: FrameInfo
    task: TaskInfo


Units = Mapping[tuple[int, int], Sequence[Unit]]
"""By (part, frame number)."""


def units_of(
    parts: Sequence[Part], found: Iterable[tuple[TaskInfo, Sequence[FrameInfo]]]
) -> dict[tuple[int, int], list[Unit]]:
    """What the farm renders, by our parts and frames. Frames that were not asked for are left out."""
    units: dict[tuple[int, int], list[Unit]] = {
        (index, number): [] for index, part in enumerate(parts) for number in parse_frames(part.frames)
    }
    listed = [(task, info) for task, infos in found for info in infos]
    nodes = {info.gop_name for _, info in listed if info.kind == FrameType.HOUDINI_SIMULATION}
    simulated = {index for index, part in enumerate(parts) if nodes.intersection((part.item, *part.address))}
    for task, info in listed:
        for index in _indexes(task, info, parts, simulated):
            for key in ((index, number) for number in info.numbers):
                if key in units:
                    units[key].append(Unit(info, task))
    return units


def _indexes(task: TaskInfo, info: FrameInfo, parts: Sequence[Part], simulated: set[int]) -> list[int]:
    """The parts that something belongs to: of Houdini's nodes the one that is named, if any is."""
    indexes = parts_of(task, parts)
    named = [index for index in indexes if info.gop_name in (parts[index].item, *parts[index].address)]
    if info.kind == FrameType.HOUDINI_SIMULATION:
        return named
    if info.kind not in _PICTURES:
        return []
    return named or [index for index in indexes if index not in simulated]


def parts_of(task: TaskInfo, parts: Sequence[Part]) -> list[int]:
    """The parts that a task renders: those of its layer and its camera; all, where the farm names neither."""
    found = [
        index
        for index, part in enumerate(parts)
        if (not task.layer_name or task.layer_name in (layer_of(part), part.item, part.name))
        and (not task.parent_id or not task.camera or not part.camera or task.camera == part.camera)
    ]
    return found or list(range(len(parts)))


def frame_of(part: int, number: int, units: Sequence[Unit]) -> Frame:
    """One of our frames, from every unit that belongs to it: done when all are, failed when one is."""
    if not units:
        return Frame(part, number)
    states = [_frame_state(unit) for unit in units]
    order = (FrameState.FAILED, FrameState.ABANDONED, FrameState.RENDERING, FrameState.WAITING, FrameState.DONE)
    live = FrameState.RENDERING in states or (FrameState.WAITING in states and FrameState.DONE in states)
    state = FrameState.RENDERING if live else next(state for state in order if state in states)
    infos = [unit.info for unit in units]
    started = [info.started for info in infos if info.started]
    bad = next((unit.info for unit, one in zip(units, states) if one is FrameState.FAILED), None)
    begun = state is not FrameState.WAITING and bool(started or state in (FrameState.DONE, FrameState.FAILED))
    return Frame(
        part=part,
        number=number,
        state=state,
        progress=sum(one is FrameState.DONE for one in states) / len(states),
        attempt=max(info.retries for info in infos) + begun,
        started=min(started) if started else None,
        seconds=float(sum(info.duration for info in infos)) if state.ended and started else None,
        message=_frame_message(bad) if bad is not None and state is FrameState.FAILED else "",
    )


def _frame_state(unit: Unit) -> FrameState:
    status = unit.info.status
    if isinstance(status, FrameStatus) and status in _FRAME:
        return _FRAME[status]
    if unit.task.status == TaskStatus.ABANDONED:
        return FrameState.ABANDONED
    if status == FrameStatus.STOPPED and unit.task.status not in _HALTED:
        return FrameState.ABANDONED
    return FrameState.WAITING


def _frame_message(info: FrameInfo) -> str:
    return _FRAME_MESSAGES.get(info.status, "") if isinstance(info.status, FrameStatus) else ""


def numbers_of(task: TaskInfo, parts: Sequence[Part]) -> int:
    """How many frame numbers the parts of a task have; parts that share a task may share its frames."""
    return len({number for index in parts_of(task, parts) for number in parse_frames(parts[index].frames)})


def not_there(part: int, number: int, report: JobReport, task: TaskInfo) -> Frame:
    """A frame that the farm does not list: to come, or never to come."""
    if not report.state.ended:
        return Frame(part, number)
    if task.status == TaskStatus.ABANDONED:
        return Frame(part, number, FrameState.ABANDONED)
    message = "The farm did not take this frame. Send it as a job of its own."
    return Frame(part, number, FrameState.FAILED, message=message)


def foreign_parts(task: TaskInfo, infos: Sequence[tuple[TaskInfo, Sequence[FrameInfo]]]) -> tuple[Part, ...]:
    """The parts of a job that was submitted elsewhere, from what the farm lists."""
    parts = []
    for child, frames in infos:
        numbers = {number for frame in frames for number in frame.numbers}
        name = child.layer_name or child.camera or task.scene_name
        if numbers:
            parts.append(
                Part(name, name, (child.layer_name or name,), child.camera, format_frames(numbers), 0, 0, "", "")
            )
    return tuple(parts)
