"""Flamenco 3 as a farm of ours."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..._errors import FarmError, SettingsError, UnknownJob
from ...farm import Capabilities, Farm, FarmContext, JobReport, Nearby, Option, Output, Watch, check_options
from ...job import Action, Frame, FrameState
from ...scene import Problem
from ...submission import Submission
from . import _extras, _pictures, discovery, job_types
from ._drafts import BLENDER_TYPE, BY_APPLICATION
from ._extras import REASON
from ._files import AUTO, Files, Way
from ._live import Live, Stamp
from ._problems import PAUSES, problems
from ._records import Records
from ._retry import retry
from ._sending import FILES, TAG, VIDEO, Sender
from ._site import Site
from ._tasks import PAUSED, STOPPED, SUBMISSION, Unit, frames_of, parts_of, report_of
from ._thumbnails import Thumbnails
from .client import Client
from .models import Job, TaskSummary

POLL_SECONDS = 5.0
_ACTIONS = (Action.STOP, Action.START, Action.RETRY, Action.DELETE)
_ONE_BY_ONE = 4
"""So many jobs of Flamenco's are asked for one by one; more, with the list of all."""
_WAITING = ("queued", "soft-failed", "paused", "canceled")
_OVER = ("completed", "failed", *STOPPED)
_VIDEO = Option(
    VIDEO,
    "Preview video",
    "bool",
    True,
    help="A worker with FFmpeg puts the frames together; the job ends with that.",
    when=(job_types.OPTION, "", BLENDER_TYPE),
)
_FILES_HELP = "Uploaded to Shaman, copied to the shared storage, or used where they lie; auto takes what spares most."


