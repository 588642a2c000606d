"""Every call of the vendor's clients reaches the simulated farm, is right for it, and gets what the client needs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.simulator import Renderbus
from tests.simulator import tasks as ts
from tests.vendor.conftest import Vendor, VendorError, made

pytestmark = pytest.mark.vendor

NUMBER = (int, float)
TEXT_OR_NONE = (str, type(None))
PROJECTS = {"projectNameList": [{"projectId": int, "projectName": str}]}
BIDS = {"config_bid": str, "input_bid": str, "output_bid": str}
CODE = [{"code": str, "type": int, "desDescriptionCn": str, "desSolutionCn": str}]
TASK = {
    "id": int,
    "taskAlias": str,
    "taskStatus": int,
    "statusText": str,
    "isOpen": int,
    "outputFileName": TEXT_OR_NONE,
    "respRenderingTaskList": (list, type(None)),
    "userId": int,
    "framesRange": str,
    "totalFrames": int,
    "failedFrames": int,
}
FRAME = {"id": int, "frameIndex": str, "frameStatus": int, "frameType": int, "taskId": int, "feeAmount": NUMBER}
STATISTICS = {"executingFramesTotal": int, "doneFramesTotal": int, "failedFramesTotal": int, "totalFrames": int}
HARDWARE = {
    "id": int,
    "model": str,
    "ram": str,
    "gpuNum": TEXT_OR_NONE,
    "platform": int,
    "status": int,
    "notSupportCgId": list,
    "notSupportCode": list,
    "notSupportCgVersions": list,
    "notSupportPluginList": list,
}
SOFTWARE = {"renderInfoList": [{"cgId": int, "cgName": str, "cgType": str}], "defaultCgId": int}
VERSIONS = {
    "cgVersion": [{"id": int, "cgId": int, "cgVersion": str}],
    "cgPlugin": [{"cvId": int, "pluginName": str, "pluginVersions": [{"pluginId": int, "pluginVersion": str}]}],
}
ENVIRONMENT = {
    "cgId": int,
    "editName": str,
    "cgVersion": str,
    "osName": int,
    "isDefault": int,
    "respUserPluginInfoVos": [{"pluginId": int, "pluginVersion": str}],
}
LINES = [{"name": str, "server": str, "port": str, "isDefault": int}]
TRANSFER = {"inputBid": str, "resqEngines": [{"engineName": str, "respTaskEngineLines": LINES}]}
SERVER = {"raysyncTransfer": {"serverIp": str, "proxyPort": int}}
GRABS = {"width": int, "height": int, "grabInfo": [[{"frameIndex": str, "frameStatus": str}]]}
FILE = {"fileName": str, "filePath": str, "directory": bool}


BROKEN = {"2.2.0": {"query.restart_failed_frames", "query.restart_frame"}}


def page(item: Any) -> dict[str, Any]:
    return {"pageCount": int, "pageNum": int, "total": int, "size": int, "items": [item]}


def fits(value: Any, shape: Any) -> bool:
    """Is it of that type (or one of those); has it those keys; is it a filled list of such; is it None?"""
    if isinstance(shape, dict):
        return isinstance(value, dict) and all(key in value and fits(value[key], of) for key, of in shape.items())
    if isinstance(shape, list):
        return isinstance(value, list) and bool(value) and all(fits(one, shape[0]) for one in value)
    return value is None if shape is None else isinstance(value, shape)


@dataclass(frozen=True)
class Say:
    """A call: its name, the arguments, the shape of its answer, and how many requests it makes."""

    what: str
    args: tuple[Any, ...] = ()
    shape: Any = None
    requests: int = 1


@dataclass
class Scenery:
    """What is on the farm: tasks by what became of them, and a frame of the one that is done."""

    done: int
    failed: int
    waiting: int
    doomed: int
    layered: int
    frame: int
    failed_frame: int


@pytest.fixture
def scenery(farm: Renderbus) -> Iterator[Scenery]:
    farm.hold_at(ts.WAITING, ts.RENDERS, ts.PREPARES, ts.UPDATES)
    (done,), (failed,) = farm.seed(1, 3), farm.seed(1, 3, status=ts.FAILED_TASK)
    waiting, doomed = farm.seed(2, 3, status=ts.WAITING)
    layered, layer = farm.seed(2, 3)
    layered.children, layer.parent = [layer], layered
    picture = farm.storage.place(farm.account.output_bid, farm.account.user_id, f"{done.output}/shot.0001.png")
    farm.storage.write(picture, b"a picture")
    done.frames[0].seconds, done.frames[0].began = 60, farm.now_ms()
    numbers = (task.id for task in (done, failed, waiting, doomed, layered))
    yield Scenery(*numbers, done.frames[0].id, failed.frames[1].id)


def account_calls(vendor: Vendor) -> Iterator[Say]:
    yield Say("user.query_user_profile", (), {"userId": int, "userName": str, "shareMainCapital": int})
    yield Say("user.query_user_setting", (), {"taskOverTime": int})
    yield Say("user.update_user_settings", (36000,))
    yield Say("user.get_transfer_bid", (), BIDS)
    yield Say("query.platforms", (), [{"platform": int, "name": str}])
    yield Say("query.get_transfer_server_msg", (), SERVER)
    yield Say("query.get_raysync_user_key", (), {"raySyncUserKey": str, "userName": str})
    yield Say("transmit.get_transfer_config", (), TRANSFER)
    yield Say("tag.add_label", ("Äpfel & 测试=1", 0))
    yield Say("tag.get_label_list", (), PROJECTS)
    yield Say("tag.get_project_list", (), PROJECTS["projectNameList"])
    yield Say("tag.delete_label", ("Äpfel & 测试=1",))
    if vendor.number > (2, 3):
        for flag in range(3):
            yield Say("tag.get_list", (flag,), PROJECTS)
        yield Say("user.get_hardware_config", (), [HARDWARE])
    if vendor.number > (3,):
        yield Say("user.login_record", (), page({"loginTime": str, "ip": str}))
        yield Say("query.get_pack_node_info", (), [{"packNodeId": int, "packName": str}])


def software_calls(vendor: Vendor) -> Iterator[Say]:
    environment = {
        "cgId": 2000,
        "cgName": "Maya",
        "cgVersion": "2019",
        "editName": "maya 2019 测试",
        "renderSystem": 1,
        "pluginIds": [1166, 1167],
        "renderLayerType": 0,
        "projectPath": "",
    }
    yield Say("query.supported_software", (), SOFTWARE)
    yield Say("query.supported_plugin", ("maya",), VERSIONS)
    yield Say("env.add_render_env", (environment,), {"editName": str})
    yield Say("env.update_render_env", ({**environment, "cgVersion": "2020"},))
    yield Say("env.set_default_render_env", ("maya 2019 测试",))
    if vendor.number > (3,):
        yield Say("env.get_render_env", (None, ["maya"]), [ENVIRONMENT])
    else:
        yield Say("env.get_render_env", ("maya",), [ENVIRONMENT])
    yield Say("env.delete_render_env", ("maya 2019 测试",))
    yield Say("query.error_detail", ("15013",), CODE)
    if vendor.number > (2, 3):
        yield Say("query.error_detail", (None, ["15013", "20001"], "1"), [*CODE])


def query_calls(vendor: Vendor, on: Scenery) -> Iterator[Say]:
    bid = {"bid": str} if vendor.number > (3,) else {}
    yield Say("query.get_task_list", (1, 50), page({**TASK, **bid}))
    yield Say("query.get_task_list", (1, 2, [25, 45], "shot", "2020-01-01 00:00:00", "2030-01-01 00:00:00"), page(TASK))
    yield Say("query.task_info", ([on.done, on.failed],), page({**TASK, **bid}))
    yield Say("query.task_frames", (on.done, 1, 2), page(FRAME))
    yield Say("query.task_frames", (on.done, 1, 2, "3"), page(FRAME))
    yield Say("query.all_frame_status", (), STATISTICS)
    yield Say("query.get_task_processing_img", (on.done,), GRABS)
    yield Say("query.get_task_processing_img", (on.done, 5), GRABS)
    yield Say("query.get_frame_thumbnall", (on.frame,), [str])
    if vendor.number > (2, 3):
        yield Say("query.get_all_frames", (on.done,), {"1": FRAME, "3": FRAME}, requests=2)
        yield Say("query.get_all_frames", (on.done, 1, 2000, 2), {"1": FRAME, "3": FRAME}, requests=3)
        yield Say("query.get_small_task_id", (on.layered,), [int])
        yield Say("transmit.get_output_files", (on.done,), [{**FILE, "lastModify": str}])
        yield Say("transmit.get_output_files", (None, "/"), [FILE])
        yield Say("user.get_hardware_config", ([str(on.done)],), [HARDWARE])
    if vendor.number > (3,):
        log = {"pageCount": int, "total": int, "size": int, "items": [str]}
        yield Say("query.get_render_log", ("render", 1, 1, on.frame), log)


def task_calls(vendor: Vendor, on: Scenery) -> Iterator[Say]:
    files = {"tips.json": {}, "asset.json": {}, "upload.json": {"asset": []}, "task.json": {"task_info": {}}}
    created = {"taskIdList": [int], "aliasTaskIdList": [str], "userId": int}
    newest = on.layered + 1
    yield Say("task.create_task", (), created)
    yield Say("task.create_task", (2, 60, 77, ["a", "é测"]), created)
    for name, content in files.items():
        task, text = newest + 1, json.dumps(content)
        yield Say("transmit.upload_json_content", (task, name, text) if vendor.number < (2, 3) else (task, text, name))
    yield Say("task.submit_task", (newest + 1,))
    yield Say("task.update_priority", (on.waiting, 60))
    yield Say("task.set_task_overtime_top", ([on.waiting], 3600), str)
    yield Say("task.stop_task", ([on.waiting],))
    yield Say("task.start_task", ([on.waiting],))
    yield Say("task.full_speed", ([on.waiting],), str)
    yield Say("task.abort_task", ([on.doomed],))
    yield Say("task.delete_task", ([on.doomed],))
    yield Say("tag.add_task_tag", ("été & 测试", [on.waiting, on.done]))
    if vendor.number > (3,):
        yield Say("tag.delete_task_tag", ([on.waiting], ["été & 测试"]))
        yield Say("query.get_task_list", (1, 100, None, None, None, None, 1), page(TASK))
        yield Say("task.update_task_limit", (on.waiting, 2))
        yield Say("task.edit_task_hardware_config", ([str(on.waiting)], ["301"], "Default", "", "64GB"))
        yield Say("user.task_record", (), page({"buttonName": str, "taskIds": str, "createTime": str}))
    else:
        yield Say("tag.delete_task_tag", ([21205],))


def frame_calls(vendor: Vendor, on: Scenery) -> Iterator[Say]:
    if vendor.number < (2, 3):
        post = "connect.post"  # the methods for these two stop at a file that their package lacks
        yield Say(post, ("/api/render/task/restartFailedFrames", {"taskIds": [on.failed]}, False))
        all_frames = {"taskIds": on.failed, "selectAll": 1, "ids": []}
        yield Say(post, ("/api/render/task/restartFrame", all_frames, False))
        yield Say("query.opera_user_label", (on.done, 0, "Project9", 1))
        yield Say("query.opera_user_label", (on.done, 0, "Project9", 2))
        return
    yield Say("query.restart_failed_frames", ([on.failed],))
    yield Say("query.restart_failed_frames", ([on.failed], [5]))
    yield Say("query.restart_frame", (on.done,))
    yield Say("query.restart_frame", (on.failed, 0, [on.failed_frame], [3, 5]))
    yield Say("query.get_custome_frames", (on.failed, ["2"]), requests=3)
    yield Say("query.stop_frame", (on.failed, 0, [on.failed_frame]))
    yield Say("query.frame_number_to_stop", (on.failed, ["2"]), requests=3)
    yield Say("query.stop_frame", (on.done,))


def test_every_call_is_understood(vendor: Vendor, farm: Renderbus, scenery: Scenery) -> None:
    vendor.login(farm)
    said = {"task.task_id", "user.info", "user.user_id"}  # properties
    for says in (
        account_calls(vendor),
        software_calls(vendor),
        query_calls(vendor, scenery),
        task_calls(vendor, scenery),
        frame_calls(vendor, scenery),
    ):
        for say in says:
            before = len(farm.journal)
            answer = vendor.call(f"api.{say.what}", *say.args)
            requests = farm.journal[before:]
            assert [request.code for request in requests] == [200] * say.requests, say
            assert fits(answer, say.shape), (say, answer)
            said.add(say.what)
    assert set(vendor.call("knowledge.methods", made("api"))) - said == BROKEN.get(vendor.version, set())
    assert not set(vendor.call("knowledge.endpoints")) - {request.path for request in farm.journal}
    assert {request.code for request in farm.journal} == {200}


def test_what_the_vendor_gets_wrong_itself(vendor: Vendor, farm: Renderbus, scenery: Scenery) -> None:
    """These never reach the farm, or fail at an answer that is as it should be."""
    vendor.login(farm)
    if vendor.number < (2, 3):
        for what, args in (("restart_frame", (scenery.failed, 1)), ("restart_failed_frames", ([scenery.failed],))):
            with pytest.raises(VendorError, match="No schema found"):
                vendor.call(f"api.query.{what}", *args)
        return
    with pytest.raises(VendorError) as failed:
        vendor.call("api.query.get_small_task_id", scenery.done)  # respRenderingTaskList is null without layers
    assert failed.value.kind == "TypeError"
    if vendor.number > (3,):
        with pytest.raises(VendorError, match="must be of integer type"):
            vendor.call("api.env.get_render_env", "maya")
