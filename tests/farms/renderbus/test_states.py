"""What the farm says of tasks and frames, as our jobs and frames: every status, alone and together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from farmdeck import FrameState, JobState, Submission
from farmdeck._errors import UnknownJob
from farmdeck.farm import Counts
from farmdeck.farms.renderbus import RenderbusFarm
from farmdeck.job import Action
from farmdeck.scene import Software
from hypothesis import given
from hypothesis import strategies as st

from tests.farms.renderbus.site import Site, blender, framed, maya, part, states
from tests.simulator import frames as fr

W, R, P, S, D, H, F = (
    JobState.WAITING,
    JobState.RENDERING,
    JobState.PAUSED,
    JobState.STOPPED,
    JobState.DONE,
    JobState.PARTLY_DONE,
    JobState.FAILED,
)
ALONE = [
    (0, R, W, "Waiting"),
    (5, R, R, "Rendering"),
    (8, R, R, "Preparing"),
    (10, S, S, "Stopped"),
    (15, S, S, "Stopped by a user"),
    (20, P, P, "Stopped, no money left"),
    (23, H, F, "Stopped, took too long"),
    (25, H, F, "Finished"),
    (30, H, F, "Finished with failed frames"),
    (35, H, F, "Abandoned"),
    (40, P, P, "Test frames finished"),
    (45, H, F, "Failed"),
    (50, R, W, "Analysing"),
    (100, R, W, "Updating"),
    (77, R, W, "status 77"),
]
"""Status; the job's state with a finished and a failed frame in it, and with failed ones alone; the farm's word."""


@pytest.fixture
def still(make_site: Callable[..., Site]) -> Site:
    """A farm whose time passes only when it is told to."""
    return make_site(auto=False)


def analysed(site: Site, submission: Submission) -> tuple[RenderbusFarm, str, list[Any]]:
    """A farm with the job analysed, and the tasks that render it."""
    farm, number = site.sent(submission)
    site.simulated.tick(2)
    return farm, number, list(site.simulated.task(int(number)).parts)


@pytest.mark.parametrize(("status", "with_pictures", "without", "word"), ALONE, ids=lambda value: str(value))
def test_every_status_of_a_task(
    still: Site, status: int, with_pictures: JobState, without: JobState, word: str
) -> None:
    farm, number, [task] = analysed(still, framed(blender(still.shot), "1-3"))
    still.simulated.set_status(task.id, status)
    for first, wanted in ((fr.DONE, with_pictures), (fr.FAILED, without)):
        for frame, now in zip(task.frames, (first, fr.FAILED, fr.FAILED), strict=True):
            frame.status = now
        report = farm.jobs([number])[number]
        assert report.state is wanted
        assert report.farm_state == word
        assert bool(report.message) == (status in (20, 23, 40, 45))
        assert {frame.number for frame in farm.frames(number)} == {1, 2, 3}


def test_a_finished_task_is_done(still: Site) -> None:
    farm, number, [task] = analysed(still, framed(blender(still.shot), "1-3"))
    still.simulated.set_status(task.id, 25)
    for frame in task.frames:
        frame.status = fr.DONE
    report = farm.jobs([number])[number]
    assert (report.state, report.counts, report.message) == (D, Counts(3, 3, 0, 0), "")


TOGETHER = [
    ((25, 25), D),
    ((25, 5), R),
    ((25, 0), R),
    ((0, 0), W),
    ((50, 5), R),
    ((25, 10), S),
    ((25, 20), P),
    ((10, 20), P),
    ((25, 45), H),
    ((25, 35), H),
    ((45, 45), F),
    ((45, 35), F),
    ((35, 35), F),
    ((45, 5), R),
    ((77, 25), R),
    ((40, 25), P),
]
"""Statuses of two parts, of which those at 25 have their frames and the others none."""


@pytest.mark.parametrize(("statuses", "wanted"), TOGETHER, ids=str)
@pytest.mark.parametrize("order", [1, -1])
def test_two_parts_are_one_job(still: Site, statuses: tuple[int, int], wanted: JobState, order: int) -> None:
    farm, number, tasks = analysed(still, maya(still.shot))
    for task, status in zip(tasks, statuses[::order], strict=True):
        still.simulated.set_status(task.id, status)
        for frame in task.frames:
            frame.status = fr.DONE if status == 25 else fr.STOPPED
    assert farm.jobs([number])[number].state is wanted


FRAMES = [
    (1, 5, FrameState.WAITING),
    (2, 5, FrameState.RENDERING),
    (3, 5, FrameState.ABANDONED),
    (3, 10, FrameState.WAITING),
    (3, 15, FrameState.WAITING),
    (3, 20, FrameState.WAITING),
    (3, 35, FrameState.ABANDONED),
    (1, 35, FrameState.ABANDONED),
    (3, 23, FrameState.ABANDONED),
    (4, 5, FrameState.DONE),
    (4, 35, FrameState.DONE),
    (5, 5, FrameState.FAILED),
    (6, 5, FrameState.WAITING),
    (7, 5, FrameState.WAITING),
    (8, 40, FrameState.WAITING),
    (9, 5, FrameState.WAITING),
    (10, 5, FrameState.WAITING),
    (11, 23, FrameState.FAILED),
    (12, 5, FrameState.WAITING),
    (99, 5, FrameState.WAITING),
]


@pytest.mark.parametrize(("status", "task_status", "wanted"), FRAMES)
def test_every_status_of_a_frame(still: Site, status: int, task_status: int, wanted: FrameState) -> None:
    farm, number, [task] = analysed(still, framed(blender(still.shot), "1-2"))
    still.simulated.set_status(task.id, task_status)
    frame = task.frames[0]
    frame.status, frame.began, frame.seconds, frame.recommits = status, 1_700_000_000_000, 90, 2
    found = farm.frames(number)[0]
    assert found.state is wanted
    assert bool(found.message) == (wanted is FrameState.FAILED)
    assert found.started == 1_700_000_000.0
    assert found.seconds == (90.0 if wanted.ended else None)
    assert found.attempt == (2 if wanted is FrameState.WAITING else 3)


# -- what stands behind a frame


def test_a_frame_is_done_when_all_its_tiles_are(still: Site) -> None:
    farm, number, tasks = analysed(still, replace(maya(still.shot), options={"tiles": "2"}))
    task = tasks[0]
    still.simulated.set_status(task.id, 5)
    tiles = [frame for frame in task.frames if frame.numbers == (1,)]
    assert [frame.block for frame in tiles] == ["1", "2", ""]
    wanted = [(fr.DONE, FrameState.RENDERING), (fr.DONE, FrameState.RENDERING), (fr.DONE, FrameState.DONE)]
    for frame, (status, state) in zip(tiles, wanted, strict=True):
        frame.status = status
        assert states(farm.frames(number))[0, 1] is state
    tiles[1].status = fr.FAILED
    found = farm.frames(number)[0]
    assert (found.state, found.progress) == (FrameState.FAILED, pytest.approx(2 / 3))
    assert farm.jobs([number])[number].counts is None  # the farm counts tiles, so the frames are counted here


def test_frames_of_one_machine(still: Site) -> None:
    submission = framed(replace(blender(still.shot), options={"frames_per_machine": "3"}), "1-7")
    farm, number, [task] = analysed(still, submission)
    still.simulated.set_status(task.id, 5)
    assert [frame.index for frame in task.frames] == ["1-3[1]", "4-6[1]", "7"]
    task.frames[0].status = fr.DONE
    task.frames[1].status = fr.FAILED
    found = states(farm.frames(number))
    assert [found[0, number] for number in range(1, 8)] == (
        [FrameState.DONE] * 3 + [FrameState.FAILED] * 3 + [FrameState.WAITING]
    )
    assert farm.jobs([number])[number].counts is None


def test_two_that_share_an_index(still: Site) -> None:
    """A test frame and a frame of the same number are both listed: neither is lost."""
    farm, number, [task] = analysed(still, framed(blender(still.shot), "1-2"))
    still.simulated.set_status(task.id, 5)
    twin = still.simulated.new_frame(task, "1", (1,), fr.PRIORITY)
    task.frames.append(twin)
    task.frames[0].status, twin.status = fr.WAITING, fr.DONE
    assert states(farm.frames(number)) == {(0, 1): FrameState.RENDERING, (0, 2): FrameState.WAITING}
    task.frames[0].status = fr.DONE
    assert states(farm.frames(number))[0, 1] is FrameState.DONE


@pytest.mark.parametrize("kind", [fr.PRE, fr.PHOTON, fr.MERGE, fr.SIMULATION, fr.CHANNEL])
def test_what_makes_no_pictures_is_no_frame(still: Site, kind: int) -> None:
    farm, number, [task] = analysed(still, framed(blender(still.shot), "1-2"))
    extra = still.simulated.new_frame(task, "1", (1,), kind)
    extra.status = fr.FAILED
    task.frames.append(extra)
    assert states(farm.frames(number))[0, 1] is FrameState.WAITING


def test_negative_frames(site: Site) -> None:
    farm, number = site.sent(framed(blender(site.shot), "-3-2"))
    assert site.ended(farm, number).state is D
    assert states(farm.frames(number)) == {(0, number): FrameState.DONE for number in range(-3, 3)}
    assert sorted(output.frame for output in farm.outputs(number)) == list(range(-3, 3))


def test_photons_stand_behind_their_picture(still: Site) -> None:
    """3ds Max with global illumination: a photon task for each camera's task."""
    submission = replace(
        blender(still.shot),
        software=Software("3ds Max", "2024"),
        parts=(part("camA", "1-2", "camA", renderer="vray"), part("camB", "1-2", "camB", renderer="vray")),
    )
    farm, number = still.sent(submission)
    kept = still.config(still.simulated.task(int(number)), "task.json")
    assert kept["scene_info_render"]["common"]["renderable_camera"] == ["camA", "camB"]
    one, two, three, four = (still.simulated.new_task(still.simulated.account).id for _ in range(4))
    child = {"submitDate": 1, "isDelete": 1, "totalFrames": 2, "doneFrames": 0, "failedFrames": 0}
    tasks = [
        {**child, "id": one, "taskType": "RenderPhoton", "renderCamera": "camA", "taskStatus": 25, "doneFrames": 1},
        {**child, "id": two, "taskType": "Render", "renderCamera": "camA", "taskStatus": 45, "layerParentId": 9},
        {**child, "id": three, "taskType": "RenderPhoton", "renderCamera": "camB", "taskStatus": 5},
        {**child, "id": four, "taskType": "Render", "renderCamera": "camB", "taskStatus": 0, "layerParentId": 9},
    ]
    parent = {"id": int(number), "isDelete": 1, "submitDate": 1, "taskStatus": 0, "respRenderingTaskList": tasks}
    still.inject("task_info", kind="wrong_data", data={"items": [parent]}, times=None)
    assert farm.jobs([number])[number].state is R
    tasks[2]["taskStatus"], tasks[3]["taskStatus"] = 45, 45
    assert farm.jobs([number])[number].state is F  # a photon map is no picture
    tasks[3].update(taskStatus=25, doneFrames=2)
    assert farm.jobs([number])[number].state is H
    pictures = [{"id": 7, "frameIndex": "1", "frameStatus": 4, "frameType": 5, "taskId": four}]
    still.simulated.clear_faults()
    still.inject("task_info", kind="wrong_data", data={"items": [parent]}, times=None)
    still.inject("task_frames", kind="wrong_data", data={"items": [], "pageCount": 1})
    still.inject("task_frames", kind="wrong_data", data={"items": pictures, "pageCount": 1})
    found = states(farm.frames(number))
    assert found[1, 1] is FrameState.DONE  # of camera B
    assert found[0, 1] is FrameState.FAILED  # never made
    still.simulated.clear_faults()


