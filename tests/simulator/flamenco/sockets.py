"""Live events: Engine.IO 3 and Socket.IO 2 over a websocket, as the Manager's library speaks them.

Text frames: "0{...}" and "40" on opening, "2" answered by "3", `42["/subscription",{...}]` acknowledged by `43[...]`
where it has a number, events as `42["/jobs",{...}]`. Source: Flamenco 3.9-beta1, internal/manager/eventbus/socketio.go
and golang-socketio 2c44953b; RFC 6455 for the frames.
"""

from __future__ import annotations

import base64
import hashlib
import json
import queue
import re
import socket
import struct
import threading
import uuid
from typing import Any

from .call import Readable, is_uuid

MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
EVERYBODYS = ("/lifecycle", "/status")
ROOMS = {
    "allJobs": "/jobs",
    "allWorkers": "/workers",
    "allLastRendered": "/last-rendered",
    "allWorkerTags": "/workertags",
}


def accept_key(key: str) -> str:
    """What the server answers to the client's Sec-WebSocket-Key."""
    return base64.b64encode(hashlib.sha1((key + MAGIC).encode()).digest()).decode()


def frame(kind: int, payload: bytes) -> bytes:
    """A whole frame of the server's."""
    size = len(payload)
    if size < 126:
        return bytes((0x80 | kind, size)) + payload
    if size < 65536:
        return struct.pack(">BBH", 0x80 | kind, 126, size) + payload
    return struct.pack(">BBQ", 0x80 | kind, 127, size) + payload


def read_frame(stream: Readable) -> tuple[int, bytes]:
    """Kind and content of a client's frame. Raises EOFError."""
    first, second = _read(stream, 2)
    size = second & 0x7F
    if size == 126:
        (size,) = struct.unpack(">H", _read(stream, 2))
    elif size == 127:
        (size,) = struct.unpack(">Q", _read(stream, 8))
    mask = _read(stream, 4) if second & 0x80 else bytes(4)
    content = _read(stream, size)
    return first & 0x0F, bytes(byte ^ mask[index % 4] for index, byte in enumerate(content))


def _read(stream: Readable, size: int) -> bytes:
    found = stream.read(size)
    if len(found) < size:
        raise EOFError
    return found


class Listener:
    """One client's connection: its rooms, and what it is still to be sent."""

    def __init__(self, connection: socket.socket) -> None:
        self.rooms = set(EVERYBODYS)
        self._connection = connection
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, name="simulated-manager-socket", daemon=True)
        self._writer.start()

    def send(self, text: str) -> None:
        """A text, soon."""
        self._queue.put(frame(TEXT, text.encode()))

    def send_frame(self, kind: int, content: bytes) -> None:
        """A control frame, soon."""
        self._queue.put(frame(kind, content))

    def close(self) -> None:
        """Send what is left, no more."""
        self._queue.put(None)
        self._writer.join(5)

    def _write(self) -> None:
        while (data := self._queue.get()) is not None:
            try:
                self._connection.sendall(data)
            except OSError:
                return


class Sockets:
    """Everybody who listens."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._listeners: list[Listener] = []
        self.subscriptions: list[dict[str, Any]] = []

    def __len__(self) -> int:
        with self._guard:
            return len(self._listeners)

    def emit(self, room: str, event: str, payload: dict[str, Any]) -> None:
        """Tell those in the room."""
        text = f"42{json.dumps([event, payload])}"
        with self._guard:
            for listener in self._listeners:
                if room in listener.rooms:
                    listener.send(text)

    def serve(self, connection: socket.socket, stream: Readable) -> None:
        """A connection that has been upgraded, until it ends."""
        listener = Listener(connection)
        header = {"sid": uuid.uuid4().hex[:20], "upgrades": [], "pingInterval": 30000, "pingTimeout": 60000}
        listener.send(f"0{json.dumps(header)}")
        listener.send("40")
        with self._guard:
            self._listeners.append(listener)
        try:
            while self._take(listener, *read_frame(stream)):
                pass
        except (EOFError, OSError):
            pass
        finally:
            with self._guard:
                self._listeners.remove(listener)
            listener.close()

    def _take(self, listener: Listener, kind: int, content: bytes) -> bool:
        """Answer a frame; False ends the connection."""
        if kind == CLOSE:
            listener.send_frame(CLOSE, content[:2])
            return False
        if kind == PING:
            listener.send_frame(PONG, content)
            return True
        if kind == PONG:
            return True
        text = content.decode()
        if text.startswith("2"):
            listener.send("3")
            return True
        found = re.fullmatch(r"42(\d*)(\[.*\])", text, re.DOTALL)
        if found and kind == TEXT:
            name, *given = json.loads(found[2])
            if name == "/subscription" and given:
                answer = self._subscribe(listener, given[0])
                if found[1]:
                    listener.send(f"43{found[1]}{json.dumps([answer])}")
            return True
        return text.startswith(("3", "40", "43"))

    def _subscribe(self, listener: Listener, wanted: dict[str, Any]) -> str:
        """The Manager's acknowledgement. A task's log joins the room of a job of that id: its events never come."""
        self.subscriptions.append(wanted)
        kind, target, operation = wanted.get("type"), wanted.get("uuid"), wanted.get("op")
        if target is not None and not is_uuid(target):
            return "invalid UUID, ignoring request"
        if kind in ROOMS:
            rooms = [ROOMS[kind]]
        elif kind in ("job", "tasklog") and target is None:
            return f"operation on {'job' if kind == 'job' else 'task'} requires a UUID"
        elif kind in ("job", "tasklog"):
            rooms = [f"/jobs/{target}"] + ([f"/jobs/{target}/last-rendered"] if kind == "job" else [])
        else:
            return "unknown subscription type, ignoring request"
        if operation not in ("subscribe", "unsubscribe"):
            return "unable to perform subscription operation: invalid subscription operation, ignoring request"
        if operation == "subscribe":
            listener.rooms.update(rooms)
        else:
            listener.rooms.difference_update(rooms)
        return "ok"
