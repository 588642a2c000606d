"""The files that a Houdini scene needs."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from farmdeck.scene import Asset, Plugin, Scene, Severity
from farmdeck.scenes import read_scene

from tests.scenes.houdini.hip_writer import Node, write_hip


def scene(tmp_path: Path, *nodes: Node, extra: dict[str, bytes] | None = None) -> Scene:
    return read_scene(write_hip(tmp_path / "shot.hip", list(nodes), str(tmp_path / "job"), extra))


def test_textures_sequences_tiles_and_what_is_missing(tmp_path: Path) -> None:
    for name in ("tex/wall.1001.exr", "tex/wall.1002.exr", "geo/a.0001.bgeo.sc", "geo/a.0002.bgeo.sc", "job/one.rat"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    read = scene(
        tmp_path,
        Node("/mat/wood", "principledshader::2.0", {"basecolor_texture": "$HIP/tex/wall.%(UDIM)d.exr"}),
        Node("/mat/stone", "principledshader::2.0", {"basecolor_texture": "${JOB}/one.rat", "rough_texture": ""}),
        Node("/obj/geo1", "geo"),
        Node("/obj/geo1/in", "file", {"filemode": "read", "file": "$HIP/geo/a.$F4.bgeo.sc"}),
        Node("/obj/geo1/gone", "file", {"file": "$JOB/gone.`padzero(4,$F)`.abc"}),
    )
    assert read.assets == (
        Asset("${JOB}/one.rat", (f"{tmp_path}/job/one.rat",), False, "image", "/mat/stone"),
        Asset(
            "$HIP/tex/wall.%(UDIM)d.exr",
            (f"{tmp_path}/tex/wall.1001.exr", f"{tmp_path}/tex/wall.1002.exr"),
            False,
            "image",
            "/mat/wood",
        ),
        Asset("$JOB/gone.`padzero(4,$F)`.abc", (), True, "cache", "/obj/geo1/gone"),
        Asset(
            "$HIP/geo/a.$F4.bgeo.sc",
            (f"{tmp_path}/geo/a.0001.bgeo.sc", f"{tmp_path}/geo/a.0002.bgeo.sc"),
            False,
            "cache",
            "/obj/geo1/in",
        ),
    )
    assert [(problem.severity, problem.subject) for problem in read.problems] == [(Severity.ERROR, "/obj/geo1/gone")]


@pytest.mark.parametrize(
    ("kind", "parms"),
    [
        ("file", {"file": "op:/obj/geo1/x.bgeo"}),
        ("file", {"file": "opdef:/Sop/x?a.bgeo"}),
        ("file", {"file": "defcam.bgeo"}),
        ("file", {"file": "$HFS/houdini/geo/a.bgeo"}),
        ("file", {"file": "https://example.org/a.bgeo"}),
        ("file", {"file": "$HIP/out.bgeo", "filemode": "write"}),
        ("file", {"file": "$HIP/*.bgeo"}),
        ("attribwrangle", {"snippet": "// /tmp/a.exr\n@P = 1;"}),
        ("cop2net", {"rendergallerysource": "$HIP/a.exr"}),
        ("object_merge", {"objpath1": "/obj/geo2/OUT"}),
        ("rop_geometry", {"sopoutput": "$HIP/a.bgeo"}),
    ],
)
def test_what_is_no_file_to_send(tmp_path: Path, kind: str, parms: dict[str, object]) -> None:
    assert scene(tmp_path, Node("/obj/geo1", "geo"), Node("/obj/geo1/n", kind, parms)).assets == ()


def test_a_path_under_another_name_is_sent_when_it_is_there(tmp_path: Path) -> None:
    node = Node("/obj/geo1/n", "studio::thing", {"my_map": "$HIP/there.exr", "other": "$HIP/gone.exr"})
    (tmp_path / "there.exr").write_bytes(b"")
    read = scene(tmp_path, Node("/obj/geo1", "geo"), node)
    assert [(asset.missing, asset.optional) for asset in read.assets] == [(True, True), (False, True)]
    assert read.problems == ()


def test_what_is_bypassed_or_locked_is_optional(tmp_path: Path) -> None:
    gone = {"file": "$HIP/gone.bgeo"}
    read = scene(
        tmp_path,
        Node("/obj/geo1", "geo"),
        Node("/obj/geo1/a", "file", gone, flags="lock off bypass on"),
        Node("/obj/geo1/b", "file", gone, flags="lock hard bypass off"),
    )
    assert [(asset.missing, asset.optional) for asset in read.assets] == [(True, True), (True, True)]
    assert read.problems == ()


def test_paths_of_another_system_stay_as_they_are(tmp_path: Path) -> None:
    node = Node("/obj/geo1/n", "file", {"file": "//server/share/a b.bgeo"})
    drive = Node("/obj/geo1/o", "file", {"file": "C:/Users/x/a.$F4.abc"})
    read = scene(tmp_path, Node("/obj/geo1", "geo"), node, drive)
    assert [asset.missing for asset in read.assets] == [True, True]
    assert read.assets[0].files == ("//server/share/a b.bgeo",)


def test_what_only_houdini_can_expand_is_left_with_a_problem(tmp_path: Path) -> None:
    node = Node("/obj/geo1/n", "file", {"file": "$NOT_SET_HERE/a.bgeo"})
    read = scene(tmp_path, Node("/obj/geo1", "geo"), node)
    assert read.assets == (
        Asset("$NOT_SET_HERE/a.bgeo", ("$NOT_SET_HERE/a.bgeo",), True, "cache", "/obj/geo1/n", optional=True),
    )
    assert [(problem.severity, problem.subject) for problem in read.problems] == [(Severity.WARNING, "/obj/geo1/n")]
    assert "$NOT_SET_HERE" in read.problems[0].message


def test_a_path_that_another_node_holds(tmp_path: Path) -> None:
    (tmp_path / "a_v002.abc").write_bytes(b"")
    read = scene(
        tmp_path,
        Node("/obj/ctl", "null", {"where": "$HIP/a_v`padzero(3, ch('version'))`.abc", "version": 2}),
        Node("/obj/geo1", "geo"),
        Node("/obj/geo1/link", "alembic", {"fileName": '`chs("../../ctl/where")`'}),
        Node("/obj/geo1/expr", "alembic", {"fileName": ""}, {"fileName": 'chs("../../ctl/where")'}),
    )
    found = {asset.owner: asset for asset in read.assets}
    assert found["/obj/geo1/link"].files == found["/obj/ctl"].files == (f"{tmp_path}/a_v002.abc",)
    assert found["/obj/geo1/expr"].files == (f"{tmp_path}/a_v002.abc",)
    assert not any(asset.missing for asset in read.assets)


def test_what_keys_and_python_make_of_a_path(tmp_path: Path) -> None:
    """A curve is worth what it was when the scene was saved; Python is Houdini's."""
    names = {"keyed": "bezier()", "scripted": 'python "$HIP" + "/b.abc"'}
    nodes = [
        Node(f"/obj/geo1/{name}", "alembic", {"fileName": f"$HIP/{name}.abc"}, {"fileName": expression})
        for name, expression in names.items()
    ]
    read = scene(tmp_path, Node("/obj/geo1", "geo"), *nodes)
    assert [asset.files for asset in read.assets] == [(f"{tmp_path}/keyed.abc",), ('"$HIP" + "/b.abc"',)]
    assert [problem.subject for problem in read.problems] == ["/obj/geo1/scripted", "/obj/geo1/keyed"]


