"""The log of a render: a file for each attempt of a frame."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TextIO


class FrameLog:
    """One file for each frame; what is said before the first frame begins goes into the first frame's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._before: list[str] = []
        self._file: TextIO | None = None

    def begin(self, name: str) -> Path:
        """Lines go to this file from now on."""
        self.close()
        path = self._folder / name
        with contextlib.suppress(OSError):  # no log is no reason not to render
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = path.open("w", encoding="utf-8", buffering=1)
        for line in self._before:
            self.write(line)
        self._before = []
        return path

    def write(self, line: str) -> None:
        """One line; nothing when there is nothing to say, or no place for it."""
        if not line:
            return
        if self._file is None:
            self._before.append(line)
            return
        try:
            self._file.write(line + "\n")
        except OSError:
            self.close()

    def close(self) -> None:
        """The file is whole; harmless when there is none."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
            self._file = None
