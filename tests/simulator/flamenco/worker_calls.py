"""Workers and tags over HTTP. Source: Flamenco 3.9-beta1, internal/manager/api_impl/worker_mgt.go."""

from __future__ import annotations

import re

from . import states
from .call import NOTHING, Answer, Call, Refusal
from .worker import Tag


def workers(call: Call) -> Answer:
    """OpenAPI: fetchWorkers."""
    return Answer(document={"workers": [worker.summary(call.farm.version) for worker in call.farm.workers]})


def worker(call: Call) -> Answer:
    """OpenAPI: fetchWorker."""
    return Answer(document=call.worker().document(call.farm.version))


def delete(call: Call) -> Answer:
    """OpenAPI: deleteWorker; its task goes back."""
    worker = call.worker()
    if worker.task is not None and worker.task.status == "active" and worker.task.worker is worker:
        states.return_task(call.farm, worker.task, "worker is being deleted")
    call.farm.workers.remove(worker)
    worker.deleted = True
    call.farm.tell_worker(worker, deleted=True)
    return NOTHING


def set_status(call: Call) -> Answer:
    """OpenAPI: requestWorkerStatusChange; asking for the status that it has withdraws an earlier request."""
    worker = call.worker()
    status = call.body["status"]
    if status == "restart" and not worker.can_restart:
        raise Refusal(412, f'worker "{worker.id}" does not know how to restart')
    worker.requested = None if worker.status == status else (status, call.body["is_lazy"])
    call.farm.tell_worker(worker)
    return NOTHING


def set_tags(call: Call) -> Answer:
    """OpenAPI: setWorkerTags; ids that do not exist are left out."""
    worker = call.worker()
    worker.tags = [tag for tag in call.farm.tags if tag.id in call.body["tag_ids"]]
    call.farm.tell_worker(worker)
    return NOTHING


def sleep_schedule(call: Call) -> Answer:
    """OpenAPI: fetchWorkerSleepSchedule; a worker that does not exist has none."""
    worker_id = call.uuid("worker_id", "not a valid UUID")
    schedule = next((worker.schedule for worker in call.farm.workers if worker.id == worker_id), None)
    return NOTHING if schedule is None else Answer(document=schedule)


def set_sleep_schedule(call: Call) -> Answer:
    """OpenAPI: setWorkerSleepSchedule; any two numbers are a time, as is none at all."""
    worker = call.worker("does not exist")
    schedule = {key: call.body[key] for key in ("days_of_week", "end_time", "is_active", "start_time")}
    for key, what in (("start_time", "start"), ("end_time", "end")):
        found = re.fullmatch(r"(?:(\d+):(\d+))?", call.body[key])
        if found is None:
            raise Refusal(400, f"invalid format for schedule {what} time")
        schedule[key] = f"{int(found[1]):02d}:{int(found[2]):02d}" if found[0] else ""
    worker.schedule = schedule
    return NOTHING


def tags(call: Call) -> Answer:
    """OpenAPI: fetchWorkerTags."""
    return Answer(document={"tags": [tag.document() for tag in call.farm.tags]})


def create_tag(call: Call) -> Answer:
    """OpenAPI: createWorkerTag; a name twice is an error of the database."""
    if call.body["name"] in {tag.name for tag in call.farm.tags}:
        raise Refusal(500, "error creating worker tag")
    tag = Tag(call.body["name"], call.body.get("description", ""))
    if call.body.get("id"):
        tag.id = call.body["id"]
    call.farm.tags.append(tag)
    call.farm.tell_tag(tag)
    return Answer(document=tag.document())


def tag(call: Call) -> Answer:
    """OpenAPI: fetchWorkerTag."""
    return Answer(document=call.tag().document())


def update_tag(call: Call) -> Answer:
    """OpenAPI: updateWorkerTag."""
    tag = call.tag()
    tag.name = call.body["name"]
    tag.description = call.body.get("description", tag.description)
    call.farm.tell_tag(tag)
    return NOTHING


def delete_tag(call: Call) -> Answer:
    """OpenAPI: deleteWorkerTag; workers lose it, its jobs are for all."""
    tag = call.tag()
    call.farm.tags.remove(tag)
    for worker in call.farm.workers:
        if tag in worker.tags:
            worker.tags.remove(tag)
    for job in call.farm.jobs.values():
        job.tag = "" if job.tag == tag.id else job.tag
    call.farm.tell_tag(tag, deleted=True)
    return NOTHING
