"""The adapter in the stand-in, and the reader with no Houdini, tell the same story of the same file."""

from __future__ import annotations

from pathlib import Path

import pytest
from farmdeck import Scene
from farmdeck.scenes import read_scene

from tests.hosts import differences, story

from .conftest import Open, samples
from .shots import limited, write_shot
from .small_hips import N, write_hip

needs_samples = pytest.mark.skipif(not samples(), reason="the shared folder of scenes is not there")


def adapter_scene(houdini: Open, path: Path) -> Scene:
    world = houdini(path)
    world._session.frozen = True  # whatever is written raises
    import farmdeck_houdini

    return farmdeck_houdini.scene()


@needs_samples
@pytest.mark.parametrize("path", samples(), ids=lambda path: path.stem.split("__")[-1])
def test_every_real_scene(houdini: Open, path: Path) -> None:
    found = story.differences(read_scene(path), adapter_scene(houdini, path))
    assert not differences.unexplained("houdini", path.name, found)


@needs_samples
def test_every_row_of_the_table_is_still_needed(houdini: Open) -> None:
    rows = {row for row in differences.TABLE if row.host == "houdini"}
    for path in samples():
        found = story.differences(read_scene(path), adapter_scene(houdini, path))
        rows -= differences.used("houdini", path.name, found)
    assert not rows


def test_every_row_of_the_table_is_looked_for() -> None:
    assert {row.host for row in differences.TABLE} <= {"houdini"}, "the other hosts' rows need a test like that one"


def test_a_shot_with_render_nodes_of_all_kinds(houdini: Open, tmp_path: Path) -> None:
    path = write_shot(tmp_path)
    assert story.differences(read_scene(path), adapter_scene(houdini, path)) == []


@pytest.mark.parametrize("mark", ["HouLC", "HouNC"])
def test_scenes_of_limited_licences(houdini: Open, tmp_path: Path, mark: str) -> None:
    path = limited(write_shot(tmp_path), mark)
    found = adapter_scene(houdini, path)
    assert story.differences(read_scene(path), found) == []
    assert found.details["licence"] != "Commercial" and found.item("/out/mantra1") is not None


def test_names_that_are_not_ascii(houdini: Open, tmp_path: Path) -> None:
    folder = tmp_path / "prøve med mellemrum"
    folder.mkdir()
    path = write_shot(folder, "høst æble.hip")
    found = adapter_scene(houdini, path)
    assert story.differences(read_scene(path), found) == []
    assert found.item("/out/mantra1").output == f"{folder.as_posix()}/render/høst æble.mantra1.####.exr"


def test_an_empty_scene(houdini: Open, tmp_path: Path) -> None:
    path = write_hip(tmp_path / "empty.hip", {"obj": {}, "out": {}})
    found = adapter_scene(houdini, path)
    assert story.differences(read_scene(path), found) == []
    assert not found.items and not found.assets and not found.problems


def test_another_rate_and_range(houdini: Open, tmp_path: Path) -> None:
    parms = {"trange": "on", "f": ("1", "2", "2"), "camera": "", "vm_picture": "$HIP/$F.exr"}
    rop = N("ifd", parms, expressions={"f1": "$FSTART", "f2": "$FEND-0.4"})
    path = write_hip(tmp_path / "a.hip", {"out": {"m": rop}}, seconds=(40, 44), fps=25)
    found = adapter_scene(houdini, path)
    assert story.differences(read_scene(path), found) == []
    assert (found.fps, found.frames, found.items[0].frames) == (25.0, "1001-1100", "1001-1100x2")


def test_editable_nodes_of_a_locked_asset(houdini: Open, tmp_path: Path) -> None:
    """The file tells what they hold, and not their type; what is in them is the scene's own."""
    material = N("studio::look", {"map": "C:/old/a.png"}, expressions={"map": 'chs("../../texture")'})
    inside = {"matnet1": N("", children={"Material_1": material}), "images": N("", {"tex_1": "C:\\maps\\b.png"})}
    asset = N("studio::dress::1.0", {"texture": "$HIP/new.png"}, locked=True, children=inside)
    libraries = {
        "studio::Sop/dress::1.0": "D:/otls/dress.hda",
        "studio::Vop/look": "D:/otls/look.hda",
        "Vop/mtlximage": "C:/PROGRA~1/HFS/houdini/otls/MaterialX.hda",
        "Sop/color": "C:/PROGRA~1/HFS/houdini/otls/OPlibSop.hda",
    }
    nodes = {"obj": {"geo1": N("geo", children={"dress1": asset})}, "mat": {"map": N("mtlximage")}}
    path = write_hip(tmp_path / "a.hip", nodes, libraries=libraries)
    found = adapter_scene(houdini, path)
    assert story.differences(read_scene(path), found) == []
    assert [plugin.name for plugin in found.plugins] == ["studio::dress::1.0", "studio::look"]
    owners = {asset.owner: asset.files[0] for asset in found.assets if asset.kind == "image"}
    assert owners == {
        "/obj/geo1/dress1": f"{tmp_path}/new.png",
        "/obj/geo1/dress1/images": "C:/maps/b.png",
        "/obj/geo1/dress1/matnet1/Material_1": f"{tmp_path}/new.png",
    }


@pytest.mark.parametrize(
    ("parm", "value", "field"),
    [
        ("resx", "1111", "items./out/mantra1.width"),
        ("vm_picture", "$HIP/other.$F3.exr", "items./out/mantra1.output"),
        ("f3", "7", "items./out/mantra1.frames"),
        ("camera", "/obj/cam2", "items./out/mantra1.cameras"),
    ],
)
def test_a_story_that_differs_is_noticed(houdini: Open, tmp_path: Path, parm: str, value: str, field: str) -> None:
    """What the artist changed and has not saved is in the adapter's scene, and not in the file."""
    path = write_shot(tmp_path)
    world = houdini(path)
    world.node("/obj/cam1" if parm == "resx" else "/out/mantra1").parm(parm).set(value)
    import farmdeck_houdini

    assert field in [field for field, _ in story.differences(read_scene(path), farmdeck_houdini.scene())]
