"""Every colour that words are painted with can be read on every ground, whatever the host's palette."""

from __future__ import annotations

from typing import Any

import pytest
from farmdeck import FrameState, JobState, Severity
from farmdeck_ui.panel.icons import pixmap
from farmdeck_ui.panel.qt import QtGui
from farmdeck_ui.panel.theme import READABLE, VISIBLE, contrast, make_theme, readable, standalone_palette

C = QtGui.QColor


def host(window: str, base: str, text: str, highlight: str, highlighted: str) -> QtGui.QPalette:
    palette = QtGui.QPalette(C(window))
    role = QtGui.QPalette.ColorRole
    colours = {
        role.Window: window,
        role.WindowText: text,
        role.Base: base,
        role.AlternateBase: base,
        role.Text: text,
        role.Highlight: highlight,
        role.HighlightedText: highlighted,
    }
    for name, colour in colours.items():
        palette.setColor(name, C(colour))
    return palette


PALETTES = {
    "our own dark": lambda: standalone_palette(dark=True),
    "our own light": lambda: standalone_palette(dark=False),
    "Maya": lambda: host("#444444", "#2B2B2B", "#BBBBBB", "#5285A6", "#FFFFFF"),
    "Houdini": lambda: host("#3A3A3A", "#131313", "#CCCCCC", "#B98620", "#000000"),
    "3ds Max light": lambda: host("#C4C4C4", "#FFFFFF", "#000000", "#5C8AB0", "#FFFFFF"),
    "a middle grey": lambda: host("#808080", "#777777", "#A0A0A0", "#909090", "#A0A0A0"),
    "no colours": lambda: host("#FFFFFF", "#FFFFFF", "#FFFFFF", "#FFFFFF", "#FFFFFF"),
}


@pytest.mark.parametrize("name", PALETTES)
def test_words_can_be_read_on_every_ground(qapp: Any, name: str) -> None:
    theme = make_theme(PALETTES[name]())
    roles = {"text": theme.text, "faint": theme.faint, **theme.roles}
    middle = name == "a middle grey"  # nothing reaches 4.5:1 on both of its grounds: then the best there is
    for role, ink in roles.items():
        for ground in (theme.window, theme.base, theme.alternate):
            assert contrast(ink, ground) >= (READABLE if not middle else 4.0), role
    assert contrast(theme.highlight_text, theme.highlight) >= READABLE
    assert contrast(theme.fill_text, theme.fill) >= READABLE


@pytest.mark.parametrize("dark", [True, False])
def test_a_states_shape_can_be_seen_on_a_chosen_row(qapp: Any, dark: bool) -> None:
    theme = make_theme(standalone_palette(dark))
    for state in JobState:
        assert contrast(theme[state.value], theme.highlight) >= VISIBLE, state


def test_contrast_is_that_of_wcag() -> None:
    assert contrast(C("#000000"), C("#FFFFFF")) == pytest.approx(21)
    assert contrast(C("#777777"), C("#FFFFFF")) == pytest.approx(4.48, abs=0.01)  # WebAIM's checker says 4.48


def test_a_colour_that_can_be_read_is_left_alone() -> None:
    assert readable(C("#23703A"), C("#FFFFFF")) == C("#23703A")
    moved = readable(C("#7FCB92"), C("#FFFFFF"))
    assert contrast(moved, C("#FFFFFF")) >= READABLE
    assert moved.hslHue() == pytest.approx(C("#7FCB92").hslHue(), abs=6)


def test_every_state_and_severity_has_a_shape_of_its_own(qapp: Any) -> None:
    ink = C("#FFFFFF")
    names = {state.value for state in (*JobState, *FrameState)} | {severity.value for severity in Severity}
    shapes: dict[bytes, str] = {}
    for name in sorted(names):
        image = pixmap(name, ink, 16).toImage()
        dots = bytes(image.pixelColor(x, y).alpha() for x in range(16) for y in range(16))
        assert any(dots), name
        twin = shapes.setdefault(dots, name)
        assert {twin, name} in ({name}, {"error", "failed"}), (twin, name)
