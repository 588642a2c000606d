"""Every call refuses what is missing (601) and what has the wrong type (600), in both dialects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.simulation.conftest import Bench
from tests.simulation.signer import Caller
from tests.simulator import routes
from tests.simulator.routes import ROUTES

WRONG: dict[str, Any] = {
    "int": "x",
    "id": "x",
    "str": 1,
    "text": [1],
    "texts": {"a": 1},
    "ints": ["x"],
    "ids": ["x"],
    "strs": [1],
}
RIGHT: dict[str, Any] = {
    "int": 1,
    "id": 1,
    "str": "x",
    "text": "x",
    "texts": ["x"],
    "ints": [1],
    "ids": [1],
    "strs": ["x"],
}


def cases() -> Iterator[tuple[str, str, str]]:
    """(dialect, path, specification) of every path."""
    for route in ROUTES:
        for path in route.current:
            yield "current", routes.whole_path(path), route.parameters
        for path in route.v3:
            special = route.v3_parameters
            yield "v3", routes.whole_path(path), route.parameters if special is None else special


def split(specification: str) -> list[tuple[str, str, bool]]:
    """(name, kind, required) of each parameter."""
    parts = [one.partition(":") for one in specification.split()]
    return [(name.removesuffix("!"), kind, name.endswith("!")) for name, _, kind in parts]


ALL = list(cases())
NAMES = [f"{dialect} {path}" for dialect, path, _ in ALL]


@pytest.mark.parametrize(("dialect", "path", "specification"), ALL, ids=NAMES)
def test_parameters_are_checked(bench: Bench, dialect: str, path: str, specification: str) -> None:
    caller = Caller(bench.farm, dialect=dialect)
    parameters = split(specification)
    good = {name: RIGHT[kind] for name, kind, _ in parameters}
    for name, kind, required in parameters:
        assert caller.code(path, {**good, name: WRONG[kind]}) == 600
        without = {key: value for key, value in good.items() if key != name}
        if required:
            assert caller.code(path, without) == 601
            assert caller.code(path, {**good, name: None}) == 601
    if not any(required for *_, required in parameters) and "task" not in specification and "code" not in specification:
        assert caller.code(path, {}) in (200, 601)
    caller.close()


def test_true_is_no_number(bench: Bench) -> None:
    assert bench.call.code("submit/createTask", {"count": True}) == 600


def test_a_list_of_numbers_may_not_be_empty(bench: Bench) -> None:
    for path in ("handle/queryTaskInfo/v2", "handle/stopTask", "handle/recommitTasks"):
        assert bench.call.code(path, {"taskIds": []}) == 601


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("submit/createTask", {"count": 0}),
        ("submit/createTask", {"count": 1001}),
        ("submit/createTask", {"taskUserLevel": 70}),
        ("handle/getTaskList/v2", {"pageNum": 0}),
        ("handle/getTaskList/v2", {"pageSize": 0}),
        ("project/list", {"flag": 3}),
        ("handle/loadTaskProcessImg", {"taskId": 19097, "frameType": 3}),
        ("handle/recommitTaskFrames", {"taskId": 19097, "selectAll": 2}),
        ("submit/taskJsonFile", {"taskId": 19097, "content": "{}", "fileName": "../x"}),
        ("file/operate/getOutputUserDirFile", {"treePath": "/../../etc"}),
        ("handle/updateTaskLimit", {"taskId": 19097, "taskLimit": 0}),
        ("handle/setTaskOverTimeStop", {"taskIds": [19097], "overTime": -1}),
    ],
)
def test_values_out_of_bounds(bench: Bench, path: str, body: dict[str, Any]) -> None:
    assert bench.submit() == 19097
    assert bench.call.code(path, body) == 600


def test_a_2018_call_takes_task_numbers_under_either_name(bench: Bench) -> None:
    task_id = bench.submit()
    caller = Caller(bench.farm, dialect="v3")
    assert caller.code("task/stopTask", {"taskParam": [task_id]}) == 200
    assert caller.code("task/startTask", {"taskIds": [task_id]}) == 200
    assert caller.code("task/abortTask", {}) == 601
    assert caller.code("task/restartFrame", {"taskIds": task_id, "selectAll": 1}) == 200
