"""The sample scene is what the README says, and everything newer than the Blender that made it opens it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "resources" / "sample"

FACTS = """
import bpy, json, sys
bpy.ops.wm.open_mainfile(filepath=sys.argv[1])
scene = bpy.context.scene
images = [i for i in bpy.data.images if i.source in ("FILE", "TILED")]
print("FACTS" + json.dumps({
    "layers": [layer.name for layer in scene.view_layers],
    "cameras": sorted(o.name for o in bpy.data.objects if o.type == "CAMERA"),
    "frames": [scene.frame_start, scene.frame_end],
    "engine": scene.render.engine,
    "denoise": scene.cycles.use_denoising,
    "output": scene.render.filepath,
    "images": {i.name: i.filepath for i in images},
    "tiles": {i.name: [t.number for t in i.tiles] for i in images if i.source == "TILED"},
    "missing": [i.name for i in images if not i.has_data and not i.pixels[:1]],
    "moves": len(bpy.data.actions),
}))
"""


def bpy_python(version: str) -> Path:
    """The interpreter that `start.py test` set up."""
    python = ROOT / ".venvs" / f"bpy-{version}" / "bin" / "python"
    if not python.exists():
        pytest.skip(f"bpy {version} is not set up")
    return python


@pytest.mark.parametrize(
    "version",
    ["4.5", *(pytest.param(version, marks=pytest.mark.all_blenders) for version in ("4.2", "5.0", "5.2"))],
)
def test_it_opens_and_has_everything(version):
    command = [bpy_python(version), "-c", FACTS, SAMPLE / "harbour.blend"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    facts = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("FACTS"))[5:])
    assert facts["layers"] == ["beauty", "fog"]
    assert facts["cameras"] == ["Lighthouse", "Wide"]
    assert (facts["frames"], facts["engine"], facts["denoise"]) == ([1, 10], "CYCLES", False)
    assert facts["output"] == "//render/sample_####.png"
    assert facts["tiles"] == {"lighthouse": [1001, 1002]}
    assert all(path.startswith("//textures/") for path in facts["images"].values()) and len(facts["images"]) == 4
    assert facts["missing"] == [] and facts["moves"] > 0


def test_it_is_small_and_whole():
    textures = sorted(file.name for file in (SAMPLE / "textures").iterdir())
    assert textures == ["front.png", "lighthouse.1001.png", "lighthouse.1002.png", "planks.png", "sail.png"]
    assert sum(file.stat().st_size for file in SAMPLE.rglob("*") if file.is_file()) < 300_000


def test_the_script_that_made_it_is_free_software():
    assert (
        (SAMPLE / "make_sample.py")
        .read_text(encoding="utf-8")
        .startswith("# SPDX-License-Identifier: GPL-3.0-or-later\n")
    )
