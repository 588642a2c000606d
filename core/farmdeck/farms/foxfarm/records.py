"""What the farm does not keep: which of its tasks is which piece of a submission, and how often frames were retried."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from ..record_file import RecordFile

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
        """The file is made when it is first used."""
        self._file = RecordFile(file, _SCHEMA)

    def plan(self, submission: str, parts: Sequence[int]) -> None:
        """Each task to come, in the order of sending, by the part that it renders."""
        rows = [(submission, place, part) for place, part in enumerate(parts)]
        with self._file.using() as db:
            db.execute("DELETE FROM piece WHERE submission = ?", (submission,))
            db.executemany("INSERT INTO piece VALUES (?, ?, ?)", rows)

    def planned(self, submission: str) -> list[int]:
        """The parts as they were planned; [] for a submission of another machine."""
        with self._file.using() as db:
            query = "SELECT part FROM piece WHERE submission = ? ORDER BY place"
            return [part for (part,) in db.execute(query, (submission,))]

    def retried(self, task: int, frames: Iterable[int]) -> None:
        """These frames of the task begin anew."""
        with self._file.using() as db:
            db.executemany(
                "INSERT INTO retry VALUES (?, ?, 1) ON CONFLICT (task, frame) DO UPDATE SET count = count + 1",
                [(task, frame) for frame in frames],
            )

    def retries(self, task: int) -> dict[int, int]:
        """How often each frame was retried from here; only those that were."""
        with self._file.using() as db:
            return dict(db.execute("SELECT frame, count FROM retry WHERE task = ?", (task,)).fetchall())

    def close(self) -> None:
        self._file.close()
