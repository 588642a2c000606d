"""What a program wrote into the job's temporary folder: which frame each file is of, and where it belongs.

The copy of the scene that renders has another name than the scene (`shot.farmdeck-ID.ma`), and hosts put the scene's
name into the names of files and folders: what the copy's name added is taken out again.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import PurePath

_BEAUTY = frozenset({"beauty", "rgba", "masterlayer", "rgb_color"})


def found_files(folder: str) -> list[str]:
    """Every file below `folder`, relative to it, sorted."""
    found = (os.path.relpath(os.path.join(at, name), folder) for at, _, names in os.walk(folder) for name in names)
    return sorted(found)


def frame_of(file: str, pattern: str, numbers: Sequence[int]) -> int | None:
    """Which of the frames the file is of; None when its name tells none of them.

    `pattern` is the part's file name (`x.####.exr`): a file of that form says it plainly. Any other has the number as
    its last run of digits that is padded so, or else as any run that is one of the frames.
    """
    name = PurePath(file).name
    plain = re.fullmatch("(-?[0-9]+)".join(map(re.escape, re.split("#+", pattern))), name)
    if "#" in pattern and plain is not None:
        return int(plain.group(1)) if int(plain.group(1)) in numbers else None
    padding = max(map(len, re.findall("#+", pattern)), default=1)
    runs = re.findall(r"(?:(?<=[._])-)?[0-9]+", name)
    for run in [*reversed([run for run in runs if len(run.lstrip("-")) >= padding]), *reversed(runs)]:
        if int(run) in numbers:
            return int(run)
    return None


def frame_name(pattern: str, number: int) -> str:
    """`shot_####.png` as `shot_0007.png`; a pattern without # stays as it is."""
    sign = "-" if number < 0 else ""
    return re.sub("#+", lambda run: sign + str(abs(number)).zfill(len(run.group())), pattern)


def original_name(file: str, scene: str, copy: str) -> str:
    """`a/shot.farmdeck-ID.0001.exr` as `a/shot.0001.exr`; the point and the dash may have become an underscore."""
    added = PurePath(copy).stem[len(PurePath(scene).stem) :]
    return re.sub("[._-]".join(map(re.escape, re.split("[.-]", added))), "", file) if added else file


def picture(names: Sequence[str], expected: str, output: str) -> str:
    """The file that the part is known by: of the right name, in the folder that looks most like `output`."""

    def rank(name: str) -> tuple[bool, int, bool, int, str]:
        path = PurePath(name)
        folders = path.parent.parts
        alike = len(folders) if PurePath(output).parts[-len(folders) :] == folders and folders else 0
        beauty = not any(part.lower() in _BEAUTY for part in folders)
        return path.name != expected, -alike, beauty, len(folders), name

    return min(names, key=rank)


def targets(names: Sequence[str], expected: str, output: str) -> list[str]:
    """For each file of one frame, by the name that it should have, where it goes: relative to `output`, or absolute.

    `expected` is what the part's picture is called, `output` the folder that it belongs into. The picture goes
    there; sub-folders are kept. Where the scene's own folders end as `output` does (`…/images/fg/beauty`), the other
    files go where the host would have put them, beside it; else below it.
    """
    here, parents = PurePath(picture(names, expected, output)).parent.parts, PurePath(output).parts
    alike = next((n for n in range(len(here), 0, -1) if parents[-n:] == here[-n:]), 0)
    above = here[: len(here) - alike]
    root = PurePath(*parents[:-alike]) if alike else PurePath()
    placed = [str(root / _below(PurePath(name), above)) for name in names]
    return [name if placed.count(place) > 1 else place for name, place in zip(names, placed)]


def _below(path: PurePath, above: Sequence[str]) -> PurePath:
    """`path` with the folders that it shares with `above` taken off."""
    shared = 0
    for ours, theirs in zip(path.parent.parts, above):
        if ours != theirs:
            break
        shared += 1
    return PurePath(*path.parts[shared:])
