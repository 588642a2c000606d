"""One agent at a time; the system frees the lock of one that died."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from farmdeck.lock import AgentLock, agent_runs

CORE = Path(__file__).resolve().parents[2] / "core"

HOLDER = """
import sys; sys.path.insert(0, sys.argv[1])
from pathlib import Path
from farmdeck.lock import AgentLock
lock = AgentLock(Path(sys.argv[2]))
print(lock.acquire(), flush=True)
sys.stdin.read()
"""


def hold(folder: Path) -> subprocess.Popen[str]:
    """A process that has the lock, once it has said so."""
    command = [sys.executable, "-I", "-c", HOLDER, str(CORE), str(folder)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "True\n"
    return process


def test_nobody_runs_where_nothing_is(tmp_path):
    assert not agent_runs(tmp_path)
    assert not agent_runs(tmp_path / "not there")


def test_one_has_it_until_it_lets_go(tmp_path):
    first, second = AgentLock(tmp_path), AgentLock(tmp_path)
    assert first.acquire() and agent_runs(tmp_path)
    assert not second.acquire()
    first.release()
    first.release()
    assert not agent_runs(tmp_path)
    assert second.acquire()
    second.release()


def test_asking_does_not_take_it(tmp_path):
    (tmp_path / "agent.lock").touch()
    assert not any(agent_runs(tmp_path) for _ in range(3))
    lock = AgentLock(tmp_path)
    assert lock.acquire()
    lock.release()


def test_the_lock_is_the_owner_s_alone(tmp_path):
    lock = AgentLock(tmp_path)
    lock.acquire()
    assert (tmp_path / "agent.lock").stat().st_mode & 0o777 == 0o600
    lock.release()


def test_a_process_that_dies_frees_it(tmp_path):
    process = hold(tmp_path)
    try:
        assert agent_runs(tmp_path) and not AgentLock(tmp_path).acquire()
    finally:
        process.kill()
        process.communicate()
    assert not agent_runs(tmp_path)
