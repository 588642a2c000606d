"""The Raysync program of this machine, asked over its local HTTP interface.

What is asked and answered is as rayvision_sync 3.1.8 was seen to do it, requests through the program as its own proxy
included. The program is neither started, ended nor fetched here. It has no known call to stop a task: one that runs
when the transfer is cancelled goes on by itself and is found again by the next call.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Callable

from .._errors import BadInput
from ..farm import Watch
from ..redaction import redact
from .progress import (
    Identity,
    Meter,
    Trouble,
    batches,
    clean,
    clear,
    land,
    look,
    look_again,
    make_folder,
    part_folder,
    pause,
    translated,
    usable,
)
from .transfer import BETWEEN, Done, FileError, Item, Storage, Transfer, TransferCan, TransferError, nothing

PROTOCOLS = {"auto": "default", "udp": "udp-only", "tcp": "tcp-only"}
AT_ONCE = 4
"""Tasks that run at a time; the program allows 1 to 10 in each direction."""
WAITS = (2.0, 10.0, 30.0)
"""Seconds before a failed task is started again."""
TIMEOUT = (3.0, 30.0)
WORKING = ("ready", "start", "idle")
REFUSED = {
    "auth-failed": ("The farm does not accept the Raysync account.", "Set the account up again."),
    "ip-locked": ("The farm has locked this machine's address.", "Wait an hour, or ask the farm's support."),
    "account-locked": ("The farm has locked the Raysync account.", "Wait an hour, or ask the farm's support."),
    "no-permission": ("The Raysync account may not use this storage.", "Ask whoever owns the farm account."),
}
FILE_FIX = "Check that it is there and can be read, then press Start."


@dataclass(frozen=True)
class RaysyncAccount:
    """Who the farm's Raysync server lets in; from transfer/getRaySyncUserKey and transfer/getBid."""

    user_name: str
    key: str = field(repr=False)
    """`raySyncUserKey`."""
    platform: str
    input_bid: str
    config_bid: str

    @property
    def password(self) -> str:
        """As the vendor's client makes it."""
        return f"{self.key}&1&{self.platform}&12345678"


@dataclass
class _Task:
    """One task of the program's, and what to do once it is through."""

    asked: Mapping[str, Any]
    items: Sequence[Item]
    finish: Callable[[Item], None]
    clear: Callable[[], None]
    waits: list[float]
    mark: str
    """Stands for these very files: a task that an earlier call left is found by it."""
    id: str = ""
    over: int = 0
    not_before: float = 0.0
    restart: bool = False


