"""What each render node writes, through which camera, at which size: the ROP table.

Sources of the parameter names, by mark:
[real]  .parm members and the type definitions (`.OPdummydefs`) of real .hip files
[dh]    aws-deadline/deadline-cloud-for-houdini, [ci] ciohoudini, [ay] ynput/ayon-houdini, [rr] Royal Render's htorr,
[pr]    Prism's Houdini plug-in, [vr] kellerdevsource/vray-for-houdini (`fillSettingsOutput`, `getParmsForType`)
[sfx]   the node's page at https://www.sidefx.com/docs/houdini/nodes/ (out/ sop/ lop/)
What no source tells is marked [?]: it is read where the node has it, and costs nothing where it has not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from ...frames import range_text

STANDARD_SIZE = (1280, 720)
"""`res` of a new camera, `resolution` of a Karma ROP and LOP [real]."""
CURRENT_TAKE = "_current_"
CAMERAS = frozenset({"cam", "stereocam", "stereocamrig", "vrcam", "simplestereocam", "camswitcher"})
"""Object types that are rendered through, by base name [real, sfx]."""
INTERNAL_VARIABLES = frozenset({"E", "PI", "EYE", "HANDLE_STATUS", "status"})
"""Set by Houdini itself in every scene, like all that begin with `_`; left out of `Scene.variables` [real]."""
SCENE_LIBRARIES = "libraries"
"""The owner of HDA libraries that the scene itself installs (`.OPlibraries`)."""
MAX_PLANES = 1_000


class Parms(Protocol):
    """One node's parameters, evaluated at the current frame; `default` for one that the node does not have."""

    def text(self, name: str, default: str = "") -> str:
        """As text; a menu by its token (`normal`), a toggle as `on` and `off` or `1` and `0`."""

    def number(self, name: str, default: float = 0.0) -> float:
        """As a number; `default` also for what is none. Parts of a tuple by their own name: `f1`, `resx`."""


@dataclass(frozen=True)
class Size:
    """Where a render node keeps the size of its pictures."""

    width: str
    height: str
    toggle: str = ""
    """Switches the override on; "" when the size is the node's own and no camera is asked."""
    fraction: str = ""
    """A part of the camera's size, or one of SPECIFIC: then `width` and `height` count."""


@dataclass(frozen=True)
class Planes:
    """Further pictures of a render node, numbered in a multi-parameter; `#` stands for the number."""

    count: str
    file: str
    use: str
    """Switches a plane's own file on."""
    first: int = 1


@dataclass(frozen=True)
class Rop:
    """One type of render node; the words are parameter names."""

    pictures: bool = False
    """Does it render pictures? Those are what is submitted unless somebody chooses otherwise."""
    camera: str = ""
    output: tuple[str, ...] = ()
    """The first that is not empty is the pattern of what it writes."""
    instead: tuple[str, str] = ("", "")
    """(toggle, parameter): when the toggle is on it writes that file, a scene description, and no picture."""
    size: Size | None = None
    follows: str = ""
    """Names the node that it renders: a fetch's `source`, a wedge's `driver`."""
    structure: bool = False
    """Renders what is wired into it, and nothing itself."""
    stage: bool = False
    """Renders a USD stage: camera, size and output may lie in the LOPs before it."""
    range: str = "off"
    """`trange` where the node does not tell."""
    planes: Planes | None = None


SPECIFIC = frozenset({"specific", "user", "7"})
"""`res_fraction` is `specific` [real: Driver/karma's menu], Redshift's and Octane's `user`, item 7 [rr, pr]."""
_FRACTIONS = {"0": 0.1, "1": 0.2, "2": 0.25, "3": 1 / 3, "4": 0.5, "5": 2 / 3, "6": 0.75}
"""By the menu's item, as Redshift and Octane keep it [rr]."""
_CAMERA_SIZE = Size("res_overridex", "res_overridey", "override_camerares", "res_fraction")
_OWN_SIZE = Size("resolutionx", "resolutiony")
_USD_SIZE = Size("res_user1", "res_user2", "override_res", "override_res")

_NO = ("", "")
_STRUCTURE = Rop(structure=True)
_GEOMETRY = Rop(output=("sopoutput",))

_RENDERMAN = Rop(
    True, "camera", ("ri_display_0", "ri_display"), ("diskfile", "soho_diskfile"), _CAMERA_SIZE,
    planes=Planes("ri_displays", "ri_display_#", "", first=0),
)  # fmt: skip

