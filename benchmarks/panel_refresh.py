"""How long the panel holds the UI thread with 10,000 jobs in a real store. Prints one JSON line per measurement.

    python benchmarks/panel_refresh.py [--jobs N] [--rounds N]

A turn is one event from the loop with all that it causes. Its wall time includes waiting for the worker threads to let
go of the interpreter, and for the processor on a busy machine; its CPU time does not.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from farmdeck import Job, JobState, Part
from farmdeck.store import AgentStore
from farmdeck.store._store import _next_revision, _put_job
from farmdeck_ui.panel import FarmdeckPanel
from farmdeck_ui.panel.qt import QtCore, QtWidgets
from farmdeck_ui.panel.source import NoScene

TARGET_MS = 16.0


class TimedApplication(QtWidgets.QApplication):
    """Knows how long each event that came from the loop kept the thread."""

    def __init__(self) -> None:
        super().__init__(sys.argv[:1])
        self.turns: list[tuple[float, float, str]] = []
        self._depth = 0

    def notify(self, receiver: QtCore.QObject, event: QtCore.QEvent) -> bool:
        """One event; those that it causes are part of it."""
        self._depth += 1
        began, work = time.perf_counter(), time.thread_time()
        try:
            return bool(super().notify(receiver, event))
        finally:
            self._depth -= 1
            if not self._depth:
                said = f"{type(receiver).__name__} {event.type()}"
                self.turns.append(((time.perf_counter() - began) * 1000, (time.thread_time() - work) * 1000, said))


def fill(store: AgentStore, count: int) -> None:
    """Jobs as a year of submissions leaves them; in one transaction, since this is not what is measured."""
    states = list(JobState)
    part = Part("beauty", "Scene/beauty", ("Scene", "beauty"), "", "1-148", 2048, 858, "CYCLES", "/out/####.exr")
    parts = (part, replace(part, name="crypto"))
    with store._write() as db:
        for number in range(count):
            job = Job(
                id=f"job{number:06d}",
                name=f"sq{number % 90:03d}_sh{number % 700:04d}_lgt_v{number % 30:03d}",
                farm="local",
                state=states[number % len(states)],
                software="Blender 4.5.3",
                renderer="CYCLES",
                owner=("mei", "jonas", "aiko")[number % 3],
                created=1_700_000_000.0 + number,
                started=1_700_000_000.0 + number,
                updated=1_700_003_600.0 + number,
                total=296,
                done=number % 296,
                failed=number % 5,
                fraction=(number % 296) / 296,
                output="/out",
                parts=parts,
            )
            _put_job(db, job, _next_revision(db))


def spin(app: TimedApplication, done: object, seconds: float = 60.0) -> float:
    """Run the loop until `done()`; returns how long that took, in milliseconds."""
    began = time.perf_counter()
    while not done():  # type: ignore[operator]
        app.processEvents(QtCore.QEventLoop.ProcessEventsFlag.AllEvents, 5)
        if time.perf_counter() - began > seconds:
            raise SystemExit("The panel did not get there.")
        time.sleep(0.0005)
    return (time.perf_counter() - began) * 1000


def say(what: str, jobs: int, milliseconds: float, app: TimedApplication) -> None:
    """One line; the longest stretch of the UI thread, and whose it was."""
    longest, _, whose = max(app.turns, default=(0.0, 0.0, ""))
    line = {
        "what": what,
        "jobs": jobs,
        "ms": round(milliseconds, 1),
        "longest_turn_ms": round(longest, 2),
        "longest_turn": whose,
        "longest_turn_cpu_ms": round(max((work for _, work, _ in app.turns), default=0.0), 2),
        "turns": len(app.turns),
        "turns_over_16_ms": sum(turn > TARGET_MS for turn, _, _ in app.turns),
    }
    print(json.dumps(line), flush=True)
    app.turns.clear()


def measure(app: TimedApplication, folder: Path, jobs: int, rounds: int) -> None:
    """First fill, updates, a new job, search, sort, all rows."""
    store = AgentStore.open(folder)
    fill(store, jobs)
    panel = FarmdeckPanel(NoScene(), folder)
    panel.resize(1200, 760)
    panel.tabs.setCurrentIndex(1)
    panel.show()
    model, page = panel.jobs.list.model, panel.jobs.list
    for _ in range(5):
        app.processEvents()
    say("first paint of the window", jobs, sum(turn for turn, _, _ in app.turns), app)
    took_ms = spin(app, lambda: len(model.list.jobs) == jobs and model.rowCount() > 0)
    for _ in range(5):
        app.processEvents()
    say("first fill", jobs, took_ms, app)
    took = []
    for number in range(rounds):
        id = f"job{jobs - 1 - number % 15:06d}"
        store.update_job(id, done=number + 1, fraction=(number + 1) / 400, state=JobState.RENDERING)
        took.append(spin(app, lambda id=id, number=number: model.list.jobs[id].done == number + 1))
    say("one job's update, from commit to cell (median)", jobs, statistics.median(took), app)
    for number in range(rounds):
        with store._write() as db:
            fresh = replace(model.list.jobs["job000000"], id=f"new{number}", created=1_800_000_000.0 + number)
            _put_job(db, fresh, _next_revision(db))
        spin(app, lambda number=number: f"new{number}" in model.list.jobs)
    say("new jobs, one at a time", jobs, 0.0, app)
    for text in ("sq010", ""):
        app.turns.append(_timed(lambda text=text: page.search.setText(text), "search"))
    say("search for sq010 and back", jobs, 0.0, app)
    for column in (0, -1):
        app.turns.append(_timed(lambda column=column: page._sort(column), "sort"))
    for _ in range(5):
        app.processEvents()
    say("sort by name and back", jobs, 0.0, app)
    panel.close()
    store.close()


def _timed(work: object, name: str) -> tuple[float, float, str]:
    began, used = time.perf_counter(), time.thread_time()
    work()  # type: ignore[operator]
    return (time.perf_counter() - began) * 1000, (time.thread_time() - used) * 1000, name


def main() -> int:
    """Measure with as many jobs and rounds as the command line says."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--jobs", type=int, default=10_000)
    arguments.add_argument("--rounds", type=int, default=20)
    wanted = arguments.parse_args()
    os.environ["FARMDECK_AGENT"] = "/bin/true"
    app = TimedApplication()
    app.setStyle("Fusion")
    with tempfile.TemporaryDirectory() as folder:
        measure(app, Path(folder), wanted.jobs, wanted.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
