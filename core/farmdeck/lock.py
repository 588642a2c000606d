"""The agent's lock file: one agent per user and machine, and a cheap way to ask whether one runs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

LOCK_NAME = "agent.lock"


class AgentLock:
    """Held by the running agent for as long as its process lives; the system frees it when the process dies."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOCK_NAME
        self._fd: int | None = None

    def acquire(self) -> bool:
        """True when it is ours now; False when another agent has it. Does not wait."""
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        if not _lock(fd, exclusive=True):
            os.close(fd)
            return False
        self._fd = fd
        return True

    def release(self) -> None:
        """Free it; harmless when it is not held."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def agent_runs(folder: Path) -> bool:
    """Is an agent alive on this store? Microseconds, no process is looked for."""
    try:
        fd = os.open(folder / LOCK_NAME, os.O_RDWR)
    except OSError:
        return False
    try:
        return not _lock(fd, exclusive=False)
    finally:
        os.close(fd)


def _lock(fd: int, exclusive: bool) -> bool:
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
            if not exclusive:
                msvcrt.locking(fd, msvcrt.LK_UNLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(fd, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
