"""Following a job: a live bar on a terminal, a line for each frame in a pipe."""

from __future__ import annotations

import time

import click
from farmdeck import Frame, FrameState, Job, JobState
from farmdeck.job import job_document
from farmdeck.store import FarmInfo, Store

from . import _desk, _fetch, _show
from ._bar import Bar, bar

LOOK_SECONDS = 0.15
AGENT_SECONDS = 2.0
SAY_SECONDS = 15.0
"""How often a farm elsewhere is told that somebody looks."""


def watch(store: Store, id: str, as_json: bool = False) -> int:
    """Follow it until it ends or waits for a person; 0 when every frame is done, and on disk."""
    with bar(not as_json) as shown:
        job = _follow(store, id, shown, as_json)
    if job.done and _fetch.by_itself(store, job):
        _fetch.fetch(store, job, "", quiet=as_json)
        job = store.job(job.id)
    return _end(store, job, as_json)


def _follow(store: Store, id: str, shown: Bar | None, as_json: bool) -> Job:
    """The job, once it has ended or waits for a person."""
    told: set[tuple[int, int, str]] = set()
    job = store.job(id)
    presence = _Presence(_desk.farm_elsewhere(store, job))
    revision = 0
    fresh = True
    while True:
        if fresh or store.changed():
            fresh = False
            now = store.revision()
            job = store.job(id)
            for frame in store.frames(job.id, revision):
                _tell(job, frame, told, shown, as_json)
            revision = now
            if shown:
                _show_bar(job, shown)
            if job.state.at_rest:
                return job
        presence.say(store, job)
        time.sleep(LOOK_SECONDS)


class _Presence:
    """Says from time to time that somebody is there: an agent that died is started, frames elsewhere are asked for."""

    def __init__(self, elsewhere: FarmInfo | None) -> None:
        self._elsewhere = elsewhere is not None
        self._agent_at = time.monotonic() + AGENT_SECONDS
        self._look_at = 0.0

    def say(self, store: Store, job: Job) -> None:
        now = time.monotonic()
        if now > self._agent_at:
            self._agent_at = now + AGENT_SECONDS
            _desk.see_to_agent(store)
        if self._elsewhere and job.farm_job and now > self._look_at:
            self._look_at = now + SAY_SECONDS
            store.send("job.look", job.id)


def _show_bar(job: Job, shown: Bar) -> None:
    left = ""
    if job.started and 0.02 < job.fraction < 1:
        spent = time.time() - job.started
        left = f", {_show.duration(spent / job.fraction - spent)} left"
    shown.show(job.name, job.fraction, f"{job.words} {job.done} of {job.total}{left}")


def _end(store: Store, job: Job, as_json: bool) -> int:
    if as_json:
        _show.print_json(job_document(job))
    else:
        cost = _show.cost(job)
        cost = f" Cost: {cost}." if cost else ""
        click.echo(f"{job.name}: {job.words}, {job.done} of {_show.count(job.total, 'frame')}.{cost}")
        if job.message:
            click.echo(job.message, err=True)
        if not job.state.ended:
            click.echo(f"It waits. Let it go on with: farmdeck start {job.id}")
        if job.done:
            click.echo(_fetch.whereabouts(store, job))
    return 0 if job.state is JobState.DONE else 1


def _tell(job: Job, frame: Frame, told: set[tuple[int, int, str]], shown: Bar | None, as_json: bool) -> None:
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
        took = "" if frame.seconds is None else f" in {_show.duration(frame.seconds)}"
        line = f"frame {frame.number}{part}: done{took} ({done} of {job.total})"
    else:
        again = " It is tried again." if frame.state is FrameState.WAITING else ""
        line = f"frame {frame.number}{part}: {frame.message}{again}"
    if shown:
        shown.line(line)
    else:
        click.echo(line, err=as_json)
