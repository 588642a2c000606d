"""Each call as it goes over the wire in both dialects, answers as values, lists without losses."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields, is_dataclass
from typing import Any

import pytest
from farmdeck._errors import BadInput, Cancelled
from farmdeck.farm import Watch
from farmdeck.farms.renderbus import models
from farmdeck.farms.renderbus.client import AHEAD, BATCH, CHINESE, LINUX, WINDOWS, Client
from farmdeck.farms.renderbus.connection import Connection
from farmdeck.farms.renderbus.dialects import CALLS
from farmdeck.farms.renderbus.errors import AnswerLost, NotFound, NotInDialect, UnreadableAnswer
from farmdeck.farms.renderbus.models import FrameStatus, FrameType, TaskStatus, UserEnv
from hypothesis import given
from hypothesis import strategies as st

from tests.farms.renderbus.stub import Reply, Stub, Turns, refusal

Connect = Callable[..., Connection]
NOON_IN_CHINA = 1_577_851_200.0  # 2020-01-01 12:00:00 UTC+8
EMPTY: dict[str, Any] = {"pageCount": 0, "pageNum": 1, "total": 0, "size": 100, "items": []}
ENV = UserEnv(name="e", cg_id=2000, cg_name="Maya", cg_version="2020", system=0, plugins=(models.PluginVersion(1166),))
ENV_BODY = {
    "editName": "e",
    "cgId": 2000,
    "cgName": "Maya",
    "cgVersion": "2020",
    "renderSystem": 0,
    "renderLayerType": 0,
    "pluginIds": [1166],
}
LACKING = "the dialect lacks it"
SAME = "as in the current dialect"

# what is called · the row · its body in the current dialect · in V3 · the farm's `data`
WIRE: list[tuple[Callable[[Client], Any], str, Any, Any, Any]] = [
    (lambda c: c.platforms(), "platforms", {"zone": 2}, SAME, []),
    (lambda c: c.profile(), "profile", {}, SAME, {}),
    (lambda c: c.settings(), "settings", {}, SAME, {}),
    (lambda c: c.update_overtime(43201), "update_overtime", {"taskOverTimeSec": 43201}, {"taskOverTime": 13}, None),
    (lambda c: c.transfer_bids(), "transfer_bids", {}, SAME, {}),
    (
        lambda c: c.task_records(2, 10, start=NOON_IN_CHINA),
        "task_records",
        {"platform": 2, "pageNum": 2, "pageSize": 10, "startDate": "2020-01-01 12:00:00", "endDate": ""},
        LACKING,
        EMPTY,
    ),
    (
        lambda c: c.login_records(),
        "login_records",
        {"pageNum": 1, "pageSize": 100, "startDate": "", "endDate": ""},
        LACKING,
        EMPTY,
    ),
    (lambda c: c.create_task(), "create_task", {"count": 1}, SAME, {"taskIdList": [7]}),
    (
        lambda c: c.create_task(2, user_level=60, out_user_id=5, labels=["é"], clone_original_id=3, artist="Ann"),
        "create_task",
        {"count": 2, "taskUserLevel": 60, "outUserId": 5, "labels": ["é"], "cloneOriginalId": 3, "artist": "Ann"},
        SAME,
        {"taskIdList": [7, 8]},
    ),
    (lambda c: c.submit_task(7), "submit_task", {"taskId": 7}, SAME, None),
    (lambda c: c.submit_task(7, "丁"), "submit_task", {"taskId": 7, "producer": "丁"}, SAME, None),
    (
        lambda c: c.upload_json(7, "tips.json", "{}"),
        "upload_json",
        {"taskId": 7, "fileName": "tips.json", "content": "{}"},
        SAME,
        None,
    ),
    (lambda c: c.pack_nodes(), "pack_nodes", {}, LACKING, []),
    (
        lambda c: c.error_details(["15000"], CHINESE),
        "error_details",
        {"codes": ["15000"], "language": "0"},
        {"code": "15000", "language": "0"},
        [],
    ),
    (lambda c: c.task_list(3, 20), "task_list", {"pageNum": 3, "pageSize": 20}, SAME, EMPTY),
    (
        lambda c: c.task_list(statuses={TaskStatus.FAILED, 5}),
        "task_list",
        {"pageNum": 1, "pageSize": 1000, "statusList": [5, 45]},
        SAME,
        EMPTY,
    ),
    (
        lambda c: c.task_list(keyword="shot", end=NOON_IN_CHINA),
        "task_list",
        {"pageNum": 1, "pageSize": 1000, "searchKeyword": "shot", "endTime": "2020-01-01 12:00:00"},
        LACKING,
        EMPTY,
    ),
    (
        lambda c: c.task_list(deleted=True),
        "task_list",
        {"pageNum": 1, "pageSize": 1000, "recycleFlag": 1},
        LACKING,
        EMPTY,
    ),
    (lambda c: c.task_info([7, 8]), "task_info", {"taskIds": [7, 8]}, SAME, EMPTY),
    (lambda c: c.stop_tasks([7]), "stop_tasks", {"taskIds": [7]}, {"taskParam": [7]}, None),
    (lambda c: c.start_tasks([7]), "start_tasks", {"taskIds": [7]}, {"taskParam": [7]}, None),
    (lambda c: c.abandon_tasks([7]), "abandon_tasks", {"taskIds": [7]}, {"taskParam": [7]}, None),
    (lambda c: c.delete_tasks([7]), "delete_tasks", {"taskIds": [7]}, {"taskParam": [7]}, None),
    (lambda c: c.set_overtime([7], 60), "set_overtime", {"taskIds": [7], "overTime": 60}, SAME, "SUCCESS"),
    (lambda c: c.full_speed([7]), "full_speed", {"taskIds": [7]}, SAME, "成功"),
    (lambda c: c.set_priority(7, 60), "set_priority", {"taskId": 7, "taskUserLevel": 60}, SAME, None),
    (lambda c: c.set_node_limit(7, 4), "set_node_limit", {"taskId": 7, "taskLimit": 4}, LACKING, None),
    (
        lambda c: c.edit_hardware([7], [301], model="Default", gpus="2*GPU", ram="64GB"),
        "edit_hardware",
        {"taskIds": ["7"], "hardwareConfigIds": ["301"], "model": "Default", "gpuNum": "2*GPU", "ram": "64GB"},
        LACKING,
        None,
    ),
    (
        lambda c: c.task_frames(7, 2, 10, "2-4"),
        "task_frames",
        {"taskId": 7, "pageNum": 2, "pageSize": 10, "searchKeyword": "2-4"},
        SAME,
        EMPTY,
    ),
    (lambda c: c.frame_stats(), "frame_stats", {}, SAME, {}),
    (lambda c: c.retry_failed([7]), "retry_failed", {"taskIds": [7]}, {"taskParam": [7]}, None),
    (
        lambda c: c.retry_failed([7], [FrameStatus.TIMED_OUT, 5]),
        "retry_failed",
        {"taskIds": [7], "status": [5, 11]},
        LACKING,
        None,
    ),
    (
        lambda c: c.retry_frames(7, [1, 2]),
        "retry_frames",
        {"taskId": 7, "selectAll": 0, "ids": [1, 2]},
        SAME,
        None,
    ),
    (lambda c: c.retry_frames(7), "retry_frames", {"taskId": 7, "selectAll": 1}, SAME, None),
    (
        lambda c: c.retry_frames(7, statuses=[3]),
        "retry_frames",
        {"taskId": 7, "selectAll": 1, "status": [3]},
        LACKING,
        None,
    ),
    (lambda c: c.stop_frames(7, [1]), "stop_frames", {"taskId": 7, "selectAll": 0, "ids": [1]}, LACKING, None),
    (lambda c: c.stop_frames(7), "stop_frames", {"taskId": 7, "selectAll": 1}, LACKING, None),
    (
        lambda c: c.render_log_page(9, 2, "photon"),
        "render_log",
        {"renderingType": "photon", "pageNum": 2, "pageSize": 1, "id": 9},
        LACKING,
        {},
    ),
    (lambda c: c.process_image(7), "process_image", {"taskId": 7}, SAME, {}),
    (lambda c: c.process_image(7, 2), "process_image", {"taskId": 7, "frameType": 2}, SAME, {}),
    (lambda c: c.thumbnails(9), "thumbnails", {"id": 9, "frameStatus": 4}, SAME, ["/a.jpg"]),
    (lambda c: c.labels(), "labels", {}, SAME, {"projectNameList": []}),
    (lambda c: c.labels_by_flag(2), "labels_by_flag", {"flag": 2}, LACKING, {"projectNameList": None}),
    (lambda c: c.add_label("L"), "add_label", {"newName": "L", "status": 0}, SAME, None),
    (lambda c: c.add_label("L", active=False), "add_label", {"newName": "L", "status": 1}, SAME, None),
    (lambda c: c.delete_label("L"), "delete_label", {"delName": "L"}, SAME, None),
    (lambda c: c.add_task_tag("t", [7]), "add_task_tag", {"label": "t", "taskIds": [7]}, SAME, None),
    (
        lambda c: c.delete_task_tags([7], ["t"], [5]),
        "delete_task_tags",
        {"taskIds": [7], "labelNames": ["t"], "labelIds": [5]},
        SAME,
        None,
    ),
    (lambda c: c.software(), "software", {}, SAME, {}),
    (
        lambda c: c.software_detail(2004, LINUX),
        "software_detail",
        {"cgId": 2004, "osName": "linux"},
        {"cgId": 2004},
        {},
    ),
    (lambda c: c.envs([2000]), "envs", {"cgId": 2000}, SAME, []),
    (lambda c: c.envs([2000], WINDOWS), "envs", {"cgId": 2000, "osName": 1}, {"cgId": 2000}, []),
    (lambda c: c.add_env(ENV), "add_env", ENV_BODY, SAME, {"editName": "e"}),
    (lambda c: c.update_env(ENV), "update_env", ENV_BODY, SAME, None),
    (lambda c: c.delete_env("e"), "delete_env", {"editName": "e"}, SAME, None),
    (lambda c: c.default_env("e"), "default_env", {"editName": "e"}, SAME, None),
    (lambda c: c.hardware(), "hardware", {"cloneTask": "false"}, LACKING, []),
    (lambda c: c.hardware([7]), "hardware", {"cloneTask": "false", "taskIds": ["7"]}, LACKING, []),
    (lambda c: c.transfer_config(), "transfer_config", {}, SAME, {}),
    (lambda c: c.transfer_server(), "transfer_server", {"zone": 2}, SAME, {}),
    (lambda c: c.raysync_key(), "raysync_key", {}, SAME, {}),
    (lambda c: c.output_files(7), "output_files", {"treePath": "/", "taskId": 7}, LACKING, []),
    (lambda c: c.output_files(7, "/7_a/b"), "output_files", {"treePath": "/7_a/b"}, LACKING, []),
]


@pytest.fixture
def client(connect: Connect) -> Client:
    return Client(connect())


def tell(stub: Stub, name: str, answer: Any) -> None:
    for path in (CALLS[name].current, CALLS[name].v3):
        if path is not None:
            stub.says[path] = answer


@pytest.mark.parametrize(("ask", "name", "body", "v3", "data"), WIRE, ids=[row[1] for row in WIRE])
@pytest.mark.parametrize("dialect", ["current", "v3"])
def test_a_call_on_the_wire(
    dialect: str, ask: Any, name: str, body: Any, v3: Any, data: Any, stub: Stub, connect: Connect
) -> None:
    tell(stub, name, data)
    client = Client(connect(dialect))
    expected = body if dialect == "current" or v3 == SAME else v3
    if expected == LACKING:
        with pytest.raises(NotInDialect):
            ask(client)
        assert stub.journal == []
        return
    ask(client)
    path = CALLS[name].current if dialect == "current" else CALLS[name].v3
    assert [(request.path, request.body) for request in stub.journal] == [(path, expected)]


def test_every_row_of_the_table_was_called() -> None:
    assert {row[1] for row in WIRE} == set(CALLS)


def test_the_zone_is_the_one_of_the_domain() -> None:
    """The vendor's client has it the wrong way round for the transfer server."""
    china = Connection("task.renderbus.com", "AKID", "k", 2)
    world = Connection("jop.foxrenderfarm.com", "AKID", "k", 2)
    assert (Client(china)._zone(), Client(world)._zone()) == (1, 2)


