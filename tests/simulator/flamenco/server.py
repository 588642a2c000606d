"""The HTTP side: HTTP/1.1 with kept connections, a thread each; faults happen here."""

from __future__ import annotations

import contextlib
import io
import json
import socket
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from tests.simulator.listener import KeptConnections, Listener

from . import routes
from .call import Answer, Call, Refusal, check_body
from .faults import Fault
from .journal import Request
from .sockets import accept_key

if TYPE_CHECKING:
    from .manager import Manager

PAGE_OF_A_PROXY = b"<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"
KINDS = {".txt": "text/plain; charset=utf-8", ".jpg": "image/jpeg"}


class _Http(KeptConnections):
    def __init__(self, port: int, farm: Manager) -> None:
        self.farm = farm
        super().__init__(("127.0.0.1", port), _Handler)


class Server(Listener):
    """Listens from when it is made, answers from `start` to `stop`."""

    def __init__(self, farm: Manager, port: int) -> None:
        super().__init__(_Http(port, farm), "simulated-manager")


class _Body:
    """A request's body, of a known length or in chunks; what is left of it can be read away."""

    def __init__(self, stream: io.BufferedIOBase, length: int, chunked: bool) -> None:
        self._stream, self._left, self._chunked = stream, length, chunked

    def read(self, size: int = -1, /) -> bytes:
        """Up to that many bytes, b"" at the end."""
        if self._left == 0 and self._chunked:
            self._next_chunk()
        size = self._left if size < 0 else min(size, self._left)
        found = self._stream.read1(size) if size else b""
        self._left = self._left - len(found) if found else 0
        if self._chunked and found and self._left == 0:
            self._stream.readline()
        return found

    def whole(self) -> bytes:
        """All that is left."""
        return b"".join(iter(self.read, b""))

    def _next_chunk(self) -> None:
        self._left = int(self._stream.readline().split(b";")[0] or b"0", 16)
        if self._left == 0:
            self._chunked = False
            self._stream.readline()


class _Handler(BaseHTTPRequestHandler):
    server: _Http
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 60

    def log_message(self, *_: object) -> None:
        """Nothing on the screen: the journal has it."""

    def do_GET(self) -> None:
        path = unquote(self.path.partition("?")[0])
        if path == "/socket.io/":
            self._socket()
        elif path == "/":
            self._send(Answer(307, headers={"Location": "/app/"}))
        elif path.startswith("/job-files/"):
            self._send(_static(self.server.farm.local, path.removeprefix("/job-files/")))
        else:
            self._api(path)

    def do_POST(self) -> None:
        self._api(unquote(self.path.partition("?")[0]))

    do_PUT = do_DELETE = do_POST

    def _api(self, path: str) -> None:
        farm = self.server.farm
        chunked = "chunked" in self.headers.get("Transfer-Encoding", "")
        body = _Body(self.rfile, int(self.headers.get("Content-Length") or 0), chunked)
        try:
            route, names = routes.find(self.command, path, farm.version)
        except Refusal as refusal:
            body.whole()
            self._finish(Request("", self.command, path, dict(self.headers), None, refusal.status), _refused(refusal))
            return
        fault = farm.faults.take(route.operation)
        kind = fault.kind if fault else ""
        if fault is not None and kind == "slow":
            farm.closing.wait(fault.seconds)
        content = None if route.operation == "shamanFileStore" else body.whole()
        document = _decoded(content)
        farm.validator.request(route.operation, names, self.path.partition("?")[2], self.headers, content)
        if fault is None or kind in ("slow", "cut_after"):
            answer = self._done(route, Call(farm, names, self.headers, document, body), content or b"")
            farm.validator.answer(route.operation, answer)
        else:
            answer = _spoiled(fault)
        request = Request(route.operation, self.command, path, dict(self.headers), document, answer.status, kind)
        if not answer.close:
            body.whole()
        self._finish(request, None if kind.startswith("cut") else answer)

    def _done(self, route: routes.Route, call: Call, content: bytes) -> Answer:
        """Do what is asked; all but uploads one at a time."""
        try:
            if route.operation == "shamanFileStore":
                return route.handler(call)
            if route.body:
                _check_kind(self.headers.get("Content-Type", ""), content)
            check_body(route.body, call.body, call.farm.version)
            with call.farm.changed:
                answer = route.handler(call)
                call.farm.changed.notify_all()
            return answer
        except Refusal as refusal:
            return _refused(refusal)

    def _finish(self, request: Request, answer: Answer | None) -> None:
        """Remember the request; then answer, or cut the connection."""
        self.server.farm.record(request)
        if answer is not None:
            self._send(answer)
            return
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _send(self, answer: Answer) -> None:
        content, kind = answer.text, answer.kind
        if answer.document is not None:
            content, kind = json.dumps(answer.document).encode() + b"\n", "application/json"
            if self.server.farm.version < (3, 6):
                kind = "application/json; charset=UTF-8"
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if kind:
            self.send_header("Content-Type", kind)
        if answer.close:
            self.close_connection = True
            self.send_header("Connection", "close")
        if answer.status != 204:
            self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def _socket(self) -> None:
        """Upgrade to a websocket and stay there."""
        key = self.headers.get("Sec-WebSocket-Key")
        farm = self.server.farm
        if key is None or not farm.live_events:
            text = b"Upgrade failed: websocket: the client is not using the websocket protocol\n"
            self._send(Answer(503, text=text, kind="text/plain; charset=utf-8"))
            return
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", accept_key(key))
        self.end_headers()
        self.wfile.flush()
        self.connection.settimeout(None)
        self.close_connection = True
        farm.sockets.serve(self.connection, self.rfile)


def _decoded(content: bytes | None) -> Any:
    try:
        return json.loads(content) if content else None
    except ValueError:
        return None


def _check_kind(kind: str, content: bytes) -> None:
    """As the Manager's check of requests does. Raises Refusal 400."""
    if not content:
        raise Refusal(400, "request body has an error: value is required but missing", bare=True)
    if kind.split(";")[0].strip() != "application/json":
        raise Refusal(400, f'request body has an error: header Content-Type has unexpected value "{kind}"', bare=True)
    try:
        json.loads(content)
    except ValueError as error:
        text = f"request body has an error: failed to decode request body: {error}"
        raise Refusal(400, text, bare=True) from error


def _refused(refusal: Refusal) -> Answer:
    return Answer(refusal.status, refusal.document(), headers=refusal.headers)


def _spoiled(fault: Fault) -> Answer:
    """The answer of a Manager, or of a proxy before it, that did nothing."""
    if fault.kind == "busy":
        text = "too busy to queue job deletion, try again later"
        return _refused(Refusal(503, text, retry_after=int(fault.seconds)))
    if fault.kind == "proxy":
        return Answer(fault.status, text=PAGE_OF_A_PROXY, kind="text/html; charset=utf-8")
    return _refused(Refusal(fault.status, fault.message))


def _static(folder: Path, name: str) -> Answer:
    """A file of the Manager's own storage."""
    file = (folder / name).resolve()
    if folder.resolve() not in file.parents or not file.is_file():
        return _refused(Refusal(404, "Not Found", bare=True))
    return Answer(text=file.read_bytes(), kind=KINDS.get(file.suffix, "application/octet-stream"))
