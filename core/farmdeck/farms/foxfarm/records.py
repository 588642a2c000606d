"""What the farm does not keep: which of its tasks is which piece of a submission, and how often frames were retried."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ..._errors import FarmError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS piece (
    submission TEXT NOT NULL, place INTEGER NOT NULL, part INTEGER NOT NULL, PRIMARY KEY (submission, place)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS retry (
    task INTEGER NOT NULL, frame INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (task, frame)
) WITHOUT ROWID;
"""


class Records:
    """One SQLite file; safe between threads."""

    def __init__(self, file: Path) -> None:
        """`file` is made when it is not there. Raises FarmError."""
        self._file = file
        self._lock = threading.Lock()
        with self._worded():
            self._db = sqlite3.connect(file, timeout=10, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.executescript(_SCHEMA)

    def plan(self, submission: str, parts: Sequence[int]) -> None:
        """Each task to come, in the order of sending, by the part that it renders."""
        rows = [(submission, place, part) for place, part in enumerate(parts)]
        with self._worded():
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("DELETE FROM piece WHERE submission = ?", (submission,))
            self._db.executemany("INSERT INTO piece VALUES (?, ?, ?)", rows)
            self._db.execute("COMMIT")

    def planned(self, submission: str) -> list[int]:
        """The parts as they were planned; [] for a submission of another machine."""
        with self._worded():
            query = "SELECT part FROM piece WHERE submission = ? ORDER BY place"
            return [part for (part,) in self._db.execute(query, (submission,))]

    def retried(self, task: int, frames: Iterable[int]) -> None:
        """These frames of the task begin anew."""
        with self._worded():
            self._db.executemany(
                "INSERT INTO retry VALUES (?, ?, 1) ON CONFLICT (task, frame) DO UPDATE SET count = count + 1",
                [(task, frame) for frame in frames],
            )

    def retries(self, task: int) -> dict[int, int]:
        """How often each frame was retried from here; only those that were."""
        with self._worded():
            return dict(self._db.execute("SELECT frame, count FROM retry WHERE task = ?", (task,)).fetchall())

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def _worded(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except sqlite3.DatabaseError as exc:
                raise FarmError(
                    f"The farm's own record {self._file} cannot be used: {exc}.",
                    "Free some disk space; or move it away, then try again.",
                ) from exc
