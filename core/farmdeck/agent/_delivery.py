"""From Submit to the farm: a submission's durable steps, each entered when the one before is on disk."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

from .._errors import Cancelled, FarmdeckError, FarmError, FarmUnreachable
from ..farm import Farm, Watch
from ..job import Action, JobState
from ..scene import Severity
from ..store import AgentStore
from ..submission import Submission, SubmissionState, check_unchanged
from ._snapshot import remove_snapshot, take_snapshot

LOG = logging.getLogger(__name__)
TELL_SECONDS = 0.3


def deliver(store: AgentStore, farm: Farm, submission: Submission, watch: Watch) -> None:
    """Go on from the step that is on disk until the farm has it, or say in the job why not.

    Raises FarmUnreachable: what was reached is on disk, and the same call goes on from there.
    """
    try:
        watch.check()
        state, snapshot = store.submission_state(submission.id)
        store.update_job(submission.id, message="")
        if state is SubmissionState.QUEUED:
            snapshot = _collect(store, farm, submission, watch)
            state = _enter(store, submission, SubmissionState.COLLECTED)
        if state is SubmissionState.COLLECTED:
            farm.hash(submission, Path(snapshot), watch)
            state = _enter(store, submission, SubmissionState.HASHED)
        if state is SubmissionState.HASHED:
            store.update_job(submission.id, state=JobState.UPLOADING, fraction=0.0)
            with watch.telling(_share(store, submission.id)):
                farm.upload(submission, Path(snapshot), watch)
            watch.check()
            _enter(store, submission, SubmissionState.UPLOADED)
        _send(store, farm, submission, Path(snapshot), watch)
    except Cancelled:
        LOG.info("job %s: stopped before it was sent", submission.id)
    except FarmUnreachable:
        raise
    except FarmdeckError as exc:
        give_up(store, submission.id, exc)


def wait_for_farm(store: AgentStore, id: str, why: FarmUnreachable, seconds: float) -> None:
    """Its farm does not answer: the job says so and waits."""
    LOG.warning("job %s: %s", id, why)
    store.update_job(id, message=f"{why.what} Nothing is lost; trying again in {seconds:.0f} s.")


def _share(store: AgentStore, id: str) -> Callable[[float, float], None]:
    """Writes how far an upload is, not more often than somebody can see."""
    last = 0.0

    def tell(done: float, total: float) -> None:
        nonlocal last
        now = time.monotonic()
        if total and (now - last > TELL_SECONDS or done >= total):
            last = now
            store.update_job(id, fraction=round(min(done / total, 1.0), 4))

    return tell


def give_up(store: AgentStore, id: str, why: FarmdeckError) -> None:
    """It does not reach its farm: the job says why; Retry begins again."""
    LOG.warning("job %s: %s", id, why)
    store.set_submission(id, SubmissionState.FAILED)
    store.update_job(id, state=JobState.FAILED, message=str(why))


def act_before_sending(store: AgentStore, id: str, action: Action) -> None:
    """The farm does not have it: the submission itself stops, goes on, is given up or forgotten."""
    state, snapshot = store.submission_state(id)
    if action is Action.STOP:
        store.update_job(id, state=JobState.STOPPED)
    elif action in (Action.START, Action.RETRY):
        if state is SubmissionState.FAILED:
            store.set_submission(id, SubmissionState.QUEUED)
        store.update_job(id, state=JobState.QUEUED, message="")
    else:
        remove_snapshot(snapshot)
        if action is Action.DELETE:
            store.delete_job(id)
        else:
            store.set_submission(id, SubmissionState.FAILED)
            store.update_job(id, state=JobState.FAILED, message="Given up before it was sent.")


def sent(store: AgentStore, id: str, farm_job: str) -> None:
    """The farm has it, and calls it so."""
    store.update_job(id, farm_job=farm_job, state=JobState.WAITING, fraction=0.0, message="")
    store.set_submission(id, SubmissionState.SUBMITTED)


def _collect(store: AgentStore, farm: Farm, submission: Submission, watch: Watch) -> str:
    """The snapshot is the agent's first act; then every other file is looked at."""
    snapshot = str(take_snapshot(submission, store.folder / "snapshots"))
    store.set_submission(submission.id, SubmissionState.QUEUED, snapshot)
    try:
        errors = [p.message for p in farm.problems(submission) if p.severity is Severity.ERROR]
        if errors:
            raise FarmError(" ".join(errors), "")
        for done, file in enumerate(submission.files):
            check_unchanged(file, "The file")
            watch.step(done, len(submission.files))
    except FarmUnreachable:
        raise  # the copy stays: what was submitted renders, however long the farm is silent
    except FarmdeckError:
        remove_snapshot(snapshot)  # nothing was sent: going on begins with a new one
        raise
    return snapshot


def _enter(store: AgentStore, submission: Submission, state: SubmissionState) -> SubmissionState:
    store.set_submission(submission.id, state)
    return state


def _send(store: AgentStore, farm: Farm, submission: Submission, snapshot: Path, watch: Watch) -> None:
    """Look before sending: a farm that has it already is not asked twice."""
    farm_job = farm.find(submission.id) or farm.submit(submission, snapshot, watch)
    sent(store, submission.id, farm_job)
    LOG.info("job %s: %s has it as %s", submission.id, submission.farm, farm_job)
