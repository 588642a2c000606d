# SPDX-License-Identifier: GPL-3.0-or-later
"""The scene's side of the panel, in the render properties and in the 3D view's sidebar."""

from __future__ import annotations

import os
from typing import Any

import bpy
from bpy.types import Panel

from . import _watch
from ._lists import FIT_ICONS, FIT_WORDS, farm_icon
from ._operators import held_back_by
from ._select import can_select
from ._state import asked_options
from ._words import count, lines_of, near_path

ENGINES = {
    "CYCLES": "Cycles",
    "BLENDER_EEVEE": "EEVEE",
    "BLENDER_EEVEE_NEXT": "EEVEE",
    "BLENDER_WORKBENCH": "Workbench",
    "HYDRA_STORM": "Hydra Storm",
}
FIX_WORDS = {
    "save": "Save",
    "save_as": "Save As…",
    "find": "Find Missing Files…",
    "frames": "Use the Scene's Frames",
    "choose": "Check All",
}


def wrapped(layout: Any, context: Any, text: str, icon: str = "NONE") -> None:
    """A sentence over as many lines as the region's width needs; Blender's labels do not wrap."""
    scale = context.preferences.system.ui_scale
    columns = max(16, int((context.region.width / scale - (70 if icon != "NONE" else 46)) / 6.4))
    column = layout.column(align=True)
    column.scale_y = 0.8
    for number, line in enumerate(lines_of(text, columns)):
        column.label(text=line, icon=icon if number == 0 else "BLANK1" if icon != "NONE" else "NONE", translate=False)


def summary(panel: Any, text: str, icon: str = "NONE") -> None:
    """What a section has to say when it is folded: at the right of its header."""
    if text or icon != "NONE":
        panel.layout.label(text=text, icon=icon, translate=False)


class SceneSection:
    """File, engine, state and farm."""

    bl_label = "Farmdeck"

    def draw(self: Any, context: Any) -> None:
        layout = self.layout
        session = _watch.session()
        row = layout.row(align=True)
        row.label(text=os.path.basename(bpy.data.filepath) or "Never saved", icon="FILE_BLEND", translate=False)
        row.operator("farmdeck.refresh", text="", icon="FILE_REFRESH", emboss=False)
        layout.label(text=scene_facts(context), translate=False)
        if session.reading:
            layout.label(text=f"Reading {session.reading}", icon="SORTTIME", translate=False)
        props = context.scene.farmdeck
        split = layout.split(factor=0.3)
        split.alignment = "RIGHT"
        split.label(text="Farm")
        split.menu("FARMDECK_MT_farms", text=session.farm_label(props.farm), icon=farm_icon(props.farm))
        farm = session.farms.get(props.farm)
        if farm is not None and farm.problem:
            wrapped(layout, context, farm.problem, "ERROR")
        elif farm is not None and farm.status:
            status = layout.split(factor=0.3)
            status.label()
            status.label(text=farm.status, translate=False)


class ItemsSection:
    """What renders: view layers, cameras, output."""

    bl_label = "View Layers"

    def draw_header_preset(self: Any, context: Any) -> None:
        rows = context.window_manager.farmdeck.items
        summary(self, f"{sum(row.checked for row in rows)} of {len(rows)}")

    def draw(self: Any, context: Any) -> None:
        layout = self.layout
        rows = context.window_manager.farmdeck
        props = context.scene.farmdeck
        lines = min(max(2, len(rows.items)), 8)
        layout.template_list(
            "FARMDECK_UL_items", "", rows, "items", rows, "active_item", rows=lines, maxrows=8, sort_lock=True
        )
        split = layout.split(factor=0.3)
        split.alignment = "RIGHT"
        split.label(text="Camera")
        split.popover("FARMDECK_PT_cameras", text=camera_text(context, props), icon="CAMERA_DATA")
        split = layout.split(factor=0.3)
        split.alignment = "RIGHT"
        split.label(text="Output")
        split.prop(props, "output", text="")
        output = _watch.session().check.output
        if output:
            place = layout.column()
            place.active = False
            wrapped(place, context, f"To {near_path(output, bpy.data.filepath)}")


