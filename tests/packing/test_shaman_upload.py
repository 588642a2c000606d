"""Packs to Shaman: what the Manager has is not sent, what is cut goes on, what changed is said."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from farmdeck._errors import Cancelled, FarmError, FarmUnreachable, SceneChanged
from farmdeck.farm import Watch
from farmdeck.farms.flamenco.client import Client
from farmdeck.farms.flamenco.errors import Mismatch, Trouble
from farmdeck.packing import Hashes
from farmdeck.transfers import shaman
from farmdeck.transfers.shaman import checkout, hash_pack, upload_pack

from tests.packing.conftest import LONG_AGO, Packed, contents
from tests.simulator.flamenco import Fault, Manager

FILES = {
    "shots/s.blend": b"BLENDER" * 40_000,
    "tex/grün.1001.png": b"a" * 3_000,
    "tex/copy of it.png": b"a" * 3_000,
    "tex/empty.png": b"",
    **{f"tex/t{number:02d}.png": bytes([number]) * 500 for number in range(20)},
}
STORE = "shamanFileStore"


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Manager]:
    with Manager(tmp_path / "farm", auto=False, workers=0) as manager:
        yield manager
    assert [found for found in manager.violations if "417 has a JSON body" not in found] == []


@pytest.fixture
def client(farm: Manager) -> Iterator[Client]:
    client = Client(farm.url, first_wait=0.001, repeats=1)
    yield client
    client.close()


@pytest.fixture
def hashes(tmp_path: Path) -> Iterator[Hashes]:
    record = Hashes(tmp_path / "hashes.sqlite3")
    yield record
    record.close()


def sent(farm: Manager) -> list[int]:
    """What was answered to each file that was sent."""
    return [request.status for request in farm.journal if request.operation == STORE]


def test_a_checkout_is_the_pack(farm: Manager, client: Client, hashes: Hashes, packed: Packed) -> None:
    steps: list[tuple[float, float]] = []
    files = upload_pack(client, packed(FILES), hashes, Watch(lambda *step: steps.append(step)))
    place = checkout(client, files, "/my {job}: a*b")
    assert place == "my _job__ a_b"
    assert contents(farm.shaman.checkouts / place) == FILES
    assert len(sent(farm)) == len(set(FILES.values()))
    done = [step[0] for step in steps]
    assert done == sorted(done)
    assert steps[-1] == (sum(map(len, set(FILES.values()))),) * 2


def test_what_the_manager_has_is_not_sent_again(farm: Manager, client: Client, hashes: Hashes, packed: Packed) -> None:
    upload_pack(client, packed(FILES), hashes, Watch())
    before = len(sent(farm))
    files = upload_pack(client, packed({**FILES, "tex/t07.png": b"new"}), hashes, Watch())
    assert len(sent(farm)) == before + 1
    assert contents(farm.shaman.checkouts / checkout(client, files, "again"))["tex/t07.png"] == b"new"


@pytest.mark.parametrize("kind", ["cut_before", "cut_after"])
def test_a_cut_connection_costs_at_most_that_file(
    kind: str, farm: Manager, client: Client, hashes: Hashes, packed: Packed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The Manager cuts it when somebody else has brought the same file: then it is there."""
    monkeypatch.setattr(shaman, "PAUSE", 0.0)
    farm.faults.add(Fault(STORE, kind, times=shaman.FAILURES + 3, after=2))
    files = upload_pack(client, packed(FILES), hashes, Watch())
    assert contents(farm.shaman.checkouts / checkout(client, files, "job")) == FILES
    again = len(sent(farm)) - len(set(FILES.values()))
    assert again == (shaman.FAILURES + 3 if kind == "cut_before" else 0)


