"""Jobs of the simulated Manager: types, submission, statuses, deletion, older versions."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.simulation.manager_raw import ECHO, NOWHERE, Raw, render
from tests.simulator.flamenco import Variable

Make = Callable[..., Raw]


def test_what_it_says_of_itself(manager: Raw) -> None:
    assert manager.get("/version") == {
        "version": "3.9.0",
        "shortversion": "3.9.0",
        "name": "Simulated",
        "git": "v3.9.0",
    }
    jobs = str(manager.farm.storage / "jobs")
    assert manager.get("/configuration") == {"storageLocation": jobs, "shamanEnabled": True, "isFirstRun": False}
    assert manager.get("/configuration/variables/workers/windows")["jobs"] == {"is_twoway": False, "value": jobs}
    assert manager.get("/status") == {"status": "idle"}


def test_without_shaman_the_storage_itself_is_shared(make_manager: Make) -> None:
    manager = make_manager(shaman=False)
    where = manager.get("/configuration/shared-storage/users/linux")
    assert (where["location"], where["shamanEnabled"]) == (str(manager.farm.storage), False)


def test_setup_mode_serves_all_but_shaman(manager: Raw) -> None:
    manager.farm.setup_mode = True
    found = manager.get("/configuration")
    assert (found["isFirstRun"], found["shamanEnabled"]) == (True, False)
    assert manager.ask("POST", "/shaman/checkout/requirements", {"files": []})[0] == 503
    manager.submit()


def test_twoway_variables(manager: Raw) -> None:
    here = str(manager.farm.storage)
    values = {"linux": here, "windows": "P:\\films", "darwin": "/Volumes/films"}
    manager.farm.variables.table["films"] = Variable(values, twoway=True)
    assert manager.get("/configuration/shared-storage/users/windows")["location"] == "P:\\films\\jobs"
    body = render(manager.farm, "1", blendfile="p:/FILMS/a.blend", render_output_path="P:\\films\\out\\{timestamp}\\##")
    body = {**body, "submitter_platform": "windows", "metadata": {"project": "p:\\films\\x"}}
    found = manager.get(f"/jobs/{manager.submit(body)}")
    assert found["settings"]["blendfile"] == "{films}/a.blend"
    assert re.fullmatch(r"\{films\}\\out\\\d{4}-\d\d-\d\d_\d{6}\\##", found["settings"]["render_output_path"])
    assert found["metadata"] == {"project": "{films}\\x"}


def test_job_types(manager: Raw) -> None:
    echo, blender = manager.get("/jobs/types")["job_types"]
    assert (echo["name"], blender["name"]) == ("echo-sleep-test", "simple-blender-render")
    assert manager.get("/jobs/type/echo-sleep-test") == echo
    settings = {one["key"]: one for one in blender["settings"]}
    assert settings["fps"]["eval"] == "C.scene.render.fps / C.scene.render.fps_base"
    assert settings["scene"] == {**settings["scene"], "required": True, "visible": "web", "eval": "C.scene.name"}
    assert manager.ask("GET", "/jobs/type/nope") == (404, {"code": 404, "message": "no such job type known"})


def test_a_fresh_job(manager: Raw) -> None:
    body = {**render(manager.farm, "1-3, 7", chunk_size=2, fps=25.0), "metadata": {"farmdeck.part": "0"}}
    job = manager.post("/jobs", body, 200)
    assert (job["status"], job["submitter_platform"], job["activity"]) == ("queued", "", "")
    assert (job["steps_completed"], job["steps_total"], job["metadata"]) == (0, 0, {"farmdeck.part": "0"})
    tasks = manager.get(f"/jobs/{job['id']}/tasks")["tasks"]
    assert [(one["name"], one["index_in_job"], one["steps_total"]) for one in tasks] == [
        ("render-1,2", 1, 2),
        ("render-3,7", 2, 2),
        ("preview-video", 3, 1),
    ]
    task = manager.get(f"/tasks/{tasks[0]['id']}")
    assert task["commands"][0]["parameters"]["args"][-2:] == ["--render-frame", "1,2"]
    assert manager.ask("GET", f"/tasks/{tasks[0]['id']}/log") == (204, None)
    assert [one["id"] for one in manager.get("/jobs")["jobs"]] == [job["id"]]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"format": "FFMPEG"}, 'only renders images, and not "FFMPEG"'),
        ({"render_output_path": ""}, "no render_output_path setting!"),
        ({"frames": "-3"}, 'invalid range "-3":  -3 (strconv.ParseInt: parsing "": invalid syntax)'),
        ({"frames": "5-3"}, "empty range"),
        ({"chunk_size": 0}, "must be positive number: 0"),
    ],
)
def test_what_the_compiler_refuses(manager: Raw, settings: dict[str, Any], message: str) -> None:
    for path in ("/jobs", "/jobs/check"):
        document = manager.post(path, render(manager.farm, **{"frames": "1", **settings}), 400)
        assert (document["code"], message in document["message"]) == (400, True), document
    assert not manager.farm.jobs


def test_etags_and_checks(manager: Raw) -> None:
    etag = manager.get("/jobs/type/echo-sleep-test")["etag"]
    assert manager.post("/jobs", {**ECHO, "type_etag": "older"}, 412)["code"] == 412
    manager.post("/jobs/check", {**ECHO, "type_etag": etag, "submitter_platform": "manager"})
    assert not manager.farm.jobs
    manager.submit(type_etag=etag)


def test_bodies_that_are_no_jobs(make_manager: Make) -> None:
    manager = make_manager()
    assert "name" in manager.post("/jobs", {"type": "echo-sleep-test"}, 400)["message"]
    assert manager.post("/jobs", {**ECHO, "priority": "high"}, 400).keys() == {"message"}
    assert manager.post("/jobs", {**ECHO, "type": "nope"}, 400)["message"] == "job type unknown"
    assert manager.post("/jobs", {**ECHO, "worker_tag": "nope"}, 500)["code"] == 500
    assert manager.send("POST", "/jobs", b"{", {"Content-Type": "application/json"})[0] == 400
    assert manager.send("POST", "/jobs", b"{}", {"Content-Type": "text/plain"})[0] == 400
    if manager.farm.validator.active:
        assert len(manager.farm.violations) >= 4
    manager.farm.violations.clear()


def test_ids_that_are_none_and_jobs_that_are_not(manager: Raw) -> None:
    assert manager.ask("GET", "/jobs/nope") == (400, {"code": 400, "message": "job ID not valid"})
    assert manager.ask("GET", f"/jobs/{NOWHERE}") == (404, {"code": 404, "message": "no such job"})
    assert manager.ask("GET", f"/tasks/{NOWHERE}")[0] == 404
    assert manager.get(f"/jobs/{NOWHERE}/tasks") == {"tasks": []}
    assert manager.get(f"/jobs/{NOWHERE}/blocklist") == []
    assert manager.ask("GET", f"/jobs/{NOWHERE}/last-rendered") == (204, None)
    assert manager.ask("GET", "/nope") == (404, {"message": "Not Found"})
    assert manager.ask("POST", "/jobs/query", {}) == (404, {"message": "method not allowed"})


def test_statuses_on_request(manager: Raw) -> None:
    job = manager.submit(initial_status="paused")
    assert manager.statuses(job) == ("paused", ["queued", "queued"])
    for asked, found in {
        "queued": ("queued", ["queued", "queued"]),
        "cancel-requested": ("canceled", ["canceled", "canceled"]),
        "requeueing": ("queued", ["queued", "queued"]),
        "pause-requested": ("paused", ["paused", "paused"]),
        "under-construction": ("under-construction", ["paused", "paused"]),
        "completed": ("completed", ["paused", "paused"]),
    }.items():
        manager.set_status(job, asked)
        assert manager.statuses(job) == found, asked
    assert manager.get(f"/jobs/{job}")["activity"] == 'Changed to status "completed": the test wants it'


def test_priority_and_tag(manager: Raw) -> None:
    job, tag = manager.submit(), manager.farm.add_tag("gpu")
    manager.post(f"/jobs/{job}/setpriority", {"priority": 90})
    manager.post(f"/jobs/{job}/settag", {"name": "gpu"})
    found = manager.get(f"/jobs/{job}")
    assert (found["priority"], found["worker_tag"]) == (90, tag.id)
    assert manager.post(f"/jobs/{job}/settag", {"name": "nope"}, 406)["message"] == "tag not found"
    manager.farm.step()
    assert manager.statuses(job)[0] == "queued"  # the worker has no such tag
    manager.post(f"/jobs/{job}/settag", {})
    assert "worker_tag" not in manager.get(f"/jobs/{job}")


def test_deletion_comes_later_and_takes_the_checkout(manager: Raw) -> None:
    checkout = manager.post("/shaman/checkout/create", {"files": [], "checkoutPath": "film/shot"}, 200)["checkoutPath"]
    job, plain = manager.submit(storage={"shaman_checkout_id": checkout}), manager.submit()
    assert manager.get(f"/jobs/{job}/what-would-delete-do") == {"shaman_checkout": True}
    assert manager.get(f"/jobs/{plain}/what-would-delete-do") == {"shaman_checkout": False}
    manager.farm.hold_deletions = True
    assert manager.ask("DELETE", f"/jobs/{job}") == (204, None)
    manager.farm.step()
    assert manager.get(f"/jobs/{job}")["delete_requested_at"].endswith("Z")
    manager.farm.hold_deletions = False
    manager.farm.step()
    assert manager.ask("GET", f"/jobs/{job}")[0] == 404
    assert not (manager.farm.storage / "jobs" / "film").exists()


def test_mass_deletion(manager: Raw) -> None:
    job = manager.submit()
    old = {"last_updated_max": "2020-01-01T00:00:00Z"}
    assert manager.ask("DELETE", "/jobs/mass-delete", old)[0] == 416
    updated = {"last_updated_max": manager.get(f"/jobs/{job}")["updated"]}
    assert manager.ask("DELETE", "/jobs/mass-delete", updated)[0] == 204
    manager.farm.step()
    assert not manager.farm.jobs


@pytest.mark.parametrize("version", ["3.2", "3.4", "3.5.1", "3.6", "3.7", "3.8.2"])
def test_older_managers(make_manager: Make, version: str) -> None:
    manager = make_manager(version)
    number = manager.farm.version
    job = manager.submit(metadata={"farmdeck.submission": "x"})
    if number < (3, 6):
        assert manager.ask("GET", "/jobs") == (400, {"message": "method not allowed"})
        found = manager.post("/jobs/query", {"metadata": {"farmdeck.submission": "x"}}, 200)["jobs"]
        assert manager.post("/jobs/query", {"metadata": {"farmdeck.submission": "y"}}, 200)["jobs"] == []
    else:
        found = manager.get("/jobs")["jobs"]
    assert [one["id"] for one in found] == [job]
    assert ("steps_total" in found[0]) == (number >= (3, 8))
    assert ("index_in_job" in manager.get(f"/jobs/{job}/tasks")["tasks"][0]) == (number >= (3, 6))
    assert (manager.ask("GET", "/status")[0] == 404) == (number < (3, 5))
    assert (manager.ask("GET", "/worker-mgt/tags")[0] == 404) == (number < (3, 3))
    keys = {one["key"] for one in manager.get("/jobs/type/simple-blender-render")["settings"]}
    assert ("scene" in keys) == (number >= (3, 6))