def houdini(site: Site, **changes: Any) -> Submission:
    parts = (
        part("cache", "1-4", item="/out/cache", address=("/out/cache",), renderer="geometry"),
        part("mantra1", "2-3", item="/out/mantra1", address=("/out/mantra1",), renderer="ifd"),
    )
    return replace(blender(site.shot), software=Software("Houdini", "20.5.278"), parts=parts, **changes)


def test_a_simulation_is_a_part_of_its_own(still: Site) -> None:
    """Houdini: one machine simulates all frames of a node; the pictures of another wait for it."""
    farm, number, [task] = analysed(still, houdini(still))
    simulation = next(frame for frame in task.frames if frame.type == fr.SIMULATION)
    still.simulated.set_status(task.id, 5)
    simulation.status = fr.RENDERING
    found = states(farm.frames(number))
    assert {found[0, number] for number in range(1, 5)} == {FrameState.RENDERING}
    assert {found[1, number] for number in (2, 3)} == {FrameState.WAITING}
    assert set(found) == {(0, 1), (0, 2), (0, 3), (0, 4), (1, 2), (1, 3)}
    for frame in task.frames:
        frame.status = fr.DONE
    still.simulated.set_status(task.id, 25)
    report = farm.jobs([number])[number]
    assert (report.state, report.message) == (D, "")
    assert set(states(farm.frames(number)).values()) == {FrameState.DONE}


