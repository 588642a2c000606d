"""Farms, environments, the agent and the doctor."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import sys
from pathlib import Path

import pytest
from farmdeck import JobState
from farmdeck.lock import agent_runs

from tests.cli.conftest import TINY, CommandLine

# -- environments


def test_environments_are_listed_and_matched(farmdeck: CommandLine):
    (env,) = farmdeck.json("envs", "list")
    assert env["software"]["name"] == "Blender"
    assert farmdeck.ok("envs", "list").split("\t")[0] == env["name"]
    (match,) = farmdeck.json("envs", "match", TINY)
    assert match["env"] == env
    assert match["fit"] == "exact"
    assert match["reasons"]
    assert farmdeck.ok("envs", "match", TINY).startswith(f"{env['name']}\texact\t")
    assert 'No farm is called "mars"' in farmdeck.refused("envs", "list", "--farm", "mars")


# -- farms

SILENT = """
from pathlib import Path
from farmdeck._errors import FarmUnreachable
from farmdeck.farm import Nearby
from farmdeck.testing import ALL, ELSEWHERE, FakeFarm

class Silent(FakeFarm):
    label = "Silent"
    address = "url"

    def __init__(self, context):
        super().__init__(context, capabilities=ELSEWHERE if context.settings.get("url") == "elsewhere" else ALL)
        self.where = context.settings.get("url", "")

    @classmethod
    def nearby(cls, seconds):
        return [Nearby("http://10.0.0.5:8080/", f"a farm that was looked for {{seconds:g}} s")]

    def check(self):
        return super().check() + (f" at {{self.where}}" if self.where else "")

    def _answer(self):
        if Path({down!r}).exists():
            self.refuse = FarmUnreachable("Silent does not answer.", "Check the VPN, then try again.")
        else:
            self.refuse = None
        super()._answer()
