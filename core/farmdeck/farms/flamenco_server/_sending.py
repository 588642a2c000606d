"""A submission on its way: made of the server's jobs one by one, each looked for before it is asked for.

What the server answers to a POST tells little: it can be a 500 with the job made, or a 201 without tasks. So the list
and the tasks are read each time, and what is only half there is taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..._errors import BadInput, Cancelled, FarmError
from ...farm import Watch
from ...submission import Submission
from ._listing import Listing
from ._places import below_project, candidates, checked_place
from ._plan import THERE, Stretch, common, fields, frames_of, stretches
from ._records import Record, Records
from ._scenes import attachment, beside, packed
from ._states import HELD, STOPPED
from .client import Client
from .dialects import A, C
from .errors import Crashed, Refused
from .marks import Mark, Piece, pieces
from .models import Manager, Project, whole

ZIP = "files.zip"
AGAIN = "again.zip"


@dataclass(frozen=True)
class Sending:
    """What sending needs; one of it for each farm."""

    client: Client
    listing: Listing
    records: Records

    def pack(self, submission: Submission, scene: Path, watch: Watch) -> tuple[str, ...]:
        """Make the zip that its jobs will have; the place of each part's scene in it. Raises SceneError, FarmError."""
        return packed(submission, scene, self.records.folder(submission.id) / ZIP, watch)

    def send(
        self, submission: Submission, scene: Path, options: Mapping[str, Any], project: Project, watch: Watch
    ) -> list[Piece]:
        """Make its jobs, or those that are missing, and start them. Raises BadInput, FarmError, Cancelled."""
        watch.check()
        frames = frames_of(submission)
        plan = stretches(frames, str(options.get("job_type", "")))
        record = self.records.read(submission.id)
        if record is None:
            told = common(submission, self.client.dialect, options, project.id, self._managers(options["managers"]))
            there = str(options.get(THERE, ""))
            scenes, copies = ((there,), ()) if there else self._scenes(submission, scene, project, watch)
            names = tuple(f"{submission.name} {part.name}" for part in submission.parts)
            outputs = tuple(part.output for part in submission.parts)
            record = Record(names, outputs, scenes, len(plan), told, copies)
            self.records.write(submission.id, record)
        zipped = self.records.folder(submission.id) / ZIP
        if self.client.dialect.zipped and not zipped.exists():
            self.pack(submission, scene, Watch())
        try:
            made = self._make(submission.id, record, dict(enumerate(plan)), zipped, watch)
        except (Refused, BadInput, Cancelled):
            self.take_back(submission.id)
            raise
        self.records.write(submission.id, replace(record, sent=True))
        with suppress(OSError):
            zipped.unlink()
        return made

    def again(self, submission: str, mine: Sequence[Piece], frames: Mapping[int, Sequence[int]]) -> None:
        """Render these frames of each part once more, in jobs of their own. Raises BadInput, FarmError."""
        record = self.records.read(submission)
        if record is None:
            raise FarmError("It is not known here how this job was sent.", "Retry it on the machine that sent it.")
        record = replace(record, common={**record.common, "status": "ready"})
        first = max(piece.mark.place for piece in mine) + 1
        plan = stretches(frames, str(record.common["type"]))
        zipped = self.records.folder(submission) / AGAIN
        if self.client.dialect.zipped:
            self.client.job_file(mine[0].job.id, zipped, Watch())
        self._make(submission, record, {first + at: stretch for at, stretch in enumerate(plan)}, zipped, Watch())
        with suppress(OSError):
            zipped.unlink()

    def take_back(self, submission: str) -> None:
        """Remove what was made of it; what went wrong before is told, not what goes wrong here."""
        with suppress(FarmError):
            made = self.mine(submission)
            if made:
                self.client.delete_jobs([piece.job.id for piece in made])
        self.records.forget(submission)

    def mine(self, submission: str) -> list[Piece]:
        """What the server has of it now."""
        return pieces(self.listing.jobs()).get(submission, [])

    # -- inside

    def _make(
        self, submission: str, record: Record, plan: Mapping[int, Stretch], zipped: Path, watch: Watch
    ) -> list[Piece]:
        """The jobs of a plan, by place; then their files, then their start."""
        there = {piece.mark.place: piece for piece in self.mine(submission)}
        jobfile = zipped if self.client.dialect.attached else None
        if jobfile is not None:
            folders = candidates(chosen_project(self.client, str(record.common["project"])).paths)
            attachment(record.scenes, folders, jobfile)
        for count, (place, stretch) in enumerate(plan.items()):
            watch.step(count, len(plan))
            if place not in there:
                self._post(fields(record, Mark(submission, stretch.part, place), stretch), jobfile)
        there = {piece.mark.place: piece for piece in self.mine(submission)}
        made = [there[place] for place in plan if place in there]
        if len(made) < len(plan):
            raise Refused(f"The server made {len(made)} of {len(plan)} jobs.", "Look at its log, then submit again.")
        for piece in made:
            self._check_tasks(piece)
        waiting = self.unstarted(made)
        if self.client.dialect.zipped:
            for piece in waiting:
                self.client.send_job_file(piece.job.id, zipped)
        if waiting and record.common["status"] == "ready":
            self.start(waiting)
        watch.step(len(plan), len(plan))
        return made

    def _post(self, sent: Mapping[str, object], jobfile: Path | None) -> None:
        """The answer is not needed: the list says what came of it."""
        try:
            self.client.create_job(sent, jobfile)
        except Crashed as exc:
            named = str(sent["name"])
            if named not in {job.name for job in self.listing.jobs()}:
                raise Refused(
                    f"The server could not make a job of it: {exc.what}",
                    "Look at its log; a value of the job is not what it expects. Nothing of it was left there.",
                ) from exc

    def _check_tasks(self, piece: Piece) -> None:
        if not self.client.tasks(piece.job.id):
            kind = f" It may not know the job type {piece.job.type}." if piece.job.type else ""
            raise Refused(f"The server made job {piece.job.id} without tasks.{kind}", "Choose another job type.")

    def unstarted(self, mine: Sequence[Piece]) -> list[Piece]:
        """Those that wait for a start. January 2015 alone begins with what is `ready` at once."""
        words = STOPPED | HELD | (frozenset() if self.client.dialect is A else {"ready"})
        return [piece for piece in mine if piece.job.status.lower() in words]

    def start(self, waiting: Sequence[Piece]) -> None:
        """And look whether they did. Raises FarmError."""
        ids = {piece.job.id for piece in waiting}
        if self.client.dialect is C:
            self._release(ids)
        self.client.batch(sorted(ids), "start")
        still = self.unstarted([piece for piece in self.mine(waiting[0].mark.submission) if piece.job.id in ids])
        if still:
            raise FarmError(
                f"The server answered that it started, but its job {still[0].job.id} still says {still[0].job.status}.",
                "Start it again, or look at the server's log.",
            )

    def _release(self, ids: Iterable[int]) -> None:
        """Report what a stop took from its worker as canceled, so that the start begins it again.

        In spring 2015 nobody else does: such a task says `active` for ever (seen on a real farm).
        """
        for task in [task for id in ids for task in self.client.tasks(id) if task.status == "active"]:
            self.client.update_task(task.id, {"status": "canceled"})

    def _scenes(
        self, submission: Submission, scene: Path, project: Project, watch: Watch
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """For each part the scene as the server takes it, and what copies were made for that."""
        if self.client.dialect.zipped:
            return tuple(map(checked_place, self.pack(submission, scene, Watch()))), ()
        below_project(project, scene)
        found, made = beside(submission, scene, candidates(project.paths)[0], watch)
        return tuple(below_project(project, one) for one in found), tuple(map(str, made))

    def _managers(self, wanted: str) -> list[int]:
        """Those that are named, or all. Raises BadInput."""
        return [manager.id for manager in chosen_managers(self.client.managers(), wanted)]


def chosen_managers(known: Sequence[Manager], wanted: str) -> list[Manager]:
    """By name or number, with commas between; "" is all. Raises BadInput."""
    names = [name.strip() for name in wanted.split(",") if name.strip()]
    has = ", ".join(manager.name for manager in known) or "none"
    found = [manager for manager in known if not names or {manager.name, str(manager.id)} & set(names)]
    for name in names:
        if not any(name in (manager.name, str(manager.id)) for manager in known):
            raise BadInput(f'The server has no manager "{name}".', f"It has: {has}.")
    if not found:
        raise BadInput("No manager is connected to the server, so nobody would render.", "Start a manager.")
    return found


def chosen_project(client: Client, wanted: str) -> Project:
    """By name or number; "" is the server's active one, or its only one. Raises BadInput, FarmError."""
    known = client.projects()
    has = ", ".join(project.name for project in known) or "none"
    if wanted:
        found = [project for project in known if wanted in (project.name, str(project.id))]
        if not found:
            raise BadInput(f'The server has no project "{wanted}".', f"It has: {has}.")
        return found[0]
    active = whole(client.settings().get("active_project"))
    found = [project for project in known if project.id == active] or (known if len(known) == 1 else [])
    if found:
        return found[0]
    if not known:
        raise BadInput("The server has no project.", "Add one with the farm's command add-project.")
    raise BadInput("The server has no active project.", f"Choose one: {has}.")
