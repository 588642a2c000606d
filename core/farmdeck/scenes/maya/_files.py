"""Which attributes of which nodes name files, and what a node's values say about them.

Sources: Autodesk's node reference for Maya's own nodes; the lists of Conductor's and AWS Deadline Cloud's submitters
for Maya (PyPI: ciomaya, deadline-cloud-for-maya) for the renderers' nodes; short names as real scenes write them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ._project import slashes
from ._rules import Value, is_on


class FileAttribute(NamedTuple):
    """An attribute that holds a path."""

    name: str
    """Long name."""
    kind: str
    """Of the asset: image, cache, proxy, volume, ies, sound, usd, archive, ocio, reference."""
    short: str = ""
    """As files write it; "" where it is the long name."""
    optional: bool = False
    """True: it renders without."""


def _images(*names: str) -> tuple[FileAttribute, ...]:
    return tuple(FileAttribute(name, "image") for name in names)


_FTN = (FileAttribute("fileTextureName", "image", "ftn"),)
_USD = (FileAttribute("filePath", "usd", "fp"),)
FILES: Mapping[str, tuple[FileAttribute, ...]] = {
    "file": _FTN,
    "movie": _FTN,
    "psdFileTex": _FTN,
    "mentalrayTexture": _FTN,
    "imagePlane": (FileAttribute("imageName", "image", "imn"),),
    "audio": (FileAttribute("filename", "sound", "f"),),
    "cacheFile": (FileAttribute("cachePath", "cache", "cp"),),
    "diskCache": (FileAttribute("cacheName", "cache", "cn", optional=True),),
    "gpuCache": (FileAttribute("cacheFileName", "cache", "cfn"),),
    "AlembicNode": (FileAttribute("abc_File", "cache", "fn"),),
    "assemblyReference": (FileAttribute("definition", "reference", "def"),),
    "BifMeshImportNode": (FileAttribute("bifMeshDirectory", "cache"),),
    "svgToPoly": (FileAttribute("svgFilepath", "image"),),
    "mesh": (FileAttribute("dso", "proxy"),),
    # USD
    "mayaUsdProxyShape": _USD,
    "pxrUsdProxyShape": _USD,
    "pxrUsdReferenceAssembly": _USD,
    "AL_usdmaya_ProxyShape": _USD,
    # Arnold
    "aiImage": _images("filename"),
    "aiStandIn": (FileAttribute("dso", "proxy"),),
    "aiVolume": (FileAttribute("filename", "volume"), FileAttribute("dso", "volume")),
    "aiPhotometricLight": (FileAttribute("aiFilename", "ies", "ai_filename"),),
    "aiIncludeGraph": (FileAttribute("filename", "proxy"),),
    "aiMaterialXOperator": (FileAttribute("filename", "archive"),),
    # V-Ray
    "VRayMesh": (FileAttribute("fileName", "proxy", "fn"), FileAttribute("fileName2", "proxy", "fn2")),
    "VRayScene": (FileAttribute("FilePath", "proxy"),),
    "VRayVolumeGrid": (FileAttribute("inFile", "volume"), FileAttribute("inPath", "volume")),
    "VRayLightIESShape": (FileAttribute("iesFile", "ies"),),
    "VRayBitmap": _images("file"),
    "VRayPtex": _images("ptexFile"),
    "VRayVRmatMtl": (FileAttribute("fileName", "archive", "fn"),),
    "VRayScannedMtl": (FileAttribute("file", "archive"),),
    "VRaySettingsNode": (
        FileAttribute("imap_fileName", "cache", "ifile", optional=True),
        FileAttribute("pmap_file", "cache", "fnm", optional=True),
        FileAttribute("lc_fileName", "cache", "lcfnm", optional=True),
    ),
    # Redshift
    "RedshiftNormalMap": _images("tex0"),
    "RedshiftSprite": _images("tex0"),
    "RedshiftCameraMap": _images("tex0"),
    "RedshiftLightGobo": _images("tex0"),
    "RedshiftDomeLight": _images("tex0", "tex1"),
    "RedshiftEnvironment": _images("tex0", "tex1", "tex2", "tex3", "tex4"),
    "RedshiftBokeh": _images("dofBokehImage"),
    "RedshiftLensDistortion": _images("LDimage"),
    "RedshiftIESLight": (FileAttribute("profile", "ies"),),
    "RedshiftProxyMesh": (FileAttribute("fileName", "proxy", "fn"),),
    "RedshiftVolumeShape": (FileAttribute("fileName", "volume", "fn"),),
    "RedshiftPostEffects": (
        FileAttribute("lutFilename", "image", optional=True),
        FileAttribute("clrMgmtOcioFilename", "ocio"),
    ),
    # RenderMan
    "PxrTexture": _images("filename"),
    "PxrBump": _images("filename"),
    "PxrNormalMap": _images("filename"),
    "PxrPtexture": _images("filename"),
    "PxrLayeredTexture": _images("filename", "maskTexture"),
    "PxrProjectionLayer": _images("filename"),
    "PxrMultiTexture": _images(*(f"filename{index}" for index in range(10))),
    "PxrVisualizer": _images("matCap"),
    "PxrGobo": _images("map"),
    "PxrGoboLightFilter": _images("map"),
    "PxrCookieLightFilter": _images("map"),
    "PxrDomeLight": _images("lightColorMap"),
    "PxrRectLight": (*_images("lightColorMap"), FileAttribute("iesProfile", "ies")),
    "PxrDiskLight": (FileAttribute("iesProfile", "ies"),),
    "PxrSphereLight": (FileAttribute("iesProfile", "ies"),),
    "PxrStdEnvMapLight": _images("rman__EnvMap"),
    "PxrStdAreaLight": (*_images("rman__EmissionMap", "barnDoorMap"), FileAttribute("iesProfile", "ies")),
    "RMSEnvLight": _images("rman__EnvMap"),
    "RMSAreaLight": _images("mapname"),
    "RMSGeoAreaLight": (*_images("lightcolormap", "barnDoorMap"), FileAttribute("iesprofile", "ies")),
    "RMSGeoLightBlocker": _images("Map"),
    "rmanImageFile": _images("File"),
    "RenderManArchive": (FileAttribute("filename", "archive"),),
    # mental ray, hair
    "mentalrayIblShape": _images("texture"),
    "mentalrayLightProfile": (FileAttribute("fileName", "ies", "fn"),),
    "xgmPalette": (FileAttribute("xgFileName", "cache", "xfn"),),
    "xgmSplineCache": (FileAttribute("fileName", "cache"),),
    "pgYetiMaya": (FileAttribute("cacheFileName", "cache", "cfn"),),
}
"""By node type."""
ANY_TYPE = (FileAttribute("absoluteCacheName", "cache"),)
"""On nodes of any type: Bifrost's caches (deadline-cloud-for-maya, assets.py)."""
EXTRA: Mapping[str, Mapping[str, str]] = {
    "file": {"uvTilingMode": "uvt", "useFrameExtension": "ufe"},
    "movie": {"useFrameExtension": "ufe"},
    "mentalrayTexture": {},
    "psdFileTex": {"useFrameExtension": "ufe"},
    "imagePlane": {"type": "t", "useFrameExtension": "ufe"},
    "cacheFile": {"cacheName": "cn"},
    "pgYetiMaya": {"fileMode": "fileMode"},
    "aiStandIn": {"useFrameExtension": "useFrameExtension"},
    "RedshiftProxyMesh": {"useFrameExtension": "ufe"},
    "RedshiftVolumeShape": {"useFrameExtension": "ufe"},
    "AlembicNode": {},
}
"""Further attributes that `files_of` asks for: long and short name, by node type."""
EXPLICIT_TILES = "explicitUvTiles"
"""Array of a file node: `explicitUvTiles[i].explicitUvTileName`, in files `.euvt[i].eutn`."""
_EXPLICIT, _UDIM = 4, 3
_MOVIE, _TEXTURE = 2, 1


