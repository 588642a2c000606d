"""Follows a program that is not ours: tells what becomes of each frame in the words of our own scripts.

A frame is whole once the program says that a later one begins, once a file of a later one is there, once it says that a
frame is done and its files rest, or once the program has ended well. Programs render frames in ascending order.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any, Callable

from . import progress
from .application import Run
from .placing import found_files, frame_name, frame_of, original_name, picture, targets

LOOK_SECONDS = 0.25
REST_SECONDS = 1.0

Event = Mapping[str, Any]


class Follower:
    """The events of one run: begin, done and failed, as render_blender.py tells them."""

    def __init__(self, run: Run, clock: Callable[[], float] = time.monotonic) -> None:
        self._run = run
        self._left = list(run.numbers)
        self._clock = clock
        self._began = self._looked = self._changed = clock()
        self._seen: list[tuple[str, int, int]] = []
        self._said_done = False

    def start(self) -> Event:
        """The first frame begins with the program: how long the scene takes to open nobody can tell."""
        return {"event": "begin", "frame": self._left[0]}

    def hear(self, line: str) -> Iterator[Event]:
        """After each line: what it, or what is in the folder by now, tells."""
        self._said_done = self._said_done or progress.frame_done(line)
        begun, now = progress.frame_begun(line), self._clock()
        later = begun in self._left[1:]
        if len(self._left) < 2 or not later and now - self._looked < LOOK_SECONDS:
            return
        self._looked = now
        found = self._found()
        if later:
            found.setdefault(begun, [])
        reached = max((index for index, number in enumerate(self._left) if number in found), default=0)
        if not reached and self._rests(found.get(self._left[0], ()), now):
            reached = 1
        for _ in range(reached):
            yield from self._end_first(found)
            yield self._begin(now)

    def end(self) -> Iterator[Event]:
        """The program has ended well: every frame that is left is done, or has no picture."""
        found = self._found()
        found.setdefault(self._left[-1], []).extend(found.pop(None, []))
        while self._left:
            yield from self._end_first(found)
            if self._left:
                yield self._begin(self._clock())

    def broke(self) -> Iterator[Event]:
        """The program has ended badly: a frame that it said was done is, and the next one is the one that failed."""
        if self._said_done and len(self._left) > 1:
            found = self._found()
            if self._left[0] in found:
                yield from self._end_first(found)
                yield self._begin(self._clock())

    def _begin(self, now: float) -> Event:
        self._began, self._said_done, self._seen = now, False, []
        return {"event": "begin", "frame": self._left[0]}

    def _end_first(self, found: Mapping[int | None, list[str]]) -> Iterator[Event]:
        number = self._left.pop(0)
        files = found.get(number, [])
        if not files:
            yield {"event": "failed", "frame": number, "message": ""}
            return
        output = PurePath(self._run.part.output)
        names, expected = [self._named(file) for file in files], frame_name(output.name, number)
        places = targets(names, expected, str(output.parent))
        moves = [[os.path.join(self._run.folder, file), place] for file, place in zip(files, places)]
        moves.insert(0, moves.pop(names.index(picture(names, expected, str(output.parent)))))  # its thumbnail is shown
        yield {"event": "done", "frame": number, "files": moves, "seconds": self._clock() - self._began}

    def _found(self) -> dict[int | None, list[str]]:
        """The files of each frame that is left; by None those that are of no frame."""
        pattern, numbers = PurePath(self._run.part.output).name, self._run.numbers
        found: dict[int | None, list[str]] = {}
        for file in found_files(self._run.folder):
            found.setdefault(frame_of(self._named(file), pattern, numbers), []).append(file)
        return found

    def _named(self, file: str) -> str:
        return original_name(file, self._run.original, self._run.scene)

    def _rests(self, files: Sequence[str], now: float) -> bool:
        """Has the program said that the frame is done, and have its files not changed for a moment?"""
        if not files or not self._said_done:
            return False
        seen = [(file, info.st_size, info.st_mtime_ns) for file in files for info in [self._stat(file)] if info]
        if seen != self._seen:
            self._seen, self._changed = seen, now
        return now - self._changed >= REST_SECONDS

    def _stat(self, file: str) -> os.stat_result | None:
        try:
            return os.stat(os.path.join(self._run.folder, file))
        except OSError:  # renamed while we look: a renderer that writes under another name first
            return None
