"""Maya, Houdini and 3ds Max on the local farm: strict stand-ins of their programs in real child processes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from farmdeck import FrameState, JobState
from farmdeck.job import Action
from farmdeck.scene import RenderItem, Software

from .workshop import HOUDINI, MAX, MAYA, Workshop, maya_layer, rop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    made = Workshop(tmp_path)
    yield made
    made.farm.close()


def maya_scene(shop: Workshop, **told: object) -> Path:
    shop.shot.joinpath("workspace.mel").write_text("")
    values = {"layers": ["rs_fg", "defaultRenderLayer"], "prefix": "<Scene>/<RenderLayer>/<RenderPass>/<Scene>", **told}
    return shop.scene("shöt 'a'.ma", **values)


# -- Maya


def test_maya_frames_and_passes_come_into_their_places(shop: Workshop) -> None:
    """The scene's own folders are kept, and its name is the artist's, not the copy's."""
    scene = maya_scene(shop, passes=["beauty", "diffuse"])
    output = shop.out / "shöt 'a'" / "rs_fg" / "beauty" / "shöt 'a'.####.iff"
    report = shop.render(shop.submission(scene, MAYA, maya_layer(str(output), "1-3,7")))
    assert report.state is JobState.DONE, shop.reasons()
    below = "shöt 'a'/rs_fg"
    expected = [f"{below}/{name}/shöt 'a'.{n:04d}.iff" for name in ("beauty", "diffuse") for n in (1, 2, 3, 7)]
    assert shop.files() == sorted(expected)
    assert all((shop.out / name).read_bytes() == b"half whole" for name in expected)
    assert [len(frame.files) for frame in shop.frames()] == [2] * 4
    assert shop.reasons() == ["1 done", "2 done", "3 done", "7 done"]


def test_a_folder_that_was_chosen_has_the_picture_itself(shop: Workshop) -> None:
    scene = maya_scene(shop, passes=["beauty", "N"])
    item = maya_layer("/elsewhere/images/fg/beauty/x.####.iff", "5")
    report = shop.render(shop.submission(scene, MAYA, item, output=str(shop.out)))
    assert report.state is JobState.DONE, shop.reasons()
    assert shop.files() == ["N/shöt 'a'.0005.iff", "shöt 'a'.0005.iff"]


def test_each_camera_of_a_layer_is_a_part(shop: Workshop) -> None:
    scene = maya_scene(shop, prefix="<Camera>/x")
    item = maya_layer(str(shop.out / "<Camera>" / "x.####.iff"), "1", ("camA", "set:camB"))
    assert shop.render(shop.submission(scene, MAYA, item)).state is JobState.DONE, shop.reasons()
    assert shop.files() == ["camA/x.0001.iff", "set_camB/x.0001.iff"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"crash": 2}, "Maya crashed (SIGSEGV)."),
        ({"fail": 2}, "Maya ended with code 1 before the frame was finished. [ass] the sky fell"),
        ({"empty": 2}, "the picture is empty"),
    ],
)
def test_a_frame_that_maya_cannot_render(shop: Workshop, wrong: dict[str, int], said: str) -> None:
    item = maya_layer(str(shop.out / "x.####.iff"))
    report = shop.render(shop.submission(maya_scene(shop, prefix="x", **wrong), MAYA, item), retries=1)
    assert report.state is JobState.PARTLY_DONE
    assert [frame.state for frame in shop.frames()] == [FrameState.DONE, FrameState.FAILED, FrameState.DONE]
    assert said in shop.frames()[1].message
    assert [reason.split()[:2] for reason in shop.reasons()] == [
        ["1", "done"],
        ["2", "failed"],
        ["2", "failed"],
        ["3", "done"],
    ]
    assert shop.files() == ["x.0001.iff", "x.0003.iff"]


def test_no_frame_takes_the_blame_for_another(shop: Workshop) -> None:
    """A renderer that does not tell where it was when it crashed: the frame that is tried again renders alone."""
    item = maya_layer(str(shop.out / "x.####.iff"))
    shop.render(shop.submission(maya_scene(shop, prefix="x", crash=2, silent=True), MAYA, item), retries=1)
    assert [frame.state for frame in shop.frames()] == [FrameState.DONE, FrameState.FAILED, FrameState.DONE]
    assert shop.files() == ["x.0001.iff", "x.0003.iff"]


