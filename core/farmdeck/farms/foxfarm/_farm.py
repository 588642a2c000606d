"""The 2016 API behind the `Farm` interface."""

from __future__ import annotations

import posixpath
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Callable

from ..._errors import BadInput, FarmError
from ...environments import Fit, RenderEnv, match_environments
from ...farm import Account, Capabilities, Farm, FarmContext, JobReport, Output, Watch, check_options
from ...job import Action, Frame, FrameState, JobState
from ...scene import Problem, Severity
from ...submission import Submission
from ...transfers import Item
from ...transfers.manifest import Manifest
from ...transfers.paths import read_maps
from .api import PAGE_SIZE, Api
from .calls import OPTIONS, Create, creates, farm_path, mark, problems, scene_place
from .carriage import Carriage, choose, forget
from .errors import BadAccess, Refused
from .fox import submitted
from .frames import task_frames
from .models import Config, Task, User, read_configs, read_task, read_user
from .records import Records
from .reports import Piece, frame_of, frames, numbers_of, read_id, report, unknown, write_id

POLL_SECONDS = 15.0
AT_ONCE = 20
"""Tasks that one operation names: the list may be 256 characters long."""
STOP, RESTART, REMOVE = "0", "1", "2"
"""operate_order. HTTP API manual 2017, 7.1.3."""
RESTARTS = {
    FrameState.FAILED: "0",
    FrameState.ABANDONED: "1",
    FrameState.DONE: "2",
    FrameState.RENDERING: "3",
    FrameState.WAITING: "4",
}
"""restart_type: which frames begin anew."""


