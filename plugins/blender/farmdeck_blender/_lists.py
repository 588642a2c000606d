# SPDX-License-Identifier: GPL-3.0-or-later
"""The lists, menus and the camera popover."""

from __future__ import annotations

from typing import Any

from bpy.types import Menu, Panel, UIList

from . import _state, _watch
from ._core import Fit, JobState
from ._words import count

SEVERITY_ICONS = {"error": "CANCEL", "warning": "ERROR", "note": "INFO"}
FIT_ICONS = {Fit.EXACT: "CHECKMARK", Fit.CLOSE: "ERROR", Fit.POOR: "ERROR", Fit.NONE: "CANCEL"}
FIT_WORDS = {Fit.EXACT: "Exact match", Fit.CLOSE: "Close match", Fit.POOR: "Poor match", Fit.NONE: "No match"}
STATE_ICONS = {
    JobState.QUEUED: "SORTTIME",
    JobState.UPLOADING: "EXPORT",
    JobState.WAITING: "TIME",
    JobState.RENDERING: "PLAY",
    JobState.PAUSED: "PAUSE",
    JobState.STOPPED: "SNAP_FACE",
    JobState.DONE: "CHECKMARK",
    JobState.PARTLY_DONE: "ERROR",
    JobState.FAILED: "CANCEL",
}
MENU_JOBS = 20


class FARMDECK_UL_items(UIList):
    """View layers with their check mark and frames."""

    def draw_item(self, context: Any, layout: Any, data: Any, item: Any, icon: Any, active: Any, name: Any) -> None:
        row = layout.row(align=True)
        row.prop(item, "checked", text="")
        title = row.row()
        title.active = item.checked
        title.label(text=item.label, icon="RENDERLAYERS", translate=False)
        right = row.row()
        right.alignment = "RIGHT"
        right.active = item.checked
        right.label(text=item.count)


class FARMDECK_UL_problems(UIList):
    """Problems, errors first."""

    def draw_item(self, context: Any, layout: Any, data: Any, item: Any, icon: Any, active: Any, name: Any) -> None:
        layout.label(text=item.name, icon=SEVERITY_ICONS.get(item.severity, "INFO"), translate=False)


class FARMDECK_MT_unsaved(Menu):
    """Asked by Submit."""

    bl_idname = "FARMDECK_MT_unsaved"
    bl_label = "The scene has unsaved changes"

    def draw(self, context: Any) -> None:
        layout = self.layout
        layout.operator_context = "EXEC_DEFAULT"
        layout.operator("farmdeck.submit", text="Save and Submit", icon="FILE_TICK").unsaved = "SAVE"
        layout.operator("farmdeck.submit", text="Submit the Last Saved", icon="FILE_BLEND").unsaved = "LAST"
        layout.separator()
        layout.operator("farmdeck.submit", text="Cancel", icon="X").unsaved = "CANCEL"


class FARMDECK_MT_farms(Menu):
    """Every farm that is set up."""

    bl_idname = "FARMDECK_MT_farms"
    bl_label = "Farm"

    def draw(self, context: Any) -> None:
        session = _watch.session()
        for name in session.farm_names:
            chosen = self.layout.operator("farmdeck.choose", text=session.farm_label(name), icon=farm_icon(name))
            chosen.what, chosen.name = "farm", name


class FARMDECK_MT_environments(Menu):
    """What the farm renders with, best match first."""

    bl_idname = "FARMDECK_MT_environments"
    bl_label = "Environment"

    def draw(self, context: Any) -> None:
        automatic = self.layout.operator("farmdeck.choose", text="Best Match", icon="AUTO")
        automatic.what, automatic.name = "environment", ""
        for match in _watch.session().check.matches:
            chosen = self.layout.operator("farmdeck.choose", text=match.env.name, icon=FIT_ICONS[match.fit])
            chosen.what, chosen.name = "environment", match.env.name


class FARMDECK_MT_jobs(Menu):
    """The newest jobs."""

    bl_idname = "FARMDECK_MT_jobs"
    bl_label = "Job"

    def draw(self, context: Any) -> None:
        jobs = sorted(_watch.session().jobs.values(), key=lambda job: -job.created)
        for job in jobs[:MENU_JOBS]:
            text = f"{job.name}   {count(job.total, 'frame')}"
            self.layout.operator("farmdeck.choose_job", text=text, icon=STATE_ICONS[job.state]).job = job.id
        if len(jobs) > MENU_JOBS:
            self.layout.label(text=f"{len(jobs) - MENU_JOBS:,} more in the full panel")


class FARMDECK_MT_option(Menu):
    """The choices of the option whose row was clicked."""

    bl_idname = "FARMDECK_MT_option"
    bl_label = "Option"

    def draw(self, context: Any) -> None:
        row = context.farmdeck_option
        option = _state._option(row)
        for choice in option.choices if option is not None else ():
            chosen = self.layout.operator("farmdeck.choose", text=choice)
            chosen.what, chosen.name = f"option:{row.name}", choice


class FARMDECK_PT_cameras(Panel):
    """The scene's own camera, or the ones that are checked."""

    bl_idname = "FARMDECK_PT_cameras"
    bl_label = "Cameras"
    bl_space_type = "VIEW_3D"
    bl_region_type = "HEADER"
    bl_options = {"INSTANCED"}

    def draw(self, context: Any) -> None:
        layout = self.layout
        props = context.scene.farmdeck
        own = layout.operator(
            "farmdeck.choose", text="The Scene's Own", icon="RADIOBUT_OFF" if props.cameras else "RADIOBUT_ON"
        )
        own.what, own.name = "cameras", ""
        layout.label(text="Or every view layer through:")
        column = layout.column(align=True)
        for row in context.window_manager.farmdeck.cameras:
            column.prop(row, "checked", text=row.name, translate=False)


def farm_icon(name: str) -> str:
    """This machine, or one elsewhere."""
    return "DESKTOP" if name == "local" else "NETWORK_DRIVE"


CLASSES = (
    FARMDECK_UL_items,
    FARMDECK_UL_problems,
    FARMDECK_MT_unsaved,
    FARMDECK_MT_farms,
    FARMDECK_MT_environments,
    FARMDECK_MT_jobs,
    FARMDECK_MT_option,
    FARMDECK_PT_cameras,
)
