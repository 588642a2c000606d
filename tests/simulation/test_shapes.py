"""Every answer has the keys that the documents name, in both dialects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.simulation.conftest import Bench
from tests.simulation.signer import Caller
from tests.simulator import Fault
from tests.simulator.routes import ROUTES, whole_path

TASK = set(
    """sceneName id taskAlias taskStatus statusText preTaskStatus preStatusText totalFrames abortFrames executingFrames
    doneFrames failedFrames framesRange projectName renderConsume taskArrears submitDate startTime completedDate
    renderDuration userName producer taskLevel taskUserLevel taskLimit taskOverTime userId outputFileName munuTaskId
    layerParentId cgId userAccountConsume couponConsume isOpen taskType renderCamera cloneParentId cloneOriginalId
    shareMainCapital taskRam respRenderingTaskList layerName taskTypeText isDelete""".split()
)
TASK_NOW = set(
    """overTimeStop munuTaskIds qyCouponConsume locationOutput channel remark labels isOverTime taskKeyValueVo
    waitingCount stopType""".split()
)
FRAME = set(
    """id userId framePrice feeType platform frameIndex frameStatus feeAmount startTime endTime frameExecuteTime
    frameStatusText arrearsFee munuJobId taskId munuTaskId frameType couponFee recommitFlag isCopy frameBlock
    taskOverTime gopName frameRam""".split()
)
FRAME_NOW = set(
    "currentRenderTime averageCpu averageMemory isOverTime overOneMonth renderRam nodeId openRenderRam".split()
)
PROFILE = set(
    """userId userName platform phone email company name job communicationNumber softType softStatus businessType status
    infoStatus accountType userType mainUserId level pictureLever zone rmbbalance usdbalance rmbCumulative usdCumulative
    credit coupon description country city address cpuPrice gpuPrice shareMainCapital subDeleteTask useMainBalance
    hideBalance hideJobCharge useLevelDirectory downloadDisable displaySubaccount subaccountLimits houdiniFlag c4dFlag
    blenderFlag keyshotFlag studentEndTime""".split()
)
PAGE = {"pageCount", "pageNum", "total", "size", "items"}


def test_task_info(bench: Bench) -> None:
    task_id = bench.submit()
    bench.walk(task_id)
    body = {"taskIds": [task_id]}
    plain = bench.call.data("handle/queryTaskInfo", body)
    assert set(plain) == PAGE
    assert (plain["pageCount"], plain["pageNum"], plain["total"], plain["size"]) == (1, 1, 1, 100)
    assert set(plain["items"][0]) == TASK | TASK_NOW
    assert set(plain["items"][0]["taskKeyValueVo"]) == {"tiles", "allCamera", "renderableCamera"}
    assert set(bench.info(task_id)) == TASK | TASK_NOW | {"bid"}
    assert bench.info(task_id)["bid"] == "20201"
    old = Caller(bench.farm, dialect="v3").data("task/queryTaskInfo", body)["items"][0]
    assert set(old) == TASK | {"keyValue"}
    assert old["keyValue"].endswith("::")


def test_frame_info(bench: Bench) -> None:
    task_id = bench.submit()
    bench.walk(task_id)
    assert set(bench.frames(task_id)[0]) == FRAME | FRAME_NOW
    old = Caller(bench.farm, dialect="v3").data("task/queryTaskFrames", {"taskId": task_id})
    assert set(old) == PAGE
    assert set(old["items"][0]) == FRAME
    assert old["items"][0]["frameStatusText"] == "task_frame_status_4"


def test_a_farm_that_gives_an_empty_list_of_parts(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(no_parts=[])
    assert bench.info(bench.submit())["respRenderingTaskList"] == []


def test_pages(bench: Bench) -> None:
    bench.farm.seed(25, 2)
    ids: list[int] = []
    for number in (1, 2, 3, 4):
        page = bench.call.data("handle/getTaskList/v2", {"pageNum": number, "pageSize": 10})
        assert (page["pageCount"], page["pageNum"], page["total"], page["size"]) == (3, number, 25, 10)
        ids += [item["id"] for item in page["items"]]
    assert ids == sorted(bench.farm.tasks, reverse=True)


def test_the_size_of_a_page_is_capped(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(max_page_size=7)
    bench.farm.seed(20, 9)
    page = bench.call.data("handle/getTaskList/v2", {"pageNum": 1, "pageSize": 1000})
    assert (page["size"], len(page["items"])) == (7, 7)
    assert len(bench.call.data("handle/queryTaskFrames", {"taskId": 19097, "pageSize": 100})["items"]) == 7


def test_the_list_can_be_searched(bench: Bench) -> None:
    bench.farm.seed(12, 1)
    late = bench.submit()
    assert [item["id"] for item in bench.call.data("handle/getTaskList/v2", {"statusList": [50]})["items"]] == [late]
    found = bench.call.data("handle/getTaskList/v2", {"searchKeyword": "SHOT_00007"})["items"]
    assert [item["sceneName"] for item in found] == ["shot_00007.ma"]
    found = bench.call.data("handle/getTaskList/v2", {"searchKeyword": str(late)})["items"]
    assert [item["id"] for item in found] == [late]
    assert bench.call.data("handle/getTaskList/v2", {"startTime": "2999-01-01 00:00:00"})["items"] == []
    assert bench.call.data("handle/getTaskList/v2", {"endTime": "2999-01-01 00:00:00"})["total"] == 13


def test_log_in(bench: Bench) -> None:
    old = Caller(bench.farm, dialect="v3")
    now_profile, old_profile = bench.call.data("setUp/queryUserProfile"), old.data("user/queryUserProfile")
    assert now_profile == old_profile
    assert set(now_profile) == PROFILE
    assert now_profile["rmbbalance"] == 1000
    now, then = bench.call.data("setUp/queryUserSetting"), old.data("user/queryUserSetting")
    assert set(now) - set(then) == {"taskOverTimeSec"}
    assert old.data("task/getTransferBid") == {"config_bid": "30201", "output_bid": "20201", "input_bid": "10201"}
    assert set(bench.call.data("transfer/getBid")) == {
        "config_bid",
        "output_bid",
        "input_bid",
        "parent_input_bid",
        "sub_user_output_bids",
    }


def test_a_sub_account_is_told_where_its_main_accounts_assets_are(bench: Bench) -> None:
    main = bench.farm.account
    sub = bench.farm.add_account(
        access_id="s",
        access_key="k",
        user_id=7,
        main=main,
        share_main_capital=True,
        input_bid="10299",
        output_bid="10401",
    )
    assert Caller(bench.farm, sub).data("transfer/getBid")["parent_input_bid"] == main.input_bid
    assert Caller(bench.farm, sub).data("setUp/queryUserProfile")["mainUserId"] == main.user_id
    assert bench.call.data("transfer/getBid")["sub_user_output_bids"] == [{"userId": "7", "outputBid": "10401"}]
    assert sub.asset_place == (main.input_bid, main.user_id)


def test_settings_are_seconds_now_and_were_hours_then(bench: Bench) -> None:
    old = Caller(bench.farm, dialect="v3")
    bench.call.data("setUp/updateUserSetting", {"taskOverTimeSec": 7200})
    assert old.data("user/queryUserSetting")["taskOverTime"] == 2
    old.data("user/updateUserSetting", {"taskOverTime": 13})
    assert bench.call.data("setUp/queryUserSetting")["taskOverTimeSec"] == 13 * 3600
    assert old.code("user/updateUserSetting") == 601


def test_created_tasks(bench: Bench) -> None:
    data = bench.call.data("submit/createTask", {"count": 2})
    assert data == {"aliasTaskIdList": ["2W19097", "2W19098"], "taskIdList": [19097, 19098], "userId": 10001136}


def test_statistics(bench: Bench) -> None:
    bench.farm.seed(2, 3)
    bench.farm.seed(1, 4, status=45)
    bench.farm.seed(1, 1, status=10)
    data = bench.call.data("handle/queryAllFrameStats")
    assert data == {
        "executingFramesTotal": 0,
        "doneFramesTotal": 6,
        "failedFramesTotal": 4,
        "waitingFramesTotal": 0,
        "abandonFramesTotal": 1,
        "totalFrames": 11,
    }
    assert "abandonFramesTotal" not in Caller(bench.farm, dialect="v3").data("task/queryAllFrameStats")


def test_transfer(bench: Bench) -> None:
    config = bench.call.data("transfer/getConfig")
    assert [engine["engineName"] for engine in config["resqEngines"]] == ["Aspera", "RaysyncProxy"]
    for engine in config["resqEngines"]:
        assert set(engine["respTaskEngineLines"][0]) == {"name", "server", "port", "isDefault", "lineId", "type"}
    assert set(bench.call.data("transfer/getServerInfo", {"zone": 1})["raysyncTransfer"]) == {
        "serverIp",
        "serverPort",
        "proxyIp",
        "proxyPort",
        "sslPort",
        "port",
    }
    assert bench.call.data("transfer/getRaySyncUserKey")["raySyncUserKey"] == bench.farm.account.raysync_key


def test_projects(bench: Bench) -> None:
    bench.call.data("project/add", {"newName": "shotß", "status": 0})
    assert bench.call.code("project/add", {"newName": "shotß"}) == 100
    for path in ("project/getList", "project/list"):
        names = [item["projectName"] for item in bench.call.data(path)["projectNameList"]]
        assert names == ["Project1", "shotß"]
    bench.call.data("project/delete", {"delName": "shotß"})
    assert bench.call.code("project/delete", {"delName": "shotß"}) == 404


def test_projects_of_the_family(bench: Bench) -> None:
    sub = bench.farm.add_account(access_id="s", access_key="k", user_id=7, main=bench.farm.account, projects={"sub": 1})
    bench.farm.add_account(access_id="t", access_key="k", user_id=8, main=bench.farm.account, projects={"brother": 2})
    caller = Caller(bench.farm, sub)
    found = [
        [item["projectName"] for item in caller.data("project/list", {"flag": flag})["projectNameList"]]
        for flag in (0, 1, 2)
    ]
    assert found == [["sub"], ["sub", "Project1"], ["Project1", "sub", "brother"]]


def test_labels_of_tasks(bench: Bench) -> None:
    task_id = bench.submit()
    bench.call.data("handle/addTaskLabel", {"label": "a", "taskIds": [task_id]})
    bench.call.data("handle/addTaskLabel", {"label": "b", "taskIds": [task_id]})
    assert bench.info(task_id)["labels"] == '{"21205": "a", "21206": "b"}'
    bench.call.data("handle/deleteTaskLabel", {"taskIds": [task_id], "labelNames": ["a"], "labelIds": []})
    bench.call.data("task/deleteTaskLabel", {"labelIds": [21206]})
    assert bench.info(task_id)["labels"] == "{}"


def test_software_and_plugins(bench: Bench) -> None:
    listed = bench.call.data("plugin/querySoftwareList")
    assert set(listed) == {"isAutoCommit", "renderInfoList", "defaultCgId"}
    for item in listed["renderInfoList"]:
        detail = bench.call.data("plugin/querySoftwareDetail", {"cgId": item["cgId"], "osName": "linux"})
        ids = {version["id"] for version in detail["cgVersion"]}
        assert ids
        assert {plugin["cvId"] for plugin in detail["cgPlugin"]} in (ids, set())
        for plugin in detail["cgPlugin"]:
            for version in plugin["pluginVersions"]:
                assert version["pluginVersion"].startswith(f"{plugin['pluginName']} ")
    assert bench.call.code("plugin/querySoftwareDetail", {"cgId": 1}) == 404


@pytest.mark.parametrize("dialect", ["current", "v3"])
def test_environments(bench: Bench, dialect: str) -> None:
    names = {"current": ("plugin", "{}UserPluginConfig"), "v3": ("common", "{}RenderEnv")}[dialect]
    caller = Caller(bench.farm, dialect=dialect)

    def path(current: str, old: str) -> str:
        return f"{names[0]}/{names[1].format(current if dialect == 'current' else old)}"

    plugin = bench.call.data("plugin/querySoftwareDetail", {"cgId": 2000})["cgPlugin"][0]["pluginVersions"][0]
    made = {
        "cgId": 2000,
        "cgName": "Maya",
        "cgVersion": "2020",
        "editName": "env",
        "renderSystem": 0,
        "pluginIds": [plugin["pluginId"]],
    }
    assert caller.data(path("add", "add"), made) == {"editName": "env"}
    assert caller.code(path("add", "add"), made) == 100
    assert caller.code(path("add", "add"), {**made, "editName": "x", "cgVersion": "1"}) == 600
    assert caller.code(path("add", "add"), {**made, "editName": "x", "pluginIds": [1]}) == 600
    caller.data(path("setDefault", "setDefault"), {"editName": "env"})
    caller.data(path("edit", "update"), {**made, "cgVersion": "2022"})
    (shown,) = caller.data(path("get", "get"), {"cgId": 2000} if dialect == "v3" else {"cgIds": ["2000"], "osName": 0})
    assert (shown["cgVersion"], shown["osName"], shown["isDefault"]) == ("2022", 0, 1)
    assert shown["respUserPluginInfoVos"] == [plugin]
    assert ("isMainUserId" in shown) == (dialect == "current")
    assert caller.data(path("get", "get"), {"cgId": 2004}) == []
    caller.data(path("delete", "delete"), {"editName": "env"})
    assert caller.code(path("delete", "delete"), {"editName": "env"}) == 404


def test_hardware(bench: Bench) -> None:
    items = bench.call.data("hardwareConfig/list", {"cloneTask": "false"})
    keys = "id type model ram gpuNum platform current status notSupportCgId notSupportCode notSupportCgVersions".split()
    assert all(set(item) == {*keys, "notSupportPluginList"} for item in items)
    assert {item["current"] for item in items} == {False}


def test_hardware_by_what_it_is(bench: Bench) -> None:
    task_id = bench.submit()
    body = {
        "taskIds": [task_id],
        "hardwareConfigIds": [],
        "model": ["1080Ti", "2080Ti"],
        "gpuNum": "2*GPU",
        "ram": "64",
    }
    bench.call.data("handle/editTaskHardwareConfig", body)
    assert bench.farm.task(task_id).hardware == ["337", "339"]
    assert bench.call.code("handle/editTaskHardwareConfig", {**body, "ram": "7GB"}) == 600


def test_error_details(bench: Bench) -> None:
    details = bench.call.data("submit/queryAnalyseErrorDetail", {"codes": ["15000", "99"], "language": 1})
    assert [(item["code"], item["type"], item["languageFlag"]) for item in details] == [("15000", 1, 1), ("99", 0, 1)]
    assert bench.call.data("submit/queryAnalyseErrorDetail", {"code": 15000})[0]["isOpen"] == 1
    assert bench.call.code("submit/queryAnalyseErrorDetail", {}) == 601


def test_logs_have_pages(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(log_lines=4000)
    task_id = bench.submit()
    bench.walk(task_id)
    frame = bench.frames(task_id)[0]["id"]
    pages = [
        bench.call.data("handle/showLog", {"renderingType": "render", "id": frame, "pageNum": n, "pageSize": 1})
        for n in (0, 1, 2)
    ]
    assert (pages[0], pages[0]["size"]) == (pages[1], 16384)
    lines: list[str] = []
    for number in range(1, pages[1]["pageCount"] + 1):
        page = bench.call.data("handle/showLog", {"id": frame, "pageNum": number})
        assert sum(len(line.encode()) + 1 for line in page["items"]) <= 16384
        lines += page["items"]
    assert sum(len(line.encode()) + 1 for line in lines) == pages[1]["total"]
    assert len(lines) == 4002
    assert bench.call.data("handle/showLog", {"id": None})["items"] == []
    assert bench.call.code("handle/showLog", {"id": 1}) == 404


def test_thumbnails_of_frames_that_are_done(bench: Bench) -> None:
    task_id = bench.submit()
    bench.farm.tick(1)
    body = {"id": bench.frames(task_id)[0]["id"], "frameStatus": 4}
    assert bench.call.data("handle/loadingFrameThumbnail", body) == []
    bench.walk(task_id)
    (path,) = bench.call.data("handle/loadingFrameThumbnail", body)
    assert path.endswith(".jpg")


def test_progress_images(bench: Bench) -> None:
    scene = {"common": {"frames": "0", "renderable_camera": ["A"]}, "renderer": {"gi": "1"}}
    task_id = bench.submit(scene, cg=("3ds Max", "2001", "2024", "a.max"), tiles="2")
    bench.farm.tick(4)
    now = bench.call.data("handle/loadTaskProcessImg", {"taskId": task_id})
    assert (now["isRenderPhoton"], now["currentTaskType"], now["sceneName"]) == (True, "RenderPhoton", "a.max-A")
    bench.walk(task_id)
    picture = bench.call.data("handle/loadTaskProcessImg", {"taskId": task_id, "frameType": 5})
    assert (picture["isRenderPhoton"], picture["block"], len(picture["grabInfo"][0])) == (False, 2, 3)
    assert all(isinstance(value, str | None) for value in picture["grabInfo"][0][0].values())
    old = Caller(bench.farm, dialect="v3").data("task/loadTaskProcessImg", {"taskId": task_id})
    assert "endTime" in old


def test_output_files(bench: Bench) -> None:
    task_id = bench.submit()
    other = bench.submit()
    bench.walk(task_id)
    bench.walk(other)
    path = "file/operate/getOutputUserDirFile"
    (folder,) = bench.call.data(path, {"taskId": task_id, "treePath": "/anything"})
    assert (folder["fileName"], folder["directory"], folder["fileSize"], folder["fileType"]) == (
        f"{task_id}_shot",
        True,
        None,
        None,
    )
    files = bench.call.data(path, {"treePath": folder["filePath"]})
    assert [(one["fileName"], one["fileType"], one["directory"]) for one in files] == [
        (f"shot.000{n}.png", "png", False) for n in (1, 2, 3)
    ]
    assert all(one["fileSize"] > 60 and one["filePath"].startswith(f"/{task_id}_shot/") for one in files)
    assert len(bench.call.data(path)) == 2
    assert bench.call.data(path, {"treePath": "/nothing"}) == []
    bench.farm.account.download_disable = True
    assert bench.call.code(path) == 605


def test_records(bench: Bench) -> None:
    task_id = bench.submit()
    bench.call.data("handle/stopTask", {"taskIds": [task_id]})
    bench.call.data("setUp/queryUserProfile")
    body = {"platform": 2, "pageNum": 1, "pageSize": 10, "startDate": "", "endDate": ""}
    record = bench.call.data("handle/operate/sdk/taskRecord", body)
    assert [item["buttonName"] for item in record["items"]] == ["stopTask", "submitTask", "createTask"]
    assert record["items"][0]["taskIds"] == f"[{task_id}]"
    log_ins = bench.call.data("handle/operate/sdk/loginRecord", {"pageNum": 1, "pageSize": 10})
    assert log_ins["total"] == 1
    assert bench.call.data("handle/operate/sdk/loginRecord", {"endDate": "2001-01-01"})["total"] == 0


def test_priority_and_platforms(bench: Bench) -> None:
    task_id = bench.submit()
    bench.call.data("/api/rendering/task/renderingTask/updateTaskUserLevel", {"taskId": task_id, "taskUserLevel": 60})
    assert bench.info(task_id)["taskUserLevel"] == 60
    assert bench.call.data("common/queryPlatforms", {"zone": 1})[0]["taskPrefix"] == "2W"
    assert set(Caller(bench.farm, dialect="v3").data("common/queryPlatforms", {"zone": 1})[0]) == {"platform", "name"}
    assert bench.call.data("submit/getUserPackNodeInfo")[0]["packName"]


@pytest.mark.parametrize(("dialect", "other"), [("v3", "current"), ("current", "v3")])
def test_a_farm_that_speaks_one_dialect(make_bench: Callable[..., Bench], dialect: str, other: str) -> None:
    bench = make_bench(dialects={dialect})
    own, foreign = Caller(bench.farm, dialect=dialect), Caller(bench.farm, dialect=other)
    shared = {whole_path(path) for route in ROUTES for path in route.v3} & {
        whole_path(path) for route in ROUTES for path in route.current
    }
    for route in ROUTES:
        for path in route.v3 if other == "v3" else route.current:
            if whole_path(path) not in shared:
                assert foreign.code(path) == 404
        for path in route.v3 if dialect == "v3" else route.current:
            bench.farm.inject(Fault(kind="latency", seconds=0))
            own.code(path)
            assert bench.farm.journal[-1].call == route.call
    own.close()
    foreign.close()


def test_every_frame_number_has_its_picture(bench: Bench) -> None:
    task_id = bench.submit()
    bench.walk(task_id)
    root = bench.farm.storage.place("20201", 10001136)
    pictures: list[Any] = [(root / name).read_bytes() for name in bench.results()]
    assert len(set(pictures)) == 3
    assert all(picture.startswith(b"\x89PNG\r\n\x1a\n") for picture in pictures)