"""


@pytest.fixture
def silent(another, tmp_path: Path) -> tuple[CommandLine, Path]:
    """(a command line whose Farmdeck has one more kind of farm, a file: the farm is silent while it is there)."""
    if sys.platform == "win32":
        pytest.skip("starts the agent through a script with a #! line")
    site, down = tmp_path / "site", tmp_path / "down"
    info = site / "silent_farm-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "silent_farm.py").write_text(SILENT.format(down=str(down)))
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: silent-farm\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[farmdeck.farms]\nsilent = silent_farm:Silent\n")
    program = tmp_path / "farmdeck-with-silent"
    lines = [f"#!{sys.executable} -I", "import sys", f"sys.path.append({str(site)!r})"]
    program.write_text("\n".join([*lines, "from farmdeck_ui.cli import main", "sys.exit(main())", ""]))
    program.chmod(0o700)
    return another(FARMDECK_AGENT=str(program), PYTHONPATH=str(site)), down


def test_a_farm_that_does_not_answer(silent: tuple[CommandLine, Path]):
    line, down = silent
    down.touch()
    added = line.run("farms", "add", "far", "--kind", "silent", "--set", "url=http://far")
    assert (added.returncode, added.stdout) == (0, "far is set up.\n")
    assert added.stderr.startswith("It cannot be used yet: Silent does not answer. Check the VPN")
    assert added.stderr.endswith("Once that is mended: farmdeck farms test far\n")
    told = "farmdeck: Silent does not answer. Check the VPN, then try again.\n"
    assert line.refused("farms", "test", "far") == told
    said = "Silent does not answer."  # and since when, once the agent has tried again
    assert said in line.refused("submit", TINY, "--farm", "far", "--frames", "1", "--output", line.frames)
    assert said in line.refused("envs", "list", "--farm", "far")
    listed = {farm["name"]: farm for farm in line.json("farms", "list")}
    assert said in listed["far"]["problem"] and not listed["local"]["problem"]
    asked = line.run("farms", "test", "far", "--json")
    assert asked.returncode == 1
    assert json.loads(asked.stdout)["problem"] in told

    down.unlink()  # and when it is back, it is used
    assert line.ok("farms", "test", "far") == "far: Ready, 0 jobs at http://far\n"
    said = line.ok("submit", TINY, "--farm", "far", "--frames", "1-3", "--output", line.frames, "--watch")
    assert said.splitlines()[-1] == f"frames: {line.frames}"
    (job,) = line.json("jobs", "--farm", "far")
    assert (job["farm_job"], job["done"]) == ("fake-1", 3)
    assert "far, there fake-1" in line.ok("job", job["id"])


def test_farms_are_added_and_removed(silent: tuple[CommandLine, Path]):
    line, _ = silent
    assert line.ok("farms", "add", "near", "--kind", "silent") == "near is set up.\nnear: Ready, 0 jobs\n"
    names = [row.split("\t")[0] for row in line.ok("farms", "list").splitlines()]
    assert names == ["local", "near"]
    assert line.ok("farms", "remove", "near") == "near is no longer set up.\n"
    assert [farm["name"] for farm in line.json("farms", "list")] == ["local"]
    assert 'No farm is called "near"' in line.refused("farms", "remove", "near")
    assert "cannot be removed" in line.refused("farms", "remove", "local")
    kinds = "There are: flamenco, flamenco_server, foxfarm, local, renderbus, silent."
    assert kinds in line.refused("farms", "add", "x", "--kind", "loud")
    assert '"a/b" cannot be' in line.refused("farms", "add", "a/b", "--kind", "silent")
    assert "NAME=VALUE" in line.refused("farms", "add", "x", "--kind", "silent", "--set", "url")
    assert "--secret-stdin" in line.refused("farms", "add", "x", "--kind", "silent", "--set", "password=hunter2")


def test_a_farm_is_added_by_its_address(silent: tuple[CommandLine, Path]):
    line, _ = silent
    assert line.ok("farms", "add", "silent", "http://near:8080") == (
        "silent is set up.\nsilent: Ready, 0 jobs at http://near:8080\n"
    )
    assert "There is no kind of farm" in line.refused("farms", "add", "near", "http://near:8080")
    assert "has no address" in line.refused("farms", "add", "here", "http://near:8080", "--kind", "local")


def test_farms_on_the_local_network_are_found(silent: tuple[CommandLine, Path]):
    line, _ = silent
    here = [row for row in line.json("farms", "discover", "--seconds", "0.1") if row["kind"] == "silent"]
    assert here == [{"kind": "silent", "label": "a farm that was looked for 0.1 s", "address": "http://10.0.0.5:8080/"}]
    assert "silent\ta farm that was looked for 0.1 s\t" in line.ok("farms", "discover", "--seconds", "0.1")


def test_the_files_of_a_farm_are_looked_through(silent: tuple[CommandLine, Path]):
    line, _ = silent
    line.ok("farms", "add", "far", "elsewhere", "--kind", "silent")
    assert line.ok("farms", "browse", "far").splitlines() == ["shots/\tshots", "readme.txt\treadme.txt"]
    (entry,) = line.json("farms", "browse", "far", "shots")
    assert entry == {"name": "sh010.blend", "path": "shots/sh010.blend", "folder": False}
    assert "not below" in line.refused("farms", "browse", "far", "..")
    line.ok("farms", "add", "near", "--kind", "silent")
    assert "shows no files" in line.refused("farms", "browse", "near")


def test_a_secret_goes_nowhere_but_to_its_keeper(silent: tuple[CommandLine, Path]):
    line, _ = silent
    secret = "Xyzzy-4711-plugh"
    ended = line.run("farms", "add", "near", "--kind", "silent", "--secret-stdin", typed=secret + "\n")
    assert ended.returncode == 0, ended.stderr
    assert secret not in ended.stdout + ended.stderr
    line.ok("farms", "test", "near")
    line.close()
    holding = [path for path in line.home.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]
    assert all("store" not in path.name and "log" not in path.suffix for path in holding)
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in holding)


def test_what_an_earlier_agent_said_of_a_farm_does_not_count(another):
    line = another()
    assert line.ok("envs", "list")
    line.ok("agent", "stop")
    (line.home / "settings.toml").write_text("[local]\nsearch = false\n")
    assert "is found on this machine" in line.refused("submit", TINY, "--frames", "1", "--output", line.frames)
    assert line.jobs() == []


# -- the agent


def test_the_agent_starts_says_so_and_stops(another):
    line = another()
    ended = line.run("agent", "status", "--json")
    assert ended.returncode == 1
    assert json.loads(ended.stdout)["running"] is False
    assert line.ok("agent", "stop") == "No agent runs.\n"
    assert line.ok("agent", "start") == "The agent runs.\n"
    status = line.json("agent", "status")
    assert status["running"] is True
    assert status["store"] == str(line.home / "store.sqlite3")
    os.kill(status["agent"]["pid"], 0)
    assert f"process {status['agent']['pid']}" in line.ok("agent", "start")  # the same one
    assert f"runs as process {status['agent']['pid']}" in line.ok("agent", "status")
    line.ok("agent", "stop")
    assert not agent_runs(line.home)
    assert "No agent runs" in line.run("agent", "status").stdout


def test_a_program_that_is_no_agent_is_named(another, tmp_path: Path):
    line = another(FARMDECK_AGENT=str(tmp_path / "gone"))
    said = line.refused("agent", "start")
    assert f"FARMDECK_AGENT names {tmp_path / 'gone'}" in said
    assert line.run("doctor").returncode == 1


# -- the doctor


def test_doctor_finds_all_well(farmdeck: CommandLine, done_job: str):
    found = {one["name"]: one for one in farmdeck.json("doctor")}
    assert all(one["ok"] for one in found.values())
    assert "Ready, " in found["Farm local"]["said"]
    rows = [line.split("\t") for line in farmdeck.ok("doctor", "--repair").splitlines()]
    assert rows[0] == ["The job list is sound; nothing to repair."]
    assert {row[0] for row in rows[1:]} == {"ok"}


def test_doctor_repairs_a_damaged_job_list(another):
    line = another()
    ids = {line.submit("--frames", "1-2", "--hold", "--name", f"job {number}") for number in range(3)}
    held = line.job_once(min(ids), lambda job: job.state is JobState.PAUSED)
    line.ok("agent", "stop")
    path = line.home / "store.sqlite3"
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    revision = int(db.execute("SELECT value FROM meta").fetchone()[0])
    page = db.execute("PRAGMA page_size").fetchone()[0]
    root = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'farms'").fetchone()[0]
    db.close()
    with path.open("r+b") as file:
        file.seek((root - 1) * page)
        file.write(b"\xa5" * page)

    ended = line.run("doctor")
    assert ended.returncode == 1
    assert "doctor --repair" in ended.stdout
    repaired = line.run("doctor", "--repair")
    assert repaired.returncode == 0, repaired.stdout + repaired.stderr
    assert "is kept as" in repaired.stdout
    assert list(line.home.glob("store-damaged-*.sqlite3"))
    assert {job.id for job in line.jobs()} == ids
    assert next(job for job in line.jobs() if job.id == held.id).parts == held.parts
    db = sqlite3.connect(path)
    assert int(db.execute("SELECT value FROM meta").fetchone()[0]) > revision  # open panels hear of what follows
    db.close()
    line.ok("start", held.id)
    line.ok("job", held.id, "--watch")


def test_the_agent_can_be_stopped_when_the_job_list_is_damaged(another):
    line = another()
    line.ok("farms", "list")  # answered by an agent that is up and looking
    path = line.home / "store.sqlite3"
    with path.open("r+b") as file:
        file.write(b"no database any more, " * 300)
    for log in line.home.glob("store.sqlite3-wal"):
        log.write_bytes(b"")
    said = line.refused("jobs")
    assert "doctor --repair" in said
    assert "agent stop" in line.refused("doctor", "--repair")
    line.run("agent", "stop")
    assert not agent_runs(line.home)
    assert "is kept as" in line.run("doctor", "--repair").stdout
    assert line.json("jobs") == []


def test_a_mistake_of_ours_is_owned_up_to(farmdeck: CommandLine, tmp_path: Path):
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(
        "import farmdeck.store as s\ns.Store.jobs = lambda *a, **k: {}['what was never there']\n"
    )
    ended = farmdeck.run("jobs", PYTHONPATH=str(site))
    assert ended.returncode == 70
    assert "mistake in Farmdeck, not yours" in ended.stderr
    assert "Traceback" not in ended.stderr
    log = farmdeck.home / "mistakes.log"
    assert str(log) in ended.stderr
    assert "what was never there" in log.read_text()
