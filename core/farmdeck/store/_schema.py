"""The tables, and the migrations that lead to them.

Within a major version a migration only adds (a table, a column with a default), so that an open, older host keeps
working beside a newer agent. The version is `MAJOR * 1000 + number of migrations`, in SQLite's `user_version`.
"""

from __future__ import annotations

import sqlite3

from .._errors import StoreVersion

MAJOR = 1

MIGRATIONS = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    INSERT INTO meta VALUES ('revision', '0');

    -- What was asked for: never changed after Submit, but for its state.
    CREATE TABLE submissions (
        id TEXT PRIMARY KEY, created REAL NOT NULL, farm TEXT NOT NULL, document TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'queued', snapshot TEXT NOT NULL DEFAULT '', updated REAL NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX submissions_state ON submissions (state);

    -- What the farm says, one row for each submission from the moment of Submit.
    CREATE TABLE jobs (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, farm TEXT NOT NULL, state TEXT NOT NULL,
        farm_job TEXT NOT NULL DEFAULT '', farm_state TEXT NOT NULL DEFAULT '', message TEXT NOT NULL DEFAULT '',
        scene TEXT NOT NULL DEFAULT '', software TEXT NOT NULL DEFAULT '', renderer TEXT NOT NULL DEFAULT '',
        owner TEXT NOT NULL DEFAULT '', project TEXT NOT NULL DEFAULT '', priority INTEGER NOT NULL DEFAULT 50,
        created REAL NOT NULL, started REAL, ended REAL, updated REAL NOT NULL,
        total INTEGER NOT NULL DEFAULT 0, done INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0,
        rendering INTEGER NOT NULL DEFAULT 0, fraction REAL NOT NULL DEFAULT 0, output TEXT NOT NULL DEFAULT '',
        thumbnail TEXT NOT NULL DEFAULT '', parts TEXT NOT NULL DEFAULT '[]',
        revision INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID;
    CREATE INDEX jobs_revision ON jobs (revision);
    CREATE INDEX jobs_created ON jobs (created);
    CREATE INDEX jobs_farm ON jobs (farm, state);

    CREATE TABLE frames (
        job TEXT NOT NULL, part INTEGER NOT NULL, number INTEGER NOT NULL, state TEXT NOT NULL,
        progress REAL NOT NULL DEFAULT 0, attempt INTEGER NOT NULL DEFAULT 0, started REAL, seconds REAL,
        files TEXT NOT NULL DEFAULT '[]', thumbnail TEXT NOT NULL DEFAULT '', message TEXT NOT NULL DEFAULT '',
        log TEXT NOT NULL DEFAULT '', revision INTEGER NOT NULL,
        PRIMARY KEY (job, part, number)
    ) WITHOUT ROWID;
    CREATE INDEX frames_revision ON frames (job, revision);

    -- What a person asked the agent to do, and what came of it.
    CREATE TABLE commands (
        id INTEGER PRIMARY KEY AUTOINCREMENT, created REAL NOT NULL, kind TEXT NOT NULL,
        target TEXT NOT NULL DEFAULT '', arguments TEXT NOT NULL DEFAULT '{}',
        state TEXT NOT NULL DEFAULT 'queued', answer TEXT NOT NULL DEFAULT '{}', answered REAL
    );
    CREATE INDEX commands_state ON commands (state);

    -- The farms that are set up and what they can do, written by the agent for the panels.
    CREATE TABLE farms (
        name TEXT PRIMARY KEY, kind TEXT NOT NULL, label TEXT NOT NULL, document TEXT NOT NULL,
        status TEXT NOT NULL DEFAULT '', problem TEXT NOT NULL DEFAULT '', checked REAL
    ) WITHOUT ROWID;

    CREATE TABLE agent (
        one INTEGER PRIMARY KEY CHECK (one = 1), pid INTEGER NOT NULL, started REAL NOT NULL,
        version TEXT NOT NULL, protocol TEXT NOT NULL, host TEXT NOT NULL, state TEXT NOT NULL
    );
    """,
    """
    -- Farms elsewhere cost money and have their pictures fetched.
    ALTER TABLE jobs ADD COLUMN cost REAL;
    ALTER TABLE jobs ADD COLUMN currency TEXT NOT NULL DEFAULT '';
    ALTER TABLE jobs ADD COLUMN downloaded INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE jobs ADD COLUMN to_fetch INTEGER NOT NULL DEFAULT 0;
    """,
    """
    -- What there is to say of its pictures, beside what its farm says.
    ALTER TABLE jobs ADD COLUMN note TEXT NOT NULL DEFAULT '';
    """,
    """
    -- What an accounting service is told of jobs that have ended: never with its credentials.
    ALTER TABLE jobs ADD COLUMN accounting TEXT NOT NULL DEFAULT '{}';
    ALTER TABLE jobs ADD COLUMN render_hours REAL;
    CREATE TABLE reports (
        job TEXT PRIMARY KEY, name TEXT NOT NULL DEFAULT '', state TEXT NOT NULL DEFAULT 'open',
        document TEXT NOT NULL DEFAULT '', given TEXT NOT NULL DEFAULT '', message TEXT NOT NULL DEFAULT '',
        tries INTEGER NOT NULL DEFAULT 0, due INTEGER NOT NULL DEFAULT -1, created REAL NOT NULL, updated REAL NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX reports_state ON reports (state);
    CREATE INDEX reports_due ON reports (due);
    """,
)

PROTOCOL = f"{MAJOR}.{len(MIGRATIONS)}"


def migrate(db: sqlite3.Connection, path: str) -> None:
    """Bring the store up to this code's version. Raises StoreVersion for another major version."""
    version: int = db.execute("PRAGMA user_version").fetchone()[0]
    if version == MAJOR * 1000 + len(MIGRATIONS):
        return
    db.execute("BEGIN IMMEDIATE")  # somebody else may be migrating: look again under the lock
    try:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        major, have = divmod(version, 1000)
        if version and major != MAJOR:
            raise _other_version(path, major)
        for script in MIGRATIONS[have:]:
            for statement in _statements(script):
                db.execute(statement)
        if have < len(MIGRATIONS):  # never back: a newer store of the same major is fine as it is
            db.execute(f"PRAGMA user_version = {MAJOR * 1000 + len(MIGRATIONS)}")
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise


def _other_version(path: str, major: int) -> StoreVersion:
    """Each side says what to update: the older one itself, the newer one the other."""
    if major > MAJOR:
        what = f"The job list {path} is a newer Farmdeck's (version {major}); this one reads version {MAJOR}."
        return StoreVersion(what, "Update the Farmdeck that says this, the plug-in or the command line.")
    what = f"The job list {path} is an older Farmdeck's (version {major}); this one reads version {MAJOR}."
    return StoreVersion(what, "Update the other Farmdeck on this machine, then start its agent once.")


def _statements(script: str) -> list[str]:
    """The script's statements; executescript() would commit the transaction that guards the migration."""
    out, pending = [], ""
    for line in script.splitlines():
        pending += line.split("--")[0] + "\n"
        if sqlite3.complete_statement(pending):
            out.append(pending.strip())
            pending = ""
    return [statement for statement in out if statement]
