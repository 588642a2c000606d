"""A farm elsewhere in the panel: machines that do not suit, environments, money, logs, pictures, its own commands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from farmdeck import Frame, FrameState, JobState, Scene, Software, prepare
from farmdeck.documents import to_plain
from farmdeck.environments import RenderEnv
from farmdeck.farm import Capabilities, Entry, Extra, Limit, Option
from farmdeck.store import AgentStore, Command, FarmInfo
from farmdeck.testing import ELSEWHERE
from farmdeck_ui.panel import FarmdeckPanel
from farmdeck_ui.panel.browse import BrowseDialog
from farmdeck_ui.panel.extras import ExtraDialog
from farmdeck_ui.panel.job_model import COST
from farmdeck_ui.panel.qt import Qt

Open = Callable[..., FarmdeckPanel]

MACHINES = Option(
    "hardware",
    "Machines",
    "choice",
    "",
    choices=("", "28 cores, 64 GB", "2 GPUs, 128 GB"),
    zero="chosen for you",
    limits=(Limit("2 GPUs, 128 GB", "2 GPUs, 128 GB does not render Blender.", "Blender"),),
)
EXTRAS = (
    Extra("full-speed", "Full speed", "job"),
    Extra("labels", "Labels", "farm", (), ("Label",)),
    Extra("parts", "Its tasks", "job", (), ("Task", "State")),
    Extra("limit", "Machines, at most", "job", (Option("machines", "Machines", "int", 10, minimum=1),)),
)
HAS = replace(ELSEWHERE, options=(MACHINES,), extras=EXTRAS)


def cloud(*envs: RenderEnv, status: str = "Ready as lumen, 412.50 USD", has: Capabilities = HAS) -> FarmInfo:
    document = {"capabilities": to_plain(has), "environments": to_plain(envs), "account": None}
    return FarmInfo("cloud", "renderbus", "Renderbus", document, status, "", 1.0)


def env(scene: Scene) -> RenderEnv:
    return RenderEnv(f"Blender {scene.software.version}", scene.software)


def asked(qtbot: Any, store: AgentStore, kind: str) -> Command:
    """The command of that kind, as the agent takes it."""
    found: list[Command] = []

    def there() -> bool:
        for command in store.take_commands():
            store.mark_taken(command.id)
            found.append(command)
        return any(command.kind == kind for command in found)

    qtbot.waitUntil(there)
    return next(command for command in found if command.kind == kind)


def job_there(store: AgentStore, scene: Scene, **columns: Any) -> str:
    """A job on the farm, as far as `columns` say."""
    submission = prepare(scene, farm="cloud", frames="1-4", items=[scene.items[0].name])
    store.submit(submission)
    store.update_job(submission.id, farm_job="19097", **columns)
    return submission.id


# -- Submit


def test_machines_that_do_not_suit_are_grey_with_the_reason(open_on: Open, scene: Scene):
    panel = open_on(scene, cloud(env(scene)))
    combo = panel.submit.options.field("hardware")
    assert [combo.itemText(row) for row in range(3)] == ["chosen for you", "28 cores, 64 GB", "2 GPUs, 128 GB"]
    assert [combo.model().item(row).isEnabled() for row in range(3)] == [True, True, False]
    assert "does not render Blender" in combo.model().item(2).toolTip()
    assert panel.submit.options.values == {}


def test_a_choice_that_does_not_suit_holds_submit_back(open_on: Open, scene: Scene, qtbot: Any):
    panel = open_on(scene, cloud(env(scene)))
    panel.submit.options.field("hardware").setCurrentIndex(2)
    qtbot.waitUntil(lambda: panel.submit.footer.held)
    model = panel.submit.problems.model
    said = [str(model.index(row, 0).data()) for row in range(model.rowCount())]
    assert any("does not render Blender. Choose another one." in text for text in said), said
    panel.submit.options.field("hardware").setCurrentIndex(1)
    qtbot.waitUntil(lambda: not panel.submit.footer.held)
    assert panel.submit.choices.options == {"hardware": "28 cores, 64 GB"}


TYPED = replace(
    ELSEWHERE,
    options=(
        Option("job_type", "Job type", "choice", "", choices=("", "simple", "studio"), zero="by the application"),
        Option("chunk_size", "Frames per task", "int", 1, 1, when=("job_type", "", "simple")),
        Option("samples", "Samples", "int", 64, 1, when=("job_type", "studio")),
        Option("scene", "Scene there", "file", "", when=("job_type", "studio")),
    ),
)


def test_a_choice_brings_its_own_fields(open_on: Open, scene: Scene):
    options = open_on(scene, cloud(env(scene), has=TYPED)).submit.options
    shown = [name for name in ("chunk_size", "samples", "scene") if options.field(name).isVisibleTo(options)]
    assert shown == ["chunk_size"]
    options.field("chunk_size").setValue(4)
    assert options.values == {"chunk_size": 4}
    options.field("job_type").setCurrentIndex(2)
    shown = [name for name in ("chunk_size", "samples", "scene") if options.field(name).isVisibleTo(options)]
    assert shown == ["samples", "scene"]
    assert options.values == {"job_type": "studio"}
    options.field("samples").setValue(128)
    assert options.values == {"job_type": "studio", "samples": 128}
    options.field("job_type").setCurrentIndex(0)
    assert options.values == {"chunk_size": 4}  # as it was left


def test_a_file_is_picked_at_the_farm(open_on: Open, scene: Scene, store: AgentStore, qtbot: Any):
    panel = open_on(scene, cloud(env(scene), has=TYPED))
    options = panel.submit.options
    options.field("job_type").setCurrentIndex(2)
    qtbot.mouseClick(options.field("scene").button, Qt.MouseButton.LeftButton)
    dialog = panel.submit.findChild(BrowseDialog)
    root = asked(qtbot, store, "farm.browse")
    assert (root.target, root.arguments) == ("cloud", {"path": ""})
    entries = [Entry("readme.blend", "readme.blend"), Entry("shots", "shots", True)]
    store.settle(root.id, values={"entries": to_plain(entries)})
    qtbot.waitUntil(lambda: dialog.tree.topLevelItemCount() == 2)
    shots = dialog.tree.topLevelItem(0)
    dialog.tree.setCurrentItem(shots)
    assert (shots.text(0), dialog.choose.isEnabled()) == ("shots", False)
    shots.setExpanded(True)
    below = asked(qtbot, store, "farm.browse")
    assert below.arguments == {"path": "shots"}
    store.settle(below.id, values={"entries": to_plain([Entry("a.blend", "shots/a.blend")])})
    qtbot.waitUntil(lambda: shots.childCount() == 1)
    dialog.tree.setCurrentItem(shots.child(0))
    qtbot.mouseClick(dialog.choose, Qt.MouseButton.LeftButton)
    assert options.values == {"job_type": "studio", "scene": "shots/a.blend"}


def test_a_farm_that_refuses_to_show_a_folder_says_so(open_on: Open, scene: Scene, store: AgentStore, qtbot: Any):
    panel = open_on(scene, cloud(env(scene), has=TYPED))
    panel.submit.options.field("job_type").setCurrentIndex(2)
    qtbot.mouseClick(panel.submit.options.field("scene").button, Qt.MouseButton.LeftButton)
    dialog = panel.submit.findChild(BrowseDialog)
    store.settle(asked(qtbot, store, "farm.browse").id, "The project has no folder there. Set its path.")
    qtbot.waitUntil(lambda: "Set its path" in dialog.line.said)
    dialog.pick()  # nothing is selected
    assert dialog.isVisible()


def test_an_environment_is_made_like_the_scene_and_chosen(open_on: Open, scene: Scene, store: AgentStore, qtbot: Any):
    other = RenderEnv("Old", Software("Blender", "2.79"))
    panel = open_on(scene, cloud(other))
    button = panel.submit.environment.make
    assert button.isVisibleTo(panel.submit)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    like = asked(qtbot, store, "env.like")
    assert like.target == "cloud"
    assert like.arguments["software"] == to_plain(scene.software)
    store.settle(like.id, values={"environment": to_plain(env(scene)), "notes": ["Nothing differs but this."]})
    add = asked(qtbot, store, "env.add")
    assert add.arguments["environment"]["name"] == env(scene).name
    store.put_farm(cloud(other, env(scene)))
    store.settle(add.id, values={})
    qtbot.waitUntil(lambda: panel.submit.environment.env == env(scene).name)
    qtbot.waitUntil(lambda: "is made. Nothing differs but this." in panel.submit.notice.said)
    assert not button.isVisibleTo(panel.submit)  # an exact match needs no other


def test_an_environment_that_cannot_be_made_says_why(open_on: Open, scene: Scene, store: AgentStore, qtbot: Any):
    panel = open_on(scene, cloud())
    qtbot.mouseClick(panel.submit.environment.make, Qt.MouseButton.LeftButton)
    store.settle(asked(qtbot, store, "env.like").id, "Renderbus does not offer Blender 9. It has 4.5.")
    qtbot.waitUntil(lambda: "does not offer" in panel.submit.notice.said)
    assert panel.submit.environment.make.isEnabled()


def test_the_balance_stands_in_the_head(open_on: Open, scene: Scene):
    panel = open_on(scene, cloud(env(scene)))
    assert "412.50 USD" in panel.submit.header.status.said


# -- Jobs


def test_the_cost_has_a_column_where_a_farm_counts(open_on: Open, scene: Scene, store: AgentStore, qtbot: Any):
    panel = open_on(scene, cloud(env(scene)))
    panel.resize(1200, 900)
    id = job_there(store, scene, state=JobState.RENDERING, cost=26.07, currency="USD")
    page = panel.jobs.list
    qtbot.waitUntil(lambda: page.model.index_of(id).isValid())
    qtbot.waitUntil(lambda: page.model.index(0, COST).data() == "$26.07")
    panel.tabs.setCurrentIndex(1)
    qtbot.waitUntil(lambda: not page.tree.isColumnHidden(COST))


def test_the_job_says_what_it_costs_and_will_cost(open_on: Open, scene: Scene, store: AgentStore, qtbot: Any):
    panel = open_on(scene, cloud(env(scene)))
    id = job_there(store, scene, state=JobState.RENDERING, cost=10.0, currency="USD", done=1, downloaded=1)
    qtbot.waitUntil(lambda: panel.jobs.list.model.index_of(id).isValid())
    panel.jobs.open_job(id)
    assert "$10.00 of about $40.00 · 1 picture here" in panel.jobs.page.about.said


def test_a_log_is_asked_for_once_and_shown(open_on: Open, scene: Scene, store: AgentStore, qtbot: Any, tmp_path: Path):
    panel = open_on(scene, cloud(env(scene)))
    id = job_there(store, scene, state=JobState.RENDERING)
    store.put_frames(id, [Frame(0, 1, FrameState.FAILED, attempt=1, message="It failed.")])
    qtbot.waitUntil(lambda: panel.jobs.list.model.index_of(id).isValid())
    panel.jobs.open_job(id)
    page = panel.jobs.page
    ask = asked(qtbot, store, "frame.log")
    assert (ask.target, ask.arguments) == (id, {"part": 0, "number": 1})
    assert page.log.line.said == "Getting the log…"
    log = tmp_path / "1.log"
    log.write_text("out of memory\n")
    store.set_frame(id, 0, 1, log=str(log))
    store.settle(ask.id, values={"path": str(log)})
    qtbot.waitUntil(lambda: "out of memory" in page.log.text.toPlainText())
    assert not [command for command in store.take_commands() if command.kind == "frame.log"]


def test_a_log_that_the_farm_has_not(open_on: Open, scene: Scene, store: AgentStore, qtbot: Any):
    panel = open_on(scene, cloud(env(scene)))
    id = job_there(store, scene, state=JobState.RENDERING)
    store.put_frames(id, [Frame(0, 1, FrameState.RENDERING, attempt=1)])
    qtbot.waitUntil(lambda: panel.jobs.list.model.index_of(id).isValid())
    panel.jobs.open_job(id)
    store.settle(asked(qtbot, store, "frame.log").id, "The farm has no log of frame 1.")
    qtbot.waitUntil(lambda: "has no log of frame 1" in panel.jobs.page.log.line.said)


def test_what_its_farm_can_do_is_in_the_menu(open_on: Open, scene: Scene, store: AgentStore, qtbot: Any):
    panel = open_on(scene, cloud(env(scene)))
    id = job_there(store, scene, state=JobState.RENDERING)
    qtbot.waitUntil(lambda: panel.jobs.list.model.index_of(id).isValid())
    panel.jobs.open_job(id)
    page = panel.jobs.page
    words = [action.text() for action in page.actions.menu.actions() if action.text()]
    assert words[-4:] == ["Download now", "Full speed", "Its tasks…", "Machines, at most…"]
    extra = next(extra for extra in EXTRAS if extra.name == "full-speed")
    page.run_extra(extra)
    ran = asked(qtbot, store, "farm.run")
    assert (ran.target, ran.arguments) == ("cloud", {"extra": "full-speed", "job": id, "values": {}})
    store.settle(ran.id, values={"said": "It goes on at full speed."})
    dialog = page.findChild(ExtraDialog)
    qtbot.waitUntil(lambda: dialog.line.said == "It goes on at full speed.")
    dialog.close()


def test_a_table_and_a_form(open_on: Open, scene: Scene, store: AgentStore, qtbot: Any):
    panel = open_on(scene, cloud(env(scene)))
    table = ExtraDialog(panel.link, "cloud", EXTRAS[2], "some-job", panel)
    store.settle(asked(qtbot, store, "farm.run").id, values={"rows": [["2W19097", "Rendering"]]})
    qtbot.waitUntil(lambda: table.table.rowCount() == 1)
    assert table.table.item(0, 1).text() == "Rendering"
    form = ExtraDialog(panel.link, "cloud", EXTRAS[3], "some-job", panel)
    form.run()
    ran = asked(qtbot, store, "farm.run")
    assert ran.arguments["values"] == {"machines": 10}
    store.settle(ran.id, "Renderbus refused.")
    qtbot.waitUntil(lambda: form.line.said == "Renderbus refused.")
    assert form.go.isEnabled()


def test_pictures_are_fetched_when_asked(open_on: Open, scene: Scene, store: AgentStore, qtbot: Any):
    panel = open_on(scene, cloud(env(scene)))
    id = job_there(store, scene, state=JobState.DONE)
    qtbot.waitUntil(lambda: panel.jobs.list.model.index_of(id).isValid())
    panel.jobs.open_job(id)
    panel.jobs.page.download()
    command = asked(qtbot, store, "job.download")
    store.settle(command.id, values={"fetched": 3, "there": 1})
    qtbot.waitUntil(lambda: panel.jobs.page.notice.said == "3 pictures fetched, 1 here already.")
