"""The life of a task: how it is planned from its files, and what each tick does to it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from . import analysis
from . import frames as fr
from . import tasks as ts
from .analysis import BadTask, Part, Plan
from .frames import Frame
from .images import Render, padded, png
from .tasks import Task

if TYPE_CHECKING:
    from .renderbus import Renderbus

Outcome = Callable[[Task, Frame], str]
OUTCOMES = {"done": fr.DONE, "failed": fr.FAILED, "timeout": fr.TIMED_OUT, "stopped": fr.STOPPED}


def step(farm: Renderbus, task: Task) -> None:
    """One tick of a task that moves."""
    if task.status in farm.held or task.id not in farm.moving:
        return  # it may have been ended by another one in this very tick
    STEPS[task.status](farm, task)
    if task.status not in ts.MOVING:
        farm.moving.pop(task.id, None)


def _analyse(farm: Renderbus, task: Task) -> None:
    try:
        plan = analysis.analyse(task, farm.storage, farm.settings, farm.hardware)
    except BadTask as exc:
        task.reason = str(exc)
        task.status = ts.FAILED_TASK
        task.completed_ms = farm.now_ms()
        return
    task.reason = ""
    _describe(farm, task, plan)
    if plan.split:
        _split(farm, task, plan)
    else:
        _fill(farm, task, plan, plan.parts)
    task.status = ts.WAITING


def _describe(farm: Renderbus, task: Task, plan: Plan) -> None:
    info = plan.info
    task.task_info = info
    task.scene = plan.scene
    task.blend = plan.blend
    task.cg_id = plan.cg_id
    task.project = str(info.get("project_name") or "")
    task.over_time_stop = analysis.whole(info, "task_stop_time", 0)
    task.frame_over_time = analysis.whole(info, "job_stop_time", 259200)
    task.reminder = analysis.whole(info, "time_out", task.account.task_over_time_sec)
    task.ram = analysis.whole(info, "ram", 64)
    task.hardware = [str(one) for one in info.get("hardwareConfigIds") or ()]
    task.tiles = analysis.whole(info, "tiles", 1)
    task.cameras = list(plan.cameras)
    task.rendered_cameras = list(dict.fromkeys(part.camera for part in plan.parts if part.camera))
    task.stops_after_test = str(info.get("stop_after_test", "2")) == "1"
    task.missing = plan.missing
    task.file_stem = PurePosixPath(plan.scene).stem


def _split(farm: Renderbus, task: Task, plan: Plan) -> None:
    """A task for each part; the parent keeps status 0 and no output."""
    task.children = []
    task.range = "0"
    task.camera = task.rendered_cameras[0] if task.rendered_cameras else ""
    photon: Task | None = None
    for part in plan.parts:
        child = farm.new_task(task.account, parent=task)
        _describe(farm, child, plan)
        child.submissions = 1
        child.submitted_ms = task.submitted_ms
        child.producer = task.producer
        child.layer = part.layer
        child.camera = part.camera
        child.kind = "RenderPhoton" if part.photon else "Render"
        child.after = None if part.photon else photon
        photon = child if part.photon else None
        _fill(farm, child, plan, (part,))
        task.children.append(child)
        farm.moving[child.id] = child


def _fill(farm: Renderbus, task: Task, plan: Plan, parts: Iterable[Part]) -> None:
    task.output = f"{task.id}_{task.file_stem}"
    task.munu = f"{time.strftime('%Y%m%d')}{task.id % 100000:05d}"
    task.range = "".join((part.node or "") + part.frames for part in parts)
    task.frames = []
    if any(part.node for part in parts) and plan.cg_id == analysis.HOUDINI:
        task.kind = "GopRender"
    elif not task.kind:
        task.kind = "Render"
    if farm.settings.pre_frame:
        task.frames.append(farm.new_frame(task, "0", (0,), fr.PRE))
    stacked = plan.cg_id == analysis.MAYA and not plan.split
    for part in list(parts)[:1] if stacked else parts:
        _add(farm, task, plan, part)
    if stacked:
        for frame in task.frames:
            frame.folder = "|".join(part.folder for part in parts)
    settle(task)


def _add(farm: Renderbus, task: Task, plan: Plan, part: Part) -> None:
    if part.simulation:
        numbers = tuple(fr.numbers(part.frames))
        task.frames.append(farm.new_frame(task, part.frames, numbers, fr.SIMULATION, gop=part.node))
        return
    if part.photon:
        numbers = tuple(fr.numbers(part.frames))
        for node in range(part.photon_nodes):
            index = str(numbers[0]) if part.photon_nodes == 1 else f"{numbers[0]}-{node + 1}"
            task.frames.append(farm.new_frame(task, index, numbers[:1], fr.PHOTON))
        if part.photon_nodes > 1:
            task.frames.append(farm.new_frame(task, str(numbers[0]), numbers[:1], fr.MERGE))
        return
    for piece in analysis.pieces(plan, part, farm.settings):
        frame = farm.new_frame(task, piece.index, piece.numbers, piece.type, piece.block, part.node)
        frame.folder = part.folder
        task.frames.append(frame)
    if part.stem:
        task.file_stem = part.stem


def settle(task: Task) -> None:
    """Give each frame that has not begun the kind of waiting that it does."""
    if task.after is not None and task.after.status not in (ts.FINISHED, ts.FINISHED_WITH_FAILED):
        for frame in task.frames:
            if frame.status not in fr.ENDED:
                frame.status = fr.WAIT_PHOTON_JOB
        return
    open_frames = [frame for frame in task.frames if frame.status not in fr.ENDED]
    if not open_frames:
        return
    first = min(open_frames, key=lambda frame: fr.ORDER[frame.type])
    for frame in open_frames:
        if fr.ORDER[frame.type] == fr.ORDER[first.type]:
            frame.status = fr.RENDERING if frame.status == fr.RENDERING else fr.WAITING
        else:
            frame.status = fr.WAITS_FOR.get(first.type, fr.WAITING)
            tiles = (fr.PRIORITY_COMPOSITE, fr.COMPOSITE)
            if frame.type in tiles and first.type in (fr.PRIORITY, fr.MAIN):
                frame.status = fr.WAIT_TILES


def _wait(farm: Renderbus, task: Task) -> None:
    if not task.frames and not task.children:
        task.status = ts.ANALYSES
        return
    if task.children:
        task.prepared = True
        farm.moving.pop(task.id, None)
        return
    if task.account.broke:
        task.status = ts.ARREARS
        return
    if task.after is not None and task.after.status in ts.MOVING:
        settle(task)
        return
    task.status = ts.RENDERS if task.prepared else ts.PREPARES


def _prepare(farm: Renderbus, task: Task) -> None:
    task.prepared = True
    task.status = ts.RENDERS
    if task.started_ms is None:
        task.started_ms = farm.now_ms()
    settle(task)


def _update(farm: Renderbus, task: Task) -> None:
    task.status = task.resumes_at


def _render(farm: Renderbus, task: Task) -> None:
    task.rendered_seconds += farm.settings.seconds_per_tick
    for frame in task.frames:
        if frame.status == fr.RENDERING:
            _advance(farm, task, frame)
    if 0 < task.over_time_stop <= task.rendered_seconds and task.unfinished:
        halt(farm, task, ts.TIMED_OUT_TASK, fr.TIMED_OUT)
        return
    if task.account.broke and (task.unfinished or any(frame.arrears for frame in task.frames)):
        halt(farm, task, ts.ARREARS)
        return
    settle(task)
    if not task.unfinished:
        _finish(farm, task)
    elif _tested(task):
        task.status = ts.TESTED
    else:
        _start(farm, task)


def _tested(task: Task) -> bool:
    """Are the priority frames over, and does the rest wait for a word?"""
    if not task.stops_after_test or task.full_speed:
        return False
    early = {fr.PRE, fr.PHOTON, fr.MERGE, fr.SIMULATION, fr.PRIORITY, fr.PRIORITY_COMPOSITE}
    return any(frame.type == fr.PRIORITY for frame in task.frames) and all(
        frame.status in fr.ENDED for frame in task.frames if frame.type in early
    )


def _start(farm: Renderbus, task: Task) -> None:
    room = farm.settings.frames_per_tick if task.limit is None else min(farm.settings.frames_per_tick, task.limit)
    room -= task.count(fr.RENDERING)
    for frame in task.frames:
        if room <= 0:
            return
        if frame.status == fr.WAITING:
            room -= 1
            frame.status = fr.RENDERING
            frame.began = farm.now_ms()
            frame.ended = frame.ticks = frame.seconds = 0
            frame.node = f"10.60.3.{frame.id % 250 + 1}"
            if farm.settings.blender and task.blend and frame.writes:
                scene = farm.storage.place(*task.account.asset_place, task.blend)
                farm.renders[frame.id] = Render(farm.settings.blender, scene, frame.numbers)


def _advance(farm: Renderbus, task: Task, frame: Frame) -> None:
    frame.ticks += 1
    frame.seconds = frame.ticks * farm.settings.seconds_per_tick
    outcome = _outcome(farm, task, frame)
    if outcome == "running":
        if frame.seconds < task.frame_over_time or not task.frame_over_time:
            return
        outcome = "timeout"
        frame.reason = "The frame took too long."
    pictures = farm.finish_render(frame)
    frame.status = OUTCOMES[outcome]
    frame.ended = farm.now_ms()
    if frame.status == fr.FAILED and not frame.reason:
        frame.reason = "The renderer ended with an error."
    paid, coupon, owed = task.account.charge(farm.settings.frame_fee * len(frame.numbers))
    frame.fee += paid
    frame.coupon += coupon
    frame.arrears += owed
    if frame.status == fr.DONE and frame.writes:
        write(farm, task, frame, pictures)


def _outcome(farm: Renderbus, task: Task, frame: Frame) -> str:
    if task.missing:
        frame.reason = f"Missing in the storage: {', '.join(sorted(task.missing))}"
        return "failed"
    if frame.id in farm.renders:
        return farm.look_at_render(frame)
    return farm.frame_outcome(task, frame) if farm.frame_outcome else "done"


def write(farm: Renderbus, task: Task, frame: Frame, pictures: dict[int, bytes] | None = None) -> None:
    """Put a frame's pictures into the output storage."""
    account = task.account
    layer = task.layer if task.parent is not None and task.layer else ""
    for folder in frame.folder.split("|"):
        for number in frame.numbers:
            inside = "/".join(one for one in (task.output or "", layer or folder) if one)
            file = farm.storage.place(
                account.output_bid, account.user_id, f"{inside}/{task.file_stem}.{padded(number, 4)}.png"
            )
            farm.storage.write(file, pictures[number] if pictures else png(number))