def test_v3_asks_one_by_one_where_it_must(stub: Stub, connect: Connect) -> None:
    tell(stub, "error_details", lambda body: [{"code": body["code"]}])
    tell(stub, "envs", lambda body: [{"cgId": body["cgId"], "osName": 1}, {"cgId": body["cgId"], "osName": 0}])
    client = Client(connect("v3"))
    assert [info.code for info in client.error_details(["1", "2"])] == ["1", "2"]
    assert [(env.cg_id, env.system) for env in client.envs([2000, 2007], WINDOWS)] == [(2000, 1), (2007, 1)]


def test_several_applications_are_one_request(stub: Stub, client: Client) -> None:
    tell(stub, "envs", [])
    client.envs([2000, 2007])
    assert [request.body for request in stub.journal] == [{"cgIds": ["2000", "2007"]}]


def test_nothing_asked_for_is_nothing_sent(stub: Stub, client: Client) -> None:
    client.stop_tasks([])
    client.retry_frames(7, [])
    assert client.task_info([]) == () and client.error_details([]) == () and client.envs([]) == ()
    assert stub.journal == []


def test_many_ids_go_in_batches(stub: Stub, client: Client) -> None:
    tell(stub, "task_info", lambda body: {**EMPTY, "items": [{"id": id} for id in body["taskIds"]]})
    ids = list(range(1, 2 * BATCH + 51))
    assert [task.id for task in client.task_info(ids)] == ids
    assert [len(request.body["taskIds"]) for request in stub.journal] == [BATCH, BATCH, 50]


