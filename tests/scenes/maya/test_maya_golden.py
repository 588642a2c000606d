"""Our own scenes: the whole `Scene` as it was when it was looked through by hand.

Written again with `python -m tests.scenes.maya.test_maya_golden` after a change that is meant.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from farmdeck.scenes import read_scene

from tests.scenes.maya.conftest import SHOW, document
from tests.scenes.maya.mb_writer import to_mb

SCENES = sorted((SHOW / "scenes").glob("*.ma"))
TWINS = [path for path in SCENES if "file -r" not in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("path", SCENES, ids=lambda path: path.stem)
def test_reads_as_it_did(path: Path, show: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert document(show / "scenes" / path.name, show) == expected


@pytest.mark.parametrize("wide", [True, False], ids=["64 bits", "32 bits"])
@pytest.mark.parametrize("path", TWINS, ids=lambda path: path.stem)
def test_a_binary_twin_is_the_same_scene(path: Path, wide: bool, show: Path) -> None:
    twin = (show / "scenes" / path.name).with_suffix(".mb")
    twin.write_bytes(to_mb(path.read_text(encoding="utf-8"), wide))
    one, other = read_scene(show / "scenes" / path.name), read_scene(twin)
    assert other.items and replace(other, file=one.file) == one


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
@pytest.mark.parametrize("path", SCENES, ids=lambda path: path.stem)
def test_line_ends_make_no_difference(path: Path, line_end: str, show: Path) -> None:
    file = show / "scenes" / path.name
    one = read_scene(file)
    file.write_bytes(file.read_bytes().replace(b"\n", line_end.encode()))
    assert read_scene(file) == one


if __name__ == "__main__":
    for scene in SCENES:
        told = json.dumps(document(scene, SHOW), indent=1, ensure_ascii=False)
        scene.with_suffix(".json").write_text(told + "\n", "utf-8")
