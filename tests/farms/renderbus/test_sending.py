"""However the network, the farm or the agent fails while a job is sent: afterwards the farm has it exactly once."""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from farmdeck import FrameState, JobState, Submission
from farmdeck._errors import Cancelled, FarmError, FarmUnreachable, SceneChanged
from farmdeck.farm import FarmContext, Watch
from farmdeck.farms.renderbus import RenderbusFarm
from farmdeck.farms.renderbus.errors import ClockWrong, NoMoney, NotAllowed, SignatureRefused
from farmdeck.job import Action
from farmdeck.scene import Severity, Software

from tests.farms.renderbus.site import Site, blender, framed, maya, states, touch_later, with_files
from tests.farms.renderbus.stub import ACCESS_ID, ACCESS_KEY, Stub
from tests.simulator import Fault
from tests.simulator.tasks import ANALYSES

FAULTS = {
    "dropped before": {"kind": "drop_before"},
    "dropped after": {"kind": "drop_after"},
    "HTTP 500 before": {"kind": "http_500"},
    "HTTP 502 after": {"kind": "http_502", "acts": True},
    "a page of a proxy": {"kind": "html", "acts": True},
    "half an answer": {"kind": "truncated_json"},
    "an empty answer": {"kind": "empty"},
    "an answer without data": {"kind": "missing_data"},
    "strange data": {"kind": "wrong_data", "data": ["?"]},
}
MANY = 6
"""More than a request is repeated."""
REPEATED = ("dropped after", "HTTP 500 before")
ALIKE = ("HTTP 502 after", "a page of a proxy", "an empty answer", "an answer without data")
"""To a call that only reads these are like others."""
READS = ("profile", "transfer_bids", "envs", "hardware", "labels", "task_info")
FARMS = [("current", True), ("current", False), ("v3", True)]
"""Dialect, and whether numbers that were never submitted are in the farm's list."""


def whole(site: Site) -> Submission:
    """One that needs every request that there is: a new project, files, held, with few machines."""
    made = with_files(maya(site.shot), site.shot, "tex/wood.jpg", "tex/木.jpg")
    return replace(made, project="New project", hold=True, options={"machines_at_most": "5", "labels": "night"})


def steps(site: Site, submission: Submission) -> list[tuple[str, int]]:
    """Every request of a clean delivery, by name and how many there were of it before."""
    other = replace(submission, id="otherjob", project="Another project")
    farm = site.ready(submission, folder=site.folder.parent / "elsewhere")
    farm.close()
    farm = site.farm(folder=site.folder.parent / "elsewhere")
    site.simulated.forget_requests()
    site.simulated.hold_at(ANALYSES)
    number = site.deliver(farm, other)
    seen: Counter[str] = Counter()
    found = []
    for call in site.calls():
        found.append((call, seen[call]))
        seen[call] += 1
    farm.act(number, Action.DELETE)
    return found


def deliver_until_it_is_there(site: Site, submission: Submission, fresh: bool) -> str:
    """As the agent does: again and again while the farm does not answer. `fresh`: by a new agent each time."""
    farm = site.farm()
    for _ in range(12):
        try:
            return site.deliver(farm, submission)
        except FarmUnreachable:  # anything else would fail the job for good
            farm = site.farm() if fresh else farm
    raise AssertionError("it never got there")


def check_sent_once(site: Site, submission: Submission, number: str, where: str) -> None:
    """One task, held as it was asked, with everything that it needs: once started, it renders to its end."""
    assert [str(task.id) for task in site.submitted()] == [number], where
    farm = site.farm()
    [task] = site.submitted()
    assert task.submissions == 1, where
    assert task.artist == submission.owner
    assert site.config(task, "task.json")["task_info"]["project_id"] != "0"
    report = farm.jobs([number])[number]
    assert report.state is JobState.STOPPED, where
    if site.unused():
        assert not (site.dialect == "current" and site.simulated.settings.lists_unsubmitted), where
        assert "unused task number" in report.message, where
        if site.simulated.settings.lists_unsubmitted:
            assert site.unused()[0].alias in report.message
    if site.dialect == "current":
        assert task.limit == 5, where
    site.simulated.release()
    farm.act(number, Action.START)
    assert site.ended(farm, number).state is JobState.DONE, where
    assert set(states(farm.frames(number)).values()) == {FrameState.DONE}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("dialect", "lists"), FARMS)
