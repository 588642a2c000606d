"""One small shot with everything in it that the real samples do not have: render nodes of all kinds, wired."""

from __future__ import annotations

from pathlib import Path

from .hip_parser import read_members
from .small_hips import N, write_hip

RANGE = {"f": ("1", "240", "1"), "trange": "normal", "take": "_current_"}
SCENE_RANGE = {"f1": "$FSTART", "f2": "$FEND"}

RIG = """
{
    name    studio::rig::2.1
    parm {
        name    "rest"
        label   "Rest"
        type    file
        default { "" }
        parmtag { "filechooser_mode" "read" }
    }
    parm {
        name    "export"
        label   "Export"
        type    file
        default { "" }
        parmtag { "filechooser_mode" "write" }
    }
}
"""


def write_shot(folder: Path, name: str = "shot.hip") -> Path:
    """The scene in `folder`, and some of the files that it needs; 10 seconds at 24, saved at frame 1."""
    for file in ("geo/sim.0001.bgeo.sc", "tex/wood.1001.exr", "tex/wood.1002.exr", "usd/grain.png"):
        (folder / file).parent.mkdir(exist_ok=True)
        (folder / file).write_bytes(b"1")
    (folder / "usd" / "set.usda").write_text("#usda 1.0\n(subLayers = [@./props.usda@])\n", "utf-8")
    (folder / "usd" / "props.usda").write_text('#usda 1.0\ndef "P" { asset file = @grain.png@ }\n', "utf-8")
    libraries = {"studio::Object/rig::2.1": str(folder / "rig.hda").replace("\\", "/")}
    return write_hip(
        folder / name,
        {"obj": _objects(), "out": _rops(), "stage": _stage(), "tasks": _tasks()},
        variables={"SHOW": "/jobs/høst", "JOB": "/jobs/show"},
        libraries=libraries,
        scripts={"studio::Object/rig::2.1": RIG},
    )


def limited(path: Path, mark: str) -> Path:
    """The same scene as Houdini Indie (`HouLC`) or Apprentice (`HouNC`) saves it: marks, and no sizes."""
    members = dict(read_members(path.read_bytes()))
    ends = {"HouLC": "LIMITED_COMMERCIAL_FILE!!!", "HouNC": "NON_COMMERCIAL_FILE!!!"}
    members[ends[mark]] = b""
    other = path.with_suffix(".hiplc" if mark == "HouLC" else ".hipnc")
    heads = (f"{mark}\x1a{'0' * 28}{name}\0".encode() + data for name, data in members.items())
    other.write_bytes(b"".join(heads))
    return other


def _objects() -> dict[str, N]:
    files = {
        "sim": N("file", {"filemode": "read", "file": "$HIP/geo/sim.$F4.bgeo.sc"}),
        "written": N("file", {"filemode": "write", "file": "$HIP/geo/out.$F4.bgeo.sc"}),
        "lost": N("file", {"filemode": "read", "file": "$SHOW/geo/lost.bgeo.sc"}),
        "unset": N("file", {"filemode": "read", "file": "$NOBODY_SET_THIS/a.bgeo"}),
        "other": N("file", {"filemode": "read", "file": "op:/obj/cam1"}),
        "linked": N("file", {"filemode": "read", "file": "x"}, expressions={"file": 'chs("../sim/file")'}),
        "python": N("file", {"filemode": "read", "file": "`details(0, 'path')`/a.bgeo"}),
        "windows": N("file", {"filemode": "read", "file": "C:\\studio\\geo\\a.bgeo"}),
        "cache": N("rop_geometry", {**RANGE, "sopoutput": "$HIP/geo/$OS.$F.bgeo.sc"}, ["sim"]),
    }
    shader = N("principledshader::2.0", {"basecolor_texture": "$HIP/tex/wood.<UDIM>.exr"})
    return {
        "cam1": N("cam", {"res": ("1920", "1080"), "aspect": "1"}),
        "cam2": N("cam", {"res": ("2048", "858"), "aspect": "2"}),
        "geo1": N("geo", children=files),
        "abc": N(
            "alembicarchive", children={"x": N("alembicxform", children={"cam": N("cam", {"res": ("64", "36")})})}
        ),
        "mats": N("matnet", children={"wood": shader}),
        "rig1": N("studio::rig::2.1", {"rest": "$HIP/geo/rest.abc", "export": "$HIP/geo/export.abc"}),
    }


def _rops() -> dict[str, N]:
    half = {"override_camerares": "on", "res_fraction": "0.5", "res_override": ("640", "360")}
    own = {"override_camerares": "on", "res_fraction": "specific", "res_override": ("640", "360")}
    mantra = {**RANGE, "camera": "/obj/cam1", "vm_picture": "$HIP/render/$HIPNAME.$OS.$F4.exr"}
    redshift = {**RANGE, "RS_renderCamera": "/obj/cam2", "RS_outputFileNamePrefix": "$JOB/rs/$OS.$F4.exr"}
    ris = {"ri_displays": "2", "ri_display_0": "$HIP/r/$OS.$F4.exr", "ri_display_1": "$HIP/r/$OS.id.$F4.exr"}
    return {
        "sim": N("geometry", {**RANGE, "sopoutput": "$HIP/geo/$OS.$F.bgeo.sc"}, expressions=SCENE_RANGE),
        "hub": N("merge", {}, ["sim", "fetch1"]),
        "mantra1": N("ifd", {**mantra, **half}, ["hub"], expressions=SCENE_RANGE),
        "still": N("ifd", {**mantra, "trange": "off"}),
        "muted": N("ifd", mantra, bypass=True),
        "ifds": N("ifd", {**mantra, "soho_outputmode": "1", "soho_diskfile": "$HIP/ifd/$F4.ifd"}),
        "shadow": N("ifd", {**mantra, **own, "take": "shadows"}),
        "mplay": N("ifd", {**mantra, "vm_picture": "ip"}),
        "arnold1": N("arnold", {**RANGE, "camera": "/obj/gone", "ar_picture": "`strcat($HIP,'/a/')`b.$F4.exr"}),
        "rs": N("Redshift_ROP", redshift, ["mantra1"]),
        "prman": N("ris::3.0", {**RANGE, **ris, "camera": "../cam9"}),
        "keyed": N(
            "ifd", {**mantra, "vm_picture": "/old.0001.exr"}, expressions={"vm_picture": '"$HIP/k/$OS.$F4.exr"'}
        ),
        "fetch1": N("fetch", {"source": "/obj/geo1/cache"}),
        "wedge1": N("wedge", {"driver": "../mantra1"}),
        "nowhere": N("fetch", {"source": "/out/gone"}),
        "studio1": N("studio::render::1.2", {**RANGE, "camera": "/obj/cam1", "picture": "$HIP/s/$F4.png"}),
    }


def _stage() -> dict[str, N]:
    settings = {"camera": "/cameras/shotcam", "resolution": ("1998", "1080"), "picture": "$HIP/k/$OS.$F4.exr"}
    return {
        "set": N("sublayer", {"filepath1": "$HIP/usd/set.usda"}),
        "look": N("karmarenderproperties", settings, ["set"]),
        "render1": N("usdrender_rop", {**RANGE, "outputimage": "", "override_camera": ""}, ["look"]),
    }


def _tasks() -> dict[str, N]:
    return {"topnet1": N("topnet", children={"localscheduler": N("localscheduler"), "ropfetch1": N("ropfetch")})}
