"""The vendor's program, stood in for by tests/simulator/transmitter.py: the contract, the command line, its endings."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from farmdeck._errors import BadInput, Cancelled
from farmdeck.farm import Watch
from farmdeck.transfers import TransferError
from farmdeck.transfers.transmitter import TransmitterTransfer

from tests.transfers.contract import STORAGE, Seen, TransferContract, fetched, make, parts_below, placed

ROOT = Path(__file__).resolve().parents[2]
STAND_IN = ROOT / "tests" / "simulator" / "transmitter.py"
AGENT = """
import sys
from pathlib import Path
from farmdeck.farm import Watch
from farmdeck.transfers import Item, Storage
from farmdeck.transfers.transmitter import TransmitterTransfer

program, folder, local = map(Path, sys.argv[1:])
transfer = TransmitterTransfer(program, "aspera", "127.0.0.1", 10221, folder)
transfer.upload([Item(local, "/D/w/a", 100)], Storage("10201", "10001136"), Watch())
"""


def script(path: Path, *lines: str) -> Path:
    """An executable: the transfer starts it with a clean environment, so what it needs is written into it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]), encoding="utf-8")
    path.chmod(0o700)
    return path


def stand_in(path: Path, root: Path, fail: str = "") -> Path:
    return script(
        path,
        f"export SIMULATOR_STORAGE={shlex.quote(str(root))} SIMULATOR_TRANSMITTER_FAIL={shlex.quote(fail)}",
        f'exec {shlex.quote(sys.executable)} -S {shlex.quote(str(STAND_IN))} "$@"',
    )


def calls(root: Path) -> list[dict]:
    """What the stand-in was asked, in order."""
    return [json.loads(path.read_text()) for path in sorted((root / ".transmitter").glob("*.json"))]


def calls_so_far(root: Path) -> list[dict]:
    try:
        return calls(root)
    except ValueError:
        return []  # a note that is being written


def sent_so_far(root: Path) -> int:
    """How many files the stand-in has begun to send, over all calls."""
    return sum(len(call["sent"]) for call in calls_so_far(root))


def option(call: dict, name: str) -> str:
    return call["arguments"][call["arguments"].index(name) + 1]


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "storage"
    root.mkdir()
    return root


@pytest.fixture
def program(tmp_path, root):
    return stand_in(tmp_path / "vendor's program" / "transmitter", root)


def transfer_with(program: Path, tmp_path: Path, **more) -> TransmitterTransfer:
    more = {"waits": (0.01, 0.02, 0.03), **more}
    return TransmitterTransfer(program, "aspera", "127.0.0.1", 10221, tmp_path / "lists", **more)


class TestTransmitterTransfer(TransferContract):
    @pytest.fixture
    def transfer(self, program, tmp_path):
        return transfer_with(program, tmp_path)


def test_the_command_lines(program, root, tmp_path):
    """Recorded from rayvision_sync 3.1.8; -R of a list is the list's own path, as rayvision_transmitter reads it."""
    transfer = transfer_with(program, tmp_path)
    items = make(tmp_path / "w", ["a", "b"])
    transfer.upload(items, STORAGE, Watch())
    transfer.download(fetched(items, tmp_path / "back"), STORAGE, Watch())
    transfer.download(fetched(items[:1], tmp_path / "one"), STORAGE, Watch())
    up, down, one = calls(root)
    common = ["-E", "aspera", "-H", "127.0.0.1", "-P", "10221", "-S", "10201", "-U", "10001136", "-T"]
    rest = ["-s", "1048576", "-C", "None", "-p", "0"]
    listed, landed = option(up, "-L"), option(down, "-L")
    assert up["arguments"] == [*common, "upload_json", "-L", listed, "-R", "/", "-r", "2", "-K", "false", *rest]
    listed = option(down, "-R")
    assert down["arguments"] == [
        *common, "download_list", "-L", landed, "-R", listed, "-r", "2", "-K", "true", *rest
    ]  # fmt: skip
    assert one["arguments"] == [
        *common, "download_path", "-L", option(one, "-L"), "-R", "D/w/a", "-r", "2", "-K", "true", *rest
    ]  # fmt: skip
    assert Path(landed).parent == tmp_path / "back"
    assert not list((tmp_path / "lists").glob("call-*"))


@pytest.mark.parametrize(("protocol", "number"), [("auto", "0"), ("udp", "1"), ("tcp", "2")])
def test_protocols_as_the_program_numbers_them(program, root, tmp_path, protocol, number):
    transfer_with(program, tmp_path, protocol=protocol).upload(make(tmp_path / "w", ["a"]), STORAGE, Watch())
    assert option(calls(root)[0], "-p") == number


