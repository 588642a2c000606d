"""Renders one task: starts the process, follows what it says, puts finished files in their place."""

from __future__ import annotations

import contextlib
import errno
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..._errors import FarmError, SceneChanged
from ...job import Part
from ...submission import check_unchanged
from . import progress
from .application import Order, Run, in_one_go
from .follow import Follower
from .frame_log import FrameLog
from .output import output_trouble, place, scratch_folder, temporary_folder
from .process import RenderProcess, describe_exit
from .queue import Queue
from .renderers import Renderer
from .task import Finished, FrameKey, Move, Task

PROGRESS_SECONDS = 0.25


class Worker:
    """One task on one thread. `run` returns when its process has ended and every frame of it is accounted for."""

    def __init__(
        self,
        task: Task,
        renderer: Renderer,
        queue: Queue,
        folder: Path,
        told: Callable[[str], None],
        finished: Callable[[FrameKey, Sequence[str]], None],
        environment: Mapping[str, str],
    ) -> None:
        """`told` is called when something changed, `finished` with each frame that is in its place.

        `environment`: variables that renders are given besides.
        """
        application = renderer.application
        self.task = replace(task, numbers=application.takes(task.scene, task.numbers))
        self.part: Part = task.submission.parts[task.part]
        self._renderer = renderer
        self._application = application
        self._queue = queue
        self._folder = folder
        self._told = told
        self._finished = finished
        self._environment = environment
        self._process: RenderProcess | None = None
        self._frame: int | None = None
        self._begun: set[int] = set()
        self._held: dict[int, Finished] | None = {} if in_one_go(application.name, self.part) else None
        self._deadline: float | None = None
        self._shown = 0.0
        self._share = 0.0
        self._last_error = ""
        self._stop_reason = ""
        self._halted = False
        self._timed_out = False
        self._guard = threading.Lock()

    @property
    def keys(self) -> set[FrameKey]:
        """The frames that this task holds."""
        return {self._key(number) for number in self.task.numbers}

    def stop(self, reason: str) -> None:
        """End the process; its frame waits again and the attempt keeps the reason."""
        with self._guard:
            self._stop_reason = reason
            process = self._process
        if process is not None:
            process.end()

    def check_time(self, now: float) -> None:
        """End the process when its frame takes too long."""
        if self._deadline is not None and now > self._deadline and self._process is not None:
            self._timed_out = True
            self._process.end()

    def run(self) -> None:
        """Render. Raises nothing that a frame can explain."""
        try:
            for file in self.task.submission.files:  # hours may have passed since Submit
                check_unchanged(file, "The file")
            run = self._prepare()
            order = self._application.order(self._renderer.program, run)
            for path, text in order.files.items():
                Path(path).write_text(text, encoding="utf-8")
        except (FarmError, SceneChanged) as exc:
            self._give_up(str(exc))
            return
        except OSError as exc:
            self._give_up(output_trouble(self.output, exc))
            return
        log = FrameLog(self._folder / "logs" / self.task.job)
        try:
            self._follow(order, None if order.tells else Follower(run), log)
        finally:
            log.close()
            shutil.rmtree(self._temporary, ignore_errors=True)
            shutil.rmtree(self._scratch, ignore_errors=True)
            with contextlib.suppress(OSError):
                self._temporary.parent.rmdir()

    @property
    def output(self) -> Path:
        """The folder of the part's frames."""
        return Path(self.part.output).parent

    @property
    def _temporary(self) -> Path:
        """On the output's own file system, so that a rename is all that is left to do."""
        return temporary_folder(self.output, self.task.job) / f"{self.task.part}-{self.task.numbers[0]}"

    @property
    def _scratch(self) -> Path:
        """The renderer's own temporary files: a render that is ended does not remove them."""
        return scratch_folder(self._folder) / f"{self.task.job}-{self.task.part}-{self.task.numbers[0]}"

    def _prepare(self) -> Run:
        shared = self._temporary / "all"
        shutil.rmtree(self._temporary, ignore_errors=True)  # of an attempt that ended with the machine
        self._scratch.mkdir(parents=True, exist_ok=True)
        shared.mkdir(parents=True)
        attempts = {number: self._queue.attempt_to_come(self._key(number)) for number in self.task.numbers}
        return Run(
            scene=self.task.scene,
            original=self.task.submission.scene.path,
            part=self.part,
            folders={number: str(self._temporary / f"{number}.{attempt}") for number, attempt in attempts.items()},
            folder=str(shared),
            scratch=str(self._scratch),
            threads=int(self.task.options.get("threads", 0)),
            needed=any(self.part.item in other.needs for other in self.task.submission.parts),
        )

    def _follow(self, order: Order, follower: Follower | None, log: FrameLog) -> None:
        environment = {**self._environment, **order.environment}
        log.write(subprocess.list2cmdline(order.command))
        try:
            with self._guard:
                if self._stop_reason:
                    return
                self._process = RenderProcess(order.command, self._folder, self._scratch, environment)
        except FarmError as exc:
            self._give_up(str(exc))
            return
        self._queue.add_process(self._process.pid, self._process.born, self.task.job)
        if follower is not None:
            self._heed(follower.start(), log)
        fatal = ""
        for line in self._process.lines():
            said = progress.event(line)
            if said is None:
                log.write(line)
                self._listen(line)
                self._heed_all(follower.hear(line) if follower else (), log)
            elif said["event"] == "fatal":
                fatal = str(said.get("message", ""))
                log.write(fatal)
            else:
                self._heed(said, log)
        code = self._process.wait()
        if follower is not None:
            ended = self._timed_out or self._stop_reason  # by us: the code is not the program's own
            self._heed_all(follower.broke() if code or ended else follower.end(), log)
        self._account(code, fatal, log)
        self._queue.remove_process(self._process.pid)

    def _heed_all(self, events: Iterable[Mapping[str, Any]], log: FrameLog) -> None:
        for event in events:
            if self._halted:  # a trouble ended the process: what it wrote is not to be trusted
                return
            self._heed(event, log)

    def _heed(self, said: Mapping[str, Any], log: FrameLog) -> None:
        """One event, told by our own script or by the follower."""
        kind = said["event"]
        if kind == "begin":
            self._begin(int(said["frame"]), log)
        elif kind == "stats":
            log.write(str(said.get("text", "")))
            self._listen(str(said.get("text", "")))
        elif kind == "done" and self._frame is not None:
            self._finish(said, log)
        elif kind == "failed" and self._frame is not None:
            silent = f"{self._application.name} wrote no picture. {self._last_error}".strip()
            self._fail(str(said.get("message") or silent))

    def _begin(self, number: int, log: FrameLog) -> None:
        key = self._key(number)
        path = log.begin(f"{self.task.part}.{number}.{self._queue.attempt_to_come(key)}.log")
        self._queue.begin(key, str(path))
        self._begun.add(number)
        self._frame, self._last_error, self._shown, self._share = number, "", 0.0, 0.0
        limit = float(self.task.options.get("timeout", 0))
        self._deadline = time.monotonic() + limit if limit else None
        self._told(self.task.job)

    def _listen(self, line: str) -> None:
        """Progress, errors and missing licences out of the renderer's own lines."""
        self._last_error = progress.error(line) or self._last_error
        if progress.no_licence(line) and not self._halted:
            again = "Free one, or start its server, then press Start: what is done stays done."
            self._halt(f"{self._application.name} found no licence for a renderer: {line.strip()} {again}")
            return
        share = progress.fraction(line)
        now = time.monotonic()
        if share is not None and self._frame is not None and now - self._shown > PROGRESS_SECONDS:
            self._shown = now
            self._share = max(share, self._share)  # blocks arrive out of order, passes begin again
            self._queue.progress(self._key(self._frame), self._share)
            self._told(self.task.job)

    def _finish(self, said: Mapping[str, Any], log: FrameLog) -> None:
        """The frame's files are whole: they go into place, or wait for those of the frames that belong to them."""
        number = int(said["frame"])
        if number not in self._begun:
            self._begin(number, log)
        try:
            moves = tuple(self._move(source, target) for source, target in said["files"])
            if any(move.size == 0 for move in moves):
                raise OSError(errno.EIO, "the picture is empty")
        except OSError as exc:
            self._fail(f"The picture could not be put into {self.output}: {exc.strerror}.")
            return
        finished = Finished(self._key(number), moves, float(said.get("seconds", 0)))
        if self._held is None:
            self._put([finished])
        else:
            self._held[number] = finished

    def _put(self, finished: Sequence[Finished]) -> None:
        """Rename the files into place, so that at any moment a restart knows what is left to do."""
        try:
            self._queue.finishing(finished)
            for one in finished:
                place(one.moves)
        except OSError as exc:
            self._fail(f"The picture could not be put into {self.output}: {exc.strerror}.")
            return
        for one in finished:
            files = [move.target for move in one.moves]
            self._queue.done(one.key, files)
            self._finished(one.key, files)
        self._frame, self._deadline = None, None
        self._told(self.task.job)

    def _move(self, source: str, target: str) -> Move:
        return Move(source, str(self.output / target), Path(source).stat().st_size)

    def _fail(self, reason: str) -> None:
        """The attempt failed: a trouble of the output stops the job, anything else counts against the frame."""
        assert self._frame is not None
        trouble = output_trouble(self.output)
        if trouble:
            self._halt(trouble)
            return
        key = self._key(self._frame)
        again = self._queue.failed(key, reason, int(self.task.options.get("retries", 1)))
        if self._held is not None:
            self._fail_others(reason, again)
        if not again:
            self._queue.fail_blocked(self.task.job, f"{self.part.name}, which it needs, failed.")
        self._frame, self._deadline = None, None
        self._told(self.task.job)

    def _fail_others(self, reason: str, again: bool) -> None:
        """All frames of a simulation, or none: those that were done wait again with the one that failed."""
        self._held = {}
        for number in self._begun - {self._frame}:
            self._queue.interrupted(self._key(number), f"Frame {self._frame} failed, and all are rendered in one go.")
        self._begun = set()
        if not again:
            self._queue.fail_waiting(self.task.job, self.task.part, reason)

    def _halt(self, trouble: str) -> None:
        """Nothing that a frame could help: the job stops, and its frames wait."""
        self._interrupt(trouble)
        self._queue.set_state(self.task.job, "stopped", trouble)
        self._stop_reason, self._halted = trouble, True
        if self._process is not None:
            self._process.end()
        self._told(self.task.job)

    def _interrupt(self, reason: str) -> None:
        """The frames that were begun wait again."""
        one = set() if self._frame is None else {self._frame}
        for number in one if self._held is None else self._begun:
            self._queue.interrupted(self._key(number), reason)
        self._begun, self._frame, self._deadline = set(), None, None

    def _account(self, code: int, fatal: str, log: FrameLog) -> None:
        """The process has ended: what of the frame it was at?"""
        if fatal and self._frame is not None:
            self._fail(fatal)
        elif fatal:
            self._queue.fail_waiting(self.task.job, self.task.part, fatal)
            self._queue.fail_blocked(self.task.job, f"{self.part.name}, which it needs, failed.")
        elif self._timed_out and self._frame is not None:
            limit = self.task.options.get("timeout")
            self._fail(f"The frame took longer than {limit:g} s and was ended.")
        elif self._stop_reason:
            self._interrupt(self._stop_reason)
        elif code == 0 and self._held and set(self._held) == set(self.task.numbers):
            self._put([self._held[number] for number in self.task.numbers])
        elif self._frame is not None or code != 0:
            if self._frame is None:
                self._begin(self.task.numbers[0], log)  # it never came to a frame: that counts against the first
            self._fail(f"{self._describe(code)} {self._last_error}".strip())
        self._told(self.task.job)

    def _describe(self, code: int) -> str:
        return describe_exit(code, self._application.name, self._application.exits)

    def _give_up(self, message: str) -> None:
        self._queue.set_state(self.task.job, "stopped", message)
        self._told(self.task.job)

    def _key(self, number: int) -> FrameKey:
        return self.task.job, self.task.part, number