@pytest.mark.parametrize(
    "ask",
    [
        lambda c: c.upload_json(7, "../task.json", "{}"),
        lambda c: c.set_overtime([7], 0),
        lambda c: c.set_node_limit(7, 0),
        lambda c: c.update_overtime(-1),
        lambda c: c.retry_frames(7, [1], statuses=[5]),
        lambda c: c.set_priority(7, 1.5),
        lambda c: c.add_label(None),
    ],
)
def test_what_cannot_be_meant_is_not_sent(ask: Any, stub: Stub, client: Client) -> None:
    with pytest.raises(BadInput):
        ask(client)
    assert stub.journal == []


def test_a_watched_client_stops(stub: Stub, client: Client) -> None:
    watch = Watch()
    watched = client.watched(watch)
    tell(stub, "profile", {"userId": 5})
    assert watched.profile().user_id == 5
    watch.cancel()
    with pytest.raises(Cancelled):
        watched.profile()
    assert client.profile().user_id == 5


@pytest.mark.parametrize("data", [{}, {"taskIdList": []}, {"taskIdList": None}, {"taskIdList": [1, 2]}])
def test_another_count_of_numbers_is_not_taken_for_an_answer(data: Any, stub: Stub, client: Client) -> None:
    tell(stub, "create_task", data)
    with pytest.raises(AnswerLost, match="Look at the farm's list"):
        client.create_task()