ROPS: Mapping[str, Rop] = {
    # pictures
    "Driver/ifd": Rop(
        True, "camera", ("vm_picture",), ("soho_outputmode", "soho_diskfile"), _CAMERA_SIZE,
        planes=Planes("vm_numaux", "vm_filename_plane#", "vm_usefile_plane#"),
    ),  # [dh, ay, real names of the size in Driver/karma]
    "Driver/karma": Rop(True, "camera", ("picture",), _NO, _OWN_SIZE),  # [real]
    "Driver/usdrender": Rop(True, "override_camera", ("outputimage",), _NO, _USD_SIZE, stage=True),  # [dh, ay]
    "Lop/usdrender_rop": Rop(True, "override_camera", ("outputimage",), _NO, _USD_SIZE, stage=True),  # [dh, ay]
    "Lop/karma": Rop(True, "camera", ("picture",), _NO, _OWN_SIZE),  # [real]
    "Driver/arnold": Rop(
        True, "camera", ("ar_picture",), ("ar_ass_export_enable", "ar_ass_file"), _CAMERA_SIZE,
        planes=Planes("ar_aovs", "ar_aov_separate_file#", "ar_aov_separate#"),
    ),  # [ay]
    "Driver/Redshift_ROP": Rop(
        True, "RS_renderCamera", ("RS_outputFileNamePrefix",), ("RS_archive_enable", "RS_archive_file"),
        Size("RS_overrideRes1", "RS_overrideRes2", "RS_overrideCameraRes", "RS_overrideResScale"),
        planes=Planes("RS_aov", "RS_aovCustomPrefix_#", "RS_aovEnable_#"),
    ),  # [rr, pr, ay]
    "Driver/vray_renderer": Rop(
        True, "render_camera", ("SettingsOutput_img_file_path",), ("render_export_mode", "render_export_filepath"),
        _CAMERA_SIZE,
    ),  # [ay, vr]; render_export_mode: 0 render, 1 render and export, 2 export [vr]
    "Driver/ris": _RENDERMAN,
    "Driver/rib": _RENDERMAN,
    # [dh: ri_displays is a count, the displays are ri_display_0…; size: public ShotGrid apps for RenderMan]
    "Driver/Octane_ROP": Rop(
        True, "HO_renderCamera", ("HO_img_fileName",), ("HO_abc_exportEnabled", "HO_abc_exportFileName"),
        Size("HO_overrideRes1", "HO_overrideRes2", "HO_overrideCameraRes", "HO_overrideResScale"),
    ),  # [rr, pr]
    "Driver/opengl": Rop(True, "camera", ("picture",), _NO, Size("res1", "res2", "tres")),  # [ay]
    "Driver/flipbook": Rop(True, "camera", ("picture",), _NO, Size("res1", "res2", "tres")),  # [ay]
    "Driver/comp": Rop(True, "", ("copoutput",)),  # [dh, ay]
    "Driver/image": Rop(True, "", ("copoutput",)),  # [dh]
    "Cop2/rop_comp": Rop(True, "", ("copoutput",)),  # [sfx]
    "Cop/rop_image": Rop(True, "", ("copoutput",)),  # [sfx]
    "Driver/baketexture": Rop(
        True, "camera", ("vm_uvoutputpicture1",), _NO, Size("vm_uvunwrapresx", "vm_uvunwrapresy")
    ),
    # [dh, ci]
    "Driver/Redshift_IPR": Rop(camera="RS_iprCamera"),  # [real]: it shows pictures and writes none
    "Driver/wren": Rop(True, "camera", ("wr_picture", "picture"), _NO, _CAMERA_SIZE),  # [?]
    # geometry, simulations, scene descriptions
    "Driver/geometry": _GEOMETRY,  # [dh, real]
    "Sop/rop_geometry": _GEOMETRY,  # [dh, real]
    "Driver/alembic": Rop(output=("filename",)),  # [dh, ay]
    "Sop/rop_alembic": Rop(output=("filename",)),  # [dh]
    "Driver/filmboxfbx": _GEOMETRY,  # [ay]
    "Sop/rop_fbx": _GEOMETRY,  # [real]
    "Driver/gltf": Rop(output=("file",)),  # [sfx]
    "Sop/rop_gltf": Rop(output=("file",)),  # [sfx]
    "Sop/filecache": Rop(output=("sopoutput", "file"), range="normal"),  # [real]
    "Sop/rbdio": Rop(output=("sopoutput", "file"), range="normal"),  # [?]
    "Sop/vellumio": Rop(output=("sopoutput", "file"), range="normal"),  # [?]
    "Driver/dop": Rop(output=("dopoutput",)),  # [dh, real]
    "Dop/rop_dop": Rop(output=("dopoutput",)),  # [?]
    "Driver/channel": Rop(output=("chopoutput",)),  # [dh]
    "Chop/rop_channel": Rop(output=("chopoutput",)),  # [?]
    "Driver/usd": Rop(output=("lopoutput",), stage=True),  # [ay]
    "Lop/usd_rop": Rop(output=("lopoutput",), stage=True),  # [ay]
    "Driver/usdstitchclips": Rop(output=("outfile",)),  # [?]
    "Driver/vrayproxy": Rop(output=("filepath",)),  # [dh]
    "Driver/rop_vrayproxy": Rop(output=("filepath",)),  # [dh]
    "Driver/Redshift_Proxy_Output": Rop(output=("RS_archive_file",)),  # [dh]
    "Driver/PRT_ROPDriver": Rop(output=("file",)),  # [dh]
    # structure
    "Driver/fetch": replace(_STRUCTURE, follows="source"),  # [dh]
    "Driver/wedge": replace(_STRUCTURE, follows="driver"),  # [dh]
    "Driver/merge": _STRUCTURE,
    "Driver/null": _STRUCTURE,
    "Driver/switch": _STRUCTURE,
    "Driver/subnet": _STRUCTURE,
    "Driver/batch": _STRUCTURE,
    "Driver/prepost": _STRUCTURE,
    "Driver/framedep": _STRUCTURE,
    "Driver/framecontainer": _STRUCTURE,
    "Driver/shell": _STRUCTURE,
    "Driver/hqueue_render": replace(_STRUCTURE, follows="hq_driver"),  # [?]
    "Driver/hqueue_sim": replace(_STRUCTURE, follows="hq_driver"),  # [?]
    "Driver/ropnet": _STRUCTURE,
}  # fmt: skip
"""By category and base type name (no namespace, no version)."""

