"""The local farm behind the `Farm` interface: a durable queue and the threads that work on it."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..._errors import BadInput, FarmError, UnknownJob
from ...environments import RenderEnv, match_environments
from ...farm import Capabilities, Farm, FarmContext, JobReport, Option, Watch, check_options
from ...job import Action, Frame, JobState
from ...previews import Previews
from ...scene import Problem, Scene, Severity
from ...submission import Submission
from . import process
from .output import make_output, place, scratch_folder, temporary_folder
from .queue import Queue
from .renderers import APPLICATIONS, Renderer, find_renderers, not_installed
from .task import Task
from .worker import Worker

LOG = logging.getLogger(__name__)
LOOK_SECONDS = 0.5
BLOCKED = "A part that it needs failed."

OPTIONS = (
    Option(
        "chunk", "Frames per task", "int", 10, 1, 10_000, unit="frames", help="One process renders so many in a row."
    ),
    Option(
        "timeout", "Stop a frame after", "float", 0.0, 0, unit="s", help="It is ended and tried again.", zero="no limit"
    ),
    Option("retries", "Try again", "int", 1, 0, 10, unit="times", help="How often a frame that fails is tried again."),
    Option(
        "threads",
        "Processor threads",
        "int",
        0,
        0,
        1024,
        help="How many of the processor's threads a render takes.",
        zero="all",
    ),
)


class LocalFarm(Farm):
    """This machine."""

    label = "This machine"

    def __init__(self, context: FarmContext) -> None:
        context.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._context = context
        self._queue = Queue(context.folder / "queue.sqlite3")
        self._previews = Previews(context.folder / "thumbnails", self._pictured)
        self._workers: dict[Worker, threading.Thread] = {}
        self._guard = threading.Lock()
        self._wake = threading.Event()
        self._closing = False
        self._renderers: list[Renderer] | None = None
        self._recover()
        self._scheduler = threading.Thread(target=self._schedule, name="farmdeck-local", daemon=True)
        self._scheduler.start()

    # -- what it is

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            actions=tuple(Action),
            environments=True,
            logs=True,
            pictures=True,
            progress=True,
            priority=True,
            hold=True,
            idempotent=True,
            poll_seconds=2.0,
            options=OPTIONS,
        )

    def check(self) -> str:
        count = len(self.renderers(fresh=True))
        if not count:
            names = list(dict.fromkeys(application.name for application in APPLICATIONS))
            raise FarmError(
                f"No {', '.join(names[:-1])} or {names[-1]} is found on this machine.",
                'Install one, or name it in the settings: [local] blender = ["/path/to/blender"].',
            )
        return f"Ready, {count} renderer{'s' if count > 1 else ''}"

    def renderers(self, fresh: bool = False) -> list[Renderer]:
        """What is installed; looked for once, or again with `fresh`."""
        if self._renderers is None or fresh:
            self._renderers = find_renderers(self._context.settings, self._context.folder / "renderers.json")
        return self._renderers

    def environments(self) -> list[RenderEnv]:
        return [renderer.environment() for renderer in self.renderers()]

    def problems(self, submission: Submission) -> list[Problem]:
        found = []
        for option_error in _caught(lambda: check_options(OPTIONS, submission.options)):
            found.append(Problem(Severity.ERROR, option_error, "Options"))
        for renderer_error in _caught(lambda: self._choose(submission)):
            found.append(Problem(Severity.ERROR, renderer_error, "Environment"))
        for output in sorted({str(Path(part.output).parent) for part in submission.parts}):
            for output_error in _caught(lambda output=output: make_output(Path(output))):
                found.append(Problem(Severity.ERROR, output_error, "Output"))
        return found

    # -- jobs

    def submit(self, submission: Submission, scene: Path, watch: Watch) -> str:
        options = check_options(OPTIONS, submission.options)
        renderer = self._choose(submission)
        for part in submission.parts:
            make_output(Path(part.output).parent)
        watch.step(1, 1)
        self._queue.add(submission, str(scene), renderer.program, options)
        self._wake.set()
        return submission.id

    def find(self, submission_id: str) -> str | None:
        try:
            return str(self._queue.job(submission_id)["id"])
        except UnknownJob:
            return None

    def jobs(self, ids: Sequence[str]) -> dict[str, JobReport]:
        return {row["id"]: self._report(row["id"], row["state"], row["message"]) for row in self._queue.jobs(ids)}

    def frames(self, job_id: str) -> list[Frame]:
        self._queue.job(job_id)
        return self._queue.frames(job_id)

    def act(self, job_id: str, action: Action, frames: Sequence[tuple[int, int]] = ()) -> None:
        job = self._queue.job(job_id)
        if action is Action.STOP:
            self._queue.set_state(job_id, "stopped")
            self._end_workers(job_id, "Stopped by hand.")
        elif action is Action.START:
            self._queue.set_state(job_id, "active")
        elif action is Action.RETRY:
            if not os.path.exists(job["scene"]):
                raise FarmError(
                    f"The copy of the scene that job {job_id} renders from is gone.", "Submit the scene again."
                )
            if not self._queue.retry(job_id, frames):
                raise BadInput("There is no such frame to try again.", "Name frames that have ended with --frames.")
            self._queue.set_state(job_id, "active")
            self._queue.fail_blocked(job_id, BLOCKED)
        elif action is Action.ABANDON:
            self._queue.abandon(job_id)
            self._end_workers(job_id, "Given up by hand.")
            self._queue.abandon(job_id)  # what a worker handed back while it ended
        elif action is Action.DELETE:
            self._queue.set_state(job_id, "stopped")
            self._end_workers(job_id, "Deleted.")
            self._forget(job_id)
        self._wake.set()
        self._context.notify(job_id)

    def log(self, job_id: str, part: int, number: int) -> str:
        for frame in self.frames(job_id):
            if (frame.part, frame.number) == (part, number) and frame.log:
                try:
                    return Path(frame.log).read_text(encoding="utf-8", errors="replace")
                except OSError as exc:
                    raise FarmError(
                        f"The log of frame {number} cannot be read: {exc.strerror}.", "Retry the frame."
                    ) from exc
        raise FarmError(f"Frame {number} has no log: it has not begun.", "Wait until it renders.")

    def attempts(self, job_id: str) -> list[dict[str, Any]]:
        """Every attempt of every frame: when it began, how it ended, and why."""
        return self._queue.attempts(job_id)

    def close(self) -> None:
        self._closing = True
        self._wake.set()
        self._scheduler.join()
        for worker in list(self._workers):
            worker.stop("The agent was stopped.")
        for thread in list(self._workers.values()):
            thread.join()
        self._previews.close()
        self._queue.close()

    # -- inside

    def _choose(self, submission: Submission) -> Renderer:
        """The renderer that the submission names, or the one that fits best. Raises FarmError."""
        renderers = self.renderers()
        named = [r for r in renderers if submission.env in (r.environment().name, r.program)]
        if submission.env and not named:
            known = ", ".join(r.environment().name for r in renderers) or "none"
            raise FarmError(f'"{submission.env}" is not installed here.', f"There is: {known}.")
        software = submission.software
        here = [r for r in named or renderers if r.application.name == software.name]
        if named and not here:
            raise FarmError(
                f'"{submission.env}" does not render {software.name} scenes.', "Choose another environment."
            )
        if not here:
            raise FarmError(*not_installed(software.name))
        scene = Scene(file=submission.scene.path, software=software)
        best = match_environments(scene, [renderer.environment() for renderer in here])[0]
        return next(renderer for renderer in here if renderer.environment() == best.env)

    def _report(self, job_id: str, state: str, message: str) -> JobReport:
        counts = self._queue.counts(job_id)
        waiting, rendering = counts.get("waiting", 0), counts.get("rendering", 0) + counts.get("finishing", 0)
        started, ended = self._queue.span(job_id)
        unified = _unified(state, counts, waiting, rendering)
        return JobReport(job_id, unified, state, message, started, ended if unified.ended else None)

    def _recover(self) -> None:
        """What an agent that died left: its processes end, its frames go on from where they were."""
        touched = self._queue.unfinished()
        for pid, started in self._queue.processes():
            if process.end_leftover(pid, started):
                LOG.warning("ended the render %s of an earlier agent", pid)
            self._queue.remove_process(pid)
        for key, moves in self._queue.finishing_moves():
            try:
                place(moves)
                self._queue.done(key, [move.target for move in moves])
            except OSError:
                self._queue.interrupted(key, "The agent ended while the picture was put in its place.")
        for key in self._queue.rendering():
            self._queue.interrupted(key, "The agent ended while the frame was rendering.")
        shutil.rmtree(scratch_folder(self._context.folder), ignore_errors=True)
        for job_id in touched:
            self._remove_temporary(job_id)
            self._queue.fail_blocked(job_id, BLOCKED)
        for key, files in self._queue.without_thumbnail():
            self._previews.ask(key, files)

    def _schedule(self) -> None:
        """Keeps as many renders going as the settings say."""
        while not self._closing:
            try:
                self._start_tasks()
            except FarmError as exc:
                LOG.error("%s", exc)
            now = time.monotonic()
            for worker in list(self._workers):
                worker.check_time(now)
            self._wake.wait(LOOK_SECONDS)
            self._wake.clear()

    def _start_tasks(self) -> None:
        slots = max(1, int(self._context.settings.get("processes", 1)))
        while len(self._workers) < slots and not self._closing:
            with self._guard:  # whoever stops a job sees a task either not taken yet, or among the workers
                busy = {key for worker in self._workers for key in worker.keys}
                task = self._queue.next_task(busy)
                if task is None:
                    return
                self._start(task)

    def _start(self, task: Task) -> None:
        renderer = next((r for r in self.renderers() if r.program == task.program), None)
        if renderer is None:
            self._queue.set_state(
                task.job, "stopped", f"{task.program} is no longer installed. Install it again and press Start."
            )
            self._context.notify(task.job)
            return
        named = self._context.settings.get("variables")
        given = {name: str(value) for name, value in named.items()} if isinstance(named, Mapping) else {}
        folder, notify = self._context.folder, self._context.notify
        worker = Worker(task, renderer, self._queue, folder, notify, self._previews.ask, given)
        thread = threading.Thread(target=self._work, args=(worker,), name=f"farmdeck-render-{task.job}", daemon=True)
        self._workers[worker] = thread
        thread.start()

    def _work(self, worker: Worker) -> None:
        try:
            worker.run()
        except FarmError as exc:  # the queue itself cannot be written: say so, and do not spin
            LOG.error("%s", exc)
            time.sleep(LOOK_SECONDS)
        finally:
            with self._guard:
                self._workers.pop(worker, None)
            self._wake.set()
            self._context.notify(worker.task.job)

    def _pictured(self, key: tuple[str, int, int], thumbnail: str) -> None:
        with contextlib.suppress(FarmError):
            self._queue.set_thumbnail(key, thumbnail)
            self._context.notify(key[0])

    def _end_workers(self, job_id: str, reason: str) -> None:
        with self._guard:
            threads = [(worker, thread) for worker, thread in self._workers.items() if worker.task.job == job_id]
        for worker, _ in threads:
            worker.stop(reason)
        for _, thread in threads:
            thread.join()

    def _forget(self, job_id: str) -> None:
        for frame in self._queue.frames(job_id):
            if frame.thumbnail:
                Path(frame.thumbnail).unlink(missing_ok=True)
        self._remove_temporary(job_id)
        shutil.rmtree(self._context.folder / "logs" / job_id, ignore_errors=True)
        self._queue.delete(job_id)

    def _remove_temporary(self, job_id: str) -> None:
        for part in Queue.parts(self._queue.job(job_id)):
            shutil.rmtree(temporary_folder(Path(part.output).parent, job_id), ignore_errors=True)


def _unified(state: str, counts: dict[str, int], waiting: int, rendering: int) -> JobState:
    if not waiting and not rendering:
        if set(counts) == {"done"}:
            return JobState.DONE
        return JobState.PARTLY_DONE if counts.get("done") else JobState.FAILED
    if state == "stopped":
        return JobState.STOPPED
    if state == "paused":
        return JobState.PAUSED
    return JobState.RENDERING if rendering or counts.get("done") or counts.get("failed") else JobState.WAITING


def _caught(work: Any) -> list[str]:
    """What `work` complains of, as sentences."""
    try:
        work()
    except (BadInput, FarmError) as exc:
        return [str(exc)]
    return []