@pytest.mark.parametrize("bad", [{"protocol": "1"}, {"protocol": "sctp"}])
def test_a_protocol_that_it_does_not_have(program, tmp_path, bad):
    with pytest.raises(BadInput, match="auto, udp, tcp"):
        transfer_with(program, tmp_path, **bad)
    with pytest.raises(BadInput, match="aspera, raysync"):
        TransmitterTransfer(program, "raysyncproxy", "h", 1, tmp_path)


def test_batches_of_64_files(program, root, tmp_path):
    items = make(tmp_path / "w", [f"f{number}" for number in range(130)])
    transfer_with(program, tmp_path).upload(items, STORAGE, Watch())
    assert [len(call["sent"]) for call in calls(root)] == [64, 64, 2]


@pytest.mark.parametrize("fail", ["1:1", "1:9,2:8,3:10", "1:half"])
def test_it_tries_again(tmp_path, root, fail):
    program = stand_in(tmp_path / "transmitter", root, fail)
    items, seen = make(tmp_path / "w", ["a", "b"]), Seen()
    transfer_with(program, tmp_path).upload(items, STORAGE, seen.watch, seen.note)
    assert seen.done == items
    assert placed(root, items[1]).read_bytes() == items[1].local.read_bytes()


def test_it_gives_up_after_a_few_tries(tmp_path, root):
    program = stand_in(tmp_path / "transmitter", root, "*:10")
    seen = Seen()
    with pytest.raises(TransferError, match="code 10") as caught:
        transfer_with(program, tmp_path).upload(make(tmp_path / "w", ["a"]), STORAGE, seen.watch, seen.note)
    assert "127.0.0.1:10221" in caught.value.fix
    assert len(calls(root)) == 4
    assert not seen.done


@pytest.mark.parametrize("code", [2, 127, 244, 255])
def test_what_is_hopeless_is_tried_once(tmp_path, root, code):
    program = stand_in(tmp_path / "transmitter", root, f"*:{code}")
    with pytest.raises(TransferError, match=f"code {code}") as caught:
        transfer_with(program, tmp_path).upload(make(tmp_path / "w", ["a", "b"]), STORAGE, Watch())
    assert ("setup renderbus" in caught.value.fix) == (code == 127)
    assert len(calls(root)) == 1


def test_the_real_program_s_words_for_a_broken_connection(tmp_path):
    """1.1.5 ends with 255, and at times with 1, when nobody listens."""
    program = script(
        tmp_path / "transmitter",
        f"echo x >> {shlex.quote(str(tmp_path / 'calls'))}",
        "echo 'ascp: Failed to open TCP connection for SSH, exiting.'",
        "echo 'upload task has failure'; echo 'run state is 0'; echo 'need_retry  is:0'",
        "echo 'rayvision transmitter exit end'; exit 255",
    )
    with pytest.raises(TransferError, match="ascp: Failed to open TCP connection for SSH, exiting.") as caught:
        transfer_with(program, tmp_path).upload(make(tmp_path / "w", ["a"]), STORAGE, Watch())
    assert "reached" in caught.value.fix
    assert (tmp_path / "calls").read_text().count("x") == 4


def test_cancel_ends_a_wait(tmp_path, root):
    program = stand_in(tmp_path / "transmitter", root, "*:1")
    watch = Watch(lambda done, total: watch.cancel() if any(call["code"] for call in calls_so_far(root)) else None)
    begun = time.monotonic()
    with pytest.raises(Cancelled):
        transfer_with(program, tmp_path, waits=(60,)).upload(make(tmp_path / "w", ["a"]), STORAGE, watch)
    assert time.monotonic() - begun < 30
    assert len(calls(root)) == 1


