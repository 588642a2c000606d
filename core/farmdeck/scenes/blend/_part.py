"""What must differ in a .blend so that rendering it, by whatever program, renders one part and nothing else.

Field names are those of `DNA_scene_types.h` and `DNA_layer_types.h`, as in `_facts.py`. Pointers in a .blend are the
addresses that the blocks had when it was saved, so another camera is another address.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..._errors import SceneError
from ._blend import Blend
from ._facts import CAMERA, LAYER_DISABLED, LAYER_RENDERS
from ._file import Block
from ._rewrite import Patch


def part_patches(blend: Blend, address: tuple[str, ...], camera: str) -> list[Patch]:
    """What is to change so that the view layer at `address`, (scene, layer), renders through the camera.

    The scene becomes the current one, the layer its only one that renders, the camera its active one. A camera that is
    named also stops camera markers; "" leaves camera and markers as they are. [] when the file says all that already.
    `blend` was opened to change. Raises SceneError when one of the three is not in it.
    """
    scene, layer = address
    block = next((block for block in blend.of_code(b"SC") if blend.name(block) == scene), None)
    if block is None:
        raise _missing("scene", scene, blend)
    changes = [*_current(blend, block), *_layers(blend, block, layer)]
    if camera:
        changes += _camera(blend, block, _camera_address(blend, camera))
    return changes


def _current(blend: Blend, scene: Block) -> Iterator[Patch]:
    """The file names it once, and again in each window (before 2.80: screen), which is what Blender goes by."""
    for block in blend.of_code(b"GLOB"):
        yield from _number(blend, block, "curscene", scene.address)
    windows = [window for manager in blend.of_code(b"WM") for window in blend.data(manager, "wmWindow")]
    for block in [*windows, *blend.of_code(b"SR"), *blend.of_code(b"SN")]:
        if blend.number(block, "scene"):
            yield from _number(blend, block, "scene", scene.address)


def _layers(blend: Blend, scene: Block, name: str) -> Iterator[Patch]:
    """Scenes from before 2.80 say which layers don't render, later ones which do; a scene without gets one on load."""
    for struct, field, bit, on in (
        ("ViewLayer", "flag", LAYER_RENDERS, True),
        ("SceneRenderLayer", "layflag", LAYER_DISABLED, False),
    ):
        layers = blend.data(scene, struct)
        if not layers:
            continue
        if name not in [blend.text(layer, "name") for layer in layers]:
            raise _missing("view layer", name, blend)
        for layer in layers:
            old = int(blend.number(layer, field))
            bit_is_set = (blend.text(layer, "name") == name) == on
            yield from _number(blend, layer, field, old | bit if bit_is_set else old & ~bit)
        return


def _camera(blend: Blend, scene: Block, address: int) -> Iterator[Patch]:
    yield from _number(blend, scene, "camera", address)
    for marker in blend.data(scene, "TimeMarker"):
        if blend.number(marker, "camera") != address:
            yield from _number(blend, marker, "camera", 0)


def _camera_address(blend: Blend, name: str) -> int:
    """Of the camera's object, or of the place-holder of a linked one, which Blender loads into its place."""
    for block in blend.of_code(b"OB"):
        if blend.name(block) == name and blend.number(block, "type") == CAMERA:
            return block.address
    for block in blend.of_code(b"ID"):
        if blend.text(block, "name", "id.name") == f"OB{name}":
            return block.address
    raise _missing("camera", name, blend)


def _number(blend: Blend, block: Block, field: str, value: int) -> Iterator[Patch]:
    place = blend.with_number(block, field, value)
    if place is not None and blend.number(block, field) != value:
        start, raw = place
        yield Patch(start, start + len(raw), raw)


def _missing(what: str, name: str, blend: Blend) -> SceneError:
    text = f'{blend.path} has no {what} "{name}" of its own to render.'
    fix = "Choose another." if what != "camera" else "Make it the camera of the scene or of a marker, save, and submit."
    return SceneError(text, fix)
