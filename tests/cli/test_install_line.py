"""`install`, `uninstall` and `bundle` as they are typed: what they say, and that what they say is so."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from farmdeck import __version__

from tests.cli.conftest import CommandLine


@pytest.fixture
def line(another: Callable[..., CommandLine]) -> CommandLine:
    """With a Maya that was started once; no Blender is found, so that none is run."""
    made = another(PATH="/nowhere")
    (made.home / "maya" / "2025").mkdir(parents=True)
    return made


def test_in_looked_at_and_out(line: CommandLine) -> None:
    modules = line.home / "maya" / "modules"
    said = line.ok("install", "maya", "--user")
    assert said.splitlines()[:2] == [f"Maya: {modules / 'farmdeck-maya'}", f"Maya: {modules / 'farmdeck.mod'}"]
    assert re.search(r"^\d+ files; start Maya anew$", said, re.MULTILINE)
    (finding,) = [each for each in line.json("doctor") if each["name"] == "Maya"]
    assert finding == {"name": "Maya", "ok": True, "said": f"{__version__} in {modules / 'farmdeck-maya'}"}
    (modules / "farmdeck-maya" / "mine.txt").write_text("mine")
    ended = line.run("uninstall", "maya")
    assert ended.stdout == f"Maya: {modules / 'farmdeck.mod'} is gone\n"
    assert ended.stderr == f"{modules / 'farmdeck-maya' / 'mine.txt'} is not as Farmdeck wrote it and stays.\n"


def test_as_documents(line: CommandLine) -> None:
    (done,) = line.json("install", "maya", "--version", "2025")
    assert done["host"] == "maya" and done["version"] == "2025" and done["files"] > 100 and done["to_set"] == []
    (gone,) = line.json("uninstall", "maya")
    assert gone["removed"] == done["wrote"] and gone["files"] == done["files"] and gone["left"] == []
    assert line.json("uninstall", "maya") == []
    assert "Farmdeck is in no Maya of yours." in line.ok("uninstall", "maya")


def test_a_share(line: CommandLine) -> None:
    share = line.home / "Studio Ö share"
    said = line.ok("install", "houdini", "--shared", share)
    assert f"On each machine that is to have it, set:\n  HOUDINI_PACKAGE_DIR={share}\n" in said
    assert f"{share / 'farmdeck.json'} is gone" in line.ok("uninstall", "houdini", "--shared", share)


def test_bundles(line: CommandLine) -> None:
    folder, zips = line.home / "bundle", line.home / "zips"
    said = line.json("bundle", "--host", "max", "--to", folder)
    assert said["installed"][0]["wrote"] == [str(folder / "farmdeck-max")] and said["zip"] == said["agent"] == ""
    path = line.ok("bundle", "--host", "blender", "--to", zips, "--zip").strip()
    assert path == str(zips / f"farmdeck-blender-{__version__}.zip")
    with zipfile.ZipFile(Path(path)) as archive:
        assert "blender_manifest.toml" in archive.namelist()


def test_what_cannot_be_is_said(line: CommandLine) -> None:
    assert "No Houdini from 19.5 on is found." in line.refused("install", "houdini")
    assert "3ds Max runs on Windows only." in line.refused("install", "max")
    line.refused("install", "nuke", code=2)
    assert "Either --user or --shared." in line.refused("install", "maya", "--user", "--shared", "x", code=2)


def test_no_network_for_the_agents_wheels_is_said(line: CommandLine) -> None:
    ended = line.run("bundle", "--host", "maya", "--to", "b", "--with-agent", "windows", PIP_NO_INDEX="1")
    assert ended.returncode == 1 and "Traceback" not in ended.stderr
    assert "The agent's wheels could not be fetched" in ended.stderr and "needs a network" in ended.stderr
