"""Makes docs/images/panel-{maya,houdini,max}.png: the panel in the stand-ins of the hosts, from their bundles.

QT_QPA_PLATFORM=offscreen .venv/bin/python docs/make_host_images.py
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
sys.path.insert(0, str(ROOT))  # for the scenes that the tests make

MAYA = """//Maya ASCII 2025 scene
//Codeset: UTF-8
requires maya "2025";
requires -nodeType "aiOptions" "mtoa" "5.4.2";
currentUnit -l centimeter -a degree -t film;
fileInfo "application" "maya";
fileInfo "product" "Maya 2025";
fileInfo "version" "2025";
createNode transform -n "shotCam";
createNode camera -n "shotCamShape" -p "shotCam";
	setAttr ".rnd" yes;
createNode transform -s -n "persp";
createNode camera -s -n "perspShape" -p "persp";
	setAttr ".rnd" no;
createNode file -n "hull_rust";
	setAttr ".ftn" -type "string" "sourceimages/hull_rust.<UDIM>.tx";
	setAttr ".uvt" 3;
createNode file -n "deck";
	setAttr ".ftn" -type "string" "sourceimages/deck_col.tx";
createNode file -n "flag";
	setAttr ".ftn" -type "string" "sourceimages/flag_col.tx";
createNode renderLayerManager -n "renderLayerManager";
createNode renderLayer -n "defaultRenderLayer";
	setAttr ".g" yes;
	setAttr ".rndr" no;
createNode renderLayer -n "beauty";
createNode renderLayer -n "crypto";
createNode renderLayer -n "shadow";
	setAttr ".rndr" no;
select -ne :defaultRenderGlobals;
	setAttr ".ren" -type "string" "arnold";
	setAttr ".an" yes;
	setAttr ".fs" 1001;
	setAttr ".ef" 1148;
	setAttr ".outf" 51;
	setAttr ".imfkey" -type "string" "exr";
	setAttr ".pff" yes;
	setAttr ".peie" 1;
	setAttr ".ifp" -type "string" "<RenderLayer>/<Scene>";
select -ne :defaultResolution;
	setAttr ".w" 1920;
	setAttr ".h" 1080;
	setAttr ".pa" 1;
connectAttr "renderLayerManager.rlmi[0]" "defaultRenderLayer.rlid";
connectAttr "renderLayerManager.rlmi[1]" "beauty.rlid";
connectAttr "renderLayerManager.rlmi[2]" "crypto.rlid";
connectAttr "renderLayerManager.rlmi[3]" "shadow.rlid";
// End of scene
"""


def maya(folder: Path) -> Path:
    (folder / "sourceimages").mkdir()
    for name in ("hull_rust.1001.tx", "hull_rust.1002.tx", "deck_col.tx"):
        (folder / "sourceimages" / name).write_bytes(b"\0" * 4_400_000)
    scene = folder / "sq010_sh0050_fx_v004.ma"
    scene.write_text(MAYA, encoding="utf-8")
    return scene


def houdini(folder: Path) -> Path:
    from tests.hosts.houdini.shots import write_shot

    return write_shot(folder, "sq010_sh0050_fx_v004.hip")


def max_(folder: Path) -> Path:
    from tests.scenes.max.max_scenes import shot

    return shot(folder).rename(folder / "sq010_sh0050_fx_v004.max")


def main() -> int:
    from farmdeck.launch import start_agent, wait_for_agent
    from farmdeck.store import Store

    with tempfile.TemporaryDirectory(prefix="farmdeck-") as made:
        home = Path(made, "home")
        home.mkdir()
        os.environ["FARMDECK_HOME"] = str(home)
        os.environ["FARMDECK_AGENT"] = str(Path(sys.executable).with_name("farmdeck"))
        with Store.open(home) as store:
            start_agent(home)
            while not any(farm.status for farm in store.farms()):
                time.sleep(0.1)
            for host, make in (("maya", maya), ("houdini", houdini), ("max", max_)):
                folder = Path(made, host)
                folder.mkdir()
                picture(host, make(folder), Path(made))
            store.send("agent.stop")
        wait_for_agent(home, 30, runs=False)
    return 0


def picture(host: str, scene: Path, folder: Path) -> None:
    """Open the panel on it in a fresh interpreter, as tests/hosts/test_windows.py does."""
    from farmdeck_ui.install import install_shared

    install_shared(host, folder / "bundles")
    content = folder / "bundles" / f"farmdeck-{host}"
    paths = (content, content / "python", ROOT)
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))}
    script, target = ROOT / "tests" / "hosts" / "open_panel.py", IMAGES / f"panel-{host}.png"
    subprocess.run([sys.executable, str(script), host, str(scene), str(target)], env=environ, check=True)


if __name__ == "__main__":
    sys.exit(main())
