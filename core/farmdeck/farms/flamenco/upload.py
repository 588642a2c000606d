"""A file on its way to a Manager."""

from __future__ import annotations

import os
from collections.abc import Iterator
from email.header import Header
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from ..._errors import BadInput
from ...farm import Watch
from .errors import Mismatch

CHUNK = 1024 * 1024


class Upload:
    """A body of exactly `size` bytes. A context manager: the file is open from entry to exit."""

    def __init__(self, source: Path, size: int, watch: Watch) -> None:
        self._source = source
        self._size = size
        self._watch = watch
        self._file: BinaryIO

    def __enter__(self) -> Upload:
        try:
            self._file = self._source.open("rb")
        except OSError as exc:
            raise self._unreadable(exc) from exc
        if os.fstat(self._file.fileno()).st_size != self._size:
            self._file.close()
            raise self._changed()
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        self._file.close()

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        """Its bytes. Raises Mismatch when there are fewer than announced, BadInput, Cancelled."""
        sent = 0
        while sent < self._size:
            try:
                chunk = self._file.read(min(CHUNK, self._size - sent))
            except OSError as exc:
                raise self._unreadable(exc) from exc
            if not chunk:
                raise self._changed()
            self._watch.step(sent, self._size)
            yield chunk
            sent += len(chunk)
        self._watch.step(sent, self._size)

    def _changed(self) -> Mismatch:
        return Mismatch(f"{self._source} changed while it was sent.", "Submit the job again.")

    def _unreadable(self, exc: OSError) -> BadInput:
        return BadInput(f"{self._source} cannot be read: {exc.strerror}.", "Check the file, then submit again.")


def header_text(name: str) -> str:
    """A file's name as a header may hold it: ASCII, or as RFC 2047 says."""
    if name.isascii() and name.isprintable():
        return name
    return Header(name.encode("utf-8", "replace").decode("utf-8"), "utf-8").encode(maxlinelen=0, linesep="")
