"""Stands in for the Raysync program of this machine: jobs over HTTP, files copied between local paths and a folder.

    with RaysyncDaemon(storage) as daemon:
        ...  # POST http://127.0.0.1:{daemon.port}/create-task

What it answers, and that a client asks through itself as a proxy (`POST http://127.0.0.1:PORT/create-task HTTP/1.1`),
is what rayvision_sync 3.1.8 was seen to do. Remote paths `/input/{bid}-{uid}/...` and `/output/{bid}-{uid}/...` both
lie at STORAGE/{bid}/{uid}/... . A source that is a folder keeps its own name below the target, unless it ends with a
slash. Every answer is {"code": 0, ...} or {"code": number, "message": text}.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.simulator.transmitter import Fatal, deliver, files_below, inside

INVALID, NO_SUCH_TASK, NO_SUCH_PATH = 1, 2, 404
NO_FILE, BROKEN = 103, 104  # error-code of a file; the numbers are ours
ENDED = ("successful", "failed", "stopped", "auth-failed", "proxy-closed", "no-permission", "ip-locked")
REMOTE = re.compile(r"/(?:input|output)/(\d+)-(\d+)(?:/(.*))?", re.DOTALL)
LISTED = re.compile(r'local:"(.*)" server:"(.*)"')


@dataclass(frozen=True)
class Call:
    """One request as it came: `absolute` when its line named the whole address, as through a proxy."""

    path: str
    body: Mapping[str, Any]
    absolute: bool


@dataclass(frozen=True)
class Break:
    """How the next task that runs ends: after so many bytes of it, in this state ("failed", "proxy-closed", ...)."""

    after_bytes: int = 0
    state: str = "failed"


@dataclass
class Item:
    """One file of a task; `pos` bytes of `size` are there."""

    source: Path
    target: Path
    size: int = 0
    pos: int = 0
    error: int = 0
    done: bool = False

    @property
    def state(self) -> str:
        return "error" if self.error else "successful" if self.done else "start" if self.pos else "ready"


@dataclass
class Task:
    """What /create-task was asked for, and how far it is; `sent` is the bytes that went over the line in all."""

    id: str
    asked: Mapping[str, Any]
    state: str = "ready"
    items: list[Item] = field(default_factory=list)
    sent: int = 0

    @property
    def direction(self) -> str:
        return "download" if self.asked["task-type"] == "download" else "upload"


class _Ends(Exception):
    """The task ends here, in this state."""


class RaysyncDaemon:
    """The program. `login` is the (account, raysync user key) that it lets in; None lets everyone in.

    `port` is where it listens on 127.0.0.1; `journal` what was asked; `tasks` by id. `breaks` are used up by the
    tasks that run, first come first. While `line` is cleared no byte moves.
    """

    def __init__(self, storage: Path, login: tuple[str, str] | None = None) -> None:
        self.storage = storage
        self.login = login
        self.journal: list[Call] = []
        self.tasks: dict[str, Task] = {}
        self.breaks: list[Break] = []
        self.line = threading.Event()
        self.line.set()
        self._limits = {"upload": 2, "download": 2}
        self._changed = threading.Condition()
        self._closing = False
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.daemon = self
        self._threads: list[threading.Thread] = []

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def __enter__(self) -> RaysyncDaemon:
        self._begin(lambda: self._server.serve_forever(poll_interval=0.02))
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self.line.set()
        self._server.shutdown()
        self._server.server_close()
        for thread in self._threads:
            thread.join(10)

    def _begin(self, work: Any) -> None:
        thread = threading.Thread(target=work, name="raysync stand-in", daemon=True)
        self._threads.append(thread)
        thread.start()

    # -- what it is asked

    def answer(self, call: Call) -> dict[str, Any]:
        self.journal.append(call)
        verb = ANSWERS.get(call.path)
        if verb is None:
            return _error(NO_SUCH_PATH, f"no such interface {call.path}")
        try:
            with self._changed:
                return {"code": 0, "message": "success", **verb(self, call.body)}
        except KeyError as exc:
            return _error(INVALID, f"parameter {exc.args[0]} is missing")
        except (Fatal, TypeError, ValueError) as exc:
            return _error(INVALID, str(exc))
        except LookupError as exc:
            return _error(NO_SUCH_TASK, str(exc))

    def _check(self, body: Mapping[str, Any]) -> dict[str, Any]:
        if body["sign"] != "render-bus":
            raise ValueError("sign is wrong")
        return {}

    def _parameters(self, body: Mapping[str, Any]) -> dict[str, Any]:
        for name in ("max-upload-speed", "max-download-speed"):
            _integer(body, name)
        return {}

    def _proxy(self, body: Mapping[str, Any]) -> dict[str, Any]:
        body["enable-proxy-manager"], body["proxy-manager-ip"], _integer(body, "proxy-manager-port")
        return {}

    def _set_limit(self, body: Mapping[str, Any]) -> dict[str, Any]:
        limits = {name: _integer(body, name) for name in ("upload", "download")}
        if not all(1 <= limit <= 10 for limit in limits.values()):
            raise ValueError("limit must be 1-10")
        self._limits = limits
        self._changed.notify_all()
        return {}

    def _get_limit(self, _body: Mapping[str, Any]) -> dict[str, Any]:
        return dict(self._limits)

    def _create(self, body: Mapping[str, Any]) -> dict[str, Any]:
        for name in ("server-port", "server-ssl-port", "proxy-port"):
            _integer(body, name)
        body["server-ip"], body["account"], body["password"], body["protocol-type"]
        if body["task-type"] not in ("upload", "upload-list", "download"):
            raise ValueError("task-type is wrong")
        task = Task(str(len(self.tasks) + 1), dict(body))
        task.items = [Item(source, target) for source, target in self._files(body)]
        self.tasks[task.id] = task
        self._start(task)
        return {"task-id": task.id}

    def _restart(self, body: Mapping[str, Any]) -> dict[str, Any]:
        task = self._task(body)
        if task.state in ENDED and task.state != "successful":
            task.items = self._again(task)
            self._start(task)
        return {}

    def _again(self, task: Task) -> list[Item]:
        """Its files as they are now: a download may have begun before the folder was there, or with half of it."""
        before = {(item.source, item.target): item for item in task.items}
        return [before.get(pair) or Item(*pair) for pair in self._files(task.asked)]

    def _status(self, body: Mapping[str, Any]) -> dict[str, Any]:
        return {"task-list": [_row(self._task(body))]}

    def _list(self, body: Mapping[str, Any]) -> dict[str, Any]:
        body["task-group"]
        return {"task-list": [_row(task) for task in self.tasks.values()]}

    def _file_list(self, body: Mapping[str, Any]) -> dict[str, Any]:
        task, wanted = self._task(body), str(body["list-type"])
        size, number = _integer(body, "page-size"), _integer(body, "page-number")
        rows = [_file_row(task, item) for item in task.items if wanted in ("all", item.state)]
        return {"file-list": rows[(number - 1) * size : number * size]}

    def _task(self, body: Mapping[str, Any]) -> Task:
        task = self.tasks.get(str(body["task-id"]))
        if task is None:
            raise LookupError(f"no task {body['task-id']}")
        return task

    # -- what it does

    def _files(self, body: Mapping[str, Any]) -> Iterator[tuple[Path, Path]]:
        """(source, target) of each file; one that is not there keeps its place and will fail."""
        if body["task-type"] == "upload-list":
            for line in Path(body["file-list"]).read_text(encoding="utf-8").splitlines():
                named = LISTED.fullmatch(line.strip())
                if named is None:
                    raise ValueError(f"bad line in list: {line}")
                yield Path(named[1]), self._remote(named[2])
            return
        asked, into = str(body["source-path"]), str(body["target-path"])
        upload = body["task-type"] == "upload"
        source = Path(asked) if upload else self._remote(asked)
        target = self._remote(into) if upload else Path(into)
        if not (source.is_dir() and asked.endswith("/")):
            target = target / source.name
        yield from files_below(source, target) if source.exists() else [(source, target)]

    def _remote(self, path: str) -> Path:
        found = REMOTE.fullmatch(path)
        if found is None:
            raise ValueError(f"bad remote path {path}")
        return inside(self.storage / found[1] / found[2], found[3] or "")

    def _start(self, task: Task) -> None:
        task.state = "ready"
        if not self._lets_in(task):
            task.state = "auth-failed"
            return
        self._begin(lambda: self._work(task))

    def _lets_in(self, task: Task) -> bool:
        if self.login is None:
            return True
        account, key = self.login
        password = re.fullmatch(r"(.*)&1&\d+&12345678", str(task.asked["password"]))
        return task.asked["account"] == account and password is not None and password[1] == key

    def _work(self, task: Task) -> None:
        """Wait for a turn, then copy."""
        with self._changed:
            self._changed.wait_for(lambda: self._closing or self._may_run(task))
            if self._closing:
                return
            task.state = "start"
            planned = self.breaks.pop(0) if self.breaks else None
        left = [planned.after_bytes] if planned else None
        try:
            for item in task.items:
                self._copy(task, item, left)
            state = "failed" if any(item.error for item in task.items) else "successful"
        except _Ends:
            state = planned.state if planned else "stopped"
        with self._changed:
            task.state = state
            self._changed.notify_all()

    def _may_run(self, task: Task) -> bool:
        running = [other for other in self.tasks.values() if other.state == "start"]
        return sum(other.direction == task.direction for other in running) < self._limits[task.direction]

    def _copy(self, task: Task, item: Item, left: list[int] | None) -> None:
        """One file; `left` is how many bytes may still go before the task breaks."""
        item.error = 0
        if not item.source.is_file():
            item.error = NO_FILE
            return
        before: list[int] = []

        def on_chunk(done: int, size: int) -> None:
            if before:
                task.sent += done - before[-1]
                if left is not None:
                    left[0] -= done - before[-1]
            before.append(done)
            item.pos, item.size = done, size
            self.line.wait()
            if self._closing or (left is not None and left[0] <= 0 and done < size):
                raise _Ends

        try:
            if deliver(item.source, item.target, on_chunk) < 0:
                item.pos = item.size = item.source.stat().st_size
            item.done = True
        except _Ends:
            item.error = BROKEN
            raise
        except OSError:
            item.error = BROKEN


ANSWERS = {
    "/check-raysync-http": RaysyncDaemon._check,
    "/set-transmission-parameters": RaysyncDaemon._parameters,
    "/set-proxy-manager": RaysyncDaemon._proxy,
    "/set-task-limit": RaysyncDaemon._set_limit,
    "/get-task-limit": RaysyncDaemon._get_limit,
    "/create-task": RaysyncDaemon._create,
    "/start-task": RaysyncDaemon._restart,
    "/get-task-status": RaysyncDaemon._status,
    "/get-task-list": RaysyncDaemon._list,
    "/get-file-list": RaysyncDaemon._file_list,
}


def _integer(body: Mapping[str, Any], name: str) -> int:
    value = body[name]
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"parameter {name} is no integer")
    return value


def _row(task: Task) -> dict[str, Any]:
    return {
        "task-id": task.id,
        "task-name": task.asked.get("task-name", ""),
        "task-type": task.asked["task-type"],
        "task-state": task.state,
        "file-max": len(task.items),
        "file-pos": sum(item.done for item in task.items),
        "speed": 0,
    }


def _file_row(task: Task, item: Item) -> dict[str, Any]:
    local = item.target if task.direction == "download" else item.source
    return {"local-path": str(local), "size": item.size, "pos": item.pos, "error-code": item.error}


def _error(code: int, message: str) -> dict[str, Any]:
    return {"code": code, "message": message}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    daemon: RaysyncDaemon


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        try:
            body = json.loads(self.rfile.read(length) or b"{}")
        except ValueError:
            body = None
        if isinstance(body, dict):
            address = urlsplit(self.path)
            answer = self.server.daemon.answer(Call(address.path, body, bool(address.netloc)))
        else:
            answer = _error(INVALID, "body is no JSON object")
        sent = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the journal has it."""
