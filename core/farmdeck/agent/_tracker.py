"""One thread for each farm: does what people ask of its jobs, and keeps the store's picture of them true."""

from __future__ import annotations

import logging
import queue
import shutil
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from .._errors import FarmdeckError, FarmError, FarmUnreachable, StoreError
from ..documents import to_plain
from ..farm import Farm, JobReport
from ..job import Action, Frame, FrameState, Job, JobState
from ..store import AgentStore, Command, FarmInfo
from ._downloads import MODES, Downloads
from ._guard import guarded
from ._notify import notify_ended
from ._pace import Pace
from ._requests import do
from ._snapshot import remove_snapshot

LOG = logging.getLogger(__name__)
AT_MOST_EVERY = 0.05
"""Seconds between two looks at the same farm, however often it calls; longer where a look takes long."""
LOOK_SHARE = 0.1
"""The part of the thread's time that looking may take."""
_ACTIONS = frozenset(action.value for action in Action)
LOOKED_AT = 30.0
"""Seconds that a job counts as looked at after somebody said so."""


class Tracker:
    """A farm with its thread. Only this thread, deliveries and downloads call the farm."""

    def __init__(
        self,
        name: str,
        kind: str,
        folder: Path,
        store_folder: Path,
        settings: Mapping[str, Any],
        back: Callable[[], None] = lambda: None,
        ending: Callable[[str], None] = lambda job: None,
    ) -> None:
        """Both are called on the farm's thread.

        `back`: when it answers again after a silence. `ending`: before the store says that a job has ended, or is
        deleted before it has; also when it went on and ended again.
        """
        self._back = back
        self._ending = ending
        self.name = name
        self.kind = kind
        self.folder = folder
        self.farm: Farm | None = None
        self.published = threading.Event()
        """Set once the store says what the farm can do."""
        self._store_folder = store_folder
        self._settings = settings
        self._commands: queue.Queue[Command] = queue.Queue()
        self._due = threading.Event()
        self._named: queue.Queue[str] = queue.Queue()
        self._looked: dict[str, float] = {}
        self._info: FarmInfo | None = None
        self._silent_since: float | None = None
        """When it was first found silent (seconds since the epoch); None while it answers."""
        self._ask_at = 0.0
        """When a silent farm is asked again (monotonic seconds)."""
        self._refused = False
        """Its row says what it had against the last look."""
        self._downloads: Downloads | None = None
        self._desktop = ThreadPoolExecutor(1, thread_name_prefix=f"farmdeck-{name}-notify")
        self._closing = False
        self._thread = threading.Thread(target=self._run, name=f"farmdeck-{name}", daemon=True)

    def start(self, farm: Farm) -> None:
        """Raises BadInput for a setting that cannot be used."""
        if farm.capabilities.download:
            mode = str(self._settings.get("download", MODES[0]))
            self._downloads = Downloads(farm, self.name, mode, self.folder, self._store_folder)
        self.farm = farm
        self._thread.start()

    def leave_off(self) -> None:
        """The agent is about to end: finish what is at hand."""
        self._closing = True
        self._due.set()
        if self._downloads is not None:
            self._downloads.leave_off()

    def close(self) -> None:
        """End the thread, then the farm."""
        self.leave_off()
        self._thread.join()
        if self._downloads is not None:
            self._downloads.close()
        self._desktop.shutdown(cancel_futures=True)
        if self.farm is not None:
            self.farm.close()

    def notify(self, farm_job: str) -> None:
        """Something changed: look before the next poll, at this job also when it has ended."""
        self._named.put(farm_job)
        self._due.set()

    def ask(self, command: Command) -> None:
        self._commands.put(command)
        self._due.set()

    def look_at(self, farm_job: str) -> None:
        """Somebody looks at this job: its frames are wanted for a while."""
        self._looked[farm_job] = time.monotonic() + LOOKED_AT
        self.notify(farm_job)

    def _run(self) -> None:
        assert self.farm is not None
        pace = Pace(self.farm.capabilities.poll_seconds)
        with AgentStore(self._store_folder) as store:
            self.publish(store)
            self.published.set()
            if self._downloads is not None:
                self._downloads.start(store)
            next_look = 0.0
            while not self._closing:
                self._answer(store)
                next_look, seconds = self._look(store, next_look, pace)
                self._due.wait(seconds)
                self._due.clear()
            self._answer(store)
            if self._silent_since is None:
                self._look(store, 0.0, pace)

    def _look(self, store: AgentStore, not_before: float, pace: Pace) -> tuple[float, float]:
        """Bring the store up to date; returns when the next look may be (monotonic seconds), and in how many it is."""
        now = time.monotonic()
        if self._silent_since is not None and self._ask_at > now:  # woken, but not by the farm
            return not_before, self._ask_at - now
        if not_before > now and not self._closing:
            time.sleep(not_before - now)
        begun = time.monotonic()
        try:
            seconds = self._ask(store, pace)
        except StoreError as exc:  # a full disk passes
            LOG.error("%s: %s", self.name, exc)
            seconds = pace.answered(False)
        took = time.monotonic() - begun
        return begun + max(AT_MOST_EVERY, took / LOOK_SHARE), seconds

    def _ask(self, store: AgentStore, pace: Pace) -> float:
        """One look; returns the seconds until the next."""
        assert self.farm is not None
        try:
            with guarded(self.farm.label):
                if self._silent_since is not None:
                    self.farm.check()
                lively = self._mirror(store)
        except StoreError:
            raise
        except FarmUnreachable as exc:
            LOG.warning("%s: %s", self.name, exc)
            seconds = pace.silent()
            self._ask_at = time.monotonic() + seconds
            self._said_nothing(store, exc, seconds)
            return seconds
        except FarmdeckError as exc:
            LOG.warning("%s: %s", self.name, exc)
            self._refused = True
            self._put_problem(store, str(exc))
            return pace.answered(False)
        if self._silent_since is not None or self._refused:
            self._silent_since, self._refused = None, False
            self.publish(store)
            self._back()
        return pace.answered(lively)

    # -- the store's picture

    def publish(self, store: AgentStore) -> None:
        """Say what this farm can do, and whether it is there; of one that does not answer, what was last known."""
        assert self.farm is not None
        status = problem = ""
        before = next((info.document for info in store.farms() if info.name == self.name), {})
        known = {key: before[key] for key in ("environments", "account") if key in before}
        try:
            with guarded(self.farm.label):
                status = self.farm.check()
                known = {"environments": to_plain(self.farm.environments()), "account": to_plain(self.farm.account())}
        except FarmdeckError as exc:
            problem = str(exc)
            LOG.warning("%s: %s", self.name, exc)
            if isinstance(exc, FarmUnreachable) and self._silent_since is None:
                self._silent_since = time.time()
        document = {"environments": [], "account": None, **known}
        document["capabilities"] = to_plain(self.farm.capabilities)
        self._info = FarmInfo(self.name, self.kind, self.farm.label, document, status, problem, time.time())
        store.put_farm(self._info)

    def _said_nothing(self, store: AgentStore, exc: FarmUnreachable, seconds: float) -> None:
        """The list says since when it is old."""
        if self._silent_since is None:
            self._silent_since = time.time()
        since = time.strftime("%H:%M", time.localtime(self._silent_since))
        said = f"{exc} Silent since {since}; your jobs go on there. Trying again in {seconds:.0f} s."
        self._put_problem(store, said)

    def _put_problem(self, store: AgentStore, problem: str) -> None:
        if self._info is not None:
            store.put_farm(replace(self._info, problem=problem, checked=time.time()))

    def _mirror(self, store: AgentStore) -> bool:
        """True when something changed, or somebody looks."""
        assert self.farm is not None
        named = set()
        while not self._named.empty():
            named.add(self._named.get())
        jobs = {job.farm_job: job for job in store.farm_jobs(self.name, sorted(named))}
        if not jobs:
            return False
        reports = self.farm.jobs(list(jobs))
        self._looked = {id: until for id, until in self._looked.items() if until > time.monotonic()}
        lively = bool(self._looked.keys() & set(jobs))
        refused: FarmError | None = None
        for farm_job, job in jobs.items():
            report = reports.get(farm_job)
            if report is None:
                message = "The farm no longer knows this job. Submit it again, or delete it here."
                if not job.state.ended:
                    self._ending(job.id)
                lively |= store.update_job(job.id, state=JobState.FAILED, message=message)
                continue
            try:
                lively |= self._mirror_one(store, job, report, farm_job in self._looked)
            except FarmUnreachable:
                raise
            except FarmError as exc:  # one job's trouble is not the others'
                refused = exc
        if refused is not None:
            raise refused
        return lively

    def _mirror_one(self, store: AgentStore, job: Job, report: JobReport, looked: bool) -> bool:
        """One job; True when something changed."""
        assert self.farm is not None
        over = report.state.at_rest and not job.state.at_rest
        frames = self.farm.frames(report.farm_job) if report.counts is None or looked or over else None
        fetch = False
        if self._downloads is not None:
            done = report.counts.done if report.counts else _count(frames or (), FrameState.DONE)
            fresh = bool(frames) and _rendered_since(store.frames(job.id), frames or ())
            fetch = self._downloads.note(store, job, done, report.state.ended, fresh)
        if report.state.ended and _went_on(job, report, frames):
            self._ending(job.id)
        changed = mirror_job(store, job, report, frames)
        if fetch and self._downloads is not None:
            self._downloads.fetch(job.id)
        if report.state.ended and not job.state.ended and self._settings.get("notify", True):
            self._desktop.submit(notify_ended, store.job(job.id))
        return changed

    # -- what people ask

    def _answer(self, store: AgentStore) -> None:
        while True:
            try:
                command = self._commands.get_nowait()
            except queue.Empty:
                return
            try:
                assert self.farm is not None
                with guarded(self.farm.label):
                    values = self._do(store, command)
            except StoreError as exc:  # a full disk passes: it is asked again
                LOG.error("%s %s: %s", command.kind, command.target, exc)
                self._commands.put(command)
                time.sleep(1.0)
                return
            except FarmdeckError as exc:
                LOG.info("%s %s: %s", command.kind, command.target, exc)
                store.settle(command.id, str(exc))
            else:
                if values is not None:
                    store.settle(command.id, values=values)

    def _do(self, store: AgentStore, command: Command) -> Mapping[str, Any] | None:
        """What came of it; None when the downloads answer it later."""
        assert self.farm is not None
        if command.kind == "farm.check":
            self.publish(store)
            if self._info is not None and not self._info.problem:
                self._ask_at = 0.0  # it answered: its jobs are looked at, too
            return {}
        if command.kind == "job.look":
            self._look_now(store, store.job(command.target))
            return {}
        if command.kind == "job.download" and self._downloads is not None:
            self._downloads.ask(command)
            return None
        if command.kind in _ACTIONS:
            return self._act(store, command)
        values = do(self.farm, store, command)
        self._ask_at = 0.0  # it answered
        if command.kind.startswith("env.") and command.kind != "env.like":
            self.publish(store)
        return values

    def _look_now(self, store: AgentStore, job: Job) -> None:
        """Whoever asked finds the job's frames in the store; of a farm that is silent, the last known ones."""
        assert self.farm is not None
        self.look_at(job.farm_job)
        if self._silent_since is None:
            report = self.farm.jobs([job.farm_job]).get(job.farm_job)
            if report is not None:
                self._mirror_one(store, job, report, looked=True)

    def _act(self, store: AgentStore, command: Command) -> Mapping[str, Any]:
        """An action on a job. Once its rendering is over, Stop leaves off fetching its pictures."""
        assert self.farm is not None
        job = store.job(command.target)
        if self._downloads is not None:
            if command.kind == Action.DELETE.value or (command.kind == Action.STOP.value and job.state.ended):
                self._downloads.stop(store, job.id)
            if command.kind == Action.STOP.value and job.state.ended:
                return {}
        if command.kind == Action.DELETE.value and not job.state.ended:
            self._ending(job.id)
        values = do(self.farm, store, command)
        self._ask_at = 0.0
        if command.kind == Action.DELETE.value:
            shutil.rmtree(self.folder / "thumbnails" / job.id, ignore_errors=True)
            return values
        job = store.job(job.id)
        report = self.farm.jobs([job.farm_job]).get(job.farm_job) if job.farm_job else None
        if report is not None:
            self._mirror_one(store, job, report, looked=True)
        return values


