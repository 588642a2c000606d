"""Every scene reader on real files and on large ones that are made for it. Prints JSON lines.

    python benchmarks/scene_readers.py [--real DIR] [--folder DIR] [--rounds 3] [--large 1000]

`--real` is a folder with scene files below it; without one, or where it is absent, they are left out. Each way of
reading runs in a fresh process with the reader imported before the clock starts, in turns with its peer; the files were
just written, so they come from the page cache. `cpu_s` is what the reading itself took where `s` waited for others.

Made in a temporary folder, which is removed: a scene of 49 MB of each kind, a .ma of `--large` MB (1 GB), a .mb and a
.max of half of that, a .hip of 200 nodes for each MB (200,000); one at a time, so 1 GB of disk is enough.

The peer of the .ma reader is the least that any reader in Python can do: go through the lines and look how each
begins, taking down nothing but its nodes and references.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from make_hip import make_hip
from make_max import make_max
from make_maya import make_ma, make_mb

KINDS = {
    ".ma": (".ma",), ".mb": (".mb",), ".hip": (".hip", ".hiplc", ".hipnc"), ".max": (".max",), ".blend": (".blend",)
}  # fmt: skip
HIP_NODE = 2_700
"""Bytes of a node that make_hip writes."""

OURS = """
import json, os, resource, sys, time
from farmdeck._errors import SceneError
from farmdeck.scenes import read_scene, _READERS
import importlib, farmdeck.scenes
for module, function in set(_READERS.values()):
    importlib.import_module(module, "farmdeck.scenes")
taken, found, refused = [], 0, 0
work = time.process_time()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in sys.stdin.read().splitlines():
    begun = time.perf_counter()
    try:
        scene = read_scene(path)
        found += len(scene.assets)
    except SceneError:
        refused += 1
    taken.append(time.perf_counter() - begun)
work = time.process_time() - work
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([sum(taken), max(taken), found, refused, peak // 1024, (peak - before) // 1024, work]))
"""

LINES = """
import json, resource, sys, time
(path,) = sys.stdin.read().splitlines()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
begun, work = time.perf_counter(), time.process_time()
nodes, others = 0, []
with open(path, "rb") as file:
    for line in file:
        if line.startswith(b"createNode "):
            nodes += 1
        elif line.startswith((b"requires ", b"file ", b"currentUnit ", b"fileInfo ", b"select ")):
            others.append(line)
taken, work = time.perf_counter() - begun, time.process_time() - work
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([taken, taken, nodes, 0, peak // 1024, (peak - before) // 1024, work]))
"""


def run(code: str, paths: list[Path]) -> list[float]:
    """[seconds, those of the slowest file, things found, files refused, peak MB, MB more than before, seconds of the
    processor] of a process."""
    said = subprocess.run(
        [sys.executable, "-c", code], input="\n".join(map(str, paths)), check=True, capture_output=True, text=True
    )
    return list(json.loads(said.stdout.strip().splitlines()[-1]))


def measure(what: str, paths: list[Path], ways: dict[str, str], rounds: int) -> None:
    """Print a row for each way of reading those files."""
    megabytes = sum(path.stat().st_size for path in paths) / 1e6
    results: dict[str, list[list[float]]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, code in ways.items():
            results[name].append(run(code, paths))
    for name, rows in results.items():
        best = min(row[0] for row in rows)
        row = {
            "what": what,
            "read by": name,
            "files": len(paths),
            "mb": round(megabytes, 1),
            "s": [round(row[0], 4) for row in rows],
            "cpu_s": [round(row[6], 4) for row in rows],
            "files_per_s": round(len(paths) / best, 1),
            "mb_per_s": round(megabytes / best, 1),
            "slowest_file_s": round(min(row[1] for row in rows), 4),
            "found": int(rows[0][2]),
            "refused": int(rows[0][3]),
            "peak_mb": int(max(row[4] for row in rows)),
            "more_mb": int(max(row[5] for row in rows)),
            "load": round(os.getloadavg()[0], 1),
            "machine": f"{os.cpu_count()} cores, {platform.platform()}, Python {platform.python_version()}",
        }
        print(json.dumps(row), flush=True)


def real(folder: Path, rounds: int) -> None:
    """The real files below `folder`, kind by kind."""
    for kind, suffixes in KINDS.items():
        paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in suffixes and path.is_file())
        if paths:
            measure(f"real {kind}", paths, {"farmdeck": OURS}, rounds)


def made(folder: Path, megabytes: int, rounds: int) -> None:
    """A .ma of so many MB, a .mb and a .max of half of it, and a .hip of 200 nodes for each; one file at a time."""
    half = max(1, megabytes // 2)
    small = megabytes < 50
    makers: dict[str, Callable[[Path], None]] = {
        "ma": lambda path: make_ma(path, megabytes),
        "mb": lambda path: make_mb(path, megabytes if small else half),
        "hip": lambda path: make_hip(path, megabytes * 1_000_000 // HIP_NODE if small else megabytes * 200),
        "max": lambda path: make_max(path, megabytes * 94 // 100 if small else half),
        "max without a list of cameras": lambda path: make_max(path, megabytes * 94 // 100 if small else half, False),
    }
    for name, make in makers.items():
        path = folder / f"made.{name.split()[0]}"
        make(path)
        ways = {"farmdeck": OURS, **({"line by line": LINES} if name == "ma" else {})}
        measure(f"made .{name}", [path], ways, rounds)
        path.unlink()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--real", default="")
    parser.add_argument("--folder", default=None)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--large", type=int, default=1_000)
    arguments = parser.parse_args()
    if arguments.real and Path(arguments.real).is_dir():
        real(Path(arguments.real), arguments.rounds)
    else:
        print(f"no real files: {arguments.real or '--real is not given'}", file=sys.stderr)
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        for megabytes in (49, arguments.large):
            made(Path(folder), megabytes, arguments.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