class NodeFile(NamedTuple):
    """A file, or a set of them, that a node names."""

    path: str
    """As written."""
    pattern: str
    """The same with tokens in place of tile and frame numbers: `<UDIM>`, `u<U>_v<V>`, `<f>`."""
    kind: str
    optional: bool = False
    prefix: str = ""
    """Not "": `path` is a folder, and the files in it whose names start so."""


def attributes_of(node_type: str) -> tuple[FileAttribute, ...]:
    """The path attributes of a node of that type."""
    return FILES.get(node_type, ()) + ANY_TYPE


def files_of(node_type: str, values: Mapping[str, Value]) -> Iterator[NodeFile]:
    """What a node's values (by long name; those that are known) say it needs."""
    if not _counts(node_type, values):
        return
    for attribute in attributes_of(node_type):
        path = str(values.get(attribute.name) or "").strip()
        if not path or path.startswith("<MAYA_RESOURCES>"):
            continue
        if node_type == "cacheFile":
            yield NodeFile(path, path, "cache", prefix=str(values.get("cacheName") or ""))
        else:
            yield NodeFile(path, _pattern(node_type, path, values), attribute.kind, attribute.optional)
    if node_type == "file" and values.get("uvTilingMode") == _EXPLICIT:
        for name, value in sorted(values.items()):
            if name.startswith(EXPLICIT_TILES) and value:
                yield NodeFile(str(value), str(value), "image")