# --- lists -----------------------------------------------------------------------------------------------------------


class Pages:
    """A farm's list: capped pages, with or without what tells their count."""

    def __init__(self, count: int, cap: int, tells: str = "all") -> None:
        self.items = [{"id": number + 1, "frameIndex": str(number % 7), "frameType": 4} for number in range(count)]
        self.cap = cap
        self.tells = tells

    def __call__(self, body: dict[str, Any]) -> dict[str, Any]:
        size = min(self.cap, body["pageSize"])
        first = (body["pageNum"] - 1) * size
        page: dict[str, Any] = {"pageNum": body["pageNum"], "size": size, "items": self.items[first : first + size]}
        if self.tells != "size":
            page["total"] = len(self.items)
        if self.tells == "all":
            page["pageCount"] = math.ceil(len(self.items) / size)
        return page


@pytest.mark.parametrize("tells", ["all", "total"])
@pytest.mark.parametrize(("count", "cap"), [(0, 10), (1, 10), (10, 10), (11, 10), (25, 10), (2500, 100000)])
def test_all_frames_come_in_as_few_pages_as_there_are(
    count: int, cap: int, tells: str, stub: Stub, client: Client
) -> None:
    tell(stub, "task_frames", Pages(count, cap, tells))
    assert [frame.id for frame in client.all_frames(7)] == list(range(1, count + 1))  # many share an index
    assert len(stub.journal) == max(1, math.ceil(count / min(cap, 1000)))


