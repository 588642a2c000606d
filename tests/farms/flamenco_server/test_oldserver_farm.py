"""An earlier Flamenco Server as a farm: what it really does, and what is told of it."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from farmdeck._errors import BadInput, Cancelled, FarmError, FarmUnreachable, UnknownJob
from farmdeck.farm import Entry, FarmContext, Watch
from farmdeck.farms.flamenco_server import FlamencoServerFarm
from farmdeck.farms.flamenco_server._pictures import Zipped, _named
from farmdeck.farms.flamenco_server._records import Record
from farmdeck.farms.flamenco_server.client import Client
from farmdeck.job import Action, FrameState, JobState
from farmdeck.scene import Severity, Software
from farmdeck.scenes.blend import open_to_change, part_patches
from farmdeck.submission import stamp

from tests.farms.flamenco_server.conftest import Site, answering, shot
from tests.simulator.flamenco_server import Fault, Job

MakeSite = Callable[..., Site]
EARLY = ("A", "A'")
LATER = ("C", "B")


# -- what it is


@pytest.mark.parametrize(
    ("dialect", "time"),
    [("A", "January 2015"), ("A'", "February 2015"), ("C", "spring 2015"), ("B", "summer 2015 to 2016")],
)
def test_check_says_what_it_found(make_site: MakeSite, dialect: str, time: str) -> None:
    site = make_site(dialect)
    assert site.farm.check() == f"Ready, Flamenco Server (dialect of {time}), 1 project, 1 manager"
    assert (site.folder / "own" / "dialect").read_text().strip() == dialect


def test_the_dialect_is_remembered_and_found_out_anew(make_site: MakeSite, site: Site) -> None:
    again = FlamencoServerFarm(FarmContext("old", site.folder / "own", {"url": site.server.url}))
    assert again.capabilities == site.farm.capabilities
    again.close()


def test_a_server_that_was_replaced_is_asked_in_its_new_way(make_site: MakeSite) -> None:
    site, newer = make_site("A"), make_site("B")
    with site.server.changed:
        site.server.farm.dialect = newer.server.farm.dialect
    with pytest.raises(FarmUnreachable, match="now one of summer 2015"):
        site.farm._client.render_settings()
    assert site.farm.capabilities == newer.farm.capabilities


@pytest.mark.parametrize("content", [b"[]", b"<html>", b"", b"[" * 100_000])
def test_another_server_is_no_flamenco_server(tmp_path: Path, content: bytes) -> None:
    with answering(content) as url:
        farm = FlamencoServerFarm(FarmContext("old", tmp_path, {"url": url}))
        with pytest.raises(FarmUnreachable, match="Flamenco"):
            farm.check()
        farm.close()


def test_a_farm_without_an_address(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="url"):
        FlamencoServerFarm(FarmContext("old", tmp_path))


# -- sending


def test_an_answer_that_was_lost_makes_no_second_job(site: Site) -> None:
    submission = site.shot()
    site.server.inject(Fault("POST", "/jobs", status=0, acted=True))
    with pytest.raises(FarmUnreachable):
        site.send(submission)
    job = site.send(submission, site.agent())
    names = [each.name for each in site.server.jobs.values()]
    assert len(names) == len(set(names)) and len(names) == len(job.split()) - 1
    assert site.agent("another machine").find(submission.id) == job
    assert site.until(job, JobState.DONE).counts.done == 5


def test_a_job_that_was_made_over_a_500_counts(site: Site) -> None:
    submission = site.shot()
    site.server.inject(Fault("POST", "/jobs", status=500, acted=True))
    assert site.until(site.send(submission), JobState.DONE)


def test_a_refusal_leaves_nothing(site: Site) -> None:
    submission = site.shot()
    site.server.inject(Fault("POST", "/jobs", times=1, status=0, acted=True))
    with pytest.raises(FarmUnreachable):
        site.send(submission)
    site.server.inject(Fault("POST", "/jobs", status=500))
    with pytest.raises(FarmError, match="could not make a job"):
        site.send(submission)
    assert not site.server.jobs and site.farm.find(submission.id) is None


def test_one_that_is_stopped_in_the_middle_leaves_nothing(site: Site) -> None:
    submission = site.shot("1-2,5,9", "1")
    watch = Watch(lambda done, total: watch.cancel() if done else None)
    site.farm.upload(submission, Path(submission.scene.path), Watch())
    with pytest.raises(Cancelled):
        site.farm.submit(submission, Path(submission.scene.path), watch)
    assert not site.server.jobs


def test_a_job_type_that_the_server_does_not_know(make_site: MakeSite) -> None:
    site = make_site("B")
    submission = site.shot()
    before = [replace(each) for each in site.server.jobs.values()]
    sending = site.farm._sending
    chosen = {"chunk": 1, "format": "PNG", "managers": "", "job_type": "no_such_type"}
    with pytest.raises(FarmError, match="without tasks.*no_such_type"):
        sending.send(submission, Path(submission.scene.path), chosen, site.farm._client.projects()[0], Watch())
    assert list(site.server.jobs.values()) == before


def test_what_a_hold_is(make_site: MakeSite) -> None:
    for dialect, states in (("A'", {JobState.STOPPED}), ("C", {JobState.PAUSED}), ("B", {JobState.PAUSED})):
        site = make_site(dialect)
        job = site.send(replace(site.shot(), hold=True))
        site.server.step(5)
        assert site.report(job).state in states
        site.farm.act(job, Action.START)
        site.until(job, JobState.DONE)


def test_each_part_has_a_scene_that_renders_it_and_the_original_stays(make_site: MakeSite) -> None:
    site = make_site("A")
    submission = site.shot()
    before = Path(submission.scene.path).read_bytes()
    caches = Path(submission.scene.path).with_name("blendcache_shot")
    caches.mkdir()
    (caches / "cloth.bphys").touch()
    job = site.send(submission)
    scenes = {each.name.split()[1]: each.filepath for each in site.server.jobs.values()}
    for part in submission.parts:
        file = site.server.project / str(scenes[part.address[-1]])
        with open_to_change(str(file)) as blend:
            assert part_patches(blend, part.address, part.camera) == []
        assert file.with_name(f"blendcache_{file.stem}").joinpath("cloth.bphys").exists()
    assert Path(submission.scene.path).read_bytes() == before
    original = {Path(submission.scene.path), caches}
    assert set((site.server.project / "sh010").iterdir()) > original
    site.farm.act(job, Action.DELETE)
    assert set((site.server.project / "sh010").iterdir()) == original and list(caches.iterdir())


def test_a_zip_has_all_that_is_needed(make_site: MakeSite, tmp_path: Path) -> None:
    for dialect in LATER:
        site = make_site(dialect)
        texture = site.server.project / "wood.png"
        texture.write_bytes(b"wood" * 1000)
        submission = replace(site.shot(), files=(stamp(str(texture)),))
        site.send(submission)
        for each in site.server.jobs.values():
            (tmp_path / "job.zip").write_bytes(each.file or b"")
            with zipfile.ZipFile(tmp_path / "job.zip") as zipped:
                names = zipped.namelist()
                wanted = site.farm._client.job(each.id).filepath
                assert wanted in names and any(name.endswith("wood.png") for name in names)
        assert not list(site.folder.rglob("*.zip"))


def test_february_2015_gets_its_scenes_in_a_zip_as_well(make_site: MakeSite, tmp_path: Path) -> None:
    site = make_site("A'")
    job = site.send(site.shot())
    site.until(job, JobState.DONE)
    site.farm.act(job, Action.RETRY, [(0, 1)])
    for each in site.server.jobs.values():
        (tmp_path / "job.zip").write_bytes(each.file or b"")
        with zipfile.ZipFile(tmp_path / "job.zip") as zipped:
            assert site.farm._client.job(each.id).filepath in zipped.namelist()
    assert not list(site.folder.rglob("*.zip"))


# -- states and actions


def test_frames_that_failed_are_tried_again_in_a_job_of_their_own(site: Site) -> None:
    bad = {2}
    site.server.farm.outcome = lambda job, frame: "failed" if frame in bad else "done"
    job = site.send(site.shot())
    report = site.until(job, JobState.PARTLY_DONE)
    assert (report.counts.done, report.counts.failed) == (4, 1)
    failed = next(frame for frame in site.farm.frames(job) if frame.state is FrameState.FAILED)
    assert (failed.part, failed.number) == (0, 2) and failed.message
    bad.clear()
    count = len(site.server.jobs)
    site.farm.act(job, Action.RETRY)
    assert len(site.server.jobs) == count + 1
    assert site.until(job, JobState.DONE).counts.done == 5
    attempts = {(frame.part, frame.number): frame.attempt for frame in site.farm.frames(job)}
    assert attempts == {(0, 1): 1, (0, 2): 2, (0, 3): 1, (1, 10): 1, (1, 12): 1}
    with pytest.raises(BadInput, match="no such frame"):
        site.farm.act(job, Action.RETRY)
    assert site.farm.find(job.split()[-1]) == job


def test_a_retry_needs_what_is_known_where_it_was_sent(site: Site) -> None:
    job = site.send(site.shot())
    site.until(job, JobState.DONE)
    with pytest.raises(FarmError, match="sent"):
        site.agent("another machine").act(job, Action.RETRY, [(0, 1)])


def test_january_2015_goes_on_with_a_stopped_job_and_it_is_said(make_site: MakeSite) -> None:
    site = make_site("A")
    job = site.send(site.shot("1-4", "1-4"))
    site.server.step()
    site.farm.act(job, Action.STOP)
    assert site.report(job).state is JobState.STOPPED
    assert "all the same" in site.report(job).message
    site.send(replace(site.shot("1", "1"), id="another2"))
    for _ in range(20):
        report = site.report(job)
        if report.state is JobState.RENDERING:  # a worker that got free was given what waited
            break
        site.server.step()
    assert "although it was stopped" in report.message


@pytest.mark.parametrize("dialect", LATER)
def test_what_was_rendering_at_a_stop_is_rendered_after_the_start(make_site: MakeSite, dialect: str) -> None:
    """The server of spring 2015 leaves such a task `active` for ever, unless somebody reports it."""
    site = make_site(dialect)
    job = site.send(site.shot("1-4", "10-13", options={"chunk": 2}))
    site.server.step()
    site.farm.act(job, Action.STOP)
    site.farm.act(job, Action.START)
    assert site.until(job, JobState.DONE).counts.done == 8


@pytest.mark.parametrize("action", [Action.STOP, Action.DELETE])
def test_an_answer_is_not_believed(site: Site, action: Action) -> None:
    job = site.send(site.shot())
    path, method = ("/jobs", "PUT") if action is Action.STOP else ("/jobs/delete", "POST")
    site.server.inject(Fault(method, path, status=204))
    with pytest.raises(FarmError, match="still"):
        site.farm.act(job, action)
    assert job in site.farm.jobs([job])
    site.farm.act(job, action)


def test_a_delete_that_fails_says_that_the_job_is_still_there(site: Site) -> None:
    job = site.send(site.shot())
    site.server.inject(Fault("POST", "/jobs/delete", status=500, times=9))
    with pytest.raises(FarmError, match="still there.*500"):
        site.farm.act(job, Action.DELETE)
    site.server.faults.clear()
    site.farm._client.delete_jobs([int(job.split()[0])])  # somebody was faster with one of them
    site.farm.act(job, Action.DELETE)
    assert not site.server.jobs


def test_a_server_that_crashes_for_a_moment_is_asked_again(site: Site) -> None:
    job = site.send(site.shot())
    site.server.inject(Fault("PUT", "/jobs", times=2))
    site.farm.act(job, Action.STOP)
    assert site.report(job).state is JobState.STOPPED


def test_the_number_of_a_deleted_job_is_given_to_the_next_one(site: Site) -> None:
    job = site.send(site.shot())
    site.farm._client.delete_jobs([int(number) for number in job.split()[:-1]])
    other = site.send(replace(site.shot(), id="another2"))
    assert other.split()[:-1] == job.split()[:-1]
    assert set(site.farm.jobs([job, other])) == {other}
    with pytest.raises(UnknownJob):
        site.farm.frames(job)


# -- broken jobs


def orphan(site: Site, name: str, filepath: str = "x.blend") -> int:
    """A job that the server could not finish making."""
    with site.server.changed:
        number = max(site.server.jobs, default=0) + 1
        site.server.jobs[number] = Job(number, 1, name, "ready", 50, filepath=filepath, type="t", settings="{}")
    return number


BREAKABLE = ("A", "C", "B")
"""February 2015 lists broken jobs as others."""


@pytest.mark.parametrize("dialect", BREAKABLE)
def test_our_own_broken_job_is_removed(make_site: MakeSite, dialect: str) -> None:
    site = make_site(dialect)
    job = site.send(site.shot())
    broken = orphan(site, "a [farmdeck zz 0.0]", "a.farmdeck-zz.blend")
    assert site.report(job).state
    assert broken not in site.server.jobs and len(site.server.jobs) == len(job.split()) - 1


@pytest.mark.parametrize("dialect", BREAKABLE)
def test_anothers_broken_job_is_named_and_removed_on_demand_only(make_site: MakeSite, dialect: str) -> None:
    site = make_site(dialect)
    job = site.send(site.shot())
    broken = orphan(site, "somebody's")
    for _ in range(2):
        with pytest.raises(FarmError, match=f"job {broken} .*broken.*remove-broken"):
            site.farm.jobs([job])
    walked = len(site.server.journal)
    with pytest.raises(FarmError):
        site.farm.jobs([job])
    assert len(site.server.journal) - walked <= 2  # it does not look for it each time
    with pytest.raises(BadInput, match="not broken"):
        site.farm.run("remove-broken", "", {"job": broken - 1})
    assert f"Job {broken} is deleted" in site.farm.run("remove-broken", "", {"job": broken})
    assert site.report(job)


def test_a_list_that_fails_though_nothing_is_broken_deletes_nothing(site: Site) -> None:
    job = site.send(site.shot())
    site.server.inject(Fault("GET", "/jobs", times=1))
    assert site.report(job)  # another's job was just being made
    site.server.inject(Fault("GET", "/jobs", times=9))
    with pytest.raises(FarmError, match="cannot be found out"):
        site.farm.jobs([job])
    site.server.faults.clear()
    assert site.report(job).counts.total == 5


# -- pictures


def test_pictures_are_called_as_the_part_wants_them(site: Site, tmp_path: Path) -> None:
    submission = site.shot("1-3", "10,12", options={"format": "JPEG"})
    job = site.send(submission)
    site.until(job, JobState.DONE)
    outputs = site.farm.outputs(job)
    assert [(o.part, o.path, o.frame) for o in outputs] == [
        (0, "tiny_0001.jpg", 1),
        (0, "tiny_0002.jpg", 2),
        (0, "tiny_0003.jpg", 3),
        (1, "tiny_0010.jpg", 10),
        (1, "tiny_0012.jpg", 12),
    ]
    elsewhere = site.agent("another machine").outputs(job)
    assert [o.path for o in elsewhere][0] == "00001.jpg"


def test_a_picture_of_a_retry_takes_the_place_of_the_first(site: Site) -> None:
    job = site.send(site.shot())
    site.until(job, JobState.DONE)
    before = {(o.part, o.frame): o.id for o in site.farm.outputs(job)}
    site.farm.act(job, Action.RETRY, [(0, 2)])
    site.until(job, JobState.DONE)
    after = {(o.part, o.frame): o.id for o in site.farm.outputs(job)}
    assert {key for key in before if before[key] != after[key]} == {(0, 2)}


def test_a_whole_zip_is_not_asked_for_with_each_frame(make_site: MakeSite) -> None:
    for dialect in LATER:
        site = make_site(dialect)
        job = site.send(site.shot("1-20", "1"))
        while not site.report(job).state.at_rest:
            site.server.step()
            site.farm.outputs(job)
        assert len(site.farm.outputs(job)) == 21
        asked = [each for each in site.server.journal if each.path.startswith("/jobs/file/output/")]
        assert len(asked) <= 8


def test_pictures_that_are_not_mounted_here_are_a_warning(make_site: MakeSite) -> None:
    for dialect in EARLY:
        site = make_site(dialect)
        submission = site.shot()
        job = site.send(submission)
        with site.server.changed:
            paths = site.server.projects[1].paths
            paths.update({name: "/not/here" for name in paths if name.startswith("render_")})
        assert [p.severity for p in site.farm.problems(submission)] == [Severity.WARNING]
        assert site.farm.outputs(job) == []
        with pytest.raises(FarmError, match="not mounted"):
            site.farm.fetch(job, [], Watch())


@pytest.mark.parametrize("name", ["../../00007.png", "/etc/00007.png", "..\\00007.png", "a/00007.png"])
def test_a_zip_cannot_write_elsewhere(tmp_path: Path, make_site: MakeSite, name: str) -> None:
    site = make_site("A")
    (tmp_path / "given").mkdir()
    with zipfile.ZipFile(tmp_path / "given" / "out.zip", "w") as zipped:
        zipped.writestr(name, b"x")
        zipped.writestr("readme.txt", b"x")
        zipped.writestr("C:00008.png", b"x")
    client = GivenZip(site.server.url, tmp_path / "dialect", tmp_path / "given" / "out.zip")
    Zipped(client, tmp_path / "root")._bring(3, Watch())
    assert [path.relative_to(tmp_path) for path in (tmp_path / "root").rglob("*") if path.is_file()] == [
        Path("root/3/00007.png")
    ]
    client.close()


class GivenZip(Client):
    """A server whose zip is this file."""

    def __init__(self, url: str, remembered: Path, file: Path) -> None:
        super().__init__(url, remembered)
        self._file = file

    def pictures(self, id: int, target: Path, watch: Watch) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(self._file.read_bytes())


@pytest.mark.parametrize(
    ("pattern", "number", "file", "name"),
    [
        ("/x/beauty.####.exr", 7, "00007.png", "beauty.0007.png"),
        ("/x/beauty_####_v2.exr", 7, "00007.exr", "beauty_0007_v2.exr"),
        ("/x/beauty.####", 7, "00007.jpg", "beauty.0007.jpg"),
        ("/x/####.png", -7, "-0007.png", "-0007.png"),
        ("/x/##/a.####.png", 12345, "12345.png", "a.12345.png"),
        ("/x/still.png", 7, "00007.png", "00007.png"),
    ],
)
def test_what_a_picture_is_called(pattern: str, number: int, file: str, name: str) -> None:
    record = Record(("a",), (pattern,), ("a.blend",), 1)
    assert _named(record, 0, number, Path(file)) == name


# -- problems


def test_what_speaks_against_a_submission(make_site: MakeSite, tmp_path: Path) -> None:
    site = make_site("A")
    good = site.shot()
    outside = replace(good, scene=replace(good.scene, path=str(tmp_path / "a.blend")))
    stepped = replace(good, parts=(replace(good.parts[0], frames="1-200x2"),))
    wrong = {
        "not in the project": outside,
        "Blender scenes only": replace(good, software=Software("Maya", "2024")),
        'no manager "x"': replace(good, options={"managers": "x"}),
        'no project "x"': replace(good, options={"project": "x"}),
        "unbroken ranges": stepped,
        "no option": replace(good, options={"job_type": "x"}),
    }
    assert site.farm.problems(good) == []
    for words, submission in wrong.items():
        found = [problem for problem in site.farm.problems(submission) if problem.severity is Severity.ERROR]
        assert len(found) == 1 and words in found[0].message, words
    with_files = replace(good, files=(stamp(str(__file__)),))
    assert [problem.severity for problem in site.farm.problems(with_files)] == [Severity.WARNING]


def test_a_scene_that_was_picked_at_the_server(make_site: MakeSite, tmp_path: Path) -> None:
    site = make_site("A")
    lies = Path(site.shot().scene.path)
    ours = shot(tmp_path / "elsewhere", "1-2", "1")
    ours = replace(ours, parts=ours.parts[:1], options={"scene": "sh010/shot.blend"})
    [picked] = [option for option in site.farm.capabilities.options if option.name == "scene"]
    assert picked.kind == "file" and Entry("shot.blend", "sh010/shot.blend") in site.farm.browse("sh010")
    assert site.farm.problems(ours) == []
    before = sorted(lies.parent.iterdir())
    site.until(site.send(ours), JobState.DONE)
    assert [job.filepath for job in site.server.jobs.values()] == ["sh010/shot.blend"]
    assert sorted(lies.parent.iterdir()) == before  # no copy was made
    for options, words in {"gone.blend": "no scene gone.blend", "../a.blend": "not inside the project"}.items():
        [problem] = site.farm.problems(replace(ours, options={"scene": options}))
        assert words in problem.message
    two = replace(ours, parts=ours.parts * 2)
    assert ["choose one item" in problem.message for problem in site.farm.problems(two)] == [True]


def test_a_scene_whose_name_the_server_cannot_take(site: Site) -> None:
    good = site.shot()
    named = Path(good.scene.path).rename(Path(good.scene.path).with_name("Träne.blend"))
    wrong = replace(good, scene=stamp(str(named)))
    assert ["letters" in problem.message for problem in site.farm.problems(wrong)] == [True]
    with pytest.raises(BadInput, match="letters"):
        site.send(wrong)
    assert not site.server.jobs


def test_settings_are_the_options_defaults(make_site: MakeSite) -> None:
    site = make_site("A")
    farm = site.agent(managers="nobody")
    assert any("nobody" in problem.message for problem in farm.problems(site.shot()))
    assert farm.problems(site.shot(options={"managers": "Farm manager"})) == []


# -- logs


@pytest.mark.parametrize("dialect", LATER)
def test_a_log_is_there_when_its_task_has_ended(make_site: MakeSite, dialect: str) -> None:
    site = make_site(dialect)
    job = site.send(site.shot())
    with pytest.raises(FarmError, match="no log"):
        site.farm.log(job, 0, 1)
    site.until(job, JobState.DONE)
    assert site.farm.log(job, 0, 1).strip()
