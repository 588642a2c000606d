"""Fetching the vendor's transmission program, for `farmdeck farms setup renderbus`.

It comes inside the wheel of rayvision_sync 3.1.8, which is fetched from the package index that pip is set to, compared
with the checksum below, and never installed: only the program's folder for this system is unpacked. The index is
asked as PEP 503 and PEP 691 (packaging.python.org, "Simple repository API") describe it.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urljoin, urlsplit

from ..farm import Watch
from .progress import in_words, make_folder, translated
from .transfer import PART, TransferError

if TYPE_CHECKING:
    import zipfile

    import requests

# What fetching alone needs is imported where it is used: the agent reads this module for the program's names.

PACKAGE = "rayvision-sync"
VERSION = "3.1.8"
WHEEL = f"rayvision_sync-{VERSION}-py2.py3-none-any.whl"
SHA256 = "3a2611cbc68c7634fe2b37096ad1371dea0cc4ad502fc141a252e7e073c137ad"
INDEX = "https://pypi.org/simple"
TIMEOUT = (10.0, 60.0)
TRIES = 4
CHUNK = 1 << 20
ACCEPT = "application/vnd.pypi.simple.v1+json, text/html;q=0.1"
NETWORK_FIX = "Check the network, or set PIP_INDEX_URL to an index that can be reached; then run this again."
INDEX_FIX = "Set PIP_INDEX_URL to an index that has it, or have it looked at; then run this again."
PROGRAMS = {"linux": ("linux", "rayvision_transmitter"), "win32": ("windows", "rayvision_transmitter.exe")}


@dataclass(frozen=True)
class Wheel:
    """The file in the index."""

    url: str
    sha256: str
    """As the index has it; "" when it has none."""


def program_path(folder: Path, system: str = sys.platform) -> Path:
    """Where `fetch_transmitter` puts the program; it need not be there."""
    return folder / f"transmitter-{VERSION}" / PROGRAMS.get(system, PROGRAMS["linux"])[1]


def fetch_transmitter(
    folder: Path,
    watch: Watch,
    index: str = "",
    sha256: str = SHA256,
    system: str = sys.platform,
) -> Path:
    """The program, ready to run, in `folder/transmitter-3.1.8/`; fetched when it is not there yet.

    `index`: the URL of a simple index; pip's own by default. `watch.step` counts bytes. A download that was interrupted
    is gone on with. Raises TransferError, Cancelled.
    """
    import platform

    if system not in PROGRAMS or platform.machine().lower() not in ("x86_64", "amd64"):
        raise TransferError(
            "The vendor has no transmitter for this system.", "Use Raysync, or a folder that is mounted here."
        )
    inside, name = PROGRAMS[system]
    program = program_path(folder, system)
    target = program.parent
    if program.is_file():
        return program
    make_folder(folder)
    wheel = folder / (WHEEL + PART)
    with _session() as session:
        found = _find(session, index or index_url())
        if found.sha256 not in ("", sha256):
            raise TransferError(f"The package index has another {WHEEL} than the one that we know.", INDEX_FIX)
        _download(session, found.url, wheel, watch)
    if _sha256(wheel) != sha256:
        wheel.unlink()
        raise TransferError(f"The {WHEEL} that arrived is not the one that we know; it is removed.", INDEX_FIX)
    _unpack(wheel, f"rayvision_sync/transmission/{inside}/", target)
    wheel.unlink()
    if not program.is_file():
        shutil.rmtree(target)
        raise TransferError(f"There is no {name} in {WHEEL}.", INDEX_FIX)
    return program


# -- which index


def index_url(environ: Mapping[str, str] = os.environ) -> str:
    """The simple index that pip uses: PIP_INDEX_URL, its configuration files, https://pypi.org/simple."""
    return _pip_setting("index-url", environ) or INDEX


def _pip_setting(name: str, environ: Mapping[str, str]) -> str:
    """One of pip's settings, as pip itself finds it (pip.pypa.io, "Configuration"); "" when nobody set it."""
    import configparser

    variable = "PIP_" + name.upper().replace("-", "_")
    if environ.get(variable):
        return environ[variable]
    value = ""
    for file in _pip_files(environ):
        parser = configparser.RawConfigParser()
        try:
            parser.read(file, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError):
            continue  # pip will complain of it
        value = parser.get("global", name, fallback=value)
    return value


def _pip_files(environ: Mapping[str, str]) -> Iterator[Path]:
    """The later one wins."""
    named = environ.get("PIP_CONFIG_FILE", "")
    if named == os.devnull:
        return
    if sys.platform == "win32":
        yield Path(environ.get("PROGRAMDATA", "C:/ProgramData"), "pip", "pip.ini")
        yield Path(environ.get("APPDATA", ""), "pip", "pip.ini")
    else:
        home = Path(environ.get("HOME", "/"))
        yield Path("/etc/pip.conf")
        yield home / ".pip" / "pip.conf"
        yield Path(environ.get("XDG_CONFIG_HOME") or home / ".config", "pip", "pip.conf")
    if named:
        yield Path(named)


# -- asking it


def _session() -> requests.Session:
    import requests

    session = requests.Session()
    certificate = _pip_setting("cert", os.environ)
    if certificate:
        session.verify = certificate
    return session


