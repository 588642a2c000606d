"""A damaged row is one failed job; a damaged file says how to mend it; a full disk loses nothing."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from farmdeck import Frame, FrameState, JobState
from farmdeck._errors import BadDocument, StoreError, StoreVersion, UnknownJob
from farmdeck.store import PROTOCOL, STORE_NAME, AgentStore, FarmInfo, Store
from farmdeck.submission import SubmissionState

from tests.store.conftest import Make


def damage(folder: Path, sql: str, *args: object) -> None:
    """Change the file behind everybody's back."""
    db = sqlite3.connect(folder / STORE_NAME)
    with db:
        assert db.execute(sql, args).rowcount
    db.close()


@pytest.mark.parametrize(
    "column, value",
    [
        ("parts", "[{"),
        ("parts", '[{"name": 1}]'),
        ("parts", "7"),
        ("state", "melted"),
        ("total", "many"),
        ("started", b"\xff"),
        ("message", b"\x00\x01"),
    ],
)
def test_a_damaged_row_is_a_failed_job_that_says_so(store: AgentStore, make: Make, folder: Path, column, value):
    for id in ("good", "bad", "fine"):
        store.submit(make(id=id))
    damage(folder, f"UPDATE jobs SET {column} = ? WHERE id = 'bad'", value)
    jobs = {job.id: job for job in store.jobs()}
    assert {id: job.state for id, job in jobs.items()} == {
        "good": JobState.QUEUED,
        "fine": JobState.QUEUED,
        "bad": JobState.FAILED,
    }
    assert f"damaged ({column})" in jobs["bad"].message
    assert "delete" in jobs["bad"].message
    assert jobs["bad"].name == jobs["good"].name  # what can be read is kept
    assert jobs["bad"].left >= 0
    assert {job.id for job in store.changes(0)[1]} == {"good", "bad", "fine"}
    assert store.job("bad") == jobs["bad"]
    store.delete_job("bad")
    assert {job.id for job in store.jobs()} == {"good", "fine"}


def test_text_that_is_no_text_spoils_only_its_own_row(store: AgentStore, make: Make, folder: Path):
    for id in ("good", "bad"):
        store.submit(make(id=id))
    damage(folder, "UPDATE jobs SET name = CAST(x'ff41' AS TEXT) WHERE id = 'bad'")
    states = {job.id: job.state for job in store.jobs()}
    assert states == {"good": JobState.QUEUED, "bad": JobState.FAILED}
    assert [job.id for job in store.live_jobs()] == []


def test_a_damaged_frame_is_a_failed_frame(store: AgentStore, make: Make, folder: Path):
    id = store.submit(make()).id
    store.put_frames(id, [Frame(0, 1), Frame(0, 2), Frame(0, 3)])
    damage(folder, "UPDATE frames SET files = 'x' WHERE number = 1")
    damage(folder, "UPDATE frames SET progress = 'half' WHERE number = 2")
    first, second, third = store.frames(id)
    assert (first.state, second.state) == (FrameState.FAILED, FrameState.FAILED)
    assert (first.number, second.number) == (1, 2)
    assert "damaged" in first.message
    assert "progress" in second.message
    assert third == Frame(0, 3)
    assert store.put_frames(id, [Frame(0, 1), Frame(0, 2), Frame(0, 3)]) == 2  # the farm's word mends it
    assert store.frames(id) == [Frame(0, 1), Frame(0, 2), Frame(0, 3)]


def test_a_damaged_submission_is_its_own_problem(store: AgentStore, make: Make, folder: Path):
    for id in ("good", "bad", "odd"):
        store.submit(make(id=id))
    damage(folder, "UPDATE submissions SET document = '{' WHERE id = 'bad'")
    damage(folder, "UPDATE submissions SET document = '{\"schema\": \"x/9\"}' WHERE id = 'odd'")
    with pytest.raises(StoreError, match="Delete the job and submit it again"):
        store.submission("bad")
    with pytest.raises(BadDocument, match="x/9"):
        store.submission("odd")
    assert store.submission("good").id == "good"
    damage(folder, "UPDATE submissions SET state = 'melted' WHERE id = 'bad'")
    with pytest.raises(StoreError, match="bad is damaged"):
        store.submission_state("bad")
    assert store.submission_state("good") == (SubmissionState.QUEUED, "")


def test_a_damaged_command_is_answered_and_the_next_taken(store: AgentStore, folder: Path):
    bad, good, settled = store.send("stop", "a"), store.send("stop", "b"), store.send("stop", "c")
    store.settle(settled)
    damage(folder, "UPDATE commands SET arguments = '[' WHERE id = ?", bad)
    damage(folder, "UPDATE commands SET answer = '[1' WHERE id = ?", settled)
    assert [command.id for command in store.take_commands()] == [good]
    assert "damaged" in store.answer(bad).message
    assert store.answer(settled) == type(store.answer(settled))(
        True, False, "What came of that command is damaged. Give it again."
    )


def test_a_damaged_farm_has_a_problem(store: AgentStore, folder: Path):
    for name in ("local", "studio"):
        store.put_farm(FarmInfo(name, "made_up", name, {"capabilities": {}}, "Ready", "", 1.0))
    damage(folder, "UPDATE farms SET document = '{' WHERE name = 'studio'")
    local, studio = store.farms()
    assert not local.problem
    assert "farmdeck farms test studio" in studio.problem


# -- the file


def test_a_file_of_something_else_says_how_to_mend_it(folder: Path):
    (folder / STORE_NAME).write_bytes(b"this is no database, " * 100)
    with pytest.raises(StoreError, match="damaged") as caught:
        Store.open(folder)
    assert "doctor --repair" in caught.value.fix
    assert str(folder) in caught.value.what


