"""A house for every test that wants one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .house import House


@pytest.fixture
def make_house(tmp_path: Path) -> Iterator[Callable[..., House]]:
    """Houses with settings of their own; all are closed at the end, and nothing may still run."""
    made: list[House] = []

    def make(**settings: str) -> House:
        made.append(House(tmp_path / f"house{len(made)}", **settings))
        return made[-1]

    yield make
    for house in made:
        house.close()


@pytest.fixture
def house(make_house: Callable[..., House]) -> House:
    return make_house()
