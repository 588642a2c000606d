"""An earlier Flamenco Server behind the `Farm` interface.

A submission is several of the server's jobs; together they are one job here, known by their names.
What they say is read anew after each change, since the server's answers to changes are not to be relied on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Callable

from ..._errors import BadInput, FarmError, UnknownJob
from ...farm import Capabilities, Entry, Farm, FarmContext, JobReport, Output, Watch, check_options
from ...job import Action, Frame, FrameState
from ...scene import Problem, Severity
from ...submission import Submission
from ...transfers import Item, Storage
from ...transfers.folder import FolderTransfer
from ._extras import run
from ._listing import Listing
from ._options import capabilities
from ._pictures import Zipped, outputs
from ._places import pictures_folder
from ._plan import THERE
from ._problems import problems
from ._records import Records
from ._sending import Sending, chosen_project
from ._states import RESTING, Held, Known, held, report
from .client import Client
from .dialects import A, Dialect
from .errors import Crashed, NotThere
from .marks import Piece, pieces
from .models import Project, ServerJob

TRIES = 3
"""How often a server that crashes is asked to stop or delete."""
HERE = Storage(".", ".")
"""FolderTransfer's root is the pictures' folder itself."""


class FlamencoServerFarm(Farm):
    """A server of 2015 or 2016. Settings: `url`; `project`, `managers`, `username` as the options' defaults."""

    label = "Flamenco Server (2015)"
    address = "url"

    def __init__(self, context: FarmContext) -> None:
        if not context.settings.get("url"):
            raise BadInput(f"The farm {context.name} has no url.", f'Write url = "…" below [farms.{context.name}].')
        context.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._context = context
        self._client = Client(str(context.settings["url"]), context.folder / "dialect")
        self._listing = Listing(self._client, context.folder / "newest")
        self._records = Records(context.folder / "submissions")
        self._sending = Sending(self._client, self._listing, self._records)
        self._zipped = Zipped(self._client, context.folder / "pictures")
        self._closing = Watch()

    # -- what it is

    @property
    def capabilities(self) -> Capabilities:
        return capabilities(self._known)

    def check(self) -> str:
        dialect = self._client.look_again()
        projects, managers = len(self._client.projects()), len(self._client.managers())
        self._listing.jobs()
        counted = f"{_count(projects, 'project')}, {_count(managers, 'manager')}"
        return f"Ready, Flamenco Server (dialect of {dialect.time}), {counted}"

    def problems(self, submission: Submission) -> list[Problem]:
        try:
            dialect = self._client.dialect
            chosen = self._options(submission, dialect)
            project = chosen_project(self._client, chosen["project"])
            self._look_for(str(chosen.get(THERE, "")))
            return list(problems(submission, dialect, chosen, project, self._client.managers()))
        except BadInput as exc:
            return [Problem(Severity.ERROR, str(exc), "Submission")]

    def _look_for(self, scene: str) -> None:
        """A scene that was picked at the server. Raises BadInput where there is none."""
        folder = str(PurePosixPath(scene).parent)
        if scene and Entry(PurePosixPath(scene).name, scene) not in self.browse("" if folder == "." else folder):
            raise BadInput(f"The project has no scene {scene}.", "Look through it: farmdeck farms browse.")

    def browse(self, path: str) -> list[Entry]:
        if not self._known.browse:
            return super().browse(path)
        try:
            return self._client.browse(path)
        except NotThere as exc:
            raise BadInput(f'The project has no folder "{path}".', "Choose another one.") from exc
        except Crashed as exc:
            raise FarmError("The server has no active project.", "Set active_project in its settings.") from exc

    def run(self, extra: str, job_id: str, values: Mapping[str, Any]) -> list[list[str]] | str:
        known = {one.name: one for one in self.capabilities.extras}
        if extra not in known:
            return super().run(extra, job_id, values)
        checked = check_options(known[extra].options, values)
        ids = [piece.job.id for piece in self._pieces(job_id)] if known[extra].on == "job" else []
        self._zipped.forget(ids)  # a task may be about to render again
        return run(extra, self._client, self._listing, ids, checked)

    # -- submitting

    def upload(self, submission: Submission, scene: Path, watch: Watch) -> None:
        if self._client.dialect.zipped:
            self._sending.pack(submission, scene, watch)

    def submit(self, submission: Submission, scene: Path, watch: Watch) -> str:
        chosen = self._options(submission, self._client.dialect)
        watch.check()
        known = self.find(submission.id)
        if known is not None:
            return known
        project = chosen_project(self._client, chosen["project"])
        return write_id(self._sending.send(submission, scene, chosen, project, watch))

    def find(self, submission_id: str) -> str | None:
        mine = self._sending.mine(submission_id)
        record = self._records.read(submission_id)
        if not mine or (record is not None and not record.sent):
            return None  # some of it may be there: submit goes on from that
        return write_id(mine[: record.planned] if record else mine)

    # -- jobs and frames

    def jobs(self, ids: Sequence[str]) -> dict[str, JobReport]:
        if not ids:
            return {}
        every = pieces(self._listing.jobs())
        found = {id: every.get(submission_of(id), []) for id in ids}
        known = self._with_tasks(piece for mine in found.values() for piece in mine)
        reports = {}
        for id, mine in found.items():
            if mine:
                each = [known[piece.job.id] for piece in mine]
                reports[id] = report(id, held(each), each)
        return reports

    def frames(self, job_id: str) -> list[Frame]:
        return [each.frame for each in self._held(job_id)]

    def log(self, job_id: str, part: int, number: int) -> str:
        found = {(each.frame.part, each.frame.number): each for each in self._held(job_id)}
        if not self._known.logs:
            return super().log(job_id, part, number)
        each = found.get((part, number))
        text = self._client.task_log(each.task.id) if each is not None and each.task is not None else ""
        if not text.strip():
            raise FarmError(f"Frame {number} has no log.", "The server gets it when its task has ended.")
        return text

    # -- what people ask

    def act(self, job_id: str, action: Action, frames: Sequence[tuple[int, int]] = ()) -> None:
        mine = self._pieces(job_id)
        if action is Action.STOP:
            self._stop(mine)
        elif action is Action.START:
            waiting = self._sending.unstarted(mine)
            if waiting:
                self._sending.start(waiting)
        elif action is Action.RETRY:
            self._retry(mine, frames)
        elif action is Action.DELETE:
            self._delete(mine)
        else:
            raise FarmError(f"{self.label} cannot {action.value} a job.", "Stop it instead.")

    def _stop(self, mine: Sequence[Piece]) -> None:
        live = {piece.job.id for piece in mine if not _rests(piece.job)}
        still, said = self._ask(live, lambda ids: self._client.batch(ids, "stop"), _rests)
        if still:
            raise FarmError(
                f"The server was asked to stop its job {still[0].id}, but it still says {still[0].status}{said}.",
                "Stop it again, or look whether its manager answers.",
            )

    def _retry(self, mine: Sequence[Piece], wanted: Sequence[tuple[int, int]]) -> None:
        """The named frames, or all that failed; each in a further job. Raises BadInput when there is none."""
        found = [each.frame for each in held(self._with_tasks(mine).values())]
        named = set(wanted)
        chosen = [
            frame
            for frame in found
            if frame.state.ended
            and ((frame.part, frame.number) in named or (not named and frame.state is FrameState.FAILED))
        ]
        if not chosen:
            raise BadInput("There is no such frame to try again.", "Name frames that have ended with --frames.")
        by_part: dict[int, list[int]] = {}
        for frame in chosen:
            by_part.setdefault(frame.part, []).append(frame.number)
        self._sending.again(mine[0].mark.submission, mine, by_part)

    def _delete(self, mine: Sequence[Piece]) -> None:
        """Its own DELETE deletes nothing; what the other way did is looked at."""
        ids = {piece.job.id for piece in mine}
        still, said = self._ask(ids, self._client.delete_jobs, lambda job: False)
        if still:
            raise FarmError(
                f"The server was asked to delete its job {still[0].id}, but the job is still there{said}.",
                "Its manager may not answer: start it, or stop the job first, then delete it again.",
            )
        self._zipped.forget(ids)
        self._records.forget(mine[0].mark.submission)

    def _ask(
        self, ids: set[int], ask: Callable[[list[int]], None], settled: Callable[[ServerJob], bool]
    ) -> tuple[list[ServerJob], str]:
        """Those of the server's jobs that are there and not settled even so, and what the server said.

        It is asked again when it crashes (January 2015 does over a task that ends in that moment), or leaves off at a
        job that is gone already.
        """
        said = ""
        still: list[ServerJob] = []
        for _ in range(TRIES if ids else 0):
            failed = False
            try:
                ask(sorted(ids))
            except (Crashed, NotThere) as exc:
                failed, said = True, f" ({exc.what})"
            still = [job for job in self._listing.jobs() if job.id in ids and not settled(job)]
            ids = {job.id for job in still}
            if not (failed and still):
                break
        return still, said

    # -- finished pictures

    def outputs(self, job_id: str) -> list[Output]:
        mine = self._pieces(job_id)
        known = self._with_tasks(mine)
        found = held(known.values())
        if self._client.dialect.zipped:
            at_rest = report(job_id, found, list(known.values())).state.at_rest
            self._zipped.refresh(found, at_rest, self._closing)
        root = self._root(mine)
        record = self._records.read(mine[0].mark.submission)
        return outputs(root, found, record) if root is not None else []

    def fetch(
        self,
        job_id: str,
        wanted: Sequence[tuple[Output, Path]],
        watch: Watch,
        done: Callable[[Output], None] = lambda output: None,
    ) -> None:
        mine = self._pieces(job_id)
        root = self._root(mine)
        if root is None:
            raise FarmError("The folder of the pictures is not mounted here.", "Mount it, then download again.")
        by_path = {path: output for output, path in wanted}
        items = [Item(path, output.id, output.size) for output, path in wanted]
        FolderTransfer(root).download(items, HERE, watch, lambda item: done(by_path[item.local]))
        if all(_rests(piece.job) for piece in mine):
            self._zipped.forget([piece.job.id for piece in mine])

    # -- inside

    def close(self) -> None:
        self._closing.cancel()
        self._client.close()

    @property
    def _known(self) -> Dialect:
        """Until the server was asked: the documented one, which can do least."""
        return self._client.known or A

    def _options(self, submission: Submission, dialect: Dialect) -> dict[str, Any]:
        """What was chosen; the settings' values where nothing was. Raises BadInput."""
        chosen = check_options(capabilities(dialect).options, submission.options)
        for name in ("project", "managers", "username"):
            if name in chosen and not chosen[name]:
                chosen[name] = str(self._context.settings.get(name, ""))
        return chosen

    def _pieces(self, job_id: str) -> list[Piece]:
        """The server's jobs of one of ours. Raises UnknownJob."""
        mine = self._sending.mine(submission_of(job_id))
        if not mine:
            raise UnknownJob(f"The server does not know the job {job_id}.", "It may have been deleted there.")
        return mine

    def _held(self, job_id: str) -> list[Held]:
        return held(self._with_tasks(self._pieces(job_id)).values())

    def _with_tasks(self, mine: Iterable[Piece]) -> dict[int, Known]:
        """By the server's number; the first servers tell all tasks at once, later ones by job."""
        found = list(mine)
        if self._client.dialect.zipped:
            return {piece.job.id: Known(piece, self._client.tasks(piece.job.id)) for piece in found}
        every = self._client.tasks() if found else []
        return {piece.job.id: Known(piece, [t for t in every if t.job == piece.job.id]) for piece in found}

    def _root(self, mine: Sequence[Piece]) -> Path | None:
        if self._client.dialect.zipped:
            return self._zipped.root
        return pictures_folder(self._project_of(mine[0]))

    def _project_of(self, piece: Piece) -> Project:
        """January 2015 does not list a job's project: it is kept here, or told of the single job."""
        record = self._records.read(piece.mark.submission)
        known = int(record.common["project"]) if record else piece.job.project
        return chosen_project(self._client, str(known or self._client.job(piece.job.id).project))


def write_id(mine: Sequence[Piece]) -> str:
    """`12 13 k3x9ab7q`. The numbers are for people: the server gives a deleted job's number to the next one."""
    return " ".join([*(str(piece.job.id) for piece in mine), mine[0].mark.submission])


def submission_of(job_id: str) -> str:
    """What its jobs are known by."""
    return job_id.rpartition(" ")[2]


def _rests(job: ServerJob) -> bool:
    return job.status.lower() in RESTING


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
