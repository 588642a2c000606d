"""How a .mb names the types of nodes: four bytes.

Maya's own are four letters, as MFnDependencyNode::typeId shows them (DarkStarSword/maya-scenefile-parser has the list
of 2012). Plug-ins' are numbers: a .mb lists those it needs in its `PLUG` chunks, `_OF_PLUGINS` is for older files that
do not (mtoa's ArnoldNodeIDs.h, Alembic's AbcMayaPlugin, Maya's devkit, maya-usd, maya.app.renderSetup.model.typeIDs).
"""

from __future__ import annotations

_OWN = {
    b"DCAM": "camera", b"SRCA": "stereoRigCamera", b"DIPL": "imagePlane", b"RTFT": "file", b"RTMV": "movie",
    b"PSDT": "psdFileTex", b"RMTX": "mentalrayTexture", b"AUDI": "audio", b"CCHF": "cacheFile", b"DSKC": "diskCache",
    b"DMSH": "mesh", b"REFN": "reference", b"RNDL": "renderLayer", b"RNLM": "renderLayerManager",
}  # fmt: skip
_OF_PLUGINS = {
    0x00115C00: "aiOptions", 0x00115C01: "aiStandIn", 0x00115C03: "aiAOVDriver", 0x00115C05: "aiVolume",
    0x00115C87: "aiPhotometricLight", 0x00115D06: "aiAOV", 0x00115D17: "aiImage", 0x00115DA3: "aiIncludeGraph",
    0x00082697: "AlembicNode", 0x580000C4: "gpuCache", 0x58000095: "mayaUsdProxyShape", 0x0010A259: "pxrUsdProxyShape",
    0x0010A251: "pxrUsdReferenceAssembly", 0x58000371: "renderSetup", 0x58000372: "renderSetupLayer",
    0x58000373: "collection", 0x58000375: "basicSelector", 0x58000378: "absOverride", 0x5800037A: "relOverride",
    0x5800037D: "applyAbsFloatOverride", 0x5800037F: "applyRelFloatOverride", 0x5800038A: "applyAbsBoolOverride",
    0x5800038C: "applyAbsEnumOverride", 0x58000391: "applyAbsIntOverride", 0x58000392: "applyRelIntOverride",
    0x58000393: "applyAbsStringOverride", 0x58000395: "renderSettingsCollection", 0x5800039B: "aovCollection",
    0x5800039C: "aovChildCollection", 0x5800039E: "simpleSelector", 0x580003A0: "absUniqueOverride",
    0x580003A1: "relUniqueOverride",
}  # fmt: skip

LEAVES = frozenset((b"DMSH", b"NCRV", b"NSRF", b"LOCT", b"PCTA", b"PCTL", b"PCTU", b"PCTT", b"SCRP", b"RPL2", b"SHAD"))
"""Types that have no children, of which a scene has many: where they stand need not be known."""


def type_names() -> dict[bytes, str]:
    """By the four bytes; a file's own list is added to it."""
    return {**_OWN, **{number.to_bytes(4, "big"): name for number, name in _OF_PLUGINS.items()}}
