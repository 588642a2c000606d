"""SHA-256 of files, remembered: what did not change is not read again.

A file is the same when path, size, time and inode are. One that was written a moment ago is not remembered, since it
could be written once more within the same tick of its disk's clock.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

from .._errors import FarmError, SceneChanged

CHUNK = 1 << 20
SETTLED = 2.0
"""Seconds: FAT counts time in twos."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS sha256 (
    path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, inode INTEGER NOT NULL, sha TEXT NOT NULL
) WITHOUT ROWID;
"""


class Hashes:
    """The record; any thread may ask."""

    def __init__(self, file: Path) -> None:
        """`file` is made when it is not there, and begun anew when it is damaged. Raises FarmError."""
        self._file = file
        self._lock = threading.Lock()
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._db = self._open()
        except (OSError, sqlite3.Error) as exc:
            raise self._unusable(exc) from exc

    def sha256(self, source: Path, tell: Callable[[float], None] = lambda done: None) -> str:
        """64 letters; `tell` is called now and then with the bytes that were read by then, and may raise.

        Raises FarmError when the file cannot be read, SceneChanged when it is written meanwhile.
        """
        try:
            before = os.stat(source)
            known = self._known(source, before)
            if known:
                return known
            sha = _sha256(source, tell)
            after = os.stat(source)
        except OSError as exc:
            raise FarmError(f"{source} cannot be read: {exc.strerror}.", "Put it back, then press Start.") from exc
        if _identity(after) != _identity(before):
            raise SceneChanged(f"{source} changed while it was being read.", "Submit the job again.")
        if time.time() - after.st_mtime > SETTLED:
            self._remember(source, after, sha)
        return sha

    def forget(self, source: Path) -> None:
        """It is to be read again."""
        with self._lock:
            try:
                self._db.execute("DELETE FROM sha256 WHERE path = ?", (_text(source),))
            except sqlite3.Error as exc:
                raise self._unusable(exc) from exc

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def _known(self, source: Path, info: os.stat_result) -> str:
        with self._lock:
            try:
                row = self._db.execute(
                    "SELECT sha FROM sha256 WHERE path = ? AND size = ? AND mtime_ns = ? AND inode = ?",
                    (_text(source), *_identity(info)),
                ).fetchone()
            except sqlite3.Error as exc:
                raise self._unusable(exc) from exc
        return row[0] if row else ""

    def _remember(self, source: Path, info: os.stat_result, sha: str) -> None:
        with self._lock:
            try:
                row = (_text(source), *_identity(info), sha)
                self._db.execute("INSERT OR REPLACE INTO sha256 VALUES (?, ?, ?, ?, ?)", row)
            except sqlite3.Error as exc:
                raise self._unusable(exc) from exc

    def _open(self) -> sqlite3.Connection:
        try:
            return _connect(self._file)
        except sqlite3.OperationalError:
            raise  # locked, or no place to write: not damaged
        except sqlite3.DatabaseError:
            self._file.unlink()
            return _connect(self._file)

    def _unusable(self, exc: Exception) -> FarmError:
        return FarmError(f"The record of what files hold cannot be used: {exc}.", f"Remove {self._file}.")


def _connect(file: Path) -> sqlite3.Connection:
    db = sqlite3.connect(file, timeout=10, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.executescript(_SCHEMA)
    except sqlite3.Error:
        db.close()
        raise
    return db


def _identity(info: os.stat_result) -> tuple[int, int, int]:
    return info.st_size, info.st_mtime_ns, info.st_ino


def _text(source: Path) -> str:
    return os.fsencode(source).decode("utf-8", "backslashreplace")


def _sha256(source: Path, tell: Callable[[float], None]) -> str:
    digest, done = hashlib.sha256(), 0
    buffer = memoryview(bytearray(CHUNK))
    with open(source, "rb", buffering=0) as file:
        while count := file.readinto(buffer):
            digest.update(buffer[:count])
            done += count
            tell(done)
    return digest.hexdigest()
