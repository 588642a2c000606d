"""The clients of Renderbus' own vendor, each in an environment and a process of its own, driven from the tests."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.simulator import Renderbus, transmitter

HERE = Path(__file__).parent
ENVIRONMENTS = HERE.parents[1] / ".venvs"
PYTHONS = {"3.0.4.3": "3.11", "2.9.0": "3.9", "2.2.0": "3.9"}
PATIENCE_S = 60.0


class VendorError(Exception):
    """What the vendor's code raised: the name of its class, its text, and the code it carries (None = no such)."""

    def __init__(self, kind: str, text: str, code: int | None) -> None:
        super().__init__(kind, text, code)
        self.kind, self.text, self.code = kind, text, code


def made(name: str) -> dict[str, str]:
    """The object made as `name`, as an argument."""
    return {"object": name}


class Vendor:
    """One client in its process. `farm` is where `login` let it in."""

    def __init__(self, version: str, home: Path) -> None:
        self.version = version
        self.number = tuple(map(int, version.split(".")))
        self.home = home
        python = ENVIRONMENTS / f"rayvision-{version}" / "bin" / "python"
        environ = {
            "HOME": str(home),
            "RAYVISION_LOG_ROOT": str(home / "logs"),
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
            "PYTHONWARNINGS": "ignore",
        }
        self._log = (home / "log").open("wb")
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": self._log}
        self._process = subprocess.Popen([python, HERE / "client.py"], env=environ, cwd=home, **pipes)
        self.farm: Renderbus | None = None

    def _ask(self, **request: Any) -> Any:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        self._process.stdin.flush()
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            if not selector.select(PATIENCE_S):
                self._process.kill()
        line = self._process.stdout.readline()
        assert line, f"rayvision_api {self.version} ended or hung:\n{(self.home / 'log').read_text()[-3000:]}"
        answer = json.loads(line)
        if "error" in answer:
            raise VendorError(answer["error"]["type"], answer["error"]["text"], answer["error"]["code"])
        return answer["answer"]

    def make(self, name: str, kind: str, *args: Any, **kwargs: Any) -> dict[str, str]:
        """An object of a class ("module.Class"); how to name it among the arguments of others."""
        self._ask(do="make", name=name, **{"class": kind}, args=args, kwargs=kwargs)
        return made(name)

    def call(self, what: str, *args: Any, **kwargs: Any) -> Any:
        """Call a method of an object ("api.query.platforms"). Raises VendorError."""
        return self._ask(do="call", what=what, args=args, kwargs=kwargs)

    def set(self, what: str, value: Any) -> None:
        """Give an attribute of an object another value."""
        self._ask(do="set", what=what, value=value)

    def pin(self, what: str, value: Any) -> None:
        """A function ("module.function") gives this until `unpin`."""
        self._ask(do="pin", what=what, value=value)

    def unpin(self) -> None:
        """All functions are themselves again."""
        self._ask(do="unpin")

    def login(self, farm: Renderbus, **other: Any) -> None:
        """Make the object `api`: the farm's account, or what is named otherwise."""
        self.farm = farm
        account = {"access_id": farm.account.access_id, "access_key": farm.account.access_key}
        given = {**account, "domain": farm.domain, "platform": "2", "protocol": "http", **other}
        logger = self.make("logger", "logging.Logger", "rayvision")
        self.make("api", "rayvision_api.core.RayvisionAPI", logger=logger, **given)

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()
        self._log.close()


@pytest.fixture(scope="session")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Vendor]]:
    """The processes so far, by version; a test gets one through `vendor`."""
    clients: dict[str, Vendor] = {}
    yield clients
    for client in clients.values():
        client.close()


@pytest.fixture(params=PYTHONS)
def vendor(
    request: pytest.FixtureRequest, clients: dict[str, Vendor], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Vendor]:
    """A client of the vendor's, not logged in."""
    version = request.param
    if not (ENVIRONMENTS / f"rayvision-{version}" / "vendor.stamp").exists():
        pytest.skip(
            f"rayvision_api {version} is not here: `python3 start.py test` installs it, for Python {PYTHONS[version]}"
        )
    if version not in clients:
        clients[version] = Vendor(version, tmp_path_factory.mktemp(f"rayvision-{version}"))
    yield clients[version]
    clients[version].unpin()


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Renderbus]:
    """The simulated farm."""
    with Renderbus(tmp_path / "storage") as farm:
        yield farm


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """The stand-in for the vendor's transmission program, alone in a folder: that is made writable for all."""
    path = tmp_path / "transmission" / "rayvision_transmitter"
    path.parent.mkdir()
    _, _, code = Path(transmitter.__file__).read_text(encoding="utf-8").partition("\n")
    path.write_text(f"#!{sys.executable}\n{code}", encoding="utf-8")
    path.chmod(0o755)
    return path
