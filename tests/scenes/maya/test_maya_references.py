"""References: nested, unloaded, in circles, missing, of other formats; and what a shot changes in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from farmdeck._errors import Cancelled
from farmdeck.scene import Severity
from farmdeck.scenes import read_scene

from tests.scenes.maya.conftest import Written

LINE = 'file -r -ns "{0}" -rfn "{0}RN" -typ "mayaAscii" "{1}";\n'
CAMERA = 'createNode transform -n "cam";\ncreateNode camera -n "camShape" -p "cam";\n'
NONE = 'createNode camera -s -n "perspShape" -p "persp";\n\tsetAttr ".rnd" no;\n'


def test_a_circle_is_left_out_and_said(written: Written) -> None:
    written(LINE.format("b", "b.ma") + CAMERA, "a.ma")
    written(LINE.format("a", "a.ma") + CAMERA, "b.ma")
    scene = read_scene(written(LINE.format("a", "a.ma"), "shot.ma"))
    assert [row.node for row in scene.references] == ["aRN", "a:bRN", "a:b:aRN"]
    assert [name for name in scene.cameras if ":" in name] == ["a:b:cam", "a:cam"]
    (problem,) = scene.problems
    assert problem.subject == "a:b:aRN" and "lies in" in problem.message


def test_one_file_many_times_is_read_once(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    from farmdeck.scenes.maya import _references

    written(CAMERA, "rig.ma")
    read = []
    real = _references.read_ascii
    monkeypatch.setattr(_references, "read_ascii", lambda path, watch: read.append(path) or real(path, watch))
    lines = "".join(LINE.format(f"r{index}", f"rig.ma{{{index}}}") for index in range(20))
    scene = read_scene(written(lines))
    assert len(read) == 2 and len([name for name in scene.cameras if name.startswith("r")]) == 20
    assert {row.path for row in scene.references} == {"rig.ma"}


def test_a_deferred_line_alone_is_unloaded(written: Written) -> None:
    written(CAMERA, "rig.ma")
    scene = read_scene(written('file -r -ns "r" -dr 1 -rfn "rRN" -typ "mayaAscii" "rig.ma";\n'))
    assert [(row.node, row.loaded) for row in scene.references] == [("rRN", False)]
    assert scene.assets[0].optional and not [name for name in scene.cameras if ":" in name]


def test_no_namespace_is_none(written: Written) -> None:
    written(CAMERA, "rig.ma")
    scene = read_scene(written('file -r -rpr "x" -rfn "rRN" -typ "mayaAscii" "rig.ma";\n'))
    assert scene.references[0].namespace == "" and "cam" in scene.cameras


def test_a_damaged_one_is_a_problem(written: Written, tmp_path: Path) -> None:
    (tmp_path / "rig.mb").write_bytes(b"FOR8" + bytes(100))
    scene = read_scene(written(LINE.format("r", "rig.mb")))
    assert [problem.severity for problem in scene.problems] == [Severity.WARNING]
    assert "rig.mb is cut short" in scene.problems[0].message


def test_other_formats_are_files_like_any(written: Written, tmp_path: Path) -> None:
    (tmp_path / "rig.fbx").write_bytes(b"Kaydara")
    scene = read_scene(written('file -r -ns "r" -rfn "rRN" -op "fbx" -typ "FBX" "rig.fbx";\n'))
    assert [(row.kind, row.owner, row.missing) for row in scene.assets] == [("reference", "rRN", False)]
    assert not scene.problems


@pytest.mark.parametrize(
    "edit, shown",
    [
        ('2 "|r:cam|r:camShape" "renderable" " 0"', ("persp",)),
        ('2 "r:camShape" "renderable" " no"', ("persp",)),
        ('2 "r:camShape" "renderable" " 1"', ("persp", "r:cam")),
        ('2 "r:camShape" "focalLength" " 50"', ("persp", "r:cam")),
    ],
)
def test_a_shot_switches_a_referenced_camera(edit: str, shown: tuple[str, ...], written: Written) -> None:
    written(NONE + CAMERA, "rig.ma")
    node = 'createNode reference -n "rRN";\n\tsetAttr ".ed" -type "dataReferenceEdits" \n\t\t"rRN"\n\t\t"rRN" 1\n'
    node += f"\t\t{edit};\n"
    assert read_scene(written(LINE.format("r", "rig.ma") + node)).items[0].cameras == shown


def test_cameras_that_every_scene_has_are_not_made_twice(written: Written) -> None:
    written(NONE + CAMERA, "rig.ma")
    assert "r:persp" not in read_scene(written(LINE.format("r", "rig.ma"))).cameras


def test_reading_references_can_be_stopped(written: Written) -> None:
    class Stop:
        def __init__(self) -> None:
            self.left = 3

        def step(self, done: int, total: int) -> None:
            self.left -= 1
            if self.left < 0:
                raise Cancelled("Stopped.", "Start again.")

    for index in range(5):
        written(CAMERA, f"rig{index}.ma")
    lines = "".join(LINE.format(f"r{index}", f"rig{index}.ma") for index in range(5))
    with pytest.raises(Cancelled):
        read_scene(written(lines), watch=Stop())
