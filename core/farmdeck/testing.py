"""For tests of anything that uses a farm, and of farms: the contract every farm passes, and a farm without machines.

    from farmdeck.testing import FarmContract

    class TestMyFarm(FarmContract):
        @pytest.fixture
        def farm(self, tmp_path):
            return MyFarm(FarmContext("mine", tmp_path))

        @pytest.fixture
        def submission(self, tmp_path):
            return ...  # two or more frames in every part; the farm can really render it

Needs no pytest itself. `pytest.register_assert_rewrite("farmdeck.testing")` in a conftest.py makes failures readable.
"""

from __future__ import annotations

import struct
import time
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any, Callable

from ._errors import BadInput, Cancelled, FarmdeckError, FarmError, UnknownJob
from .environments import RenderEnv
from .farm import (
    Account,
    Capabilities,
    Counts,
    Entry,
    Extra,
    Farm,
    FarmContext,
    JobReport,
    Option,
    Output,
    Watch,
    check_options,
)
from .frames import parse_frames
from .job import Action, Frame, FrameState, JobState
from .scene import Plugin, Software
from .submission import Submission

# -- a farm without machines


@dataclass(frozen=True)
class Asked:
    """One frame that FakeFarm is about to have rendered."""

    submission: Submission
    part: int
    number: int
    attempt: int
    """1 for the first time."""


Behaviour = Callable[[Asked], FrameState]


def renders(asked: Asked) -> FrameState:
    """Every frame is done at once."""
    return FrameState.DONE


ALL = Capabilities(
    actions=tuple(Action),
    logs=True,
    progress=True,
    priority=True,
    hold=True,
    idempotent=True,
    poll_seconds=0.01,
    options=(Option("chunk", "Frames per task", "int", 1, minimum=1),),
)
ELSEWHERE = replace(
    ALL,
    environments=True,
    edit_environments=True,
    download=True,
    cost=True,
    browse=True,
    extras=(
        Extra("full-speed", "Full speed", "job"),
        Extra("labels", "Labels", "farm", columns=("Label",)),
        Extra("limit", "Machines, at most", "job", (Option("machines", "Machines", "int", 1, minimum=1),)),
    ),
)
"""A farm elsewhere: it keeps the pictures until they are fetched, and costs money."""
FRAME_COST = 0.5
FILES = {"": ("shots", "readme.txt"), "shots": ("shots/sh010.blend",)}
"""The files of a farm elsewhere: what is in each of its folders."""


@dataclass
class _FakeJob:
    submission: Submission
    scene: Path
    frames: dict[tuple[int, int], Frame]
    stopped: bool
    logs: dict[tuple[int, int], str] = field(default_factory=dict)

    @property
    def state(self) -> JobState:
        states = [frame.state for frame in self.frames.values()]
        if all(state.ended for state in states):
            if all(state is FrameState.DONE for state in states):
                return JobState.DONE
            return JobState.PARTLY_DONE if FrameState.DONE in states else JobState.FAILED
        if self.stopped:
            return JobState.STOPPED
        return JobState.RENDERING if any(state is not FrameState.WAITING for state in states) else JobState.WAITING


