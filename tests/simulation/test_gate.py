"""Who gets in, and which code the others hear."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from tests.simulation.conftest import Bench
from tests.simulation.signer import Caller
from tests.simulator import CODES, Account, Fault, Renderbus

PROFILE = "setUp/queryUserProfile"


def test_a_signed_request_is_answered_with_the_whole_envelope(bench: Bench) -> None:
    answer = bench.call.envelope(PROFILE)
    assert set(answer) == {"version", "result", "message", "code", "data", "serverTime", "requestId"}
    assert (answer["version"], answer["result"], answer["message"], answer["code"]) == ("2.0.0", True, "success", 200)
    assert answer["data"]["userId"] == bench.farm.account.user_id
    assert abs(answer["serverTime"] / 1000 - time.time()) < 60


def test_the_2018_envelope_has_no_request_id(bench: Bench) -> None:
    answer = Caller(bench.farm, dialect="v3").envelope("user/queryUserProfile")
    assert set(answer) == {"version", "result", "message", "code", "data", "serverTime"}
    assert answer["version"] == "1.0.0"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"key": "wrong"}, 611),
        ({"accessId": "nobody"}, 602),
        ({"accessId": ""}, 602),
        ({"UTCTimestamp": str(int(time.time()) - 3600)}, 610),
        ({"UTCTimestamp": str(int(time.time()) + 3600)}, 610),
        ({"UTCTimestamp": "yesterday"}, 610),
        ({"domain": "elsewhere.com"}, 611),
        ({"nonce": ""}, 603),
        ({"channel": ""}, 603),
        ({"version": "7"}, 603),
    ],
)
def test_refusals(bench: Bench, changed: dict[str, str], code: int) -> None:
    answer = bench.call.envelope(PROFILE, None, **changed)
    assert (answer["code"], answer["result"], answer["data"]) == (code, False, None)


def test_a_body_that_was_changed_on_the_way_is_no_longer_signed(bench: Bench) -> None:
    path = "/api/render/handle/queryTaskInfo/v2"
    headers = bench.call.headers(path, {"taskIds": [1]})
    _, content = bench.call.raw(path, b'{"taskIds":[2]}', headers)
    assert json.loads(content)["code"] == 611


@pytest.mark.parametrize("name", ["accessId", "channel", "platform", "UTCTimestamp", "nonce", "version"])
def test_every_one_of_six_headers_is_signed(bench: Bench, name: str) -> None:
    path = f"/api/render/{PROFILE}"
    headers = bench.call.headers(path, {})
    others = {"accessId": "second", "version": "1.0.0"}
    other = others[name] if name in others else str(int(headers[name]) + 1)
    bench.farm.add_account(access_id="second", access_key=bench.farm.account.access_key, user_id=2)
    _, content = bench.call.raw(path, b"{}", {**headers, name: other})
    assert json.loads(content)["code"] == 611


def test_a_request_is_good_once(bench: Bench) -> None:
    path = f"/api/render/{PROFILE}"
    headers = bench.call.headers(path, {})
    codes = [json.loads(bench.call.raw(path, b"{}", headers)[1])["code"] for _ in range(2)]
    assert codes == [200, 603]


def test_a_configured_name_counts_beside_the_host_header(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(name="task.example.com:443")
    assert bench.call.code(PROFILE, domain="task.example.com:443") == 200


def test_the_window_can_be_wider(make_bench: Callable[..., Bench]) -> None:
    assert make_bench(window=7200).call.code(PROFILE, UTCTimestamp=str(int(time.time()) - 3600)) == 200


def test_a_skewed_clock_expires_right_times_and_shows_in_the_answer(bench: Bench) -> None:
    bench.farm.inject(Fault(kind="clock_skew", seconds=7200))
    answer = bench.call.envelope(PROFILE)
    assert answer["code"] == 610
    corrected = str(answer["serverTime"] // 1000)
    assert bench.call.code(PROFILE, UTCTimestamp=corrected) == 200


def test_a_java_farm_refuses_pythons_words(make_bench: Callable[..., Bench]) -> None:
    body = {"flag": True}
    assert make_bench().call.code(PROFILE, body) == 200
    assert make_bench(java_values=True).call.code(PROFILE, body) == 611


def test_bodies_that_are_no_objects(bench: Bench) -> None:
    for content in (b"[]", b"{", b"\xff"):
        assert json.loads(bench.call.raw(f"/api/render/{PROFILE}", content, {})[1])["code"] == 400


def test_an_unknown_path_is_404_in_both_ways(bench: Bench) -> None:
    path = "/api/render/nothing/here"
    status, content = bench.call.raw(path, b"{}", bench.call.headers(path, {}))
    assert (status, json.loads(content)["code"]) == (404, 404)


def test_only_post(bench: Bench) -> None:
    assert bench.call.raw(f"/api/render/{PROFILE}", b"", {}, "GET")[0] == 405


def test_accounts_that_may_not(bench: Bench) -> None:
    account = bench.farm.account
    account.forbidden = {"createTask"}
    assert bench.call.code("submit/createTask", {"count": 1}) == 403
    assert bench.call.code(PROFILE) == 200
    account.allowed_ips = frozenset({"10.0.0.1"})
    assert bench.call.code(PROFILE) == 812
    account.disabled = True
    assert bench.call.code(PROFILE) == 804


def test_a_sub_account_deletes_only_when_it_may(bench: Bench) -> None:
    sub = bench.farm.add_account(access_id="sub", access_key="k", user_id=7, user_name="sub", main=bench.farm.account)
    caller = Caller(bench.farm, sub)
    task_id = caller.data("submit/createTask", {"count": 1})["taskIdList"][0]
    assert caller.code("handle/deleteTask", {"taskIds": [task_id]}) == 605
    sub.sub_delete_task = True
    assert caller.code("handle/deleteTask", {"taskIds": [task_id]}) == 200


def test_nobody_sees_another_accounts_tasks(bench: Bench) -> None:
    task_id = bench.submit()
    other = Caller(bench.farm, bench.farm.add_account(access_id="other", access_key="k", user_id=8, user_name="other"))
    assert other.data("handle/getTaskList/v2")["items"] == []
    assert other.data("handle/queryTaskInfo/v2", {"taskIds": [task_id]})["items"] == []
    for path in ("handle/stopTask", "handle/deleteTask", "handle/recommitTasks"):
        assert other.code(path, {"taskIds": [task_id]}) == 404
    assert other.code("handle/queryTaskFrames", {"taskId": task_id}) == 404


def test_a_main_account_sees_its_sub_accounts_tasks(bench: Bench) -> None:
    sub = bench.farm.add_account(access_id="sub", access_key="k", user_id=7, user_name="sub", main=bench.farm.account)
    task_id = Caller(bench.farm, sub).data("submit/createTask", {"count": 1})["taskIdList"][0]
    assert bench.call.code("submit/task", {"taskId": task_id}) == 200
    assert [item["userName"] for item in bench.call.data("handle/getTaskList/v2")["items"]] == ["sub"]


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_can_be_heard(bench: Bench, code: int) -> None:
    bench.farm.inject(Fault("queryUserProfile", "code", code=code))
    answer = bench.call.envelope(PROFILE)
    assert (answer["code"], answer["message"]) == (code, CODES[code])
    assert bench.farm.journal[-1].code == code


def test_a_zone_that_is_not_the_accounts(make_bench: Callable[..., Bench]) -> None:
    strict = make_bench(strict_zone=True)
    assert strict.call.code("common/queryPlatforms", {"zone": 2}) == 608
    assert strict.call.code("common/queryPlatforms", {"zone": 1}) == 200


def test_secrets_do_not_show_in_an_account(bench: Bench) -> None:
    assert Account().access_key not in repr(Account())
    assert isinstance(bench.farm, Renderbus)
