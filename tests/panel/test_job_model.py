"""The tree of jobs: rows change in place, stay where they are, and go when the job goes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from farmdeck import FrameState, Job, JobState
from farmdeck_ui.panel.job_list import JobFilter, JobList
from farmdeck_ui.panel.job_model import COUNT, DONE, FARM, LEFT, NAME, PAGE, PROGRESS, STATE, JobModel, count_parts
from farmdeck_ui.panel.qt import Qt, QtCore
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.panel.pieces import make_frames, make_job, two_parts


def names(model: JobModel) -> list[str]:
    return [model.index(row, NAME).data() for row in range(model.rowCount())]


def _place(index: QtCore.QModelIndex) -> tuple[int, int]:
    return index.row(), index.column()


class Heard:
    """What a model says while something is done to it."""

    def __init__(self, model: JobModel) -> None:
        self.said: list[Any] = []
        model.modelReset.connect(lambda: self.said.append("reset"))
        model.layoutChanged.connect(lambda *_: self.said.append("moved"))
        model.rowsInserted.connect(lambda parent, first, last: self.said.append(("in", first, last)))
        model.rowsRemoved.connect(lambda parent, first, last: self.said.append(("out", first, last)))
        model.dataChanged.connect(lambda first, last, *_: self.said.append(("cell", *_place(first), *_place(last))))


def test_the_newest_job_stands_on_top(qtmodeltester: Any) -> None:
    model = JobModel()
    model.update_jobs([make_job(1), make_job(3), two_parts(make_job(2))])
    assert names(model) == ["shot_v003", "shot_v002", "shot_v001"]
    qtmodeltester.check(model, force_py=True)


def test_a_change_repaints_one_row_and_moves_nothing(qtmodeltester: Any) -> None:
    model = JobModel()
    model.update_jobs([make_job(n) for n in range(20)])
    model.sort(PROGRESS, Qt.SortOrder.DescendingOrder)
    before, heard = names(model), Heard(model)
    row = before.index("shot_v007")
    model.update_jobs([make_job(7, fraction=1.0, done=10, state=JobState.DONE)])
    assert heard.said == [("cell", row, column, row, column) for column in (STATE, PROGRESS, DONE, LEFT)]
    assert names(model) == before
    assert model.index(row, STATE).data() == "Done"
    assert model.index(row, DONE).data() == "10"
    qtmodeltester.check(model, force_py=True)


def test_a_new_job_is_one_inserted_row(qtmodeltester: Any) -> None:
    model = JobModel()
    model.update_jobs([make_job(n) for n in (1, 5)])
    heard = Heard(model)
    model.update_jobs([make_job(3)])
    assert heard.said == [("in", 1, 1)]
    qtmodeltester.check(model, force_py=True)


def test_a_deleted_job_takes_its_row_and_its_parts_with_it(qtmodeltester: Any) -> None:
    model = JobModel()
    model.update_jobs([two_parts(make_job(n)) for n in range(4)])
    part = QtCore.QPersistentModelIndex(model.index(1, 0, model.index(1, 0)))
    heard = Heard(model)
    model.update_jobs([], ["job00002"])
    assert heard.said == [("out", 1, 1)]
    assert not part.isValid()
    assert names(model) == ["shot_v003", "shot_v001", "shot_v000"]
    qtmodeltester.check(model, force_py=True)


def test_what_is_selected_stays_selected_when_the_order_changes() -> None:
    model = JobModel()
    model.update_jobs([two_parts(make_job(n, name=name)) for n, name in enumerate("bca")])
    kept = QtCore.QPersistentModelIndex(model.index(0, NAME))
    part = QtCore.QPersistentModelIndex(model.index(1, NAME, model.index(0, 0)))
    assert kept.data() == "a"
    heard = Heard(model)
    model.sort(NAME, Qt.SortOrder.DescendingOrder)
    assert names(model) == ["c", "b", "a"]
    assert heard.said == ["moved"]
    assert (kept.data(), kept.row()) == ("a", 2)
    assert part.parent().row() == 2


def test_a_filter_removes_rows_and_brings_them_back_without_a_reset(qtmodeltester: Any) -> None:
    model = JobModel()
    model.update_jobs([make_job(n, owner="aiko" if n % 3 else "mei") for n in range(9)])
    heard = Heard(model)
    model.set_filter(JobFilter(text="aiko"))
    assert len(names(model)) == 6
    model.set_filter(JobFilter())
    assert len(names(model)) == 9
    assert "reset" not in heard.said
    qtmodeltester.check(model, force_py=True)


def test_a_job_that_comes_to_match_the_filter_appears_and_goes_again() -> None:
    model = JobModel()
    model.update_jobs([make_job(n) for n in range(3)])
    model.set_filter(JobFilter(state="failed"))
    assert names(model) == []
    model.update_jobs([make_job(1, state=JobState.FAILED)])
    assert names(model) == ["shot_v001"]
    model.update_jobs([make_job(1, state=JobState.RENDERING)])
    assert names(model) == []


def test_only_a_page_of_rows_until_somebody_scrolls(qtmodeltester: Any) -> None:
    model = JobModel()
    model.update_jobs([make_job(n) for n in range(PAGE + 30)])
    assert model.rowCount() == PAGE
    model.update_jobs([make_job(9000)])
    assert (model.rowCount(), names(model)[0]) == (PAGE, "shot_v9000")
    model.show_more()
    assert model.rowCount() == PAGE + 31
    heard = Heard(model)
    model.show_less()
    assert (model.rowCount(), heard.said) == (PAGE, [("out", PAGE, PAGE + 30)])
    qtmodeltester.check(model, force_py=True)


def test_parts_say_what_their_frames_add_up_to() -> None:
    model = JobModel()
    model.update_jobs([two_parts(make_job(1))])
    frames = make_frames(FrameState.DONE, FrameState.FAILED, FrameState.RENDERING, FrameState.WAITING, progress=0.5)
    heard = Heard(model)
    model.set_counts("job00001", count_parts(frames))
    assert heard.said == [("cell", 0, 0, 1, FARM)]
    part = model.index(0, PROGRESS, model.index(0, 0))
    assert part.data(COUNT).done == 1
    assert part.data() == "38%"
    assert model.index(0, STATE, model.index(0, 0)).data() == "Rendering"
    assert model.index(1, STATE, model.index(0, 0)).data() == "1-10"


def test_a_job_whose_parts_are_found_out_later_gets_them(qtmodeltester: Any) -> None:
    model = JobModel()
    model.update_jobs([make_job(1), make_job(2, parts=())])
    assert model.rowCount(model.index(0, 0)) == 0
    model.update_jobs([two_parts(make_job(2))])
    assert model.rowCount(model.index(0, 0)) == 2
    qtmodeltester.check(model, force_py=True)


numbers = st.integers(0, 30)
steps = st.one_of(
    st.tuples(st.just("update"), st.lists(st.tuples(numbers, st.sampled_from(JobState)), max_size=6)),
    st.tuples(st.just("delete"), st.lists(numbers, max_size=4)),
    st.tuples(st.just("filter"), st.sampled_from(["", "live", "failed", "done"])),
    st.tuples(st.just("sort"), st.tuples(st.integers(-1, 8), st.booleans())),
)


@settings(max_examples=60)
@given(st.lists(steps, max_size=12))
def test_rows_are_what_the_list_says_whatever_happens(todo: list[Any]) -> None:
    model, jobs, wanted = JobModel(), {}, ""
    for kind, value in todo:
        if kind == "update":
            fresh = [make_job(number, state=state) for number, state in value]
            jobs.update({job.id: job for job in fresh})
            model.update_jobs(fresh)
        elif kind == "delete":
            gone = [make_job(number).id for number in value]
            for id in gone:
                jobs.pop(id, None)
            model.update_jobs([], gone)
        elif kind == "filter":
            wanted = value
            model.set_filter(JobFilter(state=value))
        else:
            model.sort(value[0], Qt.SortOrder.DescendingOrder if value[1] else Qt.SortOrder.AscendingOrder)
        shown = [model.job_at(model.index(row, 0)).id for row in range(model.rowCount())]
        assert shown == model.list.order
        takes = JobFilter(state=wanted).takes
        assert sorted(shown) == sorted(id for id, job in jobs.items() if takes(job, ""))
        assert all(model.index_of(id).row() == row for row, id in enumerate(shown))
    model.sort(NAME, Qt.SortOrder.AscendingOrder)
    assert names(model) == sorted(names(model))


def test_the_list_sorts_by_what_it_is_asked_for() -> None:
    jobs: list[Job] = [make_job(n, done=n % 4, name=f"{9 - n}") for n in range(6)]
    listed = JobList()
    listed.update(jobs, ())
    listed.sort("done", descending=True)
    assert [listed.jobs[id].done for id in listed.order] == [3, 2, 1, 1, 0, 0]
    listed.sort("name", descending=True)
    assert [listed.jobs[id].name for id in listed.order] == ["9", "8", "7", "6", "5", "4"]
    listed.update([replace(jobs[0], name="0")], ())
    assert listed.order[0] == jobs[0].id  # it stays until somebody sorts again
