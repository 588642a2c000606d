"""A stub of the farm and connections to it; simulated farms with farms of ours on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from farmdeck.farms.renderbus.connection import Connection

from tests.farms.renderbus.site import Site
from tests.farms.renderbus.stub import ACCESS_ID, ACCESS_KEY, Stub, serving


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving() as running:
        yield running


@pytest.fixture
def connect(stub: Stub) -> Iterator[Callable[..., Connection]]:
    """Makes connections to the stub, in the current dialect unless told otherwise; closes them."""
    made: list[Connection] = []

    def make(dialect: str = "current", **more: Any) -> Connection:
        settings = {"access_key": ACCESS_KEY, "platform": 2, "protocol": "http", "first_wait": 0.001, **more}
        made.append(Connection(stub.domain, ACCESS_ID, dialect=dialect, **settings))
        return made[-1]

    yield make
    for connection in made:
        connection.close()


@pytest.fixture
def make_site(tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """Makes simulated farms with the settings given, `dialect` among them; closes them and what is on them."""
    made: list[Site] = []

    def make(dialect: str = "current", **settings: Any) -> Site:
        folder = tmp_path / f"site{len(made)}"
        folder.mkdir()
        made.append(Site(folder, dialect, **settings))
        return made[-1]

    yield make
    for site in made:
        site.close()


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    """A simulated farm in the current dialect."""
    return make_site()