def test_a_manager_that_stumbles_is_asked_again(
    farm: Manager, client: Client, hashes: Hashes, packed: Packed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real one does while several files come at once: mkdir in its store, no such file or directory."""
    monkeypatch.setattr(shaman, "PAUSE", 0.0)
    farm.faults.add(Fault(STORE, "error", times=shaman.FAILURES + 3, after=2, status=500, message="no such folder"))
    files = upload_pack(client, packed(FILES), hashes, Watch())
    assert contents(farm.shaman.checkouts / checkout(client, files, "job")) == FILES
    farm.faults.add(Fault(STORE, "error", times=None, status=500, message="the disk is full"))
    with pytest.raises(Trouble, match="the disk is full"):
        upload_pack(client, packed({**FILES, "new": b"new"}), hashes, Watch())


def test_a_manager_that_goes_away_is_gone_on_with(
    farm: Manager, client: Client, hashes: Hashes, packed: Packed
) -> None:
    def step(done: float, total: float) -> None:
        if len(sent(farm)) > len(FILES) / 2 and not gone.is_set():
            gone.set()
            farm.stop()

    gone = threading.Event()
    with pytest.raises(FarmUnreachable):
        upload_pack(client, packed(FILES), hashes, Watch(step))
    farm.start()
    there = len(list(farm.shaman.files.rglob("*.blob")))
    farm.forget_requests()
    files = upload_pack(client, packed(FILES), hashes, Watch())
    assert 0 < len(sent(farm)) == len(set(FILES.values())) - there
    assert contents(farm.shaman.checkouts / checkout(client, files, "job")) == FILES


def test_a_file_that_somebody_else_uploads_is_left_to_them(
    farm: Manager, client: Client, hashes: Hashes, packed: Packed, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = packed(FILES)
    files = hash_pack(pack, hashes, Watch())
    scene = next(file for file in files if file.path == "shots/s.blend")
    begun, go_on = threading.Event(), threading.Event()

    class Slow(Watch):
        def step(self, done: float, total: float) -> None:
            begun.set()
            assert go_on.wait(60)

    somebody = threading.Thread(
        target=client.shaman_store, args=(scene.sha, scene.size, pack.files[0].source, "s.blend", False, Slow())
    )
    somebody.start()
    assert begun.wait(60)
    while client.shaman_status(scene.sha, scene.size) != "uploading":
        pass
    monkeypatch.setattr(shaman, "UPLOADS", 1)
    watch = Watch(lambda done, total: go_on.set() if 425 in sent(farm) else None)
    uploaded = upload_pack(client, pack, hashes, watch)
    somebody.join()
    assert 425 in sent(farm)
    assert contents(farm.shaman.checkouts / checkout(client, uploaded, "job")) == FILES


def test_only_so_many_are_left_to_others(farm: Manager, client: Client, hashes: Hashes, packed: Packed) -> None:
    farm.faults.add(Fault(STORE, "error", times=None, status=425, message=""))

    class Impatient(Watch):
        def wait(self, seconds: float) -> None:
            self.cancel()
            self.check()

    with pytest.raises(Cancelled):
        upload_pack(client, packed(FILES), hashes, Impatient())
    asked = [request.headers for request in farm.journal if request.operation == STORE]
    may = [headers.get("X-Shaman-Can-Defer-Upload", headers.get("x-shaman-can-defer-upload")) for headers in asked]
    assert shaman.DEFERRED <= may.count("true") < shaman.DEFERRED + shaman.UPLOADS


def test_a_file_that_changed_since_is_named(farm: Manager, client: Client, hashes: Hashes, packed: Packed) -> None:
    pack = packed(FILES)
    hash_pack(pack, hashes, Watch())
    victim = next(file.source for file in pack.files if file.path == "tex/t03.png")
    victim.write_bytes(b"longer than before" * 100)
    with pytest.raises(SceneChanged, match="t03.png changed"):
        upload_pack(client, pack, hashes, Watch())


def test_a_file_that_changed_behind_its_time_is_read_again(
    farm: Manager, client: Client, hashes: Hashes, packed: Packed
) -> None:
    pack = packed(FILES)
    hash_pack(pack, hashes, Watch())
    victim = next(file.source for file in pack.files if file.path == "tex/t03.png")
    victim.write_bytes(b"x" * 500)
    os.utime(victim, (LONG_AGO, LONG_AGO))
    with pytest.raises(Mismatch):
        upload_pack(client, pack, hashes, Watch())
    files = upload_pack(client, pack, hashes, Watch())
    assert contents(farm.shaman.checkouts / checkout(client, files, "job"))["tex/t03.png"] == b"x" * 500


def test_stop_ends_it_at_once_and_start_goes_on(farm: Manager, client: Client, hashes: Hashes, packed: Packed) -> None:
    pack = packed(FILES)
    hash_pack(pack, hashes, Watch())
    watch = Watch(lambda done, total: watch.cancel() if sent(farm) else None)
    with pytest.raises(Cancelled):
        upload_pack(client, pack, hashes, watch)
    files = upload_pack(client, pack, hashes, Watch())
    assert contents(farm.shaman.checkouts / checkout(client, files, "job")) == FILES


def test_what_hashing_stops_for_is_told(farm: Manager, client: Client, hashes: Hashes, packed: Packed) -> None:
    pack = packed(FILES)
    pack.files[3].source.unlink()
    with pytest.raises(FarmError, match="cannot be read"):
        upload_pack(client, pack, hashes, Watch())
