"""Which parameters name files, which of those are needed to render, and what each node's children are.

Both the reader and the adapter inside Houdini ask here. Sources: parameters of real .hip files and of the type
definitions in them; `_IGNORE_REF_PARMS` and `_IGNORE_REF_VALUES` of aws-deadline/deadline-cloud-for-houdini; node pages
at https://www.sidefx.com/docs/houdini/nodes/.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from .._disk import is_absolute
from ._rules import ROPS, UNKNOWN_DRIVER, Parms, Rop, base_name, output_parm

IMAGES = frozenset(
    "exr png jpg jpeg tif tiff tga bmp hdr rat tex tx pic pic.gz dpx cin psd rgb sgi gif webp dds ptx ptex rstexbin "
    "iff dsm".split()
)
_CACHES = frozenset(
    "bgeo bgeo.sc bgeo.gz bgeosc geo geo.sc geo.gz bhclassic hclassic obj ply stl abc fbx gltf glb dae pc pmap pdb "
    "sim simdata bclip bclip.sc clip chan bchan bchan.sc bvh mdd pc2 ptc lidar las laz e57 xyz rib prt".split()
)
KINDS: Mapping[str, str] = {
    **dict.fromkeys(IMAGES, "image"),
    **dict.fromkeys(_CACHES, "cache"),
    **dict.fromkeys(("vdb", "vol"), "volume"),
    **dict.fromkeys(("usd", "usda", "usdc", "usdz"), "usd"),
    **dict.fromkeys(("wav", "aif", "aiff", "mp3", "ogg", "flac"), "sound"),
    **dict.fromkeys(("mov", "mp4", "avi", "mkv", "webm"), "movie"),
    **dict.fromkeys(("ass", "ass.gz", "rs", "vrmesh", "vrscene", "ifd", "ifd.sc", "mi", "xml.gz"), "proxy"),
    **dict.fromkeys(("ies",), "ies"),
    **dict.fromkeys(("ocio", "lut", "cube", "3dl", "csp", "spi1d", "spi3d"), "color_config"),
    **dict.fromkeys(("hda", "otl", "hdalc", "hdanc", "otllc", "otlnc", "hdalibrary"), "hda"),
    **dict.fromkeys(("ttf", "otf", "pfa", "pfb"), "font"),
    **dict.fromkeys(("csv", "json", "txt", "xml", "dat", "hip", "hiplc", "hipnc", "sbsar", "svg", "eps"), "text"),
}
"""An asset's kind by the file's extension (the last one or two parts of its name)."""

NOT_FILES = (
    "op:", "opdef:", "oplib:", "temp:", "http:", "https:", "ftp:", "s3:", "rman:", "anon:", "geometry:",
    "$HFS", "${HFS}", "$HH", "${HH}", "$HIH", "${HIH}", "$HB", "${HB}", "$HSITE", "${HSITE}", "$TEMP", "${TEMP}",
    "$HOUDINI_TEMP_DIR", "${HOUDINI_TEMP_DIR}", "$HOUDINI_USER_PREF_DIR", "${HOUDINI_USER_PREF_DIR}",
)  # fmt: skip
"""Starts of values that name no file of the scene's: other nodes, contents of HDAs, Houdini's own folders, scratch."""

WRITTEN = frozenset(
    {name for row in (*ROPS.values(), UNKNOWN_DRIVER) for name in (*row.output, row.instead[1])}
    - {"", "file", "filename", "filepath"}
) | frozenset(
    "taskgraphfile pdg_workingdir soho_program BakeView_img_file_path OutputDeepWriter_file savetodirectory_directory "
    "savetodirectory dcmfilename vm_dcmfilename vm_dsmfilename vm_cryptolayeroutput vm_uvoutputpicture "
    "checkpointfile playfilesname explicitcachename rendergallerysource vm_tmpsharedstorage "
    "vm_tmplocalstorage soho_diskfile HO_img_deepFile descriptivelabel cachedir cachename "
    "productName pdg_cachefile tempdircustom executablecache vm_filename_plane "
    "ar_aov_separate_file ar_profile_file ar_stats_file RS_aovCustomPrefix husk_usdfile logfile".split()
)  # fmt: skip
"""Parameters that name what is written, or a place to work in: never needed. A number at the end is left aside."""

READ = frozenset(
    "file filename filepath fileName vm_background vm_bokehfile env_map light_texture light_texture_path "
    "basecolor_texture rough_texture metallic_texture ior_texture reflect_texture opac_texture opaccolor_texture "
    "transcolor_texture sss_texture ssscolor_texture emitcolor_texture coat_texture baseNormal_texture "
    "baseBump_bumpTexture dispTex_texture map tex texture tex0 tex1 tex2 tex3 tex4 profile ar_light_color_texture "
    "ar_filename ar_ass_file_in light_intensity_texture RSL_ies shop_texture texturefile texmap image fgimage "
    "reffilepath filepattern geofile objfile abcfile fbxfile vdbfile soundfile audiofile primpath_file "
    "configfile ocioconfig cachefile inputfile sourcefile".split()
)  # fmt: skip
"""Parameters that name a file to read, whatever its extension. A number at the end is left aside."""

_PATH_START = re.compile(r"\$\w|\$\{|/|[A-Za-z]:[/\\]|\\\\|//|\.{1,2}[/\\]|~/|`")
_EXTENSION = re.compile(r"\.([A-Za-z0-9]+(?:\.(?:sc|gz))?)$")
_NUMBERED = re.compile(r"[_\d#]+$")


def file_kind(parm: str, text: str, written: bool = False) -> str:
    """The kind of asset that a parameter of that name and value (as written) is; "" when it is no file to send.

    `written`: its definition says that the file chooser is for writing (`filechooser_mode` `write`). A bare name
    (`default.bgeo`) is looked for on Houdini's own path, so it is none of the scene's.
    """
    name = _NUMBERED.sub("", parm)
    if written or name in WRITTEN or parm in WRITTEN or not _looks_like_a_path(text):
        return ""
    kind = KINDS.get(extension(text), "")
    if name in READ or parm in READ:
        return kind or ("cache" if extension(text) else "")
    return kind if _PATH_START.match(text) else ""


def needed(parm: str) -> bool:
    """Is a file missing there an error? For names that are known to be read; any other is sent when it is there."""
    return parm in READ or _NUMBERED.sub("", parm) in READ


def extension(text: str) -> str:
    """`bgeo.sc`, `exr`: the extension in lower case, without a point; "" for none."""
    match = _EXTENSION.search(text.replace("\\", "/").rpartition("/")[2])
    return match[1].lower() if match else ""


def reads(row: Rop | None, parm: str, file_mode: str, loads: str) -> bool:
    """Is the file in that parameter read? Not what a ROP writes.

    `file_mode` and `loads`: the node's `filemode` (a File node's `write`, `none`) and `loadfromdisk` (a DOP I/O node's
    `off`) as text, "" where it has none.
    """
    if row is not None and parm in (*row.output, row.instead[1]):
        return False
    return file_mode not in _NOT_READ and loads not in ("off", "0")


def cached_file(row: Rop | None, parms: Parms) -> str:
    """The parameter of what a file cache reads when it loads from disk; "" for none, and for another node."""
    if row is None or row.range != "normal" or parms.text("loadfromdisk") not in ("on", "1"):
        return ""
    return output_parm(row, parms)


_NOT_READ = ("write", "none")


def resolved(path: str, hip: str) -> str:
    """An expanded path as an absolute one with forward slashes; one that says no folder lies beside the scene.

    `hip`: the scene's folder, absolute.
    """
    path = path.replace("\\", "/")
    if path.startswith("//") or is_absolute(path) and not path.startswith("/"):
        return path
    return posixpath.normpath(posixpath.join(hip.replace("\\", "/"), path))


def _looks_like_a_path(text: str) -> bool:
    if not text or len(text) > 4_096 or "\n" in text or "*" in text or text.startswith(NOT_FILES):
        return False
    return "/" in text or "\\" in text


_ROOTS: Mapping[str, str] = {
    "obj": "Object", "out": "Driver", "ch": "Chop", "shop": "Shop", "img": "CopNet", "vex": "VopNet", "mat": "Vop",
    "stage": "Lop", "tasks": "TopNet",
}  # fmt: skip
"""The category of what lies directly in each of Houdini's managers (`hou.nodeTypeCategories`)."""