def test_a_list_that_tells_nothing_ends_with_a_short_page(stub: Stub, client: Client) -> None:
    tell(stub, "task_frames", Pages(25, 10, "size"))
    assert len(list(client.all_frames(7))) == 25
    assert len(stub.journal) == 3


def test_pages_are_asked_for_when_they_are_needed(stub: Stub, connect: Connect) -> None:
    tell(stub, "task_list", Pages(100, 10))
    tasks = Client(connect(), page_size=10).all_tasks()
    assert [next(tasks).id for _ in range(10)] == list(range(1, 11))
    assert len(stub.journal) == 1
    assert [next(tasks).id for _ in range(10)] == list(range(11, 21))
    assert len(stub.journal) <= 1 + AHEAD + 1  # page 2 is here: the one after the last asked for is on its way
    tasks.close()


def test_a_task_that_slips_to_the_next_page_comes_once(stub: Stub, client: Client) -> None:
    pages = [[9, 8], [8, 7], [6]]  # a task was submitted between the first two requests
    tell(stub, "task_list", Turns(*({"pageCount": 3, "items": [{"id": id} for id in page]} for page in pages)))
    found = [task.id for task in client.all_tasks()]  # later pages are asked for at once, so they race
    assert sorted(found) == [6, 7, 8, 9]


def test_frames_without_a_number_are_not_lost(stub: Stub, client: Client) -> None:
    tell(stub, "task_frames", {"pageCount": 1, "items": [{"frameIndex": "1"}, {"frameIndex": "1"}]})
    assert len(list(client.all_frames(7))) == 2


def test_no_more_records_is_an_empty_list(stub: Stub, client: Client) -> None:
    tell(stub, "task_list", refusal(700, "no more"))
    assert list(client.all_tasks()) == []


@pytest.mark.parametrize("data", [None, [], "", 5, {}, {"items": 5}, {"items": ["x"]}])
def test_an_unreadable_list_is_not_an_empty_one(data: Any, stub: Stub, client: Client) -> None:
    tell(stub, "task_list", data)
    with pytest.raises(UnreadableAnswer):
        list(client.all_tasks())


def test_v3_lists_are_narrowed_here(stub: Stub, connect: Connect) -> None:
    tasks = [
        {"id": 3, "sceneName": "Shot_020.ma", "submitDate": 1_577_851_200_000},
        {"id": 2, "sceneName": "shot_010.ma", "submitDate": 1_577_851_100_000},
        {"id": 1020, "sceneName": "a.ma", "submitDate": 1_577_851_000_000},
    ]
    tell(stub, "task_list", {"pageCount": 1, "items": tasks})
    client = Client(connect("v3"))
    assert [task.id for task in client.all_tasks(keyword="020")] == [3, 1020]
    assert [task.id for task in client.all_tasks(start=1_577_851_050.0, end=1_577_851_150.0)] == [2]
    with pytest.raises(NotInDialect):
        list(client.all_tasks(deleted=True))


