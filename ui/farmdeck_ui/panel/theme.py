"""Colours: the host's palette, and what is computed from it so that every word can be read."""

from __future__ import annotations

from dataclasses import dataclass

from .qt import QtGui, QtWidgets

READABLE = 4.5  # WCAG 2.2, 1.4.3
VISIBLE = 3.0  # 1.4.11, for shapes

_FIXED = {  # role: (on dark, on light)
    "error": ("#F79A90", "#B3261E"),
    "warning": ("#F0B95A", "#8A5A00"),
    "note": ("#B4C7D9", "#3F5D78"),
    "accent": ("#86BEEA", "#1B5E92"),
    "good": ("#7FCB92", "#23703A"),
    "queued": ("#B8B8B8", "#5E5E5E"),
    "uploading": ("#BBA6F2", "#6243B5"),
    "waiting": ("#C9BB98", "#6E5C2B"),
    "rendering": ("#7CC4F0", "#14659C"),
    "paused": ("#E3BC5A", "#805800"),
    "stopped": ("#C2C2C2", "#565656"),
    "done": ("#7FCB92", "#23703A"),
    "partly_done": ("#F0A860", "#98500A"),
    "failed": ("#F79A90", "#B3261E"),
    "abandoned": ("#C2C2C2", "#565656"),
}


def luminance(colour: QtGui.QColor) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [channel / 255 for channel in (colour.red(), colour.green(), colour.blue())]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


def contrast(one: QtGui.QColor, other: QtGui.QColor) -> float:
    """1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def mix(one: QtGui.QColor, other: QtGui.QColor, share: float) -> QtGui.QColor:
    """`share` of `one`, the rest of `other`."""
    pairs = zip((one.red(), one.green(), one.blue()), (other.red(), other.green(), other.blue()))
    return QtGui.QColor(*(round(a * share + b * (1 - share)) for a, b in pairs))


def readable(colour: QtGui.QColor, *grounds: QtGui.QColor, least: float = READABLE) -> QtGui.QColor:
    """`colour`, moved towards black or white only as far as it needs to be read on every ground."""
    if all(contrast(colour, ground) >= least for ground in grounds):
        return colour
    ends = [QtGui.QColor("#FFFFFF"), QtGui.QColor("#000000")]
    end = max(ends, key=lambda end: min(contrast(end, ground) for ground in grounds))
    for percent in range(5, 101, 5):
        moved = mix(end, colour, percent / 100)
        if all(contrast(moved, ground) >= least for ground in grounds):
            return moved
    return end


@dataclass(frozen=True)
class Theme:
    """The colours that we paint with, for one palette."""

    dark: bool
    window: QtGui.QColor
    header: QtGui.QColor
    base: QtGui.QColor
    alternate: QtGui.QColor
    button: QtGui.QColor
    line: QtGui.QColor
    edge: QtGui.QColor
    text: QtGui.QColor
    faint: QtGui.QColor
    """Secondary text."""
    disabled: QtGui.QColor
    highlight: QtGui.QColor
    highlight_text: QtGui.QColor
    fill: QtGui.QColor
    """The main button, checks."""
    fill_text: QtGui.QColor
    track: QtGui.QColor
    """What a progress bar runs on."""
    roles: dict[str, QtGui.QColor]

    def __getitem__(self, role: str) -> QtGui.QColor:
        return self.roles[role]


def make_theme(palette: QtGui.QPalette) -> Theme:
    """Everything we paint with, checked against the grounds it is painted on."""
    palette = QtGui.QPalette(palette)
    palette.setCurrentColorGroup(QtGui.QPalette.ColorGroup.Active)  # a widget's own is Disabled while it is
    role = QtGui.QPalette.ColorRole
    window, base, alternate = (palette.color(r) for r in (role.Window, role.Base, role.AlternateBase))
    dark = luminance(window) < 0.18
    grounds = (window, base, alternate)
    text = readable(palette.color(role.WindowText), *grounds)
    highlight = palette.color(role.Highlight)
    fill = mix(highlight, QtGui.QColor("#2E8ED6"), 0.55) if dark else _strong(highlight)
    fixed = {name: QtGui.QColor(pair[0] if dark else pair[1]) for name, pair in _FIXED.items()}
    return Theme(
        dark=dark,
        window=window,
        header=mix(window, QtGui.QColor("#000000"), 0.9 if dark else 0.96),
        base=base,
        alternate=alternate,
        button=palette.color(role.Button),
        line=mix(window, QtGui.QColor("#000000"), 0.65 if dark else 0.87),
        edge=mix(window, QtGui.QColor("#FFFFFF" if dark else "#000000"), 0.84 if dark else 0.71),
        text=text,
        faint=readable(mix(text, window, 0.7), *grounds),
        disabled=palette.color(QtGui.QPalette.ColorGroup.Disabled, role.WindowText),
        highlight=highlight,
        highlight_text=readable(palette.color(role.HighlightedText), highlight),
        fill=fill,
        fill_text=readable(QtGui.QColor("#FFFFFF"), fill),
        track=mix(base, QtGui.QColor("#000000" if dark else "#808080"), 0.7 if dark else 0.8),
        roles={name: readable(colour, *grounds) for name, colour in fixed.items()},
    )


def theme_of(widget: QtWidgets.QWidget) -> Theme:
    """The theme of the palette that the widget is shown with; computed once for each palette."""
    palette = widget.palette()
    key = int(palette.cacheKey())
    found = _CACHE.get(key)
    if found is None:
        if len(_CACHE) > 32:  # a palette that is edited live makes new keys for ever
            _CACHE.clear()
        found = _CACHE[key] = make_theme(palette)
    return found


_CACHE: dict[int, Theme] = {}


def _strong(colour: QtGui.QColor) -> QtGui.QColor:
    """A fill that white reads on, of the host's own hue where it has one."""
    if colour.saturation() < 30:
        return QtGui.QColor("#1F6499")
    hue = colour.hslHue()
    return readable(QtGui.QColor.fromHsl(hue, 170, 92), QtGui.QColor("#FFFFFF"))