def _finish(farm: Renderbus, task: Task) -> None:
    done, all_frames = task.count(fr.DONE), len(task.frames)
    if done == all_frames:
        task.status = ts.FINISHED
    else:
        task.status = ts.FINISHED_WITH_FAILED if done else ts.FAILED_TASK
    task.completed_ms = farm.now_ms()
    for other in task.parent.children if task.parent is not None else ():
        if other.after is task:
            if task.status == ts.FAILED_TASK:
                halt(farm, other, ts.FAILED_TASK, fr.FAILED)
                other.reason = "The photon pass failed."
            else:
                settle(other)


def halt(farm: Renderbus, task: Task, status: int, executing: int = fr.STOPPED) -> None:
    """Stop a task; frames that render become `executing`, those that wait, stopped."""
    for frame in task.frames:
        if frame.status == fr.RENDERING:
            farm.drop_render(frame)
            frame.status = executing
            frame.ended = farm.now_ms()
        elif frame.status not in fr.ENDED:
            frame.status = fr.STOPPED
    task.status = status
    task.completed_ms = farm.now_ms()
    farm.moving.pop(task.id, None)


def stop(farm: Renderbus, task: Task) -> None:
    """What stopTask does; what is over stays as it is."""
    for part in task.parts:
        if part.status in ts.MOVING or part.status in (ts.TESTED, ts.ARREARS):
            halt(farm, part, farm.settings.stop_status)
    if task.children:
        farm.moving.pop(task.id, None)


