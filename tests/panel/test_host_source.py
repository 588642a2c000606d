"""The panel on a host's open scene: read in slices, saved first, watched, its choices kept with the scene."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from farmdeck import FarmdeckError, Scene
from farmdeck._errors import BadDocument, Cancelled, SceneError
from farmdeck.store import AgentStore
from farmdeck_ui.panel import FarmdeckPanel, SlicedSource
from farmdeck_ui.panel.choices import Choices, choices_from_text, choices_text
from farmdeck_ui.panel.host import Reading, read_at_once
from farmdeck_ui.panel.qt import QtCore
from farmdeck_ui.panel.save_first import LAST_SAVED, SAVE, SAVE_AS
from hypothesis import given
from hypothesis import strategies as st

from tests.panel.conftest import is_ready
from tests.panel.pieces import make_farm, make_item


class Application:
    """A host with one open scene, as an adapter would offer it."""

    name = "Painter"

    def __init__(self, scene: Scene, steps: int = 3) -> None:
        self.scene = scene
        self.steps = steps
        self.is_busy = False
        self.kept = ""
        self.log: list[str] = []
        self.made_on: list[threading.Thread] = []
        self.fails: Exception | None = None
        self.dialog = True
        self.changed: Callable[[], None] | None = None
        self.saving: Callable[[], None] | None = None

    def file(self) -> str:
        return self.scene.file

    def read(self) -> Reading:
        self.log.append("read")
        for number in range(self.steps):
            yield number, self.steps
        if self.fails:
            raise self.fails
        scene = self.scene

        def make() -> Scene:
            self.made_on.append(threading.current_thread())
            return scene

        return make

    def busy(self) -> bool:
        return self.is_busy

    def save(self) -> None:
        self.log.append("save")
        if self.fails:
            raise self.fails
        if self.saving:
            self.saving()
        self.scene = replace(self.scene, unsaved=False)
        if self.changed:
            self.changed()

    def save_as(self) -> bool:
        self.log.append("save as")
        if self.dialog:
            self.save()
        return self.dialog

    def select(self, subject: str) -> None:
        self.log.append(f"select {subject}")

    def load_choices(self) -> str:
        return self.kept

    def store_choices(self, text: str) -> None:
        self.kept = text

    def watch(self, changed: Callable[[], None], saving: Callable[[], None]) -> Callable[[], None]:
        self.changed, self.saving = changed, saving

        def remove() -> None:
            self.changed = self.saving = None

        return remove


class Answers:
    """What a reading came to."""

    def __init__(self) -> None:
        self.scenes: list[Scene] = []
        self.errors: list[FarmdeckError] = []
        self.steps: list[tuple[float, float]] = []

    def read(self, source: SlicedSource) -> None:
        source.read(self.scenes.append, self.errors.append, lambda done, total: self.steps.append((done, total)))


@pytest.fixture
def application(scene: Scene) -> Application:
    return Application(scene)


@pytest.fixture
def source(qtbot: Any, application: Application) -> Iterator[SlicedSource]:
    made = SlicedSource(application)
    yield made
    made.close()


@pytest.fixture
def open_in(qtbot: Any, store: AgentStore, folder: Path) -> Iterator[Callable[[Application], FarmdeckPanel]]:
    panels = []

    def opened(application: Application) -> FarmdeckPanel:
        panel = FarmdeckPanel(SlicedSource(application), folder)
        panels.append(panel)
        panel.resize(520, 900)
        panel.show()
        qtbot.waitUntil(lambda: is_ready(panel) and panel.submit.scene is not None)
        return panel

    yield opened
    for panel in panels:
        panel.close()
        panel.deleteLater()


def test_the_scene_is_made_off_the_main_thread(qtbot: Any, application: Application, source: SlicedSource) -> None:
    answers = Answers()
    answers.read(source)
    assert not answers.scenes, "the caller has its turn back before anything is read"
    qtbot.waitUntil(lambda: bool(answers.scenes))
    assert answers.scenes == [application.scene] and not answers.errors
    assert application.made_on[0] is not threading.main_thread()


def test_the_event_loop_has_its_turn_between_slices(
    qtbot: Any, application: Application, source: SlicedSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("farmdeck_ui.panel.host.SLICE_SECONDS", 0.0)  # every step is as slow as a slice may be
    application.steps = 50
    turns: list[int] = []
    timer = QtCore.QTimer()
    timer.timeout.connect(lambda: turns.append(1))
    timer.start(0)
    answers = Answers()
    answers.read(source)
    qtbot.waitUntil(lambda: bool(answers.scenes))
    timer.stop()
    assert len(answers.steps) == 50 and len(turns) >= 25


def test_a_busy_host_is_left_alone(
    qtbot: Any, application: Application, source: SlicedSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("farmdeck_ui.panel.host.SLICE_SECONDS", 0.0)  # each step would be told
    application.is_busy = True
    answers = Answers()
    answers.read(source)
    with qtbot.waitSignal(source._turn.timeout):  # the turn that finds it busy
        pass
    assert not answers.steps and not answers.scenes
    application.is_busy = False
    qtbot.waitUntil(lambda: bool(answers.scenes))


def test_a_reading_can_be_stopped_and_a_newer_one_wins(
    qtbot: Any, application: Application, source: SlicedSource
) -> None:
    first, second, third = Answers(), Answers(), Answers()
    first.read(source)
    source.stop()
    assert [type(error) for error in first.errors] == [Cancelled]
    second.read(source)
    third.read(source)
    qtbot.waitUntil(lambda: bool(third.scenes))
    assert not second.scenes and not second.errors and not first.scenes


def test_a_scene_that_is_made_too_late_is_dropped(qtbot: Any, application: Application, source: SlicedSource) -> None:
    release, read = threading.Event(), application.read

    def read_slowly() -> Reading:
        make = yield from read()
        return lambda: make() if release.wait(10) else make()

    application.read = read_slowly  # type: ignore[method-assign]
    first, second = Answers(), Answers()
    first.read(source)
    qtbot.waitUntil(lambda: source._thread is not None)
    late = source._thread
    application.read = read  # type: ignore[method-assign]
    application.scene = replace(application.scene, fps=25.0)
    second.read(source)
    release.set()
    assert late is not None
    late.join(10)
    qtbot.waitUntil(lambda: bool(second.scenes))
    assert not first.scenes and not first.errors and second.scenes == [application.scene]


@pytest.mark.parametrize("error", [SceneError("The layer is broken.", "Mend it."), RuntimeError("No object matches")])
def test_what_the_host_raises_is_told(
    qtbot: Any, application: Application, source: SlicedSource, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    application.fails = error
    answers = Answers()
    answers.read(source)
    qtbot.waitUntil(lambda: bool(answers.errors))
    assert str(error) in str(answers.errors[0])
    application.fails = None
    answers.read(source)
    qtbot.waitUntil(lambda: bool(answers.scenes))


def test_closing_takes_the_callbacks_away(qtbot: Any, application: Application, source: SlicedSource) -> None:
    source.watch(lambda: None, lambda: "")
    assert application.changed
    source.close()
    assert application.changed is None and application.saving is None


def test_a_change_is_read_once_things_settle(qtbot: Any, application: Application, open_in: Any) -> None:
    panel = open_in(application)
    reads = application.log.count("read")
    application.scene = replace(application.scene, items=(make_item("new"),))
    for _ in range(20):
        assert application.changed
        application.changed()
    qtbot.waitUntil(lambda: panel.submit.items.model.checked == ("Scene/new",))
    assert application.log.count("read") == reads + 1


def test_a_hidden_panel_reads_when_it_is_seen(qtbot: Any, application: Application, open_in: Any) -> None:
    panel = open_in(application)
    reads = application.log.count("read")
    panel.hide()
    assert application.changed
    application.changed()
    with qtbot.waitSignal(panel.source._settling.timeout):
        pass
    assert application.log.count("read") == reads
    panel.show()
    qtbot.waitUntil(lambda: application.log.count("read") == reads + 1)


@pytest.mark.parametrize(("answer", "logged"), [(SAVE, ["save"]), (SAVE_AS, ["save as", "save"]), (LAST_SAVED, [])])
def test_save_first(qtbot: Any, scene: Scene, store: AgentStore, open_in: Any, answer: str, logged: list[str]) -> None:
    application = Application(replace(scene, unsaved=True))
    panel = open_in(application)
    panel.submit.footer.press()
    question = panel.submit.flow.question
    assert question.isVisible() and not store.jobs()
    question.answers[answer].click()
    qtbot.waitUntil(lambda: bool(panel.submit.flow.submitted))
    assert [entry for entry in application.log if entry != "read"] == logged
    assert len(store.jobs()) == 1
    if answer != LAST_SAVED:
        assert panel.submit.scene is not None and not panel.submit.scene.unsaved
        assert choices_from_text(application.kept) == panel.submit.choices


def test_cancel_submits_nothing(qtbot: Any, scene: Scene, store: AgentStore, open_in: Any) -> None:
    application = Application(replace(scene, unsaved=True))
    panel = open_in(application)
    panel.submit.footer.press()
    panel.submit.flow.question.cancel.click()
    panel.submit.footer.press()
    application.dialog = False
    panel.submit.flow.question.answers[SAVE_AS].click()  # and the host's own dialog is left with Cancel
    panel.submit.footer.press()
    application.fails = SceneError("The disk is full.", "Free some space.")
    panel.submit.flow.question.answers[SAVE].click()
    qtbot.waitUntil(lambda: "disk is full" in panel.submit.notice.said)
    assert not store.jobs() and not panel.submit.flow.submitted


def test_choices_come_back_with_the_scene(qtbot: Any, scene: Scene, store: AgentStore, open_in: Any) -> None:
    kept = Choices(
        farm="cloud", items=("Scene/fog",), cameras=("camB",), frames="3-5", options={"chunk": 7}, priority=80,
        hold=True, project="harbour", notes="night", env="Blender 3.4.1",
    )  # fmt: skip
    application = Application(scene)
    application.kept = choices_text(kept)
    panel = open_in(application)
    assert panel.submit.choices.items == kept.items and panel.submit.choices.farm == "local"
    store.put_farms([make_farm(), make_farm("cloud")])  # the agent tells of it only now
    qtbot.waitUntil(lambda: panel.submit.choices == kept)
    panel.submit.frames.type_frames("1-2")  # a choice of now outlives a refresh
    panel.submit.refresh()
    qtbot.waitUntil(lambda: panel.submit.settled and application.log.count("read") == 2)
    assert panel.submit.choices == replace(kept, frames="1-2")


def test_choices_of_a_newer_farmdeck_are_left_alone(qtbot: Any, scene: Scene, open_in: Any) -> None:
    application = Application(scene)
    application.kept = '{"schema": "farmdeck.choices/9", "items": []}'
    panel = open_in(application)
    assert "farmdeck.choices/9" in panel.submit.notice.said
    assert panel.submit.choices.items == ("Scene/beauty",)


@given(
    st.builds(
        Choices, items=st.lists(st.text(), max_size=3).map(tuple), notes=st.text(), frames=st.text(), hold=st.booleans()
    )
)
def test_choices_are_text_and_back(choices: Choices) -> None:
    text = choices_text(replace(choices, output="/private/place"))
    assert text.isascii() and "private" not in text
    assert choices_from_text(text) == choices


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": "farmdeck.choices/1", "farmm": "x"}'])
def test_other_text_is_no_choices(text: str) -> None:
    with pytest.raises(BadDocument):
        choices_from_text(text)


def test_a_script_reads_at_once(application: Application) -> None:
    assert read_at_once(application) is application.scene
    application.fails = SceneError("The layer is broken.", "Mend it.")
    with pytest.raises(SceneError):
        read_at_once(application)
