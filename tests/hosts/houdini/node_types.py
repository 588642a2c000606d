"""Node types, their networks and parms at default: what a .hip file leaves out, each with its source.

A digital asset's parms are in the file itself (`.OPdummydefs`); this table is of types that are compiled into Houdini.
"""

from __future__ import annotations

CLASSES = {
    "Driver": "RopNode",
    "Sop": "SopNode",
    "Lop": "LopNode",
    "Dop": "DopNode",
    "Object": "ObjNode",
    "Vop": "VopNode",
    "Top": "TopNode",
    "Chop": "ChopNode",
    "Cop2": "Cop2Node",
    "Cop": "CopNode",
    "Shop": "ShopNode",
}
"""The class of `hou` by category; every other category has plain OpNodes [types-houdini: class NAME(OpNode)]."""

MANAGED = {
    "obj": "Object", "out": "Driver", "ch": "ChopNet", "shop": "Shop", "img": "CopNet", "vex": "VopNet",
    "mat": "Vop", "stage": "Lop", "tasks": "TopNet",
}  # fmt: skip
"""What lies in the networks at the root [https://www.sidefx.com/docs/houdini/network/networks.html]."""

NETWORKS = {
    "geo": "Sop", "sopnet": "Sop", "objnet": "Object", "dopnet": "Dop", "ropnet": "Driver", "matnet": "Vop",
    "vopnet": "Vop", "shopnet": "Shop", "chopnet": "Chop", "ch": "Chop", "cop2net": "Cop2", "img": "Cop2",
    "copnet": "Cop", "topnet": "Top", "lopnet": "Lop", "materiallibrary": "Vop", "attribvop": "Vop",
    "sopsolver": "Sop", "popnet": "Dop", "pythonscript": "Top",
}  # fmt: skip
"""What lies in a node of that type; in any other, nodes of its own category [the node pages of the same manual]."""

SUBNETS = frozenset({"subnet", "alembicarchive", "alembicxform"})
"""Objects that hold objects [https://www.sidefx.com/docs/houdini/nodes/obj/]."""

OBJECTS = frozenset("geo cam null hlight bone blend rivet pathcv light envlight ambient stereocam".split())
"""Types that are objects and nothing else: what holds one of them holds objects [the same pages]."""

SUFFIXES = {
    **dict.fromkeys(("t", "r", "s", "p", "pr", "up", "lookup"), "xyz"),
    **dict.fromkeys(("res", "res_override", "resolution", "win", "winsize"), "xy"),
    **dict.fromkeys(("dcolor", "head_depthcue_color"), "rgb"),
    **dict.fromkeys(("f", "foffset"), "123"),
}
"""How a compiled type's tuples name their parts [channel names in real files, `[ f1 0 ]`; hosts.md §2.2]."""

MENUS = {"trange": ("off", "normal", "on")}
"""Menus of compiled types, whose numbers and tokens are both in use [hosts.md §2.2: trange 0, 1, 2; real files]."""

DEFAULTS: dict[str, dict[str, tuple[str, ...]]] = {
    "Object/cam": {"res": ("1280", "720"), "aspect": ("1",)},  # obj/cam1.parm of the sample loop_volume
    "Driver/ifd": {
        "trange": ("off",),
        "f": ("$FSTART", "$FEND", "1"),
        "take": ("_current_",),
        "camera": ("/obj/cam1",),
        "override_camerares": ("off",),
        "res_fraction": ("0.5",),
        "res_override": ("1280", "720"),
        "vm_picture": ("$HIP/render/$HIPNAME.$OS.$F4.exr",),
        "soho_outputmode": ("0",),
        "soho_diskfile": ("$HIP/$HIPNAME.$OS.$F4.ifd",),
    },  # https://www.sidefx.com/docs/houdini/nodes/out/ifd.html; res_* as in out/karma1 of the sample superformula
    "Driver/geometry": {
        "trange": ("off",),
        "f": ("$FSTART", "$FEND", "1"),
        "take": ("_current_",),
        "soppath": ("",),
        "sopoutput": ("$HIP/geo/$HIPNAME.$OS.$F.bgeo.sc",),
        "initsim": ("off",),
    },  # https://www.sidefx.com/docs/houdini/nodes/out/geometry.html
    "Driver/fetch": {"source": ("",)},  # https://www.sidefx.com/docs/houdini/nodes/out/fetch.html
    "Sop/file": {"file": ("default.bgeo",)},  # https://www.sidefx.com/docs/houdini/nodes/sop/file.html
}
"""By `Category/type`, tuples by their tuple name. What is neither here nor in the file, `parm()` does not find."""

FILE_PARMS: dict[str, tuple[str, ...]] = {
    "Sop/file": ("file",),
    "Sop/alembic": ("fileName",),
    "Sop/edit": ("bitmap",),
    "Object/cam": ("vm_background", "vm_bokehfile"),
    "Driver/ifd": ("vm_picture", "soho_diskfile"),
    "Driver/geometry": ("sopoutput",),
    "Cop2/file": ("filename1",),
    "Top/filepattern": ("pattern",),
    "Shop/principledshader": ("basecolor_texture", "rough_texture"),
    "Lop/sublayer": ("filepath1",),
    "Lop/reference": ("filepath1",),
}
"""Parms of compiled types that hold a file [the node pages of the manual]."""

FILE_TYPES = {"file": "Any", "geometry": "Geometry", "image": "Image", "directory": "Directory"}
"""A dialog script's type, and the hou.fileType of such a parm [dialog_script.html]."""
