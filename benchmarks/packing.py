"""Bringing a Blender shot to a Flamenco farm, against blender-asset-tracer and plain copying. Prints JSON lines.

    python benchmarks/packing.py --manager FLAMENCO-MANAGER --bat PYTHON-WITH-BLENDER-ASSET-TRACER
                                 [--addon FLAMENCO/addon] [--blender blender] [--folder DIR] [--port 18080] [--rounds 3]
                                 [--textures 2000] [--size 524288] > benchmarks/results/packing.jsonl

A shot with so many textures of `size` random bytes each is made by Blender in DIR. Every round submits it, changes one
texture, and submits it again: to the Shaman of a real Manager (a fresh one for each way and round, on 127.0.0.1), and
into a folder (a new one each time, as a farm with shared storage does). Each submission is a fresh process and begins
with reading the scene; its imports are not counted, its own record of checksums is kept between the two. The peers are
blender-asset-tracer's own packer; for Shaman, that of Flamenco's Blender add-on, which is built on it (`--addon`: the
`addon` folder of Flamenco's source), since blender-asset-tracer's speaks to Shaman servers from before Flamenco 3; and
`cp -r`. GPL packages are imported here and nowhere else.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

MAKE = """
import bpy, os, sys
folder, count, size = sys.argv[-3], int(sys.argv[-2]), int(sys.argv[-1])
bpy.ops.wm.read_factory_settings(use_empty=True)
scene = bpy.context.scene
scene.camera = bpy.data.objects.new("Cam", bpy.data.cameras.new("Cam"))
scene.collection.objects.link(scene.camera)
os.makedirs(os.path.join(folder, "shots"))
os.makedirs(os.path.join(folder, "tex"))
for number in range(count):
    with open(os.path.join(folder, "tex", "t%04d.png" % number), "wb") as file:
        file.write(os.urandom(size))
    image = bpy.data.images.new("t%d" % number, 1, 1)
    image.source, image.use_fake_user, image.filepath_raw = "FILE", True, "//../tex/t%04d.png" % number
bpy.ops.wm.save_as_mainfile(filepath=os.path.join(folder, "shots", "shot.blend"), relative_remap=False)
os._exit(0)
"""

BEGIN = """
import json, os, resource, sys, time
from pathlib import Path
def tell(begun):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps([time.perf_counter() - begun, peak]), flush=True)
"""

OURS = (
    BEGIN
    + """
from farmdeck.farm import Watch
from farmdeck.farms.flamenco.client import Client
from farmdeck.packing import Hashes, copy_pack, make_pack
from farmdeck.scenes import read_scene
import farmdeck.scenes.blend
from farmdeck.submission import prepare
from farmdeck.transfers.shaman import checkout, upload_pack
scene, way, target, own = Path(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4])
begun = time.perf_counter()
submission = prepare(read_scene(scene))
pack = make_pack(submission, scene, own / "work", Watch())
if way == "shaman":
    client, hashes = Client(target), Hashes(own / "hashes")
    checkout(client, upload_pack(client, pack, hashes, Watch()), "job")
else:
    copy_pack(pack, Path(target), Watch())
tell(begun)
"""
)

BAT = (
    BEGIN
    + """
from blender_asset_tracer import pack
scene, target = Path(sys.argv[1]), sys.argv[3]
begun = time.perf_counter()
with pack.Packer(scene, scene.parents[1], target) as packer:
    packer.strategise()
    packer.execute()
tell(begun)
"""
)

ADDON = (
    BEGIN
    + """
import importlib, types
addon = sys.argv[5]
package = types.ModuleType("flamenco")
package.__path__ = [os.path.join(addon, "flamenco")]
sys.modules["flamenco"] = package
wheels = types.ModuleType("flamenco.wheels")
def load_wheel(name, parts, **_):
    return [importlib.import_module(name), *(importlib.import_module(name + "." + part) for part in parts)]
wheels.load_wheel = load_wheel
sys.modules["flamenco.wheels"] = package.wheels = wheels
from flamenco.bat import shaman
from flamenco.manager import ApiClient, Configuration
import flamenco.manager.apis, flamenco.manager.models
scene, target = Path(sys.argv[1]), sys.argv[3]
begun = time.perf_counter()
client = ApiClient(Configuration(host=target.rstrip("/")))
with shaman.Packer(scene, scene.parents[1], "/", api_client=client, checkout_path="job") as packer:
    packer.strategise()
    packer.execute()
