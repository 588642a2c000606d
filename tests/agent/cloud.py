"""A farm elsewhere, made up: installed as a third party's would be, steered by the test, with a real agent on it."""

from __future__ import annotations

import logging
import pickle
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from farmdeck import FrameState, Job
from farmdeck._errors import FarmUnreachable
from farmdeck.agent import run_agent
from farmdeck.environments import RenderEnv
from farmdeck.farm import FarmContext, Output, Watch
from farmdeck.store import Answer, FarmInfo, Store
from farmdeck.submission import Submission, new_id
from farmdeck.testing import ELSEWHERE, Asked, FakeFarm, made_up_submission, one_pixel_png

PATIENCE = 100.0
"""Seconds; small pictures are made only where nobody else wants the processor."""
ORDER = [(0, 1), (0, 2), (0, 3), (1, 10), (1, 12)]
"""The frames of the made-up submission, by part and number."""


@dataclass
class Site:
    """The cloud itself: it stays while agents come and go."""

    jobs: dict[str, Any] = field(default_factory=dict)
    envs: dict[str, RenderEnv] = field(default_factory=dict)
    capabilities: Any = ELSEWHERE
    allowed: int = 99
    """How many frames of each job may be done by now."""
    silent: set[str] = field(default_factory=set)
    """Calls that are not answered; `*` for all."""
    broken: set[str] = field(default_factory=set)
    """Calls with a mistake in them."""
    calls: Counter[str] = field(default_factory=Counter)
    asked: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    content: bytes = field(default_factory=one_pixel_png)
    modified: dict[int, float] = field(default_factory=dict)
    """By frame number, in the place of when it was rendered."""
    names: dict[int, str] = field(default_factory=dict)
    """What the farm calls a frame's file, in the place of `0001.png`."""
    fetched: list[str] = field(default_factory=list)
    fetching: Callable[[Output, Watch], None] = lambda output, watch: None
    uploading: Callable[[Watch], None] = lambda watch: None
    submitting: Callable[[Submission], None] = lambda submission: None
    answering: Callable[[Submission], None] = lambda submission: None
    sending: Watch = field(default_factory=Watch)
    """The watch of the last submit."""
    notify: Callable[[str], None] = lambda job: None
    """What the agent gave the farm, to be called with its own id of a job."""
    lock: Any = field(default_factory=threading.RLock)

    def named(self, call: str) -> list[tuple[Any, ...]]:
        """What the call was asked with, each time."""
        return [args for name, args in list(self.asked) if name == call]


SITE = Site()
"""The one of the test that runs; see `site` in test_elsewhere.py."""


class Cloud(FakeFarm):
    """FakeFarm with its jobs on the site, and every call counted."""

    label = "Made-up cloud"

    def __init__(self, context: FarmContext) -> None:
        super().__init__(context, self._renders, capabilities=SITE.capabilities, frames_per_look=99)
        self.site = SITE
        self.site.notify = context.notify
        self._jobs, self._envs = SITE.jobs, SITE.envs
        self.submitting = lambda submission: self.site.submitting(submission)
        self.answering = lambda submission: self.site.answering(submission)

    def _renders(self, asked: Asked) -> FrameState:
        done = ORDER.index((asked.part, asked.number)) < self.site.allowed
        return FrameState.DONE if done else FrameState.RENDERING

    def outputs(self, job_id: str) -> list[Output]:
        found = super().outputs(job_id)
        return [
            replace(
                output,
                size=len(self.site.content),
                path=self.site.names.get(output.frame or 0, output.path),
                modified=self.site.modified.get(output.frame or 0, output.modified),
            )
            for output in found
        ]

    def fetch(self, job_id: str, wanted: Any, watch: Watch, done: Callable[[Output], None] = lambda o: None) -> None:
        for output, path in wanted:
            watch.check()
            self.site.fetching(output, watch)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self.site.content)
            self.site.fetched.append(output.id)
            done(output)

    def submit(self, submission: Submission, scene: Path, watch: Watch) -> str:
        self.site.sending = watch
        return super().submit(submission, scene, watch)

    def upload(self, submission: Submission, scene: Path, watch: Watch) -> None:
        self.site.uploading(watch)


def _counted(name: str, locked: bool) -> None:
    inner = getattr(Cloud, name)

    def call(self: Cloud, *args: Any, **kwargs: Any) -> Any:
        self.site.calls[name] += 1
        self.site.asked.append((name, args))
        if {name, "*"} & self.site.silent:
            raise FarmUnreachable("The made-up cloud does not answer.", "Check the VPN.")
        if name in self.site.broken:
            raise KeyError(name)
        if not locked:
            return inner(self, *args, **kwargs)
        with self.site.lock:
            return inner(self, *args, **kwargs)

    setattr(Cloud, name, call)


for _name in ("check", "environments", "account", "problems", "find", "jobs", "frames", "act", "outputs", "log", "run"):
    _counted(_name, locked=True)
for _name in ("hash", "upload", "submit", "fetch"):  # a test may hold these for a while
    _counted(_name, locked=False)


