"""The scene of the window of our own: read on a thread, stopped, late answers lost; and small words."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from farmdeck import FarmdeckError
from farmdeck_ui.panel import FarmdeckPanel, open_panel, words
from farmdeck_ui.panel import source as source_module
from farmdeck_ui.panel.choices import picture
from farmdeck_ui.panel.qt import QtCore
from farmdeck_ui.panel.source import FileSource

from tests.panel.pieces import make_scene


class Answers:
    """What a source calls back with, and on which thread."""

    def __init__(self) -> None:
        self.scenes: list[Any] = []
        self.errors: list[FarmdeckError] = []
        self.steps: list[tuple[float, float]] = []
        self.threads: set[str] = set()

    def scene(self, scene: Any) -> None:
        self.scenes.append(scene)
        self.threads.add(threading.current_thread().name)

    def error(self, error: FarmdeckError) -> None:
        self.errors.append(error)

    def step(self, done: float, total: float) -> None:
        self.steps.append((done, total))


def test_a_file_that_is_no_scene_says_so(qtbot: Any, tmp_path: Path) -> None:
    file, answers = tmp_path / "notes.txt", Answers()
    file.write_text("hello")
    source = FileSource(str(file))
    source.read(answers.scene, answers.error, answers.step)
    qtbot.waitUntil(lambda: bool(answers.errors))
    assert "notes.txt" in str(answers.errors[0])
    source.close()


def test_reading_goes_on_beside_the_ui_and_can_be_stopped(
    qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, threads = threading.Event(), []
    scene = make_scene(tmp_path)

    def slow(path: str, watch: Any) -> Any:
        threads.append(threading.current_thread().name)
        for number in range(10**9):
            watch.step(number, 10**9)
            began.set()

    monkeypatch.setattr(source_module, "_read_scene", slow)
    source, answers = FileSource(scene.file), Answers()
    source.read(answers.scene, answers.error, answers.step)
    assert began.wait(5)
    source.stop()
    qtbot.waitUntil(lambda: bool(answers.errors))
    assert str(answers.errors[0]) == "Reading the scene was stopped. Press Refresh to read it."
    assert threads == ["farmdeck-scene"]
    source.close()


def test_of_two_readings_only_the_later_answers(qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = make_scene(tmp_path), make_scene(tmp_path, fps=25.0)
    gate, scenes = threading.Event(), [first, second]

    def read(path: str, watch: Any) -> Any:
        scene = scenes.pop(0)
        if scene is first:
            gate.wait(5)
        return scene

    monkeypatch.setattr(source_module, "_read_scene", read)
    source, answers = FileSource(first.file), Answers()
    source.read(answers.scene, answers.error, answers.step)
    early = source._thread
    assert early is not None
    source.read(answers.scene, answers.error, answers.step)
    gate.set()
    early.join(5)
    qtbot.waitUntil(lambda: bool(answers.scenes))
    assert [scene.fps for scene in answers.scenes] == [25.0]
    assert answers.threads == {threading.main_thread().name}
    source.close()


def test_the_window_opens_on_a_file_and_says_why_it_cannot_be_submitted(qtbot: Any, qapp: Any, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("hello")
    seen: list[str] = []
    timer = QtCore.QTimer()

    def look() -> None:
        windows = qapp.topLevelWidgets()  # other tests may have left some
        panels = [one for one in windows if isinstance(one, FarmdeckPanel) and one.source.name == str(file)]
        if panels and panels[0].submit.footer.held and panels[0].submit.problems.model.rowCount():
            page = panels[0].submit
            seen.extend([page.problems.model.index(0, 0).data(), page.footer.line.said])
            assert not page.items.isVisible()
            panels[0].close()

    timer.timeout.connect(look)
    timer.start(10)
    (tmp_path / "store").mkdir()
    assert open_panel(str(file), tmp_path / "store") == 0
    timer.stop()
    assert "notes.txt" in seen[0]
    assert seen[1] == "1 error holds Submit back"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(None, "–"), (0.44, "0.4 s"), (57, "57 s"), (1445, "24 m 05 s"), (11160, "3 h 06 m"), (187_200, "2 d 4 h")],
)
def test_how_long_is_said_with_units(seconds: float | None, said: str) -> None:
    assert words.duration(seconds) == said


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 B"), (999, "999 B"), (440_000_000, "440 MB"), (3_400_000_000, "3.4 GB")]
)
def test_how_large_is_said_with_units(number: int, said: str) -> None:
    assert words.size(number) == said


@pytest.mark.parametrize(
    ("pattern", "frame", "file"),
    [("/a/b.####.exr", 7, "/a/b.0007.exr"), ("/a/#/b_##.png", 12345, "/a/#/b_12345.png"), ("/a/b.png", 1, "/a/b.png")],
)
def test_a_frames_file_has_its_number(pattern: str, frame: int, file: str) -> None:
    assert picture(pattern, frame) == file
