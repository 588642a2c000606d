"""The calls on the wire: what is sent, what comes back, what goes wrong."""

from __future__ import annotations

import json
import logging
import pickle
from dataclasses import replace

import pytest
from farmdeck._errors import BadInput, FarmError, FarmUnreachable
from farmdeck.farms.foxfarm import errors
from farmdeck.farms.foxfarm.api import Api
from farmdeck.farms.foxfarm.fields import CALLS, length, plain
from hypothesis import given
from hypothesis import strategies as st

from tests.simulator.faults import Fault

SCENE = {"project_name": "defaultProject", "input_scene_path": "D/maya/zulu.mb", "cg_soft_name": "maya 2015"}
READS = sorted(name for name, call in CALLS.items() if call.reads)
WRITES = sorted(set(CALLS) - set(READS))
ENOUGH = {
    **{name: {**SCENE, "frames": "1-3"} for name in ("create_task", "create_max_task", "create_blender_task")},
    "create_vrstandalone_task": {**SCENE, "frames": "1"},
    "create_houdini_task": {**SCENE, "layer_list": [{"frames": "1-2[1]", "layerName": "/out/mantra1", "option": "-1"}]},
    "create_sketchup_task": {
        **SCENE,
        "image_width": 320,
        "image_height": 640,
        "use_vary": 1,
        "page_name": "one",
        "render_type": 2,
    },
    "operate_task": {"task_id": 5101184, "operate_order": "3", "task_over_time": 100},
    "create_project": {"project_name": "api"},
    "operate_project": {"project_id": 901, "remark": "x"},
}


def test_every_call_is_answered(api, server):
    api.create_task(**ENOUGH["create_task"])
    for name in CALLS:
        getattr(api, name)(**ENOUGH.get(name, {}))
    assert {request.action for request in server.journal} == set(CALLS)
    assert all(request.acted for request in server.journal)


# -- the samples of the HTTP API manual, 2017


def test_the_sample_of_a_maya_task(api, server):
    fields = {"submit_account": "frank01", "project_name": "test", "input_scene_path": "D/maya/zulu.mb"}
    server.projects[901]["project_name"] = "test"
    made = api.create_task(**fields, cg_soft_name="maya 2015", frames="1-10")
    assert made == [{"task_id": "5101184", "submit_result": "0"}]
    assert server.bodies("create_task") == [{**fields, "cg_soft_name": "maya 2015", "frames": "1-10"}]


def test_the_sample_of_a_houdini_task(api, server):
    layers = [
        {"frames": "1-240[1]", "layerName": "/obj/grid_object1/rop_geometry1", "option": "0"},
        {"frames": "1-20[1]", "layerName": "/out/mantra1", "option": "-1"},
    ]
    scene = {"project_name": "defaultProject", "input_scene_path": "D/renderFile/test.hip"}
    api.create_houdini_task(**scene, cg_soft_name="houdini 13", layer_list=layers)
    assert server.bodies("create_houdini_task")[0]["layer_list"] == layers


def test_the_samples_of_blender_and_vray_tasks(api, server):
    blender = {
        "project_name": "defaultProject",
        "input_scene_path": "D/renderFile/blender276_test/test_276.blend",
        "cg_soft_name": "blender 2.78c",
        "frames": "1",
    }
    vray = {
        "project_name": "defaultProject",
        "input_scene_path": "D/maya/vr_test1.vrscene",
        "cg_soft_name": "V-Ray_standalone",
        "plugin_name": "vray 3.10.01",
        "frames": "1",
        "image_width": 320,
        "image_height": 640,
    }
    api.create_blender_task(**blender)
    api.create_vrstandalone_task(**vray)
    assert server.bodies("create_blender_task") == [blender]
    assert server.bodies("create_vrstandalone_task") == [{**vray, "image_width": "320", "image_height": "640"}]


def test_the_message_is_head_and_body(api, server, monkeypatch):
    seen = {}
    answer = server.answer

    def listen(raw, kind):
        seen.update(json.loads(raw), kind=kind)
        return answer(raw, kind)

    monkeypatch.setattr(server, "answer", listen)
    api.query_task(task_id=7, project_name=None, has=True)
    who = server.account
    assert seen == {
        "head": {
            "access_key": who.access_key,
            "account": who.account,
            "msg_locale": "en",
            "action": "query_task",
        },
        "body": {"task_id": "7", "has": "1"},
        "kind": "application/json",
    }


def test_the_second_version_has_an_address_of_its_own(server):
    who = server.account
    api = Api(server.url, who.account, who.access_key, version="v2")
    assert api.url.endswith("/api/v2/task")
    assert api.query_customer()[0]["id"] == who.id
    api.close()


def test_tasks_come_page_after_page_newest_first(api, server):
    for _ in range(3):
        api.create_task(**SCENE | {"input_scene_path": ",".join(f"{n}.ma" for n in range(70))}, frames="1")
    found = list(api.tasks())
    assert len(found) == 210
    ids = [int(item["task_id"]) for item in found]
    assert ids == sorted(ids, reverse=True)
    assert [body["page_no"] for body in server.bodies("query_task")] == ["1", "2", "3"]


# -- what goes wrong


@pytest.mark.parametrize("code", ["1001", "1002", "1004", "1005", "1006", "1007", "1010", "1012", "1013"])
@pytest.mark.parametrize("action", ["query_task", "operate_task"])
def test_a_code_has_its_error_and_is_not_repeated(api, server, code, action):
    server.inject(Fault(action, "code", code=int(code), message="no such luck", times=None))
    with pytest.raises(errors.Refused, match="no such luck") as caught:
        getattr(api, action)(**ENOUGH.get(action, {}))
    assert caught.value.code == code
    assert caught.value.fix
    assert isinstance(caught.value, (errors.BadMessage, errors.BadAccess))
    assert len(server.journal) == 1
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize("code", ["1020", "1021", "1022", "1023", "1024"])
def test_a_value_that_is_not_taken(api, server, code):
    server.inject(Fault("create_task", "code", code=int(code), message="frames"))
    with pytest.raises(errors.BadValue, match="frames"):
        api.create_task(**ENOUGH["create_task"])