class KeptCloud(FakeFarm):
    """For an agent in a process of its own: its jobs outlive the process, and fetching leaves a line for each file.

    No picture comes before there is a file `pictures` at its site: what happens before can be told from what happens
    after, however busy the machine is.
    """

    label = "Made-up cloud"

    def __init__(self, context: FarmContext) -> None:
        super().__init__(context, capabilities=ELSEWHERE, frames_per_look=99)
        self._kept = Path(str(context.settings["site"])) / "jobs"
        if self._kept.exists():
            self._jobs = pickle.loads(self._kept.read_bytes())  # noqa: S301 - our own file, of this test

    def submit(self, submission: Submission, scene: Path, watch: Watch) -> str:
        id = super().submit(submission, scene, watch)
        self.look()
        part = self._kept.with_suffix(".part")
        part.write_bytes(pickle.dumps(self._jobs))
        part.replace(self._kept)
        return id

    def fetch(self, job_id: str, wanted: Any, watch: Watch, done: Callable[[Output], None] = lambda o: None) -> None:
        for output, path in wanted:
            while not self._kept.with_name("pictures").exists():
                watch.check()
                time.sleep(0.02)
            watch.check()
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f".{path.name}.part")
            part.write_bytes(one_pixel_png())
            part.replace(path)
            with open(self._kept.with_name("fetched"), "a") as lines:
                lines.write(f"{output.id}\n")
            done(output)


def install(folder: Path, kind: str = "Cloud") -> Path:
    """A distribution that announces the farm; returns the folder to put on the path."""
    info = folder / "made_up_cloud-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: made-up-cloud\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[farmdeck.farms]\nmade_up_cloud = {__name__}:{kind}\n")
    return folder


def settings_text(agent: str = "notify = false", **values: str) -> str:
    """The settings of a person who has an account on the cloud."""
    lines = "".join(f'{key} = "{value}"\n' for key, value in values.items())
    return f'[local]\nsearch = false\n[agent]\n{agent}\n[farms.cloud]\nkind = "made_up_cloud"\n{lines}'


class Studio:
    """A home with an agent on a thread of this process, and the cloud at hand."""

    def __init__(self, home: Path, shot: Path, site: Site) -> None:
        self.home = home
        self.shot = shot
        self.site = site
        shot.mkdir(parents=True, exist_ok=True)
        self._made: Submission | None = None
        self._thread: threading.Thread | None = None
        self._hooks = threading.excepthook, sys.excepthook
        self.settings()
        self.store = Store.open(home)

    def settings(self, agent: str = "notify = false", **values: str) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        (self.home / "settings.toml").write_text(settings_text(agent, **values))

    # -- the agent

    def start(self) -> None:
        self._thread = threading.Thread(target=run_agent, args=(self.home,), name="farmdeck-agent")
        self._thread.start()

    def stop(self) -> None:
        if self._thread is not None:
            self.store.send("agent.stop")
            self._thread.join(PATIENCE)
            assert not self._thread.is_alive()
            self._thread = None

    def close(self) -> None:
        self.site.silent.clear()
        self.stop()
        self.store.close()
        log = logging.getLogger("farmdeck")
        for handler in log.handlers[:]:
            log.removeHandler(handler)
            handler.close()
        log.setLevel(logging.NOTSET)
        log.propagate = True
        threading.excepthook, sys.excepthook = self._hooks

    # -- what a person does and sees

    def submit(self, **changes: Any) -> str:
        if self._made is None:
            self._made = made_up_submission(self.shot, farm="cloud")
        return self.store.submit(replace(self._made, **{"id": new_id(), **changes})).id

    def job(self, id: str) -> Job:
        return self.store.job(id)

    def farm(self) -> FarmInfo:
        return next(farm for farm in self.store.farms() if farm.name == "cloud")

    def ask(self, kind: str, target: str, **arguments: Any) -> Answer:
        """Send the command and wait for what comes of it."""
        command = self.store.send(kind, target, **arguments)
        return self.until(lambda: self.store.answer(command), lambda answer: answer.done)

    def wait(self, id: str, true: Callable[[Job], bool]) -> Job:
        return self.until(lambda: self.job(id), true)

    def until(self, get: Callable[[], Any], true: Callable[[Any], Any] = bool) -> Any:
        """What `get` gives once it is `true`."""
        end = time.monotonic() + PATIENCE
        while True:
            value = get()
            if true(value):
                return value
            assert time.monotonic() < end, f"still {value}\n{self.log()}"
            time.sleep(0.01)

    def log(self) -> str:
        path = self.home / "agent.log"
        return path.read_text() if path.exists() else ""

    def on_disk(self) -> list[str]:
        """The fetched files, below the shot's output folder."""
        root = self.shot / "render"
        return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def every(parts: Sequence[str] = ("beauty", "fog")) -> list[str]:
    """What is on disk once all of the made-up submission's pictures are."""
    numbers = {"beauty": (1, 2, 3), "fog": (10, 12)}
    return [f"{part}/{number:04d}.png" for part in parts for number in numbers[part]]
