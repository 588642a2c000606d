"""The adapter in the stand-in, and the reader with no Maya, tell the same story of every real scene."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from farmdeck.scenes import read_scene

from tests.hosts import differences
from tests.hosts.maya.conftest import REAL, needs_real
from tests.hosts.maya.stand_in import maya
from tests.hosts.story import differences as compare

from .scenes import BUILT


@needs_real
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name.rpartition("__")[2])
def test_adapter_and_reader_tell_the_same_story(path: Path) -> None:
    with maya(path) as session:
        import farmdeck_maya

        live = farmdeck_maya.scene()
        assert session.session.written == [] and session.left() == []
        assert session.session.selection == ["persp"] and not session.session.modified
    assert live.file == path.as_posix() and live.software.name == "Maya"
    assert not differences.unexplained("maya", path.name, compare(read_scene(path), live))


@pytest.mark.parametrize("build", BUILT, ids=lambda build: build.__name__)
def test_they_tell_the_same_story_of_scenes_of_our_own(tmp_path: Path, build: Callable[[Path], Path]) -> None:
    path = build(tmp_path)
    with maya(path):
        import farmdeck_maya

        live = farmdeck_maya.scene()
    assert not compare(read_scene(path), live)


@needs_real
def test_a_story_that_is_not_the_same_is_seen() -> None:
    """The stand-in and the reader share no code, so a mistake in one of them differs."""
    with maya(REAL[0]) as session:
        import farmdeck_maya

        session.change("defaultResolution.width", 641)
        session.change("perspShape.renderable", False)
        session.change("defaultRenderGlobals.currentRenderer", "arnold")
        fields = [field for field, _ in compare(read_scene(REAL[0]), farmdeck_maya.scene())]
    assert {f"items.masterLayer.{name}" for name in ("width", "cameras", "renderer")} <= set(fields)
