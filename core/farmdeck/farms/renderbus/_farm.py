"""Renderbus / Fox Renderfarm as a farm of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..._errors import BadInput, FarmdeckError, FarmError, FarmUnreachable, SettingsError, UnknownJob
from ...environments import RenderEnv
from ...farm import (
    Account,
    Capabilities,
    Farm,
    FarmContext,
    JobReport,
    Option,
    Output,
    Watch,
    check_options,
)
from ...frames import parse_frames
from ...job import Action, Frame, FrameState, JobState, Part
from ...scene import Plugin, Problem, Severity, Software
from ...submission import Submission
from ...transfers import Item
from . import environments as envs
from . import options as task_options
from . import scene_info
from ._extras import CALLS_OF, EXTRAS, WORK, At
from ._line import FIRST_WAIT, Line
from ._places import Places, placed, setting_number
from ._records import Record, Records, Stage
from ._sending import Sender
from ._states import (
    Unit,
    Units,
    foreign_parts,
    frame_of,
    job_report,
    not_there,
    numbers_of,
    parts_of,
    picture_tasks,
    state_of,
    units_of,
)
from .client import LINUX, WINDOWS, Client
from .dialects import CALLS, CURRENT, V3, Dialect
from .errors import NotFound
from .hardware import hardware_option
from .models import FrameStatus, SoftwareDetail, TaskInfo, TaskStatus, UserEnv
from .options import OPTIONS
from .software_cache import SoftwareCache

DOMAIN = "task.renderbus.com"
PLATFORM = "62"
"""The farm's own example (SDK method document); which ones there are: `platforms`."""
POLL_SECONDS = 15.0
_ACTIONS = (Action.STOP, Action.START, Action.RETRY, Action.ABANDON, Action.DELETE)
_APPLICATIONS = ("Maya", "3ds Max", "Houdini", "Blender")
_BEGUN = (FrameStatus.RENDERING, FrameStatus.DONE, FrameStatus.FAILED, FrameStatus.TIMED_OUT)


