"""The tables of the local farm's queue."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, document TEXT NOT NULL, scene TEXT NOT NULL, program TEXT NOT NULL, options TEXT NOT NULL,
    priority INTEGER NOT NULL, created REAL NOT NULL, state TEXT NOT NULL, message TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS frames (
    job TEXT NOT NULL, part INTEGER NOT NULL, number INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'waiting',
    progress REAL NOT NULL DEFAULT 0, attempt INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0,
    started REAL, seconds REAL, ended REAL, files TEXT NOT NULL DEFAULT '[]', thumbnail TEXT NOT NULL DEFAULT '',
    message TEXT NOT NULL DEFAULT '', log TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (job, part, number)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS frames_state ON frames (state, job);
CREATE TABLE IF NOT EXISTS attempts (
    job TEXT NOT NULL, part INTEGER NOT NULL, number INTEGER NOT NULL, attempt INTEGER NOT NULL, started REAL NOT NULL,
    ended REAL, outcome TEXT NOT NULL DEFAULT 'rendering', reason TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (job, part, number, attempt)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS needs (
    job TEXT NOT NULL, part INTEGER NOT NULL, needed INTEGER NOT NULL, PRIMARY KEY (job, part, needed)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS processes (pid INTEGER PRIMARY KEY, born REAL NOT NULL, job TEXT NOT NULL);
"""

READY = """
f.state = 'waiting' AND (f.job, f.part) NOT IN (
    SELECT n.job, n.part FROM needs n
    WHERE EXISTS (SELECT 1 FROM frames b WHERE b.job = n.job AND b.part = n.needed AND b.state != 'done'))
"""
"""Frames `f` that can render: nothing that their part needs is left to do."""
BLOCKED = """
job = ? AND state = 'waiting' AND part IN (
    SELECT n.part FROM needs n JOIN frames b ON b.job = n.job AND b.part = n.needed
    WHERE n.job = ? AND b.state IN ('failed', 'abandoned'))
"""
"""Frames of a job that wait for what will not come. Takes the job twice."""
