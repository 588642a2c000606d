"""One thread for each farm that keeps the finished pictures: brings them here as they finish.

What is on disk is the record: a file of the same size that is not older than the farm's is there already, so a new
agent goes on where an old one stopped. A mark in the store says which jobs have pictures to come.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from .._errors import BadInput, Cancelled, FarmdeckError, FarmError, FarmUnreachable, StoreError, UnknownJob
from ..farm import Farm, Output, Watch
from ..job import Job
from ..previews import Key, Previews
from ..store import AgentStore, Command
from ._guard import guarded
from ._pace import away_seconds
from ._plan import plan

LOG = logging.getLogger(__name__)
MODES = ("as they finish", "when done", "by hand")
TRIES = 3
"""How often a download is tried by itself where the trouble is here, such as a full disk."""
Asked = tuple[str, "Command | None"]


class Downloads:
    """`note` before what a look at the farm found is written down, `fetch` after it; `ask` for what a person wants."""

    def __init__(self, farm: Farm, name: str, mode: str, folder: Path, store_folder: Path) -> None:
        if mode not in MODES:
            raise BadInput(f'The farm {name} downloads "{mode}".', f"Set download to one of: {', '.join(MODES)}.")
        self._farm = farm
        self._name = name
        self._mode = mode
        self._store_folder = store_folder
        self._queue: queue.Queue[Asked | None] = queue.Queue()
        self._lock = threading.Lock()
        """Held while `_due` and the mark in the store are brought together, and while watches come and go."""
        self._due: set[str] = set()
        """Jobs with pictures that no listing has shown yet."""
        self._failed: dict[str, tuple[bool, int]] = {}
        """Whether it was the farm that did not answer, and how many times in a row."""
        self._again: dict[str, float] = {}
        """When a job is tried again (monotonic seconds)."""
        self._watches: dict[str, Watch] = {}
        self._pictured: set[Key] = set()
        self._closing = threading.Event()
        self._previews = Previews(folder / "thumbnails", self._keep_picture)
        self._thread = threading.Thread(target=self._run, name=f"farmdeck-{name}-downloads", daemon=True)

    def start(self, store: AgentStore) -> None:
        """Begin, with what an earlier agent left to fetch."""
        for job in store.jobs_to_fetch(self._name):
            self._due.add(job.id)
            self.fetch(job.id)
        self._thread.start()

    def leave_off(self) -> None:
        """The marks and the commands that nobody answered tell the next agent where to go on."""
        with self._lock:
            self._closing.set()
            for watch in self._watches.values():
                watch.cancel()
        self._queue.put(None)

    def close(self) -> None:
        self.leave_off()
        if self._thread.is_alive():
            self._thread.join()
        self._previews.close()

    def note(self, store: AgentStore, job: Job, done: int, ended: bool, fresh: bool) -> bool:
        """True, and marked in the store, when there are pictures to fetch now: tell `fetch` so.

        The farm has `done` finished frames of the job; `ended` when no more will come; `fresh` when one of them was
        rendered since the last look.
        """
        if self._mode == "by hand" or (self._mode == "when done" and not ended):
            return False
        if not (fresh or done > job.done or (ended and not job.state.ended)):
            return False
        with self._lock:
            self._due.add(job.id)
            store.mark_to_fetch(job.id, True)
        self._failed.pop(job.id, None)
        return True

    def fetch(self, job: str) -> None:
        """Bring what `note` found."""
        self._queue.put((job, None))

    def ask(self, command: Command) -> None:
        """A person wants a job's pictures now: `{"to": folder}`, or "" for where they belong."""
        self._queue.put((command.target, command))

    def stop(self, store: AgentStore, job: str) -> None:
        """Leave off fetching this one, inside a file where the transfer can, until somebody asks for it."""
        with self._lock:
            self._due.discard(job)
            self._again.pop(job, None)
            store.mark_to_fetch(job, False)
            if job in self._watches:
                self._watches[job].cancel()

    # -- the thread

    def _run(self) -> None:
        with AgentStore(self._store_folder) as store:
            while not self._closing.is_set():
                asked = self._next()
                if asked is None:
                    continue
                try:
                    self._serve(store, *asked)
                except StoreError as exc:  # a full disk passes
                    LOG.error("job %s: %s", asked[0], exc)
                    self._due.add(asked[0])
                    self._queue.put(asked)
                    self._closing.wait(1.0)

    def _next(self) -> Asked | None:
        """What is to be fetched next; None for nothing now."""
        now = time.monotonic()
        with self._lock:
            for job in [job for job, at in self._again.items() if at <= now]:
                del self._again[job]
                self._due.add(job)
                self.fetch(job)
            seconds = min(self._again.values()) - now if self._again else None
        try:
            asked = self._queue.get(timeout=seconds)
        except queue.Empty:
            return None
        if asked is None or (asked[1] is None and asked[0] not in self._due):
            return None
        return asked

    def _serve(self, store: AgentStore, job_id: str, command: Command | None) -> None:
        try:
            job = store.job(job_id)
        except UnknownJob as exc:  # deleted meanwhile
            if command is not None:
                store.settle(command.id, str(exc))
            return
        to = str(command.arguments.get("to") or "") if command else ""
        watch, was_due = self._begin(job.id, keeps_due=bool(to))
        try:
            with guarded(self._farm.label):
                values = self._fetch(store, job, to, watch)
        except FarmdeckError as exc:
            if self._closing.is_set():
                return
            self._failed_with(store, job.id, command, exc)
            if was_due and command is not None and not watch.cancelled:
                self._due.add(job.id)
                self.fetch(job.id)
        else:
            if not to:
                self._failed.pop(job.id, None)
                self._all_here(store, job.id)
            if command is not None:
                store.settle(command.id, values=values)
        finally:
            with self._lock:
                del self._watches[job.id]

    def _begin(self, job: str, keeps_due: bool) -> tuple[Watch, bool]:
        """A watch over fetching the job's pictures, and whether they were due."""
        watch = Watch()
        with self._lock:
            self._watches[job] = watch
            if self._closing.is_set():
                watch.cancel()
            was_due = job in self._due
            if not keeps_due:
                self._due.discard(job)
                self._again.pop(job, None)
        return watch, was_due

    def _all_here(self, store: AgentStore, job: str) -> None:
        """Take the mark back, unless more was found since the listing."""
        with self._lock:
            if job not in self._due:
                store.mark_to_fetch(job, False)

    def _failed_with(self, store: AgentStore, job: str, command: Command | None, exc: FarmdeckError) -> None:
        """Try again later; where the trouble is not the farm's, a few times and then when somebody says so."""
        LOG.warning("job %s: %s", job, exc)
        if isinstance(exc, Cancelled):
            exc = FarmError("Fetching was stopped.", "Download goes on with it.")
            self._all_here(store, job)
        elif command is None:
            away = isinstance(exc, FarmUnreachable)
            was_away, count = self._failed.get(job, (away, 0))
            count = count + 1 if was_away == away else 1
            self._failed[job] = (away, count)
            if away or count < TRIES:
                with self._lock:
                    self._again[job] = time.monotonic() + away_seconds(count)
            else:
                self._all_here(store, job)
        if command is not None:
            store.settle(command.id, str(exc))
        else:
            store.update_job(job, note=f"Not all pictures are here yet. {exc}")

    def _fetch(self, store: AgentStore, job: Job, to: str, watch: Watch) -> Mapping[str, int]:
        """How many files were fetched, how many were there, and how many were left alone."""
        watch.check()
        todo = plan(job, self._farm.outputs(job.farm_job), to)
        watch.check()
        if not to:
            self._keep(store, job, todo.there, len(todo.there), ask_again=False)
        places = {output.id: path for output, path in todo.wanted}
        came: list[Output] = []
        broken: list[Output] = []

        def done(output: Output) -> None:
            path = places[output.id]
            if path.stat().st_size != output.size:
                broken.append(output)
                return
            came.append(output)
            if output.modified is not None:
                with contextlib.suppress(OSError, OverflowError, ValueError):  # a share that keeps no times
                    os.utime(path, (output.modified, output.modified))
            if not to:
                self._keep(store, job, [(output, path)], len(todo.there) + len(came), ask_again=True)

        if todo.wanted:
            self._farm.fetch(job.farm_job, todo.wanted, watch, done)
        if broken:
            what = f"{broken[0].path} is not as large as the farm says."
            raise FarmError(what, "Download again when it is whole there.")
        if not to:
            store.update_job(job.id, note=todo.words)
        return {"fetched": len(came), "there": len(todo.there), "left": len(todo.newer) + len(todo.strange)}

    def _keep(
        self, store: AgentStore, job: Job, here: Sequence[tuple[Output, Path]], count: int, ask_again: bool
    ) -> None:
        """Write down what is on disk, and have small pictures made of it."""
        files: dict[tuple[int, int], list[str]] = {}
        for output, path in here:
            if output.frame is not None:
                files.setdefault((output.part, output.frame), []).append(str(path))
        frames = store.add_files(job.id, files)
        store.update_job(job.id, downloaded=count)
        for frame in frames:
            key = (job.id, frame.part, frame.number)
            every = sorted(frame.files, key=len)  # the picture itself; its passes have longer names
            fresh = ask_again and every[0] in files[frame.part, frame.number]
            if fresh or not (frame.thumbnail or key in self._pictured):
                self._pictured.add(key)
                self._previews.ask(key, every)

    def _keep_picture(self, key: Key, path: str) -> None:
        """On the pictures' thread."""
        with AgentStore(self._store_folder) as store:
            store.set_frame(*key, thumbnail=path)
            store.update_job(key[0], thumbnail=path)
