"""How start.py makes the vendor's environments: as pinned, without the programs, and not where Python is missing."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from tests.vendor.conftest import HERE, PYTHONS

ROOT = HERE.parents[1]
VERSION = "2.9.0"


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """start.py as a module, in a folder of its own that has one file of pins."""
    spec = importlib.util.spec_from_file_location("start_under_test", ROOT / "start.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    pins = tmp_path / "tests" / "vendor" / f"rayvision-{VERSION}.txt"
    pins.parent.mkdir(parents=True)
    pins.write_text((HERE / pins.name).read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(module, "HERE", tmp_path)
    return module


def test_every_package_is_pinned(start: ModuleType) -> None:
    assert {version: ".".join(map(str, python)) for version, python in start.VENDOR.items()} == PYTHONS
    for version in PYTHONS:
        text = (HERE / f"rayvision-{version}.txt").read_text(encoding="utf-8")
        pins = [line for line in text.splitlines() if not line.startswith("#")]
        assert f"rayvision-api=={version}" in pins
        assert all(line.count("==") == 1 for line in pins)


def test_without_its_python_there_is_no_environment(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "find_python", lambda wanted: None)
    monkeypatch.setattr(start, "run", lambda *_: pytest.fail("something was installed"))
    assert start.vendor_environment(VERSION) is None


def test_the_programs_go_and_the_second_start_does_nothing(
    start: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / ".venvs" / f"rayvision-{VERSION}"
    package = folder / "lib" / "site-packages" / "rayvision_sync" / "transmission"
    commands: list[list[str]] = []

    def run(command: list[str], fix: str) -> None:
        commands.append(command)
        for path in (start.interpreter(folder), package / "db.ini", package / "linux" / "ascp"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()

    monkeypatch.setattr(start, "find_python", lambda wanted: "python3.9")
    monkeypatch.setattr(start, "make_environment", lambda folder, base: run(["venv", base], ""))
    monkeypatch.setattr(start, "run", run)
    python = start.vendor_environment(VERSION)
    assert commands[0] == ["venv", "python3.9"]
    assert [command[-1].partition("=")[0] for command in commands[1:2]] == ["wheel"]  # to build the others with
    assert "--no-deps" in commands[2] and commands[2][-1].endswith(f"rayvision-{VERSION}.txt")
    assert [path.name for path in package.iterdir()] == ["db.ini"]
    commands.clear()
    assert start.vendor_environment(VERSION) == python
    assert not commands
