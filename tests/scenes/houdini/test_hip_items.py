"""Render nodes of small scenes: what they render, through what, at which size, after which others."""

from __future__ import annotations

from pathlib import Path

import pytest
from farmdeck.scene import RenderItem, Scene, Severity
from farmdeck.scenes import read_scene

from tests.scenes.houdini.hip_writer import Node, write_hip

CAMERA = Node("/obj/cam1", "cam", {"res": (1920, 800), "aspect": 2})
MANTRA = {
    "trange": "normal", "f": (1, 240, 2), "camera": "/obj/cam1", "take": "_current_",
    "vm_picture": "$HIP/render/$SHOW/$HIPNAME.$OS.$F4.exr",
}  # fmt: skip


def scene(tmp_path: Path, *nodes: Node) -> Scene:
    return read_scene(write_hip(tmp_path / "shot.hip", [CAMERA, *nodes]))


def item(tmp_path: Path, *nodes: Node) -> RenderItem:
    """The item of the last node."""
    found = scene(tmp_path, *nodes).item(nodes[-1].path)
    assert found is not None
    return found


def test_a_mantra_node(tmp_path: Path) -> None:
    read = scene(tmp_path, Node("/out/mantra1", "ifd", MANTRA))
    assert read.items == (
        RenderItem(
            name="/out/mantra1",
            kind="rop",
            address=("/out/mantra1",),
            cameras=("/obj/cam1",),
            frames="1-240x2",
            width=1920,
            height=800,
            renderer="ifd",
            output=f"{tmp_path}/render/sh/shot.mantra1.####.exr",
            enabled=True,
            pixel_aspect=2.0,
        ),
    )
    assert (read.software.version, read.frames, read.fps, read.cameras) == ("20.5.1", "1-240", 24.0, ("/obj/cam1",))
    assert read.variables == {
        "HIP": str(tmp_path), "HIPNAME": "shot", "HIPFILE": str(tmp_path / "shot.hip"), "JOB": "/job", "SHOW": "sh",
    }  # fmt: skip
    assert read.details == {"licence": "Commercial"}


@pytest.mark.parametrize(
    ("kind", "parms", "pixels"),
    [
        ("ifd", {"override_camerares": "off", "res_fraction": "0.5"}, (1920, 800)),
        ("ifd", {"override_camerares": "on", "res_fraction": "0.5"}, (960, 400)),
        ("ifd", {"override_camerares": "on", "res_fraction": "0.3333333"}, (640, 267)),
        ("ifd", {"override_camerares": "on", "res_fraction": "specific", "res_override": (64, 32)}, (64, 32)),
        ("karma", {"resolution": (640, 480)}, (640, 480)),
        ("opengl", {"tres": "on", "res": (300, 200)}, (300, 200)),
        ("Redshift_ROP", {"RS_overrideCameraRes": "on", "RS_overrideResScale": "4"}, (960, 400)),
        ("Redshift_ROP", {"RS_overrideCameraRes": "on", "RS_overrideResScale": "7", "RS_overrideRes": (9, 8)}, (9, 8)),
        ("usdrender", {"override_res": "specific", "res_user": (12, 10)}, (12, 10)),
        ("usdrender", {"override_res": "scale", "res_scale": 50}, (640, 360)),
    ],
)
def test_the_size_of_its_pictures(tmp_path: Path, kind: str, parms: dict[str, object], pixels: tuple[int, int]) -> None:
    cameras = {"camera": "/obj/cam1", "RS_renderCamera": "../../obj/cam1"}
    found = item(tmp_path, Node("/out/r", kind, {**cameras, **parms}))
    assert (found.width, found.height) == pixels


@pytest.mark.parametrize(
    ("parms", "channels", "frames"),
    [
        ({"trange": "off", "f": (5, 9, 1)}, {}, "4"),
        ({"trange": "on", "f": (5, 9, 1)}, {}, "5-9"),
        ({"trange": "normal", "f": (0, 0, 1)}, {"f1": "$FSTART", "f2": "$FEND"}, "1-240"),
        ({"trange": "normal", "f": (7, 7, 1)}, {"f1": "nothing_of_ours()", "f2": "$RFEND/2"}, "7-120"),
        ({"trange": "normal", "f": (9, 9, 1)}, {"f2": 'ch("f1")+ch("../q/extra")'}, "9-12"),
        ({"trange": "stage", "f": (5, 9, 1)}, {}, "1-240"),
    ],
)
def test_the_range_it_renders(tmp_path: Path, parms: dict[str, object], channels: dict[str, str], frames: str) -> None:
    found = item(tmp_path, Node("/out/q", "null", {"extra": 3}), Node("/out/r", "ifd", {**MANTRA, **parms}, channels))
    assert found.frames == frames


