"""Truncated, corrupt and hostile .max files: a SceneError or a scene, quickly and in bounded memory."""

from __future__ import annotations

import struct
import sys
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

import pytest
from farmdeck._errors import Cancelled, SceneError
from farmdeck.scenes import read_scene
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.make_max import SUMMARY, chunk, directory, number, records, summary, write_compound
from tests.scenes.max.max_scenes import SCENES, basic, entry_place, fat_place, groups, rendering

SECONDS = 10.0
MEMORY = 200 << 20
SMALL = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    folder = tmp_path_factory.mktemp("bases")
    return [SCENES[name](folder).read_bytes() for name in ("shot", "german", "silent")]


def tried(path: Path, raw: bytes | None = None) -> SceneError | None:
    """Read the bytes, or the file that is there; the SceneError if there was one, and nothing but one."""
    if raw is not None:
        path.write_bytes(raw)
    started = time.process_time()  # not the clock: the machine may be busy with other things
    try:
        read_scene(path)
    except SceneError as exc:
        assert exc.what and exc.fix
        return exc
    finally:
        assert time.process_time() - started < SECONDS
    return None


@SMALL
@given(which=st.integers(0, 2), where=st.floats(0, 1))
def test_cut_short(bases: list[bytes], which: int, where: float, tmp_path: Path) -> None:
    base = bases[which]
    assert tried(tmp_path / "a.max", base[: int(where * (len(base) - 1))]) is not None


@SMALL
@given(which=st.integers(0, 2), data=st.data())
def test_bytes_changed(bases: list[bytes], which: int, data: st.DataObject, tmp_path: Path) -> None:
    raw = bytearray(bases[which])
    for _ in range(data.draw(st.integers(1, 20))):
        raw[data.draw(st.integers(8, len(raw) - 1))] = data.draw(st.integers(0, 255))
    tried(tmp_path / "a.max", bytes(raw))


