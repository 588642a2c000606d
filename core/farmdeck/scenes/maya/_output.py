"""Where a layer's pictures go: Maya's image name, and what each renderer makes of it. Pure functions of plain facts.

Sources: Autodesk's help "Subfolders and names of rendered images" (tokens, default folders) and the node reference of
renderGlobals; for the renderers' own rules, AYON's `lib_renderproducts.py` (ynput/ayon-maya) and Royal Render's
submitter, read for facts; RenderMan's tokens are on rmanwiki.pixar.com, "String tokens in RfM".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from .._disk import is_absolute
from ._project import Project, joined, slashes
from ._rules import (
    ARNOLD_FORMATS,
    FORMAT_IN_KEY,
    IMAGE_FORMATS,
    REDSHIFT_FORMATS,
    Value,
    is_on,
    number,
    printable,
    whole,
)

_SCENE, _LAYER, _CAMERA = r"<Scene>|%/?s", r"<RenderLayer>|<Layer>|%/?l", r"<Camera>|%/?c"
_PASS, _VERSION, _EXTENSION = r"<RenderPass>|<AOV>|%/?a", r"<Version>", r"\.?(?:<Extension>|<Ext>)"
BEAUTY = "beauty"
MOST_DIGITS = 16
"""Of a frame number; a damaged file may ask for any."""


@dataclass(frozen=True)
class Pass:
    """A picture beside the main one: an AOV, a render element, a display."""

    name: str
    prefix: str = ""
    """A path of its own, tokens included; "" for the layer's."""
    extension: str = ""
    alone: bool = False
    """It is never merged into the main picture (Redshift's Cryptomatte)."""


@dataclass(frozen=True)
class Naming:
    """What a layer's image names are made of."""

    scene: str
    """The scene's file name without its extension."""
    layer: str
    """As the artist sees it."""
    cameras: Sequence[str]
    """Those that it renders through, by the names the artist knows."""
    layers: int
    """How many layers the scene has, the default one counted."""
    project: Project
    values: Mapping[str, Value]
    """The settings as they hold in the layer, by `node.attribute` (`_rules.SETTINGS`); absent nodes are absent."""
    passes: Sequence[Pass] = field(default=())

    def get(self, plug: str) -> Value:
        """The value of a settings plug, None where its node is not there."""
        return self.values.get(plug)

    @property
    def renderer(self) -> str:
        """`arnold`, `vray`, …"""
        return str(self.get("defaultRenderGlobals.currentRenderer") or "")


def outputs(naming: Naming) -> tuple[str, tuple[str, ...]]:
    """The layer's main picture and the further ones, absolute patterns, `#` for each digit of the frame number.

    ("", ()) where the renderer is one whose names the file does not tell. A camera that is not the only one is left as
    `<Camera>`.
    """
    if naming.renderer == "vray" and "vraySettings.width" in naming.values:
        return _vray(naming)
    if naming.renderer == "renderman" and "rmanGlobals.imageFileFormat" in naming.values:
        return _renderman(naming)
    if naming.renderer in ("renderMan", "renderManRIS"):
        return "", ()
    if naming.renderer == "arnold":
        return _arnold(naming)
    if naming.renderer == "redshift" and "redshiftOptions.imageFormat" in naming.values:
        return _redshift(naming)
    return _placed(naming, _with_frame(naming, _prefix(naming), extension(naming)), BEAUTY), ()


def extension(naming: Naming) -> str:
    """Of the main picture, as Maya's common settings tell."""
    kind = whole(naming.get("defaultRenderGlobals.imageFormat"), 7)
    key = str(naming.get("defaultRenderGlobals.imfPluginKey") or "")
    return key if kind in FORMAT_IN_KEY and key else IMAGE_FORMATS.get(kind, key or "iff")


def animated(naming: Naming) -> bool:
    """Does it render a range of frames? V-Ray has a switch of its own."""
    if naming.renderer == "vray" and "vraySettings.animType" in naming.values:
        return number(naming.get("vraySettings.animType")) != 0
    return is_on(naming.get("defaultRenderGlobals.animation"))


def _prefix(naming: Naming) -> str:
    """The file name prefix, with the folders that Maya adds where several layers or cameras would share a name."""
    prefix = slashes(str(naming.get("defaultRenderGlobals.imageFilePrefix") or "")).strip() or "<Scene>"
    if len(naming.cameras) > 1 and not re.search(_CAMERA, prefix, re.IGNORECASE):
        prefix = _inserted(prefix, "<Camera>")
    if naming.layers > 1 and not re.search(_LAYER, prefix, re.IGNORECASE):
        prefix = _inserted(prefix, "<RenderLayer>")
    return prefix


def _inserted(prefix: str, folder: str) -> str:
    """A folder before a relative prefix, before the name of an absolute one."""
    if not is_absolute(prefix):
        return f"{folder}/{prefix}"
    head, _, name = prefix.rpartition("/")
    return f"{head}/{folder}/{name}"


def _with_frame(naming: Naming, prefix: str, ending: str) -> str:
    """Frame number and extension after a prefix: `name.####.ext`, `name.ext.####`, `name_####.ext`, `name.ext`."""
    control = whole(naming.get("defaultRenderGlobals.outFormatControl"))
    if control == 1:
        ending = ""
    elif control == 2:
        ending = str(naming.get("defaultRenderGlobals.outFormatExt") or ending).lstrip(".")
    hashes = ""
    if animated(naming):
        hashes = "#" * max(1, whole(naming.get("defaultRenderGlobals.extensionPadding"), 1, MOST_DIGITS))
    period = {0: "", 1: ".", 2: "_"}.get(whole(naming.get("defaultRenderGlobals.periodInExt"), 1), ".")
    last = "." + ending if ending else ""
    if not hashes:
        return prefix + last
    if is_on(naming.get("defaultRenderGlobals.putFrameBeforeExt")):
        return f"{prefix}{period}{hashes}{last}"
    return f"{prefix}{last}.{hashes}"


