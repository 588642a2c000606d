"""Finding, starting, stopping and replacing the agent, from every environment that a host may have."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from farmdeck import JobState, __version__
from farmdeck.desk import Desk
from farmdeck.launch import clean_environment, wait_for_agent
from farmdeck.lock import AgentLock, agent_runs
from farmdeck.store import AgentInfo, AgentStore, Store

from .house import House, names

PROGRAM = Path(sys.executable).with_name("farmdeck")

# What an application does right after Submit: the desk commits, the process is killed before anything else.
APPLICATION = """
import os, signal, sys
from farmdeck import prepare
from farmdeck.desk import Desk, Done
from farmdeck.scenes import read_scene
desk = Desk().start()
scene = read_scene(sys.argv[1])
desk.submit(lambda: prepare(scene, items=["Tiny/beauty"], frames="1-2", output=sys.argv[2]))
while True:
    news = desk.news.get(timeout=60)
    if isinstance(news, Done):
        if news.error:
            print("error", news.error, flush=True)
        else:
            print(news.value.id, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
"""


def application(house: House, **environ: str | None) -> str:
    """Submit from an application that is killed at once; the job's id, or what went wrong."""
    env = {**house.environ, "FARMDECK_AGENT": str(PROGRAM), **environ}
    ran = subprocess.run(
        [sys.executable, "-I", "-c", APPLICATION, str(house.scene), str(house.out)],
        env={name: value for name, value in env.items() if value is not None},
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert ran.returncode == -signal.SIGKILL, ran.stderr
    return ran.stdout.strip()


def test_the_application_is_killed_right_after_submit(house: House) -> None:
    id = application(house)
    assert house.ended(id).state is JobState.DONE
    assert house.frames_on_disk() == names([1, 2])


def test_started_from_a_hostile_environment(house: House, tmp_path: Path) -> None:
    """A host exports its own Python and libraries; nothing of that reaches the agent or its renders."""
    trap = tmp_path / "trap"
    trap.mkdir()
    (trap / "encodings.py").write_text("raise SystemExit('the host\\'s Python was used')")
    (trap / "sqlite3.py").write_text("raise SystemExit('the host\\'s modules were used')")
    id = application(
        house,
        PYTHONHOME="/nonexistent/maya",
        PYTHONPATH=str(trap),
        PYTHONSTARTUP=str(trap / "sqlite3.py"),
        LD_LIBRARY_PATH=str(trap),
        LD_PRELOAD="",
        QT_PLUGIN_PATH=str(trap),
        QT_QPA_PLATFORM="nonsense",
    )
    assert house.ended(id).state is JobState.DONE
    agent = house.agents()[0]
    exported = Path(f"/proc/{agent}/environ").read_text()
    assert "maya" not in exported and str(trap) not in exported


def test_started_from_a_stripped_environment(house: House) -> None:
    """No PATH, no HOME, no language: the pointer file says where the program is."""
    (house.home / "agent.json").write_text(json.dumps({"command": [str(PROGRAM)], "version": __version__}))
    bare = {name: None for name in house.environ if name != "FARMDECK_HOME"}
    id = application(house, FARMDECK_AGENT=None, **bare)
    assert house.ended(id).state is JobState.DONE


def test_no_program_to_start(house: House) -> None:
    """It is on disk all the same, and the error says so and what to do."""
    said = application(house, FARMDECK_AGENT=None, PATH="/nonexistent")
    assert "It is submitted and on disk" in said and "`farmdeck install`" in said
    with Store.open(house.home) as store:
        (job,) = store.jobs()
    house.start()
    assert house.ended(job.id).state is JobState.DONE


def test_clean_environment_keeps_what_a_desktop_and_a_licence_need() -> None:
    host = {
        "PATH": "/bin",
        "HOME": "/home/mei",
        "DISPLAY": ":1",
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/bus",
        "XDG_RUNTIME_DIR": "/run/user/1",
        "LC_ALL": "de_DE.UTF-8",
        "FARMDECK_HOME": "/x",
        "solidangle_LICENSE": "5053@licences",
        "PYTHONHOME": "/opt/host",
        "LD_LIBRARY_PATH": "/opt/host/lib",
        "QT_PLUGIN_PATH": "/opt/host/qt",
        "MAYA_LOCATION": "/opt/host",
    }
    kept = clean_environment(host)
    assert set(host) - set(kept) == {"PYTHONHOME", "LD_LIBRARY_PATH", "QT_PLUGIN_PATH", "MAYA_LOCATION"}


def test_an_older_agent_makes_way(house: House) -> None:
    """`agent start` of a newer Farmdeck: the old one ends by itself, the new one has the lock."""
    house.start()
    house.wait_for(house.log, lambda text: "begins" in text)
    with AgentStore.open(house.home) as store:
        info = store.agent()
        assert info is not None
        store.put_agent(AgentInfo(info.pid, info.started, "0.0.1", "1.0", info.host, "running"))
    said = house.run("agent", "start").stdout
    assert f"0.0.1 makes way for {__version__}" in said
    assert agent_runs(house.home)
    fresh = house.wait_for(house.agents, lambda pids: pids and pids != [info.pid])
    assert len(fresh) == 1


def test_a_newer_agent_is_left_alone(house: House) -> None:
    """An older host goes on with a newer agent of the same major version: it submits, and the agent renders."""
    house.start()
    house.wait_for(house.log, lambda text: "begins" in text)
    with AgentStore.open(house.home) as store:
        info = store.agent()
        assert info is not None
        store.put_agent(AgentInfo(info.pid, info.started, "1.9.0", "1.99", info.host, "running"))
    assert "Agent 1.9.0 runs already" in house.run("agent", "start").stdout
    assert house.ended(application(house)).state is JobState.DONE
    assert house.agents() == [info.pid]


def test_another_major_version_says_what_to_update(house: House) -> None:
    import sqlite3

    with sqlite3.connect(house.home / "store.sqlite3") as db:
        db.execute("PRAGMA user_version = 2001")
    said = house.run("jobs", code=1).stderr
    assert "version 2" in said and "Update" in said


def test_only_one_agent(house: House) -> None:
    house.start()
    second = house.start()
    assert second.wait(timeout=30) == 3
    assert len(house.agents()) == 1


def test_the_store_on_a_network_file_system(house: House, tmp_path: Path) -> None:
    """A made-up mount table says the home is on NFS: the store goes to a local folder, and a job renders from there."""
    shared = tmp_path / "nfs"
    shared.mkdir()
    table = tmp_path / "mountinfo"
    table.write_text(f"1 0 0:1 / / rw - ext4 /dev/sda rw\n2 1 0:2 / {shared} rw - nfs4 server:/home rw\n")
    environ = {"FARMDECK_HOME": str(shared / "farmdeck"), "FARMDECK_MOUNTS": str(table)}
    local = Path(f"/var/tmp/farmdeck-{os.getuid()}")
    had = local.exists()
    try:
        said = house.run("agent", "status", "--json", code=1, **environ)
        assert Path(json.loads(said.stdout)["store"]).parent == local
        assert local.stat().st_mode & 0o777 == 0o700
        assert not (shared / "farmdeck" / "store.sqlite3").exists()
        table.write_text(table.read_text() + "3 1 0:3 / /var/tmp rw - cifs //server/tmp rw\n")
        refused = house.run("agent", "status", code=1, **environ).stderr
        assert "network file system" in refused and "FARMDECK_HOME" in refused
    finally:
        if not had:
            subprocess.run(["rm", "-rf", str(local)], check=True)


def test_idle_it_ends_by_itself(make_house: Callable[..., House]) -> None:
    house = make_house(agent="idle = 0.3")
    assert house.start().wait(timeout=60) == 0
    assert "idle" in house.log()


def test_it_does_not_end_while_a_job_renders(make_house: Callable[..., House]) -> None:
    house = make_house(agent="idle = 1.0")
    id = house.submit(item="Slow/beauty", frames="1")
    began = house.wait(id, lambda job: job.rendering == 1).started
    house.wait_for(time.time, lambda now: now - (began or now) > 2.0)
    assert agent_runs(house.home)
    house.run("delete", id)
    assert wait_for_agent(house.home, 30, runs=False)


def test_sigterm_is_a_clean_stop(house: House) -> None:
    """The running frame waits again and says why; the next agent goes on with it."""
    id = house.submit(item="Slow/beauty", frames="1")
    house.wait(id, lambda job: job.rendering == 1)
    (pid,) = house.agents()
    os.kill(pid, signal.SIGTERM)
    assert wait_for_agent(house.home, 30, runs=False)
    assert house.renders() == []
    assert house.queue("SELECT outcome, reason FROM attempts") == [("interrupted", "The agent was stopped.")]
    house.start()
    house.wait(id, lambda job: job.rendering == 1)
    house.run("delete", id)


def test_a_leftover_render_of_a_dead_agent_is_ended(house: House) -> None:
    """Should the leash ever fail: the new agent knows the process by its number and start time, and ends it."""
    import sqlite3

    import psutil

    id = house.submit("--hold", frames="1")
    house.wait(id, lambda job: job.state is JobState.PAUSED)
    house.run("agent", "stop")
    left = subprocess.Popen(["sleep", "1000"], start_new_session=True)
    other = subprocess.Popen(["sleep", "1000"], start_new_session=True)
    try:
        with sqlite3.connect(house.home / "farms/local/queue.sqlite3", timeout=10) as db:
            sql = "INSERT INTO processes (pid, born, job) VALUES (?, ?, ?)"
            db.execute(sql, (left.pid, psutil.Process(left.pid).create_time(), id))
            db.execute(sql, (other.pid, psutil.Process(other.pid).create_time() - 1000, id))
        house.start()
        assert left.wait(timeout=30) == -signal.SIGKILL
        assert house.wait_for(lambda: house.queue("SELECT pid FROM processes"), lambda rows: rows == []) == []
        assert other.poll() is None, "a process that only has the same number was ended"
    finally:
        for process in (left, other):
            process.kill()
            process.wait()


def test_an_open_panel_revives_an_agent_that_died(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody presses anything: the desk sees that the agent died over its work. One that was stopped stays stopped."""
    monkeypatch.setenv("FARMDECK_AGENT", str(PROGRAM))
    monkeypatch.setenv("FARMDECK_HOME", str(house.home))
    monkeypatch.setattr("farmdeck.desk.REVIVE_SECONDS", 0.2)
    id = house.submit("--option", "chunk=1", frames="1-4")
    house.wait(id, lambda job: job.done >= 1)
    desk = Desk(house.home).start()
    try:
        house.kill()
        assert house.ended(id).state is JobState.DONE
        again = house.submit(item="Slow/beauty", frames="1")
        house.wait(again, lambda job: job.rendering == 1)
        house.run("agent", "stop")
        stopped = time.monotonic()
        house.wait_for(time.monotonic, lambda now: now - stopped > 1.0)
        assert not agent_runs(house.home)
    finally:
        desk.close()


def test_the_log_is_its_own_and_says_no_secret(house: House) -> None:
    house.start()
    text = house.wait_for(house.log, lambda text: "begins" in text)
    assert f"agent {__version__}" in text
    assert not logging.getLogger("farmdeck").handlers, "the log belongs to the agent's process alone"


def test_a_command_that_an_agent_died_over_is_done_by_the_next(house: House) -> None:
    id = house.submit("--hold", frames="1-2")
    house.wait(id, lambda job: job.state is JobState.PAUSED)
    house.kill()
    with AgentStore.open(house.home) as store:
        command = store.send("start", id)
        store.mark_taken(command)
        house.start()
        house.wait_for(lambda: store.answer(command), lambda answer: answer.done)
    assert house.ended(id).state is JobState.DONE


def test_a_broken_settings_file_is_said(house: House) -> None:
    (house.home / "settings.toml").write_text("[local\n")
    assert house.start().wait(timeout=30) == 1
    said = house.run("farms", "list", code=1).stderr
    assert "settings.toml" in said and "line" in said


def test_the_lock_is_free_when_its_holder_dies(tmp_path: Path) -> None:
    code = "import sys,time,pathlib; from farmdeck.lock import AgentLock; l=AgentLock(pathlib.Path(sys.argv[1]));"
    code += " print(l.acquire(), flush=True); time.sleep(100)"
    holder = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None and holder.stdout.readline() == "True\n"
        assert agent_runs(tmp_path)
        assert not AgentLock(tmp_path).acquire()
    finally:
        holder.kill()
        holder.wait()
        assert holder.stdout is not None
        holder.stdout.close()
    assert not agent_runs(tmp_path)
    lock = AgentLock(tmp_path)
    assert lock.acquire()
    lock.release()


@pytest.mark.parametrize("word", ["FARMDECK_AGENT", "agent.json"])
def test_a_program_that_is_gone(house: House, word: str, tmp_path: Path) -> None:
    gone = str(tmp_path / "gone" / "farmdeck")
    (house.home / "agent.json").write_text(json.dumps({"command": [gone]}))
    said = application(house, FARMDECK_AGENT=gone if word == "FARMDECK_AGENT" else None, PATH="/nonexistent")
    assert "error" in said and ("cannot be run" in said or "not found" in said)
