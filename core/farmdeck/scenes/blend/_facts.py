"""What renders: the scenes of a .blend, their layers, cameras, frames, sizes and output, as the file says.

Field names are those of `DNA_scene_types.h`; they are the same from 2.5 to 5.x, but for render layers, which became
view layers in 2.80 (`SceneRenderLayer` in `r.layers`, `ViewLayer` in `view_layers`), and `imtype`, which moved from
`r` into `r.im_format` in 2.61.
"""

from __future__ import annotations

from ...frames import range_text
from ...scene import Plugin, Problem, RenderItem, Severity
from ._blend import Blend
from ._file import Block
from ._output import FFMPEG, MOVIES, image_pattern, movie_path

STRUCTS = ("ViewLayer", "SceneRenderLayer", "TimeMarker", "Sequence", "Strip", "StripElem")
"""The data blocks that this module and the strips' reader look at."""

BUILT_IN = frozenset(
    ("CYCLES", "BLENDER_EEVEE", "BLENDER_EEVEE_NEXT", "BLENDER_WORKBENCH", "BLENDER_RENDER", "BLENDER_GAME",
     "BLENDER_CLAY", "BLENDER_OPENGL", "HYDRA_STORM", "")
)  # fmt: skip
RETIRED = {
    "BLENDER_RENDER": "Blender Internal, which is gone since Blender 2.80",
    "BLENDER_GAME": "the Blender Game engine, which is gone since Blender 2.80",
    "BLENDER_CLAY": "the Clay engine, which is gone since Blender 2.80",
}
CAMERA = 11
"""`Object.type` of a camera (OB_CAMERA)."""
LAYER_RENDERS = 1
"""VIEW_LAYER_RENDER in `ViewLayer.flag`."""
LAYER_DISABLED = 1 << 17
"""SCE_LAY_DISABLE in `SceneRenderLayer.layflag`."""
_USE_SEQUENCER = 0x01
_USE_EXTENSION = 0x10
"""R_DOSEQ and R_EXTENSION in `r.scemode`."""


