"""A simulated Manager with a shared storage, and farms of ours on it that come and go as agents do."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from farmdeck import Submission
from farmdeck.farm import FarmContext, JobReport, Watch
from farmdeck.farms.flamenco import FlamencoFarm
from farmdeck.scene import Software
from farmdeck.scenes import read_scene
from farmdeck.submission import prepare, stamp
from farmdeck.testing import made_up_submission

from tests.simulator.flamenco import Manager

ROOT = Path(__file__).parents[3]
TINY = ROOT / "tests" / "data" / "tiny.blend"
OWN_TYPE = ROOT / "resources" / "flamenco" / "farmdeck-render.js"
PATIENCE = 60.0
LAYERS = ("Tiny/beauty", "Tiny/extra")


def settings(manager: Manager, **more: object) -> dict[str, object]:
    """The farm's table of the settings file."""
    return {"url": manager.url, "poll_seconds": 0.05, **more}


def blender(folder: Path, **changes: Any) -> Submission:
    """Two view layers of a real scene, with frames of their own: two of Flamenco's jobs."""
    folder.mkdir(parents=True, exist_ok=True)
    made = prepare(read_scene(shutil.copy(TINY, folder)), items=LAYERS, farm="studio")
    first, second = made.parts
    parts = (replace(first, frames="1-3"), replace(second, frames="10,12"))
    return replace(made, **{"parts": parts, **changes})


def one_layer(folder: Path, **changes: Any) -> Submission:
    """The view layer that the scene is set to render: one job, and nothing of the scene has to change."""
    made = blender(folder)
    return replace(made, **{"parts": made.parts[:1], **changes})


def other(folder: Path, software: str, **changes: Any) -> Submission:
    """Two parts of a scene of another application: one of Flamenco's jobs."""
    folder.mkdir(parents=True, exist_ok=True)
    extension, kind, name = {
        "Maya": ("ma", "render_layer", "{}"),
        "Houdini": ("hip", "rop", "/out/{}"),
        "3ds Max": ("max", "view", "{}"),
    }[software]
    scene = folder / f"shot.{extension}"
    scene.write_text("a scene")
    made = made_up_submission(folder, farm="studio")
    parts = tuple(
        replace(part, item=name.format(part.name), address=(name.format(part.name),), kind=kind, renderer="arnold")
        for part in made.parts
    )
    whole = replace(made, software=Software(software, "2024"), scene=stamp(str(scene)), parts=parts)
    return replace(whole, **changes)


def with_files(submission: Submission, *names: str) -> Submission:
    """The same with files that it needs, beside the scene."""
    made = []
    for name in names:
        path = Path(submission.scene.path).parent / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode() * 100)
        made.append(stamp(str(path)))
    return replace(submission, files=tuple(made))


class Studio:
    """What a test has: `manager`, the simulated one; `shot`, the artist's folder; deliveries as the agent does them."""

    def __init__(self, folder: Path, version: str = "3.9.0", **given: Any) -> None:
        self.shot = folder / "shot"
        self.folder = folder / "own"
        self.notified: list[str] = []
        self.manager = Manager(folder / "farm", version, inside=folder, **{"scripts": [OWN_TYPE], **given})
        for worker in self.manager.workers:
            worker.task_types = (*worker.task_types, "maya", "houdini", "3dsmax")
        self.manager.__enter__()
        self._farms: list[FlamencoFarm] = []

    def close(self) -> None:
        for farm in self._farms:
            farm.close()
        self.manager.__exit__(None, None, None)
        self.manager.assert_valid()

    def farm(self, folder: str = "own", **more: object) -> FlamencoFarm:
        """Ours, as a new agent makes it: nothing is remembered but what its folder holds."""
        own = self.folder.with_name(folder)
        context = FarmContext("studio", own, settings(self.manager, **more), notify=self.notified.append)
        self._farms.append(FlamencoFarm(context))
        return self._farms[-1]

    def ready(self, **more: object) -> FlamencoFarm:
        """A farm that knows the Manager."""
        farm = self.farm(**more)
        farm.check()
        return farm

    def see(self, name: str = "projects", folder: Path | None = None) -> None:
        """The workers see the artist's folder, through a two-way variable of the Manager's."""
        from tests.simulator.flamenco import Variable

        place = str(folder or self.shot)
        self.manager.variables.table[name] = Variable({"linux": place, "windows": "P:\\"}, twoway=True)

    def deliver(self, farm: FlamencoFarm, submission: Submission, watch: Watch | None = None) -> str:
        """Every step, as the agent takes them when it begins or goes on."""
        watch, scene = watch or Watch(), Path(submission.scene.path)
        errors = [problem.message for problem in farm.problems(submission) if problem.severity.value == "error"]
        assert not errors, errors
        farm.hash(submission, scene, watch)
        farm.upload(submission, scene, watch)
        return farm.find(submission.id) or farm.submit(submission, scene, watch)

    def until(self, farm: FlamencoFarm, job: str, wanted: Callable[[JobReport], bool]) -> JobReport:
        """The job's report once it is as wanted."""
        end = time.monotonic() + PATIENCE
        while True:
            report = farm.jobs([job])[job]
            if wanted(report):
                return report
            assert time.monotonic() < end, f"still {report}"
            time.sleep(0.01)

    def ended(self, farm: FlamencoFarm, job: str) -> JobReport:
        return self.until(farm, job, lambda report: report.state.at_rest)
