"""Tasks of several parts: layers, cameras, tiles, nodes, frames of one machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulation.conftest import Bench
from tests.simulator import frames as fr

MAX = ("3ds Max", "2001", "2024", "D:/work/cloakroom.max")
HOUDINI = ("Houdini", "2004", "19.5.303", "/work/sea.hip")
BLENDER = ("Blender", "2007", "4.2", "/work/room.blend")
LAYERS = {
    name: {"renderable": shown, "common": {"frames": frames, "render_camera": ["cam"]}}
    for name, shown, frames in (("sky", "1", "1-2"), ("off", "0", "1-9"), ("sea", "1", "1-3"))
}


def test_layers_are_tasks_of_their_own(bench: Bench) -> None:
    task_id = bench.submit(LAYERS, enable_layered="1")
    bench.walk(task_id)
    parent = bench.info(task_id)
    assert (parent["isOpen"], parent["taskStatus"], parent["outputFileName"]) == (1, 0, None)
    assert (parent["preTaskStatus"], parent["totalFrames"], parent["munuTaskId"]) == (25, 0, "")
    children = parent["respRenderingTaskList"]
    assert [(child["layerName"], child["totalFrames"], child["taskStatus"]) for child in children] == [
        ("sky", 2, 25),
        ("sea", 3, 25),
    ]
    assert all(child["layerParentId"] == task_id and child["isOpen"] == 0 for child in children)
    sky, sea = (child["outputFileName"] for child in children)
    assert bench.results() == sorted(
        [f"{sky}/sky/shot.000{n}.png" for n in (1, 2)] + [f"{sea}/sea/shot.000{n}.png" for n in (1, 2, 3)]
    )
    assert bench.info(children[0]["id"])["layerName"] == "sky"
    listed = bench.call.data("handle/getTaskList/v2")["items"]
    assert [item["id"] for item in listed] == [task_id]


def test_layers_in_one_task_have_a_folder_each(bench: Bench) -> None:
    task_id = bench.submit(LAYERS, enable_layered="0")
    bench.walk(task_id)
    info = bench.info(task_id)
    assert (info["isOpen"], info["respRenderingTaskList"], info["totalFrames"]) == (0, None, 2)
    assert f"{task_id}_shot/sea/shot.0001.png" in bench.results()
    assert f"{task_id}_shot/sky/shot.0001.png" in bench.results()


def test_parts_are_stopped_and_started_with_their_task(bench: Bench) -> None:
    task_id = bench.submit(LAYERS, enable_layered="1")
    bench.farm.tick(2)
    bench.call.data("handle/stopTask", {"taskIds": [task_id]})
    assert [child["taskStatus"] for child in bench.info(task_id)["respRenderingTaskList"]] == [10, 10]
    bench.call.data("handle/startTask", {"taskIds": [task_id]})
    bench.walk(task_id)
    assert [child["taskStatus"] for child in bench.info(task_id)["respRenderingTaskList"]] == [25, 25]
    ids = [item["id"] for item in bench.call.data("handle/getTaskList/v2", {"statusList": [25]})["items"]]
    assert ids == [task_id]


def test_one_part_can_be_stopped_alone(bench: Bench) -> None:
    task_id = bench.submit(LAYERS, enable_layered="1")
    bench.farm.tick(1)
    first = bench.info(task_id)["respRenderingTaskList"][0]["id"]
    bench.call.data("handle/stopTask", {"taskIds": [first]})
    bench.walk(task_id)
    assert [child["taskStatus"] for child in bench.info(task_id)["respRenderingTaskList"]] == [10, 25]


def test_cameras_of_3ds_max_each_with_a_photon_pass(bench: Bench) -> None:
    scene = {
        "common": {"frames": "0", "renderable_camera": ["A", "B"], "all_camera": ["A", "B", "C"]},
        "renderer": {"name": "vray", "gi": "1"},
    }
    task_id = bench.submit(scene, cg=MAX, tiles="4")
    bench.farm.tick(4)
    children = bench.info(task_id)["respRenderingTaskList"]
    kinds = [(child["renderCamera"], child["taskType"], child["taskTypeText"]) for child in children]
    photon, picture = ("RenderPhoton", "render_photons_task"), ("Render", "render_major_picture_task")
    assert kinds == [("A", *photon), ("A", *picture), ("B", *photon), ("B", *picture)]
    assert [child["totalFrames"] for child in children] == [1, 5, 1, 5]
    assert {frame["frameStatus"] for frame in bench.frames(children[1]["id"])} == {9}
    assert bench.frames(children[0]["id"])[0]["frameType"] == 2
    bench.walk(task_id)
    assert {child["taskStatus"] for child in bench.info(task_id)["respRenderingTaskList"]} == {25}
    assert len(bench.results()) == 2
    assert bench.info(task_id)["taskKeyValueVo"] == {
        "tiles": "4",
        "allCamera": '["A", "B", "C"]',
        "renderableCamera": '["A", "B"]',
    }


def test_a_failed_photon_pass_fails_its_picture(bench: Bench) -> None:
    bench.farm.frame_outcome = lambda task, frame: "failed" if frame.type == fr.PHOTON else "done"
    scene = {"common": {"frames": "0", "renderable_camera": ["A"]}, "renderer": {"gi": "1"}}
    task_id = bench.submit(scene, cg=MAX)
    bench.walk(task_id)
    assert [child["taskStatus"] for child in bench.info(task_id)["respRenderingTaskList"]] == [45, 45]


def test_photons_on_several_machines_are_merged(bench: Bench) -> None:
    scene = {"common": {"frames": "0", "renderable_camera": ["A"]}, "renderer": {"gi": "1", "photonnode": "3"}}
    task_id = bench.submit(scene, cg=MAX)
    bench.farm.tick(3)
    photon = bench.info(task_id)["respRenderingTaskList"][0]
    shown = [(one["frameIndex"], one["frameType"], one["frameStatus"]) for one in bench.frames(photon["id"])]
    assert shown == [("0-1", 2, 1), ("0-2", 2, 1), ("0-3", 2, 1), ("0", 3, 7)]
    bench.walk(task_id)
    assert bench.results() == [f"{photon['id'] + 1}_cloakroom/cloakroom.0000.png"]


def test_one_camera_is_no_part(bench: Bench) -> None:
    task_id = bench.submit({"common": {"frames": "0", "renderable_camera": ["A"]}, "renderer": {}}, cg=MAX)
    bench.walk(task_id)
    assert (bench.info(task_id)["isOpen"], bench.info(task_id)["taskStatus"]) == (0, 25)


def test_tiles_and_what_joins_them(bench: Bench) -> None:
    scene = {"common": {"frames": "1-2"}}
    task_id = bench.submit(scene, cg=BLENDER, tiles="2")
    bench.farm.tick(3)
    shown = [
        (one["frameIndex"], one["frameBlock"], one["frameType"], one["frameStatus"]) for one in bench.frames(task_id)
    ]
    assert shown == [
        ("1-1", "1", 5, 1),
        ("1-2", "2", 5, 1),
        ("2-1", "1", 5, 1),
        ("2-2", "2", 5, 1),
        ("1", "", 7, 12),
        ("2", "", 7, 12),
    ]
    bench.walk(task_id)
    assert bench.results() == [f"{task_id}_room/room.000{n}.png" for n in (1, 2)]


def test_several_frames_of_one_machine_are_one_frame(bench: Bench) -> None:
    task_id = bench.submit({"common": {"frames": "1-7[2],20"}}, cg=BLENDER, frames_per_task="3", pre_frames="100")
    bench.farm.tick(1)
    assert [frame["frameIndex"] for frame in bench.frames(task_id)] == ["1", "3-7[2]", "20"]
    bench.walk(task_id)
    assert [name[-8:-4] for name in bench.results()] == ["0001", "0003", "0005", "0007", "0020"]
    found = bench.call.data("handle/queryTaskFrames", {"taskId": task_id, "searchKeyword": "3-7"})["items"]
    assert [frame["frameIndex"] for frame in found] == ["3-7[2]"]


def test_negative_frames_have_four_digits_too(bench: Bench) -> None:
    task_id = bench.submit({"common": {"frames": "-2-1[3]"}}, cg=BLENDER)
    bench.walk(task_id)
    assert bench.results() == [f"{task_id}_room/room.-0002.png", f"{task_id}_room/room.0001.png"]


def test_houdini_simulates_before_it_renders_and_nodes_share_frame_numbers(bench: Bench) -> None:
    rops = [{"node": f"/out/{name}", "frames": "1-2[1]", "render": "1"} for name in ("sea", "sky")]
    scene = {
        "geo_node": [{"node": "/out/sim", "frames": "1-9[1]", "option": "0", "render": "0"}],
        "rop_node": [*rops, {"node": "/out/off", "frames": "1", "render": "0"}],
    }
    task_id = bench.submit(scene, cg=HOUDINI)
    bench.farm.tick(3)
    info = bench.info(task_id)
    assert (info["taskType"], info["framesRange"]) == ("GopRender", "/out/sim1-9[1]/out/sea1-2[1]/out/sky1-2[1]")
    shown = [(one["frameIndex"], one["frameType"], one["frameStatus"], one["gopName"]) for one in bench.frames(task_id)]
    assert shown == [
        ("1-9[1]", 8, 1, "/out/sim"),
        ("1", 5, 10, "/out/sea"),
        ("2", 5, 10, "/out/sea"),
        ("1", 5, 10, "/out/sky"),
        ("2", 5, 10, "/out/sky"),
    ]
    bench.walk(task_id)
    assert bench.results() == sorted(f"{task_id}_sea/{rop}/sea.000{n}.png" for rop in ("sea", "sky") for n in (1, 2))


@pytest.mark.parametrize(
    ("cg", "scene"),
    [
        (("Clarisse", "2013", "4.0", "a.project"), {"image_node": [{"name": "project://i", "frames": "1"}]}),
        (("Katana", "2016", "4.0v1", "a.katana"), {"rendernodes": {"beauty": {"frames": "1", "renderable": "1"}}}),
        (("Arnold Standalone", "2003", "7.1.2.2", "x.####.ass"), {"common": {"frames": "1"}}),
        (("CINEMA 4D", "2005", "2023", "a.c4d"), {"common": {"frames": "1"}}),
    ],
)
def test_other_software(bench: Bench, cg: tuple[str, ...], scene: dict[str, Any]) -> None:
    task_id = bench.submit(scene, cg=cg)
    assert bench.walk(task_id)[-1] == 25
    assert len(bench.results()) == 1


def test_a_farm_that_silently_renders_the_first_64_frames_alone(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(max_frames=64, frames_per_tick=100)
    task_id = bench.submit({"common": {"frames": "1-100"}}, cg=BLENDER)
    assert bench.walk(task_id)[-1] == 25
    assert bench.info(task_id)["totalFrames"] == 64


def test_a_farm_that_silently_cuts_the_text(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(max_frame_characters=64)
    text = ",".join(str(number) for number in range(100, 140))
    task_id = bench.submit({"common": {"frames": text}}, cg=BLENDER)
    bench.farm.tick(1)
    assert [frame["frameIndex"] for frame in bench.frames(task_id)] == [str(number) for number in range(100, 116)]


@given(st.sets(st.integers(-500, 9999), min_size=1, max_size=60), st.integers(1, 9), st.integers(1, 4))
def test_every_frame_is_rendered_once(numbers: set[int], per_machine: int, tiles: int) -> None:
    frames = fr.numbers(",".join(map(str, sorted(numbers))))
    assert set(frames) == numbers
    pieces = list(fr.cut(frames, "101", per_machine, tiles))
    writers = [piece for piece in pieces if tiles == 1 or not piece.block]
    assert sorted(number for piece in writers for number in piece.numbers) == sorted(numbers)
    for piece in pieces:
        if tiles == 1:
            assert fr.numbers(piece.index) == list(piece.numbers)


@pytest.mark.parametrize("text", ["", "a", "1-", "3-1", "1-5[0]", "1,,2", "1:5", "1-5[a]"])
def test_ranges_that_are_none(text: str) -> None:
    with pytest.raises(fr.BadFrames):
        fr.numbers(text)
