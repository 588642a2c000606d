"""Tasks as the farm keeps them, and how it shows them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from .accounts import Account
from .frames import DONE, ENDED, FAILED, RENDERING, STOPPED, TIMED_OUT, Frame

WAITING, RENDERS, PREPARES, STOPPED_TASK, STOPPED_BY_USER, ARREARS, TIMED_OUT_TASK = 0, 5, 8, 10, 15, 20, 23
FINISHED, FINISHED_WITH_FAILED, ABANDONED, TESTED, FAILED_TASK, ANALYSES, UPDATES = 25, 30, 35, 40, 45, 50, 100
MOVING = frozenset({WAITING, RENDERS, PREPARES, ANALYSES, UPDATES})
"""States that go on by themselves."""
OVER = frozenset({FINISHED, FINISHED_WITH_FAILED, ABANDONED, FAILED_TASK})
STATUSES = MOVING | OVER | {STOPPED_TASK, STOPPED_BY_USER, ARREARS, TIMED_OUT_TASK, TESTED}
"""All of them. Sources: protocol V3, 2018; SDK method document (15 is there, 100 in its later editions)."""

TYPE_TEXTS = {"RenderPhoton": "render_photons_task", "Render": "render_major_picture_task"}


@dataclass(eq=False, slots=True)
class Task:
    """A task, or a part (a layer, a camera, a photon pass) of one."""

    id: int
    account: Account
    alias: str
    status: int = WAITING
    labels: dict[int, str] = field(default_factory=dict)
    user_level: int = 50
    out_user_id: Any = None
    clone_original_id: int = 0
    artist: str = ""
    submissions: int = 0
    submitted_ms: int | None = None
    started_ms: int | None = None
    completed_ms: int | None = None
    scene: str = ""
    range: str = ""
    project: str = ""
    producer: str | None = None
    cg_id: int | None = None
    limit: int | None = None
    reminder: int = 43200
    over_time_stop: int = 0
    frame_over_time: int = 259200
    ram: int | None = None
    hardware: list[str] = field(default_factory=list)
    tiles: int = 1
    cameras: list[str] = field(default_factory=list)
    rendered_cameras: list[str] = field(default_factory=list)
    output: str | None = None
    file_stem: str = ""
    camera: str = ""
    layer: str | None = None
    kind: str = ""
    munu: str = ""
    parent: Task | None = None
    children: list[Task] = field(default_factory=list)
    after: Task | None = None
    frames: list[Frame] = field(default_factory=list)
    deleted: bool = False
    stops_after_test: bool = False
    full_speed: bool = False
    prepared: bool = False
    reason: str = ""
    resumes_at: int = WAITING
    rendered_seconds: int = 0
    missing: frozenset[str] = frozenset()
    blend: str = ""
    task_info: dict[str, Any] = field(default_factory=dict)

    @property
    def parts(self) -> list[Task]:
        """What renders: its children, or itself."""
        return self.children or [self]

    @property
    def listed(self) -> bool:
        """Was it submitted?"""
        return self.submissions > 0

    def count(self, *statuses: int) -> int:
        """How many of its own frames are so."""
        return sum(frame.status in statuses for frame in self.frames)

    @property
    def unfinished(self) -> bool:
        """Is there a frame still to render?"""
        return any(frame.status not in ENDED for frame in self.frames)


def page(items: list[Any], number: int, size: int) -> tuple[list[Any], dict[str, Any]]:
    """The items of a page, and the page around them (its `items` still empty)."""
    shown = items[(number - 1) * size : number * size]
    return shown, {
        "pageCount": -(-len(items) // size),
        "pageNum": number,
        "total": len(items),
        "size": size,
        "items": [],
    }


def _money(value: float) -> float:
    return round(value, 6)


def _progress(task: Task) -> dict[str, Any]:
    """Counters and money; a task with children has none of its own."""
    if task.children or not task.listed:
        return {
            "totalFrames": 0,
            "abortFrames": None,
            "executingFrames": None,
            "doneFrames": None,
            "failedFrames": 0,
            "renderConsume": None,
            "userAccountConsume": None,
            "couponConsume": None,
            "renderDuration": None,
        }
    tally: dict[int, int] = {}
    paid = coupon = 0.0
    seconds = 0
    for frame in task.frames:
        tally[frame.status] = tally.get(frame.status, 0) + 1
        paid += frame.fee
        coupon += frame.coupon
        seconds += frame.seconds
    hidden = task.account.hide_job_charge
    return {
        "totalFrames": len(task.frames),
        "abortFrames": tally.get(STOPPED, 0),
        "executingFrames": tally.get(RENDERING, 0),
        "doneFrames": tally.get(DONE, 0),
        "failedFrames": tally.get(FAILED, 0) + tally.get(TIMED_OUT, 0),
        "renderConsume": None if hidden else _money(paid + coupon),
        "userAccountConsume": None if hidden else _money(paid),
        "couponConsume": None if hidden else _money(coupon),
        "renderDuration": seconds,
    }


def task_info(task: Task, dialect: str, v2: bool = False, no_parts: Any = None) -> dict[str, Any]:
    """TaskInfo with every key that the dialect's document names; `bid` in `/v2` alone."""
    parent = bool(task.children)
    split = task.parent is not None or parent
    pre = FINISHED if parent and task.prepared else None
    info = {
        "sceneName": task.scene,
        "id": task.id,
        "taskAlias": task.alias,
        "taskStatus": task.status,
        "statusText": f"render_task_status_{task.status}",
        "preTaskStatus": pre,
        "preStatusText": None if pre is None else f"render_task_status_{pre}",
        **_progress(task),
        "framesRange": task.range,
        "projectName": task.project,
        "taskArrears": _money(sum(frame.arrears for frame in task.frames)),
        "submitDate": task.submitted_ms,
        "startTime": None if parent else task.started_ms,
        "completedDate": None if parent else task.completed_ms,
        "userName": task.account.user_name,
        "producer": task.producer,
        "taskLevel": 60,
        "taskUserLevel": task.user_level,
        "taskLimit": task.limit,
        "taskOverTime": None if parent else task.reminder,
        "userId": task.account.user_id,
        "outputFileName": task.output,
        "munuTaskId": task.munu,
        "layerParentId": 0 if task.parent is None else task.parent.id,
        "cgId": task.cg_id,
        "isOpen": int(parent),
        "taskType": task.kind,
        "renderCamera": task.camera,
        "cloneParentId": None if parent else 0,
        "cloneOriginalId": None if parent else task.clone_original_id,
        "shareMainCapital": int(task.account.share_main_capital),
        "taskRam": task.ram,
        "respRenderingTaskList": [task_info(child, dialect, v2, no_parts) for child in task.children]
        if parent
        else no_parts,
        "layerName": task.layer,
        "taskTypeText": TYPE_TEXTS.get(task.kind) if split else None,
        "isDelete": int(not task.deleted),
    }
    return {**info, **(_v3_only(task) if dialect == "v3" else _current_only(task, v2))}