def test_the_parts_of_a_task(stub: Stub, client: Client) -> None:
    layered = {"id": 7, "isOpen": 1, "respRenderingTaskList": [{"id": 8, "layerParentId": 7}, {"id": 9}]}
    plain = {"id": 6, "isOpen": 0, "respRenderingTaskList": None}
    tell(stub, "task_info", {**EMPTY, "items": [layered, plain]})
    assert client.child_task_ids(7) == (8, 9)
    assert client.child_task_ids(6) == (6,)
    with pytest.raises(NotFound, match="task 5"):
        client.child_task_ids(5)


FRAMES = [
    {"id": 1, "frameIndex": "2", "frameType": 4},
    {"id": 2, "frameIndex": "2", "frameType": 5},
    {"id": 3, "frameIndex": "3-9[3]", "frameType": 5},
    {"id": 4, "frameIndex": "0-1", "frameBlock": "1"},
    {"id": 5, "frameIndex": "-2", "frameBlock": ""},
    {"id": 6, "frameIndex": "/out/geo"},
]


@pytest.mark.parametrize(
    ("numbers", "ids"), [([2], [1, 2]), ([6], [3]), ([3, 9], [3]), ([0], [4]), ([-2, 2], [1, 2, 5]), ([], [])]
)
def test_frames_are_found_by_number(numbers: list[int], ids: list[int], stub: Stub, client: Client) -> None:
    tell(stub, "task_frames", {"pageCount": 1, "items": FRAMES})
    tell(stub, "retry_frames", None)
    tell(stub, "stop_frames", None)
    assert [frame.id for frame in client.retry_frame_numbers(7, numbers)] == ids
    assert [frame.id for frame in client.stop_frame_numbers(7, numbers)] == ids
    changes = [request.body for request in stub.journal if request.path != CALLS["task_frames"].current]
    assert changes == ([{"taskId": 7, "selectAll": 0, "ids": ids}] * 2 if ids else [])


def test_a_frame_that_is_not_there_is_named(stub: Stub, client: Client) -> None:
    tell(stub, "task_frames", {"pageCount": 1, "items": FRAMES})
    with pytest.raises(BadInput, match="no frame 4, 5"):
        client.retry_frame_numbers(7, [2, 5, 4])
    assert len(stub.journal) == 1


def test_a_whole_log_is_read_page_by_page(stub: Stub, client: Client) -> None:
    def log(body: dict[str, Any]) -> dict[str, Any]:
        return {"pageCount": 3, "pageNum": body["pageNum"], "size": 16384, "items": [f"line {body['pageNum']}", "."]}

    tell(stub, "render_log", log)
    assert client.render_log(9) == "line 1\n.\nline 2\n.\nline 3\n."
    assert len(stub.journal) == 3


@pytest.mark.parametrize("answer", [{"pageCount": 0, "items": None}, refusal(700)])
def test_an_empty_log(answer: Any, stub: Stub, client: Client) -> None:
    tell(stub, "render_log", answer)
    assert client.render_log(9) == "" and len(stub.journal) == 1


def test_thumbnails_that_are_no_list(stub: Stub, client: Client) -> None:
    tell(stub, "thumbnails", "SUCCESS")  # so the SDK method document has it
    assert client.thumbnails(9) == ()


# --- answers as values -----------------------------------------------------------------------------------------------


def test_a_task_of_the_2018_document(stub: Stub, client: Client) -> None:
    child = {"id": 18280, "taskStatus": 25, "taskType": "RenderPhoton", "taskOverTime": 86_400_000, "isDelete": 1}
    task = {
        "sceneName": "衣帽间.max", "id": 18278, "taskAlias": "P18278", "taskStatus": 0, "preTaskStatus": 25,
        "abortFrames": None, "doneFrames": None, "renderConsume": "1.57", "submitDate": 1_535_602_289_000,
        "startTime": None, "isOpen": 1, "respRenderingTaskList": [child], "isDelete": 0, "taskLimit": "200",
        "keyValue": "tiles:16::", "somethingNew": {"a": 1},
    }  # fmt: skip
    tell(stub, "task_info", {**EMPTY, "items": [task]})
    (read,) = client.task_info([18278])
    assert (read.scene_name, read.alias, read.cost, read.node_limit) == ("衣帽间.max", "P18278", 1.57, 200)
    assert (read.status, read.pre_status) == (TaskStatus.WAITING, TaskStatus.FINISHED)
    assert (read.submitted, read.started, read.done_frames, read.aborted_frames) == (1_535_602_289.0, None, 0, 0)
    assert read.is_parent and read.deleted and read.keywords == "tiles:16::"
    (part,) = read.parts
    assert (part.id, part.status, part.overtime, part.deleted) == (18280, TaskStatus.FINISHED, 86_400, False)
    assert part.parts == (part,)
    with pytest.raises(FrozenInstanceError):
        part.id = 5  # type: ignore[misc]


