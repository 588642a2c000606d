"""From the items of Maya, Houdini and 3ds Max scenes to parts: cameras, outputs that stay apart, the chain of ROPs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from farmdeck._errors import BadInput
from farmdeck.outputs import is_picture, output_pattern, written_files
from farmdeck.scene import Asset, RenderItem, Scene, Software
from farmdeck.submission import Submission, prepare


def layer(name: str, output: str, cameras: tuple[str, ...] = ("persp",)) -> RenderItem:
    return RenderItem(name, "render_layer", (f"rs_{name}",), cameras, "1-3", 8, 4, "arnold", output, True)


def rop(path: str, kind: str, output: str, *needs: str, enabled: bool = True, frames: str = "1-10") -> RenderItem:
    cameras = ("/obj/cam1",) if is_picture(output) else ()
    return RenderItem(path, "rop", (path,), cameras, frames, 8, 4, kind, output, enabled, needs=needs)


def submit(tmp_path: Path, software: str, found: list[RenderItem], **options: object) -> Submission:
    file = tmp_path / "shot.scene"
    file.write_bytes(b"scene")
    assets = options.pop("assets", ())
    cameras = tuple(sorted({camera for item in found for camera in item.cameras}))
    scene = Scene(str(file), Software(software, "2025"), tuple(found), cameras, assets=assets)  # type: ignore[arg-type]
    return prepare(scene, **options)  # type: ignore[arg-type]


def outputs(submission: Submission) -> list[str]:
    return [part.output for part in submission.parts]


def test_a_maya_layer_renders_once_through_each_of_its_cameras(tmp_path: Path) -> None:
    item = layer("fg", "/p/images/fg/<Camera>/shot.####.exr", ("camA", "set:camB"))
    made = submit(tmp_path, "Maya", [item])
    assert [(part.name, part.camera) for part in made.parts] == [("fg · camA", "camA"), ("fg · set:camB", "set:camB")]
    assert outputs(made) == ["/p/images/fg/camA/shot.####.exr", "/p/images/fg/set_camB/shot.####.exr"]


def test_cameras_that_would_share_a_file_get_folders(tmp_path: Path) -> None:
    made = submit(tmp_path, "Maya", [layer("fg", "/p/images/shot.####.exr", ("camA", "camB"))])
    assert outputs(made) == ["/p/images/fg_camA/shot.####.exr", "/p/images/fg_camB/shot.####.exr"]


def test_parts_that_are_apart_already_stay_where_the_scene_says(tmp_path: Path) -> None:
    items = [layer("fg", "/p/images/fg/s.####.exr"), layer("bg", "/p/images/bg/s.####.exr")]
    assert outputs(submit(tmp_path, "Maya", items)) == ["/p/images/fg/s.####.exr", "/p/images/bg/s.####.exr"]
    other = outputs(submit(tmp_path, "Maya", items, output=str(tmp_path / "o")))
    assert other == [str(tmp_path / "o" / "fg" / "s.####.exr"), str(tmp_path / "o" / "bg" / "s.####.exr")]


def test_a_token_that_nobody_can_fill_becomes_a_word(tmp_path: Path) -> None:
    made = submit(tmp_path, "Maya", [layer("fg", "/p/<Version>/<camera>/s_<RenderPass>.####.exr", ("ns:cam",))])
    assert outputs(made) == ["/p/Version/ns_cam/s_RenderPass.####.exr"]


def test_a_camera_of_max_and_its_place(tmp_path: Path) -> None:
    batch = RenderItem("wide", "batch_view", ("wide",), ("Cam",), "5", 8, 4, "Arnold", "/r/w####.exr", True)
    view = RenderItem("Active view", "view", ("",), (), "5", 8, 4, "Arnold", "", True)
    made = submit(tmp_path, "3ds Max", [batch, view])
    assert [(part.name, part.kind, part.address) for part in made.parts] == [
        ("wide", "batch_view", ("wide",)),
        ("Active view", "view", ("",)),
    ]
    assert outputs(made) == ["/r/w####.exr", str(tmp_path / "render" / "shot" / "shot.####.exr")]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("C:/show/x.####.exr", "/s/render/shot/x.####.exr"),  # another system's path
        ("//server/x.####.exr", "//server/x.####.exr"),
        ("", "/s/render/shot/shot.####.exr"),
    ],
)
def test_only_a_path_of_this_system_is_a_place(written: str, expected: str) -> None:
    written = written.split("/")[-1] if written.startswith("C:") and os.name != "nt" else written
    assert output_pattern("/s/shot.ma", written, "", "", "####.exr") == expected


def chain() -> list[RenderItem]:
    return [
        rop("/out/beauty", "ifd", "/r/b.####.exr", "/out/merge"),
        rop("/out/merge", "merge", "", "/out/sim", "/out/fetch", enabled=False),
        rop("/out/fetch", "fetch", "", "/obj/geo/cache", enabled=False),
        rop("/obj/geo/cache", "rop_geometry", "/g/c.####.bgeo.sc", "/out/sim", enabled=False, frames="1-20"),
        rop("/out/sim", "dop", "/g/sim.abc", enabled=False, frames="1-50"),
    ]


def test_what_a_rop_needs_renders_first(tmp_path: Path) -> None:
    made = submit(tmp_path, "Houdini", chain(), frames="3-4", output=str(tmp_path / "o"))
    told = [(part.name, part.frames, part.needs, part.camera) for part in made.parts]
    assert told == [
        ("/out/sim", "1-50", (), ""),
        ("/obj/geo/cache", "1-20", ("/out/sim",), ""),
        ("/out/beauty", "3-4", ("/out/sim", "/obj/geo/cache"), ""),
    ]
    here = str(tmp_path / "o" / "b.####.exr")
    assert outputs(made) == ["/g/sim.abc", "/g/c.####.bgeo.sc", here], "caches stay where the scene reads them"


def test_a_node_that_stands_for_others(tmp_path: Path) -> None:
    assert [part.name for part in submit(tmp_path, "Houdini", chain(), items=["/out/fetch"]).parts] == [
        "/out/sim",
        "/obj/geo/cache",
    ]
    with pytest.raises(BadInput, match="renders nothing itself"):
        submit(tmp_path, "Houdini", [rop("/out/merge", "merge", "")])


def test_a_wedge_renders_its_node_itself(tmp_path: Path) -> None:
    before = rop("/out/before", "alembic", "/g/before.abc", enabled=False)
    items = [*chain(), before, rop("/out/w", "wedge", "/r/w.####.exr", "/out/beauty", "/out/before")]
    made = submit(tmp_path, "Houdini", items, items=["/out/w"])
    assert [part.name for part in made.parts] == ["/out/before", "/out/sim", "/obj/geo/cache", "/out/w"]
    assert set(made.parts[-1].needs) == {"/out/sim", "/obj/geo/cache", "/out/before"}


def test_a_circle_of_rops_ends(tmp_path: Path) -> None:
    items = [rop("/out/a", "ifd", "/r/a.####.exr", "/out/b"), rop("/out/b", "ifd", "/r/b.####.exr", "/out/a")]
    assert {part.name for part in submit(tmp_path, "Houdini", items, items=["/out/a"]).parts} == {"/out/a", "/out/b"}


def test_only_the_rops_that_have_cameras_render_through_the_chosen_ones(tmp_path: Path) -> None:
    made = submit(tmp_path, "Houdini", chain(), cameras=["/obj/cam1"])
    assert [part.camera for part in made.parts] == ["", "", "/obj/cam1"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('/r/`chs("x")`/a.####.exr', "{render}/a.####.exr"),
        ("/r/$WHO/a.####.exr", "{render}/a.####.exr"),
        ("/r/$WHO.####.exr", "/r/####.exr"),
        ("", "{render}/shot.####.exr"),
    ],
)
def test_a_path_of_houdini_s_that_could_not_be_expanded(tmp_path: Path, written: str, expected: str) -> None:
    made = submit(tmp_path, "Houdini", [rop("/out/a", "ifd", written)])
    assert outputs(made) == [expected.format(render=tmp_path / "render" / "shot")]


def test_what_the_job_makes_itself_is_no_file_that_must_not_change(tmp_path: Path) -> None:
    (tmp_path / "g").mkdir()
    files = [tmp_path / "g" / "c.0001.bgeo.sc", tmp_path / "hull.png"]
    for file in files:
        file.write_bytes(b"x")
    asset = Asset("x", tuple(map(str, files)), False, "cache", "/obj/file1")
    items = [rop("/out/a", "ifd", "/r/a.####.exr", "/out/c"), rop("/out/c", "geometry", f"{tmp_path}/g/c.####.bgeo.sc")]
    made = submit(tmp_path, "Houdini", items, items=["/out/a"], assets=(asset,))
    assert [file.path for file in made.files] == [str(files[1])]


def test_files_of_a_pattern() -> None:
    made = written_files(["/g/a+b.####.exr", "/g/one.abc"])
    assert made("/g/a+b.0001.exr") and made("/g/x/../a+b.-5.exr") and made("/g/one.abc")
    assert not made("/g/aab.0001.exr") and not made("/g/a+b.exr") and not written_files([])("")


@pytest.mark.parametrize("name", ["a.####.exr", "a####.PNG", "a.####.rat"])
def test_pictures_render_apart(name: str) -> None:
    assert is_picture(name)


@pytest.mark.parametrize("name", ["a.####.bgeo.sc", "a.exr", "sim.abc", ""])
def test_caches_and_single_files_do_not(name: str) -> None:
    assert not is_picture(name)
