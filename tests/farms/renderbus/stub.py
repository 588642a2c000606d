"""A small server that answers as it is told and lets nothing unsigned pass.

The signature is checked by a second implementation: no code of Farmdeck is used here.
"""

from __future__ import annotations

import base64
import hmac
import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ACCESS_ID = "AKID-of-the-test-9Zq"
ACCESS_KEY = "key-of-the-test-7hT&=é"
WINDOW = 300
VERSIONS = {"1.0.0": "v3", "2.0.0": "current"}


def signature(key: str, domain: str, path: str, headers: dict[str, str], body: dict[str, Any]) -> str:
    """As a server does it: breadth first, without recursion."""
    signed = ("accessId", "channel", "platform", "UTCTimestamp", "nonce", "version")
    todo: list[tuple[str, Any]] = [(name, headers[name]) for name in signed if name not in body] + list(body.items())
    flat = []
    while todo:
        name, value = todo.pop(0)
        if type(value) is dict:
            todo.extend((name + "." + child if name else child, value[child]) for child in value)
        elif type(value) is list:
            todo.extend((name + str(place), child) for place, child in enumerate(value))
        else:
            assert type(value) in (str, int), f"{name} is {value!r}"  # nothing else may reach the wire
            flat.append((name, value))
    text = f"[POST]{domain}:{path}"
    for name, value in sorted(flat):
        text += f"&{name}={value}"
    return base64.encodebytes(hmac.digest(key.encode(), text.encode(), "sha256")).decode().strip()


@dataclass
class Reply:
    """An answer that is not the usual envelope."""

    status: int = 200
    content: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    """Close the connection instead."""
    promise: int = 0
    """So many bytes more are announced than come."""


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    body: dict[str, Any]


def refusal(code: int, message: str = "no", **more: Any) -> Reply:
    envelope = {"code": code, "message": message, "result": False, "data": None, "version": "2.0.0", **more}
    return Reply(content=json.dumps(envelope).encode())


class Stub:
    """`says[path]`: what the call answers, as `data`, a Reply, a function of the body, or a list of these in turn."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.domain = f"127.0.0.1:{server.server_address[1]}"
        self.says: dict[str, Any] = {}
        self.journal: list[Request] = []
        self.peers: set[tuple[str, int]] = set()
        self.ahead = 0.0
        """Seconds by which the server's clock is ahead."""
        self.tells_time = True
        self.nonces: set[str] = set()
        self._lock = threading.Lock()

    def answer(self, request: Request) -> Reply:
        with self._lock:
            self.journal.append(request)
            refused = self._refused(request)
            if refused is not None:
                return refused
            if request.path not in self.says:
                return refusal(404, "resource_not_found")
            said = self.says[request.path]
            if isinstance(said, Turns):
                said = said.next()
        if callable(said):
            said = said(request.body)
        if isinstance(said, Reply):
            return said
        now = int((time.time() + self.ahead) * 1000)
        envelope = {"version": "2.0.0", "result": True, "message": "success", "code": 200, "data": said}
        return Reply(content=json.dumps({**envelope, "serverTime": now, "requestId": "r-1"}).encode())

    def _refused(self, request: Request) -> Reply | None:
        headers = request.headers
        assert "Authorization" not in headers and "Cookie" not in headers
        dialect = VERSIONS[headers["version"]]
        assert ("languageFlag" in headers) == (dialect == "current")
        if headers["signature"] != signature(ACCESS_KEY, headers["Host"], request.path, headers, request.body):
            return refusal(611, "signature_invalid")
        now = time.time() + self.ahead
        if abs(int(headers["UTCTimestamp"]) - now) > WINDOW:
            clock = {"serverTime": int(now * 1000)} if self.tells_time else {}
            return refusal(610, "signature_expired", **clock)
        if headers["nonce"] in self.nonces:
            return refusal(603, "nonce replayed")
        self.nonces.add(headers["nonce"])
        return None

    def paths(self) -> list[str]:
        return [request.path for request in self.journal]


class Turns:
    """One answer after the other; the last one stays."""

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)

    def next(self) -> Any:
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


class Quiet(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news."""


@contextmanager
def serving(certificate: Path | None = None) -> Iterator[Stub]:
    """Over HTTPS when there is a certificate."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            stub.peers.add(self.client_address)
            content = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/json"
            reply = stub.answer(Request(self.path, dict(self.headers.items()), json.loads(content)))
            if reply.drop:
                self.close_connection = True
                return
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.content) + reply.promise))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.content)
            self.close_connection = self.close_connection or bool(reply.promise)

        def log_message(self, *args: Any) -> None:
            pass

    server = Quiet(("127.0.0.1", 0), Handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.daemon_threads = True
    stub = Stub(server)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="farmdeck-test-stub")
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