class EnvironmentSection:
    """Which of the farm's Blenders renders, and how well it fits."""

    bl_label = "Environment"

    def draw_header_preset(self: Any, context: Any) -> None:
        match = chosen_match(context)
        summary(self, FIT_WORDS[match.fit] if match is not None else "")

    def draw(self: Any, context: Any) -> None:
        layout = self.layout
        props = context.scene.farmdeck
        match = chosen_match(context)
        if match is None:
            known = _watch.session().capabilities(props.farm)
            text = "The farm uses what is installed" if known is not None else "Not known before the farm answers"
            wrapped(layout, context, text, "INFO")
            return
        name = match.env.name if props.environment else f"Best: {match.env.name}"
        layout.menu("FARMDECK_MT_environments", text=name, icon="BLENDER")
        for reason in match.reasons:
            wrapped(layout, context, reason, FIT_ICONS[match.fit])


class FramesSection:
    """Which frames, and the farm's own options."""

    bl_label = "Frames"

    def draw_header_preset(self: Any, context: Any) -> None:
        summary(self, f"{_watch.session().check.total:,}")

    def draw(self: Any, context: Any) -> None:
        layout = self.layout
        props = context.scene.farmdeck
        check = _watch.session().check
        layout.row().prop(props, "frames_mode", expand=True)
        split = layout.split(factor=0.5)
        split.alignment = "RIGHT"
        split.label(text="Frames")
        if props.frames_mode == "CUSTOM":
            bad = any(each.fix == "frames" for each in check.problems)
            split.alert = bad
            split.prop(props, "frames", text="")
            for each in check.problems:
                if each.subject == "Frames" or each.fix == "frames":
                    wrapped(layout, context, each.message, "CANCEL" if bad else "INFO")
        else:
            split.label(text=check.frames_text, translate=False)
        draw_options(layout, context)


class ProblemsSection:
    """Everything that speaks against submitting, each with its fix."""

    bl_label = "Problems"

    def draw_header_preset(self: Any, context: Any) -> None:
        rows = context.window_manager.farmdeck.problems
        line = self.layout.row(align=True)
        for severity, icon in (("error", "CANCEL"), ("warning", "ERROR"), ("note", "INFO")):
            number = sum(row.severity == severity for row in rows)
            if number:
                line.label(text=str(number), icon=icon)

    def draw(self: Any, context: Any) -> None:
        layout = self.layout
        rows = context.window_manager.farmdeck
        session = _watch.session()
        if not rows.problems:
            files = len(session.scene.assets) if session.scene else 0
            found = f"No problems found in {count(files, 'file')}" if files else "No problems found"
            wrapped(
                layout, context, found if session.scene else "Not checked yet", "CHECKMARK" if session.scene else "TIME"
            )
            return
        lines = min(max(2, len(rows.problems)), 5)
        layout.template_list(
            "FARMDECK_UL_problems", "", rows, "problems", rows, "active_problem", rows=lines, maxrows=8, sort_lock=True
        )
        at = min(rows.active_problem, len(rows.problems) - 1)
        problem = rows.problems[at]
        wrapped(layout, context, problem.name)
        buttons = layout.row(align=True)
        if problem.fix in FIX_WORDS:
            buttons.operator("farmdeck.fix", text=FIX_WORDS[problem.fix]).row = at
        if can_select(problem.subject):
            buttons.operator("farmdeck.select").subject = problem.subject


class SubmitSection:
    """The big button, and what came of it."""

    bl_label = "Submit"

    def draw(self: Any, context: Any) -> None:
        layout = self.layout
        session = _watch.session()
        check = session.check
        layout.label(text=f"{count(check.parts, 'view layer')} · {count(check.total, 'frame')}", translate=False)
        big = layout.column()
        big.scale_y = 1.6
        big.enabled = not session.submitting and session.scene is not None and not held_back_by()
        big.operator("farmdeck.submit", text="Submitting" if session.submitting else "Submit")
        layout.operator("farmdeck.dry_run")
        held = held_back_by()
        if held:
            wrapped(layout, context, f"Held back by {count(len(held), 'error')}: see Problems", "CANCEL")
        if session.message.text:
            wrapped(layout, context, session.message.text, session.message.icon)


