"""What the agent adds to each frame, against calling `blender -b` by hand. Prints JSON lines; aim: under 5 %.

    python benchmarks/agent_overhead.py [--frames 50] [--rounds 3] [--blender /usr/bin/blender]

By hand: one `blender -b scene -o … -s 1 -e N -a`. Farmdeck: the same frames as one task of a real agent, from Submit to
the job being done in the store. In turns, in the same run; the agent runs already, as it does for every job but the
first. The scene is tests/data/tiny.blend: a frame renders in about 20 ms, so nearly all that is measured is overhead.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from farmdeck import prepare
from farmdeck.launch import start_agent, wait_for_agent
from farmdeck.scenes import read_scene
from farmdeck.store import Store

SCENE = Path(__file__).resolve().parents[1] / "tests" / "data" / "tiny.blend"


def by_hand(blender: str, scene: Path, output: Path, frames: int) -> float:
    """Seconds of one Blender that renders all the frames."""
    begun = time.perf_counter()
    words = [
        "-b",
        "-noaudio",
        str(scene),
        "-S",
        "Tiny",
        "-o",
        f"{output}/tiny_####",
        "-s",
        "1",
        "-e",
        str(frames),
        "-a",
    ]
    subprocess.run([blender, *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - begun


def with_farmdeck(folder: Path, scene: Path, output: Path, frames: int) -> float:
    """Seconds from Submit to a done job."""
    options = {"chunk": frames}
    submission = prepare(
        read_scene(scene), items=["Tiny/beauty"], frames=f"1-{frames}", output=str(output), options=options
    )
    with Store.open(folder) as store:
        begun = time.perf_counter()
        store.submit(submission)
        while not (job := store.job(submission.id)).state.at_rest:
            time.sleep(0.005)
        taken = time.perf_counter() - begun
    assert job.done == frames, job
    return taken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--blender", default=shutil.which("blender") or "/usr/bin/blender")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["FARMDECK_HOME"] = str(folder)
        os.environ["FARMDECK_AGENT"] = str(Path(sys.executable).with_name("farmdeck"))
        (folder / "settings.toml").write_text(f'[local]\nsearch = false\nblender = ["{arguments.blender}"]\n')
        scene = Path(shutil.copy(SCENE, folder))
        start_agent(folder)
        wait_for_agent(folder, 30)
        hand, ours = [], []
        by_hand(arguments.blender, scene, folder / "warm", 1)
        with_farmdeck(folder, scene, folder / "warm2", 1)
        for turn in range(arguments.rounds):
            hand.append(by_hand(arguments.blender, scene, folder / f"hand{turn}", arguments.frames))
            ours.append(with_farmdeck(folder, scene, folder / f"ours{turn}", arguments.frames))
        with Store.open(folder) as store:
            store.send("agent.stop")
        wait_for_agent(folder, 30, runs=False)
    a, b = statistics.median(hand), statistics.median(ours)
    row = {
        "frames": arguments.frames,
        "by_hand_s": [round(value, 3) for value in hand],
        "farmdeck_s": [round(value, 3) for value in ours],
        "extra_per_frame_ms": round((b - a) / arguments.frames * 1000, 1),
        "extra_percent": round((b / a - 1) * 100, 1),
        "extra_percent_of_best": round((min(ours) / min(hand) - 1) * 100, 1),
        "machine": f"{os.cpu_count()} cores, {platform.platform()}",
    }
    print(json.dumps(row))
    return 0


if __name__ == "__main__":
    sys.exit(main())
