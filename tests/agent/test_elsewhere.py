"""The agent with a farm that keeps its pictures and costs money: what comes, what stays, what goes wrong between."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from farmdeck import FrameState, Job, JobState
from farmdeck._errors import Cancelled, FarmError, FarmUnreachable
from farmdeck.farm import Capabilities, Output, Watch
from farmdeck.job import Action
from farmdeck.store import Store
from farmdeck.testing import ELSEWHERE, FRAME_COST, made_up_submission, one_pixel_png

from . import cloud
from .cloud import ORDER, Site, Studio, every, install
from .house import ROOT, House

DRIVER = Path(__file__).with_name("driver.py")


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Site:
    site = Site()
    monkeypatch.setattr(cloud, "SITE", site)
    return site


@pytest.fixture
def studio(site: Site, clean_environ: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    """An agent that waits milliseconds where a person's waits seconds for a silent farm."""
    monkeypatch.syspath_prepend(str(install(tmp_path / "installed")))
    monkeypatch.setattr("farmdeck.agent._pace.AWAY_FIRST", 0.05)
    studio = Studio(clean_environ / "farmdeck", tmp_path / "shot", site)
    yield studio
    studio.close()


def done(job: Job) -> bool:
    return job.state is JobState.DONE and job.downloaded == len(ORDER)


# -- pictures


def test_pictures_come_as_they_finish(studio: Studio) -> None:
    studio.site.allowed = 2
    id = studio.submit()
    studio.start()
    job = studio.wait(id, lambda job: job.downloaded == 2)
    assert job.state is JobState.RENDERING and (job.done, job.rendering, job.total) == (2, 3, 5)
    assert (job.cost, job.currency) == (2 * FRAME_COST, "USD")
    assert job.estimate == pytest.approx(5 * FRAME_COST)
    assert studio.on_disk() == every()[:2]
    frames = studio.until(lambda: studio.store.frames(id), lambda frames: all(f.thumbnail for f in frames[:2]))
    assert [frame.files for frame in frames[:2]] == [(str(studio.shot / "render" / name),) for name in every()[:2]]
    assert all(Path(frame.thumbnail).read_bytes().startswith(b"\x89PNG") for frame in frames[:2])
    studio.site.allowed = 99
    job = studio.wait(id, done)
    assert job.cost == job.estimate == 5 * FRAME_COST
    assert job.message == ""
    assert studio.on_disk() == every()
    assert {(studio.shot / "render" / name).read_bytes() for name in every()} == {one_pixel_png()}
    frames = studio.until(lambda: studio.store.frames(id), lambda frames: all(frame.thumbnail for frame in frames))
    assert [len(frame.files) for frame in frames] == [1] * 5
    assert sorted(studio.site.fetched) == sorted(f"{part}/{number}" for part, number in ORDER), "one came twice"
    assert studio.wait(id, lambda job: bool(job.thumbnail)).thumbnail in {frame.thumbnail for frame in frames}


def test_a_fetched_file_is_as_old_as_the_farms(studio: Studio) -> None:
    studio.site.modified = {1: 1_000_000_000.0}
    id = studio.submit()
    studio.start()
    studio.wait(id, done)
    assert (studio.shot / "render/beauty/0001.png").stat().st_mtime == 1_000_000_000.0


def test_when_done_waits_for_the_end(studio: Studio) -> None:
    studio.settings(download="when done")
    studio.site.allowed = 4
    id = studio.submit()
    studio.start()
    studio.wait(id, lambda job: job.done == 4)
    looks = studio.site.calls["jobs"]
    studio.until(lambda: studio.site.calls["jobs"], lambda calls: calls > looks + 2)
    assert studio.site.calls["outputs"] == 0 and studio.on_disk() == []
    studio.site.allowed = 99
    studio.wait(id, done)
    assert studio.on_disk() == every()


def test_by_hand_waits_for_a_person(studio: Studio, tmp_path: Path) -> None:
    studio.settings(download="by hand")
    id = studio.submit()
    studio.start()
    studio.wait(id, lambda job: job.state is JobState.DONE)
    answer = studio.ask("job.download", id, to=str(tmp_path / "other"))
    assert answer.ok and answer.values == {"fetched": 5, "there": 0, "left": 0}
    assert sorted(path.name for path in (tmp_path / "other" / "fog").iterdir()) == ["0010.png", "0012.png"]
    job = studio.job(id)
    assert job.downloaded == 0 and studio.on_disk() == [], "a copy elsewhere is not where the pictures belong"
    assert [frame.files for frame in studio.store.frames(id)] == [()] * 5
    assert studio.ask("job.download", id).values == {"fetched": 5, "there": 0, "left": 0}
    assert studio.ask("job.download", id).values == {"fetched": 0, "there": 5, "left": 0}
    assert done(studio.job(id)) and studio.on_disk() == every()


