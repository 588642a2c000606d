"""The application side's one worker: a thread with its own store connection.

A panel asks for things and takes what came of them from a queue on its own timer, so that nothing slow is ever on
the application's main thread. It also looks for changes a few times a second and puts what changed into the queue.
"""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Optional, Union

from ._errors import AgentError, FarmdeckError
from .job import Action, Frame, Job
from .launch import start_agent
from .lock import agent_runs
from .places import store_folder
from .store import FarmInfo, Store
from .submission import Submission

LOOK_SECONDS = 0.15
REVIVE_SECONDS = 3.0
SAY_SECONDS = 10.0
"""How often the agent is told that somebody looks at a job, so that a farm elsewhere is asked for its frames."""


@dataclass(frozen=True)
class JobsChanged:
    """Jobs that are new or changed, newest revision last, and ids that are gone."""

    jobs: tuple[Job, ...]
    gone: tuple[str, ...] = ()


@dataclass(frozen=True)
class FramesChanged:
    """Frames of the job that is being watched; `whole` when it is all of them."""

    job: str
    frames: tuple[Frame, ...]
    whole: bool


@dataclass(frozen=True)
class FarmsChanged:
    """The farms that are set up; comes with every change of the store, the first one included."""

    farms: tuple[FarmInfo, ...]


@dataclass(frozen=True)
class Done:
    """What came of an `ask`: a value or an error, never both."""

    ticket: int
    value: Any = None
    error: FarmdeckError | None = None


def submit_now(submission: Submission, folder: Path | None = None) -> Job:
    """Commit a submission and see that an agent runs, all at once: for a script, not for an application with a window.

    `folder` is the store's, the user's own when it is None. Raises StoreError, AgentError; after the latter the
    submission is on disk all the same.
    """
    with Store.open(folder or store_folder()) as store:
        job = store.submit(submission)
        _see_to_agent(store)
        return job


def _see_to_agent(store: Store) -> None:
    """Start the agent of a store that has just been given work. Raises AgentError, which says that nothing is lost."""
    try:
        start_agent(store.folder)
    except AgentError as exc:
        what = f"It is submitted and on disk, but nothing works on it yet: {exc.what}"
        raise AgentError(what, exc.fix) from exc


News = Union[JobsChanged, FramesChanged, FarmsChanged, Done]
_Request = tuple[int, Optional[Callable[[Store], Any]]]


