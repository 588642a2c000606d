"""What a linked data-block needs: its data's pointers are followed, left-over ones are not."""

from __future__ import annotations

import struct

import pytest
from farmdeck.scenes.blend._blend import Blend
from farmdeck.scenes.blend._file import Block
from farmdeck.scenes.blend._links import Closure

from tests.scenes.blend_recode import Form, recode
from tests.scenes.conftest import DATA
from tests.scenes.test_blend_golden import unpacked

FORMS = {"64 bits": Form(8, "<"), "32 bits, big-endian": Form(4, ">")}


def needed(blend: Blend, *names: str) -> set[str]:
    """Names of the blocks that `names` pull in."""
    return {blend.text(block, "id.name") for block in Closure(blend, "/").expand(set(names), set())}


def point(blend: Blend, block: Block, field: str, target: Block) -> Blend:
    """The file again, with that pointer of the block leading to the target."""
    place = blend.dna.find(blend.struct_of(block), field)
    assert place is not None and place.pointer
    raw = bytearray(blend.buf)
    form = blend.header.endian + ("Q" if blend.header.pointer == 8 else "I")
    struct.pack_into(form, raw, block.start + place.offset, target.address)
    return Blend(bytes(raw), blend.path, ())


@pytest.fixture(params=FORMS.values(), ids=FORMS)
def blend(request: pytest.FixtureRequest) -> Blend:
    return Blend(recode(unpacked(DATA / "textures_4.5_zstd.blend"), request.param), "/show/lib.blend", ())


def test_an_object_needs_its_material_and_that_its_images(blend: Blend) -> None:
    found = needed(blend, "MAPaint")
    assert {"MAPaint", "IMsmoke", "IMheld", "IMround", "IMnone"} <= found
    assert not found & {"IMunused", "IMplain", "SCScene", "OBHull"}


def test_the_order_of_data_blocks_is_no_need(blend: Blend) -> None:
    """`id.next` and `id.prev` chain all blocks of a kind in older files."""
    image, other = blend.of_code(b"IM")[:2]
    name = blend.text(image, "id.name")
    for field in ("id.next", "id.prev"):
        assert needed(point(blend, image, field, other), name) == {name}


def test_a_scene_left_over_in_an_image_user_is_no_need(blend: Blend) -> None:
    material = next(block for block in blend.of_code(b"MA") if blend.name(block) == "Paint")
    storage = next(block for block in blend.everything_of(material) if blend.struct_of(block) == "NodeTexImage")
    assert "SCScene" not in needed(point(blend, storage, "iuser.scene", blend.of_code(b"SC")[0]), "MAPaint")


def test_needs_that_go_round_end(blend: Blend) -> None:
    scene, camera = blend.of_code(b"SC")[0], blend.of_code(b"OB")[0]
    assert {"SCScene", "OBCam"} <= needed(point(blend, camera, "parent", camera), "SCScene")
    assert blend.name(scene) == "Scene"