def test_a_frame(stub: Stub, client: Client) -> None:
    frame = {"id": "5", "frameIndex": "2-4[1]", "frameStatus": 4, "frameType": 5, "startTime": 0, "feeAmount": 0.44}
    tell(stub, "task_frames", {"pageCount": 1, "items": [{**frame, "endTime": 1_535_960_762_000, "frameBlock": None}]})
    (read,) = client.task_frames(7).items
    assert (read.id, read.status, read.kind) == (5, FrameStatus.DONE, FrameType.MAIN)
    assert (read.started, read.ended, read.fee, read.numbers) == (None, 1_535_960_762.0, 0.44, (2, 3, 4))


@pytest.mark.parametrize(
    ("index", "block", "numbers"),
    [
        ("7", "", (7,)),
        ("-7", "", (-7,)),
        ("2-4[1]", "", (2, 3, 4)),
        ("-5--1[2]", "", (-5, -3, -1)),
        ("1-9[0]", "", tuple(range(1, 10))),
        ("2-4", "", (2, 3, 4)),
        ("2-4", "4", (2,)),  # tile 4 of frame 2
        ("9-2[1]", "", ()),
        ("/out/geo", "", ()),
        ("", "", ()),
    ],
)
def test_the_frame_numbers_in_an_index(index: str, block: str, numbers: tuple[int, ...]) -> None:
    assert models.FrameInfo(index=index, block=block).numbers == numbers


def test_a_group_without_an_end_is_cut() -> None:
    assert len(models.FrameInfo(index="1-999999999999[1]").numbers) == 100_000


def test_a_strange_state_is_a_number() -> None:
    assert models.read(models.TaskInfo, {"taskStatus": 77}).status == 77
    assert models.read(models.FrameInfo, {"frameStatus": "99", "frameType": None}).status == 99


def test_the_states_are_all_there() -> None:
    assert {int(s) for s in TaskStatus} == {0, 5, 8, 10, 15, 20, 23, 25, 30, 35, 40, 45, 50, 100}
    assert {int(s) for s in FrameStatus} == set(range(1, 13)) and {int(s) for s in FrameType} == set(range(1, 10))


def test_an_account(stub: Stub, client: Client) -> None:
    tell(stub, "profile", {"userId": 5, "zone": 2, "rmbbalance": 1, "usdbalance": "49.93", "cpuPrice": 0.67})
    profile = client.profile()
    assert (profile.balance, profile.currency, profile.cpu_price) == (49.93, "USD", 0.67)
    tell(stub, "settings", {"taskOverTime": 12})
    assert client.settings().overtime == 43_200


def test_transfer_and_its_secrets(stub: Stub, client: Client) -> None:
    engine = {
        "engineName": "Aspera",
        "isDefault": 1,
        "respTaskEngineLines": [{"name": "main", "server": "10.0.0.1", "port": "10221", "isDefault": 1, "lineId": 123}],
        "resqEngineAccounts": [{"bid": "30201", "name": "30201", "password": "aspera-secret-Xq"}],
    }
    second = {"engineName": "RaysyncProxy", "resqEngineAccounts": None, "respTaskEngineLines": None}
    tell(stub, "transfer_config", {"inputBid": 10201, "parentInputBid": None, "resqEngines": [engine, second]})
    tell(stub, "raysync_key", {"raySyncUserKey": "raysync-secret-Yq", "userKey": "user-secret-Zq", "userName": "me"})
    config, key = client.transfer_config(), client.raysync_key()
    assert (config.input_bid, config.parent_input_bid) == ("10201", "")
    assert config.engines[0].accounts[0].password == "aspera-secret-Xq" and config.engines[0].lines[0].port == 10221
    assert key.key == "raysync-secret-Yq" and config.engines[1].lines == ()
    assert "secret" not in repr(config) + repr(key)
    tell(stub, "profile", refusal(600, "aspera-secret-Xq raysync-secret-Yq user-secret-Zq"))
    with pytest.raises(Exception, match="•••") as caught:
        client.profile()
    assert "secret" not in str(caught.value)


