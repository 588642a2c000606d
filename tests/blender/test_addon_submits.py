"""Submit writes a real submission into a real store, from another thread, and it is there when Blender dies."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from farmdeck.job import JobState
from farmdeck.store import Store
from farmdeck_ui.install import AGENT_COMMAND

from tests.blender.blenders import VERSIONS, Blender, blender


@pytest.fixture
def quiet_agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An agent that notes how it was started, and ends."""
    program = tmp_path / "agent"
    program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/agent-started\n')
    program.chmod(0o755)
    monkeypatch.setenv("FARMDECK_AGENT", str(program))
    return program


def shot(release: Blender, tmp_path: Path) -> Path:
    path = tmp_path / "shots" / "sq010 shot.blend"
    path.parent.mkdir()
    release.run("small_shot", tmp_path, save=path)
    return path


def store() -> Store:
    return Store.open(Path(os.environ["FARMDECK_HOME"]))


@pytest.mark.parametrize("version", VERSIONS)
def test_the_job_exists_when_blender_is_killed_after_submit(
    version: str, bundle: Path, tmp_path: Path, quiet_agent: Path
) -> None:
    release = blender(version)
    path = shot(release, tmp_path)
    choices = {"frames_mode": "CUSTOM", "frames": "1-9x4", "priority": 70}
    said = release.run("submit", tmp_path, bundle=bundle, open=path, choices=choices, skip=["Shot/fog"], kill=True)
    assert said["message"].startswith("Submitted")
    with store() as known:
        job, submission = known.job(said["job"]), known.submission(said["job"])
    assert (job.state, job.total, job.priority) == (JobState.QUEUED, 3, 70)
    assert [(part.item, part.frames) for part in submission.parts] == [("Shot/beauty", "1-9x4")]
    assert submission.scene.path == str(path) and submission.software.version == version
    assert submission.parts[0].output == str(path.parent / "render" / "####.png")
    print(f"Blender {version}: longest stretch of the main thread while handing over {said['longest_ms']:.2f} ms")


@pytest.mark.parametrize("version", ["3.4", "4.5"])
def test_the_main_thread_only_puts_into_queues(version: str, bundle: Path, tmp_path: Path, quiet_agent: Path) -> None:
    release = blender(version)
    said = release.run("submit", tmp_path, bundle=bundle, open=shot(release, tmp_path))
    assert said["main"] == [], "no file, no database, no process, no import on the main thread"
    assert "open" in said["worker"], "the files were stamped all the same"


@pytest.mark.parametrize("version", ["3.4", "4.5"])
def test_three_frames_of_each_layer(version: str, bundle: Path, tmp_path: Path, quiet_agent: Path) -> None:
    release = blender(version)
    path = shot(release, tmp_path)
    said = release.run("submit", tmp_path, bundle=bundle, open=path, choices={"frames_mode": "THREE", "output": "//o"})
    with store() as known:
        parts = known.job(said["job"]).parts
    assert [(part.name, part.frames) for part in parts] == [("beauty", "1-3"), ("fog", "1-3")]
    assert parts[1].output == str(path.parent / "o" / "fog" / "sq010 shot.####.png")


@pytest.mark.parametrize("version", ["3.4", "4.5"])
def test_frames_that_cannot_be_read_submit_nothing(
    version: str, bundle: Path, tmp_path: Path, quiet_agent: Path
) -> None:
    release = blender(version)
    choices = {"frames_mode": "CUSTOM", "frames": "10-1x0"}
    said = release.run("submit", tmp_path, bundle=bundle, open=shot(release, tmp_path), choices=choices)
    assert '"10-1x0"' in said["message"] and said["job"] == ""


@pytest.mark.parametrize("version", ["3.4", "4.5"])
def test_the_last_saved_and_save_and_submit(version: str, bundle: Path, tmp_path: Path, quiet_agent: Path) -> None:
    release = blender(version)
    said = release.run("save_first", tmp_path, bundle=bundle, open=shot(release, tmp_path))
    assert said["frames"] == [["1-3", "1-3"], ["1-9", "1-9"]]
    assert said["untouched"] and said["saved"]


def test_the_job_is_rendered_after_blender_is_gone(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = blender("3.4")
    path = shot(release, tmp_path)
    program = Path(sys.executable).with_name("farmdeck")
    monkeypatch.setenv("FARMDECK_AGENT", str(program))
    said = release.run("submit", tmp_path, bundle=bundle, open=path, kill=True, skip=["Shot/fog"])
    try:
        with store() as known:
            job = wait_until_done(known, said["job"])
        assert (job.state, job.done) == (JobState.DONE, 3), job.message
        assert sorted(file.name for file in (path.parent / "render").glob("*.png")) == [
            f"{number:04d}.png" for number in (1, 2, 3)
        ]
    finally:
        release_agent(program)


def wait_until_done(known: Store, id: str) -> Any:
    until = time.monotonic() + 90
    while not (job := known.job(id)).state.ended:
        assert time.monotonic() < until, job
        time.sleep(0.1)
    return job


def release_agent(program: Path) -> None:
    """End the agent of this test's store."""
    subprocess.run([str(program), "agent", "stop"], capture_output=True, timeout=60, check=False)


def test_the_pointer_names_a_command_of_our_own() -> None:
    assert AGENT_COMMAND == [sys.executable, "-I", "-m", "farmdeck_ui"]
