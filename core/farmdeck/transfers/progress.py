"""What all transfers share: counting bytes, single files' trouble, looking at a source, errors in words."""

from __future__ import annotations

import errno
import hashlib
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ..farm import Watch
from .transfer import PART, Done, FileError, Item, TransferError

NAMED = 3
"""How many files an error names."""
BATCH_FILES = 64
BATCH_BYTES = 512 << 20


class Meter:
    """Bytes over a whole call, never backwards, and each item's `done` once."""

    def __init__(self, items: Sequence[Item], watch: Watch, done: Done) -> None:
        self._total = sum(item.size for item in items)
        self._watch = watch
        self._note = done
        self._whole = 0
        self._shown = 0
        self.step()

    def step(self, part: int = 0) -> None:
        """`part` bytes of what is being sent now are over, beside the whole files. Raises Cancelled."""
        self._shown = min(self._total, max(self._shown, self._whole + part))
        self._watch.step(self._shown, self._total)

    def done(self, item: Item) -> None:
        """It is whole at its target."""
        self._note(item)  # no step here, which may raise: nothing that is over there is forgotten
        self._whole += item.size


def pause(seconds: float, meter: Meter) -> None:
    """Wait, with an eye on the watch. Raises Cancelled."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        meter.step()
        time.sleep(min(left, 0.05))


class Trouble:
    """Files that cannot be brought over; the rest goes on."""

    def __init__(self) -> None:
        self._errors: list[FileError] = []

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Around the work on one file."""
        try:
            yield
        except FileError as exc:
            self._errors.append(exc)

    def add(self, error: FileError) -> None:
        self._errors.append(error)

    def tell(self) -> None:
        """Raises what there was, as one error."""
        if not self._errors:
            return
        if len(self._errors) == 1:
            raise self._errors[0]
        named = " ".join(error.what for error in self._errors[:NAMED])
        more = f" And {len(self._errors) - NAMED} more." if len(self._errors) > NAMED else ""
        raise TransferError(f"{len(self._errors)} files did not get through. {named}{more}", self._errors[0].fix)


Identity = tuple[int, int]
"""(size in bytes, mtime in ns) of a file."""


def identity(path: Path) -> Identity:
    """What a file is known by. Raises FileError."""
    with translated(path):
        info = os.stat(path)
    return info.st_size, info.st_mtime_ns


def look(item: Item) -> Identity:
    """A source just before it is sent. Raises FileError when it is not there, not readable or not what was scanned."""
    found = identity(item.local)
    if not os.access(item.local, os.R_OK):
        raise FileError(f"{item.local} cannot be read.", "Give yourself the right to read it, then press Start.")
    if found[0] != item.size:
        raise changed(item.local)
    return found


def look_again(item: Item, before: Identity) -> None:
    """A source after it was sent. Raises FileError when it changed meanwhile."""
    if identity(item.local) != before:
        raise changed(item.local)


def changed(source: Path) -> FileError:
    """For a file that is not what it was any more."""
    return FileError(f"{source} changed while it was being sent.", "Submit the job again.")


def clean(remote: str) -> str:
    """A remote path without slashes at its ends or doubled ones. Raises FileError for one that leads elsewhere."""
    parts = [part for part in remote.split("/") if part not in ("", ".")]
    if not parts or ".." in parts or any(ord(char) < 32 for char in remote):
        raise FileError(f"{remote!r} is no name of a file in the farm's storage.", "Rename the file.")
    return "/".join(parts)


def usable(items: Iterable[Item], trouble: Trouble) -> list[Item]:
    """The items whose remote path can be used."""
    found = []
    for item in items:
        with trouble.kept():
            clean(item.remote)
            found.append(item)
    return found


def batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """At most 64 files or 512 MB at a time (a bigger file goes alone): what an interruption can cost."""
    batch: list[Item] = []
    size = 0
    for item in items:
        if batch and (len(batch) == BATCH_FILES or size + item.size > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += item.size
    if batch:
        yield batch


def land(found: Path, item: Item) -> None:
    """Give a file that arrived its name, on the same disk. Raises FileError when it is not as long as it should be."""
    size = identity(found)[0]
    if size != item.size:
        os.unlink(found)
        raise FileError(
            f"{item.local.name} arrived with {size} of {item.size} bytes.", "Press Download to fetch it again."
        )
    with translated(item.local):
        make_durable(found)
        os.replace(found, item.local)


def make_durable(path: Path) -> None:
    """On disk even when the power goes. Raises OSError."""
    file = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def make_folder(folder: Path) -> None:
    """Raises TransferError."""
    with translated(folder):
        folder.mkdir(parents=True, exist_ok=True)


def clear(folder: Path) -> None:
    """Remove a folder if nothing is left in it."""
    try:
        folder.rmdir()
    except OSError:
        return  # what is left is gone on with next time


def part_folder(item: Item, remote: str) -> Path:
    """Where a file lands before it gets its name: beside its target, the same each time, one for each remote place."""
    mark = hashlib.sha256(remote.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return item.local.parent / f".{mark}{PART}"


def length(path: Path) -> int:
    """Bytes of a file, 0 when it is not there."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """The system's errors as sentences that name the file."""
    try:
        yield
    except OSError as exc:
        raise in_words(exc, path) from exc


def in_words(exc: OSError, path: Path) -> TransferError:
    """What a system's error at `path` means to a person."""
    if exc.errno in (errno.ENOSPC, errno.EDQUOT):
        return TransferError(f"The disk is full: {path} does not fit.", "Free some space, then press Start.")
    if exc.errno in (errno.ENOENT, errno.ENOTDIR):
        return FileError(f"{path} is not there any more.", "Put it back, or submit the job again without it.")
    if exc.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return FileError(f"There is no permission to use {path}.", "Have its rights changed, then press Start.")
    if exc.errno in (errno.ENAMETOOLONG, errno.EISDIR, errno.EILSEQ, errno.EINVAL):
        return FileError(f"{path} cannot be a file's name there: {exc.strerror}.", "Rename the file.")
    return TransferError(f"{path} cannot be used: {exc.strerror or exc}.", "Check the disk or the network drive.")
