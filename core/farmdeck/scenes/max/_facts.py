"""Version, time and render settings of a .max, from its summary and its small streams."""

from __future__ import annotations

from typing import NamedTuple

from ...frames import range_text
from ._chunks import first, number
from ._graph import Graph
from ._rules import SINGLE, SPAN, Setup, frames, renderer_word, version
from ._summary import Summary, decimal

TICKS = 4800
"""3ds Max counts time in ticks, 4800 to a second (SDK: TIME_TICKSPERSEC)."""


class Versions(NamedTuple):
    """Releases by name (`2019`), "" for unknown."""

    saved_as: str
    """The release whose form the file has."""
    written_by: str
    """The release that wrote it."""


class Time(NamedTuple):
    """The time configuration, in frames."""

    fps: float
    segment: tuple[int, int]
    """First and last frame of the animation range."""
    now: int

    def text(self) -> str:
        """The animation range, in fileseq syntax."""
        return range_text(*self.segment)


def versions(summary: Summary, save_config: bytes, dlls: bytes) -> Versions:
    """Of the streams `SaveConfigData` and `DllDirectory`, which no language changes, else of the summary.

    Releases in thousandths: `SaveConfigData` has the form in 0x2173, the program in the upper half of 0x2170; so has
    `DllDirectory` in 0x21c0. Found by comparing 20 real files with their summaries, one of them written by 2012 as
    2010. Summary: the first and the fourth line of `General` end in `: 19,00`.
    """
    lines = summary.lines("General")
    written = first(save_config, 0x2170) or first(dlls, 0x21C0)
    program = number(written[2:4] + b"\0\0") or _release(lines, 0)
    form = number(first(save_config, 0x2173)) or _release(lines, 3) or program
    return Versions(version(form) if form > 0 else "", version(program) if program > 0 else "")


def _release(lines: tuple[str, ...], place: int) -> int:
    """Thousandths of the release in a line such as `3ds Max Version: 19,00`; 0 when there is none."""
    value = decimal(lines[place].rpartition(":")[2].strip()) if place < len(lines) else None
    return round(value * 1000) if value is not None and 0 < value < 1000 else 0


def time(config: bytes) -> Time:
    """Of the stream `Config`: 0x20b0 has frames per second in 0x0010, first and last tick of the range in 0x0050 and
    0x0060, the current tick in 0x0070.

    Found by comparing files that were known to be 0 to 100 and 0 to 300 frames long; without them 3ds Max' own
    defaults hold (30 frames per second, 0 to 100).
    """
    place = first(config, 0x20B0)
    fps = number(first(place, 0x0010), 30)
    fps = fps if 0 < fps <= TICKS else 30
    ticks = TICKS // fps
    start, end = (round(number(first(place, at), value) / ticks) for at, value in ((0x0050, 0), (0x0060, 100 * ticks)))
    return Time(float(fps), (start, end), round(number(first(place, 0x0070)) / ticks))


def setup(summary: Summary, graph: Graph | None, clock: Time) -> Setup:
    """The Render Setup dialog: of the summary's Render Data, else of the scene's objects, else 3ds Max' defaults.

    `Animation Start` and `End` are what renders; a single frame is written as 0 to 0, whatever the current frame is
    (in every real file that renders one), and is the current frame. `Nth Frame` is written when it is not 1 (a public
    reader of these files asks for it). The list of picked frames is not told from the others.
    """
    data = summary.values("Render Data")
    settings = graph.settings if graph is not None else {}
    return Setup(
        frames=_frames(data, clock),
        width=_whole(data.get("Render Width"), int(settings.get("width", 640))),
        height=_whole(data.get("Render Height"), int(settings.get("height", 480))),
        pixel_aspect=_positive(data.get("Render Aspect"), settings.get("pixel_aspect", 1.0)),
        renderer=renderer_word(data.get("Renderer Name", "")),
        output=data.get("Render Output", ""),
    )


def _frames(data: dict[str, str], clock: Time) -> str:
    first_frame, last_frame = (decimal(data.get(name, "")) for name in ("Animation Start", "Animation End"))
    if first_frame is None or last_frame is None:
        return clock.text()
    span = (round(first_frame), round(last_frame))
    kind = SINGLE if span == (0, 0) else SPAN
    return frames(kind, clock.now, clock.segment, span, _whole(data.get("Nth Frame"), 1), "")


def _whole(text: str | None, default: int) -> int:
    """A whole number above 0."""
    value = decimal(text or "")
    return round(value) if value is not None and value >= 0.5 else default


def _positive(text: str | None, default: float) -> float:
    value = decimal(text or "")
    return value if value is not None and value > 0 else default