class RaysyncTransfer(Transfer):
    """Uploads by list, up to 64 files a task; downloads a file a task; four tasks at a time."""

    label = "Raysync"
    can = TransferCan(pause=True, resume=BETWEEN, cancel=BETWEEN)

    def __init__(
        self,
        port: int,
        account: RaysyncAccount,
        server: str,
        server_port: int,
        folder: Path,
        protocol: str = "auto",
        speed: int = 1048576,
        poll: float = 1.0,
        waits: Sequence[float] = WAITS,
    ) -> None:
        """`port`: the program's on this machine; `server`, `server_port`: the farm's line (usually 32002).

        `folder`: a private one for lists and the numbers of running tasks; `protocol`: auto, udp or tcp; `speed`: KB/s;
        `poll`: seconds between two looks at the tasks. Raises BadInput.
        """
        if protocol not in PROTOCOLS:
            raise BadInput(f"The protocol is {protocol!r}.", f"Give one of: {', '.join(PROTOCOLS)}.")
        self._url = f"http://127.0.0.1:{port}"
        self._account = account
        self._server = (server, server_port)
        self._folder = folder
        self._protocol = PROTOCOLS[protocol]
        self._speed = speed
        self._poll = poll
        self._waits = tuple(waits)

    def check(self) -> str:
        self._ask("/check-raysync-http", {"sign": "render-bus"})
        return "Ready"

    def upload(self, items: Sequence[Item], storage: Storage, watch: Watch, done: Done = nothing) -> None:
        meter, trouble = self._begin(items, watch, done), Trouble()
        good = usable(items, trouble)
        listed = [item for item in good if not _quoted(item)]
        alone = [[item] for item in good if _quoted(item)]
        tasks = (self._sending(batch, storage, meter, trouble) for batch in [*batches(listed), *alone])
        self._run((task for task in tasks if task.items), meter, trouble)

    def download(self, items: Sequence[Item], storage: Storage, watch: Watch, done: Done = nothing) -> None:
        meter, trouble = self._begin(items, watch, done), Trouble()
        good = usable(items, trouble)
        self._run((self._fetching(item, storage, meter) for item in good), meter, trouble)

    def _begin(self, items: Sequence[Item], watch: Watch, done: Done) -> Meter:
        self.check()
        speed = {"max-upload-speed": self._speed, "max-download-speed": self._speed, "mss": 1200}
        self._ask("/set-transmission-parameters", speed)
        self._ask("/set-task-limit", {"upload": AT_ONCE, "download": AT_ONCE})
        make_folder(self._folder)
        return Meter(items, watch, done)

    # -- what is asked for

    def _sending(self, batch: Sequence[Item], storage: Storage, meter: Meter, trouble: Trouble) -> _Task:
        before: dict[Item, Identity] = {}
        for item in batch:
            with trouble.kept():
                if _quoted(item) and item.local.name != clean(item.remote).rpartition("/")[2]:
                    raise FileError(f"{item.local} has a quote or a line break in its name.", "Rename the file.")
                before[item] = look(item)

        def finish(item: Item) -> None:
            look_again(item, before[item])
            meter.done(item)

        ready = list(before)
        mark = _mark(f"upload {storage} {sorted((str(item), before[item]) for item in ready)}")
        place = f"/input/{storage.id}-{storage.user}"
        if len(ready) == 1 and _quoted(ready[0]):  # a list cannot name it
            folder = "/".join([place, *clean(ready[0].remote).split("/")[:-1]])
            asked = {"task-type": "upload", "source-path": str(ready[0].local), "target-path": folder}
            return _Task(self._order(asked, storage), ready, finish, lambda: None, list(self._waits), mark)
        text = "".join(f'local:"{item.local}" server:"{place}/{clean(item.remote)}"\n' for item in ready)
        file = (
            self._folder / f"upload-{_mark(text)}.txt"
        )  # the same name for the same files: a task that is found again
        with translated(file):
            file.write_text(text, "utf-8", "surrogateescape")
        asked = {"task-type": "upload-list", "file-list": str(file)}
        gone = partial(file.unlink, missing_ok=True)
        return _Task(self._order(asked, storage), ready, finish, gone, list(self._waits), mark)

    def _fetching(self, item: Item, storage: Storage, meter: Meter) -> _Task:
        kind = "input" if storage.id in (self._account.input_bid, self._account.config_bid) else "output"
        source = f"/{kind}/{storage.id}-{storage.user}/{clean(item.remote)}"
        landing = part_folder(item, f"{source} {item.local.name}")
        make_folder(landing)

        def finish(item: Item) -> None:
            land(landing / source.rpartition("/")[2], item)
            meter.done(item)

        asked = {"task-type": "download", "source-path": source, "target-path": str(landing)}
        mark = _mark(f"download {storage} {item}")
        return _Task(self._order(asked, storage), [item], finish, partial(clear, landing), list(self._waits), mark)

    def _order(self, asked: Mapping[str, Any], storage: Storage) -> dict[str, Any]:
        """A whole create-task; configuration files go through the port of the input storage."""
        config = storage.id == self._account.config_bid
        port = int(self._account.input_bid if config else storage.id)
        return {
            "task-name": asked["task-type"],
            "server-ip": self._server[0],
            "server-port": port,
            "server-ssl-port": port - 100,
            "web-server-ip": self._server[0],
            "web-server-port": 32002,
            "renderbus-proxy-port": 32002,
            "proxy-port": self._server[1],
            "protocol-type": self._protocol,
            "delay-threshold": 0,
            "account": self._account.user_name,
            "password": self._account.password,
            "group-id": 0,
            "enable-ssl": False,
            "enable-verify-hash": asked["task-type"] == "download",
            **asked,
        }

    # -- tasks

    def _run(self, tasks: Iterator[_Task], meter: Meter, trouble: Trouble) -> None:
        active: list[_Task] = []
        while True:
            while len(active) < AT_ONCE and (task := next(tasks, None)) is not None:
                meter.step(sum(other.over for other in active))  # none is begun after Cancel
                task.id = self._known(task) or self._create(task)
                active.append(task)
            if not active:
                break
            active = [task for task in active if not self._through(task, trouble)]
            meter.step(sum(task.over for task in active))
            if active:
                pause(self._poll, meter)
        meter.step()
        trouble.tell()

    def _known(self, task: _Task) -> str:
        """The number of the task that an earlier call left for the very same files; "" when there is none."""
        note = self._note(task)
        try:
            number = note.read_text("utf-8")
        except FileNotFoundError:
            return ""
        answer = self._answer("/get-task-status", {"task-id": number})
        return number if answer.get("code") == 0 and answer.get("task-list") else ""

    def _create(self, task: _Task) -> str:
        number = str(self._ask("/create-task", task.asked)["task-id"])
        note = self._note(task)
        with translated(note):
            note.write_text(number, "utf-8")
        return number

    def _note(self, task: _Task) -> Path:
        return self._folder / f"task-{task.mark}.txt"

    def _through(self, task: _Task, trouble: Trouble) -> bool:
        """One look. True when nothing more will come. Raises TransferError."""
        if time.monotonic() < task.not_before:
            return False
        if task.restart:
            self._ask("/start-task", {"task-id": task.id})
            task.restart = False
        row = self._ask("/get-task-status", {"task-id": task.id})["task-list"][0]
        state, there, count = str(row["task-state"]), int(row.get("file-pos", 0)), int(row.get("file-max", 0))
        if state in WORKING:
            task.over = sum(item.size for item in task.items) * min(there, count) // max(count, 1)
            return False
        if state in REFUSED:
            self._forget(task)
            raise TransferError(*REFUSED[state])
        if state != "successful" and task.waits:
            task.not_before = time.monotonic() + task.waits.pop(0)
            task.restart = True
            return False
        errors = {} if state == "successful" else self._errors(task)
        if state != "successful" and (not errors or there + len(errors) != count):  # not all were come to
            raise TransferError(f"Raysync gave up ({state}).", "Check the network, then press Start.")
        self._settle(task, errors, trouble)
        return True

    def _settle(self, task: _Task, errors: Mapping[str, str], trouble: Trouble) -> None:
        """It was at every file; `errors` has those that did not get through."""
        self._forget(task)
        for item in task.items:
            with trouble.kept():
                if len(task.items) == 1 and errors:
                    raise FileError(f"{item.local} did not get through (Raysync {[*errors.values()][0]}).", FILE_FIX)
                if str(item.local) in errors:
                    raise FileError(f"{item.local} did not get through (Raysync {errors[str(item.local)]}).", FILE_FIX)
                task.finish(item)
        task.clear()

    def _errors(self, task: _Task) -> dict[str, str]:
        """The files of a failed task that did not get through, with the program's code of each."""
        page = {"task-id": task.id, "list-type": "error", "page-size": 100, "page-number": 1}
        rows = self._ask("/get-file-list", page).get("file-list") or []
        return {str(row["local-path"]): str(row["error-code"]) for row in rows}

    def _forget(self, task: _Task) -> None:
        self._note(task).unlink(missing_ok=True)

    # -- HTTP

    def _ask(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        answer = self._answer(path, body)
        if answer.get("code") != 0:
            said = redact(str(answer.get("message", "")), [self._account.password, self._account.key])
            raise TransferError(
                f"Raysync refused {path} with code {answer.get('code')}: {said or 'it does not say why'}.",
                "Start Raysync again, then press Start here.",
            )
        return answer

    def _answer(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        import requests  # slow to import, and most transfers are others

        try:
            with requests.Session() as session:
                session.trust_env = False
                session.proxies = {"http": self._url}  # it is its own proxy: it is asked with whole addresses
                answer = session.post(self._url + path, json=dict(body), timeout=TIMEOUT)
                found = answer.json()
        except requests.exceptions.JSONDecodeError:
            raise TransferError(f"What answers at {self._url} is not Raysync.", "Correct Raysync's port.") from None
        except requests.RequestException:
            raise TransferError(  # the cause is left out: a request's error can hold the body
                f"The Raysync program does not answer at {self._url}.",
                "Start Raysync on this machine, or correct its port in the settings.",
            ) from None
        if not isinstance(found, dict):
            raise TransferError(f"What answers at {self._url} is not Raysync.", "Correct Raysync's port.")
        return found


def _quoted(item: Item) -> bool:
    """A list of files cannot name it."""
    return any(char in f"{item.local}{item.remote}" for char in '"\r\n')


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]