class FakeFarm(Farm):
    """A farm that does what `behave` says: each look at its jobs renders the next frames of each.

    `behave` gets an `Asked` and says how the frame turns out: DONE (a one-pixel PNG is written where the part's
    output goes), FAILED, or RENDERING (still at it; asked again at the next look). `refuse`, when set, is raised by
    every call. `submitting` is called before a job is kept; `answering` after, to lose the answer on its way back.
    """

    label = "Made up"

    def __init__(
        self,
        context: FarmContext,
        behave: Behaviour = renders,
        *,
        capabilities: Capabilities = ALL,
        frames_per_look: int = 1,
    ) -> None:
        self.behave = behave
        self.refuse: FarmError | None = None
        self.submitting: Callable[[Submission], None] = lambda submission: None
        self.answering: Callable[[Submission], None] = lambda submission: None
        self.closed = False
        self._context = context
        self._capabilities = capabilities
        self._per_look = frames_per_look
        self._jobs: dict[str, _FakeJob] = {}
        self._envs: dict[str, RenderEnv] = {}

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    def check(self) -> str:
        self._answer()
        return f"Ready, {len(self._jobs)} jobs"

    def submit(self, submission: Submission, scene: Path, watch: Watch) -> str:
        self._answer()
        watch.step(0, 1)
        check_options(self._capabilities.options, submission.options)
        self.submitting(submission)
        known = self.find(submission.id) if self._capabilities.idempotent else None
        if known is None:
            known = f"fake-{len(self._jobs) + 1}"
            frames = {(frame.part, frame.number): frame for frame in waiting_frames(submission)}
            self._jobs[known] = _FakeJob(submission, scene, frames, stopped=submission.hold)
        self.answering(submission)
        watch.step(1, 1)
        return known

    def find(self, submission_id: str) -> str | None:
        self._answer()
        return next((id for id, job in self._jobs.items() if job.submission.id == submission_id), None)

    def jobs(self, ids: Sequence[str]) -> dict[str, JobReport]:
        self._answer()
        self.look()
        return {id: self._report(id, self._jobs[id]) for id in ids if id in self._jobs}

    def frames(self, job_id: str) -> list[Frame]:
        return list(self._job(job_id).frames.values())

    def act(self, job_id: str, action: Action, frames: Sequence[tuple[int, int]] = ()) -> None:
        job = self._job(job_id)
        if action not in self._capabilities.actions:
            raise FarmError(f"This farm cannot {action.value} a job.", "Choose something else.")
        if action in (Action.STOP, Action.START):
            job.stopped = action is Action.STOP
        elif action is Action.DELETE:
            del self._jobs[job_id]
        elif action is Action.ABANDON:
            for key, frame in job.frames.items():
                if not frame.state.ended:
                    job.frames[key] = replace(frame, state=FrameState.ABANDONED)
        else:
            again = (FrameState.FAILED, FrameState.ABANDONED)
            for key in frames or [key for key, frame in job.frames.items() if frame.state in again]:
                job.frames[key] = replace(job.frames[key], state=FrameState.WAITING, files=(), progress=0.0)
            job.stopped = False

    def log(self, job_id: str, part: int, number: int) -> str:
        job = self._job(job_id)
        if not self._capabilities.logs:
            return super().log(job_id, part, number)
        if (part, number) not in job.logs:
            raise FarmError(f"Frame {number} has no log yet.", "Wait until it was begun.")
        return job.logs[part, number]

    # what a farm elsewhere does too

    def outputs(self, job_id: str) -> list[Output]:
        job = self._job(job_id)
        if not self._capabilities.download:
            return super().outputs(job_id)
        size = len(one_pixel_png())
        done = [frame for frame in job.frames.values() if frame.state is FrameState.DONE]
        return [Output(f"{f.part}/{f.number}", f.part, f"{f.number:04d}.png", size, f.started, f.number) for f in done]

    def fetch(
        self,
        job_id: str,
        wanted: Sequence[tuple[Output, Path]],
        watch: Watch,
        done: Callable[[Output], None] = lambda output: None,
    ) -> None:
        self._job(job_id)
        for count, (output, path) in enumerate(wanted):
            watch.step(count, len(wanted))
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(one_pixel_png())
            except OSError as exc:
                raise FarmError(f"{path} cannot be written: {exc.strerror}.", "Check the folder's rights.") from exc
            done(output)

    def account(self) -> Account | None:
        self._answer()
        return Account("made up", 100.0, "USD", {"CPU": FRAME_COST}) if self._capabilities.cost else None

    def environments(self) -> list[RenderEnv]:
        return list(self._envs.values())

    def environment_like(
        self, software: Software, plugins: Sequence[Plugin], system: str
    ) -> tuple[RenderEnv, list[str]]:
        if not self._capabilities.edit_environments:
            return super().environment_like(software, plugins, system)
        if software.name != "Blender":
            raise FarmError(f"This farm has no {software.name}.", "Choose another farm.")
        return RenderEnv(f"{software.name} {software.version}", software, tuple(plugins), system or "linux"), []

    def add_environment(self, env: RenderEnv) -> None:
        if not self._capabilities.edit_environments:
            return super().add_environment(env)
        if env.name in self._envs:
            raise FarmError(f"There is an environment {env.name}.", "Give another name.")
        self._envs[env.name] = env

    def edit_environment(self, env: RenderEnv) -> None:
        if not self._capabilities.edit_environments:
            return super().edit_environment(env)
        self._envs[self._env(env.name).name] = env

    def remove_environment(self, name: str) -> None:
        if not self._capabilities.edit_environments:
            return super().remove_environment(name)
        del self._envs[self._env(name).name]

    def set_default_environment(self, name: str) -> None:
        if not self._capabilities.edit_environments:
            return super().set_default_environment(name)
        self._env(name)
        self._envs = {key: replace(env, default=key == name) for key, env in self._envs.items()}

    def _env(self, name: str) -> RenderEnv:
        if name not in self._envs:
            raise FarmError(f"There is no environment {name}.", "See the list.")
        return self._envs[name]

    def run(self, extra: str, job_id: str, values: Mapping[str, Any]) -> list[list[str]] | str:
        known = {one.name: one for one in self._capabilities.extras}
        if extra not in known:
            return super().run(extra, job_id, values)
        check_options(known[extra].options, values)
        if known[extra].on == "job":
            self._job(job_id)
        return [["night"], ["day"]] if known[extra].columns else f"{known[extra].label}: done."

    def browse(self, path: str) -> list[Entry]:
        if not self._capabilities.browse:
            return super().browse(path)
        if path not in FILES:
            raise BadInput(f"{path} is not below the farm's folder.", "Choose a file that is.")
        return [Entry(PurePosixPath(each).name, each, each in FILES) for each in FILES[path]]

    def close(self) -> None:
        self.closed = True

    def look(self) -> None:
        """Let every job that runs get on by `frames_per_look` frames."""
        for job in self._jobs.values():
            todo = [] if job.stopped else [frame for frame in job.frames.values() if not frame.state.ended]
            for frame in todo[: self._per_look]:
                job.frames[frame.part, frame.number] = self._render(job, frame)

    def _report(self, id: str, job: _FakeJob) -> JobReport:
        report = JobReport(id, job.state, job.state.value)
        if not self._capabilities.cost:
            return report
        states = [frame.state for frame in job.frames.values()]
        failed = states.count(FrameState.FAILED) + states.count(FrameState.ABANDONED)
        done = states.count(FrameState.DONE)
        counts = Counts(len(states), done, failed, states.count(FrameState.RENDERING))
        return replace(report, counts=counts, cost=done * FRAME_COST, currency="USD")

    def _render(self, job: _FakeJob, frame: Frame) -> Frame:
        begun = frame.state is FrameState.RENDERING
        attempt = frame.attempt if begun else frame.attempt + 1
        started = frame.started if begun else time.time()
        state = self.behave(Asked(job.submission, frame.part, frame.number, attempt))
        job.logs[frame.part, frame.number] = f"attempt {attempt}: {state.value}\n"
        frame = replace(frame, state=state, attempt=attempt, started=started)
        if state is FrameState.RENDERING:
            return replace(frame, progress=0.5)
        if state is not FrameState.DONE:
            return replace(frame, message="The renderer said no. Retry it.")
        if self._capabilities.download:
            return replace(frame, progress=1.0, seconds=0.0, message="")
        file = frame_file(job.submission.parts[frame.part].output, frame.number)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(one_pixel_png())
        return replace(frame, progress=1.0, seconds=0.0, files=(str(file),), message="")

    def _job(self, job_id: str) -> _FakeJob:
        self._answer()
        if job_id not in self._jobs:
            raise UnknownJob(f"This farm does not know the job {job_id}.", "It may have been deleted there.")
        return self._jobs[job_id]

    def _answer(self) -> None:
        if self.refuse is not None:
            raise self.refuse