EXPANDED = frozenset({"merge", "null", "switch", "subnet"})
"""What `needs` looks through: an input of these types stands for the ROPs behind it."""

UNKNOWN_DRIVER = Rop(
    camera="camera",
    output=(
        "vm_picture", "picture", "outputimage", "ar_picture", "RS_outputFileNamePrefix", "HO_img_fileName",
        "SettingsOutput_img_file_path", "copoutput", "sopoutput", "dopoutput", "lopoutput", "filename", "filepath",
    ),
    size=_CAMERA_SIZE,
)  # fmt: skip
"""A node of the Driver category whose type is not in the table: a studio's or a vendor's HDA.

It counts as one that renders pictures when it has a parameter of PICTURES.
"""
PICTURES = frozenset(UNKNOWN_DRIVER.output[:7])

STAGE_SETTINGS = frozenset({"karma", "karmarendersettings", "karmarenderproperties", "rendersettings", "renderproduct"})
"""LOPs that write RenderSettings and RenderProduct prims; the nearest one before the ROP is asked [real, sfx]."""
STAGE_CAMERA = ("camera",)
STAGE_OUTPUT = ("picture", "productName")
STAGE_SIZE = _OWN_SIZE


def base_name(type_name: str) -> str:
    """`labs::cable_generator::2.0` -> `cable_generator`: no namespace, no version.

    A version is the last component when it is made of digits and points (`hou.hda.componentsFromFullNodeTypeName`).
    """
    parts = type_name.split("::")
    if len(parts) > 1 and parts[-1].replace(".", "").isdigit():
        parts.pop()
    return parts[-1]


def type_version(type_name: str) -> str:
    """`labs::cable_generator::2.0` -> `2.0`; "" when the name holds none."""
    last = type_name.split("::")[-1]
    return last if "::" in type_name and last.replace(".", "").isdigit() else ""


def rop(category: str, type_name: str) -> Rop | None:
    """The render node's row of the table; None for a node that renders nothing."""
    found = ROPS.get(f"{category}/{base_name(type_name)}")
    return found if found is not None or category != "Driver" else UNKNOWN_DRIVER


