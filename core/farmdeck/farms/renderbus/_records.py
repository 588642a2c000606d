"""What became of each submission at the farm: written down before anything is asked for, so that a crash loses nothing.

The farm has no key by which the same submission could be recognised, and creating a task cannot be repeated: the
stages here say after a crash what may have been done.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from ...submission import Submission, submission_document, submission_from_document
from ..record_file import RecordFile

_SCHEMA = """
CREATE TABLE IF NOT EXISTS tasks (
    submission TEXT PRIMARY KEY, stage TEXT NOT NULL, task INTEGER, begun REAL NOT NULL,
    scene_hash TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT '', document TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tasks_task ON tasks (task);
"""


class Stage(str, Enum):
    """How far a submission came."""

    HASHED = "hashed"
    CREATING = "creating"
    """A task number was asked for; the answer may be lost."""
    CREATED = "created"
    """It has its number; the farm may or may not have been told to render it."""
    HANDED = "handed"
    """The farm renders it; what is asked afterwards (to hold it, to limit its machines) may be missing."""
    SUBMITTED = "submitted"


@dataclass(frozen=True)
class Record:
    """One submission at one farm."""

    submission: Submission
    stage: Stage
    task: int | None
    begun: float
    """When its number was asked for, seconds since the epoch."""
    scene_hash: str
    note: str
    """Something left behind at the farm that a person should know of."""


class Records:
    """The records of one account; any thread may use them."""

    def __init__(self, file: Path) -> None:
        """The file is made when it is first used."""
        self._file = RecordFile(file, _SCHEMA)

    def close(self) -> None:
        self._file.close()

    def by_submission(self, id: str) -> Record | None:
        return self._one("SELECT * FROM tasks WHERE submission = ?", id)

    def by_task(self, task: int) -> Record | None:
        return self._one("SELECT * FROM tasks WHERE task = ?", task)

    def hashed(self, submission: Submission, scene_hash: str) -> None:
        """The scene's MD5 is known; a stage that was reached stays."""
        document = json.dumps(submission_document(submission))
        with self._file.using() as db:
            db.execute(
                "INSERT INTO tasks (submission, stage, begun, scene_hash, document) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (submission) DO UPDATE SET scene_hash = excluded.scene_hash",
                (submission.id, Stage.HASHED.value, time.time(), scene_hash, document),
            )

    def creating(self, id: str) -> None:
        """A number is about to be asked for."""
        self._set(id, stage=Stage.CREATING.value, begun=time.time())

    def refused(self, id: str) -> None:
        """No number was made after all."""
        self._set(id, stage=Stage.HASHED.value)

    def created(self, id: str, task: int) -> None:
        self._set(id, stage=Stage.CREATED.value, task=task)

    def handed(self, id: str) -> None:
        self._set(id, stage=Stage.HANDED.value)

    def submitted(self, id: str, task: int) -> None:
        self._set(id, stage=Stage.SUBMITTED.value, task=task)

    def noted(self, id: str, note: str) -> None:
        """One more thing that a person should know of."""
        record = self.by_submission(id)
        if record is not None and note not in record.note:
            self._set(id, note=f"{record.note} {note}".strip())

    def forget(self, task: int) -> None:
        with self._file.using() as db:
            db.execute("DELETE FROM tasks WHERE task = ?", (task,))

    def _set(self, id: str, **columns: object) -> None:
        names = ", ".join(f"{name} = ?" for name in columns)
        with self._file.using() as db:
            db.execute(f"UPDATE tasks SET {names} WHERE submission = ?", (*columns.values(), id))

    def _one(self, sql: str, value: object) -> Record | None:
        with self._file.using() as db:
            row = db.execute(sql, (value,)).fetchone()
        if row is None:
            return None
        submission = submission_from_document(json.loads(row["document"]))
        return Record(submission, Stage(row["stage"]), row["task"], row["begun"], row["scene_hash"], row["note"])
