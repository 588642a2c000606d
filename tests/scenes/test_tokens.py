"""Paths with tile and frame tokens, and what they find on the disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from farmdeck import Severity
from farmdeck.scenes._disk import Disk, token_pattern
from farmdeck.scenes._found import Found
from hypothesis import given
from hypothesis import strategies as st


def found() -> Found:
    return Found(Disk(), lambda path, folder: path)


@pytest.mark.parametrize("token", ["<UDIM>", "<udim>", "_MAPID_", "%(UDIM)d"])
def test_tiles(tmp_path: Path, token: str) -> None:
    for name in ("a.1001.tx", "a.1012.tx", "a.0999.tx", "a.10011.tx", "b.1001.tx"):
        (tmp_path / name).touch()
    rows = found()
    path = f"{tmp_path}/a.{token}.tx"
    assert rows.at(path, path, "image", "file1")
    (asset,) = rows.assets
    assert asset.files == (f"{tmp_path}/a.1001.tx", f"{tmp_path}/a.1012.tx") and not asset.missing
    assert rows.problems == []


@pytest.mark.parametrize("token", ["<UVTILE>", "u<U>_v<V>"])
def test_uv_tiles(tmp_path: Path, token: str) -> None:
    (tmp_path / "a.u1_v2.tif").touch()
    rows = found()
    assert rows.at("a", f"{tmp_path}/a.{token}.tif", "image", "file1")
    assert rows.assets[0].files == (f"{tmp_path}/a.u1_v2.tif",)


@pytest.mark.parametrize("token", ["####", "<f4>", "<F4>", "%04d", "<frame04>"])
def test_frames(tmp_path: Path, token: str) -> None:
    for number in (1, 2, 4):
        (tmp_path / f"sim.{number:04d}.vdb").touch()
    rows = found()
    path = f"{tmp_path}/sim.{token}.vdb"
    assert not rows.at(path, path, "volume", "smoke", range(1, 6))
    (asset,) = rows.assets
    assert asset.files == tuple(f"{tmp_path}/sim.{number:04d}.vdb" for number in range(1, 6)) and asset.missing
    (problem,) = rows.problems
    assert problem.message == "2 of 5 frames are missing: sim.0003.vdb, sim.0005.vdb"
    assert (problem.severity, problem.subject, problem.fix) == (Severity.ERROR, "smoke", "find")


def test_a_token_that_finds_nothing(tmp_path: Path) -> None:
    rows = found()
    assert not rows.at("maps/a.<UDIM>.tx", f"{tmp_path}/a.<UDIM>.tx", "image", "file1")
    assert rows.assets[0].missing and rows.assets[0].files == ()
    assert rows.problems[0].message == f'No tile of "a.<UDIM>.tx" is found in {tmp_path}.'


def test_what_is_optional_is_missed_by_nobody(tmp_path: Path) -> None:
    rows = found()
    rows.at("a.ma", f"{tmp_path}/a.ma", "reference", "aRN", optional=True)
    rows.at("a.<UDIM>.tx", f"{tmp_path}/a.<UDIM>.tx", "image", "file1", optional=True)
    assert [asset.missing for asset in rows.assets] == [True, True] and rows.problems == []


def test_one_file(tmp_path: Path) -> None:
    (tmp_path / "wood#1%.png").touch()  # a name with what might be tokens, but is there
    rows = found()
    assert rows.at("a", f"{tmp_path}/wood#1%.png", "image", "file1")
    assert not rows.at("b", f"{tmp_path}/gone.png", "image", "file1")
    assert [asset.missing for asset in rows.assets] == [False, True]


@given(st.text(alphabet="ab.#<>%0d_UDIMf4", max_size=24), st.integers(-10, 99999))
def test_any_name_is_a_pattern_or_none(name: str, number: int) -> None:
    pattern = token_pattern("/x/" + name)
    if pattern is not None:
        assert "".join(pattern.pieces) == name.rpartition("/")[2]
        assert len(pattern.pieces) % 2 == 1 and len(pattern.pieces) > 1
        pattern.matches(Disk())
        pattern.file(number)
