"""`doctor`: what is there, what is not, and what to do about it."""

from __future__ import annotations

import platform
import shutil
import sqlite3
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from farmdeck import FarmdeckError, __version__, settings
from farmdeck._errors import StoreError
from farmdeck.farms import discover
from farmdeck.launch import find_agent
from farmdeck.lock import agent_runs
from farmdeck.places import config_folder, store_folder
from farmdeck.reports import report_settings
from farmdeck.store import STORE_NAME, ReportStore, Store

from farmdeck_ui.finding import Finding
from farmdeck_ui.install.check import look as look_at_hosts

from . import _desk, _show


@click.command()
@click.option("--repair", is_flag=True, help="Put a damaged job list aside and keep what can be read of it.")
@_show.json_option
def doctor(repair: bool, as_json: bool) -> int:
    """Look at everything Farmdeck needs; 0 when all is well."""
    if repair:
        click.echo(_repair(store_folder()))
    found = list(_look())
    if as_json:
        _show.print_json(found)
    else:
        _show.print_table(["", "", ""], [["ok" if one.ok else "!!", one.name, one.said] for one in found])
    return 0 if all(one.ok for one in found) else 1


def _look() -> Iterator[Finding]:
    yield Finding("Farmdeck", True, f"{__version__} on Python {platform.python_version()}, {platform.platform()}")
    try:
        loaded = settings.load()
        yield Finding("Settings", True, str(config_folder() / "settings.toml"))
    except FarmdeckError as exc:
        yield Finding("Settings", False, str(exc))
        return
    try:
        yield Finding("Agent's program", True, " ".join(find_agent()))
    except FarmdeckError as exc:
        yield Finding("Agent's program", False, str(exc))
    yield from look_at_hosts()
    kinds, problems = discover()
    yield Finding("Kinds of farm", not problems, ", ".join(sorted(kinds)))
    for problem in problems:
        yield Finding(f"Farm {problem.subject}", False, problem.message)
    try:
        with ReportStore.open(store_folder()) as store:
            yield from _look_at_store(store, list(loaded.farms))
            if loaded.reports:
                yield _look_at_reports(store, loaded.reports)
    except FarmdeckError as exc:
        yield Finding("Job list", False, str(exc))


def _look_at_store(store: Store, farms: list[str]) -> Iterator[Finding]:
    said = damage(store.path)
    yield Finding("Job list", not said, said or f"{store.path}, {_show.count(len(store.jobs()), 'job')}")
    free = shutil.disk_usage(store.folder).free
    yield Finding("Disk", free > 500_000_000, f"{free / 1e9:.1f} GB free at {store.folder}")
    yield Finding("Agent", True, "runs" if agent_runs(store.folder) else "does not run; the next submission starts it")
    for name in farms:
        try:
            farm = _desk.farm_info(store, name)
            yield Finding(f"Farm {name}", not farm.problem, farm.problem or farm.status)
        except FarmdeckError as exc:
            yield Finding(f"Farm {name}", False, str(exc))


def _look_at_reports(store: ReportStore, table: Mapping[str, Any]) -> Finding:
    """Whether they can be sent at all, and whether any waits for a person."""
    try:
        found = report_settings(table)
    except FarmdeckError as exc:
        return Finding("Reports", False, str(exc))
    waiting = [one for one in store.reports() if one.state.needs_a_person]
    if waiting:
        said = f"{_show.count(len(waiting), 'report')} not settled. See `farmdeck reports list --doubtful`."
        return Finding("Reports", False, said)
    return Finding("Reports", True, f"to {found.address}" if found else "switched off")


def damage(path: Path) -> str:
    """What SQLite says is wrong with the file; "" when nothing is."""
    try:
        db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            said = str(db.execute("PRAGMA quick_check(3)").fetchone()[0])
        finally:
            db.close()
    except sqlite3.Error as exc:
        return f"The job list {path} is damaged: {exc}. Run `farmdeck doctor --repair`."
    return "" if said == "ok" else f"The job list {path} is damaged: {said}. Run `farmdeck doctor --repair`."


def _repair(folder: Path) -> str:
    """Put a damaged store aside and copy into a new one what can still be read."""
    path = folder / STORE_NAME
    if not path.exists() or not damage(path):
        return "The job list is sound; nothing to repair."
    if agent_runs(folder):
        raise StoreError("The agent has the job list open.", "Run `farmdeck agent stop` first.")
    aside = folder / f"store-damaged-{time.strftime('%Y%m%d-%H%M%S')}.sqlite3"
    for suffix in ("", "-wal", "-shm"):
        old = path.with_name(path.name + suffix)
        if old.exists():
            old.rename(aside.with_name(aside.name + suffix))
    with Store.open(folder):
        pass
    kept = _copy_rows(aside, path)
    return f"The damaged job list is kept as {aside}; {_show.count(kept, 'row')} of it could be read."


def _copy_rows(source: Path, target: Path) -> int:
    """From both ends, so that an unreadable page costs the rows behind it and none before or after."""
    old, new = sqlite3.connect(f"file:{source}?mode=ro", uri=True), sqlite3.connect(target)
    kept = 0
    try:
        for table in KEYS:
            lost = ""
            for end in ("ASC", "DESC"):
                lost = _copy_until_unreadable(old, new, table, end)
                if not lost:
                    break
            if lost:
                click.echo(f"{table}: {lost}", err=True)
            kept += int(new.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
        # Open panels ask for what changed since a revision: go on counting from the highest.
        new.execute("UPDATE meta SET value = (SELECT coalesce(max(revision), 0) + 1 FROM jobs) WHERE key = 'revision'")
        new.commit()
    finally:
        old.close()
        new.close()
    return kept


KEYS = {"submissions": ("id",), "jobs": ("id",), "frames": ("job", "part", "number"), "reports": ("job",)}


def _copy_until_unreadable(old: sqlite3.Connection, new: sqlite3.Connection, table: str, end: str) -> str:
    """Copy rows from one end of the table; what stopped it, or "" when all are copied."""
    order = ", ".join(f"{key} {end}" for key in KEYS[table])
    try:
        rows = old.execute(f"SELECT * FROM {table} ORDER BY {order}")
        names = ", ".join(column[0] for column in rows.description)
        marks = ", ".join("?" * len(rows.description))
        for row in rows:
            new.execute(f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({marks})", row)
    except sqlite3.Error as exc:
        return str(exc)
    return ""


COMMANDS = (doctor,)
