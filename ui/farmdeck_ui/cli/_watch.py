"""Following a job: a live bar on a terminal, a line for each frame in a pipe."""

from __future__ import annotations

import time

import click
from farmdeck import Frame, FrameState, Job, JobState
from farmdeck.job import job_document
from farmdeck.store import Store
from rich.progress import BarColumn, Progress, TextColumn

from . import _desk, _show

LOOK_SECONDS = 0.15


def watch(store: Store, id: str, as_json: bool = False) -> int:
    """Follow it until it ends or waits for a person; 0 when every frame is done."""
    bar = _Bar() if _show.terminal() and not as_json else None
    try:
        job = _follow(store, id, bar, as_json)
    finally:  # Ctrl+C too: the cursor comes back
        if bar:
            bar.close()
    return _end(job, as_json)


def _follow(store: Store, id: str, bar: _Bar | None, as_json: bool) -> Job:
    """The job, once it has ended or waits for a person."""
    told: set[tuple[int, int, str]] = set()
    revision = 0
    fresh = True
    looked = time.monotonic()
    while True:
        if fresh or store.changed():
            fresh = False
            now = store.revision()
            job = store.job(id)
            for frame in store.frames(job.id, revision):
                _tell(job, frame, told, bar, as_json)
            revision = now
            if bar:
                bar.show(job)
            if job.state.at_rest:
                return job
        if time.monotonic() - looked > 2.0:  # an agent that died is started again: the job goes on
            looked = time.monotonic()
            _desk.see_to_agent(store)
        time.sleep(LOOK_SECONDS)


def _end(job: Job, as_json: bool) -> int:
    if as_json:
        _show.print_json(job_document(job))
    else:
        click.echo(f"{job.name}: {job.words}, {job.done} of {_show.count(job.total, 'frame')}.")
        if job.message:
            click.echo(job.message, err=True)
        if not job.state.ended:
            click.echo(f"It waits. Let it go on with: farmdeck start {job.id}")
        if job.done:
            click.echo(f"frames: {job.output}")
    return 0 if job.state is JobState.DONE else 1


def _tell(job: Job, frame: Frame, told: set[tuple[int, int, str]], bar: _Bar | None, as_json: bool) -> None:
    """Each frame is told once when it is done, and each time that it fails."""
    failed = frame.message and frame.state in (FrameState.FAILED, FrameState.WAITING)
    if frame.state is not FrameState.DONE and not failed:
        return
    mark = (frame.part, frame.number, "done" if frame.state is FrameState.DONE else f"{frame.attempt}")
    if mark in told:
        return
    told.add(mark)
    part = f" of {job.parts[frame.part].name}" if len(job.parts) > 1 else ""
    done = sum(1 for one in told if one[2] == "done")
    if frame.state is FrameState.DONE:
        line = f"frame {frame.number}{part}: done in {_show.duration(frame.seconds)} ({done} of {job.total})"
    else:
        again = " It is tried again." if frame.state is FrameState.WAITING else ""
        line = f"frame {frame.number}{part}: {frame.message}{again}"
    if bar:
        bar.line(line)
    else:
        click.echo(line, err=as_json)


class _Bar:
    """One line at the bottom of the terminal."""

    def __init__(self) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[said]}"))
        self._progress = Progress(*columns, console=_show.console())
        self._task = self._progress.add_task("", total=1.0, said="")
        self._progress.start()

    def show(self, job: Job) -> None:
        left = ""
        if job.started and 0.02 < job.fraction < 1:
            spent = time.time() - job.started
            left = f", {_show.duration(spent / job.fraction - spent)} left"
        said = f"{job.words} {job.done} of {job.total}{left}"
        self._progress.update(self._task, description=job.name, completed=job.fraction, said=said)

    def line(self, text: str) -> None:
        self._progress.console.print(text, markup=False)

    def close(self) -> None:
        self._progress.stop()