def test_cameras_of_a_layer_share_their_frames(still: Site) -> None:
    """Maya renders a layer through its cameras in one frame: that is no range that was cut."""
    parts = tuple(part(f"beauty · {camera}", "1-3", camera, item="beauty", address=("beauty",)) for camera in "AB")
    farm, number, [task] = analysed(still, replace(maya(still.shot), parts=parts, cameras=("A", "B")))
    assert farm.jobs([number])[number].message == ""
    for frame in task.frames:
        frame.status = fr.DONE
    still.simulated.set_status(task.id, 25)
    report = farm.jobs([number])[number]
    assert (report.state, report.message) == (D, "")
    assert len(farm.frames(number)) == 6


# -- ranges that the farm cuts


@pytest.mark.parametrize("dialect", ["current", "v3"])
@pytest.mark.parametrize(
    ("limit", "taken"), [({"max_frames": 64}, 64), ({"max_frame_characters": 64}, None)], ids=["frames", "characters"]
)
@pytest.mark.parametrize("options", [{}, {"frames_per_machine": "2"}, {"test_frames": "first,last"}], ids=str)
def test_a_range_that_the_farm_cuts_is_never_done(
    make_site: Callable[..., Site], dialect: str, limit: dict[str, int], taken: int | None, options: dict[str, str]
) -> None:
    site = make_site(dialect, **limit)
    frames = "1-100" if taken else ",".join(str(number * number) for number in range(1, 41))
    submission = framed(replace(blender(site.shot), options=options), frames)
    expected = 100 if taken else 40
    farm, number = site.sent(submission)
    report = site.until(farm, number, lambda report: report.state.ended)
    assert report.state is H
    counted = Counter(frame.state for frame in farm.frames(number))
    taken = taken or counted[FrameState.DONE]
    assert counted == {FrameState.DONE: taken, FrameState.FAILED: expected - taken}
    assert taken < expected
    assert f"took {taken} of the {expected} frames" in report.message
    assert "Send the others as a job of their own" in report.message
    lost = [frame for frame in farm.frames(number) if frame.state is FrameState.FAILED]
    assert {frame.message for frame in lost} == {"The farm did not take this frame. Send it as a job of its own."}
    with pytest.raises(Exception, match="farm does not have these frames"):
        farm.act(number, Action.RETRY)
    if report.counts is not None:
        assert (report.counts.total, report.counts.failed) == (expected, expected - taken)