def _find(session: requests.Session, index: str) -> Wheel:
    """Where the wheel is. Raises TransferError."""
    import requests

    page = f"{index.rstrip('/')}/{PACKAGE}/"
    try:
        answer = session.get(page, headers={"Accept": ACCEPT}, timeout=TIMEOUT)
        answer.raise_for_status()
    except requests.RequestException as exc:
        raise _unreachable(page, exc) from None  # the cause is left out: it can hold an index's password
    kind = answer.headers.get("Content-Type", "")
    links = _links_of_json(answer) if "json" in kind else _links_of_html(answer.text)
    for url, sha256 in links:
        if urlsplit(url).path.rpartition("/")[2] == WHEEL:
            return Wheel(urljoin(answer.url, url), sha256)
    raise TransferError(f"The package index {_host(page)} has no {WHEEL}.", INDEX_FIX)


def _links_of_json(answer: requests.Response) -> Iterator[tuple[str, str]]:
    try:
        for file in answer.json()["files"]:
            yield str(file["url"]), str(file.get("hashes", {}).get("sha256", ""))
    except (ValueError, KeyError, TypeError) as exc:
        raise TransferError(f"The package index {_host(answer.url)} gave an answer of no use.", INDEX_FIX) from exc


def _links_of_html(text: str) -> Iterator[tuple[str, str]]:
    import html

    for link in re.findall(r"""<a\s[^>]*?href\s*=\s*["']([^"']+)["']""", text, re.IGNORECASE):
        url, fragment = urldefrag(html.unescape(link))
        yield url, fragment.removeprefix("sha256=") if fragment.startswith("sha256=") else ""


def _host(url: str) -> str:
    """A URL without what may be secret in it."""
    return urlsplit(url).hostname or "?"


def _unreachable(url: str, exc: requests.RequestException) -> TransferError:
    status = exc.response.status_code if exc.response is not None else None
    why = f"answers with status {status}" if status else f"does not answer ({type(exc).__name__})"
    return TransferError(f"The package index {_host(url)} {why}.", NETWORK_FIX)


# -- fetching


def _download(session: requests.Session, url: str, part: Path, watch: Watch) -> None:
    """Fetch into `part`, from where it was. Raises TransferError, Cancelled."""
    import requests

    for again in range(TRIES):
        try:
            _receive(session, url, part, watch)
            return
        except requests.RequestException as exc:
            if again == TRIES - 1 or (exc.response is not None and exc.response.status_code < 500):
                raise _unreachable(url, exc) from None
        until = time.monotonic() + again
        while time.monotonic() < until:
            watch.step(_length(part), max(1, _length(part)))
            time.sleep(0.05)


def _receive(session: requests.Session, url: str, part: Path, watch: Watch) -> None:
    begun = _length(part)
    headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={begun}-"} if begun else {})}
    with session.get(url, headers=headers, timeout=TIMEOUT, stream=True) as answer:
        if answer.status_code == 416:
            return  # nothing is missing; the checksum tells whether it is right
        answer.raise_for_status()
        begun = begun if answer.status_code == 206 else 0
        total = begun + int(answer.headers.get("Content-Length", 0))
        with translated(part):
            file = part.open("ab" if begun else "wb", buffering=0)
        with file:
            for chunk in answer.iter_content(CHUNK):  # its errors are OSErrors too, and none of the disk's
                with translated(part):
                    file.write(chunk)
                begun += len(chunk)
                watch.step(begun, max(total, begun))


def _length(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _sha256(file: Path) -> str:
    with translated(file), file.open("rb") as reads:
        return hashlib.file_digest(reads, "sha256").hexdigest()


# -- unpacking


def _unpack(wheel: Path, prefix: str, target: Path) -> None:
    """What is below `prefix` into `target`, all of it or nothing; programs may be run. Raises TransferError."""
    import zipfile

    fresh = target.with_name(target.name + PART)
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        with zipfile.ZipFile(wheel) as archive:
            for info in archive.infolist():
                if info.filename.startswith(prefix) and not info.is_dir():
                    _extract(archive, info, fresh.joinpath(*_safe(info.filename.removeprefix(prefix))))
        make_folder(fresh)
        fresh.replace(target)
    except (zipfile.BadZipFile, NotImplementedError) as exc:
        raise TransferError(f"{WHEEL} cannot be unpacked: {exc}.", INDEX_FIX) from exc
    except OSError as exc:
        raise in_words(exc, target) from exc
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _safe(name: str) -> tuple[str, ...]:
    """The parts of a name in the archive. Raises TransferError for one that leads out of it."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or "\\" in name or ":" in name:
        raise TransferError(f"{WHEEL} has a file called {name!r}, which leads out of its folder.", INDEX_FIX)
    return parts


def _extract(archive: zipfile.ZipFile, info: zipfile.ZipInfo, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(info) as reads, place.open("wb") as writes:
        begin = reads.read(4)
        writes.write(begin)
        shutil.copyfileobj(reads, writes, CHUNK)
    place.chmod(0o700 if begin == b"\x7fELF" or begin[:2] in (b"MZ", b"#!") else 0o600)
