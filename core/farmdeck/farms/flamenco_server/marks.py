"""How our jobs are known again at the server: by their names, the one text that every dialect keeps and lists.

A submission becomes several of the server's jobs: one for each part and, where the server takes unbroken ranges only,
for each stretch of its frames; one more for each retry. `shot beauty [farmdeck k3x9ab7q 0.2]` is the third job of the
submission k3x9ab7q and renders frames of its first part.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from .models import ServerJob

NAME_LENGTH = 120
"""The column for it in the server's database."""
_MARK = re.compile(r"\[farmdeck ([0-9A-Za-z]{1,40}) (\d{1,4})\.(\d{1,6})\]$", re.ASCII)


@dataclass(frozen=True)
class Mark:
    """What a name says of the job."""

    submission: str
    part: int
    place: int
    """Counts the jobs of a submission; of two that render one frame the later one counts."""


@dataclass(frozen=True)
class Piece:
    """One of the server's jobs that belongs to a submission."""

    mark: Mark
    job: ServerJob


def write_name(text: str, mark: Mark) -> str:
    """The name with the mark at its end, never longer than the server keeps."""
    ending = f"[farmdeck {mark.submission} {mark.part}.{mark.place}]"
    return f"{plain(text)[: NAME_LENGTH - len(ending) - 1].rstrip()} {ending}".lstrip()


def plain(text: str) -> str:
    """The text in ASCII, all that the servers take: an é becomes an e, what has no such letter a question mark."""
    letters = [char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char)]
    known = "".join(char if char.isprintable() else " " for char in letters)
    return " ".join(known.encode("ascii", "replace").decode("ascii").split())


def read_name(name: str) -> Mark | None:
    """None for a job that is not ours."""
    match = _MARK.search(name)
    return Mark(match[1], int(match[2]), int(match[3])) if match else None


def pieces(jobs: Iterable[ServerJob]) -> dict[str, list[Piece]]:
    """Our jobs by submission, each in the order of their places; of two in one place the older."""
    found: dict[str, dict[int, Piece]] = {}
    for job in sorted(jobs, key=lambda job: job.id):
        mark = read_name(job.name)
        if mark is not None:
            found.setdefault(mark.submission, {}).setdefault(mark.place, Piece(mark, job))
    return {submission: [mine[at] for at in sorted(mine)] for submission, mine in found.items()}