def _placed(naming: Naming, name: str, render_pass: str) -> str:
    """The absolute pattern of a name with tokens, in the project's folder for images."""
    camera = printable(naming.cameras[0]) if len(naming.cameras) == 1 else "<Camera>"
    for token, value in (
        (_SCENE, naming.scene), (_LAYER, printable(naming.layer)), (_CAMERA, camera), (_PASS, render_pass),
        (_VERSION, str(naming.get("defaultRenderGlobals.renderVersion") or "")), (_EXTENSION, ""),
    ):  # fmt: skip
        name = re.sub(token, lambda _, value=value: value, name, flags=re.IGNORECASE)  # type: ignore[misc]
    return joined(naming.project.folder("images", "images"), name)


def _arnold(naming: Naming) -> tuple[str, tuple[str, ...]]:
    """Merged AOVs are one file; else each has its own, in a folder of its name unless the prefix says where."""
    told = str(naming.get("defaultArnoldDriver.aiTranslator") or "")
    ending = ARNOLD_FORMATS.get(told, told) or str(naming.get("defaultRenderGlobals.imfPluginKey") or "exr")
    own = str(naming.get("defaultArnoldDriver.prefix") or "")
    prefix = (
        _prefix(replace(naming, values={**naming.values, "defaultRenderGlobals.imageFilePrefix": own}))
        if own
        else _prefix(naming)
    )
    apart = [p for p in naming.passes if p.name not in ("RGBA", BEAUTY)]
    if number(naming.get("defaultArnoldRenderOptions.aovMode"), 1) == 0 or not naming.passes:
        apart = []
    has_token = re.search(_PASS, prefix, re.IGNORECASE) is not None
    if apart and not has_token and not is_on(naming.get("defaultArnoldDriver.mergeAOVs")):
        prefix, has_token = _inserted(prefix, "<RenderPass>"), True
    further = [
        _placed(naming, _with_frame(naming, p.prefix or prefix, p.extension or ending), p.name)
        for p in apart
        if has_token or p.prefix
    ]
    return _placed(naming, _with_frame(naming, prefix, ending), BEAUTY), tuple(sorted(set(further)))


def _vray(naming: Naming) -> tuple[str, tuple[str, ...]]:
    prefix = slashes(str(naming.get("vraySettings.fileNamePrefix") or "")).strip() or "<Scene>"
    told = str(naming.get("vraySettings.imageFormatStr") or "png")
    ending = told.split(" ")[0]
    padding = max(1, whole(naming.get("vraySettings.fileNamePadding"), 4, MOST_DIGITS))
    tail = ("." + "#" * padding if animated(naming) else "") + "." + ending
    separator = str(naming.get("vraySettings.fileNameRenderElementSeparator") or ".")
    names = [p.name for p in naming.passes]
    if is_on(naming.get("vraySettings.separateAlpha")):
        names.append("Alpha")
    apart = [] if "(" in told else names
    further = {_placed(naming, prefix + separator + printable(name) + tail, name) for name in apart}
    main = "" if is_on(naming.get("vraySettings.dontSaveImage")) else _placed(naming, prefix + tail, "")
    return main, tuple(sorted(further)) if main else ()


def _redshift(naming: Naming) -> tuple[str, tuple[str, ...]]:
    ending = REDSHIFT_FORMATS.get(whole(naming.get("redshiftOptions.imageFormat"), 1), "exr")
    prefix = re.sub(rf"[._]?(?:{_PASS})", "", _prefix(naming), flags=re.IGNORECASE)
    main = _placed(naming, _with_frame(naming, prefix, ending), "")
    head, slash, name = prefix.rpartition("/")
    passes: list[Pass] = list(naming.passes)
    if is_on(naming.get("redshiftOptions.exrForceMultilayer")):
        passes = [p for p in passes if p.alone]
    if number(naming.get("redshiftOptions.aovGlobalEnableMode"), 1) == 0:
        passes = []
    further = set()
    for p in passes:
        own = slashes(p.prefix) or "<BeautyPath>/<BeautyFile>.<RenderPass>"
        own = re.sub(r"<BeautyPath>/?", lambda _: head + slash, own, flags=re.IGNORECASE)
        own = re.sub(r"<BeautyFile>", lambda _: name, own, flags=re.IGNORECASE)
        further.add(_placed(naming, _with_frame(naming, own, ending), p.name))
    return main, tuple(sorted(further))


def _renderman(naming: Naming) -> tuple[str, tuple[str, ...]]:
    """`imageOutputDir` and `imageFileFormat`; each display (`Pass`) is a file, the default one the main picture."""
    name = str(naming.get("rmanGlobals.imageFileFormat") or "")
    folder = str(naming.get("rmanGlobals.imageOutputDir") or "").replace("<ws>", naming.project.root)
    shown = []
    for p in naming.passes or (Pass(BEAUTY, extension="exr"),):
        text = re.sub(r"<ext>", p.extension, f"{folder}/{name}", flags=re.IGNORECASE)
        text = re.sub(r"\.?<f(\d*)>", lambda m: _hashes(naming, m), text, flags=re.IGNORECASE)
        shown.append((p.name, _placed(naming, text, p.name)))
    main = next((path for name, path in shown if name == BEAUTY), shown[0][1])
    return main, tuple(sorted({path for _, path in shown} - {main}))


def _hashes(naming: Naming, match: re.Match[str]) -> str:
    dot = "." if match[0].startswith(".") else ""
    return dot + "#" * max(1, whole(match[1], 1, MOST_DIGITS)) if animated(naming) else ""