def test_hardware(stub: Stub, client: Client) -> None:
    item = {
        "id": 337, "type": 2, "model": "1080Ti", "gpuNum": None, "ram": "64GB", "platform": 2, "current": True,
        "notSupportCgId": [2005, "2000"], "status": 1, "notSupportCode": [46002], "notSupportPluginList": None,
        "notSupportCgVersions": [{"cgId": 2000, "cgVersionName": "2016"}],
    }  # fmt: skip
    tell(stub, "hardware", [item])
    (read,) = client.hardware()
    assert (read.gpus, read.current, read.enabled) == ("", True, True)
    assert (read.refused_cg_ids, read.refused_codes, read.refused_plugins) == ((2005, 2000), ("46002",), ())
    assert read.refused_versions == (models.RefusedVersion(2000, "2016"),)


def test_a_picture_in_progress(stub: Stub, client: Client) -> None:
    grab = [[{"framePercent": "100", "frameStatus": "4", "couponFee": "1.04", "frameBlock": None}], None]
    tell(stub, "process_image", {"isRenderPhoton": True, "width": 700, "grabInfo": grab})
    image = client.process_image(7)
    assert image.is_photon and image.width == 700
    assert image.blocks[0][0].percent == 100.0 and image.blocks[0][0].status == FrameStatus.DONE


def test_a_name_that_the_farm_changed(stub: Stub, client: Client) -> None:
    tell(stub, "add_env", {"editName": "e_1"})
    assert client.add_env(ENV) == "e_1"
    tell(stub, "add_env", None)
    assert client.add_env(ENV) == "e"


@pytest.mark.parametrize("ask", [lambda c: c.profile(), lambda c: c.labels(), lambda c: c.software()])
@pytest.mark.parametrize("data", [None, [], "x", 5])
def test_an_answer_of_another_shape_is_said(ask: Any, data: Any, stub: Stub, client: Client) -> None:
    tell(stub, "profile", data)
    tell(stub, "labels", data)
    tell(stub, "software", data)
    with pytest.raises(UnreadableAnswer):
        ask(client)


ANSWERS = [
    kind for kind in vars(models).values() if isinstance(kind, type) and is_dataclass(kind) and kind is not models.Page
]
KEYS = sorted({models._plan(kind)[place][1] for kind in ANSWERS for place in range(len(fields(kind)))})
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.just("12.5")
wild = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=8,
)


@given(st.sampled_from(ANSWERS), st.dictionaries(st.sampled_from(KEYS), wild, max_size=8))
def test_whatever_comes_is_read_or_refused(kind: type, data: dict[str, Any]) -> None:
    try:
        value = models.read(kind, data)
    except UnreadableAnswer:
        return
    for item in fields(kind):
        default = item.default
        assert isinstance(getattr(value, item.name), type(default) if default is not None else float | None)
    hash(value), repr(value)


@pytest.mark.parametrize("kind", ANSWERS)
def test_absent_and_null_are_the_same(kind: type) -> None:
    assert models.read(kind, {}) == models.read(kind, dict.fromkeys(KEYS)) == kind()


def test_the_stub_itself_refuses_what_is_badly_signed(stub: Stub, connect: Connect) -> None:
    stub.says[CALLS["profile"].current or ""] = Reply(content=json.dumps({"code": 200, "data": 1}).encode())
    with pytest.raises(Exception, match="611"):
        connect(access_key="wrong-key").call("profile")
