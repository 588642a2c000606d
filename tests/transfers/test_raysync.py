"""The Raysync program of this machine, stood in for by tests/simulator/raysync.py."""

from __future__ import annotations

import http.server
import threading
from contextlib import contextmanager

import pytest
from farmdeck._errors import BadInput, Cancelled
from farmdeck.farm import Watch
from farmdeck.transfers import Item, Storage, TransferError
from farmdeck.transfers.raysync import RaysyncAccount, RaysyncTransfer

from tests.simulator.raysync import Break, RaysyncDaemon
from tests.transfers.contract import STORAGE, Seen, TransferContract, fetched, make, placed

KEY = "40d59041-secret"
ACCOUNT = RaysyncAccount("rayvision", KEY, "2", "10201", "30201")


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "storage"
    root.mkdir()
    return root


@pytest.fixture
def daemon(root):
    with RaysyncDaemon(root, ("rayvision", KEY)) as daemon:
        yield daemon


def transfer_with(port, tmp_path, account=ACCOUNT, **more):
    more = {"poll": 0.01, "waits": (0.01, 0.02), **more}
    return RaysyncTransfer(port, account, "127.0.0.1", 32002, tmp_path / "lists", **more)


@pytest.fixture
def transfer(daemon, tmp_path):
    return transfer_with(daemon.port, tmp_path)


class TestRaysyncTransfer(TransferContract):
    many = 300  # four tasks of 64 files can be through at the first look

    @pytest.fixture
    def transfer(self, daemon, tmp_path):
        return transfer_with(daemon.port, tmp_path)


def created(daemon):
    return [call.body for call in daemon.journal if call.path == "/create-task"]


def test_what_is_asked(daemon, transfer, tmp_path):
    items = make(tmp_path / "w", ["a", "b"])
    transfer.upload(items, STORAGE, Watch())
    assert all(call.absolute for call in daemon.journal)
    assert [call.path for call in daemon.journal][:4] == [
        "/check-raysync-http",
        "/set-transmission-parameters",
        "/set-task-limit",
        "/create-task",
    ]
    [asked] = created(daemon)
    wanted = {
        "task-type": "upload-list",
        "server-ip": "127.0.0.1",
        "server-port": 10201,
        "server-ssl-port": 10101,
        "proxy-port": 32002,
        "renderbus-proxy-port": 32002,
        "web-server-port": 32002,
        "protocol-type": "default",
        "account": "rayvision",
        "password": f"{KEY}&1&2&12345678",
        "group-id": 0,
        "enable-ssl": False,
    }
    assert {name: asked[name] for name in wanted} == wanted
    assert not list((tmp_path / "lists").iterdir())


@pytest.mark.parametrize(("protocol", "word"), [("udp", "udp-only"), ("tcp", "tcp-only")])
def test_protocols(daemon, tmp_path, protocol, word):
    transfer_with(daemon.port, tmp_path, protocol=protocol).upload(make(tmp_path / "w", ["a"]), STORAGE, Watch())
    assert created(daemon)[0]["protocol-type"] == word
    with pytest.raises(BadInput, match="auto, udp, tcp"):
        transfer_with(daemon.port, tmp_path, protocol="sctp")


def test_configuration_goes_through_the_input_port(daemon, transfer, root, tmp_path):
    [item] = make(tmp_path / "w", ["task.json"])
    transfer.upload([Item(item.local, "/19097/cfg/task.json", item.size)], Storage("30201", "10001136"), Watch())
    assert created(daemon)[0]["server-port"] == 10201
    assert (root / "30201/10001136/19097/cfg/task.json").read_bytes() == item.local.read_bytes()


def test_pictures_come_from_the_output(daemon, transfer, root, tmp_path):
    place = root / "20201/10001136/19097_scene/a.exr"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"picture")
    item = Item(tmp_path / "back" / "a.exr", "19097_scene/a.exr", 7)
    transfer.download([item], Storage("20201", "10001136"), Watch())
    assert created(daemon)[0]["source-path"] == "/output/20201-10001136/19097_scene/a.exr"
    assert item.local.read_bytes() == b"picture"


def test_a_name_that_a_list_cannot_hold_needs_its_own_name_there(transfer, tmp_path):
    [item] = make(tmp_path / "w", ['say "hi"'])
    with pytest.raises(TransferError, match="quote"):
        transfer.upload([Item(item.local, "/D/other", item.size)], STORAGE, Watch())


@pytest.mark.parametrize("state", ["failed", "proxy-closed", "stopped"])
def test_a_task_that_broke_off_is_started_again(daemon, transfer, root, tmp_path, state):
    items, seen = make(tmp_path / "w", ["a", "b"], 4 << 20), Seen()
    daemon.breaks.append(Break(5 << 20, state))
    transfer.upload(items, STORAGE, seen.watch, seen.note)
    assert len(created(daemon)) == 1
    assert [call.path for call in daemon.journal].count("/start-task") == 1
    assert seen.done == items
    assert daemon.tasks["1"].sent == 8 << 20  # not a byte twice


