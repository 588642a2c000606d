"""Every operation: its method, path, handler, the check of its body, and the versions that have it.

Source: Flamenco 3.9-beta1, pkg/api/flamenco-openapi.yaml and its history; what the Manager answers to a path or a
method that it does not have was seen in the running program.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from . import job_calls as jobs
from . import meta_calls as meta
from . import shaman_calls as shaman
from . import task_calls as tasks
from . import worker_calls as workers
from .call import Answer, Call, Refusal

FOREVER = (99, 0)
SUBMITTED = (
    "name!:str type!:str type_etag:str priority!:int settings:object metadata:object submitter_platform!:str "
    "storage:object worker_tag:str initial_status:job_status"
)
SCHEDULE = "is_active!:bool days_of_week!:str start_time!:str end_time!:str"


@dataclass(frozen=True)
class Route:
    """An operation of the Manager's; `since` a version, `until` not including one."""

    operation: str
    method: str
    path: str
    handler: Callable[[Call], Answer]
    body: str = ""
    since: tuple[int, int] = (3, 0)
    until: tuple[int, int] = FOREVER

    def match(self, path: str) -> dict[str, str] | None:
        """The parts of the path that have names."""
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path)
        found = re.fullmatch(f"/api/v3{pattern}", path)
        return found.groupdict() if found else None


ROUTES: tuple[Route, ...] = (
    Route("getVersion", "GET", "/version", meta.version),
    Route("getConfiguration", "GET", "/configuration", meta.configuration),
    Route("getVariables", "GET", "/configuration/variables/{audience}/{platform}", meta.variables),
    Route("getSharedStorage", "GET", "/configuration/shared-storage/{audience}/{platform}", meta.shared_storage),
    Route("getFarmStatus", "GET", "/status", meta.status, since=(3, 5)),
    Route("getJobTypes", "GET", "/jobs/types", jobs.job_types),
    Route("getJobType", "GET", "/jobs/type/{typeName}", jobs.job_type),
    Route("fetchGlobalLastRenderedInfo", "GET", "/jobs/last-rendered", jobs.last_rendered_of_all),
    Route("submitJobCheck", "POST", "/jobs/check", jobs.check, SUBMITTED),
    Route("deleteJobMass", "DELETE", "/jobs/mass-delete", jobs.mass_delete, "last_updated_max:str", (3, 4)),
    Route("queryJobs", "POST", "/jobs/query", jobs.query, "offset:int limit:int", until=(3, 6)),
    Route("submitJob", "POST", "/jobs", jobs.submit, SUBMITTED),
    Route("fetchJobs", "GET", "/jobs", jobs.jobs, since=(3, 6)),
    Route("fetchJob", "GET", "/jobs/{job_id}", jobs.job),
    Route("deleteJob", "DELETE", "/jobs/{job_id}", jobs.delete, since=(3, 2)),
    Route(
        "deleteJobWhatWouldItDo",
        "GET",
        "/jobs/{job_id}/what-would-delete-do",
        jobs.what_would_delete_do,
        since=(3, 2),
    ),
    Route("fetchJobLastRenderedInfo", "GET", "/jobs/{job_id}/last-rendered", jobs.last_rendered),
    Route("setJobStatus", "POST", "/jobs/{job_id}/setstatus", jobs.set_status, "status!:job_status reason!:str"),
    Route("setJobPriority", "POST", "/jobs/{job_id}/setpriority", jobs.set_priority, "priority!:priority"),
    Route("setJobTag", "POST", "/jobs/{job_id}/settag", jobs.set_tag, "id:str name:str", (3, 8)),
    Route("fetchJobTasks", "GET", "/jobs/{job_id}/tasks", jobs.tasks),
    Route("fetchJobBlocklist", "GET", "/jobs/{job_id}/blocklist", jobs.blocklist),
    Route("removeJobBlocklist", "DELETE", "/jobs/{job_id}/blocklist", jobs.unblock, "list"),
    Route("fetchTask", "GET", "/tasks/{task_id}", tasks.task),
    Route("fetchTaskLogTail", "GET", "/tasks/{task_id}/logtail", tasks.log_tail),
    Route("fetchTaskLogInfo", "GET", "/tasks/{task_id}/log", tasks.log_info),
    Route("setTaskStatus", "POST", "/tasks/{task_id}/setstatus", tasks.set_status, "status!:task_status reason!:str"),
    Route("fetchWorkers", "GET", "/worker-mgt/workers", workers.workers),
    Route("fetchWorker", "GET", "/worker-mgt/workers/{worker_id}", workers.worker),
    Route("deleteWorker", "DELETE", "/worker-mgt/workers/{worker_id}", workers.delete),
    Route(
        "requestWorkerStatusChange",
        "POST",
        "/worker-mgt/workers/{worker_id}/setstatus",
        workers.set_status,
        "status!:worker_status is_lazy!:bool",
    ),
    Route(
        "setWorkerTags", "POST", "/worker-mgt/workers/{worker_id}/settags", workers.set_tags, "tag_ids!:list", (3, 3)
    ),
    Route("fetchWorkerSleepSchedule", "GET", "/worker-mgt/workers/{worker_id}/sleep-schedule", workers.sleep_schedule),
    Route(
        "setWorkerSleepSchedule",
        "POST",
        "/worker-mgt/workers/{worker_id}/sleep-schedule",
        workers.set_sleep_schedule,
        SCHEDULE,
    ),
    Route("fetchWorkerTags", "GET", "/worker-mgt/tags", workers.tags, since=(3, 3)),
    Route("createWorkerTag", "POST", "/worker-mgt/tags", workers.create_tag, "id:str name!:str", (3, 3)),
    Route("fetchWorkerTag", "GET", "/worker-mgt/tag/{tag_id}", workers.tag, since=(3, 3)),
    Route("updateWorkerTag", "PUT", "/worker-mgt/tag/{tag_id}", workers.update_tag, "name!:str", (3, 3)),
    Route("deleteWorkerTag", "DELETE", "/worker-mgt/tag/{tag_id}", workers.delete_tag, since=(3, 3)),
    Route("shamanCheckoutRequirements", "POST", "/shaman/checkout/requirements", shaman.requirements, "files!:list"),
    Route("shamanCheckout", "POST", "/shaman/checkout/create", shaman.check_out, "files!:list checkoutPath!:str"),
    Route("shamanFileStoreCheck", "GET", "/shaman/files/{checksum}/{filesize}", shaman.file_status),
    Route("shamanFileStore", "POST", "/shaman/files/{checksum}/{filesize}", shaman.store_file),
)
"""Paths without names come before those that would match them too."""


def find(method: str, path: str, version: tuple[int, int]) -> tuple[Route, dict[str, str]]:
    """The operation, and the named parts of the path. Raises Refusal 404; 400 up to 3.5 where the method differs."""
    known = False
    for route in ROUTES:
        if not route.since <= version < route.until:
            continue
        names = route.match(path)
        if names is None:
            continue
        if route.method == method:
            return route, names
        known = True
    if known:
        raise Refusal(404 if version >= (3, 6) else 400, "method not allowed", bare=True)
    raise Refusal(404, "Not Found", bare=True)
