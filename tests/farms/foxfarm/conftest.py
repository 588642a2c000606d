"""A simulated farm of 2016, and clients of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from farmdeck.farms.foxfarm import Fox
from farmdeck.farms.foxfarm.api import Api

from tests.simulator import fox as simulator


@pytest.fixture
def server(tmp_path: Path) -> Iterator[simulator.Fox]:
    """Tasks get on only when the test says `step()`."""
    with simulator.Fox(tmp_path / "storage", auto=False) as farm:
        yield farm


@pytest.fixture
def api(server: simulator.Fox) -> Iterator[Api]:
    api = Api(server.url, server.account.account, server.account.access_key, pauses=(0.0, 0.0))
    yield api
    api.close()


@pytest.fixture
def ascp(tmp_path: Path, server: simulator.Fox) -> Path:
    """A stand-in for the program, with the password `pa ss`."""
    (tmp_path / "bin").mkdir()
    return simulator.program(tmp_path / "bin", server.storage, "pa ss")


@pytest.fixture
def fox(server: simulator.Fox, ascp: Path) -> Iterator[Fox]:
    who = server.account
    fox = Fox(server.url, who.account, who.access_key, "app5.renderbus.com", "pa ss", ascp=str(ascp))
    yield fox
    fox.close()
