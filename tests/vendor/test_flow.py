"""From log-in to pictures with the vendor's clients: checked, uploaded, submitted, polled, downloaded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.simulator import Renderbus
from tests.simulator import tasks as ts
from tests.vendor.conftest import Vendor, VendorError, made
from tests.vendor.submission import Files, checked, files

pytestmark = pytest.mark.vendor


def transfers(vendor: Vendor, farm: Renderbus, program: Path, fail: str = "") -> None:
    """Make the objects `upload` and `download`, that start `program`."""
    root = str(farm.storage.root)
    vendor.call("knowledge.environ", SIMULATOR_STORAGE=root, SIMULATOR_TRANSMITTER_FAIL=fail)
    for name in ("upload", "download"):
        kind = f"rayvision_sync.{name}.Rayvision{name.capitalize()}"
        logger = {"logger": made("logger")} if vendor.number > (2, 3) else {}
        vendor.make(name, kind, made("api"), transmitter_exe=str(program), automatic_line=True, **logger)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def assert_arrived(farm: Renderbus, task_id: int, scene: Files, asset_place: tuple[str, int]) -> None:
    account = farm.account
    for path in (scene.task, scene.upload, scene.asset, scene.tips):
        there = farm.storage.config(account.config_bid, account.user_id, task_id, path.name)
        assert there.read_bytes() == path.read_bytes()
    for path in (scene.scene, scene.texture):
        assert farm.storage.place(*asset_place, str(path)).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("layers", [("defaultRenderLayer",), ("hero", "set")], ids=["plain", "layered"])
def test_from_login_to_pictures(
    vendor: Vendor, farm: Renderbus, program: Path, tmp_path: Path, layers: tuple[str, ...]
) -> None:
    scene = files(tmp_path / "work", layers)
    vendor.login(farm)
    task_id = checked(vendor, scene)
    transfers(vendor, farm, program)
    assert vendor.call("upload.upload", str(task_id), *scene.configuration) is True
    assert_arrived(farm, task_id, scene, farm.account.asset_place)

    assert vendor.call("api.submit", task_id) is True
    out = tmp_path / "out"
    out.mkdir()
    assert vendor.call("download.auto_download", [task_id], local_path=str(out)) is True
    task = farm.wait_for(task_id, ts.FINISHED)
    assert len(task.children) == (2 if len(layers) > 1 else 0)
    pictures = contents(farm.storage.place(farm.account.output_bid, farm.account.user_id))
    assert len(pictures) == 3 * len(layers)
    assert contents(out) == pictures

    for name in ("later", "bare"):
        (tmp_path / name).mkdir()
    assert vendor.call("download.auto_download_after_task_completed", [task_id], local_path=str(tmp_path / "later"))
    assert contents(tmp_path / "later") == pictures
    bare = {"download_filename_format": "false", "local_path": str(tmp_path / "bare")}
    assert vendor.call("download.download", [task_id], **bare) is True
    assert contents(tmp_path / "bare") == {path.partition("/")[2]: content for path, content in pictures.items()}
    assert {request.code for request in farm.journal} == {200}


@pytest.mark.parametrize("vendor", ["2.2.0"], indirect=True)
def test_raysync_through_the_transmission_program(
    vendor: Vendor, farm: Renderbus, program: Path, tmp_path: Path
) -> None:
    """The older clients let it do this, too."""
    scene = files(tmp_path / "work")
    vendor.login(farm)
    task_id = checked(vendor, scene)
    transfers(vendor, farm, program)
    server = {"engine_type": "raysync", "server_ip": "127.0.0.1", "server_port": "32002"}
    assert vendor.call("upload.upload", str(task_id), *scene.configuration, **server) is True
    assert_arrived(farm, task_id, scene, farm.account.asset_place)


@pytest.mark.parametrize("vendor", ["3.0.4.3", "2.9.0"], indirect=True)  # in 2018 nobody was told the main's storage
def test_a_sub_account_uploads_to_its_main_account(
    vendor: Vendor, farm: Renderbus, program: Path, tmp_path: Path
) -> None:
    main = farm.account
    farm.account = farm.add_account(
        access_id="AKIDsubEXAMPLE",
        access_key="key-of-sub-EXAMPLE",
        user_id=10001137,
        user_name="sub",
        main=main,
        share_main_capital=True,
        input_bid="10301",
        output_bid="20301",
    )
    scene = files(tmp_path / "work")
    vendor.login(farm)
    task_id = checked(vendor, scene)
    transfers(vendor, farm, program)
    assert vendor.call("upload.upload", str(task_id), *scene.configuration) is True
    assert_arrived(farm, task_id, scene, (main.input_bid, main.user_id))
    vendor.call("api.submit", task_id)
    farm.wait_for(task_id, ts.FINISHED)


def test_a_download_that_keeps_failing_is_named(vendor: Vendor, farm: Renderbus, program: Path, tmp_path: Path) -> None:
    """The old client tries it twice and calls that a success."""
    (task,) = farm.seed(1)
    vendor.login(farm)
    transfers(vendor, farm, program, fail="*:1")
    if vendor.number < (2, 3):
        assert vendor.call("download.auto_download", [task.id], local_path=str(tmp_path)) is True
        assert len(list((farm.storage.root / ".transmitter").iterdir())) == 2
        return
    with pytest.raises(VendorError) as failed:
        vendor.call("download.auto_download", [task.id], local_path=str(tmp_path))
    assert failed.value.kind == "DownloadFailed"


def test_an_upload_that_breaks_off_goes_on(vendor: Vendor, farm: Renderbus, program: Path, tmp_path: Path) -> None:
    scene = files(tmp_path / "work")
    vendor.login(farm)
    task_id = checked(vendor, scene)
    transfers(vendor, farm, program, fail="1:1,6:half")  # the first try of a file; the assets half-way
    assert vendor.call("upload.upload", str(task_id), *scene.configuration) is True
    assert_arrived(farm, task_id, scene, farm.account.asset_place)
    notes: list[dict[str, Any]] = [
        json.loads(path.read_text()) for path in sorted((farm.storage.root / ".transmitter").iterdir())
    ]
    assert [note["code"] for note in notes] == [1, 0, 0, 0, 0, 1, 0]
    size = scene.scene.stat().st_size
    assert sum(sent for note in notes[5:] for target, sent in note["sent"] if target.endswith(".ma")) == size


def test_what_became_of_a_task_is_what_the_client_says(vendor: Vendor, farm: Renderbus) -> None:
    """Statuses that the protocol has and the vendor's table has not make it fail."""
    (task,) = farm.seed(1)
    vendor.login(farm)
    vendor.make("manage", "rayvision_sync.manage.RayvisionManageTask", made("api.query"))
    unknown = set()
    farm.hold_at(*ts.MOVING)
    for status in sorted(ts.STATUSES):
        farm.set_status(task.id, status)
        try:
            (said,) = vendor.call("manage.get_task_status", [task.id])
        except VendorError as failed:
            assert failed.kind == "RayvisionError"
            unknown.add(status)
        else:
            assert (said["task_id"], said["task_status_code"]) == (str(task.id), str(status))
    assert unknown == {ts.STOPPED_BY_USER, ts.ANALYSES, ts.UPDATES}
