"""Around every test: no setting of ours, a home of its own, no keyring, no thread left. In CI: no silent skip."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import configuration, settings

from tests.skips import Skips

pytest.register_assert_rewrite("farmdeck.testing")
settings.register_profile("farmdeck", deadline=None, database=None)  # a busy machine is not a failure
settings.load_profile("farmdeck")
configuration.set_hypothesis_home_dir(Path(__file__).parents[1] / ".hypothesis")  # its caches; git ignores them

OURS = ("FARMDECK_",)
HOMES = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "APPDATA", "LOCALAPPDATA")


@pytest.fixture(autouse=True)
def clean_environ(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of this test's own; it is the value."""
    home = tmp_path_factory.mktemp("home")
    for name in os.environ:
        if name.startswith(OURS) or name in HOMES:
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setenv("FARMDECK_HOME", str(home / "farmdeck"))
    monkeypatch.setenv("FARMDECK_STUDIO_SETTINGS", "")  # nor the machine's, as long as there is no /etc/farmdeck
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    return home


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    """A thread of ours that a test began ends with it."""
    before = set(threading.enumerate())
    yield
    left = [t for t in threading.enumerate() if t not in before and t.name.startswith("farmdeck")]
    for thread in left:
        thread.join(5)
    assert not [thread.name for thread in left if thread.is_alive()]


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return  # a worker of pytest-xdist: the controller hears of every skip
    config.pluginmanager.register(Skips(Path(__file__).with_name("allowed_skips.txt"), os.environ.get("CI") == "true"))
