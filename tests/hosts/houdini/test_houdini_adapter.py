"""What the adapter reads, and what it never does, in the stand-in."""

from __future__ import annotations

import sys
import threading
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from farmdeck import FarmdeckError, Scene, Severity
from farmdeck._errors import SceneError
from farmdeck_ui.panel.host import Host

from . import strict
from .conftest import Open, samples
from .session import ForbiddenWrite
from .shots import write_shot
from .small_hips import N, write_hip
from .standin import Hou


@pytest.fixture
def shot(tmp_path: Path) -> Path:
    return write_shot(tmp_path)


def host() -> Host:
    from farmdeck_houdini._host import HoudiniHost

    return HoudiniHost()


def finish(reading: Iterator[tuple[int, int]]) -> Callable[[], Scene]:
    while True:
        try:
            next(reading)
        except StopIteration as stop:
            found: Callable[[], Scene] = stop.value
            return found


# -- what is read


def test_render_nodes_wherever_they_live(houdini: Open, shot: Path) -> None:
    houdini(shot)
    import farmdeck_houdini

    scene = farmdeck_houdini.scene()
    mantra = scene.item("/out/mantra1")
    assert mantra is not None
    assert (mantra.cameras, mantra.frames, mantra.width, mantra.height) == (("/obj/cam1",), "1-240", 960, 540)
    assert mantra.output == f"{shot.parent.as_posix()}/render/shot.mantra1.####.exr"
    assert mantra.needs == ("/out/sim", "/out/fetch1")
    assert scene.item("/out/wedge1").needs == ("/out/mantra1",)
    assert scene.item("/stage/render1").cameras == ("/cameras/shotcam",)
    assert (
        scene.item(
            "/geo",
        )
        is None
        and scene.item("/obj/geo1/cache").enabled is False
    )
    enabled = [item.name.rpartition("/")[2] for item in scene.items if item.enabled]
    assert enabled == ["arnold1", "keyed", "mantra1", "mplay", "prman", "rs", "shadow", "still", "studio1", "render1"]
    assert scene.software.version == "20.5.278" and scene.details == {"licence": "Commercial"}
    assert scene.variables["SHOW"] == "/jobs/høst" and "_HIP_SAVEVERSION" not in scene.variables


def test_files_of_every_node(houdini: Open, shot: Path) -> None:
    houdini(shot)
    import farmdeck_houdini

    scene = farmdeck_houdini.scene()
    found = {(asset.owner, asset.kind): asset for asset in scene.assets}
    assert len(found["/obj/mats/wood", "image"].files) == 2
    assert found["/obj/geo1/lost", "cache"].missing and not found["/obj/geo1/sim", "cache"].missing
    assert [asset.path for asset in scene.assets if asset.owner == "/obj/rig1"] == ["$HIP/geo/rest.abc"]
    assert ("/obj/geo1/written", "cache") not in found and ("/obj/geo1/other", "cache") not in found
    assert found["/stage/set", "image"].files == (f"{shot.parent.as_posix()}/usd/grain.png",)
    assert found["/obj/geo1/windows", "cache"].files == ("C:/studio/geo/a.bgeo",)
    said = {problem.subject: problem.severity for problem in scene.problems}
    assert said["/obj/geo1/lost"] is Severity.ERROR and said["/obj/geo1/unset"] is Severity.WARNING
    assert said["/tasks/topnet1"] is Severity.NOTE


def test_a_scene_that_was_never_saved(houdini: Open, shot: Path) -> None:
    world = houdini(shot, windows=True)
    world._session.new = True
    import farmdeck_houdini

    scene = farmdeck_houdini.scene()
    assert (scene.file, scene.unsaved) == ("", True)
    assert scene.items, "what it renders is read all the same"


def test_unsaved_changes(houdini: Open, shot: Path) -> None:
    """In hython `hasUnsavedChanges` is always true (stub), so it is asked only where there is a window."""
    world = houdini(shot)
    world._session.dirty = True
    import farmdeck_houdini

    assert farmdeck_houdini.scene().unsaved is False
    world = houdini(shot, windows=True)
    world._session.dirty = True
    import farmdeck_houdini as again

    assert again.scene().unsaved is True