_NETWORKS: Mapping[str, str] = {
    "objnet": "Object", "sopnet": "Sop", "dopnet": "Dop", "ropnet": "Driver", "chopnet": "Chop", "shopnet": "Shop",
    "cop2net": "Cop2", "copnet": "Cop", "matnet": "Vop", "vopnet": "Vop", "lopnet": "Lop", "topnet": "Top",
    "popnet": "Dop", "sopsolver": "Sop", "materiallibrary": "Vop", "materialbuilder": "Vop", "editmaterial": "Vop",
    "arnold_vopnet": "Vop", "redshift_vopnet": "Vop", "arnold_materialbuilder": "Vop", "vexbuilder": "Vop",
    "sopcreate": "Sop", "sopmodify": "Sop", "lop": "Lop", "chop": "Chop", "compile": "Sop",
}  # fmt: skip
"""What lies in networks that can be made anywhere."""


def is_pdg_network(category: str, type_name: str) -> bool:
    """Is that node a network of tasks (TOPs)?"""
    return base_name(type_name) == "topnet" and category != "Top"


def is_scheduler(type_name: str) -> bool:
    """Every task network holds one (`localscheduler`); a network with nothing else has no work."""
    return base_name(type_name).endswith("scheduler")


def child_category(parent: str, category: str, type_name: str) -> str:
    """The category of a node whose parent has that path, category and type: `Sop` in an Object's `geo`."""
    if "/" not in parent.strip("/"):
        return _ROOTS.get(parent.strip("/"), "")
    base = base_name(type_name)
    if base in _NETWORKS:
        return _NETWORKS[base]
    if category == "Object":
        return "Object" if base in ("subnet", "alembicarchive", "alembicxform") else "Sop"
    if category in ("CopNet", "TopNet", "VopNet"):
        return {"CopNet": "Cop2", "TopNet": "Top", "VopNet": "Vop"}[category]
    if category != "Vop" and base.endswith(("vop", "wrangle")):
        return "Vop"
    return "Vop" if category == "Shop" else category