def test_the_network_goes_at_each_step(make_site: Callable[..., Site], dialect: str, lists: bool, fault: str) -> None:
    site = make_site(dialect, lists_unsubmitted=lists)
    submission = whole(site)
    found = steps(site, submission)
    assert {"create_task", "submit_task", "stop_tasks", "add_label"} <= {call for call, _ in found}
    tried = [at for at, (call, _) in enumerate(found) if fault not in ALIKE or call not in READS]
    for at in tried:
        call, after = found[at]
        for times in (1, MANY) if fault in REPEATED else (1,):
            site.simulated.hold_at(ANALYSES)  # a farm so fast that it is done before it is held proves nothing
            one = replace(submission, id=f"{at:04d}{times:04d}", project=f"Project {at} {times}")
            where = f"{fault}, {times} times, at request {at}, {call}"
            site.inject(call, after=after, times=times, **FAULTS[fault])
            number = deliver_until_it_is_there(site, one, fresh=times > 1)
            site.simulated.clear_faults()
            check_sent_once(site, one, number, where)
            for task in site.live():
                task.deleted = True
    assert sum(request.fault != "" for request in site.simulated.journal) >= len(tried) >= 4


@pytest.mark.parametrize("dialect", ["current", "v3"])
@pytest.mark.parametrize("lists", [True, False])
def test_an_answer_that_belongs_to_another_request(make_site: Callable[..., Site], dialect: str, lists: bool) -> None:
    """A proxy that repeats itself gives two submissions the same number: it is not believed."""
    site = make_site(dialect, lists_unsubmitted=lists)
    first, second = (replace(blender(site.shot), id=id) for id in ("first000", "second00"))
    farm, number = site.sent(first)
    site.ended(farm, number)
    farm.hash(second, Path(second.scene.path), Watch())
    farm.upload(second, Path(second.scene.path), Watch())
    site.inject("create_task", kind="wrong_data", data={"taskIdList": [int(number)]})
    with pytest.raises(FarmUnreachable, match="number of a new task"):
        farm.submit(second, Path(second.scene.path), Watch())
    other = site.deliver(farm, second)
    assert other != number
    assert [task.submissions for task in site.submitted()] == [1, 1]


# -- crashes

RECORDS = ("hashed", "creating", "created", "handed", "submitted")


class Died(BaseException):
    """In the place of kill -9: nothing catches it."""


@contextmanager
def dying(owner: type, name: str, when: str) -> Iterator[None]:
    """The first call of that method is the last thing this process did, before or after it."""
    original = getattr(owner, name)

    def deadly(*args: Any, **given: Any) -> Any:
        if when == "after":
            original(*args, **given)
        raise Died

    setattr(owner, name, deadly)
    try:
        yield
    finally:
        setattr(owner, name, original)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("dialect", "lists"), FARMS)
def test_the_agent_dies_at_each_step(make_site: Callable[..., Site], dialect: str, lists: bool, when: str) -> None:
    """Every durable step and every request that changes something; tests/agent kills a real agent."""
    from farmdeck.farms.renderbus._records import Records
    from farmdeck.farms.renderbus.client import Client
    from farmdeck.transfers.manifest import Manifest

    site = make_site(dialect, lists_unsubmitted=lists)
    submission = whole(site)
    steps(site, submission)
    asked = ["add_label", "create_task", "submit_task", "stop_tasks"]
    asked += ["upload_json", "set_node_limit"] if dialect == "current" else []
    points: list[tuple[type, str]] = [(Records, name) for name in RECORDS]
    points += [(Manifest, "record"), *((Client, name) for name in asked)]
    for at, (owner, name) in enumerate(points):
        site.simulated.hold_at(ANALYSES)
        one = replace(submission, id=f"{at:08d}", project=f"Project {at}")
        where = f"{when} {name}"
        with dying(owner, name, when), pytest.raises(Died):
            site.deliver(site.farm(), one)
        number = site.deliver(site.farm(), one)
        check_sent_once(site, one, number, where)
        for task in site.live():
            task.deleted = True
        shutil.rmtree(site.simulated.storage.root / site.simulated.account.input_bid)
        (site.folder / "uploaded.sqlite3").unlink()