def test_a_cut_range_is_said_while_it_renders(make_site: Callable[..., Site]) -> None:
    site = make_site(max_frames=64, auto=False)
    farm, number, _ = analysed(site, framed(blender(site.shot), "1-100"))
    report = farm.jobs([number])[number]
    assert not report.state.ended
    assert "64 of the 100" in report.message
    assert Counter(frame.state for frame in farm.frames(number)) == {FrameState.WAITING: 100}


# -- whose and how many


def test_deleted_tasks_are_unknown(site: Site) -> None:
    farm, number = site.sent(blender(site.shot))
    other = site.simulated.seed(1)[0]
    site.simulated.task(int(number)).deleted = True
    assert set(farm.jobs([number, str(other.id), "1", "x", "99999999999"])) == {str(other.id)}
    for ask in (farm.frames, farm.outputs, lambda id: farm.act(id, Action.STOP), lambda id: farm.log(id, 0, 1)):
        with pytest.raises(UnknownJob):
            ask(number)
    with pytest.raises(UnknownJob):
        farm.act(number, Action.DELETE)
    assert farm.find(blender(site.shot).id) is None


def test_tasks_that_are_not_ours(site: Site) -> None:
    [task] = site.simulated.seed(1, frames_each=4)
    layered = site.sent(maya(site.shot))[1]
    site.ended(site.farm(), layered)
    farm = site.farm(folder=site.folder.parent / "another")
    reports = farm.jobs([str(task.id), layered])
    assert {report.state for report in reports.values()} == {D}
    assert {report.counts for report in reports.values()} == {None}
    assert states(farm.frames(str(task.id))) == {(0, number): FrameState.DONE for number in range(1, 5)}
    assert {frame.part for frame in farm.frames(layered)} == {0, 1}
    assert len(farm.frames(layered)) == 5
    assert len(farm.outputs(layered)) == 5