_DARK = {
    "Window": "#3A3A3A",
    "WindowText": "#E8E8E8",
    "Base": "#2A2A2A",
    "AlternateBase": "#2F2F2F",
    "Text": "#E8E8E8",
    "Button": "#4C4C4C",
    "ButtonText": "#E8E8E8",
    "BrightText": "#FFFFFF",
    "Highlight": "#2D5F86",
    "HighlightedText": "#FFFFFF",
    "Link": "#86BEEA",
    "LinkVisited": "#86BEEA",
    "ToolTipBase": "#202020",
    "ToolTipText": "#E8E8E8",
    "PlaceholderText": "#B4B4B4",
    "Light": "#5A5A5A",
    "Midlight": "#505050",
    "Mid": "#303030",
    "Dark": "#262626",
    "Shadow": "#1A1A1A",
}
_LIGHT = {
    "Window": "#EFEFEF",
    "WindowText": "#1E1E1E",
    "Base": "#FFFFFF",
    "AlternateBase": "#F6F6F6",
    "Text": "#1E1E1E",
    "Button": "#FAFAFA",
    "ButtonText": "#1E1E1E",
    "BrightText": "#FFFFFF",
    "Highlight": "#CBE2F4",
    "HighlightedText": "#12324A",
    "Link": "#1B5E92",
    "LinkVisited": "#1B5E92",
    "ToolTipBase": "#FFFFFF",
    "ToolTipText": "#1E1E1E",
    "PlaceholderText": "#595959",
    "Light": "#FFFFFF",
    "Midlight": "#F4F4F4",
    "Mid": "#C4C4C4",
    "Dark": "#A9A9A9",
    "Shadow": "#808080",
}


def standalone_palette(dark: bool) -> QtGui.QPalette:
    """The palette of the window that has no host to take one from."""
    palette = QtGui.QPalette()
    for name, colour in (_DARK if dark else _LIGHT).items():
        palette.setColor(getattr(QtGui.QPalette.ColorRole, name), QtGui.QColor(colour))
    for name in ("WindowText", "Text", "ButtonText", "HighlightedText"):
        role = getattr(QtGui.QPalette.ColorRole, name)
        palette.setColor(QtGui.QPalette.ColorGroup.Disabled, role, QtGui.QColor("#858585" if dark else "#8C8C8C"))
    return palette
