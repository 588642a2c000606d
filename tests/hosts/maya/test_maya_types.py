"""The published stubs are a fence: a call that Maya does not have fails the build."""

from __future__ import annotations

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


PLUG_IN = PLUGIN / "plug-ins" / "farmdeck_plugin.py"
"""It lies where Maya looks for plug-ins, which is no package: mypy's own run does not see it."""


def test_what_maya_does_not_have_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MYPYPATH", str(PLUGIN))
    (tmp_path / "bad.py").write_text(BAD)
    config = tmp_path / "mypy.ini"
    config.write_text(
        "[mypy]\nstrict = True\nfollow_imports = silent\n[mypy-farmdeck.*]\nignore_missing_imports = True\n"
    )
    said, _, code = api.run(["--config-file", str(config), "--cache-dir", str(tmp_path), "bad.py", str(PLUG_IN)])
    assert code == 1
    found = [line.split(":")[:2] for line in said.splitlines() if ": error:" in line]
    assert found == [["bad.py", line] for line in ("5", "6", "7", "8")], said
