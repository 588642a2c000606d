"""The adapter reads the open scene, whole and without changing it."""

from __future__ import annotations

import base64
import threading
from pathlib import Path

import pytest
from farmdeck import RenderItem, Scene
from farmdeck._errors import SceneError
from farmdeck.scene import Plugin

from tests.hosts.maya.graph import Unknown
from tests.hosts.maya.stand_in import StandIn, maya

from .scenes import (
    LAYERS,
    collection,
    legacy,
    override,
    passes,
    plain,
    referenced,
    render_setup,
    scene,
    setup_layer,
    twins,
    visible,
)


def read() -> Scene:
    """The open scene, in one go."""
    from farmdeck_maya import _host

    reading = _host.MayaHost().read()
    while True:
        try:
            next(reading)
        except StopIteration as stop:
            found: Scene = stop.value()
            return found


def item(found: Scene, name: str) -> RenderItem:
    row = found.item(name)
    assert row is not None, [one.name for one in found.items]
    return row


def test_a_plain_scene(tmp_path: Path) -> None:
    path = plain(tmp_path)
    with maya(path) as session:
        found = read()
        assert session.session.written == []
    one = item(found, "masterLayer")
    assert (one.kind, one.address, one.enabled) == ("render_layer", ("defaultRenderLayer",), True)
    assert one.cameras == ("cam", "persp")
    assert one.frames == "1-24x2"
    assert one.output == f"{tmp_path}/images/masterLayer/<Camera>/shot 010.####.png"
    assert found.software.version == "2025"
    assert found.plugins == (Plugin("mtoa", "5.3.1"),)
    assert [Path(file).name for file in found.assets[0].files] == ["wood.1001.png", "wood.1002.png"]
    assert found.variables == {"workspace": str(tmp_path)}
    assert not found.problems


def test_legacy_layers_are_read_where_they_are(tmp_path: Path) -> None:
    """A layer's own values are in its adjustments, the master layer's too once another has been looked at."""
    path = legacy(tmp_path)
    with maya(path):
        found = read()
    assert [(one.name, one.frames, one.cameras, one.enabled) for one in found.items] == [
        ("masterLayer", "1-10", ("persp",), False),
        ("beauty", "1-48", ("persp",), True),
        ("shadow", "1-99", ("cam", "persp"), True),
    ]
    assert found.details["layers"] == "legacy"


def test_the_layer_in_front_is_as_it_stands(tmp_path: Path) -> None:
    """What the artist changed since is in the plug; the adjustment hears of it when another layer is shown."""
    with maya(legacy(tmp_path)) as session:
        session.change("defaultRenderGlobals.endFrame", 120)
        found = read()
    assert [one.frames for one in found.items] == ["1-10", "1-48", "1-120"]


def test_render_setup_is_read_without_switching(tmp_path: Path) -> None:
    with maya(render_setup(tmp_path)) as session:
        found = read()
        assert "editRenderLayerGlobals" in session.calls
    assert [(one.name, one.frames, one.renderer, one.width, one.cameras, one.address[0]) for one in found.items] == [
        ("masterLayer", "1-24", "mayaSoftware", 1000, ("persp",), "defaultRenderLayer"),
        ("beauty", "1-24", "mayaSoftware", 1000, ("persp",), "rs_beauty"),
        ("fx", "1-75", "arnold", 520, ("cam", "persp"), "rs_fx"),
    ]
    assert found.details["layers"] == "render setup"
    assert not found.problems


def test_an_override_that_is_off_does_not_count(tmp_path: Path) -> None:
    with maya(render_setup(tmp_path)) as session:
        session.session.graph.find("stronger")[0].values["sen"] = False
        assert item(read(), "fx").frames == "1-60"
        session.session.graph.find("settings")[0].values["sen"] = False
        assert item(read(), "fx").frames == "1-24"


