"""The local farm's durable queue: one SQLite file, written by one agent.

A frame goes waiting → rendering → finishing → done, or failed, or abandoned. `finishing` is written with the files'
names and sizes before they are renamed into place: whoever finds a frame in that state knows how to complete it.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..._errors import FarmError, UnknownJob
from ...frames import parse_frames
from ...job import Frame, FrameState, Part
from ...submission import Submission, submission_document, submission_from_document
from .application import in_one_go
from .queue_schema import BLOCKED, READY, SCHEMA
from .task import Finished, FrameKey, Move, Task

MAX_CHUNK = 10_000


class Queue:
    """Thread-safe; every method is one short transaction."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(str(path), timeout=10, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    # -- jobs

    def add(self, submission: Submission, scene: str, program: str, options: Mapping[str, Any]) -> None:
        """The submission with every frame of its parts; a second time changes nothing."""
        document = json.dumps(submission_document(submission))
        state = "paused" if submission.hold else "active"
        rows = [
            (submission.id, index, number)
            for index, part in enumerate(submission.parts)
            for number in parse_frames(part.frames)
        ]
        with self._write() as db:
            db.execute(
                "INSERT OR IGNORE INTO jobs (id, document, scene, program, options, priority, created, state) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (submission.id, document, scene, program, json.dumps(options), submission.priority, time.time(), state),
            )
            db.executemany("INSERT OR IGNORE INTO frames (job, part, number) VALUES (?, ?, ?)", rows)
            db.executemany("INSERT OR IGNORE INTO needs (job, part, needed) VALUES (?, ?, ?)", _needs(submission))

    def job(self, id: str) -> sqlite3.Row:
        """Raises UnknownJob."""
        rows = self._all("SELECT * FROM jobs WHERE id = ?", id)
        if not rows:
            raise UnknownJob(f'This machine has no job "{id}".', "It may have been deleted: submit it again.")
        return rows[0]

    @staticmethod
    def parts(job: sqlite3.Row) -> tuple[Part, ...]:
        """The parts of a job's row."""
        return submission_from_document(json.loads(job["document"])).parts

    def jobs(self, ids: Sequence[str]) -> list[sqlite3.Row]:
        marks = ", ".join("?" * len(ids))
        return self._all(f"SELECT * FROM jobs WHERE id IN ({marks})", *ids)

    def counts(self, id: str) -> dict[str, int]:
        """How many frames are in each state."""
        rows = self._all("SELECT state, count(*) AS n FROM frames WHERE job = ? GROUP BY state", id)
        return {row["state"]: row["n"] for row in rows}

    def span(self, id: str) -> tuple[float | None, float | None]:
        """(first start, last end) over the job's frames, seconds since the epoch."""
        row = self._all("SELECT min(started) AS a, max(ended) AS b FROM frames WHERE job = ?", id)[0]
        return row["a"], row["b"]

    def set_state(self, id: str, state: str, message: str = "") -> None:
        """`active`, `paused` or `stopped`."""
        with self._write() as db:
            db.execute("UPDATE jobs SET state = ?, message = ? WHERE id = ?", (state, message, id))

    def delete(self, id: str) -> None:
        with self._write() as db:
            for table, column in (("jobs", "id"), ("frames", "job"), ("attempts", "job"), ("needs", "job")):
                db.execute(f"DELETE FROM {table} WHERE {column} = ?", (id,))

    # -- frames

    def frames(self, id: str) -> list[Frame]:
        """As the farm interface gives them."""
        return [_frame(row) for row in self._all("SELECT * FROM frames WHERE job = ? ORDER BY part, number", id)]

    def next_task(self, busy: set[FrameKey]) -> Task | None:
        """The next frames of one part, by priority, then age; `busy` frames belong to running processes.

        A part waits until those that it needs are done; one that is rendered in one go comes whole. A frame that failed
        comes alone, so that none beside it takes the blame.
        """
        rows = self._all(
            "SELECT f.job, f.part, f.number, f.failures FROM frames f JOIN jobs j ON j.id = f.job "
            f"WHERE j.state = 'active' AND {READY} "
            "ORDER BY j.priority DESC, j.created, f.job, f.part, f.number "
            "LIMIT ?",
            len(busy) + MAX_CHUNK,
        )
        free = [row for row in rows if (row["job"], row["part"], row["number"]) not in busy]
        if not free:
            return None
        first = free[0]
        job = self.job(first["job"])
        options = json.loads(job["options"])
        same = [row["number"] for row in free if (row["job"], row["part"]) == (first["job"], first["part"])]
        submission = submission_from_document(json.loads(job["document"]))
        part = submission.parts[first["part"]]
        numbers = tuple(same[: 1 if first["failures"] else int(options["chunk"])])
        if in_one_go(submission.software.name, part):
            numbers = parse_frames(part.frames)
        return Task(job["id"], first["part"], numbers, submission, job["scene"], job["program"], options)

    def begin(self, key: FrameKey, log: str) -> int:
        """The frame renders now; returns the number of this attempt."""
        with self._write(durable=False) as db:  # a power cut makes it wait again, which it then does
            now = time.time()
            db.execute(
                "UPDATE frames SET state = 'rendering', attempt = attempt + 1, progress = 0, started = ?, log = ? "
                "WHERE job = ? AND part = ? AND number = ?",
                (now, log, *key),
            )
            attempt = int(self._frame(db, key)["attempt"])
            db.execute(
                "INSERT INTO attempts (job, part, number, attempt, started) VALUES (?, ?, ?, ?, ?)",
                (*key, attempt, now),
            )
        return attempt

    def attempt_to_come(self, key: FrameKey) -> int:
        """The number that the next attempt will have."""
        return int(self._frame(self._db, key)["attempt"]) + 1

    def progress(self, key: FrameKey, fraction: float) -> None:
        with self._write(durable=False) as db:
            db.execute(
                "UPDATE frames SET progress = ? WHERE job = ? AND part = ? AND number = ? AND state = 'rendering'",
                (fraction, *key),
            )

    def finishing(self, finished: Sequence[Finished]) -> None:
        """The frames' files are whole and about to be renamed into place; after a power cut all of them, or none."""
        with self._write() as db:
            for one in finished:
                doc = json.dumps([[move.source, move.target, move.size] for move in one.moves])
                db.execute(
                    "UPDATE frames SET state = 'finishing', files = ?, seconds = ? "
                    "WHERE job = ? AND part = ? AND number = ?",
                    (doc, one.seconds, *one.key),
                )

    def done(self, key: FrameKey, files: Sequence[str]) -> None:
        with self._write(durable=False) as db:  # a power cut leaves it finishing, which a restart completes
            self._end_attempt(db, key, "done", "")
            db.execute(
                "UPDATE frames SET state = 'done', progress = 1, message = '', files = ?, ended = ? "
                "WHERE job = ? AND part = ? AND number = ?",
                (json.dumps(list(files)), time.time(), *key),
            )

    def failed(self, key: FrameKey, reason: str, retries: int) -> bool:
        """The attempt failed; True when the frame is given another, which keeps the reason."""
        with self._write() as db:
            self._end_attempt(db, key, "failed", reason)
            again = int(self._frame(db, key)["failures"]) < retries
            db.execute(
                "UPDATE frames SET state = ?, failures = failures + 1, message = ?, progress = 0, files = '[]', "
                "ended = ? WHERE job = ? AND part = ? AND number = ?",
                ("waiting" if again else "failed", reason, time.time(), *key),
            )
        return again

    def fail_waiting(self, id: str, part: int, reason: str) -> None:
        """No frame of the part can render."""
        with self._write() as db:
            db.execute(
                "UPDATE frames SET state = 'failed', message = ?, ended = ? "
                "WHERE job = ? AND part = ? AND state = 'waiting'",
                (reason, time.time(), id, part),
            )

    def fail_blocked(self, id: str, reason: str) -> None:
        """Parts that wait for frames that are failed or given up fail too, and whatever waits for them."""
        with self._write() as db:
            sql = f"UPDATE frames SET state = 'failed', message = ?, ended = ? WHERE {BLOCKED}"
            while db.execute(sql, (reason, time.time(), id, id)).rowcount:
                pass

    def interrupted(self, key: FrameKey, reason: str) -> None:
        """The attempt ended through no fault of the frame's: it waits again."""
        with self._write() as db:
            self._end_attempt(db, key, "interrupted", reason)
            db.execute(
                "UPDATE frames SET state = 'waiting', progress = 0, files = '[]', message = ? "
                "WHERE job = ? AND part = ? AND number = ?",
                (reason, *key),
            )

    def set_thumbnail(self, key: FrameKey, thumbnail: str) -> None:
        with self._write(durable=False) as db:
            db.execute("UPDATE frames SET thumbnail = ? WHERE job = ? AND part = ? AND number = ?", (thumbnail, *key))

    def retry(self, id: str, keys: Sequence[tuple[int, int]]) -> int:
        """Failed and abandoned frames wait again, or the named ones whatever their state; returns how many."""
        fresh = "state = 'waiting', failures = 0, progress = 0, files = '[]', thumbnail = ''"
        reset = f"UPDATE frames SET {fresh} WHERE job = ?"
        with self._write() as db:
            if not keys:
                return db.execute(f"{reset} AND state IN ('failed', 'abandoned')", (id,)).rowcount
            ended = "('failed', 'abandoned', 'done')"
            sql = f"{reset} AND state IN {ended} AND part = ? AND number = ?"
            return sum(db.execute(sql, (id, part, number)).rowcount for part, number in keys)

    def abandon(self, id: str) -> None:
        """Every frame that has not ended is given up."""
        with self._write() as db:
            db.execute(
                "UPDATE frames SET state = 'abandoned', progress = 0, ended = ? "
                "WHERE job = ? AND state IN ('waiting', 'rendering')",
                (time.time(), id),
            )

    def rendering(self) -> list[FrameKey]:
        """The frames that were rendering when this was asked."""
        return [
            (row["job"], row["part"], row["number"])
            for row in self._all("SELECT job, part, number FROM frames WHERE state = 'rendering'")
        ]

    def unfinished(self) -> list[str]:
        """Jobs with frames to render, or with a render that was running when the last agent ended."""
        rows = self._all(
            "SELECT id FROM jobs WHERE id IN (SELECT job FROM processes) "
            "OR id IN (SELECT job FROM frames WHERE state IN ('waiting', 'rendering', 'finishing'))"
        )
        return [row["id"] for row in rows]

    def finishing_moves(self) -> list[tuple[FrameKey, list[Move]]]:
        """The frames whose files were on their way into place."""
        rows = self._all("SELECT job, part, number, files FROM frames WHERE state = 'finishing'")
        return [
            ((row["job"], row["part"], row["number"]), [Move(*move) for move in json.loads(row["files"])])
            for row in rows
        ]

    def without_thumbnail(self) -> list[tuple[FrameKey, list[str]]]:
        """(key, files) of finished frames that have no picture yet."""
        rows = self._all("SELECT job, part, number, files FROM frames WHERE state = 'done' AND thumbnail = ''")
        return [((row["job"], row["part"], row["number"]), json.loads(row["files"])) for row in rows]

    def attempts(self, id: str) -> list[dict[str, Any]]:
        """Every attempt of every frame, as it was begun and how it ended."""
        rows = self._all("SELECT * FROM attempts WHERE job = ? ORDER BY part, number, attempt", id)
        return [dict(row) for row in rows]

    # -- processes

    def add_process(self, pid: int, born: float, job: str) -> None:
        with self._write(durable=False) as db:  # a power cut ends the process too
            db.execute("INSERT OR REPLACE INTO processes (pid, born, job) VALUES (?, ?, ?)", (pid, born, job))

    def remove_process(self, pid: int) -> None:
        with self._write(durable=False) as db:
            db.execute("DELETE FROM processes WHERE pid = ?", (pid,))

    def processes(self) -> list[tuple[int, float]]:
        """(pid, start time) of renders that were running when the last agent ended."""
        return [(row["pid"], row["born"]) for row in self._all("SELECT pid, born FROM processes")]

    # -- plumbing

    def _end_attempt(self, db: sqlite3.Connection, key: FrameKey, outcome: str, reason: str) -> None:
        db.execute(
            "UPDATE attempts SET ended = ?, outcome = ?, reason = ? "
            "WHERE job = ? AND part = ? AND number = ? AND outcome = 'rendering'",
            (time.time(), outcome, reason, *key),
        )

    def _frame(self, db: sqlite3.Connection, key: FrameKey) -> sqlite3.Row:
        with self._lock:
            row = db.execute("SELECT * FROM frames WHERE job = ? AND part = ? AND number = ?", key).fetchone()
        if row is None:
            raise UnknownJob(f"Frame {key[2]} of job {key[0]} is not in the queue.", "The job may have been deleted.")
        found: sqlite3.Row = row
        return found

    def _all(self, sql: str, *args: Any) -> list[sqlite3.Row]:
        with self._lock, _queueing():
            return self._db.execute(sql, args).fetchall()

    @contextmanager
    def _write(self, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """`durable=False`: what a power cut may take back, such as progress."""
        with self._lock, _queueing():
            self._db.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise


@contextmanager
def _queueing() -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as exc:
        fix = "Free some disk space." if "full" in str(exc) else "Run `farmdeck doctor`."
        raise FarmError(f"This machine's render queue cannot be used: {exc}.", fix) from exc


def _needs(submission: Submission) -> list[tuple[str, int, int]]:
    """(job, part, needed part) for each part of an item that another's item needs."""
    return [
        (submission.id, index, before)
        for index, part in enumerate(submission.parts)
        for before, other in enumerate(submission.parts)
        if other.item in part.needs and before != index
    ]


def _frame(row: sqlite3.Row) -> Frame:
    state = {"finishing": "rendering"}.get(row["state"], row["state"])
    return Frame(
        part=row["part"],
        number=row["number"],
        state=FrameState(state),
        progress=row["progress"],
        attempt=row["attempt"],
        started=row["started"],
        seconds=row["seconds"],
        files=tuple(json.loads(row["files"])) if row["state"] == "done" else (),
        thumbnail=row["thumbnail"],
        message=row["message"],
        log=row["log"],
    )
