"""Simulated studios."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.farms.flamenco.flamenco_studio import Studio


@pytest.fixture
def make_studio(tmp_path: Path) -> Iterator[Callable[..., Studio]]:
    """Makes simulated Managers with the settings given, and what is on them; closes them.

    At the end of each test every request and answer was as the OpenAPI file says.
    """
    made: list[Studio] = []

    def make(version: str = "3.9.0", **settings: Any) -> Studio:
        folder = tmp_path / f"studio{len(made)}"
        folder.mkdir()
        made.append(Studio(folder, version, **settings))
        return made[-1]

    yield make
    for studio in made:
        studio.close()


@pytest.fixture
def studio(make_studio: Callable[..., Studio]) -> Studio:
    return make_studio()
