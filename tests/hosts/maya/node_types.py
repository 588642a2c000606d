"""Node types that the adapter may meet: their attributes with long and short names and defaults, each with its source.

"docs: X" is Autodesk's *Maya Technical Documentation, Nodes* (help.autodesk.com/cloudhelp/2020/ENU/Maya-Tech-Docs/
Nodes/X.html); "files" are real scene files, where attributes stand by their short names; "facts" is what the public
code of ciomaya 1.2.1, AWS Deadline Cloud for Maya 0.15.21 and ayon-maya reads. A default of a type tells the type.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class Time(float):
    """A default that is a time: answered in the scene's time unit."""


@dataclass(frozen=True)
class Attribute:
    """One attribute; a child of a compound has the compound's name in `parent`."""

    long: str
    short: str
    default: Any
    filename: bool = False
    parent: str = ""


@dataclass(frozen=True)
class NodeType:
    """A type, what it derives from, and where that is known from."""

    parent: str
    source: str
    attributes: tuple[Attribute, ...]


_WORDS: dict[str, Any] = {"on": True, "off": False, "text": "", "message": None, "any": None, "list": None}


def _type(parent: str, source: str, *rows: str) -> NodeType:
    """Rows are `long short default [file] [in:parent]`; a default of `text` is a string that was never set."""
    made = []
    for row in rows:
        long, short, default, *more = row.split()
        value: Any = _WORDS[default] if default in _WORDS else _number(default)
        parent_attribute = next((word[3:] for word in more if word.startswith("in:")), "")
        made.append(Attribute(long, short, value, "file" in more, parent_attribute))
    return NodeType(parent, source, tuple(made))


def _number(text: str) -> Any:
    if text.startswith("="):
        return text[1:]
    if text.startswith("t:"):
        return Time(text[2:])
    return float(text) if "." in text else int(text)


