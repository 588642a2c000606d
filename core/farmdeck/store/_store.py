"""The store as the application side uses it, and the writing that only the agent does."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from .._errors import BadInput, StoreError, UnknownJob
from ..documents import to_plain
from ..job import Frame, FrameState, Job, JobState
from ..places import make_private, store_folder
from ..submission import Submission, SubmissionState, submission_document, submission_from_document
from ._rows import (
    FRAME_COLUMNS,
    AgentInfo,
    Answer,
    Command,
    FarmInfo,
    farm_from_row,
    frame_from_row,
    job_from_row,
    text_or_bytes,
)
from ._schema import migrate

STORE_NAME = "store.sqlite3"
BUSY_SECONDS = 10.0
YIELD_ROWS = 16
LOW_DISK = 1 << 20
S = TypeVar("S", bound="Store")


class Store:
    """One connection, for one thread. Every method is one short transaction; all raise StoreError."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / STORE_NAME
        with _storing(self.path):
            _make_private_file(self.path)
            self._db = sqlite3.connect(str(self.path), timeout=BUSY_SECONDS, isolation_level=None)
            try:
                self._set_up()
            except BaseException:
                self._db.close()
                raise
        self._seen = self._data_version()

    def _set_up(self) -> None:
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")  # what the panel calls submitted survives a power cut
        self._db.execute("PRAGMA wal_autocheckpoint = 0")  # checkpoints are the agent's
        if os.name == "posix":
            os.chmod(self.path, 0o600)
        migrate(self._db, str(self.path))

    @classmethod
    def open(cls: type[S], folder: Path | None = None) -> S:
        """The user's store, or the one in `folder`."""
        return cls(make_private(folder) if folder else store_folder())

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    def __enter__(self: S) -> S:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # -- noticing

    def changed(self) -> bool:
        """Did another connection commit since the last time this was asked? Costs microseconds."""
        with _storing(self.path):
            version = self._data_version()
        fresh, self._seen = version != self._seen, version
        return fresh

    def revision(self) -> int:
        """A number that grows with every change of a job or a frame."""
        return int(self._one("SELECT value FROM meta WHERE key = 'revision'")[0])

    # -- submitting

    def submit(self, submission: Submission) -> Job:
        """Write the submission and its job; when this returns they are on disk. The same id twice is one job.

        Raises BadFrames, BadInput.
        """
        job = first_job(submission)
        document = json.dumps(submission_document(submission))
        with self._write() as db:
            known = db.execute("SELECT 1 FROM submissions WHERE id = ?", (submission.id,)).fetchone()
            if known is None:
                now = time.time()
                db.execute(
                    "INSERT INTO submissions (id, created, farm, document, updated) VALUES (?, ?, ?, ?, ?)",
                    (submission.id, submission.created, submission.farm, document, now),
                )
                _put_job(db, job, _next_revision(db))
        return job if known is None else self.job(submission.id)

    def submission(self, id: str) -> Submission:
        """Raises UnknownJob, BadDocument."""
        row = self._get("SELECT document FROM submissions WHERE id = ?", (id,))
        if row is None:
            raise UnknownJob(f"Job {id} was not submitted from this machine.", "Look at it on its farm.")
        return _submission(id, row["document"])

    # -- commands

    def send(self, kind: str, target: str = "", **arguments: Any) -> int:
        """Ask the agent for something; returns the command's number for `answer`."""
        with self._write() as db:
            cursor = db.execute(
                "INSERT INTO commands (created, kind, target, arguments) VALUES (?, ?, ?, ?)",
                (time.time(), kind, target, json.dumps(arguments)),
            )
            return int(cursor.lastrowid or 0)

    def answer(self, command: int) -> Answer:
        """What came of it so far."""
        row = self._get("SELECT state, answer FROM commands WHERE id = ?", (command,))
        if row is None:
            return Answer(True, False, "That command is no longer known. Give it again.")
        if row["state"] not in ("done", "failed"):
            return Answer(False)
        try:
            doc = json.loads(row["answer"])
            return Answer(True, row["state"] == "done", doc.get("message", ""), doc.get("values"))
        except (ValueError, TypeError, AttributeError):
            return Answer(True, False, "What came of that command is damaged. Give it again.")

    # -- reading

    def jobs(self, since: int = 0, limit: int = -1) -> list[Job]:
        """Jobs that changed after revision `since`, newest first."""
        sql = "SELECT * FROM jobs WHERE revision > ? AND NOT deleted ORDER BY created DESC, id LIMIT ?"
        return [job_from_row(row) for row in self._all(sql, (since, limit))]

    def changes(self, since: int) -> tuple[int, list[Job], list[str]]:
        """(revision, jobs that are new or changed, ids that are gone) since revision `since`, in one read."""
        with _storing(self.path):
            self._db.execute("BEGIN")
            try:
                revision = self.revision()
                rows = self._all("SELECT * FROM jobs WHERE revision > ? ORDER BY revision", (since,))
            finally:
                self._db.execute("COMMIT")
        live = []
        for count, row in enumerate(rows):
            if count % YIELD_ROWS == 0:
                time.sleep(0)  # lets go of the interpreter: a host's main thread never waits for a long list
            if not row["deleted"]:
                live.append(job_from_row(row))
        return revision, live, [row["id"] for row in rows if row["deleted"]]

    def job(self, id: str) -> Job:
        """The job of that id, or of an id that begins so and is the only one. Raises UnknownJob, BadInput."""
        rows = self._all("SELECT * FROM jobs WHERE id = ? AND NOT deleted", (id,))
        if not rows and id:
            escaped = id.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            rows = self._all("SELECT * FROM jobs WHERE id LIKE ? ESCAPE '\\' AND NOT deleted", (escaped + "%",))
        if not rows:
            raise UnknownJob(f'There is no job "{id}".', "Look for it in `farmdeck jobs`.")
        if len(rows) > 1:
            raise BadInput(f'"{id}" begins {len(rows)} job ids.', "Type more of it.")
        return job_from_row(rows[0])

    def frames(self, job: str, since: int = 0) -> list[Frame]:
        """The job's frames that changed after revision `since`, by part and number."""
        sql = "SELECT * FROM frames WHERE job = ? AND revision > ? ORDER BY part, number"
        return [frame_from_row(row) for row in self._all(sql, (job, since))]

    def farms(self) -> list[FarmInfo]:
        """The farms that the agent last found set up."""
        return [farm_from_row(row) for row in self._all("SELECT * FROM farms ORDER BY name = 'local' DESC, name", ())]

    def work_left(self) -> bool:
        """Is any job on its way to its farm, or live there?"""
        sql = (
            "SELECT 1 FROM jobs WHERE NOT deleted AND "
            "(to_fetch OR state IN ('queued', 'uploading', 'waiting', 'rendering')) LIMIT 1"
        )
        return bool(self._all(sql, ()))

    def agent(self) -> AgentInfo | None:
        """The agent that last ran here."""
        row = self._get("SELECT pid, started, version, protocol, host, state FROM agent", ())
        return AgentInfo(**{key: row[key] for key in row.keys()}) if row else None

    # -- plumbing

    def _data_version(self) -> int:
        return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    def _all(self, sql: str, args: Sequence[Any]) -> list[sqlite3.Row]:
        with _storing(self.path):
            try:
                return self._db.execute(sql, args).fetchall()
            except sqlite3.OperationalError as exc:
                if "decode" not in str(exc):  # "Could not decode to UTF-8 column 'name' with text …"
                    raise
            self._db.text_factory = text_or_bytes  # slower: only once a cell turned out to be damaged
            return self._db.execute(sql, args).fetchall()

    def _get(self, sql: str, args: Sequence[Any]) -> sqlite3.Row | None:
        rows = self._all(sql, args)
        return rows[0] if rows else None

    def _one(self, sql: str) -> sqlite3.Row:
        row: sqlite3.Row = self._all(sql, ())[0]
        return row

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with _storing(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise


class AgentStore(Store):
    """What only the agent writes."""

    def pending(self) -> list[str]:
        """Ids of submissions that are on their way to their farm, oldest first; stopped ones are not."""
        sql = (
            "SELECT s.id FROM submissions s JOIN jobs j ON j.id = s.id "
            "WHERE s.state NOT IN ('submitted', 'failed') AND j.state != 'stopped' ORDER BY s.created"
        )
        return [row["id"] for row in self._all(sql, ())]

    def submission_state(self, id: str) -> tuple[SubmissionState, str]:
        """(state, path of the snapshot or "")."""
        row = self._get("SELECT state, snapshot FROM submissions WHERE id = ?", (id,))
        if row is None:
            raise UnknownJob(f"Job {id} was not submitted from this machine.", "Look at it on its farm.")
        try:
            return SubmissionState(row["state"]), row["snapshot"]
        except ValueError as exc:
            raise StoreError(
                f"The record of job {id} is damaged ({exc}).", "Delete the job and submit it again."
            ) from exc

    def set_submission(self, id: str, state: SubmissionState, snapshot: str | None = None) -> None:
        """Enter the next durable step."""
        with self._write() as db:
            db.execute(
                "UPDATE submissions SET state = ?, snapshot = COALESCE(?, snapshot), updated = ? WHERE id = ?",
                (state.value, snapshot, time.time(), id),
            )

    def take_commands(self) -> list[Command]:
        """Commands that nobody is at yet, oldest first."""
        rows = self._all("SELECT id, kind, target, arguments FROM commands WHERE state = 'queued' ORDER BY id", ())
        commands = []
        for row in rows:
            try:
                commands.append(Command(row["id"], row["kind"], row["target"], dict(json.loads(row["arguments"]))))
            except (ValueError, TypeError):
                self.settle(row["id"], "That command is damaged. Give it again.")
        return commands

    def mark_taken(self, command: int) -> None:
        """Somebody in the agent is at it; `untake` gives it back when that agent died."""
        with self._write() as db:
            db.execute("UPDATE commands SET state = 'taken' WHERE id = ?", (command,))

    def untake(self) -> None:
        """A new agent begins: what an old one had taken and not answered is asked again."""
        with self._write() as db:
            db.execute("UPDATE commands SET state = 'queued' WHERE state = 'taken'")

    def settle(self, command: int, message: str = "", values: Mapping[str, Any] | None = None) -> None:
        """Answer a command; a `message` means that it failed."""
        doc = json.dumps({"message": message, "values": values})
        with self._write() as db:
            db.execute(
                "UPDATE commands SET state = ?, answer = ?, answered = ? WHERE id = ?",
                ("failed" if message else "done", doc, time.time(), command),
            )

    def forget_commands(self, before: float) -> None:
        """Drop commands answered before that time (seconds since the epoch)."""
        with self._write() as db:
            db.execute("DELETE FROM commands WHERE answered < ?", (before,))

    def update_job(self, id: str, **columns: Any) -> bool:
        """Set columns of a job; False when nothing differs, and then nothing is written.

        `message` is what the farm or the delivery has to say, `note` what the downloads have; people read both.
        """
        plain = {name: to_plain(value) for name, value in columns.items()}
        if "parts" in plain:
            plain["parts"] = json.dumps(plain["parts"])
        row = self._get("SELECT * FROM jobs WHERE id = ? AND NOT deleted", (id,))
        if row is None or all(row[name] == value for name, value in plain.items()):
            return False
        with self._write() as db:
            plain.update(revision=_next_revision(db), updated=time.time())
            names = ", ".join(f"{name} = ?" for name in plain)
            db.execute(f"UPDATE jobs SET {names} WHERE id = ?", (*plain.values(), id))
        return True

    def put_frames(self, job: str, frames: Iterable[Frame]) -> int:
        """Write the frames that differ from what is stored; returns how many did.

        What only this machine knows of a frame (its file, its small picture, its log) stays with it while the farm
        speaks of the same attempt.
        """
        have = {(frame.part, frame.number): frame for frame in self.frames(job)}
        fresh = [frame for frame in frames if _with_known(frame, have) != have.get((frame.part, frame.number))]
        if fresh:
            with self._write() as db:  # looked at again under the lock: a download may have added files meanwhile
                have = {(frame.part, frame.number): frame for frame in self.frames(job)}
                _put_frames(db, job, [_with_known(frame, have) for frame in fresh])
        return len(fresh)

    def add_files(self, job: str, files: Mapping[tuple[int, int], Sequence[str]]) -> list[Frame]:
        """Finished pictures that are on disk now, by (part, number); returns those frames as they are then.

        A frame that was not known yet is done.
        """
        frames, fresh = [], []
        with self._write() as db:
            for (part, number), paths in files.items():
                known = self._frame(job, part, number)
                frame = known or Frame(part, number, FrameState.DONE, progress=1.0)
                frames.append(replace(frame, files=tuple(sorted({*frame.files, *paths}))))
                if frames[-1] != known:
                    fresh.append(frames[-1])
            if fresh:
                _put_frames(db, job, fresh)
        return frames

    def set_frame(self, job: str, part: int, number: int, **known: Any) -> None:
        """Something that only this machine knows of a frame: its `thumbnail`, its `log`."""
        with self._write() as db:
            frame = self._frame(job, part, number)
            if frame is not None:
                _put_frames(db, job, [replace(frame, **known)])

    def _frame(self, job: str, part: int, number: int) -> Frame | None:
        row = self._get("SELECT * FROM frames WHERE job = ? AND part = ? AND number = ?", (job, part, number))
        return frame_from_row(row) if row else None

    def delete_job(self, id: str) -> None:
        """Forget the job; the row stays as a mark for open panels until `sweep`."""
        with self._write() as db:
            revision = _next_revision(db)
            db.execute(
                "UPDATE jobs SET deleted = 1, revision = ?, updated = ? WHERE id = ?", (revision, time.time(), id)
            )
            db.execute("DELETE FROM frames WHERE job = ?", (id,))
            db.execute("DELETE FROM submissions WHERE id = ?", (id,))

    def farm_jobs(self, farm: str, named: Sequence[str]) -> list[Job]:
        """The farm's live or paused jobs, and those of the farm's ids in `named` whatever their state."""
        marks = ", ".join("?" * len(named))
        sql = (
            "SELECT * FROM jobs WHERE NOT deleted AND farm = ? AND farm_job != '' "
            f"AND (state IN ('waiting', 'rendering', 'paused') OR farm_job IN ({marks}))"
        )
        return [job_from_row(row) for row in self._all(sql, (farm, *named))]

    def jobs_to_fetch(self, farm: str) -> list[Job]:
        """The farm's jobs that have pictures to come."""
        sql = "SELECT * FROM jobs WHERE NOT deleted AND farm = ? AND to_fetch ORDER BY created"
        return [job_from_row(row) for row in self._all(sql, (farm,))]

    def mark_to_fetch(self, job: str, due: bool) -> None:
        """Pictures of the job are to come, or all there are now are here."""
        with self._write() as db:
            db.execute("UPDATE jobs SET to_fetch = ? WHERE id = ?", (due, job))

    def live_jobs(self) -> list[Job]:
        """Jobs on their farms that may still change by themselves, or whose pictures are still to come."""
        sql = (
            "SELECT * FROM jobs WHERE NOT deleted AND farm_job != '' "
            "AND (to_fetch OR state IN ('waiting', 'rendering', 'uploading'))"
        )
        return [job_from_row(row) for row in self._all(sql, ())]

    def put_farm(self, farm: FarmInfo) -> None:
        """Write what is known of a farm."""
        with self._write() as db:
            db.execute(
                "INSERT OR REPLACE INTO farms (name, kind, label, document, status, problem, checked) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (farm.name, farm.kind, farm.label, json.dumps(farm.document), farm.status, farm.problem, farm.checked),
            )

    def keep_farms(self, names: Sequence[str]) -> None:
        """Forget every other farm."""
        with self._write() as db:
            marks = ", ".join("?" * len(names))
            db.execute(f"DELETE FROM farms WHERE name NOT IN ({marks})", tuple(names))

    def put_farms(self, farms: Sequence[FarmInfo]) -> None:
        """Write the whole list of farms."""
        self.keep_farms([farm.name for farm in farms])
        for farm in farms:
            self.put_farm(farm)

    def put_agent(self, info: AgentInfo) -> None:
        """Write the agent's row."""
        with self._write() as db:
            db.execute(
                "INSERT OR REPLACE INTO agent (one, pid, started, version, protocol, host, state) "
                "VALUES (1, ?, ?, ?, ?, ?, ?)",
                (info.pid, info.started, info.version, info.protocol, info.host, info.state),
            )

    def checkpoint(self) -> None:
        """Move what is in the log file into the database."""
        with _storing(self.path):
            self._db.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def sweep(self, before: float) -> None:
        """Drop the marks of jobs deleted before that time (seconds since the epoch), and frames of no job.

        A mark stays until the job's report is made of it.
        """
        reported = "id NOT IN (SELECT job FROM reports WHERE due >= 0)"
        with self._write() as db:
            db.execute(f"DELETE FROM jobs WHERE deleted AND updated < ? AND {reported}", (before,))
            db.execute("DELETE FROM frames WHERE job NOT IN (SELECT id FROM jobs WHERE NOT deleted)")


def _make_private_file(path: Path) -> None:
    """Make the file if it is not there, with the rights that SQLite then gives its log files too.

    One that is there is not opened: closing any handle on it would drop the locks of this process's other connections
    (https://sqlite.org/howtocorrupt.html, 2.2), and the next process to leave would delete the log under them.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        pass


def first_job(submission: Submission) -> Job:
    """The job as it looks the moment after Submit."""
    from ..frames import parse_frames

    total = sum(len(parse_frames(part.frames)) for part in submission.parts)
    return Job(
        id=submission.id,
        name=submission.name,
        farm=submission.farm,
        state=JobState.QUEUED,
        scene=submission.scene.path,
        software=f"{submission.software.name} {submission.software.version}".strip(),
        renderer=", ".join(sorted({part.renderer for part in submission.parts})),
        owner=submission.owner,
        project=submission.project,
        priority=submission.priority,
        created=submission.created,
        updated=submission.created,
        total=total,
        output=submission.output,
        parts=submission.parts,
        accounting=replace(submission.accounting, mission_id=submission.accounting.mission_id or submission.id),
    )


def _put_job(db: sqlite3.Connection, job: Job, revision: int) -> None:
    values: dict[str, Any] = to_plain(job)
    values.update({name: json.dumps(values[name]) for name in ("parts", "accounting")}, revision=revision)
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    db.execute(f"INSERT OR REPLACE INTO jobs ({names}) VALUES ({marks})", tuple(values.values()))


def _put_frames(db: sqlite3.Connection, job: str, frames: Sequence[Frame]) -> None:
    revision = _next_revision(db)
    db.executemany(
        f"INSERT OR REPLACE INTO frames (job, {', '.join(FRAME_COLUMNS)}, revision) "
        f"VALUES (?, {', '.join('?' * len(FRAME_COLUMNS))}, ?)",
        [(job, *_frame_values(frame), revision) for frame in frames],
    )


def _with_known(frame: Frame, have: Mapping[tuple[int, int], Frame]) -> Frame:
    """The frame as the farm says, with what this machine knows of that attempt."""
    known = have.get((frame.part, frame.number))
    if known is None or known.attempt not in (frame.attempt, 0) or known.state.ended > frame.state.ended:
        return frame
    return replace(
        frame,
        files=frame.files or known.files,
        thumbnail=frame.thumbnail or known.thumbnail,
        log=frame.log or known.log,
    )


def _frame_values(frame: Frame) -> tuple[Any, ...]:
    values = to_plain(frame)
    values["files"] = json.dumps(values["files"])
    return tuple(values[name] for name in FRAME_COLUMNS)


def _next_revision(db: sqlite3.Connection) -> int:
    db.execute("UPDATE meta SET value = value + 1 WHERE key = 'revision'")
    return int(db.execute("SELECT value FROM meta WHERE key = 'revision'").fetchone()[0])


def _submission(id: str, document: str) -> Submission:
    try:
        return submission_from_document(json.loads(document))
    except ValueError as exc:
        raise StoreError(f"The record of job {id} is damaged ({exc}).", "Delete the job and submit it again.") from exc


@contextmanager
def _storing(path: Path) -> Iterator[None]:
    """SQLite's errors in a person's words; a mistake in our own use of it stays what it is."""
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.IntegrityError, sqlite3.NotSupportedError):
        raise
    except sqlite3.OperationalError as exc:
        raise StoreError(f"The job list {path} cannot be used: {exc}.", _remedy(str(exc), path)) from exc
    except sqlite3.DatabaseError as exc:
        raise StoreError(f"The job list {path} is damaged: {exc}.", "Run `farmdeck doctor --repair`.") from exc
    except OSError as exc:
        raise StoreError(f"The job list {path} cannot be used: {exc.strerror}.", _remedy(str(exc), path)) from exc
    except UnicodeEncodeError as exc:
        raise BadInput(f"{exc.object!r} holds characters that are no text.", "Rename it, then submit.") from exc


def _remedy(said: str, path: Path) -> str:
    said = said.lower()
    if "locked" in said:
        return "Another program holds it; try again in a moment."
    if "full" in said or "no space" in said or ("disk i/o" in said and _free(path) < LOW_DISK):
        return "The disk is full: free some space; nothing that was submitted is lost."
    if "readonly" in said or "unable to open" in said or "permission" in said or "read-only" in said:
        return "Check the folder's rights, or set FARMDECK_HOME to another folder."
    return "Run `farmdeck doctor`."


def _free(path: Path) -> int:
    import shutil  # on first use only: this module is imported inside hosts

    try:
        return shutil.disk_usage(path.parent).free
    except OSError:
        return LOW_DISK
