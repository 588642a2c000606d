"""The four files of a task: golden ones for each application, and what one task can't say."""

from __future__ import annotations

import copy
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from farmdeck._errors import BadInput, Cancelled
from farmdeck.farm import Watch
from farmdeck.farms.renderbus.models import UserEnv
from farmdeck.farms.renderbus.scene_info import problems
from farmdeck.farms.renderbus.task_files import md5, task_files, tips
from farmdeck.scene import Severity
from farmdeck.submission import FileStamp

from tests.farms.renderbus.fleet import ENV, hardware
from tests.farms.renderbus.samples import BLENDER, CHANGED, HOUDINI, MAX, MAYA, part, submission
from tests.farms.renderbus.validation import validate

GOLDEN = Path(__file__).with_name("golden")
HASH = "8A0D163994A2361808B6F5390967A614"
CASES = {
    "maya": (MAYA, "/w/scenes/shot.farmdeck-k3t9mbwz.ma", ENV),
    "houdini": (HOUDINI, "/w/sphere.farmdeck-k3t9mbwz.hip", UserEnv(2004, "h", "Houdini", "19.5.303", 1)),
    "max": (MAX, "D:\\scenes\\jh.farmdeck-k3t9mbwz.max", UserEnv(2001, "m", "3ds Max", "2018", 1)),
    "blender": (BLENDER, "/w/pram.farmdeck-k3t9mbwz.blend", UserEnv(2007, "b", "Blender", "4.5", 1)),
}


def to_farm(path):
    return "/" + path.replace("\\", "/").replace(":", "").lstrip("/")


def files(name, sent=None, **given):
    scene, snapshot, env = CASES[name]
    ids = {"scene_hash": HASH, "task_id": 19097, "user_id": 10001136, "platform": 2, "to_farm": to_farm}
    return task_files(sent or scene, Path(snapshot), env, **{**ids, **given})


@pytest.mark.parametrize("name", CASES)
def test_as_in_the_golden_files(name):
    made = files(name, project_id=3671 if name == "maya" else 0, hardware=hardware(301))
    assert sorted(made.texts()) == ["asset.json", "task.json", "tips.json", "upload.json"]
    for file, text in made.texts().items():
        assert text == (GOLDEN / name / file).read_text(encoding="utf-8"), file


@pytest.mark.parametrize("name", CASES)
def test_what_is_written_passes_its_own_check(name):
    assert validate(files(name).task) == []
    assert validate(json.loads(files(name, hardware=hardware(301)).texts()["task.json"])) == []


@pytest.mark.parametrize("name", CASES)
def test_the_farm_sees_the_scene_beside_the_original_under_the_copys_name(name):
    scene, snapshot, _ = CASES[name]
    upload = files(name).upload
    sent = upload["asset"][-1]
    assert sent == {"local": snapshot.replace("\\", "/"), "server": to_farm(snapshot)}
    assert sent["server"].rpartition("/")[0] == to_farm(scene.scene.path).rpartition("/")[0]
    assert len(upload["asset"]) == len(scene.files) + 1
    hashed = upload["scene"] if name == "max" else upload["scene"][0]
    assert hashed == {**sent, "hash": HASH.lower()}


def test_a_file_named_twice_is_sent_once():
    twice = replace(BLENDER, files=(FileStamp("/w/a.png", 1, CHANGED), FileStamp("/w/a.png", 1, CHANGED)))
    assert [each["local"] for each in files("blender", twice).upload["asset"][:-1]] == ["/w/a.png"]


def test_light_caches_of_max_are_named_again():
    caches = ("D:/a.vrmap", "D:/b.VRLMAP", "D:/c.png")
    upload = files("max", replace(MAX, files=tuple(FileStamp(path, 1, CHANGED) for path in caches))).upload
    assert [each["server"] for each in upload["vrmap"]] == ["/D/a.vrmap"]
    assert [each["server"] for each in upload["vrlmap"]] == ["/D/b.VRLMAP"]
    assert len(upload["asset"]) == 4


@pytest.mark.parametrize(("scene", "code"), [(MAYA, "50001"), (HOUDINI, "50001"), (MAX, "10012"), (BLENDER, "35001")])
def test_missing_files_are_tips(scene, code):
    assert tips(scene) == {code: list(scene.missing)}
    assert tips(replace(scene, missing=())) == {}


def test_a_maya_layer_through_its_own_cameras():
    info = files("maya").task["scene_info_render"]
    assert (info["masks"]["is_default_camera"], info["masks"]["common"]["render_camera"]) == ("1", [])
    alone = replace(MAYA, cameras=("cam",))
    assert files("maya", alone).task["scene_info_render"]["masks"]["common"]["render_camera"] == ["cam"]


def test_a_distributed_simulation_of_houdini():
    sent = replace(HOUDINI, parts=(part(address=("/out/sim",), item="sim", renderer="hq_sim", frames="1-240"),))
    info = files("houdini", sent).task["scene_info"]
    node = {"node": "/out/sim", "frames": "1-240[1]", "option": "1", "render": "1"}
    assert info == {"rop_node": [], "geo_node": [], "distributedsim_node": [node]}
    assert [(each.severity, each.subject) for each in problems(sent)] == [(Severity.WARNING, "/out/sim")]


def test_a_max_item_that_is_a_camera_renders_through_it():
    sent = replace(MAX, parts=(part(item="Camera002", address=("Camera002",), renderer="V_Ray_5"),))
    info = files("max", sent).task["scene_info"]
    assert info["common"]["renderable_camera"] == ["Camera002"]
    assert info["renderer"] == {"name": "vray", "renderer": "vray", "renderer_orign": "V_Ray_5"}
    assert problems(sent) == []