@pytest.mark.parametrize(
    ("layer", "wrong", "said"),
    [
        ("rs_fg", {"exit": 211}, "Maya opened the scene with errors."),
        ("rs_fg", {"layers": "no JSON"}, "No object matches name: rs_fg"),
        ('a"b', {}, "quotation mark"),
    ],
)
def test_what_maya_says_of_itself(shop: Workshop, layer: str, wrong: dict[str, object], said: str) -> None:
    scene = maya_scene(shop, prefix="x", **wrong)
    item = maya_layer(str(shop.out / "x.####.iff"), "1", layer=layer)
    report = shop.render(shop.submission(scene, MAYA, item), retries=0)
    assert report.state in (JobState.FAILED, JobState.STOPPED)
    assert said in report.message + shop.frames()[0].message
    assert shop.files() == []


def test_a_watermark_is_no_picture(shop: Workshop) -> None:
    """The program ends with 0 and the file is there; but the renderer had no licence."""
    scene = maya_scene(shop, prefix="x", licence=True)
    report = shop.render(shop.submission(scene, MAYA, maya_layer(str(shop.out / "x.####.iff"))))
    assert report.state is JobState.STOPPED
    assert "found no licence" in report.message and "press Start" in report.message
    assert shop.files() == [] and all(frame.state is FrameState.WAITING for frame in shop.frames())


def test_a_frame_that_hangs_is_ended_and_the_others_go_on(shop: Workshop) -> None:
    scene = maya_scene(shop, prefix="x", hang=2)
    report = shop.render(shop.submission(scene, MAYA, maya_layer(str(shop.out / "x.####.iff"))), retries=0, timeout=0.7)
    assert report.state is JobState.PARTLY_DONE
    assert "longer than 0.7 s" in shop.frames()[1].message
    assert shop.files() == ["x.0001.iff", "x.0003.iff"]


def test_stop_and_start(shop: Workshop) -> None:
    """How far the frame is was seen before; stopping ends the process, and what was done is not rendered again."""
    item = maya_layer(str(shop.out / "x.####.iff"))
    shop.submit(shop.submission(maya_scene(shop, prefix="x", hang=2), MAYA, item))
    shop.wait(lambda _: shop.frames()[1].progress > 0)
    shop.farm.act(shop.id, Action.STOP)
    states = [frame.state for frame in shop.frames()]
    assert states == [FrameState.DONE, FrameState.WAITING, FrameState.WAITING]
    assert shop.files() == ["x.0001.iff"]
    (copy,) = shop.shot.glob("*.farmdeck-*")
    copy.write_text(copy.read_text().replace("hang", "hung"))
    shop.farm.act(shop.id, Action.START)
    assert shop.ended().state is JobState.DONE, shop.reasons()
    assert shop.reasons() == ["1 done", "2 interrupted Stopped by hand.", "2 done", "3 done"]


# -- Houdini


def hip(shop: Workshop, nodes: dict[str, object], **told: object) -> Path:
    return shop.scene("shöt.hip", nodes=nodes, **told)


def picture_node(**more: object) -> dict[str, object]:
    parms = {"trange": 0, "f1": 9, "f2": 9, "f3": 1, "camera": "", "vm_picture": "$HIP/r.$F4.rat", "soho_outputmode": 0}
    return {"parms": {**parms, **more.pop("parms", {})}, "output": "vm_picture", **more}  # type: ignore[dict-item]


def cache_node(name: str = "$HIP/$HIPNAME.$F4.bgeo.sc", **more: object) -> dict[str, object]:
    parms = {"trange": 0, "f1": 9, "f2": 9, "f3": 1, "sopoutput": name}
    return {"parms": parms, "output": "sopoutput", "locked": ["sopoutput"], **more}


