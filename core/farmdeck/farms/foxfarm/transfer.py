"""Aspera's program, or the transmitter of 2017, as a transfer like any other."""

from __future__ import annotations

import contextlib
import os
import posixpath
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from ...farm import Watch
from ...transfers import Item, Storage, Transfer, TransferCan, TransferError
from ...transfers.progress import Meter, Trouble, clean, land, look, look_again, make_folder, part_folder, usable
from ...transfers.transfer import BETWEEN, INSIDE, Done, nothing
from .ascp import Ascp, Ran, Transmitter


class AscpTransfer(Transfer):
    """A storage's id is the user that the program logs in as (2016), or the number of the storage (2017)."""

    label = "Aspera"
    can = TransferCan(pause=True, resume=BETWEEN, cancel=INSIDE)

    def __init__(self, by: Ascp | Transmitter) -> None:
        self._by = by

    def check(self) -> str:
        if not os.access(self._by.program, os.X_OK):
            raise TransferError(
                f"The program {self._by.program} is not there or cannot be run.", "Name it in the farm's settings."
            )
        return "Ready"

    def upload(self, items: Sequence[Item], storage: Storage, watch: Watch, done: Done = nothing) -> None:
        self.check()
        meter, trouble = Meter(items, watch, done), Trouble()
        for batch in self._batches(usable(items, trouble)):
            ready = []
            for item in batch:
                with trouble.kept():
                    ready.append((item, look(item)))
            if not ready:
                continue
            with _named([item for item, _ in ready]) as files:
                folder = posixpath.dirname(clean(ready[0][0].remote))
                said(self._by.upload(files, folder, storage.id, step=meter.step), ready[0][0].local.name)
            for item, before in ready:
                with trouble.kept():
                    look_again(item, before)
                    meter.done(item)
        trouble.tell()

    def download(self, items: Sequence[Item], storage: Storage, watch: Watch, done: Done = nothing) -> None:
        self.check()
        meter, trouble = Meter(items, watch, done), Trouble()
        for item in usable(items, trouble):
            make_folder(item.local.parent)
            parts = part_folder(item, "ascp")
            try:
                remote = clean(item.remote)
                said(self._by.download(remote, str(parts), storage.id, step=meter.step), item.local.name)
                with trouble.kept():
                    land(parts / posixpath.basename(remote), item)
                    meter.done(item)
            finally:
                shutil.rmtree(parts, ignore_errors=True)
        trouble.tell()

    def mirror(self, remote: str, folder: Path, storage: Storage, watch: Watch) -> None:
        """The remote folder into `folder`, under its own name; what is there already is skipped."""
        self.check()
        make_folder(folder)
        ended = self._by.download(clean(remote), str(folder), storage.id, step=lambda: watch.step(0, 1))
        said(ended, posixpath.basename(remote))

    def _batches(self, items: Sequence[Item]) -> Iterator[list[Item]]:
        """Files that go to one folder under names that differ, as many as one call takes."""
        for _, group in groupby(items, lambda item: posixpath.dirname(clean(item.remote))):
            batch: list[Item] = []
            for item in group:
                if len(batch) == self._by.most:
                    yield batch
                    batch = []
                batch.append(item)
            yield batch


@contextlib.contextmanager
def _named(items: Sequence[Item]) -> Iterator[list[str]]:
    """The files under the names that they are to have over there: the program keeps names."""
    with tempfile.TemporaryDirectory(prefix="farmdeck-") as folder:
        files = []
        for item in items:
            name = posixpath.basename(clean(item.remote))
            files.append(str(item.local if item.local.name == name else _under(item.local, Path(folder) / name)))
        yield files


def _under(file: Path, name: Path) -> Path:
    """The same file under another name; a copy where a link cannot be made."""
    try:
        os.link(file, name)
    except OSError:
        shutil.copy2(file, name)
    return name


def said(ended: Ran, name: str) -> None:
    """Raises TransferError when the program did not end well: what can be wrong here was looked at before."""
    if ended.code:
        words = f' It says "{ended.said}".' if ended.said else ""
        raise TransferError(
            f"{name} did not get through: the transfer program ended with code {ended.code}.{words}",
            "Check the network, the server's name and the password, then press Start.",
        )
