"""One running render: started on a leash, read line by line, ended with everything it started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

from ..._errors import FarmError
from ...launch import clean_environment

LEASH = Path(__file__).with_name("leash.py")
END_SECONDS = 5.0


class RenderProcess:
    """A render and the leash it runs on."""

    def __init__(self, command: Sequence[str], folder: Path, temporary: Path, environment: Mapping[str, str]) -> None:
        """Start it in `folder`, with `temporary` for what it does not clean up itself. Raises FarmError.

        `environment` comes on top of what is left of the agent's own.
        """
        places = {name: str(temporary) for name in ("TMPDIR", "TEMP", "TMP")}
        detached: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            detached = {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(LEASH), *command],
                stdin=subprocess.PIPE,  # the leash: never written, closed by the system when the agent dies
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                cwd=str(folder),
                env={**clean_environment(), **environment, **places},
                text=True,
                encoding="utf-8",
                errors="replace",
                **detached,
            )
        except OSError as exc:
            raise FarmError(f"{command[0]} does not start: {exc.strerror}.", "Check that it is installed.") from exc
        self.pid = self._process.pid
        self.born = born(self.pid)

    def lines(self) -> Iterator[str]:
        """What it says, without line ends, until it ends."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            yield line.rstrip("\r\n")

    def wait(self) -> int:
        """Its exit code; above 128 it was ended by signal code - 128."""
        for pipe in (self._process.stdout, self._process.stdin):
            if pipe is not None:
                pipe.close()
        return self._process.wait()

    def end(self) -> None:
        """End it and everything that it started; harmless when it has ended."""
        if self._process.poll() is None:
            end_tree(self.pid)


def born(pid: int) -> float:
    """When the process started, seconds since the epoch; 0.0 when it is gone."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return 0.0


def end_tree(pid: int) -> None:
    """End a process, its group and its descendants, at once: frames are whole or not there, nothing needs saving."""
    try:
        process = psutil.Process(pid)
        family = [*process.children(recursive=True), process]
    except psutil.Error:
        return
    if sys.platform != "win32":
        try:
            if os.getpgid(pid) == pid:  # ours lead their own group; never a group we were merely put in
                os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    for member in family:
        try:
            member.kill()
        except psutil.Error:
            continue
    psutil.wait_procs(family, timeout=END_SECONDS)


def end_leftover(pid: int, started: float) -> bool:
    """End a render that an earlier agent left, unless the number now belongs to another process. True when ended."""
    if not started or abs(born(pid) - started) > 0.5:
        return False
    end_tree(pid)
    return True


def describe_exit(code: int, name: str, known: Mapping[int, str]) -> str:
    """Why a render of the application `name` ended that should not have, in words; `known` are its own codes."""
    if code in known:
        return known[code]
    if code in (128 + 9, -9):
        return "The render was killed, most likely because the machine ran out of memory."
    if code > 128 and code - 128 in signal.valid_signals():
        return f"{name} crashed ({signal.Signals(code - 128).name})."
    if code:
        return f"{name} ended with code {code} before the frame was finished."
    return f"{name} ended before the frame was finished."
