"""What it costs to follow jobs on a real Flamenco 3 Manager, with its socket and without. Prints JSON lines.

    python benchmarks/flamenco_polling.py --program flamenco-manager [--jobs 1000] [--rounds 7]

The Manager is started in a folder of its own, with no workers, and gets so many jobs of ten frames each (eleven tasks
with the preview's), all of them sent by our client. Then one look of `Farm.jobs` is measured, for 1, 10 and all of the
jobs as ours: with polling alone, and with the socket connected while nothing changes and while one job changes between
two looks. `first_seconds` is a new agent's first look, in which the tasks of every job are asked for; after that those
of jobs that wait or rest are, once a minute. `seconds` is the median of the looks that follow, by the clock; `requests`
are counted in our client; `bytes` go both ways over a relay between the two, in a look of its own that is not timed,
with the socket's own.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import platform
import socket
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from farmdeck.farm import FarmContext
from farmdeck.farms.flamenco import FlamencoFarm
from farmdeck.farms.flamenco.client import Client
from farmdeck.farms.flamenco.models import SubmittedJob

MACHINE = f"{os.cpu_count()} cores, {platform.platform()}"
FRAMES = 10
PATIENCE = 60.0
CONFIG = """
_meta: {{version: 3}}
manager_name: Benchmark
database: flamenco-manager.sqlite
listen: 127.0.0.1:{port}
autodiscoverable: false
local_manager_storage_path: ./manager-storage
shared_storage_path: {folder}/shared
shaman: {{enabled: false}}
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as line:
        return int(line.getsockname()[1])


@contextmanager
def manager(program: Path, folder: Path) -> Iterator[str]:
    """A real Manager while it lasts; its address."""
    port = free_port()
    (folder / "shared").mkdir()
    (folder / "flamenco-manager.yaml").write_text(CONFIG.format(port=port, folder=folder))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program.resolve(), "-quiet"], cwd=folder, stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            with closing(Client(address, repeats=100)) as client:
                client.ready()
            yield address
        finally:
            process.terminate()
            process.wait()


class Relay:
    """A port that leads to the Manager, and counts what goes through."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._target = (parts.hostname, parts.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.bytes = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            near, _ = self._listener.accept()
            far = socket.create_connection(self._target)
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while chunk := source.recv(65536):
                self.bytes += len(chunk)
                sink.sendall(chunk)
            sink.shutdown(socket.SHUT_WR)
        except OSError:  # either end may hang up
            pass


class Requests(logging.Handler):
    """Counts our client's requests: each is a record of its connection's log."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        log = logging.getLogger("farmdeck.farms.flamenco.connection")
        log.setLevel(logging.DEBUG)
        log.propagate = False
        log.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1


def submit(address: str, count: int) -> list[str]:
    """So many jobs as the Blender type makes them; their ids."""
    ids = []
    with closing(Client(address)) as client:
        for number in range(count):
            settings: dict[str, Any] = {
                "frames": f"1-{FRAMES}",
                "chunk_size": 1,
                "render_output_root": "/render",
                "render_output_path": f"/render/job-{number}/######",
                "blendfile": f"/projects/shot-{number}/shot.blend",
                "fps": 24,
                "format": "PNG",
                "image_file_extension": ".png",
                "has_previews": False,
                "scene": "Scene",
            }
            metadata = {"farmdeck.submission": f"s{number}", "farmdeck.part": "0", "project": "Benchmark"}
            job = SubmittedJob(
                f"shot-{number}", "simple-blender-render", settings=settings, metadata=metadata, platform="linux"
            )
            ids.append(client.submit_job(job).id)
    return ids


def look(farm: FlamencoFarm, ids: Sequence[str]) -> float:
    """Seconds."""
    begun = time.perf_counter()
    found = farm.jobs(ids)
    seconds = time.perf_counter() - begun
    assert len(found) == len(ids)
    return seconds


def change(client: Client, id: str, heard: threading.Event, seconds: float = PATIENCE) -> bool:
    """Somebody changes one job. Did our farm hear of it in that time?"""
    heard.clear()
    client.set_job_priority(id, 60 if client.job(id).priority == 50 else 50)
    return heard.wait(seconds)


def measure(address: str, ids: Sequence[str], total: int, rounds: int, how: str, requests: Requests) -> None:
    """One row. `how`: `polling`, `socket, nothing changes`, `socket, one job changes`."""
    relay, heard = Relay(address), threading.Event()
    taken: dict[str, list[float]] = {"seconds": [], "requests": [], "bytes": []}
    with closing(Client(address)) as other, tempfile.TemporaryDirectory() as folder:
        for url, measured in ((address, "seconds"), (relay.address, "bytes")):
            context = FarmContext("bench", Path(folder) / measured, {"url": url}, notify=lambda id: heard.set())
            with closing(FlamencoFarm(context)) as farm:
                sent = requests.count
                taken[f"first_{measured}"] = [look(farm, ids), requests.count - sent]
                if how != "polling":
                    farm.check()  # begins to listen
                    while not change(other, ids[-1], heard, 1.0):
                        pass
                for _ in range(rounds if measured == "seconds" else 3):
                    if how != "polling":
                        look(farm, ids)  # a report holds some seconds: these are fresh
                    before = relay.bytes
                    if how.endswith("one job changes"):
                        change(other, ids[-1], heard)
                    sent = requests.count
                    seconds = look(farm, ids)
                    if measured == "seconds":
                        taken["seconds"].append(seconds)
                        taken["requests"].append(requests.count - sent)
                    else:
                        time.sleep(0.2)  # for what is still on its way through the relay
                        taken["bytes"].append(relay.bytes - before)
    row = {
        "what": f"a look at {len(ids):,} of {total:,} jobs, {how}",
        "seconds": round(statistics.median(taken["seconds"]), 4),
        "requests": statistics.median(taken["requests"]),
        "first_seconds": round(taken["first_seconds"][0], 4),
        "first_requests": taken["first_seconds"][1],
        "bytes": statistics.median(taken["bytes"]),
        "every_seconds": [round(value, 4) for value in taken["seconds"]],
        "machine": MACHINE,
    }
    print(json.dumps(row), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, required=True, help="a real flamenco-manager")
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    requests = Requests()
    with tempfile.TemporaryDirectory() as folder, manager(given.program, Path(folder)) as address:
        begun = time.perf_counter()
        ids = submit(address, given.jobs)
        seconds = time.perf_counter() - begun
        row = {"what": f"{given.jobs:,} jobs submitted", "seconds": round(seconds, 2), "requests": requests.count}
        print(json.dumps({**row, "machine": MACHINE}), flush=True)
        for count in (1, 10, given.jobs):
            for how in ("polling", "socket, nothing changes", "socket, one job changes"):
                measure(address, ids[-count:], given.jobs, given.rounds, how, requests)


if __name__ == "__main__":
    main()
