"""Real farms, for a throw-away job each; the tests are skipped where nobody gives their addresses."""

from __future__ import annotations

import os

import pytest

GIVEN = {name: os.environ.get(name, "") for name in ("FARMDECK_TEST_FLAMENCO3", "FARMDECK_TEST_FLAMENCO_SERVER")}
"""Read before the tests, which are run without any setting of ours."""


def _address(name: str) -> str:
    if not GIVEN[name]:
        pytest.skip(f"{name} is not set")
    return GIVEN[name]


@pytest.fixture
def flamenco3_url() -> str:
    """A Flamenco 3 Manager with at least one worker that has Blender."""
    return _address("FARMDECK_TEST_FLAMENCO3")


@pytest.fixture
def flamenco_server_url() -> str:
    """A server of the earlier Flamenco."""
    return _address("FARMDECK_TEST_FLAMENCO_SERVER")
