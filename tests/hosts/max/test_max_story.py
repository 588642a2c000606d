"""The adapter in the stand-in, and the reader with no 3ds Max, tell the same story of every real scene."""

from __future__ import annotations

from pathlib import Path

import pytest
from farmdeck.scenes import read_scene

from tests.hosts import differences
from tests.hosts.max.conftest import REAL, Opens, needs_real
from tests.hosts.story import differences as compare


@needs_real
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name.rpartition("__")[2])
def test_adapter_and_reader_tell_the_same_story(path: Path, max_with: Opens) -> None:
    host = max_with(str(path))
    import farmdeck_max

    live = farmdeck_max.scene()
    assert host.watchman.written == []
    assert live.file == str(path) and live.software.name == "3ds Max"
    assert not differences.unexplained("max", path.name, compare(read_scene(path), live))


@needs_real
def test_a_story_that_is_not_the_same_is_seen(max_with: Opens) -> None:
    """The stand-in and the reader share no code, so a mistake in one of them differs."""
    host = max_with(str(REAL[0]))
    host.open.fps, host.open.size = 25, (641, 480)
    host.open.tracked = [*host.open.tracked, "C:\\new.png"]
    import farmdeck_max

    fields = [field for field, _ in compare(read_scene(REAL[0]), farmdeck_max.scene())]
    assert (
        "fps" in fields and "items.Active view.width" in fields and any(field.endswith("new.png") for field in fields)
    )