def waiting_frames(submission: Submission) -> list[Frame]:
    """Every frame of every part, none begun."""
    return [Frame(index, number) for index, part in enumerate(submission.parts) for number in parse_frames(part.frames)]


def frame_file(pattern: str, number: int) -> Path:
    """The file of one frame: the run of `#` is the number, so many digits wide."""
    hashes = pattern.count("#")
    width = hashes + (number < 0)
    return Path(pattern.replace("#" * hashes, f"{number:0{width}d}")) if hashes else Path(pattern)


def one_pixel_png() -> bytes:
    """A whole PNG of one grey pixel; https://www.w3.org/TR/png/ gives the chunks."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\x80")) + chunk(b"IEND", b"")
    )


# -- the contract


class FarmContract:
    """What every farm promises. Subclass it and supply the fixtures `farm` and `submission`.

    A capability that a farm does not claim is checked to be refused, so nothing is skipped.
    """

    patience = 120.0
    """Seconds that the farm may take to render the submission."""
    pause = 0.02
    """Seconds between two looks at a farm that is at work."""

    # helpers, to override where a farm needs something else

    def scene(self, submission: Submission) -> Path:
        """The file that is handed over as the snapshot."""
        return Path(submission.scene.path)

    def submit(self, farm: Farm, submission: Submission) -> str:
        """Hand it over and return the farm's id."""
        return farm.submit(submission, self.scene(submission), Watch())

    def wait(self, farm: Farm, job: str, until: Callable[[JobReport], bool]) -> JobReport:
        """Look again and again until the report is as wanted."""
        end = time.monotonic() + self.patience
        while True:
            report = farm.jobs([job])[job]
            if until(report):
                return report
            assert time.monotonic() < end, f"{job} is still {report.state.value}: {report.message}"
            time.sleep(self.pause)

    # what it says of itself

    def test_capabilities_are_whole(self, farm: Farm) -> None:
        has = farm.capabilities
        assert isinstance(has, Capabilities)
        assert all(isinstance(action, Action) for action in has.actions)
        assert len(set(has.actions)) == len(has.actions)
        assert has.poll_seconds > 0
        assert farm.label and isinstance(farm.label, str)

    def test_options_have_good_defaults(self, farm: Farm) -> None:
        options = farm.capabilities.options
        assert len({option.name for option in options}) == len(options)
        defaults = check_options(options, {})
        assert defaults == {option.name: option.default for option in options}
        assert all(option.label for option in options)

    def test_environments_are_as_claimed(self, farm: Farm) -> None:
        envs = farm.environments()
        if not farm.capabilities.environments:
            assert envs == []
        assert len({env.name for env in envs}) == len(envs)
        assert sum(env.default for env in envs) <= 1

    def test_check_says_something(self, farm: Farm) -> None:
        assert farm.check().strip()

    def test_no_problems_with_a_good_submission(self, farm: Farm, submission: Submission) -> None:
        assert [problem for problem in farm.problems(submission) if problem.severity.value == "error"] == []

    def test_looking_for_problems_changes_nothing(self, farm: Farm, submission: Submission) -> None:
        before = farm.problems(submission)
        assert farm.problems(submission) == before
        assert farm.find(submission.id) is None

    # submitting

    def test_its_files_can_be_brought_twice(self, farm: Farm, submission: Submission) -> None:
        """An agent that died is followed by one that begins the step again; until submit, there is no job."""
        for _ in range(2):
            steps: list[tuple[float, float]] = []
            _works(farm.hash, submission, self.scene(submission), Watch())
            _works(farm.upload, submission, self.scene(submission), Watch(_into(steps)))
            _check_progress(steps)
            assert farm.find(submission.id) is None
        job = self.submit(farm, submission)
        assert farm.find(submission.id) == job

    def test_submit_gives_an_id_that_is_found(self, farm: Farm, submission: Submission) -> None:
        assert farm.find(submission.id) is None
        job = self.submit(farm, submission)
        assert job and isinstance(job, str)
        assert farm.find(submission.id) == job
        assert farm.jobs([job])[job].farm_job == job

    def test_the_same_submission_twice(self, farm: Farm, submission: Submission) -> None:
        first = self.submit(farm, submission)
        if farm.capabilities.idempotent:
            assert self.submit(farm, submission) == first
        assert farm.find(submission.id) == first

    def test_submissions_are_told_apart(self, farm: Farm, submission: Submission) -> None:
        other = replace(submission, id=submission.id[::-1] + "x")
        assert self.submit(farm, submission) != self.submit(farm, other)

    def test_a_cancelled_submission_leaves_nothing(self, farm: Farm, submission: Submission) -> None:
        watch = Watch()
        watch.cancel()
        _raises(Cancelled, farm.submit, submission, self.scene(submission), watch)
        assert farm.find(submission.id) is None

    def test_progress_goes_up_to_the_end(self, farm: Farm, submission: Submission) -> None:
        steps: list[tuple[float, float]] = []
        farm.submit(submission, self.scene(submission), Watch(_into(steps)))
        _check_progress(steps)

    def test_an_unknown_option_is_refused(self, farm: Farm, submission: Submission) -> None:
        _raises(FarmdeckError, self.submit, farm, replace(submission, options={"no such option": 1}))
        assert farm.find(submission.id) is None

    # jobs and frames

    def test_unknown_ids_are_left_out(self, farm: Farm, submission: Submission) -> None:
        job = self.submit(farm, submission)
        assert set(farm.jobs([job, self.unknown_id])) == {job}
        assert farm.jobs([]) == {}

    def test_frames_cover_every_part(self, farm: Farm, submission: Submission) -> None:
        job = self.submit(farm, submission)
        frames = farm.frames(job)
        assert [(frame.part, frame.number) for frame in frames] == [
            (index, number) for index, part in enumerate(submission.parts) for number in parse_frames(part.frames)
        ]

    def test_it_renders(self, farm: Farm, submission: Submission) -> None:
        job = self.submit(farm, submission)
        report = self.wait(farm, job, lambda report: report.state.at_rest)
        frames = farm.frames(job)
        said = {frame.message for frame in frames if frame.message}
        assert report.state is JobState.DONE, (report.message, said)
        for frame in frames:
            assert frame.state is FrameState.DONE
            assert frame.attempt >= 1
            if not farm.capabilities.download:
                assert frame.files, frame
                assert all(Path(file).stat().st_size for file in frame.files)

    def test_counts_and_cost_are_as_claimed(self, farm: Farm, submission: Submission) -> None:
        job = self.submit(farm, submission)
        report = self.wait(farm, job, lambda report: report.state.at_rest)
        states = [frame.state for frame in farm.frames(job)]
        if report.counts is not None:
            failed = states.count(FrameState.FAILED) + states.count(FrameState.ABANDONED)
            rendering = states.count(FrameState.RENDERING)
            assert report.counts == Counts(len(states), states.count(FrameState.DONE), failed, rendering)
        account = farm.account()
        if farm.capabilities.cost:
            assert report.cost is not None and report.cost >= 0 and report.currency
            assert account is not None and account.name and account.balance is not None and account.currency
        else:
            assert report.cost is None and (account is None or account.name)

    # finished files

    def test_finished_files_are_fetched(self, farm: Farm, submission: Submission, tmp_path: Path) -> None:
        job = self.submit(farm, submission)
        self.wait(farm, job, lambda report: report.state.at_rest)
        outputs = farm.outputs(job)
        if not farm.capabilities.download:
            assert outputs == []
            return
        frames = {(frame.part, frame.number) for frame in farm.frames(job)}
        assert {(output.part, output.frame) for output in outputs if output.frame is not None} == frames
        for output in outputs:
            inside = PurePosixPath(output.path)
            assert inside.parts and not inside.is_absolute() and ".." not in inside.parts and "\\" not in output.path
            assert 0 <= output.part < len(submission.parts)
        assert len({output.id for output in outputs}) == len(outputs)
        assert len({(output.part, output.path) for output in outputs}) == len(outputs)
        places = {output.id: tmp_path / "got" / str(output.part) / output.path for output in outputs}
        wanted = [(output, places[output.id]) for output in outputs]
        came: list[str] = []
        farm.fetch(job, wanted, Watch(), lambda output: came.append(output.id))
        assert sorted(came) == sorted(output.id for output in outputs)
        assert [path.stat().st_size for _, path in wanted] == [output.size for output, _ in wanted]
        again = [(output, places[output.id]) for output in farm.outputs(job)]
        _works(farm.fetch, job, again, Watch())  # over what is there
        assert [path.stat().st_size for _, path in wanted] == [output.size for output, _ in wanted]
        there = {path for path in (tmp_path / "got").rglob("*") if path.is_file()}
        assert there == {path for _, path in wanted}  # nothing half done is left beside

    def test_fetching_can_be_stopped(self, farm: Farm, submission: Submission, tmp_path: Path) -> None:
        if not farm.capabilities.download:
            return
        job = self.submit(farm, submission)
        self.wait(farm, job, lambda report: report.state.at_rest)
        wanted = [(output, tmp_path / "got" / str(i)) for i, output in enumerate(farm.outputs(job))]
        watch = Watch()
        watch.cancel()
        _raises(Cancelled, farm.fetch, job, wanted, watch)
        assert not [path for _, path in wanted if path.exists()]

    def test_a_place_that_cannot_be_written_is_said(self, farm: Farm, submission: Submission, tmp_path: Path) -> None:
        if not farm.capabilities.download:
            return
        job = self.submit(farm, submission)
        self.wait(farm, job, lambda report: report.state.at_rest)
        (tmp_path / "a file").touch()
        wanted = [(output, tmp_path / "a file" / str(i)) for i, output in enumerate(farm.outputs(job))]
        came: list[Output] = []
        _raises(FarmError, farm.fetch, job, wanted, Watch(), came.append)
        assert came == []

    def test_delete_keeps_what_was_fetched(self, farm: Farm, submission: Submission, tmp_path: Path) -> None:
        if not (farm.capabilities.download and Action.DELETE in farm.capabilities.actions):
            return
        job = self.submit(farm, submission)
        self.wait(farm, job, lambda report: report.state.at_rest)
        wanted = [(output, tmp_path / "got" / str(i)) for i, output in enumerate(farm.outputs(job))]
        farm.fetch(job, wanted, Watch())
        farm.act(job, Action.DELETE)
        assert [path.stat().st_size for _, path in wanted if path.exists()] == [output.size for output, _ in wanted]

    # environments

    def test_environments_are_edited_as_claimed(self, farm: Farm, submission: Submission) -> None:
        software, plugins = submission.software, submission.plugins
        if not farm.capabilities.edit_environments:
            strange = RenderEnv("no such environment", software)
            _raises(FarmError, farm.environment_like, software, plugins, "")
            _raises(FarmError, farm.add_environment, strange)
            _raises(FarmError, farm.edit_environment, strange)
            _raises(FarmError, farm.remove_environment, strange.name)
            _raises(FarmError, farm.set_default_environment, strange.name)
            return
        before = {env.name for env in farm.environments()}
        env, notes = farm.environment_like(software, plugins, "")
        assert env.software.name == software.name and all(isinstance(note, str) for note in notes)
        env = replace(env, name="contract")
        farm.add_environment(env)
        _raises(FarmError, farm.add_environment, env)
        assert {one.name for one in farm.environments()} == {*before, env.name}
        farm.set_default_environment(env.name)
        assert [one.name for one in farm.environments() if one.default] == [env.name]
        farm.edit_environment(replace(env, plugins=()))
        assert [one.plugins for one in farm.environments() if one.name == env.name] == [()]
        farm.remove_environment(env.name)
        assert {one.name for one in farm.environments()} == before
        _raises(FarmError, farm.remove_environment, env.name)
        _raises(FarmError, farm.environment_like, Software("No Such Software", "1.0"), (), "")

    # what else it can do

    def test_extras_are_whole(self, farm: Farm) -> None:
        extras = farm.capabilities.extras
        assert len({extra.name for extra in extras}) == len(extras)
        for extra in extras:
            assert extra.label and extra.on in ("job", "farm")
            assert len({option.name for option in extra.options}) == len(extra.options)
            check_options(extra.options, {option.name: option.default for option in extra.options})
        assert str(_raises(FarmdeckError, farm.run, "no-such-extra", "", {}))

    def test_extras_that_only_read_give_tables(self, farm: Farm) -> None:
        for extra in farm.capabilities.extras:
            if extra.on == "farm" and extra.columns:
                rows = farm.run(extra.name, "", {option.name: option.default for option in extra.options})
                assert isinstance(rows, list)
                assert all(len(row) == len(extra.columns) for row in rows)
                assert all(isinstance(cell, str) for row in rows for cell in row)

    def test_extras_of_a_strange_job_name_it(self, farm: Farm) -> None:
        for extra in farm.capabilities.extras:
            if extra.on == "job":
                values = {option.name: option.default for option in extra.options}
                assert self.unknown_id in str(_raises(UnknownJob, farm.run, extra.name, self.unknown_id, values))

    def test_files_are_looked_through_as_claimed(self, farm: Farm) -> None:
        if not farm.capabilities.browse:
            _raises(BadInput, farm.browse, "")
            return
        found = _inside(farm.browse(""))
        for folder in [entry.path for entry in found if entry.folder]:
            found += _inside(farm.browse(folder))
        assert len({entry.path for entry in found}) == len(found)
        for outside in ("..", "../..", "/", "/etc", "a/../../b", "..\\..", "C:/"):
            _raises(BadInput, farm.browse, outside)

    # unknown jobs

    unknown_id = "no-such-job-anywhere"

    def test_a_strange_id_is_named(self, farm: Farm) -> None:
        assert self.unknown_id in str(_raises(UnknownJob, farm.frames, self.unknown_id))
        for action in farm.capabilities.actions:
            _raises(UnknownJob, farm.act, self.unknown_id, action)
        if farm.capabilities.logs:
            _raises(UnknownJob, farm.log, self.unknown_id, 0, 1)
        if farm.capabilities.download:
            _raises(UnknownJob, farm.outputs, self.unknown_id)

    def test_what_it_cannot_do_it_refuses(self, farm: Farm, submission: Submission) -> None:
        job = self.submit(farm, submission)
        for action in set(Action) - set(farm.capabilities.actions):
            _raises(FarmdeckError, farm.act, job, action)

    # holding, stopping, starting

    def test_hold_waits_for_start(self, farm: Farm, submission: Submission) -> None:
        if not (farm.capabilities.hold and Action.START in farm.capabilities.actions):
            return
        job = self.submit(farm, replace(submission, hold=True))
        report = farm.jobs([job])[job]
        assert report.state.at_rest and not report.state.ended
        assert {frame.state for frame in farm.frames(job)} == {FrameState.WAITING}
        farm.act(job, Action.START)
        assert self.wait(farm, job, lambda report: report.state.ended).state is JobState.DONE

    def test_stop_then_start(self, farm: Farm, submission: Submission) -> None:
        if not {Action.STOP, Action.START} <= set(farm.capabilities.actions):
            return
        job = self.submit(farm, submission)
        farm.act(job, Action.STOP)
        self.wait(farm, job, lambda report: report.state.at_rest)
        before = farm.frames(job)
        assert FrameState.RENDERING not in {frame.state for frame in before}
        time.sleep(self.pause)
        assert farm.jobs([job])[job].state.at_rest and farm.frames(job) == before, "it goes on all the same"
        farm.act(job, Action.STOP)  # twice is no harm
        farm.act(job, Action.START)
        report = self.wait(farm, job, lambda report: report.state.ended)
        assert report.state is JobState.DONE

    # giving up, trying again, forgetting

    def test_abandon_then_retry(self, farm: Farm, submission: Submission) -> None:
        if not {Action.STOP, Action.ABANDON, Action.RETRY} <= set(farm.capabilities.actions):
            return
        job = self.submit(farm, submission)
        farm.act(job, Action.STOP)
        farm.act(job, Action.ABANDON)
        self.wait(farm, job, lambda report: report.state.ended)
        states = {frame.state for frame in farm.frames(job)}
        assert states <= {FrameState.DONE, FrameState.ABANDONED}
        farm.act(job, Action.RETRY)
        assert self.wait(farm, job, lambda report: report.state.ended).state is JobState.DONE

    def test_retry_of_a_finished_frame(self, farm: Farm, submission: Submission) -> None:
        if Action.RETRY not in farm.capabilities.actions:
            return
        job = self.submit(farm, submission)
        self.wait(farm, job, lambda report: report.state.ended)
        before = farm.frames(job)
        again = before[0]
        farm.act(job, Action.RETRY, [(again.part, again.number)])
        self.wait(farm, job, lambda report: report.state.ended)
        attempts = [(frame.attempt, frame.state) for frame in farm.frames(job)]
        assert attempts[0] == (again.attempt + 1, FrameState.DONE)
        assert attempts[1:] == [(frame.attempt, FrameState.DONE) for frame in before[1:]]

    def test_delete_forgets_the_job_and_keeps_the_frames(self, farm: Farm, submission: Submission) -> None:
        if Action.DELETE not in farm.capabilities.actions:
            return
        job = self.submit(farm, submission)
        self.wait(farm, job, lambda report: report.state.ended)
        files = [file for frame in farm.frames(job) for file in frame.files]
        farm.act(job, Action.DELETE)
        assert farm.jobs([job]) == {}
        assert farm.find(submission.id) is None
        _raises(UnknownJob, farm.frames, job)
        assert all(Path(file).exists() for file in files)

    def test_delete_while_it_runs(self, farm: Farm, submission: Submission) -> None:
        if Action.DELETE not in farm.capabilities.actions:
            return
        job = self.submit(farm, submission)
        farm.act(job, Action.DELETE)
        assert farm.jobs([job]) == {}

    # logs

    def test_logs_are_as_claimed(self, farm: Farm, submission: Submission) -> None:
        held = self.submit(farm, replace(submission, hold=True)) if farm.capabilities.hold else None
        number = parse_frames(submission.parts[0].frames)[0]
        if held and farm.capabilities.logs:
            _raises(FarmError, farm.log, held, 0, number)
        job = self.submit(farm, replace(submission, id=submission.id[::-1] + "x"))
        self.wait(farm, job, lambda report: report.state.ended)
        if farm.capabilities.logs:
            assert farm.log(job, 0, number).strip()
        else:
            _raises(FarmdeckError, farm.log, job, 0, number)

    # the end

    def test_closing_twice_is_no_harm(self, farm: Farm) -> None:
        farm.close()
        _works(farm.close)


