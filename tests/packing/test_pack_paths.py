"""Paths in packed .blend files: every kind of field leads to the packed file; what is right already is left alone."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from farmdeck._errors import Cancelled, SceneChanged, SceneError
from farmdeck.farm import Watch
from farmdeck.packing import copy_pack, in_place, make_pack
from farmdeck.packing._blend import renaming
from farmdeck.packing._layout import Layout
from farmdeck.scene import Scene
from farmdeck.scenes import read_scene
from farmdeck.scenes.blend import Patch, open_to_change, path_patches, rewrite_paths, write_patched
from farmdeck.submission import Submission, prepare, stamp

from tests.packing.conftest import contents, submission
from tests.scenes.conftest import DATA

CACHES = ("fur_000001_00.bphys", "ext_000001_00.bphys")


def make_files(scene: Scene, top: Path) -> None:
    """Everything that the scene names below `top`, each file with its own path in it; one is left missing."""
    for file in {file for asset in scene.assets for file in asset.files if file.startswith(str(top))}:
        path = Path(file)
        if path.name == "lost.wav":
            continue
        names = [path] if path.suffix and "blendcache" not in path.name else [path / name for name in CACHES]
        for name in names:
            name.parent.mkdir(parents=True, exist_ok=True)
            name.write_text(str(name.relative_to(top)))


def submitted(scene: Path) -> Submission:
    return prepare(read_scene(scene), output=str(scene.parent / "out"))


@pytest.mark.parametrize("absolute", [False, True], ids=["relative", "absolute"])
@pytest.mark.parametrize("folder", ["show/shots", "a {b}/c:d"])
@pytest.mark.parametrize("name", ["others_3.4_gzip", "strips_5.2_zstd", "textures_4.5_zstd"])
def test_every_kind_of_path_leads_to_its_packed_file(name: str, folder: str, absolute: bool, tmp_path: Path) -> None:
    here, far = tmp_path / folder, tmp_path / "far"
    here.mkdir(parents=True)
    scene = here / "shot.blend"
    if absolute:
        rewrite_paths(str(DATA / f"{name}.blend"), str(scene), str(scene))
    else:
        shutil.copy(DATA / f"{name}.blend", scene)
    make_files(read_scene(scene), tmp_path)
    for file in list(here.rglob("*.png"))[:1]:  # one of another folder moves the top of the project up
        (tmp_path / "elsewhere.png").write_bytes(file.read_bytes())
    wanted, before = submitted(scene), read_scene(scene)
    pack = make_pack(wanted, scene, tmp_path / "work", Watch())
    copy_pack(pack, far, Watch())
    packed = far / pack.scenes[0]
    after = read_scene(packed)
    places = Layout(wanted.scene.path, [file.path for file in wanted.files]).places
    for old, new in zip(before.assets, after.assets):
        assert (old.kind, old.owner, old.missing) == (new.kind, new.owner, new.missing)
        there = [str(far / places[file]) for file in old.files if file in places]
        assert [file for file in new.files if os.path.isfile(file)] == there
        if there:
            assert new.path.startswith("//")
        elif not absolute:
            assert new.path == old.path  # what is not there stays as it is written
    assert [item.output for item in before.items] != [] and len(before.assets) == len(after.assets)
    if not absolute and folder == "show/shots":
        assert packed.read_bytes() == scene.read_bytes()  # nothing to change: the very same file, for Shaman
    assert contents(far).keys() == {*places.values()}
    assert make_pack(wanted, scene, tmp_path / "work", Watch()) == pack  # with the same times


def test_a_library_s_paths_count_from_its_own_folder(tmp_path: Path) -> None:
    scene, library = tmp_path / "show" / "a" / "shot.blend", tmp_path / "show" / "lib" / "lib.blend"
    scene.parent.mkdir(parents=True)
    library.parent.mkdir()
    shutil.copy(DATA / "strips_5.2_zstd.blend", scene)
    with open_to_change(str(DATA / "textures_4.5_zstd.blend")) as blend:
        moved = path_patches(blend, lambda path: path.replace("//tex/", "//../t{e}x/"))
    write_patched(str(DATA / "textures_4.5_zstd.blend"), str(library), moved)
    make_files(read_scene(library), tmp_path)
    files = sorted(path for path in tmp_path.rglob("*") if path.is_file() and path != scene)
    wanted = replace(submitted(scene), files=tuple(stamp(str(path)) for path in files))
    before = library.read_bytes()
    pack = make_pack(wanted, scene, tmp_path / "work", Watch())
    copy_pack(pack, tmp_path / "far", Watch())
    assert library.read_bytes() == before
    images = {asset.owner: asset for asset in read_scene(tmp_path / "far" / "lib" / "lib.blend").assets}
    assert images["hull"].path == "//../t_e_x/hull.<UDIM>.png" and not images["hull"].missing
    assert images["smoke"].path == "//seq/smoke_0001.png" and not images["smoke"].missing


def test_further_copies_of_a_scene_have_its_point_caches_too(tmp_path: Path) -> None:
    scene = tmp_path / "show" / "shot.blend"
    scene.parent.mkdir()
    with open_to_change(str(DATA / "others_3.4_gzip.blend")) as blend:  # without a camera of its own
        no_camera = blend.with_number(blend.of_code(b"SC")[0], "camera", 0)
    assert no_camera is not None
    start, raw = no_camera
    write_patched(str(DATA / "others_3.4_gzip.blend"), str(scene), [Patch(start, start + len(raw), raw)])
    make_files(read_scene(scene), tmp_path)
    wanted = submitted(scene)
    parts = tuple(replace(wanted.parts[0], camera=camera) for camera in ("", "Cam", ""))
    pack = make_pack(replace(wanted, parts=parts), scene, tmp_path / "work", Watch())
    assert pack.scenes == ("shot.blend", "shot.part2.blend", "shot.blend")
    caches = [file.path for file in pack.files if "blendcache" in file.path]
    assert caches == ["blendcache_shot.part2/fur_000001_00.bphys", "blendcache_shot/fur_000001_00.bphys"]


def test_a_camera_that_the_file_does_not_have_is_named(tmp_path: Path) -> None:
    scene = tmp_path / "shot.blend"
    shutil.copy(DATA / "others_3.4_gzip.blend", scene)
    wanted = submitted(scene)
    parts = (replace(wanted.parts[0], camera="Other"),)
    with pytest.raises(SceneError, match='no camera "Other"'):
        make_pack(replace(wanted, parts=parts), scene, tmp_path / "work", Watch())


@pytest.mark.parametrize(
    "path, new",
    [
        ("D:\\show\\tex\\a.png", "//../../tex/a.png"),
        ("d:/SHOW/tex/hull.<UDIM>.png", "//../../tex/hull.<UDIM>.png"),
        ("//..\\..\\tex\\a.png", None),
        ("\\\\server\\lib\\wood.png", "//../../elsewhere/server/lib/wood.png"),
        ("E:\\caches\\", "//../../elsewhere/E/caches/"),
        ("D:\\show\\shots\\s1\\bake", "//bake"),
        ("//bake\\", None),
        ("D:\\show\\tex\\missing.png", None),
        ("//..\\..\\..\\render\\", None),
        ("<builtin>", None),
    ],
)
def test_windows_paths(path: str, new: str | None) -> None:
    files = ["D:\\show\\tex\\a.png", "D:\\show\\tex\\hull.1001.png", "D:\\show\\shots\\s1\\bake\\x.vdb"]
    layout = Layout("D:\\show\\shots\\s1\\s.blend", [*files, "\\\\server\\lib\\wood.png", "E:\\caches\\x.vdb"])
    found = renaming(layout, "D:/show/shots/s1", "shots/s1/s.blend")(path)
    assert found == new


def test_other_applications_scenes_keep_their_layout_and_say_where_all_went(tmp_path: Path) -> None:
    project = tmp_path / "project"
    files = [project / "sourceimages" / "a.png", project / "cache" / "b.abc"]
    scene = project / "scenes" / "s.ma"
    for file in [scene, *files]:
        file.parent.mkdir(parents=True)
        file.write_text(file.name)
    snapshot = scene.with_name("s.farmdeck-abc.ma")
    shutil.copy(scene, snapshot)
    wanted = submission(scene, files)
    pack = make_pack(wanted, snapshot, tmp_path / "work", Watch())
    assert [file.path for file in pack.files] == ["cache/b.abc", "scenes/s.ma", "sourceimages/a.png"]
    assert pack.scenes == ("scenes/s.ma",)
    assert dict(pack.maps) == {str(project / name): name for name in ("scenes", "cache", "sourceimages")}
    assert in_place(wanted, snapshot) == []
    assert in_place(wanted, tmp_path / "s.ma") != []


def test_a_file_that_changed_after_submit_is_named(tmp_path: Path) -> None:
    scene, file = tmp_path / "s.ma", tmp_path / "a.png"
    scene.write_text("//Maya")
    file.write_text("a")
    wanted = submission(scene, [file])
    file.write_text("another")
    with pytest.raises(SceneChanged, match="a.png changed after Submit"):
        make_pack(wanted, scene, tmp_path / "work", Watch())


def test_packing_can_be_stopped(tmp_path: Path) -> None:
    scene = tmp_path / "shot.blend"
    shutil.copy(DATA / "textures_4.5_zstd.blend", scene)
    watch = Watch()
    watch.cancel()
    with pytest.raises(Cancelled):
        make_pack(submitted(scene), scene, tmp_path / "work", watch)
    assert not (tmp_path / "work").exists()


def test_a_scene_that_is_right_can_be_rendered_in_place(tmp_path: Path) -> None:
    scene = tmp_path / "shot.blend"
    shutil.copy(DATA / "textures_4.5_zstd.blend", scene)
    make_files(read_scene(scene), tmp_path)
    snapshot = scene.with_name("shot.farmdeck-x.blend")
    shutil.copy(scene, snapshot)
    assert in_place(submitted(scene), snapshot) == []
    far = tmp_path / "far"
    far.mkdir()
    rewrite_paths(str(scene), str(far / snapshot.name), str(scene))
    [moved, absolute] = in_place(submitted(scene), far / snapshot.name)
    assert moved == f"{far} is not where shot.blend belongs."
    assert absolute.startswith("shot.farmdeck-x.blend names files by absolute paths")


def test_what_was_packed_with_zstd_is_again(tmp_path: Path) -> None:
    here, there = DATA / "textures_4.5_zstd.blend", tmp_path / "copy.blend"
    rewrite_paths(str(here), str(there), "/show/s.blend")
    assert there.read_bytes()[:4] == here.read_bytes()[:4]
    assert there.stat().st_size < 1.2 * here.stat().st_size
    first = there.read_bytes()
    rewrite_paths(str(here), str(there), "/show/s.blend")
    assert there.read_bytes() == first
