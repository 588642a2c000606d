"""Which of a farm's finished files are here already, which are to be fetched, and where each belongs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..farm import Output
from ..job import Job
from ..outputs import file_name

CLOCK_STEP = 2.0
"""Seconds that two times of the same file may differ: FAT counts in steps of two."""


@dataclass(frozen=True)
class Plan:
    """The farm's files, by what becomes of each."""

    there: tuple[tuple[Output, Path], ...] = ()
    """On disk already."""
    wanted: tuple[tuple[Output, Path], ...] = ()
    newer: tuple[Path, ...] = ()
    """Somebody's own files, made after the farm's: left alone."""
    strange: tuple[str, ...] = ()
    """What the farm calls files that would land elsewhere: never fetched."""

    @property
    def words(self) -> str:
        """What a person has to know of it; "" when all is well."""
        said = []
        if self.newer:
            names = _named([path.name for path in self.newer])
            said.append(f"{names} on disk is newer than the farm's and was left alone. Move it, then download again.")
        if self.strange:
            names = _named([repr(name) for name in self.strange])
            said.append(f"The farm calls a file {names}, which was not fetched. Ask the farm's support.")
        return " ".join(said)


def plan(job: Job, outputs: Sequence[Output], to: str) -> Plan:
    """`to`: a folder in the place of the job's own; "" for where the pictures belong."""
    there, wanted, newer, strange = [], [], [], []
    for output in outputs:
        path = place(job, output, to)
        if path is None:
            strange.append(output.path)
        elif _is_here(output, path):
            there.append((output, path))
        elif _is_newer(output, path):
            newer.append(path)
        else:
            wanted.append((output, path))
    return Plan(tuple(there), tuple(wanted), tuple(newer), tuple(strange))


def place(job: Job, output: Output, to: str) -> Path | None:
    """Where a file belongs: below its part's folder, or below `to`; None for one that would land elsewhere."""
    inside = PurePosixPath(output.path)
    if not 0 <= output.part < len(job.parts) or not inside.parts or inside.is_absolute() or ".." in inside.parts:
        return None
    drive = ":" in output.path if os.name == "nt" else ":" in inside.parts[0]
    if drive or "\\" in output.path or "\0" in output.path:
        return None
    part = job.parts[output.part]
    if not to:
        return Path(part.output).parent / inside
    several = len(job.parts) > 1
    return (Path(to) / file_name(part.name) if several else Path(to)) / inside


def _is_here(output: Output, path: Path) -> bool:
    """The same size, and not older than the farm's: a frame that was rendered again is fetched again."""
    try:
        info = path.stat()
    except OSError:
        return False
    return info.st_size == output.size and (output.modified is None or info.st_mtime >= output.modified - CLOCK_STEP)


def _is_newer(output: Output, path: Path) -> bool:
    """Somebody's own file, made after the farm's."""
    try:
        return output.modified is not None and path.stat().st_mtime > output.modified + CLOCK_STEP
    except OSError:
        return False


def _named(names: Sequence[str]) -> str:
    """`0001.png and 3 more`."""
    return f"{names[0]} and {len(names) - 1} more" if len(names) > 1 else names[0]
