"""The reader against Blender itself: every fact of every file, but for the closed table of conversions on load."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path
from typing import Any, Callable

import pytest
from farmdeck.scene import Asset
from farmdeck.scenes import read_scene
from farmdeck.scenes.blend import rewrite_paths

from tests.scenes.blend_compare import CONVERSIONS, MADE_CONVERSIONS, Difference, differences, explain
from tests.scenes.blend_recode import Form, recode
from tests.scenes.conftest import REAL, Says

OTHERS = [pytest.param(version, marks=pytest.mark.all_blenders) for version in ("4.2", "5.0", "5.2")]
needs_real = pytest.mark.skipif(not REAL, reason="the shared folder of scenes is not there")


@pytest.fixture(scope="session")
def real_facts(bpy_says: Says) -> dict[str, Any]:
    return bpy_says(REAL)


def compare(paths: list[Path], facts: dict[str, Any]) -> tuple[list[Difference], set[str]]:
    found: list[Difference] = []
    for path in paths:
        assert "error" not in facts[str(path)], facts[str(path)]
        found.extend(differences(str(path), read_scene(path), facts[str(path)]))
    return explain(found)


def lines(found: list[Difference]) -> str:
    return "\n".join(map(str, found))


@needs_real
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_agrees_with_bpy_on_a_real_file(path: Path, real_facts: dict[str, Any]) -> None:
    left, _ = compare([path], real_facts)
    assert not left, lines(left)


@needs_real
def test_every_conversion_is_used_by_some_file(real_facts: dict[str, Any]) -> None:
    _, used = compare(REAL, real_facts)
    assert {row.name for row in CONVERSIONS} - used == set()
    assert all(row.cite for row in CONVERSIONS)


@pytest.mark.parametrize("version", ["4.5", "debian", *OTHERS])
def test_agrees_with_bpy_on_files_made_for_it(version: str, made_by: Callable[[str], Path], bpy_says: Says) -> None:
    paths = sorted(made_by(version).rglob("*.blend"))
    assert len(paths) >= 12
    left, used = compare(paths, bpy_says(paths))
    assert not left, lines(left)
    assert {row.name for row in MADE_CONVERSIONS} <= used


@pytest.mark.parametrize("pointer, endian", [(4, "<"), (8, ">"), (4, ">")])
def test_agrees_with_bpy_on_other_machines(
    pointer: int, endian: str, made_by: Callable[[str], Path], bpy_says: Says
) -> None:
    """32 bits and big-endian, written again from real files; bpy 4.5 is the last that opens big-endian ones."""
    folder = made_by("4.5")
    paths = []
    for name in ("plain", "textures", "strips", "linked"):
        path = folder / f"{name}_{pointer * 8}_{'big' if endian == '>' else 'little'}.blend"
        path.write_bytes(recode((folder / f"{name}.blend").read_bytes(), Form(pointer, endian)))
        paths.append(path)
    try:
        left, _ = compare(paths, bpy_says(paths))
    finally:
        for path in paths:
            path.unlink()
    assert not left, lines(left)


@pytest.mark.parametrize("version", ["4.5", "debian", *OTHERS])
def test_a_rewritten_copy_finds_the_same_files(
    version: str, made_by: Callable[[str], Path], bpy_says: Says, tmp_path: Path
) -> None:
    folder = made_by(version)
    paths = [path for path in sorted(folder.glob("*.blend")) if path.stem not in ("no_camera", "strange")]
    copies = {path: tmp_path / "far" / "away" / path.name for path in paths}
    (tmp_path / "far" / "away").mkdir(parents=True)
    for path, copy in copies.items():
        assert rewrite_paths(str(path), str(copy), str(path)) > 0
    facts = bpy_says(paths + list(copies.values()))
    for path, copy in copies.items():
        here, there = facts[str(path)], facts[str(copy)]
        assert needed(here) == needed(there), path.name
        assert [item["outputs"] for item in here["items"]] == [item["outputs"] for item in there["items"]], path.name


def needed(facts: dict[str, Any]) -> list[tuple[str, str, list[str]]]:
    """What must be found again; a disk cache that is named after the .blend itself cannot be."""
    rows = [row for row in facts["assets"] if "/blendcache_" not in row["files"][0]]
    return sorted((row["kind"], row["owner"], row["files"]) for row in rows)


def test_a_broken_library_is_a_problem_and_the_rest_is_read(made_by: Callable[[str], Path], tmp_path: Path) -> None:
    shutil.copytree(made_by("4.5"), tmp_path / "show")
    middle = tmp_path / "show" / "libs" / "middle.blend"
    middle.write_bytes(middle.read_bytes()[:-1000])
    scene = read_scene(tmp_path / "show" / "linked.blend")
    assert (
        "The library middle.blend cannot be read."
        in [p for p in scene.problems if p.subject == "middle.blend"][0].message
    )
    assert not next(asset for asset in scene.assets if asset.owner == "middle.blend").missing


@needs_real
def test_the_comparison_sees_every_kind_of_difference(real_facts: dict[str, Any]) -> None:
    """A planted error in any fact is reported and no conversion explains it away."""
    path = next(path for path in REAL if "01_principled_material" in path.name)
    scene, facts = read_scene(path), real_facts[str(path)]
    assert not explain(list(differences(str(path), scene, facts)))[0]
    item, asset = scene.items[0], scene.assets[0]
    planted = [
        dataclasses.replace(scene, items=(dataclasses.replace(item, **{name: value}),))
        for name, value in (
            ("name", "x"), ("cameras", ()), ("frames", "1-2"), ("width", 1), ("height", 1), ("renderer", "x"),
            ("output", "/tmp/#####.png"), ("enabled", not item.enabled),
        )
    ]  # fmt: skip
    planted += [dataclasses.replace(scene, cameras=("x",)), dataclasses.replace(scene, frames="7")]
    planted += [dataclasses.replace(scene, fps=1.0), dataclasses.replace(scene, assets=scene.assets[1:])]
    for name, value in (("files", ("/x",)), ("missing", False), ("kind", "font"), ("owner", "x")):
        changed: Asset = dataclasses.replace(asset, **{name: value})
        planted.append(dataclasses.replace(scene, assets=(changed, *scene.assets[1:])))
    for wrong in planted:
        assert explain(list(differences(str(path), wrong, facts)))[0], wrong
