"""What is asked of jobs at the farm, and how ours behaves when the farm answers with nonsense."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from farmdeck import FrameState, JobState, Submission
from farmdeck._errors import BadInput, FarmdeckError, FarmError, FarmUnreachable, SettingsError, UnknownJob
from farmdeck.farm import FarmContext, Watch
from farmdeck.farms.renderbus import RenderbusFarm
from farmdeck.farms.renderbus.dialects import CALLS
from farmdeck.job import Action
from farmdeck.testing import made_up_submission
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.farms.renderbus.site import Site, blender, framed, maya, states
from tests.simulator import Fault
from tests.simulator import frames as fr
from tests.simulator.tasks import ANALYSES


@pytest.fixture
def still(make_site: Callable[..., Site]) -> Site:
    """A farm whose time passes only when it is told to."""
    return make_site(auto=False)


def bodies(site: Site, call: str) -> list[Any]:
    paths = (CALLS[call].current, CALLS[call].v3)
    return [request.body for request in site.simulated.journal if request.path in paths]


# -- test frames


@pytest.mark.parametrize("dialect", ["current", "v3"])
def test_start_after_the_test_frames_goes_on_at_full_speed(make_site: Callable[..., Site], dialect: str) -> None:
    site = make_site(dialect)
    options = {"test_frames": "first,last", "pause_after_test": "true"}
    farm, number = site.sent(framed(replace(blender(site.shot), options=options), "1-6"))
    report = site.ended(farm, number)
    assert report.state is JobState.PAUSED
    assert "press Start for the rest" in report.message
    found = states(farm.frames(number))
    assert [found[0, number] for number in (1, 6)] == [FrameState.DONE] * 2
    assert {found[0, number] for number in range(2, 6)} == {FrameState.WAITING}
    farm.act(number, Action.START)
    assert bodies(site, "start_tasks") == []
    assert len(bodies(site, "full_speed")) == 1
    assert site.until(farm, number, lambda report: report.state.ended).state is JobState.DONE


def test_start_leaves_finished_parts_alone(still: Site) -> None:
    farm, number = still.sent(maya(still.shot))
    still.simulated.tick(2)
    done, stopped = still.simulated.task(int(number)).parts
    still.simulated.set_status(done.id, 25)
    for frame in done.frames:
        frame.status = fr.DONE
    still.simulated.set_status(stopped.id, 10)
    farm.act(number, Action.START)
    assert [body["taskIds"] for body in bodies(still, "start_tasks")] == [[stopped.id]]
    farm.act(number, Action.STOP)
    assert [body["taskIds"] for body in bodies(still, "stop_tasks")] == [[stopped.id]]
    farm.act(number, Action.ABANDON)
    assert [body["taskIds"] for body in bodies(still, "abandon_tasks")] == [[stopped.id]]
    assert farm.jobs([number])[number].state is JobState.PARTLY_DONE


# -- retry


@pytest.mark.parametrize("dialect", ["current", "v3"])
def test_retry_brings_back_what_failed_and_nothing_else(make_site: Callable[..., Site], dialect: str) -> None:
    site = make_site(dialect)
    site.simulated.frame_outcome = lambda task, frame: "failed" if 2 in frame.numbers else "done"
    farm, number = site.sent(maya(site.shot))
    report = site.ended(farm, number)
    assert report.state is JobState.PARTLY_DONE
    [failed] = [frame for frame in farm.frames(number) if frame.state is FrameState.FAILED]
    assert (failed.part, failed.number) == (0, 2)
    assert "Look at its log" in failed.message
    site.simulated.frame_outcome = None
    farm.act(number, Action.RETRY)
    assert site.until(farm, number, lambda report: report.state is JobState.DONE).counts is not None
    attempts = {(frame.part, frame.number): frame.attempt for frame in farm.frames(number)}
    assert attempts == {(0, 1): 1, (0, 2): 2, (0, 3): 1, (1, 10): 1, (1, 12): 1}


def test_a_named_frame_of_a_group_brings_its_group(site: Site) -> None:
    farm, number = site.sent(framed(replace(blender(site.shot), options={"frames_per_machine": "3"}), "1-7"))
    site.ended(farm, number)
    farm.act(number, Action.RETRY, [(0, 2), (0, 7)])
    site.until(farm, number, lambda report: report.state is JobState.DONE)
    attempts = [frame.attempt for frame in farm.frames(number)]
    assert attempts == [2, 2, 2, 1, 1, 1, 2]
    assert len(bodies(site, "retry_frames")) == 1


def test_named_frames_of_two_parts(site: Site) -> None:
    farm, number = site.sent(maya(site.shot))
    site.ended(farm, number)
    farm.act(number, Action.RETRY, [(0, 1), (1, 12)])
    site.until(farm, number, lambda report: report.state is JobState.DONE)
    attempts = {(frame.part, frame.number): frame.attempt for frame in farm.frames(number)}
    assert [key for key, attempt in attempts.items() if attempt == 2] == [(0, 1), (1, 12)]
    with pytest.raises(BadInput, match="does not have these frames"):
        farm.act(number, Action.RETRY, [(0, 99)])


def test_a_tile_that_failed_is_rendered_alone(site: Site) -> None:
    site.simulated.frame_outcome = lambda task, frame: "failed" if frame.block == "2" else "done"
    submission = replace(framed(maya(site.shot), "1-2"), options={"tiles": "2"})
    farm, number = site.sent(submission)
    site.ended(farm, number)
    assert {frame.state for frame in farm.frames(number)} == {FrameState.FAILED}
    site.simulated.frame_outcome = None
    farm.act(number, Action.RETRY)
    site.until(farm, number, lambda report: report.state is JobState.DONE)
    [task] = site.simulated.task(int(number)).parts
    assert {frame.recommits for frame in task.frames if frame.block == "1"} == {0}


def test_what_was_given_up_comes_back(site: Site) -> None:
    site.simulated.frame_outcome = lambda task, frame: "running" if 3 in frame.numbers else "done"
    farm, number = site.sent(framed(blender(site.shot), "1-3"))
    site.until(farm, number, lambda report: bool(report.counts and report.counts.done == 2))
    farm.act(number, Action.ABANDON)
    report = farm.jobs([number])[number]
    assert (report.state, report.farm_state) == (JobState.PARTLY_DONE, "Abandoned")
    assert states(farm.frames(number))[0, 3] is FrameState.ABANDONED
    site.simulated.frame_outcome = None
    farm.act(number, Action.RETRY)
    site.until(farm, number, lambda report: report.state is JobState.DONE)


def test_retry_of_a_failed_analysis(site: Site) -> None:
    """Something the farm had not: once it is there, the farm looks again."""
    submission = blender(site.shot)
    farm = site.ready(submission)
    farm.upload(submission, Path(submission.scene.path), Watch())
    [scene] = [path for path in site.simulated.storage.root.rglob("made_up.blend")]
    aside = scene.rename(scene.with_name("aside"))
    number = site.deliver(farm, submission)
    report = site.ended(farm, number)
    assert report.state is JobState.FAILED
    assert {frame.state for frame in farm.frames(number)} == {FrameState.FAILED}
    aside.rename(scene)
    farm.act(number, Action.RETRY)
    assert site.until(farm, number, lambda report: report.state is JobState.DONE)


def test_retry_of_what_was_given_up_before_it_began(still: Site) -> None:
    farm, number = still.sent(blender(still.shot))
    farm.act(number, Action.ABANDON)
    assert {frame.state for frame in farm.frames(number)} == {FrameState.ABANDONED}
    with pytest.raises(FarmError, match="Submit it again"):
        farm.act(number, Action.RETRY)


# -- delete, log


def test_delete_forgets_the_record(site: Site) -> None:
    submission = blender(site.shot)
    farm, number = site.sent(submission)
    site.inject("delete_tasks", kind="code", code=605)
    with pytest.raises(FarmError):
        farm.act(number, Action.DELETE)
    assert farm.jobs([number])[number].counts is not None  # refused: it is ours still
    assert farm.find(submission.id) == number
    farm.act(number, Action.DELETE)
    assert site.simulated.task(int(number)).deleted
    assert farm.find(submission.id) is None
    assert farm.jobs([number]) == {}


def test_logs(site: Site) -> None:
    submission = replace(framed(maya(site.shot), "1-2"), options={"tiles": "2"})
    farm, number = site.sent(submission)
    site.ended(farm, number)
    log = farm.log(number, 0, 1)
    assert log.count("progress 50%") == 3  # two tiles and what puts them together
    with pytest.raises(FarmError, match="no log yet"):
        farm.log(number, 0, 99)
    site.inject("render_log", kind="wrong_data", data={"items": [], "pageCount": 0, "pageNum": 0}, times=None)
    with pytest.raises(FarmError, match="Logs are kept for a while only"):
        farm.log(number, 0, 1)


def test_no_log_before_it_began(still: Site) -> None:
    farm, number = still.sent(blender(still.shot))
    still.simulated.tick(2)
    with pytest.raises(FarmError, match="Wait until it was begun"):
        farm.log(number, 0, 1)


def test_the_2018_protocol_has_no_logs(make_site: Callable[..., Site]) -> None:
    site = make_site("v3")
    farm, number = site.sent(blender(site.shot))
    site.ended(farm, number)
    assert not farm.capabilities.logs
    with pytest.raises(FarmError):
        farm.log(number, 0, 1)


# -- the account


def test_the_account(site: Site) -> None:
    account = site.simulated.account
    account.balance, account.coupon, account.credit = 1234.5, 7.0, 20.0
    farm = site.farm()
    found = farm.account()
    assert (found.name, found.balance, found.currency) == ("rayvision", 1234.5, "CNY")
    assert found.prices == {"CPU": 0.67, "GPU": 20.0}
    assert found.facts["Coupons"] == "7.00"
    assert found.facts["Credit"] == "20.00"
    assert farm.check() == "Ready as rayvision, 1,234.50 CNY"


@pytest.mark.parametrize(
    "dialects", [{"v3"}, {"current"}, {"v3", "current"}], ids=lambda value: "+".join(sorted(value))
)
def test_the_protocol_is_found_out(make_site: Callable[..., Site], dialects: set[str]) -> None:
    site = make_site("", dialects=dialects)
    submission = blender(site.shot)
    farm, number = site.sent(submission)
    assert site.ended(farm, number).state is JobState.DONE
    assert farm.capabilities.logs == ("current" in dialects)
    assert len(farm.outputs(number)) == 3


def test_settings_that_cannot_be_used(tmp_path: Path) -> None:
    for given_, error in (
        ({}, SettingsError),
        ({"access_id": "A", "transfer": "pigeon"}, FarmError),
        ({"access_id": "A", "domain": "a b"}, BadInput),
        ({"access_id": "A", "dialect": "v9"}, BadInput),
        ({"access_id": "A", "platform": "two"}, BadInput),
        ({"access_id": "A", "path_maps": [["a"]]}, BadInput),
        ({"access_id": "A", "poll_seconds": "often"}, SettingsError),
    ):
        with pytest.raises(error):
            RenderbusFarm(FarmContext("cloud", tmp_path, given_, lambda: "key"))


def test_a_farm_that_is_away(site: Site, tmp_path: Path) -> None:
    farm, number = site.sent(blender(site.shot))
    site.simulated.inject(Fault(kind="http_503", times=None))
    asks: list[Callable[[], object]] = [
        farm.check,
        farm.account,
        farm.environments,
        lambda: farm.jobs([number]),
        lambda: farm.frames(number),
        lambda: farm.outputs(number),
        lambda: farm.problems(blender(site.shot)),
        lambda: farm.act(number, Action.STOP),
    ]
    for ask in asks:
        with pytest.raises(FarmUnreachable):
            ask()


def test_what_does_not_fit_one_task_is_a_problem(site: Site) -> None:
    """Two view layers of their own frames; a path that cannot be there; an option that is none."""
    submission = made_up_submission(site.shot)
    farm = site.ready(submission)
    assert any("one range of frames" in problem.message for problem in farm.problems(submission))
    odd = replace(blender(site.shot), scene=replace(submission.scene, path="/w/a\\b.blend"))
    assert any("backslash" in problem.message for problem in farm.problems(odd))
    unknown = replace(blender(site.shot), options={"speed": "high"})
    assert any('no option "speed"' in problem.message for problem in farm.problems(unknown))


# -- nonsense

KEYS = (
    "items id taskStatus respRenderingTaskList frameIndex frameStatus frameType totalFrames doneFrames "
    "isDelete submitDate startTime labels outputFileName filePath fileSize lastModify directory editName "
    "cgVersion osName respUserPluginInfoVos pageCount total size taskIdList projectNameList projectId "
    "projectName userId userName resqEngines respTaskEngineLines model ram gpuNum status platform "
    "layerName renderCamera bid"
).split()
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from(["1-3[1]", "7", "-2--1", "1e999", "19097"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)
IDS = itertools.count()


def another(site: Site) -> Submission:
    number = next(IDS)
    return replace(maya(site.shot), id=f"{number:08d}", project=f"Project {number}")


ASKS: dict[str, Callable[[Site, RenderbusFarm, str], object]] = {
    "check": lambda site, farm, number: farm.check(),
    "account": lambda site, farm, number: farm.account(),
    "environments": lambda site, farm, number: farm.environments(),
    "problems": lambda site, farm, number: farm.problems(maya(site.shot)),
    "jobs": lambda site, farm, number: farm.jobs([number]),
    "frames": lambda site, farm, number: farm.frames(number),
    "outputs": lambda site, farm, number: farm.outputs(number),
    "log": lambda site, farm, number: farm.log(number, 0, 1),
    "stop": lambda site, farm, number: farm.act(number, Action.STOP),
    "retry": lambda site, farm, number: farm.act(number, Action.RETRY, [(0, 1)]),
    "find": lambda site, farm, number: farm.find("nobody00"),
    "submit": lambda site, farm, number: site.deliver(farm, another(site)),
}
CALLED = {
    "check": ["profile", "transfer_bids", "hardware"],
    "account": ["profile", "transfer_bids"],
    "environments": ["envs"],
    "problems": ["envs", "hardware", "profile"],
    "jobs": ["task_info"],
    "frames": ["task_info", "task_frames"],
    "outputs": ["task_info", "output_files"],
    "log": ["task_info", "task_frames", "render_log"],
    "stop": ["task_info", "stop_tasks"],
    "retry": ["task_info", "task_frames", "retry_frames"],
    "find": ["task_list"],
    "submit": ["create_task", "labels", "add_label", "task_info", "upload_json", "submit_task", "envs", "hardware"],
}


@pytest.mark.parametrize("ask", ASKS)
def test_nonsense_is_an_error_in_words(site: Site, ask: str) -> None:
    """Whatever the farm says, what is raised is ours: no KeyError, no ValueError, nothing that ends a thread."""
    farm, number = site.sent(maya(site.shot))
    site.ended(farm, number)
    site.simulated.hold_at(ANALYSES)

    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(call=st.sampled_from(CALLED[ask]), data=JSON)
    def said(call: str, data: Any) -> None:
        site.simulated.clear_faults()
        site.inject(call, kind="wrong_data", data=data, times=30)
        try:
            ASKS[ask](site, farm, number)
        except FarmdeckError as exc:
            assert exc.what
        except AssertionError as exc:
            assert ask == "submit" and isinstance(exc.args[0], str | list)  # problems that stop it
        site.simulated.clear_faults()

    said()


@pytest.mark.parametrize("trouble", ["null_data", "missing_data", "empty", "html", "truncated_json"])
def test_every_call_with_a_broken_answer(site: Site, trouble: str) -> None:
    farm, number = site.sent(maya(site.shot))
    site.ended(farm, number)
    for ask, calls in CALLED.items():
        for call in calls:
            site.inject(call, kind=trouble, times=30)
            try:
                ASKS[ask](site, farm, number)
            except (FarmdeckError, AssertionError) as exc:
                assert isinstance(exc, FarmdeckError) or ask == "submit"
            site.simulated.clear_faults()


def test_a_job_that_is_no_number(site: Site) -> None:
    farm = site.farm()
    assert farm.jobs(["fox-1", "-3", "", "٣"]) == {}
    with pytest.raises(UnknownJob, match="fox-1"):
        farm.frames("fox-1")


def test_repr_and_errors_keep_the_key(site: Site) -> None:
    key = site.simulated.account.access_key
    farm = site.farm()
    site.inject("profile", kind="code", code=611, message=f"signature of {key} is wrong")
    with pytest.raises(FarmError) as caught:
        farm.check()
    assert key not in str(caught.value)