def test_editable_nodes_of_a_locked_asset_alone(houdini: Open, tmp_path: Path) -> None:
    inside = {"net": N("ropnet", children={"m": N("ifd", {"vm_picture": "$HIP/a.exr", "camera": ""})})}
    asset = N("studio::rig::2.1", locked=True, children=inside)
    path = write_hip(tmp_path / "a.hip", {"obj": {"rig": asset}}, libraries={"studio::Object/rig::2.1": "/l/rig.hda"})
    houdini(path)
    import farmdeck_houdini

    assert [item.name for item in farmdeck_houdini.scene().items] == ["/obj/rig/net/m"]


def test_the_stage_that_is_composed_already(houdini: Open, shot: Path) -> None:
    """Its layers are files that the scene needs; one that would have to cook first is left alone."""
    world = houdini(shot)
    layers = [types.SimpleNamespace(realPath=path) for path in (f"{shot.parent}/usd/props.usda", "")]
    world._session.stages["/stage/look"] = types.SimpleNamespace(GetUsedLayers=lambda: layers)
    import farmdeck_houdini

    owners = {asset.owner: asset for asset in farmdeck_houdini.scene().assets}
    assert owners["/stage/render1"].files == (f"{shot.parent}/usd/props.usda",)


def test_openusd_follows_layers_where_it_can_be_imported(
    houdini: Open, shot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in of the two names of `pxr` that are used (tests/hosts/stubs/pxr)."""
    crate = shot.parent / "usd" / "grain.usdc"
    crate.write_bytes(b"PXR-USDC")

    class ErrorException(RuntimeError):
        pass

    def compute(assetPath: str) -> tuple[list[Any], list[str], list[str]]:
        if assetPath.endswith("props.usda"):
            raise ErrorException("cannot be opened")
        layers = [types.SimpleNamespace(realPath=path) for path in (assetPath, str(crate))]
        return layers, [f"{shot.parent}/usd/grain.png"], ["/gone/a.exr"]

    pxr = types.ModuleType("pxr")
    pxr.Tf = types.SimpleNamespace(ErrorException=ErrorException)
    pxr.UsdUtils = types.SimpleNamespace(ComputeAllDependencies=compute)
    monkeypatch.setitem(sys.modules, "pxr", pxr)
    houdini(shot)
    import farmdeck_houdini

    owned = {asset.path: asset for asset in farmdeck_houdini.scene().assets if asset.owner == "/stage/set"}
    assert str(crate) in owned and owned["/gone/a.exr"].missing and owned["/gone/a.exr"].optional


# -- what it never does


def test_nothing_is_written_and_nothing_cooks(houdini: Open, shot: Path) -> None:
    world = houdini(shot)
    world._session.frozen = True
    import farmdeck_houdini

    farmdeck_houdini.scene()
    assert world._session.journal == [] and not world._session.dirty
    with pytest.raises(ForbiddenWrite):
        world.setFrame(2.0)


def test_a_reading_that_fails_or_is_given_up_leaves_no_trace(
    houdini: Open, shot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = houdini(shot)
    world._session.frozen = True
    before = (world._session.take, world._session.frame, set(world._session.selected), world._open_callbacks())
    reading = host().read()
    next(reading)
    reading.close()

    def fail() -> None:
        raise world.OperationFailed("planted")

    monkeypatch.setattr(world.playbar, "frameRange", fail)  # asked when all nodes were looked at
    with pytest.raises(world.OperationFailed):
        finish(host().read())
    after = (world._session.take, world._session.frame, set(world._session.selected), world._open_callbacks())
    assert before == after and world._session.journal == []


def test_the_worker_thread_asks_houdini_nothing(houdini: Open, shot: Path) -> None:
    houdini(shot)
    make = finish(host().read())
    found: list[Scene] = []
    thread = threading.Thread(target=lambda: found.append(make()))
    thread.start()
    thread.join(20)
    assert found and found[0].assets


def test_off_the_main_thread_it_raises(houdini: Open, shot: Path) -> None:
    houdini(shot)
    here = host()
    failed: list[BaseException] = []

    def work() -> None:
        try:
            finish(here.read())
        except strict.OffMainThread as exc:
            failed.append(exc)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(20)
    assert failed


@pytest.mark.skipif(not samples(), reason="the shared folder of scenes is not there")
def test_slices_are_short(houdini: Open) -> None:
    """Between two turns lies one node: at most a few calls for each of its parameters."""
    path = max(samples(), key=lambda each: each.stat().st_size)
    world = houdini(path)
    reading = host().read()
    most = max(len(node._world._session.slots(node._file_node)) for node in _all(world))
    worst, turns = 0, 0
    before = strict.calls["count"]
    for done, total in reading:
        assert 0 < done <= total
        worst, before, turns = max(worst, strict.calls["count"] - before), strict.calls["count"], turns + 1
    assert turns > 400 and worst < 4 * most + 100


def _all(world: Hou) -> Iterator[Any]:
    stack = [world.root()]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(node.children())


def test_a_node_that_is_deleted_meanwhile(houdini: Open, shot: Path) -> None:
    world = houdini(shot)
    reading = host().read()
    for _ in range(4):
        next(reading)
    del world._session.file.root.children["out"].children["muted"]
    scene = finish(reading)()
    assert scene.item("/out/mantra1") is not None and scene.item("/out/muted") is None


# -- saving, choices, selection, callbacks


def test_choices_are_kept_with_the_scene(houdini: Open, shot: Path) -> None:
    world = houdini(shot)
    here = host()
    assert here.load_choices() == ""
    here.store_choices('{"farm": "local"}')
    assert here.load_choices() == '{"farm": "local"}'
    here.store_choices('{"farm": "local"}')
    assert world._session.journal == ["user data farmdeck"], "the same is not written again"
    assert world._session.undos == 0 and world._session.undoable


def test_save_and_save_as(houdini: Open, shot: Path) -> None:
    world = houdini(shot, windows=True)
    here = host()
    here.save()
    assert here.save_as() is False
    world.ui._answer = "$HIP/other"
    assert here.save_as() is True
    assert world._session.saved == [str(shot), f"{shot.parent.as_posix()}/other.hip"]
    world._session.path = "/unwritable/a.hip"
    with pytest.raises(SceneError, match="could not save /unwritable/a.hip: .*Permission denied"):
        here.save()


def test_a_node_is_shown(houdini: Open, shot: Path) -> None:
    world = houdini(shot, windows=True)
    here = host()
    here.select("/obj/geo1/lost")
    assert [node.path() for node in world.selectedNodes()] == ["/obj/geo1/lost"]
    assert world.ui.paneTabs()[0]._at == "/obj/geo1"
    here.select("/obj/nothing")
    here.select("libraries")
    assert [node.path() for node in world.selectedNodes()] == ["/obj/geo1/lost"]


def test_changes_are_told_until_it_is_closed(houdini: Open, shot: Path) -> None:
    world = houdini(shot)
    here, told = host(), []
    close = here.watch(lambda: told.append("changed"), lambda: told.append("saving"))
    finish(here.read())
    assert not told, "reading is no change"
    world.node("/out/mantra1").parm("camera").set("/obj/cam2")
    world.hipFile.save()
    assert told == ["changed", "saving", "changed"]
    world.playbar._events.emit(world.playbarEvent.GlobalFrameRangeChanged, 1.0)
    world.playbar._events.emit(world.playbarEvent.FrameChanged, 2.0)
    world.hipFile._event("BeforeLoad")
    assert told[3:] == ["changed"]
    assert world._open_callbacks() > 10
    close()
    assert world._open_callbacks() == 0
    world.node("/out/mantra1").parm("camera").set("/obj/cam1")
    assert len(told) == 4


def test_callbacks_of_another_file_are_forgotten(houdini: Open, shot: Path) -> None:
    """Houdini drops the callbacks of nodes with the nodes; a node that is deleted is gone with its own."""
    world = houdini(shot)
    here, told = host(), []
    close = here.watch(lambda: told.append("changed"), lambda: None)
    finish(here.read())
    del world._session.file.root.children["out"].children["muted"]
    finish(here.read())
    world._nodes.clear()
    world.hipFile._event("AfterLoad")
    assert told == ["changed"]
    finish(here.read())
    world.node("/out/mantra1").parm("camera").set("/obj/cam2")
    assert told == ["changed", "changed"], "the new nodes are followed"
    close()
    assert world._open_callbacks() == 0


def test_busy_while_houdini_loads_or_plays(houdini: Open, shot: Path) -> None:
    world = houdini(shot)
    here = host()
    assert not here.busy()
    world._session.playing = True
    assert here.busy()
    world._session.playing, world._session.loading = False, True
    assert here.busy()


# -- for scripts


def test_a_script_submits_in_hython(houdini: Open, shot: Path) -> None:
    houdini(shot)
    import farmdeck_houdini

    job = farmdeck_houdini.submit(items=["/out/mantra1"], frames="1-3")
    assert job.name == "shot"
    with pytest.raises(FarmdeckError):
        farmdeck_houdini.submit(items=["/out/nothing"])
