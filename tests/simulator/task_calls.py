"""Calls about tasks."""

from __future__ import annotations

from typing import Any

from . import life
from . import tasks as ts
from .call import Call, text_of
from .codes import Refusal
from .tasks import Task, task_info

FILES = ("task.json", "upload.json", "asset.json", "tips.json")
MOST_AT_ONCE = 1000


def create(call: Call) -> Any:
    count, level = call.get("count", 1), call.get("taskUserLevel", 50)
    if not 1 <= count <= MOST_AT_ONCE:
        raise Refusal(600, "count")
    if level not in (50, 60):
        raise Refusal(600, "taskUserLevel")
    made = []
    for _ in range(count):
        task = call.farm.new_task(call.account)
        task.labels = call.farm.new_label(call.get("labels", ()))
        task.user_level = level
        task.out_user_id = call.get("outUserId")
        task.clone_original_id = int(call.get("cloneOriginalId", 0))
        task.artist = call.get("artist", "")
        made.append(task)
    call.note("createTask", made)
    answer: dict[str, Any] = {
        "aliasTaskIdList": [task.alias for task in made],
        "taskIdList": [task.id for task in made],
        "userId": call.account.user_id,
    }
    return answer


def submit(call: Call) -> None:
    task = call.task(int(call.get("taskId")))
    if task.deleted or task.parent is not None:
        raise Refusal(404, f"task {task.id}")
    if task.listed:
        if call.farm.settings.resubmission == "refuse":
            raise Refusal(100, f"task {task.id} was submitted")
        return
    task.submissions += 1
    task.submitted_ms = call.farm.now_ms()
    task.producer = call.get("producer") or task.artist or None
    task.status = ts.ANALYSES
    call.farm.moving[task.id] = task
    call.note("submitTask", [task])


def json_file(call: Call) -> None:
    name = call.get("fileName", "task.json")
    if name not in FILES:
        raise Refusal(600, f"fileName {name!r}")
    task = call.task(int(call.get("taskId")))
    account = task.account
    file = call.farm.storage.config(account.config_bid, account.user_id, task.id, name)
    call.farm.storage.write(file, call.get("content").encode())


def listing(call: Call) -> Any:
    """Newest first. A task with parts has the statuses of its parts for `statusList`."""
    statuses = set(call.get("statusList") or ())
    keyword = str(call.get("searchKeyword", "")).lower()
    deleted = call.get("recycleFlag", 0) == 1
    found = [
        task
        for task in reversed(call.farm.tasks.values())
        if task.parent is None
        and task.deleted == deleted
        and (task.listed or call.farm.settings.lists_unsubmitted)
        and call.sees(task)
        and (not statuses or statuses & {part.status for part in task.parts})
        and (not keyword or keyword in task.scene.lower() or keyword in task.alias.lower())
        and _in_time(call, task)
    ]
    shown, around = call.page(found)
    return {**around, "items": [task_info(task, call.dialect, call.v2, call.farm.settings.no_parts) for task in shown]}


def _in_time(call: Call, task: Task) -> bool:
    first, last = call.get("startTime"), call.get("endTime")
    if not first and not last:
        return True
    when = text_of(task.submitted_ms)
    return bool(when) and (not first or when >= first) and (not last or when <= last)


def info(call: Call) -> Any:
    """Tasks and parts by number; those that are not known, not submitted or another's are left out."""
    found = [call.farm.tasks.get(number) for number in dict.fromkeys(call.numbers("taskIds"))]
    shown = [
        task_info(task, call.dialect, call.v2, call.farm.settings.no_parts)
        for task in found
        if task is not None and call.sees(task) and (task.listed or call.farm.settings.lists_unsubmitted)
    ]
    return {"pageCount": 1, "pageNum": 1, "total": len(shown), "size": 100, "items": shown}


def stop(call: Call) -> None:
    for task in _chosen(call, "stopTask"):
        life.stop(call.farm, task)


def start(call: Call) -> None:
    for task in _chosen(call, "startTask"):
        life.start(call.farm, task)


def abandon(call: Call) -> None:
    for task in _chosen(call, "abandonTask"):
        life.abandon(call.farm, task)


def delete(call: Call) -> None:
    account = call.account
    if account.main is not None and not account.sub_delete_task:
        raise Refusal(605, "a sub-account that may not delete")
    for task in _chosen(call, "deleteTask"):
        life.stop(call.farm, task)
        call.farm.moving.pop(task.id, None)
        for one in (task, *task.children):
            one.deleted = True


def full_speed(call: Call) -> str:
    for task in _chosen(call, "fullSpeedRendering"):
        life.speed_up(call.farm, task)
    return "成功" if call.account.zone == 1 else "success"


def over_time(call: Call) -> str:
    if call.get("overTime") < 0:
        raise Refusal(600, "overTime")
    for task in _chosen(call, "setTaskOverTimeStop"):
        for part in {task, *task.parts}:
            part.over_time_stop = call.get("overTime")
    return "SUCCESS"


def priority(call: Call) -> None:
    task = call.task(int(call.get("taskId")))
    for part in {task, *task.parts}:
        part.user_level = call.get("taskUserLevel")
    call.note("updateTaskUserLevel", [task])


def limit(call: Call) -> None:
    if call.get("taskLimit") < 1:
        raise Refusal(600, "taskLimit")
    task = call.task(int(call.get("taskId")))
    for part in {task, *task.parts}:
        part.limit = call.get("taskLimit")
    call.note("updateTaskLimit", [task])


def add_label(call: Call) -> None:
    for task in _chosen(call, "addTaskLabel"):
        if call.get("label") not in task.labels.values():
            task.labels |= call.farm.new_label([call.get("label")])


def delete_label(call: Call) -> None:
    names, ids = (
        set(call.get("labelNames") or ()),
        {int(one) for one in call.get("labelIds") or call.get("tagIds") or ()},
    )
    if not names and not ids:
        raise Refusal(601, "labelNames")
    tasks = (
        call.tasks("taskIds") if call.get("taskIds") else [task for task in call.farm.tasks.values() if call.sees(task)]
    )
    for task in tasks:
        task.labels = {number: name for number, name in task.labels.items() if number not in ids and name not in names}


def _chosen(call: Call, button: str) -> list[Task]:
    tasks = call.tasks("taskParam", "taskIds") if call.dialect == "v3" else call.tasks("taskIds")
    call.note(button, tasks)
    return tasks
