"""Reading a .blend: Farmdeck against blender-asset-tracer and against opening it in bpy. Prints JSON lines.

    python benchmarks/blend_read.py --bpy .venvs/bpy-4.5/bin/python [--bat PYTHON-WITH-BLENDER-ASSET-TRACER]
                                    [--folder DIR] [--rounds 3]

Two scenes are made by bpy in DIR: a small shot (library, textures, two cameras) and a file of about 500 MB (a dense
mesh, 20,000 objects, 2,000 images). Each way of reading runs in a fresh process; its own imports are not counted, and
every one lists the scenes' facts and every file the scene needs. GPL packages are imported here and nowhere else.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

MAKE = """
import bpy, os, sys
folder, big = sys.argv[-2], sys.argv[-1] == "big"
bpy.ops.wm.read_factory_settings(use_empty=True)
scene = bpy.context.scene
for n in range(2):
    cam = bpy.data.objects.new("Cam%d" % n, bpy.data.cameras.new("Cam%d" % n))
    scene.collection.objects.link(cam)
    scene.camera = cam
import numpy
mesh = bpy.data.meshes.new("dense")
side = 2600 if big else 40
y, x = numpy.mgrid[0:side, 0:side]
points = numpy.stack([x.ravel(), y.ravel(), numpy.zeros(side * side)], 1)
quads = (y[:-1, :-1] * side + x[:-1, :-1]).ravel()
faces = numpy.stack([quads, quads + 1, quads + side + 1, quads + side], 1)
mesh.vertices.add(len(points)); mesh.vertices.foreach_set("co", points.ravel())
mesh.loops.add(faces.size); mesh.loops.foreach_set("vertex_index", faces.ravel())
mesh.polygons.add(len(faces)); mesh.polygons.foreach_set("loop_start", numpy.arange(0, faces.size, 4))
mesh.update()
for n in range(20000 if big else 20):
    scene.collection.objects.link(bpy.data.objects.new("o%d" % n, mesh))
os.makedirs(os.path.join(folder, "tex"), exist_ok=True)
material = bpy.data.materials.new("m"); material.use_nodes = True
for n in range(2000 if big else 12):
    path = os.path.join(folder, "tex", "t%04d.png" % n)
    open(path, "wb").close()
    image = bpy.data.images.new("t%d" % n, 4, 4)
    image.source = "FILE"; image.filepath = path
    material.node_tree.nodes.new("ShaderNodeTexImage").image = image
mesh.materials.append(material)
bpy.ops.wm.save_as_mainfile(filepath=os.path.join(folder, "big.blend" if big else "small.blend"), compress=False)
os._exit(0)
"""

OURS = """
import json, sys, time, resource
from farmdeck.scenes import read_scene
import farmdeck.scenes.blend
begun = time.perf_counter()
scene = read_scene(sys.argv[1])
taken = time.perf_counter() - begun
print(json.dumps([taken, len(scene.assets), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024]))
"""

BAT = """
import json, sys, time, resource, pathlib
from blender_asset_tracer import trace, blendfile
from blender_asset_tracer.blendfile import iterators
begun = time.perf_counter()
path = pathlib.Path(sys.argv[1])
with blendfile.open_cached(path) as opened:
    for scene in opened.find_blocks_from_code(b"SC"):
        facts = [scene[b"r", name] for name in (b"sfra", b"efra", b"xsch", b"ysch", b"engine")]
    found = list(trace.deps(path))
taken = time.perf_counter() - begun
print(json.dumps([taken, len(found), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024]))
"""

BPY = """
import json, os, sys, time, resource
import bpy
begun = time.perf_counter()
bpy.ops.wm.open_mainfile(filepath=sys.argv[1])
found = bpy.utils.blend_paths(absolute=True, packed=False, local=False)
taken = time.perf_counter() - begun
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
sys.stdout.write("\\n" + json.dumps([taken, len(found), peak]) + "\\n")
sys.stdout.flush()
os._exit(0)
"""


def run(python: str, code: str, *words: str) -> list[float]:
    """The last line that a fresh process prints: [seconds, files found, MB]."""
    said = subprocess.run([python, "-c", code, *words], check=True, capture_output=True, text=True)
    lines = said.stdout.strip().splitlines()
    return list(json.loads(lines[-1])) if lines and lines[-1].startswith("[") else []


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bpy", required=True)
    parser.add_argument("--bat", default="")
    parser.add_argument("--folder", default="")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(arguments.folder or made)
        for size in ("small", "big"):
            blend = folder / f"{size}.blend"
            if not blend.exists():
                run(arguments.bpy, MAKE, str(folder), size)
            ways = {"farmdeck": (sys.executable, OURS), "bpy open": (arguments.bpy, BPY)}
            if arguments.bat:
                ways["blender-asset-tracer"] = (arguments.bat, BAT)
            results: dict[str, list[list[float]]] = {name: [] for name in ways}
            for _ in range(arguments.rounds):
                for name, (python, code) in ways.items():
                    results[name].append(run(python, code, str(blend)))
            ours = min(row[0] for row in results["farmdeck"])
            for name, rows in results.items():
                best = min(row[0] for row in rows)
                row = {
                    "file": f"{size}, {blend.stat().st_size / 1e6:.1f} MB",
                    "read by": name,
                    "s": [round(row[0], 4) for row in rows],
                    "times_ours": round(best / ours, 1),
                    "files_found": int(rows[0][1]),
                    "peak_mb": int(max(row[2] for row in rows)),
                    "machine": f"{os.cpu_count()} cores, {platform.platform()}",
                }
                print(json.dumps(row), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
