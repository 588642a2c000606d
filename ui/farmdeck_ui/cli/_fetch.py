"""Bringing finished frames here: through the agent from a farm that keeps them, else by copying."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from farmdeck import Job, settings
from farmdeck._errors import BadInput, FarmError
from farmdeck.store import Store

from . import _desk, _show
from ._bar import bar

BY_HAND = "by hand"
FOREVER = float("inf")


def keeps_frames(store: Store, job: Job) -> bool:
    """Does the job's farm keep its frames until they are fetched?"""
    farm = _desk.farm_elsewhere(store, job)
    return farm is not None and bool(farm.document.get("capabilities", {}).get("download"))


def by_itself(store: Store, job: Job) -> bool:
    """Are they fetched from there without anybody's word?"""
    farm = settings.load().farms.get(job.farm)
    return farm is not None and keeps_frames(store, job) and farm.values.get("download") != BY_HAND


def whereabouts(store: Store, job: Job) -> str:
    """The last line of a job that was followed."""
    if keeps_frames(store, job) and not by_itself(store, job):
        return f"The frames are on {job.farm}. Fetch them with: farmdeck download {job.id}"
    return f"frames: {job.output}"


def fetch(store: Store, job: Job, to: str, quiet: bool) -> Mapping[str, Any]:
    """Have the agent fetch what is finished and not here yet, however long it takes.

    Returns how many files were `fetched`, how many were `there`, how many were `left` alone. Raises FarmdeckError.
    """
    with bar(not quiet) as shown:

        def meanwhile() -> None:
            if shown is None or not store.changed():
                return
            now = store.job(job.id)
            here = None if to or not now.done else min(1.0, now.downloaded / now.done)
            shown.show(f"Fetching {now.name}", here, "" if to else f"{now.downloaded:,} files here")

        return _desk.ask(store, "job.download", job.id, FOREVER, meanwhile, to=to).values or {}


@click.command()
@click.argument("id")
@click.option("--to", "target", default="", type=click.Path(), help="A folder in the place of the job's own.")
@_show.json_option
def download(id: str, target: str, as_json: bool) -> None:
    """Bring a job's finished frames here, or into a folder."""
    to = os.path.abspath(target) if target else ""
    with _desk.open_store() as store:
        found = store.job(id)
        elsewhere = keeps_frames(store, found)
        came = _from_farm(store, found, to, as_json) if elsewhere else _from_disk(store, found, to)
    folder = to or found.output
    here = came["fetched"] + came["there"]
    if as_json:
        doc = {"job": found.id, "folder": folder, "files": here, "copied": came["fetched"], "left": came["left"]}
        _show.print_json(doc)
    elif to or elsewhere:
        done = "fetched" if elsewhere else "copied"
        alone = f", {came['left']} left alone" if came["left"] else ""
        click.echo(f"{_show.count(came['fetched'], 'file')} {done} to {folder}, {came['there']} there already{alone}")
    else:
        click.echo(f"{_show.count(here, 'file')} in {folder}")


def _from_farm(store: Store, job: Job, to: str, as_json: bool) -> Mapping[str, int]:
    came = fetch(store, job, to, quiet=as_json)
    if not any(came.values()):
        raise _nothing_yet(job)
    return came


def _from_disk(store: Store, job: Job, to: str) -> Mapping[str, int]:
    files = [file for row in store.frames(job.id) for file in row.files]
    if to and not files:
        raise _nothing_yet(job)
    copied = _copy(files, job.output, Path(to)) if to else 0
    return {"fetched": copied, "there": len(files) - copied, "left": 0}


def _nothing_yet(job: Job) -> BadInput:
    return BadInput(f"{job.name} has no finished frames yet.", "Wait until one is done.")


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


COMMANDS = (download,)
