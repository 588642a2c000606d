"""The simulated Renderbus: accounts, tasks, storage and time, behind an HTTP server."""

from __future__ import annotations

import json
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from . import frames as fr
from . import life, software
from . import tasks as ts
from .accounts import Account
from .faults import Fault, Faults
from .frames import Frame
from .images import Render
from .journal import Journal, Request
from .server import Server
from .settings import Settings
from .storage import Storage
from .tasks import Task

FIRST_TASK, FIRST_FRAME, FIRST_LABEL = 19097, 1546598, 21205


class Renderbus:
    """A farm on this machine. A context manager: it serves, and its time passes, from entry to exit.

        with Renderbus(tmp_path) as farm:
            farm.domain, farm.account.access_id, farm.account.access_key

    `settings` are those of `Settings`, by name. What a test looks at or changes: `account`, `tasks`, `journal`,
    `frame_outcome` (called with (task, frame) at each tick of a frame: "done", "failed", "running", "timeout" or
    "stopped"; the farm waits for it), `clock_skew` (seconds), `hardware` (hardwareConfig/list's items), `storage`.
    """

    def __init__(
        self, storage: Path | None = None, port: int = 0, *, account: Account | None = None, **settings: Any
    ) -> None:
        self.settings = replace(Settings(), **settings)
        self._own = tempfile.TemporaryDirectory(prefix="simulated-farm-") if storage is None else None
        self.storage = Storage(Path(self._own.name) if self._own else Path(storage or ""))
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.account = account or Account()
        self.accounts: dict[str, Account] = {}
        self.add_account(self.account)
        self.tasks: dict[int, Task] = {}
        self.moving: dict[int, Task] = {}
        self.held: set[int] = set()
        self.frame_outcome: Callable[[Task, Frame], str] | None = None
        self.clock_skew = 0.0
        self.hardware = [dict(item) for item in software.HARDWARE]
        self.renders: dict[int, Render] = {}
        self.records: list[dict[str, Any]] = []
        self.logins: list[dict[str, Any]] = []
        self.faults = Faults()
        self._journal = Journal()
        self._pictures: dict[int, dict[int, bytes]] = {}
        self._next_task, self._next_frame, self._next_label = FIRST_TASK, FIRST_FRAME, FIRST_LABEL
        self._frames: dict[int, tuple[Task, Frame]] = {}
        self._server = Server(self, self.settings.host, port)
        self._clock: threading.Thread | None = None
        self._closing = threading.Event()

    # -- its life

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._server.port

    @property
    def domain(self) -> str:
        """host:port, as a client writes and signs it."""
        return f"{self.settings.host}:{self.port}"

    @property
    def url(self) -> str:
        """http://host:port."""
        return f"http://{self.domain}"

    def __enter__(self) -> Renderbus:
        self._server.start()
        if self.settings.auto:
            self._clock = threading.Thread(target=self._pass_time, name="simulated-farm-clock", daemon=True)
            self._clock.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        if self._clock is not None:
            self._clock.join()
        self._server.stop()
        with self.lock:
            for render in self.renders.values():
                render.close()
            self.renders.clear()
        if self._own is not None:
            self._own.cleanup()

    def _pass_time(self) -> None:
        while not self._closing.wait(self.settings.tick):
            self.tick()

    def tick(self, times: int = 1) -> None:
        """Let time pass: each task that moves makes a step."""
        for _ in range(times):
            with self.changed:
                for task in list(self.moving.values()):
                    life.step(self, task)
                self.changed.notify_all()

    def now_ms(self) -> int:
        """The farm's clock."""
        return int((time.time() + self.clock_skew) * 1000)

    # -- for tests

    def add_account(self, account: Account | None = None, **values: Any) -> Account:
        """One more account, given or made of `values` (see Account)."""
        account = account or Account(**values)
        with self.lock:
            self.accounts[account.access_id] = account
        return account

    @property
    def journal(self) -> list[Request]:
        """Every request so far, oldest first."""
        return self._journal.all()

    def requests(self, name: str) -> int:
        """How many requests had that last part of the path, or that name in the journal."""
        return sum(name in (request.name, request.call) for request in self.journal)

    def record(self, request: Request) -> None:
        """For the server: one more request."""
        self._journal.add(request)

    def forget_requests(self) -> None:
        """An empty journal."""
        self._journal.clear()

    def inject(self, fault: Fault) -> None:
        """Let something go wrong."""
        if fault.kind == "clock_skew":
            self.clock_skew += fault.seconds
        else:
            self.faults.add(fault)

    def clear_faults(self) -> None:
        """From now on all goes well, with the right time."""
        self.faults.clear()
        self.clock_skew = 0.0

    def hold_at(self, *statuses: int) -> None:
        """Tasks that get to one of these statuses stay there, until `release`."""
        with self.lock:
            self.held.update(statuses)

    def release(self, *statuses: int) -> None:
        """Let them go on (all, when none is named)."""
        with self.lock:
            self.held = self.held - set(statuses) if statuses else set()

    def task(self, task_id: int) -> Task:
        """A task or a part of one. Raises KeyError."""
        with self.lock:
            return self.tasks[task_id]

    def submitted(self) -> list[Task]:
        """The tasks that were submitted, deleted ones too; parts are not among them."""
        with self.lock:
            return [task for task in self.tasks.values() if task.listed and task.parent is None]

    def wait_for(self, task_id: int, *statuses: int, seconds: float = 20.0) -> Task:
        """Wait until a task has one of these statuses (of a task with parts: each part). Raises TimeoutError."""
        with self.changed:
            task = self.tasks[task_id]
            ok = self.changed.wait_for(
                lambda: bool(
                    task.status in statuses
                    if not task.children
                    else all(part.status in statuses for part in task.children)
                ),
                seconds,
            )
        if not ok:
            raise TimeoutError(f"Task {task_id} has status {[part.status for part in task.parts]}: {task.reason}")
        return task

    def set_status(self, task_id: int, status: int) -> None:
        """Put a task into a status, whatever it was."""
        with self.changed:
            task = self.tasks[task_id]
            task.status = status
            if status in ts.MOVING:
                self.moving[task_id] = task
            else:
                self.moving.pop(task_id, None)
            self.changed.notify_all()

    def seed(
        self, tasks: int, frames_each: int = 10, *, status: int = ts.FINISHED, account: Account | None = None
    ) -> list[Task]:
        """Many tasks at once, submitted earlier, with frames that are as the status says."""
        frame_status = {ts.FINISHED: fr.DONE, ts.FAILED_TASK: fr.FAILED, ts.WAITING: fr.WAITING, ts.RENDERS: fr.WAITING}
        kept = frame_status.get(status, fr.STOPPED)
        made = []
        with self.lock:
            for place in range(tasks):
                task = self.new_task(account or self.account)
                task.status = status
                task.submissions = 1
                task.submitted_ms = task.started_ms = self.now_ms() - (tasks - place) * 60_000
                task.completed_ms = task.submitted_ms + 30_000 if status in ts.OVER else None
                task.scene, task.file_stem, task.cg_id, task.kind = (
                    f"shot_{place:05d}.ma",
                    f"shot_{place:05d}",
                    2000,
                    "Render",
                )
                task.range = f"1-{frames_each}[1]"
                task.output = f"{task.id}_{task.file_stem}"
                task.prepared = True
                for number in range(1, frames_each + 1):
                    frame = self.new_frame(task, str(number), (number,))
                    frame.status = kept
                    task.frames.append(frame)
                if status in ts.MOVING:
                    self.moving[task.id] = task
                made.append(task)
        return made

    # -- for the farm's own modules

    def new_task(self, account: Account, parent: Task | None = None) -> Task:
        """A task with the next number."""
        number = self._next_task
        self._next_task += 1
        prefix = next((item["taskPrefix"] for item in software.PLATFORMS if item["platform"] == account.platform), "W")
        task = self.tasks[number] = Task(number, account, f"{prefix}{number}", parent=parent)
        return task

    def new_frame(
        self,
        task: Task,
        index: str,
        numbers: tuple[int, ...],
        kind: int = fr.MAIN,
        block: str = "",
        gop: str | None = None,
    ) -> Frame:
        """A frame with the next number."""
        frame = Frame(self._next_frame, task.id, index, numbers, kind, block=block, gop=gop)
        self._next_frame += 1
        self._frames[frame.id] = (task, frame)
        return frame

    def new_label(self, names: Iterable[str] = ()) -> dict[int, str]:
        """Labels with the next numbers."""
        made = {}
        for name in names:
            made[self._next_label] = name
            self._next_label += 1
        return made

    def frame(self, frame_id: int) -> tuple[Task, Frame] | None:
        """A frame and its task."""
        return self._frames.get(frame_id)

    def look_at_render(self, frame: Frame) -> str:
        """What Blender made of a frame so far."""
        render = self.renders[frame.id]
        pictures = render.poll()
        if pictures is None:
            return "running"
        self._pictures[frame.id] = pictures
        if set(pictures) == set(frame.numbers):
            return "done"
        frame.reason = f"Blender rendered nothing.\n{render.log[-2000:]}"
        return "failed"

    def finish_render(self, frame: Frame) -> dict[int, bytes] | None:
        """Blender's pictures of a frame, if it rendered it."""
        self.drop_render(frame)
        return self._pictures.pop(frame.id, None)

    def drop_render(self, frame: Frame) -> None:
        """End Blender's work on a frame, if there is any."""
        render = self.renders.pop(frame.id, None)
        if render is not None:
            render.close()

    def note(self, account: Account, button: str, tasks: Iterable[int], path: str) -> None:
        """An entry of the task record."""
        self.records.append(
            {
                "userName": account.user_name,
                "taskType": "render",
                "buttonName": button,
                "taskIds": json.dumps(list(tasks)),
                "channel": 4,
                "createTime": self.now_ms(),
                "details": "",
                "operateSource": 4,
                "userId": account.user_id,
                "requestIp": "127.0.0.1",
                "requestURI": path,
                "requestParam": "",
            }
        )

    def note_login(self, account: Account) -> None:
        """An entry of the login record."""
        self.logins.append(
            {
                "id": len(self.logins) + 1,
                "userId": account.user_id,
                "userName": account.user_name,
                "userUa": "",
                "traceId": "",
                "loginType": 1,
                "loginStatus": 1,
                "loginStaDesc": "success",
                "moduleType": 4,
                "ip": "127.0.0.1",
                "loginTime": self.now_ms(),
            }
        )
