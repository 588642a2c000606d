"""The simulated server as a test sees it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from . import worker
from .dialect import DIALECTS
from .farm import Farm
from .faults import Fault, Faults
from .http import Http
from .records import Job, Manager, Project, Request, Task


class FlamencoServer:
    """A farm with one manager: `with FlamencoServer(folder) as server:` and its `url`.

    folder: gets `project` (scenes; the workers look there), `render` (pictures, `<job id>/00001.png`),
    `render_settings` and, from dialect A' on, `storage`. dialect: "A", "A'", "C" or "B". workers: of the manager.
    auto: workers render by themselves; otherwise a test says `step()`. outcome: what becomes of a frame of a job:
    "done", "failed" (of its task) or "hangs". All public attributes are plain data; hold `changed` to change them.
    """

    def __init__(
        self,
        folder: Path,
        dialect: str = "A",
        *,
        workers: int = 1,
        auto: bool = True,
        outcome: Callable[[Job, int], str] | None = None,
        port: int = 0,
    ) -> None:
        self.folder = folder
        self.project, self.render = folder / "project", folder / "render"
        for made in (self.project, self.render, folder / "render_settings", folder / "storage"):
            made.mkdir(parents=True, exist_ok=True)
        (folder / "render_settings" / "base_720p.py").write_text("import bpy\n")
        self.farm = Farm(DIALECTS[dialect], folder / "storage")
        self.faults = Faults()
        self._auto = auto
        self._requests: list[Request] = []
        self._closing = threading.Event()
        self._http = Http(port, self)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._threads: list[threading.Thread] = []
        if outcome is not None:
            self.farm.outcome = outcome
        self._furnish(workers)

    def _furnish(self, workers: int) -> None:
        places = {"path": ("project", str(self.project)), "render_path": ("render", str(self.render))}
        paths: dict[str, str | None] = {}
        for kind, (name, here) in places.items():
            paths |= {f"{kind}_server": here, f"{kind}_linux": here}
            paths |= {f"{kind}_win": f"P:\\farm\\{name}", f"{kind}_osx": f"/Volumes/farm/{name}"}
        self.farm.projects[1] = Project(1, "Short", paths)
        self.farm.settings.update(
            {
                "active_project": "1",
                "blender_path_linux": "/usr/bin/blender",
                "blender_path_win": "C:\\blender\\blender.exe",
                "blender_path_osx": "/Applications/Blender.app",
                "render_settings_path_linux": str(self.folder / "render_settings"),
                "render_settings_path_win": "P:\\render_settings",
                "render_settings_path_osx": "/Volumes/render_settings",
            }
        )
        self.farm.add_manager("Farm manager", 7777, workers, played=True)

    # -- its life

    def __enter__(self) -> FlamencoServer:
        self._closing.clear()
        self._threads = [threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)]
        if self._auto:
            self._threads.append(threading.Thread(target=self._work, daemon=True))
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Nobody listens any more; what is not committed is lost, what the workers do goes on after `restart`."""
        self._closing.set()
        self._http.shutdown()
        for thread in self._threads:
            thread.join()
        self._http.server_close()
        with self.changed:
            self.farm.doomed.clear()

    def restart(self) -> None:
        """Listen at the same address again, after `stop`."""
        self._http = Http(int(self.url.rpartition(":")[2]), self)
        self.__enter__()

    def _work(self) -> None:
        while not self._closing.wait(0.01):
            self.step()

    def step(self, times: int = 1) -> None:
        """Each worker with a task renders a frame."""
        for _ in range(times):
            with self.changed:
                if worker.step(self.farm):
                    self.changed.notify_all()

    # -- for tests

    @property
    def changed(self) -> threading.Condition:
        """Held while anything is read or changed, told of every change."""
        return self.farm.changed

    @property
    def projects(self) -> dict[int, Project]:
        """By id."""
        return self.farm.projects

    @property
    def managers(self) -> dict[int, Manager]:
        """By id."""
        return self.farm.managers

    @property
    def jobs(self) -> dict[int, Job]:
        """By id."""
        return self.farm.jobs

    @property
    def tasks(self) -> dict[int, Task]:
        """By id."""
        return self.farm.tasks

    @property
    def settings(self) -> dict[str, str | None]:
        """By name."""
        return self.farm.settings

    @property
    def journal(self) -> list[Request]:
        """Every request so far, oldest first."""
        with self.changed:
            return list(self._requests)

    def requests(self, method: str, path: str) -> int:
        """How many there were."""
        return sum((method, path) == (request.method, request.path) for request in self.journal)

    def record(self, request: Request) -> None:
        """For the HTTP side: one more request."""
        with self.changed:
            self._requests.append(request)
            self.changed.notify_all()

    def inject(self, fault: Fault) -> None:
        """Let something go wrong."""
        self.faults.add(fault)

    def wait_for(self, told: Callable[[], bool], seconds: float = 60.0) -> None:
        """Until something is so. Raises TimeoutError."""
        with self.changed:
            if not self.changed.wait_for(told, seconds):
                raise TimeoutError(f"Still not so: {list(self.jobs.values())} {list(self.tasks.values())}")
