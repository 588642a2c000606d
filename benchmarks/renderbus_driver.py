"""One client of Renderbus in a process of its own, for renderbus.py: `python renderbus_driver.py '{"who": …}'`.

It gets ready (imports, logs in, so that its connection is open), says so, waits for a line, does one job, and prints
what the job took as JSON. Runs in Farmdeck's environment as well as in the vendor's.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any


class Theirs:
    """rayvision_api as its documentation shows it: everything at its default, its log included."""

    def __init__(self, given: dict[str, Any]) -> None:
        from rayvision_api.core import RayvisionAPI

        self.name = f"rayvision_api {version('rayvision_api')}"
        self._make = RayvisionAPI
        self._account = {name: given[name] for name in ("access_id", "access_key", "domain", "platform", "protocol")}
        self._size = {"page_size": given["page_size"]} if given.get("page_size") else {}
        self._quiet = given.get("quiet", False)

    def log_in(self) -> dict[str, Any]:
        import logging

        other = {"logger": logging.Logger("quiet", logging.ERROR)} if self._quiet else {}
        self.api = self._make(**self._account, **other)
        return {"user": self.api.user_info["user_id"]}

    def infos(self, ids: list[int]) -> list[Any]:
        return list(self.api.query.task_info(ids)["items"])

    def tasks(self) -> list[Any]:
        found: list[Any] = []
        for number in itertools.count(1):
            page = self.api.query.get_task_list(page_num=number, **self._size)
            found += page["items"]
            if number >= page["pageCount"]:
                return found
        raise AssertionError

    def counts(self, task: Any) -> tuple[int, int, int]:
        return task["id"], task["totalFrames"], task["doneFrames"]

    def frames(self, task_id: int) -> list[Any]:
        return list(self.api.query.get_all_frames(task_id, **self._size).values())


class Ours:
    """Farmdeck's typed client."""

    def __init__(self, given: dict[str, Any]) -> None:
        from farmdeck.farms.renderbus.client import Client
        from farmdeck.farms.renderbus.connection import Connection

        self.name = f"farmdeck {version('farmdeck')}"
        account = {name: given[name] for name in ("domain", "access_id", "access_key", "platform", "protocol")}
        self._client = Client(Connection(dialect=given.get("dialect", ""), **account))

    def log_in(self) -> dict[str, Any]:
        """What their constructor asks for."""
        profile = self._client.profile()
        self._client.settings()
        self._client.transfer_bids()
        return {"user": profile.user_id}

    def infos(self, ids: list[int]) -> list[Any]:
        return list(self._client.task_info(ids))

    def tasks(self) -> list[Any]:
        return list(self._client.all_tasks())

    def counts(self, task: Any) -> tuple[int, int, int]:
        return task.id, task.total_frames, task.done_frames

    def frames(self, task_id: int) -> list[Any]:
        return list(self._client.all_frames(task_id))


CLIENTS = {"theirs": Theirs, "ours": Ours}


class Jobs:
    """What is measured, one method for each; what they give back must be the same for both clients."""

    def __init__(self, client: Any, given: dict[str, Any]) -> None:
        self._client = client
        self._given = given
        self.kept: list[Any] = []
        """As somebody who shows it would keep it: it counts for the memory."""

    def log_in(self) -> dict[str, Any]:
        return dict(self._client.log_in())

    def infos(self) -> dict[str, Any]:
        """The tasks' facts, so many ids in a call."""
        ids, size = self._given["ids"], self._given["batch"]
        for first in range(0, len(ids), size):
            self.kept += self._client.infos(ids[first : first + size])
        return {"tasks": len(self.kept)}

    def listing(self) -> dict[str, Any]:
        """All tasks with their counts, and all frames of the first so many of them."""
        self.kept = self._client.tasks()
        rows = [self._client.counts(task) for task in self.kept]
        frames = self._frames([id for id, _, _ in rows[: self._given.get("looked_at", 0)]])
        return {"tasks": len(rows), "total": sum(row[1] for row in rows), "done": sum(row[2] for row in rows), **frames}

    def frames(self) -> dict[str, Any]:
        """All frames of these tasks."""
        return self._frames(self._given["ids"])

    def _frames(self, ids: list[int]) -> dict[str, Any]:
        with ThreadPoolExecutor(self._given.get("threads", 1)) as pool:
            found = list(pool.map(self._client.frames, ids))
        self.kept.append(found)
        return {"frames": sum(map(len, found))}

    def error(self) -> dict[str, Any]:
        """A call that fails, up to the message."""
        try:
            self._client.infos(self._given["ids"])
        except Exception as exc:  # noqa: BLE001 - whatever it raises is what is measured
            self.kept.append(f"{type(exc).__name__}: {exc}")
            return {}
        raise AssertionError("nothing was raised")


def peak_mb() -> float | None:
    """The most memory that this process had; not its parent's, which getrusage would tell after a fork."""
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    words = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return round(int(words.split()[1]) / 1024, 1)


def main() -> None:
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a client prints by itself is no answer
    given = json.loads(sys.argv[1])
    client = CLIENTS[given["who"]](given)
    if given["job"] != "log_in" or given.get("again"):
        client.log_in()
    jobs = Jobs(client, given)
    before = peak_mb()
    print("ready", file=channel, flush=True)
    sys.stdin.readline()
    begun, cpu = time.perf_counter(), time.process_time()
    found = getattr(jobs, given["job"])()
    took = {"ms": (time.perf_counter() - begun) * 1000, "cpu_ms": (time.process_time() - cpu) * 1000}
    said = jobs.kept[-1] if given["job"] == "error" else None
    row = {"name": client.name, **took, "peak_mb": peak_mb(), "ready_mb": before, "found": found, "said": said}
    print(json.dumps(row), file=channel, flush=True)


if __name__ == "__main__":
    main()
