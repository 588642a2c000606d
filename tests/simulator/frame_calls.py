"""Calls about frames, their logs and pictures, and the results."""

from __future__ import annotations

from typing import Any

from . import frames as fr
from . import life
from .call import Call, text_of
from .codes import Refusal
from .frames import Frame
from .tasks import Task, frame_info

LOG_PAGE = 16384
PREVIEW = (700, 518)


def frames(call: Call) -> Any:
    """`searchKeyword` is looked for in the frame's index."""
    task = call.task(int(call.get("taskId")))
    keyword = str(call.get("searchKeyword", ""))
    found = [frame for frame in task.frames if keyword in frame.index]
    shown, around = call.page(found)
    return {**around, "items": [frame_info(task, frame, call.dialect) for frame in shown]}


def statistics(call: Call) -> Any:
    tally: dict[int, int] = {}
    for task in call.farm.tasks.values():
        if call.sees(task) and not task.deleted:
            for frame in task.frames:
                tally[frame.status] = tally.get(frame.status, 0) + 1
    total = sum(tally.values())
    done, running = tally.get(fr.DONE, 0), tally.get(fr.RENDERING, 0)
    failed, stopped = tally.get(fr.FAILED, 0) + tally.get(fr.TIMED_OUT, 0), tally.get(fr.STOPPED, 0)
    answer = {
        "executingFramesTotal": running,
        "doneFramesTotal": done,
        "failedFramesTotal": failed,
        "waitingFramesTotal": total - done - running - failed - stopped,
        "totalFrames": total,
    }
    return answer if call.dialect == "v3" else {**answer, "abandonFramesTotal": stopped}


def resubmit_failed(call: Call) -> None:
    """The failed frames of tasks, or those with the frame statuses given."""
    statuses = set(call.get("status") or (fr.FAILED, fr.TIMED_OUT))
    tasks = call.tasks("taskParam", "taskIds") if call.dialect == "v3" else call.tasks("taskIds")
    for task in tasks:
        for part in task.parts:
            _again(call, part, [frame for frame in part.frames if frame.status in statuses])
    call.note("recommitTasks", tasks)


def resubmit_frames(call: Call) -> None:
    task, chosen = _chosen(call)
    for part in task.parts:
        _again(call, part, [frame for frame in chosen if frame.task_id == part.id])
    call.note("recommitTaskFrames", [task])


def stop_frames(call: Call) -> None:
    task, chosen = _chosen(call)
    for part in task.parts:
        life.stop_frames(call.farm, part, [frame for frame in chosen if frame.task_id == part.id])
    call.note("stopTaskFrames", [task])


def _again(call: Call, task: Task, chosen: list[Frame]) -> None:
    if task.deleted:
        raise Refusal(404, f"task {task.id}")
    if chosen:
        life.again(call.farm, task, chosen)


def _chosen(call: Call) -> tuple[Task, list[Frame]]:
    """The frames meant: all (of the statuses given, if any), or those with the ids given."""
    task = call.task(call.numbers("taskId", "taskIds")[0])
    mine = [frame for part in task.parts for frame in part.frames]
    select_all = call.get("selectAll")
    if select_all not in (0, 1):
        raise Refusal(600, "selectAll")
    if select_all == 1:
        statuses = set(call.get("status") or ())
        return task, [frame for frame in mine if not statuses or frame.status in statuses]
    wanted = set(call.numbers("ids"))
    if wanted - {frame.id for frame in mine}:
        raise Refusal(404, f"frames {sorted(wanted - {frame.id for frame in mine})}")
    return task, [frame for frame in mine if frame.id in wanted]


def _frame(call: Call, number: int) -> tuple[Task, Frame]:
    found = call.farm.frame(number)
    if found is None or not call.sees(found[0]):
        raise Refusal(404, f"frame {number}")
    return found


def log(call: Call) -> Any:
    """A frame's log in pages of 16 kB; `total` is its bytes, pages 0 and 1 are the first."""
    if call.get("id") is None:
        return {"pageCount": 0, "pageNum": 0, "total": 0, "size": LOG_PAGE, "items": []}
    task, frame = _frame(call, int(call.get("id")))
    pages, total = _pages(_log_lines(call, task, frame))
    number = max(1, call.get("pageNum", 1))
    lines = pages[number - 1] if number <= len(pages) else []
    return {"pageCount": len(pages), "pageNum": number, "total": total, "size": LOG_PAGE, "items": lines}


def _pages(lines: list[str]) -> tuple[list[list[str]], int]:
    pages: list[list[str]] = []
    room = total = 0
    for line in lines:
        size = len(line.encode()) + 1
        total += size
        if size > room:
            pages.append([])
            room = LOG_PAGE
        pages[-1].append(line)
        room -= size
    return pages, total