def test_a_number_is_asked_for_after_everything_is_there(site: Site) -> None:
    farm = site.ready(blender(site.shot))
    submission = with_files(blender(site.shot), site.shot, "a.png", "b.png")
    site.simulated.forget_requests()
    site.deliver(farm, submission)
    calls = site.calls()
    assert calls.index("create_task") < calls.index("upload_json") < calls.index("submit_task")
    assert calls.count("create_task") == calls.count("submit_task") == 1
    assert calls.count("upload_json") == 4


def test_sent_again_after_it_was_there_asks_for_nothing(site: Site) -> None:
    submission = blender(site.shot)
    _, number = site.sent(submission)
    farm = site.farm()
    site.simulated.forget_requests()
    assert farm.find(submission.id) == number
    assert farm.submit(submission, Path(submission.scene.path), Watch()) == number
    assert site.calls() == []


def test_two_that_are_sent_at_once(site: Site) -> None:
    """Both with the same new project: whoever comes second uses what the first made."""
    made = [replace(blender(site.shot), id=f"{at:08d}", project="Shared") for at in range(4)]
    farm = site.ready(made[0])
    with ThreadPoolExecutor(4) as pool:
        numbers = dict(zip((one.id for one in made), pool.map(lambda one: site.deliver(farm, one), made), strict=True))
    assert len(set(numbers.values())) == len(site.submitted()) == 4
    assert list(site.simulated.account.projects).count("Shared") == 1


@pytest.mark.parametrize("code", [100, 503])
def test_a_label_that_somebody_else_makes_just_now(site: Site, code: int) -> None:
    submission = replace(blender(site.shot), project="Shared")
    farm = site.ready(submission)
    site.inject("add_label", kind="code", code=code, acts=True)
    site.deliver(farm, submission)
    [task] = site.submitted()
    assert site.config(task, "task.json")["task_info"]["project_name"] == "Shared"


def test_a_label_that_may_not_be_made(site: Site) -> None:
    submission = replace(blender(site.shot), project="Never")
    farm = site.ready(submission)
    site.inject("add_label", kind="code", code=605)
    with pytest.raises(NotAllowed):
        site.deliver(farm, submission)
    assert site.submitted() == []


# -- what is left behind


def test_a_lost_number_is_found_by_its_label_and_deleted(make_site: Callable[..., Site]) -> None:
    site = make_site(lists_unsubmitted=True)
    site.simulated.seed(30)
    submission = blender(site.shot)
    other = site.simulated.new_task(site.simulated.account)
    other.labels = {1: "farmdeck-ANOTHER"}
    farm = site.ready(submission)
    site.inject("create_task", kind="drop_after")
    with pytest.raises(FarmUnreachable):
        site.deliver(farm, submission)
    [lost] = [task for task in site.unused() if task is not other]
    number = site.deliver(farm, submission)
    assert lost.deleted
    assert str(lost.id) != number
    assert not other.deleted
    assert farm.jobs([number])[number].message == ""


def test_a_lost_number_that_may_not_be_deleted_is_named(make_site: Callable[..., Site]) -> None:
    """A sub-account may lack the right; the job is sent all the same."""
    site = make_site(lists_unsubmitted=True)
    main = site.simulated.account
    account = site.simulated.add_account(access_id="AKIDsub", access_key="sub-key", user_id=7, main=main)
    submission = blender(site.shot)
    farm = site.ready(submission, account=account)
    site.inject("create_task", kind="drop_after")
    with pytest.raises(FarmUnreachable):
        site.deliver(farm, submission)
    [lost] = site.unused()
    number = site.deliver(farm, submission)
    assert [str(task.id) for task in site.submitted()] == [number]
    message = farm.jobs([number])[number].message
    assert lost.alias in message
    assert "may not delete it" in message


def test_each_lost_number_is_named(make_site: Callable[..., Site]) -> None:
    site = make_site("v3", lists_unsubmitted=True)
    submission = blender(site.shot)
    farm = site.ready(submission)
    site.inject("create_task", kind="drop_after", times=2)
    for _ in range(2):
        with pytest.raises(FarmUnreachable):
            site.deliver(farm, submission)
    lost = site.unused()
    number = site.deliver(farm, submission)
    assert len(lost) == 2
    assert all(task.alias in farm.jobs([number])[number].message for task in lost)


