"""A farm elsewhere, from `farms add` to frames on disk: the real agent, and a simulated Renderbus."""

from __future__ import annotations

import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import tomllib
from farmdeck import FrameState, JobState

from tests.cli.conftest import PATIENCE, TINY, Cloud, CommandLine
from tests.simulator import Fault

PICTURES = ["tiny.0001.png", "tiny.0002.png", "tiny.0003.png"]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def pairs(said: str) -> dict[str, str]:
    return dict(line.split("\t", 1) for line in said.splitlines() if "\t" in line)


# -- the whole way


def test_from_nothing_to_frames_on_disk(another_cloud: Cloud, tmp_path: Path):
    line, simulated = another_cloud.line, another_cloud.simulated
    added = another_cloud.add()
    assert added.returncode == 0, added.stderr
    assert added.stdout.endswith("cloud is set up.\ncloud: Ready as rayvision, 1,000.00 CNY\n")
    assert line.ok("farms", "test", "cloud") == "cloud: Ready as rayvision, 1,000.00 CNY\n"

    wanted = ["submit", TINY, "--item", "Tiny/beauty", "--frames", "1-3", "--farm", "cloud", "--output", line.frames]
    assert "farmdeck envs create --like tiny.blend --farm cloud" in line.refused(*wanted)
    assert line.ok("envs", "create", "--like", TINY, "--farm", "cloud").startswith('"Blender 3.4" is made on cloud: ')
    assert line.ok("envs", "match", TINY, "--farm", "cloud").startswith("Blender 3.4\texact\t")

    said = line.ok(*wanted, "--watch").splitlines()
    assert [row for row in said if row.startswith("frame 2: done")]
    assert said[-2:] == ["tiny: Done, 3 of 3 frames. Cost: 0.15 CNY.", f"frames: {line.frames}"]
    assert names(line.frames) == PICTURES
    (job,) = line.json("jobs", "--farm", "cloud")
    assert (job["downloaded"], job["cost"], job["currency"]) == (3, 0.15, "CNY")
    assert line.ok("jobs").split("\t")[-1] == "0.15 CNY\n"

    assert [Path(frame["files"][0]).name for frame in line.json("frames", job["id"])] == PICTURES
    assert "frame 2" in line.ok("log", job["id"], "--frame", "2")
    told = pairs(line.ok("job", job["id"]))
    assert (told["Cost"], told["Here"], told["Farm"]) == ("0.15 CNY", "3 files", f"cloud, there {job['farm_job']}")
    assert line.json("account")["balance"] == 999.85

    assert line.ok("retry", job["id"], "--frames", "2") == f"tiny ({job['id']}): tried again.\n"
    line.ok("job", job["id"], "--watch")
    assert line.json("job", job["id"])["cost"] == pytest.approx(0.2)
    there = tmp_path / "delivery"
    assert line.ok("download", job["id"], "--to", there) == f"3 files fetched to {there}, 0 there already\n"
    assert names(there) == PICTURES
    line.ok("delete", job["id"])
    assert line.json("jobs") == []
    assert simulated.task(int(job["farm_job"])).deleted
    assert names(line.frames) == PICTURES

    line.close()  # and the key went nowhere but to its keeper
    key = simulated.account.access_key
    assert key not in line.said
    holding = [path for path in line.home.rglob("*") if path.is_file() and key.encode() in path.read_bytes()]
    assert [path.name for path in holding] == ["cloud.secret"]
    assert stat.S_IMODE(holding[0].stat().st_mode) == 0o600


# -- setting up


def test_a_wrong_key_is_said_and_set_right(another_cloud: Cloud):
    added = another_cloud.add(key="not-the-key-at-all")
    assert added.returncode == 0
    assert "It cannot be used yet: Renderbus refused the access key" in added.stderr
    said = another_cloud.line.refused("farms", "test", "cloud")
    assert said.startswith("farmdeck: Renderbus refused the access key")
    assert "not-the-key-at-all" not in another_cloud.line.said
    assert "refused the access key" in another_cloud.line.refused("account")

    assert another_cloud.add().stdout.endswith("cloud: Ready as rayvision, 1,000.00 CNY\n")  # the new key counts
    assert another_cloud.line.ok("farms", "test", "cloud")


