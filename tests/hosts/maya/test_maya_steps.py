"""Reading goes in short steps, can be given up, changes nothing, and asks Maya on its main thread alone."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from farmdeck import Scene
from farmdeck._errors import SceneError

from tests.hosts.maya.graph import Unknown
from tests.hosts.maya.stand_in import StandIn, maya

from .reading import read
from .scenes import LAYERS, collection, override, render_setup, scene, setup_layer


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
