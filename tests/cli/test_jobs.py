"""Looking at jobs, and acting on them, with frames that Blender really renders."""

from __future__ import annotations

import json
from pathlib import Path

from farmdeck import JobState

from tests.cli.conftest import TINY, CommandLine

# -- looking


def test_jobs_in_a_pipe_are_one_line_each(farmdeck: CommandLine, done_job: str):
    rows = [line.split("\t") for line in farmdeck.ok("jobs", "--limit", "0").splitlines()]
    row = next(row for row in rows if row[0] == done_job)
    assert row[1:6] == ["looked at", "Done", "3", "–", "–"]
    assert row[7] == "local"
    assert {len(row) for row in rows} == {9}


def test_jobs_can_be_narrowed(farmdeck: CommandLine, done_job: str):
    assert done_job in {job["id"] for job in farmdeck.json("jobs", "--state", "done", "--farm", "local")}
    assert farmdeck.json("jobs", "--state", "uploading") == []
    assert farmdeck.json("jobs", "--farm", "elsewhere") == []
    assert len(farmdeck.json("jobs", "--limit", "1")) == 1
    assert "'done'" in farmdeck.refused("jobs", "--state", "finished", code=2)


def test_a_job_by_the_beginning_of_its_id(farmdeck: CommandLine, done_job: str):
    said = dict(line.split("\t") for line in farmdeck.ok("job", done_job[:6]).splitlines() if "\t" in line)
    assert said["Job"] == f"looked at ({done_job})"
    assert said["State"] == "Done, 3 of 3 frames done"
    assert said["Farm"] == "local"
    assert farmdeck.json("job", done_job)["schema"] == "farmdeck.job/1"


def test_frames_and_where_they_are(farmdeck: CommandLine, done_job: str):
    rows = [line.split("\t") for line in farmdeck.ok("frames", done_job).splitlines()]
    assert [row[:4] for row in rows] == [["beauty", str(number), "Done", "1"] for number in (1, 2, 3)]
    frames = farmdeck.json("frames", done_job)
    assert [Path(file).name for frame in frames for file in frame["files"]] == [
        "tiny_0001.png",
        "tiny_0002.png",
        "tiny_0003.png",
    ]
    assert all(Path(file).is_file() for frame in frames for file in frame["files"])


def test_a_frames_log(farmdeck: CommandLine, done_job: str):
    text = farmdeck.ok("log", done_job, "--frame", "2")
    assert "Saved: '" in text and "tiny_0002.png" in text
    doc = farmdeck.json("log", done_job, "--frame", "2", "--part", "beauty")
    assert doc["text"] == text
    assert (doc["job"], doc["number"], doc["attempt"]) == (done_job, 2, 1)
    assert Path(doc["path"]).is_file()
    assert "has no frame 99" in farmdeck.refused("log", done_job, "--frame", "99")
    assert "It has: beauty." in farmdeck.refused("log", done_job, "--part", "fog")


def test_download_copies_what_is_not_there_yet(farmdeck: CommandLine, done_job: str, tmp_path: Path):
    target = tmp_path / "delivery"
    assert farmdeck.ok("download", done_job) == f"3 files in {farmdeck.frames}\n"
    assert farmdeck.ok("download", done_job, "--to", target) == f"3 files copied to {target}, 0 there already\n"
    assert sorted(path.name for path in target.iterdir()) == ["tiny_0001.png", "tiny_0002.png", "tiny_0003.png"]
    (target / "tiny_0002.png").unlink()
    assert farmdeck.json("download", done_job, "--to", target) == {
        "job": done_job, "folder": str(target), "files": 3, "copied": 1, "left": 0
    }  # fmt: skip
    (tmp_path / "file").touch()
    assert "cannot be copied to" in farmdeck.refused("download", done_job, "--to", tmp_path / "file")


def test_a_job_that_is_not_there(farmdeck: CommandLine):
    for command in ("job", "frames", "log", "download", "stop", "start", "retry", "abandon", "delete"):
        said = farmdeck.refused(command, "zzzz")
        assert said == 'farmdeck: There is no job "zzzz". Look for it in `farmdeck jobs`.\n'


# -- acting


