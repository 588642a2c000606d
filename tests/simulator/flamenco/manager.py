"""The simulated Flamenco 3 Manager: jobs, workers that it plays, a shared storage, behind an HTTP server."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from . import compile as scripts
from . import events, job_types, playing, states
from .faults import Fault, Faults
from .job_calls import SUFFIXES
from .jobs import Job, Task
from .journal import Request
from .pictures import jpeg
from .server import Server
from .shaman import Store
from .sockets import Sockets
from .validation import Validator
from .variables import Variable, Variables
from .work import Does
from .worker import Tag, Worker

Outcome = Callable[[Task, "int | None", int], str]
PATIENCE = 60.0


def _always_done(task: Task, frame: int | None, attempt: int) -> str:
    return "done"


class Manager:
    """A farm on this machine. A context manager: it serves, and its workers work, from entry to exit.

        with Manager(tmp_path / "farm") as farm:
            farm.url, farm.storage

    folder: everything is in there; workers write nowhere else than in `inside` (folder by default).
    version: "3.9.0", down to "3.2". shaman: whether the store of files is on. workers: how many, "worker-1" first.
    auto: workers go on by themselves, a step each `tick` seconds; else the test calls `step`. scripts: job types.
    live_events: whether /socket.io/ can be had.

    What a test looks at or changes: `jobs` (by id, oldest first), `workers`, `tags`, `variables.table`, `journal`,
    `outcome` (called with task, frame or None, attempt from 1: "done", "failed" or "hold"), `commands` (what workers
    do, by name, beside work.COMMANDS), `check_files` (a scene that is not there fails its task), `setup_mode`,
    `hold_deletions`, `shaman.enabled`, `scripts`, `violations` (of the OpenAPI file).
    """

    def __init__(
        self,
        folder: Path,
        version: str = "3.9.0",
        *,
        shaman: bool = True,
        workers: int = 1,
        auto: bool = True,
        tick: float = 0.01,
        inside: Path | None = None,
        scripts: Iterable[Path] = (),
        live_events: bool = True,
        port: int = 0,
    ) -> None:
        self.name, self.version_text = "Simulated", version
        major, minor = version.split(".")[:2]
        self.version = (int(major), int(minor))
        self.folder = folder.resolve()
        self.inside = (inside or folder).resolve()
        self.storage, self.local = self.folder / "storage", self.folder / "manager-storage"
        self.storage.mkdir(parents=True, exist_ok=True)
        self.shaman = Store(self.storage, shaman)
        self.changed = threading.Condition(threading.RLock())
        self.jobs: dict[str, Job] = {}
        self.tags: list[Tag] = []
        self.workers = [Worker(f"worker-{number + 1}", version=version) for number in range(workers)]
        self.outcome: Outcome = _always_done
        self.commands: dict[str, Does] = {}
        self.scripts = list(scripts)
        self.variables = Variables({"blender": Variable({"linux": "blender", "windows": "blender.exe"})})
        self.variables.table["blenderArgs"] = Variable({"all": "-b -y"})
        self.variables.table["jobs"] = Variable({"all": self.storage_location})
        self.check_files, self.setup_mode, self.hold_deletions = True, False, False
        self.live_events = live_events
        self.last_rendered = ""
        self._status_told = ""
        self.faults = Faults()
        self.sockets = Sockets()
        self.closing = threading.Event()
        self.validator = Validator(self.version)
        self._journal: list[Request] = []
        self._auto, self._tick = auto, tick
        self._types = job_types.built_in(self.version)
        self._server = Server(self, port)
        self._clock = threading.Thread(target=self._pass_time, name="simulated-manager-clock", daemon=True)

    # -- its life

    @property
    def url(self) -> str:
        """http://host:port/."""
        return f"http://127.0.0.1:{self._server.port}/"

    @property
    def storage_location(self) -> str:
        """Where the Manager says that files belong; with Shaman its checkouts."""
        return str(self.shaman.checkouts if self.shaman.enabled else self.storage)

    def __enter__(self) -> Manager:
        self._server.start()
        if self._auto:
            self._clock.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        if self._clock.is_alive():
            self._clock.join()
        self._server.stop()

    def stop(self) -> None:
        """Go away: connections end, nobody listens; jobs and files stay."""
        self._server.stop()

    def start(self) -> None:
        """Come back after `stop`, on the same port."""
        self._server = Server(self, self._server.port)
        self._server.start()

    def restart(self) -> None:
        """Go away and come back."""
        self.stop()
        self.start()

    def _pass_time(self) -> None:
        while not self.closing.wait(self._tick):
            self.step()

    def step(self, times: int = 1) -> None:
        """Let time pass: each worker makes a step, what is to be deleted goes."""
        for _ in range(times):
            with self.changed:
                for worker in list(self.workers):
                    playing.step(self, worker)
                if not self.hold_deletions:
                    self._delete()
                self.changed.notify_all()

    def finish(self, limit: int = 10_000) -> None:
        """Let time pass, where it does not by itself, until no job is queued or active."""
        for _ in range(limit):
            if not any(job.status in ("queued", "active", "pause-requested") for job in self.jobs.values()):
                return
            self.step()
        raise AssertionError(f"still at work: {[(job.name, job.status) for job in self.jobs.values()]}")

    def wait_until(self, true: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Wait for something to become true of jobs, workers or the journal. Raises AssertionError."""
        end = time.monotonic() + seconds
        with self.changed:
            while not true():
                if time.monotonic() > end:
                    found = [(job.name, job.status) for job in self.jobs.values()]
                    raise AssertionError(f"not true after {seconds} s: {found}")
                self.changed.wait(0.02)  # an upload tells nobody

    # -- for tests

    def inject(self, fault: Fault) -> None:
        """Let something go wrong."""
        self.faults.add(fault)

    def add_worker(self, name: str, **values: Any) -> Worker:
        """One more worker (see Worker)."""
        with self.changed:
            self.workers.append(Worker(name, **{"version": self.version_text, **values}))
            return self.workers[-1]

    def add_tag(self, name: str) -> Tag:
        """One more tag of workers."""
        with self.changed:
            self.tags.append(Tag(name))
            return self.tags[-1]

    @property
    def journal(self) -> list[Request]:
        """Every request so far, oldest first."""
        with self.changed:
            return list(self._journal)

    def requests(self, operation: str) -> int:
        """How many requests there were for an operation."""
        return sum(request.operation == operation for request in self.journal)

    def forget_requests(self) -> None:
        """An empty journal."""
        with self.changed:
            self._journal.clear()

    @property
    def violations(self) -> list[str]:
        """What was said that is not in the OpenAPI file, by clients or by this Manager."""
        return self.validator.violations

    def assert_valid(self) -> None:
        """For the end of a test: every request and answer was as the OpenAPI file says."""
        assert not self.violations, "\n".join(self.violations)

    # -- for its parts

    def job_types(self) -> dict[str, job_types.JobType]:
        """By name; scripts are read again each time."""
        found = {job_types.name_of(script): scripts.job_type(script) for script in self.scripts}
        return {**self._types, **found}

    def task(self, task_id: str) -> Task | None:
        """A task of any job."""
        return next((task for job in self.jobs.values() for task in job.tasks if task.id == task_id), None)

    def record(self, request: Request) -> None:
        """One more request."""
        with self.changed:
            self._journal.append(request)
            self.changed.notify_all()

    def _job_folder(self, job: Job) -> Path:
        return self.local / f"job-{job.id[:4]}" / job.id

    def log_file(self, task: Task) -> Path:
        """A task's log."""
        return self._job_folder(task.job) / f"task-{task.id}.txt"

    def write_log(self, task: Task, text: str) -> None:
        """More of a task's log."""
        file = self.log_file(task)
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("ab") as stream:
            stream.write(text.encode())
        self.sockets.emit(f"/tasklog/{task.id}", "/tasklog", {"task_id": task.id, "log": text})

    def show(self, task: Task, note: str) -> None:
        """A picture that has just been rendered."""
        job = task.job
        folder = self._job_folder(job)
        folder.mkdir(parents=True, exist_ok=True)
        for name in SUFFIXES:
            (folder / name).write_bytes(jpeg(f"{name} {note}"))
        job.has_picture, self.last_rendered = True, job.id
        for room in (f"/jobs/{job.id}/last-rendered", "/last-rendered"):
            self.sockets.emit(room, "/last-rendered", events.last_rendered(job))

    def tell_job(self, job: Job, previous: str = "", refresh: bool = False, deleted: bool = False) -> None:
        """An event of a job's."""
        self.sockets.emit("/jobs", "/jobs", events.job(job, self.version, previous, refresh, deleted))
        self._tell_status()

    def tell_task(self, task: Task, previous: str = "") -> None:
        """An event of a task's."""
        self.sockets.emit(f"/jobs/{task.job.id}", "/task", events.task(task, self.version, previous))

    def tell_worker(self, worker: Worker, previous: str = "", deleted: bool = False) -> None:
        """An event of a worker's."""
        self.sockets.emit("/workers", "/workers", events.worker(worker, self.version, previous, deleted))
        self._tell_status()

    def tell_tag(self, tag: Tag, deleted: bool = False) -> None:
        """An event of a worker tag's."""
        self.sockets.emit("/workertags", "/workertags", events.tag(tag, deleted))

    def _tell_status(self) -> None:
        """An event when the farm's status is another, for everybody."""
        status = states.farm_status(self.workers, list(self.jobs.values()))
        if status != self._status_told and self.version >= (3, 5):
            self._status_told = status
            self.sockets.emit("/status", "/status", {"status": status})

    def request_deletion(self, jobs: list[Job]) -> None:
        """They go with the next step; without a clock that is soon as well, as with the real Manager."""
        for job in jobs:
            job.delete_requested = job.updated = time.time_ns()
            self.tell_job(job)

    def _delete(self) -> None:
        for job in [job for job in self.jobs.values() if job.delete_requested]:
            shutil.rmtree(self._job_folder(job), ignore_errors=True)
            if job.checkout and self.shaman.enabled:
                self.shaman.erase(job.checkout)
            del self.jobs[job.id]
            for worker in self.workers:
                if worker.task in job.tasks:
                    worker.task = None
            self.tell_job(job, deleted=True)
