"""Requests and answers compared with the OpenAPI file of the Manager, when it is there; stricter than the Manager.

The file lies beside the checkout, in ../shared/facts/flamenco3. Beyond its schemas, a property that it does not know
is a fault too, so that a misspelt one is found. What the real program does against its own file is in KNOWN.
"""

from __future__ import annotations

import copy
import datetime
import functools
import json
import re
from email.message import Message
from pathlib import Path
from typing import Any

from .call import Answer

FILE = Path(__file__).parents[4] / "shared" / "facts" / "flamenco3" / "flamenco-openapi.yaml"
NEWEST = (3, 9)

KNOWN_STATUSES = {
    "shamanFileStore": {200: "api_impl/shaman.go: ShamanFileStore ends without a status, which is 200"},
    "fetchJob": {400: "api_impl/jobs_query.go: fetchJob", 404: "api_impl/jobs_query.go: fetchJob"},
    "deleteJobWhatWouldItDo": {400: "api_impl/jobs.go: fetchJob", 404: "api_impl/jobs.go: fetchJob"},
    "getJobType": {404: "api_impl/jobs.go: GetJobType"},
    "fetchJobLastRenderedInfo": {400: "api_impl/jobs.go: FetchJobLastRenderedInfo"},
    "fetchWorker": {400: "api_impl/worker_mgt.go: FetchWorker", 404: "api_impl/worker_mgt.go: FetchWorker"},
    "fetchWorkerTag": {400: "api_impl/worker_mgt.go: FetchWorkerTag", 404: "api_impl/worker_mgt.go: FetchWorkerTag"},
}
"""Statuses that the program gives although its file does not have them. Source: 3.9-beta1, internal/manager."""

KNOWN_REQUIRED = {
    "ManagerVariable": {"name": "api_impl/meta.go: GetVariables gives none, nor does the schema have one"},
    "JobTasksSummary": {"jobs": "api_impl/jobs_query.go: FetchJobTasks gives tasks"},
    "EventLastRenderedUpdate": {"task_id": "eventbus/events_jobs.go: NewLastRenderedUpdate gives none"},
    "RegisteredWorker": {"current_task": "api_impl/workers.go: RegisterWorker gives none"},
    "Error": {"code": "the check of requests and the router answer with a message alone"},
}
"""Properties that a schema requires and the program does not send."""

NEWER = {
    "git": (3, 3),
    "steps_completed": (3, 8),
    "steps_total": (3, 8),
    "total_step_count": (3, 8),
    "index_in_job": (3, 6),
    "can_restart": (3, 3),
}
"""Required properties that earlier Managers do not send."""

ERROR: dict[str, Any] = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}
"""What an error looks like, where the file does not say it."""

LONG = 100
"""Of a longer list only as many are looked at: a thousand jobs would take half a second."""

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")


@functools.lru_cache(maxsize=1)
def _file() -> dict[str, Any] | None:
    """The OpenAPI file, or None where it is not."""
    if not FILE.is_file():
        return None
    import yaml

    loaded: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return loaded


def _schemas(file: dict[str, Any], version: tuple[int, int]) -> dict[str, Any]:
    """The file's schemas as JSON schemas that know no other properties than theirs."""
    schemas = copy.deepcopy(file["components"]["schemas"])
    made = {}
    for name, schema in schemas.items():
        schema = _merged(schema, schemas)
        missing = set(KNOWN_REQUIRED.get(name, ())) | {key for key, since in NEWER.items() if version < since}
        if "required" in schema:
            schema["required"] = [key for key in schema["required"] if key not in missing]
        made[name] = _closed(schema)
    return made


