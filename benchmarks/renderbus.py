"""Farmdeck's client of Renderbus against the vendor's rayvision_api, through one simulated farm. Prints JSON lines.

    python benchmarks/renderbus.py [--peer .venvs/rayvision-3.0.4.3/bin/python] [--small]

`python3 start.py test` makes the peer's environment. The farm runs in this process, each client in a fresh process for
each number, in turns; requests are counted in the farm's journal, both clients must find the same. `ms` and `cpu_ms`
(of the client's process alone) are medians, `whole_ms` is from the start of the process to its end, `peak_mb` its most
memory, `ready_mb` what it had before the job. "far away": each answer of the farm comes 50 ms later, as over a network.
What is compared with what:

- log-in: their constructor asks for profile, settings and storages; ours asks for the same. In a fresh process, after
  the imports (ours imports requests only now, which counts), and once more in the same process.
- task-info: one number a call, and in calls of 100, which is what the farm describes as the size of an answer.
- job list: what a person sees, all tasks with the counts of their frames. Their pages are 100 long unless one asks
  otherwise, ours 1000; a row of its own says what theirs would do with pages of 1000.
- every frame: the protocol has no request for the frames of several tasks, so nobody can do with less than one for each
  task. Measured on a sample of the tasks, and on few tasks with many frames.
- an error: from the call to the message.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.simulator import Account, Fault, Renderbus  # noqa: E402 - it is no installed package

DRIVER = ROOT / "benchmarks" / "renderbus_driver.py"
MACHINE = f"{os.cpu_count()} cores, {platform.platform()}"
Given = dict[str, Any]
AWAY_S = 0.05
AIM_TIMES = 10.0
AIM_IMPORT_MS = 100.0
THREADS = 8
IMPORTS = {
    "ours": ("", "farmdeck.farms.renderbus", "farmdeck.farms.foxfarm"),
    "theirs": ("", "rayvision_api"),
}


class Bench:
    """The farm, the interpreters, and where the clients write their logs."""

    def __init__(self, farm: Renderbus, pythons: dict[str, str], home: Path) -> None:
        self.farm = farm
        self.pythons = pythons
        self.log = home / "stderr"
        self.environ = {
            "HOME": str(home),
            "RAYVISION_LOG_ROOT": str(home / "logs"),
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
            "PYTHONWARNINGS": "ignore",
        }

    def run(self, given: Given, faults: Sequence[Fault], account: Account | None) -> Given:
        """Do one job in a fresh process. SystemExit when it fails."""
        account = account or self.farm.account
        keys = {"access_id": account.access_id, "access_key": account.access_key}
        where = {"domain": self.farm.domain, "platform": "2", "protocol": "http"}
        command = [self.pythons[given["who"]], str(DRIVER), json.dumps({**keys, **where, **given})]
        begun = time.perf_counter()
        with (
            self.log.open("w") as log,
            subprocess.Popen(
                command, env=self.environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
            ) as process,
        ):
            assert process.stdin and process.stdout
            process.stdout.readline()
            for fault in faults:
                self.farm.inject(fault)
            self.farm.forget_requests()
            answer = process.communicate("go\n")[0]
        whole = (time.perf_counter() - begun) * 1000
        self.farm.clear_faults()
        if process.returncode:
            raise SystemExit(f"{given['who']} failed:\n{self.log.read_text()[-3000:]}")
        return {**json.loads(answer), "whole_ms": whole, "requests": len(self.farm.journal)}

    def compare(
        self,
        what: str,
        sides: Sequence[Given],
        rounds: int = 1,
        *,
        aim: bool = False,
        faults: Sequence[Fault] = (),
        account: Account | None = None,
        **common: Any,
    ) -> None:
        """The same job by several clients, in turns, a row for each; `sides` has what each is given, ours first.

        With `aim`, the rows of the vendor's client say whether ours was ten times better.
        """
        runs: list[list[Given]] = [[] for _ in sides]
        for _ in range(rounds):
            for given, of_side in zip(sides, runs, strict=True):
                of_side.append(self.run({**common, **given}, faults, account))
        found = {json.dumps(run["found"]) for of_side in runs for run in of_side}
        if len(found) != 1:
            raise SystemExit(f"{what}: not everybody found the same: {found}")
        rows = [_row(what, given, of_side) for given, of_side in zip(sides, runs, strict=True)]
        for given, row in zip(sides, rows, strict=True):
            if row is not rows[0]:
                times = {key: round(row[key] / rows[0][key], 1) for key in ("requests", "ms", "cpu_ms")}
                row["times_ours"] = times
                if aim and given["who"] == "theirs":
                    row["aim"] = f"{AIM_TIMES:.0f} times ours, in requests and ms"
                    row["met"] = min(times["requests"], times["ms"]) >= AIM_TIMES
            print(json.dumps(row), flush=True)


def _row(what: str, given: Given, runs: list[Given]) -> Given:
    every = {key: [round(run[key], 1) for run in runs] for key in ("ms", "cpu_ms", "whole_ms")}
    return {
        "what": what,
        "who": runs[0]["name"] + given.get("label", ""),
        "requests": runs[0]["requests"],
        **{key: statistics.median(values) for key, values in every.items()},
        "peak_mb": max(run["peak_mb"] or 0 for run in runs),
        "ready_mb": max(run["ready_mb"] or 0 for run in runs),
        "found": runs[0]["found"],
        **({"said": runs[0]["said"]} if runs[0]["said"] else {}),
        "every_ms": every["ms"],
        "machine": MACHINE,
    }


OURS: Given = {"who": "ours"}
THEIRS: Given = {"who": "theirs"}
BOTH = (OURS, THEIRS)


def away() -> list[Fault]:
    """The farm is far away."""
    return [Fault(kind="latency", seconds=AWAY_S, times=None)]


def compare_log_in(bench: Bench, rounds: int) -> None:
    known = {**OURS, "dialect": "current", "label": ", protocol in the settings"}
    found_out = {**OURS, "label": ", protocol found out"}
    bench.compare("log-in, first of a process", (known, found_out, THEIRS), rounds, job="log_in")
    bench.compare("log-in, once more", BOTH, rounds, job="log_in", again=True)
    bench.compare("log-in, once more, far away", BOTH, rounds, job="log_in", again=True, faults=away())


def compare_tasks(bench: Bench, size: argparse.Namespace, ids: list[int]) -> None:
    some = ids[: size.calls]
    bench.compare(f"{len(some):,} task-info calls", BOTH, size.rounds, job="infos", ids=some, batch=1)
    bench.compare(f"{len(some):,} tasks' info, 100 a call", BOTH, size.rounds, job="infos", ids=some, batch=100)
    quiet = {**THEIRS, "quiet": True, "label": ", no log"}
    longer = {**THEIRS, "page_size": 1000, "label": ", pages of 1000"}
    sides, rounds = (*BOTH, quiet, longer), size.rounds
    bench.compare(f"job list: {len(ids):,} tasks with counts", sides, rounds, aim=True, job="listing")
    what = f"job list, far away: {len(ids):,} tasks with counts"
    bench.compare(what, sides, rounds, aim=True, job="listing", faults=away())
    what = f"job list, and the frames of 20 tasks that are looked at: {len(ids):,} tasks"
    bench.compare(what, BOTH, rounds, aim=True, job="listing", looked_at=20)


def compare_frames(bench: Bench, size: argparse.Namespace, ids: list[int], big: tuple[Account, list[int]]) -> None:
    sample, few = ids[: size.sample], ids[: size.sample // 10]
    what = f"every frame of {len(sample):,} of the {len(ids):,} tasks of 10 frames"
    bench.compare(what, BOTH, size.rounds, aim=True, job="frames", ids=sample)
    threads = {**OURS, "threads": THREADS, "label": f", {THREADS} threads"}
    what = f"every frame of {len(few):,} of the {len(ids):,} tasks of 10 frames, far away"
    bench.compare(what, (*BOTH, threads), aim=True, job="frames", ids=few, faults=away())
    account, tasks = big
    what = f"every frame of {len(tasks):,} tasks of {size.big_frames:,} frames"
    bench.compare(what, BOTH, size.rounds, aim=True, account=account, job="frames", ids=tasks)
    bench.compare(f"{what}, far away", BOTH, aim=True, account=account, job="frames", ids=tasks, faults=away())


def compare_errors(bench: Bench, ids: list[int]) -> None:
    kinds = {f"code {code}": Fault("queryTaskInfo", "code", code=code, times=None) for code in (404, 605)}
    kinds["HTTP 502, all the time"] = Fault("queryTaskInfo", "http_502", times=None)
    for what, fault in kinds.items():
        bench.compare(f"an error: {what}", BOTH, job="error", ids=ids[:1], faults=[fault])


def compare_imports(bench: Bench, rounds: int) -> None:
    """The wall time of a whole process that imports, over a bare one of the same Python."""
    taken: dict[tuple[str, str], list[float]] = {}
    for _ in range(rounds):
        for who, modules in IMPORTS.items():
            for module in modules:
                command = [bench.pythons[who], "-I", "-c", f"import {module}" if module else ""]
                begun = time.perf_counter()
                subprocess.run(command, check=True, env=bench.environ, capture_output=True)
                taken.setdefault((who, module), []).append((time.perf_counter() - begun) * 1000)
    for (who, module), every in taken.items():
        bare = taken[who, ""]
        over = min(every) - min(bare)
        row = {
            "what": "import",
            "who": module or f"bare Python of {who}",
            "ms_min": round(min(every), 1),
            "ms_median": round(statistics.median(every), 1),
            "over_bare_ms": round(over, 1),
            "over_bare_median_ms": round(statistics.median(every) - statistics.median(bare), 1),
        }
        if who == "ours" and module:
            row |= {"aim": f"under {AIM_IMPORT_MS:.0f} ms over bare", "met": over < AIM_IMPORT_MS}
        print(json.dumps({**row, "every_ms": [round(one, 1) for one in every], "machine": MACHINE}), flush=True)


@contextmanager
def seeded(size: argparse.Namespace) -> Iterator[tuple[Renderbus, list[int], tuple[Account, list[int]]]]:
    """The farm, the numbers of its tasks of ten frames, and another account's tasks with many frames."""
    with tempfile.TemporaryDirectory() as folder, Renderbus(Path(folder), auto=False) as farm:
        ids = [task.id for task in farm.seed(tasks=size.tasks, frames_each=10)]
        account = farm.add_account(access_id="AKIDanotherEXAMPLE", access_key="another-EXAMPLE", user_id=10001137)
        big = [task.id for task in farm.seed(size.big_tasks, size.big_frames, account=account)]
        yield farm, ids, (account, big)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer", default=str(ROOT / ".venvs" / "rayvision-3.0.4.3" / "bin" / "python"))
    parser.add_argument("--small", action="store_true", help="few of everything: does it work at all?")
    parser.add_argument("--tasks", type=int)
    parser.add_argument("--sample", type=int, help="tasks whose every frame is listed")
    parser.add_argument("--rounds", type=int)
    size = parser.parse_args()
    usual = {"tasks": 10_000, "sample": 500, "rounds": 3, "calls": 1000, "big_tasks": 100, "imports": 15}
    small = {"tasks": 300, "sample": 30, "rounds": 1, "calls": 50, "big_tasks": 3, "imports": 3}
    for name, value in (small if size.small else usual).items():
        if getattr(size, name, None) is None:
            setattr(size, name, value)
    size.big_frames = 1000
    with tempfile.TemporaryDirectory() as home, seeded(size) as (farm, ids, big):
        bench = Bench(farm, {"ours": sys.executable, "theirs": size.peer}, Path(home))
        compare_imports(bench, size.imports)
        compare_log_in(bench, size.rounds)
        compare_tasks(bench, size, ids)
        compare_frames(bench, size, ids, big)
        compare_errors(bench, ids)
    return 0


if __name__ == "__main__":
    sys.exit(main())