def test_the_layers_of_an_exr_are_left_to_the_blender_scene():
    sent = replace(BLENDER, parts=(part(address=("Scene", "VL"), output="/w/a.####.exr"),))
    assert "Render_Format" not in files("blender", sent).task["scene_info"]["common"]


def test_an_environment_of_another_application_is_refused():
    with pytest.raises(BadInput, match='"lookdev" is for Maya, the scene is of Blender'):
        task_files(BLENDER, Path("/x"), ENV, scene_hash=HASH, task_id=1, user_id=1, platform=2, to_farm=to_farm)


def test_an_application_that_is_not_known_is_refused():
    nuke = submission("Nuke", "15", "/w/a.nk")
    assert [problem.severity for problem in problems(nuke)] == [Severity.ERROR]
    with pytest.raises(BadInput, match="Nuke"):
        task_files(nuke, Path("/x"), UserEnv(2015), scene_hash=HASH, task_id=1, user_id=1, platform=2, to_farm=to_farm)


def severities(sent):
    return [problem.severity for problem in problems(sent)]


@pytest.mark.parametrize("scene", [MAYA, MAX, BLENDER])
def test_what_one_task_can_say(scene):
    assert problems(scene) == []


def test_houdini_caches_and_renders_go_together():
    assert problems(HOUDINI) == []


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        (replace(MAYA, parts=(part(camera="a"), part(camera="b", frames="1-9"))), [Severity.ERROR]),
        (replace(MAYA, parts=(part(camera="a"), part(camera="b", width=8))), [Severity.ERROR]),
        (replace(HOUDINI, parts=(part(camera="a"), part(camera="b"))), [Severity.ERROR]),
        (replace(HOUDINI, parts=(part(camera="a"),)), [Severity.WARNING]),
        (replace(MAX, parts=(part(),)), [Severity.WARNING]),
        (replace(MAX, parts=(part(camera="a"), part(item="view2", address=("view2",)))), [Severity.ERROR]),
        (replace(MAX, parts=(part(camera="a"), part(camera="b", frames="2"))), [Severity.ERROR]),
        (replace(BLENDER, parts=(part(camera="a"),)), [Severity.WARNING]),
        (replace(BLENDER, parts=(part(camera="a"), part(camera="b"))), [Severity.ERROR]),
        (replace(BLENDER, parts=(part(address=("A", "x")), part(address=("B", "x")))), [Severity.ERROR]),
        (
            replace(BLENDER, parts=(part(item="S/a", address=("S", "a")), part(item="S/b", address=("S", "b")))),
            [Severity.WARNING],
        ),
        (
            replace(BLENDER, parts=(part(item="S/a", address=("S", "a")), part(address=("S", "b"), frames="1"))),
            [Severity.ERROR, Severity.WARNING],
        ),
        (
            replace(BLENDER, parts=(part(address=("S", "a")), part(address=("S", "a"), output="/w/a.####.png"))),
            [Severity.ERROR],
        ),
        (replace(BLENDER, parts=(part(address=("S", "a")), part(address=("S", "a"), renderer="x"))), [Severity.ERROR]),
    ],
)
def test_what_one_task_cannot_say(sent, found):
    assert severities(sent) == found
    for problem in problems(sent):
        assert problem.subject and problem.message.endswith(".") and problem.message.count(". ") >= 1


def test_the_same_frames_typed_differently_are_the_same():
    assert problems(replace(BLENDER, parts=(part(frames="1-3"), part(frames="1,2,3")))) == []


BREAK = {
    "a number": ("task_info", "tiles", 4),
    "a flag": ("task_info", "os_name", "2"),
    "a count": ("task_info", "ram", "64GB"),
    "ids": ("task_info", "hardwareConfigIds", [301]),
    "pre_frames flags": ("task_info", "pre_frames", "10"),
    "pre_frames list": ("task_info", "pre_frames", "100:1-"),
    "exclusive": ("task_info", "frames_per_task", "5"),
    "plugins": ("software_config", "plugins", {"mtoa": 5}),
    "version": ("software_config", "cg_version", 4.5),
    "frames": ("scene_info_render", "common", {"frames": "1-10x2"}),
    "size": ("scene_info", "common", {"width": 640}),
    "a list": ("scene_info", "common", {"scene_name": "Scene"}),
    "in a list": ("scene_info", "common", {"scene_name": [1]}),
    "layers": ("layers", None, ["beauty"]),
    "nothing": ("scene_info_render", None, {}),
}


@pytest.mark.parametrize("name", BREAK)
def test_the_check_sees(name):
    task = copy.deepcopy(json.loads(files("blender").texts()["task.json"]))
    block, key, value = BREAK[name]
    if key is None:
        task[block] = value
    else:
        task[block][key] = value
    found = validate(task)
    assert len(found) == 1
    assert found[0].startswith(block)


def test_the_check_misses_no_key():
    task = json.loads(files("blender").texts()["task.json"])
    del task["task_info"]["pre_frames"], task["software_config"]
    assert "task_info.pre_frames: is missing" in validate(task)
    assert "software_config: is missing or empty" in validate(task)


def test_md5_is_the_file_s(tmp_path):
    scene = tmp_path / "a.ma"
    scene.write_bytes(b"x" * 3_000_000)
    steps = []
    assert (
        md5(scene, Watch(lambda done, total: steps.append((done, total)))) == hashlib.md5(b"x" * 3_000_000).hexdigest()
    )
    assert steps[-1] == (3_000_000, 3_000_000) and len(steps) > 1
    stopped = Watch()
    stopped.cancel()
    with pytest.raises(Cancelled):
        md5(scene, stopped)
