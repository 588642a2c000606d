"""`jobs`, `job`, `frames`, `stop`, `start`, `retry`, `abandon`, `delete`."""

from __future__ import annotations

import time
from collections.abc import Callable

import click
from farmdeck import Action, FarmdeckError, Frame, FrameState, Job, JobState
from farmdeck._errors import BadInput
from farmdeck.frames import parse_frames
from farmdeck.job import job_document
from farmdeck.places import store_folder
from farmdeck.store import ReportStore, Store

from . import _desk, _fetch, _show, _watch


@click.command()
@click.option("--farm", default="", help="Only this farm's.")
@click.option("--state", type=click.Choice([state.value for state in JobState]), help="Only those in this state.")
@click.option(
    "--limit", default=50, show_default=True, type=click.IntRange(min=0), help="The newest so many; 0 for all."
)
@_show.json_option
def jobs(farm: str, state: str | None, limit: int, as_json: bool) -> None:
    """List the jobs, newest first."""
    with _desk.open_store() as store:
        found = [
            job for job in store.jobs() if (not farm or job.farm == farm) and (not state or job.state.value == state)
        ]
    shown = found[:limit] if limit else found
    if as_json:
        _show.print_json([job_document(job) for job in shown])
        return
    if not shown and _show.terminal():
        some = "No such job." if farm or state else "No jobs yet. What you submit shows here."
        click.echo(some)
        return
    rows = [_row(job) for job in shown]
    columns = ["Id", "Job", "State", "Done", "Failed", "Left", "Elapsed", "Farm", "Submitted"]
    if any(job.cost is not None for job in shown):
        columns.append("Cost")
        rows = [[*row, _cost(job)] for row, job in zip(rows, shown)]
    _show.print_table(columns, rows, numbers=("Done", "Failed", "Left", "Elapsed", "Cost"))
    if len(shown) < len(found) and _show.terminal():
        click.echo(f"{len(found) - len(shown)} older ones: --limit 0")


def _row(job: Job) -> list[str]:
    submitted = time.strftime("%Y-%m-%d %H:%M", time.localtime(job.created))
    counts = [
        str(job.done),
        str(job.failed) if job.failed else "–",
        str(job.left) if job.left and not job.state.ended else "–",
    ]
    return [job.id, job.name, job.words, *counts, _show.elapsed(job), job.farm, submitted]


def _cost(job: Job) -> str:
    return "–" if job.cost is None else _show.money(job.cost, job.currency)


@click.command()
@click.argument("id")
@click.option("--watch", is_flag=True, help="Follow it until it ends.")
@_show.json_option
def job(id: str, watch: bool, as_json: bool) -> int:
    """Say how one job is."""
    with ReportStore.open(store_folder()) as store:
        found = store.job(id)
        if watch:
            return _watch.watch(store, found.id, as_json)
        elsewhere = _fetch.keeps_frames(store, found)
        report = store.report(found.id)
    if as_json:
        _show.print_json(job_document(found))
        return 0
    pairs = [
        ("Job", f"{found.name} ({found.id})"),
        ("State", f"{found.words}, {found.done} of {_show.count(found.total, 'frame')} done"),
        ("Scene", found.scene),
        ("Software", f"{found.software}, {found.renderer}"),
        ("Farm", _whereabouts(found)),
        ("Elapsed", _show.elapsed(found)),
        ("Cost", _show.cost(found)),
        ("Here", _show.count(found.downloaded, "file") if elsewhere else ""),
        ("Frames", found.output),
        (
            "Report",
            f"{report.state.word}: farmdeck report {found.id}" if report and report.state.needs_a_person else "",
        ),
    ]
    _show.print_table(["", ""], [[name, value] for name, value in pairs if value])
    for part in found.parts:
        click.echo(f"  {part.name}: {part.frames}, {part.width}×{part.height}, {part.output}")
    if found.message:
        click.echo(found.message)
    return 0