def abandon(farm: Renderbus, task: Task) -> None:
    """What abandonTask does: it can not be started again."""
    for part in task.parts:
        if part.status not in ts.OVER:
            halt(farm, part, ts.ABANDONED)


def start(farm: Renderbus, task: Task) -> None:
    """What startTask does: stopped frames wait again; an analysis that failed or was stopped is done again."""
    for part in task.parts:
        if not part.frames and part.status in (ts.FAILED_TASK, ts.STOPPED_TASK, ts.STOPPED_BY_USER):
            part.status = ts.ANALYSES
            farm.moving[part.id] = part
        elif part.status not in ts.OVER and part.status not in ts.MOVING:
            part.full_speed = part.full_speed or part.status == ts.TESTED
            _settle_debts(part)
            part.rendered_seconds = 0 if part.status == ts.TIMED_OUT_TASK else part.rendered_seconds
            again(farm, part, [frame for frame in part.frames if frame.status in (fr.STOPPED, fr.TIMED_OUT)], False)


def _settle_debts(task: Task) -> None:
    if not task.account.broke:
        for frame in task.frames:
            frame.fee += frame.arrears
            frame.arrears = 0.0


def speed_up(farm: Renderbus, task: Task) -> None:
    """What fullSpeedRendering does: the rest after the priority frames."""
    for part in task.parts:
        part.full_speed = True
        if part.status == ts.TESTED:
            again(farm, part, [], False)


def again(farm: Renderbus, task: Task, chosen: Iterable[Frame], counts: bool = True) -> None:
    """Let frames wait again, and their task go on."""
    for frame in chosen:
        farm.drop_render(frame)
        frame.status = fr.WAITING
        frame.recommits += counts
        frame.reason = ""
        frame.began = frame.ended = frame.seconds = frame.ticks = 0
        frame.arrears = 0.0
    if not task.unfinished:
        if task.frames:
            _finish(farm, task)
        return
    task.completed_ms = None
    task.status = ts.WAITING
    settle(task)
    farm.moving[task.id] = task


def stop_frames(farm: Renderbus, task: Task, chosen: Iterable[Frame]) -> None:
    """Stop frames that are not over."""
    for frame in chosen:
        if frame.status not in fr.ENDED:
            farm.drop_render(frame)
            frame.status = fr.STOPPED
            frame.ended = farm.now_ms()
    if task.frames and not task.unfinished and task.status in (ts.WAITING, ts.PREPARES, ts.RENDERS):
        _finish(farm, task)
        farm.moving.pop(task.id, None)


def update(farm: Renderbus, task: Task) -> None:
    """A change that a running task takes in: it says "updating" for a tick."""
    for part in task.parts:
        if part.status in (ts.WAITING, ts.PREPARES, ts.RENDERS):
            part.resumes_at = part.status
            part.status = ts.UPDATES
            farm.moving[part.id] = part


STEPS = {
    ts.ANALYSES: _analyse,
    ts.WAITING: _wait,
    ts.PREPARES: _prepare,
    ts.RENDERS: _render,
    ts.UPDATES: _update,
}
