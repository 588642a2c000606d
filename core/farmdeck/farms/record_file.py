"""A farm's own record of what was sent: an SQLite file that survives a power cut."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .._errors import FarmError


class RecordFile:
    """Any thread may use it, one at a time."""

    def __init__(self, file: Path, schema: str) -> None:
        """The file is made when it is first used; `schema`: what makes its tables where they are not there."""
        self._file = file
        self._schema = schema
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None

    def close(self) -> None:
        with self._lock:
            if self._db is not None:
                self._db.close()
            self._db = None

    @contextmanager
    def using(self) -> Iterator[sqlite3.Connection]:
        """One transaction: on disk, all of it, when the block ends, or none of it. Raises FarmError."""
        with self._lock:
            try:
                if self._db is None:
                    self._db = self._open()
                with self._db:
                    yield self._db
            except (sqlite3.DatabaseError, OSError) as exc:
                said = f"The record of what was sent, {self._file}, cannot be used: {exc}."
                raise FarmError(said, "Free some space, or check the folder's rights, then press Start.") from exc

    def _open(self) -> sqlite3.Connection:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self._file, timeout=10, check_same_thread=False)
        db.row_factory = sqlite3.Row
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")  # after a power cut it must still say how far a submission was
            db.executescript(self._schema)
        except sqlite3.Error:
            db.close()
            raise
        return db
