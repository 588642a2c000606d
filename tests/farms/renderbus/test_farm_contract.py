"""The farm contract against the simulated farm, in both dialects."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from farmdeck import Submission
from farmdeck.farm import Farm, FarmContext, Watch
from farmdeck.farms.renderbus import RenderbusFarm
from farmdeck.testing import FarmContract

from tests.farms.renderbus.site import blender, maya, settings
from tests.simulator import Renderbus


class RenderbusContract(FarmContract):
    patience = 20.0
    dialect = ""

    @pytest.fixture
    def simulated(self, tmp_path: Path) -> Iterator[Renderbus]:
        with Renderbus(tmp_path / "storage") as simulated:
            yield simulated

    @pytest.fixture
    def farm(self, simulated: Renderbus, submission: Submission, tmp_path: Path) -> Iterator[RenderbusFarm]:
        given = settings(simulated, dialect=self.dialect)
        farm = RenderbusFarm(FarmContext("cloud", tmp_path / "own", given, lambda: simulated.account.access_key))
        env, _ = farm.environment_like(submission.software, (), "windows")
        farm.add_environment(env)
        farm.check()  # as the agent does before anything else: it tells the dialect
        yield farm
        farm.close()

    def submit(self, farm: Farm, submission: Submission) -> str:
        """Its files have to be there first; and a task that is given up before its analysis cannot be brought back."""
        scene = self.scene(submission)
        farm.hash(submission, scene, Watch())
        farm.upload(submission, scene, Watch())
        job = super().submit(farm, submission)
        if not submission.hold:
            self.wait(farm, job, lambda report: report.farm_state != "Analysing")
        return job

    @pytest.fixture
    def submission(self, tmp_path: Path) -> Submission:
        return maya(tmp_path)


class TestCurrent(RenderbusContract):
    dialect = "current"


class TestProtocolV3(RenderbusContract):
    dialect = "v3"


class TestBlender(RenderbusContract):
    @pytest.fixture
    def submission(self, tmp_path: Path) -> Submission:
        return blender(tmp_path)
