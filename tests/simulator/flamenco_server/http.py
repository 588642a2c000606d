"""The HTTP side: HTTP/1.0, one request a connection, one request at a time, as the real one's development server."""

from __future__ import annotations

import contextlib
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import unquote

from .answers import Answer, Crash, NotFound, document, no_such_address, not_found, refused
from .calls import Call
from .fields import BadBody, BadField, Fields, read_fields
from .records import Request

if TYPE_CHECKING:
    from .server import FlamencoServer


class Http(ThreadingHTTPServer):
    """Listens from when it is made."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, port: int, server: FlamencoServer) -> None:
        self.flamenco = server
        super().__init__(("127.0.0.1", port), _Handler)


def answer(server: FlamencoServer, method: str, path: str, fields: Fields) -> Answer:
    """Find what serves the address, let it, and turn what it raises into the server's words."""
    routes = server.farm.dialect.routes
    for route in routes:
        matched = route.match(path)
        if matched is None:
            continue
        handler = route.methods.get("GET" if method == "HEAD" else method)
        if handler is None:
            return refused(405, "Method Not Allowed")
        parts = matched.groupdict()
        with server.farm.changed:
            try:
                return handler(Call(server.farm, int(parts.get("number") or 0), parts.get("rest") or "", fields))
            except NotFound:
                return not_found(path, [one.rule for one in routes])
            except BadField as exc:
                words, name = exc.args
                return document({"message": f"[{name}]: {words}" if server.farm.dialect.names_fields else words}, 400)
            except Crash:
                return refused(500, "Internal Server Error")
            finally:
                server.farm.changed.notify_all()
    return no_such_address()


class _Handler(BaseHTTPRequestHandler):
    server: Http
    protocol_version = "HTTP/1.0"
    server_version = "Werkzeug/0.9.6"
    sys_version = "Python/2.7.18"
    timeout = 60

    def log_message(self, *_: object) -> None:
        """Nothing on the screen: the journal has it."""

    def do_GET(self) -> None:
        flamenco = self.server.flamenco
        path, _, query = self.path.partition("?")
        path = unquote(path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = flamenco.faults.take(self.command, path)
        fields = Fields([], {}, b"")
        try:
            fields = read_fields(query, self.headers.get("Content-Type") or "", body)
            made = refused(500, "Internal Server Error")
            if fault is None or fault.acted:
                made = answer(flamenco, self.command, path, fields)
        except BadBody:
            made = refused(400, "Bad Request")
        if fault is not None and fault.status:
            made = refused(fault.status, "Internal Server Error")
        cut = fault is not None and not fault.status
        flamenco.record(Request(self.command, path, fields.plain, 0 if cut else made.status))
        if cut:
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return
        self._send(made)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_GET

    def _send(self, made: Answer) -> None:
        self.send_response(made.status)
        self.send_header("Content-Type", made.kind)
        self.send_header("Content-Length", str(len(made.content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(made.content)
