# SPDX-License-Identifier: GPL-3.0-or-later
"""The job's side of the panel: how far it is, its newest picture, and what can be done."""

from __future__ import annotations

from typing import Any

from . import _preview, _watch
from ._core import Action, Capabilities, Job, JobState
from ._lists import STATE_ICONS
from ._panel import SECTIONS, panels, summary, wrapped
from ._session import Session
from ._words import count, time_left


class JobSection:
    """The chosen job, else the newest."""

    bl_label = "Job"

    def draw_header_preset(self: Any, context: Any) -> None:
        session = _watch.session()
        summary(self, session.farm_label(session.job.farm) if session.job is not None else "")

    def draw(self: Any, context: Any) -> None:
        layout = self.layout
        session = _watch.session()
        job = session.job
        if job is None:
            wrapped(layout, context, "No jobs yet. What you submit shows here.", "INFO")
        else:
            layout.menu("FARMDECK_MT_jobs", text=job.name, icon=STATE_ICONS[job.state])
            draw_progress(layout, context, job)
            draw_picture(layout, context)
            draw_actions(layout, session, job)
            if job.message:
                wrapped(layout, context, job.message, "ERROR" if job.failed or job.state is JobState.FAILED else "INFO")
            if session.job_message.text:
                wrapped(layout, context, session.job_message.text, session.job_message.icon)
        layout.separator()
        layout.operator("farmdeck.open_panel", icon="WINDOW")


def progress_text(job: Job) -> str:
    """`Rendering 24 of 60`, `Done, 3 failed`, `Queued, 60 frames`."""
    word = job.state.word
    if job.state in (JobState.RENDERING, JobState.STOPPED, JobState.PAUSED):
        word = f"{word} {job.done:,} of {job.total:,}"
    elif not job.state.ended:
        word = f"{word}, {count(job.total, 'frame')}"
    elif job.state is JobState.DONE:
        word = f"{word}, {count(job.done, 'frame')}"
    return f"{word}, {job.failed:,} failed" if job.failed else word


def draw_progress(layout: Any, context: Any, job: Job) -> None:
    """A bar from Blender 4.0 on; before, a slider that cannot be moved. Then the time that is left."""
    text, left = progress_text(job), time_left(job)
    if hasattr(layout, "progress"):
        layout.progress(text=text, factor=job.fraction, type="BAR")
    else:
        layout.label(text=text, translate=False)
        row = layout.row()
        row.enabled = False
        row.prop(context.window_manager.farmdeck, "progress", text="", slider=True)
    if left:
        row = layout.row()
        row.alignment = "RIGHT"
        row.label(text=left, translate=False)


def draw_picture(layout: Any, context: Any) -> None:
    """The newest finished frame and the strip. Blender fits them into a square: a flat card gets a smaller one."""
    card = _preview.card()
    if card.icon:
        across = context.region.width / (20 * (context.preferences.system.ui_scale or 1.0)) - 2
        layout.template_icon(icon_value=card.icon, scale=min(16.0, across * (1 + min(1.0, card.shape)) / 2))


def draw_actions(layout: Any, session: Session, job: Job) -> None:
    """Only what the farm can do and what makes sense now."""
    known: Capabilities | None = session.capabilities(job.farm)
    can = set(known.actions) if known is not None else set(Action)
    row = layout.row(align=True)
    if not job.state.ended:
        action, text = (Action.START, "Start") if job.state.at_rest else (Action.STOP, "Stop")
        if action in can:
            row.operator("farmdeck.job_action", text=text).action = action.value
    elif Action.RETRY in can and (job.failed or job.state is not JobState.DONE):
        row.operator("farmdeck.job_action", text="Retry Failed").action = Action.RETRY.value
    row.operator("farmdeck.open_folder")


CLASSES = panels((JobSection,), len(SECTIONS))