def mirror_job(store: AgentStore, job: Job, report: JobReport, frames: Sequence[Frame] | None) -> bool:
    """Write what the farm says of a job, where it differs; True when it did.

    `frames` is None when only the report's counts are at hand.
    """
    changed = frames is not None and store.put_frames(job.id, frames) > 0
    message = report.message or _why(report.state, frames or ())
    known = frames is not None or message or not report.state.ended  # else what its frames said at the end stays
    changed |= store.update_job(
        job.id,
        state=report.state,
        farm_state=report.farm_state,
        started=report.started,
        ended=report.ended,
        cost=report.cost,
        currency=report.currency,
        **{**_numbers(job, report, frames), **({"thumbnail": report.thumbnail} if report.thumbnail else {})},
        **({"render_hours": _hours(frames)} if frames is not None else {}),
        **({"message": message} if known else {}),
    )
    if report.state is JobState.DONE:
        _, snapshot = store.submission_state(job.id)
        remove_snapshot(snapshot)
    return changed


def _numbers(job: Job, report: JobReport, frames: Sequence[Frame] | None) -> dict[str, Any]:
    """The job's counts: the farm's own, or counted here."""
    if report.counts is not None:
        counts = report.counts
        share = counts.done / counts.total if counts.total else 0.0
        numbers = {"done": counts.done, "failed": counts.failed, "rendering": counts.rendering}
        return {**numbers, "total": counts.total or job.total, "fraction": round(share, 4)}
    every = frames or ()
    share = sum(1.0 if frame.state is FrameState.DONE else frame.progress for frame in every)
    pictures = [frame.thumbnail for frame in every if frame.thumbnail]
    newest = {"thumbnail": pictures[-1]} if pictures else {}  # else it is the downloads' to say
    return {
        "total": len(every) or job.total,
        "done": _count(every, FrameState.DONE),
        "failed": _count(every, FrameState.FAILED) + _count(every, FrameState.ABANDONED),
        "rendering": _count(every, FrameState.RENDERING),
        "fraction": round(share / len(every), 4) if every else 0.0,
        **newest,
    }


