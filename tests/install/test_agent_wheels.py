"""The agent's wheels for another system, from a folder of wheels in the place of an index."""

from __future__ import annotations

import importlib.metadata
import os
import re
import zipfile
from pathlib import Path

import pytest
from farmdeck import __version__
from farmdeck_ui.install import InstallError, System
from farmdeck_ui.install.agent_wheels import ONLY_THERE, PLATFORMS, fetch_wheels

ROOT = Path(__file__).parents[2]
PLATFORM_NAMES: dict[System, tuple[str, str]] = {
    "linux": ("linux", "Linux"),
    "windows": ("win32", "Windows"),
    "darwin": ("darwin", "Darwin"),
}


def wheel(folder: Path, name: str, tag: str = "py3-none-any") -> None:
    """A wheel with nothing in it."""
    name = name.replace("-", "_")
    info = f"{name}-99.0.dist-info"
    with zipfile.ZipFile(folder / f"{name}-99.0-{tag}.whl", "w") as archive:
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 99.0\n")
        archive.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: {tag}\n")
        archive.writestr(f"{info}/RECORD", "")


def needed() -> list[str]:
    """What setup.py names."""
    text = (ROOT / "setup.py").read_text(encoding="utf-8")
    return re.findall(r'"([A-Za-z0-9_.-]+)[><=~]=', text.split("install_requires")[1].split("]")[0])


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip takes for its index. PySide6 has a ceiling, so it is left to be added."""
    folder = tmp_path / "wheels of the studio"
    folder.mkdir()
    for name in {*needed(), *(name for names in ONLY_THERE.values() for name in names)} - {
        "PySide6-Essentials",
        "psutil",
    }:
        wheel(folder, name)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", folder.as_uri())  # a path with spaces would be several for pip
    return folder


def test_the_wheels_of_another_system(index: Path, tmp_path: Path) -> None:
    for tag in ("cp37-abi3-win_amd64", "cp36-abi3-manylinux2014_x86_64"):
        wheel(index, "psutil", tag)
        _rewritten_pyside(index, tag.replace("cp37", "cp39").replace("cp36", "cp39"))
    folder = fetch_wheels("windows", tmp_path / "share", os.environ)
    names = {path.name for path in folder.iterdir()}
    assert f"farmdeck-{__version__}-py3-none-any.whl" in names
    assert "psutil-99.0-cp37-abi3-win_amd64.whl" in names and "pywin32_ctypes-99.0-py3-none-any.whl" in names
    assert not any("manylinux" in name for name in names)
    said = (folder / "INSTALL.txt").read_text()
    assert "farmdeck/Scripts/farmdeck.exe" in said and "--no-index" in said
    with zipfile.ZipFile(folder / f"farmdeck-{__version__}-py3-none-any.whl") as archive:
        files = archive.namelist()
    assert any(name.endswith("share/farmdeck/plugins/maya/farmdeck_maya/__init__.py") for name in files)
    assert any(name.endswith("share/farmdeck/resources/licences/antlr4.txt") for name in files)
    assert not (ROOT / "build").exists(), "the checkout is as it was"


def _rewritten_pyside(folder: Path, tag: str) -> None:
    """PySide6 below the ceiling that setup.py sets."""
    info = "pyside6_essentials-6.11.0.dist-info"
    with zipfile.ZipFile(folder / f"pyside6_essentials-6.11.0-{tag}.whl", "w") as archive:
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: PySide6-Essentials\nVersion: 6.11.0\n")
        archive.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n")
        archive.writestr(f"{info}/RECORD", "")


def test_a_wheel_that_is_not_to_be_had_is_named(index: Path, tmp_path: Path) -> None:
    with pytest.raises(InstallError, match="could not be fetched: .*(psutil|PySide6)") as error:
        fetch_wheels("linux", tmp_path / "share", os.environ)
    assert "PIP_FIND_LINKS" in error.value.fix
    assert not (tmp_path / "share").exists()


@pytest.mark.parametrize("system", sorted(PLATFORMS))
def test_what_only_another_system_needs_is_named(system: System) -> None:
    """As pip would read the markers there, of all that Farmdeck needs, as far as it is installed here."""
    requirements = pytest.importorskip("packaging.requirements")
    there = {"sys_platform": PLATFORM_NAMES[system][0], "platform_system": PLATFORM_NAMES[system][1]}
    if system == "windows":
        there["os_name"] = "nt"
    seen: set[str] = set()
    only: set[str] = set()
    waiting = needed()
    while waiting:
        name = waiting.pop()
        if name.lower() in seen:
            continue
        seen.add(name.lower())
        try:
            lines = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        for line in lines:
            one = requirements.Requirement(line)
            marks = "sys_platform" in line or "platform_system" in line or "os_name" in line
            if one.marker is None or one.marker.evaluate({**there, "extra": ""}):
                waiting.append(one.name)
                only |= {one.name} if marks else set()
    assert only <= set(ONLY_THERE[system]), "else pip on another system leaves them out"
