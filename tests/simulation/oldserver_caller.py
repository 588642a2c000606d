"""Raw requests to a simulated earlier Flamenco Server."""

from __future__ import annotations

import http.client
import json
import urllib.parse
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Said:
    """An answer: its status, what it says it is, and its bytes."""

    status: int
    kind: str
    content: bytes

    @property
    def data(self) -> Any:
        """The JSON document; None when there is none."""
        return json.loads(self.content) if self.content else None


def say(url: str, method: str, path: str, fields: Any = None, how: str = "form", raw: bytes = b"") -> Said:
    """One request; `fields` as a form or as JSON. Raises http.client.HTTPException and OSError."""
    kinds = {"form": "application/x-www-form-urlencoded", "json": "application/json"}
    body = raw or None
    headers = {}
    if fields is not None:
        text = json.dumps(fields) if how == "json" else urllib.parse.urlencode(fields, doseq=True)
        body, headers = text.encode(), {"Content-Type": kinds[how]}
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=60)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return Said(answer.status, answer.getheader("Content-Type") or "", answer.read())
    finally:
        connection.close()
