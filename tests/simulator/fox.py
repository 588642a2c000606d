"""A farm that speaks the 2016 API: one address, accounts by access key, projects, tasks that live, pictures.

Sources: Fox Python API page (2016) and HTTP API manual (2017): actions, fields, limits, codes, and that only tasks
that run can be stopped and only those that do not can be deleted. What they leave open is marked "ours".
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any

from .faults import Fault, Faults
from .frames import BadFrames, numbers
from .images import png
from .storage import Storage

CLOCK = timezone(timedelta(hours=8))
ADDRESSES = ("/api/v1/task", "/api/v2/task")
MAX_BYTES = 200 * 1024
WAITING, EXECUTING, DONE, FAILED, ABORTED = "Waiting", "Executing", "Done", "Failed", "Aborted"
LIVE = ("Start", "executing", "Preprocessing", "Analysing", "Analysed")
RESTARTS = {"0": FAILED, "1": ABORTED, "2": DONE, "3": EXECUTING, "4": WAITING}
NEEDED = {
    "create_task": ("project_name", "input_scene_path", "cg_soft_name", "frames"),
    "create_max_task": ("project_name", "input_scene_path", "cg_soft_name"),
    "create_houdini_task": ("project_name", "input_scene_path", "cg_soft_name", "layer_list"),
    "create_blender_task": ("project_name", "input_scene_path", "cg_soft_name", "frames"),
    "create_sketchup_task": (
        "project_name",
        "input_scene_path",
        "cg_soft_name",
        "image_width",
        "image_height",
        "use_vary",
        "page_name",
        "render_type",
    ),
    "create_vrstandalone_task": ("project_name", "input_scene_path", "cg_soft_name", "frames"),
}


@dataclass(frozen=True)
class FoxAccount:
    """Somebody who may use the farm."""

    account: str = "lisa"
    access_key: str = "0WEQE123FDASDF"
    id: str = "100093088"
    upload_id: str = "10201"
    download_id: str = "20201"
    parent: str = ""
    """The account it is below; "" for a main one."""
    closed: bool = False


@dataclass(frozen=True)
class FoxRequest:
    """One request and what became of it."""

    action: str
    body: Any
    code: str
    """"" when all went well."""
    acted: bool


@dataclass
class FoxFrame:
    """One entry of `jobs`."""

    id: int
    number: int
    status: str = WAITING
    began: float = 0.0
    ended: float = 0.0
    attempts: int = 0


@dataclass
class FoxTask:
    """One task."""

    id: int
    owner: str
    fields: dict[str, Any]
    scene: str
    numbers: list[int]
    status: str
    submitted: float
    frames: list[FoxFrame] = field(default_factory=list)
    completed: float = 0.0
    deleted: bool = False
    fee: float = 0.0

    def count(self, status: str) -> int:
        return sum(frame.status == status for frame in self.frames)


class Refusal(Exception):
    """What the farm answers instead."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(code, words)
        self.code, self.words = code, words


