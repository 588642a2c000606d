"""What a scene needs: every kind of file, found on the disk as Maya and the renderers find it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from farmdeck.scene import Asset, Scene
from farmdeck.scenes import read_scene

from tests.scenes.maya.conftest import Written
from tests.scenes.maya.mb_writer import to_mb

ARNOLD = 'select -ne :defaultRenderGlobals;\n\tsetAttr ".ren" -type "string" "arnold";\n'
ONE_OF_EACH = [
    ("file", "ftn", "tex/a.png", "image"),
    ("psdFileTex", "ftn", "tex/a.psd", "image"),
    ("imagePlane", "imn", "plates/a.jpg", "image"),
    ("audio", "f", "sound/a.wav", "sound"),
    ("gpuCache", "cfn", "cache/a.abc", "cache"),
    ("AlembicNode", "fn", "cache/b.abc", "cache"),
    ("aiImage", "filename", "tex/b.exr", "image"),
    ("aiStandIn", "dso", "ass/a.ass", "proxy"),
    ("aiVolume", "filename", "vdb/a.vdb", "volume"),
    ("aiPhotometricLight", "ai_filename", "ies/a.ies", "ies"),
    ("RedshiftNormalMap", "tex0", "tex/c.png", "image"),
    ("RedshiftProxyMesh", "fn", "rs/a.rs", "proxy"),
    ("RedshiftIESLight", "profile", "ies/b.ies", "ies"),
    ("RedshiftVolumeShape", "fn", "vdb/b.vdb", "volume"),
    ("VRayMesh", "fn", "vray/a.vrmesh", "proxy"),
    ("VRayLightIESShape", "iesFile", "ies/c.ies", "ies"),
    ("VRayScene", "FilePath", "vray/a.vrscene", "proxy"),
    ("PxrTexture", "filename", "tex/d.tex", "image"),
    ("PxrDomeLight", "lightColorMap", "tex/e.tex", "image"),
    ("RenderManArchive", "filename", "rib/a.rib", "archive"),
    ("mayaUsdProxyShape", "fp", "usd/a.usda", "usd"),
    ("pxrUsdReferenceAssembly", "fp", "usd/b.usda", "usd"),
    ("xgmPalette", "xfn", "shot__hair.xgen", "cache"),
    ("mesh", "dso", "ass/b.ass", "proxy"),
    ("someBifrostNode", "absoluteCacheName", "bif/a.bif", "cache"),
]


def scene_with(written: Written, text: str, *files: str) -> Scene:
    """The scene of a .ma, its files touched beside it."""
    path = written(text)
    for file in files:
        (path.parent / file).parent.mkdir(parents=True, exist_ok=True)
        (path.parent / file).touch()
    return read_scene(path)


def found(scene: Scene, owner: str) -> list[tuple[str, list[str], bool]]:
    """(as written, names of its files, missing) of a node's rows."""
    return [
        (row.path, [os.path.basename(file) for file in row.files], row.missing)
        for row in scene.assets
        if row.owner == owner
    ]


@pytest.mark.parametrize("kind, attribute, path, asset", ONE_OF_EACH, ids=[row[0] for row in ONE_OF_EACH])
def test_every_kind_of_node_is_known(kind: str, attribute: str, path: str, asset: str, written: Written) -> None:
    text = f'createNode {kind} -n "one";\n\tsetAttr ".{attribute}" -type "string" "{path}";'
    before = read_scene(written(text)).assets
    scene = scene_with(written, text, path)
    full = os.path.join(os.path.dirname(scene.file), path)
    assert scene.assets == (Asset(path, (full,), False, asset, "one"),)
    assert [row.missing for row in before] == [True]
    twin = Path(scene.file).with_suffix(".mb")
    needs = f'requires maya "2024";\nrequires -nodeType "{kind}" "plugin" "1.0";\n'
    twin.write_bytes(to_mb(needs + text))
    assert read_scene(twin).assets == scene.assets


def test_long_names_are_known_too(written: Written) -> None:
    scene = scene_with(written, 'createNode file -n "one";\n    setAttr ".fileTextureName" -type "string" "a.png";')
    assert [row.path for row in scene.assets] == ["a.png"]