def test_houdini_pictures_one_by_one(shop: Workshop) -> None:
    """Camera, take, the scene's own name, and a deep file that the ROP writes besides into its own folder."""
    deep = f"{shop.folder}/deep/$HIPNAME.$F4.rat"
    node = picture_node(parms={"vm_dcmfilename": deep}, writes=["vm_dcmfilename"])
    scene = hip(shop, {"/out/m": node}, takes=["night"])
    item = rop("/out/m", "ifd", str(shop.out / "r.####.rat"), frames="1,3-4", take="night")
    report = shop.render(shop.submission(scene, HOUDINI, item, cameras=["/obj/cam1"]))
    assert report.state is JobState.DONE, shop.reasons()
    assert shop.files() == ["r.0001.rat", "r.0003.rat", "r.0004.rat"]
    assert shop.files(shop.folder / "deep") == ["shöt.0001.rat", "shöt.0003.rat", "shöt.0004.rat"]
    assert (shop.out / "r.0003.rat").read_text() == f"3 {scene} 0 night\n"


def test_a_simulation_renders_in_one_go_and_before_what_needs_it(shop: Workshop) -> None:
    nodes = {"/out/m": picture_node(), "/obj/g/sim": cache_node(rop=False)}
    nodes["/obj/g/sim"]["parms"]["execute"] = 0  # type: ignore[index]
    items = [
        rop("/out/m", "ifd", str(shop.out / "r.####.rat"), "/obj/g/sim", frames="2"),
        replace(rop("/obj/g/sim", "rop_geometry", str(shop.out / "shöt.####.bgeo.sc"), frames="1-4"), enabled=False),
    ]
    submission = shop.submission(hip(shop, nodes), HOUDINI, *items)
    assert shop.render(submission, chunk=2).state is JobState.DONE, shop.reasons()
    assert shop.files() == ["r.0002.rat", *(f"shöt.{n:04d}.bgeo.sc" for n in (1, 2, 3, 4))]
    ended = {(frame.part, frame.number): frame.started or 0 for frame in shop.frames()}
    assert ended[1, 2] > max(ended[0, number] for number in (1, 2, 3, 4))


def test_what_needs_a_simulation_waits_for_it_while_others_go_on(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, processes=2)
    try:
        nodes = {"/out/m": picture_node(), "/out/sim": cache_node()}
        items = [
            rop("/out/m", "ifd", str(shop.out / "r.####.rat"), "/out/sim"),
            replace(rop("/out/sim", "geometry", str(shop.out / "s.####.bgeo.sc")), enabled=False),
        ]
        first = shop.submit(shop.submission(hip(shop, nodes, hang=2), HOUDINI, *items))
        shop.wait(lambda _: shop.frames()[1].state is FrameState.RENDERING)
        item = maya_layer(str(shop.out / "x.####.iff"), "1")
        shop.submit(shop.submission(maya_scene(shop, prefix="x"), MAYA, item))
        assert shop.wait(lambda report: report.state.ended).state is JobState.DONE
        assert {frame.state for frame in shop.farm.frames(first) if frame.part == 1} == {FrameState.WAITING}
    finally:
        shop.farm.close()


def test_a_bypassed_cache_is_taken_as_it_lies(shop: Workshop) -> None:
    """Houdini passes it over on its way to the picture; whoever chooses it renders it."""
    nodes = {"/out/m": picture_node(), "/out/sim": cache_node(bypass=True)}
    sim = replace(rop("/out/sim", "geometry", str(shop.out / "s.####.bgeo.sc")), enabled=False)
    items = [rop("/out/m", "ifd", str(shop.out / "r.####.rat"), "/out/sim", frames="1"), sim]
    scene = hip(shop, nodes)
    assert shop.render(shop.submission(scene, HOUDINI, *items)).state is JobState.DONE, shop.reasons()
    assert shop.files() == ["r.0001.rat"]
    assert shop.render(shop.submission(scene, HOUDINI, sim, items=["/out/sim"])).state is JobState.DONE
    assert shop.files() == ["r.0001.rat", "s.0001.bgeo.sc", "s.0002.bgeo.sc", "s.0003.bgeo.sc"]


