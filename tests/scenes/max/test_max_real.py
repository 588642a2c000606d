"""The real .max files, 3ds Max 2013 to 2019: what is said of each was checked by eye against the files' own tables."""

from __future__ import annotations

from pathlib import Path

import pytest
from farmdeck._errors import SceneError
from farmdeck.scene import Scene
from farmdeck.scenes import read_scene
from farmdeck.scenes.max._chunks import unpacked
from farmdeck.scenes.max._compound import Compound
from farmdeck.scenes.max._graph import classes, read_graph

SHARED = Path(__file__).parents[3].parent / "shared" / "scenes" / "max"
REAL = sorted(SHARED.glob("*.max"))
PBR = ("AmbientOcclusion.jpg", "bump.jpg", "gradation_horizontal.jpg", "gradation_vertical.jpg", "sun.jpg", "wood.jpg")
SEEN = {
    "AnimatedMorphCube": ("2017", "Scanline_Renderer", "0-100", 19, ()),
    "SimpleTriangle": (
        "2017", "Scanline_Renderer", "0-100", 20,
        PBR,
    ),
    "Opaque": ("2019", "Arnold", "0-100", 25, ("gradation_horizontal.jpg",)),
    "RiggedElf_meter": (
        "2019", "Scanline_Renderer", "0-140", 23,
        PBR,
    ),
    "CubesImageFormat": (
        "2017", "Scanline_Renderer", "0-100", 20, ("A.png", "B.jpg", "B_2.bmp", "L.dds", "N.gif", "O.tif", "Y.tga"),
    ),
}  # fmt: skip
"""Version, renderer, animation range, plug-ins, files by name."""


@pytest.fixture(params=REAL or [None], ids=lambda path: path.stem.rpartition("__")[2] if path else "none")
def real(request: pytest.FixtureRequest) -> Path:
    if request.param is None:
        pytest.skip(f"no real .max files in {SHARED}")
    path: Path = request.param
    return path


def names(scene: Scene) -> tuple[str, ...]:
    return tuple(sorted((asset.path.rpartition("\\")[2] for asset in scene.assets), key=str.lower))


def test_every_file_is_read(real: Path) -> None:
    scene = read_scene(real)
    assert scene.software.name == "3ds Max" and scene.software.version in {str(year) for year in range(2010, 2025)}
    assert len({item.name for item in scene.items}) == len(scene.items) > 0
    assert [item.enabled for item in scene.items].count(True) == 1
    assert all(item.width > 0 and item.height > 0 and item.renderer for item in scene.items)
    assert scene.plugins and scene.fps > 0 and scene.frames
    assert all(asset.missing for asset in scene.assets), "their pictures are not here"
    assert len(scene.problems) == len(scene.assets)


def test_what_was_seen(real: Path) -> None:
    seen = SEEN.get(real.stem.rpartition("__")[2])
    if seen is None:
        return
    scene = read_scene(real)
    said = (scene.software.version, scene.items[0].renderer, scene.frames, len(scene.plugins), names(scene))
    assert said == seen


def test_the_objects_tell_what_the_summary_tells(real: Path) -> None:
    """Cameras and size, found by two ways that have nothing in common."""
    compound = Compound(real.read_bytes())
    table = classes(b"".join(compound.pieces("ClassDirectory3")))
    graph = read_graph(unpacked(compound.pieces("Scene")), table)
    scene = read_scene(real)
    assert tuple(sorted(set(graph.cameras))) == scene.cameras
    item = scene.items[0]
    assert (graph.settings["width"], graph.settings["height"]) == (item.width, item.height)


def test_units_of_the_elf(real: Path) -> None:
    """Two files of one scene in two system units differ in nothing that is read, but for its version."""
    if real.stem.rpartition("__")[2] == "RiggedElf_meter":
        twin = next(path for path in REAL if path.stem.endswith("__RiggedElf__RiggedElf"))
        meter, plain = read_scene(real), read_scene(twin)
        assert [asset.path for asset in meter.assets] == [asset.path for asset in plain.assets]
        assert (meter.items, meter.frames, meter.fps) == (plain.items, plain.frames, plain.fps)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.98])
def test_a_real_file_cut_short(real: Path, share: float, tmp_path: Path) -> None:
    raw = real.read_bytes()
    (tmp_path / "a.max").write_bytes(raw[: int(len(raw) * share)])
    with pytest.raises(SceneError, match="cut short"):
        read_scene(tmp_path / "a.max")