def _went_on(job: Job, report: JobReport, frames: Sequence[Frame] | None) -> bool:
    """Does what the farm says differ from what is known in more than details? A retry may be over at one look."""
    return (job.state, job.done) != (report.state, _numbers(job, report, frames)["done"])


def _hours(frames: Sequence[Frame]) -> float | None:
    """The frames' times together; None when none has one."""
    seconds = [frame.seconds for frame in frames if frame.seconds is not None]
    return round(sum(seconds) / 3600, 6) if seconds else None


def _count(frames: Sequence[Frame], state: FrameState) -> int:
    return sum(frame.state is state for frame in frames)


def _rendered_since(known: Sequence[Frame], now: Sequence[Frame]) -> bool:
    """Is a frame done that was not, or done anew?"""
    before = {(frame.part, frame.number): frame.attempt for frame in known if frame.state is FrameState.DONE}
    return any(
        frame.state is FrameState.DONE and before.get((frame.part, frame.number)) not in (frame.attempt, 0)
        for frame in now
    )


def _why(state: JobState, frames: Sequence[Frame]) -> str:
    """The reason of the first failed frame, for a job that ended badly."""
    if state not in (JobState.FAILED, JobState.PARTLY_DONE):
        return ""
    failed = [frame for frame in frames if frame.state is FrameState.FAILED]
    return f"Frame {failed[0].number}: {failed[0].message}" if failed else ""