def test_one_file_for_all_frames(shop: Workshop) -> None:
    scene = hip(shop, {"/out/a": cache_node("$HIP/all.abc")})
    item = rop("/out/a", "geometry", str(shop.out / "all.abc"), frames="1-3")
    assert shop.render(shop.submission(scene, HOUDINI, item), chunk=1).state is JobState.DONE, shop.reasons()
    assert shop.files() == ["all.abc"]
    assert len((shop.out / "all.abc").read_text().splitlines()) == 3
    assert [len(frame.files) for frame in shop.frames()] == [1, 0, 0]


def test_a_node_that_cannot_be_moved_writes_in_its_place(shop: Workshop) -> None:
    place = str(shop.out / "c.$F4.bgeo.sc")
    scene = hip(shop, {"/out/c": cache_node(stubborn=place)})
    item = rop("/out/c", "geometry", str(shop.out / "c.####.bgeo.sc"), frames="1-2")
    assert shop.render(shop.submission(scene, HOUDINI, item)).state is JobState.DONE, shop.reasons()
    assert shop.files() == ["c.0001.bgeo.sc", "c.0002.bgeo.sc"]


def test_a_simulation_that_fails_fails_whole_and_stops_what_needs_it(shop: Workshop) -> None:
    nodes = {"/out/m": picture_node(), "/out/sim": cache_node()}
    items = [
        rop("/out/m", "ifd", str(shop.out / "r.####.rat"), "/out/sim"),
        replace(rop("/out/sim", "geometry", str(shop.out / "s.####.bgeo.sc")), enabled=False),
    ]
    report = shop.render(shop.submission(hip(shop, nodes, fail=2), HOUDINI, *items), retries=1)
    assert report.state is JobState.FAILED
    assert {frame.state for frame in shop.frames()} == {FrameState.FAILED}
    assert "the solver diverged" in shop.frames()[0].message
    assert shop.frames()[-1].message == "/out/sim, which it needs, failed."
    assert shop.files() == []
    shop.farm.act(shop.id, Action.RETRY, [(0, 2)])
    shop.ended()
    tried = [reason.split()[0] for reason in shop.reasons()]
    assert tried.count("1") >= 3, "the whole simulation is tried again, not the one frame"


def test_a_wedge(shop: Workshop) -> None:
    wedge: dict[str, object] = {"parms": {"driver": "/out/m"}, "output": "driver"}
    items = [
        rop("/out/w", "wedge", str(shop.out / "r.####.rat"), "/out/m", frames="1"),
        rop("/out/m", "ifd", str(shop.out / "other.####.rat")),
    ]
    submission = shop.submission(
        hip(shop, {"/out/m": picture_node(), "/out/w": wedge}), HOUDINI, *items, items=["/out/w"]
    )
    assert shop.render(submission).state is JobState.DONE, shop.reasons()
    assert shop.files() == ["wedge0_r.0001.rat", "wedge1_r.0001.rat"]


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (rop("/out/gone", "ifd", "/x/r.####.rat"), "no node /out/gone"),
        (rop("/out/m", "ifd", "/x/r.####.rat", take="gone"), 'no take "gone"'),
        (rop("/out/m", "Redshift_ROP", "/x/r.####.rat"), "no output that Farmdeck knows"),
    ],
)
def test_what_is_not_in_the_scene(shop: Workshop, item: RenderItem, said: str) -> None:
    scene = hip(shop, {"/out/m": picture_node()})
    report = shop.render(shop.submission(scene, HOUDINI, item, output=str(shop.out)), retries=0)
    assert report.state is JobState.FAILED and said in shop.frames()[0].message
    assert shop.files() == []


def test_houdini_without_a_licence(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, variables={"STANDIN_NO_LICENCE": "1"})
    try:
        item = rop("/out/m", "ifd", str(shop.out / "r.####.rat"))
        report = shop.render(shop.submission(hip(shop, {"/out/m": picture_node()}), HOUDINI, item))
        assert report.state is JobState.STOPPED and "found no licence" in report.message
    finally:
        shop.farm.close()