def scene_facts(context: Any) -> str:
    """`Blender 4.2.3 · Cycles · saved`."""
    engine = context.scene.render.engine
    state = "never saved" if not bpy.data.filepath else "unsaved changes" if bpy.data.is_dirty else "saved"
    return f"Blender {bpy.app.version_string} · {ENGINES.get(engine, engine)} · {state}"


def camera_text(context: Any, props: Any) -> str:
    """What the camera button says."""
    if not props.cameras:
        return own_camera_text(context)
    return props.cameras[0].name if len(props.cameras) == 1 else count(len(props.cameras), "camera")


def own_camera_text(context: Any) -> str:
    """The scene's camera, or how many its markers switch between."""
    scene = _watch.session().scene
    prefix = f"{context.scene.name}/"
    own = next((item.cameras for item in (scene.items if scene else ()) if item.name.startswith(prefix)), ())
    if len(own) > 1:
        return f"{len(own)} by markers"
    return own[0] if own else "No camera"


def chosen_match(context: Any) -> Any:
    """The chosen environment's match, or the best one; None where the farm has none."""
    matches = _watch.session().check.matches
    wanted = context.scene.farmdeck.environment
    return next((match for match in matches if match.env.name == wanted), matches[0] if matches else None)


def draw_options(layout: Any, context: Any) -> None:
    """The farm's own options, then what every farm with that capability has."""
    props = context.scene.farmdeck
    known = _watch.session().capabilities(props.farm)
    wanted = asked_options(props, known.options) if known is not None else set()
    for row in context.window_manager.farmdeck.options:
        if row.name in wanted:
            draw_option(layout, row)
    if known is None or known.priority:
        layout.prop(props, "priority")
    if known is not None and known.hold:
        layout.prop(props, "hold")


def draw_option(layout: Any, row: Any) -> None:
    """Numbers carry their label inside, as Blender's own do; the rest have it beside."""
    if row.kind in ("int", "float"):
        layout.prop(row, f"{row.kind}_value", text=row.label, translate=False)
    elif row.kind == "bool":
        layout.prop(row, "bool_value", text=row.label, translate=False)
    else:
        split = layout.split(factor=0.4)
        split.alignment = "RIGHT"
        split.label(text=row.label, translate=False)
        if row.kind == "choice":
            split.context_pointer_set("farmdeck_option", row)
            split.menu("FARMDECK_MT_option", text=row.text_value)
        else:
            split.prop(row, "text_value", text="")


SECTIONS = (SceneSection, ItemsSection, EnvironmentSection, FramesSection, ProblemsSection, SubmitSection)


def panels(sections: Any, order: int) -> tuple[type, ...]:
    """Each section twice: a panel of its own in the sidebar, and a child of one panel in the render properties."""
    made: list[type] = []
    for number, section in enumerate(sections, order):
        word = section.__name__.replace("Section", "").lower()
        sidebar = {
            "bl_idname": f"FARMDECK_PT_{word}",
            "bl_space_type": "VIEW_3D",
            "bl_region_type": "UI",
            "bl_category": "Farmdeck",
            "bl_order": number,
            "__doc__": section.__doc__,
        }
        made.append(type(f"FARMDECK_PT_{word}", (section, Panel), sidebar))
        render = {
            **sidebar,
            "bl_idname": f"FARMDECK_PT_render_{word}",
            "bl_space_type": "PROPERTIES",
            "bl_region_type": "WINDOW",
            "bl_context": "render",
        }
        del render["bl_category"]
        if number == 0:
            render["bl_options"] = {"DEFAULT_CLOSED"}
        else:
            render["bl_parent_id"] = "FARMDECK_PT_render_scene"
        made.append(type(f"FARMDECK_PT_render_{word}", (section, Panel), render))
    return tuple(made)


CLASSES = panels(SECTIONS, 0)
__all__ = ["CLASSES", "panels", "summary", "wrapped"]
