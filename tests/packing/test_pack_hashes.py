"""Hashes: right, remembered, and read again whenever a file may be another one."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

import pytest
from farmdeck._errors import Cancelled, FarmError, SceneChanged
from farmdeck.packing import Hashes

LONG_AGO = 1_600_000_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "t\udcffx.png"
    path.write_bytes(b"abc" * 1_000_000)
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


class Reads:
    """Counts the bytes that were really read."""

    def __init__(self) -> None:
        self.done = 0.0

    def __call__(self, done: float) -> None:
        self.done = done


def test_it_is_sha256_and_is_remembered_on_disk(file: Path, tmp_path: Path) -> None:
    reads, record = Reads(), tmp_path / "folder" / "hashes"
    first = Hashes(record)
    assert first.sha256(file, reads) == hashlib.sha256(file.read_bytes()).hexdigest()
    assert reads.done == file.stat().st_size
    first.close()
    second, reads = Hashes(record), Reads()
    assert second.sha256(file, reads) == hashlib.sha256(file.read_bytes()).hexdigest()
    assert reads.done == 0
    second.close()


@pytest.mark.parametrize("how", ["size", "time", "other file", "forgotten"])
def test_what_may_be_another_file_is_read_again(how: str, file: Path, tmp_path: Path) -> None:
    hashes = Hashes(tmp_path / "hashes")
    hashes.sha256(file)
    if how == "size":
        file.write_bytes(b"abcd")
        os.utime(file, (LONG_AGO, LONG_AGO))
    elif how == "time":
        os.utime(file, (LONG_AGO + 1, LONG_AGO + 1))
    elif how == "other file":
        other = tmp_path / "other"
        other.write_bytes(b"xyz" * 1_000_000)
        os.utime(other, (LONG_AGO, LONG_AGO))
        other.replace(file)
    else:
        hashes.forget(file)
    reads = Reads()
    assert hashes.sha256(file, reads) == hashlib.sha256(file.read_bytes()).hexdigest()
    assert reads.done == file.stat().st_size
    hashes.close()


def test_a_file_of_this_moment_is_not_remembered(file: Path, tmp_path: Path) -> None:
    """It could be written again within the same tick of the disk's clock."""
    os.utime(file)
    hashes, reads = Hashes(tmp_path / "hashes"), Reads()
    hashes.sha256(file)
    hashes.sha256(file, reads)
    assert reads.done
    hashes.close()


def test_a_file_that_is_written_meanwhile_is_refused(file: Path, tmp_path: Path) -> None:
    hashes = Hashes(tmp_path / "hashes")

    def grow(done: float) -> None:
        with file.open("ab") as writes:
            writes.write(b"more")

    with pytest.raises(SceneChanged, match="changed while it was being read"):
        hashes.sha256(file, lambda done: grow(done) if done < 2_000_000 else None)
    hashes.close()


def test_reading_can_be_stopped_inside_a_file(file: Path, tmp_path: Path) -> None:
    hashes = Hashes(tmp_path / "hashes")

    def stop(done: float) -> None:
        raise Cancelled("Stopped.", "Start.")

    with pytest.raises(Cancelled):
        hashes.sha256(file, stop)
    hashes.close()


def test_threads_may_ask_at_once(file: Path, tmp_path: Path) -> None:
    hashes, found = Hashes(tmp_path / "hashes"), set()
    threads = [threading.Thread(target=lambda: found.add(hashes.sha256(file))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {hashlib.sha256(file.read_bytes()).hexdigest()}
    hashes.close()


def test_a_damaged_record_is_begun_anew(file: Path, tmp_path: Path) -> None:
    record = tmp_path / "hashes"
    record.write_bytes(b"no database at all" * 100)
    hashes = Hashes(record)
    assert hashes.sha256(file)
    hashes.close()


def test_what_cannot_be_is_said(file: Path, tmp_path: Path) -> None:
    with pytest.raises(FarmError, match="cannot be used"):
        Hashes(file / "hashes")
    hashes = Hashes(tmp_path / "hashes")
    with pytest.raises(FarmError, match="gone.png cannot be read"):
        hashes.sha256(tmp_path / "gone.png")
    hashes.close()
