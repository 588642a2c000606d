"""A simulated farm with an account, and farms of ours on it that come and go as agents do."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from farmdeck import Submission
from farmdeck.farm import FarmContext, JobReport, Watch
from farmdeck.farms.renderbus import RenderbusFarm
from farmdeck.farms.renderbus.dialects import CALLS, DIALECTS
from farmdeck.job import Frame, FrameState, Part
from farmdeck.scene import Software
from farmdeck.submission import stamp
from farmdeck.testing import made_up_submission

from tests.simulator import Account, Fault, Renderbus
from tests.simulator.tasks import Task

PATIENCE = 20.0
NAMES = {path: row.name for row in CALLS.values() for path in (row.current, row.v3) if path}
"""Our name of a call, by its path in either dialect."""


def settings(simulated: Renderbus, account: Account | None = None, **more: object) -> dict[str, object]:
    """The farm's table of the settings file for a simulated farm."""
    account = account or simulated.account
    return {
        "domain": simulated.domain,
        "protocol": "http",
        "access_id": account.access_id,
        "platform": str(account.platform),
        "storage": str(simulated.storage.root),
        "poll_seconds": 0.05,
        **more,
    }


def blender(folder: Path, **changes: Any) -> Submission:
    """One view layer: a task renders a whole Blender scene."""
    made = made_up_submission(folder)
    return replace(made, parts=made.parts[:1], **changes)


def maya(folder: Path, **changes: Any) -> Submission:
    """Two render layers, each with frames of its own: a task with two parts."""
    made = made_up_submission(folder)
    parts = tuple(replace(part, address=(part.name,), item=part.name, renderer="arnold") for part in made.parts)
    return replace(made, **{"software": Software("Maya", "2024"), "parts": parts, **changes})


def framed(submission: Submission, *frames: str) -> Submission:
    """The same with these frames in its parts; parts beyond them are left out."""
    parts = tuple(replace(part, frames=text) for part, text in zip(submission.parts, frames, strict=False))
    return replace(submission, parts=parts)


def with_files(submission: Submission, folder: Path, *names: str) -> Submission:
    """The same with files that it needs."""
    made = []
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode() * 100)
        made.append(stamp(str(path)))
    return replace(submission, files=tuple(made))


class Site:
    """What a test has: `simulated`, the farm; `folder`, what ours keeps; a delivery as the agent does it."""

    def __init__(self, tmp_path: Path, dialect: str = "current", **given: Any) -> None:
        self.shot = tmp_path / "shot"
        self.shot.mkdir()
        self.folder = tmp_path / "own"
        self.dialect = dialect
        self.simulated = Renderbus(tmp_path / "storage", **given)
        self.simulated.__enter__()
        self._farms: list[RenderbusFarm] = []

    def close(self) -> None:
        for farm in self._farms:
            farm.close()
        self.simulated.__exit__(None, None, None)

    def farm(self, account: Account | None = None, key: str = "", folder: Path | None = None, **more: object) -> Any:
        """Ours, as a new agent makes it: nothing is remembered but what its folder holds."""
        account = account or self.simulated.account
        given = settings(self.simulated, account, **{"dialect": self.dialect, **more})
        context = FarmContext("cloud", folder or self.folder, given, lambda: key or account.access_key)
        self._farms.append(RenderbusFarm(context, first_wait=0.001))
        return self._farms[-1]

    def ready(self, submission: Submission, **more: Any) -> RenderbusFarm:
        """A farm whose account has an environment for the submission."""
        farm = self.farm(**more)
        env, _ = farm.environment_like(submission.software, (), "windows")
        if env.name not in {one.name for one in farm.environments()}:
            farm.add_environment(env)
        farm.check()
        return farm

    def deliver(self, farm: RenderbusFarm, submission: Submission, watch: Watch | None = None) -> str:
        """Every step, as the agent takes them when it begins or goes on."""
        watch, scene = watch or Watch(), Path(submission.scene.path)
        errors = [problem.message for problem in farm.problems(submission) if problem.severity.value == "error"]
        assert not errors, errors
        farm.hash(submission, scene, watch)
        farm.upload(submission, scene, watch)
        return farm.find(submission.id) or farm.submit(submission, scene, watch)

    def sent(self, submission: Submission, **more: Any) -> tuple[RenderbusFarm, str]:
        """A farm, and the submission's number on it."""
        farm = self.ready(submission, **more)
        return farm, self.deliver(farm, submission)

    def until(self, farm: RenderbusFarm, job: str, wanted: Callable[[JobReport], bool]) -> JobReport:
        """The job's report once it is as wanted."""
        end = time.monotonic() + PATIENCE
        while True:
            report = farm.jobs([job])[job]
            if wanted(report):
                return report
            assert time.monotonic() < end, f"still {report}"
            time.sleep(0.01)

    def ended(self, farm: RenderbusFarm, job: str) -> JobReport:
        return self.until(farm, job, lambda report: report.state.at_rest)

    # -- what the farm has

    def live(self) -> list[Task]:
        """Tasks that are there, parts not among them: submitted or not, but not deleted."""
        tasks = list(self.simulated.tasks.values())
        return [task for task in tasks if task.parent is None and not task.deleted]

    def submitted(self) -> list[Task]:
        return [task for task in self.live() if task.listed]

    def unused(self) -> list[Task]:
        return [task for task in self.live() if not task.listed]

    def calls(self) -> list[str]:
        """Our names of what the farm was asked, oldest first."""
        return [NAMES[request.path] for request in self.simulated.journal]

    def inject(self, call: str, **fault: Any) -> None:
        """Let something go wrong with one of our calls."""
        self.simulated.inject(Fault(CALLS[call].path(DIALECTS[self.dialect]), **fault))

    def config(self, task: Task, name: str) -> Any:
        account = task.account
        return json.loads(self.simulated.storage.config(account.config_bid, account.user_id, task.id, name).read_text())


def states(frames: Sequence[Frame]) -> dict[tuple[int, int], FrameState]:
    return {(frame.part, frame.number): frame.state for frame in frames}


def touch_later(path: str) -> None:
    """The file is another one: its time differs."""
    info = os.stat(path)
    os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns + 5_000_000_000))


def part(name: str = "beauty", frames: str = "1-3", camera: str = "", **given: Any) -> Part:
    plain = Part(name, name, (name,), camera, frames, 4, 2, "arnold", f"/w/render/{name}/####.png")
    return replace(plain, **given)
