"""The add-on comes and goes without a trace, and minds nobody else's modules."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.blender.blenders import VERSIONS, blender


@pytest.mark.parametrize("version", VERSIONS)
def test_nothing_is_left_and_strangers_are_undisturbed(version: str, bundle: Path, tmp_path: Path) -> None:
    for name in ("farmdeck", "fileseq"):
        (tmp_path / "strangers" / name).mkdir(parents=True)
        (tmp_path / "strangers" / name / "__init__.py").write_text('WHOSE = "a stranger"\n')
    said = blender(version).run("leaves_nothing", tmp_path, bundle=bundle, strangers=tmp_path / "strangers")
    assert said["after"] == said["before"]
    assert said["between"]["properties"] == [True, True]
    assert "FARMDECK_PT_scene" in said["between"]["types"]
    assert "farmdeck-desk" in said["between"]["threads"]
    assert said["strangers"] == ["a stranger"] * 3
    assert said["bundled"] == ["farmdeck", "fileseq"]
