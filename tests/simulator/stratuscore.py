"""A simulated StratusCore: `POST api/v1/render/jobdata` as its document shows it, strict in every point, with faults.

Written from the document alone; it imports nothing of Farmdeck. What the document leaves open (which code a refusal
has, whether a mission that comes twice counts twice) is chosen here so that a client's mistake shows.
"""

from __future__ import annotations

import json
import re
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from xml.etree import ElementTree

PATH = "/api/v1/render/jobdata"
MODELS = "http://schemas.datacontract.org/2004/07/ApiModels"
API_MODELS = "http://schemas.datacontract.org/2004/07/Api.Models"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
FIELDS = (
    "MissionId", "MissionGuid", "Email", "JobType", "RunDate", "JobStatus", "Frames", "RenderHours", "SoftwareName",
    "SoftwareVersion", "JobOriginator", "OriginatorVersion", "RenderEngine", "CreditsUsed", "SaasCreditsUsed",
)  # fmt: skip
"""In the order of the JSON sample."""
MAY_BE_NULL = ("MissionGuid", "CreditsUsed", "SaasCreditsUsed", "RenderHours")
"""The sample's, and the hours of a job whose farm tells none."""
_NUMBER = r"\d+(\.\d+)?"
SHAPES = {
    "MissionId": r"[^\n]+",
    "MissionGuid": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "Email": r"[^@\s]+@[^@\s]+",
    "JobType": "[123]",
    "RunDate": r"\d{4}-[01]\d-[0-3]\d [0-2]\d:[0-5]\d:[0-5]\d",
    "JobStatus": "[123]",
    "Frames": r"\d+",
    "RenderHours": _NUMBER,
    "SoftwareName": "BLD|C4D|MAX|MAY",
    "CreditsUsed": _NUMBER,
    "SaasCreditsUsed": _NUMBER,
}


@dataclass
class Fault:
    """What goes wrong with one request, or with several."""

    kind: str
    """One of:
    `cut before`: the connection ends, and nothing was taken; `cut after`: it was taken;
    `silent`: it was taken, and no answer comes; `endless`: it was taken, and the answer never stops;
    `slow`: it was taken, and is answered when the test says;
    `status`: HTTP `status` with `said`; `answer`: HTTP 200 with it.
    """
    status: int = 500
    said: bytes = b"<html>Internal Server Error</html>"
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1


@dataclass(frozen=True)
class Received:
    """A request that got through, faults apart."""

    content_type: str
    body: bytes
    fields: dict[str, str | None]
    """What the Request held; empty when it could not be read."""
    refused: str
    """Why it is not as in the document; "" when it is."""


class StratusCore:
    """The service on a port of this machine; a context manager."""

    def __init__(self, id: str = "170200123", key: str = "467512342123") -> None:
        self.id, self.key = id, key
        self.received: list[Received] = []
        """Every request that was read to its end, in order."""
        self.taken: list[dict[str, str | None]] = []
        """The reports that count."""
        self.faults: list[Fault] = []
        self.go_on = threading.Event()
        """Set by the test: a slow answer comes now."""
        self.came = threading.Event()
        """Set whenever a request was read."""
        self._lock = threading.Lock()
        self._http = _Http(("127.0.0.1", 0), self)
        self._thread = threading.Thread(
            target=self._http.serve_forever, args=(0.02,), name="simulated-stratuscore", daemon=True
        )

    def __enter__(self) -> StratusCore:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.go_on.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(10)

    @property
    def url(self) -> str:
        """What a studio's settings name."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def missions(self) -> list[str | None]:
        """The MissionId of each report that counts."""
        return [report["MissionId"] for report in list(self.taken)]

    def read(self, path: str, content_type: str, body: bytes) -> tuple[Received, Fault | None]:
        """Judge one request, and say what is to go wrong with it."""
        kind = content_type.split(";")[0].strip().lower()
        fields: dict[str, str | None] = {}
        try:
            if path != PATH:
                raise _Refused("no such call")
            id, key, fields = _READERS[kind](body) if kind in _READERS else _unknown(kind)
            if (id, key) != (self.id, self.key):
                raise _Refused("unknown Id or Key")
            _check(fields)
            why = ""
        except _Refused as exc:
            why = str(exc)
        received = Received(content_type, body, fields, why)
        with self._lock:
            fault = self.faults[0] if self.faults else None
            if fault is not None:
                fault.times -= 1
                if not fault.times:
                    self.faults.remove(fault)
            self.received.append(received)
            if not why and (fault is None or fault.kind in ("cut after", "silent", "slow", "endless")):
                self.taken.append(fields)
        self.came.set()
        return received, fault


class _Refused(Exception):
    """Not as in the document."""


def _unknown(kind: str) -> Any:
    raise _Refused(f"Content-Type {kind}")


def _read_json(body: bytes) -> tuple[str | None, str | None, dict[str, str | None]]:
    try:
        doc = json.loads(body)
        who, request = doc["Authentication"], doc["Request"]
    except (ValueError, KeyError, TypeError):
        raise _Refused("no Authentication and Request") from None
    if set(doc) != {"Authentication", "Request"} or set(who) != {"Id", "Key"}:
        raise _Refused(f"odd keys {sorted(doc)} {sorted(who)}")
    if not all(value is None or isinstance(value, str) for value in request.values()):
        raise _Refused("a value that is no text")
    return who["Id"], who["Key"], request


def _read_xml(body: bytes) -> tuple[str | None, str | None, dict[str, str | None]]:
    """As the data contract serializer reads: every name with its namespace, the elements in the alphabet's order."""
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as exc:
        raise _Refused(f"XML: {exc}") from None
    if root.tag != f"{{{MODELS}}}RenderJobBindingModel":
        raise _Refused(f"root {root.tag}")
    if [child.tag for child in root] != [f"{{{MODELS}}}Authentication", f"{{{MODELS}}}Request"]:
        raise _Refused("children of the root")
    who, request = root
    if [child.tag for child in who] != [f"{{{API_MODELS}}}Id", f"{{{API_MODELS}}}Key"]:
        raise _Refused("children of Authentication")
    names = [child.tag for child in request]
    if names != [f"{{{MODELS}}}{name}" for name in sorted(FIELDS)]:
        raise _Refused("names, namespace or order of the Request")
    for child in request:
        if dict(child.attrib) not in ({}, {NIL: "true"}) or (child.attrib and (child.text or len(child))):
            raise _Refused(f"{child.tag}: {child.attrib}")
    values = {child.tag.split("}")[1]: None if child.attrib else child.text or "" for child in request}
    return who[0].text, who[1].text, {name: values[name] for name in FIELDS}


