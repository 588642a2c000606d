"""Truncated, corrupt and hostile files: a SceneError or a scene with an honest problem, soon and in bounded memory."""

from __future__ import annotations

import struct
import time
import tracemalloc
from pathlib import Path

import pytest
from farmdeck._errors import SceneError
from farmdeck.scene import Scene
from farmdeck.scenes import read_scene
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.scenes.maya.conftest import REAL, SHOW, Written
from tests.scenes.maya.mb_writer import to_mb

SECONDS = 5.0
MEMORY = 100 << 20
SMALL = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
TEXTS = [(SHOW / "scenes" / name).read_bytes() for name in ("shot_legacy.ma", "shot_setup.ma", "shot_refs.ma")]
BINARIES = [to_mb(text.decode(), wide) for text in TEXTS[:2] for wide in (True, False)]


def tried(path: Path, raw: bytes) -> Scene | None:
    """The scene of these bytes, or None when there was a SceneError; nothing else may happen."""
    path.write_bytes(raw)
    started = time.monotonic()
    try:
        return read_scene(path)
    except SceneError as exc:
        assert exc.what and exc.fix
        return None
    finally:
        assert time.monotonic() - started < SECONDS


def is_doubted(scene: Scene) -> bool:
    """Does the scene say that its file may be cut short?"""
    return any("cut short" in problem.message for problem in scene.problems)


@SMALL
@given(base=st.sampled_from(TEXTS), where=st.floats(0, 1))
def test_a_text_that_is_cut_short_says_so(base: bytes, where: float, tmp_path: Path) -> None:
    last = base.rindex(b"// End of ")
    scene = tried(tmp_path / "a.ma", base[: max(6, int(where * last))])
    assert scene is not None and is_doubted(scene)


@pytest.mark.parametrize("base", TEXTS, ids=["legacy", "setup", "refs"])
def test_a_whole_text_is_not_doubted(base: bytes, tmp_path: Path) -> None:
    scene = tried(tmp_path / "a.ma", base)
    assert scene is not None and not is_doubted(scene)


@SMALL
@given(base=st.sampled_from(BINARIES), where=st.floats(0, 1, exclude_max=True))
def test_a_binary_that_is_cut_short_is_refused(base: bytes, where: float, tmp_path: Path) -> None:
    assert tried(tmp_path / "a.mb", base[: 4 + int(where * (len(base) - 4))]) is None


@SMALL
@given(base=st.sampled_from(TEXTS + BINARIES), data=st.data())
def test_bytes_changed(base: bytes, data: st.DataObject, tmp_path: Path) -> None:
    raw = bytearray(base)
    for _ in range(data.draw(st.integers(1, 30))):
        raw[data.draw(st.integers(4, len(raw) - 1))] = data.draw(st.integers(0, 255) | st.sampled_from(b'";\\\n\0\xff'))
    tried(tmp_path / "a.any", bytes(raw))


@SMALL
@given(base=st.sampled_from(BINARIES), data=st.data())
def test_sizes_changed(base: bytes, data: st.DataObject, tmp_path: Path) -> None:
    """Sizes of groups and chunks, to edge values above all."""
    raw, wide = bytearray(base), base[3:4] == b"8"
    at = data.draw(st.sampled_from([i for i in range(0, len(raw) - 16, 4) if raw[i : i + 4].isalnum()]))
    size = data.draw(st.sampled_from([0, 1, 3, 4, 2**31 - 1, 2**32 - 1, len(raw)]) | st.integers(0, 4096))
    struct.pack_into(">Q" if wide else ">I", raw, at + (8 if wide else 4), size)
    tried(tmp_path / "a.mb", bytes(raw))


@SMALL
@given(base=st.sampled_from(TEXTS), other=st.sampled_from(TEXTS), data=st.data())
def test_texts_spliced(base: bytes, other: bytes, data: st.DataObject, tmp_path: Path) -> None:
    cut, to = data.draw(st.integers(7, len(base))), data.draw(st.integers(0, len(other)))
    assert tried(tmp_path / "a.ma", base[:cut] + other[to:]) is not None


@SMALL
@given(raw=st.binary(max_size=300), start=st.sampled_from([b"//Maya", b"FOR4", b"FOR8", b"FOR8" + bytes(8)]))
def test_noise_after_a_header(raw: bytes, start: bytes, tmp_path: Path) -> None:
    tried(tmp_path / "a.any", start + raw)