def _counts(node_type: str, values: Mapping[str, Value]) -> bool:
    """An image plane may show a texture, a Yeti node may not read its cache, a cache may have no name."""
    if node_type == "imagePlane":
        return values.get("type") != _TEXTURE
    if node_type == "pgYetiMaya":
        return is_on(values.get("fileMode"))
    return node_type != "cacheFile" or bool(values.get("cacheName"))


def _pattern(node_type: str, path: str, values: Mapping[str, Value]) -> str:
    folder, slash, name = slashes(path).rpartition("/")
    name = re.sub(r"<attr:\S+ default:([^>]+)>", r"\1", name, flags=re.IGNORECASE)
    if is_on(values.get("useFrameExtension")) and values.get("type") != _MOVIE:
        name = frame_pattern(name)
    mode = values.get("uvTilingMode") if node_type == "file" else None
    if isinstance(mode, (int, float)) and 0 < mode <= _UDIM:
        name = tile_pattern(name, int(mode))
    return folder + slash + name


def frame_pattern(name: str) -> str:
    """`img.0007.png` is `img.<f>.png`; a name that has a token or no number stays. An extension is no number."""
    if re.search(r"<f\d*>|<frame|#|%0?\d*d", name, re.IGNORECASE):
        return name
    extension = re.search(r"\.[A-Za-z]\w*$", name)
    stem = name[: extension.start()] if extension else name
    return re.sub(r"\d+(?=\D*$)", "<f>", stem, count=1) + name[len(stem) :]


def tile_pattern(name: str, mode: int) -> str:
    """`uvTilingMode` 1 (from 0, ZBrush) and 2 (from 1, Mudbox) are `u0_v0` names, 3 is UDIM (Mari)."""
    if re.search(r"<udim>|<uvtile>|_MAPID_|u<u>_v<v>", name, re.IGNORECASE):
        return name
    if mode == _UDIM:
        return re.sub(r"(?<!\d)[1-9]\d{3}(?!\d)(?!.*(?<!\d)[1-9]\d{3}(?!\d))", "<UDIM>", name)
    return re.sub(r"u-?\d+_v-?\d+", "u<U>_v<V>", name, flags=re.IGNORECASE)


def beside(path: str) -> str:
    """The .tx that Arnold makes of an image and reads instead of it; "" for what is one already or has no name."""
    stem, dot, extension = path.rpartition(".")
    return stem + ".tx" if dot and "/" not in extension and extension.lower() not in ("tx", "tex") else ""
