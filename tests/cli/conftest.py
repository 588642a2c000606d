"""The command line as a person has it: a process of its own, a home of its own, a real agent, a real renderer."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from farmdeck import FrameState, Job
from farmdeck.launch import wait_for_agent
from farmdeck.lock import agent_runs
from farmdeck.store import Store

from tests.simulator import Renderbus

ROOT = Path(__file__).parents[2]
_SHOT = Path(tempfile.mkdtemp(prefix="farmdeck-shot-"))  # a submission puts its copy beside the scene: not in here
atexit.register(shutil.rmtree, _SHOT, ignore_errors=True)
TINY = Path(shutil.copy(ROOT / "tests" / "data" / "tiny.blend", _SHOT))
PATIENCE = 60.0


class CommandLine:
    """`farmdeck` in a home of its own; `close` ends its agent."""

    def __init__(self, home: Path, settings: str = "", environ: Mapping[str, str] = {}) -> None:  # noqa: B006
        self.home = home
        self.said = ""
        """Everything that its commands have printed."""
        self.frames = home / "frames"
        for folder in (home, home / "tmp"):
            folder.mkdir(parents=True, exist_ok=True)
        (home / "settings.toml").write_text("[agent]\nidle = 30\n" + settings, encoding="utf-8")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("FARMDECK_", "PYTHON"))}
        self.environ = {
            **kept,
            "HOME": str(home),
            "TMPDIR": str(home / "tmp"),
            "FARMDECK_HOME": str(home),
            "FARMDECK_STUDIO_SETTINGS": "",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            **environ,
        }

    def command(self, *words: object) -> list[str]:
        return [sys.executable, "-m", "farmdeck_ui", *map(str, words)]

    def run(self, *words: object, typed: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
        """Give a command and wait for its end; its output is a pipe."""
        ended = subprocess.run(
            self.command(*words),
            env={**self.environ, **environ},
            cwd=self.home,
            input=typed,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=PATIENCE * 2,
            check=False,
        )
        self.said += ended.stdout + ended.stderr
        return ended

    def ok(self, *words: object) -> str:
        """What it prints; it has to end with 0."""
        ended = self.run(*words)
        assert ended.returncode == 0, (words, ended.stdout, ended.stderr)
        return ended.stdout

    def json(self, *words: object) -> Any:
        """The document that it prints: nothing else may be on standard output."""
        return json.loads(self.ok(*words, "--json"))

    def refused(self, *words: object, code: int = 1) -> str:
        """What it complains of on standard error; nothing is on standard output, and no traceback anywhere."""
        ended = self.run(*words)
        assert ended.returncode == code, (words, ended.stdout, ended.stderr)
        assert ended.stdout == ""
        assert "Traceback" not in ended.stderr
        return ended.stderr

    def submit(self, *words: object, scene: Path = TINY) -> str:
        """Submit without waiting; the job's id."""
        return str(self.json("submit", scene, "--output", self.frames, *words)["id"])

    def jobs(self) -> list[Job]:
        """What is in the job list; faster than to ask `farmdeck jobs`."""
        with Store.open(self.home) as store:
            return store.jobs()

    def job_once(self, id: str, enough: Callable[[Job], bool]) -> Job:
        """The job, as soon as it is as wanted."""
        until = time.monotonic() + PATIENCE
        with Store.open(self.home) as store:
            while not enough(store.job(id)):
                assert time.monotonic() < until, store.job(id)
                time.sleep(0.02)
            return store.job(id)

    def frame_once(self, id: str, number: int, state: FrameState) -> None:
        """Wait until the job list has a frame of the job in that state; nothing is asked for."""
        until = time.monotonic() + PATIENCE
        with Store.open(self.home) as store:
            while (number, state) not in {(frame.number, frame.state) for frame in store.frames(id)}:
                assert time.monotonic() < until, store.frames(id)
                time.sleep(0.02)

    def close(self) -> None:
        """End the agent and wait until it is gone."""
        if agent_runs(self.home):
            with Store.open(self.home) as store:
                store.send("agent.stop")
            assert wait_for_agent(self.home, PATIENCE, runs=False)


@pytest.fixture(scope="session")
def farmdeck(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    """One for all the tests of a worker, since each agent and each first Blender cost a second."""
    line = CommandLine(tmp_path_factory.mktemp("farmdeck"))
    yield line
    line.close()


@pytest.fixture
def another(tmp_path: Path) -> Iterator[Callable[..., CommandLine]]:
    """Makes command lines with a home of their own."""
    made: list[CommandLine] = []

    def make(settings: str = "", **environ: str) -> CommandLine:
        made.append(CommandLine(tmp_path / f"home{len(made)}", settings, environ))
        return made[-1]

    yield make
    for line in made:
        line.close()


class Cloud:
    """A command line, and a simulated Renderbus that is set up in it as `cloud`."""

    def __init__(self, line: CommandLine, simulated: Renderbus) -> None:
        self.line = line
        self.simulated = simulated

    def settings(self, **more: object) -> list[str]:
        """The words of `farms add` for an account at the simulated farm."""
        values = {
            "domain": self.simulated.domain,
            "protocol": "http",
            "access_id": self.simulated.account.access_id,
            "platform": self.simulated.account.platform,
            "storage": self.simulated.storage.root,
            "poll_seconds": 0.1,
            **more,
        }
        return [word for name, value in values.items() for word in ("--set", f"{name}={value}")]

    def add(self, name: str = "cloud", *words: str, key: str = "", **more: object) -> subprocess.CompletedProcess[str]:
        """Set an account up."""
        add = ["farms", "add", name, "--kind", "renderbus", *self.settings(**more), *words, "--secret-stdin"]
        return self.line.run(*add, typed=(key or self.simulated.account.access_key) + "\n")

    def submit(self, *words: object) -> str:
        """Submit the first layer of the tiny scene; the job's id."""
        return self.line.submit("--item", "Tiny/beauty", "--farm", "cloud", *words)


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """An account with one environment, for all that leave it as they found it."""
    with Renderbus(tmp_path_factory.mktemp("storage")) as simulated:
        for machine in simulated.hardware:
            if machine["model"] == "2080Ti":
                machine["notSupportCgId"] = [2007]  # Blender
        made = Cloud(CommandLine(tmp_path_factory.mktemp("cloud")), simulated)
        assert made.add().returncode == 0
        made.line.ok("envs", "create", "--like", TINY, "--farm", "cloud")
        yield made
        made.line.close()


@pytest.fixture(scope="session")
def cloud_job(cloud: Cloud) -> str:
    """A job of three frames that the cloud rendered and that were fetched."""
    id = cloud.submit("--frames", "1-3", "--name", "far away")
    cloud.line.ok("job", id, "--watch")
    return id


@pytest.fixture
def another_cloud(another: Callable[..., CommandLine], tmp_path: Path) -> Iterator[Cloud]:
    """One with a home and a farm of its own, not set up yet."""
    with Renderbus(tmp_path / "storage") as simulated:
        made = Cloud(another(), simulated)
        yield made
        made.line.close()  # before its farm goes away


@pytest.fixture(scope="session")
def done_job(farmdeck: CommandLine) -> str:
    """A job of three rendered frames, for all that only look at it."""
    id = farmdeck.submit("--frames", "1-3", "--name", "looked at")
    farmdeck.ok("job", id, "--watch")
    return id
