"""The farm contract against a simulated earlier Flamenco Server, in each of its dialects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from farmdeck import Submission
from farmdeck.farm import Farm, Watch
from farmdeck.farms.flamenco_server import FlamencoServerFarm
from farmdeck.testing import FarmContract

from tests.farms.flamenco_server.conftest import PATIENCE, Site


class OldServerContract(FarmContract):
    patience = PATIENCE
    dialect = ""

    @pytest.fixture
    def here(self, make_site: Callable[..., Site]) -> Site:
        return make_site(self.dialect, auto=True)

    @pytest.fixture
    def farm(self, here: Site) -> Iterator[FlamencoServerFarm]:
        yield here.farm

    @pytest.fixture
    def submission(self, here: Site) -> Submission:
        return here.shot()

    def submit(self, farm: Farm, submission: Submission) -> str:
        scene = Path(submission.scene.path)
        farm.upload(submission, scene, Watch())
        return super().submit(farm, submission)


class TestJanuary2015(OldServerContract):
    dialect = "A"


class TestFebruary2015(OldServerContract):
    dialect = "A'"


class TestSpring2015(OldServerContract):
    dialect = "C"


class TestSummer2015(OldServerContract):
    dialect = "B"
