"""Tasks and their logs over HTTP. Source: Flamenco 3.9-beta1, internal/manager/api_impl/jobs.go and task_logs."""

from __future__ import annotations

from . import states
from .call import NOTHING, Answer, Call

TAIL = 2048


def task(call: Call) -> Answer:
    """OpenAPI: fetchTask."""
    return Answer(document=call.task("job ID not valid").document(call.farm.version))


def set_status(call: Call) -> Answer:
    """OpenAPI: setTaskStatus; queueing it also forgets who failed it. A bad id is not found, unlike elsewhere."""
    task = call.farm.task(call.path["task_id"]) or call.task()
    task.activity = call.body["reason"]
    states.set_task(call.farm, task, call.body["status"])
    if call.body["status"] == "queued":
        task.failed_by.clear()
    return NOTHING


def log_info(call: Call) -> Answer:
    """OpenAPI: fetchTaskLogInfo; the address is without host."""
    task = call.task()
    file = call.farm.log_file(task)
    if not file.is_file():
        return NOTHING
    url = f"/job-files/{file.relative_to(call.farm.local).as_posix()}"
    info = {"job_id": task.job.id, "size": file.stat().st_size, "task_id": task.id, "url": url}
    return Answer(document=info)


def log_tail(call: Call) -> Answer:
    """OpenAPI: fetchTaskLogTail; the last 2048 bytes, from the beginning of a line."""
    file = call.farm.log_file(call.task())
    if not file.is_file():
        return NOTHING
    text = file.read_bytes()
    if len(text) > TAIL:
        text = text[-TAIL:]
        text = text[text.find(b"\n") + 1 :]
    return Answer(text=text, kind="text/plain; charset=UTF-8")