def test_render_nodes_wherever_they_live(tmp_path: Path) -> None:
    read = scene(
        tmp_path,
        Node("/out/sub", "subnet"),
        Node("/out/sub/deep", "arnold", {"ar_picture": "/r/a.$F4.exr", "camera": "/obj/cam1"}),
        Node("/obj/geo1", "geo"),
        Node("/obj/geo1/save", "rop_geometry::2.0", {"sopoutput": "$HIP/g.$F.bgeo.sc"}),
        Node("/obj/geo1/merge", "merge"),
        Node("/obj/ropnet1", "ropnet"),
        Node("/obj/ropnet1/own", "studio::shot_render::1.2", {"picture": "/r/o.exr"}),
        Node("/stage/karma1", "usdrender_rop", {"outputimage": "/r/u.$F4.exr", "override_camera": "/cams/a"}),
    )
    kinds = [(found.name, found.renderer, found.enabled) for found in read.items]
    assert kinds == [
        ("/obj/geo1/save", "rop_geometry", False),
        ("/obj/ropnet1/own", "shot_render", True),
        ("/out/sub", "subnet", False),
        ("/out/sub/deep", "arnold", True),
        ("/stage/karma1", "usdrender_rop", True),
    ]
    assert read.items[-1].cameras == ("/cams/a",)
    assert read.items[0].output == f"{tmp_path}/g.#.bgeo.sc"


def test_what_does_not_render_by_itself(tmp_path: Path) -> None:
    def enabled(flags: str, parents: str = "lock off bypass off", **parms: object) -> bool:
        sub = Node("/out/sub", "subnet", flags=parents)
        return item(tmp_path, sub, Node("/out/sub/m", "ifd", {**MANTRA, **parms}, flags=flags)).enabled

    assert enabled("lock off bypass off")
    assert not enabled("lock off bypass on")
    assert not enabled("lock on bypass off")
    assert not enabled("lock off bypass off", parents="lock off bypass on")
    assert not enabled("lock off bypass off", soho_outputmode="1", soho_diskfile="$HIP/a.$F4.ifd")


def test_a_scene_description_is_what_an_exporting_node_writes(tmp_path: Path) -> None:
    parms = {**MANTRA, "soho_outputmode": "1", "soho_diskfile": "$HIP/a.$F4.ifd"}
    assert item(tmp_path, Node("/out/m", "ifd", parms)).output == f"{tmp_path}/a.####.ifd"


def test_mplay_is_no_file(tmp_path: Path) -> None:
    assert item(tmp_path, Node("/out/m", "ifd", {**MANTRA, "vm_picture": "ip"})).output == ""


def test_further_pictures_have_patterns_of_their_own(tmp_path: Path) -> None:
    planes = {
        "vm_numaux": 3, "vm_usefile_plane1": "on", "vm_filename_plane1": "$HIP/z.$F4.exr", "vm_usefile_plane2": "off",
        "vm_filename_plane2": "$HIP/no.exr", "vm_usefile_plane3": "on", "vm_filename_plane3": "$HIP/a.$F4.exr",
    }  # fmt: skip
    found = item(tmp_path, Node("/out/m", "ifd", {**MANTRA, **planes}))
    assert found.outputs == (f"{tmp_path}/a.####.exr", f"{tmp_path}/z.####.exr")


def test_a_parameter_is_no_part_of_another_that_is_no_tuple(tmp_path: Path) -> None:
    planes = {"vm_numaux": 1, "vm_usefile_plane1": "on", "vm_filename_plane": "$HIP/z.$F4.exr"}
    assert item(tmp_path, Node("/out/m", "ifd", {**MANTRA, **planes})).outputs == ()


def test_the_chain(tmp_path: Path) -> None:
    read = scene(
        tmp_path,
        Node("/out/sim", "geometry", {"sopoutput": "$HIP/s.$F4.bgeo"}),
        Node("/out/a", "ifd", MANTRA, inputs=("sim",)),
        Node("/out/b", "ifd", MANTRA, inputs=("sim",)),
        Node("/out/both", "merge", inputs=("b", "nothing", "a")),
        Node("/out/last", "ifd", MANTRA, inputs=("both", "a")),
        Node("/out/group", "subnet", inputs=("both",)),
        Node("/out/group/inside", "ifd", MANTRA),
        Node("/out/wedge", "wedge", {"driver": "../last"}, inputs=("group",)),
        Node("/out/again", "fetch", {"source": "/out/wedge"}),
    )
    needs = {found.name.rpartition("/")[2]: found.needs for found in read.items}
    assert needs["last"] == ("/out/b", "/out/a")
    assert needs["a"] == ("/out/sim",)
    assert needs["both"] == ("/out/b", "/out/a")
    assert needs["group"] == ("/out/b", "/out/a")
    assert needs["wedge"] == ("/out/last", "/out/group/inside", "/out/b", "/out/a")
    assert needs["again"] == ("/out/wedge",)
    again = read.item("/out/again")
    assert again is not None
    assert (again.frames, again.cameras, again.enabled) == ("1-240x2", ("/obj/cam1",), False)
    assert again.output.endswith("shot.last.####.exr")


