"""Every clause of the contract has been seen to fail: for each, a farm that breaks just that promise.

A clause without a planted bug fails here, so a new one brings its own.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from farmdeck._errors import Cancelled, FarmError
from farmdeck.environments import RenderEnv
from farmdeck.farm import Capabilities, Counts, Entry, Extra, FarmContext, JobReport, Option, Output, Watch
from farmdeck.job import Action, Frame, FrameState, JobState
from farmdeck.scene import Problem, Severity, Software
from farmdeck.submission import Submission
from farmdeck.testing import ALL, ELSEWHERE, Asked, FakeFarm, FarmContract, made_up_submission

NOTHING = Capabilities(poll_seconds=0.01)


@dataclass(frozen=True)
class Bug:
    """A farm that is wrong, and the clause that says so."""

    clause: str
    farm: type[FakeFarm]
    capabilities: Capabilities
    honest: Capabilities
    """What the honest farm claims: the same, unless the claim itself is the bug."""


BUGS: list[Bug] = []


def breaks(
    clause: str, capabilities: Capabilities = ALL, honest: Capabilities | None = None
) -> Callable[[type[FakeFarm]], type[FakeFarm]]:
    """Names the clause that has to catch the decorated farm."""

    def register(farm: type[FakeFarm]) -> type[FakeFarm]:
        BUGS.append(Bug(f"test_{clause}", farm, capabilities, honest or capabilities))
        return farm

    return register


class Patient(FarmContract):
    pause = 0.001


class Quick(Patient):
    patience = 0.3  # only a farm with a bug is waited for in vain


def run(contract: FarmContract, bug: Bug, farm: FakeFarm, folder: Path) -> None:
    """The clause alone, with what it asks for."""
    folder.mkdir()
    clause = getattr(contract, bug.clause)
    fixtures = {"farm": farm, "submission": made_up_submission(folder), "tmp_path": folder}
    clause(**{name: fixtures[name] for name in inspect.signature(clause).parameters})


def context(folder: Path) -> FarmContext:
    return FarmContext("made-up", folder)


# -- what it says of itself


@breaks("capabilities_are_whole", replace(ALL, actions=(Action.STOP, Action.STOP)), ALL)
@breaks("capabilities_are_whole", replace(ALL, poll_seconds=0.0), ALL)
@breaks("options_have_good_defaults", replace(ALL, options=(Option("chunk", "Frames", "int", "1"),)), ALL)
@breaks("options_have_good_defaults", replace(ALL, options=ALL.options * 2), ALL)
@breaks("extras_are_whole", replace(ELSEWHERE, extras=ELSEWHERE.extras * 2), ELSEWHERE)
@breaks("extras_are_whole", replace(ELSEWHERE, extras=(Extra("x", "X", "planet"),)), ELSEWHERE)
class ClaimsNonsense(FakeFarm):
    """Its capabilities are the bug."""


@breaks("capabilities_are_whole")
class HasNoName(FakeFarm):
    label = ""


@breaks("environments_are_as_claimed", ELSEWHERE)
class HasTwoDefaults(FakeFarm):
    def environments(self) -> list[RenderEnv]:
        return [RenderEnv(name, Software("Blender", "4.5.0"), default=True) for name in ("a", "b")]


@breaks("environments_are_as_claimed", NOTHING)
class HasUnclaimedEnvironments(FakeFarm):
    def environments(self) -> list[RenderEnv]:
        return [RenderEnv("a", Software("Blender", "4.5.0"))]


@breaks("check_says_something")
class SaysNothing(FakeFarm):
    def check(self) -> str:
        return " "


@breaks("no_problems_with_a_good_submission")
class AlwaysComplains(FakeFarm):
    def problems(self, submission: Submission) -> list[Problem]:
        return [Problem(Severity.ERROR, "It is Monday. Wait.", "")]


@breaks("looking_for_problems_changes_nothing")
class SubmitsWhatItLooksAt(FakeFarm):
    def problems(self, submission: Submission) -> list[Problem]:
        self.submit(submission, Path(submission.scene.path), Watch())
        return []


@breaks("looking_for_problems_changes_nothing")
class ComplainsTheSecondTime(FakeFarm):
    looks = 0

    def problems(self, submission: Submission) -> list[Problem]:
        self.looks += 1
        return [Problem(Severity.WARNING, "Again?", "")] * (self.looks > 1)


# -- submitting


@breaks("its_files_can_be_brought_twice")
class FilesAreThereAlready(FakeFarm):
    brought = False

    def upload(self, submission: Submission, scene: Path, watch: Watch) -> None:
        if self.brought:
            raise FarmError("The file exists.", "Remove it.")
        self.brought = True


@breaks("its_files_can_be_brought_twice")
class HashesOnce(FakeFarm):
    hashed = False

    def hash(self, submission: Submission, scene: Path, watch: Watch) -> None:
        if self.hashed:
            raise FarmError("It is hashed.", "Go on.")
        self.hashed = True


@breaks("its_files_can_be_brought_twice")
class SubmitsWhileUploading(FakeFarm):
    def upload(self, submission: Submission, scene: Path, watch: Watch) -> None:
        self.submit(submission, scene, Watch())


@breaks("its_files_can_be_brought_twice")
class UploadsBackwards(FakeFarm):
    def upload(self, submission: Submission, scene: Path, watch: Watch) -> None:
        watch.step(9, 10)
        watch.step(1, 10)


@breaks("submit_gives_an_id_that_is_found")
class FindsNothing(FakeFarm):
    def find(self, submission_id: str) -> str | None:
        return None


@breaks("submit_gives_an_id_that_is_found")
class ReportsAnotherId(FakeFarm):
    def jobs(self, ids: Sequence[str]) -> dict[str, JobReport]:
        return {id: replace(report, farm_job="other") for id, report in super().jobs(ids).items()}


@breaks("the_same_submission_twice")
class SubmitsTwice(FakeFarm):
    def submit(self, submission: Submission, scene: Path, watch: Watch) -> str:
        return super().submit(replace(submission, id=f"{submission.id}{len(self._jobs) or ''}"), scene, watch)


@breaks("submissions_are_told_apart")
class KnowsOneScene(FakeFarm):
    """It takes a job of the same scene for the same job."""

    def submit(self, submission: Submission, scene: Path, watch: Watch) -> str:
        known = [id for id, job in self._jobs.items() if job.scene == scene]
        return known[0] if known else super().submit(submission, scene, watch)


@breaks("a_cancelled_submission_leaves_nothing")
class IsDeaf(FakeFarm):
    def submit(self, submission: Submission, scene: Path, watch: Watch) -> str:
        return super().submit(submission, scene, Watch())


@breaks("a_cancelled_submission_leaves_nothing")
class ListensTooLate(FakeFarm):
    def submit(self, submission: Submission, scene: Path, watch: Watch) -> str:
        job = super().submit(submission, scene, Watch())
        watch.check()
        return job


@breaks("progress_goes_up_to_the_end")
class GoesBack(FakeFarm):
    def submit(self, submission: Submission, scene: Path, watch: Watch) -> str:
        watch.step(1, 2)
        return super().submit(submission, scene, watch)


@breaks("progress_goes_up_to_the_end")
class GoesTooFar(FakeFarm):
    def submit(self, submission: Submission, scene: Path, watch: Watch) -> str:
        job = super().submit(submission, scene, watch)
        watch.step(3, 2)
        return job


@breaks("an_unknown_option_is_refused")
class TakesAnyOption(FakeFarm):
    def submit(self, submission: Submission, scene: Path, watch: Watch) -> str:
        return super().submit(replace(submission, options={}), scene, watch)


# -- jobs and frames


@breaks("unknown_ids_are_left_out")
class InventsJobs(FakeFarm):
    def jobs(self, ids: Sequence[str]) -> dict[str, JobReport]:
        known = super().jobs(ids)
        return {id: known.get(id, JobReport(id, JobState.WAITING)) for id in ids}


@breaks("unknown_ids_are_left_out")
class NoneMeansAll(FakeFarm):
    def jobs(self, ids: Sequence[str]) -> dict[str, JobReport]:
        return super().jobs(ids or list(self._jobs))


@breaks("frames_cover_every_part")
class ForgetsAFrame(FakeFarm):
    def frames(self, job_id: str) -> list[Frame]:
        return super().frames(job_id)[:-1]


@breaks("frames_cover_every_part")
class MixesParts(FakeFarm):
    def frames(self, job_id: str) -> list[Frame]:
        return sorted(super().frames(job_id), key=lambda frame: (frame.number % 2, frame.part))


@breaks("it_renders")
class LosesFiles(FakeFarm):
    def frames(self, job_id: str) -> list[Frame]:
        return [replace(frame, files=()) for frame in super().frames(job_id)]


@breaks("it_renders")
class WritesEmptyFiles(FakeFarm):
    def frames(self, job_id: str) -> list[Frame]:
        found = super().frames(job_id)
        for file in [file for frame in found for file in frame.files]:
            Path(file).write_bytes(b"")
        return found


@breaks("it_renders", ELSEWHERE)
class FailsOneFrame(FakeFarm):
    def __init__(self, context: FarmContext, **given: Any) -> None:
        super().__init__(context, self._one_fails, **given)

    @staticmethod
    def _one_fails(asked: Asked) -> FrameState:
        return FrameState.FAILED if asked.number == 10 else FrameState.DONE


@breaks("it_renders")
class NeverBegan(FakeFarm):
    def frames(self, job_id: str) -> list[Frame]:
        return [replace(frame, attempt=0) for frame in super().frames(job_id)]


@breaks("it_renders")
class NeverEnds(FakeFarm):
    def __init__(self, context: FarmContext, **given: Any) -> None:
        super().__init__(context, lambda asked: FrameState.RENDERING, **given)


@breaks("counts_and_cost_are_as_claimed", ELSEWHERE)
class Miscounts(FakeFarm):
    def jobs(self, ids: Sequence[str]) -> dict[str, JobReport]:
        return {id: replace(report, counts=Counts(5, 4, 0, 1)) for id, report in super().jobs(ids).items()}


@breaks("counts_and_cost_are_as_claimed", ELSEWHERE)
class CostsNoCurrency(FakeFarm):
    def jobs(self, ids: Sequence[str]) -> dict[str, JobReport]:
        return {id: replace(report, currency="") for id, report in super().jobs(ids).items()}


@breaks("counts_and_cost_are_as_claimed", ALL)
class CostsUnclaimed(FakeFarm):
    def jobs(self, ids: Sequence[str]) -> dict[str, JobReport]:
        return {id: replace(report, cost=1.0) for id, report in super().jobs(ids).items()}


@breaks("counts_and_cost_are_as_claimed", ELSEWHERE)
class HasNoAccount(FakeFarm):
    def account(self) -> None:
        return None


# -- finished files


@breaks("finished_files_are_fetched", ALL)
class KeepsUnclaimedFiles(FakeFarm):
    def outputs(self, job_id: str) -> list[Output]:
        return [Output("1", 0, "0001.png", 1)]


class Changed(FakeFarm):
    """Changes each output on its way out."""

    def change(self, output: Output) -> Output:
        raise NotImplementedError

    def outputs(self, job_id: str) -> list[Output]:
        return [self.change(output) for output in super().outputs(job_id)]


@breaks("finished_files_are_fetched", ELSEWHERE)
class NamesFilesElsewhere(Changed):
    def change(self, output: Output) -> Output:
        return replace(output, path=f"../{output.path}")


@breaks("finished_files_are_fetched", ELSEWHERE)
class SaysWrongSizes(Changed):
    def change(self, output: Output) -> Output:
        return replace(output, size=output.size + 1)


@breaks("finished_files_are_fetched", ELSEWHERE)
class OneIdForAll(Changed):
    def change(self, output: Output) -> Output:
        return replace(output, id="file")


@breaks("finished_files_are_fetched", ELSEWHERE)
class OneNameForAll(Changed):
    def change(self, output: Output) -> Output:
        return replace(output, path="frame.png")


@breaks("finished_files_are_fetched", ELSEWHERE)
class ListsOnlyOnePart(FakeFarm):
    def outputs(self, job_id: str) -> list[Output]:
        return [output for output in super().outputs(job_id) if output.part == 0]


Done = Callable[[Output], None]
Wanted = Sequence[tuple[Output, Path]]


def silently(output: Output) -> None:
    """Nobody is told."""


@breaks("finished_files_are_fetched", ELSEWHERE)
class LeavesLitter(FakeFarm):
    def fetch(self, job_id: str, wanted: Wanted, watch: Watch, done: Done = silently) -> None:
        super().fetch(job_id, wanted, watch, done)
        wanted[0][1].with_suffix(".part").touch()


@breaks("finished_files_are_fetched", ELSEWHERE)
class TellsNobody(FakeFarm):
    def fetch(self, job_id: str, wanted: Wanted, watch: Watch, done: Done = silently) -> None:
        super().fetch(job_id, wanted, watch)


@breaks("finished_files_are_fetched", ELSEWHERE)
class FetchesOnce(FakeFarm):
    def fetch(self, job_id: str, wanted: Wanted, watch: Watch, done: Done = silently) -> None:
        if any(path.exists() for _, path in wanted):
            raise FarmError("The file exists.", "Remove it.")
        super().fetch(job_id, wanted, watch, done)


@breaks("fetching_can_be_stopped", ELSEWHERE)
class FetchesOn(FakeFarm):
    def fetch(self, job_id: str, wanted: Wanted, watch: Watch, done: Done = silently) -> None:
        super().fetch(job_id, wanted, Watch(), done)


@breaks("fetching_can_be_stopped", ELSEWHERE)
class StopsInsideAFile(FakeFarm):
    def fetch(self, job_id: str, wanted: Wanted, watch: Watch, done: Done = silently) -> None:
        try:
            super().fetch(job_id, wanted, watch, done)
        except Cancelled:
            wanted[0][1].parent.mkdir(parents=True)
            wanted[0][1].write_bytes(b"half")
            raise


@breaks("a_place_that_cannot_be_written_is_said", ELSEWHERE)
class HidesTroubleWithTheDisk(FakeFarm):
    def fetch(self, job_id: str, wanted: Wanted, watch: Watch, done: Done = silently) -> None:
        try:
            super().fetch(job_id, wanted, watch, done)
        except FarmError:
            return


@breaks("a_place_that_cannot_be_written_is_said", ELSEWHERE)
class SaysDoneTooSoon(FakeFarm):
    def fetch(self, job_id: str, wanted: Wanted, watch: Watch, done: Done = silently) -> None:
        for output, _ in wanted:
            done(output)
        super().fetch(job_id, wanted, watch)


@breaks("delete_keeps_what_was_fetched", ELSEWHERE)
class DeletesWhatWasFetched(FakeFarm):
    brought: tuple[Path, ...] = ()

    def fetch(self, job_id: str, wanted: Wanted, watch: Watch, done: Done = silently) -> None:
        super().fetch(job_id, wanted, watch, done)
        self.brought = tuple(path for _, path in wanted)

    def act(self, job_id: str, action: Action, frames: Sequence[tuple[int, int]] = ()) -> None:
        super().act(job_id, action, frames)
        for path in self.brought if action is Action.DELETE else ():
            path.unlink()


# -- environments


@breaks("environments_are_edited_as_claimed", NOTHING)
class PretendsToMakeEnvironments(FakeFarm):
    def add_environment(self, env: RenderEnv) -> None:
        """Nothing happens."""


@breaks("environments_are_edited_as_claimed", ELSEWHERE)
class OverwritesEnvironments(FakeFarm):
    def add_environment(self, env: RenderEnv) -> None:
        self._envs[env.name] = env


@breaks("environments_are_edited_as_claimed", ELSEWHERE)
class AddsADefault(FakeFarm):
    """Making another one the default leaves the one before."""

    def environments(self) -> list[RenderEnv]:
        return [*super().environments(), RenderEnv("old", Software("Blender", "4.5.0"), default=True)]


@breaks("environments_are_edited_as_claimed", ELSEWHERE)
class ForgetsTheEdit(FakeFarm):
    def edit_environment(self, env: RenderEnv) -> None:
        """Nothing happens."""

    def environment_like(self, software: Software, plugins: Any, system: str) -> tuple[RenderEnv, list[str]]:
        from farmdeck.scene import Plugin

        return super().environment_like(software, [Plugin("flip", "1")], system)


@breaks("environments_are_edited_as_claimed", ELSEWHERE)
class KeepsWhatIsRemoved(FakeFarm):
    def remove_environment(self, name: str) -> None:
        self._env(name)


# -- what else it can do


@breaks("extras_are_whole", ELSEWHERE)
class DoesAnything(FakeFarm):
    def run(self, extra: str, job_id: str, values: Any) -> str:
        return "Done."


@breaks("extras_that_only_read_give_tables", ELSEWHERE)
class GivesRaggedRows(FakeFarm):
    def run(self, extra: str, job_id: str, values: Any) -> list[list[str]] | str:
        return [["night"], ["day", "and more"]]


@breaks("extras_that_only_read_give_tables", ELSEWHERE)
class GivesNumbers(FakeFarm):
    def run(self, extra: str, job_id: str, values: Any) -> Any:
        return [[1]]


@breaks("extras_of_a_strange_job_name_it", ELSEWHERE)
class HelpsStrangers(FakeFarm):
    def run(self, extra: str, job_id: str, values: Any) -> str:
        return "Done."


@breaks("extras_of_a_strange_job_name_it", ELSEWHERE)
class BlamesTheInput(FakeFarm):
    def run(self, extra: str, job_id: str, values: Any) -> str:
        raise FarmError(f"{job_id} is wrong.", "Give another.")


# -- unknown jobs


@breaks("a_strange_id_is_named")
class HasNoFramesOfStrangers(FakeFarm):
    def frames(self, job_id: str) -> list[Frame]:
        return super().frames(job_id) if job_id in self._jobs else []


@breaks("a_strange_id_is_named")
class ActsOnStrangers(FakeFarm):
    def act(self, job_id: str, action: Action, frames: Sequence[tuple[int, int]] = ()) -> None:
        if job_id in self._jobs:
            super().act(job_id, action, frames)


@breaks("a_strange_id_is_named", ELSEWHERE)
class HasNoFilesOfStrangers(FakeFarm):
    def outputs(self, job_id: str) -> list[Output]:
        return super().outputs(job_id) if job_id in self._jobs else []


@breaks("a_strange_id_is_named")
class LogsStrangers(FakeFarm):
    def log(self, job_id: str, part: int, number: int) -> str:
        return "nothing happened"


@breaks("what_it_cannot_do_it_refuses", NOTHING)
class PretendsToAct(FakeFarm):
    def act(self, job_id: str, action: Action, frames: Sequence[tuple[int, int]] = ()) -> None:
        """Nothing happens."""


# -- holding, stopping, starting


@breaks("hold_waits_for_start")
class CannotWait(FakeFarm):
    def submit(self, submission: Submission, scene: Path, watch: Watch) -> str:
        return super().submit(replace(submission, hold=False), scene, watch)


class Leaves(FakeFarm):
    """Leaves one action undone."""

    out: Action

    def act(self, job_id: str, action: Action, frames: Sequence[tuple[int, int]] = ()) -> None:
        if action is not self.out:
            super().act(job_id, action, frames)


@breaks("hold_waits_for_start")
@breaks("stop_then_start")
class NeverStarts(Leaves):
    out = Action.START


@breaks("stop_then_start")
class SaysStoppedAndGoesOn(FakeFarm):
    def act(self, job_id: str, action: Action, frames: Sequence[tuple[int, int]] = ()) -> None:
        self.said = action is Action.STOP
        if action is not Action.STOP:
            super().act(job_id, action, frames)

    def jobs(self, ids: Sequence[str]) -> dict[str, JobReport]:
        reports = super().jobs(ids)
        stopped = {id: replace(report, state=JobState.STOPPED) for id, report in reports.items()}
        return stopped if self.said else reports


@breaks("stop_then_start")
class StopsOnce(FakeFarm):
    def act(self, job_id: str, action: Action, frames: Sequence[tuple[int, int]] = ()) -> None:
        if action is Action.STOP and self._jobs[job_id].stopped:
            super().act(job_id, Action.ABANDON)
        super().act(job_id, action, frames)


# -- giving up, trying again, forgetting


@breaks("abandon_then_retry")
class NeverGivesUp(Leaves):
    out = Action.ABANDON


@breaks("abandon_then_retry")
@breaks("retry_of_a_finished_frame")
class NeverRetries(Leaves):
    out = Action.RETRY


@breaks("retry_of_a_finished_frame")
class RetriesEverything(FakeFarm):
    def act(self, job_id: str, action: Action, frames: Sequence[tuple[int, int]] = ()) -> None:
        super().act(job_id, action, list(self._jobs[job_id].frames) if action is Action.RETRY else frames)


@breaks("retry_of_a_finished_frame")
class CountsNoAttempts(FakeFarm):
    def frames(self, job_id: str) -> list[Frame]:
        return [replace(frame, attempt=min(frame.attempt, 1)) for frame in super().frames(job_id)]


@breaks("delete_forgets_the_job_and_keeps_the_frames")
class DeletesTheFramesToo(FakeFarm):
    def act(self, job_id: str, action: Action, frames: Sequence[tuple[int, int]] = ()) -> None:
        if action is Action.DELETE:
            for file in [file for frame in self.frames(job_id) for file in frame.files]:
                Path(file).unlink()
        super().act(job_id, action, frames)


@breaks("delete_forgets_the_job_and_keeps_the_frames")
@breaks("delete_while_it_runs")
class NeverForgets(Leaves):
    out = Action.DELETE


@breaks("delete_forgets_the_job_and_keeps_the_frames")
class FindsWhatIsGone(FakeFarm):
    gone = ""

    def act(self, job_id: str, action: Action, frames: Sequence[tuple[int, int]] = ()) -> None:
        self.gone = job_id
        super().act(job_id, action, frames)

    def find(self, submission_id: str) -> str | None:
        return super().find(submission_id) or self.gone or None


@breaks("delete_while_it_runs")
class DeletesWhenItIsDone(FakeFarm):
    def act(self, job_id: str, action: Action, frames: Sequence[tuple[int, int]] = ()) -> None:
        if action is not Action.DELETE or self._jobs[job_id].state.ended:
            super().act(job_id, action, frames)


# -- logs


@breaks("logs_are_as_claimed")
class LogsNothing(FakeFarm):
    def log(self, job_id: str, part: int, number: int) -> str:
        super().log(job_id, part, number)
        return ""


@breaks("logs_are_as_claimed")
class LogsWhatNeverRan(FakeFarm):
    def log(self, job_id: str, part: int, number: int) -> str:
        return "all is well"


@breaks("logs_are_as_claimed", NOTHING)
class LogsUnclaimed(FakeFarm):
    def log(self, job_id: str, part: int, number: int) -> str:
        return "all is well"


# -- looking through its files


@breaks("files_are_looked_through_as_claimed", ELSEWHERE)
class ShowsWhatIsAbove(FakeFarm):
    def browse(self, path: str) -> list[Entry]:
        return [*super().browse(path), Entry("etc", "../etc", True)]


@breaks("files_are_looked_through_as_claimed", ELSEWHERE)
class GoesAbove(FakeFarm):
    def browse(self, path: str) -> list[Entry]:
        return [] if ".." in path else super().browse(path)


@breaks("files_are_looked_through_as_claimed", NOTHING)
class ShowsUnclaimed(FakeFarm):
    def browse(self, path: str) -> list[Entry]:
        return []


@breaks("closing_twice_is_no_harm")
class ClosesOnce(FakeFarm):
    def close(self) -> None:
        if self.closed:
            raise FarmError("It is closed.", "Open it.")
        super().close()


# -- and each is caught


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: f"{bug.clause[5:]}-{bug.farm.__name__}")
def test_the_clause_catches_the_bug(bug: Bug, tmp_path: Path) -> None:
    run(Patient(), bug, FakeFarm(context(tmp_path), capabilities=bug.honest), tmp_path / "honest")
    with pytest.raises(AssertionError):
        run(Quick(), bug, bug.farm(context(tmp_path), capabilities=bug.capabilities), tmp_path / "broken")


def test_every_clause_has_been_seen_to_fail() -> None:
    clauses = {name for name in dir(FarmContract) if name.startswith("test_")}
    assert clauses == {bug.clause for bug in BUGS}
