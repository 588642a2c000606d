"""What Flamenco does not keep: what was submitted from here, its checkouts, when and how often tasks began."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...submission import Submission, submission_document, submission_from_document
from ..record_file import RecordFile

Frames = Iterable[tuple[int, int]]
"""(part, number) pairs."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS sent (
    submission TEXT PRIMARY KEY, way TEXT NOT NULL, document TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS checkout (
    submission TEXT NOT NULL, part TEXT NOT NULL, path TEXT NOT NULL, PRIMARY KEY (submission, part)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS retry (
    job TEXT NOT NULL, part INTEGER NOT NULL, frame INTEGER NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (job, part, frame)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS begun (
    job TEXT NOT NULL, task TEXT NOT NULL, moment REAL NOT NULL, PRIMARY KEY (job, task)
) WITHOUT ROWID;
"""


class Records:
    """One SQLite file; any thread may use it. Jobs and tasks are Flamenco's, by their uuids."""

    def __init__(self, file: Path) -> None:
        """The file is made when it is first used."""
        self._file = RecordFile(file, _SCHEMA)

    def close(self) -> None:
        self._file.close()

    # -- submissions

    def sent(self, submission: Submission, way: str) -> None:
        """It is about to be sent; `way`: how its files travel."""
        document = json.dumps(submission_document(submission))
        self._do("INSERT OR REPLACE INTO sent VALUES (?, ?, ?)", [(submission.id, way, document)])

    def submission(self, id: str) -> Submission | None:
        """None for one of another machine."""
        rows = self._all("SELECT document FROM sent WHERE submission = ?", id)
        return submission_from_document(json.loads(rows[0][0])) if rows else None

    def way(self, id: str) -> str | None:
        rows = self._all("SELECT way FROM sent WHERE submission = ?", id)
        return str(rows[0][0]) if rows else None

    def checked_out(self, id: str, part: str, path: str) -> None:
        """Shaman made this checkout for a job to come: a second try uses it, too."""
        self._do("INSERT OR REPLACE INTO checkout VALUES (?, ?, ?)", [(id, part, path)])

    def checkout(self, id: str, part: str) -> str | None:
        rows = self._all("SELECT path FROM checkout WHERE submission = ? AND part = ?", id, part)
        return str(rows[0][0]) if rows else None

    def checkout_used(self, id: str, part: str) -> None:
        """It is a job's now, and goes with it."""
        self._do("DELETE FROM checkout WHERE submission = ? AND part = ?", [(id, part)])

    def forget(self, id: str, jobs: Iterable[str]) -> None:
        """A submission, and the jobs that it became."""
        for table in ("sent", "checkout"):
            self._do(f"DELETE FROM {table} WHERE submission = ?", [(id,)])
        for table in ("retry", "begun"):
            self._do(f"DELETE FROM {table} WHERE job = ?", [(job,) for job in jobs])

    # -- attempts

    def retried(self, job: str, frames: Frames) -> None:
        """These frames begin anew."""
        self._do(
            "INSERT INTO retry VALUES (?, ?, ?, 1) ON CONFLICT (job, part, frame) DO UPDATE SET count = count + 1",
            [(job, part, number) for part, number in frames],
        )

    def retries(self, job: str) -> dict[tuple[int, int], int]:
        """How often each frame was retried from here; only those that were."""
        rows = self._all("SELECT part, frame, count FROM retry WHERE job = ?", job)
        return {(part, number): count for part, number, count in rows}

    def note_begun(self, job: str, begun: Mapping[str, float], waiting: Iterable[str]) -> None:
        """Tasks that were seen at work, by when (seconds since the epoch), and tasks that wait, again perhaps."""
        if begun:
            self._do("INSERT OR IGNORE INTO begun VALUES (?, ?, ?)", [(job, *item) for item in begun.items()])
        gone = [(job, task) for task in waiting]
        if gone:
            self._do("DELETE FROM begun WHERE job = ? AND task = ?", gone)

    def begun(self, job: str) -> dict[str, float]:
        """When each task of the job was first seen at work."""
        return dict(self._all("SELECT task, moment FROM begun WHERE job = ?", job))

    # -- inside

    def _do(self, sql: str, rows: Sequence[tuple[object, ...]]) -> None:
        with self._file.using() as db:
            db.executemany(sql, rows)

    def _all(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self._file.using() as db:
            return db.execute(sql, values).fetchall()
