"""What Blender's own property editor says of how one scene renders, in the names of its Python API.

Formats by `rna_enum_image_type_items` (rna_scene.cc), their endings by `BKE_image_path_ext_from_imformat`
(image_format.cc); field names as in `_facts.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..._errors import SceneError
from .._watch import Watch
from ._blend import Blend, open_blend
from ._file import Block
from ._output import MOVIES

_FORMATS = {
    0: ("TARGA", ".tga"), 1: ("IRIS", ".rgb"), 4: ("JPEG", ".jpg"), 7: ("IRIS", ".rgb"), 14: ("TARGA_RAW", ".tga"),
    17: ("PNG", ".png"), 20: ("BMP", ".bmp"), 21: ("HDR", ".hdr"), 22: ("TIFF", ".tif"), 23: ("OPEN_EXR", ".exr"),
    26: ("CINEON", ".cin"), 27: ("DPX", ".dpx"), 28: ("OPEN_EXR_MULTILAYER", ".exr"), 30: ("JPEG2000", ".jp2"),
    35: ("WEBP", ".webp"),
}  # fmt: skip
"""By `R_IMF_IMTYPE_…`: `image_settings.file_format` and `render.file_extension`."""
_PNG = ("PNG", ".png")
_JP2, _JP2_CODESTREAM = 30, 1
_PREVIEW = 1 << 1
"""R_IMF_FLAG_PREVIEW_JPG in `im_format.flag`."""


@dataclass(frozen=True)
class Rendering:
    """How one scene of a .blend renders."""

    scene: str
    fps: float
    format: str
    """`OPEN_EXR_MULTILAYER`; `PNG` for one that writes a movie, since a farm renders frames apart."""
    extension: str
    """`.exr`"""
    has_previews: bool
    """A JPEG is written beside each EXR."""
    frame_start: int
    frame_end: int
    frame_step: int
    camera: str
    """The active one; "" when there is none."""
    width: int
    """Pixels of the finished picture, resolution percentage applied."""
    height: int


def read_rendering(path: str, scene: str, watch: Watch | None = None) -> Rendering:
    """How the scene of that name in the .blend at `path` renders. Raises SceneError."""
    with open_blend(path, (), watch) as blend:
        for block in blend.of_code(b"SC"):
            if blend.name(block) == scene:
                return _rendering(blend, block)
    raise SceneError(f'{path} has no scene "{scene}".', "Choose another.")


def _rendering(blend: Blend, scene: Block) -> Rendering:
    number = blend.number
    form, extension = _format(blend, scene)
    base = float(number(scene, "r.frs_sec_base")) or 1.0
    percent = number(scene, "r.size") or 100
    camera = blend.at_address(number(scene, "camera"))
    return Rendering(
        scene=blend.name(scene),
        fps=round(float(number(scene, "r.frs_sec")) / base, 6),
        format=form,
        extension=extension,
        has_previews=bool(number(scene, "r.im_format.flag") & _PREVIEW),
        frame_start=int(number(scene, "r.sfra")),
        frame_end=int(number(scene, "r.efra")),
        frame_step=max(1, int(number(scene, "r.frame_step"))),
        camera="" if camera is None else blend.name(camera),
        width=number(scene, "r.xsch") * percent // 100,
        height=number(scene, "r.ysch") * percent // 100,
    )


def _format(blend: Blend, scene: Block) -> tuple[str, str]:
    imtype = int(blend.number(scene, "r.im_format.imtype", "r.imtype"))
    if imtype == _JP2 and blend.number(scene, "r.im_format.jp2_codec") == _JP2_CODESTREAM:
        return "JPEG2000", ".j2c"
    return _PNG if imtype in MOVIES else _FORMATS.get(imtype, _PNG)
