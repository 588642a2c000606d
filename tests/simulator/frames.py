"""Frame ranges in the farm's grammar, and how a task is cut into frames."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

PART = re.compile(r"(-?\d+)(?:-(-?\d+)(?:\[(\d+)\])?)?")

PRE, PHOTON, MERGE, PRIORITY, MAIN, PRIORITY_COMPOSITE, COMPOSITE, SIMULATION, CHANNEL = range(1, 10)
"""Frame types. Source: protocol V3, 2018 (frameType)."""

ORDER = {
    PRE: 0,
    PHOTON: 1,
    MERGE: 2,
    SIMULATION: 3,
    PRIORITY: 4,
    PRIORITY_COMPOSITE: 5,
    MAIN: 6,
    CHANNEL: 6,
    COMPOSITE: 7,
}
"""Which types render before which."""

WAITING, RENDERING, STOPPED, DONE, FAILED = 1, 2, 3, 4, 5
WAIT_PRE, WAIT_PHOTON, WAIT_PRIORITY, WAIT_PHOTON_JOB, WAIT_SIMULATION, TIMED_OUT, WAIT_TILES = range(6, 13)
ENDED = frozenset({STOPPED, DONE, FAILED, TIMED_OUT})
WAITS_FOR = {
    PRE: WAIT_PRE,
    PHOTON: WAIT_PHOTON,
    MERGE: WAIT_PHOTON,
    SIMULATION: WAIT_SIMULATION,
    PRIORITY: WAIT_PRIORITY,
    PRIORITY_COMPOSITE: WAIT_PRIORITY,
    MAIN: WAIT_TILES,
    CHANNEL: WAIT_TILES,
}
"""Frame status of those that wait for frames of a type."""


class BadFrames(ValueError):
    """A range that the grammar does not know."""


@dataclass(slots=True, eq=False)
class Frame:
    """One unit of work: usually a frame, or some frames of one machine, or a tile, or a simulation."""

    id: int
    task_id: int
    index: str
    numbers: tuple[int, ...]
    type: int = MAIN
    status: int = WAITING
    block: str = ""
    gop: str | None = None
    folder: str = ""
    fee: float = 0.0
    coupon: float = 0.0
    arrears: float = 0.0
    began: int = 0
    ended: int = 0
    seconds: int = 0
    ticks: int = 0
    recommits: int = 0
    node: str = ""
    reason: str = ""

    @property
    def writes(self) -> bool:
        """Does it leave pictures when it is done?"""
        return self.type in (PRIORITY, MAIN, PRIORITY_COMPOSITE, COMPOSITE) and not (
            self.block and self.type in (PRIORITY, MAIN)
        )


@dataclass(frozen=True)
class Piece:
    """A frame to be: what `cut` says."""

    index: str
    numbers: tuple[int, ...]
    type: int
    block: str = ""


def numbers(text: str, lenient: bool = False) -> list[int]:
    """The frames of `1-10[2],15,20-30`, each once, in the order given. Raises BadFrames.

    Lenient: a last part that makes no sense (cut off) is left out.
    """
    found: dict[int, None] = {}
    parts = text.replace(" ", "").split(",")
    for place, part in enumerate(parts):
        match = PART.fullmatch(part)
        if match is None:
            if lenient and place == len(parts) - 1:
                break
            raise BadFrames(f"{text!r} is no frame range")
        first, last, step = int(match[1]), int(match[2] or match[1]), int(match[3] or 1)
        if step < 1 or last < first:
            raise BadFrames(f"{part!r} is no frame range")
        found.update(dict.fromkeys(range(first, last + 1, step)))
    return list(found)


def capped(text: str, max_frames: int | None, max_characters: int | None) -> list[int]:
    """The frames that a farm with such limits renders of a range. Raises BadFrames."""
    cut_off = max_characters is not None and len(text) > max_characters
    found = numbers(text[:max_characters] if cut_off else text, cut_off)
    return found[:max_frames]


def priority(text: str, frames: Sequence[int]) -> list[int]:
    """The priority frames that pre_frames asks for: `100` first, `010` middle, `001` last; `000:2,4` those."""
    flags, _, custom = text.partition(":")
    if len(flags) != 3 or set(flags) - {"0", "1"}:
        raise BadFrames(f"pre_frames {text!r} needs three flags of 0 or 1")
    ordered = sorted(frames)
    places = [place for place, flag in zip((0, (len(ordered) - 1) // 2, -1), flags, strict=True) if flag == "1"]
    wanted = {ordered[place] for place in places} | set(numbers(custom) if custom else ())
    return [frame for frame in frames if frame in wanted]


def cut(frames: Sequence[int], pre_frames: str, per_machine: int, tiles: int) -> Iterator[Piece]:
    """The pieces of a range. Tiles are `frame-block` from 1, and a composite of each frame follows them."""
    first = priority(pre_frames, frames)
    rest = [frame for frame in frames if frame not in set(first)]
    if tiles > 1:
        yield from _tiled(first, tiles, PRIORITY, PRIORITY_COMPOSITE)
        yield from _tiled(rest, tiles, MAIN, COMPOSITE)
        return
    for frame in first:
        yield Piece(str(frame), (frame,), PRIORITY)
    for start in range(0, len(rest), per_machine):
        group = tuple(rest[start : start + per_machine])
        yield Piece(group_name(group), group, MAIN)


def _tiled(frames: Sequence[int], tiles: int, kind: int, composite: int) -> Iterator[Piece]:
    for frame in frames:
        for block in range(1, tiles + 1):
            yield Piece(f"{frame}-{block}", (frame,), kind, str(block))
    for frame in frames:
        yield Piece(str(frame), (frame,), composite)


def group_name(group: Sequence[int]) -> str:
    """`5`, or `2-4[1]`, or a list where steps differ."""
    steps = {after - before for before, after in zip(group, group[1:], strict=False)}
    if not steps:
        return str(group[0])
    if len(steps) == 1:
        return f"{group[0]}-{group[-1]}[{steps.pop()}]"
    return ",".join(map(str, group))
