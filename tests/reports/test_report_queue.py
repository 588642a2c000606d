"""The table of reports: each state, who may leave it, and what a job that goes on does to it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from farmdeck import Frame, FrameState, JobState
from farmdeck._errors import BadInput, UnknownJob
from farmdeck.job import Accounting
from farmdeck.store import STORE_NAME, QueuedReport, ReportState, ReportStore
from farmdeck.testing import made_up_submission


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ReportStore]:
    with ReportStore.open(tmp_path / "store") as store:
        yield store


@pytest.fixture
def job(store: ReportStore, tmp_path: Path) -> str:
    """A job that renders on its farm."""
    given = Accounting(job_type="test", email="ana@studio.com", credits=1.5)
    id = store.submit(made_up_submission(tmp_path, accounting=given)).id
    store.update_job(id, farm_job="far-1", state=JobState.RENDERING)
    return id


def row(store: ReportStore, job: str) -> QueuedReport:
    found = store.report(job)
    assert found is not None
    return found


def sending(store: ReportStore, job: str, document: str = "A") -> QueuedReport:
    """The row as it was before; it is being sent now."""
    store.expect_report(job)
    store.queue_report(job, "harbour", document, 99)
    before = row(store, job)
    assert store.begin_report(before)
    return before


def test_a_job_carries_what_it_was_submitted_with(store: ReportStore, job: str):
    assert store.job(job).accounting == Accounting("test", job, "", "ana@studio.com", 1.5, None)
    assert store.job(job).render_hours is None


def test_only_expected_jobs_that_ended_are_to_be_told_of(store: ReportStore, job: str):
    store.put_frames(job, [Frame(0, 1, FrameState.FAILED)])
    assert store.jobs_to_report() == []
    store.expect_report(job)
    assert store.jobs_to_report() == [], "it renders"
    store.update_job(job, state=JobState.PARTLY_DONE)
    ((found, revision, frames),) = store.jobs_to_report()
    assert (found.id, found.state) == (job, JobState.PARTLY_DONE)
    assert [frame.state for frame in frames] == [FrameState.FAILED]
    store.queue_report(job, "harbour", "A", revision)
    assert store.jobs_to_report() == []
    assert (row(store, job).state, row(store, job).name) == (ReportState.QUEUED, "harbour")


def test_the_change_that_was_announced_is_waited_for(store: ReportStore, job: str):
    """A job that ended goes on and ends again between two looks: what was known of it then is not its report."""
    store.update_job(job, state=JobState.FAILED)
    store.expect_report(job)
    assert store.jobs_to_report() == [], "not that end: the next one"
    store.update_job(job, state=JobState.DONE, done=5)
    ((found, revision, _),) = store.jobs_to_report()
    assert found.done == 5
    store.expect_report(job)
    store.queue_report(job, "harbour", "A", revision)
    assert store.jobs_to_report() == []
    store.update_job(job, done=4)
    assert [found.done for found, _, _ in store.jobs_to_report()] == [4], "announced while the report was made"


def test_a_deleted_job_is_told_of_however_late(store: ReportStore, job: str):
    store.expect_report(job)
    store.delete_job(job)
    store.sweep(time.time() + 1)
    ((found, revision, frames),) = store.jobs_to_report()
    assert (found.id, found.state, frames) == (job, JobState.RENDERING, [])
    store.queue_report(job, "harbour", "A", revision)
    store.sweep(time.time() + 1)
    assert store.changes(0)[2] == [], "its mark is gone"
    assert [one.job for one in store.reports()] == [job], "its report is not"
    assert store.named_report(job[:3]).document == "A"


def test_sent(store: ReportStore, job: str):
    before = sending(store, job)
    assert (row(store, job).state, row(store, job).given, row(store, job).tries) == (ReportState.SENDING, "A", 1)
    assert not store.begin_report(before), "not twice at once"
    store.report_taken(job, "Success")
    assert (row(store, job).state, row(store, job).message) == (ReportState.SENT, "Success")
    assert store.reports_in(ReportState.QUEUED) == []


@pytest.mark.parametrize("state", [ReportState.QUEUED, ReportState.HELD])
def test_not_taken_is_as_if_it_was_never_given(store: ReportStore, job: str, state: ReportState):
    before = sending(store, job)
    store.report_not_taken(before, state, "Why.")
    assert (row(store, job).state, row(store, job).given, row(store, job).message) == (state, "", "Why.")
    store.expect_report(job)
    store.queue_report(job, "harbour", "B", 99)
    assert row(store, job).state is ReportState.QUEUED, "what it never took cannot count twice"


def test_what_changes_before_it_is_sent_is_sent_as_it_is_now(store: ReportStore, job: str):
    store.expect_report(job)
    store.queue_report(job, "harbour", "A", 99)
    before = row(store, job)
    store.queue_report(job, "harbour", "B", 99)
    assert not store.begin_report(before)
    assert [one.document for one in store.reports_in(ReportState.QUEUED)] == ["B"]


def test_a_job_that_goes_on_after_it_was_sent_is_held(store: ReportStore, job: str):
    sending(store, job)
    store.report_taken(job)
    store.expect_report(job)
    store.queue_report(job, "harbour", "A", 99)
    assert row(store, job).state is ReportState.SENT, "nothing is new"
    store.queue_report(job, "harbour", "B", 99)
    assert row(store, job).state is ReportState.HELD and "went on" in row(store, job).message
    store.queue_report(job, "harbour", "C", 99)
    assert row(store, job).state is ReportState.HELD
    store.queue_report(job, "harbour", "A", 99)
    assert row(store, job).state is ReportState.SENT, "it is again what the service has"


def test_a_job_that_goes_on_while_it_is_sent_is_held(store: ReportStore, job: str):
    sending(store, job)
    store.queue_report(job, "harbour", "B", 99)
    assert (row(store, job).state, row(store, job).given) == (ReportState.SENDING, "A")
    store.report_taken(job)
    assert row(store, job).state is ReportState.HELD and "went on" in row(store, job).message


def test_a_second_report_that_was_refused_leaves_the_first_one_known(store: ReportStore, job: str):
    sending(store, job)
    store.report_taken(job)
    store.queue_report(job, "harbour", "B", 99)
    store.resend_report(job)
    before = row(store, job)
    assert before.given == "A" and store.begin_report(before)
    store.report_not_taken(before, ReportState.HELD, "No.")
    store.queue_report(job, "harbour", "C", 99)
    assert row(store, job).state is ReportState.HELD, "the service has A"


def test_doubts_stay_until_a_person_decides(store: ReportStore, job: str):
    sending(store, job)
    store.report_lost(job, "Lost.")
    assert (row(store, job).state, row(store, job).message) == (ReportState.DOUBTFUL, "Lost.")
    store.queue_report(job, "harbour", "B", 99)
    store.doubt_interrupted_reports()
    assert (row(store, job).state, row(store, job).document) == (ReportState.DOUBTFUL, "B")
    assert store.reports_in(ReportState.QUEUED) == []
    store.resend_report(job)
    assert [one.document for one in store.reports_in(ReportState.QUEUED)] == ["B"], "as it is now"
    assert row(store, job).tries == 0


def test_what_an_agent_was_sending_when_it_died_is_doubtful(store: ReportStore, job: str):
    sending(store, job)
    store.doubt_interrupted_reports()
    assert row(store, job).state is ReportState.DOUBTFUL and "may have it" in row(store, job).message


@pytest.mark.parametrize("now", ["queued", "doubtful", "held"])
def test_settled_is_left_alone(store: ReportStore, job: str, now: str):
    before = sending(store, job)
    if now == "doubtful":
        store.report_lost(job, "")
    else:
        store.report_not_taken(before, ReportState(now), "")
    held = row(store, job)
    store.settle_report(job)
    store.report_not_taken(held, ReportState.HELD, "late")
    store.queue_report(job, "harbour", "B", 99)
    assert row(store, job).state is ReportState.SETTLED
    assert not store.begin_report(row(store, job))
    store.resend_report(job)
    assert row(store, job).state is ReportState.QUEUED


def test_what_a_person_cannot_decide(store: ReportStore, job: str):
    with pytest.raises(UnknownJob):
        store.resend_report(job)
    store.expect_report(job)
    for state in (ReportState.OPEN, ReportState.SENDING, ReportState.SENT):
        assert row(store, job).state is state
        for decide in (store.resend_report, store.settle_report):
            with pytest.raises(BadInput):
                decide(job)
        if state is ReportState.OPEN:
            sending(store, job)
        else:
            store.report_taken(job)


def test_names_of_reports(store: ReportStore):
    for id in ("abc1", "abc2", "abc"):
        store.expect_report(id)
    assert store.named_report("abc1").job == "abc1"
    assert store.named_report("abc").job == "abc", "exactly so"
    with pytest.raises(BadInput, match="3 job ids"):
        store.named_report("ab")
    for wrong in ("", "x", "ab%", "abc_"):
        with pytest.raises(UnknownJob):
            store.named_report(wrong)
    store.drop_report("abc")
    assert sorted(one.job for one in store.reports()) == ["abc1", "abc2"]


def test_a_store_from_before_reports_is_brought_up(tmp_path: Path):
    """Rows of the version before have what the new columns say of nothing."""
    with ReportStore.open(tmp_path) as store:
        id = store.submit(made_up_submission(tmp_path)).id
    db = sqlite3.connect(tmp_path / STORE_NAME)
    for change in (
        "ALTER TABLE jobs DROP COLUMN accounting",
        "ALTER TABLE jobs DROP COLUMN render_hours",
        "DROP TABLE reports",
        "PRAGMA user_version = 1003",
    ):
        db.execute(change)
    db.commit()
    db.close()
    with ReportStore.open(tmp_path) as store:
        assert (store.job(id).accounting, store.job(id).render_hours) == (Accounting(), None)
        assert store.reports() == []


def test_a_damaged_report_hides_no_other(store: ReportStore, job: str):
    sending(store, job)
    store.expect_report("other")
    db = sqlite3.connect(store.path)
    db.execute("UPDATE reports SET state = CAST(x'ff' AS TEXT) WHERE job = ?", (job,))
    db.commit()
    db.close()
    assert {one.job: one.state for one in store.reports()} == {job: ReportState.HELD, "other": ReportState.OPEN}
    assert "damaged" in row(store, job).message
    store.settle_report(job)
    assert row(store, job).state is ReportState.SETTLED


def test_damage_to_what_it_carries_is_said(store: ReportStore, job: str):
    db = sqlite3.connect(store.path)
    db.execute("UPDATE jobs SET accounting = '{\"email\":'")
    db.commit()
    db.close()
    assert store.job(job).state is JobState.FAILED and "accounting" in store.job(job).message
