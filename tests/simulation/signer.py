"""A small client for the simulator's own tests: plain http.client, and a signer of its own."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import time
from collections.abc import Iterator
from typing import Any

from tests.simulator import Account, Renderbus

Flat = Iterator[tuple[str, str]]


def flat(value: Any, name: str = "") -> Flat:
    """Leaves as the protocol names them."""
    if isinstance(value, dict):
        for key in value:
            yield from flat(value[key], key if not name else name + "." + key)
    elif isinstance(value, list):
        for index in range(len(value)):
            yield from flat(value[index], name + str(index))
    else:
        yield name, str(value)


class Caller:
    """One account of a farm, in one dialect, on one kept connection."""

    def __init__(self, farm: Renderbus, account: Account | None = None, dialect: str = "current") -> None:
        self.farm = farm
        self.account = account or farm.account
        self.version = "1.0.0" if dialect == "v3" else "2.0.0"
        self._nonce = 100000
        self._connection = http.client.HTTPConnection(farm.domain, timeout=10)

    def headers(self, path: str, body: dict[str, Any], **changed: str) -> dict[str, str]:
        """Signed headers; `changed` ones are changed before signing, `key` is the key."""
        self._nonce += 1
        key = changed.pop("key", self.account.access_key)
        domain = changed.pop("domain", self.farm.domain)
        headers = {
            "accessId": self.account.access_id,
            "channel": "4",
            "platform": "2",
            "UTCTimestamp": str(int(time.time())),
            "nonce": str(self._nonce),
            "version": self.version,
            **changed,
        }
        parts = sorted(dict(flat({**headers, **body})).items())
        text = f"[POST]{domain}:{path}&" + "&".join(f"{name}={value}" for name, value in parts)
        digest = hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()
        return {**headers, "signature": base64.b64encode(digest).decode(), "Content-Type": "application/json"}

    def raw(self, path: str, content: bytes, headers: dict[str, str], method: str = "POST") -> tuple[int, bytes]:
        """(HTTP status, content); the connection is new after it broke."""
        try:
            self._connection.request(method, path, content, headers)
            answer = self._connection.getresponse()
            return answer.status, answer.read()
        except BaseException:
            self._connection.close()
            raise

    def envelope(self, path: str, body: dict[str, Any] | None = None, **changed: str) -> dict[str, Any]:
        """The whole answer; a path without a slash is below /api/render."""
        path = path if path.startswith("/") else f"/api/render/{path}"
        body = body or {}
        status, content = self.raw(path, json.dumps(body).encode(), self.headers(path, body, **changed))
        answer = json.loads(content)
        assert status in (200, 404)
        assert isinstance(answer, dict)
        return answer

    def code(self, path: str, body: dict[str, Any] | None = None, **changed: str) -> int:
        """The answer's code."""
        return int(self.envelope(path, body, **changed)["code"])

    def data(self, path: str, body: dict[str, Any] | None = None, **changed: str) -> Any:
        """The answer's data; it must be a success."""
        answer = self.envelope(path, body, **changed)
        assert answer["code"] == 200, answer
        return answer["data"]

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
