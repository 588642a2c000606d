"""What the server does not keep, or does not tell: how a submission was sent, and how far it is. A file for each."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .connection import writing


@dataclass(frozen=True)
class Record:
    """One submission, as it was sent."""

    names: tuple[str, ...]
    """What each part's jobs are called."""
    outputs: tuple[str, ...]
    """Each part's output pattern."""
    scenes: tuple[str, ...]
    """The file that renders each part, as the server takes it."""
    planned: int
    """How many of the server's jobs it becomes at first."""
    common: Mapping[str, Any] = field(default_factory=dict)
    """What is the same in all of them, by our own names: see `_plan.common`."""
    copies: tuple[str, ...] = ()
    """What was made beside the scene, absolute: copies of it, links to its caches."""
    sent: bool = False
    """All of them are there, whole."""


class Records:
    """A folder of our own; each submission has one of its own in it, for its files on their way."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def folder(self, submission: str) -> Path:
        """For the files of one submission on their way; not made yet."""
        return self._folder / submission

    def write(self, submission: str, record: Record) -> None:
        """Whole or not at all. Raises FarmError."""
        file = self._folder / f"{submission}.json"
        part = file.with_suffix(".part")
        with writing(file):
            self._folder.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(asdict(record)), encoding="utf-8")
            os.replace(part, file)

    def read(self, submission: str) -> Record | None:
        """None for a submission of another machine, or whose record is damaged."""
        try:
            data: Any = json.loads((self._folder / f"{submission}.json").read_text(encoding="utf-8"))
            texts = {name: tuple(map(str, data[name])) for name in ("names", "outputs", "scenes", "copies")}
            return Record(**texts, planned=int(data["planned"]), common=dict(data["common"]), sent=data["sent"] is True)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def forget(self, submission: str) -> None:
        """The record, what is on its way, and the copies of the scene. What cannot be removed is left."""
        record = self.read(submission)
        shutil.rmtree(self.folder(submission), ignore_errors=True)
        for file in (*(record.copies if record else ()), str(self._folder / f"{submission}.json")):
            with suppress(OSError):
                os.unlink(file)
