"""The farm started by hand; many tasks; frames that Blender really renders."""

from __future__ import annotations

import http.client
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.blender.blenders import blender
from tests.simulation.conftest import Bench
from tests.simulation.signer import Caller
from tests.simulator import Renderbus

REPO = Path(__file__).parents[2]


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT for one process alone")
def test_it_says_where_it_is_and_ends_when_interrupted(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "tests.simulator",
        "--farm",
        "renderbus",
        "--port",
        "0",
        "--storage",
        str(tmp_path),
    ]
    with subprocess.Popen(command, cwd=REPO, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(4)]
        said = dict(line.strip().split(": ", 1) for line in lines)
        host, port = said["url"].removeprefix("http://").split(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=10)
        connection.request("POST", "/api/render/setUp/queryUserProfile", b"{}", {"accessId": said["access id"]})
        answer = connection.getresponse()
        assert (answer.status, b'"code":603' in answer.read()) == (200, True)
        connection.close()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
    assert said["access key"]
    assert said["storage"] == str(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT for one process alone")
@pytest.mark.parametrize(("farm", "path"), [("flamenco", "/api/v3/version"), ("flamenco_server", "/projects")])
def test_farms_without_accounts(farm: str, path: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.simulator", "--farm", farm, "--storage", str(tmp_path)]
    with subprocess.Popen(command, cwd=REPO, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = dict(process.stdout.readline().strip().split(": ", 1) for _ in range(2))
        host = said["url"].removeprefix("http://").strip("/")
        connection = http.client.HTTPConnection(host, timeout=10)
        connection.request("GET", path)
        assert connection.getresponse().status == 200
        connection.close()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
    assert said["storage"] == str(tmp_path)


def test_it_leaves_nothing_behind(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with Renderbus(tmp_path) as farm:
        caller = Caller(farm)
        caller.data("setUp/queryUserProfile")
        assert not [thread for thread in threading.enumerate() if thread.name.startswith("farmdeck")]
        domain = farm.domain
    deadline = time.monotonic() + 5
    while set(threading.enumerate()) - before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not set(threading.enumerate()) - before
    caller.close()
    connection = http.client.HTTPConnection(domain, timeout=5)
    with pytest.raises(OSError):
        connection.request("POST", "/", b"{}")


def test_a_storage_of_its_own_goes_with_it() -> None:
    with Renderbus() as farm:
        root = farm.storage.root
        assert root.is_dir()
    assert not root.exists()


def test_a_thousand_tasks_in_a_page(bench: Bench) -> None:
    bench.farm.seed(3000, 10)
    began = time.process_time()
    total = 0
    for number in (1, 2, 3):
        total += len(bench.call.data("handle/getTaskList/v2", {"pageNum": number, "pageSize": 1000})["items"])
    assert total == 3000
    assert time.process_time() - began < 5
    assert bench.call.data("handle/queryAllFrameStats")["totalFrames"] == 30_000
    bench.farm.tick(1000)


def test_blender_renders(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(auto=True, blender=Path(blender("3.4").program), tick=0.05)
    scene = (REPO / "tests" / "data" / "tiny.blend").read_bytes()
    cg = ("Blender", "2007", "3.4", "/work/tiny.blend")
    task_id = bench.submit({"common": {"frames": "-1-0"}}, [("/work/tiny.blend", scene)], cg, frames_per_task="2")
    bench.farm.wait_for(task_id, 25, 30, 45, seconds=110)
    assert bench.info(task_id)["taskStatus"] == 25, bench.call.data(
        "handle/showLog", {"id": bench.frames(task_id)[0]["id"]}
    )
    assert bench.results() == [f"{task_id}_tiny/tiny.{n}.png" for n in ("-0001", "0000")]
    root = bench.farm.storage.place("20201", 10001136)
    width, height = struct.unpack(">II", (root / bench.results()[0]).read_bytes()[16:24])
    assert (width, height) != (16, 9)


def test_a_scene_that_blender_can_not_read_fails(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(auto=True, blender=Path(blender("3.4").program), tick=0.05)
    cg = ("Blender", "2007", "3.4", "/work/broken.blend")
    task_id = bench.submit({"common": {"frames": "2"}}, [("/work/broken.blend", b"nothing")], cg)
    bench.farm.wait_for(task_id, 45, seconds=110)
    lines = bench.call.data("handle/showLog", {"id": bench.frames(task_id)[0]["id"]})["items"]
    assert any("Blender" in line for line in lines)