def _v3_only(task: Task) -> dict[str, Any]:
    values = {
        "tiles": task.tiles,
        "all_camera": json.dumps(task.cameras),
        "renderable_camera": json.dumps(task.rendered_cameras),
    }
    return {"keyValue": "".join(f"{name}:{value}::" for name, value in values.items())}


def _current_only(task: Task, v2: bool) -> dict[str, Any]:
    info = {
        "overTimeStop": task.over_time_stop,
        "munuTaskIds": task.munu,
        "qyCouponConsume": None,
        "locationOutput": "",
        "channel": 4,
        "remark": task.reason,
        "labels": json.dumps({str(number): name for number, name in task.labels.items()}, ensure_ascii=False),
        "isOverTime": int(0 < task.reminder < task.rendered_seconds),
        "taskKeyValueVo": {
            "tiles": str(task.tiles) if task.tiles > 1 else None,
            "allCamera": json.dumps(task.cameras) if task.cameras else None,
            "renderableCamera": json.dumps(task.rendered_cameras) if task.rendered_cameras else None,
        },
        "waitingCount": None,
        "stopType": 0,
    }
    return {**info, "bid": task.account.output_bid} if v2 else info


def frame_info(task: Task, frame: Frame, dialect: str) -> dict[str, Any]:
    """FrameInfo with every key that the dialect's document names."""
    info = {
        "id": frame.id,
        "userId": None,
        "framePrice": None,
        "feeType": None,
        "platform": None,
        "frameIndex": frame.index,
        "frameStatus": frame.status,
        "feeAmount": _money(frame.fee),
        "startTime": frame.began,
        "endTime": frame.ended,
        "frameExecuteTime": frame.seconds,
        "frameStatusText": f"task_frame_status_{frame.status}",
        "arrearsFee": _money(frame.arrears) if frame.arrears else None,
        "munuJobId": "0",
        "taskId": frame.task_id,
        "munuTaskId": task.munu,
        "frameType": frame.type,
        "couponFee": _money(frame.coupon),
        "recommitFlag": frame.recommits,
        "isCopy": None,
        "frameBlock": frame.block,
        "taskOverTime": task.frame_over_time,
        "gopName": frame.gop,
        "frameRam": task.ram,
    }
    if dialect == "v3":
        return info
    return {
        **info,
        "currentRenderTime": frame.seconds if frame.status == RENDERING else 0,
        "averageCpu": 9 if frame.seconds else 0,
        "averageMemory": 2240647168 if frame.seconds else 0,
        "isOverTime": int(frame.status == TIMED_OUT),
        "overOneMonth": None,
        "renderRam": None,
        "nodeId": frame.node,
        "openRenderRam": None,
    }
