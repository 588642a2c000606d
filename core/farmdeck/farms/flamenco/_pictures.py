"""A job's finished pictures as seen from here: where they lie, listing, fetching, removing those to be made anew."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Callable

from ..._errors import FarmError
from ...farm import Output, Watch
from ...job import FrameState, Part
from ...outputs import file_name as safe_name
from ...transfers import Item, Storage
from ...transfers.folder import FolderTransfer
from ..local.placing import frame_name
from ._places import JOBS, Places, below, file_name, joined, parent
from ._tasks import Unit, frames_of, part_of
from .models import Job

RENDERS = "renders"
"""The folder of the shared storage for pictures that workers cannot write to where they belong."""
_EXTENSION = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}$")


@dataclass(frozen=True)
class Place:
    """Where the pictures of a part are."""

    folder: str
    """On this machine."""
    name: str
    """The pictures' name without extension, `#` for the number."""
    ours: bool
    """Nothing else is in the folder."""


def bare(pattern: str) -> str:
    """An output pattern as Flamenco takes it: without extension, and with a place for the number.

    Blender puts the number at the end of a name that has none, four digits wide.
    """
    without = _EXTENSION.sub("", pattern)
    return without if "#" in file_name(without) else f"{without}####"


def storage_pattern(folder: str, index: int, part: Part) -> str:
    """Where the pictures of one of several parts go below a folder of the shared storage; with their extension."""
    return joined(folder, f"{index}-{safe_name(part.name)}/{file_name(part.output)}")


def place_of(job: Job, index: int, part: Part, places: Places) -> Place | None:
    """Where the pictures of a job's part are; None where this machine cannot reach them."""
    if part_of(job) is None:
        root = str(job.settings.get("render_output_root") or "")
        sent = bare(places.sent(part.output) or storage_pattern(root, index, part))
    else:
        sent = str(job.settings.get("render_output_path") or job.settings.get("render_output") or "")
    pattern = places.here(sent)
    if pattern is None:
        return None
    return Place(parent(pattern), file_name(pattern), ours=below(sent, joined(JOBS, RENDERS)) is not None)


def outputs_of(unit: Unit, places: Places) -> Iterator[Output]:
    """The pictures of finished frames; what else lies in a folder of the job's own once the job is over."""
    done: dict[int, set[int]] = {}
    for frame in frames_of(unit):
        if frame.state is FrameState.DONE:
            done.setdefault(frame.part, set()).add(frame.number)
    over = unit.job.status in ("completed", "failed")
    for index, part in unit.parts.items():
        place = place_of(unit.job, index, part, places)
        if place is None:
            continue
        for file in _files(place):
            number = number_of(PurePath(file).name, place.name) if "/" not in file else None
            if number in done.get(index, ()) or (number is None and place.ours and over):
                yield from _output(place, index, part, file, number)


def _output(place: Place, index: int, part: Part, file: str, number: int | None) -> Iterator[Output]:
    """Nothing for a file that is gone meanwhile."""
    path = os.path.join(place.folder, *file.split("/"))
    with contextlib.suppress(OSError):
        info = os.stat(path)
        name = file if number is None else named_here(part, number, file)
        yield Output(path, index, name, info.st_size, info.st_mtime, number)


def named_here(part: Part, number: int, file: str) -> str:
    """What a picture is called where it belongs: `shot_0007.exr` for the storage's `000007.exr`."""
    if not part.output:
        return file
    return frame_name(file_name(bare(part.output)), number) + PurePath(file).suffix


def number_of(name: str, pattern: str) -> int | None:
    """The frame that a file called `name` shows; None when it is none of the pattern's."""
    head, _, tail = re.sub("#+", "\0", pattern).rpartition("\0")
    found = re.fullmatch(re.escape(head) + r"(-?[0-9]+)" + re.escape(tail) + r"\.[A-Za-z0-9]+", name)
    return int(found[1]) if found else None


def fetch(wanted: Sequence[tuple[Output, Path]], watch: Watch, done: Callable[[Output], None]) -> None:
    """Copy files to those paths, each whole or not at all; what is the same file already is left.

    Raises FarmError, Cancelled.
    """
    by_root: dict[str, list[Item]] = {}
    outputs = {path: output for output, path in wanted}
    for path, output in outputs.items():
        source = PurePath(output.id)
        item = Item(path, source.relative_to(source.anchor).as_posix(), output.size)
        by_root.setdefault(source.anchor, []).append(item)
    watch.check()
    for root, items in by_root.items():
        FolderTransfer(Path(root)).download(items, Storage("", ""), watch, lambda item: done(outputs[item.local]))


def remove(unit: Unit, frames: Sequence[tuple[int, int]], places: Places) -> None:
    """The pictures of these (part, number) pairs go: Blender would pass over frames whose pictures are there.

    Raises FarmError where they cannot be reached.
    """
    for index in sorted({index for index, _ in frames}):
        numbers = {number for which, number in frames if which == index}
        part = unit.parts[index]
        place = place_of(unit.job, index, part, places)
        known = place is not None and (place.ours or place.folder == parent(part.output))  # not what a server made up
        if place is None or not known or not os.path.isdir(place.folder):
            raise FarmError(
                f"The pictures of {part.name} cannot be reached from here, and Flamenco renders no frame that has one.",
                "Mount the shared storage, or remove the pictures there, then retry.",
            )
        for file in os.listdir(place.folder):
            if number_of(file, place.name) in numbers:
                _unlink(os.path.join(place.folder, file))


def _unlink(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
    except OSError as exc:
        raise FarmError(
            f"{path} cannot be removed, so that Flamenco would not render it again: {exc.strerror}.",
            "Have its rights changed, then retry.",
        ) from exc


def _files(place: Place) -> list[str]:
    """What is in the place, sorted, with forward slashes: below it too where it is the job's own.

    A render that was taken away leaves its unfinished files there, as render_part.py names them.
    """
    if not place.ours:
        with contextlib.suppress(OSError):
            return sorted(os.listdir(place.folder))
        return []
    found = [
        Path(os.path.relpath(os.path.join(at, name), place.folder)).as_posix()
        for at, _, names in os.walk(place.folder)
        for name in names
    ]
    return sorted(file for file in found if ".farmdeck-" not in file)
