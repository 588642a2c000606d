"""The farm: the contract in three applications, and what is its own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from farmdeck._errors import BadInput, FarmError, FarmUnreachable, UnknownJob
from farmdeck.environments import Fit, match_environments
from farmdeck.farm import Farm, FarmContext, Watch
from farmdeck.farms.foxfarm import FoxFarm, errors
from farmdeck.job import Action, FrameState, JobState, Part
from farmdeck.scene import Plugin, Severity, Software
from farmdeck.submission import Submission, stamp
from farmdeck.testing import FarmContract

from tests.simulator import fox as simulator
from tests.simulator.faults import Fault

Make = Callable[..., FoxFarm]


SHOT = ("beauty", "", "1-3"), ("beauty", "camB", "2"), ("fog", "", "10,12")


def a_submission(folder: Path, software: Software, *parts: tuple[str, str, str], **changes: Any) -> Submission:
    """Of a scene file in `folder`; parts are (address, camera, frames)."""
    file = folder / f"lgt.{ {'Maya': 'ma', '3ds Max': 'max', 'Houdini': 'hip', 'Blender': 'blend'}[software.name] }"
    file.write_text("a scene", encoding="utf-8")
    made = tuple(
        Part(
            f"{item} {camera}".strip(), item, (item,), camera, frames, 4, 2, "arnold", str(folder / "o" / "a.####.exr")
        )
        for item, camera, frames in parts
    )
    whole = Submission("abcd2345", "lgt", 1.0, "ann", "fox", stamp(str(file)), software, made)
    return replace(whole, **changes)


def maya(folder: Path, **changes: Any) -> Submission:
    return replace(a_submission(folder, Software("Maya", "2015"), *SHOT), **changes)


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """A farm for a simulated one; its settings can be changed."""
    made: list[FoxFarm] = []

    def make(server: simulator.Fox, **settings: Any) -> FoxFarm:
        values = {"server": server.url, "account": server.account.account, "storage": str(server.storage), **settings}
        values = {name: value for name, value in values.items() if value is not None}
        context = FarmContext("fox", tmp_path / "farm", values, lambda: f"{server.account.access_key} pa ss")
        made.append(FoxFarm(context))
        return made[-1]

    yield make
    for farm in made:
        farm.close()


@pytest.fixture
def farm(server: simulator.Fox, make: Make) -> FoxFarm:
    """On a farm that gets on only when the test says `step()`."""
    return make(server)


def send(farm: FoxFarm, submission: Submission) -> str:
    scene = Path(submission.scene.path)
    farm.upload(submission, scene, Watch())
    return farm.submit(submission, scene, Watch())


def render(server: simulator.Fox, times: int = 30) -> None:
    for _ in range(times):
        server.step()


# -- the contract


class OnTheSimulator(FarmContract):
    @pytest.fixture
    def farm(self, tmp_path: Path, make: Make) -> Iterator[Farm]:
        with simulator.Fox(tmp_path / "storage") as server:
            server.holds_all = True
            yield make(server)

    def submit(self, farm: Farm, submission: Submission) -> str:
        farm.upload(submission, self.scene(submission), Watch())
        return super().submit(farm, submission)


class TestMaya(OnTheSimulator):
    @pytest.fixture
    def submission(self, tmp_path: Path) -> Submission:
        return maya(tmp_path)


class TestHoudini(OnTheSimulator):
    @pytest.fixture
    def submission(self, tmp_path: Path) -> Submission:
        parts = ("/out/mantra1", "", "1-3"), ("/out/mantra2", "", "10-11")
        return a_submission(tmp_path, Software("Houdini", "13"), *parts)


class TestBlender(OnTheSimulator):
    @pytest.fixture
    def submission(self, tmp_path: Path) -> Submission:
        return a_submission(tmp_path, Software("Blender", "2.78"), ("Scene", "", "1-5"))


class TestWithAspera(OnTheSimulator):
    """The same over the stand-in for ascp."""

    @pytest.fixture
    def farm(self, tmp_path: Path, make: Make) -> Iterator[Farm]:
        with simulator.Fox(tmp_path / "storage") as server:
            server.holds_all = True
            (tmp_path / "bin").mkdir()
            ascp = simulator.program(tmp_path / "bin", server.storage, "pa ss")
            yield make(server, storage=None, aspera_server="app5.renderbus.com", ascp=str(ascp))

    @pytest.fixture
    def submission(self, tmp_path: Path) -> Submission:
        return a_submission(tmp_path, Software("3ds Max", "2010"), ("view", "camA", "1-2"), ("view", "camB", "3,5"))


# -- what a submission becomes


def test_maya_tasks(farm, server, tmp_path):
    submission = maya(tmp_path, options={"timeout": 600, "format": "exr", "environment": "A=1"}, hold=True)
    job = send(farm, submission)
    assert job == "5101184,5101185,5101186"
    first, second, third = server.bodies("create_task")
    scene = f"{str(tmp_path).lstrip('/')}/lgt.farmdeck-{submission.id}.ma"
    assert first == {
        "project_name": "defaultProject",
        "input_scene_path": scene,
        "cg_soft_name": "maya 2015",
        "plugin_name": "mtoa 1.2.3",
        "frames": "1-3[1]",
        "render_layer": "beauty",
        "image_width": "4",
        "image_height": "2",
        "submit_type": "1",
        "remark": f"farmdeck {submission.id}",
        "artist": "ann",
        "timeout": "600",
        "output_file_format": "exr",
        "environments": "A=1",
    }
    assert (second["camera"], second["frames"], third["frames"]) == ("camB", "2-2[1]", "10,12")
    user = server.account.id
    assert (server.storage / f"{user}_upload" / user / scene).read_text(encoding="utf-8") == "a scene"


def test_houdini_and_max_tasks(farm, server, tmp_path):
    send(farm, a_submission(tmp_path, Software("Houdini", "13"), ("/out/mantra1", "", "1-240")))
    (houdini,) = server.bodies("create_houdini_task")
    assert houdini["layer_list"] == [{"frames": "1-240[1]", "layerName": "/out/mantra1", "option": "-1"}]
    assert "frames" not in houdini
    send(farm, a_submission(tmp_path, Software("3ds Max", "2010"), ("view", "camA", "1-4"), id="max"))
    (max_,) = server.bodies("create_max_task")
    assert (max_["camera"], max_["frames"], max_["cg_soft_name"]) == ("camA", "1-4[1]", "3ds Max 2010")
    assert "render_layer" not in max_ and "plugin_name" not in max_


def test_frames_that_one_task_cannot_hold(farm, server, tmp_path):
    frames = ",".join(str(number) for number in range(1, 200) if number % 7 in (1, 2, 4))
    submission = a_submission(tmp_path, Software("Maya", "2015"), ("beauty", "", frames), ("fog", "", "1"))
    job = send(farm, submission)
    assert "+" in job.split(",")[0] and "+" not in job.split(",")[1]
    assert all(len(body["frames"]) <= 64 for body in server.bodies("create_task"))
    numbers = [frame.number for frame in farm.frames(job) if frame.part == 0]
    assert numbers == [number for number in range(1, 200) if number % 7 in (1, 2, 4)]
    assert farm.find(submission.id) == job
    assert farm.jobs([job])[job].counts.total == len(numbers) + 1


def test_files_go_where_their_paths_say(server, make, tmp_path):
    texture = tmp_path / "tex" / "wood é.tx"
    texture.parent.mkdir()
    texture.write_text("pixels", encoding="utf-8")
    farm = make(server, path_maps=[[str(tmp_path), "/P/show"]])
    submission = maya(tmp_path, files=(stamp(str(texture)),))
    send(farm, submission)
    there = server.storage / f"{server.account.id}_upload" / server.account.id / "P" / "show"
    assert (there / "tex" / "wood é.tx").exists()
    assert server.bodies("create_task")[0]["input_scene_path"] == f"P/show/lgt.farmdeck-{submission.id}.ma"


def test_what_is_up_is_not_sent_again(farm, server, tmp_path):
    submission = maya(tmp_path)
    scene = Path(submission.scene.path)
    farm.upload(submission, scene, Watch())
    steps: list[tuple[float, float]] = []
    farm.upload(submission, scene, Watch(lambda done, total: steps.append((done, total))))
    assert set(steps) == {(0, 0)}


def test_holding_where_the_call_has_no_word_for_it(farm, server, tmp_path):
    submission = a_submission(tmp_path, Software("Blender", "2.78"), ("Scene", "", "1-3"), hold=True)
    job = send(farm, submission)
    assert farm.jobs([job])[job].farm_state == "User_Stop"
    render(server)
    assert {frame.state for frame in farm.frames(job)} == {FrameState.WAITING}
    farm.act(job, Action.START)
    render(server)
    assert farm.jobs([job])[job].state is JobState.DONE


# -- one submission, one job


def test_an_answer_that_is_lost(farm, server, tmp_path):
    submission = maya(tmp_path)
    server.inject(Fault("create_task", "drop_after", after=1))
    with pytest.raises(FarmUnreachable):
        send(farm, submission)
    assert len(server.tasks) == 2
    assert farm.find(submission.id) is None  # not all of it
    assert farm.submit(submission, Path(submission.scene.path), Watch()) == "5101184,5101185,5101186"
    assert len(server.tasks) == 3
    assert farm.find(submission.id) == "5101184,5101185,5101186"


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "http_500", "html", "truncated_json"])
@pytest.mark.parametrize("after", [0, 1, 2])
def test_whatever_breaks_there_is_one_of_each(farm, server, tmp_path, kind, after):
    submission = maya(tmp_path)
    server.inject(Fault("create_task", kind, after=after))
    with pytest.raises(FarmUnreachable):
        send(farm, submission)
    job = farm.find(submission.id) or farm.submit(submission, Path(submission.scene.path), Watch())
    assert farm.find(submission.id) == job
    assert len(server.tasks) == 3
    assert [task.fields["frames"] for task in server.tasks.values()] == ["1-3[1]", "2-2[1]", "10,12"]


def test_a_refusal_in_the_middle_leaves_nothing(farm, server, tmp_path):
    submission = maya(tmp_path)
    server.inject(Fault("create_task", "code", code=1022, message="no money", after=1))
    with pytest.raises(errors.BadValue, match="no money"):
        send(farm, submission)
    assert [task.deleted for task in server.tasks.values()] == [True]
    assert farm.find(submission.id) is None


def test_another_machine_finds_it_too(farm, server, make, tmp_path):
    job = send(farm, maya(tmp_path))
    (tmp_path / "farm" / "tasks.sqlite3").unlink()
    other = make(server)
    assert other.find("abcd2345") == job
    assert other.find("bcd2345") is None


# -- states, frames, money


def test_a_life(farm, server, tmp_path):
    job = send(farm, maya(tmp_path))
    assert farm.jobs([job])[job].state is JobState.WAITING
    assert farm.jobs([job])[job].farm_state == "Preprocessing"
    render(server, 2)
    report = farm.jobs([job])[job]
    assert (report.state, report.counts.rendering) == (JobState.RENDERING, 6)
    render(server)
    report = farm.jobs([job])[job]
    assert (report.state, report.farm_state) == (JobState.DONE, "System_Done")
    assert (report.cost, report.currency) == (pytest.approx(0.3), "CNY")
    assert report.ended >= report.started
    account = farm.account()
    assert (account.balance, account.currency) == (99.7, "CNY")
    assert farm.check() == "Ready, 1 project, 99.70 CNY left"


def test_failed_frames_and_their_logs(farm, server, tmp_path):
    server.failing = {2}
    job = send(farm, maya(tmp_path))
    render(server)
    report = farm.jobs([job])[job]
    assert (report.state, report.counts.failed) == (JobState.PARTLY_DONE, 2)
    failed = [(frame.part, frame.number) for frame in farm.frames(job) if frame.state is FrameState.FAILED]
    assert failed == [(0, 2), (1, 2)]
    assert "attempt 1" in farm.log(job, 0, 2)
    farm.act(job, Action.RETRY, [(1, 2)])
    assert server.bodies("operate_task")[-1] == {
        "task_id": "5101185",
        "operate_order": "1",
        "restart_type": "0",
        "frame": "2-2[1]",
    }
    render(server)
    farm.act(job, Action.RETRY)
    assert "frame" not in server.bodies("operate_task")[-1]
    render(server)
    assert farm.jobs([job])[job].state is JobState.DONE
    assert {(f.part, f.number): f.attempt for f in farm.frames(job) if f.attempt == 2} == {(0, 2): 2, (1, 2): 2}
    with pytest.raises(BadInput, match="no such frame"):
        farm.act(job, Action.RETRY)


def test_stopping_what_ends_just_now(farm, server, tmp_path, monkeypatch):
    job = send(farm, maya(tmp_path))
    render(server, 2)  # all six frames are at it
    answer = server.answer

    def late(raw, kind):
        if b'"operate_order"' in raw:
            monkeypatch.setattr(server, "answer", answer)
            server.step()
            server.tasks[5101186].frames[1].status = "Waiting"
            server.tasks[5101186].status = "Start"
        return answer(raw, kind)

    monkeypatch.setattr(server, "answer", late)
    farm.act(job, Action.STOP)
    assert [body["task_id"] for body in server.bodies("operate_task")] == ["5101184,5101185,5101186", "5101186"]
    assert [task.status for task in server.tasks.values()] == ["System_Done", "System_Done", "User_Stop"]
    assert farm.jobs([job])[job].state is JobState.STOPPED


def test_a_stop_that_is_refused_is_told(farm, server, tmp_path):
    job = send(farm, maya(tmp_path))
    server.inject(Fault("operate_task", "code", code=1013, message="closed", times=None))
    with pytest.raises(errors.BadAccess, match="closed"):
        farm.act(job, Action.STOP)


def test_a_scene_that_never_came(farm, server, tmp_path):
    submission = maya(tmp_path)
    job = farm.submit(submission, Path(submission.scene.path), Watch())
    render(server, 1)
    report = farm.jobs([job])[job]
    assert (report.state, report.farm_state) == (JobState.FAILED, "AnalyseFailed")
    assert "could not read the scene" in report.message
    farm.upload(submission, Path(submission.scene.path), Watch())
    farm.act(job, Action.RETRY)
    render(server)
    assert farm.jobs([job])[job].state is JobState.DONE


def test_pictures_of_frames_that_are_done(farm, server, tmp_path):
    job = send(farm, a_submission(tmp_path, Software("Maya", "2015"), ("beauty", "", "1-5")))
    render(server, 3)  # three are done, two are at it
    assert sorted(output.frame for output in farm.outputs(job)) == [1, 2, 3]
    folder = server.storage / f"{server.account.id}_download" / server.account.id / "5101184_lgt.farmdeck-abcd2345"
    (folder / "lgt.0004.png").write_bytes(b"half")
    (folder / "lgt.0003.png.partial").write_bytes(b"half")
    (folder / "report.txt").write_text("all", encoding="utf-8")
    assert sorted(output.frame for output in farm.outputs(job)) == [1, 2, 3]
    render(server)
    assert [output.frame for output in farm.outputs(job)][-1] is None


def test_many_jobs_in_few_requests(farm, server, tmp_path):
    jobs = [send(farm, a_submission(tmp_path, Software("Maya", "2015"), ("a", "", "1"), id=f"s{n}")) for n in range(30)]
    before = len(server.journal)
    assert set(farm.jobs(jobs)) == set(jobs)
    assert len(server.journal) == before + 1
    assert farm.jobs(jobs[:1])
    assert len(server.journal) == before + 2


def test_aspera_keeps_nothing_here_when_all_is_fetched(server, make, ascp, tmp_path):
    farm = make(server, storage=None, aspera_server="app5", ascp=str(ascp))
    job = send(farm, maya(tmp_path))
    render(server)
    outputs = farm.outputs(job)
    kept = tmp_path / "farm" / "incoming"
    assert len([file for file in kept.rglob("*") if file.is_file()]) == 6
    wanted = [(output, tmp_path / "got" / str(output.part) / output.path) for output in outputs]
    farm.fetch(job, wanted, Watch())
    assert not [file for file in kept.rglob("*") if file.is_file()]


def test_a_wrong_aspera_password_is_told(server, make, ascp, tmp_path):
    farm = make(server, storage=None, aspera_server="app5", ascp=str(ascp))
    simulator.program(ascp.parent, server.storage, "another")
    with pytest.raises(FarmError, match="failed to authenticate") as caught:
        send(farm, maya(tmp_path))
    assert "pa ss" not in str(caught.value)


def test_the_line_of_2017(server, make, ascp, tmp_path):
    farm = make(server, storage=None, transmitter=str(ascp))
    job = send(farm, maya(tmp_path))
    render(server)
    wanted = [(output, tmp_path / "got" / str(output.part) / output.path) for output in farm.outputs(job)]
    farm.fetch(job, wanted, Watch())
    assert all(path.stat().st_size for _, path in wanted) and len(wanted) == 6


# -- environments and problems


def test_environments_are_the_projects_configurations(farm, server):
    envs = {env.name: env for env in farm.environments()}
    env = envs["defaultProject: maya 2015 (mtoa 1.2.3)"]
    assert (env.software, env.plugins, env.system) == (Software("Maya", "2015"), (Plugin("mtoa", "1.2.3"),), "windows")
    assert [env.name for env in envs.values() if env.default] == [env.name]
    assert "defaultProject: blender 2.78c" in envs


def test_the_fitting_environment_is_chosen(farm, server, tmp_path):
    server._add_config(server.projects[901], {"cg_soft_name": "maya 2014", "plugin_name": "vray 3.0"})
    submission = maya(tmp_path, software=Software("Maya", "2014"), plugins=(Plugin("vray", "3.0"),))
    assert match_environments(submission, farm.environments())[0].fit is Fit.EXACT
    send(farm, submission)
    assert server.bodies("create_task")[0]["cg_soft_name"] == "maya 2014"
    named = maya(tmp_path, id="other", env="defaultProject: maya 2015 (mtoa 1.2.3)")
    send(farm, named)
    assert server.bodies("create_task")[-1]["cg_soft_name"] == "maya 2015"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"env": "elsewhere"}, "no environment"),
        ({"project": "none"}, "renders no Maya"),
        ({"software": Software("Nuke", "9")}, "renders no Nuke"),
        ({"options": {"timeout": "soon"}}, "whole number"),
    ],
)
def test_what_cannot_be_rendered(farm, tmp_path, changes, words):
    (problem,) = farm.problems(maya(tmp_path, **changes))
    assert problem.severity is Severity.ERROR and words in problem.message


def test_blender_scenes_as_they_are(farm, tmp_path):
    blender = Software("Blender", "2.78")
    two = a_submission(tmp_path, blender, ("A", "", "1"), ("B", "", "1"))
    through = a_submission(tmp_path, blender, ("A", "camB", "1"), options={"timeout": 5})
    assert [problem.severity for problem in farm.problems(two)] == [Severity.ERROR]
    assert [problem.severity for problem in farm.problems(through)] == [Severity.ERROR, Severity.WARNING]


def test_a_path_without_a_place_there(farm, tmp_path):
    odd = tmp_path / "trailing. "
    odd.write_text("x", encoding="utf-8")
    (problem,) = farm.problems(maya(tmp_path, files=(stamp(str(odd)),)))
    assert problem.severity is Severity.ERROR and problem.subject == str(odd)


# -- the account


def test_the_key_is_fetched_late_and_shown_nowhere(server, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    asked = []

    def secret() -> str:
        asked.append(1)
        return "wrong-key pa ss"

    settings = {"server": server.url, "account": server.account.account}
    farm = FoxFarm(FarmContext("fox", tmp_path / "farm", settings, secret))
    assert asked == []
    with pytest.raises(errors.BadAccess) as caught:
        farm.check()
    farm.close()
    assert "wrong-key" not in str(caught.value) + caplog.text


@pytest.mark.parametrize("missing", ["server", "account"])
def test_settings_that_are_missing(tmp_path, missing):
    settings = {name: "x" for name in ("server", "account") if name != missing}
    with pytest.raises(BadInput, match=missing):
        FoxFarm(FarmContext("fox", tmp_path / "farm", settings))


def test_strange_ids(farm):
    for strange in ("", "1,", "a", "1++2", "１"):
        with pytest.raises(UnknownJob):
            farm.frames(strange)
    assert farm.jobs(["a", "99"]) == {}
