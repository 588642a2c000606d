"""How the server answers: JSON always said to be JSON, even when there is nothing; two kinds of errors."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

JSON = "application/json"


@dataclass(frozen=True)
class Answer:
    """Status and content."""

    status: int
    content: bytes
    kind: str = JSON


class Crash(Exception):
    """Something the real server does not catch: 500."""


class NotFound(Exception):
    """A matched address of something that is not there: 404 with suggestions."""


def document(value: Any, status: int = 200) -> Answer:
    """A JSON document."""
    return Answer(status, json.dumps(value, indent=2).encode())


def nothing(status: int = 204) -> Answer:
    """No content, said to be JSON all the same."""
    return Answer(status, b"")


def refused(status: int, message: str) -> Answer:
    """An error of a matched address: the key is `status`."""
    return document({"status": status, "message": message}, status)


def no_such_address() -> Answer:
    """An error of an address that nothing serves: the key is `code`."""
    return document({"code": 404, "message": "No interface defined for URL"}, 404)


def not_found(path: str, rules: Iterable[str]) -> Answer:
    """An error that suggests addresses like the one asked for. The words are flask-restful 0.3.0's."""
    plain = {re.sub("<.*>", "", rule): rule for rule in rules}
    close = difflib.get_close_matches(path, list(plain))
    meant = " or ".join(plain[name] for name in close)
    more = f". You have requested this URI [{path}] but did you mean {meant} ?" if close else ""
    return refused(404, "Not Found" + more)
