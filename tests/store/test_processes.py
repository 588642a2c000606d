"""Several processes on one store: nothing is lost, whoever is killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from farmdeck.store import AgentStore, Store
from farmdeck.submission import SubmissionState

from tests.store.conftest import Make

SUBMIT_MANY = """
import sys
from dataclasses import replace
from pathlib import Path
from farmdeck.store import Store
from farmdeck.testing import made_up_submission
folder, scenes, first, count = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
submission = made_up_submission(scenes)
sys.stdin.read(1)  # everybody begins at once
with Store.open(folder) as store:
    for number in range(count):
        store.submit(replace(submission, id=f"{first}{number:03d}"))
"""

SUBMIT_AND_DIE = """
import os, signal, sys
from pathlib import Path
from farmdeck.store import Store
from farmdeck.testing import made_up_submission
store = Store.open(Path(sys.argv[1]))
submission = made_up_submission(Path(sys.argv[2]))
print(submission.id, flush=True)
store.submit(submission)
os.kill(os.getpid(), signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
"""

DIE_WHILE_WRITING = """
import sys, threading, os, signal
from dataclasses import replace
from pathlib import Path
from farmdeck.store import Store
from farmdeck.testing import made_up_submission
submission = made_up_submission(Path(sys.argv[2]))
with Store.open(Path(sys.argv[1])) as store:
    for number in range(100_000):
        store.submit(replace(submission, id=f"w{number}"))
        print(f"w{number}", flush=True)
"""


def start(script: str, *args: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, args)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def test_two_processes_submit_200_jobs_into_a_new_store(tmp_path: Path):
    """Both begin with a file that is not there yet, so they make and migrate it at once."""
    folder, each = tmp_path / "store", 100
    folder.mkdir()
    processes = []
    for name in ("a", "b"):
        scenes = tmp_path / name
        scenes.mkdir()
        processes.append(start(SUBMIT_MANY, folder, scenes, name, each))
    for process in processes:
        assert process.stdin
        process.stdin.write("x")
        process.stdin.close()
    assert [process.wait(60) for process in processes] == [0, 0]
    for process in processes:
        assert process.stdout
        process.stdout.close()
    wanted = {f"{name}{number:03d}" for name in "ab" for number in range(each)}
    with AgentStore.open(folder) as store:
        assert {job.id for job in store.jobs()} == wanted
        assert set(store.pending()) == wanted
        assert store.revision() == len(wanted)


def test_killed_right_after_submit_the_job_is_there(tmp_path: Path):
    folder = tmp_path / "store"
    folder.mkdir()
    process = start(SUBMIT_AND_DIE, folder, tmp_path)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    with AgentStore.open(folder) as store:
        id = said.strip()
        assert store.job(id).total == 5
        assert store.submission(id).id == id
        assert store.submission_state(id) == (SubmissionState.QUEUED, "")


def test_killed_in_the_middle_what_was_promised_is_there(tmp_path: Path, make: Make):
    folder = tmp_path / "store"
    folder.mkdir()
    process = start(DIE_WHILE_WRITING, folder, tmp_path)
    assert process.stdout
    promised = [process.stdout.readline().strip() for _ in range(20)]
    process.kill()
    promised += process.stdout.read().split()
    process.wait()
    process.stdout.close()
    assert process.stdin
    process.stdin.close()
    with Store.open(folder) as store:
        ids = {job.id for job in store.jobs()}
        assert set(promised) - {promised[-1]} <= ids  # the last line may be cut
        assert all(store.submission(id) for id in ids)  # never a job without its submission
        store.submit(make(id="next"))
