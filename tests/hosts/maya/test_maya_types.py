"""The published stubs are a fence: a call that Maya does not have fails the build."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from mypy import api

from tests.hosts.maya.stand_in import PLUGIN

BAD = """
from maya import cmds
from maya.api import OpenMaya

cmds.arnoldRender(batch=True)
cmds.file(query=True, sceneNam=True)
cmds.getAttr("a.b", asText=True)
OpenMaya.MSceneMessage.addCalback(OpenMaya.MSceneMessage.kAfterOpen, print)
"""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("mypy"))


def test_what_maya_does_not_have_is_an_error(tmp_path: Path, cache: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.py").write_text(BAD)
    config = tmp_path / "mypy.ini"
    config.write_text("[mypy]\nstrict = True\n")
    said, _, code = api.run(["--config-file", str(config), "--cache-dir", cache, "bad.py"])
    assert code == 1
    lines = [line.split(":")[1] for line in said.splitlines() if ": error:" in line]
    assert lines == ["5", "6", "7", "8"], said


def test_the_plug_in_itself_is_typed(tmp_path: Path, cache: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It lies where Maya looks for plug-ins, which is no package."""
    monkeypatch.chdir(tmp_path)
    config = tmp_path / "mypy.ini"
    config.write_text("[mypy]\nstrict = True\nfollow_imports = silent\nignore_missing_imports = True\n")
    monkeypatch.setenv("MYPYPATH", os.pathsep.join([str(PLUGIN)]))
    said, _, code = api.run(
        ["--config-file", str(config), "--cache-dir", cache, str(PLUGIN / "plug-ins" / "farmdeck_plugin.py")]
    )
    assert code == 0, said