def test_a_farm_that_cannot_be_reached_is_set_up_all_the_same(another_cloud: Cloud):
    with socket.socket() as taken:  # bound, and nobody listens
        taken.bind(("127.0.0.1", 0))
        added = another_cloud.add(domain=f"127.0.0.1:{taken.getsockname()[1]}")
    assert added.returncode == 0
    assert "cloud is set up.\n" in added.stdout
    assert "It cannot be used yet: " in added.stderr
    assert "[farms.cloud]" in (another_cloud.line.home / "settings.toml").read_text()
    assert another_cloud.line.run("farms", "test", "cloud").returncode == 1


def test_a_farm_that_lacks_a_setting_says_which(another_cloud: Cloud):
    line = another_cloud.line
    added = line.run("farms", "add", "cloud", "--kind", "renderbus", "--secret-stdin", typed="key\n")
    assert added.returncode == 0
    assert "has no access id" in added.stderr
    assert "has no access id" in line.refused("farms", "test", "cloud")
    assert "has no access id" in line.refused("labels")


def test_settings_are_what_they_look_like(another_cloud: Cloud):
    words = ["--path-map", "P:/=/P", "--path-map", "/mnt/a=b=/B", "--set", "notify=false", "--set", "raysync_port=8900"]
    refused = another_cloud.add("cloud", *words)
    assert refused.returncode == 1
    assert refused.stdout == ""
    words[3] = "/mnt/show=/S"
    assert another_cloud.add("cloud", *words, artist="0042", tags='["a", "b"]').returncode == 0
    table = tomllib.loads((another_cloud.line.home / "settings.toml").read_text())["farms"]["cloud"]
    assert table["path_maps"] == [["P:/", "/P"], ["/mnt/show", "/S"]]
    assert table["notify"] is False
    assert (table["raysync_port"], table["poll_seconds"]) == (8900, 0.1)
    assert (table["artist"], table["tags"], table["platform"]) == ("0042", ["a", "b"], "2")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--set", "raysync_port=far"], 'raysync_port is "far". Give a number.'),
        (["--set", "tags=[a"], "which is not a list"),
        (["--set", "=x"], "NAME=VALUE"),
        (["--set", "secret_key=abc"], "--secret-stdin"),
        (["--path-map", "P:/"], "HERE=THERE"),
        (["--path-map", "P:/=Q:/x"], ""),
        (["--secret-stdin"], "There is no secret on standard input."),
    ],
)
def test_settings_that_cannot_be_used_set_nothing_up(farmdeck: CommandLine, words: list[str], said: str):
    assert said in farmdeck.refused("farms", "add", "bad", "--kind", "renderbus", *words)
    assert "bad" not in (farmdeck.home / "settings.toml").read_text()


# -- the transmission program


@pytest.fixture
def fetched(another_cloud: Cloud) -> Path:
    """The program, as if it had been fetched earlier."""
    program = another_cloud.line.home / "farms" / "cloud" / "transmitter-3.1.8" / "rayvision_transmitter"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    return program


def test_there_may_be_nothing_to_set_up(cloud: Cloud):
    for name in ("cloud", "local"):
        assert cloud.line.ok("farms", "setup", name) == f"There is nothing to set up for {name}.\n"
    assert 'No farm is called "mars"' in cloud.line.refused("farms", "setup", "mars")


@pytest.mark.skipif(sys.platform != "linux", reason="the program's name is that of Linux")
def test_the_transmission_program_is_used_where_it_was_fetched_to(another_cloud: Cloud, fetched: Path):
    another_cloud.add(storage="")
    said = another_cloud.line.ok("farms", "setup", "cloud")
    assert said == f"The transmission program is there: {fetched}\ncloud: Ready as rayvision, 1,000.00 CNY\n"
    assert "not here yet" not in another_cloud.line.ok("farms", "test", "cloud")


