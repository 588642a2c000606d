"""The local farm: the contract, what a person can ask of it, and what can go wrong around it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from farmdeck import FrameState, JobState, Submission, prepare
from farmdeck.farm import FarmContext
from farmdeck.farms.local import LocalFarm
from farmdeck.scenes import read_scene
from farmdeck.store import Store
from farmdeck.testing import FarmContract

from .house import BLENDER, BPY, SCENE, House, names


class TestContract(FarmContract):
    """What every farm promises, kept with real renders."""

    @pytest.fixture
    def farm(self, tmp_path: Path) -> Iterator[LocalFarm]:
        farm = LocalFarm(FarmContext("local", tmp_path / "farm", {"search": False, "blender": BLENDER}))
        yield farm
        farm.close()

    @pytest.fixture
    def submission(self, tmp_path: Path) -> Submission:
        (tmp_path / "tiny.blend").write_bytes(SCENE.read_bytes())
        scene = read_scene(tmp_path / "tiny.blend")
        return prepare(scene, items=["Tiny/beauty"], frames="1-2", output=str(tmp_path / "out"))


def test_the_bpy_module_renders_too(make_house: Callable[..., House]) -> None:
    if not BPY.exists():
        pytest.skip("the bpy module 4.5 is not installed here")
    house = make_house(local=f'search = false\nbpy = ["{BPY}"]')
    id = house.submit(frames="3-4")
    job = house.ended(id)
    assert job.state is JobState.DONE, job.message
    assert house.frames_on_disk() == names([3, 4])


def test_every_frame_gets_a_picture_and_a_log(house: House) -> None:
    id = house.submit()
    assert house.ended(id).state is JobState.DONE
    with Store.open(house.home) as store:
        frames = house.wait_for(lambda: store.frames(id), lambda rows: all(row.thumbnail for row in rows))
    for frame in frames:
        assert Path(frame.thumbnail).read_bytes().startswith(b"\x89PNG")
        assert f"tiny_{frame.number:04d}.png" in Path(frame.log).read_text()
        assert frame.seconds is not None and frame.seconds < 60


def test_layers_and_cameras_have_folders_of_their_own(house: House) -> None:
    id = house.submit("--item", "Tiny/extra", "--camera", "CamA", "--camera", "CamB", frames="1")
    assert house.ended(id).state is JobState.DONE
    parts = ["beauty_CamA", "beauty_CamB", "extra_CamA", "extra_CamB"]
    assert house.frames_on_disk() == [f"{part}/tiny_0001.png" for part in parts]
    pictures = {(house.out / part / "tiny_0001.png").read_bytes() for part in parts[:2]}
    assert len(pictures) == 2, "both cameras gave the same picture"


def test_stop_and_start(house: House) -> None:
    id = house.submit(item="Slow/beauty", frames="1-2")
    house.wait(id, lambda job: job.rendering == 1)
    assert house.renders()
    house.run("stop", id)
    assert house.job(id).state is JobState.STOPPED
    assert house.renders() == [], "stopping ends the whole process tree"
    house.run("start", id)
    house.wait(id, lambda job: job.rendering == 1)
    house.run("abandon", id)
    job = house.ended(id)
    assert (job.state, job.failed) == (JobState.FAILED, 2)
    house.run("delete", id)
    assert house.run("job", id, code=1).stderr
    assert sorted(path.name for path in house.shot.iterdir()) == [house.scene.name]
    assert house.frames_on_disk() == []


def test_hold_waits_for_start(house: House) -> None:
    id = house.submit("--hold")
    assert house.wait(id, lambda job: job.state is JobState.PAUSED).done == 0
    house.run("start", id)
    assert house.ended(id).state is JobState.DONE


def test_a_frame_that_takes_too_long_is_ended(house: House) -> None:
    id = house.submit("--option", "timeout=1.5", "--option", "retries=0", item="Slow/beauty", frames="1")
    job = house.ended(id)
    assert job.state is JobState.FAILED
    assert "longer than 1.5 s" in job.message
    assert house.renders() == []


def test_a_crash_is_retried_and_keeps_its_reason(house: House) -> None:
    """Frame 3 of this scene kills Blender: it is tried again, fails for good, and the others are done."""
    id = house.submit("--option", "retries=1", item="Crash/beauty", frames="2-4")
    job = house.ended(id)
    assert (job.state, job.done, job.failed) == (JobState.PARTLY_DONE, 2, 1), job
    assert "SIGSEGV" in job.message and "Frame 3" in job.message
    attempts = house.queue("SELECT outcome, reason FROM attempts WHERE number = 3 ORDER BY attempt")
    assert [outcome for outcome, _ in attempts] == ["failed", "failed"]
    assert all("SIGSEGV" in reason for _, reason in attempts)
    house.wait_for(house.frames_on_disk, lambda found: found == names([2, 4]))  # a task's folder goes a moment later
    house.run("retry", id)
    assert house.wait(id, lambda job: job.state.ended and len(house.queue("SELECT 1 FROM attempts")) == 6)


def test_several_renders_at_once(make_house: Callable[..., House]) -> None:
    house = make_house(local=f'search = false\nblender = ["{BLENDER}"]\nprocesses = 2')
    id = house.submit("--option", "chunk=1", item="Slow/beauty", frames="1-3")
    assert house.wait(id, lambda job: job.rendering == 2)
    house.run("abandon", id)


def test_the_agent_dies_and_its_render_with_it(house: House) -> None:
    id = house.submit(item="Slow/beauty", frames="1")
    house.wait(id, lambda job: job.rendering == 1)
    assert house.renders()
    house.kill()
    house.wait_for(house.renders, lambda pids: pids == [], seconds=10)


def test_saving_on_does_not_change_the_job(house: House) -> None:
    """What is submitted is what renders: the scene is broken right after the copy was taken."""
    id = house.submit("--option", "chunk=1", frames="1-3")
    house.wait(id, lambda job: bool(job.farm_job))
    house.scene.write_bytes(b"saved over")
    assert house.ended(id).state is JobState.DONE
    assert house.frames_on_disk() == names([1, 2, 3])


def test_a_scene_that_changed_before_it_was_copied_stops_the_job(house: House) -> None:
    submission = prepare(read_scene(house.scene), items=["Tiny/beauty"], frames="1", output=str(house.out))
    with Store.open(house.home) as store:
        store.submit(submission)
    os.utime(house.scene, ns=(1, 1))
    house.start()
    job = house.ended(submission.id)
    assert job.state is JobState.FAILED
    assert "changed after Submit" in job.message and "Submit it again" in job.message
    assert not house.out.exists()


def test_a_file_of_the_scene_that_changed_stops_the_job(house: House) -> None:
    texture = house.shot / "hull.png"
    texture.write_bytes(b"one")
    from dataclasses import replace

    from farmdeck.submission import stamp

    submission = prepare(read_scene(house.scene), items=["Tiny/beauty"], frames="1", output=str(house.out))
    submission = replace(submission, files=(stamp(str(texture)),))
    texture.write_bytes(b"another")
    with Store.open(house.home) as store:
        store.submit(submission)
    house.start()
    job = house.ended(submission.id)
    assert job.state is JobState.FAILED and "hull.png" in job.message
    assert sorted(path.name for path in house.shot.iterdir()) == ["hull.png", "tiny.blend"], "the copy is taken away"


def test_a_file_that_changes_while_the_job_waits_is_never_silently_rendered(house: House) -> None:
    from dataclasses import replace

    from farmdeck.submission import stamp

    texture = house.shot / "hull.png"
    texture.write_bytes(b"one")
    options = {"items": ["Tiny/beauty"], "frames": "1", "output": str(house.out), "hold": True}
    submission = replace(prepare(read_scene(house.scene), **options), files=(stamp(str(texture)),))  # type: ignore[arg-type]
    with Store.open(house.home) as store:
        store.submit(submission)
    house.start()
    house.wait(submission.id, lambda job: job.state is JobState.PAUSED)
    texture.write_bytes(b"another")
    house.run("start", submission.id)
    job = house.wait(submission.id, lambda job: job.state is JobState.STOPPED)
    assert "hull.png changed after Submit" in job.message
    assert house.frames_on_disk() == []


def test_the_output_folder_is_taken_away(house: House) -> None:
    id = house.submit(item="Slow/beauty", frames="1-2")
    house.wait(id, lambda job: job.rendering == 1)
    house.run("stop", id)
    subprocess.run(["rm", "-r", str(house.out)], check=True)
    house.out.write_text("a file where the folder was")
    house.run("start", id)
    job = house.wait(id, lambda job: job.state is JobState.STOPPED)
    assert str(house.out) in job.message and "press Start" in job.message
    house.out.unlink()
    house.run("start", id)
    house.wait(id, lambda job: job.rendering == 1)
    house.run("delete", id)


def test_the_disk_is_full(house: House, tmp_path: Path) -> None:
    """A real small disk: the job stops and says so, and goes on once there is room."""
    house.out.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(house.out)], capture_output=True)
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        id = house.submit("--hold", "--option", "retries=0", frames="1-3")
        house.wait(id, lambda job: job.state is JobState.PAUSED)
        filler = house.out / "filler"
        with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(65536))
        house.run("start", id)
        job = house.wait(id, lambda job: job.state is JobState.STOPPED or job.state.ended)
        assert job.state is JobState.STOPPED, job
        assert "full" in job.message and "press Start" in job.message
        filler.unlink()
        house.run("start", id)
        assert house.ended(id).state is JobState.DONE
        assert house.frames_on_disk() == names([1, 2, 3])
    finally:
        house.close()
        subprocess.run(["umount", "-l", str(house.out)], check=True)


def test_an_output_that_cannot_be_made(house: House) -> None:
    """Said at once where it can be known, and by the agent where the application did not look."""
    submission = prepare(read_scene(house.scene), items=["Tiny/beauty"], frames="1", output="/proc/nope/out")
    with Store.open(house.home) as store:
        store.submit(submission)
    house.start()
    job = house.ended(submission.id)
    assert job.state is JobState.FAILED and "/proc/nope/out cannot be made" in job.message
    assert "Choose another output folder" in job.message
    assert sorted(path.name for path in house.shot.iterdir()) == [house.scene.name]


def test_nothing_to_render_with(make_house: Callable[..., House]) -> None:
    house = make_house(local="search = false")
    said = house.run("submit", house.scene, "--item", "Tiny/beauty", code=1).stderr
    assert "No Blender, Maya, Houdini or 3ds Max is found" in said and "name it in the settings" in said


def test_a_scene_in_a_folder_that_cannot_be_written(house: House) -> None:
    """The copy goes elsewhere with its paths rewritten; nothing is written beside the scene."""
    mounted = subprocess.run(["mount", "--bind", str(house.shot), str(house.shot)], capture_output=True)
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(house.shot)], check=True)
        id = house.submit(frames="1")
        assert house.ended(id).state is JobState.DONE, house.job(id).message
        assert house.frames_on_disk() == names([1])
        assert not list((house.home / "snapshots").rglob("*.blend"))
    finally:
        subprocess.run(["umount", "-l", str(house.shot)], check=True)


def test_a_damaged_entry_hides_nothing_else(house: House) -> None:
    import sqlite3

    good, bad = house.submit(frames="1"), house.submit("--output", str(house.shot / "other"), frames="1")
    for id in (good, bad):
        house.ended(id)
    with sqlite3.connect(house.home / "store.sqlite3", timeout=10) as db:
        db.execute("UPDATE jobs SET parts = 'not json', revision = revision + 1 WHERE id = ?", (bad,))
    listed = {job["id"]: job for job in json.loads(house.run("jobs", "--json").stdout)}
    assert listed[good]["state"] == "done"
    assert listed[bad]["state"] == "failed" and "damaged" in listed[bad]["message"]


def test_done_frames_are_rendered_again_by_number(house: House) -> None:
    """The copy was removed with the job's end: it is taken again while the scene is the same, and refused after."""
    id = house.submit(frames="1-2")
    house.ended(id)
    picture = house.out / "tiny_0002.png"
    picture.write_bytes(b"spoilt")
    house.run("retry", id, "--frames", "2")
    job = house.wait(id, lambda job: job.state.ended and len(house.queue("SELECT 1 FROM attempts")) == 3)
    assert job.state is JobState.DONE
    assert picture.read_bytes().startswith(b"\x89PNG")
    house.wait_for(lambda: sorted(path.name for path in house.shot.iterdir()), lambda names: names == ["tiny.blend"])
    os.utime(house.scene)
    said = house.run("retry", id, "--frames", "2", code=1).stderr
    assert "changed after Submit" in said
    assert house.job(id).state is JobState.DONE


