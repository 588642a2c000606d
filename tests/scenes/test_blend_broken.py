"""Truncated, corrupt and hostile files: a SceneError or a scene, quickly and in bounded memory; never anything else."""

from __future__ import annotations

import gzip
import os
import struct
import time
import tracemalloc
from pathlib import Path
from typing import Callable

import pytest
from farmdeck._errors import Cancelled, SceneError
from farmdeck.scenes import read_scene
from farmdeck.scenes.blend import quick_facts, rewrite_paths
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.scenes.blend_recode import Form, recode
from tests.scenes.conftest import DATA
from tests.scenes.test_blend_golden import pack_zstd, unpacked

SECONDS = 5.0
MEMORY = 200 << 20
SMALL = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
BASES = [
    recode(unpacked(DATA / "textures_4.5_zstd.blend"), Form(8, "<")),
    recode(unpacked(DATA / "others_3.4_gzip.blend"), Form(4, "<")),
    recode(unpacked(DATA / "strips_5.2_zstd.blend"), Form(8, "<", large=True), 502),
]


def tried(path: Path, raw: bytes) -> SceneError | None:
    """Read, quickly read and rewrite the bytes; the SceneError if there was one, and nothing but one."""
    path.write_bytes(raw)
    started, caught = time.monotonic(), None
    for action in (
        lambda: read_scene(path),
        lambda: quick_facts(str(path)),
        lambda: rewrite_paths(str(path), str(path) + ".copy", str(path)),
    ):
        try:
            action()
        except SceneError as exc:
            assert exc.what and exc.fix
            caught = exc
    assert time.monotonic() - started < SECONDS
    assert not os.path.exists(str(path) + ".copy.part")
    return caught


def heads(raw: bytes) -> list[int]:
    """Where the block heads of an unpacked file start."""
    large = raw[7:9] == b"17"
    at, found, width = (17 if large else 12), [], (32 if large else 24 if raw[7:8] == b"-" else 20)
    while at + width <= len(raw):
        found.append(at)
        size = struct.unpack_from("<q", raw, at + 16)[0] if large else struct.unpack_from("<i", raw, at + 4)[0]
        at += width + size
    return found


@SMALL
@given(base=st.sampled_from(BASES), where=st.floats(0, 1))
def test_cut_short(base: bytes, where: float, tmp_path: Path) -> None:
    length = int(where * (len(base) - 1))
    error = tried(tmp_path / "a.blend", base[:length])
    assert error is not None


@SMALL
@given(base=st.sampled_from(BASES), data=st.data())
def test_bytes_changed(base: bytes, data: st.DataObject, tmp_path: Path) -> None:
    raw = bytearray(base)
    for _ in range(data.draw(st.integers(1, 20))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    tried(tmp_path / "a.blend", bytes(raw))


@SMALL
@given(base=st.sampled_from(BASES), data=st.data())
def test_block_heads_changed(base: bytes, data: st.DataObject, tmp_path: Path) -> None:
    """Lengths, counts, struct numbers and addresses of blocks, to edge values above all."""
    raw = bytearray(base)
    edge = st.sampled_from([0, 1, -1, 7, 2**31 - 1, -(2**31), 0x7FFFFFF0, 65535])
    for at in data.draw(st.lists(st.sampled_from(heads(base)), min_size=1, max_size=5)):
        struct.pack_into(
            "<i", raw, at + 4 * data.draw(st.integers(0, 4)), data.draw(edge | st.integers(-(2**31), 2**31 - 1))
        )
    tried(tmp_path / "a.blend", bytes(raw))


@SMALL
@given(base=st.sampled_from(BASES), data=st.data())
def test_the_catalogue_changed(base: bytes, data: st.DataObject, tmp_path: Path) -> None:
    raw = bytearray(base)
    start = base.rindex(b"DNA1")
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(start, len(raw) - 5))
        raw[at : at + 4] = struct.pack("<i", data.draw(st.sampled_from([0, -1, 2**31 - 1, 65535, 1 << 20])))
    tried(tmp_path / "a.blend", bytes(raw))


@SMALL
@given(base=st.sampled_from(BASES), other=st.sampled_from(BASES), data=st.data())
def test_spliced(base: bytes, other: bytes, data: st.DataObject, tmp_path: Path) -> None:
    cut, to = data.draw(st.sampled_from(heads(base))), data.draw(st.sampled_from(heads(other)))
    tried(tmp_path / "a.blend", base[:cut] + other[to:])


@SMALL
@given(raw=st.binary(max_size=400))
def test_noise_after_a_header(raw: bytes, tmp_path: Path) -> None:
    for header in (
        b"BLENDER-v405",
        b"BLENDER_V249",
        b"BLENDER17-01v0500",
        b"BLENDER",
        b"\x1f\x8b",
        b"\x28\xb5\x2f\xfd",
    ):
        assert tried(tmp_path / "a.blend", header + raw) is not None


