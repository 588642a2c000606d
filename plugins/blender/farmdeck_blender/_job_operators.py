# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: F722, F821
# mypy: disable-error-code="valid-type"
"""What the buttons of the job's side do. (No postponed annotations here: Blender makes properties of them.)"""

import os
from typing import Any

import bpy
from bpy.props import StringProperty
from bpy.types import Operator

from . import _watch
from ._core import Action

_TIPS = {
    "stop": "Stop rendering; the frames that are done stay, Start goes on",
    "start": "Go on with the frames that are left",
    "retry": "Render the frames that failed once more",
}


class FARMDECK_OT_choose_job(Operator):
    """Show this job"""

    bl_idname = "farmdeck.choose_job"
    bl_label = "Show Job"
    bl_options = {"INTERNAL"}

    job: StringProperty(options={"SKIP_SAVE"})

    def execute(self, context: Any) -> set[str]:
        _watch.session().choose_job(self.job)
        return {"FINISHED"}


class FARMDECK_OT_job_action(Operator):
    """Ask the farm"""

    bl_idname = "farmdeck.job_action"
    bl_label = "Stop"
    bl_options = {"INTERNAL"}

    action: StringProperty(options={"SKIP_SAVE"})

    @classmethod
    def description(cls, context: Any, properties: Any) -> str:
        return _TIPS.get(properties.action, "")

    def execute(self, context: Any) -> set[str]:
        session = _watch.session()
        if session.job is None:
            return {"CANCELLED"}
        session.act(session.job, Action(self.action))
        return {"FINISHED"}


class FARMDECK_OT_open_folder(Operator):
    """Open the folder that the frames are in"""

    bl_idname = "farmdeck.open_folder"
    bl_label = "Open Folder"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: Any) -> bool:
        job = _watch.session().job
        if job is None or not job.output:
            cls.poll_message_set("The job says no folder yet")
            return False
        return True

    def execute(self, context: Any) -> set[str]:
        job = _watch.session().job
        if job is None or not os.path.isdir(job.output):
            self.report({"INFO"}, "The folder comes with the first frame")
            return {"CANCELLED"}
        bpy.ops.wm.path_open(filepath=job.output)
        return {"FINISHED"}


CLASSES = (FARMDECK_OT_choose_job, FARMDECK_OT_job_action, FARMDECK_OT_open_folder)
