"""The stand-ins for the vendor's transmission program and for Raysync move files, break off, and go on."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulator import transmitter
from tests.simulator.raysync import Break, RaysyncDaemon

BIG = bytes(range(256)) * 4096
OFTEN = ["-E", "aspera", "-H", "127.0.0.1", "-P", "10221", "-U", "10001136"]


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    (tmp_path / "storage").mkdir()
    return tmp_path / "storage"


def start(storage: Path, *arguments: object, fail: str = "") -> subprocess.Popen[str]:
    environ = {**os.environ, "SIMULATOR_STORAGE": str(storage), "SIMULATOR_TRANSMITTER_FAIL": fail}
    command = [sys.executable, transmitter.__file__, *OFTEN, *map(str, arguments)]
    return subprocess.Popen(command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def transmit(storage: Path, *arguments: object, fail: str = "") -> int:
    process = start(storage, *arguments, fail=fail)
    process.communicate("y\n", timeout=30)
    return process.returncode


def calls(storage: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in sorted((storage / ".transmitter").glob("*.json"))]


def until(true: Any) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


# -- the transmission program


def test_a_list_of_files_goes_up_and_a_folder_comes_back(tmp_path: Path, storage: Path) -> None:
    texture, names = tmp_path / "测试 é.png", tmp_path / "upload.json"
    texture.write_bytes(BIG)
    names.write_text(json.dumps({"asset": [{"local": str(texture), "server": "/D/show/测试 é.png"}]}))
    assert transmit(storage, "-S", 10201, "-T", "upload_json", "-L", names) == 0
    there = storage / "10201" / "10001136" / "D" / "show" / "测试 é.png"
    assert there.read_bytes() == BIG

    down = ["-S", 10201, "-T", "download_path", "-R", "D/show"]
    assert transmit(storage, *down, "-L", tmp_path / "kept", "-K", "true") == 0
    assert transmit(storage, *down, "-L", tmp_path / "bare", "-K", "false") == 0
    assert (tmp_path / "kept" / "show" / "测试 é.png").read_bytes() == BIG
    assert (tmp_path / "bare" / "测试 é.png").read_bytes() == BIG


def test_a_file_goes_to_the_very_place_that_is_named(tmp_path: Path, storage: Path) -> None:
    (tmp_path / "task.json").write_text("{}")
    line = ["-S", 30201, "-T", "upload_path", "-L", tmp_path / "task.json", "-R", "/19097/cfg/task.json"]
    assert transmit(storage, *line, "-r", 2, "-K", "false", "-s", 1048576, "-C", "None", "-p", 0) == 0
    assert (storage / "30201/10001136/19097/cfg/task.json").read_text() == "{}"


def test_lists_of_paths_can_be_sent_in_part(tmp_path: Path, storage: Path) -> None:
    for number in range(3):
        (tmp_path / f"f{number}").write_text(str(number))
    (tmp_path / "list").write_text("".join(f"{tmp_path}/f{number}\n" for number in range(3)))
    assert transmit(storage, "-S", 1, "-T", "upload_list", "-L", tmp_path / "list", "-c", 1, 3) == 0
    root = storage / "1/10001136" / str(tmp_path).lstrip("/")
    assert sorted(path.name for path in root.iterdir()) == ["f1", "f2"]
    (tmp_path / "wanted").write_text("a/f1\na/f2\n")
    (storage / "1/10001136/a").symlink_to(root)
    down = ["-T", "download_list", "-R", tmp_path / "wanted", "-L", tmp_path / "out"]
    assert transmit(storage, "-S", 1, *down, "-c", 0, 1) == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["f1"]


def test_half_a_file_is_continued_and_what_is_there_stays(tmp_path: Path, storage: Path) -> None:
    (tmp_path / "scene").write_bytes(BIG)
    line = ["-S", 1, "-T", "upload_path", "-L", tmp_path / "scene", "-R", "/scene"]
    target = storage / "1/10001136/scene"
    assert transmit(storage, *line, fail="1:half") == transmitter.RETRY
    assert target.read_bytes() == BIG[: len(BIG) // 2]
    assert transmit(storage, *line, fail="1:half") == 0
    assert target.read_bytes() == BIG
    assert transmit(storage, *line) == 0
    first, second, third = calls(storage)
    assert [first["sent"], second["sent"]] == [[[str(target), len(BIG) // 2]]] * 2
    assert (third["sent"], third["skipped"]) == ([], [str(target)])


def test_a_part_of_something_else_is_replaced(tmp_path: Path, storage: Path) -> None:
    (tmp_path / "scene").write_bytes(BIG)
    target = storage / "1/10001136/scene"
    target.parent.mkdir(parents=True)
    target.write_bytes(b"another file")
    assert transmit(storage, "-S", 1, "-T", "upload_path", "-L", tmp_path / "scene", "-R", "/scene") == 0
    assert target.read_bytes() == BIG


def test_it_can_hang_until_it_is_killed(tmp_path: Path, storage: Path) -> None:
    (tmp_path / "scene").write_bytes(BIG)
    line = ["-S", 1, "-T", "upload_path", "-L", tmp_path / "scene", "-R", "/scene"]
    process = start(storage, *line, fail="*:hang")
    assert process.stdout
    assert "upload file fail" in process.stdout.readline()
    assert process.poll() is None
    process.kill()
    process.communicate(timeout=30)
    assert calls(storage)[0]["code"] is None


@pytest.mark.parametrize(
    ("arguments", "fail", "code"),
    [
        (["-T", "upload_path", "-L", "/no/such/file", "-R", "/x"], "", transmitter.NO_LOCAL_FILE),
        (["-T", "download_path", "-L", "/tmp", "-R", "not/there"], "", transmitter.RETRY),
        (["-T", "download_path", "-L", "/tmp", "-R", "../../etc"], "", transmitter.FATAL),
        (["-T", "sideways", "-L", "/tmp"], "", transmitter.FATAL),
        (["-T", "download_path", "-L", "/tmp", "-R", "/"], "1:10", 10),
    ],
)
def test_what_fails_has_a_code(storage: Path, arguments: list[str], fail: str, code: int) -> None:
    assert transmit(storage, "-S", 1, *arguments, fail=fail) == code
    assert calls(storage)[0]["code"] == code


@given(there=st.binary(max_size=64), wanted=st.binary(max_size=64))
def test_a_delivery_ends_with_the_source(tmp_path_factory: pytest.TempPathFactory, there: bytes, wanted: bytes) -> None:
    folder = tmp_path_factory.mktemp("delivery")
    source, target = folder / "source", folder / "target"
    source.write_bytes(wanted)
    target.write_bytes(there)
    os.utime(target, (1, 1))
    sent = transmitter.deliver(source, target)
    assert target.read_bytes() == wanted
    part = len(there) if len(there) < len(wanted) and wanted.startswith(there) else 0
    assert sent == len(wanted) - part
    assert transmitter.deliver(source, target) == -1


# -- Raysync


@pytest.fixture
def daemon(storage: Path) -> Iterator[RaysyncDaemon]:
    with RaysyncDaemon(storage, login=("rayvision", "40d59041")) as daemon:
        yield daemon


def ask(daemon: RaysyncDaemon, path: str, **body: Any) -> dict[str, Any]:
    body = {name.replace("_", "-"): value for name, value in body.items()}
    request = urllib.request.Request(f"http://127.0.0.1:{daemon.port}{path}", json.dumps(body).encode())
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def create(daemon: RaysyncDaemon, kind: str, key: str = "40d59041", **more: Any) -> str:
    common = {"server_ip": "127.0.0.1", "server_port": 10201, "server_ssl_port": 10101, "proxy_port": 32002}
    login = {"account": "rayvision", "password": f"{key}&1&2&12345678", "protocol_type": "default"}
    answer = ask(daemon, "/create-task", task_type=kind, **common, **login, **more)
    assert answer["code"] == 0, answer
    return answer["task-id"]


def status(daemon: RaysyncDaemon, task: str) -> dict[str, Any]:
    (row,) = ask(daemon, "/get-task-status", task_id=task)["task-list"]
    return row


def ended(daemon: RaysyncDaemon, task: str) -> str:
    until(lambda: status(daemon, task)["task-state"] not in ("ready", "start"))
    return status(daemon, task)["task-state"]


def test_raysync_up_and_down(tmp_path: Path, storage: Path, daemon: RaysyncDaemon) -> None:
    (tmp_path / "task.json").write_text("{}")
    target = "/input/30201-10001136/19097/cfg"
    task = create(daemon, "upload", source_path=str(tmp_path / "task.json"), target_path=target)
    assert ended(daemon, task) == "successful"
    assert (storage / "30201/10001136/19097/cfg/task.json").read_text() == "{}"

    (tmp_path / "texture").write_bytes(BIG)
    names = tmp_path / "upload_list.json"
    names.write_text(f'local:"{tmp_path}/texture" server:"/input/10201-10001136/a "b/texture"\n')
    assert ended(daemon, create(daemon, "upload-list", file_list=str(names))) == "successful"
    assert (storage / '10201/10001136/a "b/texture').read_bytes() == BIG

    for slash, place in (("", "a/cfg/task.json"), ("/", "b/task.json")):
        out = str(tmp_path / place.partition("/")[0])
        task = create(daemon, "download", source_path="/output/30201-10001136/19097/cfg" + slash, target_path=out)
        assert ended(daemon, task) == "successful"
        assert (tmp_path / place).read_text() == "{}"
    row = status(daemon, task)
    assert (row["file-max"], row["file-pos"]) == (1, 1)


def test_raysync_breaks_off_and_goes_on(tmp_path: Path, storage: Path, daemon: RaysyncDaemon) -> None:
    (tmp_path / "scene").write_bytes(BIG)
    daemon.breaks.append(Break(after_bytes=len(BIG) // 2))
    task = create(daemon, "upload", source_path=str(tmp_path / "scene"), target_path="/input/1-2")
    assert ended(daemon, task) == "failed"
    (row,) = ask(daemon, "/get-file-list", task_id=task, list_type="error", page_size=10, page_number=1)["file-list"]
    assert (row["local-path"], row["pos"], row["size"]) == (str(tmp_path / "scene"), len(BIG) // 2, len(BIG))
    assert row["error-code"]
    ask(daemon, "/start-task", task_id=task)
    assert ended(daemon, task) == "successful"
    assert (storage / "1/2/scene").read_bytes() == BIG
    assert daemon.tasks[task].sent == len(BIG)


def test_raysync_started_again_looks_for_its_files_again(tmp_path: Path, storage: Path, daemon: RaysyncDaemon) -> None:
    """A client asks for a task's pictures before the first is there, and starts the same download again later."""
    task = create(daemon, "download", source_path="/output/3-2/19097_scene", target_path=str(tmp_path / "out"))
    assert ended(daemon, task) == "failed"
    (storage / "3/2/19097_scene").mkdir(parents=True)
    (storage / "3/2/19097_scene/a.png").write_text("picture")
    ask(daemon, "/start-task", task_id=task)
    assert ended(daemon, task) == "successful"
    assert (tmp_path / "out/19097_scene/a.png").read_text() == "picture"


