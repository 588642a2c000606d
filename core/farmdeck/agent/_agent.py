"""The agent's main thread: notices what was asked, hands it out, ends when there is nothing left to do."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from logging.handlers import RotatingFileHandler
from pathlib import Path

from .. import credentials, settings
from .._errors import BadInput, FarmdeckError, FarmUnreachable, StoreError, UnknownFarm
from .._version import __version__
from ..farm import FarmContext, Watch
from ..farms import discover
from ..job import Action, Job, JobState
from ..lock import AgentLock
from ..store import PROTOCOL, AgentInfo, AgentStore, Command, FarmInfo, ReportStore
from ..submission import SubmissionState
from ._delivery import act_before_sending, deliver, give_up, wait_for_farm
from ._guard import guarded
from ._pace import away_seconds
from ._reports import REPORT_COMMANDS, Reporter
from ._requests import FARM_COMMANDS, JOB_COMMANDS
from ._tracker import Tracker

LOG = logging.getLogger("farmdeck.agent")
LOOK_SECONDS = 0.1
IDLE_SECONDS = 300.0
DELIVERIES = 4
KEEP_ANSWERS = 24 * 3600.0
HOUSEKEEPING_SECONDS = 30.0
_ACTIONS = frozenset(action.value for action in Action)


def run_agent(folder: Path) -> int:
    """Be the agent of the store in `folder` until it is stopped or idle. 0, or 3 when another agent has it."""
    lock = AgentLock(folder)
    if not _acquire(lock):
        return 3
    _log_to(folder / "agent.log")
    while True:
        agent = Agent(folder)
        try:
            agent.run()
        finally:
            lock.release()
        # Who submits while an idle agent is ending finds the lock held and starts none: look again now that it is free.
        if not (agent.idled and _work_left(folder)) or not _acquire(lock):
            return 0


class Agent:
    """Lives as long as there is something to do."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._settings = settings.load()
        self._idle_seconds = float(self._settings.agent.get("idle", IDLE_SECONDS))
        self._store = ReportStore(folder)
        self._reporter = Reporter(folder)
        self._trackers: dict[str, Tracker] = {}
        self._deliveries: dict[str, Watch] = {}
        self._put_off: dict[str, tuple[int, float]] = {}
        """Deliveries whose farm did not answer: how many times, and when they are tried again (monotonic seconds)."""
        self._letting_go: dict[str, list[Command]] = {}
        """What was asked of jobs whose deliveries are leaving off: done once they have."""
        self._pool = ThreadPoolExecutor(DELIVERIES, thread_name_prefix="farmdeck-delivery")
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._started = time.time()
        self.idled = False
        """It ended because there was nothing to do."""

    def run(self) -> None:
        """Until SIGTERM, an `agent.stop` command, or a while of idleness."""
        if threading.current_thread() is threading.main_thread():
            for name in (signal.SIGTERM, signal.SIGINT):
                signal.signal(name, lambda *_: self._stop.set())
        LOG.info("agent %s (protocol %s) begins, process %s", __version__, PROTOCOL, os.getpid())
        self._announce("running")
        self._store.untake()
        self._reporter.set_up(self._settings.reports)
        self._open_farms()
        try:
            self._loop()
        finally:
            self._close()

    def _loop(self) -> None:
        busy_at = housekept = time.monotonic()
        fresh = True
        while not self._stop.is_set():
            try:
                due = any(at <= time.monotonic() for _, at in list(self._put_off.values()))
                if self._store.changed() or fresh or due or self._wake.is_set():
                    self._wake.clear()
                    fresh = False
                    self._take_commands()
                    self._take_submissions()
                now = time.monotonic()
                if self._busy():
                    busy_at = now
                elif now - busy_at > self._idle_seconds:
                    self.idled = True
                    LOG.info("idle for %.0f s: ends", self._idle_seconds)
                    return
                if now - housekept > HOUSEKEEPING_SECONDS:
                    housekept = now
                    self._housekeep()
            except StoreError as exc:  # a full disk passes; the agent waits for it to
                LOG.error("%s", exc)
                fresh = True
                self._stop.wait(1.0)
            self._stop.wait(LOOK_SECONDS)

    def _close(self) -> None:
        LOG.info("agent ends")
        for watch in list(self._deliveries.values()):
            watch.cancel()
        for tracker in self._trackers.values():
            tracker.leave_off()
        self._pool.shutdown(wait=True, cancel_futures=True)
        for tracker in self._trackers.values():
            tracker.close()
        self._reporter.close()
        self._announce("ended")
        self._store.checkpoint()
        self._store.close()

    def _announce(self, state: str) -> None:
        info = AgentInfo(os.getpid(), self._started, __version__, PROTOCOL, socket.gethostname(), state)
        self._store.put_agent(info)

    def _busy(self) -> bool:
        if not all(tracker.published.is_set() for tracker in self._trackers.values()):
            return True
        if self._deliveries or self._reporter.busy(self._store):
            return True
        return bool(self._store.live_jobs()) or bool(self._store.pending())

    def _housekeep(self) -> None:
        self._store.checkpoint()
        before = time.time() - KEEP_ANSWERS
        self._store.forget_commands(before)
        self._store.sweep(before)

    # -- farms

    def _open_farms(self) -> None:
        """Make every farm that is set up; one that cannot be made is a row that says why."""
        kinds, broken = discover()
        for problem in broken:
            LOG.error("farm %s: %s", problem.subject, problem.message)
        self._store.keep_farms(list(self._settings.farms))
        for name, wanted in self._settings.farms.items():
            if name in self._trackers:
                continue
            kind = kinds.get(wanted.kind)
            if kind is None:
                why = next((p.message for p in broken if p.subject == wanted.kind), None)
                message = why or f'This Farmdeck has no farms of the kind "{wanted.kind}".'
                self._store.put_farm(FarmInfo(name, wanted.kind, wanted.kind, {}, "", message, time.time()))
                continue
            folder = self._folder / "farms" / name
            known = {**self._notify(), **wanted.values}
            tracker = Tracker(
                name, wanted.kind, folder, self._folder, known, self._try_again_now, self._reporter.expect
            )
            context = FarmContext(name, folder, wanted.values, partial(credentials.fetch, name), tracker.notify)
            try:
                with guarded(kind.label or wanted.kind):
                    tracker.start(kind(context))
            except FarmdeckError as exc:
                self._store.put_farm(FarmInfo(name, wanted.kind, kind.label, {}, "", str(exc), time.time()))
                continue
            self._trackers[name] = tracker

    def _try_again_now(self) -> None:
        """A farm answers again: what waited for one need not wait longer."""
        for id, (times, _) in list(self._put_off.items()):
            self._put_off[id] = (times, 0.0)
        self._wake.set()

    def _notify(self) -> dict[str, bool]:
        """`notify = false` below [agent] keeps the desktop quiet."""
        return {"notify": self._settings.agent.get("notify") is not False}

    def _reload(self) -> None:
        """Farms that are gone or set otherwise are closed; what was on its way to them goes on with the new ones."""
        before, self._settings = self._settings, settings.load()
        for name in list(self._trackers):
            if self._settings.farms.get(name) == before.farms.get(name):
                continue
            for id in list(self._deliveries):
                if self._store.job(id).farm == name:
                    self._deliveries[id].cancel()
            self._trackers.pop(name).close()
        self._put_off.clear()
        self._reporter.set_up(self._settings.reports)
        self._open_farms()

    # -- what was asked

    def _take_commands(self) -> None:
        free = [id for id in self._letting_go if id not in self._deliveries]
        waited = [command for id in free for command in self._letting_go.pop(id)]
        for command in (*waited, *self._store.take_commands()):
            try:
                self._hand_out(command)
            except FarmdeckError as exc:
                self._store.settle(command.id, str(exc))

    def _hand_out(self, command: Command) -> None:
        if command.kind == "agent.stop":
            self._store.settle(command.id)
            self._stop.set()
        elif command.kind == "farms.reload":
            self._reload()
            self._store.settle(command.id)
        elif command.kind in REPORT_COMMANDS:
            self._reporter.do(command)
            self._store.settle(command.id)
        elif command.kind in FARM_COMMANDS:
            self._pass_on(self._tracker(command.target), command)
        elif command.kind in JOB_COMMANDS:
            self._hand_out_of_job(self._store.job(command.target).id, command)
        else:
            self._store.settle(command.id, f'This agent does not know the command "{command.kind}". Update Farmdeck.')

    def _pass_on(self, tracker: Tracker, command: Command) -> None:
        self._store.mark_taken(command.id)
        tracker.ask(command)

    def _tracker(self, farm: str) -> Tracker:
        if farm not in self._trackers:
            raise UnknownFarm(f'The farm "{farm}" is not set up, or does not work.', "See `farmdeck farms list`.")
        return self._trackers[farm]

    def _hand_out_of_job(self, id: str, command: Command) -> None:
        action = Action(command.kind) if command.kind in _ACTIONS else None
        if action is not None and id in self._deliveries:
            self._let_go(id, action, command)
            return
        job = self._store.job(id)
        if action is Action.DELETE and job.farm not in self._settings.farms:
            if job.farm_job and not job.state.ended:
                self._reporter.expect(id)
            act_before_sending(self._store, id, action)  # nobody is left to ask
            self._store.settle(command.id)
        elif job.farm_job:
            self._pass_on(self._tracker(job.farm), command)
        elif action is None:
            raise BadInput(f"{job.name} is not on its farm yet.", "Wait until it is there.")
        else:
            self._act_before_sending(job, action, command)

    def _let_go(self, id: str, action: Action, command: Command) -> None:
        """It is on its way at this moment: its delivery leaves off first, and may have been faster."""
        if action in (Action.START, Action.RETRY) and id not in self._letting_go:
            self._store.settle(command.id)
            return
        self._store.mark_taken(command.id)
        self._letting_go.setdefault(id, []).append(command)
        self._deliveries[id].cancel()

    def _act_before_sending(self, job: Job, action: Action, command: Command) -> None:
        self._put_off.pop(job.id, None)
        state, _ = self._store.submission_state(job.id)
        if state is SubmissionState.UPLOADED and action not in (Action.START, Action.RETRY):
            # It may have been sent, and the answer lost: it waits while its farm is asked.
            self._store.update_job(job.id, state=JobState.STOPPED, message="")
            self._pass_on(self._tracker(job.farm), command)
            return
        act_before_sending(self._store, job.id, action)
        self._store.settle(command.id)

    # -- deliveries

    def _take_submissions(self) -> None:
        now = time.monotonic()
        for id in self._store.pending():
            if id in self._deliveries or id in self._letting_go or self._put_off.get(id, (0, 0.0))[1] > now:
                continue  # under way, about to be stopped, or waiting for its farm
            self._deliveries[id] = Watch()
            self._pool.submit(self._deliver, id, self._deliveries[id])

    def _deliver(self, id: str, watch: Watch) -> None:
        """On a pool thread, with a store connection of its own."""
        try:
            with AgentStore(self._folder) as store:
                try:
                    submission = store.submission(id)
                    tracker = self._tracker(submission.farm)
                    assert tracker.farm is not None  # only farms that were made have a tracker
                    with guarded(tracker.farm.label):
                        deliver(store, tracker.farm, submission, watch)
                    self._put_off.pop(id, None)
                    tracker.notify(id)
                except FarmUnreachable as exc:  # a line that is down comes back: nothing is lost, nothing is asked
                    if watch.cancelled:
                        return
                    times = self._put_off.get(id, (0, 0.0))[0] + 1
                    seconds = away_seconds(times)
                    self._put_off[id] = (times, time.monotonic() + seconds)
                    wait_for_farm(store, id, exc, seconds)
                except FarmdeckError as exc:
                    self._put_off.pop(id, None)
                    give_up(store, id, exc)
        except StoreError as exc:
            LOG.error("job %s: %s", id, exc)
            time.sleep(1.0)
        finally:
            self._deliveries.pop(id, None)
            self._wake.set()


def _work_left(folder: Path) -> bool:
    with AgentStore(folder) as store:
        return bool(store.pending() or store.take_commands() or store.live_jobs())


def _acquire(lock: AgentLock) -> bool:
    """Somebody may be asking whether an agent runs at this very moment: try for a while."""
    until = time.monotonic() + 1.0
    while not lock.acquire():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def _log_to(path: Path) -> None:
    handler = RotatingFileHandler(path, maxBytes=2_000_000, backupCount=3, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(threadName)s  %(message)s"))
    handler.addFilter(credentials.RedactSecrets())
    root = logging.getLogger("farmdeck")
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    root.propagate = False
    threading.excepthook = lambda args: LOG.critical(
        "thread %s ended",
        args.thread,
        exc_info=(args.exc_type, args.exc_value, args.exc_traceback),  # type: ignore[arg-type]
    )
    sys.excepthook = lambda *args: LOG.critical("the agent ended", exc_info=args)
