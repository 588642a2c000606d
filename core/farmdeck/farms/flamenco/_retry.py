"""Rendering frames again.

Queueing a task of a completed job makes the Manager queue all of the job's tasks; one of a failed job stays where it is
(Flamenco 3.9-beta1, internal/manager/task_state_machine). So a job's status is changed as well.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..._errors import BadInput
from ...job import FrameState
from . import _pictures
from ._extras import REASON
from ._places import Places
from ._records import Records
from ._tasks import STOPPED, Unit, frames_of, rendered_by
from .client import Client

_AGAIN = (FrameState.FAILED, FrameState.ABANDONED)
_QUEUE = ("queued", "active", "requeueing")


def retry(
    client: Client, records: Records, places: Places, units: Sequence[Unit], wanted: Sequence[tuple[int, int]]
) -> None:
    """The named (part, number) pairs, or all that failed or were given up, begin anew.

    Raises BadInput when there is none, FarmError when a picture that is there cannot be removed.
    """
    begun = False
    for unit in units:
        frames = {(frame.part, frame.number): frame for frame in frames_of(unit)}
        again = [key for key, frame in frames.items() if key in wanted or (not wanted and frame.state in _AGAIN)]
        if again:
            begun = True
            done = [key for key in again if frames[key].state is FrameState.DONE]
            _pictures.remove(unit, done, places)
            records.retried(unit.job.id, again)
            _queue(client, unit, again, everything=not wanted)
    if not begun:
        raise BadInput("There is no such frame to try again.", "Name frames that have ended with --frames.")


def _queue(client: Client, unit: Unit, again: Sequence[tuple[int, int]], everything: bool) -> None:
    """`everything`: a job that is over as a whole goes on as a whole, as it was before it failed."""
    job = unit.job
    if everything and job.status in ("failed", *STOPPED):
        client.set_job_status(job.id, "requeueing", REASON)
        return
    if job.status == "completed":
        client.set_job_status(job.id, "active", REASON)
    for task in unit.tasks:
        made_of_all = not rendered_by(job, task) and task.status != "queued"  # such as the preview video
        if made_of_all or set(rendered_by(job, task)).intersection(again):
            client.set_task_status(task.id, "queued", REASON)
    if job.status not in _QUEUE:
        client.set_job_status(job.id, "queued", REASON)
