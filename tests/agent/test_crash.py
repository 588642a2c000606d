"""Nothing is lost: the agent is killed with kill -9 in every state and at random moments; every frame arrives once."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from farmdeck import FrameState, JobState, Submission, prepare
from farmdeck.launch import wait_for_agent
from farmdeck.scene import RenderItem, Scene, Software
from farmdeck.store import Store

from .house import House, names
from .workshop import HOUDINI, MAX, MAYA, install, maya_layer, rop

Told = tuple[dict[str, object], Submission]

DRIVER = Path(__file__).with_name("driver.py")
STORE = ("farmdeck.store._store", "AgentStore")
QUEUE = ("farmdeck.farms.local.queue", "Queue")
WORKER = ("farmdeck.farms.local.worker", "")

# Every state of a submission on its way, and of a frame, with a kill on each side of the moment that leaves it.
KILLS = [
    ("queued, nothing done", ("farmdeck.agent._delivery", "", "take_snapshot", "before", "1")),
    ("queued, copied", ("farmdeck.agent._delivery", "", "take_snapshot", "after", "1")),
    ("queued, copy known", (*STORE, "set_submission", "after", "1", "QUEUED")),
    ("collected", (*STORE, "set_submission", "after", "1", "COLLECTED")),
    ("hashed", (*STORE, "set_submission", "after", "1", "HASHED")),
    ("uploaded", (*STORE, "set_submission", "after", "1", "UPLOADED")),
    ("the farm has it, nobody knows", (*QUEUE, "add", "after", "1")),
    ("submitted", (*STORE, "set_submission", "after", "1", "SUBMITTED")),
    ("frame waiting, render started", (*QUEUE, "add_process", "after", "1")),
    ("frame about to begin", (*QUEUE, "begin", "before", "1")),
    ("frame rendering", (*QUEUE, "begin", "after", "1")),
    ("frame whole, not known", (*QUEUE, "finishing", "before", "2")),
    ("frame finishing, not in place", (*WORKER, "place", "before", "1")),
    ("frame finishing, in place", (*WORKER, "place", "after", "2")),
    ("frame done", (*QUEUE, "done", "after", "1")),
    ("frame done, no picture yet", (*QUEUE, "set_thumbnail", "before", "1")),
    ("frame done, store not told", (*STORE, "put_frames", "before", "2")),
    ("last state told", (*STORE, "update_job", "before", "1", "JobState.DONE")),
    ("copy removed", ("farmdeck.agent._tracker", "", "remove_snapshot", "after", "1")),
]


def check_nothing_lost(house: House, id: str, frames: range) -> None:
    """Every frame is there once; whatever was rendered again says why; nothing else is left."""
    assert house.frames_on_disk() == names(frames)
    assert all((house.out / name).stat().st_size for name in names(frames))
    with Store.open(house.home) as store:
        assert {frame.number: frame.state for frame in store.frames(id)} == {n: FrameState.DONE for n in frames}
        assert [job.id for job in store.jobs()] == [id]
    assert [row[0] for row in house.queue("SELECT id FROM jobs")] == [id]
    attempts = house.queue("SELECT number, outcome, reason FROM attempts WHERE job = ?", id)
    assert Counter(number for number, outcome, _ in attempts if outcome == "done") == {n: 1 for n in frames}
    assert all(reason for _, outcome, reason in attempts if outcome != "done")
    assert {outcome for _, outcome, _ in attempts} <= {"done", "interrupted"}
    # The job has ended before its last Blender has, and before its scene's copy is removed.
    house.wait_for(
        lambda: sorted(path.name for path in house.shot.iterdir()), lambda found: found == [house.scene.name]
    )
    house.wait_for(house.renders, lambda pids: pids == [])


@pytest.mark.timeout(280)
def test_killed_in_every_state(house: House) -> None:
    from farmdeck.scenes import read_scene

    scene = read_scene(house.scene)
    submission = prepare(scene, items=["Tiny/beauty"], frames="1-20", output=str(house.out), options={"chunk": 7})
    with Store.open(house.home) as store:
        store.submit(submission)
    died = []
    for state, point in KILLS:
        if house.start(DRIVER, *point).wait(timeout=60) == -9:
            died.append(state)
        assert wait_for_agent(house.home, 10, runs=False)
        if house.job(submission.id).state is JobState.DONE and house.job(submission.id).done == 20:
            break
    assert died == [state for state, _ in KILLS], "a kill did not come, or the job ended before it"
    house.start()
    assert house.wait(submission.id, lambda job: job.state.at_rest).state is JobState.DONE
    check_nothing_lost(house, submission.id, range(1, 21))
    with Store.open(house.home) as store:
        house.wait_for(lambda: store.frames(submission.id), lambda frames: all(frame.thumbnail for frame in frames))


@pytest.mark.timeout(280)
@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_random_moments(make_house: Callable[..., House], seed: int) -> None:
    """Ten kills a seed, twenty in all; a job that ends early is followed by another until all kills are spent."""
    chance = random.Random(seed)
    kills, house, id = 0, None, ""
    while kills < 10:
        if house is None:
            house = make_house()
            id = house.submit("--option", "chunk=3", frames="1-20")
        until = time.monotonic() + chance.uniform(0.05, 3.0)
        while time.monotonic() < until and not house.job(id).state.ended:
            time.sleep(0.01)
        if house.job(id).state.ended:
            check_nothing_lost(house, id, range(1, 21))
            house = None
            continue
        house.kill()
        kills += 1
        house.start()
    assert house is not None
    assert house.ended(id).state is JobState.DONE, house.log()
    check_nothing_lost(house, id, range(1, 21))


@pytest.mark.parametrize("application", ["maya", "houdini", "max"])
def test_killed_while_another_application_renders(
    make_house: Callable[..., House], tmp_path: Path, application: str
) -> None:
    """Its render ends with the agent; the next agent renders what is left, a simulation whole, and each frame once."""
    programs = install(tmp_path / "apps")
    known = "\n".join(f"{key} = {json.dumps(paths)}" for key, paths in programs.items())
    house = make_house(local=f"search = false\n{known}")
    told, submission = HANGING[application](house)
    with Store.open(house.home) as store:
        store.submit(submission)
    house.start()
    house.wait_for(house.states, lambda states: states.get((0, 3)) is FrameState.RENDERING)
    house.kill()
    house.wait_for(house.renders, lambda pids: pids == [], seconds=10)
    before = house.frames_on_disk()
    (copy,) = house.shot.glob("*.farmdeck-*")
    copy.write_text(json.dumps(told))  # nothing hangs any more
    house.start()
    assert house.ended(submission.id).state is JobState.DONE, house.job(submission.id).message
    finished = house.queue("SELECT part, number FROM attempts WHERE outcome = 'done'")
    assert sorted(finished) == sorted(house.states())
    whole = [name for name in before if ".farmdeck-" not in name]
    assert len(whole) == (0 if application == "houdini" else 2)
    assert house.frames_on_disk() == sorted(f"x.{n:04d}.{kind}" for kind, ns in MADE[application].items() for n in ns)
    house.wait_for(lambda: list(house.shot.glob("*.farmdeck-*")), lambda copies: copies == [])


MADE = {
    "maya": {"iff": (1, 2, 3, 4)},
    "houdini": {"bgeo.sc": (1, 2, 3, 4), "rat": (2,)},
    "max": {"rla": (1, 2, 3, 4)},
}


def hanging_maya(house: House) -> Told:
    told = {"layers": ["rs_fg"], "prefix": "x"}
    return scene_of(house, "a.ma", MAYA, told, maya_layer(str(house.out / "x.####.iff"), "1-4"))


def hanging_houdini(house: House) -> Told:
    parms = {"trange": 0, "f1": 1, "f2": 1, "f3": 1, "camera": ""}
    told = {
        "nodes": {
            "/out/sim": {"parms": {**parms, "sopoutput": "$HIP/x.$F4.bgeo.sc"}, "output": "sopoutput"},
            "/out/m": {
                "parms": {**parms, "vm_picture": "$HIP/x.$F4.rat", "soho_outputmode": 0},
                "output": "vm_picture",
            },
        }
    }
    sim = rop("/out/sim", "geometry", str(house.out / "x.####.bgeo.sc"), frames="1-4")
    picture = rop("/out/m", "ifd", str(house.out / "x.####.rat"), "/out/sim", frames="2")
    return scene_of(house, "a.hip", HOUDINI, told, sim, picture)


def hanging_max(house: House) -> Told:
    item = RenderItem("c", "camera", ("c",), (), "1-4", 8, 4, "Arnold", str(house.out / "x.####.rla"), True)
    return scene_of(house, "a.max", MAX, {"cameras": ["c"], "views": [""]}, item)


HANGING = {"maya": hanging_maya, "houdini": hanging_houdini, "max": hanging_max}


def scene_of(house: House, name: str, software: Software, told: dict[str, object], *items: RenderItem) -> Told:
    """What the scene tells once nothing hangs, and the submission of it as it is, where frame 3 does."""
    path = house.shot / name
    path.write_text(json.dumps({**told, "hang": 3}))
    return told, prepare(Scene(str(path), software, items))
