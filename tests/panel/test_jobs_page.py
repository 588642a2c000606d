"""The Jobs page: the list, what can be asked of a job, and the job's own page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from farmdeck import Action, FrameState, JobState, Scene, prepare
from farmdeck.farm import Capabilities
from farmdeck.store import AgentStore
from farmdeck_ui.panel import FarmdeckPanel
from farmdeck_ui.panel.frame_log import read_tail
from farmdeck_ui.panel.frame_strip import slow_frames
from farmdeck_ui.panel.job_model import FARM
from farmdeck_ui.panel.qt import Qt, QtGui, QtWidgets

from tests.panel.pieces import make_farm, make_frames, make_scene

Open = Callable[..., FarmdeckPanel]


def add_job(store: AgentStore, scene: Scene, name: str = "shot", frames: str = "1-10", **columns: Any) -> str:
    """A submission in the store, as far as `columns` say."""
    submission = prepare(scene, name=name, frames=frames, farm=columns.pop("farm", "local"))
    store.submit(submission)
    if columns:
        store.update_job(submission.id, **columns)
    return submission.id


def show_jobs(qtbot: Any, panel: FarmdeckPanel, count: int) -> Any:
    """The list, once it has that many rows."""
    panel.resize(1200, 760)
    panel.tabs.setCurrentIndex(1)
    qtbot.waitUntil(lambda: panel.jobs.list.model.rowCount() == count)
    return panel.jobs.list


def visible_actions(page: Any) -> set[Action]:
    return {action for action, button in page.actions.buttons.items() if not button.isHidden()}


def commands(store: AgentStore) -> list[tuple[str, str]]:
    return [(command.kind, command.target) for command in store.take_commands()]


def test_the_empty_list_says_what_will_be_there(qtbot: Any, open_on: Open, scene: Scene) -> None:
    page = show_jobs(qtbot, open_on(scene), 0)
    assert page._empty.said == "No jobs yet. What you submit shows here."
    assert page._stack.currentIndex() == 1


def test_what_the_agent_writes_shows_in_the_row(qtbot: Any, open_on: Open, scene: Scene, store: AgentStore) -> None:
    id = add_job(store, scene)
    page = show_jobs(qtbot, open_on(scene), 1)
    page.choose(id)
    store.update_job(id, state=JobState.RENDERING, done=4, failed=1, fraction=0.4)
    qtbot.waitUntil(lambda: page.model.index(0, 1).data() == "Rendering")
    texts = [page.model.index(0, column).data() for column in range(FARM + 1)]
    assert texts[:6] == ["shot", "Rendering", "40%", "4", "1", "5"]
    assert texts[FARM] == "This machine"
    assert page.selected()[0].id == id
    assert page.actions.buttons[Action.RETRY].text() == "Retry 1 failed"
    store.delete_job(id)
    qtbot.waitUntil(lambda: page.model.rowCount() == 0)


def test_actions_that_a_farm_lacks_are_absent_and_those_that_make_no_sense_are_grey(
    qtbot: Any, open_on: Open, scene: Scene, store: AgentStore
) -> None:
    simple = make_farm("flamenco", Capabilities(actions=(Action.STOP, Action.DELETE)))
    here = add_job(store, scene, "here", state=JobState.DONE, done=10)
    there = add_job(store, scene, "there", farm="flamenco")
    page = show_jobs(qtbot, open_on(scene, make_farm(), simple), 2)
    page.choose(here)
    assert visible_actions(page) == set(Action)
    assert not page.actions.buttons[Action.STOP].isEnabled()
    assert page.actions.buttons[Action.STOP].toolTip() == "Nothing runs or waits here."
    page.choose(there)
    assert visible_actions(page) == {Action.STOP, Action.DELETE}
    page.tree.selectAll()
    assert visible_actions(page) == {Action.STOP, Action.DELETE}
    assert page.actions.target.said == "2 jobs"
    assert page.actions.buttons[Action.STOP].text() == "Stop (1 of 2)"


def test_a_button_and_a_key_send_the_command_for_the_jobs_it_is_for(
    qtbot: Any, open_on: Open, scene: Scene, store: AgentStore
) -> None:
    runs, done = add_job(store, scene, "runs"), add_job(store, scene, "done", state=JobState.DONE, done=10)
    page = show_jobs(qtbot, open_on(scene), 2)
    page.tree.selectAll()
    page.actions.buttons[Action.STOP].click()
    qtbot.waitUntil(lambda: commands(store) == [("stop", runs)])
    page.choose(done)
    page.tree.setFocus()
    qtbot.keyClick(page.tree, Qt.Key.Key_S)
    store.update_job(done, state=JobState.PARTLY_DONE, done=9, failed=1)
    qtbot.waitUntil(lambda: page.actions.buttons[Action.RETRY].isEnabled())
    qtbot.keyClick(page.tree, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: commands(store) == [("stop", runs), ("retry", done)])


def test_delete_asks_with_the_count_and_keeps_on_keep(
    qtbot: Any, open_on: Open, scene: Scene, store: AgentStore
) -> None:
    for name in ("one", "two"):
        add_job(store, scene, name)
    panel = open_on(scene)
    page = show_jobs(qtbot, panel, 2)
    page.tree.selectAll()

    def ask(answer: str) -> None:
        page.ask(Action.DELETE)
        box = page.findChild(QtWidgets.QMessageBox, "confirm-delete")
        assert box.text() == "Delete 2 jobs from the list?"
        assert box.informativeText() == (
            "2 jobs not finished: 20 frames will not render. Finished frames stay on disk."
        )
        next(button for button in box.buttons() if button.text() == answer).click()
        box.setObjectName("")

    ask("Keep")
    ask("Delete")
    qtbot.waitUntil(lambda: len(commands(store)) == 2)
    assert {kind for kind, _ in commands(store)} == {"delete"}


def test_what_the_agent_refuses_is_said_in_the_list(qtbot: Any, open_on: Open, scene: Scene, store: AgentStore) -> None:
    id = add_job(store, scene)
    page = show_jobs(qtbot, open_on(scene), 1)
    page.choose(id)
    page.ask(Action.STOP)
    qtbot.waitUntil(lambda: len(commands(store)) == 1)
    store.settle(store.take_commands()[0].id, "The farm does not answer. Try again in a minute.")
    qtbot.waitUntil(lambda: page.notice.said == "The farm does not answer. Try again in a minute.")


def test_the_filter_row_narrows_the_list(qtbot: Any, open_on: Open, scene: Scene, store: AgentStore) -> None:
    add_job(store, scene, "alpha", state=JobState.FAILED, message="No.")
    add_job(store, scene, "beta")
    panel = open_on(scene)
    page = show_jobs(qtbot, panel, 2)
    qtbot.keyClick(panel, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(page.search, "alp")
    assert page.model.rowCount() == 1
    assert page.summary.said == "1 of 2 jobs"
    page.search.setText("state:queued")
    assert page.model.index(0, 0).data() == "beta"
    page.search.setText("nothing like it")
    assert page._empty.said == "No job matches. Clear the search, or choose all farms and states."
    page.search.clear()
    page.state_combo.setCurrentIndex(page.state_combo.findData("failed"))
    assert page.model.index(0, 0).data() == "alpha"


def test_an_unfolded_job_counts_its_parts(qtbot: Any, open_on: Open, store: AgentStore, tmp_path: Path) -> None:
    from tests.panel.pieces import make_item

    scene = make_scene(tmp_path, make_item("beauty"), make_item("crypto"))
    id = add_job(store, scene)
    store.put_frames(id, make_frames(FrameState.DONE, FrameState.WAITING))
    page = show_jobs(qtbot, open_on(scene), 1)
    row = page.model.index_of(id)
    page.tree.expand(row)
    qtbot.waitUntil(lambda: page.model.index(0, 2, row).data() == "50%")
    store.put_frames(id, make_frames(FrameState.DONE, FrameState.DONE))
    store.update_job(id, done=2)
    qtbot.waitUntil(lambda: page.model.index(0, 1, row).data() == "Done")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "frame.log"
    path.write_text("".join(f"line {number}\n" for number in range(1, 8001)) + "ERROR out of memory\n")
    return path


@pytest.fixture
def thumbnail(tmp_path: Path) -> Path:
    image = QtGui.QImage(64, 36, QtGui.QImage.Format.Format_RGB32)
    image.fill(QtGui.QColor("#c02010"))
    path = tmp_path / "thumb.png"
    assert image.save(str(path))
    return path


def test_the_page_of_a_job_shows_the_frame_that_failed_and_retries_it(
    qtbot: Any, open_on: Open, scene: Scene, store: AgentStore, log: Path
) -> None:
    id = add_job(store, scene, state=JobState.RENDERING, done=2, failed=1, rendering=1, message="One frame failed.")
    states = (FrameState.DONE, FrameState.DONE, FrameState.FAILED, FrameState.RENDERING, FrameState.WAITING)
    store.put_frames(id, make_frames(*states, log=str(log), message="Out of memory.", seconds=61.0))
    panel = open_on(scene)
    page = show_jobs(qtbot, panel, 1)
    page.choose(id)
    page.tree.setFocus()
    qtbot.keyClick(page.tree, Qt.Key.Key_Return)
    job = panel.jobs.page
    qtbot.waitUntil(lambda: job.strip.current == 3)
    assert panel.jobs.on_job
    assert job.counts.said == "2 of 10 done · 1 rendering · 1 failed · 6 waiting"
    assert job.message.said == "One frame failed."
    assert (job.facts.state.said, job.facts.title.said) == ("Failed", "Frame 3")
    assert (job.facts.message.said, job.facts.facts["Took"][1].said) == ("Out of memory.", "1 m 01 s")
    qtbot.waitUntil(lambda: job.log.text.toPlainText().endswith("ERROR out of memory"))
    assert job.log.text.isReadOnly()
    assert job.log.text.blockCount() == 5000
    assert job.log.line.said == "Log of frame 3, its last 5,000 lines"
    job.facts.retry.click()
    qtbot.waitUntil(lambda: len(store.take_commands()) == 1)
    (command,) = store.take_commands()
    assert (command.kind, command.target, command.arguments) == ("retry", id, {"frames": [[0, 3]]})
    qtbot.keyClick(panel, Qt.Key.Key_Escape)
    assert not panel.jobs.on_job
    assert page.selected()[0].id == id


def test_the_arrow_keys_go_through_the_frames_and_the_picture_follows(
    qtbot: Any, open_on: Open, scene: Scene, store: AgentStore, thumbnail: Path
) -> None:
    id = add_job(store, scene)
    states = [FrameState.DONE, FrameState.FAILED, FrameState.DONE, FrameState.FAILED, FrameState.DONE]
    frames = [
        replace(frame, thumbnail=str(thumbnail) if frame.state is FrameState.DONE else "")
        for frame in make_frames(*states)
    ]
    store.put_frames(id, frames)
    panel = open_on(scene, job=id)
    job = panel.jobs.page
    qtbot.waitUntil(lambda: job.strip.current == 2)
    control = Qt.KeyboardModifier.ControlModifier
    for key, modifier, number in (
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, 3),
        (Qt.Key.Key_Right, control, 4),
        (Qt.Key.Key_Left, control, 2),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, 1),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, 1),
    ):
        qtbot.keyClick(job.strip, key, modifier)
        assert job.strip.current == number
    qtbot.waitUntil(lambda: job.picture._picture is not None)
    image = job.picture.grab().toImage()
    middle = image.pixelColor(image.width() // 2, image.height() // 2)
    assert (middle.red(), middle.green(), middle.blue()) == (0xC0, 0x20, 0x10)
    qtbot.keyClick(job.strip, Qt.Key.Key_Right)
    assert job.picture._words == "Frame 2 failed before it had a picture."


def test_a_log_that_grows_is_followed_and_one_that_is_gone_says_so(
    qtbot: Any, open_on: Open, scene: Scene, store: AgentStore, tmp_path: Path
) -> None:
    path = tmp_path / "growing.log"
    path.write_text("one\n")
    id = add_job(store, scene)
    store.put_frames(id, make_frames(FrameState.RENDERING, log=str(path), progress=0.1))
    panel = open_on(scene, job=id)
    text = panel.jobs.page.log.text
    qtbot.waitUntil(lambda: text.toPlainText() == "one")
    path.write_text("one\ntwo\n")
    store.put_frames(id, make_frames(FrameState.RENDERING, log=str(path), progress=0.2))
    qtbot.waitUntil(lambda: text.toPlainText() == "one\ntwo")
    path.unlink()
    store.put_frames(id, make_frames(FrameState.RENDERING, log=str(path), progress=0.3))
    qtbot.waitUntil(lambda: "cannot be read" in panel.jobs.page.log.line.said)


def test_a_job_that_is_deleted_while_it_is_open_goes_back_to_the_list(
    qtbot: Any, open_on: Open, scene: Scene, store: AgentStore
) -> None:
    id = add_job(store, scene)
    panel = open_on(scene, job=id)
    qtbot.waitUntil(lambda: panel.jobs.on_job)
    store.delete_job(id)
    qtbot.waitUntil(lambda: not panel.jobs.on_job)


def test_nothing_slow_is_done_on_the_ui_thread_by_the_jobs_page(
    qtbot: Any, open_on: Open, scene: Scene, store: AgentStore, calls_on_ui_thread: Any, log: Path, thumbnail: Path
) -> None:
    id = add_job(store, scene, thumbnail=str(thumbnail))
    store.put_frames(id, make_frames(FrameState.DONE, FrameState.DONE, log=str(log), thumbnail=str(thumbnail)))
    with calls_on_ui_thread() as heard:
        panel = open_on(scene)
        page = show_jobs(qtbot, panel, 1)
        page.choose(id)
        page.ask(Action.STOP)
        page.open_current()
        job = panel.jobs.page
        qtbot.waitUntil(lambda: job.picture._picture is not None and job.log.text.blockCount() == 5000)
        job.strip.step(1)
        job.facts.retry.click()
        qtbot.waitUntil(lambda: len(store.take_commands()) == 2)
    assert heard == []


def test_the_tail_of_a_log_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "long.log"
    path.write_bytes(b"first\n" + b"x" * 99 + b"\n" + "größer\n".encode() * 10)
    assert read_tail(str(path), lines=3).lines == ("größer",) * 3
    few = read_tail(str(path), most=30)
    assert few.cut and few.lines == ("größer",) * 3
    whole = read_tail(str(path))
    assert not whole.cut and whole.lines[0] == "first"
    path.write_bytes(b"")
    assert read_tail(str(path)).lines == ()


def test_a_slow_frame_takes_over_twice_the_median_of_at_least_eight() -> None:
    frames = [replace(frame, seconds=10.0) for frame in make_frames(*[FrameState.DONE] * 9)]
    frames[4] = replace(frames[4], seconds=20.5)
    assert slow_frames(frames) == {5}
    assert slow_frames(frames[:7]) == frozenset()