@pytest.mark.parametrize("dialect", ["current", "v3"])
@pytest.mark.parametrize(
    ("code", "kind"), [(913, NoMoney), (605, NotAllowed), (403, NotAllowed), (611, SignatureRefused)]
)
def test_a_refused_number_leaves_nothing(make_site: Callable[..., Site], dialect: str, code: int, kind: type) -> None:
    """The farm said no: no number was made, none is looked for, and the next try begins where this one did."""
    site = make_site(dialect)
    submission = blender(site.shot)
    farm = site.ready(submission)
    site.inject("create_task", kind="code", code=code)
    with pytest.raises(kind):
        site.deliver(farm, submission)
    site.simulated.forget_requests()
    number = site.deliver(farm, submission)
    assert "task_list" not in site.calls()
    assert farm.jobs([number])[number].message == ""
    assert site.live() == site.submitted()


def test_a_line_that_never_reached_the_farm_leaves_no_note(tmp_path: Path, make_site: Callable[..., Site]) -> None:
    site = make_site("v3")
    submission = blender(site.shot)
    site.ready(submission)
    away = site.farm(domain="127.0.0.1:1")
    with pytest.raises(FarmUnreachable, match="cannot be reached"):
        site.deliver(away, submission)
    assert site.live() == []


def test_stopped_before_the_number(site: Site) -> None:
    """Nothing is at the farm, and nothing is noted."""
    submission = blender(site.shot)
    farm = site.ready(submission)
    farm.hash(submission, Path(submission.scene.path), Watch())
    watch = Watch()
    watch.cancel()
    with pytest.raises(Cancelled):
        farm.submit(submission, Path(submission.scene.path), watch)
    assert site.live() == []
    number = site.deliver(farm, submission)
    assert farm.jobs([number])[number].message == ""


@pytest.mark.parametrize(
    ("call", "said"), [("stop_tasks", "could not be held"), ("set_node_limit", "could not be limited")]
)
def test_a_refusal_after_it_was_sent_does_not_fail_it(site: Site, call: str, said: str) -> None:
    submission = replace(blender(site.shot), hold=True, options={"machines_at_most": "2"})
    farm = site.ready(submission)
    site.inject(call, kind="code", code=605)
    number = site.deliver(farm, submission)
    assert said in farm.jobs([number])[number].message
    assert site.submitted()[0].submissions == 1


def test_everything_that_was_left_behind_is_said(site: Site) -> None:
    submission = replace(blender(site.shot), hold=True)
    farm = site.ready(submission)
    site.inject("create_task", kind="drop_after")
    site.inject("stop_tasks", kind="code", code=605)
    with pytest.raises(FarmUnreachable):
        site.deliver(farm, submission)
    number = site.deliver(farm, submission)
    message = farm.jobs([number])[number].message
    assert "unused task number" in message
    assert "could not be held" in message


def test_a_second_submit_that_the_farm_refuses(site: Site) -> None:
    """It was submitted, but its list did not show it at once: the refusal is no failure."""
    submission = blender(site.shot)
    farm = site.ready(submission)
    site.inject("submit_task", kind="drop_after")
    site.inject("task_info", kind="wrong_data", data={"items": []}, after=1, times=2)
    with pytest.raises(FarmUnreachable):
        site.deliver(farm, submission)
    number = site.deliver(farm, submission)
    assert [task.submissions for task in site.submitted()] == [1]
    assert site.ended(farm, number).state is JobState.DONE


# -- a record that is lost


def test_a_lost_record_is_looked_for_at_the_farm(site: Site) -> None:
    """The farm's folder is wiped after the task was submitted and before anybody heard of it."""
    submission = replace(blender(site.shot), created=blender(site.shot).created - 3600)
    site.simulated.seed(20)
    farm, number = site.sent(submission)
    farm.close()
    shutil.rmtree(site.folder)
    farm = site.farm()
    assert farm.find(submission.id) == number
    assert farm.submit(submission, Path(submission.scene.path), Watch()) == number
    assert [task.submissions for task in site.submitted() if task.scene == "made_up.blend"] == [1]
    assert {frame.part for frame in farm.frames(number)} == {0}
    assert site.ended(farm, number).counts is not None  # it is known as ours again