def test_one_request_for_a_hundred_jobs(site: Site) -> None:
    numbers = [str(task.id) for task in site.simulated.seed(250, frames_each=3)]
    farm = site.farm()
    farm.jobs(numbers[:1])
    site.simulated.forget_requests()
    assert len(farm.jobs(numbers[:100])) == 100
    assert site.calls() == ["task_info"]
    site.simulated.forget_requests()
    assert len(farm.jobs(numbers)) == 250
    assert site.calls() == ["task_info"] * 3
    assert farm.jobs([]) == {}


def test_times_and_money(site: Site) -> None:
    farm, number = site.sent(maya(site.shot))
    report = site.ended(farm, number)
    assert report.started is not None
    assert report.ended is not None
    assert report.started <= report.ended
    assert (report.cost, report.currency) == (pytest.approx(0.25), "CNY")


@given(data=st.data())
def test_counts_never_exceed_what_was_sent(data: st.DataObject) -> None:
    """Whatever numbers the farm gives."""
    from farmdeck.farms.renderbus._states import job_report
    from farmdeck.farms.renderbus.models import TaskInfo, read

    small = st.integers(-5, 12)
    task = st.fixed_dictionaries(
        {
            "id": st.just(1),
            "taskStatus": st.sampled_from([0, 5, 8, 10, 15, 20, 23, 25, 30, 35, 40, 45, 50, 100, 77]),
            **{key: small for key in ("totalFrames", "doneFrames", "failedFrames", "abortFrames", "executingFrames")},
        }
    )
    drawn = data.draw(task)
    drawn["respRenderingTaskList"] = data.draw(st.none() | st.lists(task, max_size=3))
    report = job_report(read(TaskInfo, drawn), (part("beauty", "1-5"),), True, "USD")
    if report.counts is not None:
        counts = report.counts
        assert counts.total == 5
        assert min(counts.done, counts.failed, counts.rendering) >= 0
        assert counts.done + counts.failed + counts.rendering <= 5
    assert report.state in JobState