def _log_lines(call: Call, task: Task, frame: Frame) -> list[str]:
    if not frame.began:
        return []
    lines = [f"[{text_of(frame.began)}] node {frame.node} task {task.id} frame {frame.index}"]
    lines += [
        f"progress {place * 100 // call.farm.settings.log_lines}%" for place in range(call.farm.settings.log_lines)
    ]
    return [*lines, *frame.reason.splitlines(), f"frame {frame.index}: status {frame.status}"]


def _preview(task: Task, frame: Frame) -> str:
    user = task.account.user_id
    name = f"{task.kind}_{task.munu}_{frame.index}_{task.file_stem}[-]png.jpg"
    return f"/mnt/output/d2_1/small_pic/{user // 1000 * 1000}/{user}/{task.id}/{name}"


def thumbnail(call: Call) -> Any:
    """Only a frame that is done has one."""
    task, frame = _frame(call, int(call.get("id")))
    return [_preview(task, frame)] if frame.status == fr.DONE and call.get("frameStatus", fr.DONE) == fr.DONE else []


def progress_image(call: Call) -> Any:
    """What 3ds Max renders just now, block by block: of the photon task or of the picture."""
    task = call.task(int(call.get("taskId")))
    wanted = call.get("frameType")
    if wanted not in (None, 2, 5):
        raise Refusal(600, "frameType")
    part = _shown_part(task, wanted)
    photon = part.kind == "RenderPhoton"
    end = "endTime" if call.dialect == "v3" else "completedTime"
    by_number: dict[tuple[int, ...], list[dict[str, Any]]] = {}
    for frame in part.frames:
        by_number.setdefault(frame.numbers, []).append(_grab(part, frame))
    return {
        "isRenderPhoton": photon,
        end: text_of(part.completed_ms),
        "currentTaskType": "RenderPhoton" if photon else "Render",
        "sceneName": f"{task.scene}-{part.camera}" if part.camera else task.scene,
        "grabInfo": list(by_number.values()),
        "width": PREVIEW[0],
        "block": part.tiles,
        "startTime": text_of(part.started_ms),
        "height": PREVIEW[1],
    }


def _shown_part(task: Task, wanted: int | None) -> Task:
    kinds = {2: ("RenderPhoton",), 5: ("Render", "GopRender", "")}.get(wanted or 0, ())
    parts = [part for part in task.parts if not kinds or part.kind in kinds] or task.parts
    busy = [part for part in parts if part.unfinished]
    return (busy or parts[-1:])[0]


def _grab(task: Task, frame: Frame) -> dict[str, Any]:
    done = frame.status == fr.DONE
    return {
        "couponFee": f"{frame.coupon:.2f}",
        "frameIndex": frame.index,
        "renderInfo": "",
        "frameBlock": frame.block or None,
        "frameEst": "0",
        "grabUrl": _preview(task, frame) if done else "",
        "feeAmount": f"{frame.fee:.2f}",
        "frameUsed": str(frame.seconds),
        "frameStatus": str(frame.status),
        "framePercent": "100" if done else "0",
        "isMaxPrice": "0",
        "startTime": text_of(frame.began or None),
        "endTime": text_of(frame.ended or None),
    }


def output_files(call: Call) -> Any:
    """A folder of the output storage; with a task, its own entry of the root."""
    account = call.account
    if account.download_disable:
        raise Refusal(605, "downloads are disabled")
    tree = call.get("treePath") or "/"
    only: set[str | None] | None = None
    if call.get("taskId") is not None:
        task = call.task(int(call.get("taskId")))
        account, tree, only = task.account, "/", {part.output for part in task.parts}
    root = call.farm.storage.place(account.output_bid, account.user_id)
    try:
        folder = call.farm.storage.place(account.output_bid, account.user_id, tree)
    except ValueError:
        raise Refusal(600, "treePath") from None
    if not folder.is_dir():
        return []
    owing = {part.output for part in call.farm.tasks.values() if part.account is account and _owes(part)}
    shown = []
    for file in sorted(folder.iterdir()):
        if file.name.startswith(".") or (only is not None and file.name not in only):
            continue
        status = file.stat()
        inside = file.relative_to(root).as_posix()
        directory = file.is_dir()
        shown.append(
            {
                "fileName": file.name,
                "fileSize": None if directory else status.st_size,
                "iconPath": None,
                "lastModify": text_of(int(status.st_mtime * 1000)),
                "fileType": None if directory else file.suffix.lstrip("."),
                "filePath": f"/{inside}",
                "directory": directory,
                "isArrears": int(inside.split("/")[0] in owing),
            }
        )
    return shown


def _owes(task: Task) -> bool:
    return any(frame.arrears > 0 for frame in task.frames)