def test_a_cache_that_is_loaded_from_disk_is_needed(tmp_path: Path) -> None:
    (tmp_path / "c.0001.bgeo").write_bytes(b"")
    parms: dict[str, object] = {"sopoutput": "$HIP/c.$F4.bgeo", "file": "$HIP/unused.bgeo"}
    cache = Node("/obj/geo1/c", "filecache", {**parms, "loadfromdisk": "on"})
    written = Node("/obj/geo1/d", "filecache", {**parms, "loadfromdisk": "off"})
    read = scene(tmp_path, Node("/obj/geo1", "geo"), cache, written)
    assert [(asset.owner, asset.files) for asset in read.assets] == [("/obj/geo1/c", (f"{tmp_path}/c.0001.bgeo",))]


def test_digital_assets_and_their_libraries(tmp_path: Path) -> None:
    (tmp_path / "own.hda").write_bytes(b"")
    fallbacks = (
        b"labs::Sop/tree::2.0 C:/Labs/otls/tree.2.0.hda\nlabs::Sop/tree::2.0 otls/tree.2.0.hda\n"
        b"Sop/color C:/HFS/houdini/otls/OPlibSop.hda\nlabs::Sop/unused C:/Labs/otls/unused.hda\n"
    )
    nodes = [Node("/obj/geo1", "geo"), Node("/obj/geo1/t", "labs::tree::2.0"), Node("/obj/geo1/c", "color")]
    read = scene(tmp_path, *nodes, extra={".OPfallbacks": fallbacks, ".OPlibraries": b"$HIP/own.hda\n$HFS/a.hda\n"})
    assert read.plugins == (Plugin("labs::tree::2.0", "2.0"),)
    assert [(asset.kind, asset.owner, asset.missing, asset.optional) for asset in read.assets] == [
        ("hda", "labs::tree::2.0", True, True),
        ("hda", "libraries", False, True),
    ]
    assert [problem.subject for problem in read.problems] == ["labs::tree::2.0"]


