"""A task's life, in every status there is."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.simulation.conftest import Bench
from tests.simulation.signer import Caller
from tests.simulator import Frame, Task

MakeBench = Callable[..., Bench]


def maya(frames: str) -> dict[str, Any]:
    return {"defaultRenderLayer": {"renderable": "1", "common": {"frames": frames}}}


def test_a_task_goes_from_analysis_to_done_and_leaves_pictures(bench: Bench) -> None:
    task_id = bench.submit(assets=[("/D/work/shot.ma", b"//Maya")])
    assert bench.walk(task_id) == [50, 0, 8, 5, 25]
    info = bench.info(task_id)
    assert (info["totalFrames"], info["doneFrames"], info["failedFrames"]) == (3, 3, 0)
    assert info["statusText"] == "render_task_status_25"
    output = f"{task_id}_shot"
    assert info["outputFileName"] == output
    assert bench.results() == [f"{output}/shot.000{frame}.png" for frame in (1, 2, 3)]


def test_time_passes_by_itself(make_bench: MakeBench) -> None:
    bench = make_bench(auto=True)
    task_id = bench.submit()
    assert bench.farm.wait_for(task_id, 25).status == 25


def test_a_task_that_is_waited_for_in_vain_is_named(bench: Bench) -> None:
    task_id = bench.submit()
    with pytest.raises(TimeoutError, match=str(task_id)):
        bench.farm.wait_for(task_id, 25, seconds=0.01)


def test_frames_render_a_few_at_a_time(make_bench: MakeBench) -> None:
    bench = make_bench(frames_per_tick=2)
    task_id = bench.submit(maya("1-5"))
    bench.farm.tick(4)
    assert [frame["frameStatus"] for frame in bench.frames(task_id)] == [2, 2, 1, 1, 1]
    bench.call.data("handle/updateTaskLimit", {"taskId": task_id, "taskLimit": 1})
    bench.farm.tick()
    assert [frame["frameStatus"] for frame in bench.frames(task_id)] == [4, 4, 2, 1, 1]


@pytest.mark.parametrize(("bad", "status", "tally"), [({2}, 30, (2, 1)), ({1, 2, 3}, 45, (0, 3)), (set(), 25, (3, 0))])
def test_frames_that_fail(bench: Bench, bad: set[int], status: int, tally: tuple[int, int]) -> None:
    bench.farm.frame_outcome = lambda task, frame: "failed" if frame.numbers[0] in bad else "done"
    task_id = bench.submit()
    assert bench.walk(task_id)[-1] == status
    info = bench.info(task_id)
    assert (info["doneFrames"], info["failedFrames"]) == tally


def test_failed_frames_again(bench: Bench) -> None:
    bench.farm.frame_outcome = lambda task, frame: "failed" if frame.numbers[0] != 1 and not frame.recommits else "done"
    task_id = bench.submit()
    assert bench.walk(task_id)[-1] == 30
    bench.call.data("handle/recommitTasks", {"taskIds": [task_id]})
    assert bench.info(task_id)["taskStatus"] == 0
    assert bench.walk(task_id) == [0, 5, 25]
    assert [frame["recommitFlag"] for frame in bench.frames(task_id)] == [0, 1, 1]


def test_chosen_frames_again_by_id_and_by_status(bench: Bench) -> None:
    task_id = bench.submit()
    bench.walk(task_id)
    second = bench.frames(task_id)[1]["id"]
    bench.call.data("handle/recommitTaskFrames", {"taskId": task_id, "selectAll": 0, "ids": [second]})
    bench.walk(task_id)
    bench.call.data("handle/recommitTaskFrames", {"taskId": task_id, "selectAll": 1, "status": [5]})
    assert [frame["recommitFlag"] for frame in bench.frames(task_id)] == [0, 1, 0]
    assert bench.call.code("handle/recommitTaskFrames", {"taskId": task_id, "selectAll": 0, "ids": [1]}) == 404
    assert bench.call.code("handle/recommitTaskFrames", {"taskId": task_id, "selectAll": 0}) == 601


def test_stopped_and_started(bench: Bench) -> None:
    bench.farm.frame_outcome = lambda task, frame: "done" if frame.numbers[0] == 1 else "running"
    task_id = bench.submit()
    bench.farm.tick(5)
    bench.call.data("handle/stopTask", {"taskIds": [task_id]})
    info = bench.info(task_id)
    assert (info["taskStatus"], info["doneFrames"], info["abortFrames"]) == (10, 1, 2)
    assert bench.walk(task_id) == [10]
    bench.farm.frame_outcome = None
    bench.call.data("/api/rendering/task/renderingTask/startTask", {"taskIds": [task_id]})
    assert bench.walk(task_id) == [0, 5, 25]
    assert {frame["recommitFlag"] for frame in bench.frames(task_id)} == {0}


def test_a_farm_that_says_user_stop(make_bench: MakeBench) -> None:
    bench = make_bench(stop_status=15)
    task_id = bench.submit()
    bench.call.data("/api/rendering/task/renderingTask/stopTask", {"taskIds": [task_id]})
    assert bench.info(task_id)["taskStatus"] == 15


def test_what_is_over_does_not_stop(bench: Bench) -> None:
    task_id = bench.submit()
    bench.walk(task_id)
    bench.call.data("handle/stopTask", {"taskIds": [task_id]})
    bench.call.data("handle/startTask", {"taskIds": [task_id]})
    bench.call.data("handle/abandonTask", {"taskIds": [task_id]})
    assert bench.walk(task_id) == [25]


def test_abandoned_for_good(bench: Bench) -> None:
    task_id = bench.submit()
    bench.farm.tick(3)
    bench.call.data("handle/abandonTask", {"taskIds": [task_id]})
    bench.call.data("handle/startTask", {"taskIds": [task_id]})
    assert bench.walk(task_id) == [35]


def test_deleted_tasks_are_in_the_recycle_bin(bench: Bench) -> None:
    kept, gone = bench.submit(), bench.submit()
    bench.farm.tick(4)
    bench.call.data("handle/deleteTask", {"taskIds": [gone]})
    listed = bench.call.data("handle/getTaskList/v2")["items"]
    assert [item["id"] for item in listed] == [kept]
    binned = bench.call.data("handle/getTaskList/v2", {"recycleFlag": 1})["items"]
    assert [(item["id"], item["isDelete"]) for item in binned] == [(gone, 0)]
    assert gone not in bench.farm.moving


def test_priority_frames_come_first_and_then_it_waits_for_a_word(bench: Bench) -> None:
    task_id = bench.submit(maya("1-9"), pre_frames="101:4", stop_after_test="1")
    assert bench.walk(task_id)[-1] == 40
    kinds = {frame["frameIndex"]: (frame["frameType"], frame["frameStatus"]) for frame in bench.frames(task_id)}
    assert {index for index, (kind, _) in kinds.items() if kind == 4} == {"1", "4", "9"}
    assert {status for kind, status in kinds.values() if kind == 4} == {4}
    assert {status for kind, status in kinds.values() if kind == 5} == {1}
    assert bench.call.data("handle/fullSpeedRendering", {"taskIds": [task_id]}) == "成功"
    assert bench.walk(task_id) == [0, 5, 25]


def test_started_after_the_test_is_as_good(bench: Bench) -> None:
    task_id = bench.submit(maya("1-9"), pre_frames="100", stop_after_test="1")
    bench.walk(task_id)
    assert bench.info(task_id)["taskStatus"] == 40
    bench.call.data("handle/startTask", {"taskIds": [task_id]})
    assert bench.walk(task_id)[-1] == 25


def test_without_a_stop_the_rest_follows_the_priority_frames(bench: Bench) -> None:
    task_id = bench.submit(maya("1-9"), pre_frames="100", stop_after_test="2")
    bench.farm.tick(3)
    assert {frame["frameStatus"] for frame in bench.frames(task_id) if frame["frameType"] == 5} == {8}
    assert bench.walk(task_id)[-1] == 25


def test_no_money_no_frames(bench: Bench) -> None:
    account = bench.farm.account
    account.balance, account.coupon = 0.1, 0.05
    task_id = bench.submit(maya("1-9"))
    assert bench.walk(task_id)[-1] == 20
    info = bench.info(task_id)
    assert info["taskArrears"] == pytest.approx(0.05)
    assert info["renderConsume"] == pytest.approx(0.15)
    assert bench.call.data("file/operate/getOutputUserDirFile", {"taskId": task_id})[0]["isArrears"] == 1
    bench.call.data("handle/startTask", {"taskIds": [task_id]})
    assert bench.walk(task_id)[-1] == 20
    account.top_up(10)
    bench.call.data("handle/startTask", {"taskIds": [task_id]})
    assert bench.walk(task_id)[-1] == 25
    info = bench.info(task_id)
    assert (info["renderConsume"], info["couponConsume"], info["taskArrears"]) == pytest.approx((0.45, 0.05, 0))
    assert account.balance == pytest.approx(0.1 + 10 - 0.4)
    assert bench.call.data("file/operate/getOutputUserDirFile", {"taskId": task_id})[0]["isArrears"] == 0


def test_a_task_without_any_money_does_not_begin(bench: Bench) -> None:
    bench.farm.account.balance = 0
    task_id = bench.submit()
    assert bench.walk(task_id) == [50, 0, 20]


def test_the_main_account_pays_for_a_sub_account(bench: Bench) -> None:
    main = bench.farm.account
    sub = bench.farm.add_account(access_id="s", access_key="k", user_id=7, main=main, use_main_balance=True, balance=0)
    assert sub.charge(1.0) == (1.0, 0, 0)
    assert main.balance == 999.0
    assert Caller(bench.farm, sub).data("setUp/queryUserProfile")["rmbbalance"] == 999.0


def test_a_task_that_takes_too_long(bench: Bench) -> None:
    bench.farm.frame_outcome = lambda task, frame: "running" if frame.numbers[0] == 2 else "done"
    task_id = bench.submit(task_stop_time="300")
    assert bench.walk(task_id)[-1] == 23
    assert sorted(frame["frameStatus"] for frame in bench.frames(task_id)) == [4, 4, 11]
    bench.farm.frame_outcome = None
    assert bench.call.data("handle/setTaskOverTimeStop", {"taskIds": [task_id], "overTime": 9000}) == "SUCCESS"
    bench.call.data("handle/startTask", {"taskIds": [task_id]})
    assert bench.walk(task_id)[-1] == 25


def test_a_frame_that_takes_too_long(bench: Bench) -> None:
    bench.farm.frame_outcome = lambda task, frame: "running" if frame.numbers[0] == 2 else "done"
    task_id = bench.submit(job_stop_time="180")
    assert bench.walk(task_id)[-1] == 30
    frame = bench.frames(task_id)[1]
    assert (frame["frameStatus"], frame["isOverTime"], frame["frameExecuteTime"]) == (11, 1, 180)


def test_other_hardware_for_a_running_task_updates_it(bench: Bench) -> None:
    task_id = bench.submit()
    bench.farm.tick(3)
    body = {"taskIds": [str(task_id)], "hardwareConfigIds": ["303"]}
    assert bench.call.data("handle/editTaskHardwareConfig", body) is None
    assert bench.walk(task_id) == [100, 5, 25]
    items = bench.call.data("hardwareConfig/list", {"cloneTask": "false", "taskIds": [str(task_id)]})
    assert [item["id"] for item in items if item["current"]] == [303]
    assert bench.call.code("handle/editTaskHardwareConfig", {**body, "hardwareConfigIds": ["9"]}) == 600


def test_held_at_a_status(bench: Bench) -> None:
    bench.farm.hold_at(8)
    task_id = bench.submit()
    bench.farm.tick(9)
    assert bench.info(task_id)["taskStatus"] == 8
    bench.farm.release()
    assert bench.walk(task_id)[-1] == 25


def test_frames_that_are_stopped(bench: Bench) -> None:
    bench.farm.frame_outcome = lambda task, frame: "running"
    task_id = bench.submit()
    bench.farm.tick(4)
    frames = bench.frames(task_id)
    bench.call.data("handle/stopTaskFrames", {"taskId": task_id, "selectAll": 0, "ids": [frames[0]["id"]]})
    assert [frame["frameStatus"] for frame in bench.frames(task_id)] == [3, 2, 2]
    bench.farm.frame_outcome = None
    assert bench.walk(task_id) == [5, 30]


def test_a_frame_before_all_others(make_bench: MakeBench) -> None:
    bench = make_bench(pre_frame=True)
    task_id = bench.submit()
    bench.farm.tick(3)
    assert [(one["frameType"], one["frameStatus"]) for one in bench.frames(task_id)][:2] == [(1, 1), (5, 6)]
    assert bench.walk(task_id)[-1] == 25
    assert len(bench.results()) == 3


BAD: dict[str, Callable[[dict[str, Any], dict[str, Any]], None]] = {
    "no such version": lambda task, upload: task["software_config"].update(cg_version="1999"),
    "no such software": lambda task, upload: task["task_info"].update(cg_id="7"),
    "no such plug-in": lambda task, upload: task["software_config"].update(plugins={"mtoa": "0.0"}),
    "no such machine": lambda task, upload: task["task_info"].update(hardwareConfigIds=["9"]),
    "a machine that is off": lambda task, upload: task["task_info"].update(hardwareConfigIds=["307"]),
    "bad frames": lambda task, upload: task.update(scene_info_render=maya("one to ten")),
    "frames backwards": lambda task, upload: task.update(scene_info_render=maya("10-1")),
    "no layer": lambda task, upload: task.update(scene_info_render={"a": {"renderable": "0", "common": {}}}),
    "bad priority": lambda task, upload: task["task_info"].update(pre_frames="1"),
    "tiles and machines": lambda task, upload: task["task_info"].update(tiles="4", frames_per_task="2"),
    "words for numbers": lambda task, upload: task["task_info"].update(tiles="four"),
    "another task": lambda task, upload: task["task_info"].update(task_id="1"),
    "no scene_info": lambda task, upload: task.pop("scene_info_render"),
    "no task_info": lambda task, upload: task.pop("task_info"),
    "asset missing": lambda task, upload: upload["asset"].append({"local": "a", "server": "/D/not/there.tif"}),
    "asset elsewhere": lambda task, upload: upload["asset"].append({"local": "a", "server": "/../../x"}),
    "asset too short": lambda task, upload: upload["asset"][0].update(size=99),
    "asset changed": lambda task, upload: upload.update(scene=[{"local": "", "server": "/D/a.ma", "hash": "0" * 32}]),
    "no server": lambda task, upload: upload["asset"].append({"local": "a"}),
}


@pytest.mark.parametrize("name", BAD)
def test_a_task_that_can_not_be_rendered_fails_analysis_and_says_why(bench: Bench, name: str) -> None:
    task_id = bench.create()
    bench.upload(task_id, assets=[("/D/a.ma", b"//Maya")])
    account = bench.farm.account
    files = [
        bench.farm.storage.config(account.config_bid, account.user_id, task_id, one)
        for one in ("task.json", "upload.json")
    ]
    documents = [json.loads(file.read_text()) for file in files]
    BAD[name](documents[0], documents[1])
    for file, document in zip(files, documents, strict=True):
        file.write_text(json.dumps(document))
    assert bench.call.code("submit/task", {"taskId": task_id}) == 200
    assert bench.walk(task_id) == [50, 45]
    info = bench.info(task_id)
    assert info["remark"] == bench.farm.task(task_id).reason != ""
    assert info["totalFrames"] == 0


@pytest.mark.parametrize("content", [None, b"{", b"[]", b"\xff\xff"])
def test_a_task_json_that_is_missing_or_broken(bench: Bench, content: bytes | None) -> None:
    task_id = bench.create()
    bench.upload(task_id)
    account = bench.farm.account
    file = bench.farm.storage.config(account.config_bid, account.user_id, task_id, "task.json")
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    bench.call.data("submit/task", {"taskId": task_id})
    assert bench.walk(task_id) == [50, 45]
    bench.upload(task_id)
    bench.call.data("handle/startTask", {"taskIds": [task_id]})
    assert bench.walk(task_id) == [50, 0, 8, 5, 25]


def test_task_json_by_http(bench: Bench) -> None:
    task_id = bench.create()
    bench.upload(task_id)
    account = bench.farm.account
    file = bench.farm.storage.config(account.config_bid, account.user_id, task_id, "task.json")
    content = file.read_text()
    file.unlink()
    body = {"taskId": task_id, "fileName": "task.json", "content": content}
    assert bench.call.data("submit/taskJsonFile", body) is None
    bench.call.data("submit/task", {"taskId": task_id})
    assert bench.walk(task_id)[-1] == 25


def test_missing_assets_can_fail_the_frames_instead(make_bench: MakeBench) -> None:
    bench = make_bench(missing_assets="frames")
    task_id = bench.submit(assets=[("/D/a.tif", b"1")])
    account = bench.farm.account
    bench.farm.storage.place(account.input_bid, account.user_id, "/D/a.tif").unlink()
    assert bench.walk(task_id)[-1] == 45
    lines = bench.call.data("handle/showLog", {"id": bench.frames(task_id)[0]["id"]})["items"]
    assert any("/D/a.tif" in line for line in lines)


def test_a_file_that_is_shorter_than_the_one_on_this_machine(bench: Bench, tmp_path: Any) -> None:
    local = tmp_path / "wood.tif"
    local.write_bytes(b"12345")
    task_id = bench.create()
    bench.upload(task_id, assets=[("/wood.tif", b"123")])
    account = bench.farm.account
    file = bench.farm.storage.config(account.config_bid, account.user_id, task_id, "upload.json")
    file.write_text(json.dumps({"asset": [{"local": str(local), "server": "/wood.tif"}]}))
    bench.call.data("submit/task", {"taskId": task_id})
    assert bench.walk(task_id) == [50, 45]
    assert "3 bytes" in bench.farm.task(task_id).reason


def test_a_task_is_submitted_once(make_bench: MakeBench) -> None:
    strict, kind = make_bench(), make_bench(resubmission="ignore")
    first, second = strict.submit(), kind.submit()
    assert strict.call.code("submit/task", {"taskId": first}) == 100
    assert kind.call.code("submit/task", {"taskId": second}) == 200
    assert [bench.farm.submitted()[0].submissions for bench in (strict, kind)] == [1, 1]
    assert strict.call.code("submit/task", {"taskId": 1}) == 404


def test_a_task_that_was_only_created_is_not_listed(bench: Bench) -> None:
    task_id = bench.create(labels=["mine"])
    assert bench.call.data("handle/getTaskList/v2")["items"] == []
    assert bench.call.data("handle/queryTaskInfo/v2", {"taskIds": [task_id]})["items"] == []
    assert bench.farm.submitted() == []


def test_or_is_listed_on_a_farm_that_does_so(make_bench: MakeBench) -> None:
    bench = make_bench(lists_unsubmitted=True)
    task_id = bench.create(labels=["farmdeck-1", "样"])
    (item,) = bench.call.data("handle/getTaskList/v2")["items"]
    assert (item["id"], item["taskStatus"], item["submitDate"]) == (task_id, 0, None)
    assert sorted(json.loads(item["labels"]).values()) == ["farmdeck-1", "样"]
    bench.call.data("handle/deleteTask", {"taskIds": [task_id]})
    assert bench.call.data("handle/getTaskList/v2")["items"] == []


def test_any_status_can_be_set(bench: Bench) -> None:
    task_id = bench.submit()
    for status in (0, 5, 8, 10, 15, 20, 23, 25, 30, 35, 40, 45, 50, 100):
        bench.farm.set_status(task_id, status)
        assert bench.info(task_id)["taskStatus"] == status


def test_frame_hooks_see_the_task(bench: Bench) -> None:
    seen: list[tuple[int, str]] = []

    def outcome(task: Task, frame: Frame) -> str:
        seen.append((task.id, frame.index))
        return "done"

    bench.farm.frame_outcome = outcome
    task_id = bench.submit()
    bench.walk(task_id)
    assert seen == [(task_id, "1"), (task_id, "2"), (task_id, "3")]
