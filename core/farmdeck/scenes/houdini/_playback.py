"""Time: the scene's range, its frame rate, the frame it was saved at; and what paths are written with.

`.start` holds HScript commands: `fps 24`, `tset 0 10` (the global range in seconds: frame 1 is second 0),
`frange 1 240` (the playback range in frames), `tcur 1.5` (the current time in seconds). `.variables`:
`set -g JOB = '…'`. (*HScript commands*, https://www.sidefx.com/docs/houdini/commands/.)
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from ...frames import range_text
from ._rules import INTERNAL_VARIABLES, nearest

_COMMAND = re.compile(r"^(fps|tset|frange|tcur) +(\S+)(?: +(\S+))?", re.MULTILINE)
_VARIABLE = re.compile(r"^set -g (\w+) = '((?:[^'\\]|\\.)*)'", re.MULTILINE)
_MAX_FRAME = 1e9


@dataclass(frozen=True)
class Playback:
    """What the playbar shows; frames may be fractions."""

    fps: float = 24.0
    first: float = 1.0
    last: float = 240.0
    play_first: float = 1.0
    play_last: float = 240.0
    current: float = 1.0

    @property
    def frames(self) -> str:
        """The global range as fileseq text."""
        return range_text(nearest(self.first), nearest(self.last))

    @property
    def variables(self) -> dict[str, str]:
        """`$FSTART`, `$FEND`, `$RFSTART`, `$RFEND`, `$NFRAMES`."""
        numbers = {
            "FSTART": self.first, "FEND": self.last, "RFSTART": self.play_first, "RFEND": self.play_last,
            "NFRAMES": self.last - self.first + 1,
        }  # fmt: skip
        return {name: f"{value:g}" for name, value in numbers.items()}


def playback(start: bytes) -> Playback:
    """What `.start` says; Houdini's own range (1 to 240 at 24) where it does not tell."""
    said = {match[1]: (_number(match[2]), _number(match[3])) for match in _COMMAND.finditer(_text(start))}
    fps = said.get("fps", (24.0, None))[0] or 24.0
    if not 0.001 <= fps <= 100_000:
        fps = 24.0
    begin, end = said.get("tset", (None, None))
    first = begin * fps + 1 if begin is not None else 1.0
    last = end * fps if end is not None else 240.0
    play_first, play_last = said.get("frange", (None, None))
    now = said.get("tcur", (None, None))[0]
    return Playback(
        fps,
        first,
        max(first, last),
        first if play_first is None else play_first,
        last if play_last is None else play_last,
        now * fps + 1 if now is not None else 1.0,
    )


def saved_variables(raw: bytes) -> dict[str, str]:
    """Every `set -g` of the scene."""
    return {match[1]: re.sub(r"\\(.)", r"\1", match[2]) for match in _VARIABLE.finditer(_text(raw))}


def scene_variables(saved: Mapping[str, str], path: str) -> dict[str, str]:
    """What the scene's paths are written with, as Houdini sets it when it opens the file at `path`.

    Houdini's own are left out; `HIP`, `HIPNAME` and `HIPFILE` are where the file is now.
    """
    own = {name: text for name, text in saved.items() if name not in INTERNAL_VARIABLES and not name.startswith("_")}
    hip = path.replace("\\", "/")
    name = os.path.splitext(os.path.basename(path))[0]
    return {**own, "HIP": os.path.dirname(hip), "HIPNAME": name, "HIPFILE": hip}


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if abs(value) <= _MAX_FRAME else None


def _text(raw: bytes) -> str:
    return raw[: 1 << 20].decode("utf-8", "replace")
