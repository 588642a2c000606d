"""One thread for each farm that keeps the finished pictures: brings them here as they finish.

What is on disk is the record: a file of the same size that is not older than the farm's is there already, so a new
agent goes on where an old one stopped. A mark in the store says which jobs have pictures to come.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
import time
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from .._errors import BadInput, Cancelled, FarmdeckError, FarmUnreachable
from ..farm import Farm, Output, Watch
from ..job import Job
from ..previews import Key, Previews
from ..store import AgentStore, Command
from ..submission import file_name
from ._pace import away_seconds

LOG = logging.getLogger(__name__)
MODES = ("as they finish", "when done", "by hand")
TRIES = 3
"""How often a download is tried again by itself where the trouble is here, such as a full disk."""


class Downloads:
    """`note` after each look at the farm's jobs; `ask` for what a person wants."""

    def __init__(self, farm: Farm, name: str, mode: str, folder: Path, store_folder: Path) -> None:
        if mode not in MODES:
            raise BadInput(f'The farm {name} downloads "{mode}".', f"Set download to one of: {', '.join(MODES)}.")
        self._farm = farm
        self._name = name
        self._mode = mode
        self._store_folder = store_folder
        self._queue: queue.Queue[tuple[str, Command | None] | None] = queue.Queue()
        self._queued: set[str] = set()
        self._failed: dict[str, int] = {}
        self._said: dict[str, str] = {}
        self._watches: dict[str, Watch] = {}
        self._again: dict[str, float] = {}
        self._previews = Previews(folder / "thumbnails", self._pictured)
        self._thread = threading.Thread(target=self._run, name=f"farmdeck-{name}-downloads", daemon=True)

    def start(self, store: AgentStore) -> None:
        """Begin, with what an earlier agent left to fetch."""
        for job in store.jobs_to_fetch(self._name):
            self._put(job.id)
        self._thread.start()

    def close(self) -> None:
        for watch in list(self._watches.values()):
            watch.cancel()
        self._queue.put(None)
        if self._thread.is_alive():
            self._thread.join()
        self._previews.close()

    def note(self, store: AgentStore, job: Job, done: int, ended: bool) -> None:
        """The farm has `done` finished frames of the job; `ended` when no more will come."""
        if self._mode == "by hand" or (self._mode == "when done" and not ended):
            return
        if done > job.done or (ended and not job.state.ended):
            store.mark_to_fetch(job.id, True)
            self._failed.pop(job.id, None)
            self._put(job.id)

    def ask(self, command: Command) -> None:
        """A person wants a job's pictures now: `{"to": folder}`, or "" for where they belong."""
        self._queue.put((command.target, command))

    def stop(self, job: str) -> None:
        """Leave off fetching this one, inside a file where the transfer can."""
        if job in self._watches:
            self._watches[job].cancel()

    def said(self, job: str) -> str:
        """What there is to say of the job's pictures; "" when all is well."""
        return self._said.get(job, "")

    # -- the thread

    def _put(self, job: str) -> None:
        if job not in self._queued:
            self._queued.add(job)
            self._queue.put((job, None))

    def _run(self) -> None:
        with AgentStore(self._store_folder) as store:
            while True:
                try:
                    asked = self._queue.get(timeout=self._seconds_to_next())
                except queue.Empty:
                    for job in [job for job, due in self._again.items() if due <= time.monotonic()]:
                        del self._again[job]
                        self._put(job)
                    continue
                if asked is None:
                    return
                self._queued.discard(asked[0])
                self._serve(store, *asked)

    def _seconds_to_next(self) -> float | None:
        return max(0.0, min(self._again.values()) - time.monotonic()) if self._again else None

    def _serve(self, store: AgentStore, job_id: str, command: Command | None) -> None:
        watch = self._watches[job_id] = Watch()
        try:
            job = store.job(job_id)
            to = str(command.arguments.get("to", "")) if command else ""
            fetched, there = self._fetch(store, job, to, watch)
        except FarmdeckError as exc:
            if command is not None:
                store.settle(command.id, str(exc))
            else:
                self._put_off(store, job_id, exc)
        else:
            self._failed.pop(job_id, None)
            store.mark_to_fetch(job_id, False)
            if command is not None:
                store.settle(command.id, values={"fetched": fetched, "there": there})
        finally:
            del self._watches[job_id]

    def _put_off(self, store: AgentStore, job_id: str, exc: FarmdeckError) -> None:
        """Try again later; where the trouble is not the farm's, a few times and then when somebody says so."""
        LOG.warning("job %s: %s", job_id, exc)
        count = self._failed[job_id] = self._failed.get(job_id, 0) + 1
        gives_up = isinstance(exc, Cancelled) or (count >= TRIES and not isinstance(exc, FarmUnreachable))
        if gives_up:
            store.mark_to_fetch(job_id, False)
        else:
            self._again[job_id] = time.monotonic() + away_seconds(count)
        if not isinstance(exc, Cancelled):
            self._say(store, job_id, f"Not all pictures are here yet. {exc}")

    def _say(self, store: AgentStore, job_id: str, text: str) -> None:
        if text or self._said.pop(job_id, ""):
            store.update_job(job_id, message=text)
        if text:
            self._said[job_id] = text

    def _fetch(self, store: AgentStore, job: Job, to: str, watch: Watch) -> tuple[int, int]:
        """(files that were fetched, files that were there)."""
        found = [(output, _place(job, output, to)) for output in self._farm.outputs(job.farm_job)]
        wanted = [(output, path) for output, path in found if not _is_here(output, path)]
        newer = [path for output, path in wanted if _is_newer(output, path)]
        wanted = [(output, path) for output, path in wanted if path not in newer]
        wanted_ids = {output.id for output, _ in wanted}
        places = {output.id: path for output, path in found}
        if not to:
            there = [(output, path) for output, path in found if output.id not in wanted_ids and path not in newer]
            self._keep(store, job, there, len(there))
        count = len(found) - len(wanted) - len(newer)

        def done(output: Output) -> None:
            nonlocal count
            count += 1
            if output.modified is not None:
                os.utime(places[output.id], (output.modified, output.modified))
            if not to:
                self._keep(store, job, [(output, places[output.id])], count)

        self._farm.fetch(job.farm_job, wanted, watch, done)
        if not to:
            names = f"{newer[0].name} and {len(newer) - 1} more" if len(newer) > 1 else "".join(p.name for p in newer)
            left = f"{names} on disk is newer than the farm's and was left alone. Move it, then download again."
            self._say(store, job.id, left if newer else "")
        return len(wanted), len(found) - len(wanted)

    def _keep(self, store: AgentStore, job: Job, here: Sequence[tuple[Output, Path]], count: int) -> None:
        """Write down what is on disk, and have small pictures made of it."""
        files: dict[tuple[int, int], list[str]] = {}
        for output, path in here:
            if output.frame is not None:
                files.setdefault((output.part, output.frame), []).append(str(path))
        store.add_files(job.id, files)
        store.update_job(job.id, downloaded=count)
        for (part, number), paths in files.items():
            self._previews.ask((job.id, part, number), sorted(paths, key=len))

    def _pictured(self, key: Key, path: str) -> None:
        """On the pictures' thread."""
        with AgentStore(self._store_folder) as store:
            store.set_frame(*key, thumbnail=path)
            store.update_job(key[0], thumbnail=path)


def _place(job: Job, output: Output, to: str) -> Path:
    """Where a file belongs: below its part's folder, or below the folder that was asked for. Raises BadInput."""
    inside = PurePosixPath(output.path)
    if inside.is_absolute() or ".." in inside.parts or "\\" in output.path or (inside.parts and ":" in inside.parts[0]):
        raise BadInput(f"The farm calls a file {output.path!r}.", "It was not fetched; ask the farm's support.")
    part = job.parts[output.part]
    if not to:
        return Path(part.output).parent / inside
    several = len(job.parts) > 1
    return (Path(to) / file_name(part.name) if several else Path(to)) / inside


def _is_here(output: Output, path: Path) -> bool:
    """The same size, and not older than the farm's: a frame that was rendered again is fetched again."""
    try:
        info = path.stat()
    except OSError:
        return False
    return info.st_size == output.size and (output.modified is None or info.st_mtime >= output.modified - 2.0)


def _is_newer(output: Output, path: Path) -> bool:
    """Somebody's own file, made after the farm's: never overwritten."""
    try:
        return output.modified is not None and path.stat().st_mtime > output.modified + 2.0
    except OSError:
        return False