class Fox:
    """Serves on 127.0.0.1 while it is entered.

    `auto`: a thread lets the tasks live, a step every `tick` seconds; without, only `step()` does. `failing`: numbers
    of frames that fail the first time they are begun.
    """

    def __init__(self, storage: Path, port: int = 0, tick: float = 0.01, auto: bool = True) -> None:
        self.account = FoxAccount()
        self.failing: set[int] = set()
        self.journal: list[FoxRequest] = []
        self.tasks: dict[int, FoxTask] = {}
        self.projects: dict[int, dict[str, Any]] = {}
        self.plugins: list[dict[str, str]] = [
            {"cg_soft_name": "maya 2015", "plugin_name": "mtoa 1.2.3"},
            {"cg_soft_name": "3ds Max 2010", "plugin_name": "finalrender 3.5sp6"},
            {"cg_soft_name": "blender 2.78c", "plugin_name": ""},
            {"cg_soft_name": "houdini 13", "plugin_name": ""},
        ]
        self.frame_fee = 0.05
        self.holds_all = False
        """Takes `submit_type` for every software; the manual has it for Maya alone."""
        self._storage = Storage(storage)
        self._faults = Faults()
        self._accounts = {self.account.account: self.account}
        self._notifications: dict[str, dict[str, str]] = {}
        self._guard = threading.RLock()
        self._stop = threading.Event()
        self._tick = tick
        self._auto = auto
        self._next = {"task": 5101184, "project": 901, "config": 71, "job": 5}
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.farm = self
        self._threads: list[threading.Thread] = []
        self._default_project()

    def __enter__(self) -> Fox:
        loops: list[Callable[[], None]] = [lambda: self._server.serve_forever(0.01)]
        if self._auto:
            loops.append(self._live)
        self._threads = [threading.Thread(target=loop, name="fox-simulator", daemon=True) for loop in loops]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._server.shutdown()
        for thread in self._threads:
            thread.join()
        self._server.server_close()

    @property
    def domain(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        return f"http://{self.domain}"

    @property
    def storage(self) -> Path:
        """The folder; files lie at STORAGE/{user or storage id}/{account id}/{remote path}."""
        return self._storage.root

    def add_account(self, account: FoxAccount) -> FoxAccount:
        """One more, or a changed one."""
        with self._guard:
            self._accounts[account.account] = account
        return account

    def inject(self, fault: Fault) -> None:
        """Something goes wrong; `fault.path` is an action, or "*"."""
        self._faults.add(fault)

    def bodies(self, action: str) -> list[Any]:
        """What was asked of one action."""
        return [request.body for request in self.journal if request.action == action]

    def _default_project(self) -> None:
        self._add_project("defaultProject", {"render_os": "Windows"})
        for number, plugin in enumerate(self.plugins):
            self._add_config(self.projects[901], {**plugin, "is_default": "0" if number else "1"})

    # -- life

    def _live(self) -> None:
        while not self._stop.wait(self._tick):
            self.step()

    def step(self) -> None:
        """Every task that lives gets on: what is executing ends, what waits begins."""
        with self._guard:
            for task in self.tasks.values():
                if task.status in LIVE and not task.deleted:
                    self._advance(task)

    def _advance(self, task: FoxTask) -> None:
        if task.status in ("Preprocessing", "Analysing"):
            task.status = "Start" if self._scene_file(task) else "AnalyseFailed"
            return
        task.status = "Start"
        for frame in [frame for frame in task.frames if frame.status == EXECUTING]:
            self._end(task, frame)
        for frame in [frame for frame in task.frames if frame.status == WAITING][:3]:
            frame.status, frame.began, frame.attempts = EXECUTING, time.time(), frame.attempts + 1
        if not task.count(EXECUTING) and not task.count(WAITING):
            task.status = "System_Done" if task.count(DONE) else "Failed"
            task.completed = time.time()

    def _end(self, task: FoxTask, frame: FoxFrame) -> None:
        frame.ended = time.time()
        if frame.number in self.failing and frame.attempts == 1:
            frame.status = FAILED
            return
        task.fee += self.frame_fee
        stem = PurePosixPath(task.scene).stem
        name = f"{task.fields.get('output_file_name') or stem}.{frame.number:04d}.png"
        remote = f"{task.id}_{stem}/{name}"
        account = self._accounts[task.owner]
        for place in (f"{account.id}_download", account.download_id):
            self._storage.write(self._storage.place(place, int(account.id), remote), png(frame.number))
        frame.status = DONE

    def _scene_file(self, task: FoxTask) -> Path | None:
        account = self._accounts[task.owner]
        for place in (f"{account.id}_upload", account.upload_id):
            file = self._storage.place(place, int(account.id), task.scene)
            if file.is_file():
                return file
        return None

    # -- answering

    def answer(self, raw: bytes, kind: str) -> tuple[FoxRequest, dict[str, Any], Fault | None]:
        """The request as it was understood, the answer to it, and what goes wrong with that."""
        action, body, fault = "", None, None
        try:
            head, body = _read(raw, kind)
            action = str(head.get("action", ""))
            fault = self._faults.take(frozenset({action}))
            if fault and not fault.after_acting:
                code = str(fault.code) if fault.kind == "code" else ""
                answer = _refused(Refusal(code, fault.message)) if code else {}
                return FoxRequest(action, body, code, False), answer, fault
            with self._guard:
                account = self._log_in(head)
                call = getattr(self, f"_do_{action}", None)
                if call is None:
                    raise Refusal("1022", f"action {action} is illegal value")
                answer = {"head": {"result": "0"}, "body": call(account, body)}
        except Refusal as no:
            return FoxRequest(action, body, no.code, False), _refused(no), fault
        return FoxRequest(action, body, "", True), answer, fault

    def _log_in(self, head: dict[str, Any]) -> FoxAccount:
        account = self._accounts.get(str(head.get("account")))
        if account is None:
            raise Refusal("1012", "account not exist")
        if account.access_key != head.get("access_key"):
            raise Refusal("1010", "access_key be disabled")
        if account.closed:
            raise Refusal("1013", "account be disabled")
        return account

    # -- tasks

    def _create(self, account: FoxAccount, action: str, body: dict[str, Any]) -> dict[str, Any]:
        for name in NEEDED[action]:
            if not body.get(name):
                raise Refusal("1020", f"{name} null not permitted")
        if not any(project["project_name"] == body["project_name"] for project in self._projects_of(account)):
            raise Refusal("1022", f"project_name {body['project_name']} illegal value")
        scenes = body["input_scene_path"].split(",")
        if len(body["input_scene_path"]) > 512 or len(scenes) > 100:
            raise Refusal("1023", "input_scene_path parameter length exceed scope")
        made = [self._add_task(account, action, body, scene.strip()) for scene in scenes]
        data = [{"task_id": str(task.id), "submit_result": "0"} for task in made]
        return {"data": data, "total_size": str(len(data))}

    def _add_task(self, account: FoxAccount, action: str, body: dict[str, Any], scene: str) -> FoxTask:
        frames = _frames_of(action, body)
        if len(frames) > 64:
            raise Refusal("1023", "frames parameter length exceed scope")
        try:
            wanted = numbers(frames)
        except BadFrames as exc:
            raise Refusal("1021", "frames parameter cast exception") from exc
        held = str(body.get("submit_type", "0")) == "1" and (self.holds_all or action == "create_task")
        status = "Stopped" if held else "Preprocessing"
        fields = {**body, "frames": frames}
        task = FoxTask(self._number("task"), account.account, fields, scene, wanted, status, time.time())
        task.frames = [FoxFrame(self._number("job"), number) for number in wanted]
        self.tasks[task.id] = task
        return task

    def _do_create_task(self, account: FoxAccount, body: dict[str, Any]) -> dict[str, Any]:
        return self._create(account, "create_task", body)

    def _do_create_max_task(self, account: FoxAccount, body: dict[str, Any]) -> dict[str, Any]:
        return self._create(account, "create_max_task", body)

    def _do_create_houdini_task(self, account: FoxAccount, body: dict[str, Any]) -> dict[str, Any]:
        return self._create(account, "create_houdini_task", body)

    def _do_create_blender_task(self, account: FoxAccount, body: dict[str, Any]) -> dict[str, Any]:
        return self._create(account, "create_blender_task", body)

    def _do_create_sketchup_task(self, account: FoxAccount, body: dict[str, Any]) -> dict[str, Any]:
        return self._create(account, "create_sketchup_task", body)

    def _do_create_vrstandalone_task(self, account: FoxAccount, body: dict[str, Any]) -> dict[str, Any]:
        return self._create(account, "create_vrstandalone_task", body)

    def _do_query_task(self, account: FoxAccount, body: dict[str, Any]) -> dict[str, Any]:
        found = [task for task in self._tasks_of(account, body) if _passes(task, body)]
        answer: dict[str, Any] = {"total_size": len(found)}
        if body.get("sort_code"):
            keys: dict[str, Callable[[FoxTask], Any]] = {
                "0": lambda task: task.id,
                "1": lambda task: task.status,
                "2": lambda task: task.submitted,
            }
            found.sort(key=keys[body["sort_code"]], reverse=body.get("sort_type") == "1")
            answer |= {"sort_code": body["sort_code"], "sort_type": body.get("sort_type", "0")}
        if body.get("is_paging") == "1":
            size, page = _whole(body.get("page_size", "100"), "page_size"), _whole(body.get("page_no", "1"), "page_no")
            pages = -(-len(found) // size)
            found = found[(page - 1) * size : page * size]
            answer |= {"page_no": page, "page_size": str(size), "total_page": pages}
        data = [_task_item(task, body) for task in found]
        return answer | {"data": data}

    def _tasks_of(self, account: FoxAccount, body: dict[str, Any]) -> Iterator[FoxTask]:
        mine = {account.account}
        if body.get("is_sub_included") == "1":
            mine |= {each.account for each in self._accounts.values() if each.parent == account.account}
        return (task for task in self.tasks.values() if task.owner in mine)

    def _do_operate_task(self, account: FoxAccount, body: dict[str, Any]) -> dict[str, Any]:
        for name in ("task_id", "operate_order"):
            if not body.get(name):
                raise Refusal("1020", f"{name} null not permitted")
        tasks = []
        for text in str(body["task_id"]).split(","):
            task = self.tasks.get(_whole(text, "task_id"))
            if task is None or task.deleted or task.owner != account.account:
                raise Refusal("1022", f"task_id {text} illegal value")
            tasks.append(task)
        orders = {"0": self._halt, "1": self._restart, "2": self._delete, "3": self._modify}
        order = orders.get(str(body["operate_order"]))
        if order is None:
            raise Refusal("1022", "operate_order illegal value")
        for task in tasks:
            order(task, body)
        data = [{"task_id": str(task.id), "operate_result": "0", "task_status": task.status} for task in tasks]
        return {"data": data, "total_size": str(len(data))}

    def _halt(self, task: FoxTask, body: dict[str, Any]) -> None:
        if task.status not in LIVE:
            raise Refusal("1022", f"task {task.id} does not run")  # that it is refused is theirs, the code ours
        task.status = "User_Stop"
        for frame in task.frames:
            if frame.status == EXECUTING:
                frame.status = WAITING

    def _restart(self, task: FoxTask, body: dict[str, Any]) -> None:
        status = RESTARTS.get(str(body.get("restart_type", "0")))
        if status is None:
            raise Refusal("1022", "restart_type illegal value")
        try:
            wanted = set(numbers(str(body["frame"]))) if body.get("frame") else set(task.numbers)
        except BadFrames as exc:
            raise Refusal("1021", "frame parameter cast exception") from exc
        for frame in task.frames:
            if frame.status == status and frame.number in wanted:
                frame.status = WAITING
        task.completed = 0.0
        task.status = "Start" if self._scene_file(task) else "AnalyseFailed"

    def _delete(self, task: FoxTask, body: dict[str, Any]) -> None:
        if task.status in LIVE:
            raise Refusal("1022", f"task {task.id} runs")
        task.deleted = True

    def _modify(self, task: FoxTask, body: dict[str, Any]) -> None:
        task.fields["task_over_time"] = str(body.get("task_over_time", ""))

    # -- projects

    def _projects_of(self, account: FoxAccount) -> list[dict[str, Any]]:
        return [project for project in self.projects.values() if project["customer_name"] == account.account]

    def _add_project(self, name: str, fields: dict[str, Any]) -> int:
        number = self._number("project")
        self.projects[number] = {
            "project_id": str(number),
            "project_name": name,
            "project_path": fields.get("project_path", ""),
            "render_os": fields.get("render_os", "Windows"),
            "remark": fields.get("remark", ""),
            "customer_name": fields.get("sub_account") or self.account.account,
            "create_time": _stamp(time.time(), "%Y-%m-%d %H:%M:%S"),
            "plugins": [],
        }
        return number

    def _add_config(self, project: dict[str, Any], body: dict[str, Any]) -> None:
        config = {"config_id": str(self._number("config"))}
        project["plugins"].append(config)
        _write_config(project, config, body)

    def _do_query_project(self, account: FoxAccount, body: dict[str, Any]) -> dict[str, Any]:
        exact = ("project_id", "project_name", "project_path", "render_os")
        found = [
            project
            for project in self._projects_of(account)
            if all(not body.get(name) or project[name] == body[name] for name in exact)
            and body.get("remark", "") in project["remark"]
            and body.get("cg_soft_name", "") in ",".join(config["cg_soft_name"] for config in project["plugins"])
        ]
        return {"data": found, "total_size": str(len(found))}

    def _do_create_project(self, account: FoxAccount, body: dict[str, Any]) -> dict[str, Any]:
        name = body.get("project_name") or ""
        if not name:
            raise Refusal("1020", "project_name null not permitted")
        if len(name) > 20:
            raise Refusal("1023", "project_name parameter length exceed scope")
        if not (name.isascii() and name.isalnum()):
            raise Refusal("1024", "project_name illegal characters be contained")
        if any(project["project_name"] == name for project in self._projects_of(account)):
            return {"project_id": "", "create_result": "1", "description": f"{name} exists"}
        number = self._add_project(name, {"sub_account": account.account, **body})
        return {"project_id": str(number), "create_result": "0", "description": ""}

    def _do_operate_project(self, account: FoxAccount, body: dict[str, Any]) -> dict[str, Any]:
        project = self.projects.get(_whole(body.get("project_id"), "project_id"))
        if project is None or project["customer_name"] != account.account:
            raise Refusal("1022", "project_id illegal value")
        project |= {name: body[name] for name in ("project_path", "render_os", "remark") if body.get(name)}
        kind, configs = body.get("operate_type"), project["plugins"]
        named = [config for config in configs if config["config_id"] == str(body.get("config_id", ""))]
        if kind in ("0", "1") and not body.get("cg_soft_name"):
            raise Refusal("1020", "cg_soft_name null not permitted")
        if kind == "0":
            self._add_config(project, body)
        elif kind == "1":
            if not named:
                return {"operate_result": "1", "description": "config_id not exist"}
            _write_config(project, named[0], body)
        elif kind == "2":
            project["plugins"] = [c for c in configs if c not in named] if body.get("config_id") else []
        return {"operate_result": "0", "description": ""}

    def _do_query_plugin(self, account: FoxAccount, body: dict[str, Any]) -> list[dict[str, str]]:
        """The bare list is the body, as the 2017 client reads it."""
        name, software = body.get("plugin_name"), body.get("cg_soft_name", "")
        return [
            each
            for each in self.plugins
            if software in each["cg_soft_name"] and (not name or each["plugin_name"] == name)
        ]

    # -- people

    def _do_query_customer(self, account: FoxAccount, body: dict[str, Any]) -> dict[str, Any]:
        below = [each for each in self._accounts.values() if each.parent == account.account]
        name = body.get("login_name")
        found = [each for each in (account, *below) if not name or each.account == name]
        data = [self._customer(each) for each in found]
        return {"data": data, "total_size": str(len(data))}

    def _customer(self, account: FoxAccount) -> dict[str, Any]:
        line = {"engine": "aspera", "server": "main", "ip": "127.0.0.1", "port": "10221"}
        spent = sum(task.fee for task in self.tasks.values() if task.owner == account.account)
        return {
            "id": account.id,
            "login_name": account.account,
            "role": "49",
            "rmb_balance": f"{100 - spent:.2f}",
            "usd_balance": "0",
            "account_type": "2" if account.parent else "1",
            "zone": "1",
            "upload_id": account.upload_id,
            "download_id": account.download_id,
            "transports": [line],
        }

    def _do_update_customer(self, account: FoxAccount, body: dict[str, Any]) -> dict[str, Any]:
        if str(body.get("notification_type", "0")) not in ("0", "1", "2", "3"):
            raise Refusal("1022", "notification_type illegal value")
        name = body.get("login_name") or account.account
        self._notifications[name] = dict(body)
        data = [{"login_name": name, "operate_result": "0", "description": ""}]
        return {"data": data, "total_size": "1"}

    def _number(self, kind: str) -> int:
        self._next[kind] += 1
        return self._next[kind] - 1


def _frames_of(action: str, body: dict[str, Any]) -> str:
    """The frames a task is asked for, in whichever field its software has them."""
    if action == "create_houdini_task":
        layers = body["layer_list"]
        if not isinstance(layers, list) or not all(isinstance(layer, dict) for layer in layers):
            raise Refusal("1021", "layer_list parameter cast exception")
        return ",".join(dict.fromkeys(str(layer.get("frames", "")) for layer in layers if layer.get("option") == "-1"))
    if action == "create_sketchup_task":
        return f"1-{body['total_frame']}" if body.get("total_frame") else "1"
    return str(body.get("frames") or "1")


def _passes(task: FoxTask, body: dict[str, Any]) -> bool:
    """Exact and fuzzy filters; manual, 7.1.2."""
    exact = {
        "task_id": str(task.id),
        "project_name": task.fields["project_name"],
        "task_status": task.status,
        "submit_account": task.fields.get("submit_account", task.owner),
        "task_type": "0",
    }
    fuzzy = {
        "cg_soft_name": task.fields["cg_soft_name"],
        "input_scene_path": task.scene,
        **{name: str(task.fields.get(name, "")) for name in ("camera", "render_layer", "artist")},
    }
    if (str(body.get("del_flag", "0")) == "1") is not task.deleted:
        return False
    if any(body.get(name) and str(body[name]) != value for name, value in exact.items()):
        return False
    return all(str(body.get(name) or "") in value for name, value in fuzzy.items()) and _in_time(task, body)


def _in_time(task: FoxTask, body: dict[str, Any]) -> bool:
    for name, at in (("start_date", task.submitted), ("completed_date", task.completed)):
        said = _stamp(at, "%Y-%m-%d %H:%M:%S") if at else ""
        if body.get(f"{name}_after") and not said >= body[f"{name}_after"]:
            return False
        if body.get(f"{name}_before") and not said <= body[f"{name}_before"]:
            return False
    return True


def _task_item(task: FoxTask, body: dict[str, Any]) -> dict[str, Any]:
    """As the manual's sample, 7.1.2.4, with the fields of its table."""
    item: dict[str, Any] = {
        "task_id": str(task.id),
        "project_name": task.fields["project_name"],
        "task_status": task.status,
        "task_type": "0",
        "cg_soft_name": task.fields["cg_soft_name"],
        "scene_name": PurePosixPath(task.scene).name,
        "input_scene_path": task.scene,
        "frames": task.fields["frames"],
        "executing": str(task.count(EXECUTING)),
        "done": str(task.count(DONE)),
        "aborted": str(task.count(ABORTED)),
        "waiting": str(task.count(WAITING)),
        "failed": str(task.count(FAILED)),
        "submit_time": _stamp(task.submitted, "%Y-%m-%d %H:%M:%S"),
        "completed_time": _stamp(task.completed, "%Y-%m-%d %H:%M:%S") if task.completed else "",
        "fee": f"RMB:{task.fee:.2f}",
        "submit_account": task.fields.get("submit_account", task.owner),
        **{name: task.fields.get(name, "") for name in ("camera", "render_layer", "artist")},
    }
    if str(body.get("is_jobs_included")) == "1":
        logs = str(body.get("is_logs_included")) == "1"
        item["jobs"] = [_job_item(frame, logs) for frame in task.frames if frame.attempts]
    return item


def _job_item(frame: FoxFrame, logs: bool) -> dict[str, str]:
    ended = frame.status in (DONE, FAILED)
    item = {
        "job_id": str(frame.id),
        "job_name": f"frame{frame.number:04d}",
        "job_status": frame.status,
        "start_time": _stamp(frame.began, "%Y%m%d%H%M%S"),
        "end_time": _stamp(frame.ended, "%Y%m%d%H%M%S") if ended else "",
        "consume_time": str(round(frame.ended - frame.began)) if ended else "",
    }
    if logs:
        item |= {"log": f"frame {frame.number}\r\nattempt {frame.attempts}\r\n", "render_log": "abc\r\ndef\r\nhij\r\n"}
    return item


def _write_config(project: dict[str, Any], config: dict[str, str], body: dict[str, Any]) -> None:
    """One default at most."""
    config |= {name: str(body[name]) for name in ("cg_soft_name", "plugin_name", "is_default") if name in body}
    config.setdefault("is_default", "0")
    if config["is_default"] == "1":
        for other in project["plugins"]:
            if other is not config:
                other["is_default"] = "0"


def _read(raw: bytes, kind: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Head and body. Raises Refusal with the codes of appendix A."""
    if not raw.strip():
        raise Refusal("1001", "Json empty content")
    if kind.partition(";")[0].strip() != "application/json":
        raise Refusal("1004", "Content-Type is not supported")
    if len(raw) > MAX_BYTES:
        raise Refusal("1005", "json is too long")
    try:
        message = json.loads(raw)
    except ValueError as exc:
        raise Refusal("1002", "json parse exception") from exc
    parts = []
    for code, name in (("1006", "head"), ("1007", "body")):
        part = message.get(name) if isinstance(message, dict) else None
        if not isinstance(part, dict):
            raise Refusal(code, f"Json format error, {name} lost")
        parts.append(part)
    return parts[0], parts[1]


def _refused(no: Refusal) -> dict[str, Any]:
    """Clients read error_message, the manual says description."""
    words = {"error_message": no.words, "description": no.words}
    return {"head": {"result": "1", "error_code": no.code, **words}, "body": {}}


def _whole(text: Any, name: str) -> int:
    try:
        return int(str(text))
    except ValueError as exc:
        raise Refusal("1021", f"{name} parameter cast exception") from exc


def _stamp(at: float, pattern: str) -> str:
    return datetime.fromtimestamp(at, CLOCK).strftime(pattern)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    farm: Fox


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self._send(405, b"<html>Method Not Allowed</html>", "text/html")

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.rstrip("/") not in ADDRESSES:
            self._send(404, b"<html>Not Found</html>", "text/html")
            return
        farm = self.server.farm
        request, answer, fault = farm.answer(raw, self.headers.get("Content-Type", ""))
        farm.journal.append(request)
        self._reply(json.dumps(answer).encode(), fault)

    def _reply(self, content: bytes, fault: Fault | None) -> None:
        kind = fault.kind if fault else ""
        if fault and kind == "latency":
            self.server.farm._stop.wait(fault.seconds)
        if kind in ("drop_before", "drop_after"):
            self._hang_up()
        elif fault and fault.status:
            self._send(fault.status, b"<html>broken</html>", "text/html")
        elif kind == "html":
            self._send(200, b"<html><body>Maintenance</body></html>", "text/html")
        elif kind == "empty":
            self._send(200, b"", "application/json")
        else:
            self._send(200, content[: len(content) // 2] if kind == "truncated_json" else content, "application/json")

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _send(self, status: int, content: bytes, kind: str) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            self.close_connection = True  # whoever asked is gone

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""


def program(folder: Path, storage: Path, password: str) -> Path:
    """A stand-in `ascp` in `folder` that keeps its files in `storage` and takes this password."""
    script = Path(__file__).with_name("ascp.py")
    file = folder / "ascp"
    file.write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -I "{script}" "{storage}" "{password}" "$@"\n', encoding="utf-8"
    )
    os.chmod(file, 0o755)
    return file
