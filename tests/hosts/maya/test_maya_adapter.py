"""The adapter reads the open scene, whole and without changing it."""

from __future__ import annotations

from pathlib import Path

import pytest
from farmdeck.scene import Plugin

from tests.hosts.maya.stand_in import StandIn, maya

from .reading import item, read
from .scenes import (
    LAYERS,
    legacy,
    passes,
    plain,
    referenced,
    render_setup,
    scene,
    twins,
    visible,
)


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