def peak(path: Path) -> int:
    """Peak memory in bytes while the file is read or refused."""
    tracemalloc.start()
    try:
        read_scene(path)
    except SceneError:
        pass
    finally:
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return most


@pytest.mark.parametrize(
    "piece",
    [
        b"//\n", b'// "\n', b"\n", b";", b'"', b"\\", b'\\"', b"createNode camera -n c;\n", b"createNode file\n", b"(",
        b'setAttr ".ftn" -type "string" "', b'\n\tsetAttr ".ed"\n\t\t2 "a" "renderable" "', b"x" * 99,
    ],
    ids=str,
)  # fmt: skip
def test_one_thing_without_end(piece: bytes, tmp_path: Path) -> None:
    """As many bytes of the same as would be noticed if a way of reading were quadratic."""
    path = tmp_path / "a.ma"
    path.write_bytes(b"//Maya ASCII 2024 scene\n" + piece * (200_000 // len(piece)))
    started = time.monotonic()
    assert peak(path) < MEMORY
    assert time.monotonic() - started < 2 * SECONDS


VALUES = {
    "escapes": b'".ftn" -type "string" "' + b'\\"' * 1_500_000 + b'"',
    "words": b'".ftn" ' + b"1 " * 1_500_000,
    "edits": b'".ed" -type "dataReferenceEdits" 2 "a" "renderable" "' + b'\\"' * 1_500_000 + b'"',
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_a_value_of_megabytes_takes_no_gigabytes(value: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.ma"
    path.write_bytes(b'//Maya ASCII 2024 scene\ncreateNode file -n "f";\n\tsetAttr ' + value + b";\n")
    started = time.monotonic()
    assert peak(path) < 60 << 20
    assert time.monotonic() - started < SECONDS


def test_a_million_chunks_of_nothing_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("farmdeck.scenes.maya._binary.MAX_CHUNKS", 10_000)
    path = tmp_path / "a.mb"
    path.write_bytes(b"FOR4" + struct.pack(">I", 4 + 8 * 50_000) + b"Maya" + (b"JUNK" + bytes(4)) * 50_000)
    with pytest.raises(SceneError, match="absurd number of chunks"):
        read_scene(path)


def test_parents_that_go_round_do_no_harm(written: Written) -> None:
    text = 'createNode transform -n "a" -p "b";\ncreateNode transform -n "b" -p "a";\n'
    scene = read_scene(written(text + 'createNode camera -n "c" -p "a";\n'))
    assert len(scene.cameras) == 5


def test_overrides_that_go_round_do_no_harm(written: Written) -> None:
    text = (
        'createNode renderLayer -n "rs_a";\ncreateNode renderSetupLayer -n "a";\n'
        'createNode absUniqueOverride -n "o";\n\tsetAttr ".atr" -type "string" "endFrame";\n'
        'connectAttr "rs_a.msg" "a.lrl";\nconnectAttr "o.lit" "o.pls";\nconnectAttr "o.nxt" "o.prv";\n'
    )
    assert [item.name for item in read_scene(written(text)).items] == ["a"]


@pytest.mark.parametrize("value", ["1e999", "-1e300", "nan", "1e18", "no"])
def test_absurd_numbers_are_no_frames(value: str, written: Written) -> None:
    text = (
        f'select -ne :defaultRenderGlobals;\n\tsetAttr ".an" yes;\n\tsetAttr ".fs" {value};\n\tsetAttr ".bfs" {value};'
    )
    text += f'\n\tsetAttr ".ep" {value};\n\tsetAttr ".outf" {value};\n\tsetAttr ".ofc" {value};\n'
    text += f'select -ne :defaultResolution;\n\tsetAttr ".w" {value};\n\tsetAttr ".h" {value};'
    scene = read_scene(written(text))
    assert scene.items and len(scene.items[0].output) < 1000


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_real_files_cut_in_the_middle(path: Path, tmp_path: Path) -> None:
    raw = path.read_bytes()
    scene = tried(tmp_path / path.name, raw[: len(raw) // 2])
    assert scene is None if path.suffix == ".mb" else scene is not None and is_doubted(scene)


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from farmdeck.scenes.maya import _read

    def refused(path: str, watch: object = None) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(_read, "read_table", refused)
    with pytest.raises(SceneError, match="cannot be read: Permission denied"):
        _read.read_maya(str(tmp_path / "a.ma"))
