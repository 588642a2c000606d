"""What a render says on standard output: our own lines, and Blender's progress in its 3.x, 4.x and 5.x forms."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

MARK = "FARMDECK "

# `Fra:2 Mem:8M (Peak 9M) | Time:00:00.17 | … | Sample 1/4`, and without `Fra:` in 5.x.
# Cycles: `Sample 12/128`, tiled `Rendered 3/16 Tiles`; Eevee: `Rendering 5 / 64 samples`.
_SAMPLE = re.compile(r"\b(?:Sample|Rendered|Rendering)\s+(\d+)\s*/\s*(\d+)")
_FRAME = re.compile(r"(?:^|\|\s)Fra:(-?\d+)\b")
_SAVED = re.compile(r"\bSaved:?\s+'(.+)'")  # 5.x puts `00:01.704  render           | ` before it
_ERROR = re.compile(r"^(?:\d\d:\d\d\.\d+\s+\S+\s+\|\s+)?(?:Error|ERROR)[:(\s]+(.+)")


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
    match = _SAMPLE.search(line)
    if match is None:
        return None
    done, total = int(match.group(1)), int(match.group(2))
    return min(1.0, done / total) if total else None


def frame_number(line: str) -> int | None:
    """The frame that a `Fra:` line is about."""
    match = _FRAME.search(line)
    return int(match.group(1)) if match else None


def saved(line: str) -> str | None:
    """The file that the line says was saved."""
    match = _SAVED.search(line)
    return match.group(1) if match else None


def error(line: str) -> str | None:
    """What an error line says."""
    match = _ERROR.search(line)
    return match.group(1).strip() if match else None