def test_an_unknown_code_is_an_error_too(api, server):
    server.inject(Fault("query_task", "code", code=4711, message="new"))
    with pytest.raises(errors.Refused, match="4711"):
        api.query_task()


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"access_key": "other"}, "1010"),
        ({"account": "nobody"}, "1012"),
        ({"closed": True}, "1013"),
    ],
)
def test_who_may_not(server, change, kind):
    who = server.account
    if "closed" in change:
        server.add_account(replace(who, closed=True))
    api = Api(server.url, change.get("account", who.account), change.get("access_key", who.access_key))
    with pytest.raises(errors.BadAccess) as caught:
        api.query_customer()
    assert caught.value.code == kind
    api.close()


TROUBLE = ["http_500", "http_405", "http_502", "html", "truncated_json", "empty", "drop_before", "drop_after"]


@pytest.mark.parametrize("kind", TROUBLE)
def test_what_reads_is_tried_again(api, server, kind):
    server.inject(Fault("query_project", kind, times=2))
    assert api.query_project()[0]["project_name"] == "defaultProject"
    assert len(server.journal) == 3


@pytest.mark.parametrize("kind", TROUBLE)
@pytest.mark.parametrize("action", ["create_task", "create_project", "update_customer"])
def test_what_acts_is_sent_once(api, server, kind, action):
    server.inject(Fault(action, kind, times=None))
    with pytest.raises(FarmUnreachable) as caught:
        getattr(api, action)(**ENOUGH.get(action, {}))
    assert caught.value.fix
    assert len(server.journal) == 1


def test_all_tries_are_counted(api, server):
    server.inject(Fault("query_task", "http_503", times=None))
    with pytest.raises(errors.NoAnswer, match="503"):
        api.query_task()
    assert len(server.journal) == 3


def test_a_farm_that_takes_too_long(server):
    server.inject(Fault("update_customer", "latency", seconds=5))
    api = Api(server.url, server.account.account, server.account.access_key, timeout=0.05)
    with pytest.raises(errors.NoAnswer, match="did not answer"):
        api.update_customer()
    api.close()


def test_a_farm_that_is_not_there(server):
    api = Api("http://127.0.0.1:9", "a", "k", pauses=())
    with pytest.raises(errors.NoAnswer, match=r"127.0.0.1:9 cannot be reached"):
        api.query_task()
    api.close()


# -- what is refused before it is sent


@pytest.mark.parametrize("action", [name for name in WRITES if CALLS[name].needs])
def test_a_missing_field_is_named(api, server, action):
    for name in CALLS[action].needs:
        with pytest.raises(BadInput, match=name):
            getattr(api, action)(**{key: value for key, value in ENOUGH[action].items() if key != name})
    assert server.journal == []


def test_a_field_that_is_too_long(api, server):
    with pytest.raises(BadInput, match="frames is 65"):
        api.create_task(**SCENE, frames="1," * 32 + "1")
    with pytest.raises(BadInput, match="render_layer"):
        api.create_task(**SCENE, frames="1", render_layer="層" * 33)
    with pytest.raises(BadInput, match="101 scenes"):
        api.create_task(**SCENE | {"input_scene_path": ",".join(["a"] * 101)}, frames="1")
    assert server.journal == []


def test_a_message_that_is_too_long(api, server):
    with pytest.raises(BadInput, match="200 kB"):
        api.create_task(**SCENE, frames="1", environments="x" * 200_000)
    assert server.journal == []


@pytest.mark.parametrize("server_name", ["http://www5.renderbus.com", "", "ftp://a", "a/b", "https://u@h"])
def test_servers_that_will_not_do(server_name):
    with pytest.raises(BadInput):
        Api(server_name, "a", "k")


def test_the_address_is_encrypted():
    assert Api("www5.renderbus.com", "a", "k").url == "https://www5.renderbus.com/api/v1/task"
    assert Api("https://www5.renderbus.com/", "a", "k").url == "https://www5.renderbus.com/api/v1/task"


def test_nobody_without_a_key():
    with pytest.raises(BadInput):
        Api("h", "a", "")
    with pytest.raises(BadInput, match="v3"):
        Api("h", "a", "k", version="v3")


def test_the_key_is_nowhere(api, server, caplog):
    caplog.set_level(logging.DEBUG)
    key = server.account.access_key
    server.inject(Fault("query_task", "http_500", times=1))
    api.query_task()
    server.inject(Fault("query_task", "code", code=1010, message=f"key {key} is wrong"))
    with pytest.raises(FarmError) as caught:
        api.query_task()
    assert key not in repr(api) + str(caught.value) + repr(caught.value) + caplog.text


# -- what goes on the wire


@given(st.dictionaries(st.text(), st.booleans() | st.integers() | st.text() | st.lists(st.integers())))
def test_only_texts_go_out(body):
    def texts(value):
        if isinstance(value, dict):
            return all(texts(each) for each in value.values())
        return all(texts(each) for each in value) if isinstance(value, list) else isinstance(value, str)

    sent = plain(body)
    assert texts(sent)
    assert set(sent) == set(body)


@given(st.text())
def test_length_is_the_farms(text):
    assert len(text) <= length(text) <= 2 * len(text)


def test_what_cannot_be_sent():
    with pytest.raises(BadInput):
        plain({"a": object()})
    with pytest.raises(BadInput):
        plain({"a": b"bytes"})