class FlamencoFarm(Farm):
    """One Manager. Settings: docs/farms/flamenco.md. A job's id is the uuids of the jobs that it became."""

    label = "Flamenco"
    address = "url"

    def __init__(self, context: FarmContext) -> None:
        given = context.settings
        if not given.get("url"):
            raise SettingsError(
                f"The farm {context.name} has no address.",
                f"Set it: farmdeck farms add {context.name} http://manager:8080",
            )
        self._client = Client(str(given["url"]))
        self._site = Site(self._client, context.folder / "manager.json", given)
        self._records = Records(context.folder / "sent.sqlite3")
        self._files = Files(self._client, self._records, context.folder / "packs")
        self._sender = Sender(self._client, self._site, self._records, self._files, self._options)
        self._thumbnails = Thumbnails(self._client, context.folder / "last-rendered")
        self._live = Live(self._client.address, context.notify)
        self._poll = _seconds(given.get("poll_seconds", POLL_SECONDS))

    @classmethod
    def nearby(cls, seconds: float) -> list[Nearby]:
        return discovery.find(seconds)

    # -- what it says of itself

    @property
    def capabilities(self) -> Capabilities:
        manager = self._site.kept()
        return Capabilities(
            actions=_ACTIONS,
            logs=True,
            pictures=True,
            priority=True,
            hold=manager is None or manager.version.at_least(*PAUSES),
            download=True,
            idempotent=True,
            poll_seconds=self._poll,
            options=tuple(self._options()),
            extras=_extras.extras(manager.version) if manager else (),
        )

    def _options(self) -> Sequence[Option]:
        manager = self._site.kept()
        types = (*job_types.options(manager.job_types, BY_APPLICATION), _VIDEO) if manager else ()
        tags = ("", *sorted(manager.tags)) if manager else ("",)
        return (
            *types,
            Option(FILES, "Files", "choice", AUTO, choices=(AUTO, *(way.value for way in Way)), help=_FILES_HELP),
            Option(
                TAG, "Workers", "choice", "", choices=tags, zero="all", help="Only workers with this tag render it."
            ),
        )

    def check(self) -> str:
        manager = self._site.manager(fresh=True)
        self._live.start()
        count = len(self._client.workers())
        facts = [
            f"Ready, {count} worker{'s' * (count != 1)}",
            f"Flamenco {manager.version.shortversion or manager.version.version}",
            "Shaman" if manager.shaman else "",
            "" if manager.shaman or self._site.places().mounted else "the shared storage is not mounted here",
        ]
        return ", ".join(filter(None, facts))

    def close(self) -> None:
        self._live.close()
        self._client.close()
        self._files.close()
        self._records.close()

    # -- submitting

    def problems(self, submission: Submission) -> list[Problem]:
        return problems(submission, self._client, self._site, self._sender)

    def hash(self, submission: Submission, scene: Path, watch: Watch) -> None:
        self._sender.hash(submission, scene, watch)

    def upload(self, submission: Submission, scene: Path, watch: Watch) -> None:
        self._sender.upload(submission, scene, watch)

    def submit(self, submission: Submission, scene: Path, watch: Watch) -> str:
        return self._sender.submit(submission, scene, watch)

    def find(self, submission_id: str) -> str | None:
        return self._sender.find(submission_id)

    # -- jobs

    def jobs(self, ids: Sequence[str]) -> dict[str, JobReport]:
        reports = {id: report for id in ids if (report := self._kept_report(id)) is not None}
        asked = [id for id in ids if id not in reports]
        for id in asked:
            self._live.asking(id, id.split())
        found = self._found([uuid for id in asked for uuid in id.split()])
        for id in asked:
            known = [found[uuid] for uuid in id.split() if uuid in found]
            if known:
                reports[id] = self._live.unchanged(id, _stamp(known)) or self._report_of(id, known)
                self._live.asked(reports[id])
        return reports

    def _report_of(self, id: str, jobs: Sequence[Job]) -> JobReport:
        """Asks for the tasks of each."""
        report = self._report(id, [self._unit(job) for job in jobs])
        self._live.remember(report, _stamp(jobs))
        return report

    def _kept_report(self, id: str) -> JobReport | None:
        """Only Managers from 3.8 on tell of each frame."""
        manager = self._site.kept()
        return self._live.report(id) if manager and manager.version.at_least(3, 8) else None

    def _found(self, uuids: Sequence[str]) -> dict[str, Job]:
        """Those that are there and not about to be deleted, in few requests."""
        if len(uuids) > _ONE_BY_ONE:
            wanted = set(uuids)
            jobs = [job for job in self._client.jobs() if job.id in wanted]
        else:
            jobs = [job for job in map(self._job, uuids) if job is not None]
        return {job.id: job for job in jobs if not job.delete_requested}

    def _job(self, uuid: str) -> Job | None:
        try:
            return self._client.job(uuid)
        except UnknownJob:
            return None

    def _unit(self, job: Job) -> Unit:
        tasks = self._client.tasks(job.id)
        submission = self._records.submission(job.metadata.get(SUBMISSION, ""))
        self._note_begun(job, tasks)
        parts = parts_of(job, tasks, submission)
        return Unit(job, tasks, parts, self._records.retries(job.id), self._records.begun(job.id))

    def _note_begun(self, job: Job, tasks: Sequence[TaskSummary]) -> None:
        """Flamenco does not say when a task began; it is when it is first seen at work."""
        known = self._records.begun(job.id)
        fresh = {
            task.id: task.updated or time.time() for task in tasks if task.status == "active" and task.id not in known
        }
        waiting = [task.id for task in tasks if task.status in _WAITING and task.id in known]
        if fresh or waiting:
            self._records.note_begun(job.id, fresh, waiting)

    def _report(self, job_id: str, units: Sequence[Unit]) -> JobReport:
        frames = [frame for unit in units for frame in frames_of(unit)]
        done = {unit.job.id: sum(f.state is FrameState.DONE and f.part in unit.parts for f in frames) for unit in units}
        newest = max(units, key=lambda unit: unit.job.updated or 0.0)
        return report_of(job_id, units, frames, self._thumbnails.latest(newest.job.id, done[newest.job.id]))

    def _units(self, job_id: str) -> list[Unit]:
        """Raises UnknownJob."""
        found = self._found(job_id.split())
        if not found:
            raise UnknownJob(
                f"The Manager has no job {job_id}.", "It was deleted there, or belongs to another Manager."
            )
        return [self._unit(job) for job in found.values()]

    def frames(self, job_id: str) -> list[Frame]:
        frames = [frame for unit in self._units(job_id) for frame in frames_of(unit)]
        return sorted(frames, key=lambda frame: (frame.part, frame.number))

    def log(self, job_id: str, part: int, number: int) -> str:
        for unit in self._units(job_id):
            for task in unit.tasks_of().get((part, number), ()):
                text = self._client.log(task.id)
                if text.strip():
                    return text
        raise FarmError(f"Frame {number} has no log.", "Wait until it has rendered.")

    # -- what people ask

    def act(self, job_id: str, action: Action, frames: Sequence[tuple[int, int]] = ()) -> None:
        if action not in _ACTIONS:
            raise FarmError(f"{self.label} cannot {action.value} a job.", "Stop it, or ask on the Manager's own pages.")
        units = self._units(job_id)
        try:
            if action is Action.STOP:
                self._set([unit for unit in units if unit.job.status not in _OVER], "cancel-requested")
            elif action is Action.START:
                self._set([unit for unit in units if unit.job.status in (*STOPPED, *PAUSED)], "requeueing")
            elif action is Action.RETRY:
                retry(self._client, self._records, self._site.places(), units, frames)
            else:
                self._delete(units)
        finally:
            self._live.forget(job_id)

    def _set(self, units: Sequence[Unit], status: str) -> None:
        for unit in units:
            self._client.set_job_status(unit.job.id, status, REASON)

    def _delete(self, units: Sequence[Unit]) -> None:
        """What was rendered stays."""
        for unit in units:
            self._client.delete_job(unit.job.id)
            self._thumbnails.forget(unit.job.id)
        id = units[0].job.metadata.get(SUBMISSION, "")
        submission = self._records.submission(id)
        if submission is not None:
            self._files.remove_copies(submission, self._site.places())
            self._records.forget(id, [unit.job.id for unit in units])

    def run(self, extra: str, job_id: str, values: Mapping[str, Any]) -> list[list[str]] | str:
        known = {one.name: one for one in self.capabilities.extras}
        if extra not in known:
            return super().run(extra, job_id, values)
        checked = check_options(known[extra].options, values)
        uuids = [unit.job.id for unit in self._units(job_id)] if known[extra].on == "job" else []
        try:
            return _extras.run(self._client, extra, uuids, checked)
        finally:
            self._live.forget(job_id)

    # -- finished pictures

    def outputs(self, job_id: str) -> list[Output]:
        units, places = self._units(job_id), self._site.places()
        return [output for unit in units for output in _pictures.outputs_of(unit, places)]

    def fetch(
        self,
        job_id: str,
        wanted: Sequence[tuple[Output, Path]],
        watch: Watch,
        done: Callable[[Output], None] = lambda output: None,
    ) -> None:
        _pictures.fetch(wanted, watch, done)


def _stamp(jobs: Sequence[Job]) -> Stamp:
    return tuple((job.id, job.status, job.updated, job.steps_completed) for job in jobs)


def _seconds(given: Any) -> float:
    """Raises SettingsError."""
    try:
        seconds = float(given)
    except (TypeError, ValueError):
        seconds = 0.0
    if not seconds > 0:
        raise SettingsError(f"The farm's poll_seconds is {given!r}.", "Give a number of seconds above 0.")
    return seconds