def test_a_lost_record_of_a_mere_number(make_site: Callable[..., Site]) -> None:
    site = make_site(lists_unsubmitted=True)
    submission = replace(blender(site.shot), created=blender(site.shot).created - 3600)
    farm = site.ready(submission)
    site.inject("submit_task", kind="code", code=913)
    with pytest.raises(NoMoney):
        site.deliver(farm, submission)
    [lost] = site.live()
    farm.close()
    (site.folder / "tasks.sqlite3").unlink()
    farm = site.farm()
    assert farm.find(submission.id) is None
    number = farm.submit(submission, Path(submission.scene.path), Watch())
    assert [str(task.id) for task in site.live()] == [number]
    assert lost.deleted


def test_a_new_submission_is_not_looked_for(site: Site) -> None:
    submission = blender(site.shot)
    farm = site.ready(submission)
    farm.upload(submission, Path(submission.scene.path), Watch())
    site.simulated.forget_requests()
    farm.submit(submission, Path(submission.scene.path), Watch())
    assert "task_list" not in site.calls()


@pytest.mark.parametrize("dialect", ["current", "v3"])
def test_what_was_never_sent_is_not_found(make_site: Callable[..., Site], dialect: str) -> None:
    site = make_site(dialect, lists_unsubmitted=True)
    submission = blender(site.shot)
    farm = site.ready(submission)
    assert farm.find("nobody00") is None
    farm.hash(submission, Path(submission.scene.path), Watch())
    assert farm.find(submission.id) is None
    site.inject("submit_task", kind="code", code=600)
    with pytest.raises(FarmError):
        site.deliver(farm, submission)
    assert farm.find(submission.id) is None


def test_a_record_that_cannot_be_used_stops_before_anything_is_sent(site: Site) -> None:
    submission = blender(site.shot)
    farm = site.ready(submission)
    farm.close()
    site.folder.mkdir(exist_ok=True)
    (site.folder / "tasks.sqlite3").write_text("not a database " * 100)
    farm = site.farm()
    with pytest.raises(FarmError, match="record of what was sent"):
        site.deliver(farm, submission)
    assert site.live() == []


# -- files


def test_a_file_that_changed_is_named_before_anything_is_created(site: Site) -> None:
    submission = with_files(blender(site.shot), site.shot, "a.png", "b.png")
    farm = site.ready(submission)
    touch_later(submission.files[1].path)
    with pytest.raises(SceneChanged, match="b.png changed after Submit"):
        site.deliver(farm, submission)
    assert site.live() == []


def test_a_file_that_vanished_is_named(site: Site) -> None:
    submission = with_files(blender(site.shot), site.shot, "a.png", "b.png")
    farm = site.ready(submission)
    Path(submission.files[0].path).unlink()
    with pytest.raises(SceneChanged, match="a.png cannot be read any more"):
        site.deliver(farm, submission)
    assert site.live() == []


def test_a_changed_file_that_another_job_has_sent_is_still_a_change(site: Site) -> None:
    """What is at the farm is not what this one was submitted with."""
    first = with_files(blender(site.shot), site.shot, "a.png")
    farm = site.ready(first)
    touch_later(first.files[0].path)
    second = replace(with_files(blender(site.shot), site.shot, "a.png"), id="second00")
    site.deliver(farm, second)
    with pytest.raises(SceneChanged, match="a.png changed"):
        farm.upload(first, Path(first.scene.path), Watch())


def test_a_scene_that_vanished(site: Site) -> None:
    submission = blender(site.shot)
    farm = site.ready(submission)
    gone = site.shot / "gone.blend"
    for step in (farm.hash, farm.upload):
        with pytest.raises(FarmError, match="gone.blend cannot be read"):
            step(submission, gone, Watch())
    assert site.live() == []