def test_every_library_in_the_install_folder_is_houdinis_own(tmp_path: Path) -> None:
    fallbacks = (
        b"Vop/mtlximage C:/PROGRA~1/HOUDIN~1/houdini/otls/MaterialX.hda\nVop/mtlximage otls/MaterialX.hda\n"
        b"Sop/color C:/PROGRA~1/HOUDIN~1/houdini/otls/OPlibSop.hda\nstudio::Vop/map C:/PROGRA~1/HOUDIN~1.hda\n"
    )
    nodes = [Node("/mat/a", "mtlximage"), Node("/mat/b", "studio::map")]
    own = b"C:/PROGRA~1/HOUDIN~1/houdini/help/example.hda\n"
    read = scene(tmp_path, *nodes, extra={".OPfallbacks": fallbacks, ".OPlibraries": own})
    assert [plugin.name for plugin in read.plugins] == ["studio::map"]
    assert [(asset.owner, asset.path) for asset in read.assets] == [("studio::map", "C:/PROGRA~1/HOUDIN~1.hda")]


@pytest.mark.parametrize(
    ("installed", "owners"),
    [("D:/otls/maker.hda\n", ["studio::maker"]), ("D:/a.hda\nD:/b.hda\n", ["libraries", "libraries"])],
)
def test_a_type_from_the_one_library_that_the_scene_installs(tmp_path: Path, installed: str, owners: list[str]) -> None:
    extra = {".OPdummydefs": library({"studio::Sop/maker": b""}), ".OPlibraries": installed.encode()}
    read = scene(tmp_path, Node("/obj/geo1", "geo"), Node("/obj/geo1/m", "studio::maker"), extra=extra)
    assert [plugin.name for plugin in read.plugins] == ["studio::maker"]
    assert [asset.owner for asset in read.assets] == owners
    assert "hdas_embedded" not in read.details


def test_a_digital_asset_in_the_scene_itself(tmp_path: Path) -> None:
    script = b'name "dest"\n parmtag { "filechooser_mode" "write" }\n name "src"\n'
    raw = library({"studio::Sop/maker": script})
    node = Node("/obj/geo1/m", "studio::maker", {"dest": "$HIP/out.abc", "src": "$HIP/in.abc"})
    read = scene(tmp_path, Node("/obj/geo1", "geo"), node, extra={".OPdummydefs": raw})
    assert read.plugins == (Plugin("studio::maker", ""),)
    assert read.details["hdas_embedded"] == "studio::maker"
    assert [asset.path for asset in read.assets] == ["$HIP/in.abc"]


def library(sections: dict[str, bytes]) -> bytes:
    """A library with a section for each type."""
    table, at = b"", 0
    for name, data in sections.items():
        table += struct.pack(">I", len(name)) + name.encode() + struct.pack(">III", at, len(data), 0)
        at += len(data)
    return b"INDX" + b"\0" * 8 + struct.pack(">I", len(sections)) + table + b"".join(sections.values())


def test_usd_layers_are_followed_on_the_disk(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "set.usda").write_text("#usda 1.0\n( subLayers = [ @sub/trees.usda@, @./rocks.usd@ ] )\n")
    (tmp_path / "sub" / "trees.usda").write_text(
        '#usda 1.0\n def "a" ( references = @../set.usda@ ) { asset f = @@@leaf@2x.png@@@ asset g = @bark.tif@ }\n'
    )
    (tmp_path / "rocks.usd").write_bytes(b"PXR-USDC")
    (tmp_path / "sub" / "bark.tif").write_bytes(b"")
    read = scene(tmp_path, Node("/stage/load", "sublayer", {"filepath1": "$HIP/set.usda"}))
    assert {asset.path: (asset.kind, asset.missing) for asset in read.assets} == {
        "$HIP/set.usda": ("usd", False),
        "sub/trees.usda": ("usd", False),
        "./rocks.usd": ("usd", False),
        "../set.usda": ("usd", False),
        "leaf@2x.png": ("image", True),
        "bark.tif": ("image", False),
    }
    assert [problem.severity for problem in read.problems] == [Severity.NOTE]
    assert "rocks.usd" in read.problems[0].message
