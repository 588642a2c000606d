"""The HTTP side: HTTP/1.1 with kept connections, a thread each; faults happen here."""

from __future__ import annotations

import contextlib
import json
import secrets
import socket
import time
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

from . import routes
from .call import Call, check_parameters
from .codes import CODES, Refusal
from .faults import Fault
from .gate import Gate, decode
from .journal import Request, last_name
from .listener import KeptConnections, Listener

if TYPE_CHECKING:
    from .renderbus import Renderbus

PAGE_OF_A_PROXY = b"<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"
HTML, JSON = "text/html; charset=utf-8", "application/json;charset=UTF-8"


class _Http(KeptConnections):
    def __init__(self, address: tuple[str, int], farm: Renderbus) -> None:
        self.farm = farm
        self.gate = Gate(farm)
        self.last_answer = b"{}"
        super().__init__(address, _Handler)


class Server(Listener):
    """Listens from when it is made, answers from `start` to `stop`."""

    def __init__(self, farm: Renderbus, host: str, port: int) -> None:
        super().__init__(_Http((host, port), farm), "simulated-farm-server")


@dataclass
class _Answer:
    """What the farm would say, faults apart."""

    envelope: dict[str, Any]
    status: int = 200
    call: str = ""
    body: Any = None
    acted: bool = False


def answer(http: _Http, path: str, headers: Message, content: bytes, client: str) -> _Answer:
    """Check a request, do what it asks, and say so."""
    farm = http.farm
    version = headers.get("version") or "2.0.0"
    made = _Answer({})
    data: Any = None
    try:
        made.body = decode(content)
        found = routes.find(path, version, farm.settings.dialects)
        if found is None:
            made.status = 404
            raise Refusal(404, path)
        dialect, route = found
        version = "1.0.0" if dialect == "v3" else "2.0.0"
        made.call = route.call
        with farm.changed:
            account = http.gate.admit(path, headers, made.body, client)
            given = check_parameters(_parameters(route, dialect), made.body)
            data = route.handler(Call(farm, account, path, dialect, path.endswith("/v2"), given))
            farm.changed.notify_all()
        made.acted = True
        made.envelope = envelope(farm, version, 200, CODES[200], data)
    except Refusal as refusal:
        made.envelope = envelope(farm, version, refusal.code, refusal.message, None)
    return made


def _parameters(route: routes.Route, dialect: str) -> str:
    return route.v3_parameters if dialect == "v3" and route.v3_parameters is not None else route.parameters


def envelope(farm: Renderbus, version: str, code: int, message: str, data: Any) -> dict[str, Any]:
    """What is around every answer; the 2018 protocol has no requestId."""
    made = {
        "version": version,
        "result": code == 200,
        "message": message,
        "code": code,
        "data": data,
        "serverTime": farm.now_ms(),
    }
    return made if version == "1.0.0" else {**made, "requestId": f"{secrets.token_hex(3)}-{farm.now_ms()}"}


class _Handler(BaseHTTPRequestHandler):
    server: _Http
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 60

    def log_message(self, *_: object) -> None:
        """Nothing on the screen: the journal has it."""

    def do_GET(self) -> None:
        self._send(405, JSON, json.dumps(envelope(self.server.farm, "2.0.0", 603, CODES[603], None)).encode())

    do_PUT = do_DELETE = do_HEAD = do_GET

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.partition("?")[0]
        found = routes.find(path, self.headers.get("version") or "", {"v3", "current"})
        names = frozenset({path, last_name(path), found[1].call if found else ""})
        fault = self.server.farm.faults.take(names)
        if fault is not None and fault.kind == "latency":
            time.sleep(fault.seconds)
        if fault is None or fault.after_acting:
            made = answer(self.server, path, self.headers, content, self.client_address[0])
        else:
            made = _Answer({}, call=found[1].call if found else "", body=_readable(content))
        self._reply(path, made, fault)

    def _reply(self, path: str, made: _Answer, fault: Fault | None) -> None:
        farm = self.server.farm
        status, kind, content = _spoiled(self.server, made, fault)
        code = _code(made, fault)
        request = Request(
            path,
            last_name(path),
            made.call,
            dict(self.headers),
            made.body,
            code,
            made.acted,
            fault.kind if fault else "",
        )
        farm.record(request)
        if fault is not None and fault.kind in ("drop_before", "drop_after"):
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.server.last_answer = content
        self._send(status, kind, content)

    def _send(self, status: int, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def _readable(content: bytes) -> Any:
    try:
        return decode(content)
    except Refusal:
        return None


def _code(made: _Answer, fault: Fault | None) -> int:
    if fault is None or fault.kind in ("latency", "null_data", "missing_data", "wrong_data"):
        return int(made.envelope.get("code", 0))
    return fault.code if fault.kind == "code" else 0


def _spoiled(http: _Http, made: _Answer, fault: Fault | None) -> tuple[int, str, bytes]:
    """Status, type and content of the answer after a fault."""
    kind = fault.kind if fault else ""
    if fault is not None and fault.status:
        return fault.status, HTML, PAGE_OF_A_PROXY
    if kind == "html":
        return 200, HTML, PAGE_OF_A_PROXY
    if kind == "empty":
        return 200, JSON, b""
    if kind == "duplicated":
        return 200, JSON, http.last_answer
    if fault is not None and kind == "code":
        text = fault.message or CODES.get(fault.code, "fail")
        made.envelope = envelope(http.farm, "2.0.0", fault.code, text, None)
    if fault is not None and kind in ("null_data", "wrong_data"):
        made.envelope["data"] = fault.data
    if kind == "missing_data":
        made.envelope.pop("data", None)
    content = json.dumps(made.envelope, ensure_ascii=False, separators=(",", ":")).encode()
    return made.status, JSON, content[: max(1, len(content) // 2)] if kind == "truncated_json" else content