_READERS: dict[str, Callable[[bytes], tuple[str | None, str | None, dict[str, str | None]]]] = {
    "application/json": _read_json,
    "text/json": _read_json,
    "application/xml": _read_xml,
    "text/xml": _read_xml,
}


def _check(fields: dict[str, str | None]) -> None:
    if tuple(fields) != FIELDS:
        raise _Refused(f"fields {list(fields)}")
    for name, value in fields.items():
        if value is None:
            if name not in MAY_BE_NULL:
                raise _Refused(f"{name} is null")
        elif not re.fullmatch(SHAPES.get(name, r"[^\n]+"), value):
            raise _Refused(f"{name} is {value!r}")


def answer(code: str, description: str, xml: bool) -> bytes:
    """A Message as in the document's samples."""
    if not xml:
        return json.dumps({"Message": {"Code": code, "Description": description}}).encode()
    instance = "http://www.w3.org/2001/XMLSchema-instance"
    return (
        f'<ContactsOutgoingModel xmlns:i="{instance}" xmlns="{MODELS}"><Message xmlns:d2p1="{API_MODELS}">'
        f"<d2p1:Code>{code}</d2p1:Code><d2p1:Description>{description}</d2p1:Description>"
        "</Message></ContactsOutgoingModel>"
    ).encode()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], service: StratusCore) -> None:
        self.service = service
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is none of our business; anything else is a bug, and shown."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Http
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        service = self.server.service
        length = int(self.headers["Content-Length"])
        received, fault = service.read(self.path, self.headers.get("Content-Type", ""), self.rfile.read(length))
        if fault is not None and fault.kind in ("cut before", "cut after"):
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        if fault is not None and fault.kind in ("silent", "slow"):
            service.go_on.wait(60)
            if fault.kind == "silent":
                self.close_connection = True
                return
        if fault is not None and fault.kind == "endless":
            self._say_for_ever()
            return
        xml = "xml" in self.headers.get("Accept", "")
        if fault is not None and fault.kind in ("status", "answer"):
            self._say(fault.status if fault.kind == "status" else 200, fault.said, xml, fault.headers)
        elif received.refused == "no such call":
            self._say(404, b"<html>Not Found</html>", xml, {})
        elif received.refused:
            code = "11" if "Key" in received.refused else "21"
            self._say(200, answer(code, received.refused, xml), xml, {})
        else:
            self._say(200, answer("00", "Success", xml), xml, {})

    def _say(self, status: int, said: bytes, xml: bool, headers: dict[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"application/{'xml' if xml else 'json'}; charset=utf-8")
        self.send_header("Content-Length", str(len(said)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(said)

    def _say_for_ever(self) -> None:
        """Until the client goes away, or the service ends."""
        self.close_connection = True
        self.send_response(200)
        self.end_headers()
        while not self.server.service.go_on.is_set():
            self.wfile.write(b" " * 65536)

    def log_message(self, format: str, *args: object) -> None:
        """Tests look at `received`."""
