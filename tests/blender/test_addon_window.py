"""The add-on in Debian's Blender with its window: installed, found by clicking its tab, submitting, rendering."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from farmdeck.job import JobState
from farmdeck.launch import clean_environment
from farmdeck.store import Store
from farmdeck_ui.install import install

from tests.blender.blenders import INSIDE, blender

SECONDS = 90
SHOTS = os.environ.get("FARMDECK_SHOTS", "")
"""A folder for pictures that people look at."""
WIDE, TALL = (1600, 1500) if SHOTS else (1280, 1000)  # every pixel is drawn by the processor


@pytest.fixture
def display() -> Iterator[str]:
    """An X server of this test's own."""
    program = shutil.which("Xvfb")
    if program is None or shutil.which("xdotool") is None:
        pytest.skip("Xvfb or xdotool is not installed")
    read, write = os.pipe()
    command = [
        program,
        "-displayfd",
        str(write),
        "-screen",
        "0",
        f"{WIDE}x{TALL}x24",
        "+extension",
        "GLX",
        "-nolisten",
        "tcp",
    ]
    server = subprocess.Popen(command, pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as pipe:
        number = pipe.readline().strip()
    yield f":{number}"
    server.terminate()
    server.wait(10)


class Window:
    """A running Blender that is told things and says things through files."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes], display: str) -> None:
        self.folder, self.process, self.display = folder, process, display

    def said(self, word: str) -> dict[str, Any] | None:
        path = self.folder / word
        return json.loads(path.read_text()) if path.exists() else None

    def wait(self, word: str, meanwhile: Callable[[], None] = lambda: None) -> dict[str, Any]:
        until = time.monotonic() + SECONDS
        while (said := self.said(word)) is None:
            assert self.process.poll() is None and time.monotonic() < until, f"{word}: {self.output()}"
            meanwhile()
            time.sleep(0.05)
        return said

    def tell(self, word: str) -> None:
        (self.folder / f"tell-{word}").touch()

    def output(self) -> str:
        return (self.folder / "output").read_text(errors="replace")

    def mouse(self, *words: object) -> None:
        command = ["xdotool", *map(str, words)]
        subprocess.run(command, env={**os.environ, "DISPLAY": self.display}, timeout=20, check=True)

    def shot(self, name: str) -> None:
        """A picture of the window where FARMDECK_SHOTS names a folder, for people to look at."""
        if SHOTS and shutil.which("import"):
            self.mouse("mousemove", 800, 1000)
            time.sleep(1)  # only when somebody wants the picture
            command = ["import", "-window", "root", str(Path(SHOTS) / f"{name}.png")]
            subprocess.run(command, env={**os.environ, "DISPLAY": self.display}, timeout=60, check=True)


@pytest.fixture
def window(tmp_path: Path, display: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Window]:
    """The sample shot open in a Blender into which the add-on was installed."""
    release = blender("3.4")
    program = Path(sys.executable).with_name("farmdeck")
    monkeypatch.setenv("FARMDECK_AGENT", str(program))
    monkeypatch.setenv("BLENDER_USER_RESOURCES", str(tmp_path / "blender"))
    shots = tmp_path / "shots"
    shots.mkdir()
    release.run("small_shot", tmp_path, save=shots / "sq020_sh0070_env_v003.blend")
    assert [each.next_step for each in install("blender", "3.4")] == ["switched on"]
    folder = tmp_path / "talk"
    folder.mkdir()
    command = [release.program, "--no-window-focus", "-noaudio", "-p", "0", "0", str(WIDE), str(TALL)]
    command += [str(shots / "sq020_sh0070_env_v003.blend"), "--python", str(INSIDE / "window.py"), "--", str(folder)]
    env = {**clean_environment(os.environ), "DISPLAY": display, "LIBGL_ALWAYS_SOFTWARE": "1"}
    env["BLENDER_USER_RESOURCES"] = str(tmp_path / "blender")
    with open(folder / "output", "wb") as output:
        process = subprocess.Popen(command, env=env, stdout=output, stderr=output)
    yield Window(folder, process, display)
    process.kill()
    process.wait(20)
    subprocess.run([str(program), "agent", "stop"], capture_output=True, timeout=60, check=False)


def test_the_panel_is_found_drawn_and_submits(window: Window) -> None:
    window.wait("ready")
    heights = itertools.cycle(range(60, 400, 40))  # a tab is some 60 pixels high

    def click_the_next_tab() -> None:
        x, y, width, height, tall = window.wait("place")["place"]
        place = tall - (y + height) + next(heights)
        window.mouse("mousemove", x + width - 10, place + 3, "sleep", 0.1, "mousemove", x + width - 8, place)
        window.mouse("sleep", 0.1, "click", 1)

    panels = window.wait("drawn", click_the_next_tab)["panels"]
    assert {"FARMDECK_PT_scene", "FARMDECK_PT_items", "FARMDECK_PT_frames", "FARMDECK_PT_submit"} <= set(panels)
    window.shot("blender_submit")
    window.tell("submit")
    assert window.wait("pressed")["result"] == ["FINISHED"]
    submitted = window.wait("submitted")
    window.shot("blender_submitted")
    with Store.open(Path(os.environ["FARMDECK_HOME"])) as store:
        until = time.monotonic() + SECONDS
        while not (job := store.job(submitted["job"])).state.ended:
            assert time.monotonic() < until, job
            time.sleep(0.1)
    assert (job.state, job.done) == (JobState.DONE, 6), job.message
    assert window.wait("frames")["done"] > 0, "the panel heard of the frames"
    window.shot("blender_done")
    window.tell("quit")
    assert window.process.wait(30) == 0
    assert "Traceback" not in window.output(), window.output()
    print(f"longest turn of the timer in the window: {submitted['longest_ms']:.1f} ms")