def test_a_render_leaves_no_temporary_files(house: House) -> None:
    id = house.submit(frames="1")
    house.ended(id)
    scratch = house.home / "farms" / "local" / "tmp"
    house.wait_for(lambda: list(scratch.iterdir()), lambda left: left == [])


def test_frames_follow_priority(house: House) -> None:
    first = house.submit("--hold", "--option", "chunk=1", frames="1-2")
    urgent = house.submit("--hold", "--priority", "90", "--output", str(house.shot / "urgent"), frames="1-2")
    house.run("start", first, urgent)
    began = {
        job: min(row[0] for row in house.queue("SELECT started FROM attempts WHERE job = ?", job))
        for job in (first, urgent)
        if house.ended(job)
    }
    last_of_first = house.queue("SELECT max(started) FROM attempts WHERE job = ?", first)[0][0]
    assert began[urgent] < last_of_first


def test_frame_states_are_told_while_they_render(house: House) -> None:
    id = house.submit(item="Slow/beauty", frames="1")

    def shares() -> list[float]:
        with Store.open(house.home) as store:
            return [f.progress for f in store.frames(id) if f.state is FrameState.RENDERING]

    house.wait(id, lambda job: job.state is JobState.RENDERING)
    assert house.wait_for(shares, lambda found: found != [])
    assert time.time() - (house.job(id).started or 0) < 60
    house.run("delete", id)
