"""The folder transfer: the contract, going on inside a file, and what a kill leaves."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from farmdeck._errors import Cancelled
from farmdeck.farm import Watch
from farmdeck.transfers import TransferError
from farmdeck.transfers.folder import FolderTransfer

from tests.transfers.contract import STORAGE, Seen, TransferContract, fetched, make, parts_below, placed

ROOT = Path(__file__).resolve().parents[2]
MB = 1 << 20
HANG = """
import sys
from pathlib import Path
from farmdeck.farm import Watch
from farmdeck.transfers import Item, Storage
from farmdeck.transfers.folder import FolderTransfer

def step(done, total):
    if done:
        print("half", flush=True)
        sys.stdin.read()

root, local, bid, uid = sys.argv[1:]
item = Item(Path(local), "/D/w/big", Path(local).stat().st_size)
FolderTransfer(Path(root)).upload([item], Storage(bid, uid), Watch(step))
"""


class TestFolderTransfer(TransferContract):
    @pytest.fixture
    def transfer(self, root):
        return FolderTransfer(root)

    def test_a_root_that_is_not_mounted(self, tmp_path):
        with pytest.raises(TransferError, match="not there"):
            FolderTransfer(tmp_path / "nowhere").check()

    def test_it_keeps_the_time(self, transfer, root, here, there):
        [item] = make(here, ["a"])
        os.utime(item.local, ns=(5, 1_600_000_000_123_456_700))
        transfer.upload([item], STORAGE, Watch())
        [back] = fetched([item], there)
        transfer.download([back], STORAGE, Watch())
        assert placed(root, item).stat().st_mtime_ns == back.local.stat().st_mtime_ns == 1_600_000_000_123_456_700

    def test_what_is_there_already_is_not_copied(self, transfer, root, here):
        [item] = make(here, ["a"])
        transfer.upload([item], STORAGE, Watch())
        inode, seen = placed(root, item).stat().st_ino, Seen()
        transfer.upload([item], STORAGE, seen.watch, seen.note)
        assert placed(root, item).stat().st_ino == inode
        assert seen.done == [item]

    @staticmethod
    def _break(transfer, item, at):
        """Cancel once `at` bytes are over."""
        watch = Watch(lambda done, total: watch.cancel() if done >= at else None)
        with pytest.raises(Cancelled):
            transfer.upload([item], STORAGE, watch)

    def test_it_goes_on_inside_a_file(self, transfer, root, here):
        [item] = make(here, ["big"], 40 * MB)
        self._break(transfer, item, 16 * MB)
        [part] = parts_below(root)
        assert part.stat().st_size >= 16 * MB
        assert not placed(root, item).exists()
        seen = Seen()
        transfer.upload([item], STORAGE, seen.watch)
        assert seen.steps[1][0] >= 16 * MB
        assert placed(root, item).read_bytes() == item.local.read_bytes()
        assert not parts_below(root)

    def test_the_part_of_a_source_that_changed_starts_over(self, transfer, root, here):
        [item] = make(here, ["big"], 40 * MB)
        self._break(transfer, item, 16 * MB)
        with item.local.open("r+b") as file:
            file.write(b"only the beginning is other")
        os.utime(item.local, ns=(1, 1_700_000_000_000_000_000))
        seen = Seen()
        transfer.upload([item], STORAGE, seen.watch)
        assert seen.steps[1][0] == 0
        assert placed(root, item).read_bytes() == item.local.read_bytes()
        assert not parts_below(root)

    def test_a_part_that_a_power_cut_spoilt_starts_over(self, transfer, root, here):
        [item] = make(here, ["big"], 40 * MB)
        self._break(transfer, item, 16 * MB)
        [part] = parts_below(root)
        with part.open("r+b") as file:
            file.seek(-100, os.SEEK_END)
            file.write(bytes(100))
        transfer.upload([item], STORAGE, Watch())
        assert placed(root, item).read_bytes() == item.local.read_bytes()

    def test_a_source_that_changes_while_it_is_copied(self, transfer, root, here):
        [item], [other] = make(here, ["big"], 40 * MB), make(here, ["small"])
        steps = []

        def step(done, total):
            steps.append(done)
            if done == 16 * MB:
                with item.local.open("r+b") as file:
                    file.write(b"changed")
                os.utime(item.local, ns=(1, 1_700_000_000_000_000_000))

        with pytest.raises(TransferError, match="big changed while it was being sent"):
            transfer.upload([item, other], STORAGE, Watch(step))
        assert not placed(root, item).exists()
        assert placed(root, other).exists()
        assert not parts_below(root)
        assert steps == sorted(steps)  # never backwards, although the bytes of one file do not count any more

    def test_a_source_that_gets_shorter_while_it_is_copied(self, transfer, root, here):
        [item] = make(here, ["big"], 40 * MB)

        def step(done, total):
            if done == 16 * MB:
                os.truncate(item.local, 20 * MB)

        with pytest.raises(TransferError, match="big changed while it was being sent"):
            transfer.upload([item], STORAGE, Watch(step))
        assert not placed(root, item).exists()

    @pytest.mark.parametrize("before", [None, b"the last version"])
    def test_killed_in_the_middle_no_half_file_has_the_name(self, transfer, root, here, before):
        [item] = make(here, ["big"], 40 * MB)
        if before is not None:
            placed(root, item).parent.mkdir(parents=True)
            placed(root, item).write_bytes(before)
        command = [sys.executable, "-c", HANG, str(root), str(item.local), STORAGE.id, STORAGE.user]
        environ = {**os.environ, "PYTHONPATH": str(ROOT / "core")}
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ) as child:
            assert child.stdout.readline() == b"half\n"
            child.kill()
            child.wait()
        assert (placed(root, item).read_bytes() if before else placed(root, item).exists()) == (before or False)
        seen = Seen()
        transfer.upload([item], STORAGE, seen.watch, seen.note)
        assert seen.steps[1][0] >= 8 * MB
        assert placed(root, item).read_bytes() == item.local.read_bytes()

    def test_without_the_kernel_s_copy(self, transfer, root, here, monkeypatch):
        """As on Windows and between some network drives."""
        monkeypatch.delattr(os, "copy_file_range", raising=False)
        [item] = make(here, ["big"], 20 * MB)
        transfer.upload([item], STORAGE, Watch())
        monkeypatch.delattr(os, "readv", raising=False)
        [other] = make(here, ["other"], 20 * MB)
        transfer.upload([other], STORAGE, Watch())
        assert placed(root, item).read_bytes() == item.local.read_bytes()
        assert placed(root, other).read_bytes() == other.local.read_bytes()

    def test_a_folder_in_the_way_is_named_and_stops_no_other(self, transfer, root, here):
        items = make(here, ["a", "b"])
        placed(root, items[0]).mkdir(parents=True)
        (placed(root, items[0]) / "x").touch()
        seen = Seen()
        with pytest.raises(TransferError, match="D/w/a"):
            transfer.upload(items, STORAGE, seen.watch, seen.note)
        assert seen.done == [items[1]]