def test_raysync_waits_its_turn_and_tells_how_far_it_is(tmp_path: Path, daemon: RaysyncDaemon) -> None:
    (tmp_path / "scene").write_bytes(BIG)
    assert ask(daemon, "/set-task-limit", upload=1, download=1)["code"] == 0
    daemon.line.clear()
    first, second = (
        create(daemon, "upload", source_path=str(tmp_path / "scene"), target_path=f"/input/{n}-2") for n in (1, 2)
    )
    until(lambda: "start" in [status(daemon, task)["task-state"] for task in (first, second)])
    states = [row["task-state"] for row in ask(daemon, "/get-task-list", task_group="all")["task-list"]]
    assert sorted(states) == ["ready", "start"]
    daemon.line.set()
    assert ended(daemon, first) == ended(daemon, second) == "successful"


def test_raysync_refuses(tmp_path: Path, daemon: RaysyncDaemon) -> None:
    (tmp_path / "scene").write_bytes(BIG)
    place = {"source_path": str(tmp_path / "scene"), "target_path": "/input/1-2"}
    assert ended(daemon, create(daemon, "upload", key="wrong", **place)) == "auth-failed"
    missing = create(daemon, "upload", source_path="/no/such/file", target_path="/input/1-2")
    assert ended(daemon, missing) == "failed"
    for path, body in (
        ("/create-task", {}),
        ("/set-task-limit", {"upload": 11, "download": 1}),
        ("/get-task-status", {"task_id": "nope"}),
        ("/check-raysync-http", {"sign": "x"}),
        ("/fly", {}),
    ):
        answer = ask(daemon, path, **body)
        assert answer["code"] != 0
        assert answer["message"]


def test_raysync_is_its_own_proxy(daemon: RaysyncDaemon) -> None:
    body = b'{"sign": "render-bus"}'
    line = f"POST http://127.0.0.1:{daemon.port}/check-raysync-http HTTP/1.1\r\n"
    with socket.create_connection(("127.0.0.1", daemon.port), timeout=10) as connection:
        connection.sendall(f"{line}Host: x\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
        answer = connection.makefile("rb").read()
    assert b'"code": 0' in answer
    assert daemon.journal[-1].absolute