def test_a_render_setup_of_another_release_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Autodesk may rename the attributes of these nodes; the rest of the scene is read all the same."""
    get = StandIn.getAttr

    def renamed(self: StandIn, plug: str, **flags: object) -> object:
        if plug == "stronger.attribute":
            raise ValueError(f"No object matches name: {plug}")
        return get(self, plug, **flags)

    with maya(render_setup(tmp_path)):
        monkeypatch.setattr(StandIn, "getAttr", renamed)
        found = read()
    assert item(found, "fx").frames == "1-60" and item(found, "masterLayer").frames == "1-24"
    assert [(one.subject, "could not be read" in one.message) for one in found.problems] == [("fx", True)]


def test_the_visible_layers_values_are_not_the_master_layers(tmp_path: Path) -> None:
    """While a layer is shown, its overrides are applied to the plugs; the originals wait in the applied nodes."""
    path = visible(tmp_path)
    with maya(path):
        found = read()
    assert [(one.name, one.frames) for one in found.items] == [
        ("masterLayer", "1-24"), ("beauty", "1-24"), ("fx", "1-75"),
    ]  # fmt: skip


def test_references_and_what_is_in_them(tmp_path: Path) -> None:
    path = referenced(tmp_path)
    with maya(path):
        found = read()
    told = [(one.node, one.namespace, one.path, one.loaded, one.parent) for one in found.references]
    assert told == [
        ("setRN", "set", "set.ma", True, ""),
        ("set:treeRN", "set:tree", "tree.ma", True, "setRN"),
        ("goneRN", "gone", "gone.ma", False, ""),
        ("againRN", "again", "tree.ma", True, ""),
    ]
    assert "set:cam" in found.cameras
    assert [one.name for one in found.items] == ["masterLayer"]
    assert [(one.owner, one.missing) for one in found.assets if one.kind == "image"] == [
        ("again:bark", False),
        ("set:tree:bark", False),
    ]
    assert not found.problems  # the one that is missing was not loaded either


def test_what_only_maya_knows_of_is_found(tmp_path: Path) -> None:
    """A studio's own node: the File Path Editor lists its attribute, because it is flagged as a file name."""
    path = scene(
        tmp_path / "studio.ma",
        """
        createNode studioWeather -n "rain";
            addAttr -ci true -uaf -sn "cloudFile" -ln "cloudFile" -dt "string";
            setAttr ".cloudFile" -type "string" "clouds.vdb";
        createNode file -n "wood"; setAttr ".ftn" -type "string" "wood.png";
        """,
    )
    (tmp_path / "clouds.vdb").touch()
    with maya(path):
        found = read()
    assert [(one.owner, one.kind, one.path, one.missing) for one in found.assets] == [
        ("rain", "volume", "clouds.vdb", False),
        ("wood", "image", "wood.png", True),
    ]


def test_rows_of_the_file_path_editor_that_name_no_plug_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rows(self: StandIn, **flags: object) -> object:
        gone = ["a.png", "gone.path", "0", "set.ma", "setRN", "1"]
        return ["/x"] if "listDirectories" in flags else gone if "listFiles" in flags else None

    with maya(referenced(tmp_path)):
        before = read()
        monkeypatch.setattr(StandIn, "filePathEditor", rows)
        assert read().assets == before.assets


def test_two_cameras_of_one_name(tmp_path: Path) -> None:
    path = twins(tmp_path)
    with maya(path):
        found = read()
    assert found.cameras == ("a|cam", "b|cam", "front", "persp", "side", "top")
    assert item(found, "masterLayer").cameras == ("a|cam", "persp")


def test_arnolds_passes(tmp_path: Path) -> None:
    path = passes(tmp_path)
    with maya(path):
        one = item(read(), "masterLayer")
    assert one.output.endswith("images/beauty/aovs.exr")
    assert [Path(output).as_posix().rpartition("images/")[2] for output in one.outputs] == [
        "P/aovs.exr",
        "diffuse/aovs.exr",
    ]


