"""The table of reports: which jobs an accounting service has to be told of, what was told, and what came of it.

```
          the job ended          sending begins       good answer
 open ──────────────────▶ queued ──────────────▶ sending ──────────▶ sent
                            ▲ ▲                   │  │ │
                            │ └── service is away ┘  │ └─ the answer was lost ──▶ doubtful
                            │                        └─── refused, or cannot be told ──▶ held
                            └── resend, by a person's word: of doubtful, held, settled; settle makes them settled
```
A job that goes on after it was told of is held when its facts are others then: the service may count twice.
"""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from enum import Enum

from .._errors import BadInput, UnknownJob
from ..job import Frame, Job
from ._rows import job_from_row
from ._store import AgentStore

OUTDATED = "The job went on after it was told of."
_TO_REPORT = (
    "FROM reports r JOIN jobs j ON j.id = r.job "
    "WHERE r.due >= 0 AND j.revision > r.due AND (j.deleted OR j.state IN ('done', 'partly_done', 'failed'))"
)
INTERRUPTED = "The agent ended while it was being sent: the service may have it."


class ReportState(str, Enum):
    """How far the telling of one job is."""

    OPEN = "open"
    """The job is to be told of once it has ended."""
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DOUBTFUL = "doubtful"
    """The service may have it or not; never sent again by itself."""
    HELD = "held"
    """Not sent as it is; the message says why."""
    SETTLED = "settled"
    """A person said that there is nothing to send."""

    @property
    def word(self) -> str:
        """As people read it."""
        return self.value.capitalize()

    @property
    def needs_a_person(self) -> bool:
        return self in (ReportState.DOUBTFUL, ReportState.HELD)


@dataclass(frozen=True)
class QueuedReport:
    """One row."""

    job: str
    """The job's id; the job itself may be deleted."""
    name: str
    state: ReportState
    document: str
    """What is to be told, "" while the job has not ended."""
    given: str
    """What was told last, or may have been; "" for nothing."""
    message: str
    tries: int
    created: float
    updated: float


class ReportStore(AgentStore):
    """The store, for those who deal with reports."""

    # -- reading

    def reports(self) -> list[QueuedReport]:
        """Of every job that ended or was to, newest first."""
        return [_report(row) for row in self._all("SELECT * FROM reports ORDER BY created DESC, job", ())]

    def report(self, job: str) -> QueuedReport | None:
        """The job's, or None when it is not to be told of."""
        row = self._get("SELECT * FROM reports WHERE job = ?", (job,))
        return _report(row) if row else None

    def named_report(self, id: str) -> QueuedReport:
        """That of the one job whose id begins so, deleted ones too. Raises UnknownJob, BadInput."""
        rows = self._all("SELECT * FROM reports WHERE job = ? OR substr(job, 1, ?) = ?", (id, len(id), id))
        exact = [row for row in rows if row["job"] == id] or rows
        if not id or not rows:
            raise UnknownJob(f'There is no report of a job "{id}".', "Look for it in `farmdeck reports list`.")
        if len(exact) > 1:
            raise BadInput(f'"{id}" begins {len(rows)} job ids.', "Type more of it.")
        return _report(exact[0])

    def reports_in(self, state: ReportState) -> list[QueuedReport]:
        """Oldest first."""
        rows = self._all("SELECT * FROM reports WHERE state = ? ORDER BY created, job", (state.value,))
        return [_report(row) for row in rows]

    def jobs_to_report(self) -> list[tuple[Job, int, list[Frame]]]:
        """(job, its revision, its frames) of each that was expected to end, and has, or was deleted."""
        rows = self._all(f"SELECT j.* {_TO_REPORT}", ())
        return [(job_from_row(row), int(row["revision"]), self.frames(row["id"])) for row in rows]

    def reports_left(self) -> bool:
        """Is anything to be made or sent?"""
        return bool(self._all("SELECT 1 FROM reports WHERE state IN ('queued', 'sending') LIMIT 1", ())) or bool(
            self._all(f"SELECT 1 {_TO_REPORT} LIMIT 1", ())
        )

    # -- the agent

    def expect_report(self, job: str) -> None:
        """Before the store says that the job has ended, or ended again: the change that comes is to be told."""
        now = time.time()
        with self._write() as db:
            db.execute("INSERT OR IGNORE INTO reports (job, created, updated) VALUES (?, ?, ?)", (job, now, now))
            known = db.execute("SELECT revision FROM jobs WHERE id = ?", (job,)).fetchone()
            db.execute("UPDATE reports SET due = ? WHERE job = ?", (known["revision"] if known else 0, job))

    def drop_report(self, job: str) -> None:
        """There is nothing to tell of it: it never reached a farm."""
        with self._write() as db:
            db.execute("DELETE FROM reports WHERE job = ?", (job,))

    def queue_report(self, job: str, name: str, document: str, revision: int) -> None:
        """The job has ended, or did again: this, made of it at that revision, is to be told."""
        with self._write() as db:
            row = _locked(db, job)
            state, message = _with_news(row, document)
            _set(db, job, state, message, name=name, document=document)
            db.execute("UPDATE reports SET due = -1 WHERE job = ? AND due < ?", (job, revision))

    def begin_report(self, row: QueuedReport) -> bool:
        """It is about to be sent, and that is on disk. False when it is not to be any more, or not like this."""
        with self._write() as db:
            now = _locked(db, row.job)
            if now.state is not ReportState.QUEUED or now.document != row.document:
                return False
            _set(db, row.job, ReportState.SENDING, "", given=row.document, tries=row.tries + 1)
            return True

    def report_taken(self, job: str, message: str = "") -> None:
        """The service has it."""
        with self._write() as db:
            row = _locked(db, job)
            if row.document == row.given:
                _set(db, job, ReportState.SENT, message)
            else:
                _set(db, job, ReportState.HELD, OUTDATED)

    def report_lost(self, job: str, message: str) -> None:
        """The service may have it."""
        with self._write() as db:
            _set(db, job, ReportState.DOUBTFUL, message)

    def report_not_taken(self, before: QueuedReport, state: ReportState, message: str) -> None:
        """The service does not have it: what it had before stays what it was. `state` is QUEUED or HELD."""
        with self._write() as db:
            if _locked(db, before.job).state in (ReportState.QUEUED, ReportState.SENDING):
                _set(db, before.job, state, message, given=before.given)

    def doubt_interrupted_reports(self) -> None:
        """Nobody is sending: what is marked so may have got through all the same."""
        with self._write() as db:
            db.execute(
                "UPDATE reports SET state = 'doubtful', message = ?, updated = ? WHERE state = 'sending'",
                (INTERRUPTED, time.time()),
            )

    # -- a person's word

    def resend_report(self, job: str) -> None:
        """Send it, whatever the service may have. Raises BadInput, UnknownJob."""
        with self._write() as db:
            row = _locked(db, job)
            if row.state in (ReportState.OPEN, ReportState.SENDING, ReportState.SENT):
                raise BadInput(*_NOT_NOW[row.state])
            _set(db, job, ReportState.QUEUED, "", tries=0)

    def settle_report(self, job: str) -> None:
        """Nothing is to be sent: the service has it, or shall not. Raises BadInput, UnknownJob."""
        with self._write() as db:
            row = _locked(db, job)
            if row.state in (ReportState.OPEN, ReportState.SENDING, ReportState.SENT):
                raise BadInput(*_NOT_NOW[row.state])
            _set(db, job, ReportState.SETTLED, "Settled by hand.")


