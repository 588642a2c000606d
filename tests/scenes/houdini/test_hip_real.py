"""The real .hip files, Houdini 18.5 to 20.0: what is said of each was checked by eye against its raw members."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from farmdeck.scene import Scene
from farmdeck.scenes import read_scene
from farmdeck.scenes.houdini._archive import members
from farmdeck.scenes.houdini._hip import open_hip

SHARED = Path(__file__).parents[3].parent / "shared" / "scenes" / "hip"
REAL = sorted(SHARED.glob("*.hip"))


class Seen(NamedTuple):
    version: str
    frames: str
    nodes: int
    items: tuple[str, ...] = ()
    cameras: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    """As written, HDA libraries left out."""
    plugins: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    """Their subjects, those of HDA libraries left out."""


SEEN = {
    "PDG_UnitTest": Seen(
        "18.5.506", "1-240", 29,
        plugins=("labs::concatenate_text::1.0 1.0", "labs::data_diff 0.1", "labs::filter_by_value 0.1"),
        problems=("/obj/topnet1",),
    ),
    "ast_cable_generator": Seen("19.0.383", "1-240", 29, plugins=("labs::cable_generator::2.0 2.0",)),
    "ast_calculate_remove_uv_distortion": Seen(
        "19.0.383", "1-240", 15,
        files=("D:/SideFX/UVDistort/Distorted_UV_Plane2.fbx",),
        plugins=("labs::autouv 520", "labs::calculate_uv_distortion::1.0 1.0", "labs::remove_uv_distortion::1.0 1.0"),
    ),
    "ast_dem_bones_skinning_converter": Seen(
        "18.5.590", "1-100", 86,
        files=("$HIP/out/${HIPNAME}_Converted.fbx",),
        plugins=("labs::dembones_skinningconverter 672",),
    ),
    "ast_splatter": Seen(
        "19.0.383", "1-240", 436,
        items=(
            "/obj/geo1/rop_fbx1 35 <here>/pig.fbx",
            "/out/karma1 35 /obj/cam1 1280x720 <here>/render/<name>.karma1.####.exr",
        ),
        cameras=("/obj/cam1",),
        plugins=("labs::splatter 1.002",),
    ),
    "ast_superformula_shapes": Seen(
        "19.0.383", "1-240", 578,
        items=("/out/karma1 26 /obj/cam1 1280x720 <here>/render/<name>.karma1.####.exr",),
        plugins=("labs::mesh_tiler::1.0 1.0", "labs::soften_normals 0.1", "labs::superformula_shapes::1.0 1.0"),
        problems=("/out/karma1",),
    ),
    "loop_volume.1.0": Seen(
        "20.0.506", "1-64", 36,
        items=("/obj/bonfire/pyro_sim 1-240 <here>/geo/<name>.pyro_sim/v1/<name>.pyro_sim_v1.####.bgeo.sc",),
        cameras=("/obj/cam1",),
        files=("<here>/geo/<name>.pyro_sim/v1/<name>.pyro_sim_v1.####.bgeo.sc",),
        plugins=("labs::loop_volume::1.0 1.0", "labs::volume_adjust_look::1.0 1.0"),
        problems=("/obj/bonfire/pyro_sim",),
    ),
    "physical_ambient_occlusion.1.1": Seen(
        "19.5.682", "1-240", 40,
        plugins=("labs::attribute_import::1.0 1.0", "labs::physical_ambient_occlusion::1.1 1.1"),
    ),
    "simple_shapes.1.0": Seen("19.0.720", "1-32", 2, plugins=("labs::simple_shapes::1.0 1.0",)),
}  # fmt: skip


def said(path: Path) -> Seen:
    scene = read_scene(path)

    def short(text: str) -> str:
        return text.replace(str(path.parent), "<here>").replace(path.stem, "<name>")

    hdas = {asset.owner for asset in scene.assets if asset.kind == "hda"}
    with open_hip(str(path)) as hip:
        nodes = len(hip.types)
    return Seen(
        scene.software.version,
        scene.frames,
        nodes,
        tuple(short(row) for row in rows(scene)),
        scene.cameras,
        tuple(short(asset.path) for asset in scene.assets if asset.kind != "hda"),
        tuple(f"{plugin.name} {plugin.version}" for plugin in scene.plugins),
        tuple(problem.subject for problem in scene.problems if problem.subject not in hdas),
    )


def rows(scene: Scene) -> list[str]:
    """Name, frames, cameras and size where it renders pictures, and output of each item."""
    return [
        " ".join(
            [item.name, item.frames, *item.cameras, *([f"{item.width}x{item.height}"] if item.enabled else [])]
            + [item.output]
        )
        for item in scene.items
    ]


@pytest.mark.skipif(not REAL, reason="no shared/scenes/hip beside the checkout")
@pytest.mark.parametrize("name", SEEN)
def test_what_is_said_of_it_is_true(name: str) -> None:
    (path,) = [path for path in REAL if path.stem.endswith(name)]
    assert said(path) == SEEN[name]


@pytest.mark.skipif(not REAL, reason="no shared/scenes/hip beside the checkout")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_every_parameter_line_is_understood(path: Path) -> None:
    """As many parameters are read as lines of `.parm` begin one."""
    with path.open("rb") as file, open_hip(str(path)) as hip:
        for name, _, data in members(file, path.stat().st_size, None):
            if name.endswith(".parm"):
                begun = [
                    line for line in data.decode("utf-8", "replace").split("\n") if "\t[ " in line and "locks=" in line
                ]
                assert len(hip.parms("/" + name[:-5])) == len([line for line in begun if "\\t" not in line]), name