def test_each_step_is_short_and_says_how_far_it_is(tmp_path: Path) -> None:
    """Short: some calls to Maya, however large the scene is."""
    nodes = "".join(f'createNode file -n "f{n}"; setAttr ".ftn" -type "string" "t{n}.png";' for n in range(300))
    nodes += "".join(
        f'file -r -ns "r{n}" -rfn "r{n}RN" "r{n}.ma"; createNode reference -n "r{n}RN";' for n in range(50)
    )
    before = ""
    nodes += 'createNode renderSetup -n "renderSetup";' + setup_layer("fx", 1) + collection("settings", "fx")
    for n in range(60):
        nodes += override(f"o{n}", "settings", "defaultResolution.width", f'setAttr ".atv" {n};', before)
        before = f"o{n}"
    with maya(scene(tmp_path / "many.ma", LAYERS + nodes)) as session:
        from farmdeck_maya import _host

        reading = _host.MayaHost().read()
        steps, calls = [], [0]
        for step in reading:
            steps.append(step)
            calls.append(len(session.calls))
        calls.append(len(session.calls))
    assert [done for done, _ in steps] == list(range(1, len(steps) + 1)) and len(steps) > 400
    assert steps[-1][0] == steps[-1][1] and all(done <= total for done, total in steps)
    # One step alone grows: what a collection lists is put into order, two calls for each override.
    assert sorted(later - earlier for earlier, later in zip(calls, calls[1:]))[-2] < 40


def test_a_reading_that_is_given_up_changes_nothing(tmp_path: Path) -> None:
    with maya(render_setup(tmp_path)) as session:
        from farmdeck_maya import _host

        reading = _host.MayaHost().read()
        for _ in range(10):
            next(reading)
        reading.close()
        assert session.session.written == [] and session.left() == []
        assert session.session.selection == ["persp"] and not session.session.modified


def test_what_maya_raises_becomes_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with maya(render_setup(tmp_path)) as session:

        def broken(*_: object, **__: object) -> None:
            raise RuntimeError("Error reading workspace.\n")

        monkeypatch.setattr(StandIn, "workspace", broken)
        with pytest.raises(SceneError, match="Error reading workspace") as told:
            read()
        assert told.value.fix == "Press Refresh."
        assert session.session.written == []


def test_reading_off_the_main_thread_is_refused(tmp_path: Path) -> None:
    said: list[str] = []

    def work() -> None:
        try:
            read()
        except Unknown as exc:
            said.append(str(exc))

    with maya(render_setup(tmp_path)):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert said and "off the main thread" in said[0]


def test_the_scene_is_made_on_any_thread(tmp_path: Path) -> None:
    """What `read` gives back asks Maya nothing."""
    found: list[Scene] = []
    with maya(render_setup(tmp_path)):
        from farmdeck_maya import _host

        reading = _host.MayaHost().read()
        make = None
        while make is None:
            try:
                next(reading)
            except StopIteration as stop:
                make = stop.value
        thread = threading.Thread(target=lambda: found.append(make()))
        thread.start()
        thread.join()
    assert found[0].item("fx") is not None


def test_legacy_layers_in_a_render_setup_session_are_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = scene(
        tmp_path / "mixed.ma",
        LAYERS
        + 'createNode renderLayer -n "old"; connectAttr "renderLayerManager.rlmi[1]" "old.rlid";'
        + 'createNode renderLayer -n "imported";',
    )
    with maya(path):
        monkeypatch.setattr(StandIn, "mayaHasRenderSetup", lambda self: True)
        found = read()
    assert [one.name for one in found.items] == ["masterLayer", "old"]
    assert ["legacy render layers" in one.message for one in found.problems] == [True]


def test_a_plugin_that_is_not_here_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(self: StandIn, *names: str, **flags: object) -> object:
        return "4.2" if names else ["yeti"]

    with maya(scene(tmp_path / "yeti.ma", LAYERS)):
        monkeypatch.setattr(StandIn, "unknownPlugin", unknown)
        found = read()
    assert found.plugins == (Plugin("yeti", "4.2"),)
    assert found.problems[0].subject == "yeti"