def test_held_then_started(farmdeck: CommandLine, tmp_path: Path):
    id = farmdeck.submit("--frames", "1-2", "--hold", "--output", tmp_path / "out")
    farmdeck.job_once(id, lambda job: job.state is JobState.PAUSED)
    watched = farmdeck.run("job", id, "--watch")
    assert watched.returncode == 1
    assert f"farmdeck start {id}" in watched.stdout
    assert "No frame of tiny has begun" in farmdeck.refused("log", id)
    assert "Frame 2 has not begun" in farmdeck.refused("log", id, "--frame", "2")
    assert "no finished frames yet" in farmdeck.refused("download", id, "--to", tmp_path / "there")
    assert farmdeck.ok("start", id) == f"tiny ({id}): goes on.\n"
    farmdeck.ok("job", id, "--watch")
    assert "No frame of tiny failed." in farmdeck.refused("retry", id)
    assert "none of the frames 7-9" in farmdeck.refused("retry", id, "--frames", "7-9")
    assert "No frames are given." in farmdeck.refused("retry", id, "--frames", "")


def test_stopped_given_up_and_deleted(farmdeck: CommandLine, tmp_path: Path):
    out = tmp_path / "out"
    id = farmdeck.submit("--item", "Slow/beauty", "--frames", "1-2", "--output", out)
    farmdeck.job_once(id, lambda job: job.state is JobState.RENDERING)
    assert farmdeck.ok("stop", id) == f"tiny ({id}): stopped.\n"
    job = farmdeck.json("job", id)
    assert (job["state"], job["rendering"]) == ("stopped", 0)
    assert farmdeck.ok("abandon", id) == f"tiny ({id}): given up; finished frames stay.\n"
    job = farmdeck.json("job", id)
    assert (job["state"], job["failed"], job["done"]) == ("failed", 2, 0)
    assert {frame["state"] for frame in farmdeck.json("frames", id)} == {"abandoned"}
    assert farmdeck.ok("delete", id) == f"tiny ({id}): deleted; finished frames stay on disk.\n"
    assert id not in {job.id for job in farmdeck.jobs()}
    assert list(out.iterdir()) == []


def test_a_frame_that_crashes_blender(farmdeck: CommandLine, tmp_path: Path):
    ended = farmdeck.run(
        "submit", TINY, "--item", "Crash/beauty", "--frames", "2-4", "--option", "retries=1", "--watch",
        "--output", tmp_path / "out",
    )  # fmt: skip
    assert ended.returncode == 1
    said = [line for line in ended.stdout.splitlines() if line.startswith("frame 3: Blender crashed")]
    assert 1 <= len(said) <= 2  # one for each attempt, unless the second failed before the first was looked at
    assert "It is tried again." in said[0] or len(said) == 1
    assert "Done, 1 failed, 2 of 3 frames." in ended.stdout
    assert ended.stdout.splitlines()[-1] == f"frames: {tmp_path / 'out'}"
    assert ended.stderr.splitlines()[-1].startswith("Frame 3: Blender crashed")
    id = ended.stdout.split()[3].rstrip(":")
    states = {frame["number"]: (frame["state"], frame["attempt"]) for frame in farmdeck.json("frames", id)}
    assert states == {2: ("done", 1), 3: ("failed", 2), 4: ("done", 1)}
    assert farmdeck.json("log", id)["number"] == 3  # the one that failed is the one that is asked for
    assert farmdeck.json("jobs", "--state", "partly_done")[0]["id"] == id

    tried = farmdeck.run("retry", "zzzz", id, "--frames", "2")  # of several jobs each is tried
    assert tried.returncode == 1
    assert 'no job "zzzz"' in tried.stderr
    assert tried.stdout == f"tiny ({id}): tried again.\n"
    assert farmdeck.run("job", id, "--watch").returncode == 1
    assert [frame["attempt"] for frame in farmdeck.json("frames", id)] == [2, 2, 1]


def test_one_name_with_tabs_stays_one_line(another):
    line = another()
    said = json.loads(line.ok("submit", TINY, "--name", "a\tb\nc", "--dry-run"))
    assert said["name"] == "a\tb\nc"
    line.ok("submit", TINY, "--name", "a\tb\nc", "--output", line.frames, "--hold")
    (row,) = line.ok("jobs").splitlines()
    assert row.split("\t")[1] == "a b c"
