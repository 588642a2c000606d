"""Packs in a folder: whole files only, gone on with after a kill, nothing copied twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from farmdeck._errors import Cancelled, FarmError
from farmdeck.farm import Watch
from farmdeck.packing import Pack, copy_pack

from tests.packing.conftest import Packed, contents

FILES = {f"tex/t{number}.bin": bytes([number]) * (3 << 20) for number in range(8)} | {"s.ma": b"//Maya"}
CHILD = """
import os, pickle, sys
from pathlib import Path
from farmdeck.farm import Watch
from farmdeck.packing import copy_pack

class Tells(Watch):
    def step(self, done, total):
        print(done, flush=True)
        if done >= int(sys.argv[3]):
            sys.stdin.read()  # until it is killed

with open(sys.argv[1], "rb") as file:
    copy_pack(pickle.load(file), Path(sys.argv[2]), Tells())
"""


def start(pack: Pack, target: Path, folder: Path, until: int) -> subprocess.Popen[bytes]:
    import pickle

    (folder / "pack").write_bytes(pickle.dumps(pack))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", CHILD, str(folder / "pack"), str(target), str(until)]
    return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def test_a_copy_is_the_pack(packed: Packed, tmp_path: Path) -> None:
    steps: list[float] = []
    pack = packed(FILES)
    copy_pack(pack, tmp_path / "a" / "b", Watch(lambda done, total: steps.append(done)))
    assert contents(tmp_path / "a" / "b") == FILES
    assert steps == sorted(steps) and steps[-1] == pack.size
    assert all(path.stat().st_mode & 0o044 for path in (tmp_path / "a").rglob("*"))  # for a worker's user, too


@pytest.mark.parametrize("until", [1, 7 << 20, 20 << 20])
def test_a_killed_copy_is_gone_on_with(until: int, packed: Packed, tmp_path: Path) -> None:
    target, pack = tmp_path / "there", packed(FILES)
    child = start(pack, target, tmp_path, until)
    assert child.stdout is not None and child.stdin is not None
    for line in child.stdout:
        if float(line) >= until:
            break
    child.send_signal(signal.SIGKILL)
    child.wait(60)
    child.stdin.close()
    child.stdout.close()
    whole = {path: bytes_ for path, bytes_ in contents(target).items() if path in FILES}
    assert all(FILES[path] == bytes_ for path, bytes_ in whole.items())  # a file has its name when it is whole
    kept = {path: (target / path).stat().st_ino for path in whole}
    copy_pack(pack, target, Watch())
    assert contents(target) == FILES
    assert {path: (target / path).stat().st_ino for path in kept} == kept


def test_stop_ends_it_inside_a_file(packed: Packed, tmp_path: Path) -> None:
    watch = Watch(lambda done, total: watch.cancel() if done else None)
    with pytest.raises(Cancelled):
        copy_pack(packed(FILES), tmp_path / "there", watch)
    copy_pack(packed(FILES), tmp_path / "there", Watch())
    assert contents(tmp_path / "there") == FILES


def test_a_changed_file_is_copied_again_and_others_are_not(packed: Packed, tmp_path: Path) -> None:
    target = tmp_path / "there"
    copy_pack(packed(FILES), target, Watch())
    before = {path: (target / path).stat().st_ino for path in FILES}
    changed = {**FILES, "tex/t3.bin": b"new"}
    copy_pack(packed(changed), target, Watch())
    assert contents(target) == changed
    assert [path for path in FILES if (target / path).stat().st_ino != before[path]] == ["tex/t3.bin"]


def test_a_file_that_went_is_named(packed: Packed, tmp_path: Path) -> None:
    pack = packed(FILES)
    pack.files[2].source.unlink()
    with pytest.raises(FarmError, match="t1.bin is not there any more"):
        copy_pack(pack, tmp_path / "there", Watch())