def test_a_later_save_does_not_take_the_place_of_what_renders(site: Site) -> None:
    """Both jobs' copies of one scene lie beside each other at the farm; the pictures have the scene's own name."""
    first = blender(site.shot)
    farm = site.ready(first)
    scene = Path(first.scene.path)
    jobs = {}
    for submission, content in ((first, b"as it was"), (replace(first, id="later000"), b"saved again")):
        copy = scene.with_name(f"{scene.stem}.farmdeck-{submission.id}{scene.suffix}")
        copy.write_bytes(content)
        farm.hash(submission, copy, Watch())
        farm.upload(submission, copy, Watch())
        jobs[farm.submit(submission, copy, Watch())] = content
    kept = {path.read_bytes() for path in site.simulated.storage.root.rglob(f"*{scene.suffix}")}
    assert kept == set(jobs.values())
    for job in jobs:
        site.ended(farm, job)
        assert [output.path for output in farm.outputs(job)][0].startswith(f"{scene.stem}.0")


def test_nothing_is_sent_twice(site: Site) -> None:
    submission = with_files(blender(site.shot), site.shot, "a.png")
    farm = site.ready(submission)
    steps_seen: list[tuple[float, float]] = []
    farm.upload(submission, Path(submission.scene.path), Watch(lambda done, total: steps_seen.append((done, total))))
    assert steps_seen[-1][0] == steps_seen[-1][1] == 500
    stored = site.simulated.storage.root / site.simulated.account.input_bid
    shutil.rmtree(stored)
    farm.upload(submission, Path(submission.scene.path), Watch())
    assert not stored.exists()


# -- who may, and when


def test_a_wrong_key(site: Site) -> None:
    submission = blender(site.shot)
    site.ready(submission)
    farm = site.farm(key="wrong-key-wrong")
    for ask in (farm.check, lambda: farm.problems(submission), lambda: farm.jobs(["19097"])):
        with pytest.raises(SignatureRefused, match="Copy access id and access key again") as caught:
            ask()
        assert caught.value.code == 611
        assert "wrong-key" not in str(caught.value)
    assert site.live() == []


@pytest.mark.parametrize("dialect", ["current", "v3"])
def test_a_stale_clock_goes_through(make_site: Callable[..., Site], dialect: str) -> None:
    site = make_site(dialect)
    submission = blender(site.shot)
    farm = site.ready(submission)
    site.simulated.inject(Fault(kind="clock_skew", seconds=7200))
    number = site.deliver(site.farm(), submission)
    assert farm.jobs([number])[number].farm_job == number


@pytest.mark.parametrize("call", ["create_task", "submit_task", "add_label"])
def test_a_clock_that_goes_wrong_half_way(site: Site, call: str) -> None:
    """As after a laptop slept: what was refused for its time was not done, so it is asked again."""
    submission = replace(blender(site.shot), project="New")
    farm = site.ready(submission)
    site.inject(call, kind="code", code=610)
    site.deliver(farm, submission)
    assert site.calls().count(call) == 2
    assert [task.submissions for task in site.submitted()] == [1]


@pytest.mark.parametrize("dialect", ["current", "v3", ""])
def test_a_stale_clock_without_the_farms_time(stub: Stub, tmp_path: Path, dialect: str) -> None:
    stub.tells_time, stub.ahead = False, 7200.0
    given = {"domain": stub.domain, "protocol": "http", "access_id": ACCESS_ID, "dialect": dialect}
    given["storage"] = str(tmp_path)
    farm = RenderbusFarm(FarmContext("cloud", tmp_path / "own", given, lambda: ACCESS_KEY))
    for ask in (farm.check, lambda: farm.problems(blender(tmp_path)), lambda: farm.jobs(["19097"])):
        with pytest.raises(ClockWrong, match="This machine's clock is wrong") as caught:
            ask()
        assert caught.value.fix == "Set the clock."
    farm.close()


@pytest.mark.parametrize("call", ["createTask", "task", "taskJsonFile"])
def test_no_permission(site: Site, call: str) -> None:
    submission = blender(site.shot)
    farm = site.ready(submission)
    site.simulated.account.forbidden = {call}
    with pytest.raises(NotAllowed, match="Ask the owner of the main account"):
        site.deliver(farm, submission)
    assert site.submitted() == []
    site.simulated.account.forbidden = set()
    site.deliver(farm, submission)
    assert [task.submissions for task in site.submitted()] == [1]


