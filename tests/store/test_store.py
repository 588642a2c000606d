"""What goes into the store comes out of it, and both sides hear of it."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import pytest
from farmdeck import Frame, FrameState, JobState
from farmdeck import store as store_module
from farmdeck._errors import BadFrames, BadInput, UnknownJob
from farmdeck.job import Part, job_document, job_from_document
from farmdeck.store import AgentInfo, AgentStore, FarmInfo, Store
from farmdeck.submission import SubmissionState, submission_document, submission_from_document

from tests.store.conftest import Make


def test_public_names_are_exactly_all():
    public = {name for name in vars(store_module) if not name.startswith("_")}
    assert public == set(store_module.__all__)


# -- submitting


def test_submit_is_a_queued_job(store: AgentStore, make: Make):
    submission = make()
    job = store.submit(submission)
    assert store.job(submission.id) == job
    assert (job.state, job.total, job.done, job.id) == (JobState.QUEUED, 5, 0, submission.id)
    assert job.parts == submission.parts
    assert store.submission(submission.id) == submission
    assert store.pending() == [submission.id]


def test_the_same_submission_twice_is_one_job_as_it_is_now(store: AgentStore, make: Make):
    submission = make()
    store.submit(submission)
    store.update_job(submission.id, state=JobState.RENDERING, done=2)
    before = store.revision()
    again = store.submit(submission)
    assert (again.state, again.done) == (JobState.RENDERING, 2)
    assert len(store.jobs()) == 1
    assert store.revision() == before


def test_a_submission_that_cannot_be_is_not_half_there(store: AgentStore, make: Make):
    submission = make()
    parts = (submission.parts[0], Part(**{**vars(submission.parts[1]), "frames": "10-1"}))
    with pytest.raises(BadFrames):
        store.submit(make(parts=parts))
    assert store.jobs() == []
    assert store.pending() == []


def test_a_name_that_is_no_text_is_named(store: AgentStore, make: Make):
    with pytest.raises(BadInput, match="no text"):
        store.submit(make(name=os.fsdecode(b"h\xe4fen")))
    assert store.jobs() == []


def test_documents_round_trip(store: AgentStore, make: Make):
    submission = make(options={"chunk": 5, "note": "ü"}, notes="nach dem Sturm", hold=True)
    assert submission_from_document(json.loads(json.dumps(submission_document(submission)))) == submission
    store.submit(submission)
    store.update_job(submission.id, started=1.5, fraction=0.25, message="Frame 3: no.")
    job = store.job(submission.id)
    assert job_from_document(json.loads(json.dumps(job_document(job)))) == job
    assert store.submission(submission.id) == submission


# -- jobs and frames


def test_a_job_is_found_by_the_beginning_of_its_id(store: AgentStore, make: Make):
    for id in ("abcdefgh", "abxxxxxx"):
        store.submit(make(id=id))
    assert store.job("abc").id == "abcdefgh"
    with pytest.raises(BadInput, match="begins 2"):
        store.job("ab")
    for unknown in ("zz", "", "%", "ab_", "abcdefghi"):
        with pytest.raises(UnknownJob):
            store.job(unknown)


def test_an_update_that_changes_nothing_writes_nothing(store: AgentStore, make: Make, folder: Path):
    submission = make()
    store.submit(submission)
    assert store.update_job(submission.id, state=JobState.RENDERING, done=1, parts=submission.parts)
    revision = store.revision()
    with Store.open(folder) as other:
        other.changed()
        assert not store.update_job(submission.id, state=JobState.RENDERING, done=1, parts=submission.parts)
        assert not other.changed()
    assert store.revision() == revision


def test_frames_that_do_not_differ_are_not_written(store: AgentStore, make: Make):
    id = store.submit(make()).id
    frames = [Frame(0, 1, FrameState.DONE, files=("/a/1.png",), seconds=2.0), Frame(0, 2), Frame(1, -3, progress=0.5)]
    assert store.put_frames(id, frames) == 3
    assert store.frames(id) == frames
    revision = store.revision()
    assert store.put_frames(id, frames) == 0
    assert store.revision() == revision
    changed = Frame(0, 2, FrameState.FAILED, message="Out of memory.")
    assert store.put_frames(id, [frames[0], changed, frames[2]]) == 1
    assert store.frames(id, since=revision) == [changed]


def test_jobs_come_newest_first(store: AgentStore, make: Make):
    for number in (2, 1, 3):
        store.submit(make(id=f"job{number}", created=float(number)))
    assert [job.id for job in store.jobs()] == ["job3", "job2", "job1"]
    assert [job.id for job in store.jobs(limit=2)] == ["job3", "job2"]


def test_a_deleted_job_stays_deleted(store: AgentStore, make: Make):
    id = store.submit(make()).id
    store.put_frames(id, [Frame(0, 1)])
    store.delete_job(id)
    assert not store.update_job(id, done=3)  # what the farm said a moment too late
    store.put_frames(id, [Frame(0, 2)])
    assert store.jobs() == []
    with pytest.raises(UnknownJob):
        store.submission(id)
    store.sweep(before=float("inf"))
    assert store.frames(id) == []
    assert store.changes(0)[1:] == ([], [])


def test_a_deleted_job_can_be_submitted_again(store: AgentStore, make: Make):
    submission = make()
    store.submit(submission)
    store.delete_job(submission.id)
    assert store.submit(submission).state is JobState.QUEUED
    assert [job.id for job in store.jobs()] == [submission.id]


def test_pending_are_those_on_their_way(store: AgentStore, make: Make):
    for number, state in enumerate(SubmissionState):
        store.submit(make(id=state.value, created=float(number)))
        store.set_submission(state.value, state, snapshot=f"/x/{state.value}")
    store.submit(make(id="stopped"))
    store.update_job("stopped", state=JobState.STOPPED)
    assert store.pending() == ["queued", "collected", "hashed", "uploaded"]
    assert store.submission_state("hashed") == (SubmissionState.HASHED, "/x/hashed")
    store.set_submission("hashed", SubmissionState.UPLOADED)
    assert store.submission_state("hashed") == (SubmissionState.UPLOADED, "/x/hashed")


# -- noticing


def test_changed_notices_others_and_not_itself(store: AgentStore, make: Make, folder: Path):
    with Store.open(folder) as other:
        assert not other.changed()
        store.submit(make(id="one"))
        assert other.changed()
        assert not other.changed()
        other.submit(make(id="two"))
        assert not other.changed()
        assert store.changed()


def test_changes_are_new_changed_and_gone(store: AgentStore, make: Make):
    for id in ("a", "b", "c"):
        store.submit(make(id=id))
    first, jobs, gone = store.changes(0)
    assert ([job.id for job in jobs], gone) == (["a", "b", "c"], [])
    assert store.changes(first) == (first, [], [])
    store.update_job("b", done=1)
    store.delete_job("a")
    second, jobs, gone = store.changes(first)
    assert ([job.id for job in jobs], gone) == (["b"], ["a"])
    assert second > first


# -- commands, farms, the agent's row


def test_a_command_is_taken_and_answered(store: AgentStore, folder: Path):
    with Store.open(folder) as side:
        number = side.send("retry", "abc", frames=[[0, 7]])
        other = side.send("stop", "abc")
        assert not side.answer(number).done
        first, second = store.take_commands()
        assert (first.id, first.kind, first.target, first.arguments) == (number, "retry", "abc", {"frames": [[0, 7]]})
        store.mark_taken(number)
        assert [command.id for command in store.take_commands()] == [other]
        store.settle(number, values={"count": 1})
        store.settle(other, "The farm does not answer. Try again.")
        answer, refusal = side.answer(number), side.answer(other)
        assert (answer.done, answer.ok, answer.values) == (True, True, {"count": 1})
        assert (refusal.done, refusal.ok, refusal.message) == (True, False, "The farm does not answer. Try again.")
        store.forget_commands(before=float("inf"))
        assert side.answer(number).done
        assert not side.answer(number).ok


def test_what_a_dead_agent_had_taken_is_asked_again(store: AgentStore):
    taken, settled = store.send("retry", "a"), store.send("stop", "a")
    for number in (taken, settled):
        store.mark_taken(number)
    store.settle(settled)
    assert store.take_commands() == []
    store.untake()
    assert [command.id for command in store.take_commands()] == [taken]


def test_farms_are_listed_this_machine_first(store: AgentStore):
    for name in ("zeta", "local", "alpha"):
        store.put_farm(FarmInfo(name, "made_up", name, {"capabilities": {}}, "Ready", "", 1.0))
    assert [farm.name for farm in store.farms()] == ["local", "alpha", "zeta"]
    store.keep_farms(["local"])
    assert [farm.name for farm in store.farms()] == ["local"]


def test_the_agent_says_who_it_is(store: AgentStore):
    assert store.agent() is None
    info = AgentInfo(123, 4.5, "0.1.0", "1.1", "rack7", "running")
    store.put_agent(info)
    assert store.agent() == info


# -- rights


@pytest.mark.skipif(sys.platform == "win32", reason="rights are Windows' own there")
def test_only_the_user_can_read_it(tmp_path: Path, make: Make):
    folder = tmp_path / "open to all"
    folder.mkdir(mode=0o755)
    before = os.umask(0)
    try:
        with Store.open(folder) as store:
            store.submit(make())
            rights = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert set(rights) == {"store.sqlite3", "store.sqlite3-wal", "store.sqlite3-shm"}
    assert set(rights.values()) == {0o600}