def test_a_usd_file_renders_with_husk(shop: Workshop) -> None:
    scene = shop.scene("stage.usda")
    item = replace(rop("/Render/settings", "karma", str(shop.out / "s.####.rat"), frames="1-5x2,6"), kind="usd")
    assert shop.render(shop.submission(scene, HOUDINI, item)).state is JobState.DONE, shop.reasons()
    assert shop.files() == [f"s.{n:04d}.rat" for n in (1, 3, 5, 6)]
    assert (shop.out / "s.0003.rat").read_text() == "[64, 36] None /Render/settings"


# -- 3ds Max


def max_scene(shop: Workshop, **told: object) -> Path:
    return shop.scene("töwn.max", **{"cameras": ["Cäm 01"], "views": ["Wide, left"], **told})


def max_item(shop: Workshop, kind: str, name: str, frames: str = "1-3") -> RenderItem:
    return RenderItem(name, kind, (name,), (), frames, 64, 36, "Arnold", str(shop.out / "x####.rla"), True)


def test_max_frames_and_elements(shop: Workshop) -> None:
    scene = max_scene(shop, elements={"x_N.rla": "", "x_Z.rla": "depth"})
    report = shop.render(shop.submission(scene, MAX, max_item(shop, "camera", "Cäm 01", "1-3,7,9")), chunk=20)
    assert report.state is JobState.DONE, shop.reasons()
    numbers = [f"{n:04d}" for n in (1, 2, 3, 7, 9)]
    names = [name.format(n) for name in ("depth/x_Z{}.rla", "x{}.rla", "x_N{}.rla") for n in numbers]
    assert shop.files() == sorted(names)
    assert [len(frame.files) for frame in shop.frames()] == [3] * 5


def test_a_batch_view_of_max(shop: Workshop) -> None:
    report = shop.render(shop.submission(max_scene(shop), MAX, max_item(shop, "batch_view", "Wide, left", "-2-0")))
    assert report.state is JobState.DONE, shop.reasons()
    assert shop.files() == ["x-001.rla", "x-002.rla", "x0000.rla"]


def test_a_frame_that_max_cannot_render(shop: Workshop) -> None:
    item = max_item(shop, "view", "", "1-2")
    report = shop.render(shop.submission(max_scene(shop, fail=2), MAX, item), retries=0)
    assert report.state is JobState.PARTLY_DONE
    assert "3ds Max ended with code 1" in shop.frames()[1].message and "the map is missing" in shop.frames()[1].message
    assert shop.files() == ["x0001.rla"]


# -- whichever


def test_what_is_installed_is_an_environment_with_its_version(shop: Workshop) -> None:
    assert [env.name for env in shop.farm.environments()] == [
        "Maya 2025",
        "Maya 2023",
        "Houdini 20.5.370",
        "3ds Max 2025",
    ]
    assert shop.farm.check() == "Ready, 4 renderers"


def test_the_nearest_version_renders(shop: Workshop) -> None:
    scene = maya_scene(shop, prefix="x")
    item = maya_layer(str(shop.out / "x.####.iff"), "1")
    submission = shop.submission(scene, Software("Maya", "2023"), item)
    assert shop.render(submission).state is JobState.DONE
    assert "maya2023" in shop.farm._queue.job(shop.id)["program"]


@pytest.mark.parametrize(
    ("software", "env", "said"),
    [
        (
            Software("Blender", "4.5"),
            "",
            "No Blender is found on this machine. Install Blender, or name its blender in",
        ),
        (Software("Cinema 4D", "2025"), "", "cannot render Cinema 4D scenes"),
        (MAYA, "Maya 2030", '"Maya 2030" is not installed here. There is: Maya 2025'),
        (MAYA, "3ds Max 2025", '"3ds Max 2025" does not render Maya scenes'),
    ],
)
def test_what_is_not_installed_is_said(shop: Workshop, software: Software, env: str, said: str) -> None:
    submission = shop.submission(maya_scene(shop), software, maya_layer(str(shop.out / "x.####.iff")), env=env)
    assert [problem.message for problem in shop.farm.problems(submission) if said in problem.message]
