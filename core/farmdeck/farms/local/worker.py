"""Renders one task: starts the process, follows what it says, puts finished files in their place."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any, TextIO

from ..._errors import FarmError, SceneChanged
from ...job import Part
from ...submission import check_unchanged
from . import progress
from .process import RenderProcess, describe_exit
from .queue import FrameKey, Move, Queue, Task
from .renderers import Renderer

SCRIPT = Path(__file__).with_name("render_blender.py")
PROGRESS_SECONDS = 0.25
LOW_DISK = 20 * 2**20


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
    ) -> None:
        """`told` is called when something changed, `finished` with each frame that is in its place."""
        self.task = task
        self.part: Part = task.submission.parts[task.part]
        self._renderer = renderer
        self._queue = queue
        self._folder = folder
        self._told = told
        self._finished = finished
        self._process: RenderProcess | None = None
        self._frame: int | None = None
        self._deadline: float | None = None
        self._shown = 0.0
        self._last_error = ""
        self._stop_reason = ""
        self._timed_out = False
        self._guard = threading.Lock()

    @property
    def keys(self) -> set[FrameKey]:
        """The frames that this task holds."""
        return {(self.task.job, self.task.part, number) for number in self.task.numbers}

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
            task_file = self._write_task()
        except SceneChanged as exc:
            self._give_up(str(exc))
            return
        except OSError as exc:
            self._give_up(output_trouble(self.output, exc))
            return
        log = _Log(self._folder / "logs" / self.task.job)
        try:
            self._follow(task_file, log)
        finally:
            log.close()
            task_file.unlink(missing_ok=True)
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
        """Blender's own temporary files: a render that is ended does not remove them."""
        return scratch_folder(self._folder) / f"{self.task.job}-{self.task.part}-{self.task.numbers[0]}"

    def _write_task(self) -> Path:
        self._scratch.mkdir(parents=True, exist_ok=True)
        self._temporary.mkdir(parents=True, exist_ok=True)
        frames = []
        for number in self.task.numbers:
            attempt = self._queue.attempt_to_come((self.task.job, self.task.part, number))
            frames.append({"number": number, "folder": str(self._temporary / f"{number}.{attempt}")})
        doc = {
            "scene": self.task.scene,
            "address": list(self.part.address),
            "camera": self.part.camera,
            "name": PurePath(self.part.output).name,
            "frames": frames,
        }
        path = self._folder / f"task-{self.task.job}-{self.task.part}-{self.task.numbers[0]}.json"
        path.write_text(json.dumps(doc), encoding="utf-8")
        return path

    def _follow(self, task_file: Path, log: _Log) -> None:
        threads = int(self.task.options.get("threads", 0))
        command = self._renderer.command(str(SCRIPT), self.task.scene, str(task_file), threads)
        try:
            with self._guard:
                if self._stop_reason:
                    return
                self._process = RenderProcess(command, self._folder, self._scratch)
        except FarmError as exc:
            self._give_up(str(exc))
            return
        self._queue.add_process(self._process.pid, self._process.born, self.task.job)
        fatal = ""
        for line in self._process.lines():
            said = progress.event(line)
            if said is None:
                log.write(line)
                self._listen(line)
            elif said["event"] == "fatal":
                fatal = str(said.get("message", ""))
                log.write(fatal)
            else:
                self._heed(said, log)
        code = self._process.wait()
        self._account(code, fatal, log)
        self._queue.remove_process(self._process.pid)

    def _heed(self, said: Mapping[str, Any], log: _Log) -> None:
        """One of our own lines."""
        kind = said["event"]
        if kind == "begin":
            self._begin(int(said["frame"]), log)
        elif kind == "stats":
            log.write(str(said.get("text", "")))
            self._listen(str(said.get("text", "")))
        elif kind == "done" and self._frame is not None:
            self._finish(said)
        elif kind == "failed" and self._frame is not None:
            self._fail(str(said.get("message") or self._last_error or "Blender could not render the frame."))

    def _begin(self, number: int, log: _Log) -> None:
        key = self._key(number)
        path = log.begin(f"{self.task.part}.{number}.{self._queue.attempt_to_come(key)}.log")
        self._queue.begin(key, str(path))
        self._frame, self._last_error, self._shown = number, "", 0.0
        limit = float(self.task.options.get("timeout", 0))
        self._deadline = time.monotonic() + limit if limit else None
        self._told(self.task.job)

    def _listen(self, line: str) -> None:
        """Progress and errors out of Blender's own lines."""
        self._last_error = progress.error(line) or self._last_error
        share = progress.fraction(line)
        now = time.monotonic()
        if share is not None and self._frame is not None and now - self._shown > PROGRESS_SECONDS:
            self._shown = now
            self._queue.progress(self._key(self._frame), share)
            self._told(self.task.job)

    def _finish(self, said: Mapping[str, Any]) -> None:
        """Rename the frame's files into place, so that at any moment a restart knows what is left to do."""
        assert self._frame is not None
        key = self._key(self._frame)
        base = self._temporary / f"{self._frame}.{self._queue.attempt_to_come(key) - 1}"
        try:
            moves = [self._move(base, name, target) for name, target in said["files"]]
            if any(move.size == 0 for move in moves):
                raise OSError(errno.EIO, "the picture is empty")
            self._queue.finishing(key, moves, float(said.get("seconds", 0)))
            place(moves)
        except OSError as exc:
            self._fail(f"The picture could not be put into {self.output}: {exc.strerror}.")
            return
        files = [move.target for move in moves]
        self._queue.done(key, files)
        self._finished(key, files)
        self._frame, self._deadline = None, None
        self._told(self.task.job)

    def _move(self, base: Path, name: str, target: str) -> Move:
        source = base / name
        folder = Path(target) if target else self.output
        return Move(str(source), str(folder / source.name), source.stat().st_size)

    def _fail(self, reason: str) -> None:
        """The attempt failed: a trouble of the output stops the job, anything else counts against the frame."""
        assert self._frame is not None
        key = self._key(self._frame)
        trouble = output_trouble(self.output)
        if trouble:
            self._queue.interrupted(key, trouble)
            self._queue.set_state(self.task.job, "stopped", trouble)
            self._stop_reason = trouble
            if self._process is not None:
                self._process.end()
        else:
            self._queue.failed(key, reason, int(self.task.options.get("retries", 1)))
        self._frame, self._deadline = None, None
        self._told(self.task.job)

    def _account(self, code: int, fatal: str, log: _Log) -> None:
        """The process has ended: what of the frame it was at?"""
        if fatal:
            self._queue.fail_waiting(self.task.job, self.task.part, fatal)
        elif self._timed_out and self._frame is not None:
            limit = self.task.options.get("timeout")
            self._fail(f"The frame took longer than {limit:g} s and was ended.")
        elif self._stop_reason:
            if self._frame is not None:
                self._queue.interrupted(self._key(self._frame), self._stop_reason)
        elif self._frame is not None:
            self._fail(f"{describe_exit(code)} {self._last_error}".strip())
        elif code != 0:
            self._begin(self.task.numbers[0], log)  # it never came to a frame: that counts against the first
            self._fail(f"{describe_exit(code)} {self._last_error}".strip())
        self._told(self.task.job)

    def _give_up(self, message: str) -> None:
        self._queue.set_state(self.task.job, "stopped", message)
        self._told(self.task.job)

    def _key(self, number: int) -> FrameKey:
        return self.task.job, self.task.part, number


