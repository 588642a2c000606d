"""Frame ranges as a job compiler script writes them: "1-10, 15"; no step, no negative frames.

Source: Flamenco 3.9-beta1, internal/manager/job_compilers/js_globals.go.
"""

from __future__ import annotations

import re


class BadRange(ValueError):
    """A text that is no frame range, or a chunk size that is none."""


def explode(text: str) -> list[int]:
    """The frames of a range, sorted, each once; ".." is read as "-". Raises BadRange."""
    found: set[int] = set()
    text = text.replace("..", "-")
    for part in text.split(","):
        ends = part.split("-")
        if len(ends) > 2:
            raise BadRange(f'invalid range "{text}": {part}')
        for end in ends:
            if not re.fullmatch(r"\+?\d+", end.strip()):
                cause = f'strconv.ParseInt: parsing "{end.strip()}": invalid syntax'
                raise BadRange(f'invalid range "{text}":  {part} ({cause})')
        numbers = [int(end) for end in ends]
        found.update(range(numbers[0], numbers[-1] + 1))
    return sorted(found)


def merge(frames: list[int]) -> str:
    """A range of sorted frames; three in a row or more are "a-b", two are "a,b"."""
    runs: list[list[int]] = []
    for frame in frames:
        if runs and frame == runs[-1][-1] + 1:
            runs[-1].append(frame)
        else:
            runs.append([frame])
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else ",".join(map(str, run)) for run in runs)


def chunks(text: str, size: int) -> list[str]:
    """Ranges of at most `size` frames. Raises BadRange."""
    text = text.strip()
    if not text:
        raise BadRange('invalid range "": empty range')
    if size < 1:
        raise BadRange(f"invalid chunk size, must be positive number: {size}")
    frames = explode(text)
    if not frames:
        raise BadRange(f'invalid range "{text}": empty range')
    return [merge(frames[start : start + size]) for start in range(0, len(frames), size)]
