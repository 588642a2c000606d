"""Every panel, menu and list against what each Blender's layout takes: icons, arguments, properties, operators."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.blender.blenders import VERSIONS, blender


@pytest.mark.parametrize("version", VERSIONS)
def test_every_panel_draws_in_every_situation(version: str, bundle: Path, tmp_path: Path) -> None:
    release = blender(version)
    release.run("small_shot", tmp_path, save=tmp_path / "shot.blend")
    said = release.run("draw_all", tmp_path, bundle=bundle, open=tmp_path / "shot.blend")
    ready = said["ready"]
    assert "2 of 2" in ready["FARMDECK_PT_items"]
    assert "6" in ready["FARMDECK_PT_frames"] and "Stop after (s)" in ready["FARMDECK_PT_frames"]
    assert "2 view layers · 6 frames" in ready["FARMDECK_PT_submit"]
    assert "Scene there" in ready["FARMDECK_PT_frames"] and "Memory" not in ready["FARMDECK_PT_frames"]
    assert ready["FARMDECK_MT_option"] == ["CPU", "GPU"]
    assert ready["FARMDECK_PT_render_scene"] == ready["FARMDECK_PT_scene"]
    assert any(text.startswith("Rendering 24 of 60, 3 failed") for text in said["rendering"]["FARMDECK_PT_job"])
    assert "Stop" in said["rendering"]["FARMDECK_PT_job"] and "Start" in said["stopped"]["FARMDECK_PT_job"]
    assert "Retry Failed" in said["failed"]["FARMDECK_PT_job"]
    assert "Held back by 1 error: see Problems" in said["with problems"]["FARMDECK_PT_submit"]
    assert "Find Missing Files…" in said["with problems"]["FARMDECK_PT_problems"]
    assert "Reading 12 of 40 images" in said["with problems"]["FARMDECK_PT_scene"]
