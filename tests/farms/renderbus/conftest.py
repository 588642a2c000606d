"""A stub of the farm and connections to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from farmdeck.farms.renderbus.connection import Connection

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