@pytest.mark.skipif(sys.platform != "linux", reason="the program's name is that of Linux")
def test_an_account_of_2016_finds_it_where_it_was_fetched_to(another_cloud: Cloud, fetched: Path):
    line = another_cloud.line
    words = ["--set", "server=127.0.0.1:1", "--set", "account=lisa", "--path-map", "/mnt=/P"]
    line.run("farms", "add", "cloud", "--kind", "foxfarm", *words, "--secret-stdin", typed="key-of-lisa\n")
    assert f"is there: {fetched}" in line.run("farms", "setup", "cloud").stdout
    table = tomllib.loads((line.home / "settings.toml").read_text())["farms"]["cloud"]
    assert table["path_maps"] == [["/mnt", "/P"]]


def test_an_index_that_does_not_answer(another_cloud: Cloud):
    another_cloud.add(storage="")
    assert "farmdeck farms setup" in another_cloud.line.ok("farms", "test", "cloud")
    ended = another_cloud.line.run("farms", "setup", "cloud", PIP_INDEX_URL="http://user:hush@127.0.0.1:1/simple")
    assert ended.returncode == 1
    assert "The package index 127.0.0.1 does not answer" in ended.stderr
    assert "hush" not in ended.stderr


# -- environments


def test_environments_are_made_changed_and_taken_away(cloud: Cloud):
    line, here = cloud.line, ["--farm", "cloud"]
    said = line.ok("envs", "create", "--software", "Maya 2024", "--plugin", "mtoa=5.3.1", "--system", "windows", *here)
    assert said == '"Maya 2024 mtoa 5.3.1" is made on cloud: Maya 2024, mtoa 5.3.1, windows\n'
    line.ok("envs", "create", "Mine", "--software", "Maya 2024", "--system", "linux", *here)
    rows = {row.split("\t")[0]: row.split("\t")[1:] for row in line.ok("envs", "list", *here).splitlines()}
    assert rows["Maya 2024 mtoa 5.3.1"] == ["Maya 2024", "mtoa 5.3.1", "windows", "", ""]
    assert rows["Mine"] == ["Maya 2024", "", "linux", "", ""]

    assert "mtoa 5.3.1" in line.ok("envs", "edit", "Mine", "--plugin", "mtoa=5.3.1", *here)
    assert "mtoa" not in line.ok("envs", "edit", "Mine", "--without", "mtoa", *here)
    assert line.ok("envs", "default", "Mine", *here) == '"Mine" is the default on cloud now.\n'
    listed = {env["name"]: env for env in line.json("envs", "list", *here)}
    assert listed["Mine"]["default"] is True
    assert listed["Mine"]["plugins"] == []
    for name in ("Mine", "Maya 2024 mtoa 5.3.1"):
        assert line.ok("envs", "delete", name, *here) == f'"{name}" is gone from cloud.\n'
    assert [env["name"] for env in line.json("envs", "list", *here)] == ["Blender 3.4"]


def test_an_environment_like_a_scene_says_what_differs(cloud: Cloud):
    line, here = cloud.line, ["--farm", "cloud"]
    ended = line.run("envs", "create", "Near", "--like", TINY, "--plugin", "wobble=0.9", *here)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == '"Near" is made on cloud: Blender 3.4, windows\n'
    assert ended.stderr.startswith("note: Renderbus lists no wobble for Blender 3.4.")
    changed = line.json("envs", "edit", "Near", "--like", TINY, "--system", "linux", *here)
    assert (changed["environment"]["name"], changed["environment"]["system"]) == ("Near", "linux")
    assert changed["notes"] == []
    line.ok("envs", "delete", "Near", *here)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["create", "x", "--software", "Maya 1999"], 1, "Renderbus does not offer Maya 1999"),
        (["create", "x", "--software", "Maya"], 1, '"Maya" names no version.'),
        (["create", "x", "--software", "Maya 2024", "--plugin", "mtoa"], 1, "mtoa=5.3.1"),
        (["create", "x", "--software", "Maya 2024", "--plugin", "mtoa=0.1"], 1, "mtoa 0.1 is not offered"),
        (["create", "Blender 3.4", "--software", "Blender 3.4"], 1, 'There is an environment "Blender 3.4" already'),
        (["create", "x"], 2, "either --like SCENE or --software"),
        (["create", "x", "--like", "gone.blend"], 1, "gone.blend"),
        (["edit", "Blender 3.4"], 2, "Say what to change"),
        (["edit", "Blender 3.4", "--without", "mtoa"], 1, 'There is no plug-in "mtoa" to leave out'),
        (["edit", "none such", "--system", "linux"], 1, "There is: Blender 3.4."),
        (["delete", "none such"], 1, 'cloud has no environment "none such"'),
        (["default", "none such"], 1, 'cloud has no environment "none such"'),
    ],
)
def test_environments_that_cannot_be(cloud: Cloud, words: list[str], code: int, said: str):
    assert said in cloud.line.refused("envs", *words, "--farm", "cloud", code=code)