tell(begun)
sys.stdout.flush()
os._exit(0)
"""
)

CONFIGURATION = """_meta: {{version: 3}}
manager_name: benchmark
database: manager.sqlite
listen: 127.0.0.1:{port}
autodiscoverable: false
ssdp_discovery: false
local_manager_storage_path: ./manager-storage
shared_storage_path: {folder}/storage
shaman: {{enabled: true}}
"""


@contextmanager
def manager(program: str, folder: Path, port: int) -> Iterator[str]:
    """A real Manager with nothing in it; its address."""
    (folder / "storage").mkdir(parents=True)
    (folder / "flamenco-manager.yaml").write_text(CONFIGURATION.format(port=port, folder=folder))
    with open(folder / "log", "wb") as log:
        running = subprocess.Popen([program], cwd=folder, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 60
        while not answers(url):
            if running.poll() is not None or time.monotonic() > until:
                sys.exit(f"The Manager does not start: {(folder / 'log').read_text()[-2000:]}")
            time.sleep(0.1)
        yield url
    finally:
        running.terminate()
        running.wait(60)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/api/v3/version", timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False


def run(command: list[str], home: Path) -> list[float]:
    """[seconds, MB] as the last line that a fresh process prints says."""
    os.sync()
    home.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "HOME": str(home), "PYTHONPATH": str(ROOT / "core")}
    said = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    lines = said.stdout.strip().splitlines()
    if said.returncode or not lines:
        sys.exit(f"{command[0]} failed: {said.stderr[-2000:]}")
    return [float(number) for number in json.loads(lines[-1])]


def copied(source: Path, target: Path) -> list[float]:
    os.sync()
    begun = time.perf_counter()
    subprocess.run(["cp", "-r", str(source), str(target)], check=True)
    return [time.perf_counter() - begun, 0]


class Run:
    """One run of the benchmark."""

    def __init__(self, arguments: argparse.Namespace, folder: Path) -> None:
        self._given = arguments
        self._folder = folder
        self._shot = folder / "show"
        self._rows: dict[tuple[str, str], list[list[float]]] = {}

    def make(self) -> None:
        if not self._shot.exists():
            words = [str(self._shot), str(self._given.textures), str(self._given.size)]
            command = [self._given.blender, "-b", "--factory-startup", "--python-expr", MAKE, "--", *words]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def round(self) -> None:
        self._twice("shaman", "farmdeck", [sys.executable, "-c", OURS])
        if self._given.addon:
            self._twice("shaman", "Flamenco's add-on", [self._given.bat, "-c", ADDON])
        self._twice("folder", "farmdeck", [sys.executable, "-c", OURS])
        self._twice("folder", "blender-asset-tracer", [self._given.bat, "-c", BAT])
        self._twice("folder", "cp -r", [])

    def _twice(self, way: str, name: str, command: list[str]) -> None:
        with tempfile.TemporaryDirectory(dir=self._folder) as made:
            place = Path(made)
            if way == "shaman":
                with manager(self._given.manager, place / "manager", self._given.port) as url:
                    self._submit(way, name, command, [url, url], place / "home")
            else:
                self._submit(way, name, command, [str(place / "first"), str(place / "second")], place / "home")

    def _submit(self, way: str, name: str, command: list[str], targets: list[str], home: Path) -> None:
        scene = self._shot / "shots" / "shot.blend"
        for turn, target in zip(("first", "one changed"), targets):
            if turn != "first":
                (self._shot / "tex" / "t0007.png").write_bytes(os.urandom(self._given.size))
            words = [str(scene), way, target, str(home), self._given.addon]
            found = run([*command, *words], home) if command else copied(self._shot, Path(target))
            there = home.parent / "manager" / "storage" / "file-store" / "stored" if way == "shaman" else Path(target)
            files = sum(1 for path in there.rglob("*") if path.is_file())
            self._rows.setdefault((f"{way}, {turn}", name), []).append([*found, files])

    def tell(self) -> None:
        for (what, name), found in self._rows.items():
            row = {
                "what": what,
                "by": name,
                "s": [round(seconds, 2) for seconds, _, _ in found],
                "files_there": int(found[-1][2]),
                "peak_mb": int(max(peak for _, peak, _ in found)),
                "mb": round(self._given.textures * self._given.size / 1e6),
                "load": [round(load, 1) for load in os.getloadavg()],
                "machine": f"{os.cpu_count()} cores, {platform.platform()}",
            }
            print(json.dumps(row), flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--manager", required=True)
    parser.add_argument("--bat", required=True)
    parser.add_argument("--addon", default="")
    parser.add_argument("--blender", default="blender")
    parser.add_argument("--folder", default="")
    parser.add_argument("--port", type=int, default=18080)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--textures", type=int, default=2000)
    parser.add_argument("--size", type=int, default=1 << 19)
    arguments = parser.parse_args()
    if not shutil.which(arguments.blender):
        parser.error(f"There is no program {arguments.blender}.")
    with tempfile.TemporaryDirectory() as made:
        bench = Run(arguments, Path(arguments.folder or made).resolve())
        bench.make()
        for _ in range(arguments.rounds):
            bench.round()
        bench.tell()
    return 0


if __name__ == "__main__":
    sys.exit(main())