def renders_pictures(row: Rop, parms: Parms) -> bool:
    """Does this one render pictures, and no scene description instead of them?"""
    if row is UNKNOWN_DRIVER:
        return any(parms.text(name) for name in PICTURES)
    return row.pictures and not instead(row, parms)


def instead(row: Rop, parms: Parms) -> str:
    """The parameter of the scene description that it writes instead of a picture; "" for none."""
    toggle, name = row.instead
    value = parms.text(toggle) if toggle else ""
    return name if (value in _EXPORT_ONLY if toggle == "render_export_mode" else _on(value)) else ""


def output_parm(row: Rop, parms: Parms) -> str:
    """The parameter that holds the pattern of what it writes; "" when it has none."""
    written = instead(row, parms)
    if written:
        return written
    return next((name for name in row.output if parms.text(name)), "")


def plane_parms(row: Rop, parms: Parms) -> tuple[str, ...]:
    """The parameters that hold the patterns of its further pictures [dh, rr, ay]."""
    planes = row.planes
    if planes is None:
        return ()
    count = min(MAX_PLANES, int(parms.number(planes.count)))
    numbers = [str(number) for number in range(planes.first, planes.first + count)]
    wanted = [number for number in numbers if not planes.use or _on(parms.text(planes.use.replace("#", number)))]
    names = [planes.file.replace("#", number) for number in wanted]
    return tuple(name for name in names if name not in row.output and parms.text(name))


def is_file(pattern: str) -> bool:
    """Is that a file to write, not a window to show the picture in (`ip`, `md`: MPlay; `it`, `houdini`)?"""
    return not pattern.startswith(("temp:", "op:")) and pattern not in (
        "",
        "ip",
        "md",
        "it",
        "houdini",
        "monitor",
        "framebuffer",
        "null",
        "none",
    )


def frames(row: Rop, parms: Parms, current: float, whole: str) -> str:
    """What it renders, as fileseq text: `current` for a single frame, `whole` when the stage tells and we cannot.

    `trange`: off 0, normal 1, on 2 (strict), stage 3; `f1` `f2` `f3` first, last, step [real]. Ends between frames
    are rounded to the nearest.
    """
    how = parms.text("trange", "" if row.structure else row.range)
    if how in ("normal", "on", "1", "2"):
        first, last, step = parms.number("f1", 1), parms.number("f2", 1), parms.number("f3", 1)
        return range_text(nearest(first), nearest(last), max(1, nearest(step)))
    return str(nearest(current)) if how in ("off", "0") else whole


def size(row: Rop, parms: Parms, camera: tuple[int, int]) -> tuple[int, int]:
    """Width and height of its pictures in pixels; `camera` is its camera's `res`, or STANDARD_SIZE."""
    rule = row.size
    if rule is None:
        return camera
    own = (nearest(parms.number(rule.width, camera[0])), nearest(parms.number(rule.height, camera[1])))
    if not rule.toggle:
        return own
    if not _on(parms.text(rule.toggle)):
        return camera
    fraction = parms.text(rule.fraction, "specific") if rule.fraction else "specific"
    if fraction in SPECIFIC:
        return own
    scale = parms.number("res_scale", 100) / 100 if fraction == "scale" else _part(fraction)
    return max(1, nearest(camera[0] * scale)), max(1, nearest(camera[1] * scale))


def pixel_aspect(row: Rop, parms: Parms, camera: float) -> float:
    """The pixels' aspect: the camera's, unless a specific size brings its own (`aspect_override`) [vr]."""
    rule = row.size
    if rule is _CAMERA_SIZE and _on(parms.text(rule.toggle)) and parms.text(rule.fraction) in SPECIFIC:
        return parms.number("aspect_override", camera)
    return camera


def take(parms: Parms) -> str:
    """The take that it renders in; "" for the current one."""
    named = parms.text("take", CURRENT_TAKE)
    return "" if named == CURRENT_TAKE else named


def nearest(value: float) -> int:
    """The nearest whole number, halves away from zero."""
    return int(value + 0.5) if value >= 0 else -int(0.5 - value)


def _part(fraction: str) -> float:
    if fraction in _FRACTIONS:
        return _FRACTIONS[fraction]
    try:
        return max(0.0, float(fraction)) or 1.0
    except ValueError:
        return 1.0


_EXPORT_ONLY = ("2", "Export")
"""V-Ray's render_export_mode: 0 Render, 1 Export & Render, 2 Export [vr]."""


def _on(text: str) -> bool:
    return text not in ("", "0", "off", "none")