def test_a_damaged_page_says_how_to_mend_it(folder: Path, make: Make):
    with AgentStore.open(folder) as store:
        for number in range(200):
            store.submit(make(id=f"job{number}"))
    with open(folder / STORE_NAME, "r+b") as file:  # everything but the schema's own page
        file.seek(4096)
        file.write(b"\xa5" * (os.path.getsize(folder / STORE_NAME) - 4096))
    with pytest.raises(StoreError, match="damaged") as caught, Store.open(folder) as store:
        store.jobs()
    assert "doctor --repair" in caught.value.fix


def test_a_folder_that_is_not_there_cannot_be_made(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="FARMDECK_HOME"):
        Store.open(tmp_path / "file" / "store")


def test_a_store_that_somebody_holds_says_so(store: AgentStore, make: Make, folder: Path, monkeypatch):
    monkeypatch.setattr("farmdeck.store._store.BUSY_SECONDS", 0.05)
    holder = sqlite3.connect(folder / STORE_NAME, isolation_level=None)
    with Store.open(folder) as other:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="try again in a moment"):
            other.submit(make(id="late"))
        assert other.jobs() == []  # reading goes on
        holder.execute("ROLLBACK")
        other.submit(make(id="late"))
    holder.close()
    assert store.job("late").id == "late"


# -- a full disk


@dataclass
class SmallDisk:
    """A disk of 3 MB, 1 MB of it ballast; where mounting is not allowed, SQLite's own limit in its place."""

    folder: Path
    mounted: bool

    def limit(self, store: Store) -> None:
        if not self.mounted:
            store._db.execute("PRAGMA max_page_count = 200")

    def make_room(self, store: Store) -> None:
        (self.folder / "ballast").unlink()
        if not self.mounted:
            store._db.execute("PRAGMA max_page_count = 100000")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = False
    if sys.platform == "linux" and os.getuid() == 0:
        command = ["mount", "-t", "tmpfs", "-o", "size=3m", "farmdeck-test", str(folder)]
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    (folder / "ballast").write_bytes(bytes(1 << 20))
    yield SmallDisk(folder, mounted)
    if mounted:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_says_so_and_loses_nothing(small_disk: SmallDisk, make: Make):
    kept: list[str] = []
    with AgentStore.open(small_disk.folder) as store:
        small_disk.limit(store)
        with pytest.raises(StoreError, match="disk is full.*nothing that was submitted is lost") as caught:
            for number in range(2000):
                store.submit(make(id=f"job{number}", notes="x" * 5000))
                kept.append(f"job{number}")
        assert str(small_disk.folder) in caught.value.what
        assert len(kept) > 5
        assert {job.id for job in store.jobs()} == set(kept)
        with pytest.raises(UnknownJob):
            store.submission(f"job{len(kept)}")
        with AgentStore.open(small_disk.folder) as late:  # somebody else who opens it now
            assert {job.id for job in late.jobs()} == set(kept)
            assert late.submission(kept[-1]).notes
        small_disk.make_room(store)
        store.submit(make(id=f"job{len(kept)}"))
        store.checkpoint()
        assert {job.id for job in store.jobs()} == {*kept, f"job{len(kept)}"}


# -- versions


def migrate_further(folder: Path) -> None:
    """What a newer Farmdeck of the same major version would do."""
    db = sqlite3.connect(folder / STORE_NAME)
    with db:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        db.execute("ALTER TABLE jobs ADD COLUMN weight REAL NOT NULL DEFAULT 0")
        db.execute("ALTER TABLE frames ADD COLUMN machine TEXT NOT NULL DEFAULT ''")
        db.execute("ALTER TABLE submissions ADD COLUMN batch TEXT")
        db.execute("ALTER TABLE farms ADD COLUMN region TEXT NOT NULL DEFAULT ''")
        db.execute("CREATE TABLE transfers (id TEXT PRIMARY KEY)")
        db.execute(f"PRAGMA user_version = {version + 1}")
    db.close()


def test_an_open_older_host_works_on_beside_a_newer_agent(store: AgentStore, make: Make, folder: Path):
    store.submit(make(id="before"))
    store.put_farm(FarmInfo("local", "local", "This machine", {}, "Ready", "", 1.0))
    migrate_further(folder)
    for older in (store, AgentStore.open(folder)):
        older.submit(make(id="after"))
        older.update_job("before", done=1)
        older.put_frames("before", [Frame(0, 1)])
        assert {job.id for job in older.jobs()} == {"before", "after"}
        assert {job.id for job in older.changes(0)[1]} == {"before", "after"}
        assert older.frames("before") == [Frame(0, 1)]
        assert [farm.name for farm in older.farms()] == ["local"]
        assert older.answer(older.send("stop", "after")).done is False
        older.delete_job("after")
        if older is not store:
            older.close()
    db = sqlite3.connect(folder / STORE_NAME)
    newer = int(PROTOCOL.split(".")[1]) + 1
    assert db.execute("PRAGMA user_version").fetchone()[0] % 1000 == newer  # the older one did not set it back
    db.close()


@pytest.mark.parametrize("version, told", [(2001, "Update the Farmdeck that says this"), (999, "Update the other")])
def test_another_major_version_says_what_to_update(folder: Path, version: int, told: str):
    Store.open(folder).close()
    damage_version(folder, version)
    with pytest.raises(StoreVersion) as caught:
        Store.open(folder)
    assert told in caught.value.fix
    assert f"version {version // 1000}" in caught.value.what
    assert f"reads version {PROTOCOL.split('.')[0]}" in caught.value.what


def damage_version(folder: Path, version: int) -> None:
    db = sqlite3.connect(folder / STORE_NAME)
    db.execute(f"PRAGMA user_version = {version}")
    db.close()
