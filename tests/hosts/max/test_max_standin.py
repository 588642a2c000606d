"""The stand-in itself: it refuses what 3ds Max does not have, and has 3ds Max' habits."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hosts.max.conftest import REAL, Opens, needs_real
from tests.hosts.max.maxfile import read_max
from tests.hosts.max.names import STUB, members
from tests.hosts.max.values import Byref, Forbidden

PLUGIN = Path(__file__).parents[3] / "plugins" / "max" / "farmdeck_max"


def test_a_name_that_the_stub_does_not_have_raises(max_with: Opens) -> None:
    runtime = max_with(cameras=["Cam"]).runtime
    with pytest.raises(AttributeError, match="renderWidht"):
        _ = runtime.renderWidht
    with pytest.raises(AttributeError, match="colour"):
        _ = runtime.cameras[0].colour
    assert runtime.RENDERWIDTH == runtime.renderWidth == 640


def test_wrong_arguments_raise(max_with: Opens) -> None:
    runtime = max_with().runtime
    with pytest.raises(TypeError):
        runtime.getNodeByName()
    with pytest.raises(TypeError):
        runtime.saveMaxFile("x.max", silent=True)
    with pytest.raises(TypeError, match="byref"):
        runtime.ATSOps.GetFiles(None)


def test_writing_is_refused(max_with: Opens) -> None:
    host = max_with(cameras=["Cam"])
    with pytest.raises(Forbidden, match="renderWidth"):
        host.runtime.renderWidth = 4
    with pytest.raises(Forbidden, match="saveMaxFile"):
        host.runtime.saveMaxFile("x.max")
    assert host.watchman.written == ["saveMaxFile"]


def test_callbacks_as_3ds_max_takes_them(max_with: Opens) -> None:
    host = max_with()
    host.watchman.allowed = {"addscript"}
    rt = host.runtime
    with pytest.raises(RuntimeError, match="unknown callback"):
        rt.callbacks.addScript(rt.Name("fileAfterOpen"), lambda: None, id=rt.Name("x"))
    with pytest.raises(RuntimeError, match="no arguments"):
        rt.callbacks.addScript(rt.Name("filePostOpen"), lambda event=None: None, id=rt.Name("x"))


def test_indices_and_out_parameters(max_with: Opens) -> None:
    rt = max_with(states=["Day"], tracked=["a.png"], elements=[("Alpha", True, "a.exr")]).runtime
    assert rt.sceneStateMgr.GetSceneState(1) == "Day"
    with pytest.raises(RuntimeError, match="out of bounds"):
        rt.sceneStateMgr.GetSceneState(0)
    assert rt.maxOps.GetCurRenderElementMgr().GetRenderElementFilename(0) == "a.exr"
    count, files = rt.ATSOps.GetFiles(Byref(None))
    assert (count, list(files), rt.undefined is None, rt.undefined == rt.undefined) == (1, ["a.png"], False, True)


@needs_real
def test_the_plain_parser_agrees_with_the_files_own_counts() -> None:
    for path in REAL:
        told = read_max(str(path))
        assert len(told.cameras) == int(told.headings["Scene Totals"][3].rpartition(":")[2]), path.name
        assert {asset.kind for asset in told.assets} <= {"Bitmap", "XRef", "Other", "Photometric"}
        assert told.range[1] > told.range[0]


def test_every_name_of_the_stub_is_used_and_has_its_source() -> None:
    code = "\n".join(path.read_text(encoding="utf-8").lower() for path in PLUGIN.glob("*.py"))
    unused = [
        f"{kind}.{member.name}"
        for kind, known in members().items()
        for member in known.values()
        if not member.name.startswith("__") and member.name.lower() not in code
    ]
    assert unused == []
    groups = STUB.read_text(encoding="utf-8").split("\nclass ")[1:]
    assert all("#" in group for group in groups), "each class says where it is from"


def test_mypy_fails_on_a_name_that_3ds_max_does_not_have(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text(
        "from pymxs import runtime as rt\n\nprint(rt.renderWidth)\nprint(rt.renderWidht)\nrt.ATSOps.GetFile(None)\n"
    )
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), "bad.py"]
    environment = {**os.environ, "MYPYPATH": str(STUB.parent)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=110)
    assert '"_Runtime" has no attribute "renderWidht"' in done.stdout
    assert '"ATSOps" has no attribute "GetFile"' in done.stdout
    assert "bad.py:3" not in done.stdout
