"""What the panel needs of Maya besides the scene: choices, saving, selecting, waiting, callbacks."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from farmdeck._errors import SceneError

from tests.hosts.maya.stand_in import StandIn, maya

from .scenes import LAYERS, scene


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
