"""Every real scene: read soon, and told as its text tells it."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from farmdeck.scenes import read_scene

from tests.scenes.maya.conftest import REAL

pytestmark = pytest.mark.skipif(not REAL, reason="the shared scenes are not here")
ASCII = [path for path in REAL if path.suffix == ".ma"]


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_it_is_read(path: Path) -> None:
    started = time.monotonic()
    scene = read_scene(path)
    assert time.monotonic() - started < 2
    assert re.fullmatch(r"20\d\d(\.5)?", scene.software.version) and scene.software.name == "Maya"
    assert scene.items and {"persp", "top", "front", "side"} <= set(scene.cameras)
    assert scene.details["time_unit"] in ("film", "ntsc", "pal") and scene.fps in (24.0, 25.0, 30.0)
    for item in scene.items:
        assert item.renderer and item.width > 0 and item.height > 0 and item.cameras
    assert not any("cut short" in problem.message for problem in scene.problems)


@pytest.mark.parametrize("path", ASCII, ids=lambda path: path.name)
def test_it_says_what_grep_finds(path: Path) -> None:
    """A search that knows nothing of statements finds as many cameras, textures and plug-ins."""
    text = path.read_text(encoding="utf-8", errors="replace")
    scene = read_scene(path)
    assert len(re.findall(r"^createNode camera ", text, re.MULTILINE)) in (len(scene.cameras), 0)
    named = [found for found in re.findall(r'setAttr "\.(?:ftn|fp)" -type "string" "(.+)";', text)]
    paths = [row.path for row in scene.assets if row.kind in ("image", "usd")]
    assert sorted(found for found in named) == sorted(row for row in paths if row in named)
    needed = set(re.findall(r'^requires[^;]*?"([^"]+)" "[^"]*";', text, re.MULTILINE))
    assert {plugin.name for plugin in scene.plugins} == needed