# -- the rest of the host


def test_choices_stay_with_the_scene(tmp_path: Path) -> None:
    with maya(scene(tmp_path / "a.ma", LAYERS), "fileInfo") as session:
        from farmdeck_maya import _host

        host = _host.MayaHost()
        assert host.load_choices() == ""
        host.store_choices('{"name": "a \\"b\\" c:\\\\ é"}')
        assert host.load_choices() == '{"name": "a \\"b\\" c:\\\\ é"}'
        kept = session.session.graph.file.info["farmdeck"]
        assert base64.b64decode(kept)
        session.session.graph.file.info["farmdeck"] = "somebody's own"
        assert host.load_choices() == ""


def test_saving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with maya(scene(tmp_path / "a.ma", LAYERS), "file -save", "file -rename") as session:
        from farmdeck_maya import _host

        host = _host.MayaHost()
        session.session.modified = True
        host.save()
        assert not session.session.modified
        session.answers = [None, [str(tmp_path / "b.mb")], [str(tmp_path / "c.mb")]]
        assert not host.save_as()
        assert host.save_as() and host.file() == str(tmp_path / "b.mb")
        assert session.session.written == ["file -save", "file -rename", "file -save"]

        monkeypatch.setattr(type(session.session), "save", _full_disk)
        with pytest.raises(SceneError, match="disk is full"):
            host.save_as()
        assert host.file() == str(tmp_path / "b.mb")  # the scene keeps the name that it had


def _full_disk(*_: object) -> None:
    raise RuntimeError("The disk is full.\n")


def test_selecting_shows_the_node_and_ignores_others(tmp_path: Path) -> None:
    with maya(scene(tmp_path / "a.ma", LAYERS), "select") as session:
        from farmdeck_maya import _host

        _host.MayaHost().select("masterLayer")
        assert session.session.selection == ["persp"]
        _host.MayaHost().select("defaultRenderLayer")
        assert session.session.selection == ["defaultRenderLayer"]


def test_busy_while_it_reads_or_plays(tmp_path: Path) -> None:
    with maya(scene(tmp_path / "a.ma", LAYERS)) as session:
        from farmdeck_maya import _host

        host = _host.MayaHost()
        assert not host.busy()
        session.reading = True
        assert host.busy()
        session.reading, session.session.playing = False, True
        assert host.busy()


def test_callbacks_come_and_are_all_taken_away(tmp_path: Path) -> None:
    other = scene(tmp_path / "b.ma", LAYERS)
    with maya(scene(tmp_path / "a.ma", LAYERS)) as session:
        from farmdeck_maya import _host

        said: list[str] = []
        stop = _host.MayaHost().watch(lambda: said.append("changed"), lambda: said.append("saving"))
        session.tell("kBeforeSave")
        assert said == ["saving"]
        for event in ("kAfterSave", "timeUnitChanged", "renderLayerManagerChange", "kAfterLoadReference"):
            session.tell(event)
        assert said == ["saving"] + ["changed"] * 4
        session.change("defaultRenderGlobals.endFrame", 5)
        assert len(said) == 6
        session.open(other)  # its jobs die with the scene, and are made anew
        session.change("defaultRenderGlobals.endFrame", 6)
        assert len(said) == 8
        stop()
        stop()
        assert session.left() == []
        session.tell("kAfterSave")
        session.change("defaultRenderGlobals.endFrame", 7)
        assert len(said) == 8


def test_a_callback_that_maya_refuses_leaves_none_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with maya(scene(tmp_path / "a.ma", LAYERS)) as session:
        from farmdeck_maya import _host

        def refused(*_: object, **__: object) -> None:
            raise RuntimeError("no such attribute")

        monkeypatch.setattr(StandIn, "scriptJob", refused)
        with pytest.raises(RuntimeError):
            _host.MayaHost().watch(lambda: None, lambda: None)
        assert session.left() == []
