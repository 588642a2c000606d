"""What a render says on standard output: our own lines, and those of the renderers that we know.

Where the forms come from: Blender's were printed by 3.4 to 5.2. Arnold's, V-Ray's, Redshift's, RenderMan's, Houdini's,
Maya's and 3ds Max's are those that AWS Deadline Cloud for Maya and Houdini, CGRU's parsers and Deadline 10's MayaCmd
look for; husk's Alfred lines also by `husk --help` (--verbose a).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

MARK = "FARMDECK "

# `Fra:2 Mem:8M (Peak 9M) | Time:00:00.17 | … | Sample 1/4`, and without `Fra:` in 5.x.
# Cycles: `Sample 12/128`, tiled `Rendered 3/16 Tiles`; Eevee: `Rendering 5 / 64 samples`. Redshift: `Block 32/48`.
_SAMPLE = re.compile(r"(?:\b(?:Sample|Rendered|Rendering)|\[Redshift\] Block)\s+(\d+)\s*/\s*(\d+)")
_PERCENT = re.compile(
    r"\|\s+(\d+)% done\b"  # Arnold: `00:00:12  812MB  |    45% done - 96 rays/pixel`
    r"|\bALF_PROGRESS\s+(\d+)%"  # Mantra, Karma, husk
    r"|\bABC_PROGRESS\s+(\d+)"  # Alembic ROP
    r"|\bV-Ray: \s*(\d+)\s?%"  # V-Ray in Maya
    r"|\b(\d+) % completed"
    r"|Rendering image.*:\s+([\d.]+)%"  # V-Ray Standalone
    r"|^R90000\s+(\d+)%"  # RenderMan
    r"|progr: ([\d.]+)% rendered"  # 3ds Max
    r"|Rendering Image Completed\s+(\d+)\s?%"
    r"|\[PROGRESS\] (\d+) percent"  # Maya software
    r"|Percentage of rendering done: (\d+)"
)
_FRAME = re.compile(r"(?:^|\|\s)Fra:(-?\d+)\b")
_FRAME_BEGUN = re.compile(
    r"\bInitializing at frame (-?\d+)"  # mtoa
    r"|\brfm Notice: Rendering .* at (-?\d+)"  # RenderMan
    r"|\bRendering .*\bframe (-?\d+)",  # Redshift, 3ds Max
    re.IGNORECASE,
)
_FRAME_DONE = re.compile(
    r"\| render done"  # Arnold
    r"|V-Ray: Total frame time"
    r"|\[Redshift\].*\bRendering done"
    r"|\bFinished Rendering \S"  # Maya software
    r"|\bFrame -?\d+ completed",  # 3dsmaxcmd
    re.IGNORECASE,
)
_SAVED = re.compile(r"\bSaved:?\s+'(.+)'")  # 5.x puts `00:01.704  render           | ` before it
_ERROR = re.compile(
    r"^(?:\d\d:\d\d\.\d+\s+\S+\s+\|\s+"  # Blender 5.x
    r"|\d\d:\d\d:\d\d\s+\d+MB\s+"  # Arnold
    r"|\[Redshift\]\s+|V-Ray |\[V-Ray\] |// |\S+: )?"
    r"(?:Error|ERROR|error|Fatal Error)\s*[:(|.\s]+\s*(.+)"
)
_LICENCE = re.compile(
    r"rendering with watermarks|abort_on_license_fail enabled"  # Arnold
    r"|could not obtain a license|\bLicense error\b|Maxon licens(?:e|ing) error"  # V-Ray, Redshift
    r"|\{SEVERE\} License"  # RenderMan
    r"|No licenses could be found to run this application|check for a valid license server host"  # Houdini
    r"|Failed to (?:check ?out|obtain) .*\blicen[cs]e",
    re.IGNORECASE,
)


def event(line: str) -> Mapping[str, Any] | None:
    """Our own line as its event; None for anything else, a broken line included."""
    if not line.startswith(MARK):
        return None
    try:
        doc = json.loads(line[len(MARK) :])
    except ValueError:
        return None
    return doc if isinstance(doc, dict) and isinstance(doc.get("event"), str) else None


def fraction(line: str) -> float | None:
    """How far the frame is, 0 to 1, when the line tells."""
    percent = _PERCENT.search(line)
    if percent is not None:
        return min(1.0, _number(next(group for group in percent.groups() if group is not None)) / 100)
    match = _SAMPLE.search(line)
    if match is None:
        return None
    done, total = int(match.group(1)), int(match.group(2))
    return min(1.0, done / total) if total else None


def frame_number(line: str) -> int | None:
    """The frame that a `Fra:` line is about."""
    match = _FRAME.search(line)
    return int(match.group(1)) if match else None


def frame_begun(line: str) -> int | None:
    """The frame that begins to render with this line."""
    match = _FRAME_BEGUN.search(line)
    return next(int(group) for group in match.groups() if group is not None) if match else None


def frame_done(line: str) -> bool:
    """Does the line say that a frame has been rendered?"""
    return _FRAME_DONE.search(line) is not None


def saved(line: str) -> str | None:
    """The file that the line says was saved."""
    match = _SAVED.search(line)
    return match.group(1) if match else None


def error(line: str) -> str | None:
    """What an error line says."""
    match = _ERROR.search(line)
    return match.group(1).strip() if match else None


def no_licence(line: str) -> bool:
    """Does the line say that a renderer found no licence? What it renders without one has a watermark at best."""
    return _LICENCE.search(line) is not None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:  # `1.2.3`
        return 0.0
