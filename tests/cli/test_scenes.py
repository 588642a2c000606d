"""`inspect` and `submit`, and every kind of bad input."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from farmdeck.submission import submission_from_document

from tests.cli.conftest import ROOT, TINY, CommandLine

GOLDEN = Path(__file__).with_name("inspect.golden.json")

# What issue and documentation promise of `inspect --json`.
PROMISED = {
    "": "file software items cameras frames fps assets plugins problems",
    "software": "name version",
    "items": "name kind cameras frames width height renderer output enabled",
    "assets": "path files missing kind owner",
    "problems": "severity message subject",
}


def test_inspect_json_is_as_pinned(farmdeck: CommandLine):
    doc = farmdeck.json("inspect", TINY)
    text = json.dumps(doc, indent=2, ensure_ascii=False).replace(str(TINY.parent), "FOLDER") + "\n"
    if os.environ.get("WRITE_GOLDEN"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_inspect_json_has_every_promised_key(farmdeck: CommandLine, tmp_path: Path):
    broken = tmp_path / "sample.blend"  # away from its textures: assets that are missing, and problems
    broken.write_bytes((ROOT / "resources" / "sample" / "harbour.blend").read_bytes())
    doc = farmdeck.json("inspect", broken)
    assert doc["assets"] and doc["problems"] and doc["items"]
    for place, keys in PROMISED.items():
        found = doc[place] if place else doc
        for one in found if isinstance(found, list) else [found]:
            assert set(keys.split()) <= set(one), place
    assert isinstance(doc["plugins"], list)
    assert any(asset["missing"] for asset in doc["assets"])
    assert {problem["severity"] for problem in doc["problems"]} <= {"error", "warning", "note"}


def test_inspect_in_a_pipe_is_one_line_for_each_item(farmdeck: CommandLine):
    first, *items, last = farmdeck.ok("inspect", TINY).splitlines()
    assert first == "tiny.blend  Blender 3.4, 24 fps"
    cells = items[0].split("\t")
    assert cells == ["Tiny/beauty", "CamA", "1-20", "32×32", "CYCLES", str(TINY.parent / "render" / "tiny_####.png")]
    assert items[1].startswith("Tiny/extra (off)\t")
    assert len(items) == 6
    assert last == "0 files, 0 missing; cameras: CamA, CamB"


def test_a_letter_that_the_terminal_lacks_is_no_error(farmdeck: CommandLine, done_job: str):
    ended = farmdeck.run("jobs", PYTHONIOENCODING="iso-8859-1")  # it has no dash
    assert ended.returncode == 0, ended.stderr
    assert "\t?\t" in ended.stdout


# -- submitting


def test_a_dry_run_prints_the_submission_and_submits_nothing(another):
    line = another()
    chosen = ["--item", "Tiny/beauty", "--item", "Tiny/extra", "--camera", "CamB", "--camera", "CamA"]
    chosen += ["--frames", "1-9x4", "--option", "chunk=2", "--priority", "70", "--project", "dune"]
    said = line.ok("submit", TINY, "--dry-run", *chosen, "--name", "sh010", "--output", line.frames, "--hold")
    submission = submission_from_document(json.loads(said))
    assert [part.name for part in submission.parts] == [
        "beauty · CamB", "beauty · CamA", "extra · CamB", "extra · CamA"
    ]  # fmt: skip
    assert {part.frames for part in submission.parts} == {"1-9x4"}
    assert len({part.output for part in submission.parts}) == 4
    assert all(part.output.startswith(str(line.frames)) for part in submission.parts)
    assert (submission.priority, submission.project, submission.name, submission.hold) == (70, "dune", "sh010", True)
    assert submission.options == {"chunk": "2"}
    assert not line.frames.exists()
    assert line.json("jobs") == []
    assert line.run("agent", "status").returncode == 1  # nothing was started for it


def test_without_frames_each_item_has_its_own(farmdeck: CommandLine):
    doc = json.loads(farmdeck.ok("submit", TINY, "--dry-run"))
    assert [(part["item"], part["frames"]) for part in doc["parts"]] == [("Tiny/beauty", "1-20")]
    assert doc["parts"][0]["output"] == str(TINY.parent / "render" / "tiny_####.png")


def test_submit_watch_renders_and_ends_with_the_frames(farmdeck: CommandLine, tmp_path: Path):
    out = tmp_path / "out"
    ended = farmdeck.run(
        "submit", TINY, "--frames", "4,6", "--camera", "CamB", "--env", "Blender 3.4.1", "--option", "chunk=1",
        "--output", out, "--watch",
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    first, *frames, state, last = ended.stdout.splitlines()
    assert first.startswith("Submitted tiny as ") and first.endswith(": 2 frames on local.")
    assert [line.split(":")[0] for line in frames] == ["frame 4", "frame 6"]
    assert frames[1].endswith("(2 of 2)")
    assert state == "tiny: Done, 2 of 2 frames."
    assert last == f"frames: {out}"
    assert ended.stderr == "environment: Blender 3.4.1 (Blender 3.4.1 renders what 3.4 saved)\n"
    assert sorted(path.name for path in out.iterdir()) == ["tiny_0004.png", "tiny_0006.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in out.iterdir())


def test_watching_with_json_is_one_document_in_the_end(farmdeck: CommandLine, tmp_path: Path):
    ended = farmdeck.run("submit", TINY, "--frames", "7", "--output", tmp_path / "out", "--watch", "--json")
    job = json.loads(ended.stdout)
    assert (job["state"], job["done"]) == ("done", 1)
    assert "frame 7: done" in ended.stderr
    later = farmdeck.json("job", job["id"])
    assert {**job, "thumbnail": "", "updated": 0} == {**later, "thumbnail": "", "updated": 0}  # its picture may follow


def test_errors_hold_a_scene_back_until_force(farmdeck: CommandLine, tmp_path: Path):
    lonely = tmp_path / "lonely.blend"
    lonely.write_bytes((ROOT / "resources" / "sample" / "harbour.blend").read_bytes())
    said = farmdeck.refused("submit", lonely, "--dry-run")
    assert said.count("error: ") >= 1
    assert "planks.png" in said
    assert "held lonely.blend back" in said
    assert said.strip().endswith("submit it as it is with --force.")
    forced = farmdeck.run("submit", lonely, "--dry-run", "--force")
    assert forced.returncode == 0
    assert json.loads(forced.stdout)["name"] == "lonely"


# -- bad input: what, which, and what next


def test_a_file_that_is_not_there(farmdeck: CommandLine, tmp_path: Path):
    for command in (["inspect"], ["submit"], ["envs", "match"], ["panel"]):
        said = farmdeck.refused(*command, tmp_path / "nope.blend")
        assert str(tmp_path / "nope.blend") in said
        assert "Check" in said


@pytest.mark.parametrize(
    "content, told",
    [
        (None, "is a folder, not a scene file. Choose"),
        (b"%PDF-1.7 not a scene", "x.blend is not a scene file"),
        (b"", "is empty"),
        (b"BLENDER-v340" + b"REND" + b"\xff" * 40, "x.blend"),
    ],
)
def test_what_is_no_scene(farmdeck: CommandLine, tmp_path: Path, content: bytes | None, told: str):
    path = tmp_path / "x.blend"
    path.mkdir() if content is None else path.write_bytes(content)
    for command in ("inspect", "submit"):
        assert told in farmdeck.refused(command, path)


BAD = {
    "no frames": (["--frames", ""], "No frames are given.", "1-10"),
    "only commas": (["--frames", ","], "No frames are given.", "1-10"),
    "a step of 0": (["--frames", "10-1x0"], '"10-1x0" has a step of 0', "1-10x2"),
    "backwards": (["--frames", "10-1"], '"10-1" runs backwards', "Type 1-10"),
    "no numbers": (["--frames", "first"], '"first"', "1-10"),
    "too many": (["--frames", "1-9999999"], "9,999,999 frames", "smaller"),
    "an item": (["--item", "beuaty"], 'No item is called "beuaty"', "Tiny/beauty, Tiny/extra"),
    "an item of two scenes": (["--item", "extra"], '"extra" is in several scenes', "Tiny/extra, Crash/extra"),
    "a camera": (["--camera", "CamC"], 'No camera is called "CamC"', "CamA, CamB"),
    "an environment": (["--env", "Blender 9.9"], 'no environment "Blender 9.9"', "There is: Blender"),
    "an option": (["--option", "speed=9"], 'no option "speed"', "chunk, timeout"),
    "an option's value": (["--option", "chunk=many"], "chunk is 'many'", "whole number"),
    "an option's range": (["--option", "chunk=0"], "chunk", "1"),
    "an option's form": (["--option", "chunk"], '"chunk" is not an option', "NAME=VALUE"),
    "a farm": (["--farm", "mars"], 'No farm is called "mars"', "Set up: local"),
}


@pytest.mark.parametrize("words, what, next", BAD.values(), ids=BAD)
def test_a_bad_choice(farmdeck: CommandLine, tmp_path: Path, words: list[str], what: str, next: str):
    before = len(farmdeck.jobs())
    said = farmdeck.refused("submit", TINY, "--output", tmp_path / "out", *words)
    assert said.startswith("farmdeck: ") and said.count("\n") == 1
    assert what in said and next in said
    assert len(farmdeck.jobs()) == before
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc")
def test_an_output_that_cannot_be_written(farmdeck: CommandLine, tmp_path: Path):
    (tmp_path / "file").touch()
    for folder in (Path("/proc/nope"), tmp_path / "file" / "out"):
        said = farmdeck.refused("submit", TINY, "--frames", "1", "--output", folder)
        assert f"The output folder {folder} cannot be written" in said
        assert "Choose another one with --output." in said


def test_no_renderer_is_installed(another):
    line = another("[local]\nsearch = false\n")
    said = line.refused("submit", TINY, "--frames", "1", "--output", line.frames)
    assert "No Blender, Maya, Houdini or 3ds Max is found on this machine." in said
    assert "Install one, or name it in the settings" in said
    assert line.jobs() == []
    listed = line.json("farms", "list")
    assert "No Blender" in listed[0]["problem"]
    assert "No Blender" in line.refused("envs", "list")
    doctor = line.run("doctor")
    assert doctor.returncode == 1
    assert "!!\tFarm local\tNo Blender, Maya, Houdini or 3ds Max is found" in doctor.stdout


def test_settings_that_cannot_be_read(another):
    line = another("[local]\nprocesses = \n")
    for command in (["submit", TINY], ["farms", "list"], ["farms", "add", "x", "--kind", "local"]):
        said = line.refused(*command)
        assert f"{line.home / 'settings.toml'}, line 4" in said


def test_a_home_that_cannot_be_written(tmp_path: Path):
    (tmp_path / "file").touch()
    line = CommandLine(tmp_path / "home", environ={"FARMDECK_HOME": str(tmp_path / "file" / "home")})
    said = line.refused("jobs")
    assert str(tmp_path / "file" / "home") in said
    assert "FARMDECK_HOME" in said


MAYA = """//Maya ASCII 2024 scene
requires maya "2024";
fileInfo "version" "2024";
select -ne :defaultRenderGlobals;
	setAttr ".ren" -type "string" "arnold";
// End of shot.ma
"""


def test_a_scene_whose_application_is_not_here(farmdeck: CommandLine, tmp_path: Path):
    scene = tmp_path / "shot.ma"
    scene.write_text(MAYA, encoding="utf-8")
    assert farmdeck.ok("inspect", scene).startswith("shot.ma  Maya 2024, 24 fps\n")
    said = farmdeck.refused("submit", scene)
    assert "No Maya is found on this machine. Install Maya, or choose another farm." in said
