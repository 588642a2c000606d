"""The simulated Manager's store of files: requirements, uploads, checkouts, and what goes wrong."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Callable
from typing import Any

import pytest

from tests.simulation.manager_raw import Raw

Make = Callable[..., Raw]
BYTES = {"Content-Type": "application/octet-stream"}


def entry(content: bytes, path: str) -> dict[str, Any]:
    """A file of a checkout."""
    return {"sha": hashlib.sha256(content).hexdigest(), "size": len(content), "path": path}


def place(content: bytes) -> str:
    """Where a file is uploaded."""
    file = entry(content, "")
    return f"/shaman/files/{file['sha']}/{file['size']}"


def upload(manager: Raw, content: bytes, **headers: str) -> int:
    """The status of an upload."""
    named = {f"X-Shaman-{key.replace('_', '-')}": value for key, value in headers.items()}
    return manager.send("POST", place(content), content, {**BYTES, **named})[0]


def begin_upload(manager: Raw, content: bytes, sent: int) -> socket.socket:
    """A connection that has sent a part of a file."""
    port = int(manager.farm.url.rstrip("/").rpartition(":")[2])
    connection = socket.create_connection(("127.0.0.1", port), 60)
    head = f"POST /api/v3{place(content)} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(content)}\r\n"
    connection.sendall(head.encode() + b"Content-Type: application/octet-stream\r\n\r\n" + content[:sent])
    return connection


def wait_for_upload(manager: Raw, content: bytes) -> None:
    """Until the Manager knows of an upload."""
    file = entry(content, "")
    manager.farm.wait_until(lambda: manager.farm.shaman.status(file["sha"], file["size"]) == "uploading")


def test_a_file_on_its_way(manager: Raw) -> None:
    content = b"a texture"
    files = [entry(content, "maps/a.png"), entry(content, "b.png")]
    missing = manager.post("/shaman/checkout/requirements", {"files": files}, 200)["files"]
    assert missing == [{**files[0], "status": "unknown"}]
    assert manager.get(place(content)) == {"status": "unknown"}
    assert upload(manager, content, Can_Defer_Upload="true", Original_Filename="=?utf-8?q?caf=C3=A9?=") == 200
    assert manager.get(place(content)) == {"status": "stored"}
    assert upload(manager, content) == 208
    assert manager.post("/shaman/checkout/requirements", {"files": files}, 200) == {"files": []}
    wanted = {"files": files, "checkoutPath": "film/shot"}
    assert manager.post("/shaman/checkout/create", wanted, 200) == {"checkoutPath": "film/shot"}
    folder = manager.farm.storage / "jobs" / "film" / "shot"
    assert (folder / "maps" / "a.png").is_symlink()
    assert (folder / "b.png").read_bytes() == content
    again = manager.post("/shaman/checkout/create", wanted, 200)["checkoutPath"]
    assert again.startswith("film/shot-") and len(again) == len("film/shot-") + 4


def test_what_does_not_fit(manager: Raw) -> None:
    file = entry(b"right", "")
    wrong = manager.send("POST", f"/shaman/files/{file['sha']}/6", b"right", BYTES)
    assert (wrong[0], b"declared 6 but received 5 bytes" in wrong[1]) == (417, True)
    assert manager.send("POST", place(b"right"), b"wrong", BYTES)[0] == 417
    assert manager.get(place(b"right")) == {"status": "unknown"}
    manager.farm.assert_valid()
    assert manager.ask("GET", f"/shaman/files/{file['sha']}/much")[0] == 400
    manager.farm.violations.clear()


@pytest.mark.parametrize("path", ["/film", "a:b", "a/../b", "", "a{b}"])
def test_checkouts_that_are_refused(manager: Raw, path: str) -> None:
    refused = manager.post("/shaman/checkout/create", {"files": [], "checkoutPath": path}, 500)
    assert refused == {"code": 500, "message": f'unexpected error: invalid checkout path "{path}"'}


def test_a_checkout_of_a_file_that_is_missing_leaves_nothing(manager: Raw) -> None:
    wanted = {"files": [entry(b"never sent", "a")], "checkoutPath": "film"}
    refused = manager.post("/shaman/checkout/create", wanted, 500)
    assert refused["message"] == "unexpected error: unknown files requested in checkout"
    assert not (manager.farm.storage / "jobs" / "film").exists()


def test_an_upload_under_way_can_be_waited_for_or_overtaken(manager: Raw) -> None:
    content = b"0123456789" * 30_000
    first = begin_upload(manager, content, 100_000)
    wait_for_upload(manager, content)
    missing = manager.post("/shaman/checkout/requirements", {"files": [entry(content, "a")]}, 200)["files"]
    assert missing[0]["status"] == "uploading"
    assert upload(manager, content, Can_Defer_Upload="true") == 425
    assert upload(manager, content, Can_Defer_Upload="false") == 200
    first.sendall(content[100_000:200_000])
    assert b" 208 " in first.makefile("rb").readline()
    first.close()
    assert manager.get(place(content)) == {"status": "stored"}


def test_an_upload_that_breaks_off_is_forgotten(manager: Raw) -> None:
    content = b"x" * 100_000
    with begin_upload(manager, content, 50_000):
        wait_for_upload(manager, content)
    file = entry(content, "")
    manager.farm.wait_until(lambda: manager.farm.shaman.status(file["sha"], file["size"]) == "unknown")
    assert manager.get(place(content)) == {"status": "unknown"}
    assert not list((manager.farm.storage / "file-store" / "uploading").iterdir())


def test_in_chunks(manager: Raw) -> None:
    content = b"in pieces"
    head = {**BYTES, "Transfer-Encoding": "chunked"}
    assert manager.send("POST", place(content), b"3\r\nin \r\n6\r\npieces\r\n0\r\n\r\n", head)[0] == 200
    assert manager.get(place(content)) == {"status": "stored"}


def test_switched_off(make_manager: Make) -> None:
    manager = make_manager(shaman=False)
    off = {"code": 503, "message": "shaman server not active"}
    assert manager.ask("GET", place(b"x")) == (503, off)
    assert manager.post("/shaman/checkout/create", {"files": [], "checkoutPath": "a"}, 503) == off
    assert upload(manager, b"x") == 503