class RenderbusFarm(Farm):
    """One account at one platform of the farm. Settings: docs/farms/renderbus.md."""

    label = "Renderbus"

    def __init__(self, context: FarmContext, *, first_wait: float = FIRST_WAIT) -> None:
        """`first_wait`: seconds before a request is repeated for the first time; they double."""
        given = context.settings
        if not given.get("access_id"):
            raise SettingsError(
                f"The farm {context.name} has no access id.",
                f"Set it: farmdeck farms add {context.name} --kind renderbus --set access_id=… --secret-stdin",
            )
        self._connection = Line(
            str(given.get("domain", DOMAIN)),
            str(given["access_id"]),
            context.secret,
            str(given.get("platform", PLATFORM)),
            str(given.get("dialect", "")),
            protocol=str(given.get("protocol", "https")),
            first_wait=first_wait,
        )
        self._client = Client(self._connection)
        self._places = Places(self._client, context.name, given, context.folder)
        self._records = Records(context.folder / "tasks.sqlite3")
        self._sender = Sender(self._client, self._places, self._records, context.folder / "uploaded.sqlite3")
        self._software = SoftwareCache(
            context.folder / "software.json", self._client.software, self._client.software_detail
        )
        self._options: tuple[Option, ...] = OPTIONS
        self._dialect: Dialect | None = None
        self._poll = setting_number(given, "poll_seconds", POLL_SECONDS)

    # -- what it says of itself

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            actions=_ACTIONS,
            environments=True,
            logs=self._can("render_log"),
            pictures=True,
            priority=True,
            hold=True,
            download=True,
            idempotent=True,
            cost=True,
            edit_environments=True,
            poll_seconds=self._poll,
            options=self._options,
            extras=tuple(extra for extra in EXTRAS if self._can(*CALLS_OF[extra.name])),
        )

    def _can(self, *calls: str) -> bool:
        """Has the account's protocol these calls? Until `check` has found it out: yes."""
        return self._dialect is not V3 or all(CALLS[call].v3 for call in calls)

    def check(self) -> str:
        account = self.account()
        self._dialect = self._connection.dialect()
        if self._dialect is CURRENT:
            self._options = _with_hardware(hardware_option(self._client.hardware(), int(self._connection.platform)))
        ready = f"Ready as {account.name}, {account.balance:,.2f} {account.currency}"
        missing = self._places.missing()
        return f"{ready}. {missing}" if missing else ready

    def account(self) -> Account:
        profile = self._places.account(fresh=True).profile
        facts = {
            "Platform": self._connection.platform,
            "Coupons": f"{profile.coupon:,.2f}" if profile.coupon else "",
            "Credit": f"{profile.credit:,.2f}" if profile.credit else "",
            "Kind": "sub-account" if profile.account_type == 2 else "main account",
            "Company": profile.company,
            "Transfer": self._places.way,
        }
        prices = {"CPU": profile.cpu_price, "GPU": profile.gpu_price}
        return Account(
            name=profile.user_name,
            balance=profile.balance,
            currency=profile.currency,
            prices={name: price for name, price in prices.items() if price},
            facts={name: fact for name, fact in facts.items() if fact},
        )

    def close(self) -> None:
        self._connection.close()
        self._records.close()

    # -- environments

    def environments(self) -> list[RenderEnv]:
        cg_ids = [envs.cg_id_of(name) for name in _APPLICATIONS]
        return [envs.render_env(env) for env in self._client.envs(cg_ids)]

    def environment_like(
        self, software: Software, plugins: Sequence[Plugin], system: str
    ) -> tuple[RenderEnv, list[str]]:
        taken = [env.name for env in self.environments()]
        try:
            return envs.environment_like(software, plugins, self._offered(software, system), system, taken)
        except BadInput as exc:  # what is not offered is the farm's lack, not a slip of the person's
            raise FarmError(exc.what, exc.fix) from exc

    def add_environment(self, env: RenderEnv) -> None:
        if env.name in {one.name for one in self.environments()}:
            raise FarmError(f'There is an environment "{env.name}" already.', "Edit it, or give another name.")
        self._client.add_env(self._user_env(env))

    def edit_environment(self, env: RenderEnv) -> None:
        self._named(env.name)
        self._client.update_env(self._user_env(env))

    def remove_environment(self, name: str) -> None:
        self._named(name)
        self._client.delete_env(name)

    def set_default_environment(self, name: str) -> None:
        self._named(name)
        self._client.default_env(name)

    def _user_env(self, env: RenderEnv) -> UserEnv:
        return envs.user_env(env, self._offered(env.software, env.system))

    def _named(self, name: str) -> RenderEnv:
        every = {env.name: env for env in self.environments()}
        if name not in every:
            raise FarmError(f'There is no environment "{name}".', f"There are: {', '.join(every) or 'none'}.")
        return every[name]

    def _offered(self, software: Software, system: str) -> SoftwareDetail:
        """What the farm has of an application; asked anew where what is kept lacks the version."""
        cg_id, number = envs.cg_id_of(software.name), LINUX if system == "linux" else WINDOWS
        kept = self._software.detail(cg_id, number)
        bare = {envs.bare_version(each.name, each.version) for each in kept.value.versions}
        fresh = software.version in bare or kept.age == 0
        return kept.value if fresh else self._software.detail(cg_id, number, refresh=True).value

    # -- submitting

    def problems(self, submission: Submission) -> list[Problem]:
        found = scene_info.problems(submission)
        try:
            options = check_options(self._options, submission.options)
            found += task_options.check(submission, options)
        except BadInput as exc:
            found.append(Problem(Severity.ERROR, str(exc), "options"))
        found += self._path_problems(submission)
        missing = self._places.missing()
        if missing:
            found.append(Problem(Severity.ERROR, missing, submission.farm))
        if not any(problem.severity is Severity.ERROR for problem in found):
            found += self._farm_problems(submission)
        return found

    def _path_problems(self, submission: Submission) -> list[Problem]:
        found = []
        for path in (submission.scene.path, *(file.path for file in submission.files)):
            try:
                self._places.to_farm(path)
            except BadInput as exc:
                found.append(Problem(Severity.ERROR, str(exc), path))
        return found

    def _farm_problems(self, submission: Submission) -> list[Problem]:
        """What only the farm can tell: the environment, the machines, the money."""
        found = []
        for ask in (self._sender.environment, self._sender.hardware):
            try:
                ask(submission, Watch())
            except (BadInput, FarmError) as exc:
                _pass_unreachable(exc)
                found.append(Problem(Severity.ERROR, str(exc), submission.env or submission.farm))
        account = self.account()
        if account.balance is not None and account.balance <= 0 and "Coupons" not in account.facts:
            message = f"There is no money left on {account.name}: the farm takes the job but stops it. Top it up."
            found.append(Problem(Severity.WARNING, message, submission.farm))
        return found

    def hash(self, submission: Submission, scene: Path, watch: Watch) -> None:
        self._sender.hash(submission, scene, watch)

    def upload(self, submission: Submission, scene: Path, watch: Watch) -> None:
        self._sender.upload(submission, scene, watch)

    def submit(self, submission: Submission, scene: Path, watch: Watch) -> str:
        return str(self._sender.submit(submission, scene, watch))

    def find(self, submission_id: str) -> str | None:
        task = self._sender.find(submission_id)
        return None if task is None else str(task)

    # -- jobs

    def jobs(self, ids: Sequence[str]) -> dict[str, JobReport]:
        numbers = {int(id): id for id in ids if _is_number(id)}
        if not numbers:
            return {}
        reports = {}
        currency = self._places.account().profile.currency
        for task in self._client.task_info(list(numbers)):
            if task.id in numbers and not task.deleted:
                reports[numbers[task.id]] = self._report(task, currency)
        return reports

    def _report(self, task: TaskInfo, currency: str) -> JobReport:
        record = self._records.by_task(task.id)
        parts = record.submission.parts if record else ()
        report = job_report(task, parts, _is_plain(record), currency, record.note if record else "")
        taken, expected = self._taken(task, parts, record, report.state)
        if taken >= expected:
            return report
        said = f"The farm took {taken:,} of the {expected:,} frames that were sent."
        message = f"{said} Send the others as a job of their own. {report.message}".strip()
        state = JobState.PARTLY_DONE if report.state is JobState.DONE else report.state
        return replace(report, state=state, message=message)

    def _taken(self, task: TaskInfo, parts: Sequence[Part], record: Record | None, state: JobState) -> tuple[int, int]:
        """How many of how many frames the farm renders: some farms take the beginning of a long range without a word.

        Where its counts do not say so for sure, its frames do, once they are all done.
        """
        expected = sum(len(parse_frames(part.frames)) for part in parts)
        children = picture_tasks(task)
        total = sum(child.total_frames for child in children)
        if record is None or (_is_plain(record) and total in (0, expected)):
            return expected, expected
        if state is JobState.DONE:
            return sum(bool(units) for units in self._units(task)[1].values()), expected
        short = _is_plain(record) and any(0 < child.total_frames < numbers_of(child, parts) for child in children)
        return (total, expected) if short else (expected, expected)

    def frames(self, job_id: str) -> list[Frame]:
        task = self._task(job_id)
        return _frames(task, *self._units(task))

    def _units(self, task: TaskInfo) -> tuple[tuple[Part, ...], dict[tuple[int, int], list[Unit]]]:
        """Our parts, and what the farm renders for each of their frames."""
        infos = [(part, tuple(self._client.all_frames(part.id))) for part in picture_tasks(task)]
        record = self._records.by_task(task.id)
        parts = record.submission.parts if record else foreign_parts(task, infos)
        return parts, units_of(parts, infos)

    def _task(self, job_id: str) -> TaskInfo:
        """Raises UnknownJob."""
        try:
            found = self._client.task_info([int(job_id)]) if _is_number(job_id) else ()
        except NotFound:
            found = ()
        for task in found:
            if task.id == int(job_id) and not task.deleted:
                return task
        raise UnknownJob(f"Renderbus does not know the job {job_id}.", "It may have been deleted there.")

    def act(self, job_id: str, action: Action, frames: Sequence[tuple[int, int]] = ()) -> None:
        if action is Action.DELETE:
            self._delete(job_id)
            return
        task = self._task(job_id)
        live = [part.id for part in task.parts if not state_of(part).ended]
        if action is Action.STOP:
            self._client.stop_tasks(live)
        elif action is Action.START:
            self._start(task)
        elif action is Action.ABANDON:
            self._client.abandon_tasks(live)
        else:
            self._retry(task, frames)

    def _delete(self, job_id: str) -> None:
        """The record goes, too, also of a job that was deleted on the farm's pages."""
        try:
            self._client.delete_tasks([self._task(job_id).id])
        except UnknownJob:
            if _is_number(job_id):
                self._records.forget(int(job_id))
            raise
        self._records.forget(int(job_id))

    def _start(self, task: TaskInfo) -> None:
        """Tasks that wait after their test frames go on at full speed, the others where they stopped."""
        tested = [part.id for part in task.parts if part.status == TaskStatus.TEST_FINISHED]
        others = [part.id for part in task.parts if part.status not in (*_NOT_STARTED, TaskStatus.TEST_FINISHED)]
        if tested:
            self._client.full_speed(tested)
        if others:
            self._client.start_tasks(others)

    def _retry(self, task: TaskInfo, frames: Sequence[tuple[int, int]]) -> None:
        parts, units = self._units(task)
        if not any(units.values()):
            self._analyse_again(task)
            return
        every = _frames(task, parts, units)
        keys = frames or [(frame.part, frame.number) for frame in every if frame.state in _RETRIED]
        again: dict[int, set[int]] = {}
        for key in keys:
            for unit in units.get(key, ()):
                if frames or unit.info.status != FrameStatus.DONE:
                    again.setdefault(unit.task.id, set()).add(unit.info.id)
        if keys and not again:
            raise BadInput("The farm does not have these frames.", "Send them as a job of their own.")
        for number, ids in again.items():
            self._client.retry_frames(number, sorted(ids))

    def _analyse_again(self, task: TaskInfo) -> None:
        """It failed before it had frames."""
        if task.status == TaskStatus.ABANDONED:
            raise FarmError("It was given up before the farm had looked at it.", "Submit it again.")
        self._client.start_tasks([part.id for part in task.parts])

    def log(self, job_id: str, part: int, number: int) -> str:
        units = self._units(self._task(job_id))[1].get((part, number), ())
        begun = [unit for unit in units if unit.info.status in _BEGUN]
        if not begun:
            raise FarmError(f"Frame {number} has no log yet.", "Wait until it was begun.")
        texts = [self._client.render_log(unit.info.id) for unit in begun]
        if not any(text.strip() for text in texts):
            raise FarmError(f"The farm has no log of frame {number}.", "Logs are kept for a while only.")
        return "\n".join(texts)

    # -- finished files

    def outputs(self, job_id: str) -> list[Output]:
        task = self._task(job_id)
        record = self._records.by_task(task.id)
        parts = record.submission.parts if record else ()
        found = []
        for child in picture_tasks(task):
            indexes = parts_of(child, parts)
            found += [placed(output, indexes, parts) for output in self._places.files(child)]
        mark = f".farmdeck-{record.submission.id}" if record else ""  # of the scene's copy: no part of a picture's name
        return [replace(output, path=output.path.replace(mark, "")) for output in found] if mark else found

    def fetch(
        self,
        job_id: str,
        wanted: Sequence[tuple[Output, Path]],
        watch: Watch,
        done: Callable[[Output], None] = lambda output: None,
    ) -> None:
        task = self._task(job_id)
        watch.check()
        outputs = {path: output for output, path in wanted}
        account, transfer = self._places.account(), self._places.transfer()
        children = picture_tasks(task)
        storages = dict.fromkeys(account.output(child) for child in children)
        for storage in storages:
            here = [child.output_name for child in children if account.output(child) == storage]
            items = [Item(path, output.id, output.size) for output, path in wanted if output.id.split("/")[0] in here]
            if items:
                transfer.download(items, storage, watch, lambda item: done(outputs[item.local]))

    # -- what else it can do

    def run(self, extra: str, job_id: str, values: Mapping[str, Any]) -> list[list[str]] | str:
        known = {one.name: one for one in EXTRAS}
        if extra not in known:
            return super().run(extra, job_id, values)
        task = self._task(job_id) if known[extra].on == "job" else None
        checked = check_options(known[extra].options, values)
        return WORK[extra](At(self._client, self._software, self._places, checked, task))


