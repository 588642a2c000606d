"""What every transfer must do; subclass it and supply `transfer` and `root`, the folder behind its storage."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from farmdeck._errors import Cancelled
from farmdeck.farm import Watch
from farmdeck.transfers import Item, Storage, Transfer, TransferError

STORAGE = Storage("10201", "10001136")
ODD_NAMES = [
    "plain.exr",
    "with space.exr",
    "测试 é ß.exr",
    "e\N{COMBINING ACUTE ACCENT}.exr",
    "it's.exr",
    'say "hi".exr',
    "$(touch x);&.exr",
    "a(b)#c%20.exr",
    "-K.exr",
]


class Seen:
    """What a transfer reported."""

    def __init__(self, cancel_after: int | None = None) -> None:
        self.steps: list[tuple[float, float]] = []
        self.done: list[Item] = []
        self.watch = Watch(self._step)
        self._cancel_after = cancel_after

    def note(self, item: Item) -> None:
        self.done.append(item)

    def _step(self, done: float, total: float) -> None:
        self.steps.append((done, total))
        if self._cancel_after is not None and len(self.done) > self._cancel_after:
            self.watch.cancel()


def make(folder: Path, names: Sequence[str], size: int = 100) -> list[Item]:
    """Files of different contents, each with its item at `D/w/NAME`."""
    items = []
    for number, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = f"{number} {name}".encode()
        path.write_bytes((text * (size // len(text) + 1))[:size])
        items.append(Item(path, f"/D/w/{name}", size))
    return items


def placed(root: Path, item: Item) -> Path:
    return root / STORAGE.id / STORAGE.user / item.remote.lstrip("/")


def fetched(items: Sequence[Item], folder: Path) -> list[Item]:
    """The same files, on their way back into `folder`."""
    return [Item(folder / item.local.name, item.remote, item.size) for item in items]


def parts_below(folder: Path) -> list[Path]:
    return list(folder.rglob("*.farmdeck-part"))


class TransferContract:
    many = 150
    """Files that are more than goes over before the watch is looked at."""

    @pytest.fixture
    def root(self, tmp_path: Path) -> Path:
        root = tmp_path / "storage"
        root.mkdir()
        return root

    @pytest.fixture
    def here(self, tmp_path: Path) -> Path:
        return tmp_path / "scene files"

    @pytest.fixture
    def there(self, tmp_path: Path) -> Path:
        return tmp_path / "fetched"

    def test_it_says_that_it_is_ready(self, transfer: Transfer):
        assert transfer.check()
        assert transfer.label
        assert {transfer.can.resume, transfer.can.cancel} <= {"inside files", "between files"}

    def test_many_files_go_there_and_back(self, transfer, root, here, there):
        items = make(here, [f"f{number:03}.exr" for number in range(150)])
        up, down = Seen(), Seen()
        transfer.upload(items, STORAGE, up.watch, up.note)
        assert all(placed(root, item).read_bytes() == item.local.read_bytes() for item in items)
        back = fetched(items[:70], there)
        transfer.download(back, STORAGE, down.watch, down.note)
        assert all(item.local.read_bytes() == (here / item.local.name).read_bytes() for item in back)
        assert (sorted(map(str, up.done)), sorted(map(str, down.done))) == (
            sorted(map(str, items)),
            sorted(map(str, back)),
        )
        assert not parts_below(there) and not parts_below(root)

    @pytest.mark.parametrize("size", [0, 100])
    def test_odd_names_and_empty_files(self, transfer, root, here, there, size):
        items = make(here, ODD_NAMES, size)
        transfer.upload(items, STORAGE, Watch())
        assert {path.name for path in (root / STORAGE.id).rglob("*.exr")} == set(ODD_NAMES)
        back = fetched(items, there)
        transfer.download(back, STORAGE, Watch())
        assert all(item.local.read_bytes() == (here / item.local.name).read_bytes() for item in back)

    def test_the_same_name_in_two_folders(self, transfer, here, there):
        items = make(here, ["a/f.exr", "b/f.exr"])
        transfer.upload(items, STORAGE, Watch())
        back = [Item(there / f"{number}.exr", item.remote, item.size) for number, item in enumerate(items)]
        transfer.download(back, STORAGE, Watch())
        assert [item.local.read_bytes() for item in back] == [item.local.read_bytes() for item in items]

    def test_a_bigger_file_and_progress_that_never_goes_back(self, transfer, root, here, there):
        items = [*make(here, ["big.abc"], 20 << 20), *make(here, ["a", "b"])]
        up, down = Seen(), Seen()
        transfer.upload(items, STORAGE, up.watch, up.note)
        assert placed(root, items[0]).read_bytes() == items[0].local.read_bytes()
        transfer.download(fetched(items, there), STORAGE, down.watch, down.note)
        total = sum(item.size for item in items)
        for seen in (up, down):
            counts = [done for done, _ in seen.steps]
            assert counts == sorted(counts)
            assert {whole for _, whole in seen.steps} == {total}
            assert counts[-1] == total

    def test_nothing_to_do(self, transfer):
        transfer.upload([], STORAGE, Watch())
        transfer.download([], STORAGE, Watch())

    @pytest.mark.parametrize("direction", ["upload", "download"])
    def test_cancelled_in_the_middle_the_rest_goes_later(self, transfer, root, here, there, direction):
        items = make(here, [f"f{number:03}.exr" for number in range(self.many)])
        if direction == "download":
            transfer.upload(items, STORAGE, Watch())
            items = fetched(items, there)
        first, second = Seen(cancel_after=3), Seen()
        with pytest.raises(Cancelled):
            getattr(transfer, direction)(items, STORAGE, first.watch, first.note)
        assert 3 < len(first.done) < len(items)
        for item in first.done:  # whole where it was to go
            assert (placed(root, item) if direction == "upload" else item.local).stat().st_size == item.size
        rest = [item for item in items if item not in first.done]
        getattr(transfer, direction)(rest, STORAGE, second.watch, second.note)
        assert sorted(map(str, [*first.done, *second.done])) == sorted(map(str, items))
        assert all(placed(root, item).read_bytes() == item.local.read_bytes() for item in items)
        assert not parts_below(there)

    def test_cancelled_before_it_began(self, transfer, root, here):
        seen = Seen()
        seen.watch.cancel()
        with pytest.raises(Cancelled):
            transfer.upload(make(here, ["a"]), STORAGE, seen.watch, seen.note)
        assert not seen.done
        assert not list((root / STORAGE.id).rglob("a"))

    def test_a_source_that_vanished_stops_no_other(self, transfer, root, here):
        items = make(here, ["a", "gone", "c"])
        items[1].local.unlink()
        seen = Seen()
        with pytest.raises(TransferError, match="gone is not there any more") as caught:
            transfer.upload(items, STORAGE, seen.watch, seen.note)
        assert caught.value.fix
        assert {item.local.name for item in seen.done} == {"a", "c"}
        assert placed(root, items[2]).read_bytes() == items[2].local.read_bytes()

    def test_a_source_that_changed_is_not_sent(self, transfer, root, here):
        items = make(here, ["a", "b"])
        items[0].local.write_bytes(b"longer than it was" * 10)
        seen = Seen()
        with pytest.raises(TransferError, match="a changed while it was being sent"):
            transfer.upload(items, STORAGE, seen.watch, seen.note)
        assert [item.local.name for item in seen.done] == ["b"]
        assert not placed(root, items[0]).exists()

    def test_a_missing_remote_stops_no_other(self, transfer, here, there):
        items = make(here, ["a", "b", "c"])
        transfer.upload([items[0], items[2]], STORAGE, Watch())
        seen = Seen()
        with pytest.raises(TransferError, match=r"\bb\b"):
            transfer.download(fetched(items, there), STORAGE, seen.watch, seen.note)
        assert {item.local.name for item in seen.done} == {"a", "c"}
        assert sorted(path.name for path in there.iterdir() if path.is_file()) == ["a", "c"]

    def test_every_bad_file_is_named_at_once(self, transfer, here):
        items = make(here, [f"f{number}" for number in range(6)])
        for item in items[:5]:
            item.local.unlink()
        with pytest.raises(TransferError, match=r"5 files did not get through\..*f0 .*f1 .*f2 .*And 2 more\."):
            transfer.upload(items, STORAGE, Watch())

    def test_a_file_of_the_wrong_size_never_gets_its_name(self, transfer, here, there):
        [item] = make(here, ["a"])
        transfer.upload([item], STORAGE, Watch())
        there.mkdir()
        (there / "a").write_bytes(b"mine")
        seen = Seen()
        with pytest.raises(TransferError, match="100"):
            transfer.download([Item(there / "a", item.remote, 101)], STORAGE, seen.watch, seen.note)
        assert (there / "a").read_bytes() == b"mine"
        assert not seen.done

    def test_what_is_fetched_takes_the_place_of_what_was_there(self, transfer, here, there):
        [item] = make(here, ["a"])
        transfer.upload([item], STORAGE, Watch())
        there.mkdir()
        (there / "a").write_bytes(b"older")
        transfer.download(fetched([item], there), STORAGE, Watch())
        assert (there / "a").read_bytes() == item.local.read_bytes()

    def test_what_changed_is_sent_again(self, transfer, root, here):
        [item] = make(here, ["a"])
        transfer.upload([item], STORAGE, Watch())
        item.local.write_bytes(b"x" * item.size)
        os.utime(item.local, ns=(1, 1_700_000_000_000_000_000))
        transfer.upload([item], STORAGE, Watch())
        assert placed(root, item).read_bytes() == b"x" * item.size

    @pytest.mark.parametrize("remote", ["/../a", "D/../../a", "", "/", "a\nb"])
    def test_no_remote_path_leads_elsewhere(self, transfer, root, here, remote):
        [item] = make(here, ["a"])
        with pytest.raises(TransferError, match="no name of a file"):
            transfer.upload([Item(item.local, remote, item.size)], STORAGE, Watch())
        assert not [path for path in root.rglob("a") if path.is_file()]