def test_a_copy_elsewhere_leaves_what_was_due_due(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("farmdeck.agent._pace.AWAY_FIRST", 300.0)
    studio.site.silent.add("fetch")
    id = studio.submit()
    studio.start()
    studio.wait(id, lambda job: job.state is JobState.DONE and "Not all pictures" in job.message)
    studio.site.silent.clear()
    assert studio.ask("job.download", id, to=str(tmp_path / "other")).ok
    assert studio.store.work_left() and "Not all pictures" in studio.job(id).message
    studio.stop()
    studio.start()  # the next agent does not wait
    assert studio.wait(id, done).message == ""


def test_a_bad_mode_is_a_farm_with_a_problem(studio: Studio) -> None:
    studio.settings(download="sometimes")
    studio.start()
    farm = studio.until(lambda: [farm for farm in studio.store.farms() if farm.name == "cloud"])[0]
    assert 'downloads "sometimes"' in farm.problem and "as they finish, when done, by hand" in farm.problem
    id = studio.submit()
    assert "does not work" in studio.wait(id, lambda job: job.state is JobState.FAILED).message


def test_a_farm_that_writes_its_pictures_has_nothing_to_fetch(studio: Studio) -> None:
    studio.site.capabilities = replace(ELSEWHERE, download=False)
    id = studio.submit()
    studio.start()
    studio.wait(id, lambda job: job.state is JobState.DONE)
    answer = studio.ask("job.download", id)
    assert not answer.ok and "nothing to fetch" in answer.message


# -- what is on disk already


def put(studio: Studio, name: str, content: bytes, mtime: float | None = None) -> Path:
    path = studio.shot / "render" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    if mtime is not None:
        os.utime(path, (mtime, mtime))
    return path


def test_what_is_there_is_not_fetched_what_is_older_is_replaced(studio: Studio) -> None:
    old, now = 1_000_000_000.0, 1_500_000_000.0
    studio.site.modified = {number: now for _, number in ORDER}
    put(studio, "beauty/0001.png", one_pixel_png(), now)
    put(studio, "beauty/0002.png", b"of an earlier job", old)
    put(studio, "beauty/0003.png", one_pixel_png(), old)
    id = studio.submit()
    studio.start()
    studio.wait(id, done)
    assert sorted(studio.site.fetched) == ["0/2", "0/3", "1/10", "1/12"]
    assert (studio.shot / "render/beauty/0002.png").read_bytes() == one_pixel_png()
    frames = studio.until(lambda: studio.store.frames(id), lambda frames: all(frame.thumbnail for frame in frames))
    assert all(frame.files for frame in frames)


def test_a_newer_file_is_left_alone_and_named(studio: Studio) -> None:
    studio.site.modified = {number: 1_500_000_000.0 for _, number in ORDER}
    mine = put(studio, "beauty/0002.png", b"painted over")
    id = studio.submit()
    studio.start()
    job = studio.wait(id, lambda job: job.state.ended and bool(job.message))
    assert "0002.png on disk is newer" in job.message and "left alone" in job.message
    assert mine.read_bytes() == b"painted over"
    assert studio.wait(id, lambda job: job.downloaded == 4).state is JobState.DONE
    mine.unlink()
    assert studio.ask("job.download", id).values == {"fetched": 1, "there": 4, "left": 0}
    assert done(studio.job(id)) and studio.job(id).message == ""


def test_a_frame_rendered_again_is_fetched_again(studio: Studio) -> None:
    """Of the same size, and so quickly that no look saw it render."""
    studio.site.modified = {1: 1_500_000_000.0}
    id = studio.submit()
    studio.start()
    studio.wait(id, done)
    studio.site.modified = {1: 1_600_000_000.0}
    studio.site.fetched.clear()
    assert studio.ask("retry", id, frames=[[0, 1]]).ok
    studio.until(lambda: studio.site.fetched, lambda fetched: fetched == ["0/1"])
    frame = studio.until(lambda: studio.store.frames(id)[0], lambda frame: bool(frame.files))
    assert (frame.attempt, frame.state) == (2, FrameState.DONE)
    assert Path(frame.files[0]).stat().st_mtime == 1_600_000_000.0


# -- strange files and bad disks


@pytest.mark.parametrize(
    "name", ["../x.png", "/etc/x.png", "C:/x.png", "a\\b.png", "a/../../../x.png", "", ".", "a\0b.png"]
)
def test_a_file_that_would_land_elsewhere_is_not_fetched(studio: Studio, name: str) -> None:
    studio.site.names = {1: name}
    id = studio.submit()
    studio.start()
    job = studio.wait(id, lambda job: job.downloaded == 4 and bool(job.message))
    assert repr(name) in job.message and "not fetched" in job.message
    assert studio.on_disk() == every()[1:], "the others came"
    assert "0/1" not in studio.site.fetched
    inside = {studio.shot / "render" / name for name in every()[1:]}
    assert {path for path in studio.shot.parent.rglob("*.png")} == inside


def test_a_part_that_the_job_does_not_have(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    outputs = cloud.Cloud.outputs

    def strange(self: Any, job: str) -> list[Output]:
        return [replace(o, part=-1 if o.frame == 1 else 99 if o.frame == 2 else o.part) for o in outputs(self, job)]

    monkeypatch.setattr(cloud.Cloud, "outputs", strange)
    id = studio.submit()
    studio.start()
    job = studio.wait(id, lambda job: job.downloaded == 3 and bool(job.message))
    assert "'0001.png' and 1 more" in job.message
    assert studio.on_disk() == every()[2:]


def test_disk_trouble_is_said_and_a_person_goes_on(studio: Studio) -> None:
    blocked = studio.shot / "render"
    blocked.write_text("a file where a folder belongs")
    id = studio.submit()
    studio.start()
    job = studio.wait(id, lambda job: "Not all pictures are here yet" in job.message)
    assert str(blocked) in job.message and "Check the disk" in job.message
    studio.until(lambda: studio.log().count("cannot be used"), lambda count: count >= 3)
    studio.until(lambda: studio.store.work_left(), lambda left: not left)  # it gave up, so the agent may idle out
    blocked.unlink()
    assert studio.ask("job.download", id).values == {"fetched": 5, "there": 0, "left": 0}
    assert done(studio.job(id)) and studio.job(id).message == ""


def test_a_file_that_came_short_is_fetched_again(studio: Studio) -> None:
    whole = studio.site.content

    def short(output: Output, watch: Watch) -> None:
        first = output.id == "1/10" and "1/10" not in studio.site.fetched
        path = studio.shot / "render" / "fog" / "0010.png"
        studio.site.content = whole[:-1] if first else whole
        if first:
            path.parent.mkdir(parents=True, exist_ok=True)

    studio.site.fetching = short
    outputs = cloud.Cloud.outputs
    id = studio.submit()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            cloud.Cloud, "outputs", lambda self, job: [replace(o, size=len(whole)) for o in outputs(self, job)]
        )
        studio.start()
        studio.wait(id, done)
        studio.stop()
    assert studio.site.fetched.count("1/10") == 2
    assert all((studio.shot / "render" / name).read_bytes() == whole for name in every())


# -- what ends while pictures come


def hold(studio: Studio, at: str) -> tuple[threading.Event, threading.Event]:
    """(set when the file `at` is about to be fetched, set it to let it come)."""
    came, go = threading.Event(), threading.Event()

    def fetching(output: Output, watch: Watch) -> None:
        while output.id == at and not go.is_set():
            came.set()
            watch.wait(0.01)

    studio.site.fetching = fetching
    return came, go


def test_a_stopped_agent_leaves_the_rest_to_the_next(studio: Studio) -> None:
    came, go = hold(studio, "0/3")
    id = studio.submit()
    studio.start()
    assert came.wait(cloud.PATIENCE)
    studio.wait(id, lambda job: job.state is JobState.DONE)
    studio.stop()
    go.set()
    assert 0 < len(studio.on_disk()) < 5
    assert studio.job(id).message == "", "an agent that ends is no trouble of the job's"
    studio.start()
    studio.wait(id, done)
    assert len(studio.site.fetched) == len(set(studio.site.fetched)) == 5, "a file came twice"


def test_a_stopped_agent_leaves_commands_to_the_next(studio: Studio) -> None:
    studio.settings(download="by hand")
    id = studio.submit()
    studio.start()
    studio.wait(id, lambda job: job.state is JobState.DONE)
    came, go = hold(studio, "0/2")
    commands = [studio.store.send("job.download", id) for _ in range(3)]
    assert came.wait(cloud.PATIENCE)
    studio.stop()
    go.set()
    assert not any(studio.store.answer(command).done for command in commands)
    studio.start()
    for command in commands:
        assert studio.until(lambda command=command: studio.store.answer(command), lambda answer: answer.done).ok
    assert len(studio.site.fetched) == 5 and done(studio.job(id))


def test_stop_of_a_job_that_is_over_leaves_off_fetching(studio: Studio) -> None:
    came, go = hold(studio, "0/2")
    id = studio.submit()
    studio.start()
    assert came.wait(cloud.PATIENCE)
    studio.wait(id, lambda job: job.state is JobState.DONE)
    assert studio.ask("stop", id).ok
    go.set()
    job = studio.wait(id, lambda job: bool(job.message))
    assert job.state is JobState.DONE and "Fetching was stopped. Download goes on" in job.message
    assert len(studio.on_disk()) == 1 and not studio.store.work_left()
    assert studio.ask("job.download", id).ok
    assert done(studio.job(id)) and studio.job(id).message == ""


def test_giving_up_the_rest_still_brings_what_was_done(studio: Studio) -> None:
    studio.site.allowed = 3
    came, go = hold(studio, "0/3")
    id = studio.submit()
    studio.start()
    assert came.wait(cloud.PATIENCE)
    assert studio.ask("stop", id).ok and studio.ask("abandon", id).ok
    go.set()
    job = studio.wait(id, lambda job: job.downloaded == 3)
    assert job.state is JobState.PARTLY_DONE and studio.on_disk() == every()[:3]


def test_delete_while_pictures_come(studio: Studio) -> None:
    came, go = hold(studio, "0/2")
    id = studio.submit()
    studio.start()
    assert came.wait(cloud.PATIENCE)
    assert studio.ask("delete", id).ok
    go.set()
    studio.until(lambda: studio.store.jobs(), lambda jobs: jobs == [])
    studio.stop()
    assert studio.on_disk() == every()[:1], "what was fetched stays"
    assert studio.site.jobs == {} and studio.store.frames(id) == []


@pytest.mark.timeout(280)
def test_killed_while_fetching(make_house: Callable[..., House], tmp_path: Path) -> None:
    """kill -9 before and after files, and while it is written down: every file whole, nothing fetched twice."""
    house = make_house()
    path = os.pathsep.join([str(install(tmp_path / "installed", "KeptCloud")), str(ROOT)])
    house.environ["PYTHONPATH"] = path
    (house.home / "settings.toml").write_text(cloud.settings_text(site=str(tmp_path)))
    with Store.open(house.home) as store:
        id = store.submit(made_up_submission(house.shot, farm="cloud")).id
    rendered = [
        ("farmdeck.store._store", "AgentStore", "mark_to_fetch", "after", "1", "True"),
        ("farmdeck.store._store", "AgentStore", "update_job", "before", "1", "JobState.DONE"),
        ("farmdeck.store._store", "AgentStore", "update_job", "after", "1", "JobState.DONE"),
    ]
    brought = [
        ("farmdeck.store._store", "AgentStore", "add_files", "before", "1", "0002"),
        ("farmdeck.store._store", "AgentStore", "add_files", "after", "1", "0003"),
        ("farmdeck.store._store", "AgentStore", "update_job", "before", "1", "'downloaded': 5"),
        ("farmdeck.store._store", "AgentStore", "mark_to_fetch", "before", "1", "False"),
    ]
    died = [house.start(DRIVER, *point).wait(timeout=100) for point in rendered]
    (tmp_path / "pictures").touch()
    died += [house.start(DRIVER, *point).wait(timeout=100) for point in brought]
    assert died == [-9] * len(died), house.log()
    house.start()
    assert house.wait(id, done).message == ""
    fetched = (tmp_path / "fetched").read_text().split()
    assert sorted(fetched) == sorted(f"{part}/{number}" for part, number in ORDER)
    root = house.shot / "render"
    files = sorted(path for path in root.rglob("*") if path.is_file())
    assert [str(path.relative_to(root)) for path in files] == every()
    assert {path.read_bytes() for path in files} == {one_pixel_png()}
    with Store.open(house.home) as store:
        assert [len(frame.files) for frame in store.frames(id)] == [1] * 5


# -- a farm that falls silent


def test_a_farm_falls_silent_and_answers_again(studio: Studio) -> None:
    studio.site.allowed = 2
    studio.start()
    env = {"name": "night", "software": {"name": "Blender", "version": "4.5.0"}}
    assert studio.ask("env.add", "cloud", environment=env).ok
    id = studio.submit()
    studio.wait(id, lambda job: job.downloaded == 2)
    studio.site.silent.add("*")
    farm = studio.until(studio.farm, lambda farm: "Silent since" in farm.problem)
    assert "does not answer" in farm.problem and "your jobs go on there" in farm.problem
    assert [env["name"] for env in farm.document["environments"]] == ["night"], "what was known stays"
    assert studio.job(id).state is JobState.RENDERING
    studio.site.allowed = 99
    studio.site.silent.clear()
    studio.wait(id, done)
    farm = studio.until(studio.farm, lambda farm: not farm.problem)
    assert farm.status.startswith("Ready") and farm.document["account"]["currency"] == "USD"


def test_a_silent_farm_is_asked_ever_more_seldom_whoever_knocks(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("farmdeck.agent._pace.AWAY_FIRST", 600.0)
    monkeypatch.setattr("farmdeck.agent._pace.AWAY_LONGEST", 600.0)
    studio.site.allowed = 2
    id = studio.submit()
    studio.start()
    studio.wait(id, lambda job: job.downloaded == 2)
    studio.site.silent.add("*")
    studio.until(studio.farm, lambda farm: "Silent since" in farm.problem)
    asked = studio.site.calls.total()
    for _ in range(5):
        assert studio.ask("job.look", id).ok
    assert studio.site.calls.total() == asked, "a panel that looks does not hammer a farm that is away"
    assert "does not answer" in studio.ask("stop", id).message, "what a person asks is tried, and answered"
    studio.site.silent.clear()
    assert studio.ask("farm.check", "cloud").ok
    assert studio.ask("start", id).ok
    studio.until(studio.farm, lambda farm: not farm.problem)


def test_silent_from_the_beginning_without_a_job(studio: Studio) -> None:
    studio.site.silent.add("*")
    studio.start()
    studio.until(lambda: studio.store.farms(), lambda farms: any(f.name == "cloud" for f in farms))
    studio.until(studio.farm, lambda farm: "Silent since" in farm.problem)
    studio.site.silent.clear()
    farm = studio.until(studio.farm, lambda farm: not farm.problem)
    assert farm.status.startswith("Ready")


def test_a_refusal_is_the_farms_problem_until_it_passes(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    studio.site.allowed = 2
    id = studio.submit()
    studio.start()
    studio.wait(id, lambda job: job.downloaded == 2)

    def refused(self: Any, ids: Any) -> Any:
        raise FarmError("The key is not valid.", "Give the farm's key again.")

    with monkeypatch.context() as patch:
        patch.setattr(cloud.Cloud, "jobs", refused)
        studio.until(studio.farm, lambda farm: "Give the farm's key again" in farm.problem)
        assert studio.job(id).state is JobState.RENDERING
    studio.until(studio.farm, lambda farm: not farm.problem)


@pytest.mark.parametrize("call", ["jobs", "outputs", "check"])
def test_a_mistake_in_a_farms_code_is_said_and_survived(studio: Studio, call: str) -> None:
    studio.site.broken.add(call)
    id = studio.submit()
    studio.start()
    if call == "outputs":
        assert "broke (KeyError)" in studio.wait(id, lambda job: bool(job.message)).message
    else:
        studio.until(lambda: studio.store.farms(), lambda farms: any("broke (KeyError)" in f.problem for f in farms))
    assert "Traceback" in studio.log()
    studio.site.broken.clear()
    if call == "outputs":
        studio.ask("job.download", id)
    studio.wait(id, done)


def test_a_mistake_in_a_farms_submit_fails_the_job_once(studio: Studio) -> None:
    studio.site.broken.add("submit")
    id = studio.submit()
    studio.start()
    job = studio.wait(id, lambda job: job.state is JobState.FAILED)
    assert "broke (KeyError)" in job.message
    studio.ask("farm.check", "cloud")
    assert studio.site.calls["submit"] == 1


# -- how much is asked


def test_one_look_for_all_jobs_and_frames_only_for_who_looks(studio: Studio) -> None:
    studio.settings(download="by hand")
    studio.site.allowed = 2
    ids = [studio.submit() for _ in range(6)]
    studio.start()
    for id in ids:
        studio.wait(id, lambda job: job.done == 2)
    assert studio.site.calls["frames"] == 0, "the farm counts"
    before = len(studio.site.named("jobs"))
    studio.until(lambda: len(studio.site.named("jobs")), lambda count: count > before + 3)
    assert all(len(list(args[0])) == 6 for args in studio.site.named("jobs")[before:]), "one call for every job"
    assert studio.ask("job.look", ids[0]).ok
    studio.until(lambda: studio.store.frames(ids[0]), lambda frames: len(frames) == 5)
    assert {args[0] for args in studio.site.named("frames")} == {studio.job(ids[0]).farm_job}
    studio.site.allowed = 99
    for id in ids:
        studio.wait(id, lambda job: job.state is JobState.DONE)
        frames = studio.until(lambda id=id: studio.store.frames(id), lambda frames: len(frames) == 5)
        assert {frame.state for frame in frames} == {FrameState.DONE}


def test_frames_of_a_farm_that_does_not_count(studio: Studio) -> None:
    studio.site.capabilities = replace(ELSEWHERE, cost=False)
    studio.site.allowed = 2
    id = studio.submit()
    studio.start()
    job = studio.wait(id, lambda job: job.downloaded == 2)
    assert (job.done, job.rendering, job.cost, job.estimate) == (2, 3, None, None)
    assert job.fraction == pytest.approx((2 + 3 * 0.5) / 5)
    assert studio.site.calls["frames"] > 0
    studio.site.allowed = 99
    studio.wait(id, done)
    frames = studio.until(lambda: studio.store.frames(id), lambda frames: all(frame.thumbnail for frame in frames))
    assert all(frame.files for frame in frames)


def test_why_it_failed_stays_said_beside_the_pictures_trouble(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    behave = cloud.Cloud._renders
    monkeypatch.setattr(
        cloud.Cloud, "_renders", lambda self, asked: FrameState.FAILED if asked.number == 2 else behave(self, asked)
    )
    studio.site.modified = {1: 1_500_000_000.0}
    put(studio, "beauty/0001.png", b"painted over")
    id = studio.submit()
    studio.start()
    job = studio.wait(id, lambda job: job.state.ended and "newer" in job.message)
    assert job.state is JobState.PARTLY_DONE and job.failed == 1
    assert "Frame 2: The renderer said no." in job.message
    looks = studio.site.calls["jobs"]
    studio.site.notify(job.farm_job)  # the farm calls, and nobody looks: its counts are all there is
    studio.until(lambda: studio.site.calls["jobs"], lambda calls: calls > looks)
    assert studio.ask("farm.check", "cloud").ok  # by the same thread, after it
    assert "Frame 2" in studio.job(id).message
    (studio.shot / "render/beauty/0001.png").unlink()
    assert studio.ask("job.download", id).ok
    assert studio.job(id).message == "Frame 2: The renderer said no. Retry it."


# -- on the way to a farm


@pytest.mark.parametrize("call", ["problems", "hash", "upload", "find", "submit"])
def test_a_farm_silent_at_any_step_gets_the_job_once(studio: Studio, call: str) -> None:
    studio.site.silent.add(call)
    id = studio.submit()
    studio.start()
    job = studio.wait(id, lambda job: "Nothing is lost; trying again in" in job.message)
    assert "does not answer" in job.message and not job.state.at_rest
    Path(job.scene).write_bytes(b"saved on meanwhile")  # what was submitted renders
    studio.until(lambda: studio.site.calls[call], lambda calls: calls >= 3)
    studio.site.silent.clear()
    assert studio.wait(id, done).message == ""
    assert len(studio.site.jobs) == 1


def test_an_answer_that_is_lost_makes_no_second_job(studio: Studio) -> None:
    lost = iter([True, True])

    def answering(submission: Any) -> None:
        if next(lost, False):
            studio.site.silent.add("find")  # and it stays away for a while
            raise FarmUnreachable("The line broke.", "Try again.")

    studio.site.answering = answering
    id = studio.submit()
    studio.start()
    studio.wait(id, lambda job: "Nothing is lost" in job.message)
    studio.site.silent.clear()
    studio.wait(id, done)
    assert len(studio.site.jobs) == 1 and studio.site.calls["submit"] == 1


@pytest.mark.parametrize("call", ["problems", "hash", "upload"])
def test_stop_start_and_delete_while_its_farm_is_silent(studio: Studio, call: str) -> None:
    studio.site.silent.add(call)
    id = studio.submit()
    studio.start()
    studio.wait(id, lambda job: "trying again" in job.message)
    assert studio.ask("stop", id).ok
    job = studio.job(id)
    assert job.state is JobState.STOPPED
    calls = studio.site.calls[call]
    studio.ask("farm.check", "cloud")
    assert studio.site.calls[call] == calls and studio.job(id).state is JobState.STOPPED
    assert studio.ask("start", id).ok
    studio.until(lambda: studio.site.calls[call], lambda now: now > calls)
    assert studio.ask("delete", id).ok
    studio.site.silent.clear()
    assert studio.store.jobs() == [] and studio.site.jobs == {}
    assert sorted(path.name for path in studio.shot.iterdir()) == ["made_up.blend"], "the copy of the scene went too"


@pytest.mark.parametrize("action", ["stop", "delete", "abandon"])
def test_what_may_have_been_sent_is_looked_for_first(studio: Studio, action: str) -> None:
    """The answer of submit was lost and the farm is silent: nothing is said of the job before the farm was asked."""

    def answering(submission: Any) -> None:
        studio.site.silent.add("*")
        raise FarmUnreachable("The line broke.", "Try again.")

    studio.site.allowed = 0
    studio.site.answering = answering
    id = studio.submit()
    studio.start()
    studio.until(lambda: studio.site.jobs)
    studio.wait(id, lambda job: "trying again" in job.message)
    answer = studio.ask(action, id)
    assert not answer.ok and "does not answer" in answer.message
    assert studio.job(id).state is JobState.STOPPED, "nothing is sent meanwhile"
    studio.site.silent.clear()
    assert studio.ask(action, id).ok
    if action == "delete":
        assert studio.site.jobs == {} and studio.store.jobs() == []
    else:
        state = JobState.STOPPED if action == "stop" else JobState.FAILED
        assert studio.wait(id, lambda job: bool(job.farm_job)).state is state
        assert next(iter(studio.site.jobs.values())).state is state
    assert studio.site.calls["submit"] == 1


@pytest.mark.parametrize("action", ["stop", "delete"])
def test_a_job_that_was_never_sent_is_not_looked_for_in_vain(studio: Studio, action: str) -> None:
    studio.site.silent.add("submit")
    id = studio.submit()
    studio.start()
    studio.wait(id, lambda job: "trying again" in job.message)
    assert studio.ask(action, id).ok
    assert [job.state for job in studio.store.jobs()] == ([JobState.STOPPED] if action == "stop" else [])


@pytest.mark.parametrize("action", ["stop", "delete"])
def test_stop_at_the_very_moment_of_sending(studio: Studio, action: str) -> None:
    """The farm is faster than the person: what it took is stopped, or deleted, there."""
    came = threading.Event()

    def submitting(submission: Any) -> None:
        came.set()
        with contextlib.suppress(Cancelled):
            studio.site.sending.wait(cloud.PATIENCE)

    studio.site.allowed = 0
    studio.site.submitting = submitting
    id = studio.submit()
    studio.start()
    assert came.wait(cloud.PATIENCE)
    assert studio.ask(action, id).ok
    if action == "delete":
        assert studio.site.jobs == {} and studio.store.jobs() == []
        return
    assert studio.job(id).state is JobState.STOPPED
    assert {job.state for job in studio.site.jobs.values()} <= {JobState.STOPPED}
    studio.site.allowed = 99
    assert studio.ask("start", id).ok
    studio.wait(id, done)
    assert len(studio.site.jobs) == 1


def test_upload_shows_how_far_it_is_and_can_be_stopped(studio: Studio) -> None:
    half, go = threading.Event(), threading.Event()

    def uploading(watch: Any) -> None:
        watch.step(0, 1000)
        while not go.is_set():
            half.set()
            watch.step(500, 1000)
            watch.wait(0.01)
        watch.step(1000, 1000)

    studio.site.uploading = uploading
    id = studio.submit()
    studio.start()
    job = studio.wait(id, lambda job: job.fraction == 0.5)
    assert job.state is JobState.UPLOADING
    assert studio.ask("stop", id).ok
    assert studio.job(id).state is JobState.STOPPED and studio.site.jobs == {}
    assert studio.ask("start", id).ok
    studio.wait(id, lambda job: job.state is JobState.UPLOADING)
    go.set()
    studio.wait(id, done)


# -- what else people ask


def test_environments_are_made_changed_and_removed(studio: Studio) -> None:
    studio.start()
    blender = {"name": "Blender", "version": "4.5.0"}
    answer = studio.ask("env.like", "cloud", software=blender, plugins=[{"name": "flip", "version": "1"}])
    assert answer.ok and answer.values["notes"] == []
    env = {**answer.values["environment"], "name": "flip"}

    def known() -> list[tuple[str, bool, int]]:
        rows = studio.farm().document["environments"]
        return [(row["name"], row["default"], len(row["plugins"])) for row in rows]

    assert studio.ask("env.add", "cloud", environment=env).ok and known() == [("flip", False, 1)]
    again = studio.ask("env.add", "cloud", environment=env)
    assert not again.ok and "There is an environment flip" in again.message
    assert studio.ask("env.default", "cloud", name="flip").ok and known() == [("flip", True, 1)]
    assert studio.ask("env.edit", "cloud", environment={**env, "plugins": []}).ok and known() == [("flip", False, 0)]
    assert studio.ask("env.remove", "cloud", name="flip").ok and known() == []
    assert "no environment flip" in studio.ask("env.remove", "cloud", name="flip").message
    assert "no Maya" in studio.ask("env.like", "cloud", software={"name": "Maya", "version": "2025"}).message


@pytest.mark.parametrize("kind", ["env.like", "env.add", "env.edit", "env.remove", "env.default", "farm.run"])
def test_a_command_that_lacks_something_is_answered(studio: Studio, kind: str) -> None:
    studio.start()
    studio.until(lambda: len(studio.store.farms()) == 2)
    answer = studio.ask(kind, "cloud")
    assert not answer.ok and answer.message
    assert studio.ask("farm.check", "cloud").ok, "the thread lives"


def test_extras_and_logs(studio: Studio) -> None:
    studio.site.allowed = 1
    id = studio.submit()
    studio.start()
    studio.wait(id, lambda job: job.done == 1)
    assert studio.ask("farm.run", "cloud", extra="labels").values == {"rows": [["night"], ["day"]]}
    assert studio.ask("farm.run", "cloud", extra="limit", job=id, values={"machines": 3}).values == {
        "said": "Machines, at most: done."
    }
    assert "machines" in studio.ask("farm.run", "cloud", extra="limit", job=id, values={"machines": 0}).message
    assert "nothing called" in studio.ask("farm.run", "cloud", extra="coffee").message
    assert "no job" in studio.ask("farm.run", "cloud", extra="limit", job="nobody").message
    log = studio.ask("frame.log", id, part=0, number=1)
    assert Path(log.values["path"]).read_text() == "attempt 1: done\n"
    assert next(f.log for f in studio.store.frames(id) if f.number == 1) == log.values["path"]
    assert "no log" in studio.ask("frame.log", id, part=0, number=99).message
    assert not studio.ask("frame.log", id, part="x", number=1).ok
    assert not studio.ask("frame.log", id).ok
    assert "no job" in studio.ask("job.look", "nobody").message
    assert "not set up" in studio.ask("farm.check", "moon").message
    assert "does not know" in studio.ask("farm.dance", "cloud").message
    assert studio.ask("delete", id).ok
    assert not Path(log.values["path"]).exists()


def test_commands_for_a_job_that_is_not_there_yet(studio: Studio) -> None:
    studio.site.silent.add("hash")
    id = studio.submit()
    studio.start()
    studio.wait(id, lambda job: "trying again" in job.message)
    for kind in ("job.look", "job.download", "frame.log"):
        assert "not on its farm yet" in studio.ask(kind, id).message
    assert "not on its farm yet" in studio.ask("farm.run", "cloud", extra="limit", job=id).message


def test_a_farm_set_otherwise_is_opened_anew(studio: Studio) -> None:
    studio.settings(download="by hand")
    studio.start()
    first = studio.submit()
    studio.wait(first, lambda job: job.state is JobState.DONE)
    studio.settings(download="as they finish")
    assert studio.ask("farms.reload", "").ok
    second = studio.submit(id="second")
    studio.wait(second, done)
    assert studio.job(first).downloaded == 0


def test_a_job_of_a_farm_that_is_gone_can_be_forgotten(studio: Studio) -> None:
    id = studio.submit()
    studio.start()
    studio.wait(id, done)
    (studio.home / "settings.toml").write_text("[local]\nsearch = false\n")
    assert studio.ask("farms.reload", "").ok
    assert [farm.name for farm in studio.store.farms()] == ["local"]
    assert "not set up" in studio.ask("stop", id).message
    assert studio.ask("delete", id).ok
    assert studio.store.jobs() == []


def test_what_a_farm_cannot_do_is_refused(studio: Studio) -> None:
    studio.site.capabilities = Capabilities(actions=(Action.STOP,), download=True, poll_seconds=0.01)
    id = studio.submit()
    studio.start()
    studio.wait(id, done)
    assert "cannot retry a job" in studio.ask("retry", id).message


# -- the desktop


@pytest.mark.skipif(os.name != "posix", reason="the stand-in is a shell script")
def test_the_desktop_is_told_once_for_each_job(studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = stand_in(tmp_path, monkeypatch)
    studio.settings(agent="")
    studio.site.allowed = 2
    id = studio.submit(name='sq010 -- "x" $(touch y)')
    studio.start()
    studio.wait(id, lambda job: job.downloaded == 2)
    assert not said.exists()
    studio.site.allowed = 99
    studio.wait(id, done)
    studio.until(said.exists)
    assert studio.ask("job.look", id).ok and studio.ask("farm.check", "cloud").ok
    studio.stop()
    studio.start()
    studio.ask("job.look", id)
    studio.stop()
    title, text = 'sq010 -- "x" $(touch y) is done', "5 frames from cloud, in render."
    assert said.read_text().splitlines() == ["--app-name=Farmdeck", "--", title, text]


@pytest.mark.skipif(os.name != "posix", reason="the stand-in is a shell script")
def test_the_desktop_is_left_in_peace(studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = stand_in(tmp_path, monkeypatch)
    id = studio.submit()
    studio.start()
    studio.wait(id, done)
    studio.stop()
    assert not said.exists()


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `notify-send` that writes down what it is told; returns where."""
    said = folder / "said"
    program = folder / "bin" / "notify-send"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" >> '{said}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    return said