def test_this_machines_environments_are_what_they_are(farmdeck: CommandLine):
    for words in (["create", "x", "--software", "Blender 4.5"], ["delete", "x"], ["default", "x"]):
        assert "cannot be changed here" in farmdeck.refused("envs", *words)


# -- account, labels and the rest


def test_the_account(cloud: Cloud):
    doc = cloud.line.json("account", "--farm", "cloud")
    balance = f"{doc['balance']:,.2f} CNY"
    told = pairs(cloud.line.ok("account"))
    assert told["Balance"] == balance
    assert told["CPU"] == "0.67 CNY an hour"
    assert (told["Farm"], told["Account"], told["Kind"]) == ("cloud, Renderbus", "rayvision", "main account")
    row = next(row for row in cloud.line.ok("farms", "list").splitlines() if row.startswith("cloud"))
    assert row.split("\t")[-1] == balance
    assert cloud.line.json("farms", "test", "cloud")["account"]["balance"] == doc["balance"]
    assert "has no accounts" in cloud.line.refused("account", "--farm", "local")


def test_labels(cloud: Cloud):
    line = cloud.line
    assert line.ok("labels", "add", "shot 7") == 'The label "shot 7" is there now.\n'
    assert [label["name"] for label in line.json("labels", "list")] == ["Project1", "shot 7"]
    assert line.ok("labels").splitlines()[1].startswith("shot 7\t")
    assert line.ok("labels", "delete", "shot 7", "--farm", "cloud") == 'The label "shot 7" is gone.\n'
    assert 'no label "shot 7"' in line.refused("labels", "delete", "shot 7")
    assert "local has no labels." in line.refused("labels", "add", "x", "--farm", "local")
    assert "Name the label" in line.refused("labels", "add", code=2)
    assert "takes no name" in line.refused("labels", "list", "x", code=2)


def test_which_farm_is_meant(another_cloud: Cloud):
    line = another_cloud.line
    assert "Set one up first" in line.refused("account")
    for name in ("east", "west"):
        another_cloud.add(name)
    assert "Which farm? There are: east, west." in line.refused("labels")
    assert line.ok("labels", "--farm", "west").startswith("Project1\t")


def test_extras(cloud: Cloud, cloud_job: str):
    line = cloud.line
    listed = {row.split("\t")[0]: row.split("\t")[1:] for row in line.ok("farms", "extras", "cloud").splitlines()}
    assert listed["priority"] == ["Priority", "job", "level=usual (usual, high)", ""]
    assert listed["platforms"][1:] == ["farm", "", "Number, Name, Kind, State, Tasks begin with"]
    assert line.ok("farms", "run", "cloud", "platforms").splitlines()[0].split("\t")[0] == "2"
    said = line.json("farms", "run", "cloud", "tag", cloud_job[:6], "--option", "name=hero")
    assert (said["said"], said["rows"], said["job"]) == ('It is labelled "hero".', [], cloud_job)
    line.ok("farms", "run", "cloud", "priority", cloud_job, "--option", "level=high")
    (row,) = line.ok("farms", "run", "cloud", "parts", cloud_job).splitlines()
    assert row.startswith("2W")
    assert line.ok("farms", "extras", "local") == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["fly"], 'cloud has nothing called "fly". See: farmdeck farms extras cloud'),
        (["tag"], "tag is done to a job. Name one."),
        (["platforms", "JOB"], "platforms is not done to a job."),
        (["priority", "JOB", "--option", "level=top"], "Give one of: usual, high."),
        (["priority", "JOB", "--option", "depth=9"], "This farm has: level"),
        (["priority", "JOB", "--option", "level"], "NAME=VALUE"),
        (["parts", "zzzz"], 'There is no job "zzzz"'),
    ],
)
def test_extras_that_cannot_be_done(cloud: Cloud, cloud_job: str, words: list[str], said: str):
    given = [cloud_job if word == "JOB" else word for word in words]
    assert said in cloud.line.refused("farms", "run", "cloud", *given)