@pytest.mark.parametrize("software", [Software("Maya", "2031"), Software("Maya", "2024")])
def test_a_version_that_the_farm_lacks(site: Site, software: Software) -> None:
    """None at all, or none that is new enough: older ones may lose what they do not know, which costs money."""
    submission = replace(maya(site.shot), software=software)
    farm = site.ready(maya(site.shot)) if software.version == "2031" else site.farm()
    [found] = [problem for problem in farm.problems(submission) if problem.severity is Severity.ERROR]
    assert software.version in found.message
    assert "farmdeck envs create --like" in found.message
    farm.hash(submission, Path(submission.scene.path), Watch())
    farm.upload(submission, Path(submission.scene.path), Watch())
    with pytest.raises(FarmError, match=software.version):
        farm.submit(submission, Path(submission.scene.path), Watch())
    assert site.submitted() == []


def test_an_environment_that_is_gone(site: Site) -> None:
    submission = replace(blender(site.shot), env="nowhere")
    farm = site.ready(blender(site.shot))
    [found] = [problem for problem in farm.problems(submission) if problem.severity is Severity.ERROR]
    assert 'no environment "nowhere"' in found.message
    assert "Blender 4.5" in found.message


def test_an_older_environment_renders_when_a_person_says_so(site: Site) -> None:
    submission = replace(maya(site.shot), software=Software("Maya", "2031"), env="Maya 2024")
    farm = site.ready(maya(site.shot))
    assert [problem for problem in farm.problems(submission) if problem.severity is Severity.ERROR] == []


def test_no_money_is_said_before(site: Site) -> None:
    submission = blender(site.shot)
    farm = site.ready(submission)
    site.simulated.account.balance = 0.0
    [found] = farm.problems(submission)
    assert found.severity is Severity.WARNING
    assert "no money left" in found.message
    site.simulated.account.coupon = 10.0
    assert farm.problems(submission) == []


def test_a_job_runs_out_of_money_and_goes_on(site: Site) -> None:
    submission = framed(blender(site.shot), "1-20")
    farm = site.ready(submission)
    site.simulated.account.balance = 0.3
    number = site.deliver(farm, submission)
    report = site.ended(farm, number)
    assert report.state is JobState.PAUSED
    assert "Top it up" in report.message
    assert "press Start" in report.message
    counted = Counter(state for state in states(farm.frames(number)).values())
    assert counted[FrameState.DONE] >= 6
    assert counted[FrameState.FAILED] == counted[FrameState.ABANDONED] == 0
    site.simulated.account.top_up(100.0)
    farm.act(number, Action.START)
    report = site.until(farm, number, lambda report: report.state.ended)
    assert report.state is JobState.DONE
    assert report.message == ""


# -- what is kept


def test_problems_leave_nothing_behind(site: Site) -> None:
    submission = replace(with_files(blender(site.shot), site.shot, "a.png"), project="Never made")
    site.ready(submission, folder=site.folder.parent / "elsewhere")
    farm = site.farm()
    site.simulated.forget_requests()
    kept = sorted(path for path in site.simulated.storage.root.rglob("*"))
    assert farm.problems(submission) == []
    assert not site.folder.exists()
    assert kept == sorted(path for path in site.simulated.storage.root.rglob("*"))
    assert set(site.calls()) <= {"profile", "transfer_bids", "envs", "hardware"}
    assert "Never made" not in site.simulated.account.projects


def test_the_key_is_nowhere(site: Site) -> None:
    submission = with_files(blender(site.shot), site.shot, "a.png")
    farm, number = site.sent(submission)
    site.ended(farm, number)
    farm.run("versions", "", {"software": "Maya"})
    key = site.simulated.account.access_key
    farm.close()
    with sqlite3.connect(site.folder / "tasks.sqlite3") as db:
        assert key not in "\n".join(db.iterdump())
    kept = [path for path in site.folder.rglob("*") if path.is_file()]
    assert {"tasks.sqlite3", "uploaded.sqlite3", "software.json"} <= {path.name for path in kept}
    for path in [*kept, *site.simulated.storage.root.rglob("*.json")]:
        assert key.encode() not in path.read_bytes(), path
    assert key not in f"{farm!r} {vars(farm)!r}"