class _Log:
    """One file for each frame; what is said before the first frame begins goes into the first frame's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._before: list[str] = []
        self._file: TextIO | None = None

    def begin(self, name: str) -> Path:
        """Lines go to this file from now on."""
        self.close()
        path = self._folder / name
        with contextlib.suppress(OSError):  # no log is no reason not to render
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = path.open("w", encoding="utf-8", buffering=1)
        for line in self._before:
            self.write(line)
        self._before = []
        return path

    def write(self, line: str) -> None:
        if not line:
            return
        if self._file is None:
            self._before.append(line)
            return
        try:
            self._file.write(line + "\n")
        except OSError:
            self.close()

    def close(self) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
            self._file = None


def place(moves: Sequence[Move]) -> None:
    """Rename each file into its place; one that is there already is left. Raises OSError."""
    for move in moves:
        if not os.path.exists(move.source) and _size(move.target) == move.size:
            continue
        os.makedirs(os.path.dirname(move.target), exist_ok=True)
        try:
            os.replace(move.source, move.target)
        except OSError as exc:
            if exc.errno != errno.EXDEV:  # a File Output node may point to another disk
                raise
            part = f"{move.target}.farmdeck-part"
            shutil.copyfile(move.source, part)
            os.replace(part, move.target)


def temporary_folder(output: Path, job: str) -> Path:
    """Where frames of the job are while they are not whole."""
    return output / f".farmdeck-{job}"


def scratch_folder(folder: Path) -> Path:
    """Where renders have their temporary files, below the farm's own folder."""
    return folder / "tmp"


def output_trouble(output: Path, exc: OSError | None = None) -> str:
    """What is wrong with the output folder, as a message that says what to do; "" when nothing is."""
    again = "then press Start: what is done stays done."
    if exc is not None and exc.errno == errno.ENOSPC:
        return f"The disk of {output} is full. Free some space, {again}"
    if not output.is_dir():
        return f"The output folder {output} is gone. Put it back, {again}"
    if not os.access(output, os.W_OK):
        return f"The output folder {output} cannot be written. Change its rights, {again}"
    if shutil.disk_usage(output).free < LOW_DISK:
        return f"The disk of {output} is full. Free some space, {again}"
    return f"The output folder {output} cannot be used: {exc.strerror}. Mend it, {again}" if exc else ""


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return -1
