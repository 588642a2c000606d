"""The record of what is uploaded already."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from farmdeck.transfers import Item, Storage, TransferError
from farmdeck.transfers.manifest import Manifest

from tests.transfers.contract import STORAGE, make

ROOT = Path(__file__).resolve().parents[2]
KILLED = """
import os, signal, sys
from pathlib import Path
from farmdeck.transfers import Item, Storage
from farmdeck.transfers.manifest import Manifest

manifest = Manifest(Path(sys.argv[1]))
manifest.record(Item(Path(sys.argv[2]), "/D/w/a", 100), Storage("10201", "10001136"))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def file(tmp_path):
    return tmp_path / "uploaded.sqlite"


@pytest.fixture
def manifest(file):
    manifest = Manifest(file)
    yield manifest
    manifest.close()


def test_what_was_recorded_is_not_missing(manifest, file, tmp_path):
    items = make(tmp_path / "w", ["a", "b", "测 'x"])
    assert manifest.missing(items, STORAGE) == items
    for item in items[1:]:
        manifest.record(item, STORAGE)
    assert manifest.missing(items, STORAGE) == items[:1]
    again = Manifest(file)
    assert again.missing(items, STORAGE) == items[:1]
    again.close()


def test_each_storage_and_user_has_its_own(manifest, tmp_path):
    items = make(tmp_path / "w", ["a"])
    manifest.record(items[0], STORAGE)
    for other in (Storage("10202", STORAGE.user), Storage(STORAGE.id, "1")):
        assert manifest.missing(items, other) == items
    manifest.forget(Storage("10202", STORAGE.user))
    assert manifest.missing(items, STORAGE) == []
    manifest.forget(STORAGE)
    assert manifest.missing(items, STORAGE) == items


@pytest.mark.parametrize("change", ["time", "size", "gone"])
def test_what_changed_is_missing(manifest, tmp_path, change):
    [item] = make(tmp_path / "w", ["a"])
    manifest.missing([item], STORAGE)
    manifest.record(item, STORAGE)
    if change == "time":
        os.utime(item.local, ns=(1, 1_700_000_000_000_000_000))
    elif change == "size":
        item.local.write_bytes(b"other")
    else:
        item.local.unlink()
    assert manifest.missing([item], STORAGE) == [item]


def test_what_changed_while_it_was_sent_is_missing(manifest, tmp_path):
    [item] = make(tmp_path / "w", ["a"])
    manifest.missing([item], STORAGE)
    os.utime(item.local, ns=(1, 1_700_000_000_000_000_000))
    manifest.record(item, STORAGE)
    assert manifest.missing([item], STORAGE) == [item]


def test_slashes_make_no_other_file(manifest, tmp_path):
    [item] = make(tmp_path / "w", ["a"])
    manifest.record(item, STORAGE)
    assert manifest.missing([Item(item.local, "D//w/a", item.size)], STORAGE) == []


def test_a_kill_loses_nothing(file, tmp_path):
    [item] = make(tmp_path / "w", ["a"])
    command = [sys.executable, "-c", KILLED, str(file), str(item.local)]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT / "core")}, check=False, timeout=60)
    assert done.returncode == -9
    manifest = Manifest(file)
    assert manifest.missing([item], STORAGE) == []
    manifest.close()


def test_a_damaged_record_is_begun_anew(file, tmp_path):
    file.write_bytes(b"this is no database" * 100)
    [item] = make(tmp_path / "w", ["a"])
    manifest = Manifest(file)
    assert manifest.missing([item], STORAGE) == [item]
    manifest.close()


def test_no_place_to_keep_it(tmp_path):
    with pytest.raises(TransferError, match="record of what is uploaded"):
        Manifest(tmp_path / "nowhere" / "uploaded.sqlite")


def test_many_thousand_files_are_quick(manifest, tmp_path):
    [one] = make(tmp_path / "w", ["a"])
    items = [Item(one.local, f"/D/w/{number}", one.size) for number in range(10_000)]
    begun = time.process_time()
    assert manifest.missing(items, STORAGE) == items
    for item in items:
        manifest.record(item, STORAGE)
    assert manifest.missing(items, STORAGE) == []
    assert time.process_time() - begun < 10  # a second on a quiet machine
