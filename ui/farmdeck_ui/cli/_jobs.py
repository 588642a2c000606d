"""`jobs`, `job`, `frames`, `log`, `stop`, `start`, `retry`, `abandon`, `delete`, `download`."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import click
from farmdeck import Action, FarmdeckError, Frame, FrameState, Job, JobState
from farmdeck._errors import BadInput, FarmError
from farmdeck.frames import parse_frames
from farmdeck.job import job_document
from farmdeck.store import Store

from . import _desk, _show, _watch


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
    _show.print_table(columns, rows, numbers=("Done", "Failed", "Left", "Elapsed"))
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


@click.command()
@click.argument("id")
@click.option("--watch", is_flag=True, help="Follow it until it ends.")
@_show.json_option
def job(id: str, watch: bool, as_json: bool) -> int:
    """Say how one job is."""
    with _desk.open_store() as store:
        found = store.job(id)
        if watch:
            return _watch.watch(store, found.id, as_json)
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
        ("Frames", found.output),
    ]
    _show.print_table(["", ""], [[name, value] for name, value in pairs])
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


def _frame_word(frame: Frame) -> str:
    if frame.state is FrameState.RENDERING:
        return f"Rendering {frame.progress:.0%}"
    return frame.state.word


@click.command()
@click.argument("id")
@click.option("--frame", type=int, help="Without: the frame that failed, else the newest.")
@click.option("--part", default="", help="Which part's, by name.")
@_show.json_option
def log(id: str, frame: int | None, part: str, as_json: bool) -> None:
    """Print a frame's log."""
    with _desk.open_store() as store:
        found = store.job(id)
        chosen = _choose_frame(found, store.frames(found.id), frame, part)
    try:
        text = Path(chosen.log).read_text(encoding="utf-8", errors="replace")
    except OSError as exc:
        raise FarmError(
            f"The log of frame {chosen.number} cannot be read: {exc.strerror}.", "Retry the frame."
        ) from exc
    if as_json:
        doc = {"job": found.id, "part": chosen.part, "number": chosen.number, "attempt": chosen.attempt}
        _show.print_json({**doc, "path": chosen.log, "text": text})
    else:
        click.echo(text, nl=False)


def _choose_frame(job: Job, rows: list[Frame], number: int | None, part: str) -> Frame:
    names = [one.name for one in job.parts]
    if part and part not in names:
        raise BadInput(f'{job.name} has no part "{part}".', f"It has: {', '.join(names)}.")
    fitting = [row for row in rows if number in (None, row.number) and (not part or names[row.part] == part)]
    if not fitting and number is not None:
        raise BadInput(f"{job.name} has no frame {number}.", f"See them with: farmdeck frames {job.id}")
    begun = [row for row in fitting if row.log]
    if not begun:
        which = f"No frame of {job.name} has begun" if number is None else f"Frame {number} has not begun"
        raise BadInput(f"{which}, so there is no log.", "Retry it." if job.state.ended else "Wait until it renders.")
    failed = [row for row in begun if row.state is FrameState.FAILED]
    return failed[0] if failed else max(begun, key=lambda row: row.started or 0.0)


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


@click.command()
@click.argument("id")
@click.option("--to", "target", default="", type=click.Path(), help="A folder. Without: says where the frames are.")
@_show.json_option
def download(id: str, target: str, as_json: bool) -> None:
    """Bring a job's finished frames into a folder."""
    with _desk.open_store() as store:
        found = store.job(id)
        files = [file for row in store.frames(found.id) for file in row.files]
    if target and not files:
        raise BadInput(f"{found.name} has no finished frames yet.", "Wait until one is done.")
    copied = _copy(files, found.output, Path(target)) if target else 0
    folder = os.path.abspath(target) if target else found.output
    if as_json:
        _show.print_json({"job": found.id, "folder": folder, "files": len(files), "copied": copied})
    elif target:
        click.echo(f"{_show.count(copied, 'file')} copied to {folder}, {len(files) - copied} there already")
    else:
        click.echo(f"{_show.count(len(files), 'file')} in {folder}")


def _copy(files: list[str], base: str, target: Path) -> int:
    """Copy what is not there yet, keeping the folders below `base`; returns how many were. Raises FarmError."""
    copied = 0
    for file in files:
        inside = os.path.relpath(file, base)
        place = target / (os.path.basename(file) if inside.startswith("..") else inside)
        try:
            if place.exists() and place.stat().st_size == os.path.getsize(file):
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            part = place.with_name(place.name + ".farmdeck-part")
            shutil.copy2(file, part)
            os.replace(part, place)
        except OSError as exc:
            raise FarmError(
                f"{file} cannot be copied to {place}: {exc.strerror}.", "Mend it, and give the command again."
            ) from exc
        copied += 1
    return copied


COMMANDS = (jobs, job, frames, log, stop, start, retry, abandon, delete, download)