@SMALL
@given(which=st.integers(0, 2), data=st.data())
def test_tables_changed(bases: list[bytes], which: int, data: st.DataObject, tmp_path: Path) -> None:
    """Numbers in the header and in the FAT lead anywhere, back to themselves too."""
    raw = bytearray(bases[which])
    size, fat = fat_place(bases[which])
    for _ in range(data.draw(st.integers(1, 5))):
        start, span = data.draw(st.sampled_from([(24, 488), (fat, min(size, 400))]))
        at = start + 4 * data.draw(st.integers(0, span // 4 - 1))
        struct.pack_into(
            "<I", raw, at, data.draw(st.sampled_from([0, 1, 2, 3, 5, 60, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF]))
        )
    tried(tmp_path / "a.max", bytes(raw))


@SMALL
@given(name=st.sampled_from(["Scene", "ClassDirectory3", "Config", "DllDirectory", "SaveConfigData", SUMMARY,
                             "FileAssetMetaData3", "FileAssetMetaData2"]), data=st.binary(max_size=300))  # fmt: skip
def test_any_bytes_in_a_stream(name: str, data: bytes, tmp_path: Path) -> None:
    write_compound(tmp_path / "a.max", {**basic(), SUMMARY: summary({}), name: data})
    tried(tmp_path / "a.max")


def test_sectors_that_lead_back(bases: list[bytes], tmp_path: Path) -> None:
    for base in bases:
        raw = bytearray(base)
        size, fat = fat_place(base)
        for index in range((len(raw) - size) // size):
            struct.pack_into("<I", raw, fat + 4 * index, index)
        tried(tmp_path / "a.max", bytes(raw))


def test_the_geometry_lost_its_end(tmp_path: Path) -> None:
    """It isn't read: the summary tells the cameras."""
    path = tmp_path / "a.max"
    write_compound(path, basic(Scene=bytes(20_000)))
    assert tried(path) is None
    raw = bytearray(path.read_bytes())
    size, fat = fat_place(raw)
    start = entry_place(raw, "Scene") + 116
    struct.pack_into("<I", raw, fat + 4 * struct.unpack_from("<I", raw, start)[0], len(raw) // size)
    error = tried(path, bytes(raw))
    assert error is not None and "cut short" in error.what


def test_a_directory_that_leads_back(tmp_path: Path) -> None:
    path = SCENES["shot"](tmp_path)
    raw = bytearray(path.read_bytes())
    struct.pack_into("<III", raw, entry_place(raw, "Config") + 68, 1, 1, 1)
    tried(path, bytes(raw))


@pytest.mark.parametrize("size", [5_000_000, 1 << 40, (1 << 64) - 1])
def test_a_stream_larger_than_its_file(size: int, tmp_path: Path) -> None:
    path = SCENES["silent"](tmp_path)
    raw = bytearray(path.read_bytes())
    struct.pack_into("<Q", raw, entry_place(raw, "Scene") + 120, size)
    error = tried(path, bytes(raw))
    assert error is not None and "cut short" in error.what


def put(places: dict[int, int], code: str = "<I") -> Callable[[Path], None]:
    """Writes numbers into the header of a file of 6 MB."""

    def change(path: Path) -> None:
        write_compound(path, basic(Scene=bytes(6 << 20)), sector=512)
        raw = bytearray(path.read_bytes())
        for place, value in places.items():
            struct.pack_into(code, raw, place, value)
        path.write_bytes(raw)

    return change


def endless_tables(path: Path) -> None:
    """The FAT has four thousand million sectors, all told by one that goes on with itself."""
    write_compound(path, basic(Scene=bytes(6 << 20)), sector=512)
    raw = bytearray(path.read_bytes())
    place = struct.unpack_from("<I", raw, entry_place(raw, "Scene") + 116)[0]
    fats = 0xFFFFFF00
    struct.pack_into("<I", raw, 44, fats)
    struct.pack_into("<II", raw, 68, place, -(-(fats - 109) // 127))
    struct.pack_into("<109I", raw, 76, *[place] * 109)
    struct.pack_into("<128I", raw, (place + 1) * 512, *[place] * 128)
    path.write_bytes(raw)


def many_streams(path: Path) -> None:
    """A directory of 40,000 entries in a tree; each stream starts elsewhere, so each is compared with all others."""
    write_compound(path, {**basic(), "Zoo": b"".join(entry(index, 40_000) for index in range(40_000))})
    raw = bytearray(path.read_bytes())
    struct.pack_into("<I", raw, 48, struct.unpack_from("<I", raw, entry_place(raw, "Zoo") + 116)[0])
    path.write_bytes(raw)


def entry(index: int, count: int) -> bytes:
    """Of a balanced tree below the first entry, numbered as a heap is."""
    left, right = (place if place < count and index else 0xFFFFFFFF for place in (2 * index, 2 * index + 1))
    name = f"{index:030}\0".encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII36xIQ",
        name,
        62,
        2 if index else 5,
        1,
        left,
        right,
        0xFFFFFFFF if index else 1,
        1_000_000 + index,
        9000,
    )


def shared_sectors(path: Path) -> None:
    """Each of 200 streams is as long as the file: one sector, again and again."""
    names = [f"S{index}" for index in range(200)]
    write_compound(path, {**basic(), **{name: bytes(4096) for name in names}})
    raw = bytearray(path.read_bytes())
    _, fat = fat_place(raw)
    for name in names:
        at = entry_place(raw, name)
        (sector,) = struct.unpack_from("<I", raw, at + 116)
        struct.pack_into("<I", raw, fat + 4 * sector, sector)
        struct.pack_into("<Q", raw, at + 120, len(raw))
    path.write_bytes(raw)


CONTAINERS: dict[str, Callable[[Path], None]] = {
    "endless tables": endless_tables,
    "many streams": many_streams,
    "shared sectors": shared_sectors,
    "a deep tree": lambda path: write_compound(path, {**basic(), **{f"S{index}": b"x" for index in range(980)}}),
    "too large a directory": lambda path: write_compound(
        path, {**basic(), **{f"S{index}": b"" for index in range(5_000)}}
    ),
    "sectors of 2**65535 bytes": put({30: 0xFFFF}, "<H"),
    "mini sectors of 2**65535 bytes": put({32: 0xFFFF}, "<H"),
    "large mini FAT": put({64: 0xFFFFFF}),
    "the directory begins nowhere": put({48: 0x7FFFFFFF}),
}
"""Containers that cost as much as they can, none of them a scene."""


@pytest.fixture
def usual_depth() -> Iterator[None]:
    """Python's own limit of recursion: hypothesis, in another test of this process, may have raised it."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    yield
    sys.setrecursionlimit(limit)


@pytest.mark.usefixtures("usual_depth")
@pytest.mark.parametrize("name", CONTAINERS)
def test_hostile_container(name: str, tmp_path: Path) -> None:
    CONTAINERS[name](tmp_path / "a.max")
    tracemalloc.start()
    try:
        error = tried(tmp_path / "a.max")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert error is not None and "damaged" in error.what
    assert peak < MEMORY


def bomb(megabytes: int) -> Iterator[bytes]:
    """One object of zeros, packed a thousand times smaller."""
    packer = zlib.compressobj(9, wbits=31)
    size = megabytes << 20
    yield packer.compress(struct.pack("<HIQHIQ", 0x2023, 0, (size + 28) | 1 << 63, 0, 0, size + 14))
    for _ in range(megabytes):
        yield packer.compress(bytes(1 << 20))
    yield packer.flush()


def nested() -> bytes:
    """Chunks in chunks, 200 deep, 50 times."""
    data = b""
    for _ in range(200):
        data = chunk(0x20B0, data, True)
    return data * 50


def claims() -> bytes:
    """A summary that says it has two thousand million lines."""
    data = bytearray(summary(groups(data=rendering())))
    struct.pack_into("<I", data, data.index(b"\x1e\x10\0\0") + 4, 0x7FFFFFFF)
    return bytes(data)


def files(count: int) -> bytes:
    return records([("Bitmap", f"Q:\\maps\\{index}.png", "") for index in range(count)])


QUIET = {SUMMARY: summary({})}
HOSTILE: dict[str, Callable[[], dict[str, bytes]]] = {
    "packed scene": lambda: basic(Scene=b"".join(bomb(300)), **QUIET),
    "packed summary": lambda: basic(**{SUMMARY: b"".join(bomb(100))}),
    "packed classes": lambda: basic(ClassDirectory3=b"".join(bomb(100))),
    "many objects": lambda: basic(Scene=chunk(0x2023, chunk(0, b"", True) * 2_500_000, True), **QUIET),
    "wide chunks": lambda: basic(Scene=chunk(0x2023, chunk(0, b"", True, True) * 500_000, True, True), **QUIET),
    "nested": lambda: basic(Config=nested(), ClassDirectory3=nested(), **QUIET),
    "many classes": lambda: basic(ClassDirectory3=directory([("", (0, 0), 0x20)] * 100_000), **QUIET),
    "many lines": lambda: basic(**{SUMMARY: summary({"Objects": ["x"] * 500_000})}),
    "claims": lambda: basic(**{SUMMARY: claims()}),
    "many files": lambda: basic(FileAssetMetaData3=files(20_000), **QUIET),
    "too many files": lambda: basic(FileAssetMetaData3=files(50_001), **QUIET),
}
"""Streams that cost as much as they can."""


REFUSED = {
    "packed scene": "times its bytes", "packed summary": "times its bytes", "packed classes": "more than 16 MB",
    "too many files": "more than 50,000 files",
}  # fmt: skip
"""What is said of those that are not read to their end."""


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.max"
    write_compound(path, HOSTILE[name]())
    error = tried(path)
    assert REFUSED.get(name, "") in (error.what if error is not None else "")


@pytest.mark.parametrize("name", ["packed scene", "packed classes", "nested"])
def test_memory_stays_bounded(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.max"
    write_compound(path, HOSTILE[name]())
    tracemalloc.start()
    try:
        read_scene(path)
    except SceneError:
        pass
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < MEMORY


def test_xref_scenes_that_name_each_other(tmp_path: Path) -> None:
    for name, other in (("a", "b"), ("b", "a")):
        told = summary(groups(files=(f"{other}.max", f"{name}.png"), data=rendering()))
        rows = records([("XRef", f"{other}.max", ""), ("Bitmap", f"{name}.png", "")])
        write_compound(tmp_path / f"{name}.max", basic(FileAssetMetaData3=rows, **{SUMMARY: told}))
    scene = read_scene(tmp_path / "a.max")
    assert [asset.path for asset in scene.assets] == ["a.png", "b.png", "a.max", "b.max"]
    assert [(row.node, row.parent, row.loaded) for row in scene.references] == [
        ("b.max", "", True),
        ("a.max", "b.max", True),
    ]


def test_a_long_chain_of_xref_scenes(tmp_path: Path) -> None:
    for index in range(300):
        rows = records([("XRef", f"{index + 1}.max", "")])
        write_compound(tmp_path / f"{index}.max", basic(FileAssetMetaData3=rows, **QUIET), sector=512)
    assert len(read_scene(tmp_path / "0.max").references) == 300


class Stops:
    """A watch that cancels at once."""

    def step(self, done: int, total: int) -> None:
        raise Cancelled("Stopped.", "Press it again.")


def test_it_can_be_cancelled(tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        read_scene(SCENES["shot"](tmp_path), watch=Stops())


def test_config_of_nonsense_has_the_defaults(tmp_path: Path) -> None:
    time_of_nonsense = chunk(0x20B0, number(0x10, 0) + chunk(0x50, b"\1"), True)
    write_compound(tmp_path / "a.max", basic(Config=time_of_nonsense))
    scene = read_scene(tmp_path / "a.max")
    assert (scene.fps, scene.frames) == (30.0, "0-100")