@pytest.mark.parametrize(
    "lines, name, files, names",
    [
        ('setAttr ".uvt" 3;', "a.1002.png", ["a.1001.png", "a.1002.png", "a.7.png"], ["a.1001.png", "a.1002.png"]),
        ('setAttr ".uvt" 1;', "a_u0_v0.png", ["a_u0_v0.png", "a_u1_v0.png"], ["a_u0_v0.png", "a_u1_v0.png"]),
        ('setAttr ".uvt" 2;', "a.u1_v2.png", ["a.u1_v2.png"], ["a.u1_v2.png"]),
        ('setAttr ".uvt" 0;', "a.1001.png", ["a.1001.png", "a.1002.png"], ["a.1001.png"]),
        ('setAttr ".ufe" yes;', "a.0001.png", ["a.0001.png", "a.0002.png"], ["a.0001.png", "a.0002.png"]),
        ("", "a.<UDIM>.png", ["a.1011.png"], ["a.1011.png"]),
        ("", "a.####.png", ["a.0003.png"], ["a.0003.png"]),
    ],
)
def test_tiles_and_sequences(lines: str, name: str, files: list[str], names: list[str], written: Written) -> None:
    text = f'createNode file -n "one";\n\tsetAttr ".ftn" -type "string" "{name}";\n\t{lines}'
    assert found(scene_with(written, text, *files), "one") == [(name, names, False)]


def test_explicit_tiles_are_each_a_file(written: Written) -> None:
    text = (
        'createNode file -n "one";\n\tsetAttr ".ftn" -type "string" "a.png";\n\tsetAttr ".uvt" 4;\n'
        '\tsetAttr ".euvt[0].eutn" -type "string" "b.png";\n\tsetAttr ".euvt[1].eutn" -type "string" "c.png";'
    )
    assert [row.path for row in scene_with(written, text).assets] == ["a.png", "b.png", "c.png"]


def test_an_image_plane_may_be_a_texture_or_a_movie(written: Written) -> None:
    plane = 'createNode imagePlane -n "{}";\n\tsetAttr ".t" {};\n\tsetAttr ".imn" -type "string" "{}";\n'
    text = plane.format("texture", 1, "a.jpg") + plane.format("movie", 2, "clip12.mov") + '\tsetAttr ".ufe" yes;'
    scene = scene_with(written, text, "clip12.mov")
    assert not found(scene, "texture") and found(scene, "movie") == [("clip12.mov", ["clip12.mov"], False)]


def test_a_cache_is_all_files_of_its_name(written: Written) -> None:
    text = (
        'createNode cacheFile -n "cloth";\n\tsetAttr ".cn" -type "string" "clothShape1";\n'
        '\tsetAttr ".cp" -type "string" "cache/nCache/shot/";'
    )
    names = ["clothShape1.xml", "clothShape1Frame1.mcx", "otherShape.xml"]
    scene = scene_with(written, text, *(f"cache/nCache/shot/{name}" for name in names))
    assert found(scene, "cloth") == [("cache/nCache/shot/", names[:2], False)]
    assert read_scene(written(text, "elsewhere/shot.ma")).problems[0].subject == "cloth"


def test_yeti_reads_its_cache_when_told(written: Written) -> None:
    node = 'createNode pgYetiMaya -n "{}";\n\tsetAttr ".cacheFileName" -type "string" "fur.%04d.fur";\n'
    text = node.format("grown") + node.format("cached") + '\tsetAttr ".fileMode" 1;'
    scene = scene_with(written, text, "fur.0001.fur", "fur.0002.fur")
    assert not found(scene, "grown")
    assert found(scene, "cached") == [("fur.%04d.fur", ["fur.0001.fur", "fur.0002.fur"], False)]


def test_an_xgen_collection_names_more(written: Written) -> None:
    text = 'createNode xgmPalette -n "hair";\n\tsetAttr ".xfn" -type "string" "shot__hair.xgen";\n'
    path = written(text)
    folder = path.parent / "xgen" / "collections" / "hair" / "desc"
    folder.mkdir(parents=True)
    (folder / "length.ptx").touch()
    (path.parent / "shot__hair.abc").touch()
    (path.parent / "shot__hair.xgen").write_text(
        "Palette\n\tname\t\thair\n\txgDataPath\t\t${PROJECT}xgen/collections/hair;${HOME}/gone\n", encoding="utf-8"
    )
    scene = read_scene(path)
    assert [[os.path.basename(file) for file in row.files] for row in scene.assets] == [
        ["shot__hair.abc"], ["length.ptx"], ["shot__hair.xgen"],
    ]  # fmt: skip
    assert not scene.problems


