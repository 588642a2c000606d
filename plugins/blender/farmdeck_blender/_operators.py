# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: F722, F821
# mypy: disable-error-code="valid-type"
"""What the buttons of the scene's side do. (No postponed annotations here: Blender makes properties of them.)"""

import os
import subprocess
import sys
from typing import Any

import bpy
from bpy.props import EnumProperty, IntProperty, StringProperty
from bpy.types import Operator

from . import _select, _state, _watch
from ._core import AgentError, Done, Problem, clean_environment, find_agent

SAVED_BY_US = ("save", "save_as")
"""Fixes of the problems that Submit itself asks about."""


def held_back_by() -> tuple[Problem, ...]:
    """The errors for which Submit waits; a scene that was never saved is asked to be, not refused."""
    return tuple(each for each in _watch.session().check.errors if each.fix not in SAVED_BY_US)


class FARMDECK_OT_submit(Operator):
    """Send the checked view layers to the farm; Blender can be closed afterwards"""

    bl_idname = "farmdeck.submit"
    bl_label = "Submit"
    bl_options = {"INTERNAL"}

    unsaved: EnumProperty(
        items=(
            ("ASK", "Ask", "Ask what to do about unsaved changes"),
            ("SAVE", "Save and Submit", "Save the scene, then submit what is open"),
            ("LAST", "Submit the Last Saved", "Submit the scene as it is in the file, without the changes since"),
            ("CANCEL", "Cancel", "Submit nothing"),
        ),
        options={"SKIP_SAVE", "HIDDEN"},
    )

    @classmethod
    def description(cls, context: Any, properties: Any) -> str:
        problems = held_back_by()
        if problems:
            return "Held back:\n" + "\n".join(problem.message for problem in problems)
        return (
            cls.bl_rna.properties["unsaved"].enum_items[properties.unsaved].description
            if (properties.unsaved != "ASK")
            else (cls.__doc__ or "")
        )

    def execute(self, context: Any) -> set[str]:
        problems = held_back_by()
        if self.unsaved == "CANCEL":
            return {"CANCELLED"}
        if problems:
            self.report({"ERROR"}, problems[0].message)
            return {"CANCELLED"}
        if not bpy.data.filepath:
            _watch.session().say("Save the scene, then press Submit.", "INFO")
            bpy.ops.wm.save_as_mainfile("INVOKE_DEFAULT")
            return {"FINISHED"}
        if self.unsaved == "ASK" and bpy.data.is_dirty and not bpy.app.background:
            bpy.ops.wm.call_menu(name="FARMDECK_MT_unsaved")
            return {"FINISHED"}
        if self.unsaved == "SAVE":
            _watch.session().say("Saving", "FILE_TICK")
            bpy.ops.wm.save_mainfile()
        which = "saved" if self.unsaved == "LAST" else "open"
        _watch.watch().submit(which, _state.choices(context.scene))
        return {"FINISHED"}


class FARMDECK_OT_dry_run(Operator):
    """Show what Submit would send, and send nothing"""

    bl_idname = "farmdeck.dry_run"
    bl_label = "Dry Run"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: Any) -> bool:
        return _watch.session().scene is not None

    def execute(self, context: Any) -> set[str]:
        session = _watch.session()
        if session.scene is not None:
            session.dry_run(session.scene, _state.choices(context.scene))
        return {"FINISHED"}


class FARMDECK_OT_refresh(Operator):
    """Read the scene again, its files too"""

    bl_idname = "farmdeck.refresh"
    bl_label = "Refresh"
    bl_options = {"INTERNAL"}

    def execute(self, context: Any) -> set[str]:
        _watch.watch().read_now()
        _watch.session().wake_agent()
        return {"FINISHED"}


class FARMDECK_OT_choose(Operator):
    """Choose this one"""

    bl_idname = "farmdeck.choose"
    bl_label = "Choose"
    bl_options = {"INTERNAL", "UNDO"}

    what: StringProperty(options={"SKIP_SAVE"})
    name: StringProperty(options={"SKIP_SAVE"})

    def execute(self, context: Any) -> set[str]:
        props = context.scene.farmdeck
        if self.what == "farm":
            props.farm, props.environment = self.name, ""
        elif self.what == "environment":
            props.environment = self.name
        elif self.what == "cameras":
            props.cameras.clear()
        elif self.what.startswith("option:"):
            row = context.window_manager.farmdeck.options.get(self.what.partition(":")[2])
            if row is not None:
                row.text_value = self.name
        _watch.session().changed = True
        return {"FINISHED"}


class FARMDECK_OT_fix(Operator):
    """Do something about the problem that is marked in the list"""

    bl_idname = "farmdeck.fix"
    bl_label = "Fix"
    bl_options = {"INTERNAL", "UNDO"}

    row: IntProperty(options={"SKIP_SAVE"})

    def execute(self, context: Any) -> set[str]:
        problem = context.window_manager.farmdeck.problems[self.row]
        if problem.fix in ("save", "save_as"):
            bpy.ops.wm.save_mainfile("INVOKE_DEFAULT")
        elif problem.fix == "find":
            bpy.ops.file.find_missing_files("INVOKE_DEFAULT")
        elif problem.fix == "frames":
            context.scene.farmdeck.frames_mode = "SCENE"
        elif problem.fix == "choose":
            for row in context.window_manager.farmdeck.items:
                row.checked = row.enabled
        return {"FINISHED"}


class FARMDECK_OT_select(Operator):
    """Select the objects that use what the problem is about"""

    bl_idname = "farmdeck.select"
    bl_label = "Select Node"
    bl_options = {"INTERNAL", "UNDO"}

    subject: StringProperty(options={"SKIP_SAVE"})

    def execute(self, context: Any) -> set[str]:
        found = _select.select(context, self.subject)
        if not found:
            self.report({"INFO"}, f'No object in this view layer uses "{self.subject}"')
            return {"CANCELLED"}
        return {"FINISHED"}


class FARMDECK_OT_open_panel(Operator):
    """Open Farmdeck's own window: every job of every farm, logs and pictures"""

    bl_idname = "farmdeck.open_panel"
    bl_label = "Open the Full Panel…"
    bl_options = {"INTERNAL"}

    def execute(self, context: Any) -> set[str]:
        file = bpy.data.filepath
        session = _watch.session()

        def answer(done: Done) -> None:
            session.say(str(done.error) if done.error is not None else "", "ERROR" if done.error else "NONE")

        session.mail.ask(lambda store: start_panel(file), answer)
        return {"FINISHED"}


def start_panel(file: str) -> None:
    """Farmdeck's window in a process of its own that outlives Blender; on the worker thread. Raises AgentError."""
    command = [*find_agent(), "panel", *([file] if file else [])]
    detached: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        detached = {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
    try:
        subprocess.Popen(
            command,
            env=clean_environment(),
            cwd=os.path.expanduser("~"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **detached,
        )
    except OSError as exc:
        raise AgentError(f"{command[0]} does not start: {exc.strerror}.", "Run `farmdeck doctor`.") from exc


CLASSES = (
    FARMDECK_OT_submit,
    FARMDECK_OT_dry_run,
    FARMDECK_OT_refresh,
    FARMDECK_OT_choose,
    FARMDECK_OT_fix,
    FARMDECK_OT_select,
    FARMDECK_OT_open_panel,
)
