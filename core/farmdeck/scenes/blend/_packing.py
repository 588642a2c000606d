"""The bytes of a .blend, whatever it is packed with: plain, gzip (Blender up to 2.93) or zstd (since 3.0).

What is small is held in memory. A large plain file is mapped, a large packed one is unpacked into a temporary file
without a name, which is mapped in its turn. So memory stays bounded, and everybody downstream sees one buffer.
"""

from __future__ import annotations

import contextlib
import gzip
import mmap
import os
import stat
import tempfile
import zlib
from collections.abc import Iterator
from typing import IO, Union

from ..._errors import SceneError
from .._watch import Watch

Bytes = Union[bytes, mmap.mmap]

CHUNK = 1 << 20
IN_MEMORY = 48 << 20
"""A plain file or the unpacked bytes of another up to this size are held in memory; beyond, on the disk."""
FREE = 1 << 30
"""A file may always unpack to this many bytes …"""
RATIO = 250
"""… and beyond that to this many times its packed size. Real scenes stay below 20; bombs go to thousands."""
WINDOW = 1 << 27
"""The largest zstd window accepted, in bytes; Blender's own frames need 2 MB at most."""

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
_SKIPPABLE = b"\x2a\x4d\x18"


def damaged(why: str) -> SceneError:
    """The error for a file that starts like a .blend and goes on like something else."""
    return SceneError(f"The file is damaged: {why}.", "Open it in Blender and save it again, or go back to a backup.")


@contextlib.contextmanager
def opened(path: str, watch: Watch | None = None) -> Iterator[Bytes]:
    """The unpacked bytes of the file at `path`. Raises SceneError when it cannot be read or unpacked."""
    with _reading(path) as file:
        magic = file.read(4)
        file.seek(0)
        if magic[:2] == GZIP or magic == ZSTD:
            with _spooled(file, watch) as buf:
                yield buf
        elif os.fstat(file.fileno()).st_size <= IN_MEMORY:
            yield file.read(IN_MEMORY)
        else:
            with _mapped(file) as buf:
                yield buf


def first_bytes(path: str, count: int, packed: bool = True) -> bytes:
    """At most `count` bytes from the start of the file, unpacked if `packed`; raises SceneError."""
    with _reading(path) as file:
        if not packed:
            return file.read(count)
        out = bytearray()
        for piece in pieces(file):
            out += piece
            if len(out) >= count:
                break
        return bytes(out[:count])


@contextlib.contextmanager
def _reading(path: str) -> Iterator[IO[bytes]]:
    """The file, open; raises SceneError when it is none, is a pipe or a device, or when reading fails."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise SceneError(f"{path} is not a file.", "Choose a scene file.")
        with open(path, "rb") as file:
            yield file
    except (OSError, ValueError) as exc:
        why = exc.strerror if isinstance(exc, OSError) and exc.strerror else str(exc)
        raise SceneError(f"{path} cannot be read: {why}.", "Check the disk and the rights.") from exc


def pieces(file: IO[bytes], watch: Watch | None = None) -> Iterator[bytes]:
    """The unpacked bytes, a chunk at a time, from a file at its start. Raises SceneError, OSError."""
    packed = os.fstat(file.fileno()).st_size
    limit = max(FREE, RATIO * packed)
    total = 0
    for piece in _unpack(file):
        total += len(piece)
        if total > limit:
            raise damaged(f"it unpacks to more than {limit >> 20:,} MB from {packed >> 10:,} kB")
        if watch is not None:
            watch.step(min(file.tell(), packed), packed)
        yield piece


def _unpack(file: IO[bytes]) -> Iterator[bytes]:
    magic = file.read(4)
    file.seek(0)
    if magic[:2] == GZIP:
        return _gzip(file)
    if magic == ZSTD:
        return _zstd(file)
    return iter(lambda: file.read(CHUNK), b"")


def _gzip(file: IO[bytes]) -> Iterator[bytes]:
    try:
        with gzip.GzipFile(fileobj=file, mode="rb") as stream:
            yield from iter(lambda: stream.read(CHUNK), b"")
    except (EOFError, zlib.error, gzip.BadGzipFile) as exc:
        raise damaged("its gzip packing is broken or cut short") from exc


def _zstd(file: IO[bytes]) -> Iterator[bytes]:
    """Frames of Blender's seekable zstd form (a skippable frame table ends the file), or any zstd stream."""
    try:
        import zstandard  # a wheel that hosts may lack: only asked for when a file needs it
    except ImportError as exc:
        raise SceneError(
            "The file is packed with zstd, and this Python has no zstandard package to unpack it.",
            "Install it (pip install zstandard), or save the file in Blender without Compress.",
        ) from exc
    unpacker = zstandard.ZstdDecompressor(max_window_size=WINDOW)
    try:
        with unpacker.stream_reader(file, read_size=CHUNK, read_across_frames=True, closefd=False) as stream:
            yield from iter(lambda: stream.read(CHUNK), b"")
    except zstandard.ZstdError as exc:
        raise damaged("its zstd packing is broken or cut short") from exc


@contextlib.contextmanager
def packed_like(file: IO[bytes], out: IO[bytes]) -> Iterator[IO[bytes]]:
    """What to write into so that `out` is packed with zstd where `file` is, which is at its start; plain otherwise.

    One frame, without the table of Blender's own that lets it read here and there. The same bytes each time.
    """
    magic = file.read(4)
    file.seek(0)
    if magic != ZSTD:
        yield out
        return
    import zstandard

    with zstandard.ZstdCompressor(level=3).stream_writer(out, closefd=False) as packing:
        yield packing


@contextlib.contextmanager
def _mapped(file: IO[bytes]) -> Iterator[Bytes]:
    mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    try:
        yield mapped
    finally:
        mapped.close()


@contextlib.contextmanager
def _spooled(file: IO[bytes], watch: Watch | None) -> Iterator[Bytes]:
    """Unpacked into memory, or beyond IN_MEMORY into a temporary file that is gone when the block ends."""
    head = bytearray()
    stream = pieces(file, watch)
    for piece in stream:
        head += piece
        if len(head) > IN_MEMORY:
            break
    else:
        yield bytes(head)
        return
    with tempfile.TemporaryFile(prefix="farmdeck-") as spool:
        spool.write(head)
        del head
        for piece in stream:
            spool.write(piece)
        spool.flush()
        with _mapped(spool) as buf:
            yield buf