def _merged(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """`allOf` as one schema: what may be there can only be said of the whole."""
    if "allOf" not in schema:
        return schema
    whole: dict[str, Any] = {"type": "object", "properties": {}, "required": []}
    for part in schema["allOf"]:
        if "$ref" in part:
            part = _merged(schemas[part["$ref"].rpartition("/")[2]], schemas)
        whole["properties"].update(part.get("properties", {}))
        whole["required"] += part.get("required", [])
    return whole


def _closed(schema: Any) -> Any:
    """The schema, and those in it, without room for other properties; `nullable` as JSON schemas say it."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}
    made = {key: _closed(one) for key, one in schema.items() if key not in ("example", "description", "nullable")}
    if isinstance(schema.get("properties"), dict) and "additionalProperties" not in schema:
        made["additionalProperties"] = False
    if isinstance(schema.get("properties"), dict):
        made["properties"] = {key: _closed(one) for key, one in schema["properties"].items()}
    if schema.get("nullable") is True:
        made = {"anyOf": [made, {"type": "null"}]}
    return made


class Validator:
    """Collects what is not as the file says in `violations`; silent where the file is not there (`active` is False)."""

    def __init__(self, version: tuple[int, int] = NEWEST) -> None:
        self.violations: list[str] = []
        self._file = _file()
        self._operations: dict[str, dict[str, Any]] = {}
        if self._file is None:
            return
        self._schemas = _schemas(self._file, version)
        for path in self._file["paths"].values():
            shared = path.get("parameters", [])
            for operation in path.values():
                if isinstance(operation, dict) and "operationId" in operation:
                    parameters = [*shared, *operation.get("parameters", [])]
                    self._operations[operation["operationId"]] = {**operation, "parameters": parameters}

    @property
    def active(self) -> bool:
        """Is the file there?"""
        return self._file is not None

    def request(
        self, operation: str, path: dict[str, str], query: str, headers: Message, content: bytes | None
    ) -> None:
        """Compare a request; content None: an upload, whose bytes are not looked at."""
        known = self._operations.get(operation)
        if known is None:
            return
        if query:  # no operation has any
            self._add(operation, f"the query {query!r} is not declared")
        for parameter in known["parameters"]:
            self._parameter(operation, parameter, path, headers)
        body = known.get("requestBody")
        if body is None:
            if content:
                self._add(operation, f"a body is sent where none belongs: {content[:80]!r}")
            return
        kind = headers.get("Content-Type", "").split(";")[0].strip()
        if kind not in body["content"]:
            if content != b"" or body.get("required"):
                self._add(operation, f"the body's type is {kind!r}, not one of {list(body['content'])}")
        elif content is not None and kind == "application/json":
            self._content(operation, "the request", content, body["content"][kind]["schema"])

    def _parameter(self, operation: str, parameter: dict[str, Any], path: dict[str, str], headers: Message) -> None:
        name, place = parameter["name"], parameter["in"]
        value: Any = path.get(name) if place == "path" else headers.get(name)
        if value is None:
            if parameter.get("required"):
                self._add(operation, f"{place} parameter {name} is missing")
            return
        kind = parameter["schema"].get("type")
        if kind == "boolean":
            value = {"true": True, "false": False}.get(value.lower(), value)  # the Blender add-on sends True
        elif kind == "integer" and re.fullmatch(r"-?\d+", value):
            value = int(value)
        self._check(operation, f"{place} parameter {name}", value, parameter["schema"])

    def answer(self, operation: str, answer: Answer) -> None:
        """Compare an answer."""
        known = self._operations.get(operation)
        if known is None:
            return
        status, responses = str(answer.status), known["responses"]
        found = responses.get(status)
        if found is None and answer.status >= 300:
            found = responses.get("default")
        if found is None:
            if answer.status not in KNOWN_STATUSES.get(operation, {}) and not _of_the_check(answer):
                self._add(operation, f"status {status} is not declared")
            if answer.status < 300:
                return
            found = ERROR
        self._answered(operation, answer, found.get("content", {}))

    def _answered(self, operation: str, answer: Answer, content: dict[str, Any]) -> None:
        what = f"the answer {answer.status}"
        if answer.document is None:
            kind = answer.kind.split(";")[0]
            if kind and answer.text and kind not in content:
                self._add(operation, f"{what} is {kind}, not one of {list(content)}")
            elif content and not kind:
                self._add(operation, f"{what} has no body, of {list(content)}")
        elif "application/json" not in content and answer.status >= 400:
            # api_impl/api_impl.go: sendAPIError explains itself also where the file declares no body.
            self._check(operation, what, answer.document, ERROR["content"]["application/json"]["schema"])
        elif "application/json" not in content:
            self._add(operation, f"{what} has a JSON body where none is declared")
        else:
            self._check(operation, what, answer.document, content["application/json"]["schema"])

    def event(self, name: str, payload: Any) -> None:
        """Compare a live event with the schema of that name."""
        if self.active:
            self._check("live event", name, payload, {"$ref": f"#/components/schemas/{name}"})

    def _content(self, operation: str, what: str, content: bytes, schema: dict[str, Any]) -> None:
        try:
            document = json.loads(content)
        except ValueError as error:
            self._add(operation, f"{what} is not JSON: {error}")
            return
        self._check(operation, what, document, schema)

    def _check(self, operation: str, what: str, document: Any, schema: dict[str, Any]) -> None:
        import jsonschema

        if isinstance(document, dict):
            document = {key: one[:LONG] if isinstance(one, list) else one for key, one in document.items()}
        whole = {**_closed(schema), "components": {"schemas": self._schemas}}
        checker = jsonschema.Draft202012Validator(whole, format_checker=_formats())
        for error in checker.iter_errors(document):
            self._add(operation, f"{what}, at {error.json_path}: {error.message[:300]}")

    def _add(self, operation: str, text: str) -> None:
        self.violations.append(f"{operation}: {text}")


def _of_the_check(answer: Answer) -> bool:
    """Is it an answer of the check of requests, which comes before any operation?"""
    return answer.status == 400 and isinstance(answer.document, dict) and "code" not in answer.document


@functools.lru_cache(maxsize=1)
def _formats() -> Any:
    """How texts of a format look; those of other formats are not looked at."""
    import jsonschema

    checker = jsonschema.FormatChecker(formats=())

    @checker.checks("date-time", raises=ValueError)
    def is_time(text: object) -> bool:
        if not isinstance(text, str):
            return True
        datetime.datetime.fromisoformat(text)
        return TIME.fullmatch(text) is not None

    @checker.checks("HH:MM")
    def is_time_of_day(text: object) -> bool:
        return not isinstance(text, str) or re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text) is not None

    return checker