_NOT_NOW = {
    ReportState.OPEN: ("The job has not ended yet.", "Its report is made when it has."),
    ReportState.SENDING: ("It is being sent at this moment.", "Look again in a minute."),
    ReportState.SENT: ("The service has it.", "There is nothing to do."),
}


def _report(row: sqlite3.Row) -> QueuedReport:
    """A row that cannot be read is one for a person: it never hides the others."""
    message = row["message"]
    try:
        state = ReportState(row["state"])
    except ValueError:
        state, message = ReportState.HELD, "This report's entry in the job list is damaged. Enter the job by hand."
    return QueuedReport(
        row["job"], row["name"], state, row["document"], row["given"], message, row["tries"], row["created"],
        row["updated"],
    )  # fmt: skip


def _locked(db: sqlite3.Connection, job: str) -> QueuedReport:
    """The row, read under the write lock."""
    row = db.execute("SELECT * FROM reports WHERE job = ?", (job,)).fetchone()
    if row is None:
        raise UnknownJob(f'There is no report of a job "{job}".', "Look for it in `farmdeck reports list`.")
    return _report(row)


def _with_news(row: QueuedReport, document: str) -> tuple[ReportState, str]:
    """The state of the row once this is what there is to tell."""
    if row.state in (ReportState.SENDING, ReportState.DOUBTFUL, ReportState.SETTLED):
        return row.state, row.message  # who decides on it, or `report_taken`, finds the news
    if row.document == document and row.state is not ReportState.OPEN:
        return row.state, row.message
    if row.given == document:
        return ReportState.SENT, ""
    if row.given and row.state is not ReportState.QUEUED:
        return ReportState.HELD, OUTDATED
    return ReportState.QUEUED, ""


def _set(db: sqlite3.Connection, job: str, state: ReportState, message: str, **columns: str | int) -> None:
    values: dict[str, object] = {"state": state.value, "message": message, "updated": time.time(), **columns}
    names = ", ".join(f"{name} = ?" for name in values)
    db.execute(f"UPDATE reports SET {names} WHERE job = ?", (*values.values(), job))
