"""The panel in each host, in PySide2 on Python 3.10 and in PySide6 on this one, from the bundle that hosts load."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from farmdeck.scenes import read_scene
from farmdeck_ui.install import install_shared

ROOT = Path(__file__).resolve().parents[2]
SCENES = ROOT.parent / "shared" / "scenes"
PYSIDE2 = ROOT / ".venvs" / "pyside2" / "bin" / "python"
SCENE = {
    "maya": "maya/test__lib__usd__translators__UsdExportShadingModePxrRis__MarbleCube.ma",
    "houdini": "hip/hip__examples__physical_ambient_occlusion__physical_ambient_occlusion.1.1.hip",
    "max": "max/3ds Max__Samples__sourceModels__CubesImageFormat__CubesImageFormat.max",
}


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `farmdeck bundle` writes, for each host."""
    folder = tmp_path_factory.mktemp("bundles")
    for host in SCENE:
        install_shared(host, folder)
    return folder


@pytest.mark.parametrize("binding", ["PySide2", "PySide6"])
@pytest.mark.parametrize("host", SCENE)
def test_the_panel_opens_in_the_host(
    host: str, binding: str, bundles: Path, clean_environ: Path, tmp_path: Path
) -> None:
    scene = SCENES / SCENE[host]
    if not scene.exists():
        pytest.skip("the shared folder of scenes is not there")
    if binding == "PySide2" and not PYSIDE2.exists():
        pytest.skip("no Python with PySide2: `python3 start.py test` makes one, for Python 3.10")
    agent = tmp_path / "agent"
    agent.write_text(f"#!{sys.executable}\n")
    agent.chmod(0o755)
    content = bundles / f"farmdeck-{host}"
    python = str(PYSIDE2 if binding == "PySide2" else sys.executable)
    paths = [content, content / "python", ROOT]
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ["HOME"],
        "FARMDECK_HOME": os.environ["FARMDECK_HOME"],
        "FARMDECK_AGENT": str(agent),
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
    }
    picture = tmp_path / "panel.png"
    command = [python, str(ROOT / "tests" / "hosts" / "open_panel.py"), host, str(scene), str(picture)]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    said = json.loads(done.stdout.strip().splitlines()[-1])
    read = read_scene(scene)
    assert said["binding"] == binding
    assert Path(said["core"]).is_relative_to(content), "what runs is what travels"
    assert said["name"] == scene.name
    assert said["items"] == [item.name for item in read.items]
    assert said["checked"] == [item.name for item in read.items if item.enabled]
    assert said["files"] == len(read.assets)
    assert said["callbacks"] > 0 and said["left"] == 0
    assert picture.stat().st_size > 10_000