def test_an_extra_on_a_job_of_another_farm(cloud: Cloud):
    id = cloud.line.submit("--frames", "1", "--hold", "--name", "at home")
    said = cloud.line.refused("farms", "run", "cloud", "parts", id)
    cloud.line.ok("delete", id)
    assert "at home is not on cloud. It is on local." in said


# -- submitting


def test_machines_that_do_not_suit_the_scene(cloud: Cloud):
    line = cloud.line
    (farm,) = [farm for farm in line.json("farms", "list") if farm["name"] == "cloud"]
    (option,) = [option for option in farm["capabilities"]["options"] if option["name"] == "hardware"]
    (name,) = [limit["choice"] for limit in option["limits"] if limit["choice"].startswith("2080Ti")][:1]
    words = ["submit", TINY, "--item", "Tiny/beauty", "--farm", "cloud", "--frames", "1"]
    said = line.refused(*words, "--option", f"hardware={name}")
    assert f"hardware cannot be '{name}' here: " in said
    assert "Blender" in said
    assert "is not an option" in line.refused(*words, "--option", "hardware")


def test_an_environment_of_another_application_is_refused(another_cloud: Cloud):
    another_cloud.add()
    line = another_cloud.line
    line.ok("envs", "create", "--software", "Maya 2024", "--farm", "cloud")
    said = line.refused("submit", TINY, "--item", "Tiny/beauty", "--farm", "cloud", "--frames", "1")
    assert "cloud cannot render this scene: Maya does not render Blender scenes." in said
    assert "envs create --like tiny.blend" in said
    assert line.jobs() == []


# -- jobs that are on their way


@contextmanager
def stuck(cloud: Cloud, *numbers: int) -> Iterator[None]:
    """These frames go on rendering until the end of the block."""
    simulated = cloud.simulated
    simulated.frame_outcome = lambda task, frame: "running" if set(frame.numbers) & set(numbers) else "done"
    try:
        yield
    finally:
        simulated.frame_outcome = None


def test_a_job_under_way(cloud: Cloud, tmp_path: Path):
    line, out = cloud.line, tmp_path / "out"
    with stuck(cloud, 3):
        id = cloud.submit("--frames", "1-3", "--output", out, "--option", "frames_per_machine=1")
        line.job_once(id, lambda job: job.done == 2)
        frames = {frame["number"]: frame["state"] for frame in line.json("frames", id)}  # asked for just now
        assert frames == {1: "done", 2: "done", 3: "rendering"}
        assert pairs(line.ok("job", id))["Cost"] == "0.10 CNY so far, about 0.15 CNY in all"
        assert "frame 3" in line.ok("log", id, "--frame", "3")
        line.ok("download", id)
        assert names(out) == PICTURES[:2]
    assert line.ok("job", id, "--watch").splitlines()[-1] == f"frames: {out}"
    assert names(out) == PICTURES
    line.ok("delete", id)


def test_frames_are_told_while_others_render(cloud: Cloud, tmp_path: Path):
    line = cloud.line
    with stuck(cloud, 2):
        id = cloud.submit("--frames", "1-2", "--output", tmp_path / "out")
        watching = subprocess.Popen(
            line.command("job", id, "--watch"), env=line.environ, cwd=line.home, stdout=subprocess.PIPE, text=True
        )
        assert watching.stdout
        assert watching.stdout.readline().startswith("frame 1: done")  # frame 2 cannot end before this
        line.frame_once(id, 2, FrameState.RENDERING)  # only who looks hears of it
    assert watching.stdout.read().splitlines()[-1] == f"frames: {tmp_path / 'out'}"
    watching.stdout.close()
    assert watching.wait(PATIENCE) == 0
    line.ok("delete", id)


