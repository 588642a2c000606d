"""The stand-in has Maya's habits, and refuses what Maya does not have."""

from __future__ import annotations

import importlib
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.hosts.maya.graph import Unknown
from tests.hosts.maya.node_types import TYPES
from tests.hosts.maya.stand_in import maya

from .scenes import scene


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return scene(
        tmp_path / "shot.ma",
        """
        requires "mtoa" "5.3.1";
        fileInfo "product" "Maya 2025";
        createNode transform -n "a";
        createNode camera -n "camShape" -p "a";
        createNode transform -n "b";
        createNode camera -n "camShape" -p "b";
        createNode file -n "wood";
            setAttr ".ftn" -type "string" "sourceimages/wood.png";
        select -ne :defaultRenderGlobals;
            setAttr ".an" yes;
            setAttr ".ef" 24;
        """,
    )


def test_what_it_answers_has_mayas_habits(path: Path) -> None:
    with maya(path) as session:
        from maya import cmds

        assert cmds.listConnections("wood.fileTextureName") is None
        assert cmds.ls(type="reference") == []
        assert cmds.ls(type="camera") == [
            "perspShape", "topShape", "frontShape", "sideShape", "a|camShape", "b|camShape",
        ]  # fmt: skip
        assert cmds.getAttr("defaultRenderGlobals.imageFilePrefix") is None
        assert cmds.getAttr("defaultRenderGlobals.endFrame") == 24.0
        assert cmds.getAttr("defaultRenderGlobals.ef") == 24.0
        assert cmds.getAttr("defaultRenderGlobals.animation") is True
        assert cmds.pluginInfo(query=True, pluginsInUse=True) == ["mtoa", "5.3.1"]
        folders = cmds.filePathEditor(query=True, listDirectories="")
        assert folders == [str(path.parent / "sourceimages")]
        files = cmds.filePathEditor(query=True, listFiles=folders[0], withAttribute=True, status=True)
        assert files == ["wood.png", "wood.fileTextureName", "0"]
        with pytest.raises(RuntimeError):
            cmds.referenceQuery("wood", filename=True)
        with pytest.raises(ValueError, match="More than one"):
            cmds.getAttr("camShape.renderable")
        assert session.left() == []


@pytest.mark.parametrize(
    "call",
    [
        "cmds.arnoldRender()",
        "cmds.file(q=True, sceneName=True)",
        "cmds.file(query=True, sceneNam=True)",
        'cmds.getAttr("defaultRenderGlobals.endframe")',
        'cmds.getAttr("wood.filename")',
        'cmds.ls(type="aiNothing")',
        'cmds.editRenderLayerGlobals(currentRenderLayer="defaultRenderLayer")',
        "cmds.currentTime(5)",
        'cmds.select("wood")',
        'cmds.fileInfo("a", "b")',
        "cmds.file(save=True)",
        "OpenMaya.MSceneMessage.addCallbacks(1, print)",
        "OpenMaya.MEventMessage.kAfterOpen",
    ],
)
def test_it_refuses(path: Path, call: str) -> None:
    with maya(path):
        cmds = importlib.import_module("maya.cmds")
        api = importlib.import_module("maya.api.OpenMaya")
        with pytest.raises(Unknown):
            eval(call, {"cmds": cmds, "OpenMaya": api})


def test_it_refuses_other_threads(path: Path) -> None:
    said: list[Any] = []

    def work() -> None:
        try:
            importlib.import_module("maya.cmds").about(version=True)
        except Unknown as exc:
            said.append(str(exc))

    with maya(path):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert said == ["about was called off the main thread."]


def test_it_leaves_nothing_behind(path: Path) -> None:
    before = {name for name in sys.modules if name.split(".")[0] in ("maya", "farmdeck_maya")}
    with maya(path):
        importlib.import_module("farmdeck_maya._host")
    assert {name for name in sys.modules if name.split(".")[0] in ("maya", "farmdeck_maya")} == before


def test_types_derive_from_types_of_the_table() -> None:
    """A parent that is misspelt would make its attributes vanish."""
    assert {row.parent for row in TYPES.values()} - {""} <= set(TYPES)
    assert all(row.source for row in TYPES.values())
