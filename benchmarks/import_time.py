"""What importing the application side costs over a bare Python. Prints one JSON line per thing that is imported.

    python benchmarks/import_time.py [--rounds N] [--also "deadline.client" --also "rayvision_api"]

Each number is the best of N fresh processes, so that a busy machine does not count; taken in turns in the same run, so
that ratios hold. `--also` measures other people's packages, in the same Python, where they are installed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET_MS = 100.0
APPLICATION_SIDE = (
    "farmdeck, farmdeck.desk, farmdeck.environments, farmdeck.farm, farmdeck.launch, farmdeck.preflight, farmdeck.store"
)


def milliseconds(code: str) -> float:
    """The wall time of a fresh process that runs `code`; raises CalledProcessError."""
    script = f"import sys; sys.path.insert(0, {str(ROOT / 'core')!r})\n{code}"
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-I", "-c", script], check=True, capture_output=True)
    return (time.perf_counter() - begun) * 1000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--also", action="append", default=[])
    arguments = parser.parse_args()
    codes = {"bare": "", "application side": f"import {APPLICATION_SIDE}", **{a: f"import {a}" for a in arguments.also}}
    best = dict.fromkeys(codes, float("inf"))
    for _ in range(arguments.rounds):
        for name, code in codes.items():
            best[name] = min(best[name], milliseconds(code))
    ours = best["application side"] - best["bare"]
    for name, taken in best.items():
        extra = taken - best["bare"]
        row = {
            "import": name,
            "ms": round(taken, 1),
            "over_bare_ms": round(extra, 1),
            "of_ours": round(extra / ours, 2),
        }
        print(json.dumps(row))
    return 0 if ours < TARGET_MS else 1


if __name__ == "__main__":
    sys.exit(main())
