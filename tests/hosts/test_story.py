"""The comparison itself: it sees what differs, and its table stays small."""

from __future__ import annotations

from dataclasses import replace

from farmdeck import Asset, Plugin, Problem, RenderItem, Scene, Severity, Software

from tests.hosts import differences
from tests.hosts.differences import Difference
from tests.hosts.story import differences as compare

ITEM = RenderItem("a", "rop", ("/out/a",), ("cam",), "1-10", 64, 36, "ifd", "/x/a.####.exr", True)
ASSET = Asset("a.png", ("/x/a.png",), False, "image", "file1")
SCENE = Scene("/x/s.hip", Software("Houdini", "20"), (ITEM,), ("cam",), "1-10", 24.0, (ASSET,), (Plugin("p", "1"),))


def test_the_same_scene_has_no_differences() -> None:
    assert compare(SCENE, replace(SCENE, unsaved=True)) == []


def test_each_difference_is_named() -> None:
    problem = Problem(Severity.WARNING, "x", "n")
    other = replace(
        SCENE,
        fps=25.0,
        items=(replace(ITEM, width=65), replace(ITEM, name="b")),
        assets=(replace(ASSET, kind="volume"),),
        plugins=(),
        problems=(problem,),
        details={"units": "cm"},
    )
    assert [field for field, _ in compare(SCENE, other)] == [
        "fps", "details.units", "items.a.width", "items.b", "assets.image.file1.a.png", "assets.volume.file1.a.png",
        "plugins.p", "problems.warning n",
    ]  # fmt: skip
    assert compare(
        replace(SCENE, items=(ITEM, replace(ITEM, name="b"))), replace(other, items=(replace(ITEM, name="b"), ITEM))
    )


def test_two_rows_of_one_name_are_both_compared() -> None:
    twice = replace(SCENE, assets=(ASSET, replace(ASSET, missing=True)))
    assert [field for field, _ in compare(twice, SCENE)] == ["assets.image.file1.a.png (2)"]


def test_the_order_of_items_counts() -> None:
    both = (ITEM, replace(ITEM, name="b"))
    assert compare(replace(SCENE, items=both), replace(SCENE, items=both[::-1])) == [
        ("items", "they are in another order")
    ]


def test_the_table_is_short_and_each_row_gives_its_reason() -> None:
    assert len(differences.TABLE) <= differences.MOST
    for row in differences.TABLE:
        assert row.host in ("maya", "houdini", "max") and row.reason and row.source
        assert row.field != ".*"


def test_a_row_explains_its_own_field_alone() -> None:
    row = Difference("maya", "shot.*", r"items\..*\.width", "why", "where")
    assert row.explains("maya", "shot1.ma", "items.masterLayer.width")
    assert not row.explains("maya", "shot1.ma", "items.masterLayer.widths")
    assert not row.explains("max", "shot1.ma", "items.masterLayer.width")
    assert not row.explains("maya", "other.ma", "items.masterLayer.width")