def test_a_layer_without_a_camera_is_a_problem(written: Written) -> None:
    text = 'createNode camera -s -n "perspShape" -p "persp";\n\tsetAttr ".rnd" no;\n'
    (problem,) = read_scene(written(text)).problems
    assert problem.subject == "masterLayer" and "no camera" in problem.message


def test_arnold_reads_what_lies_beside(written: Written) -> None:
    text = 'createNode file -n "one";\n\tsetAttr ".ftn" -type "string" "tex/a.<UDIM>.png";\n'
    files = ["tex/a.1001.png", "tex/a.1001.tx"]
    assert len(scene_with(written, text, *files).assets) == 1
    rows = scene_with(written, text + ARNOLD, *files).assets
    assert [(row.path, row.optional) for row in rows] == [("tex/a.<UDIM>.png", False), ("tex/a.<UDIM>.tx", True)]


def test_a_color_config_counts_when_it_is_used(written: Written, tmp_path: Path) -> None:
    config = f'select -ne :defaultColorMgtGlobals;\n\tsetAttr ".cfp" -type "string" "{tmp_path}/studio.ocio";\n'
    assert not scene_with(written, config).assets
    scene = scene_with(written, config + '\tsetAttr ".cfe" yes;')
    assert [(row.kind, row.owner, row.missing) for row in scene.assets] == [("ocio", "defaultColorMgtGlobals", True)]
    assert scene.details["color_config"] == f"{tmp_path}/studio.ocio"


def test_variables_come_from_the_environment(written: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "a.png").touch()
    monkeypatch.setenv("FD_LIB", str(tmp_path / "lib"))
    monkeypatch.delenv("FD_UNSET", raising=False)
    node = 'createNode file -n "{}";\n\tsetAttr ".ftn" -type "string" "{}";\n'
    scene = read_scene(written(node.format("one", "$FD_LIB/a.png") + node.format("two", "${FD_UNSET}/a.png")))
    assert [(row.path, row.missing) for row in scene.assets] == [("$FD_LIB/a.png", False), ("${FD_UNSET}/a.png", True)]


def test_paths_of_another_system_stay_as_they_are(written: Written) -> None:
    node = 'createNode file -n "{}";\n\tsetAttr ".ftn" -type "string" "{}";\n'
    scene = read_scene(written(node.format("one", "C:\\\\tex\\\\a.png") + node.format("two", "//server/tex/a.png")))
    assert [row.files for row in scene.assets] == [("C:/tex/a.png",), ("//server/tex/a.png",)]
    assert [row.path for row in scene.assets] == ["C:\\tex\\a.png", "//server/tex/a.png"]


def test_a_project_that_moved_is_found_by_what_follows_two_slashes(show: Path) -> None:
    scene = show / "scenes" / "moved.ma"
    text = '//Maya ASCII 2024 scene\ncreateNode file -n "one";\n\tsetAttr ".ftn" -type "string" "D:/old//tex/a.png";\n'
    scene.write_text(text + "// End of moved.ma\n", encoding="utf-8")
    assert read_scene(scene).assets[0].files == ("D:/old/tex/a.png",)
    (show / "tex").mkdir()
    (show / "tex" / "a.png").touch()
    assert read_scene(scene).assets[0].files == (str(show / "tex" / "a.png"),)


def test_a_relative_path_is_looked_for_in_the_project_its_textures_and_beside(show: Path) -> None:
    scene = show / "scenes" / "relative.ma"
    text = (
        '//Maya ASCII 2024 scene\ncreateNode file -n "one";\n\tsetAttr ".ftn" -type "string" "a.png";\n// End of it\n'
    )
    scene.write_text(text, encoding="utf-8")
    for place in (show / "scenes", show / "tex", show):
        place.mkdir(exist_ok=True)
        (place / "a.png").touch()
        assert read_scene(scene).assets[0].files == (str(place / "a.png"),)


def test_names_that_two_nodes_have_are_told_apart(written: Written) -> None:
    shape = (
        'createNode transform -n "{0}";\ncreateNode gpuCache -n "shape" -p "{0}";\n'
        '\tsetAttr ".cfn" -type "string" "{0}.abc";\n'
    )
    scene = read_scene(written(shape.format("a") + shape.format("b")))
    assert [(row.owner, row.path) for row in scene.assets] == [("a|shape", "a.abc"), ("b|shape", "b.abc")]
