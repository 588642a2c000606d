"""docs/command-line.md says of every document exactly the keys that it has."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import ROOT, TINY, Cloud, CommandLine

PAGE = Path(__file__).parents[2] / "docs" / "command-line.md"
SHAPES = {
    name: json.loads(text)
    for name, text in re.findall(r"<!-- shape: (.+?) -->\n```json\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
}
MAPS = ("options", "prices", "facts")
"""Their keys are a farm's own words."""
HARBOUR = ROOT / "resources" / "sample" / "harbour.blend"


def keys(value: Any) -> Any:
    """The keys in order, all the way down; of a list its first element; of a map of anything, nothing."""
    if isinstance(value, dict):
        return {key: keys(inner) for key, inner in value.items() if key not in MAPS or isinstance(inner, list)}
    if isinstance(value, list):
        return [keys(value[0])] if value and isinstance(value[0], (dict, list)) else []
    return None


def fits(documented: Any, real: Any) -> bool:
    """The same keys; a list that is empty in reality fits any."""
    if isinstance(documented, dict):
        return (
            isinstance(real, dict)
            and list(documented) == list(real)
            and all(fits(documented[key], real[key]) for key in real)
        )
    if isinstance(documented, list):
        return isinstance(real, list) and (not real or not documented or fits(documented[0], real[0]))
    return not isinstance(real, (dict, list))


def commands(job: str) -> dict[str, list[object]]:
    return {
        "inspect": ["inspect", HARBOUR, "--json"],
        "submission": ["submit", HARBOUR, "--dry-run"],
        "job": ["job", job, "--json"],
        "frames": ["frames", job, "--json"],
        "log": ["log", job, "--frame", "1", "--json"],
        "download": ["download", job, "--json"],
        "report": ["report", job, "--json"],
        "envs match": ["envs", "match", TINY, "--json"],
        "farms list": ["farms", "list", "--json"],
        "agent status": ["agent", "status", "--json"],
        "doctor": ["doctor", "--json"],
    }


CLOUD = {
    "account": ["account", "--json"],
    "labels": ["labels", "--json"],
    "farms extras": ["farms", "extras", "cloud", "--json"],
    "farms run": ["farms", "run", "cloud", "platforms", "--json"],
}
HERE = sorted(set(SHAPES) - {"submit", "envs create", "install", "uninstall", "bundle", *CLOUD})


@pytest.mark.parametrize("name", HERE)
def test_the_shape_is_as_documented(farmdeck: CommandLine, done_job: str, name: str):
    farmdeck.ok("agent", "start")  # another test may have stopped it
    real = json.loads(farmdeck.ok(*commands(done_job)[name]))
    assert fits(keys(SHAPES[name]), keys(real)), (keys(SHAPES[name]), keys(real))


@pytest.mark.parametrize("name", sorted(CLOUD))
def test_the_shape_of_a_farm_elsewhere_is_as_documented(cloud: Cloud, name: str):
    real = json.loads(cloud.line.ok(*CLOUD[name]))
    assert fits(keys(SHAPES[name]), keys(real)), (keys(SHAPES[name]), keys(real))


@pytest.mark.parametrize("command", ["job", "frames", "log", "download"])
def test_jobs_elsewhere_have_the_same_shapes(cloud: Cloud, cloud_job: str, command: str):
    real = json.loads(cloud.line.ok(command, cloud_job, "--json"))
    assert fits(keys(SHAPES[command]), keys(real)), (keys(SHAPES[command]), keys(real))


def test_what_envs_create_and_edit_say_is_as_documented(cloud: Cloud):
    made = cloud.line.json("envs", "create", "shaped", "--software", "Maya 2024", "--farm", "cloud")
    changed = cloud.line.json("envs", "edit", "shaped", "--plugin", "mtoa=5.3.1", "--farm", "cloud")
    cloud.line.ok("envs", "delete", "shaped", "--farm", "cloud")
    for real in (made, changed):
        assert fits(keys(SHAPES["envs create"]), keys(real)), real


def test_what_submit_says_is_as_documented(farmdeck: CommandLine):
    real = farmdeck.json("submit", TINY, "--frames", "1", "--hold", "--output", farmdeck.frames)
    assert list(real) == list(SHAPES["submit"])
    farmdeck.ok("delete", real["id"])


def test_what_install_uninstall_and_bundle_say_is_as_documented(farmdeck: CommandLine):
    bundled = farmdeck.json("bundle", "--host", "maya", "--to", farmdeck.home / "share")
    installed = farmdeck.json("install", "maya", "--shared", farmdeck.home / "share")
    removed = farmdeck.json("uninstall", "maya", "--shared", farmdeck.home / "share")
    for name, real in (("bundle", bundled), ("install", installed), ("uninstall", removed)):
        assert real and fits(keys(SHAPES[name]), keys(real)), (name, real)


def test_every_command_is_on_the_page(farmdeck: CommandLine):
    page = PAGE.read_text("utf-8")
    commands = re.findall(r"^  (\w+)  ", farmdeck.ok("--help").split("Commands:")[1], re.MULTILINE)
    assert len(commands) > 15
    assert [command for command in commands if not re.search(rf"^#+ .*\b{command}\b", page, re.MULTILINE)] == []
