"""The contract on the farm that needs no machine; farms that break it are in test_contract_bugs.py."""

from __future__ import annotations

from pathlib import Path

import pytest
from farmdeck._errors import FarmError, FarmUnreachable
from farmdeck.farm import Capabilities, FarmContext, Watch
from farmdeck.job import Action, FrameState, JobState
from farmdeck.testing import ELSEWHERE, Asked, FakeFarm, FarmContract, frame_file, made_up_submission


@pytest.fixture
def submission(tmp_path: Path):
    return made_up_submission(tmp_path)


@pytest.fixture
def context(tmp_path: Path) -> FarmContext:
    return FarmContext("made-up", tmp_path)


class TestFakeFarm(FarmContract):
    @pytest.fixture
    def farm(self, context):
        return FakeFarm(context)


class TestFarmThatCanDoNothing(FarmContract):
    """Everything unclaimed is refused, not skipped."""

    @pytest.fixture
    def farm(self, context):
        return FakeFarm(context, capabilities=Capabilities())


class TestFarmElsewhere(FarmContract):
    """Its pictures are fetched, its environments edited, and it costs money."""

    @pytest.fixture
    def farm(self, context):
        return FakeFarm(context, capabilities=ELSEWHERE)


def test_a_failing_frame_is_retried_until_it_works(context, submission):
    def fails_first(asked: Asked) -> FrameState:
        return FrameState.FAILED if asked.number == 2 and asked.attempt == 1 else FrameState.DONE

    farm = FakeFarm(context, fails_first, frames_per_look=99)
    job = farm.submit(submission, Path(submission.scene.path), Watch())
    assert farm.jobs([job])[job].state is JobState.PARTLY_DONE
    assert [frame.number for frame in farm.frames(job) if frame.state is FrameState.FAILED] == [2]
    farm.act(job, Action.RETRY)
    assert farm.jobs([job])[job].state is JobState.DONE


def test_a_frame_can_take_several_looks(context, submission):
    looks = iter([FrameState.RENDERING, FrameState.RENDERING, FrameState.DONE])
    farm = FakeFarm(context, lambda asked: next(looks))
    job = farm.submit(submission, Path(submission.scene.path), Watch())
    assert farm.jobs([job])[job].state is JobState.RENDERING
    farm.look()
    farm.look()
    first = farm.frames(job)[0]
    assert (first.state, first.attempt) == (FrameState.DONE, 1)


def test_a_farm_that_is_away(context, submission):
    farm = FakeFarm(context)
    farm.refuse = FarmUnreachable("The farm does not answer.", "Check the VPN.")
    with pytest.raises(FarmUnreachable):
        farm.check()


def test_an_answer_that_is_lost_still_made_a_job(context, submission):
    farm = FakeFarm(context)

    def lose(_):
        raise FarmUnreachable("The line broke.", "Try again.")

    farm.answering = lose
    with pytest.raises(FarmError):
        farm.submit(submission, Path(submission.scene.path), Watch())
    assert farm.find(submission.id) == "fake-1"


@pytest.mark.parametrize(
    ("pattern", "number", "expected"),
    [
        ("/o/a_####.png", 7, "/o/a_0007.png"),
        ("/o/#.exr", 12, "/o/12.exr"),
        ("/o/##", -3, "/o/-03"),
        ("/o/a", 1, "/o/a"),
    ],
)
def test_frame_file(pattern, number, expected):
    assert frame_file(pattern, number) == Path(expected)
