"""The client with simulated Managers from 3.2 on: every call, and what each version lacks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from farmdeck._errors import BadInput, Cancelled, FarmError, FarmUnreachable, UnknownJob
from farmdeck.farm import Watch
from farmdeck.farms.flamenco.client import Client
from farmdeck.farms.flamenco.errors import (
    Mismatch,
    NotOffered,
    NotThere,
    OddAnswer,
    Refused,
    SettingUp,
    ShamanOff,
    StaleJobType,
    Trouble,
)
from farmdeck.farms.flamenco.models import Blocked, ShamanFile, SubmittedJob
from farmdeck.farms.flamenco.upload import header_text
from farmdeck.farms.flamenco.workers import SleepSchedule

from tests.farms.flamenco.manager_stub import Reply, Stub, complaint, serving
from tests.simulator.flamenco import Fault, Manager

NOBODY = "11111111-1111-1111-1111-111111111111"
ECHO = SubmittedJob(
    "Echo",
    "echo-sleep-test",
    platform="linux",
    settings={"message": "hi", "sleep_duration_seconds": 0, "sleep_repeats": 1},
    metadata={"farmdeck.submission": "s-1"},
)


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., tuple[Manager, Client]]]:
    """Makes Managers whose time does not pass by itself, each with a client; ends them, all of it as the API says."""
    made: list[tuple[Manager, Client]] = []

    def start(version: str = "3.9.0", **more: Any) -> tuple[Manager, Client]:
        farm = Manager(tmp_path / f"farm{len(made)}", version, **{"auto": False, **more})
        farm.__enter__()
        made.append((farm, Client(farm.url, first_wait=0.001)))
        return made[-1]

    yield start
    for farm, client in made:
        client.close()
        farm.__exit__()
    for farm, _ in made:  # Managers do send a body with 417, whatever the API says
        assert [found for found in farm.violations if "417 has a JSON body" not in found] == []


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving() as running:
        yield running


@pytest.fixture
def odd(stub: Stub) -> Iterator[Client]:
    """A client of the stub."""
    client = Client(stub.address, first_wait=0.001)
    yield client
    client.close()


Make = Callable[..., tuple[Manager, Client]]


def test_the_manager_itself(make: Make) -> None:
    farm, client = make()
    assert client.version().at_least(3, 9)
    assert client.configuration() == client.ready()
    assert client.configuration().shaman
    assert Path(client.configuration().storage).is_relative_to(farm.storage)
    assert client.shared_storage("users", "linux").location == client.configuration().storage
    assert client.variables("workers", "linux")["blender"].value == "blender"
    assert client.farm_status()


def test_a_manager_that_is_being_set_up(make: Make) -> None:
    farm, client = make()
    farm.setup_mode = True
    with pytest.raises(SettingUp, match="is being set up") as caught:
        client.ready()
    assert client.address in caught.value.fix


def test_job_types(make: Make) -> None:
    _, client = make()
    assert "simple-blender-render" in [found["name"] for found in client.job_types()]
    assert client.job_type("echo-sleep-test")["settings"]
    with pytest.raises(NotThere):
        client.job_type("no such type")


def test_a_job_from_check_to_deletion(make: Make) -> None:
    farm, client = make()
    client.check_job(ECHO)
    assert not farm.jobs
    made = client.submit_job(ECHO)
    assert (made.name, made.metadata) == ("Echo", {"farmdeck.submission": "s-1"})
    assert client.job(made.id) == made
    assert [job.id for job in client.jobs()] == [made.id]
    client.set_job_priority(made.id, 70)
    assert client.job(made.id).priority == 70
    assert not client.what_would_delete_do(made.id)
    farm.finish()
    assert client.job(made.id).status == "completed"
    client.set_job_status(made.id, "requeueing", "again")
    assert client.job(made.id).status in ("requeueing", "queued")
    farm.hold_deletions = True
    client.delete_job(made.id)
    assert client.job(made.id).delete_requested
    farm.hold_deletions = False
    farm.step()
    with pytest.raises(UnknownJob):
        client.job(made.id)


def test_a_paused_job_with_a_tag(make: Make) -> None:
    farm, client = make()
    tag = farm.add_tag("gpu")
    assert [(found.id, found.name) for found in client.tags()] == [(tag.id, "gpu")]
    made = client.submit_job(SubmittedJob("a", "echo-sleep-test", settings=ECHO.settings, tag=tag.id, paused=True))
    assert (made.status, made.tag) == ("paused", tag.id)
    client.set_job_tag(made.id, "")
    assert client.job(made.id).tag == ""
    client.set_job_tag(made.id, tag.id)
    assert client.job(made.id).tag == tag.id
    with pytest.raises(Refused, match="tag not found"):
        client.set_job_tag(made.id, NOBODY)


def test_a_job_that_cannot_be_made(make: Make) -> None:
    farm, client = make()
    bad = SubmittedJob("a", "simple-blender-render", settings={"frames": "1"})
    for send in (client.check_job, client.submit_job):
        with pytest.raises(Refused):
            send(bad)
        with pytest.raises(StaleJobType):
            send(SubmittedJob("a", "echo-sleep-test", etag="old", settings=ECHO.settings))
    assert not farm.jobs


@pytest.mark.parametrize("kind", ["cut_before", "cut_after", "busy", "error", "proxy"])
def test_a_job_is_never_sent_twice(make: Make, kind: str) -> None:
    farm, client = make()
    farm.inject(Fault("submitJob", kind))
    with pytest.raises(FarmError):
        client.submit_job(ECHO)
    assert farm.requests("submitJob") == 1
    assert len(client.jobs()) == (1 if kind == "cut_after" else 0)


def test_an_answer_that_is_lost_is_no_refusal(make: Make) -> None:
    farm, client = make()
    farm.inject(Fault("submitJob", "cut_after"))
    with pytest.raises(FarmUnreachable):
        client.submit_job(ECHO)


@pytest.mark.parametrize("id", ["nope", NOBODY, "", "../version", "a b"])
def test_a_job_that_is_not_there(make: Make, id: str) -> None:
    _, client = make()
    calls: list[Callable[[], Any]] = [
        lambda: client.job(id),
        lambda: client.set_job_status(id, "queued", "x"),
        lambda: client.set_job_priority(id, 1),
        lambda: client.set_job_tag(id, ""),
        lambda: client.delete_job(id),
        lambda: client.what_would_delete_do(id),
    ]
    for call in calls:
        with pytest.raises(UnknownJob, match=f"has no job {id}"):
            call()


def test_tasks_and_their_logs(make: Make) -> None:
    farm, client = make()
    made = client.submit_job(ECHO)
    [task] = [found for found in client.tasks(made.id) if found.name == "echo"]
    assert (task.status, task.type, task.index, task.worker) == ("queued", "misc", 1, "")
    assert (client.log(task.id), client.log_tail(task.id)) == ("", "")
    assert client.task(task.id).commands[0].parameters["message"] == "hi"
    farm.finish()
    task = client.task(task.id)
    assert (task.status, task.worker, task.failed_by) == ("completed", "worker-1", ())
    simulated = farm.task(task.id)
    assert simulated is not None
    farm.write_log(simulated, "é" * 3000)
    assert client.log(task.id).endswith("é" * 3000)
    assert 0 < len(client.log_tail(task.id)) < 3000
    client.set_task_status(task.id, "queued", "again")
    assert client.task(task.id).status == "queued"
    for call in (client.task, client.log, client.log_tail, lambda id: client.set_task_status(id, "queued", "x")):
        with pytest.raises(NotThere):
            call(NOBODY)


def test_the_end_of_a_very_long_log(stub: Stub, odd: Client) -> None:
    stub.says[f"/api/v3/tasks/{NOBODY}/log"] = {"task_id": "", "job_id": "", "url": "/job-files/l.txt", "size": 2**40}
    stub.says["/job-files/l.txt"] = Reply(206, b"the end")
    assert odd.log(NOBODY).endswith("left out]\nthe end")
    assert stub.headers[-1]["Range"] == "bytes=-16777216"


def test_pictures(make: Make) -> None:
    farm, client = make()
    made = client.submit_job(ECHO)
    assert client.last_rendered() is None and client.last_rendered(made.id) is None
    farm.show(farm.jobs[made.id].tasks[0], "x")
    shown = client.last_rendered(made.id)
    assert shown is not None and shown == client.last_rendered()
    assert shown.smallest().endswith("tiny.jpg")
    assert client.picture(shown.smallest()).startswith(b"\xff\xd8")
    with pytest.raises(NotThere, match="is gone"):
        client.picture(f"{shown.base}/none.jpg")


def test_the_blocklist(make: Make) -> None:
    farm, client = make()
    made = client.submit_job(ECHO)
    assert client.blocklist(made.id) == []
    worker = farm.workers[0]
    farm.jobs[made.id].blocklist += [(worker, "misc"), (worker, "blender")]
    blocked = client.blocklist(made.id)
    assert blocked == [Blocked(worker.id, "misc", "worker-1"), Blocked(worker.id, "blender", "worker-1")]
    client.unblock(made.id, blocked[:1])
    assert client.blocklist(made.id) == blocked[1:]
    with pytest.raises(Refused, match="empty list"):
        client.unblock(made.id, [])


def test_workers(make: Make) -> None:
    farm, client = make()
    tag = farm.add_tag("gpu")
    [found] = client.workers()
    assert (found.name, found.status, found.requested) == ("worker-1", "awake", "")
    client.set_worker_tags(found.id, [tag.id])
    client.set_worker_status(found.id, "asleep", lazy=True)
    worker = client.worker(found.id)
    assert ([each.name for each in worker.tags], worker.requested, worker.lazy) == (["gpu"], "asleep", True)
    with pytest.raises(Refused, match="cannot restart"):
        client.set_worker_status(found.id, "restart")
    assert client.sleep_schedule(found.id) is None
    schedule = SleepSchedule(True, "mo tu", "09:00", "18:00")
    client.set_sleep_schedule(found.id, schedule)
    assert client.sleep_schedule(found.id) == schedule
    for call in (client.worker, lambda id: client.set_worker_status(id, "awake")):
        with pytest.raises(NotThere):
            call(NOBODY)


@pytest.mark.parametrize("version", ["3.2", "3.3", "3.4", "3.5", "3.6", "3.7", "3.8", "3.9.0"])
def test_every_version_does_the_same_job(make: Make, version: str) -> None:
    farm, client = make(version)
    major, minor = version.split(".")[:2]
    assert client.version().at_least(int(major), int(minor))
    made = client.submit_job(ECHO)
    for _ in range(2):
        assert [job.id for job in client.jobs()] == [made.id]
    assert client.tasks(made.id)[0].name == "echo"
    farm.finish()
    assert client.job(made.id).status == "completed"
    assert farm.requests("queryJobs") == (2 if int(minor) <= 5 else 0)


@pytest.mark.parametrize(
    ("version", "missing"),
    [("3.2", {"tag", "tags", "status"}), ("3.4", {"tag", "status"}), ("3.7", {"tag"}), ("3.8", set())],
)
def test_what_a_version_lacks_is_said(make: Make, version: str, missing: set[str]) -> None:
    _, client = make(version)
    made = client.submit_job(ECHO)
    calls = {"tag": lambda: client.set_job_tag(made.id, ""), "tags": client.tags, "status": client.farm_status}
    for name, call in calls.items():
        if name in missing:
            with pytest.raises(NotOffered, match="does not offer this"):
                call()
        else:
            call()


def test_a_manager_that_is_updated_meanwhile(make: Make) -> None:
    farm, client = make("3.5")
    assert client.jobs() == []
    farm.version = (3, 9)
    with pytest.raises(NotOffered):
        client.jobs()
    assert client.jobs() == []
    farm.validator.violations.clear()  # it judges by the version that the Manager began with


def test_a_busy_manager_and_one_that_restarts(make: Make) -> None:
    farm, client = make()
    made = client.submit_job(ECHO)
    farm.inject(Fault("deleteJob", "busy", times=2, seconds=0))
    farm.inject(Fault("fetchJobs", "cut_before", times=2))
    farm.inject(Fault("fetchJob", "proxy", times=2))
    assert client.job(made.id).id == made.id
    assert len(client.jobs()) == 1
    client.delete_job(made.id)
    farm.stop()
    with pytest.raises(FarmUnreachable):
        client.version()
    farm.start()
    assert client.version().name == "Simulated"


# -- Shaman


def sha_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_files_to_shaman(make: Make, tmp_path: Path) -> None:
    farm, client = make()
    content, empty = b"texture" * 300_000, b""
    for name, data in (("a", content), ("b", empty)):
        (tmp_path / name).write_bytes(data)
    files = [ShamanFile(sha_of(content), len(content), "scene/tëx.exr"), ShamanFile(sha_of(empty), 0, "empty")]
    assert client.shaman_missing(files) == [(file, "unknown") for file in files]
    assert client.shaman_status(files[0].sha, files[0].size) == "unknown"
    steps: list[tuple[float, float]] = []
    stored = client.shaman_store(
        files[0].sha, len(content), tmp_path / "a", "tëx.exr", True, Watch(lambda *step: steps.append(step))
    )
    assert stored == "stored"
    assert steps[-1] == (len(content), len(content)) and len(steps) == 4
    assert client.shaman_store(files[1].sha, 0, tmp_path / "b", "empty", False, Watch()) == "stored"
    assert client.shaman_store(files[1].sha, 0, tmp_path / "b", "empty", False, Watch()) == "known"
    assert client.shaman_missing(files) == []
    first, second = (client.shaman_checkout(files, "project/shot") for _ in range(2))
    assert first == "project/shot" and second.startswith("project/shot")
    assert second != first
    assert (farm.storage / "jobs" / second / "scene" / "tëx.exr").read_bytes() == content
    with pytest.raises(Trouble):
        client.shaman_checkout([ShamanFile(sha_of(b"x"), 1, "x")], "other")


def test_a_file_that_changed_is_not_sent(make: Make, tmp_path: Path) -> None:
    farm, client = make()
    file = tmp_path / "a"
    file.write_bytes(b"12345")
    with pytest.raises(Mismatch, match="changed"):
        client.shaman_store(sha_of(b"1234"), 4, file, "a", False, Watch())
    with pytest.raises(Mismatch, match="another file"):
        client.shaman_store(sha_of(b"54321"), 5, file, "a", False, Watch())
    with pytest.raises(BadInput, match="cannot be read"):
        client.shaman_store(sha_of(b""), 0, tmp_path / "none", "a", False, Watch())
    assert farm.requests("shamanFileStore") == 1


def test_a_file_that_becomes_shorter_while_it_is_sent(make: Make, tmp_path: Path) -> None:
    _, client = make()
    file = tmp_path / "a"
    size = 3 * 1024 * 1024
    file.write_bytes(bytes(size))

    def shorten(done: float, total: float) -> None:
        with file.open("r+b") as stream:
            stream.truncate(1024 * 1024)

    with pytest.raises(Mismatch, match="changed while it was sent"):
        client.shaman_store(sha_of(bytes(size)), size, file, "a", False, Watch(shorten))


def test_an_upload_is_cancelled(make: Make, tmp_path: Path) -> None:
    _, client = make()
    (tmp_path / "a").write_bytes(bytes(3 * 1024 * 1024))
    watch = Watch()
    with watch.telling(lambda done, total: watch.cancel()), pytest.raises(Cancelled):
        client.shaman_store(sha_of(bytes(3 * 1024 * 1024)), 3 * 1024 * 1024, tmp_path / "a", "a", False, watch)
    assert client.shaman_status(sha_of(bytes(3 * 1024 * 1024)), 3 * 1024 * 1024) != "stored"


def test_a_file_that_somebody_else_uploads(stub: Stub, odd: Client, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")
    stub.says[f"/api/v3/shaman/files/{sha_of(b'a')}/1"] = Reply(425)
    assert odd.shaman_store(sha_of(b"a"), 1, tmp_path / "a", "ä.png", True, Watch()) == "deferred"
    assert stub.headers[-1]["X-Shaman-Can-Defer-Upload"] == "true"
    assert stub.headers[-1]["X-Shaman-Original-Filename"] == "=?utf-8?b?w6QucG5n?="
    stub.says[f"/api/v3/shaman/files/{sha_of(b'a')}/1"] = Reply(204)
    assert odd.shaman_store(sha_of(b"a"), 1, tmp_path / "a", "a", False, Watch()) == "stored"


def test_a_manager_without_shaman(make: Make, tmp_path: Path) -> None:
    farm, client = make(shaman=False)
    (tmp_path / "a").write_bytes(b"")
    assert not client.configuration().shaman
    calls: list[Callable[[], Any]] = [
        lambda: client.shaman_missing([]),
        lambda: client.shaman_status(sha_of(b""), 0),
        lambda: client.shaman_store(sha_of(b""), 0, tmp_path / "a", "a", False, Watch()),
        lambda: client.shaman_checkout([], "x"),
    ]
    for call in calls:
        with pytest.raises(ShamanOff, match="switched off"):
            call()
    assert farm.requests("shamanCheckoutRequirements") == 1


@pytest.mark.parametrize("name", ["plain name.exr", "ü" * 200, "a\nb", "\udcff.png", "日本.blend"])
def test_a_name_fits_into_a_header(name: str) -> None:
    text = header_text(name)
    assert text.isascii() and text.isprintable()


# -- answers that are none


def test_something_else_at_that_address(stub: Stub, odd: Client) -> None:
    with pytest.raises(NotOffered):
        odd.version()
    with pytest.raises(NotOffered):
        odd.jobs()
    stub.says["/api/v3/version"] = Reply(content=b"<html>router</html>")
    with pytest.raises(OddAnswer, match="no JSON"):
        odd.version()


@pytest.mark.parametrize("said", [[], {"jobs": 3}, {"jobs": [3]}, {"jobs": [{}]}, None, {"jobs": None}])
def test_an_odd_list_of_jobs(stub: Stub, odd: Client, said: Any) -> None:
    stub.says["/api/v3/jobs"] = said
    if said == {"jobs": None}:  # Go's way to write an empty list
        assert odd.jobs() == []
        return
    with pytest.raises(OddAnswer, match="answer is odd"):
        odd.jobs()


def test_an_odd_answer_to_a_submission_may_have_made_the_job(stub: Stub, odd: Client) -> None:
    stub.says["/api/v3/jobs"] = Reply(content=b"<html>log in</html>")
    with pytest.raises(FarmUnreachable):
        odd.submit_job(ECHO)
    stub.says["/api/v3/jobs"] = complaint(500, "error persisting job in database")
    with pytest.raises(Trouble):
        odd.submit_job(ECHO)
    assert stub.times("/api/v3/jobs") == 2
