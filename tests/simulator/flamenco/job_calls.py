"""Job types and jobs over HTTP. Source: Flamenco 3.9-beta1, internal/manager/api_impl/jobs.go."""

from __future__ import annotations

import datetime
import time
from typing import Any

from . import states
from .call import NOTHING, Answer, Call, Refusal
from .job_types import Authored, CompileError, Draft
from .jobs import Job, Task

SUFFIXES = ["last-rendered.jpg", "last-rendered-small.jpg", "last-rendered-tiny.jpg"]


def job_types(call: Call) -> Answer:
    """OpenAPI: getJobTypes."""
    return Answer(document={"job_types": [one.document for _, one in sorted(call.farm.job_types().items())]})


def job_type(call: Call) -> Answer:
    """OpenAPI: getJobType."""
    found = call.farm.job_types().get(call.path["typeName"])
    if found is None:
        raise Refusal(404, "no such job type known")
    return Answer(document=found.document)


def _compiled(call: Call) -> tuple[Draft, list[Authored]]:
    """What the job's type makes of it. Raises Refusal 400, 412."""
    body: dict[str, Any] = call.body
    platform = "linux" if body["submitter_platform"] == "manager" else body["submitter_platform"]
    settings, metadata = dict(body.get("settings") or {}), dict(body.get("metadata") or {})
    for texts in (settings, metadata):
        call.farm.variables.recognise(texts, platform, call.farm.version >= (3, 7))
    found = call.farm.job_types().get(body["type"])
    if found is None:
        raise Refusal(400, "job type unknown")
    if body.get("type_etag") and body["type_etag"] != found.document["etag"]:
        raise Refusal(412, "rejecting job because its settings are outdated, refresh the job type")
    draft = Draft(body["name"], body["type"], body["priority"], settings, metadata)
    try:
        return draft, found.compile(draft)
    except CompileError as error:
        raise Refusal(400, str(error)) from error


def check(call: Call) -> Answer:
    """OpenAPI: submitJobCheck."""
    _compiled(call)
    return NOTHING


def submit(call: Call) -> Answer:
    """OpenAPI: submitJob."""
    draft, authored = _compiled(call)
    farm = call.farm
    tag = call.body.get("worker_tag", "") if farm.version >= (3, 3) else ""
    if tag and tag not in {one.id for one in farm.tags}:
        raise Refusal(500, "error persisting job in database")
    status = call.body.get("initial_status", "queued") if farm.version >= (3, 6) else "queued"
    job = Job(draft.name, draft.type, draft.priority, draft.settings, draft.metadata, status, tag=tag)
    job.checkout = (call.body.get("storage") or {}).get("shaman_checkout_id", "")
    job.tasks = [Task(job, one.name, one.type, one.commands, index + 1) for index, one in enumerate(authored)]
    for task, one in zip(job.tasks, authored):
        task.dependencies = [job.tasks[index] for index in one.dependencies]
    farm.jobs[job.id] = job
    farm.tell_job(job)
    return Answer(document=job.document(farm.version))


def jobs(call: Call) -> Answer:
    """OpenAPI: fetchJobs; the oldest first, no filter."""
    return Answer(document={"jobs": [job.document(call.farm.version) for job in call.farm.jobs.values()]})


def query(call: Call) -> Answer:
    """queryJobs, up to 3.5. Source: Flamenco 3.5, internal/manager/persistence/jobs_query.go."""
    body = call.body or {}
    found = [job for job in call.farm.jobs.values() if job.status in body.get("status_in", [job.status])]
    for key, value in (body.get("metadata") or {}).items():
        found = [job for job in found if job.metadata.get(key) == value]
    start = body.get("offset", 0)
    found = found[start : start + body["limit"]] if "limit" in body else found[start:]
    return Answer(document={"jobs": [job.document(call.farm.version) for job in found]})


def job(call: Call) -> Answer:
    """OpenAPI: fetchJob."""
    return Answer(document=call.job().document(call.farm.version))


def set_status(call: Call) -> Answer:
    """OpenAPI: setJobStatus; requeueing also forgets who failed."""
    job = call.job()
    states.set_job(call.farm, job, call.body["status"], call.body["reason"])
    if call.body["status"] == "requeueing":
        job.blocklist.clear()
        for task in job.tasks:
            task.failed_by.clear()
    return NOTHING


