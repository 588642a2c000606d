"""The stand-in itself: strict where Houdini is, and right about the real files."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import hip_parser, strict
from .conftest import SAMPLES, Open, samples
from .hscript import MadeToCook, Unknown, evaluate, expand
from .nodes import ObjectWasDeleted, OperationFailed
from .shots import limited, write_shot
from .strict import NotHere, Strict


@pytest.fixture
def shot(tmp_path: Path) -> Path:
    return write_shot(tmp_path)


def test_what_the_stubs_do_not_have_is_not_there(houdini: Open, shot: Path) -> None:
    world = houdini(shot)
    with pytest.raises(NotHere):
        world.nodeAt("/obj")
    with pytest.raises(NotHere):
        world.node("/obj").kids()
    with pytest.raises(NotHere):
        _ = world.paneTabType.PythonPane
    with pytest.raises(NotHere):
        _ = world.OpNode  # not before Houdini 20.5
    with pytest.raises(TypeError):
        world.node(node_path="/obj")


def test_what_only_windows_have_is_refused_without_one(houdini: Open, shot: Path) -> None:
    world = houdini(shot)
    assert not world.isUIAvailable()
    with pytest.raises(NotImplementedError):
        world.ui.curDesktop()


@pytest.mark.parametrize("name", ["createNode", "destroy", "setInput", "bypass", "cook", "render", "setName"])
def test_writes_and_cooks_are_refused(houdini: Open, shot: Path, name: str) -> None:
    with pytest.raises(NotImplementedError):
        getattr(houdini(shot).node("/out/mantra1"), name)


def test_a_method_that_hou_does_not_have_cannot_be_written() -> None:
    with pytest.raises(NotHere, match="isByPassed"):

        class Wrong(Strict, hou="RopNode"):
            def isByPassed(self) -> bool:
                return False

    with pytest.raises(NotHere, match="no parameter"):

        class WrongToo(Strict, hou="RopNode"):
            def parm(self, name: str) -> None:
                return None


def test_habits_of_houdini(houdini: Open, shot: Path) -> None:
    world = houdini(shot)
    rop = world.node("/out/mantra1")
    assert rop.parm("absent") is None and world.node("/out/absent") is None
    assert world.root().userData("absent") is None
    assert rop.parm("trange").evalAsString() == "normal" and rop.parm("trange").evalAsInt() == 1
    with pytest.raises(OperationFailed):
        rop.parm("f1").unexpandedString()
    with pytest.raises(TypeError):
        rop.parm("camera").evalAsFloat()
    with pytest.raises(OperationFailed):
        rop.removeEventCallback((world.nodeEventType.BeingDeleted,), print)
    del world._session.file.root.children["out"].children["mantra1"]
    with pytest.raises(ObjectWasDeleted):
        rop.name()


class Here:
    """Where the expressions of these tests are evaluated."""

    frame = 7.0

    def clock(self, name: str) -> float | None:
        return {"FPS": 24.0}.get(name)

    def variable(self, name: str) -> str | None:
        return {"HIP": "/jobs/shot", "OS": "rop1", "N": "3"}.get(name)

    def channel(self, path: str) -> float:
        return 5.0

    def text(self, path: str) -> str:
        return f"<{path}>"

    def raw_text(self, path: str) -> str:
        return "$HIP"

    def node_path(self, path: str) -> str:
        return "/out/rop1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$HIP/$OS.$F4.exr", "/jobs/shot/rop1.0007.exr"),
        ("${HIP}/${OS}_$F", "/jobs/shot/rop1_7"),
        ("`padzero(3, $F + ch('a'))`", "012"),
        ('`ifs(ch("a") > 4, "big", details(0))`', "big"),
        ("`strcat(chs('../b'), opname('.'))`", "<../b>rop1"),
        ("`substr('abcdef', 2, 3)``$N * 2`", "cde6"),
        ("$NOBODY/x", "/x"),
    ],
)
def test_strings_are_expanded(text: str, expected: str) -> None:
    assert expand(text, Here()) == expected


def test_blocks_and_what_is_not_known() -> None:
    block = '{ float n = 2; string s = "a"; if ($FPS == 24) { n += 3; } else return 0; return s + n; }'
    assert evaluate(block, Here()) == "a5"
    with pytest.raises(Unknown):
        evaluate("noise(1)", Here())
    with pytest.raises(MadeToCook):
        evaluate("bbox(0, 1)", Here())


def test_each_licence_is_told_by_the_file(shot: Path) -> None:
    """Scenes of a limited licence have no sizes; a member ends where the next begins."""
    loaded = hip_parser.load(limited(shot, "HouNC"))
    assert loaded.licence == "Apprentice" and loaded.variables["SHOW"] == "/jobs/høst"
    assert list(loaded.root.children["out"].children) == list(hip_parser.load(shot).root.children["out"].children)


@pytest.mark.skipif(not samples(), reason="the shared folder of scenes is not there")
def test_a_real_scene_is_understood(houdini: Open) -> None:
    """Known from looking at the file: a file cache whose path is made by expressions that ask each other."""
    world = houdini(SAMPLES / "hip__examples__loop_volume__loop_volume.1.0.hip")
    cache = world.node("/obj/bonfire/pyro_sim")
    assert cache.type().nameWithCategory() == "Sop/filecache::2.0" and cache.isLockedHDA()
    assert (
        cache.parm("sopoutput")
        .evalAsStringAtFrame(12)
        .endswith(".pyro_sim/v1/" + cache.parm("cachename").evalAsStringAtFrame(12))
    )
    assert cache.parm("cachename").evalAsStringAtFrame(12).endswith("pyro_sim_v1.0012.bgeo.sc")
    assert [node.name() for node in cache.inputs()] == ["RENDER_Bonfire"]
    assert world.node("/obj/cam1").parm("resy").evalAsInt() == 720
    assert (world.playbar.frameRange()[1], world.fps(), world.applicationVersionString()) == (64.0, 24.0, "20.0.506")


def test_calls_are_counted(houdini: Open, shot: Path) -> None:
    world = houdini(shot)
    before = strict.calls["count"]
    world.node("/out").path()
    assert strict.calls["count"] == before + 2
