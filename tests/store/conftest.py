"""Stores of a test's own, and submissions to put into them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from farmdeck import Submission
from farmdeck.store import AgentStore
from farmdeck.testing import made_up_submission

Make = Callable[..., Submission]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "store"
    place.mkdir()
    return place


@pytest.fixture
def store(folder: Path) -> Iterator[AgentStore]:
    with AgentStore.open(folder) as opened:
        yield opened


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A submission of 5 frames in 2 parts, its fields changed as asked."""
    scenes = tmp_path / "scenes"
    scenes.mkdir()
    return lambda **changes: replace(made_up_submission(scenes), **changes)
