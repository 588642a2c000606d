"""The farm on a simulated Manager: what is sent, where pictures come from, what goes wrong on the way."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from farmdeck._errors import (
    BadInput,
    Cancelled,
    FarmdeckError,
    FarmError,
    FarmUnreachable,
    SettingsError,
    UnknownJob,
)
from farmdeck.farm import Counts, FarmContext, Watch
from farmdeck.farms.flamenco import FlamencoFarm
from farmdeck.farms.flamenco.errors import SettingUp
from farmdeck.job import Action, FrameState, JobState
from farmdeck.scene import Software

from tests.farms.flamenco.flamenco_studio import (
    OWN_TYPE,
    Studio,
    blender,
    one_layer,
    other,
    with_files,
)
from tests.simulator.flamenco import Fault, Job

Make = Callable[..., Studio]


def sent(studio: Studio) -> list[Job]:
    """What the Manager has, by name."""
    return sorted(studio.manager.jobs.values(), key=lambda job: job.name)


def said(problems: Any) -> str:
    return " ".join(f"{problem.severity.value}: {problem.message}" for problem in problems)


def rendered(studio: Studio, submission: Any = None, **more: Any) -> tuple[FlamencoFarm, str]:
    """A farm, and a job on it that is over."""
    farm = studio.ready(**more)
    job = studio.deliver(farm, submission or blender(studio.shot))
    studio.ended(farm, job)
    return farm, job


# -- the Manager


def test_it_says_what_it_found(make_studio: Make) -> None:
    assert make_studio(workers=3).farm().check() == "Ready, 3 workers, Flamenco 3.9.0, Shaman"
    assert make_studio("3.5", shaman=False).farm().check() == "Ready, 1 worker, Flamenco 3.5"
    farm = make_studio(shaman=False).farm(storage="/nowhere")
    assert farm.check() == "Ready, 1 worker, Flamenco 3.9.0, the shared storage is not mounted here"


def test_a_manager_that_is_being_set_up(studio: Studio) -> None:
    studio.manager.setup_mode = True
    with pytest.raises(SettingUp, match="is being set up"):
        studio.farm().check()


def test_a_manager_that_is_away(studio: Studio) -> None:
    farm = studio.ready()
    studio.manager.stop()
    with pytest.raises(FarmUnreachable):
        farm.jobs(["00000000-0000-0000-0000-000000000000"])


def test_its_form_is_there_before_the_manager_answers_again(studio: Studio) -> None:
    assert [option.name for option in studio.farm("new").capabilities.options] == ["files", "tag"]
    options = studio.ready().capabilities.options
    studio.manager.stop()
    again = studio.farm().capabilities
    assert again.options == options
    assert {"job_type", "chunk_size", "files", "tag"} <= {option.name for option in again.options}
    assert again.hold and again.extras
    (studio.folder / "manager.json").write_text('{"schema": "of tomorrow"}')
    assert [option.name for option in studio.farm().capabilities.options] == ["files", "tag"]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "no address"),
        ({"url": "http://h:1", "path_maps": [["a"]]}, "path map"),
        ({"url": "http://h:1", "poll_seconds": "often"}, "poll_seconds"),
        ({"url": "http://h:1", "poll_seconds": 0}, "poll_seconds"),
    ],
)
def test_settings_that_cannot_be_used(tmp_path: Path, settings: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        FlamencoFarm(FarmContext("studio", tmp_path, settings))


# -- what is sent


def test_a_job_for_each_view_layer(studio: Studio) -> None:
    studio.manager.add_tag("gpu")
    studio.manager.workers[0].tags = studio.manager.tags[:]
    submission = blender(
        studio.shot,
        hold=True,
        priority=70,
        project="Lumen",
        options={"chunk_size": "2", "tag": "gpu"},
    )
    farm = studio.ready()
    id = studio.deliver(farm, submission)
    beauty, extra = sent(studio)
    assert id == f"{beauty.id} {extra.id}"
    assert (beauty.name, extra.name) == ("tiny · beauty", "tiny · extra")
    assert (beauty.type, beauty.priority, beauty.status) == ("simple-blender-render", 70, "paused")
    assert beauty.tag == studio.manager.tags[0].id
    assert beauty.metadata == {
        "farmdeck.submission": submission.id,
        "farmdeck.part": "0",
        "farmdeck.jobs": "2",
        "project": "Lumen",
        "user.name": submission.owner,
    }
    assert extra.metadata["farmdeck.part"] == "1"
    assert [task.name for task in beauty.tasks] == ["render-1,2", "render-3", "preview-video"]
    assert beauty.settings["frames"] == "1-3" and extra.settings["frames"] == "10,12"
    assert beauty.settings["scene"] == "Tiny" and beauty.settings["format"] == "PNG"
    assert beauty.settings["blendfile"].startswith(f"{{jobs}}/{beauty.checkout}/")
    assert beauty.checkout and extra.checkout and beauty.checkout != extra.checkout
    assert beauty.settings["blendfile"] != extra.settings["blendfile"]
    root = f"{{jobs}}/renders/{submission.id}-tiny"
    assert beauty.settings["render_output_path"].startswith(f"{root}-beauty/")
    assert extra.settings["render_output_path"].startswith(f"{root}-extra/")


def test_a_video_is_made_where_it_is_wanted_and_can_be_made(studio: Studio) -> None:
    farm = studio.ready()
    layer = one_layer(studio.shot)
    studio.deliver(farm, replace(layer, id="novideo2", options={"video": False}))
    for worker in studio.manager.workers:
        worker.task_types = ("blender",)
    assert said(farm.problems(layer)) == (
        "note: No worker takes ffmpeg tasks: there will be no preview video. The pictures are not touched by it."
    )
    assert farm.problems(replace(layer, options={"video": False})) == []
    farm.jobs([studio.deliver(farm, layer)])
    unasked, unmade = studio.manager.jobs.values()
    assert "fps" not in unasked.settings and "fps" not in unmade.settings
    assert [task.name for task in unmade.tasks] == ["render-1", "render-2", "render-3"]
    assert studio.ended(farm, unmade.id).state is JobState.DONE


def test_frames_of_a_task_are_called_as_elsewhere(studio: Studio) -> None:
    labels = {option.name: option.label for option in studio.ready().capabilities.options}
    assert (labels["chunk_size"], labels["video"]) == ("Frames per task", "Preview video")


def test_a_manager_whose_workers_cannot_run_our_own_job_type(make_studio: Make) -> None:
    studio = make_studio("3.2")
    assert "error: The Manager is older than 3.3" in said(studio.ready().problems(other(studio.shot, "Maya")))


def test_one_job_for_all_parts_of_other_applications(studio: Studio) -> None:
    submission = other(studio.shot, "Maya")
    (studio.shot / "workspace.mel").touch()
    farm, id = rendered(studio, submission)
    [job] = sent(studio)
    assert id == job.id
    assert job.metadata["farmdeck.part"] == "all" and job.metadata["farmdeck.jobs"] == "1"
    assert job.settings["render_output_root"] == f"{{jobs}}/renders/{submission.id}-made_up"
    assert job.settings["project"].startswith(f"{{jobs}}/{job.checkout}")
    checkout = Path(studio.manager.storage_location) / job.checkout
    assert (checkout / ".farmdeck-scripts" / "render_part.py").is_file()
    assert [(output.part, output.path, output.frame) for output in farm.outputs(id)] == [
        *((0, f"{number:04d}.png", number) for number in (1, 2, 3)),
        *((1, f"{number:04d}.png", number) for number in (10, 12)),
    ]


def test_workers_that_see_the_folder_write_right_there(studio: Studio) -> None:
    studio.see()
    farm, id = rendered(studio, one_layer(studio.shot))
    [job] = sent(studio)
    assert job.settings["render_output_path"] == "{projects}/render/beauty/tiny_####"
    assert job.settings["blendfile"] == "{projects}/tiny.blend"
    assert not job.checkout
    outputs = farm.outputs(id)
    folder = studio.shot / "render" / "beauty"
    assert [(output.path, output.frame) for output in outputs] == [(f"tiny_000{n}.png", n) for n in (1, 2, 3)]
    before = [(folder / output.path).stat().st_mtime_ns for output in outputs]
    came: list[int | None] = []
    farm.fetch(id, [(one, folder / one.path) for one in outputs], Watch(), lambda one: came.append(one.frame))
    assert came == [1, 2, 3]
    assert [(folder / output.path).stat().st_mtime_ns for output in outputs] == before


def test_a_scene_that_needs_changes_is_packed_though_workers_see_it(studio: Studio) -> None:
    studio.see()
    rendered(studio)
    beauty, extra = sent(studio)
    assert beauty.checkout and extra.checkout
    assert beauty.settings["render_output_path"] == "{projects}/render/beauty/tiny_####"
    with pytest.raises(FarmError, match='cannot be rendered where it lies.*"auto"'):
        farm = studio.ready()
        farm.hash(blender(studio.shot, options={"files": "in place"}), studio.shot / "tiny.blend", Watch())


def test_path_maps_and_a_storage_that_is_mounted_elsewhere(make_studio: Make) -> None:
    """Here both are called otherwise than the workers call them."""
    studio = make_studio(shaman=False)
    studio.shot.mkdir()
    mount = studio.shot.with_name("mounted")
    mount.symlink_to(studio.manager.storage)
    there = studio.shot.with_name("there")
    there.symlink_to(studio.shot)
    given = {"storage": str(mount), "path_maps": [[str(studio.shot), str(there)]]}
    farm, id = rendered(studio, one_layer(studio.shot), **given)
    [job] = sent(studio)
    assert job.settings["blendfile"] == f"{there}/tiny.blend"
    assert len(farm.outputs(id)) == 3
    away = one_layer(studio.shot.with_name("away"))
    id = studio.deliver(farm, away)
    studio.ended(farm, id)
    assert Path(farm.outputs(id)[0].id).is_relative_to(mount)
    assert (mount / "farmdeck" / f"{away.id}-tiny" / "tiny.blend").is_file()
    farm.act(id, Action.DELETE)
    assert not (mount / "farmdeck" / f"{away.id}-tiny").exists()
    assert (mount / "renders" / f"{away.id}-tiny").is_dir()


def test_a_job_type_that_changed_meanwhile(make_studio: Make, tmp_path: Path) -> None:
    """Its refusal makes us ask for the types once more, before the check and before the submission alike."""
    script = Path(shutil.copy(OWN_TYPE, tmp_path))
    studio = make_studio(scripts=[script])
    farm = studio.ready()
    submission = other(studio.shot, "Houdini")
    scene = Path(submission.scene.path)
    farm.hash(submission, scene, Watch())
    farm.upload(submission, scene, Watch())
    script.write_text(script.read_text().replace("Number of frames to render", "How many frames to render"))
    id = farm.submit(submission, scene, Watch())
    assert [job.id for job in sent(studio)] == [id]
    assert [r.status for r in studio.manager.journal if r.operation == "submitJob"] == [412, 200]


# -- problems


def test_problems_that_hold_it_back(make_studio: Make) -> None:
    studio = make_studio(scripts=[])
    farm = studio.ready()
    layer = one_layer(studio.shot)
    below = replace(layer, parts=(replace(layer.parts[0], frames="-2-3"),))
    assert "error: Frame -2 is below zero" in said(farm.problems(below))
    maya = other(studio.shot, "Maya")
    assert "no job type farmdeck-render. Install farmdeck-render.js" in said(farm.problems(maya))
    assert "no job type for Modo" in said(farm.problems(replace(layer, software=Software("Modo", "1"))))
    assert 'no option "speed"' in said(farm.problems(replace(layer, options={"speed": 1})))
    assert "tag is 'gpu'" in said(farm.problems(replace(layer, options={"tag": "gpu"})))
    studio.manager.inject(Fault("submitJobCheck", kind="error", status=400, message="the studio's script says no"))
    assert "the studio's script says no" in said(farm.problems(layer))
    gone = replace(layer, scene=replace(layer.scene, path=str(studio.shot / "gone.blend")))
    assert "error: " in said(farm.problems(gone))
    assert farm.problems(layer) == []
    assert studio.manager.jobs == {}


def test_no_way_for_the_files(make_studio: Make) -> None:
    farm = make_studio(shaman=False).ready(storage="/nowhere")
    studio = make_studio()
    layer = one_layer(studio.shot)
    assert "error: The farm's shared storage /nowhere is not mounted" in said(farm.problems(layer))
    assert "Shaman is switched off" in said(farm.problems(replace(layer, options={"files": "shaman"})))
    assert "The workers do not see" in said(farm.problems(replace(layer, options={"files": "in place"})))


def test_an_old_manager_holds_no_job(make_studio: Make) -> None:
    studio = make_studio("3.5")
    farm = studio.ready()
    assert not farm.capabilities.hold
    assert "knows no pause" in said(farm.problems(one_layer(studio.shot, hold=True)))
    assert farm.problems(one_layer(studio.shot)) == []


def test_pictures_that_cannot_be_fetched_are_told_before(studio: Studio) -> None:
    farm, id = rendered(studio, storage="/nowhere")
    assert farm.outputs(id) == []
    warned = said(farm.problems(blender(studio.shot)))
    assert warned.startswith("warning: The workers cannot write where beauty, extra belongs")
    with pytest.raises(FarmError, match="cannot be reached from here"):
        farm.act(id, Action.RETRY, [(0, 1)])
    studio.see()
    assert farm.problems(blender(studio.shot)) == []


def test_workers_that_will_not_come(make_studio: Make) -> None:
    studio = make_studio(workers=2)
    farm, layer = studio.ready(), one_layer(studio.shot)
    studio.manager.add_tag("gpu")
    tagged = replace(layer, options={"tag": "gpu"})
    assert "no worker with the tag gpu" in said(farm.problems(tagged))
    studio.manager.workers[0].tags = studio.manager.tags[:]
    assert farm.problems(tagged) == []
    studio.manager.workers[0].status = "asleep"
    assert "None of the 1 workers with the tag gpu is awake" in said(farm.problems(tagged))
    assert farm.problems(layer) == []
    maya = other(studio.shot, "Maya")
    assert "awake: the job waits" not in said(farm.problems(maya))
    for worker in studio.manager.workers:
        worker.task_types = ("blender", "ffmpeg")
    assert "no worker for tasks of the type maya" in said(farm.problems(maya))
    studio.manager.workers.clear()
    assert "The farm has no worker: " in said(farm.problems(layer))


# -- exactly once


def test_what_is_half_there_is_completed(studio: Studio) -> None:
    studio.manager.outcome = lambda task, frame, attempt: "hold"
    submission = blender(studio.shot)
    farm = studio.ready()
    studio.manager.inject(Fault("submitJob", kind="cut_before", after=1))
    with pytest.raises(FarmUnreachable):
        studio.deliver(farm, submission)
    [first] = sent(studio)
    assert farm.find(submission.id) is None
    again = studio.farm()  # a new agent, which goes on where the old one was
    id = again.submit(submission, Path(submission.scene.path), Watch())
    assert id.split() == [job.id for job in sent(studio)]
    assert id.split()[0] == first.id
    assert studio.manager.requests("submitJob") == 3
    assert studio.manager.requests("shamanCheckout") == 2, "what was laid out for it is used"


def test_a_delivery_that_begins_anew_may_bring_the_files_another_way(studio: Studio) -> None:
    submission = blender(studio.shot)
    farm, scene = studio.ready(), Path(submission.scene.path)
    farm.hash(submission, scene, Watch())
    studio.manager.shaman.enabled = False
    with pytest.raises(FarmError, match="Shaman is switched off"):
        farm.upload(submission, scene, Watch())
    studio.deliver(farm, submission)
    assert all(job.settings["blendfile"].startswith("{jobs}/farmdeck/") for job in sent(studio))


def test_a_refusal_leaves_no_job(studio: Studio) -> None:
    studio.manager.inject(Fault("submitJob", kind="error", status=400, message="no", after=1))
    with pytest.raises(FarmdeckError, match="no"):
        studio.deliver(studio.ready(), blender(studio.shot))
    studio.manager.wait_until(lambda: not studio.manager.jobs)


def test_after_a_refusal_it_is_sent_with_files_that_are_there(studio: Studio) -> None:
    """The job that was taken back took its checkout with it."""
    farm, submission = studio.ready(), blender(studio.shot)
    studio.manager.inject(Fault("submitJob", kind="error", status=400, message="no", after=1))
    with pytest.raises(FarmdeckError, match="no"):
        studio.deliver(farm, submission)
    studio.manager.wait_until(lambda: not studio.manager.jobs)
    id = studio.deliver(farm, submission)
    assert studio.ended(farm, id).state is JobState.DONE


def test_a_stop_between_two_jobs_leaves_none(studio: Studio) -> None:
    farm, submission, watch = studio.ready(), blender(studio.shot), Watch()
    scene = Path(submission.scene.path)
    farm.hash(submission, scene, watch)
    farm.upload(submission, scene, watch)
    with watch.telling(lambda done, total: watch.cancel()), pytest.raises(Cancelled):
        farm.submit(submission, scene, watch)
    studio.manager.wait_until(lambda: not studio.manager.jobs)


def test_jobs_that_are_being_deleted_are_gone(studio: Studio) -> None:
    farm, id = rendered(studio)
    submission_id = sent(studio)[0].metadata["farmdeck.submission"]
    studio.manager.hold_deletions = True
    farm.act(id, Action.DELETE)
    assert len(studio.manager.jobs) == 2
    assert farm.jobs([id]) == {} and farm.find(submission_id) is None
    with pytest.raises(UnknownJob):
        farm.outputs(id)


def test_one_of_two_jobs_deleted_by_somebody_else(studio: Studio) -> None:
    farm, id = rendered(studio)
    first, second = id.split()
    studio.manager.request_deletion([studio.manager.jobs[first]])
    studio.manager.wait_until(lambda: first not in studio.manager.jobs)
    other_farm = studio.ready(folder="new")
    assert {frame.part for frame in other_farm.frames(id)} == {1}
    assert other_farm.jobs([id])[id].state is JobState.DONE


def test_a_machine_that_did_not_submit_it_knows_it_as_well(studio: Studio) -> None:
    submission = blender(studio.shot)
    _, id = rendered(studio, submission)
    farm = studio.farm("new")
    assert farm.find(submission.id) == id
    frames = [(frame.part, frame.number, frame.state) for frame in farm.frames(id)]
    assert frames == [(part, number, FrameState.DONE) for part, number in [(0, 1), (0, 2), (0, 3), (1, 10), (1, 12)]]
    numbered = [output for output in farm.outputs(id) if output.frame is not None]
    assert [(output.part, output.path) for output in numbered] == [
        *((0, f"00000{number}.png") for number in (1, 2, 3)),
        *((1, f"0000{number}.png") for number in (10, 12)),
    ]


# -- rendering again


def test_one_frame_of_a_finished_job_is_rendered_again_and_no_other(studio: Studio) -> None:
    farm, id = rendered(studio, one_layer(studio.shot))
    [job] = sent(studio)
    before = {output.frame: output.modified for output in farm.outputs(id)}
    videos = [task for task in job.tasks if task.name == "preview-video"]
    farm.act(id, Action.RETRY, [(0, 2)])
    studio.ended(farm, id)
    after = {output.frame: output.modified for output in farm.outputs(id)}
    assert [number for number in (1, 2, 3) if after[number] != before[number]] == [2]
    assert {task.name: task.attempt for task in job.tasks if task not in videos} == {
        "render-1": 1,
        "render-2": 2,
        "render-3": 1,
    }
    assert [task.attempt for task in videos] == [2]
    assert [frame.attempt for frame in farm.frames(id)] == [1, 2, 1]


def test_a_video_that_failed_is_tried_again_with_a_frame(studio: Studio) -> None:
    studio.manager.outcome = lambda task, frame, attempt: "done" if frame else "failed"
    farm, id = rendered(studio, one_layer(studio.shot))
    report = farm.jobs([id])[id]
    assert (report.state, report.farm_state) == (JobState.DONE, "failed")
    assert "could not do preview-video" in report.message
    studio.manager.outcome = lambda task, frame, attempt: "done"
    farm.act(id, Action.RETRY, [(0, 1)])
    studio.manager.wait_until(lambda: [job.status for job in sent(studio)] == ["completed"])
    assert studio.until(farm, id, lambda report: report.farm_state == "completed").message == ""


def test_a_job_that_failed_goes_on(studio: Studio) -> None:
    studio.manager.outcome = lambda task, frame, attempt: "failed" if frame == 2 else "done"
    farm, id = rendered(studio, one_layer(studio.shot))
    report = farm.jobs([id])[id]
    assert report.state is JobState.PARTLY_DONE
    frames = {frame.number: frame for frame in farm.frames(id)}
    assert frames[2].state is FrameState.FAILED and "worker-1" in frames[2].message
    assert "the test wants frame 2 to fail" in farm.log(id, 0, 2)
    studio.manager.outcome = lambda task, frame, attempt: "done"
    farm.act(id, Action.RETRY)
    assert studio.until(farm, id, lambda report: report.state.ended).state is JobState.DONE
    assert {frame.number: frame.attempt for frame in farm.frames(id)}[2] == 2
    with pytest.raises(BadInput, match="no such frame"):
        farm.act(id, Action.RETRY)
    with pytest.raises(BadInput, match="no such frame"):
        farm.act(id, Action.RETRY, [(0, 99)])


def test_named_frames_of_a_failed_job(studio: Studio) -> None:
    """The others stay as they are, and the job is over when these are."""
    studio.manager.outcome = lambda task, frame, attempt: "failed" if frame in (1, 2) else "hold"
    farm, id = rendered(studio, one_layer(studio.shot))
    studio.manager.outcome = lambda task, frame, attempt: "done"
    failed = [frame.number for frame in farm.frames(id) if frame.state is FrameState.FAILED]
    farm.act(id, Action.RETRY, [(0, failed[0])])
    report = studio.until(farm, id, lambda report: report.state.ended)
    assert (report.state, report.counts.done if report.counts else None) == (JobState.PARTLY_DONE, 1)


# -- following


def test_a_small_picture_of_what_rendered_last(studio: Studio) -> None:
    released = {1}
    studio.manager.outcome = lambda task, frame, attempt: "done" if frame in released or not frame else "hold"
    farm = studio.ready()
    id = studio.deliver(farm, one_layer(studio.shot))
    first = studio.until(farm, id, lambda report: bool(report.thumbnail)).thumbnail
    assert Path(first).read_bytes().startswith(b"\xff\xd8")
    assert Path(first).parent == studio.folder / "last-rendered"
    released.update((2, 3))
    studio.until(farm, id, lambda report: report.thumbnail not in ("", first))
    studio.ended(farm, id)
    assert not Path(first).exists()
    farm.act(id, Action.DELETE)
    assert list((studio.folder / "last-rendered").iterdir()) == []


def test_no_picture_is_no_trouble(studio: Studio) -> None:
    studio.manager.inject(Fault("fetchJobLastRenderedInfo", kind="error", status=404, times=None))
    farm, id = rendered(studio, one_layer(studio.shot))
    report = farm.jobs([id])[id]
    assert (report.state, report.thumbnail) == (JobState.DONE, "")


def test_when_frames_began(studio: Studio) -> None:
    studio.manager.outcome = lambda task, frame, attempt: "hold"
    farm = studio.ready()
    id = studio.deliver(farm, one_layer(studio.shot))
    studio.until(farm, id, lambda report: report.counts is not None and report.counts.rendering == 1)
    (at_work,) = [frame for frame in farm.frames(id) if frame.state is FrameState.RENDERING]
    assert at_work.started is not None
    studio.manager.outcome = lambda task, frame, attempt: "done"
    report = studio.until(farm, id, lambda report: report.state.ended)
    assert report.started == at_work.started and report.ended is not None
    (done,) = [frame for frame in farm.frames(id) if frame.number == at_work.number]
    assert done.seconds is not None and done.seconds >= 0


def test_without_live_updates_every_look_asks(make_studio: Make) -> None:
    studio = make_studio(live_events=False)
    farm, id = rendered(studio, other(studio.shot, "Houdini", options={"chunk_size": 2}))
    assert [task.name for task in sent(studio)[0].tasks] == ["render-0-1,2", "render-0-3", "render-1-10,12"]
    before = studio.manager.requests("fetchJob")
    assert farm.jobs([id]) == farm.jobs([id])
    assert studio.manager.requests("fetchJob") == before + 2


def test_what_does_not_change_is_not_asked_for_while_the_manager_tells(studio: Studio) -> None:
    studio.manager.outcome = lambda task, frame, attempt: "hold"
    farm = studio.ready()
    id = studio.deliver(farm, one_layer(studio.shot))
    studio.until(farm, id, lambda report: report.counts is not None and report.counts.rendering == 1)
    studio.manager.wait_until(lambda: studio.manager.requests("fetchJob") > 0)

    def asks() -> bool:
        """Does one more look cost a request?"""
        before = studio.manager.requests("fetchJob")
        farm.jobs([id])
        return studio.manager.requests("fetchJob") > before

    studio.until(farm, id, lambda report: not asks())  # once it is connected, and quiet
    studio.notified.clear()
    studio.manager.outcome = lambda task, frame, attempt: "done"
    assert studio.until(farm, id, lambda report: report.state.ended).state is JobState.DONE
    assert set(studio.notified) == {id}
    farm.act(id, Action.RETRY, [(0, 1)])
    assert asks(), "what we did ourselves is looked at"


def test_what_we_did_is_seen_at_once_though_the_manager_says_nothing(studio: Studio) -> None:
    studio.manager.outcome = lambda task, frame, attempt: "hold"
    farm = studio.ready()
    id = studio.deliver(farm, one_layer(studio.shot))
    studio.until(farm, id, lambda report: report.counts is not None and report.counts.rendering == 1)
    studio.manager.live_events = False  # for those who come; we are connected already, or never will be
    studio.manager.tell_job = lambda *given, **more: None  # type: ignore[method-assign]
    farm.jobs([id])
    farm.act(id, Action.STOP)
    assert farm.jobs([id])[id].state is JobState.STOPPED


def test_a_paused_job_goes_on(studio: Studio) -> None:
    studio.manager.outcome = lambda task, frame, attempt: "done" if frame == 1 else "hold"
    farm = studio.ready()
    id = studio.deliver(farm, one_layer(studio.shot))
    studio.until(farm, id, lambda report: report.counts == Counts(3, 1, 0, 1))
    farm.run("pause", id, {})
    assert farm.jobs([id])[id].state is JobState.RENDERING, "what is at work is finished first"
    studio.manager.outcome = lambda task, frame, attempt: "done"
    studio.manager.wait_until(lambda: sent(studio)[0].status == "paused")
    assert studio.ended(farm, id).state is JobState.PAUSED
    assert {frame.state for frame in farm.frames(id)} == {FrameState.DONE, FrameState.WAITING}
    farm.act(id, Action.START)
    assert studio.until(farm, id, lambda report: report.state.ended).state is JobState.DONE


def test_many_jobs_are_asked_for_at_once(studio: Studio) -> None:
    studio.manager.outcome = lambda task, frame, attempt: "hold"
    farm = studio.ready()
    made = blender(studio.shot)
    ids = [studio.deliver(farm, replace(made, id=f"{made.id}{number}")) for number in range(3)]
    studio.manager.forget_requests()
    assert list(studio.ready(folder="new").jobs([*ids, "no-such-job"])) == ids
    assert studio.manager.requests("fetchJobs") == 1 and studio.manager.requests("fetchJob") == 0


# -- the rest


def test_extras_reach_every_job_of_a_submission(studio: Studio) -> None:
    farm, id = rendered(studio)
    assert isinstance(farm.run("priority", id, {"priority": "80"}), str)
    assert [job.priority for job in sent(studio)] == [80, 80]
    assert len(farm.run("workers", "", {})) == 1
    with pytest.raises(BadInput):
        farm.run("priority", id, {"priority": 1000})


def test_a_frame_that_has_no_log(studio: Studio) -> None:
    farm, id = rendered(studio)
    with pytest.raises(FarmError, match="Frame 99 has no log"):
        farm.log(id, 0, 99)


def test_what_was_never_sent_is_swept_up(studio: Studio) -> None:
    farm, made = studio.ready(), blender(studio.shot)
    scene = Path(made.scene.path)
    for id in ("older", "newer"):
        farm.hash(replace(made, id=id), scene, Watch())
    os.utime(studio.folder / "packs" / "older", (1, 1))
    farm.hash(made, scene, Watch())
    assert {folder.name for folder in (studio.folder / "packs").glob("*/")} == {"newer", made.id}


def test_nothing_is_removed_in_a_folder_that_only_the_manager_names(studio: Studio) -> None:
    studio.see("elsewhere", studio.shot.with_name("private"))
    farm, id = rendered(studio, one_layer(studio.shot))
    private = studio.shot.with_name("private") / "letter_1.txt"
    private.parent.mkdir()
    private.touch()
    sent(studio)[0].settings["render_output_path"] = "{elsewhere}/letter_#"
    with pytest.raises(FarmError, match="cannot be reached"):
        farm.act(id, Action.RETRY, [(0, 1)])
    sent(studio)[0].settings["render_output_path"] = "{jobs}/renders/../../private/letter_#"
    assert farm.outputs(id) == []
    with pytest.raises(FarmError, match="cannot be reached"):
        farm.act(id, Action.RETRY, [(0, 1)])
    assert private.exists()


def test_files_are_brought_and_not_again(studio: Studio) -> None:
    submission = with_files(blender(studio.shot), "tex/wood.jpg", "tex/stone.jpg")
    farm = studio.ready()
    studio.deliver(farm, submission)
    stored = studio.manager.requests("shamanFileStore")
    assert stored >= 3
    studio.deliver(farm, replace(submission, id="another"))
    assert studio.manager.requests("shamanFileStore") == stored
    assert list((studio.folder / "packs").glob(f"{submission.id}*")) == []