def set_priority(call: Call) -> Answer:
    """OpenAPI: setJobPriority."""
    job = call.job()
    job.priority, job.updated = call.body["priority"], time.time_ns()
    call.farm.tell_job(job)
    return NOTHING


def set_tag(call: Call) -> Answer:
    """OpenAPI: setJobTag; without id and name the job has no tag any more."""
    job = call.job()
    wanted = {key: call.body[key] for key in ("id", "name") if key in call.body}
    found = ""
    if wanted:
        key, value = next(iter(wanted.items()))
        found = next((tag.id for tag in call.farm.tags if getattr(tag, key) == value), "")
        if not found:
            raise Refusal(406, "tag not found")
    job.tag, job.updated = found, time.time_ns()
    call.farm.tell_job(job)
    return NOTHING


def delete(call: Call) -> Answer:
    """OpenAPI: deleteJob; it goes a moment later."""
    call.farm.request_deletion([call.job()])
    return NOTHING


def what_would_delete_do(call: Call) -> Answer:
    """OpenAPI: deleteJobWhatWouldItDo."""
    return Answer(document={"shaman_checkout": bool(call.job().checkout) and call.farm.shaman.enabled})


def _time(text: str) -> float:
    """Seconds since 1970. Raises Refusal 400."""
    try:
        return datetime.datetime.fromisoformat(text).timestamp()
    except ValueError as error:
        raise Refusal(
            400, 'request body has an error: string doesn\'t match the format "date-time"', bare=True
        ) from error


def mass_delete(call: Call) -> Answer:
    """OpenAPI: deleteJobMass; the time is rounded up to a second."""
    text = call.body.get("last_updated_max")
    if text is None:
        raise Refusal(400, "invalid format (no last_updated_max)")
    limit = -int(-_time(text) // 1) * 10**9
    old = [job for job in call.farm.jobs.values() if job.updated <= limit]
    if not old:
        raise Refusal(416, "no jobs modified before timestamp")
    call.farm.request_deletion(old)
    return NOTHING


def last_rendered(call: Call) -> Answer:
    """OpenAPI: fetchJobLastRenderedInfo; a job that does not exist has no picture either."""
    job_id = call.uuid("job_id", "job ID should be a UUID")
    job = call.farm.jobs.get(job_id)
    if job is None or not job.has_picture:
        return NOTHING
    return Answer(document=picture_info(job_id))


def last_rendered_of_all(call: Call) -> Answer:
    """OpenAPI: fetchGlobalLastRenderedInfo."""
    latest = call.farm.last_rendered
    return Answer(document=picture_info(latest)) if latest in call.farm.jobs else NOTHING


def picture_info(job_id: str) -> dict[str, Any]:
    """A JobLastRenderedImageInfo."""
    return {"base": f"/job-files/job-{job_id[:4]}/{job_id}", "suffixes": SUFFIXES}


def blocklist(call: Call) -> Answer:
    """OpenAPI: fetchJobBlocklist; empty for a job that does not exist."""
    job = call.farm.jobs.get(call.uuid("job_id", "job ID should be a UUID"))
    entries = job.blocklist if job else []
    return Answer(document=[{"task_type": kind, "worker_id": one.id, "worker_name": one.name} for one, kind in entries])


def unblock(call: Call) -> Answer:
    """OpenAPI: removeJobBlocklist; entries that are not there are no error."""
    job = call.farm.jobs.get(call.uuid("job_id", "job ID should be a UUID"))
    if not call.body:
        raise Refusal(400, "empty list of blocklist entries given")
    gone = {(entry.get("worker_id"), entry.get("task_type")) for entry in call.body}
    if job is not None:
        job.blocklist[:] = [(one, kind) for one, kind in job.blocklist if (one.id, kind) not in gone]
    return NOTHING


def tasks(call: Call) -> Answer:
    """OpenAPI: fetchJobTasks; none for a job that does not exist."""
    job = call.farm.jobs.get(call.uuid("job_id", "job ID not valid"))
    found = job.tasks if job else []
    return Answer(document={"tasks": [task.summary(call.farm.version) for task in found]})