TYPES: dict[str, NodeType] = {
    "node": _type("", "docs: node", "message msg message"),
    "dagNode": _type("node", "docs: dagNode", "visibility v on", "intermediateObject io off"),
    "transform": _type("dagNode", "docs: transform"),
    "joint": _type("transform", "docs: joint"),
    "shape": _type("dagNode", "docs: shape"),
    "stereoRigCamera": _type("camera", "docs: stereoRigCamera"),
    "camera": _type("shape", "docs: camera; files: top, front and side are written with .rnd no", "renderable rnd on"),
    "time": _type("node", "docs: time", "outTime o t:1"),
    "renderGlobals": _type(
        "node", "docs: renderGlobals; files: .an .ren .fs .ef .bfs .ifp .outf .imfkey .pff .peie",
        "animation an off", "startFrame fs t:1", "endFrame ef t:10", "byFrame bf 1.0", "byFrameStep bfs 1.0",
        "currentRenderer ren =mayaSoftware", "imageFilePrefix ifp text", "imageFormat outf 7",
        "imfPluginKey imfkey text", "outFormatControl ofc 0", "outFormatExt ofe text", "putFrameBeforeExt pff off",
        "periodInExt peie 1", "extensionPadding ep 1", "modifyExtension me off",
        "startExtension se 1.0", "byExtension be 1.0",
        "preMel prm text", "postMel pom text", "preRenderMel prerm text", "postRenderMel porm text",
        "preRenderLayerMel prlm text", "postRenderLayerMel polm text", "renderVersion rv text",
    ),
    "resolution": _type(
        "node", "docs: resolution (its pixelAspect is 0.0 there; every real file sets .pa)",
        "width w 960", "height h 540", "pixelAspect pa 0.0", "deviceAspectRatio dar 1.7777777",
    ),
    "colorManagementGlobals": _type(
        "node", "docs: colorManagementGlobals; files: .cme .cfe .cfp",
        "cmEnabled cme on", "configFileEnabled cfe off", "configFilePath cfp text",
    ),
    "renderLayerManager": _type(
        "node", "docs: renderLayerManager; files: .rlmi .crl", "renderLayerId rlmi list", "currentRenderLayer crl 0",
    ),
    "renderLayer": _type(
        "node", "docs: renderLayer (2027: adjs, plg, val, oajs…); files: .rndr .adjs .rlid .g .do",
        "renderable rndr on", "global g off", "displayOrder do 0", "identification rlid 0", "renderInfo ri any",
        "adjustments adjs list", "plug plg any in:adjustments", "value val any in:adjustments",
        "outAdjustments oajs list", "outPlug opl any in:outAdjustments", "outValue ovl any in:outAdjustments",
    ),
    # -- render setup: maya.app.renderSetup, files (connections tell the lists), public generated stubs of its nodes
    "listItem": _type("node", "files: .pls .prv .nxt", "parentList pls message", "previous prv message",
                      "next nxt message"),
    "renderSetup": _type("node", "files: .frl .lrl .lit", "listItems lit message", "firstRenderLayer frl message",
                         "lastRenderLayer lrl message"),
    "renderSetupLayer": _type(
        "listItem", "files: .lrl .cl .ch .lit .nic", "legacyRenderLayer lrl message", "listItems lit message",
        "containerLowest cl message", "containerHighest ch message", "numIsolatedChildren nic 0",
    ),
    "childNode": _type("listItem", "files: .en .pen; public: lightItemBase has the same", "enabled en on",
                       "parentEnabled pen on", "selfEnabled sen on"),
    "group": _type("childNode", "maya.app.renderSetup.model.group", "listItems lit message"),
    "collection": _type(
        "childNode", "files: .sel .pic .cl .ch .lit", "selector sel any", "listItems lit message",
        "childLowest cl message", "childHighest ch message", "parentNumIsolatedChildren pic 0",
        "isolateSelected iso off", "numIsolatedChildren nic 0",
    ),
    "renderSettingsCollection": _type("collection", "files"),
    "lightsCollection": _type("collection", "typeIDs"),
    "aovCollection": _type("collection", "typeIDs"),
    "selector": _type("node", "files: .c .out .in", "collection c any", "output out any", "input in any"),
    "simpleSelector": _type(
        "selector", "files: .pat .ssl .tf .ppa", "pattern pat text", "staticSelection ssl text", "typeFilter tf 2",
        "customFilterValue cfv text",
    ),
    "override": _type("childNode", "files: .atr", "attribute atr text", "localRender lr off"),
    "valueOverride": _type("override", "typeIDs"),
    "absOverride": _type("valueOverride", "files: .atv (an added attribute)", "attrValue atv any"),
    "relOverride": _type("valueOverride", "ayon-maya lib_rendersetup", "multiply mul any", "offset ofs any"),
    "absUniqueOverride": _type("absOverride", "files: .tgName", "targetNodeName tgName text"),
    "relUniqueOverride": _type("relOverride", "files: .tgName", "targetNodeName tgName text"),
    "connectionOverride": _type("override", "typeIDs", "attrValue atv any"),
    "shaderOverride": _type("connectionOverride", "files", "attrValue atv any"),
    "materialOverride": _type("connectionOverride", "typeIDs", "attrValue atv any"),
    "applyOverride": _type("listItem", "ayon-maya lib_rendersetup", "original ori any", "value val any",
                           "out out any", "enabled en on"),
    **{
        name: _type("applyOverride", "typeIDs")
        for name in ("applyAbsFloatOverride", "applyAbsIntOverride", "applyAbsBoolOverride", "applyAbsEnumOverride",
                     "applyAbsStringOverride", "applyRelFloatOverride", "applyRelIntOverride")
    },
    "unitToTimeConversion": _type("node", "docs: unitToTimeConversion", "input i 0.0", "output o t:0"),
    "timeToUnitConversion": _type("node", "docs: timeToUnitConversion", "input i t:0", "output o 0.0"),
    # -- files
    "reference": _type("node", "docs: reference; files: .fn", "fileNames fn text"),
    "file": _type(
        "node", "docs: file; files: .ftn .uvt .ufe .cs", "fileTextureName ftn text file", "useFrameExtension ufe off",
        "frameExtension fe 1", "frameOffset fo 0", "uvTilingMode uvt 0", "fileTextureNamePattern ftnp text",
        "computedFileTextureNamePattern cftnp text", "colorSpace cs text",
    ),
    "movie": _type("file", "docs: movie (no attributes of its own)"),
    "psdFileTex": _type("node", "docs: psdFileTex", "fileTextureName ftn text file"),
    "mentalrayTexture": _type("node", "files: .ftn", "fileTextureName ftn text file"),
    "imagePlane": _type(
        "shape", "docs: imagePlane; files: .imn .t", "type t 0", "imageName imn text file", "useFrameExtension ufe off",
        "frameExtension fe 1", "frameOffset fo 0", "displayMode dm 3",
    ),
    "audio": _type("node", "docs: audio", "filename f text file", "offset o t:0", "sourceEnd se t:0"),
    "cacheFile": _type(
        "node", "docs: cacheFile (cachePath and cacheName are not flagged as file names: facts)",
        "cachePath cp text", "cacheName cn text", "enable en on", "multiThread mth off",
    ),
    "gpuCache": _type("shape", "facts; files: .cfn", "cacheFileName cfn text file", "cacheGeomPath cmp text"),
    "AlembicNode": _type("node", "facts; files: .fn", "abc_File fn text file", "abc_layerFiles fns list"),
    "mesh": _type("shape", "docs: mesh; dso is mtoa's (facts)", "dso dso text"),
    "assemblyReference": _type("transform", "docs: assemblyReference", "definition def text file"),
    "mayaUsdProxyShape": _type("shape", "maya-usd: proxyShapeBase.cpp; files: .fp", "filePath fp text file"),
    "pxrUsdProxyShape": _type("shape", "maya-usd: pxrUsdMayaGL", "filePath fp text file"),
    "pxrUsdReferenceAssembly": _type("transform", "maya-usd: referenceAssembly.cpp; files: .fp",
                                     "filePath fp text file"),
    "svgToPoly": _type("node", "facts", "svgFilepath svf text file"),
    "xgmPalette": _type("node", "facts", "xgFileName xfn text"),
    "xgmSplineCache": _type("node", "facts", "fileName fn text file"),
    "pgYetiMaya": _type("shape", "facts", "cacheFileName cfn text", "fileMode fm 0", "outputCacheFileName ocfn text"),
    # -- Arnold: mtoa writes Arnold's own names, short and long alike unless given (files: .filename .dso .aovn .out)
    "aiOptions": _type(
        "node", "facts; files", "renderType arnoldRenderImageType 0", "aovList aovs list", "drivers drvr list",
        "driver driver message", "aovMode aovMode 1", "autotx autotx on",
        "use_existing_tiled_textures use_existing_tiled_textures on",
    ),
    "aiAOVDriver": _type(
        "node", "facts; files: .ai_translator .output_mode", "aiTranslator ai_translator =exr", "prefix prefix text",
        "mergeAOVs merge_AOVs off", "outputMode output_mode 2", "multipart multipart off", "exrTiled exr_tiled off",
    ),
    "aiAOVFilter": _type("node", "files", "aiTranslator ai_translator text"),
    "aiAOV": _type(
        "node", "facts; files: .aovn .out[0].drvr", "enabled aoven on", "name aovn text", "prefix aovpfx text",
        "globalAov gaov off", "lightGroups lgroups off", "lightGroupsList lgrouplist text", "outputs out list",
        "driver drvr message in:outputs", "filter ftr message in:outputs",
    ),
    "aiImage": _type("node", "facts", "filename filename text file"),
    "aiStandIn": _type("shape", "facts", "dso dso text file", "useFrameExtension useFrameExtension off",
                       "frameNumber frameNumber 1.0"),
    "aiVolume": _type("shape", "facts", "filename filename text file", "dso dso text", "type type 1"),
    "aiPhotometricLight": _type("shape", "facts", "aiFilename ai_filename text file"),
    # -- Redshift
    "RedshiftOptions": _type(
        "node", "facts", "imageFormat imageFormat 0", "exrForceMultilayer exrForceMultilayer off",
        "exrMultipart exrMultipart off", "aovGlobalEnableMode aovGlobalEnableMode 1",
    ),
    "RedshiftAOV": _type("node", "facts", "enabled enabled on", "name name text", "aovType aovType text",
                         "filePrefix filePrefix text"),
    "RedshiftNormalMap": _type("node", "facts", "tex0 tex0 text file"),
    "RedshiftDomeLight": _type("shape", "facts", "tex0 tex0 text file", "tex1 tex1 text file"),
    "RedshiftEnvironment": _type("node", "facts", *(f"tex{n} tex{n} text file" for n in range(5))),
    "RedshiftIESLight": _type("shape", "facts", "profile profile text file"),
    "RedshiftLightGobo": _type("node", "facts", "tex0 tex0 text file"),
    "RedshiftBokeh": _type("node", "facts", "dofBokehImage dofBokehImage text file"),
    "RedshiftSprite": _type("node", "facts", "tex0 tex0 text file"),
    "RedshiftPostEffects": _type("node", "facts", "lutFilename lutFilename text file",
                                 "clrMgmtOcioFilename clrMgmtOcioFilename text file"),
    "RedshiftProxyMesh": _type("node", "facts", "fileName fn text file", "useFrameExtension ufe off",
                               "computedFileNamePattern computedFileNamePattern text"),
    "RedshiftVolumeShape": _type("shape", "facts", "fileName fn text file",
                                 "useFrameExtension ufe off",
                                 "computedFileNamePattern computedFileNamePattern text"),
    # -- V-Ray
    "VRaySettingsNode": _type(
        "node", "facts; files: .wi .he .ifile .fnm", "width wi 640", "height he 480", "pixelAspect pxa 1.0",
        "fileNamePrefix fnprx text", "imageFormatStr imgfs text", "fileNamePadding fileNamePadding 4",
        "fileNameRenderElementSeparator fileNameRenderElementSeparator text", "animType animtp 0",
        "animFrames animFrames text", "dontSaveImage dontSaveImage off", "separateAlpha separateAlpha off",
        "ifile ifile text", "fnm fnm text",
    ),
    "VRayMesh": _type("node", "facts", "fileName fn text file"),
    "VRayScene": _type("node", "facts", "FilePath fpath text file"),
    "VRayVolumeGrid": _type("shape", "facts", "inFile inFile text file", "inPath inPath text file"),
    "VRayBitmap": _type("node", "facts", "file file text file"),
    "VRayLightIESShape": _type("shape", "facts", "iesFile iesFile text file"),
    "VRayPtex": _type("node", "facts", "ptexFile ptexFile text file"),
    # -- RenderMan
    "rmanGlobals": _type("node", "facts; files", "imageFileFormat imageFileFormat text",
                         "imageOutputDir imageOutputDir text", "displays displays list"),
    "VRayRenderElement": _type("node", "facts: attribute names hold the element's class", "enabled enabled on"),
    "VRayRenderElementSet": _type("node", "facts", "enabled enabled on"),
    "rmanDisplay": _type("node", "files: .displayType .displayChannels", "enable enable on", "name name text",
                         "displayType displayType message", "displayChannels displayChannels list"),
    "PxrTexture": _type("node", "facts", "filename filename text file"),
    "PxrNormalMap": _type("node", "facts", "filename filename text file"),
    "PxrBump": _type("node", "facts", "filename filename text file"),
    "PxrPtexture": _type("node", "facts", "filename filename text file"),
    "PxrMultiTexture": _type("node", "facts", *(f"filename{n} filename{n} text file" for n in range(10))),
    "PxrDomeLight": _type("shape", "facts; files", "lightColorMap lightColorMap text file"),
    "PxrRectLight": _type("shape", "facts; files", "lightColorMap lightColorMap text file",
                          "iesProfile iesProfile text file"),
    "PxrDiskLight": _type("shape", "facts", "iesProfile iesProfile text file"),
    "PxrSphereLight": _type("shape", "facts", "iesProfile iesProfile text file"),
    "RenderManArchive": _type("shape", "facts", "filename filename text file"),
}  # fmt: skip

DEFAULT_NODES = {
    "time1": "time", "defaultRenderGlobals": "renderGlobals", "defaultResolution": "resolution",
    "defaultColorMgtGlobals": "colorManagementGlobals", "renderLayerManager": "renderLayerManager",
    "defaultRenderLayer": "renderLayer",
}  # fmt: skip
"""Nodes that are there without a `createNode`: docs, *Maya Technical Documentation*, `select -ne :…` in every file."""
CAMERAS = {"persp": True, "top": False, "front": False, "side": False}
"""The start-up cameras, and which of them renders."""


def lineage(type_name: str) -> list[str]:
    """The type and what it derives from, nearest first; a type of no row derives from `node` alone."""
    found = []
    while type_name:
        found.append(type_name)
        row = TYPES.get(type_name)
        type_name = row.parent if row is not None else "node" if type_name != "node" else ""
    return found


def find(type_name: str, name: str) -> Attribute | None:
    """The attribute of that long or short name."""
    for step in lineage(type_name):
        for attribute in TYPES[step].attributes if step in TYPES else ():
            if name in (attribute.long, attribute.short):
                return attribute
    return None
