"""Live updates: a Manager tells which of its jobs changed, over a websocket.

Engine.IO 3 with Socket.IO 2, text frames (Flamenco 3.9-beta1, internal/manager/eventbus/socketio.go): `0{…}` greets and
says how often to ping, `2` is answered with `3`, `42["/jobs",{…}]` is an event, `431["ok"]` accepts what was sent as
`421[…]`.
"""

from __future__ import annotations

import json
import logging
import re
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

LOG = logging.getLogger(__name__)

SUBSCRIPTIONS = ("allJobs", "allLastRendered")
USUAL_BEAT = 25.0
"""Seconds between two pings when the Manager does not say."""
SHORTEST_BEAT = 1.0
PATIENCE = 10.0
"""Seconds for connecting."""
FAREWELL = 2.0
"""Seconds that the Manager has to say good-bye."""

_PACKET = re.compile(r"(?P<kind>0|1|2|3|4[0-4])(?P<number>\d*)(?P<content>.*)", re.DOTALL)
_FIELDS = {"/jobs": "id", "/last-rendered": "job_id"}


class Events:
    """Listens on a thread of its own from `start` to `close`, and connects again whenever the connection is lost.

    The network's proxy is not used: where only a proxy leads to the Manager there are no live updates.
    """

    def __init__(
        self,
        address: str,
        changed: Callable[[str], None],
        *,
        first_pause: float = 1.0,
        longest_pause: float = 60.0,
    ) -> None:
        """`address` as `connection.read_address` gives it.

        `changed` is called on that thread with the uuid of each job that changed or has a new picture. What happened
        while it was not `connected` is not told later. Pauses between two attempts double from the first to the
        longest, in seconds.
        """
        self._address = address
        self._changed = changed
        self._pauses = (first_pause, longest_pause)
        self._closed = threading.Event()
        self._live = threading.Event()
        self._guard = threading.Lock()
        self._socket: ClientConnection | None = None
        self._thread = threading.Thread(target=self._run, name="farmdeck flamenco events", daemon=True)

    @property
    def connected(self) -> bool:
        """Updates are coming: it need not be asked often."""
        return self._live.is_set()

    def start(self) -> None:
        """Begin to listen; returns at once."""
        self._thread.start()

    def close(self) -> None:
        """Stop listening; nothing is called afterwards."""
        self._closed.set()
        with self._guard:
            if self._socket is not None:
                self._socket.close()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        from websockets.exceptions import WebSocketException

        first, longest = self._pauses
        pause = first
        while not self._closed.is_set():
            try:
                self._listen()
            except (OSError, WebSocketException) as exc:
                LOG.debug("no live updates from %s: %s", self._address, exc)
            if self._live.is_set():
                LOG.info("Live updates from %s ended", self._address)
                self._live.clear()
                pause = first
            self._closed.wait(pause)
            pause = min(longest, pause * 2)

    def _listen(self) -> None:
        """One connection, from its beginning to its end."""
        from websockets.sync.client import connect

        parts = urlsplit(self._address)
        secure = parts.scheme == "https"
        uri = f"{'wss' if secure else 'ws'}://{parts.netloc}{parts.path}/socket.io/?EIO=3&transport=websocket"
        with socket.create_connection((parts.hostname, parts.port or (443 if secure else 80)), PATIENCE) as line:
            with connect(uri, sock=line, compression=None, open_timeout=PATIENCE, close_timeout=FAREWELL) as talk:
                if self._hold(talk):
                    try:
                        self._follow(talk)
                    finally:
                        self._hold(None)

    def _hold(self, talk: ClientConnection | None) -> bool:
        """Remember the connection for `close`; False when that was called already."""
        with self._guard:
            self._socket = talk
            return not self._closed.is_set()

    def _follow(self, talk: ClientConnection) -> None:
        """Take what comes, and ping: a Manager that hears nothing for a minute hangs up."""
        for number, kind in enumerate(SUBSCRIPTIONS, start=1):
            wish = json.dumps(["/subscription", {"op": "subscribe", "type": kind}], separators=(",", ":"))
            talk.send(f"42{number}{wish}")
        beat = USUAL_BEAT
        heard = pinged = time.monotonic()
        while not self._closed.is_set():
            try:
                message = talk.recv(timeout=max(0.0, pinged + beat - time.monotonic()))
                heard = time.monotonic()
                beat = self._take(str(message)) or beat
            except TimeoutError:
                pass
            now = time.monotonic()
            if now - heard > 2 * beat:
                raise ConnectionError("the Manager fell silent")
            if now - pinged >= beat:
                talk.send("2")
                pinged = now

    def _take(self, message: str) -> float | None:
        """One packet. The seconds between pings, when it says so."""
        packet = read_packet(message)
        if packet.accepted and not self._live.is_set():
            LOG.info("Live updates from %s", self._address)
            self._live.set()
        if packet.job:
            self._changed(packet.job)
        return packet.beat


@dataclass(frozen=True)
class Packet:
    """What a packet means to us; nothing at all when it has its defaults."""

    beat: float | None = None
    """Seconds between pings."""
    accepted: bool = False
    """The first subscription holds."""
    job: str = ""
    """The uuid of one that changed."""


def read_packet(message: str) -> Packet:
    """Never fails: what is odd means nothing."""
    match = _PACKET.fullmatch(message)
    content = _json(match["content"]) if match else None
    if match is None or content is None:
        return Packet()
    if match["kind"] == "0" and isinstance(content, dict):
        return Packet(beat=_beat(content.get("pingInterval")))
    if match["kind"] == "43":
        return Packet(accepted=match["number"] == "1" and content == ["ok"])
    if match["kind"] == "42" and isinstance(content, list) and len(content) == 2:
        return Packet(job=_job_in(*content))
    return Packet()


def _beat(milliseconds: object) -> float:
    """Half of what the Manager asks for: a ping may be late."""
    if not isinstance(milliseconds, int) or isinstance(milliseconds, bool) or milliseconds <= 0:
        return USUAL_BEAT
    return max(SHORTEST_BEAT, min(USUAL_BEAT, milliseconds / 2000))


def _job_in(name: object, value: object) -> str:
    field = _FIELDS.get(name) if isinstance(name, str) else None
    job = value.get(field) if field and isinstance(value, dict) else None
    return job if isinstance(job, str) else ""


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
