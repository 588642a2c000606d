"""A home with a real agent in it, for one test: started, killed and asked from outside, as a person's would be."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psutil
from farmdeck import FrameState, Job
from farmdeck.launch import wait_for_agent
from farmdeck.lock import agent_runs
from farmdeck.store import Store

SCENE = Path(__file__).parents[1] / "data" / "tiny.blend"
ROOT = Path(__file__).parents[2]
BLENDER = shutil.which("blender") or "/usr/bin/blender"
BPY = Path(os.environ.get("FARMDECK_BPY_PYTHON_4_5") or ROOT / ".venvs" / "bpy-4.5" / "bin" / "python")
PATIENCE = 120.0


class House:
    """A folder for the store and one for the shot."""

    def __init__(self, folder: Path, local: str = "", agent: str = "") -> None:
        self.home = folder / "home"
        self.shot = folder / "shot"
        self.out = folder / "out"
        for made in (self.home, self.shot):
            made.mkdir(parents=True)
        self.scene = Path(shutil.copy(SCENE, self.shot))
        known = local or f'search = false\nblender = ["{BLENDER}"]'
        (self.home / "settings.toml").write_text(f"[local]\n{known}\n[agent]\n{agent}\n")
        keep = ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONDONTWRITEBYTECODE", "PYTHON_KEYRING_BACKEND")
        self.environ = {name: os.environ[name] for name in keep if name in os.environ}
        self.environ["FARMDECK_HOME"] = str(self.home)
        self._agents: list[subprocess.Popen[bytes]] = []

    # -- the command line

    def run(self, *words: str | Path, code: int | None = 0, **environ: str) -> subprocess.CompletedProcess[str]:
        """`farmdeck WORDS…`; asserts its exit code unless `code` is None."""
        ran = subprocess.run(
            [sys.executable, "-m", "farmdeck_ui", *map(str, words)],
            env={**self.environ, **environ},
            cwd=self.shot,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert code is None or ran.returncode == code, f"{words}: {ran.returncode}\n{ran.stdout}\n{ran.stderr}"
        return ran

    def submit(self, *words: str, item: str = "Tiny/beauty", frames: str = "1-2") -> str:
        """The id of a new job of the tiny scene."""
        if item.startswith("Slow"):
            words = ("--option", "threads=1", *words)  # leave the machine some room
        command = ["submit", self.scene, "--item", item, "--frames", frames, "--output", self.out, "--json", *words]
        return str(json.loads(self.run(*command).stdout)["id"])

    # -- the agent

    def start(self, driver: Path | None = None, *words: str) -> subprocess.Popen[bytes]:
        """An agent in the foreground of its own process; `driver` is a script that runs one with something amiss."""
        command = [str(driver), *words] if driver else ["-m", "farmdeck_ui", "agent", "run"]
        process = subprocess.Popen([sys.executable, *command], env=self.environ, stdin=subprocess.DEVNULL)
        self._agents.append(process)
        until = time.monotonic() + PATIENCE
        while not driver and process.poll() is None and not agent_runs(self.home) and time.monotonic() < until:
            time.sleep(0.01)
        return process

    def kill(self) -> None:
        """kill -9, whoever started it."""
        for pid in self.agents():
            os.kill(pid, signal.SIGKILL)
        for process in self._agents:
            process.kill()
            process.wait()
        wait_for_agent(self.home, 10, runs=False)

    def agents(self) -> list[int]:
        """Processes that are this home's agent."""
        return [pid for pid, words in self._processes() if words[-2:] == ["agent", "run"] or "driver.py" in str(words)]

    def renders(self) -> list[int]:
        """Processes that render for this home."""
        ours = ("render_blender.py", "standins")
        return [pid for pid, words in self._processes() if any(name in word for word in words for name in ours)]

    def _processes(self) -> list[tuple[int, list[str]]]:
        """(pid, command line) of what was started with this home; those that have ended are not there."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("FARMDECK_HOME") == str(self.home) and process.cmdline():
                    found.append((process.pid, process.cmdline()))
            except psutil.Error:
                continue
        return found

    # -- what came of it

    def job(self, id: str) -> Job:
        with Store.open(self.home) as store:
            return store.job(id)

    def wait(self, id: str, true: Callable[[Job], bool], seconds: float = PATIENCE) -> Job:
        """The job once it is so; fails with what it is instead."""
        return self.wait_for(lambda: self.job(id), true, seconds)

    def wait_for(self, get: Callable[[], Any], true: Callable[[Any], bool], seconds: float = PATIENCE) -> Any:
        """What `get` gives once it is `true`."""
        until = time.monotonic() + seconds
        while True:
            value = get()
            if true(value):
                return value
            assert time.monotonic() < until, f"still {value}\n{self.log()}"
            time.sleep(0.05)

    def ended(self, id: str) -> Job:
        """The job once nothing more happens to it by itself."""
        return self.wait(id, lambda job: job.state.at_rest)

    def queue(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the local farm's own queue, read as it lies on disk."""
        import sqlite3

        with sqlite3.connect(f"file:{self.home}/farms/local/queue.sqlite3?mode=ro", uri=True, timeout=10) as db:
            return db.execute(sql, values).fetchall()

    def states(self) -> dict[tuple[int, int], FrameState]:
        """The state of each frame of the one job, by part and number."""
        with Store.open(self.home) as store:
            return {(f.part, f.number): f.state for job in store.jobs() for f in store.frames(job.id)}

    def log(self) -> str:
        path = self.home / "agent.log"
        return path.read_text() if path.exists() else ""

    def frames_on_disk(self) -> list[str]:
        """Every file below the output folder, temporary ones too."""
        # os.walk does not mind a folder that is removed meanwhile.
        found = (os.path.join(at, name) for at, _, names in os.walk(self.out) for name in names)
        return sorted(os.path.relpath(path, self.out) for path in found)

    def close(self) -> None:
        """End whatever still runs."""
        if agent_runs(self.home):
            with Store.open(self.home) as store:
                store.send("agent.stop")
            wait_for_agent(self.home, 20, runs=False)
        self.kill()
        deadline = time.monotonic() + 10
        while self._processes() and time.monotonic() < deadline:
            time.sleep(0.02)
        left = self._processes()
        for pid, _ in left:
            os.kill(pid, signal.SIGKILL)
        assert not left, left


def names(numbers: Sequence[int]) -> list[str]:
    """What the tiny scene's frames are called."""
    return [f"tiny_{number:04d}.png" for number in numbers]
