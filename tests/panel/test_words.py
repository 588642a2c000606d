"""How things are called."""

from __future__ import annotations

import pytest
from farmdeck_ui.panel.words import item_nouns, renderer_name


@pytest.mark.parametrize(
    ("host_id", "said"),
    [
        ("BLENDER_EEVEE_NEXT", "Eevee"),
        ("LUXCORE", "Luxcore"),
        ("mayaHardware2", "Maya Hardware 2.0"),
        ("ifd", "Mantra"),
        ("V_Ray_6__Hotfix_3", "V-Ray 6 Hotfix 3"),
        ("Scanline_Renderer", "Scanline Renderer"),
        ("arnold, redshift", "Arnold, Redshift"),
        ("geometry", "Geometry"),
        ("", ""),
    ],
)
def test_a_renderer_is_called_by_its_name(host_id: str, said: str) -> None:
    assert renderer_name(host_id) == said


def test_items_of_several_kinds_are_items() -> None:
    assert item_nouns(["rop", "rop"])[0] == "ROP"
    assert item_nouns(["batch_view", "view"])[0] == "view"
    assert item_nouns(["batch_view", "camera"])[0] == "item"
