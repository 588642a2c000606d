"""Fetching the vendor's program from a package index, here one with a made-up wheel."""

from __future__ import annotations

import hashlib
import http.server
import io
import json
import os
import stat
import threading
import zipfile
from pathlib import Path

import pytest
from farmdeck._errors import Cancelled
from farmdeck.farm import Watch
from farmdeck.transfers import TransferError
from farmdeck.transfers.vendor_program import WHEEL, fetch_transmitter, index_url

INSIDE = "rayvision_sync/transmission/"
PROGRAM = b"#!/bin/sh\necho made up\n"


def wheel_with(files: dict[str, bytes]) -> bytes:
    """A wheel; what is not packed small keeps its length on the wire."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


FILES = {
    "rayvision_sync/__init__.py": b"raise SystemExit('never run')",
    f"{INSIDE}linux/rayvision_transmitter": PROGRAM,
    f"{INSIDE}linux/aspera/ascp": b"\x7fELF" + os.urandom(3 << 20),
    f"{INSIDE}linux/aspera/aspera-license": b"words",
    f"{INSIDE}windows/rayvision_transmitter.exe": b"MZ",
}
GOOD = wheel_with(FILES)
EVIL = {
    "up": f"{INSIDE}linux/../../../evil",
    "absolute": f"{INSIDE}linux//etc/evil",
    "backslash": f"{INSIDE}linux/..\\evil",
    "drive": f"{INSIDE}linux/C:/evil",
}


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Index:
    """A package index of one project; `cut` breaks the connection after so many bytes, once each."""

    def __init__(self, wheel: bytes, sha256: str | None = None, kind: str = "json", ranges: bool = True) -> None:
        self.wheel, self.kind, self.ranges = wheel, kind, ranges
        self.sha256 = digest(wheel) if sha256 is None else sha256
        self.cuts: list[int] = []
        self.status = 200
        self.asked: list[tuple[str, str | None]] = []
        index = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                index.asked.append((self.path, self.headers["Range"]))
                index.answer(self)

            def log_message(self, *args):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/simple"

    def __enter__(self) -> Index:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, request: http.server.BaseHTTPRequestHandler) -> None:
        if self.status != 200:
            self.send(request, self.status, "text/plain", b"no")
        elif request.path == "/simple/rayvision-sync/" and self.kind == "json":
            files = [{"filename": "other.whl", "url": "other.whl", "hashes": {}}]
            files.append({"filename": WHEEL, "url": f"../../files/{WHEEL}", "hashes": {"sha256": self.sha256}})
            page = json.dumps({"files": files}).encode()
            self.send(request, 200, "application/vnd.pypi.simple.v1+json", page)
        elif request.path == "/simple/rayvision-sync/":
            fragment = f"#sha256={self.sha256}" if self.sha256 else ""
            page = f"<html><a href='other.whl'>o</a><a data-x='1' href=\"../../files/{WHEEL}{fragment}\">w</a></html>"
            self.send(request, 200, "text/html; charset=utf-8", page.encode())
        elif request.path == f"/files/{WHEEL}":
            self.send_wheel(request)
        else:
            self.send(request, 404, "text/plain", b"not found")

    def send_wheel(self, request: http.server.BaseHTTPRequestHandler) -> None:
        wanted = request.headers["Range"]
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and self.ranges else 0
        if start >= len(self.wheel):
            self.send(request, 416, "text/plain", b"")
            return
        body = self.wheel[start:]
        cut = self.cuts.pop(0) if self.cuts else len(body)
        self.send(request, 206 if start else 200, "application/zip", body, cut)

    @staticmethod
    def send(request, status: int, kind: str, body: bytes, cut: int | None = None) -> None:
        request.send_response(status)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        try:
            request.wfile.write(body[:cut])
        except OSError:
            pass  # whoever asked went away
        request.close_connection = True


def fetch(index: Index, folder: Path, watch: Watch | None = None, sha256: str | None = None, system: str = "linux"):
    wanted = digest(index.wheel) if sha256 is None else sha256
    return fetch_transmitter(folder, watch or Watch(), index.url, wanted, system)


@pytest.fixture(autouse=True)
def no_pip_settings(monkeypatch):
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)


@pytest.mark.parametrize("kind", ["json", "html"])
def test_only_the_program_is_unpacked_and_may_be_run(tmp_path, kind):
    steps = []
    with Index(GOOD, kind=kind) as index:
        program = fetch(index, tmp_path / "farm", Watch(lambda done, total: steps.append((done, total))))
    assert program == tmp_path / "farm" / "transmitter-3.1.8" / "rayvision_transmitter"
    assert program.read_bytes() == PROGRAM
    files = {str(path.relative_to(program.parent)): path for path in program.parent.rglob("*") if path.is_file()}
    assert set(files) == {"rayvision_transmitter", "aspera/ascp", "aspera/aspera-license"}
    modes = {name: stat.S_IMODE(path.stat().st_mode) for name, path in files.items()}
    assert modes == {"rayvision_transmitter": 0o700, "aspera/ascp": 0o700, "aspera/aspera-license": 0o600}
    assert [path.name for path in (tmp_path / "farm").iterdir()] == ["transmitter-3.1.8"]
    assert steps == sorted(steps) and steps[-1] == (len(GOOD), len(GOOD))


def test_for_windows(tmp_path):
    with Index(GOOD) as index:
        assert fetch(index, tmp_path, system="win32").name == "rayvision_transmitter.exe"


def test_once_is_enough(tmp_path):
    with Index(GOOD) as index:
        first = fetch(index, tmp_path)
        asked = len(index.asked)
        assert fetch(index, tmp_path) == first
        assert len(index.asked) == asked


@pytest.mark.parametrize("ranges", [True, False])
def test_a_broken_connection_is_gone_on_with(tmp_path, ranges):
    with Index(GOOD, ranges=ranges) as index:
        index.cuts = [1 << 20]
        assert fetch(index, tmp_path).read_bytes() == PROGRAM
        assert [kept is not None for _, kept in index.asked] == [False, False, True]


def test_cancelled_it_is_gone_on_with_next_time(tmp_path):
    watch = Watch(lambda done, total: watch.cancel())
    with Index(GOOD) as index:
        with pytest.raises(Cancelled):
            fetch(index, tmp_path, watch)
        assert fetch(index, tmp_path).read_bytes() == PROGRAM
        assert index.asked[-1][1] is not None


def test_a_download_that_was_whole_already(tmp_path):
    (tmp_path / f"{WHEEL}.farmdeck-part").write_bytes(GOOD)
    with Index(GOOD) as index:
        assert fetch(index, tmp_path).read_bytes() == PROGRAM


@pytest.mark.parametrize("stale", [b"x" * 1000, b"x" * (len(GOOD) + 5)])
def test_what_does_not_fit_leaves_nothing(tmp_path, stale):
    """A part of something else: the next try starts over."""
    (tmp_path / f"{WHEEL}.farmdeck-part").write_bytes(stale)
    with Index(GOOD) as index:
        with pytest.raises(TransferError, match="not the one that we know"):
            fetch(index, tmp_path)
        assert not list(tmp_path.iterdir())
        assert fetch(index, tmp_path).read_bytes() == PROGRAM


def test_another_wheel_is_not_even_fetched(tmp_path):
    with Index(GOOD) as index, pytest.raises(TransferError, match="another rayvision_sync"):
        fetch(index, tmp_path, sha256=digest(b"the known one"))
    assert [path for path, _ in index.asked] == ["/simple/rayvision-sync/"]
    assert not list(tmp_path.iterdir())


def test_a_wheel_that_the_index_lies_about_leaves_nothing(tmp_path):
    with Index(GOOD, sha256=digest(b"the known one")) as index, pytest.raises(TransferError, match="not the one"):
        fetch(index, tmp_path, sha256=digest(b"the known one"))
    assert not list(tmp_path.iterdir())


def test_an_index_without_checksums(tmp_path):
    with Index(GOOD, sha256="", kind="html") as index:
        assert fetch(index, tmp_path).read_bytes() == PROGRAM


@pytest.mark.parametrize("name", EVIL.values(), ids=EVIL)
def test_nothing_is_unpacked_outside_its_folder(tmp_path, name):
    with Index(wheel_with({**FILES, name: b"evil"})) as index, pytest.raises(TransferError, match="leads out"):
        fetch(index, tmp_path / "farm")
    assert not list(tmp_path.rglob("*evil*"))
    assert not list((tmp_path / "farm").glob("transmitter*"))


@pytest.mark.parametrize("wheel", [wheel_with({"a": b""}), b"no zip"], ids=["another wheel", "no zip"])
def test_a_wheel_without_the_program(tmp_path, wheel):
    with Index(wheel) as index, pytest.raises(TransferError, match="no rayvision_transmitter|cannot be unpacked"):
        fetch(index, tmp_path)
    assert not list(tmp_path.glob("transmitter*"))


@pytest.mark.parametrize("status", [404, 503])
def test_an_index_that_does_not_have_it(tmp_path, status):
    with Index(GOOD) as index:
        index.status = status
        secret = index.url.replace("http://", "http://user:hidden@")
        with pytest.raises(TransferError, match=f"127.0.0.1 answers with status {status}") as caught:
            fetch_transmitter(tmp_path, Watch(), secret, digest(GOOD), "linux")
    assert "PIP_INDEX_URL" in caught.value.fix
    assert "hidden" not in f"{caught.value!r} {caught.value.__cause__!r}"


def test_no_index(tmp_path):
    with Index(GOOD) as index:
        url = index.url
    with pytest.raises(TransferError, match="does not answer"):
        fetch_transmitter(tmp_path, Watch(), url, digest(GOOD), "linux")


def test_a_system_without_a_transmitter(tmp_path):
    with pytest.raises(TransferError, match="no transmitter for this system"):
        fetch_transmitter(tmp_path, Watch(), "http://127.0.0.1:9/simple", digest(GOOD), "darwin")


def test_the_index_is_pip_s(tmp_path):
    home = {"HOME": str(tmp_path), "PIP_CONFIG_FILE": str(tmp_path / "named.conf")}
    none = {"PIP_CONFIG_FILE": os.devnull}
    assert index_url(none) == "https://pypi.org/simple"
    (tmp_path / ".config" / "pip").mkdir(parents=True)
    (tmp_path / ".config" / "pip" / "pip.conf").write_text("[global]\nindex-url = https://studio/%20/simple\n")
    assert index_url(home) == "https://studio/%20/simple"
    (tmp_path / "named.conf").write_text("[global]\nindex-url = https://named/simple\n")
    assert index_url(home) == "https://named/simple"
    assert index_url({**home, "PIP_INDEX_URL": "https://shell/simple"}) == "https://shell/simple"
    (tmp_path / "named.conf").write_text("no section\n")
    assert index_url(home) == "https://studio/%20/simple"
