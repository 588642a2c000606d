"""Every call that a submitter or a wrangler makes of a Manager. Names of operations: Flamenco 3.9-beta1, its OpenAPI.

Besides what each method names, all of them raise FarmUnreachable (no Manager there, no answer, or an answer that is not
what the API promises), Refused, Trouble and NotOffered (an older Manager lacks it), and Cancelled after `close`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ...farm import Watch
from .answers import Document, odd
from .calls import API, file_path, job_path, of_job, of_shaman, part, task_path, worker_path
from .connection import Connection
from .errors import NotOffered, NotThere, Refused, SettingUp, StaleJobType, TooEarly
from .models import (
    Blocked,
    Configuration,
    Job,
    LastRendered,
    ShamanFile,
    SharedStorage,
    SubmittedJob,
    Task,
    TaskSummary,
    Variable,
    Version,
)
from .upload import Upload, header_text
from .workers import SleepSchedule, Tag, Worker, WorkerSummary

LARGEST_PICTURE = 32 * 1024 * 1024
"""Bytes. Workers send 25 MB at most, and the Manager makes them smaller."""
LARGEST_LOG = 32 * 1024 * 1024
"""Bytes. Of a longer log, the end is fetched."""

_ALREADY_REPORTED = 208


class Client:
    """One Manager; any number of threads may use it at once."""

    def __init__(self, url: str, **options: Any) -> None:
        """Cheap: no network. `options` are those of Connection. Raises BadInput for an address that is none."""
        self.connection = Connection(url, **options)
        self._queries = False
        """This Manager lists its jobs the way that Managers up to 3.5 did."""

    @property
    def address(self) -> str:
        """`http://host:8080`."""
        return self.connection.address

    def close(self) -> None:
        """Give the connections back."""
        self.connection.close()

    # -- the Manager

    def version(self) -> Version:
        """OpenAPI: getVersion."""
        return Version.read(self._document(f"{API}/version", "version"))

    def configuration(self) -> Configuration:
        """OpenAPI: getConfiguration."""
        return Configuration.read(self._document(f"{API}/configuration", "configuration"))

    def ready(self) -> Configuration:
        """Its configuration. Raises SettingUp when nobody has told it yet where its storage is."""
        found = self.configuration()
        if found.first_run:
            raise SettingUp(
                f"The Manager at {self.connection.host} is being set up.",
                f"Open {self.address} in a browser and go through its setup, then try again.",
            )
        return found

    def shared_storage(self, audience: str, platform: str) -> SharedStorage:
        """OpenAPI: getSharedStorage. `audience`: `workers` or `users`; `platform`: `linux`, `windows`, `darwin`."""
        path = f"{API}/configuration/shared-storage/{part(audience)}/{part(platform)}"
        return SharedStorage.read(self._document(path, "shared storage"))

    def variables(self, audience: str, platform: str) -> dict[str, Variable]:
        """OpenAPI: getVariables. By name."""
        path = f"{API}/configuration/variables/{part(audience)}/{part(platform)}"
        found = _mapping(self.connection.ask(path).json(), "variables")
        return {name: Variable.read(Document(value, f"variables.{name}")) for name, value in found.items()}

    def farm_status(self) -> str:
        """OpenAPI: getFarmStatus, since 3.5. `active`, `idle`, `waiting`, `asleep`, `inoperative`, …"""
        return self._document(f"{API}/status", "farm status").text("status")

    # -- job types

    def job_types(self) -> list[dict[str, Any]]:
        """OpenAPI: getJobTypes. As the Manager gives them."""
        types = self._document(f"{API}/jobs/types", "job types").items("job_types")
        return [_mapping(one, "job type") for one in types]

    def job_type(self, name: str) -> dict[str, Any]:
        """OpenAPI: getJobType. Raises NotThere."""
        return _mapping(self.connection.ask(f"{API}/jobs/type/{part(name)}").json(), "job type")

    # -- jobs

    def check_job(self, job: SubmittedJob) -> None:
        """OpenAPI: submitJobCheck, since 3.2. Raises Refused, with what the job type says, and StaleJobType."""
        self.connection.ask(f"{API}/jobs/check", job.document())

    def submit_job(self, job: SubmittedJob) -> Job:
        """OpenAPI: submitJob. Raises Refused, StaleJobType.

        It is sent once. After FarmUnreachable and Trouble the job may be there or not: look for it by its metadata.
        """
        answer = self.connection.once(f"{API}/jobs", job.document())
        return Job.read(Document(answer.json(), "job"))

    def jobs(self) -> list[Job]:
        """OpenAPI: fetchJobs; queryJobs at Managers up to 3.5. All of them, those being deleted too."""
        return [Job.read(job) for job in Document(self._job_list(), "answer").children("jobs")]

    def _job_list(self) -> Any:
        if not self._queries:
            try:
                return self.connection.ask(f"{API}/jobs").json()
            except NotOffered:
                self._queries = True
        try:
            return self.connection.ask(f"{API}/jobs/query", {}).json()
        except NotOffered:
            self._queries = False  # neither way, or updated meanwhile
            raise

    def job(self, id: str) -> Job:
        """OpenAPI: fetchJob. Raises UnknownJob."""
        with of_job(id):
            return Job.read(self._document(job_path(id), "job"))

    def set_job_status(self, id: str, status: str, reason: str) -> None:
        """OpenAPI: setJobStatus. The Manager accepts what makes no sense too, and does nothing. Raises UnknownJob."""
        with of_job(id):
            self.connection.tell(job_path(id, "setstatus"), {"status": status, "reason": reason})

    def set_job_priority(self, id: str, priority: int) -> None:
        """OpenAPI: setJobPriority. 0 to 100, larger first. Raises UnknownJob."""
        with of_job(id):
            self.connection.tell(job_path(id, "setpriority"), {"priority": priority})

    def set_job_tag(self, id: str, tag: str) -> None:
        """OpenAPI: setJobTag, since 3.8. A tag's uuid, "" for all workers. Raises UnknownJob."""
        with of_job(id):
            self.connection.tell(job_path(id, "settag"), {"id": tag} if tag else {})

    def delete_job(self, id: str) -> None:
        """OpenAPI: deleteJob, since 3.2. The Manager does it a little later. Raises UnknownJob."""
        with of_job(id):
            self.connection.tell(job_path(id), method="DELETE")

    def what_would_delete_do(self, id: str) -> bool:
        """OpenAPI: deleteJobWhatWouldItDo, since 3.2. Do its files at the farm go, too? Raises UnknownJob."""
        with of_job(id):
            return self._document(job_path(id, "what-would-delete-do"), "deletion").flag("shaman_checkout")

    # -- tasks

    def tasks(self, job_id: str) -> list[TaskSummary]:
        """OpenAPI: fetchJobTasks. [] also for a job that the Manager does not know."""
        with of_job(job_id):
            found = self._document(job_path(job_id, "tasks"), "answer").children("tasks")
        return [TaskSummary.read(task) for task in found]

    def task(self, id: str) -> Task:
        """OpenAPI: fetchTask. Raises NotThere."""
        return Task.read(self._document(task_path(id), "task"))

    def set_task_status(self, id: str, status: str, reason: str) -> None:
        """OpenAPI: setTaskStatus. Raises NotThere."""
        self.connection.tell(task_path(id, "setstatus"), {"status": status, "reason": reason})

    def log_tail(self, task_id: str) -> str:
        """OpenAPI: fetchTaskLogTail. The last 2 kB of its log; "" while it has none. Raises NotThere."""
        return self.connection.ask(task_path(task_id, "logtail")).text

    def log(self, task_id: str) -> str:
        """OpenAPI: fetchTaskLogInfo. Its whole log, of a very long one the end; "" while it has none.

        Raises NotThere.
        """
        answer = self.connection.ask(task_path(task_id, "log"))
        if not answer.content:
            return ""
        info = Document(answer.json(), "log")
        size, url = info.whole("size"), info.text("url")
        if size <= LARGEST_LOG // 2:  # it may grow meanwhile
            return self.connection.ask(url, largest=LARGEST_LOG).text
        rest = self.connection.ask(url, headers={"Range": f"bytes=-{LARGEST_LOG // 2}"}, largest=LARGEST_LOG).text
        return f"[the first {size - LARGEST_LOG // 2} bytes are left out]\n{rest}"

    # -- pictures

    def last_rendered(self, job_id: str = "") -> LastRendered | None:
        """OpenAPI: fetchJobLastRenderedInfo, and fetchGlobalLastRenderedInfo for "": what rendered last of all.

        None while there is none, also for a job that the Manager does not know.
        """
        with of_job(job_id):
            path = job_path(job_id, "last-rendered") if job_id else f"{API}/jobs/last-rendered"
            answer = self.connection.ask(path)
        return LastRendered.read(Document(answer.json(), "last rendered")) if answer.content else None

    def picture(self, path: str) -> bytes:
        """A JPEG, by a path that `last_rendered` gave. Raises NotThere when it is gone."""
        try:
            return self.connection.ask(path, largest=LARGEST_PICTURE).content
        except NotOffered as exc:  # the Manager's own files know no code either
            raise NotThere(f"The picture {path} is gone.", "Look again: the job may have been deleted.") from exc

    # -- blocklist

    def blocklist(self, job_id: str) -> list[Blocked]:
        """OpenAPI: fetchJobBlocklist. [] also for a job that the Manager does not know."""
        with of_job(job_id):
            answer = self.connection.ask(job_path(job_id, "blocklist"))
        found = Document({"blocklist": answer.json()}, "answer")
        return [Blocked.read(entry) for entry in found.children("blocklist")]

    def unblock(self, job_id: str, entries: Iterable[Blocked]) -> None:
        """OpenAPI: removeJobBlocklist. At least one. Raises Refused."""
        with of_job(job_id):
            self.connection.tell(
                job_path(job_id, "blocklist"), [entry.document() for entry in entries], method="DELETE"
            )

    # -- workers

    def workers(self) -> list[WorkerSummary]:
        """OpenAPI: fetchWorkers."""
        found = self._document(f"{API}/worker-mgt/workers", "answer").children("workers")
        return [WorkerSummary.read(worker) for worker in found]

    def worker(self, id: str) -> Worker:
        """OpenAPI: fetchWorker. Raises NotThere."""
        return Worker.read(self._document(worker_path(id), "worker"))

    def set_worker_status(self, id: str, status: str, lazy: bool = True) -> None:
        """OpenAPI: requestWorkerStatusChange. `lazy`: after its task. Raises NotThere.

        Raises Refused when it is to restart and cannot.
        """
        try:
            self.connection.tell(worker_path(id, "setstatus"), {"status": status, "is_lazy": lazy})
        except StaleJobType as exc:  # HTTP 412 is no matter of job types here
            raise Refused(f"The worker cannot {status}.", "Send it offline, and start it by hand.") from exc

    def set_worker_tags(self, id: str, tags: Sequence[str]) -> None:
        """OpenAPI: setWorkerTags, since 3.3. All of its tags, by uuid. Raises NotThere."""
        self.connection.tell(worker_path(id, "settags"), {"tag_ids": list(tags)})

    def tags(self) -> list[Tag]:
        """OpenAPI: fetchWorkerTags, since 3.3."""
        return [Tag.read(tag) for tag in self._document(f"{API}/worker-mgt/tags", "answer").children("tags")]

    def sleep_schedule(self, id: str) -> SleepSchedule | None:
        """OpenAPI: fetchWorkerSleepSchedule. None for a worker without one, and for one that is not there."""
        answer = self.connection.ask(worker_path(id, "sleep-schedule"))
        return SleepSchedule.read(Document(answer.json(), "sleep schedule")) if answer.content else None

    def set_sleep_schedule(self, id: str, schedule: SleepSchedule) -> None:
        """OpenAPI: setWorkerSleepSchedule. Raises NotThere, Refused for times that are none."""
        self.connection.tell(worker_path(id, "sleep-schedule"), schedule.document())

    # -- Shaman

    def shaman_missing(self, files: Sequence[ShamanFile]) -> list[tuple[ShamanFile, str]]:
        """OpenAPI: shamanCheckoutRequirements. Those that are not stored, with `unknown` or `uploading`."""
        with of_shaman():
            answer = self.connection.ask(
                f"{API}/shaman/checkout/requirements", {"files": [file.document() for file in files]}
            )
        missing = Document(answer.json(), "answer").children("files")
        return [(ShamanFile.read(file), file.text("status")) for file in missing]

    def shaman_status(self, sha: str, size: int) -> str:
        """OpenAPI: shamanFileStoreCheck. `unknown`, `uploading` or `stored`."""
        with of_shaman():
            return self._document(file_path(sha, size), "file").text("status")

    def shaman_store(self, sha: str, size: int, source: Path, name: str, defer: bool, watch: Watch) -> str:
        """OpenAPI: shamanFileStore. `stored`, `known` (it was there already), or `deferred`: somebody else uploads it.

        `name` is for the Manager's log; `defer`: come back later rather than upload it as well. `watch.step` counts
        this file's bytes, on the calling thread. Sent once: after FarmUnreachable ask for its status, for the Manager
        cuts the connection when somebody else was faster. Raises Mismatch when the file is another one now, BadInput
        when it cannot be read, Cancelled, ShamanOff.
        """
        headers = {
            "Content-Type": "application/octet-stream",
            "X-Shaman-Can-Defer-Upload": "true" if defer else "false",
            "X-Shaman-Original-Filename": header_text(name),
        }
        with of_shaman(), Upload(source, size, watch) as upload:
            try:
                answer = self.connection.send(file_path(sha, size), upload, headers)
            except TooEarly:
                return "deferred"
        return "known" if answer.status == _ALREADY_REPORTED else "stored"

    def shaman_checkout(self, files: Sequence[ShamanFile], path: str) -> str:
        """OpenAPI: shamanCheckout. The checkout's path as the Manager made it: unlike `path` when that was taken.

        Sent once. Raises Trouble when files are missing there or the path is none (Managers up to 3.9 answer 500).
        """
        body = {"files": [file.document() for file in files], "checkoutPath": path}
        with of_shaman():
            answer = self.connection.once(f"{API}/shaman/checkout/create", body)
        return Document(answer.json(), "answer").text("checkoutPath")

    def _document(self, path: str, name: str) -> Document:
        return Document(self.connection.ask(path).json(), name)


def _mapping(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise odd(name, value, "no object")
    return value