def test_watching_ends_when_the_pictures_are_here(cloud: Cloud, tmp_path: Path):
    with stuck(cloud, 2):
        id = cloud.submit("--frames", "1-2", "--output", tmp_path / "out")
        cloud.line.job_once(id, lambda job: job.downloaded == 1)
        cloud.simulated.inject(Fault("getOutputUserDirFile", "latency", times=None, seconds=1.5))
    try:
        said = cloud.line.ok("job", id, "--watch")
    finally:
        cloud.simulated.clear_faults()
    assert said.splitlines()[-1] == f"frames: {tmp_path / 'out'}"
    assert names(tmp_path / "out") == PICTURES[:2]
    cloud.line.ok("delete", id)


def test_what_has_not_begun_has_neither_log_nor_pictures(cloud: Cloud, tmp_path: Path):
    line = cloud.line
    cloud.simulated.hold_at(0)  # waiting
    try:
        id = cloud.submit("--frames", "1-2", "--output", tmp_path / "out")
        line.job_once(id, lambda job: bool(job.farm_job))
        assert "so there is no log" in line.refused("log", id, "--frame", "1")
        assert "has no finished frames yet" in line.refused("download", id)
        assert pairs(line.ok("job", id)).get("Here") == "0 files"
        line.ok("delete", id)
    finally:
        cloud.simulated.release()


def test_frames_that_are_fetched_by_hand(another_cloud: Cloud, tmp_path: Path):
    another_cloud.add(download="by hand")
    line = another_cloud.line
    line.ok("envs", "create", "--like", TINY, "--farm", "cloud")
    id = another_cloud.submit("--frames", "1-3")
    said = line.ok("job", id, "--watch").splitlines()
    assert said[-1] == f"The frames are on cloud. Fetch them with: farmdeck download {id}"
    assert names(line.frames) == []
    assert line.ok("download", id) == f"3 files fetched to {line.frames}, 0 there already\n"
    assert line.json("download", id) == {
        "job": id, "folder": str(line.frames), "files": 3, "copied": 0, "left": 0
    }  # fmt: skip
    (tmp_path / "file").touch()
    assert str(tmp_path / "file") in line.refused("download", id, "--to", tmp_path / "file")


def test_a_picture_of_ones_own_is_left_alone(cloud: Cloud, cloud_job: str):
    mine = cloud.line.frames / "tiny.0002.png"
    farms = mine.read_bytes()
    mine.write_text("painted over")
    said = cloud.line.ok("download", cloud_job)
    assert said == f"0 files fetched to {cloud.line.frames}, 2 there already, 1 left alone\n"
    assert mine.read_text() == "painted over"
    mine.write_bytes(farms)


def test_a_farm_that_gives_no_logs(another_cloud: Cloud):
    another_cloud.add(dialect="v3")
    line = another_cloud.line
    line.ok("envs", "create", "--like", TINY, "--farm", "cloud")
    id = another_cloud.submit("--frames", "1-2")
    assert line.ok("job", id, "--watch").splitlines()[-1] == f"frames: {line.frames}"  # from the mounted storage
    assert "cloud gives no logs." in line.refused("log", id, "--frame", "1")


def test_frames_of_a_farm_that_went_silent_are_the_last_known(another_cloud: Cloud):
    another_cloud.add()
    line = another_cloud.line
    line.ok("envs", "create", "--like", TINY, "--farm", "cloud")
    with stuck(another_cloud, 2):
        id = another_cloud.submit("--frames", "1-2")
        line.job_once(id, lambda job: job.state is JobState.RENDERING and job.done == 1)
        known = line.ok("frames", id)
        another_cloud.simulated.inject(Fault("*", "drop_before", times=None))
        silent = line.run("frames", id)
        line.ok("farms", "remove", "cloud")
        removed = line.run("frames", id)
    assert (silent.returncode, silent.stdout) == (0, known)
    assert silent.stderr.startswith("farmdeck: ") and "127.0.0.1" in silent.stderr
    assert (removed.returncode, removed.stdout, removed.stderr) == (0, known, "")
