"""A small server that answers a Manager's paths as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Reply:
    """An answer that is not just JSON."""

    status: int = 200
    content: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    """Close the connection instead."""
    promise: int = 0
    """So many bytes more are announced than come."""


def complaint(status: int, message: str, **headers: str) -> Reply:
    """An error as the API writes it."""
    return Reply(status, json.dumps({"code": status, "message": message}).encode(), headers)


class Stub:
    """`says[path]`: what is answered, as JSON or a Reply, or a tuple of those in turn, of which the last one stays."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.says: dict[str, Any] = {}
        self.journal: list[tuple[str, str, bytes]] = []
        """Method, path and body of each request."""
        self.headers: list[dict[str, str]] = []
        self._asked: dict[str, int] = {}
        self._guard = threading.Lock()

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        with self._guard:
            self.journal.append((method, path, body))
            self.headers.append(headers)
            turn = self._asked.get(path, 0)
            self._asked[path] = turn + 1
        said = self.says.get(path, Reply(404, b'{"message":"Not Found"}'))
        if isinstance(said, tuple):
            said = said[min(turn, len(said) - 1)]
        return said if isinstance(said, Reply) else Reply(content=json.dumps(said).encode())

    def times(self, path: str) -> int:
        """How often a path was asked for."""
        return self._asked.get(path, 0)


class Quiet(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news."""


@contextmanager
def serving() -> Iterator[Stub]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            reply = stub.answer(self.command, self.path, dict(self.headers.items()), body)
            if reply.drop:
                self.close_connection = True
                return
            self.send_response(reply.status)
            self.send_header("Content-Length", str(len(reply.content) + reply.promise))
            for name, value in reply.headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(reply.content)
            self.close_connection = self.close_connection or bool(reply.promise)

        do_POST = do_DELETE = do_GET

        def log_message(self, *args: Any) -> None:
            pass

    server = Quiet(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    stub = Stub(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="farmdeck-test-stub")
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
