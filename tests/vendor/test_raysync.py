"""The vendor's clients through Raysync: uploads and downloads by way of the stand-in for its program."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulator import Renderbus
from tests.simulator import tasks as ts
from tests.simulator.raysync import Break, RaysyncDaemon
from tests.vendor.conftest import Vendor
from tests.vendor.submission import checked, files
from tests.vendor.test_flow import assert_arrived, contents, transfers

pytestmark = pytest.mark.vendor

ENGINE = {"engine_type": "raysyncproxy"}


@pytest.fixture
def daemon(farm: Renderbus) -> Iterator[RaysyncDaemon]:
    with RaysyncDaemon(farm.storage.root, (farm.account.user_name, farm.account.raysync_key)) as daemon:
        yield daemon


def install(vendor: Vendor, port: int, folder: Path) -> None:
    """What the client looks for of the program, so that it fetches nothing: a port, and two scripts that do nothing."""
    folder.mkdir()
    for name in ("Raysync-sdk", "start.sh", "stop.sh"):
        (folder / name).write_text("", encoding="utf-8")
    (folder / "cluster.xml").write_text(f'<config><server><port value="{port}"/></server></config>')
    for name in ("upload", "download"):
        vendor.set(f"{name}.raysync_engine._raysyncdirpath", str(folder))
        vendor.set(f"{name}.raysync_engine._raysyncexe", str(folder / "Raysync-sdk"))


@pytest.mark.parametrize("vendor", ["3.0.4.3", "2.9.0"], indirect=True)
def test_up_broken_on_and_down(
    vendor: Vendor, farm: Renderbus, daemon: RaysyncDaemon, program: Path, tmp_path: Path
) -> None:
    scene = files(tmp_path / "work")
    vendor.login(farm)
    task_id = checked(vendor, scene)
    transfers(vendor, farm, program)
    install(vendor, daemon.port, tmp_path / "RaysyncCmd")
    daemon.breaks.append(Break(after_bytes=100))
    assert vendor.call("upload.upload", str(task_id), *scene.configuration, **ENGINE) is True
    assert_arrived(farm, task_id, scene, farm.account.asset_place)

    vendor.call("api.submit", task_id)
    out = tmp_path / "out"
    out.mkdir()
    assert vendor.call("download.auto_download", [task_id], local_path=str(out), **ENGINE) is True
    farm.wait_for(task_id, ts.FINISHED)
    assert contents(out) == contents(farm.storage.place(farm.account.output_bid, farm.account.user_id))
    assert len(contents(out)) == 3

    assert all(call.absolute for call in daemon.journal)
    asked = {call.path for call in daemon.journal}
    assert asked >= {"/check-raysync-http", "/create-task", "/start-task", "/get-task-status", "/get-file-list"}
    assert {task.state for task in daemon.tasks.values()} <= {"successful", "failed"}
    assert any(call.path == "/start-task" for call in daemon.journal)
