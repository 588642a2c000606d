"""A whole job on a real Flamenco 3: from submit to frames, stopped, requeued, one frame again, deleted.

    FARMDECK_TEST_FLAMENCO3=http://127.0.0.1:8080 pytest -m live tests/live/test_flamenco3.py

The Manager is a throw-away one, with the job types that it comes with and a worker that has Blender 3.4 or newer. Where
its shared storage can be reached from here, the pictures are looked at as well.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from farmdeck import Submission
from farmdeck._errors import UnknownJob
from farmdeck.farm import FarmContext, JobReport, Watch
from farmdeck.farms.flamenco import FlamencoFarm
from farmdeck.job import Action, Frame, FrameState, JobState
from farmdeck.scenes import read_scene
from farmdeck.submission import prepare

pytestmark = pytest.mark.live

TINY = Path(__file__).parents[1] / "data" / "tiny.blend"
PATIENCE = 600.0
"""Seconds: Blender starts for each frame, maybe on one slow machine."""


class Live:
    """A farm of ours on the Manager, and what it was given."""

    def __init__(self, farm: FlamencoFarm) -> None:
        self.farm = farm
        self.jobs: list[str] = []

    def deliver(self, submission: Submission) -> str:
        """Every step, as the agent takes them."""
        scene, watch = Path(submission.scene.path), Watch()
        errors = [problem for problem in self.farm.problems(submission) if problem.severity.value == "error"]
        assert not errors
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
            time.sleep(0.5)
        return report

    def frames(self, job: str) -> dict[tuple[int, int], Frame]:
        return {(frame.part, frame.number): frame for frame in self.farm.frames(job)}


@pytest.fixture
def live(flamenco3_url: str, tmp_path: Path) -> Iterator[Live]:
    farm = FlamencoFarm(FarmContext("live", tmp_path / "own", {"url": flamenco3_url, "poll_seconds": 0.5}))
    made = Live(farm)
    yield made
    for job in made.jobs:
        if farm.jobs([job]):
            farm.act(job, Action.DELETE)
    farm.close()


@pytest.fixture
def submission(tmp_path: Path) -> Submission:
    """Two view layers of a tiny scene, with frames of their own."""
    made = prepare(read_scene(shutil.copy(TINY, tmp_path)), items=("Tiny/beauty", "Tiny/extra"), farm="live")
    first, second = made.parts
    return replace(made, parts=(replace(first, frames="1-3"), replace(second, frames="10,12")))


def test_from_submit_to_frames_and_one_of_them_again(live: Live, submission: Submission, tmp_path: Path) -> None:
    assert "Flamenco" in live.farm.check()
    job = live.deliver(submission)
    assert live.until(job, lambda report: report.state.at_rest).state is JobState.DONE
    frames = live.frames(job)
    assert set(frames) == {(0, 1), (0, 2), (0, 3), (1, 10), (1, 12)}
    assert {frame.state for frame in frames.values()} == {FrameState.DONE}
    assert "Blender" in live.farm.log(job, 0, 1)
    outputs = live.farm.outputs(job)
    if not outputs:
        said = [problem.message for problem in live.farm.problems(submission)]
        assert any("storage" in each for each in said), said
    pictures = {(output.part, output.frame): output for output in outputs if output.frame is not None}
    if outputs:
        assert set(pictures) == set(frames)
        live.farm.fetch(job, [(output, tmp_path / "got" / output.path) for output in outputs], Watch())
        assert all((tmp_path / "got" / output.path).stat().st_size == output.size for output in outputs)

    before = pictures.get((0, 2))
    live.farm.act(job, Action.RETRY, [(0, 2)])
    live.until(job, lambda report: live.frames(job)[0, 2].attempt == 2 and report.state.at_rest)
    frames = live.frames(job)
    assert frames[0, 2].state is FrameState.DONE and frames[0, 1].attempt == 1
    if before is not None:
        [after] = [each for each in live.farm.outputs(job) if (each.part, each.frame) == (0, 2)]
        assert (after.modified or 0.0) > (before.modified or 0.0)


def test_stopped_requeued_and_deleted(live: Live, submission: Submission) -> None:
    live.farm.check()
    job = live.deliver(submission)
    live.farm.act(job, Action.STOP)
    live.until(job, lambda report: report.state is JobState.STOPPED)
    live.farm.act(job, Action.START)
    assert live.until(job, lambda report: report.state.at_rest).state is JobState.DONE
    live.farm.act(job, Action.DELETE)
    assert live.farm.jobs([job]) == {}
    assert live.farm.find(submission.id) is None
    with pytest.raises(UnknownJob):
        live.farm.frames(job)
