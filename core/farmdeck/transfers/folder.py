"""A storage that is a folder: for tests, and for storage that is mounted on this machine.

Files lie at ROOT/{bid}/{uid}/{remote path}. A file that is on its way is called NAME.{mark}.farmdeck-part, where the
mark stands for its source's size and time: the part of a source that changed since does not fit and starts over.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Callable

from ..farm import Watch
from .progress import Meter, Trouble, changed, clean, identity, look, make_durable, make_folder, translated
from .transfer import INSIDE, PART, Done, FileError, Item, Storage, Transfer, TransferCan, TransferError, nothing

CHUNK = 8 << 20
"""Bytes between two looks at the watch, and how much of a part's end is compared before it is gone on with."""
MARK = 8
"""Letters of a part's mark."""
BINARY = getattr(os, "O_BINARY", 0)
NOT_IN_KERNEL = (errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EBADF, errno.EPERM, errno.ETXTBSY)
"""What copy_file_range(2) says where these two files cannot be copied that way."""


class FolderTransfer(Transfer):
    """Copies between here and a folder."""

    label = "Folder"
    can = TransferCan(pause=True, resume=INSIDE, cancel=INSIDE)

    def __init__(self, root: Path) -> None:
        self._root = root

    def check(self) -> str:
        self._check(os.R_OK | os.W_OK | os.X_OK, "write")
        return "Ready"

    def _check(self, rights: int, to: str) -> None:
        if not self._root.is_dir():
            raise TransferError(f"The storage folder {self._root} is not there.", "Mount it, or correct the settings.")
        if not os.access(self._root, rights):
            raise TransferError(f"The storage folder {self._root} is not yours to {to}.", "Have its rights changed.")

    def upload(self, items: Sequence[Item], storage: Storage, watch: Watch, done: Done = nothing) -> None:
        self.check()
        meter, trouble, parts = Meter(items, watch, done), Trouble(), OldParts()
        for item in items:
            with trouble.kept():
                target = self._place(storage, item)
                look(item)
                _bring(item.local, target, item, meter, parts)
        meter.step()
        trouble.tell()

    def download(self, items: Sequence[Item], storage: Storage, watch: Watch, done: Done = nothing) -> None:
        self._check(os.R_OK | os.X_OK, "read")
        meter, trouble, parts = Meter(items, watch, done), Trouble(), OldParts()
        for item in items:
            with trouble.kept():
                source = self._place(storage, item)
                if identity(source)[0] != item.size:
                    raise FileError(
                        f"{item.local.name} has {identity(source)[0]} bytes in the storage, not {item.size}.",
                        "Wait until it is finished, then press Download.",
                    )
                _bring(source, item.local, item, meter, parts)
        meter.step()
        trouble.tell()

    def _place(self, storage: Storage, item: Item) -> Path:
        return self._root.joinpath(storage.id, storage.user, *clean(item.remote).split("/"))


class OldParts:
    """What earlier calls left in the folders; each folder is listed once."""

    def __init__(self) -> None:
        self._found: dict[Path, list[str]] = {}

    def remove(self, target: Path, part: Path) -> None:
        """The parts of what this file was before it changed; the folder is made. Raises TransferError."""
        if target.parent not in self._found:
            make_folder(target.parent)
            with translated(target.parent):
                self._found[target.parent] = [name for name in os.listdir(target.parent) if name.endswith(PART)]
        for name in self._found[target.parent]:
            if name[: -len(PART) - MARK - 1] == target.name and name != part.name:
                with translated(target):
                    target.with_name(name).unlink(missing_ok=True)


def _bring(source: Path, target: Path, item: Item, meter: Meter, parts: OldParts) -> None:
    """One file, with its time; nothing to do where it is already. Raises FileError, TransferError, Cancelled."""
    before = identity(source)
    if target.is_file() and identity(target) == before:
        meter.done(item)
        return
    mark = hashlib.sha256(f"{before}".encode()).hexdigest()[:MARK]
    part = target.with_name(f"{target.name}.{mark}{PART}")
    parts.remove(target, part)
    with translated(source):
        reads = open(source, "rb")  # noqa: SIM115 - closed below; only its opening is the source's trouble
    with reads, translated(target):
        _fill(part, reads.fileno(), before[0], meter)
        if identity(source) != before or identity(part)[0] != before[0]:
            part.unlink()
            raise changed(source)
        os.utime(part, ns=(before[1], before[1]))
        make_durable(part)
        os.replace(part, target)
    meter.done(item)


def _fill(part: Path, reads: int, size: int, meter: Meter) -> None:
    """Copy what is missing of the part. Raises OSError, Cancelled."""
    writes = os.open(part, os.O_RDWR | os.O_CREAT | BINARY, 0o666)
    try:
        at = _begun(reads, writes, size)
        os.ftruncate(writes, at)
        os.lseek(reads, at, os.SEEK_SET)
        os.lseek(writes, at, os.SEEK_SET)
        copy = _copier()
        while at < size:
            meter.step(at)
            count = copy(reads, writes, min(CHUNK, size - at))
            if not count:
                return  # the source became shorter, which the caller sees
            at += count
    finally:
        os.close(writes)


def _begun(reads: int, writes: int, size: int) -> int:
    """How much of the part can stay: its last bytes must be the source's; a power cut can leave others there."""
    there = os.fstat(writes).st_size
    if not 0 < there <= size:
        return 0
    start = max(0, there - CHUNK)
    return there if _read(reads, start, there) == _read(writes, start, there) else 0


def _read(file: int, start: int, end: int) -> bytes:
    os.lseek(file, start, os.SEEK_SET)
    found = b""
    while len(found) < end - start:
        piece = os.read(file, end - start - len(found))
        if not piece:
            break
        found += piece
    return found


def _copier() -> Callable[[int, int, int], int]:
    """Moves up to so many bytes from one open file to another, in the kernel where that goes; 0 at the end."""
    buffer: list[memoryview] = []

    def copy(reads: int, writes: int, count: int) -> int:
        if not buffer and hasattr(os, "copy_file_range"):
            try:
                return os.copy_file_range(reads, writes, count)
            except OSError as exc:
                if exc.errno not in NOT_IN_KERNEL:
                    raise
        if not buffer:
            buffer.append(memoryview(bytearray(CHUNK)))
        got = os.readv(reads, [buffer[0][:count]]) if hasattr(os, "readv") else _read_into(reads, buffer[0][:count])
        written = 0
        while written < got:
            written += os.write(writes, buffer[0][written:got])
        return got

    return copy


def _read_into(file: int, buffer: memoryview) -> int:
    data = os.read(file, len(buffer))
    buffer[: len(data)] = data
    return len(data)