def running(text: str) -> list[psutil.Process]:
    """Processes with this in their command line, but for this test's own."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        if process.info["status"] != psutil.STATUS_ZOMBIE and text in " ".join(process.info["cmdline"] or []):
            found.append(process)
    return found


def test_cancel_ends_the_program_and_what_it_started(tmp_path, root):
    started = tmp_path / "started"
    program = script(
        tmp_path / "transmitter",
        f"{shlex.quote(sys.executable)} -c 'import time; time.sleep(99)' {shlex.quote(str(tmp_path))}-grandchild &",
        f"touch {shlex.quote(str(started))}; wait",
    )
    watch = Watch(lambda done, total: watch.cancel() if started.exists() else None)
    with pytest.raises(Cancelled):
        transfer_with(program, tmp_path).upload(make(tmp_path / "w", ["a"]), STORAGE, watch)
    assert not running(f"{tmp_path}-grandchild")
    assert not running(str(program))
    assert not list((tmp_path / "lists").glob("call-*"))


def test_cancelled_inside_a_file_it_goes_on(tmp_path, root):
    """The stand-in hangs in the middle of the file; what it left is continued by the next call."""
    [item] = make(tmp_path / "w", ["big"], 8 << 20)
    hangs = stand_in(tmp_path / "hangs", root, "*:hang")
    watch = Watch(lambda done, total: watch.cancel() if sent_so_far(root) else None)
    with pytest.raises(Cancelled):
        transfer_with(hangs, tmp_path).upload([item], STORAGE, watch)
    transfer_with(stand_in(tmp_path / "works", root), tmp_path).upload([item], STORAGE, Watch())
    assert placed(root, item).read_bytes() == item.local.read_bytes()
    assert calls(root)[1]["sent"][0][1] < item.size


def test_an_interrupted_download_leaves_no_half_file(tmp_path, root):
    items = make(tmp_path / "w", ["a", "big"], 4 << 20)
    transfer_with(stand_in(tmp_path / "works", root), tmp_path).upload(items, STORAGE, Watch())
    back = fetched(items, tmp_path / "back")
    hangs = stand_in(tmp_path / "hangs", root, "*:hang")
    watch = Watch(lambda done, total: watch.cancel() if sent_so_far(root) > 2 else None)
    with pytest.raises(Cancelled):
        transfer_with(hangs, tmp_path).download(back, STORAGE, watch)
    assert not [path for path in (tmp_path / "back").iterdir() if path.is_file()]
    assert parts_below(tmp_path / "back")
    transfer_with(stand_in(tmp_path / "works", root), tmp_path).download(back, STORAGE, Watch())
    assert [item.local.read_bytes() for item in back] == [item.local.read_bytes() for item in items]
    assert not parts_below(tmp_path / "back")


def test_it_dies_with_the_agent(tmp_path, root):
    [item] = make(tmp_path / "w", ["a"])
    program = stand_in(tmp_path / "transmitter", root, "*:hang")
    command = [sys.executable, "-c", AGENT, str(program), str(tmp_path / "lists"), str(item.local)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "core")}
    until = time.monotonic() + 30
    with subprocess.Popen(command, env=environ) as agent:
        while not sent_so_far(root) and time.monotonic() < until:
            time.sleep(0.02)
        assert running(str(tmp_path / "lists"))
        agent.kill()
    while running(str(tmp_path / "lists")) and time.monotonic() < until:
        time.sleep(0.02)
    assert not running(str(tmp_path / "lists"))


def test_its_environment_and_input_are_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("LD_PRELOAD_OF_A_HOST", "1")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/a/host's/libraries")
    out = tmp_path / "said"
    program = script(tmp_path / "vendor" / "transmitter", f"(env; read answer; echo answer=$answer) > '{out}'")
    transfer_with(program, tmp_path).upload(make(tmp_path / "w", ["a"]), STORAGE, Watch())
    said = dict(line.split("=", 1) for line in out.read_text().splitlines() if "=" in line)
    assert said["LD_LIBRARY_PATH"] == str(tmp_path / "vendor")
    assert said["answer"] == "y"
    assert "LD_PRELOAD_OF_A_HOST" not in said
    assert os.environ["LD_LIBRARY_PATH"] == "/a/host's/libraries"


def test_no_program(tmp_path):
    with pytest.raises(TransferError, match="not there") as caught:
        transfer_with(tmp_path / "nowhere", tmp_path).check()
    assert "setup renderbus" in caught.value.fix


def test_a_program_of_another_system(tmp_path):
    program = tmp_path / "transmitter"
    program.write_bytes(b"\x7fELF no program at all")
    program.chmod(0o700)
    with pytest.raises(TransferError, match="code 127"):
        transfer_with(program, tmp_path).upload(make(tmp_path / "w", ["a"]), STORAGE, Watch())


def test_progress_inside_a_batch(tmp_path):
    """Told from the lines that the program writes for each file."""
    items = make(tmp_path / "w", ["a (1)", "b"])
    go = tmp_path / "go"
    program = script(
        tmp_path / "transmitter",
        f"echo 'upload file done ({items[0].local})'",
        f"while [ ! -e '{go}' ]; do sleep 0.02; done",
    )
    seen = []

    def step(done, total):
        seen.append(done)
        if done:
            go.touch()

    transfer_with(program, tmp_path).upload(items, STORAGE, Watch(step))
    assert 100 in seen
