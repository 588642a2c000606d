# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: F722, F821, UP037
# mypy: disable-error-code="valid-type"
"""The properties: what the artist chose (saved with the scene) and the rows that lists need (never saved).

No `from __future__ import annotations` here: Blender makes properties of the annotations themselves.
"""

from collections.abc import Sequence
from typing import Any, Optional

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)
from bpy.types import PropertyGroup

from . import _watch
from ._choices import Choices
from ._core import Option, asked

SCHEMA = 1
"""Of what is saved with the scene; an add-on that finds a later one says so and leaves it alone."""


class FARMDECK_PG_item_choice(PropertyGroup):
    """A view layer that the artist checked or unchecked; `name` is the item's."""

    render: BoolProperty()


class FARMDECK_PG_camera_choice(PropertyGroup):
    """A camera to render through; `name` is the camera's."""


class FARMDECK_PG_option_choice(PropertyGroup):
    """An option's value; `name` is `FARM:OPTION`."""

    value: StringProperty()


class FARMDECK_PG_choices(PropertyGroup):
    """What the artist chose: saved with the scene, no path of this machine and no secret in it but `output`."""

    schema: IntProperty(default=SCHEMA)
    items: CollectionProperty(type=FARMDECK_PG_item_choice)
    cameras: CollectionProperty(type=FARMDECK_PG_camera_choice)
    options: CollectionProperty(type=FARMDECK_PG_option_choice)
    farm: StringProperty(default="local")
    environment: StringProperty()
    frames_mode: EnumProperty(
        name="Frames",
        description="Which frames of the checked view layers are rendered",
        items=(
            ("SCENE", "Scene", "The frame range of each scene"),
            ("THREE", "3 Only", "The first, the middle and the last frame, to see whether it renders at all"),
            ("CUSTOM", "Custom", "The frames that you type"),
        ),
    )
    frames: StringProperty(
        name="Frames", description="Frames and ranges: 1-10, 1-10x2, 1,5,9-12. The same for every view layer"
    )
    output: StringProperty(
        name="Output",
        description="A folder for the frames. Empty: where the scene's own output setting says",
        subtype="DIR_PATH",
    )
    priority: IntProperty(
        name="Priority", description="Jobs with a higher priority go first", default=50, min=0, max=100
    )
    hold: BoolProperty(name="Hold", description="Submit it, but wait for Start before the first frame")


def _get_checked(row: Any) -> bool:
    return is_chosen(bpy.context.scene.farmdeck, row.name, row.enabled)


def _set_checked(row: Any, value: bool) -> None:
    choose_item(bpy.context.scene.farmdeck, row.name, value)


def _get_through(row: Any) -> bool:
    return row.name in bpy.context.scene.farmdeck.cameras


def _set_through(row: Any, value: bool) -> None:
    choose_camera(bpy.context.scene.farmdeck, row.name, value)


class FARMDECK_PG_item_row(PropertyGroup):
    """A view layer in the list; what is checked is read from the scene's choices, so that undo shows."""

    enabled: BoolProperty()
    label: StringProperty()
    count: StringProperty()
    checked: BoolProperty(
        name="Render", description="Render this view layer on the farm", get=_get_checked, set=_set_checked
    )


class FARMDECK_PG_camera_row(PropertyGroup):
    """A camera in the list."""

    checked: BoolProperty(
        name="Camera", description="Render through this camera too", get=_get_through, set=_set_through
    )


class FARMDECK_PG_problem_row(PropertyGroup):
    """A problem in the list; `name` is its sentence."""

    severity: StringProperty()
    subject: StringProperty()
    fix: StringProperty()


def _option(row: Any) -> Optional[Option]:
    capabilities = _watch.session().capabilities(bpy.context.scene.farmdeck.farm)
    options = capabilities.options if capabilities is not None else ()
    return next((option for option in options if option.name == row.name), None)


def _get_option(row: Any) -> Any:
    option = _option(row)
    props = bpy.context.scene.farmdeck
    chosen = props.options.get(f"{props.farm}:{row.name}")
    return chosen.value if chosen is not None else str(option.default) if option is not None else ""


def _set_option(row: Any, value: Any) -> None:
    option = _option(row)
    props = bpy.context.scene.farmdeck
    if option is not None and option.kind in ("int", "float"):
        value = max(value, option.minimum) if option.minimum is not None else value
        value = min(value, option.maximum) if option.maximum is not None else value
        value = int(value) if option.kind == "int" else value
    name = f"{props.farm}:{row.name}"
    chosen = props.options.get(name)
    if chosen is None:
        chosen = props.options.add()
        chosen.name = name
    chosen.value = str(value)


