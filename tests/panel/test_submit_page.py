"""The Submit page: from a scene to a submission on disk, and what holds it back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from farmdeck import Problem, Scene, Severity
from farmdeck.environments import RenderEnv
from farmdeck.farm import Capabilities
from farmdeck.scene import Software
from farmdeck.store import AgentStore, Store
from farmdeck_ui.panel import FarmdeckPanel
from farmdeck_ui.panel.problems import PROBLEM
from farmdeck_ui.panel.qt import Qt, QtCore

from tests.panel.pieces import WARNING, make_farm, make_item, make_scene, missing_asset

Open = Callable[..., FarmdeckPanel]


def settle(qtbot: Any, panel: FarmdeckPanel) -> None:
    """Wait until what shows belongs to what is chosen."""
    qtbot.waitUntil(lambda: panel.submit.settled)


def problems(panel: FarmdeckPanel) -> list[Problem]:
    model = panel.submit.problems.model
    return [model.index(row, 0).data(PROBLEM) for row in range(model.rowCount())]


def jobs(folder: Path) -> list[Any]:
    with Store.open(folder) as store:
        return store.jobs()


def test_the_head_says_which_scene_on_which_farm(open_on: Open, scene: Scene) -> None:
    header = open_on(scene).submit.header
    assert header.name.said == "shot_v012.blend"
    assert header.facts.said == "Blender 4.5.3 · Cycles · 24 fps"
    assert (header.farm_combo.currentText(), header.status.said) == ("This machine", "Ready, 2 renderers")


def test_submit_writes_the_submission_and_says_so_after_the_commit(
    qtbot: Any, open_on: Open, scene: Scene, store: AgentStore, agent_that_ends: Path
) -> None:
    panel = open_on(scene)
    page = panel.submit
    page.about.project.setText("harbour")
    page.frames.type_frames("1-5x2")
    page.options.field("chunk").setValue(4)
    page.options.field(":priority").setValue(70)
    qtbot.waitUntil(lambda: page.outcome.frames == 3 and page.settled)
    qtbot.mouseClick(page.footer.submit, Qt.MouseButton.LeftButton)
    assert page.footer.submit.text() == "Saving"
    assert page.notice.said == ""
    qtbot.waitUntil(lambda: page.notice.said != "")
    (job,) = store.jobs()  # what is said is on disk by then
    assert page.notice.said == "Submitted. You can go on working or close this window; the render carries on."
    sent = store.submission(job.id)
    assert (sent.parts[0].frames, sent.options, sent.priority) == ("1-5x2", {"chunk": 4}, 70)
    assert (sent.project, sent.env, sent.farm) == ("harbour", "Blender 4.5.3", "local")
    assert [Path(file.path).name for file in sent.files] == ["wood.png"]
    assert page.footer.submit.text() == "Submit"
    qtbot.waitUntil(lambda: agent_that_ends.exists())
    qtbot.waitUntil(lambda: panel.jobs.list.model.rowCount() == 1)


def test_errors_hold_submit_back_and_the_tooltip_lists_them(
    qtbot: Any, open_on: Open, scene: Scene, folder: Path
) -> None:
    bad = replace(scene, assets=(*scene.assets, missing_asset(folder)), problems=(WARNING,))
    panel = open_on(bad)
    footer = panel.submit.footer
    assert footer.held
    assert footer.line.said == "1 error holds Submit back"
    assert footer.submit.toolTip().splitlines()[0] == "Submit waits for 1 error"
    assert "gone.png is missing" in footer.submit.toolTip()
    panel.submit.tabs.setCurrentIndex(1)
    qtbot.keyClick(panel, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    current = panel.submit.problems.list.currentIndex()
    assert current.data(PROBLEM).severity is Severity.ERROR
    assert panel.submit.tabs.currentIndex() == 0
    assert panel.source.selected == ["wall"]
    assert jobs(folder) == []


def test_a_file_that_goes_missing_after_the_check_is_said_at_submit(
    qtbot: Any, open_on: Open, scene: Scene, folder: Path
) -> None:
    panel = open_on(scene)
    Path(scene.file).unlink()
    panel.submit.submit()
    qtbot.waitUntil(lambda: panel.submit.notice.said != "")
    assert "cannot be read" in panel.submit.notice.said
    assert jobs(folder) == []


def test_without_an_agent_the_job_is_on_disk_and_the_panel_says_both(
    qtbot: Any, open_on: Open, scene: Scene, folder: Path, monkeypatch: Any
) -> None:
    panel = open_on(scene)
    monkeypatch.setenv("FARMDECK_AGENT", str(folder / "nowhere"))
    panel.submit.submit()
    qtbot.waitUntil(lambda: panel.submit.notice.said != "")
    assert panel.submit.notice.said.startswith("It is submitted and on disk, but nothing works on it yet")
    assert len(jobs(folder)) == 1


def test_nothing_checked_is_an_error_with_a_way_out(qtbot: Any, open_on: Open, scene: Scene) -> None:
    panel = open_on(scene)
    page = panel.submit
    tree = page.items.tree
    tree.setCurrentIndex(page.items.model.index(0, 0))
    tree.setFocus()
    qtbot.keyClick(tree, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: page.footer.held)
    assert problems(panel)[0].message == "Nothing is chosen to render. Check at least one item."
    qtbot.keyClick(tree, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not page.footer.held)


def test_a_click_on_the_box_checks_a_click_on_the_name_does_not(qtbot: Any, open_on: Open, scene: Scene) -> None:
    page = open_on(scene).submit
    box = page.items.tree.visualRect(page.items.model.index(1, 0))
    middle = QtCore.QPoint(box.left() + 80, box.center().y())
    qtbot.mouseClick(page.items.tree.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert page.items.model.checked == ("Scene/beauty",)
    tick = QtCore.QPoint(box.left() + 12, box.center().y())
    qtbot.mouseClick(page.items.tree.viewport(), Qt.MouseButton.LeftButton, pos=tick)
    assert page.items.model.checked == ("Scene/beauty", "Scene/fog")


def test_items_models_keep_qts_rules(qtmodeltester: Any, open_on: Open, scene: Scene) -> None:
    page = open_on(scene).submit
    for model in (page.items.model, page.problems.model, page.files.model):
        qtmodeltester.check(model, force_py=True)


def test_search_is_there_from_seven_items_on(qtbot: Any, open_on: Open, tmp_path: Path) -> None:
    few = open_on(make_scene(tmp_path, *(make_item(f"layer{n}") for n in range(6))))
    many = open_on(make_scene(tmp_path, *(make_item(f"layer{n}") for n in range(7))))
    assert few.submit.items.search.isHidden()
    assert not many.submit.items.search.isHidden()
    many.submit.items.search.setText("layer3")
    assert many.submit.items.model.rowCount() == 1
    assert len(many.submit.items.model.checked) == 7  # what does not show stays checked


def test_cameras_and_folder_change_the_output_that_shows(
    qtbot: Any, open_on: Open, scene: Scene, tmp_path: Path
) -> None:
    page = open_on(scene).submit
    assert page.items.output.text() == "render/shot_v012/shot_v012.####.png"
    page.items.cameras.check("cam")
    page.items.cameras.check("camB")
    page.items.set_folder(str(tmp_path / "elsewhere"))
    qtbot.waitUntil(lambda: page.outcome.frames == 20)
    assert [part.camera for part in page.outcome.parts] == ["cam", "camB"]
    assert all(part.output.startswith(str(tmp_path / "elsewhere")) for part in page.outcome.parts)
    assert page.items.model.index(0, 1).data() == "cam +1"
    assert page.footer.line.said == "20 frames in 2 parts"
    page.items.reset_button.click()
    assert page.items.folder == ""


def test_reading_again_keeps_what_was_chosen(qtbot: Any, open_on: Open, scene: Scene) -> None:
    panel = open_on(scene)
    page = panel.submit
    page.items.model.check(["Scene/beauty"], False)
    page.items.model.check(["Scene/fog"], True)
    panel.source.scene = replace(scene, items=(*scene.items, make_item("crypto")))
    qtbot.keyClick(panel, Qt.Key.Key_F5)
    assert page.items.model.checked == ("Scene/fog", "Scene/crypto")


def test_a_reading_that_fails_leaves_the_last_good_scene(qtbot: Any, open_on: Open, scene: Scene) -> None:
    from farmdeck._errors import SceneError

    panel = open_on(scene)
    panel.source.read = lambda good, bad, step: bad(SceneError("The file is truncated.", "Save it again."))
    panel.submit.refresh()
    assert panel.submit.notice.said == "The file is truncated. Save it again."
    assert panel.submit.items.model.rowCount() == 2
    assert panel.submit.header.facts.said.startswith("Blender 4.5.3")


def test_the_save_fix_is_a_button_that_saves_and_reads_again(qtbot: Any, open_on: Open, scene: Scene) -> None:
    panel = open_on(replace(scene, unsaved=True))
    listed = panel.submit.problems.list
    index = listed.model().index(0, 0)
    delegate, option = listed.itemDelegate(), _option_of(listed, index)
    point = delegate.fix_box(option, index).center()
    qtbot.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert [problem.fix for problem in panel.source.fixed] == ["save"]
    qtbot.waitUntil(lambda: not problems(panel))
    assert panel.submit.problems.currentIndex() == 1  # "No problems found"


def _option_of(view: Any, index: Any) -> Any:
    from farmdeck_ui.panel.qt import QtWidgets

    option = QtWidgets.QStyleOptionViewItem()
    option.initFrom(view)
    option.widget, option.rect = view, view.visualRect(index)
    return option


def test_the_dry_run_shows_the_document_and_sends_nothing(
    qtbot: Any, open_on: Open, scene: Scene, folder: Path
) -> None:
    panel = open_on(scene)
    qtbot.keyClick(panel, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: hasattr(panel.submit, "dialog"))
    dialog = panel.submit.dialog
    assert '"schema": "farmdeck.submission/1"' in dialog.document.toPlainText()
    assert dialog.document.isReadOnly()
    assert "Nothing was sent." in dialog.summary.said
    dialog.close()
    assert jobs(folder) == []


def test_files_say_what_is_there_and_what_is_not(qtbot: Any, open_on: Open, scene: Scene, folder: Path) -> None:
    panel = open_on(replace(scene, assets=(*scene.assets, missing_asset(folder))))
    files = panel.submit.files
    qtbot.waitUntil(lambda: files.model.rowCount() == 2)
    texts = [[files.model.index(row, column).data() for column in range(4)] for row in range(2)]
    assert texts == [["gone.png", "missing", "–", "wall"], ["wood.png", "found", "440 kB", "wood"]]
    assert files.summary.said == "440 kB in 2 files · 1 missing"


def test_frames_that_cannot_be_read_say_so_beside_the_field(qtbot: Any, open_on: Open, scene: Scene) -> None:
    page = open_on(scene).submit
    page.frames.type_frames("10-1x0")
    qtbot.waitUntil(lambda: page.footer.held)
    assert page.frames.sentence.said.startswith('"10-1x0" has a step of 0')
    assert page.frames.summary.said == "cannot be read"
    assert page.frames.buttons.current == -1
    page.frames.type_frames("1-4")
    qtbot.waitUntil(lambda: not page.footer.held)
    assert page.frames.summary.said == "4 frames · step 1"
    assert page.frames.sentence.said == ""


def test_the_frames_buttons_fill_the_field(qtbot: Any, open_on: Open, scene: Scene, tmp_path: Path) -> None:
    page = open_on(scene).submit
    assert page.frames.edit.text() == "1-10"
    page.frames.buttons.button(1).click()
    qtbot.waitUntil(lambda: page.frames.edit.text() == "1,6,10")
    page.frames.buttons.button(2).click()
    page.frames.step.setValue(4)
    qtbot.waitUntil(lambda: page.frames.edit.text() == "1-9x4")
    output = Path(page.outcome.parts[0].output)
    output.parent.mkdir(parents=True)
    for frame in (1, 2, 3, 5):
        Path(str(output).replace("####", f"{frame:04d}")).touch()
    page.frames.buttons.button(3).click()
    qtbot.waitUntil(lambda: page.frames.edit.text() == "4,6-10")
    page.frames.buttons.button(0).click()
    qtbot.waitUntil(lambda: page.frames.edit.text() == "1-10" and page.settled)
    assert page.choices.frames == ""


def test_the_environment_is_matched_and_explains_itself(qtbot: Any, open_on: Open, scene: Scene) -> None:
    page = open_on(scene).submit
    section = page.environment
    assert (section.env, section.summary.said) == ("Blender 4.5.3", "Exact match")
    assert section.reasons.said == "Blender 4.5.3 renders what 4.5.3 saved."
    section.combo.setCurrentIndex(1)
    section.combo.activated.emit(1)
    assert (section.env, section.summary.said) == ("Blender 3.4.1", "Poor match")
    assert section.reasons.said.startswith("Blender 4.5.3 in the scene, 3.4.1 here")
    page.refresh()
    assert page.choices.env == "Blender 3.4.1"  # picked by hand


def test_a_farm_that_has_no_environment_for_the_scene_holds_submit_back(open_on: Open, scene: Scene) -> None:
    maya = RenderEnv("Maya 2024", Software("Maya", "2024"))
    panel = open_on(scene, make_farm(envs=(maya,)))
    assert panel.submit.footer.held
    assert panel.submit.environment.summary.said == "No match"
    assert "has nothing that renders Blender scenes" in problems(panel)[-1].message


def test_what_a_farm_cannot_do_is_absent(qtbot: Any, open_on: Open, scene: Scene) -> None:
    bare = make_farm("flamenco", Capabilities(), (), status="Ready, 3 workers")
    panel = open_on(scene, make_farm(), bare)
    page = panel.submit
    assert page.options.title == "On this machine"
    assert all(page.options.has(name) for name in ("chunk", "device", "overwrite", ":priority", ":hold"))
    page.header.choose_farm("flamenco")
    settle(qtbot, panel)
    assert page.environment.isHidden()
    assert page.options.isHidden()
    assert not page.options.has(":priority")
    assert page.choices.env == ""
    assert page.choices.farm == "flamenco"
    assert page.header.status.said == "Ready, 3 workers"


def test_the_farms_own_trouble_is_said_where_the_farm_is(open_on: Open, scene: Scene) -> None:
    down = make_farm("local", status="", problem="No renderer is installed. Install Blender.")
    panel = open_on(scene, down)
    assert panel.submit.header.status.said == "No renderer is installed. Install Blender."
    assert problems(panel)[0].message == "No renderer is installed. Install Blender."


def test_only_options_that_differ_from_the_farms_defaults_are_sent(open_on: Open, scene: Scene) -> None:
    page = open_on(scene).submit
    assert page.choices.options == {}
    page.options.field("device").setCurrentText("GPU")
    page.options.field("overwrite").setChecked(True)
    page.options.field("limit").setValue(1.5)
    assert page.choices.options == {"device": "GPU", "overwrite": True, "limit": 1.5}
    assert page.options.field("chunk").suffix() == " frame"


def test_nothing_slow_is_done_on_the_ui_thread(
    qtbot: Any, open_on: Open, scene: Scene, calls_on_ui_thread: Any, folder: Path
) -> None:
    with calls_on_ui_thread() as heard:
        panel = open_on(replace(scene, unsaved=True))
        page = panel.submit
        for mode in (1, 2, 3, 0):
            page.frames.choose(mode)
            settle(qtbot, panel)
        page.frames.type_frames("1-4")
        qtbot.waitUntil(lambda: page.outcome.frames == 4 and page.settled)
        page.submit()
        qtbot.waitUntil(lambda: page.notice.said.startswith("Submitted"))
        qtbot.waitUntil(lambda: panel.jobs.list.model.rowCount() == 1)
    assert heard == []
    assert len(jobs(folder)) == 1


def test_closing_leaves_no_thread(qtbot: Any, open_on: Open, scene: Scene) -> None:
    panel = open_on(scene)
    ours = [thread.name for thread in threading.enumerate() if thread.name.startswith("farmdeck")]
    assert sorted(ours) == ["farmdeck-desk", "farmdeck-panel"]
    panel.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("farmdeck")]


def test_a_host_that_deletes_the_panel_without_closing_it_leaves_no_thread(
    qtbot: Any, store: AgentStore, folder: Path, scene: Scene
) -> None:
    from tests.panel.pieces import GivenScene

    panel = FarmdeckPanel(GivenScene(scene), folder)
    gone = []
    panel.destroyed.connect(lambda *_: gone.append(True))
    panel.deleteLater()
    qtbot.waitUntil(lambda: bool(gone))
    del panel
    qtbot.waitUntil(lambda: not [t for t in threading.enumerate() if t.name.startswith("farmdeck")])


def test_a_store_that_cannot_be_opened_is_said_in_the_panel(qtbot: Any, tmp_path: Path, scene: Scene) -> None:
    from tests.panel.pieces import GivenScene

    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    panel = FarmdeckPanel(GivenScene(scene), blocked)
    qtbot.addWidget(panel)
    qtbot.waitUntil(lambda: not panel.notice.isHidden())
    assert "cannot be used" in panel.notice.said
    panel.close()
