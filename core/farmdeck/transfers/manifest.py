"""What is uploaded already: a durable record, so that nothing that the farm has is sent twice.

One SQLite file in the farm's own folder. A file is the same when its size and its time are, as the vendor's own
program has it (rayvision_transmitter 1.1.5, help of `-C`). A power cut can take the last entries back, which costs
sending those files again; a file that is damaged is begun anew for the same reason.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from .progress import Identity, clean, identity
from .transfer import FileError, Item, Storage, TransferError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS uploaded (
    bid TEXT NOT NULL, uid TEXT NOT NULL, remote TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    PRIMARY KEY (bid, uid, remote)
) WITHOUT ROWID;
"""


class Manifest:
    """The record of one farm account. Used from one thread at a time or from several."""

    def __init__(self, file: Path) -> None:
        """`file` is made when it is not there. Raises TransferError."""
        self._file = file
        self._lock = threading.Lock()
        self._seen: dict[tuple[str, str, str], Identity] = {}
        with self._worded():
            try:
                self._db = self._open()
            except sqlite3.DatabaseError as exc:
                if isinstance(exc, sqlite3.OperationalError):
                    raise  # locked, or no place to write: not damaged
                file.unlink()
                self._db = self._open()

    def missing(self, items: Sequence[Item], storage: Storage) -> list[Item]:
        """Those that are to be sent, in order; a file that is not there counts, for the transfer to name it."""
        with self._worded():
            rows = self._db.execute(
                "SELECT remote, size, mtime_ns FROM uploaded WHERE bid = ? AND uid = ?", (storage.id, storage.user)
            )
            known = {remote: (size, mtime) for remote, size, mtime in rows}
        wanted = []
        for item in items:
            try:
                found, remote = identity(item.local), clean(item.remote)
            except FileError:
                wanted.append(item)
                continue
            self._seen[storage.id, storage.user, remote] = found
            if known.get(remote) != found or found[0] != item.size:
                wanted.append(item)
        return wanted

    def record(self, item: Item, storage: Storage) -> None:
        """It is whole at the farm: what it was when `missing` last looked, so that a later change is sent again."""
        key = (storage.id, storage.user, clean(item.remote))
        found = self._seen.get(key) or identity(item.local)
        with self._worded():
            self._db.execute("INSERT OR REPLACE INTO uploaded VALUES (?, ?, ?, ?, ?)", (*key, *found))

    def forget(self, storage: Storage) -> None:
        """Everything of this storage is to be sent again."""
        with self._worded():
            self._db.execute("DELETE FROM uploaded WHERE bid = ? AND uid = ?", (storage.id, storage.user))

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._file, timeout=10, isolation_level=None, check_same_thread=False)
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            db.executescript(_SCHEMA)
        except sqlite3.Error:
            db.close()
            raise
        return db

    @contextmanager
    def _worded(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except sqlite3.DatabaseError as exc:
                fix = "Free some disk space." if "full" in str(exc) else f"Remove {self._file}; files are sent again."
                raise TransferError(f"The record of what is uploaded cannot be used: {exc}.", fix) from exc