class FoxFarm(Farm):
    """An account that is still on the 2016 API.

    Settings: `server`, `account`, `version` (v1 or v2), `project`, `path_maps`; `aspera_server` (with `ascp`),
    `storage`, or neither (with `transmitter`). The secret: the access key; with Aspera, a blank and its password after.
    """

    label = "Fox Renderfarm (2016)"

    def __init__(self, context: FarmContext) -> None:
        for name in ("server", "account"):
            if not context.settings.get(name):
                raise BadInput(
                    f"The farm {context.name} has no {name}.", f'Write {name} = "…" below [farms.{context.name}].'
                )
        context.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._context = context
        self._maps = read_maps(context.settings.get("path_maps", ()))
        self._guard = threading.Lock()
        self._made: Api | None = None
        self._records = Records(context.folder / "tasks.sqlite3")
        self._manifest = Manifest(context.folder / "uploaded.sqlite3")
        self._closing = Watch()

    # -- what it is

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            actions=(Action.STOP, Action.START, Action.RETRY, Action.DELETE),
            environments=True,
            logs=True,
            hold=True,
            download=True,
            idempotent=True,
            cost=True,
            poll_seconds=POLL_SECONDS,
            options=OPTIONS,
        )

    def check(self) -> str:
        account = self.account()
        count = len(self._api.query_project())
        return f"Ready, {count} project{'' if count == 1 else 's'}, {account.balance or 0:.2f} {account.currency} left"

    def account(self) -> Account:
        user = self._log_in()
        held = {name: amount for name, amount in user.balances.items() if amount} or user.balances
        currency = next(iter(held), "CNY")
        rest = {f"Balance in {name}": f"{amount:.2f}" for name, amount in held.items() if name != currency}
        return Account(user.name, user.balances.get(currency, 0.0), currency, facts={"Account": user.id, **rest})

    def environments(self) -> list[RenderEnv]:
        configs = self._configs()
        usual = str(self._context.settings.get("project") or (configs[0].project if _one_project(configs) else ""))
        found: dict[str, RenderEnv] = {}
        for config in sorted(configs, key=lambda config: not config.default):
            env = config.environment
            found.setdefault(env.name, replace(env, default=config.default and config.project == usual))
        return list(found.values())

    def problems(self, submission: Submission) -> list[Problem]:
        try:
            options = check_options(OPTIONS, submission.options)
            self._choose(submission)
            for part in submission.parts:
                task_frames(part.frames)
        except BadInput as exc:
            return [Problem(Severity.ERROR, str(exc), "Submission")]
        return list(problems(submission, options, self._maps))

    # -- submitting

    def upload(self, submission: Submission, scene: Path, watch: Watch) -> None:
        carriage = self._carriage()
        wanted = {farm_path(file.path, self._maps): Path(file.path) for file in submission.files}
        wanted.pop(farm_path(submission.scene.path, self._maps), None)
        items = [Item(path, remote, _size(path)) for remote, path in wanted.items()]
        items.append(Item(scene, scene_place(submission, self._maps), _size(scene)))
        missing = self._manifest.missing(items, carriage.upload)
        carriage.up.upload(missing, carriage.upload, watch, lambda item: self._manifest.record(item, carriage.upload))

    def submit(self, submission: Submission, scene: Path, watch: Watch) -> str:
        options = check_options(OPTIONS, submission.options)
        calls = creates(submission, self._choose(submission), options, scene_place(submission, self._maps))
        watch.step(0, 1)
        there = self._sent(submission.id)
        self._records.plan(submission.id, [call.part for call in calls])
        tasks = [task.id for task in there] + self._create(calls[len(there) :])
        if submission.hold:
            self._stop(self._tasks(tasks))
        return write_id(Piece(call.part, task) for call, task in zip(calls, tasks))

    def _create(self, calls: Sequence[Create]) -> list[int]:
        """Make the tasks. When one is refused, those made before it are taken back. Raises FarmError."""
        made: list[int] = []
        try:
            for call in calls:
                made.append(submitted(getattr(self._api, call.action)(**call.fields)))
        except Refused:
            self._remove(made)
            raise
        return made

    def find(self, submission_id: str) -> str | None:
        found = self._sent(submission_id)
        parts = self._records.planned(submission_id) or _parts_of(found)
        if not found or len(found) < len(parts):
            return None  # some of it is there: submit goes on from that
        return write_id(Piece(part, task.id) for part, task in zip(parts, found))

    def _sent(self, submission_id: str) -> list[Task]:
        """The tasks that this submission already became, in the order of sending."""
        ending = mark(submission_id)
        found = [read_task(item) for item in self._api.tasks(input_scene_path=ending)]
        mine = [task for task in found if posixpath.splitext(task.scene)[0].endswith(ending)]
        return sorted(mine, key=lambda task: task.id)

    # -- jobs and frames

    def jobs(self, ids: Sequence[str]) -> dict[str, JobReport]:
        pieces = {id: read_id(id) for id in ids if _is_id(id)}
        tasks = {task.id: task for task in self._tasks([each.task for found in pieces.values() for each in found])}
        reports = {}
        for id, found in pieces.items():
            known = [tasks[piece.task] for piece in found if piece.task in tasks]
            if known:
                reports[id] = report(id, known)
        return reports

    def frames(self, job_id: str) -> list[Frame]:
        out = []
        for piece, task in self._with_frames(job_id):
            out += frames(piece.part, task, self._records.retries(task.id))
        return sorted(out, key=lambda frame: (frame.part, frame.number))

    def log(self, job_id: str, part: int, number: int) -> str:
        for piece, task in self._with_frames(job_id, is_logs_included="1"):
            logs = [job.log for job in task.jobs if piece.part == part and job.number == number and job.log]
            if logs:
                return "\n".join(logs) + "\n"
        raise FarmError(f"Frame {number} has no log.", "Wait until it has rendered.")

    def _with_frames(self, job_id: str, **more: str) -> list[tuple[Piece, Task]]:
        """The job's tasks, each with its frames. Raises UnknownJob."""
        found = [(piece, self._task(piece.task, is_jobs_included="1", **more)) for piece in read_id(job_id)]
        known = [(piece, task) for piece, task in found if task is not None]
        if not known:
            raise unknown(job_id)
        return known

    def _task(self, id: int, **more: str) -> Task | None:
        return next((read_task(item) for item in self._api.query_task(task_id=id, **more)), None)

    def _tasks(self, ids: Sequence[int]) -> list[Task]:
        """Those that the farm knows, in few requests: the newest in pages, what is too far down by itself."""
        left = set(ids)
        found = []
        for count, item in enumerate(self._api.tasks() if len(left) > 1 else ()):
            task = read_task(item)
            if task.id in left:
                left.remove(task.id)
                found.append(task)
            if not left or task.id < min(left) or count + 1 >= PAGE_SIZE * len(ids):
                break
        found += [task for task in map(self._task, left) if task is not None]
        return sorted(found, key=lambda task: task.id)

    # -- what people ask

    def act(self, job_id: str, action: Action, frames: Sequence[tuple[int, int]] = ()) -> None:
        pieces = read_id(job_id)
        tasks = self._tasks([piece.task for piece in pieces])
        if not tasks:
            raise unknown(job_id)
        if action is Action.STOP:
            self._stop(tasks)
        elif action is Action.START:
            self._start(tasks)
        elif action is Action.RETRY:
            self._retry(job_id, frames)
        elif action is Action.DELETE:
            self._remove([task.id for task in tasks])
            forget(self._context.folder, [task.id for task in tasks])
        else:
            raise FarmError(f"{self.label} cannot {action.value} a job.", "Ask on the farm's own pages.")

    def _stop(self, tasks: Sequence[Task]) -> None:
        """Only tasks that run can be stopped; one that ends just now refuses, and with it all that are named."""
        live = [task.id for task in tasks if task.live]
        while live:
            try:
                self._operate(live, STOP)
                return
            except Refused:
                still = [task.id for task in self._tasks(live) if task.live]
                if len(still) == len(live):
                    raise
                live = still

    def _start(self, tasks: Sequence[Task]) -> None:
        """What waits goes on; what was in a machine when it stopped begins again."""
        still = [task for task in tasks if not task.live and (task.waiting or task.executing)]
        self._operate([task.id for task in still], RESTART, restart_type=RESTARTS[FrameState.WAITING])
        cut = [task.id for task in still if task.executing]
        self._operate(cut, RESTART, restart_type=RESTARTS[FrameState.RENDERING])

    def _retry(self, job_id: str, wanted: Sequence[tuple[int, int]]) -> None:
        """The named frames, or all that failed or were given up. Raises BadInput when there is none."""
        begun = False
        for piece, task in self._with_frames(job_id):
            mine = {number for part, number in wanted if part == piece.part}
            states: dict[FrameState, list[int]] = {}
            for frame in frames(piece.part, task, {}):
                if frame.number in mine or (not wanted and frame.state in (FrameState.FAILED, FrameState.ABANDONED)):
                    states.setdefault(frame.state, []).append(frame.number)
            for state in (FrameState.FAILED, FrameState.ABANDONED, FrameState.DONE):
                begun |= self._restart(task, state, states.get(state, ()), narrow=bool(wanted))
            if not wanted and task.state is JobState.FAILED and task.waiting:  # it never came to its frames
                begun |= self._restart(task, FrameState.WAITING, numbers_of(task), narrow=False)
        if not begun:
            raise BadInput("There is no such frame to try again.", "Name frames that have ended with --frames.")

    def _restart(self, task: Task, state: FrameState, numbers: Sequence[int], narrow: bool) -> bool:
        """Frames of one state begin anew; `narrow`: these alone, not all of that state."""
        if not numbers:
            return False
        texts = task_frames(",".join(map(str, numbers))) if narrow else [None]
        for text in texts:
            self._operate([task.id], RESTART, restart_type=RESTARTS[state], frame=text)
        self._records.retried(task.id, numbers)
        return True

    def _remove(self, ids: Sequence[int]) -> None:
        """Only tasks that do not run can be deleted."""
        tasks = self._tasks(ids)
        self._stop(tasks)
        self._operate([task.id for task in tasks], REMOVE)

    def _operate(self, ids: Sequence[int], order: str, **fields: Any) -> None:
        for start in range(0, len(ids), AT_ONCE):
            text = ",".join(map(str, ids[start : start + AT_ONCE]))
            self._api.operate_task(task_id=text, operate_order=order, **fields)

    # -- finished pictures

    def outputs(self, job_id: str) -> list[Output]:
        carriage = self._carriage()
        return [
            output
            for piece, task in self._with_frames(job_id)
            if task.done
            for output in self._outputs(carriage, piece, task)
        ]

    def _outputs(self, carriage: Carriage, piece: Piece, task: Task) -> Iterator[Output]:
        """Pictures of finished frames; what belongs to no frame once the task is over."""
        numbers = numbers_of(task)
        done = {frame.number for frame in frames(piece.part, task, {}) if frame.state is FrameState.DONE}
        for picture in carriage.pictures(task.folder, self._closing):
            number = frame_of(picture.path, numbers)
            if number in done or (number is None and task.state.ended):
                id = f"{task.folder}/{picture.path}"
                yield Output(id, piece.part, picture.path, picture.size, picture.modified, number)

    def fetch(
        self,
        job_id: str,
        wanted: Sequence[tuple[Output, Path]],
        watch: Watch,
        done: Callable[[Output], None] = lambda output: None,
    ) -> None:
        carriage = self._carriage()
        outputs = {path: output for output, path in wanted}
        items = [Item(path, output.id, output.size) for output, path in wanted]
        carriage.fetch(items, watch, lambda item: done(outputs[item.local]))
        if carriage.mirror is not None:
            ended = [task.id for _, task in self._with_frames(job_id) if task.state.ended]
            forget(self._context.folder, ended)

    # -- inside

    def close(self) -> None:
        self._closing.cancel()
        if self._made is not None:
            self._made.close()
        self._records.close()
        self._manifest.close()

    @property
    def _api(self) -> Api:
        """Made when the farm is first asked: only then is the key fetched."""
        with self._guard:
            if self._made is None:
                settings = self._context.settings
                key = self._context.secret().partition(" ")[0]
                version = str(settings.get("version", "v1"))
                self._made = Api(str(settings["server"]), str(settings["account"]), key, version=version)
            return self._made

    def _password(self) -> str:
        password = self._context.secret().partition(" ")[2].strip()
        if not password:
            raise FarmError(
                f"No Aspera password is kept for {self._context.name}.",
                "Give the access key, a blank and the password as the farm's secret.",
            )
        return password

    def _log_in(self) -> User:
        found = self._api.query_customer(login_name=self._api.account)
        if not found:
            raise BadAccess(f"The farm does not know the account {self._api.account}.", "Check it in the settings.")
        return read_user(found[0])

    def _carriage(self) -> Carriage:
        return choose(self._context.settings, self._log_in(), self._password, self._context.folder)

    def _configs(self) -> list[Config]:
        return [config for project in self._api.query_project() for config in read_configs(project)]

    def _choose(self, submission: Submission) -> Config:
        """The configuration that the submission names, or the one that fits best. Raises BadInput."""
        configs = sorted(self._configs(), key=lambda config: not config.default)
        if submission.env:
            named = [config for config in configs if config.environment.name == submission.env]
            if not named:
                known = "; ".join(config.environment.name for config in configs) or "none"
                raise BadInput(f'There is no environment "{submission.env}".', f"This farm has: {known}.")
            return named[0]
        project = submission.project or str(self._context.settings.get("project", ""))
        mine = [config for config in configs if not project or config.project == project]
        envs = {config.environment.name: config for config in reversed(mine)}
        listed = [replace(config.environment, default=config.default) for config in envs.values()]
        fitting = [match for match in match_environments(submission, listed) if match.fit is not Fit.NONE]
        if not fitting:
            where = f"The project {project}" if project else "This account"
            software = f"{submission.software.name} {submission.software.version}".strip()
            raise BadInput(
                f"{where} renders no {software}.", "Add it to a project on the farm's pages, or name another."
            )
        return envs[fitting[0].env.name]


def _one_project(configs: Sequence[Config]) -> bool:
    return len({config.project for config in configs}) == 1


def _parts_of(tasks: Sequence[Task]) -> list[int]:
    """The part of each task where nobody here remembers: another layer or camera is another part."""
    parts: list[int] = []
    for index, task in enumerate(tasks):
        before = tasks[index - 1] if index else task
        same = (before.layer, before.camera) == (task.layer, task.camera)
        parts.append((parts[-1] if parts else 0) + (not same))
    return parts


def _is_id(job_id: str) -> bool:
    try:
        return bool(read_id(job_id))
    except FarmError:
        return False


def _size(path: Path) -> int:
    """Raises FarmError for a file that is not there any more."""
    try:
        return path.stat().st_size
    except OSError as exc:
        raise FarmError(f"{path} cannot be read: {exc.strerror}.", "Put it back, then retry.") from exc
