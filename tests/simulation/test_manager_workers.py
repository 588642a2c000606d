"""Workers that the simulated Manager plays: tasks, frames, failures, logs, pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.simulation.manager_raw import ECHO, Raw, render
from tests.simulator.flamenco import Manager, Task

Make = Callable[..., Raw]


def pictures(farm: Manager) -> list[str]:
    """What lies in the output folder."""
    return sorted(path.name for path in (farm.folder / "out").glob("*"))


def begin(farm: Manager) -> None:
    """Each worker that has nothing to do takes a task."""
    farm.step()


def fail_always(task: Task, frame: int | None, attempt: int) -> str:
    return "failed"


def test_a_whole_job(manager: Raw) -> None:
    job = manager.submit(render(manager.farm, "1-3", chunk_size=2, fps=24.0))
    manager.farm.step(2)
    found = manager.get(f"/jobs/{job}")
    assert (found["status"], found["steps_completed"], found["steps_total"]) == ("active", 1, 4)
    assert manager.get("/status") == {"status": "active"}
    assert pictures(manager.farm) == ["000001.png"]
    manager.farm.finish()
    assert manager.statuses(job) == ("completed", ["completed"] * 3)
    assert pictures(manager.farm) == ["000001.png", "000002.png", "000003.png", "shot-1-3.mp4"]
    assert (manager.farm.folder / "out" / "000001.png").read_bytes().startswith(b"\x89PNG")


def test_by_itself(make_manager: Make) -> None:
    manager = make_manager(auto=True, workers=2)
    job = manager.submit(render(manager.farm, "1-6"))
    manager.farm.wait_until(lambda: manager.farm.jobs[job].status == "completed")
    assert len(pictures(manager.farm)) == 6


def test_a_picture_that_is_there_stays(manager: Raw) -> None:
    place = manager.farm.folder / "out" / "000002.png"
    place.parent.mkdir()
    place.write_bytes(b"earlier")
    job = manager.submit(render(manager.farm, "1-2"))
    manager.farm.finish()
    assert place.read_bytes() == b"earlier"
    status, text, _ = manager.send("GET", f"/tasks/{manager.tasks(job)[1]}/logtail")
    assert (status, b"skipping existing frame" in text) == (200, True)


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"blendfile": "/nowhere/a.blend"}, "Cannot read file"),
        ({"render_output_path": "/etc/x/##"}, "not in the folder"),
    ],
)
def test_places_that_are_not_the_farms(manager: Raw, settings: dict[str, str], line: str) -> None:
    job = manager.submit(render(manager.farm, "1", **settings))
    manager.farm.finish()
    assert manager.statuses(job) == ("failed", ["failed"])
    assert line in manager.farm.log_file(manager.farm.jobs[job].tasks[0]).read_text(encoding="utf-8")


def test_dependencies_and_steps(manager: Raw) -> None:
    job = manager.submit({**ECHO, "settings": {**ECHO["settings"], "sleep_repeats": 2}})
    manager.farm.add_worker("worker-2")
    begin(manager.farm)
    assert manager.statuses(job)[1] == ["active", "queued", "queued"]  # both sleep after the echo
    manager.farm.step()
    assert manager.statuses(job)[1][0] == "completed"
    manager.farm.finish()
    assert manager.get(f"/jobs/{job}")["steps_completed"] == 3


def test_a_task_on_hold_keeps_its_worker(manager: Raw) -> None:
    manager.farm.outcome = lambda task, frame, attempt: "hold" if frame == 2 else "done"
    job = manager.submit(render(manager.farm, "1-2", chunk_size=2))
    manager.farm.step(20)
    assert manager.statuses(job) == ("active", ["active"])
    worker = manager.get(f"/worker-mgt/workers/{manager.farm.workers[0].id}")
    assert (worker["task"]["job_id"], worker["task"]["steps_completed"]) == (job, 1)
    manager.set_status(job, "pause-requested")
    assert manager.statuses(job) == ("pause-requested", ["active"])
    manager.set_status(job, "cancel-requested")
    manager.farm.step(3)
    assert manager.statuses(job) == ("canceled", ["canceled"])


def test_one_worker_that_fails_ends_the_job(manager: Raw) -> None:
    manager.farm.outcome = fail_always
    job = manager.submit(render(manager.farm, "1-30"))
    manager.farm.finish()
    status, tasks = manager.statuses(job)
    assert (status, tasks[:2]) == ("failed", ["failed", "canceled"])
    assert "no more workers left" in manager.get(f"/jobs/{job}")["activity"]
    assert [one["name"] for one in manager.get(f"/tasks/{manager.tasks(job)[0]}")["failed_by_workers"]] == ["worker-1"]


def test_soft_failure_then_success_elsewhere(make_manager: Make) -> None:
    manager = make_manager(workers=3)
    manager.farm.outcome = lambda task, frame, attempt: "failed" if frame == 1 and attempt == 1 else "done"
    job = manager.submit(render(manager.farm, "1"))
    manager.farm.step(2)
    assert manager.statuses(job)[0] == "active"
    manager.farm.finish()
    assert manager.statuses(job) == ("completed", ["completed"])
    assert manager.farm.jobs[job].tasks[0].attempt == 2


def test_three_failures_are_for_good_and_ten_percent_end_the_job(make_manager: Make) -> None:
    manager = make_manager(workers=5)
    manager.farm.outcome = lambda task, frame, attempt: "failed" if frame in (1, 2) else "done"
    few, many = manager.submit(render(manager.farm, "1,5-15")), manager.submit(render(manager.farm, "1,2,5-15"))
    manager.farm.step(60)
    assert manager.statuses(few)[1].count("failed") == 1
    assert manager.statuses(few)[0] == "active"  # 1 of 12 is 8 %, and nobody is left to end it
    status, tasks = manager.statuses(many)
    assert (status, tasks.count("failed")) == ("failed", 2)


def test_a_worker_that_fails_often_is_blocked(make_manager: Make) -> None:
    manager = make_manager(workers=4)
    farm, bad = manager.farm, manager.farm.workers[0]
    farm.outcome = lambda task, frame, attempt: "failed" if task.worker is bad else "hold"
    job = manager.submit(render(farm, "1-30"))
    farm.step(8)
    entries = manager.get(f"/jobs/{job}/blocklist")
    assert entries == [{"worker_id": bad.id, "worker_name": "worker-1", "task_type": "blender"}]
    assert sum(bad in task.failed_by for task in farm.jobs[job].tasks) == 2  # the second counts twice
    assert bad.run is None
    assert manager.ask("DELETE", f"/jobs/{job}/blocklist", []) == (
        400,
        {"code": 400, "message": "empty list of blocklist entries given"},
    )
    assert manager.ask("DELETE", f"/jobs/{job}/blocklist", entries)[0] == 204
    assert manager.get(f"/jobs/{job}/blocklist") == []
    begin(farm)
    assert bad.run is not None


def test_one_task_again(manager: Raw) -> None:
    job = manager.submit(render(manager.farm, "1-2"))
    manager.farm.finish()
    first = manager.tasks(job)[0]
    (manager.farm.folder / "out" / "000001.png").unlink()
    manager.post(f"/tasks/{first}/setstatus", {"status": "queued", "reason": "once more"})
    # The job was completed: all of it is queued, not only this task.
    assert manager.statuses(job) == ("queued", ["queued", "queued"])
    manager.farm.finish()
    assert pictures(manager.farm) == ["000001.png", "000002.png"]


def test_logs(manager: Raw) -> None:
    job = manager.submit(render(manager.farm, "1-40", chunk_size=40))
    manager.farm.finish()
    task = manager.tasks(job)[0]
    info = manager.get(f"/tasks/{task}/log")
    status, whole, headers = manager.send("GET", f"/{info['url']}")
    assert (status, len(whole), headers["Content-Type"]) == (200, info["size"], "text/plain; charset=utf-8")
    status, tail, headers = manager.send("GET", f"/tasks/{task}/logtail")
    assert (status, headers["Content-Type"]) == (200, "text/plain; charset=UTF-8")
    assert len(tail) <= 2048 and whole.endswith(b"\n" + tail)
    assert b"Saved: '" in tail and b"task changed status active -> completed" in tail
    assert manager.send("GET", "//job-files/../../shot.blend")[0] == 404


def test_last_rendered(manager: Raw) -> None:
    assert manager.ask("GET", "/jobs/last-rendered") == (204, None)
    job = manager.submit(render(manager.farm, "1"))
    manager.farm.finish()
    info = manager.get(f"/jobs/{job}/last-rendered")
    assert info == manager.get("/jobs/last-rendered")
    assert info["suffixes"] == ["last-rendered.jpg", "last-rendered-small.jpg", "last-rendered-tiny.jpg"]
    status, picture, headers = manager.send("GET", f"/{info['base']}/{info['suffixes'][2]}")
    assert (status, headers["Content-Type"], picture[:2]) == (200, "image/jpeg", b"\xff\xd8")


def test_workers_on_request(manager: Raw) -> None:
    farm = manager.farm
    farm.outcome = lambda task, frame, attempt: "hold"
    worker = farm.workers[0]
    job = manager.submit(render(farm, "1"))
    begin(farm)
    path = f"/worker-mgt/workers/{worker.id}"
    manager.post(f"{path}/setstatus", {"status": "asleep", "is_lazy": True})
    farm.step()
    assert manager.get("/worker-mgt/workers")["workers"][0]["status_change"] == {"status": "asleep", "is_lazy": True}
    manager.post(f"{path}/setstatus", {"status": "asleep", "is_lazy": False})
    farm.step(2)
    assert (manager.get(path)["status"], manager.statuses(job)[1]) == ("asleep", ["queued"])
    assert manager.get("/status") == {"status": "waiting"}
    assert manager.post(f"{path}/setstatus", {"status": "restart", "is_lazy": True}, 412)["code"] == 412


def test_tags_and_sleep(manager: Raw) -> None:
    worker = manager.farm.workers[0]
    tag = manager.post("/worker-mgt/tags", {"name": "gpu", "description": "fast"}, 200)
    assert manager.post("/worker-mgt/tags", {"name": "gpu"}, 500)["code"] == 500
    manager.post(f"/worker-mgt/workers/{worker.id}/settags", {"tag_ids": [tag["id"]]})
    assert manager.get(f"/worker-mgt/workers/{worker.id}")["tags"] == [tag]
    path = f"/worker-mgt/workers/{worker.id}/sleep-schedule"
    assert manager.ask("GET", path) == (204, None)
    schedule = {"is_active": True, "days_of_week": "mo tu", "start_time": "09:00", "end_time": "18:00"}
    manager.post(path, schedule)
    assert manager.get(path) == schedule
    assert manager.ask("DELETE", f"/worker-mgt/tag/{tag['id']}")[0] == 204
    assert manager.get("/worker-mgt/tags") == {"tags": []}
    assert manager.ask("DELETE", f"/worker-mgt/workers/{worker.id}")[0] == 204
    assert manager.get("/status") == {"status": "inoperative"}


def test_a_job_type_script(make_manager: Make, tmp_path: Path) -> None:
    script = tmp_path / "studio_render.js"
    script.write_text(
        """
        const JOB_TYPE = { label: "Studio", settings: [{ key: "frames", type: "string", required: true }] };
        function compileJob(job) {
            if (!job.settings.frames) throw "no frames";
            job.settings.seen = [path.stem("C:\\\\a\\\\b.c.ma"), path.join("/a", "../b"), frameCount("1-3, 7"),
                                 formatTimestampLocal(job.created).length, ...shellSplit("x 'y z'")].join("|");
            const first = author.Task(" make ", "misc"), last = author.Task("render", "misc");
            first.addCommand(author.Command("make-directory", { path: "{jobs}/made" }));
            job.addTask(first);
            first.addCommand(author.Command("echo", { message: "too late: it has been copied" }));
            last.addDependency(first);
            for (const chunk of frameChunker(job.settings.frames, 3)) last.addCommand(author.Command("exec", {
                exe: "x", args: ["--output", "{jobs}/made/a.####.exr", "--frames", chunk] }, frameCount(chunk)));
            job.addTask(last);
        }
        """,
        encoding="utf-8",
    )
    manager = make_manager(scripts=[script])
    assert [one["name"] for one in manager.get("/jobs/types")["job_types"]][2] == "studio-render"
    body = {"name": "s", "type": "studio-render", "priority": 50, "submitter_platform": "linux"}
    refused = manager.post("/jobs", body, 400)["message"]
    assert refused.startswith("no frames at compileJob (studio_render.js:")
    refused = manager.post("/jobs", {**body, "settings": {"frames": "x"}}, 400)["message"]
    assert 'GoError: invalid range "x"' in refused
    job = manager.submit(body, settings={"frames": "1-5"})
    assert manager.get(f"/jobs/{job}")["settings"]["seen"] == "b.c|/b|4|17|x|y z"
    assert [len(one.commands) for one in manager.farm.jobs[job].tasks] == [1, 2]
    manager.farm.finish()
    assert manager.statuses(job) == ("completed", ["completed", "completed"])
    made = sorted(path.name for path in (manager.farm.storage / "jobs" / "made").iterdir())
    assert made == [f"a.{frame:04d}.exr" for frame in range(1, 6)]
