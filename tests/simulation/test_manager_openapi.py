"""Does the comparison with the OpenAPI file find what is wrong? Each case is a bug that was planted."""

from __future__ import annotations

import json
from collections.abc import Callable
from email.message import Message
from typing import Any

import pytest

from tests.simulation.manager_raw import ECHO, NOWHERE, Raw
from tests.simulator.flamenco import jobs, routes, validation
from tests.simulator.flamenco.call import Answer
from tests.simulator.flamenco.validation import FILE, Validator

needs_file = pytest.mark.skipif(not FILE.is_file(), reason="../shared/facts/flamenco3 is not there")
JSON = "application/json"


def said(operation: str, body: Any = None, kind: str = JSON, query: str = "", **path: str) -> list[str]:
    """What is found wrong with a request."""
    headers = Message()
    if kind:
        headers["Content-Type"] = kind
    validator = Validator()
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    validator.request(operation, path, query, headers, content)
    return validator.violations


@needs_file
@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"priority": "50"}, "'50' is not of type 'integer'"),
        ({"worker_tags": "x"}, "'worker_tags' was unexpected"),
        ({"initial_status": "started"}, "'started' is not one of"),
        ({"metadata": {"farmdeck.part": 0}}, "0 is not of type 'string'"),
        ({"storage": {"checkout_id": "x"}}, "'checkout_id' was unexpected"),
        ({"type_etag": None}, "None is not of type 'string'"),
    ],
)
def test_requests(change: dict[str, Any], found: str) -> None:
    assert said("submitJob", ECHO) == []
    violations = said("submitJob", {**ECHO, **change})
    assert len(violations) == 1 and found in violations[0], violations


@needs_file
def test_requests_around_the_body() -> None:
    missing = {key: value for key, value in ECHO.items() if key != "submitter_platform"}
    assert "'submitter_platform' is a required property" in said("submitJob", missing)[0]
    assert "the body's type is 'text/plain'" in said("submitJob", ECHO, "text/plain")[0]
    assert "is not JSON" in said("submitJob", b"{")[0]
    assert "a body is sent where none belongs" in said("deleteJob", {}, job_id=NOWHERE)[0]
    assert said("deleteJob", kind="", job_id=NOWHERE) == []
    assert "path parameter job_id is missing" in said("fetchJob", kind="")[0]
    assert "'much' is not of type 'integer'" in said("shamanFileStoreCheck", kind="", checksum="a", filesize="much")[0]
    assert "the query 'limit=5' is not declared" in said("fetchJobs", kind="", query="limit=5")[0]
    times = {"last_updated_max": "yesterday"}
    assert "'yesterday' is not a 'date-time'" in said("deleteJobMass", times)[0]


@needs_file
@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (Answer(201, {"status": "idle"}), "status 201 is not declared"),
        (Answer(200, {"status": "bored"}), "'bored' is not one of"),
        (Answer(200, {"status": "idle", "since": 1}), "'since' was unexpected"),
        (Answer(200, text=b"idle", kind="text/plain"), "is text/plain, not one of"),
        (Answer(200), "has no body"),
        (Answer(404, {"code": 404, "message": "no"}), "status 404 is not declared"),
    ],
)
def test_answers(answer: Answer, found: str) -> None:
    validator = Validator()
    validator.answer("getFarmStatus", Answer(200, {"status": "idle"}))
    assert validator.violations == []
    validator.answer("getFarmStatus", answer)
    assert len(validator.violations) == 1 and found in validator.violations[0], validator.violations


@needs_file
def test_known_deviations_are_no_violations_and_are_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    known = [("shamanFileStore", Answer()), ("getVariables", Answer(200, {"a": {"is_twoway": True, "value": "b"}}))]
    validator = Validator()
    for operation, answer in known:
        validator.answer(operation, answer)
    assert validator.violations == []
    monkeypatch.setattr(validation, "KNOWN_STATUSES", {})
    monkeypatch.setattr(validation, "KNOWN_REQUIRED", {})
    validator = Validator()
    for operation, answer in known:
        validator.answer(operation, answer)
    assert len(validator.violations) == 2


@needs_file
@pytest.mark.parametrize("planted", ["status", "time", "missing", "extra"])
def test_bugs_of_the_simulator_itself(manager: Raw, monkeypatch: pytest.MonkeyPatch, planted: str) -> None:
    whole = jobs.Job.document
    changes: dict[str, Callable[[dict[str, Any]], Any]] = {
        "status": lambda document: document.update(status="rendering"),
        "time": lambda document: document.update(updated="22 Nov 2026"),
        "missing": lambda document: document.pop("activity"),
        "extra": lambda document: document.update(progress=0.5),
    }

    def broken(self: jobs.Job, version: tuple[int, int]) -> dict[str, Any]:
        document = whole(self, version)
        changes[planted](document)
        return document

    job = manager.submit()
    manager.farm.assert_valid()
    monkeypatch.setattr(jobs.Job, "document", broken)
    manager.get(f"/jobs/{job}")
    with pytest.raises(AssertionError, match="fetchJob: the answer 200"):
        manager.farm.assert_valid()
    manager.farm.violations.clear()


@needs_file
def test_every_operation_of_the_file_is_there_but_the_workers_own() -> None:
    assert (file := validation._file()) is not None
    declared = {
        operation["operationId"]: operation["tags"][0]
        for path in file["paths"].values()
        for operation in path.values()
        if isinstance(operation, dict) and "operationId" in operation
    }
    ours = {route.operation for route in routes.ROUTES if route.until == routes.FOREVER}
    assert ours <= declared.keys()
    left = {name for name, tag in declared.items() if name not in ours and tag != "worker"}
    assert left == {
        "checkSharedStoragePath",
        "findBlenderExePath",
        "checkBlenderExePath",
        "saveSetupAssistantConfig",
        "getConfigurationFile",
        "updateConfigurationFile",
    }


def test_without_the_file_all_works_unvalidated(
    make_manager: Callable[..., Raw], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validation, "_file", lambda: None)
    manager = make_manager()
    assert not manager.farm.validator.active
    assert manager.post("/jobs", {**ECHO, "priority": "high"}, 400).keys() == {"message"}
    manager.farm.finish()
    manager.farm.assert_valid()