class Facts:
    """The scenes of one file, the current one first, then as Blender lists them."""

    def __init__(self, blend: Blend) -> None:
        self._blend = blend
        glob = blend.of_code(b"GLOB")
        current = blend.number(glob[0], "curscene") if glob else 0
        scenes = [block for block in blend.of_code(b"SC") if blend.has(block, "r.sfra")]
        self.scenes: list[Block] = sorted(scenes, key=lambda block: block.address != current)
        """The SC blocks."""

    def items(self) -> tuple[RenderItem, ...]:
        """One item per scene and view layer."""
        taken: dict[str, int] = {}
        return tuple(item for scene in self.scenes for item in self._scene_items(scene, taken))

    def span(self) -> tuple[int, int]:
        """First and last frame of all scenes together; (1, 1) for a file with no scene."""
        ranges = [self._range(scene) for scene in self.scenes]
        return (min(low for low, _ in ranges), max(high for _, high in ranges)) if ranges else (1, 1)

    def frames(self) -> str:
        """The range of the current scene."""
        if not self.scenes:
            return ""
        low, high = self._range(self.scenes[0])
        return range_text(low, high, self._step(self.scenes[0]))

    def fps(self) -> float:
        """Frames per second of the current scene; the base is a 32-bit float, so six digits are kept."""
        if not self.scenes:
            return 24.0
        base = self._blend.number(self.scenes[0], "r.frs_sec_base") or 1.0
        rate = float(self._blend.number(self.scenes[0], "r.frs_sec")) / float(base)
        return round(rate, 6) if 0 < rate < 1e6 else 24.0

    def plugins(self) -> tuple[Plugin, ...]:
        """The render engines that no Blender brings along."""
        names = {self._engine(scene) for scene in self.scenes} - BUILT_IN
        return tuple(Plugin(name) for name in sorted(names))

    def problems(self) -> list[Problem]:
        """What an artist should know before sending these scenes."""
        edited = {self._blend.name(scene) for scene in self.scenes if self._edits(scene)}
        blind = [item for item in self.items() if not item.cameras and item.address[0] not in edited]
        text = 'The scene "{}" has no camera, so "{}" cannot be rendered.'
        return [Problem(Severity.ERROR, text.format(*item.address), item.name) for item in blind] + [
            problem for scene in self.scenes for problem in self._scene_problems(scene)
        ]

    def local_cameras(self) -> list[str]:
        """The names of the camera objects that the file itself holds."""
        blend = self._blend
        return [blend.name(block) for block in blend.of_code(b"OB") if blend.number(block, "type") == CAMERA]

    def _scene_items(self, scene: Block, taken: dict[str, int]) -> list[RenderItem]:
        blend = self._blend
        name, cameras, output = blend.name(scene), self._cameras(scene), self._output(scene)
        low, high = self._range(scene)
        percent = blend.number(scene, "r.size") or 100
        items = []
        for layer, enabled in self._layers(scene):
            full = f"{name}/{layer}"
            taken[full] = taken.get(full, 0) + 1
            items.append(
                RenderItem(
                    name=full if taken[full] == 1 else f"{full} ({taken[full]})",
                    kind="view_layer",
                    address=(name, layer),
                    cameras=cameras,
                    frames=range_text(low, high, self._step(scene)),
                    width=blend.number(scene, "r.xsch") * percent // 100,
                    height=blend.number(scene, "r.ysch") * percent // 100,
                    renderer=self._engine(scene),
                    output=output,
                    enabled=enabled,
                )
            )
        return items

    def _layers(self, scene: Block) -> list[tuple[str, bool]]:
        """Name and "use for rendering" of each layer; one without any gets Blender's own when it is loaded.

        Its name is that of `BKE_scene_add`, or for older files that of `do_version_layers_to_collections`.
        """
        blend = self._blend
        layers = [
            (blend.text(block, "name"), bool(blend.number(block, "flag") & LAYER_RENDERS))
            for block in blend.data(scene, "ViewLayer")
        ] or [
            (blend.text(block, "name"), not blend.number(block, "layflag") & LAYER_DISABLED)
            for block in blend.data(scene, "SceneRenderLayer")
        ]
        return layers or [("ViewLayer" if blend.header.version >= 280 else "Viewport", True)]

    def _cameras(self, scene: Block) -> tuple[str, ...]:
        """The scene's camera, then those that its markers switch to, in the order of their frames."""
        blend = self._blend
        markers = sorted(blend.data(scene, "TimeMarker"), key=lambda block: int(blend.number(block, "frame")))
        addresses = [blend.number(scene, "camera")] + [blend.number(marker, "camera") for marker in markers]
        blocks = [blend.at_address(address) for address in addresses if address]
        names = [blend.name(block) for block in blocks if block is not None]
        return tuple(dict.fromkeys(name for name in names if name))

    def _range(self, scene: Block) -> tuple[int, int]:
        return int(self._blend.number(scene, "r.sfra")), int(self._blend.number(scene, "r.efra"))

    def _step(self, scene: Block) -> int:
        return max(1, int(self._blend.number(scene, "r.frame_step")))

    def _engine(self, scene: Block) -> str:
        """The id of the render engine; files before 2.50 had only Blender's own."""
        return self._blend.text(scene, "r.engine") or "BLENDER_RENDER"

    def _imtype(self, scene: Block) -> int:
        return int(self._blend.number(scene, "r.im_format.imtype", "r.imtype"))

    def _output(self, scene: Block) -> str:
        blend = self._blend
        pic = blend.text(scene, "r.pic")
        extension = bool(blend.number(scene, "r.scemode") & _USE_EXTENSION)
        imtype = self._imtype(scene)
        if imtype == FFMPEG:
            container = blend.number(scene, "r.ffcodecdata.type")
            return movie_path(pic, blend.path, container, extension, self._range(scene))
        return image_pattern(pic, blend.path, imtype, blend.number(scene, "r.im_format.jp2_codec"), extension)

    def _scene_problems(self, scene: Block) -> list[Problem]:
        name, engine = self._blend.name(scene), self._engine(scene)
        found = []
        if self._imtype(scene) in MOVIES:
            text = f'The scene "{name}" writes a movie; a farm renders single frames, which needs an image format.'
            found.append(Problem(Severity.WARNING, text, name))
        if engine in RETIRED:
            text = f'The scene "{name}" was made for {RETIRED[engine]}; a newer one renders it with EEVEE.'
            found.append(Problem(Severity.WARNING, text, name))
        elif engine not in BUILT_IN:
            text = f'The scene "{name}" renders with {engine}, an add-on that the farm must have too.'
            found.append(Problem(Severity.NOTE, text, name))
        return found

    def _edits(self, scene: Block) -> bool:
        """Does the scene render its video strips?"""
        strips = self._blend.data(scene, "Sequence", "Strip")
        return bool(strips) and bool(self._blend.number(scene, "r.scemode") & _USE_SEQUENCER)
