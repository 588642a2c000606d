"""A farm whose time the test moves, and jobs for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.simulation.manager_raw import Raw
from tests.simulation.signer import Caller
from tests.simulator import Renderbus
from tests.simulator.flamenco import Manager

MAYA = {"defaultRenderLayer": {"renderable": "1", "common": {"frames": "1-3[1]", "render_camera": ["persp"]}}}


class Bench:
    """A farm and a signed-in caller."""

    def __init__(self, farm: Renderbus) -> None:
        self.farm = farm
        self.call = Caller(farm)

    def create(self, **body: Any) -> int:
        """A task's number."""
        return int(self.call.data("submit/createTask", {"count": 1, **body})["taskIdList"][0])

    def upload(self, task_id: int, scene_info: Any = None, assets: Any = (), cg: Any = None, **info: Any) -> None:
        """Put the configuration of a task into the storage, and assets: (server path, content)."""
        account = self.farm.account
        name, cg_id, version, scene = cg or ("Maya", "2000", "2020", "D:/work/shot.ma")
        task_info = {"task_id": str(task_id), "cg_id": cg_id, "input_cg_file": scene, **info}
        task: dict[str, Any] = {
            "task_info": task_info,
            "software_config": {"cg_name": name, "cg_version": version, "plugins": {}},
            "scene_info_render": MAYA if scene_info is None else scene_info,
        }
        upload = {"asset": [{"local": "x", "server": server, "size": len(data)} for server, data in assets]}
        for file, content in (("task.json", task), ("upload.json", upload)):
            place = self.farm.storage.config(account.config_bid, account.user_id, task_id, file)
            self.farm.storage.write(place, json.dumps(content).encode())
        for server, data in assets:
            self.farm.storage.write(self.farm.storage.place(account.input_bid, account.user_id, server), data)

    def submit(self, scene_info: Any = None, assets: Any = (), cg: Any = None, **info: Any) -> int:
        """A submitted task's number."""
        task_id = self.create()
        self.upload(task_id, scene_info, assets, cg, **info)
        self.call.data("submit/task", {"taskId": task_id})
        return task_id

    def info(self, task_id: int) -> dict[str, Any]:
        """Its TaskInfo."""
        items = self.call.data("handle/queryTaskInfo/v2", {"taskIds": [task_id]})["items"]
        assert len(items) == 1
        return dict(items[0])

    def frames(self, task_id: int) -> list[dict[str, Any]]:
        """Its first thousand frames."""
        body = {"taskId": task_id, "pageNum": 1, "pageSize": 1000}
        return list(self.call.data("handle/queryTaskFrames", body)["items"])

    def walk(self, task_id: int, ticks: int = 60) -> list[int]:
        """Its statuses, tick by tick, each once in a row, until nothing moves."""
        seen = [self.info(task_id)["taskStatus"]]
        for _ in range(ticks):
            if not self.farm.moving:
                break
            self.farm.tick()
            status = self.info(task_id)["taskStatus"]
            if status != seen[-1]:
                seen.append(status)
        return seen

    def results(self) -> list[str]:
        """The files in the output storage."""
        root = self.farm.storage.place(self.farm.account.output_bid, self.farm.account.user_id)
        return sorted(file.relative_to(root).as_posix() for file in root.rglob("*") if file.is_file())


@pytest.fixture
def make_bench(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """Benches with other settings; time stands still unless a test says `auto=True`."""
    made: list[Bench] = []

    def make(**settings: Any) -> Bench:
        farm = Renderbus(tmp_path / f"storage{len(made)}", **{"auto": False, **settings})
        farm.__enter__()
        made.append(Bench(farm))
        return made[-1]

    yield make
    for bench in made:
        bench.call.close()
        bench.farm.__exit__()


@pytest.fixture
def bench(make_bench: Callable[..., Bench]) -> Bench:
    """A farm where time stands still."""
    return make_bench()


@pytest.fixture
def make_manager(tmp_path: Path) -> Iterator[Callable[..., Raw]]:
    """Connections to Flamenco Managers; their workers stand still unless a test says `auto=True`.

    At the end every request and answer has to be as the OpenAPI file says, where it is there.
    """
    made: list[Raw] = []

    def make(*arguments: Any, **settings: Any) -> Raw:
        farm = Manager(tmp_path / f"farm{len(made)}", *arguments, **{"auto": False, **settings})
        farm.__enter__()
        made.append(Raw(farm))
        return made[-1]

    yield make
    for raw in made:
        raw.close()
        raw.farm.__exit__()
    for raw in made:
        raw.farm.assert_valid()


@pytest.fixture
def manager(make_manager: Callable[..., Raw]) -> Raw:
    """A Manager with one worker that stands still."""
    return make_manager()
