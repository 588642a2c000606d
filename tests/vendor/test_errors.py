"""What the vendor's clients make of refusals and accidents: each error is five requests, and then an exception."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.simulator import Fault, Renderbus
from tests.vendor.conftest import Vendor, VendorError
from tests.vendor.submission import HARDWARE, checked, files

pytestmark = pytest.mark.vendor

TRIES = 5


def refused(vendor: Vendor, farm: Renderbus, code: int, what: str, *args: Any) -> None:
    """The call raises the farm's code, after five requests with it."""
    before = len(farm.journal)
    with pytest.raises(VendorError) as failed:
        vendor.call(what, *args)
    assert (failed.value.kind, failed.value.code) == ("RayvisionAPIError", code)
    requests = farm.journal[before:]
    assert [request.code for request in requests] == [code] * TRIES


@pytest.mark.parametrize(
    ("given", "code"),
    [({"access_key": "another"}, 611), ({"access_id": "nobody"}, 602)],
)
def test_who_is_not_known_is_not_let_in(vendor: Vendor, farm: Renderbus, given: dict[str, str], code: int) -> None:
    with pytest.raises(VendorError) as failed:
        vendor.login(farm, **given)
    assert (failed.value.kind, failed.value.code) == ("RayvisionAPIError", code)
    assert [request.code for request in farm.journal] == [code] * TRIES
    assert len({request.headers["nonce"] for request in farm.journal}) == TRIES


def test_a_stale_clock_a_replay_and_an_unknown_path(vendor: Vendor, farm: Renderbus) -> None:
    vendor.login(farm)
    refused(vendor, farm, 404, "api.connect.post", "/api/render/common/nothing", {}, False)
    vendor.pin("time.time", time.time() - 3600)
    refused(vendor, farm, 610, "api.query.platforms")
    vendor.unpin()
    vendor.pin("time.time", time.time())
    vendor.pin("random.randrange", 123456)
    assert vendor.call("api.query.platforms")
    refused(vendor, farm, 603, "api.query.platforms")
    vendor.unpin()
    assert vendor.call("api.query.platforms")


def test_an_account_that_may_not(vendor: Vendor, farm: Renderbus) -> None:
    vendor.login(farm)
    farm.account.forbidden.add("queryPlatforms")
    refused(vendor, farm, 403, "api.query.platforms")
    farm.account.disabled = True
    refused(vendor, farm, 804, "api.query.all_frame_status")


@pytest.mark.parametrize("kind", ["html", "truncated_json", "empty", "drop_before", "http_500"])
def test_what_goes_wrong_twice_is_asked_again(vendor: Vendor, farm: Renderbus, kind: str) -> None:
    vendor.login(farm)
    farm.inject(Fault("queryPlatforms", kind, times=2))
    assert vendor.call("api.query.platforms")
    assert farm.requests("queryPlatforms") == 3


def test_a_task_is_created_again_when_the_answer_is_lost(vendor: Vendor, farm: Renderbus) -> None:
    """Why ours never repeats this call."""
    vendor.login(farm)
    farm.inject(Fault("createTask", "drop_after"))
    made = vendor.call("api.task.create_task")
    assert len(farm.tasks) == 2
    assert made["taskIdList"] == [max(farm.tasks)]


def test_what_never_reaches_the_farm(vendor: Vendor, farm: Renderbus) -> None:
    vendor.login(farm)
    before = len(farm.journal)
    with pytest.raises(VendorError, match="Validation failure"):
        vendor.call("api.task.stop_task", "nineteen")
    with pytest.raises(VendorError) as failed:
        vendor.call("api.submit", "19097")
    assert failed.value.kind == "RayvisonTaskIdError"
    assert len(farm.journal) == before


@pytest.mark.parametrize(
    ("vendor", "version", "hardware", "kind"),
    [
        ("3.0.4.3", "1998", HARDWARE, "RayvisionError"),
        ("3.0.4.3", "2019", {**HARDWARE, "ram": "1GB"}, "HardwareConfigIdError"),
        ("3.0.4.3", "2019", {"ram": "64GB"}, "TypeError"),
        ("2.9.0", "2019", {**HARDWARE, "ram": "1GB"}, "HardwareConfigIdError"),
        ("2.9.0", "2019", {"ram": "64GB"}, "KeyError"),
    ],
    indirect=["vendor"],
)
def test_a_check_refuses(
    vendor: Vendor, farm: Renderbus, tmp_path: Path, version: str, hardware: dict[str, Any], kind: str
) -> None:
    """From the farm's answers about software and machines; no task is created for it."""
    vendor.login(farm)
    with pytest.raises(VendorError) as failed:
        checked(vendor, files(tmp_path / "work", version=version), hardware)
    assert failed.value.kind == kind
    assert not farm.tasks


@pytest.mark.parametrize(
    ("vendor", "part", "missing", "kind", "code"),
    [
        ("3.0.4.3", "task_info", "hardwareConfigIds", "RayvisionError", 1000002),
        ("2.9.0", "task_info", "hardwareConfigId", "RayvisionError", 1000002),
        ("3.0.4.3", "software_config", "cg_version", "KeyError", None),
        ("2.2.0", "task_info", "project_name", "KeyError", None),
    ],
    indirect=["vendor"],
)
def test_a_check_stumbles_over_a_task_without(
    vendor: Vendor, farm: Renderbus, tmp_path: Path, part: str, missing: str, kind: str, code: int | None
) -> None:
    vendor.login(farm)
    scene = files(tmp_path / "work")
    task = json.loads(scene.task.read_text(encoding="utf-8"))
    del task[part][missing]
    scene.task.write_text(json.dumps(task), encoding="utf-8")
    with pytest.raises(VendorError) as failed:
        checked(vendor, scene)
    assert (failed.value.kind, failed.value.code) == (kind, code)


def test_tips_are_looked_up_and_an_error_among_them_refuses(vendor: Vendor, farm: Renderbus, tmp_path: Path) -> None:
    vendor.login(farm)
    assert checked(vendor, files(tmp_path / "warned"), tips={"15013": ["2018"]})
    with pytest.raises(VendorError, match="There are 1 errors") as failed:
        checked(vendor, files(tmp_path / "wrong"), tips={"15013": ["2018"], "15024": ["shot.ma"]})
    assert failed.value.code == 1000000
    assert farm.requests("queryAnalyseErrorDetail") == 3
