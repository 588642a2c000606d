"""What can be made to go wrong, and what the journal says of it."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable

import pytest

from tests.simulation.conftest import Bench
from tests.simulation.signer import Caller
from tests.simulator import Fault

CREATE = "/api/render/submit/createTask"


def send(bench: Bench, path: str = CREATE) -> tuple[int, bytes]:
    """One signed request, as it comes back."""
    body = {"count": 1} if path == CREATE else {}
    return bench.call.raw(path, json.dumps(body).encode(), bench.call.headers(path, body))


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_http_errors(bench: Bench, status: int) -> None:
    bench.farm.inject(Fault("createTask", f"http_{status}"))
    assert send(bench)[0] == status
    assert not bench.farm.tasks
    assert send(bench)[0] == 200


def test_an_http_error_after_the_farm_acted(bench: Bench) -> None:
    bench.farm.inject(Fault("createTask", "http_502", acts=True))
    assert send(bench)[0] == 502
    assert len(bench.farm.tasks) == 1


def test_html(bench: Bench) -> None:
    bench.farm.inject(Fault(kind="html"))
    status, content = send(bench)
    assert (status, content[:5]) == (200, b"<html")
    assert not bench.farm.tasks


@pytest.mark.parametrize("kind", ["truncated_json", "empty"])
def test_answers_that_are_not_whole(bench: Bench, kind: str) -> None:
    bench.farm.inject(Fault("createTask", kind))
    status, content = send(bench)
    assert status == 200
    with pytest.raises(ValueError):
        json.loads(content)
    assert len(bench.farm.tasks) == 1


@pytest.mark.parametrize(("kind", "tasks"), [("drop_before", 0), ("drop_after", 1)])
def test_connections_that_break(bench: Bench, kind: str, tasks: int) -> None:
    bench.farm.inject(Fault("createTask", kind))
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        send(bench)
    assert len(bench.farm.tasks) == tasks
    (request,) = bench.farm.journal
    assert (request.name, request.code, request.acted, request.fault) == (
        "createTask",
        0 if not tasks else 0,
        bool(tasks),
        kind,
    )
    assert send(bench)[0] == 200


def test_the_answer_of_another_request(bench: Bench) -> None:
    before = send(bench, "/api/render/setUp/queryUserProfile")[1]
    bench.farm.inject(Fault("createTask", "duplicated"))
    assert send(bench)[1] == before
    assert len(bench.farm.tasks) == 1


def test_latency_does_not_hold_up_others(bench: Bench) -> None:
    bench.farm.inject(Fault("createTask", "latency", seconds=0.4))
    other = Caller(bench.farm)
    slow = threading.Thread(target=send, args=(bench,))
    began = time.monotonic()
    slow.start()
    other.data("setUp/queryUserProfile")
    quick = time.monotonic() - began
    slow.join()
    other.close()
    assert quick < 0.4 <= time.monotonic() - began


def test_shapes_that_are_wrong(bench: Bench) -> None:
    for kind in ("null_data", "missing_data", "wrong_data"):
        bench.farm.inject(Fault("getBid", kind, data=None if kind == "null_data" else ["?"]))
    answers = [bench.call.envelope("transfer/getBid") for _ in range(4)]
    assert [answer.get("data", "none") for answer in answers[:3]] == [None, "none", ["?"]]
    assert answers[3]["data"]["config_bid"] == "30201"


def test_a_fault_counts(bench: Bench) -> None:
    bench.farm.inject(Fault("getBid", "code", code=500, after=1, times=2, message="boom"))
    assert [bench.call.code("transfer/getBid") for _ in range(5)] == [200, 500, 500, 200, 200]
    bench.farm.inject(Fault(kind="http_503", times=None))
    assert [send(bench)[0] for _ in range(3)] == [503, 503, 503]
    bench.farm.clear_faults()
    assert send(bench)[0] == 200


def test_a_fault_has_the_same_name_in_both_dialects(bench: Bench) -> None:
    old = Caller(bench.farm, dialect="v3")
    for path in ("submitTask", "/api/render/task/submitTask"):
        bench.farm.inject(Fault(path, "code", code=500))
        assert old.code("task/submitTask", {"taskId": 1}) == 500
    bench.farm.inject(Fault("submitTask", "code", code=500))
    assert bench.call.code("submit/task", {"taskId": 1}) == 500
    assert bench.farm.requests("submitTask") == 3


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="sneeze"):
        Fault(kind="sneeze")


def test_the_journal(bench: Bench) -> None:
    task_id = bench.create(labels=["a"])
    bench.call.code("handle/getTaskList/v2", {"pageNum": 0})
    bench.call.code("nothing/here")
    first, second, third = bench.farm.journal
    assert (first.path, first.name, first.call, first.code, first.acted) == (
        CREATE,
        "createTask",
        "createTask",
        200,
        True,
    )
    assert first.body == {"count": 1, "labels": ["a"]}
    assert first.headers["accessId"] == bench.farm.account.access_id
    assert (second.name, second.code, second.acted) == ("getTaskList", 600, False)
    assert (third.call, third.code) == ("", 404)
    assert task_id in bench.farm.tasks
    assert bench.farm.requests("getTaskList") == 1
    bench.farm.forget_requests()
    assert bench.farm.journal == []


def test_many_callers_at_once_get_different_tasks(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(auto=True)
    found: list[int] = []

    def work(number: int) -> None:
        account = bench.farm.add_account(access_id=f"a{number}", access_key="k", user_id=number, user_name=f"a{number}")
        caller = Caller(bench.farm, account)
        found.extend(caller.data("submit/createTask", {"count": 1})["taskIdList"][0] for _ in range(20))
        caller.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 160
    assert bench.farm.requests("createTask") == 160