def _get_int(row: Any) -> int:
    return int(float(_get_option(row) or 0))


def _get_float(row: Any) -> float:
    return float(_get_option(row) or 0)


def _get_bool(row: Any) -> bool:
    return str(_get_option(row)).lower() == "true"


class FARMDECK_PG_option_row(PropertyGroup):
    """One of the farm's own options; the kind says which of the values is shown."""

    kind: StringProperty()
    label: StringProperty()
    tip: StringProperty()
    int_value: IntProperty(name="Value", get=_get_int, set=_set_option)
    float_value: FloatProperty(name="Value", get=_get_float, set=_set_option)
    bool_value: BoolProperty(name="Value", get=_get_bool, set=_set_option)
    text_value: StringProperty(name="Value", get=_get_option, set=_set_option)


def _get_progress(rows: Any) -> float:
    job = _watch.session().job
    return 100.0 * job.fraction if job is not None else 0.0


class FARMDECK_PG_rows(PropertyGroup):
    """What the lists show; lives on the window manager and is filled by the timer."""

    items: CollectionProperty(type=FARMDECK_PG_item_row)
    active_item: IntProperty()
    cameras: CollectionProperty(type=FARMDECK_PG_camera_row)
    problems: CollectionProperty(type=FARMDECK_PG_problem_row)
    active_problem: IntProperty()
    options: CollectionProperty(type=FARMDECK_PG_option_row)
    progress: FloatProperty(name="Progress", subtype="PERCENTAGE", precision=0, min=0, max=100, get=_get_progress)


CLASSES = (
    FARMDECK_PG_item_choice,
    FARMDECK_PG_camera_choice,
    FARMDECK_PG_option_choice,
    FARMDECK_PG_choices,
    FARMDECK_PG_item_row,
    FARMDECK_PG_camera_row,
    FARMDECK_PG_problem_row,
    FARMDECK_PG_option_row,
    FARMDECK_PG_rows,
)


def add_properties() -> None:
    """After the classes are registered."""
    bpy.types.Scene.farmdeck = PointerProperty(type=FARMDECK_PG_choices)
    bpy.types.WindowManager.farmdeck = PointerProperty(type=FARMDECK_PG_rows)


def remove_properties() -> None:
    """Before the classes are unregistered."""
    del bpy.types.WindowManager.farmdeck
    del bpy.types.Scene.farmdeck


def is_chosen(props: Any, name: str, enabled: bool) -> bool:
    """Checked by the artist, or as the scene itself says."""
    choice = props.items.get(name)
    return choice.render if choice is not None else enabled


def choose_item(props: Any, name: str, render: bool) -> None:
    """Remember a check mark."""
    choice = props.items.get(name)
    if choice is None:
        choice = props.items.add()
        choice.name = name
    choice.render = render


def choose_camera(props: Any, name: str, through: bool) -> None:
    """Add or remove a camera."""
    at = props.cameras.find(name)
    if through and at < 0:
        props.cameras.add().name = name
    elif not through and at >= 0:
        props.cameras.remove(at)


def choices(scene: Any) -> Choices:
    """The scene's choices as plain values."""
    props = scene.farmdeck
    session = _watch.session()
    read = session.scene
    items = tuple(item.name for item in read.items if is_chosen(props, item.name, item.enabled)) if read else ()
    known = session.capabilities(props.farm)
    names = asked_options(props, known.options) if known is not None else None
    return Choices(
        items=items,
        cameras=tuple(choice.name for choice in props.cameras),
        frames_mode=props.frames_mode,
        frames=props.frames,
        farm=props.farm,
        environment=props.environment,
        output=bpy.path.abspath(props.output) if props.output else "",
        options=tuple(_options(props, names)),
        priority=props.priority,
        hold=props.hold and (known is None or known.hold),
    )


def asked_options(props: Any, options: Sequence[Option]) -> set[str]:
    """The names of the farm's options that the choices made so far call for."""
    values = dict(_options(props, {option.name for option in options}))
    return {option.name for option in asked(options, values)}


def _options(props: Any, names: Optional[set[str]]) -> Any:
    """Only what the farm knows: another farm's options stay with the scene, but are not sent."""
    for choice in props.options:
        farm, _, option = choice.name.partition(":")
        if farm == props.farm and (names is None or option in names):
            yield option, choice.value