def test_circles_end(tmp_path: Path) -> None:
    read = scene(
        tmp_path,
        Node("/out/a", "fetch", {"source": "/out/b"}, inputs=("m",)),
        Node("/out/b", "fetch", {"source": "/out/a"}),
        Node("/out/m", "merge", inputs=("m", "n")),
        Node("/out/n", "merge", inputs=("m", "a")),
        Node("/out/none", "fetch", {"source": "/out/gone"}),
    )
    assert [found.needs for found in read.items] == [("/out/b",), ("/out/a",), ("/out/a",), ("/out/a",), ()]
    assert [problem.message for problem in read.problems] == [
        "It renders /out/b, which leads back to it.",
        "It renders /out/a, which leads back to it.",
        "It renders /out/gone, which is not found: it is gone, or inside a digital asset.",
    ]


def test_a_usd_render_asks_the_nearest_settings_node(tmp_path: Path) -> None:
    read = scene(
        tmp_path,
        Node("/stage/far", "karmarenderproperties", {"camera": "/cams/far", "picture": "/r/far.exr"}),
        Node(
            "/stage/near", "karmarenderproperties",
            {"camera": "/cams/near", "picture": "$HIP/$OS.$F4.exr", "resolution": (2048, 858),
             "res_mode": "autoheight"},
            inputs=("far",),
        ),
        Node("/stage/light", "light", inputs=("near",)),
        Node("/stage/rop", "usdrender_rop", {"trange": "off", "loppath": "", "outputimage": ""}, inputs=("light",)),
        Node("/out/usd", "usdrender", {"loppath": "/stage/light", "outputimage": "/r/own.exr"}),
    )  # fmt: skip
    rop, usd = read.item("/stage/rop"), read.item("/out/usd")
    assert rop is not None
    assert usd is not None
    assert (rop.cameras, rop.width, rop.height) == (("/cams/near",), 2048, 858)
    assert rop.output == f"{tmp_path}/near.####.exr"
    assert (usd.output, usd.cameras) == ("/r/own.exr", ("/cams/near",))
    notes = [problem.subject for problem in read.problems if problem.severity is Severity.NOTE]
    assert sorted(notes) == ["/out/usd", "/stage/rop"]


def test_a_file_cache_writes_where_its_expression_says(tmp_path: Path) -> None:
    path_of = (
        '{\n    if(ch(\'filemethod\')) { return chs("file"); }\n    else { return chs("dir") + "/" + chs("name"); }\n}'
    )
    parms: dict[str, object] = {
        "filemethod": "constructed", "file": "$HIP/x.bgeo", "version": 3, "sopoutput": "", "loadfromdisk": "off",
        "dir": "$HIP/geo", "name": '$OS_`ifs(1, "v"+padzero(3, ch("version")), "")`.`fpadzero(4, 0, ch("frame"))`.bgeo',
        "frame": 0, "trange": "normal", "f": (1, 10, 1),
    }  # fmt: skip
    frame = "{\n n = $T * $FPS + 1;\n n -= 5;\n n += 5;\n return n;\n}"
    parms["name"] = str(parms["name"]).replace("$OS_", "${OS}_")
    cache = Node("/obj/geo1/sim", "filecache::2.0", parms, {"sopoutput": path_of, "frame": frame})
    found = item(tmp_path, Node("/obj/geo1", "geo"), cache)
    assert found.output == f"{tmp_path}/geo/sim_v003.####.bgeo"
    assert found.frames == "1-10"


def test_what_only_houdini_can_work_out_is_said(tmp_path: Path) -> None:
    read = scene(tmp_path, Node("/out/m", "ifd", {**MANTRA, "vm_picture": '$HIP/`pythonexprs("1")`.exr'}))
    assert read.items[0].output == '$HIP/`pythonexprs("1")`.exr'
    assert [problem.severity for problem in read.problems] == [Severity.WARNING]
    assert "pythonexprs" in read.problems[0].message


def test_a_take_and_a_camera_that_is_not_there_are_said(tmp_path: Path) -> None:
    read = scene(tmp_path, Node("/out/m", "ifd", {**MANTRA, "take": "hero", "camera": "/obj/gone"}))
    assert read.items[0].take == "hero"
    assert sorted(problem.message.split()[-1] for problem in read.problems) == ["here.", "scene."]


def test_takes_are_listed(tmp_path: Path) -> None:
    raw = b"HoudiniTakeFile 1.0\ntake name Main kids 1\n\0\0\0\2e\ntake name grid kids 0\n\0\0\0\2e\n"
    path = write_hip(tmp_path / "shot.hip", [CAMERA], extra={".takes": raw})
    assert read_scene(path).details["takes"] == "Main,grid"


def test_task_networks_with_work_in_them_are_noted(tmp_path: Path) -> None:
    read = scene(
        tmp_path,
        Node("/tasks/topnet1", "topnet"),
        Node("/tasks/topnet1/localscheduler", "localscheduler"),
        Node("/obj/work", "topnet", {"taskgraphfile": "$HIP/a.json"}),
        Node("/obj/work/fetch", "ropfetch", {"file": "$HIP/in.json"}),
    )
    assert [problem.subject for problem in read.problems] == ["/obj/work"]
    assert (read.items, read.assets) == ((), ())