def _into(steps: list[tuple[float, float]]) -> Callable[[float, float], None]:
    return lambda done, total: steps.append((done, total))


def _check_progress(steps: Sequence[tuple[float, float]]) -> None:
    shares = [done / total for done, total in steps if total]
    assert shares == sorted(shares)
    assert all(0 <= share <= 1 for share in shares)


def _inside(entries: list[Entry]) -> list[Entry]:
    """The entries, none of which is outside the farm's folder."""
    for entry in entries:
        path = PurePosixPath(entry.path)
        assert path.name == entry.name and not path.is_absolute() and ".." not in path.parts, entry
    return entries


def _works(call: Callable[..., object], *args: Any) -> None:
    try:
        call(*args)
    except FarmdeckError as exc:
        raise AssertionError(f"{call} failed: {exc}") from exc


def _raises(kind: type[FarmdeckError], call: Callable[..., object], *args: Any) -> FarmdeckError:
    """The error that the call must raise; it says what to do, too."""
    try:
        call(*args)
    except kind as exc:
        assert exc.what and exc.fix, f"{exc!r} lacks what happened or what to do"
        return exc
    except FarmdeckError as exc:
        raise AssertionError(f"{call} raised {type(exc).__name__}, not {kind.__name__}: {exc}") from exc
    raise AssertionError(f"{call} raised no {kind.__name__}")


def made_up_submission(folder: Path, options: Mapping[str, Any] | None = None, **changes: Any) -> Submission:
    """A submission of two parts with three and two frames, its scene an empty file in `folder`."""
    from .scene import RenderItem, Scene, Software
    from .submission import prepare

    file = folder / "made_up.blend"
    file.touch()
    items = tuple(
        RenderItem(
            f"Scene/{name}",
            "view_layer",
            ("Scene", name),
            ("Camera",),
            frames,
            4,
            2,
            "CYCLES",
            str(folder / "render" / "####.png"),
            True,
        )
        for name, frames in (("beauty", "1-3"), ("fog", "10,12"))
    )
    scene = Scene(str(file), Software("Blender", "4.5.0"), items, ("Camera",), "1-3")
    return replace(prepare(scene, options=options), **changes)