_RETRIED = (FrameState.FAILED, FrameState.ABANDONED)
_NOT_STARTED = (TaskStatus.FINISHED, TaskStatus.FINISHED_WITH_FAILURES, TaskStatus.ABANDONED)
"""What starting does not change."""


def _frames(task: TaskInfo, parts: Sequence[Part], units: Units) -> list[Frame]:
    """Every frame, by part and number; also those that the farm does not list."""
    report = job_report(task, parts, False, "")
    return [frame_of(*key, found) if found else not_there(*key, report, task) for key, found in sorted(units.items())]


def _with_hardware(hardware: Option) -> tuple[Option, ...]:
    return tuple(hardware if option.name == "hardware" else option for option in OPTIONS)


def _pass_unreachable(exc: FarmdeckError) -> None:
    """A farm that does not answer is nothing that is wrong with the submission."""
    if isinstance(exc, FarmUnreachable):
        raise exc


def _is_number(id: str) -> bool:
    return id.isascii() and id.isdigit()


def _is_plain(record: Record | None) -> bool:
    """Is each of its frames one frame to the farm too? Not where a machine takes several, or a part of one."""
    if record is None or record.stage is not Stage.SUBMITTED:
        return False
    options = check_options(OPTIONS, record.submission.options)
    return bool(options["frames_per_machine"] == 1 and options["tiles"] == 1 and options["test_frames"] == "none")