def _whereabouts(job: Job) -> str:
    """The farm, and the job's number there where that is another one."""
    if not job.farm_job:
        return f"{job.farm}, not there yet"
    return job.farm if job.farm_job == job.id else f"{job.farm}, there {job.farm_job}"


@click.command()
@click.argument("id")
@_show.json_option
def frames(id: str, as_json: bool) -> None:
    """List a job's frames."""
    with _desk.open_store() as store:
        found = store.job(id)
        _freshen(store, found)
        rows = store.frames(found.id)
    if as_json:
        _show.print_json(rows)
        return
    if not rows and _show.terminal():
        click.echo("The farm has no frame of it yet.")
        return
    cells = [
        [
            found.parts[row.part].name if row.part < len(found.parts) else str(row.part),
            str(row.number),
            _frame_word(row),
            str(row.attempt),
            _show.duration(row.seconds),
            row.message or (row.files[0] if row.files else ""),
        ]
        for row in rows
    ]
    _show.print_table(["Part", "Frame", "State", "Tries", "Time", ""], cells, numbers=("Frame", "Tries", "Time"))


def _freshen(store: Store, job: Job) -> None:
    """A farm elsewhere is asked for frames only while somebody looks; one that cannot be asked is said."""
    if job.state.ended or not job.farm_job or _desk.farm_elsewhere(store, job) is None:
        return
    try:
        _desk.look(store, job)
        _desk.usable_farm(store, job.farm)
    except FarmdeckError as exc:
        _show.complain(exc)


def _frame_word(frame: Frame) -> str:
    if frame.state is FrameState.RENDERING:
        return f"Rendering {frame.progress:.0%}"
    return frame.state.word


def _action(action: Action, help: str, said: str) -> click.Command:
    """A command that does one thing to any number of jobs."""

    @click.command(action.value, help=help)
    @click.argument("ids", nargs=-1, required=True)
    def command(ids: tuple[str, ...]) -> int:
        with _desk.open_store() as store:
            return _each(store, ids, lambda job: _desk.ask(store, action.value, job.id), said)

    return command


def _each(store: Store, ids: tuple[str, ...], do: Callable[[Job], object], said: str) -> int:
    """Every job is tried; the exit code is 1 when any failed."""
    failures = 0
    for id in ids:
        try:
            found = store.job(id)
            do(found)
            click.echo(f"{found.name} ({found.id}): {said}")
        except FarmdeckError as exc:
            failures += 1
            _show.complain(exc)
    return 1 if failures else 0


stop = _action(Action.STOP, "Stop jobs; what is done stays done.", "stopped.")
start = _action(Action.START, "Let stopped or held jobs go on.", "goes on.")
abandon = _action(Action.ABANDON, "Give up every frame that is not done.", "given up; finished frames stay.")
delete = _action(Action.DELETE, "Forget jobs; finished frames stay on disk.", "deleted; finished frames stay on disk.")


@click.command()
@click.argument("ids", nargs=-1, required=True)
@click.option("--frames", "wanted", help="These frames, whatever their state. Without: all that failed.")
def retry(ids: tuple[str, ...], wanted: str | None) -> int:
    """Render failed and abandoned frames again."""
    numbers = set() if wanted is None else set(parse_frames(wanted))

    def again(job: Job) -> None:
        rows = store.frames(job.id)
        pairs = [(row.part, row.number) for row in rows if row.number in numbers]
        if numbers and not pairs:
            raise BadInput(f"{job.name} has none of the frames {wanted}.", f"See them with: farmdeck frames {job.id}")
        if job.state is JobState.DONE and not numbers:
            raise BadInput(f"No frame of {job.name} failed.", "Name the frames to render again with --frames.")
        _desk.ask(store, Action.RETRY.value, job.id, frames=pairs)

    with _desk.open_store() as store:
        return _each(store, ids, again, "tried again.")


COMMANDS = (jobs, job, frames, stop, start, retry, abandon, delete)
