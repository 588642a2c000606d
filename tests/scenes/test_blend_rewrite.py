"""Copies for another folder: what is rewritten, what is refused, and that nothing else changes."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from farmdeck._errors import SceneError
from farmdeck.scenes import read_scene
from farmdeck.scenes.blend import rewrite_paths

from tests.scenes.blend_recode import Form, recode
from tests.scenes.conftest import DATA
from tests.scenes.test_blend_golden import FILES, unpacked


@pytest.mark.parametrize("form", [None, Form(4, "<"), Form(8, ">"), Form(8, "<", large=True)], ids=str)
@pytest.mark.parametrize("chunk", [1 << 20, 700])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_is_found_again(
    path: Path, chunk: int, form: Form | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when a path lies across two chunks of the stream."""
    monkeypatch.setattr("farmdeck.scenes.blend._packing.CHUNK", chunk)
    here, there = tmp_path / "show" / "shot.blend", tmp_path / "spool" / "copy.blend"
    here.parent.mkdir()
    there.parent.mkdir()
    raw = unpacked(path)
    here.write_bytes(recode(raw, form, 405) if form else raw)
    assert rewrite_paths(str(here), str(there), str(here)) > 0
    first, second = read_scene(here), read_scene(there)
    files = [asset.files for asset in first.assets if "blendcache_" not in asset.path]
    assert files == [asset.files for asset in second.assets if "blendcache_" not in asset.path]
    assert not [
        asset.path for asset in second.assets if asset.path.startswith("//") and "blendcache_" not in asset.path
    ]
    assert [item.output for item in second.items] == [item.output for item in first.items]
    assert dataclasses.replace(second, file="", items=(), assets=(), problems=()) == dataclasses.replace(
        first, file="", items=(), assets=(), problems=()
    )
    assert [file.name for file in there.parent.iterdir()] == ["copy.blend"]


def test_the_base_may_lie_elsewhere(tmp_path: Path) -> None:
    rewrite_paths(str(DATA / "textures_4.5_zstd.blend"), str(tmp_path / "copy.blend"), "/show/shot/file.blend")
    scene = read_scene(tmp_path / "copy.blend")
    assert next(asset for asset in scene.assets if asset.owner == "gone").files == ("/show/shot/tex/gone.png",)


def test_a_path_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    base = "/" + "/".join(["a" * 200] * 6) + "/file.blend"
    with pytest.raises(SceneError, match="bytes long; Blender takes 1023"):
        rewrite_paths(str(DATA / "textures_4.5_zstd.blend"), str(tmp_path / "copy.blend"), base)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    target = tmp_path / "nowhere" / "copy.blend"
    with pytest.raises(SceneError, match="copy.blend cannot be written"):
        rewrite_paths(str(DATA / "textures_4.5_zstd.blend"), str(target), str(DATA / "a.blend"))