@SMALL
@given(where=st.floats(0, 1), flip=st.integers(0, 255), pack=st.sampled_from([gzip.compress, pack_zstd]))
def test_packed_files_cut_and_changed(where: float, flip: int, pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    raw = pack(BASES[0])
    at = int(where * (len(raw) - 1))
    tried(tmp_path / "a.blend", raw[:at])
    tried(tmp_path / "a.blend", raw[:at] + bytes([flip]) + raw[at + 1 :])


def measured(action: Callable[[], object]) -> int:
    """Peak memory (bytes) of an action that may raise SceneError."""
    tracemalloc.start()
    try:
        action()
    except SceneError:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return peak


@pytest.mark.parametrize("packing", ["gzip", "zstd"])
def test_a_bomb_is_refused(packing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that unpacks to far more than scenes do; the limits are made small so that the test is quick."""
    monkeypatch.setattr("farmdeck.scenes.blend._packing.FREE", 20 << 20)
    monkeypatch.setattr("farmdeck.scenes.blend._packing.IN_MEMORY", 4 << 20)
    raw = b"BLENDER-v405" + struct.pack("<4siQii", b"DATA", 2**31 - 1, 1, 0, 1) + bytes(100 << 20)
    path = tmp_path / "bomb.blend"
    path.write_bytes(
        gzip.compress(raw) if packing == "gzip" else __import__("zstandard").ZstdCompressor().compress(raw)
    )
    del raw
    assert measured(lambda: read_scene(path)) < 30 << 20
    with pytest.raises(SceneError, match="unpacks to more than"):
        read_scene(path)


def test_a_million_tiny_blocks_stay_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("farmdeck.scenes.blend._file.MAX_KEPT", 100_000)
    base = BASES[0]
    block = struct.pack("<4siQii", b"OB\0\0", 0, 1, 1, 0)
    path = tmp_path / "many.blend"
    path.write_bytes(base[:12] + block * 500_000 + base[12:])
    assert measured(lambda: read_scene(path)) < MEMORY
    with pytest.raises(SceneError, match="absurd number of blocks"):
        read_scene(path)


def test_lists_that_go_round_do_no_harm(tmp_path: Path) -> None:
    """Every pointer of every block leads to one and the same scene."""
    base = bytearray(BASES[0])
    start = next(at for at in heads(BASES[0]) if BASES[0][at : at + 2] == b"SC")
    (address,) = struct.unpack_from("<Q", base, start + 8)
    for at in range(start + 24, start + 24 + 4096, 8):
        if 0x10000 <= struct.unpack_from("<Q", base, at)[0] < 0x40000:
            struct.pack_into("<Q", base, at, address)
    tried(tmp_path / "round.blend", bytes(base))


def test_an_absurd_sequence_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("farmdeck.scenes.blend._frames.MAX_FRAMES", 5)
    with pytest.raises(SceneError, match="sequences ask for more"):
        read_scene(DATA / "textures_4.5_zstd.blend")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.blend")
    with pytest.raises(SceneError, match="is not a file"):
        read_scene(tmp_path / "pipe.blend")


@pytest.mark.parametrize(
    "name, raw, words",
    [
        ("empty.blend", b"", "it is empty"),
        ("picture.blend", b"\x89PNG\r\n\x1a\n", "a PNG picture"),
        ("words.txt", b"hello", "none that Farmdeck knows"),
        ("packed.gz", gzip.compress(b"hello", mtime=0), "none that Farmdeck knows"),
        ("future.blend", b"BLENDER17-02v0700" + bytes(64), "newer than this version"),
        ("short.blend", b"BLENDER-v4", "cut short or garbled"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_blend_is_named(name: str, raw: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(SceneError, match=words) as caught:
        read_scene(tmp_path / name)
    assert caught.value.fix


def test_missing_files_and_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(SceneError, match="There is no file .*nowhere.blend"):
        read_scene(tmp_path / "nowhere.blend")
    with pytest.raises(SceneError, match="is a folder"):
        read_scene(tmp_path)


def test_zstd_without_its_package_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "zstandard", None)
    with pytest.raises(SceneError, match="pip install zstandard"):
        read_scene(DATA / "textures_4.5_zstd.blend")


class Stop:
    """A watch that stops at the first turn."""

    def step(self, done: int, total: int) -> None:
        raise Cancelled("Stopped.", "Start again.")


def test_reading_can_be_stopped() -> None:
    with pytest.raises(Cancelled):
        read_scene(DATA / "textures_4.5_zstd.blend", watch=Stop())
