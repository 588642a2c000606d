"""What the adapter makes of a scene in 3ds Max, and that it changes nothing."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from farmdeck import FarmdeckError, Plugin, Scene
from farmdeck.scene import Severity

from tests.hosts.max.conftest import Opens
from tests.hosts.max.maxfile import FileAsset
from tests.hosts.max.openscene import Open, View, XRef
from tests.hosts.max.values import Forbidden, Value


def read(host: Any) -> Scene:
    import farmdeck_max

    scene = farmdeck_max.scene()
    assert host.watchman.written == []
    return scene


def test_batch_views_come_first_then_cameras_without_targets(max_with: Opens, shot: Open) -> None:
    scene = read(max_with(shot))
    assert scene.cameras == ("Cam A", "Cam B")
    rows = [(item.name, item.kind, item.address, item.cameras, item.enabled) for item in scene.items]
    assert rows == [
        ("Cam A", "batch_view", ("Cam A",), ("Cam A",), True),
        ("Dusk", "batch_view", ("Dusk",), ("Cam B",), False),
        ("Cam A (camera)", "camera", ("Cam A",), ("Cam A",), False),
        ("Cam B", "camera", ("Cam B",), ("Cam B",), False),
    ]
    view, dusk = scene.items[:2]
    assert (view.frames, view.width, view.height, view.output) == ("1-3", 64, 36, "x####.png")
    assert (dusk.frames, dusk.width, dusk.height, dusk.pixel_aspect) == ("10-20x5", 1920, 1080, 1.5)
    assert [problem.subject for problem in scene.problems if "dusk.rps" in problem.message] == ["Dusk"]
    assert scene.details["scene_states"] == "Day, Dusk lights"


def test_without_batch_views_the_active_camera_renders(max_with: Opens, shot: Open) -> None:
    shot.views = []
    scene = read(max_with(shot))
    assert [(item.name, item.enabled) for item in scene.items] == [("Cam A", False), ("Cam B", True)]


def test_without_a_camera_the_view_renders(max_with: Opens) -> None:
    scene = read(max_with(release=25000))
    assert [(item.name, item.kind, item.enabled) for item in scene.items] == [("Active view", "view", True)]
    assert scene.file == "" and scene.software.version == "2023" and scene.plugins == ()


@pytest.mark.parametrize(
    ("values", "frames"),
    [
        ({"time_type": 1, "now": 7, "step": 5}, "7"),
        ({"time_type": 2, "range": (-5, 20), "step": 5}, "-5-20x5"),
        ({"time_type": 3, "span": (30, 30)}, "30"),
        ({"time_type": 2, "range": (0.4, 9.6)}, "0-10"),
        ({"time_type": 4, "pickup": "1, 3,5-12"}, "1,3,5-12"),
    ],
)
def test_each_time_type_and_nth_frame(max_with: Opens, values: dict[str, Any], frames: str) -> None:
    scene = read(max_with(**values))
    assert scene.items[0].frames == frames


def test_software_time_and_plugins(max_with: Opens, shot: Open) -> None:
    shot.written_by = 28000
    scene = read(max_with(shot))
    assert (scene.software.version, scene.details["created_with"]) == ("2025", "2026")
    assert (scene.frames, scene.fps) == ("1-50", 25.0)
    assert scene.plugins == (Plugin("maxtoa.dlr", "5.7.0.3"), Plugin("gone.dlo", ""))


def test_files_are_those_that_rendering_needs(max_with: Opens, shot: Open) -> None:
    scene = read(max_with(shot))
    rows = [(asset.path, asset.kind, asset.owner, asset.missing) for asset in scene.assets]
    assert rows == [
        ("C:\\gone\\missing.png", "image", "Bitmap", True),
        ("C:\\gone\\wood.PNG", "image", "Bitmap", False),
        ("set.max", "reference", "XRef", True),
    ]
    assert scene.assets[1].files[0].endswith("Łódź shot/maps/Wood.png")
    (reference,) = scene.references
    assert (reference.node, reference.path, reference.loaded, reference.parent) == ("set.max", "set.max", False, "")
    errors = [problem.subject for problem in scene.problems if problem.severity is Severity.ERROR]
    assert errors == ["Bitmap", "XRef"]


def test_a_file_that_3ds_max_finds_elsewhere_is_taken_from_there(max_with: Opens, shot: Open, tmp_path: Any) -> None:
    (tmp_path / "elsewhere.png").write_bytes(b"x")
    shot.assets[1] = FileAsset("Bitmap", "C:\\gone\\missing.png", str(tmp_path / "elsewhere.png"))
    scene = read(max_with(shot))
    assert scene.assets[0].files == (str(tmp_path / "elsewhere.png"),)


def test_a_switched_off_xref_scene_is_not_asked_for(max_with: Opens, shot: Open) -> None:
    shot.xrefs = [XRef("set.max", disabled=True)]
    scene = read(max_with(shot))
    assert scene.assets[-1].optional and not scene.references[0].loaded
    assert not [problem for problem in scene.problems if problem.subject == "XRef"]


def test_what_an_xref_scene_needs_is_looked_for_beside_it(max_with: Opens, shot: Open, tmp_path: Any) -> None:
    (tmp_path / "sets").mkdir()
    for name in ("set.max", "inner.max", "rock.png"):
        (tmp_path / "sets" / name).write_bytes(b"x")
    shot.xrefs = [XRef(str(tmp_path / "sets" / "set.max"), inside=[XRef("inner.max")])]
    shot.tracked, shot.assets = ["D:\\sets\\rock.png", "inner.max"], []
    scene = read(max_with(shot))
    rows = [(reference.node, reference.parent, reference.loaded) for reference in scene.references]
    assert rows == [("set.max", "", True), ("inner.max", "set.max", True)]
    assert not [asset.path for asset in scene.assets if asset.missing] and len(scene.assets) == 3


# -- outputs


def test_the_output_and_its_elements_have_four_digits(max_with: Opens, shot: Open) -> None:
    item = read(max_with(shot)).items[-1]
    assert (item.output, item.outputs) == ("C:/out/beauty####.exr", ("C:/out/z####.exr",))


def test_what_is_not_saved_has_no_output(max_with: Opens, shot: Open) -> None:
    shot.save_file, shot.elements_on = False, False
    item = read(max_with(shot)).items[-1]
    assert (item.output, item.outputs) == ("", ())


@pytest.mark.parametrize("renderer", ["V_Ray_6_Hotfix_3", "V_Ray_GPU_6_Hotfix_3"])
def test_v_ray_writes_its_own_files(max_with: Opens, shot: Open, renderer: str) -> None:
    shot.renderer = renderer
    settings = {
        "output_on": True, "output_saveRawFile": True, "output_rawFileName": "C:\\out\\raw.vrimg",
        "output_splitgbuffer": True, "output_splitfilename": "C:\\out\\split.exr", "output_splitRGB": True,
    }  # fmt: skip
    host = max_with(shot)
    deeper = {"V_Ray_settings": host.value("Renderer", "VRay_settings")} if "GPU" in renderer else {}
    host.open.settings = {**settings, **deeper}

    def outputs() -> tuple[str, tuple[str, ...]]:
        item = read(host).items[-1]
        return item.output, item.outputs

    assert outputs() == ("C:/out/raw####.vrimg", ("C:/out/split.Z_Depth.####.exr",))
    host.open.settings["output_saveRawFile"] = False
    assert outputs() == ("C:/out/split.RGB_color.####.exr", ("C:/out/split.Z_Depth.####.exr",))
    host.open.settings["output_splitgbuffer"] = False
    assert outputs() == ("C:/out/beauty####.exr", ("C:/out/z####.exr",))
    host.open.settings = {**settings, **deeper, "output_on": False}
    assert outputs() == ("C:/out/beauty####.exr", ("C:/out/z####.exr",))


def test_arnold_s_drivers_write_files_too(max_with: Opens, shot: Open) -> None:
    shot.renderer = "Arnold"
    host = max_with(shot)
    drivers = [host.value("Renderer", word) for word in ("ArnoldEXRDriver", "ArnoldPNGDriver")]
    host.open.settings = {
        "AOV_Manager": host.value("Renderer"), "outputPath": "C:\\aov\\", "drivers": drivers, "filenameSuffix": "AOVs.",
    }  # fmt: skip
    item = read(host).items[-1]
    assert item.outputs == ("C:/aov/AOVs.####.exr", "C:/aov/AOVs.####.png", "C:/out/z####.exr")


@pytest.mark.parametrize(
    "word", ["Corona", "Redshift_Renderer", "ART_Renderer", "Quicksilver_Hardware_Renderer", "Missing_Renderer"]
)
def test_other_renderers_are_named_by_their_class(max_with: Opens, shot: Open, word: str) -> None:
    shot.renderer = word
    assert {item.renderer for item in read(max_with(shot)).items} == {word}


# -- reading


def test_slices_are_short_and_tell_how_far_they_are(max_with: Opens) -> None:
    names = [f"Camera{number:03}" for number in range(2_000)]
    host = max_with(cameras=names, tracked=names, assets=[FileAsset("Bitmap", name, "") for name in names])
    from farmdeck_max._host import MaxHost

    reading, longest, steps = MaxHost().read(), 0.0, []
    while True:
        began = time.perf_counter()
        try:
            steps.append(next(reading))
        except StopIteration as stop:
            made = stop.value
            break
        longest = max(longest, time.perf_counter() - began)
    assert len(steps) >= 6_000 and all(done <= total for done, total in steps)
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)
    assert longest < 0.25, "a step is one camera, file or view; a busy machine has its own pauses"
    assert len(made().assets) == 2_000
    assert host.watchman.written == []


def test_the_scene_is_made_on_any_thread_without_3ds_max(max_with: Opens, shot: Open) -> None:
    max_with(shot)
    from farmdeck_max._host import MaxHost

    reading = MaxHost().read()
    made: list[Any] = []
    with pytest.raises(StopIteration) as end:
        while True:
            next(reading)
    thread = threading.Thread(target=lambda: made.append(end.value.value()))
    thread.start()
    thread.join(10)
    assert isinstance(made[0], Scene)


def test_a_reading_that_is_given_up_leaves_nothing(max_with: Opens, shot: Open) -> None:
    host = max_with(shot)
    from farmdeck_max._host import MaxHost

    reading = MaxHost().read()
    next(reading)
    reading.close()
    assert host.watchman.written == [] and host.callbacks == []


@pytest.mark.parametrize("name", ["GetFiles", "startFrame", "classOf", "frameRate", "getFileVersion"])
def test_an_error_on_the_way_changes_nothing(max_with: Opens, shot: Open, name: str) -> None:
    host = max_with(shot)

    def fail(asked: str) -> None:
        if asked == name:
            raise RuntimeError(f"-- Runtime error: {asked}")

    host.watchman.on_access = fail
    import farmdeck_max

    with pytest.raises(RuntimeError, match=name):
        farmdeck_max.scene()
    assert host.watchman.written == [] and host.callbacks == []


def test_off_the_main_thread_it_raises(max_with: Opens, shot: Open) -> None:
    max_with(shot)
    import farmdeck_max

    caught: list[BaseException] = []

    def work() -> None:
        try:
            farmdeck_max.scene()
        except Forbidden as exc:
            caught.append(exc)

    thread = threading.Thread(target=work, name="other")
    thread.start()
    thread.join(10)
    assert "other" in str(caught[0])


# -- what else a host does


def test_save_says_when_it_could_not(max_with: Opens, shot: Open, tmp_path: Any) -> None:
    host = max_with(shot)
    host.watchman.allowed = {"savemaxfile"}
    from farmdeck_max._host import MaxHost

    shot.dirty = True
    MaxHost().save()
    assert not shot.dirty
    host.save_name = str(tmp_path / "no such folder" / "new.max")
    with pytest.raises(FarmdeckError, match="could not save"):
        MaxHost().save_as()
    host.save_name = None
    assert MaxHost().save_as() is False


def test_choices_come_back_with_the_scene(max_with: Opens, shot: Open) -> None:
    host = max_with(shot)
    host.watchman.allowed = {"addproperty"}
    from farmdeck_max._host import MaxHost

    assert MaxHost().load_choices() == ""
    MaxHost().store_choices('{"a": 1}')
    MaxHost().store_choices('{"a": 2}')
    assert MaxHost().load_choices() == '{"a": 2}'
    assert shot.properties == {"Farmdeck": '{"a": 2}'}


def test_events_are_heard_and_left_again(max_with: Opens, shot: Open) -> None:
    host = max_with(shot)
    host.watchman.allowed = {"addscript", "removescripts"}
    from farmdeck_max._host import MaxHost

    said: list[str] = []
    adapter = MaxHost()
    stop = adapter.watch(lambda: said.append("changed"), lambda: said.append("saving"))
    for event in ("filePostOpen", "systemPostNew", "systemPostReset", "postRendererChange"):
        host.fire(event)
    assert said == ["changed"] * 4
    said.clear()
    host.fire("filePreSave", "x.max")
    host.fire("sceneNodeAdded", host.node("Cam A.Target"))
    host.fire("sceneNodeAdded", host.node("Cam A"))
    assert said == ["saving", "changed"]
    host.fire("preRender")
    assert adapter.busy()
    host.fire("postRender")
    assert not adapter.busy()
    stop()
    assert host.callbacks == []


def test_an_error_in_a_callback_stays_inside(max_with: Opens, shot: Open) -> None:
    host = max_with(shot)
    host.watchman.allowed = {"addscript", "removescripts"}
    from farmdeck_max._host import MaxHost

    stop = MaxHost().watch(lambda: 1 // 0, lambda: None)  # type: ignore[arg-type, return-value]
    host.fire("filePostOpen")
    stop()


def test_busy_while_playing_and_select(max_with: Opens, shot: Open) -> None:
    host = max_with(shot)
    host.watchman.allowed = {"select"}
    from farmdeck_max._host import MaxHost

    assert not MaxHost().busy()
    shot.playing = True
    assert MaxHost().busy()
    MaxHost().select("cam a")
    MaxHost().select("no such thing")
    assert host.selected == ["Cam A"]


def test_the_same_view_name_twice_is_one_item(max_with: Opens, shot: Open) -> None:
    shot.views = [View("A", "Cam A"), View("A", "Cam B")]
    names = [item.name for item in read(max_with(shot)).items]
    assert len(names) == len(set(names))


def test_unknown_values_are_a_value_of_their_own(max_with: Opens) -> None:
    host = max_with(cameras=["Cam"])
    assert host.runtime.getActiveCamera() is not None
    assert host.runtime.getActiveCamera() == host.runtime.undefined
    assert isinstance(host.runtime.CAMERAS[0], Value)
