"""A whole job on a real earlier Flamenco Server: from submit to frames, one again, stopped, started, deleted.

    FARMDECK_TEST_FLAMENCO_SERVER=http://127.0.0.1:9999 pytest -m live tests/live/test_flamenco_server.py

The server is a throw-away one with a manager, and a worker that has Blender. Servers of early 2015 need an active
project whose folders are on this machine.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from farmdeck import Submission
from farmdeck._errors import FarmError, UnknownJob
from farmdeck.farm import FarmContext, JobReport, Watch
from farmdeck.farms.flamenco_server import FlamencoServerFarm
from farmdeck.job import Action, Frame, FrameState, JobState
from farmdeck.scenes import read_scene
from farmdeck.submission import prepare

pytestmark = pytest.mark.live

TINY = Path(__file__).parents[1] / "data" / "tiny.blend"
PATIENCE = 600.0
"""Seconds: Blender starts for each task, maybe on one slow machine."""
SETTLED = 10.0
"""Seconds until a worker of January 2015 has told that it was killed: a start before that is taken for what failed."""
CHUNK = 3
"""The worker of January 2015 hangs for ever when Blender is done within a second."""


class Live:
    """A farm of ours on the server, and what it was given."""

    def __init__(self, farm: FlamencoServerFarm, folder: Path) -> None:
        self.farm = farm
        self.folder = folder
        self.jobs: list[str] = []

    def deliver(self, *frames: str) -> str:
        """Two view layers of a tiny scene with these frames each: every step, as the agent takes them."""
        scene = read_scene(shutil.copy(TINY, self.folder))
        made = prepare(scene, items=("Tiny/beauty", "Tiny/extra"), farm="live", options={"chunk": CHUNK})
        parts = tuple(replace(part, frames=text) for part, text in zip(made.parts, frames))
        return self._send(replace(made, parts=parts))

    def _send(self, submission: Submission) -> str:
        scene, watch = Path(submission.scene.path), Watch()
        assert not [problem for problem in self.farm.problems(submission) if problem.severity.value == "error"]
        self.farm.hash(submission, scene, watch)
        self.farm.upload(submission, scene, watch)
        assert self.farm.find(submission.id) is None
        self.jobs.append(self.farm.submit(submission, scene, watch))
        assert self.farm.find(submission.id) == self.jobs[-1]
        return self.jobs[-1]

    def until(self, job: str, wanted: Callable[[JobReport], bool]) -> JobReport:
        """The job's report once it is as wanted."""
        end = time.monotonic() + PATIENCE
        while not wanted(report := self.farm.jobs([job])[job]):
            assert time.monotonic() < end, f"still {report}"
            time.sleep(1.0)
        return report

    def act(self, job: str, action: Action) -> None:
        """As somebody who tries again: the server of January 2015 crashes when a task ends while it is stopped."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return self.farm.act(job, action)
            except FarmError:
                if time.monotonic() > end:
                    raise
            time.sleep(1.0)

    def frames(self, job: str) -> dict[tuple[int, int], Frame]:
        return {(frame.part, frame.number): frame for frame in self.farm.frames(job)}


@pytest.fixture
def live(flamenco_server_url: str, tmp_path: Path) -> Iterator[Live]:
    farm = FlamencoServerFarm(FarmContext("live", tmp_path / "own", {"url": flamenco_server_url}))
    farm.check()
    folder = _project(farm, tmp_path) / f"farmdeck-{tmp_path.name}"
    folder.mkdir()
    made = Live(farm, folder)
    yield made
    for job in made.jobs:
        if farm.jobs([job]):
            made.act(job, Action.DELETE)
    farm.close()
    shutil.rmtree(folder)


def _project(farm: FlamencoServerFarm, otherwise: Path) -> Path:
    """The active project's folder, where it has one here: later servers get the scene in a zip."""
    active = [row for row in farm.run("projects", "", {}) if row[2] == "yes"]
    folders = [Path(cell) for row in active for cell in row[3:] if cell and Path(cell).is_dir()]
    return (folders or [otherwise])[0]


def test_from_submit_to_frames_and_one_of_them_again(live: Live, tmp_path: Path) -> None:
    assert "Flamenco Server" in live.farm.check()
    job = live.deliver("1-3", "10-12")
    assert live.until(job, lambda report: report.state.at_rest).state is JobState.DONE
    frames = live.frames(job)
    assert set(frames) == {(0, 1), (0, 2), (0, 3), (1, 10), (1, 11), (1, 12)}
    assert {frame.state for frame in frames.values()} == {FrameState.DONE}
    outputs = live.farm.outputs(job)
    assert {(output.part, output.frame) for output in outputs} == set(frames)
    live.farm.fetch(job, [(output, tmp_path / "got" / output.path) for output in outputs], Watch())
    assert all((tmp_path / "got" / output.path).read_bytes()[:4] == b"\x89PNG" for output in outputs)

    live.farm.act(job, Action.RETRY, [(0, 1), (0, 2), (0, 3)])
    live.until(job, lambda report: live.frames(job)[0, 2].attempt == 2 and report.state.at_rest)
    frames = live.frames(job)
    assert frames[0, 2].state is FrameState.DONE and frames[1, 11].attempt == 1


def test_stopped_started_and_deleted(live: Live) -> None:
    job = live.deliver("1-9", "10-18")
    live.until(job, lambda report: report.state is JobState.RENDERING)
    live.act(job, Action.STOP)
    live.until(job, lambda report: report.state is JobState.STOPPED)
    time.sleep(SETTLED)
    live.act(job, Action.START)
    assert live.until(job, lambda report: report.state.at_rest).state is JobState.DONE
    assert {frame.state for frame in live.frames(job).values()} == {FrameState.DONE}
    live.act(job, Action.DELETE)
    assert live.farm.jobs([job]) == {}
    with pytest.raises(UnknownJob):
        live.farm.frames(job)