def test_it_gives_up_and_goes_on_with_the_task_next_time(daemon, transfer, tmp_path):
    items, seen = make(tmp_path / "w", ["a", "b"], 4 << 20), Seen()
    daemon.breaks.extend([Break(1 << 20)] * 3)
    with pytest.raises(TransferError, match="gave up .failed.") as caught:
        transfer.upload(items, STORAGE, seen.watch, seen.note)
    assert caught.value.fix
    assert not seen.done  # b was never come to
    transfer.upload(items, STORAGE, seen.watch, seen.note)
    assert seen.done == items
    assert len(daemon.tasks) == 1


def test_a_task_that_went_on_after_cancel_is_found_again(daemon, transfer, root, tmp_path):
    items, seen = make(tmp_path / "w", ["a", "b"]), Seen()
    daemon.line.clear()
    watch = Watch(lambda done, total: watch.cancel() if daemon.tasks else None)
    with pytest.raises(Cancelled):
        transfer.upload(items, STORAGE, watch)
    daemon.line.set()
    transfer_with(daemon.port, tmp_path).upload(items, STORAGE, seen.watch, seen.note)  # another agent
    assert seen.done == items
    assert len(daemon.tasks) == 1


def test_a_task_for_what_a_file_was_is_not_taken(daemon, transfer, root, tmp_path):
    [item] = make(tmp_path / "w", ["a"])
    daemon.line.clear()
    watch = Watch(lambda done, total: watch.cancel() if daemon.tasks else None)
    with pytest.raises(Cancelled):
        transfer.upload([item], STORAGE, watch)
    daemon.line.set()
    item.local.write_bytes(b"n" * item.size)
    transfer.upload([item], STORAGE, Watch())
    assert len(daemon.tasks) == 2
    assert placed(root, item).read_bytes() == b"n" * item.size


def test_a_program_that_forgot_its_tasks(daemon, root, tmp_path):
    [item] = make(tmp_path / "w", ["a"])
    daemon.line.clear()
    watch = Watch(lambda done, total: watch.cancel() if daemon.tasks else None)
    with pytest.raises(Cancelled):
        transfer_with(daemon.port, tmp_path).upload([item], STORAGE, watch)
    with RaysyncDaemon(root, ("rayvision", KEY)) as fresh:
        transfer_with(fresh.port, tmp_path).upload([item], STORAGE, Watch())
    assert placed(root, item).read_bytes() == item.local.read_bytes()


def test_four_downloads_at_a_time(daemon, transfer, tmp_path):
    items = make(tmp_path / "w", [f"f{number}" for number in range(10)])
    transfer.upload(items, STORAGE, Watch())
    daemon.line.clear()
    most = 0

    def step(done, total):
        nonlocal most
        running = sum(
            task.state in ("ready", "start") and task.direction == "download" for task in daemon.tasks.values()
        )
        most = max(most, running)
        if running == 4:
            daemon.line.set()

    transfer.download(fetched(items, tmp_path / "back"), STORAGE, Watch(step))
    assert most == 4


def test_a_wrong_account(daemon, tmp_path):
    wrong = RaysyncAccount("rayvision", "wrong-secret", "2", "10201", "30201")
    transfer = transfer_with(daemon.port, tmp_path, wrong)
    with pytest.raises(TransferError, match="does not accept") as caught:
        transfer.upload(make(tmp_path / "w", ["a"]), STORAGE, Watch())
    assert "wrong-secret" not in f"{caught.value!r} {wrong!r} {vars(transfer)!r}"


def test_it_does_not_run(tmp_path):
    with RaysyncDaemon(tmp_path) as daemon:
        port = daemon.port
    with pytest.raises(TransferError, match="does not answer") as caught:
        transfer_with(port, tmp_path).check()
    assert "Start Raysync" in caught.value.fix


@contextmanager
def answering(body: bytes, status: int = 200):
    """A server that says the same to everything."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"null", b""])
def test_somebody_else_answers(tmp_path, body):
    with answering(body) as port, pytest.raises(TransferError, match="is not Raysync"):
        transfer_with(port, tmp_path).check()


def test_a_refusal_is_told_without_the_password(tmp_path):
    body = f'{{"code": 7, "message": "bad password {KEY}&1&2&12345678 {KEY}"}}'.encode()
    with answering(body) as port, pytest.raises(TransferError, match="code 7: bad password ••• •••") as caught:
        transfer_with(port, tmp_path).check()
    assert KEY not in repr(caught.value)


def test_no_key_in_logs(daemon, tmp_path, caplog):
    caplog.set_level("DEBUG")
    transfer_with(daemon.port, tmp_path).upload(make(tmp_path / "w", ["a"]), STORAGE, Watch())
    assert KEY not in caplog.text
