"""One thread for each farm: does what people ask of its jobs, and keeps the store's picture of them true."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from .._errors import BadInput, FarmdeckError, UnknownJob
from ..documents import to_plain
from ..farm import Farm, JobReport
from ..job import Action, Frame, FrameState, Job, JobState
from ..store import AgentStore, Command, FarmInfo
from ._snapshot import remove_snapshot, take_snapshot

LOG = logging.getLogger(__name__)
AT_MOST_EVERY = 0.05
"""Seconds between two looks at the same farm, however often it calls; longer where a look takes long."""
LOOK_SHARE = 0.1
"""The part of the thread's time that looking may take."""


class Tracker:
    """A farm with its thread. Only this thread and deliveries call the farm."""

    def __init__(self, name: str, kind: str, folder: Path, store_folder: Path) -> None:
        self.name = name
        self.kind = kind
        self.folder = folder
        self.farm: Farm | None = None
        self.published = threading.Event()
        """Set once the store says what the farm can do."""
        self._store_folder = store_folder
        self._commands: queue.Queue[Command] = queue.Queue()
        self._due = threading.Event()
        self._named: queue.Queue[str] = queue.Queue()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name=f"farmdeck-{name}", daemon=True)

    def start(self, farm: Farm) -> None:
        self.farm = farm
        self._thread.start()

    def close(self) -> None:
        """End the thread, then the farm."""
        self._closing = True
        self._due.set()
        self._thread.join()
        if self.farm is not None:
            self.farm.close()

    def notify(self, farm_job: str) -> None:
        """Something changed: look before the next poll, at this job also when it has ended."""
        self._named.put(farm_job)
        self._due.set()

    def ask(self, command: Command) -> None:
        self._commands.put(command)
        self._due.set()

    def _run(self) -> None:
        assert self.farm is not None
        with AgentStore(self._store_folder) as store:
            self.publish(store)
            self.published.set()
            next_look = 0.0
            while not self._closing:
                self._answer(store)
                next_look = self._look(store, next_look)
                self._due.wait(self.farm.capabilities.poll_seconds)
                self._due.clear()
            self._answer(store)
            self._look(store, 0.0)

    def _look(self, store: AgentStore, not_before: float) -> float:
        """Bring the store up to date; returns when the next look may be (monotonic seconds)."""
        early = not_before - time.monotonic()
        if early > 0 and not self._closing:
            time.sleep(early)
        begun = time.monotonic()
        try:
            self._mirror(store)
        except FarmdeckError as exc:
            LOG.warning("%s: %s", self.name, exc)
        took = time.monotonic() - begun
        return begun + max(AT_MOST_EVERY, took / LOOK_SHARE)

    # -- the store's picture

    def publish(self, store: AgentStore) -> None:
        """Say what this farm can do, and whether it is there."""
        assert self.farm is not None
        status = problem = ""
        try:
            status = self.farm.check()
            environments = self.farm.environments()
        except FarmdeckError as exc:
            problem, environments = str(exc), []
        document = {"capabilities": to_plain(self.farm.capabilities), "environments": to_plain(environments)}
        store.put_farm(FarmInfo(self.name, self.kind, self.farm.label, document, status, problem, time.time()))

    def _mirror(self, store: AgentStore) -> None:
        assert self.farm is not None
        named = set()
        while not self._named.empty():
            named.add(self._named.get())
        jobs = {job.farm_job: job for job in store.farm_jobs(self.name, sorted(named))}
        if not jobs:
            return
        reports = self.farm.jobs(list(jobs))
        for farm_job, job in jobs.items():
            report = reports.get(farm_job)
            if report is None:
                message = "The farm no longer knows this job. Submit it again, or delete it here."
                store.update_job(job.id, state=JobState.FAILED, message=message)
                continue
            mirror_job(store, job, report, self.farm.frames(farm_job))

    # -- what people ask

    def _answer(self, store: AgentStore) -> None:
        while True:
            try:
                command = self._commands.get_nowait()
            except queue.Empty:
                return
            try:
                self._do(store, command)
            except FarmdeckError as exc:
                LOG.info("%s %s: %s", command.kind, command.target, exc)
                store.settle(command.id, str(exc))
            else:
                store.settle(command.id)

    def _do(self, store: AgentStore, command: Command) -> None:
        assert self.farm is not None
        if command.kind == "farm.check":
            self.publish(store)
            return
        job = store.job(command.target)
        action = Action(command.kind)
        if action not in self.farm.capabilities.actions:
            raise BadInput(f"{self.farm.label} cannot {action.value} a job.", "Ask on the farm's own pages.")
        wanted = _frames(command)
        if action is Action.RETRY:
            _bring_back_snapshot(store, job)
        try:
            self.farm.act(job.farm_job, action, wanted)
        except UnknownJob:
            if action is not Action.DELETE:
                raise
        if action is Action.DELETE:
            _, snapshot = store.submission_state(job.id)
            remove_snapshot(snapshot)
            store.delete_job(job.id)
            return
        report = self.farm.jobs([job.farm_job]).get(job.farm_job)
        if report is not None:
            mirror_job(store, job, report, self.farm.frames(job.farm_job))


def _bring_back_snapshot(store: AgentStore, job: Job) -> None:
    """The copy of a job that was done is gone: take it again, if the scene is still the one that was submitted."""
    _, snapshot = store.submission_state(job.id)
    if snapshot and not Path(snapshot).exists():
        take_snapshot(store.submission(job.id), store.folder / "snapshots")


def mirror_job(store: AgentStore, job: Job, report: JobReport, frames: Sequence[Frame]) -> None:
    """Write what the farm says of a job, where it differs."""
    store.put_frames(job.id, frames)
    states = [frame.state for frame in frames]
    done = states.count(FrameState.DONE)
    share = sum(1.0 if frame.state is FrameState.DONE else frame.progress for frame in frames)
    pictures = [frame.thumbnail for frame in frames if frame.thumbnail]
    store.update_job(
        job.id,
        state=report.state,
        farm_state=report.farm_state,
        message=report.message or _why(report.state, frames),
        started=report.started,
        ended=report.ended,
        total=len(frames) or job.total,
        done=done,
        failed=states.count(FrameState.FAILED) + states.count(FrameState.ABANDONED),
        rendering=states.count(FrameState.RENDERING),
        fraction=round(share / len(frames), 4) if frames else 0.0,
        thumbnail=pictures[-1] if pictures else job.thumbnail,
    )
    if report.state is JobState.DONE:
        _, snapshot = store.submission_state(job.id)
        remove_snapshot(snapshot)


def _why(state: JobState, frames: Sequence[Frame]) -> str:
    """The reason of the first failed frame, for a job that ended badly."""
    if state not in (JobState.FAILED, JobState.PARTLY_DONE):
        return ""
    failed = [frame for frame in frames if frame.state is FrameState.FAILED]
    return f"Frame {failed[0].number}: {failed[0].message}" if failed else ""


def _frames(command: Command) -> list[tuple[int, int]]:
    return [(int(part), int(number)) for part, number in command.arguments.get("frames", ())]