class Desk:
    """Start it, ask it, drain `news` on a timer, close it."""

    def __init__(self, folder: Path | None = None, wake: Callable[[], None] = lambda: None) -> None:
        """`wake` is called on the worker thread whenever there is news."""
        self.news: queue.Queue[News] = queue.Queue()
        self._folder = folder
        self._wake = wake
        self._requests: queue.Queue[_Request] = queue.Queue()
        self._tickets = 0
        self._watched = ""
        self._revive_at = self._say_at = 0.0
        self._thread = threading.Thread(target=self._run, name="farmdeck-desk", daemon=True)

    def start(self) -> Desk:
        """Begin; the whole job list and the farms are the first news."""
        self._thread.start()
        return self

    def close(self, seconds: float = 5.0) -> None:
        """Finish what was asked, then end."""
        self._requests.put((0, None))
        if self._thread.is_alive():
            self._thread.join(seconds)

    def ask(self, work: Callable[[Store], Any]) -> int:
        """Run `work` on the worker thread; its `Done` in `news` carries the ticket returned here."""
        self._tickets += 1
        self._requests.put((self._tickets, work))
        return self._tickets

    def submit(self, make: Callable[[], Submission]) -> int:
        """Make a submission on the worker thread, commit it, and see that an agent runs. The value is the `Job`.

        A submission that is on disk is submitted even when the agent cannot be started: the error then says so.
        """

        def work(store: Store) -> Job:
            job = store.submit(make())
            _see_to_agent(store)
            return job

        return self.ask(work)

    def act(self, jobs: list[str], action: Action, **arguments: Any) -> int:
        """Ask the agent to stop, start, retry, abandon or delete. The value is the list of command numbers."""

        def work(store: Store) -> list[int]:
            numbers = [store.send(action.value, job, **arguments) for job in jobs]
            _see_to_agent(store)
            return numbers

        return self.ask(work)

    def watch_frames(self, job: str) -> None:
        """Bring news of this job's frames too, beginning with all of them; "" for none."""
        self._watched = job

    # -- the worker thread

    def _run(self) -> None:
        try:
            folder = self._folder or store_folder()
            store = Store.open(folder)
        except FarmdeckError as exc:
            self._tell(Done(0, error=exc))
            self._refuse(exc)
            return
        with store:
            self._serve(store)

    def _refuse(self, exc: FarmdeckError) -> None:
        """There is no store: every request gets the reason."""
        while True:
            ticket, work = self._requests.get()
            if work is None:
                return
            self._tell(Done(ticket, error=exc))

    def _serve(self, store: Store) -> None:
        revision, frames_revision, watched = 0, 0, ""
        fresh, said = True, ""
        self._revive_at = time.monotonic() + REVIVE_SECONDS
        while True:
            try:
                self._now_and_then(store, watched)
                fresh = store.changed() or fresh or watched != self._watched
                if fresh:
                    if watched != self._watched:
                        watched, frames_revision = self._watched, 0
                    if watched:
                        frames_revision = self._tell_frames(store, watched, frames_revision)
                    revision = self._tell_jobs(store, revision)
                    fresh, said = False, ""
            except FarmdeckError as exc:  # looked at again a moment later, but said once
                fresh = True
                if str(exc) != said:
                    self._tell(Done(0, error=exc))
                said = str(exc)
            try:
                ticket, work = self._requests.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                continue
            if work is None:
                return
            self._tell(self._do(store, ticket, work))
            fresh = True

    def _now_and_then(self, store: Store, watched: str) -> None:
        """What is done every few seconds. `watched`: the job that was watched until now."""
        now = time.monotonic()
        if now > self._revive_at:
            self._revive_at = now + REVIVE_SECONDS
            self._revive_agent(store)
        if self._watched and (watched != self._watched or now > self._say_at):
            self._say_at = now + SAY_SECONDS
            self._say_looking(store, self._watched)

    def _revive_agent(self, store: Store) -> None:
        """An agent that died over its work is started again; one that was stopped, or idle, is left in peace."""
        agent = store.agent()
        died = agent is not None and agent.state == "running" and not agent_runs(store.folder)
        if died and store.work_left():
            start_agent(store.folder)

    def _say_looking(self, store: Store, id: str) -> None:
        """Tell the agent, where the job's farm gives its frames only to who asks for them, and an agent runs."""
        try:
            job = store.job(id)
        except FarmdeckError:
            return  # it was deleted
        farms = {farm.name: farm.document.get("capabilities", {}) for farm in store.farms()}
        if job.farm_job and farms.get(job.farm, {}).get("download") and agent_runs(store.folder):
            store.send("job.look", job.id)

    def _tell_jobs(self, store: Store, since: int) -> int:
        revision, jobs, gone = store.changes(since)
        if jobs or gone or since == 0:
            self._tell(JobsChanged(tuple(jobs), tuple(gone)))
        self._tell(FarmsChanged(tuple(store.farms())))
        return revision

    def _tell_frames(self, store: Store, job: str, since: int) -> int:
        revision = store.revision()
        frames = store.frames(job, since)
        if frames or since == 0:
            self._tell(FramesChanged(job, tuple(frames), since == 0))
        return revision

    def _do(self, store: Store, ticket: int, work: Callable[[Store], Any]) -> Done:
        try:
            return Done(ticket, work(store))
        except FarmdeckError as exc:
            return Done(ticket, error=exc)
        except OSError as exc:
            what = f"{exc.filename or 'A file'} cannot be used: {exc.strerror or exc}."
            return Done(ticket, error=FarmdeckError(what, "Nothing was submitted; mend it and try again."))
        except Exception as exc:  # noqa: BLE001 - the edge of this thread: what a bug ends is one request, not the desk
            import logging  # on first use only: this module is imported inside hosts

            logging.getLogger(__name__).exception("request %s", ticket)
            what = f"That could not be done, and it is Farmdeck's mistake: {type(exc).__name__}: {exc}."
            return Done(ticket, error=FarmdeckError(what, "Try again, and tell its makers."))

    def _tell(self, news: News) -> None:
        self.news.put(news)
        self._wake()
