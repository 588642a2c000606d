"""The adapter tells of an open scene what is in it, and what the reader of .blend files says of the same file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from farmdeck.documents import from_plain
from farmdeck.scene import Asset, Scene
from farmdeck.scenes import read_scene

from tests.blender.blenders import REPO, VERSIONS, blender
from tests.scenes.blend_compare import Difference, explain

SHARED = REPO.parent / "shared" / "scenes" / "blend"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_scene_with_everything(version: str, bundle: Path, tmp_path: Path) -> None:
    folder = tmp_path / "shot"
    folder.mkdir()
    said = blender(version).run("build_scene", tmp_path, bundle=bundle, folder=folder)
    scene = from_plain(Scene, said["scene"])
    assert scene.file == str(folder / "shot.blend")
    assert scene.software.version == version
    assert (scene.frames, scene.cameras) == ("1001-1010x3", ("camA", "camB"))
    assert scene.fps == pytest.approx(24 / 1.001)
    beauty, fog, titles = scene.items
    assert beauty.name == "Shot/beauty" and beauty.address == ("Shot", "beauty") and beauty.kind == "view_layer"
    assert set(beauty.cameras) == {"camA", "camB"}
    assert (beauty.width, beauty.height, beauty.renderer) == (960, 540, "CYCLES")
    assert beauty.output == str(folder / "out/v1/shot_###_x.exr")
    assert (beauty.enabled, fog.enabled, titles.enabled) == (True, False, True)
    assert (titles.name, titles.frames, titles.cameras) == ("Titles/ViewLayer", "7", ())
    assert titles.output == "/somewhere/titles/####.jpg"
    assert 'The scene "Titles" has no camera, so nothing can be rendered.' in [p.message for p in scene.problems]
    check_assets({asset.owner: asset for asset in scene.assets}, folder)
    assert list(differences(scene.file, read_scene(scene.file), scene)) == []


def check_assets(found: dict[str, Asset], folder: Path) -> None:
    assert found["gone.png"].missing and found["gone.png"].files == (str(folder / "tex/gone.png"),)
    hull = found["hull.exr"]
    assert hull.missing and hull.files == tuple(str(folder / f"tex/hull.{number}.exr") for number in (1001, 1002))
    plate = found["plate.0001.png"]
    assert plate.missing, "frame 6 is asked for: offset 2, length 4"
    assert plate.files == tuple(str(folder / f"plate/plate.{number:04d}.png") for number in range(1, 7))
    assert found["label.png"].files == (str(folder / "lib/tex/label.png"),) and not found["label.png"].missing
    assert found["props.blend"].kind == "library" and not found["props.blend"].missing
    assert {found["notes"].kind, found["beep.wav"].kind} == {"text", "sound"}


def test_the_shared_files_as_the_reader_has_them(bundle: Path, tmp_path: Path) -> None:
    files = sorted(SHARED.glob("*.blend"))
    if not files:
        pytest.skip("../shared/scenes/blend is not there")
    said = blender("4.5").run("read_files", tmp_path, bundle=bundle, files=[str(file) for file in files])
    found = []
    for path, result in said.items():
        if "error" not in result:
            found.extend(differences(path, read_scene(path), from_plain(Scene, result["scene"])))
    assert sum("error" not in result for result in said.values()) > 30
    left, _ = explain(found)
    assert [str(difference) for difference in left] == []


def differences(path: str, file: Scene, opened: Scene) -> Iterator[Difference]:
    """What the file's reader and the open scene's adapter say differently."""
    major, _, minor = file.software.version.partition(".")

    def differ(what: str, subject: str, ours: Any, theirs: Any) -> Iterator[Difference]:
        if ours != theirs:
            yield Difference(path, (int(major), int(minor)), what, subject, ours, theirs)

    for what in ("file", "software", "cameras", "frames", "fps"):
        yield from differ(what, path, getattr(file, what), getattr(opened, what))
    yield from differ("items", path, [item.name for item in file.items], [item.name for item in opened.items])
    for ours, theirs in zip(file.items, opened.items):
        for what in ("address", "cameras", "frames", "width", "height", "renderer", "output", "enabled"):
            yield from differ(what, ours.name, getattr(ours, what), getattr(theirs, what))
    yield from differ("assets", path, rows(file), rows(opened))


def rows(scene: Scene) -> list[tuple[Any, ...]]:
    """A library's path is made relative to the open file while it loads, so its files alone count."""
    return sorted(
        ("" if a.kind == "library" else a.path.replace("\\", "/"), a.kind, a.owner, a.missing, *sorted(a.files))
        for a in scene.assets
    )


@pytest.mark.parametrize("version", ["3.4", "4.5"])
def test_no_turn_reads_more_than_its_share(version: str, bundle: Path, tmp_path: Path) -> None:
    said = blender(version).run("many_blocks", tmp_path, bundle=bundle, objects=12_000, images=300)
    assert said["turns"] >= 300 + 12_000 + 12_000 // 500, "an image, an object at a time; 500 objects for their type"
    assert said["dirty"][0] == said["dirty"][1]
    assert said["error"] == "ReferenceError", "a deleted data-block ends the reading; it does not crash it"
    print(f"longest stretch with {version}: {said['longest_ms']:.1f} ms in {said['turns']} turns")
