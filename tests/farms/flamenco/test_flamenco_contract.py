"""The farm contract against the simulated Manager: each way that files travel, old Managers, other applications."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from farmdeck import Submission
from farmdeck.farm import Farm, Watch
from farmdeck.testing import FarmContract

from tests.farms.flamenco.flamenco_studio import Studio, blender, one_layer, other


class FlamencoContract(FarmContract):
    patience = 60.0

    @pytest.fixture
    def farm(self, studio: Studio) -> Farm:
        return studio.ready()

    @pytest.fixture
    def submission(self, studio: Studio) -> Submission:
        return blender(studio.shot)

    def submit(self, farm: Farm, submission: Submission) -> str:
        """Its files have to be there first."""
        scene = self.scene(submission)
        farm.hash(submission, scene, Watch())
        farm.upload(submission, scene, Watch())
        return super().submit(farm, submission)


class TestShaman(FlamencoContract):
    """Pictures go to the shared storage, which is mounted here."""


class TestCopied(FlamencoContract):
    @pytest.fixture
    def studio(self, make_studio: Callable[..., Studio]) -> Studio:
        return make_studio(shaman=False)


class TestInPlace(FlamencoContract):
    """The workers see the artist's folder: files are used where they lie, pictures go where they belong."""

    @pytest.fixture
    def studio(self, make_studio: Callable[..., Studio]) -> Studio:
        studio = make_studio(shaman=False)
        studio.see()
        return studio

    @pytest.fixture
    def submission(self, studio: Studio) -> Submission:
        return one_layer(studio.shot, options={"files": "in place"})


class TestOldManager(FlamencoContract):
    """The oldest that is promised: no list of jobs by GET, no pause, no tags, no steps."""

    @pytest.fixture
    def studio(self, make_studio: Callable[..., Studio]) -> Studio:
        return make_studio("3.2")


class TestMaya(FlamencoContract):
    """All parts are one of Flamenco's jobs, by our own job type."""

    @pytest.fixture
    def submission(self, studio: Studio) -> Submission:
        return other(studio.shot, "Maya")
