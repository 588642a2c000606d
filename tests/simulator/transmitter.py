#!/usr/bin/env python3
"""Stands in for the vendor's transmission program: the same command line, with a folder in place of its servers.

A script of one file, for Python 3.9 and newer: tests copy it to a folder of its own and make it executable, as
rayvision_sync makes everything beside it writable for all. It reads and ignores what comes on stdin (a `y`).

    -E engine -H host -P port -S storage -U user -T type -L local [-R remote] [-r retries] [-K keep] [-s KB/s]
    [-C database settings] [-p protocol] [-c FIRST LAST]

Types: upload_json (each `local` of the "asset" list to its `server`; -R is not used), upload_path (a file to -R, or
what is in a folder to below -R), upload_list (one local path a line, to the same path below -R), download_path (a
file or folder -R into -L; with -K true its own name is kept), download_list (the same; -R is a file here with one
remote path a line).
-c takes the lines FIRST to LAST - 1 of a list. What is on the other side already, by size and time, is not sent
again; what is there in part is continued. Sources: the program's own help (rayvision_transmitter 1.1.5), and
the command lines of rayvision_sync 3.1.8.

Exit codes: 0; 1 "should retry"; 11 a local file is not there; 255 a fatal error (that is the help's -1).

SIMULATOR_STORAGE            the folder: files lie at STORAGE/{-S}/{-U}/{remote path}
SIMULATOR_TRANSMITTER_FAIL   what goes wrong, "CALL:WHAT,..."; CALL counts from 1, or is "*". WHAT: an exit code to
                             end with before anything is sent; `half`: it stops in the middle of the next file it has
                             to send, with code 1; `hang`: it sends half a file and then waits to be killed
Every call writes STORAGE/.transmitter/NNNN.json: {"arguments": [...], "sent": [[target, bytes sent], ...],
"skipped": [target, ...], "code": exit code or null while it runs}.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

RETRY, NO_LOCAL_FILE, FATAL = 1, 11, 255
CHUNK = 1 << 20

Pair = tuple[Path, Path]


class Fatal(Exception):
    """Nothing can be sent with these arguments."""


class Broken(Exception):
    """The line went down in the middle of a file."""


def inside(root: Path, remote: str) -> Path:
    """Where a remote path lies below `root`. Raises Fatal for one that leads out of it."""
    parts = [part for part in remote.replace("\\", "/").split("/") if part not in ("", ".")]
    if ".." in parts:
        raise Fatal(f"illegal path {remote}")
    return root.joinpath(*parts)


def files_below(source: Path, target: Path) -> Iterator[Pair]:
    """Each file of a folder, or the file itself, with the place where it is to go."""
    if source.is_file():
        yield source, target
    for folder, folders, names in os.walk(source):
        folders.sort()
        for name in sorted(names):
            path = Path(folder, name)
            yield path, target / path.relative_to(source)


def deliver(source: Path, target: Path, on_chunk: Callable[[int, int], None] = lambda sent, size: None) -> int:
    """Make `target` the same as `source`, also in time; return how many bytes that took, -1 when it was already so.

    A part that is there is kept when it is how the source begins. `on_chunk` hears (bytes there, size of the source)
    before each chunk and once at the end; what it raises stops the work and leaves the part.
    """
    here = source.stat()
    if target.exists() and (target.stat().st_size, target.stat().st_mtime_ns) == (here.st_size, here.st_mtime_ns):
        return -1
    target.parent.mkdir(parents=True, exist_ok=True)
    begun = _part(source, target)
    done = begun
    with source.open("rb") as reads, target.open("r+b" if begun else "wb") as writes:
        reads.seek(begun)
        writes.seek(begun)
        on_chunk(done, here.st_size)
        while chunk := reads.read(_chunk(here.st_size)):
            writes.write(chunk)
            writes.flush()
            done += len(chunk)
            on_chunk(done, here.st_size)
    os.utime(target, ns=(here.st_atime_ns, here.st_mtime_ns))
    return done - begun


def _chunk(size: int) -> int:
    return max(1, min(CHUNK, size // 2))  # so that there is a middle in a small file too


def _part(source: Path, target: Path) -> int:
    """How many bytes of the target can stay: all of them, or none."""
    if not target.exists() or target.stat().st_size >= source.stat().st_size:
        return 0
    with source.open("rb") as wanted, target.open("rb") as there:
        while part := there.read(CHUNK):
            if wanted.read(len(part)) != part:
                return 0
    return target.stat().st_size


# -- what is to be sent where


def pairs(options: argparse.Namespace, root: Path) -> list[Pair]:
    """(source, target) for every file that these arguments speak of. Raises Fatal."""
    if options.type == "upload_json":
        assets = json.loads(Path(options.local).read_text(encoding="utf-8")).get("asset", [])
        return [(Path(item["local"]), inside(root, item["server"])) for item in assets]
    if options.type == "upload_list":
        return [
            pair
            for line in _lines(options.local, options)
            for pair in files_below(Path(line), inside(inside(root, options.remote), line.replace(":", "")))
        ]
    if options.type == "upload_path":
        local, target = Path(options.local), inside(root, options.remote)
        if target == root:
            target = root / local.name if local.is_file() else root
        return list(files_below(local, target)) or [(local, target)]
    remotes = _lines(options.remote, options) if options.type == "download_list" else [options.remote]
    return [pair for remote in remotes for pair in _downloads(options, root, remote)]


def _downloads(options: argparse.Namespace, root: Path, remote: str) -> list[Pair]:
    source, target = inside(root, remote), Path(options.local)
    if not source.exists():
        raise Fatal(f"get path {remote} info failed")
    keep = options.keep.lower() in ("true", "1")
    return list(files_below(source, target / source.name if keep or source.is_file() else target))


def _lines(path: str, options: argparse.Namespace) -> list[str]:
    lines = [line.strip() for line in Path(path).read_text(encoding="utf-8").splitlines()]
    first, last = options.count or (0, len(lines))
    return [line for line in lines[first:last] if line]


# -- one call


class Call:
    """The note of one call below the storage; its name is the call's number."""

    def __init__(self, storage: Path, arguments: list[str]) -> None:
        folder = storage / ".transmitter"
        folder.mkdir(parents=True, exist_ok=True)
        self.number = len(list(folder.glob("*.json")))
        self.note = {"arguments": arguments, "sent": [], "skipped": [], "code": None}
        while True:
            self.number += 1
            self._path = folder / f"{self.number:04}.json"
            try:
                self._path.touch(exist_ok=False)  # two programs may start at the same time
            except FileExistsError:
                continue
            break
        self.write()

    def write(self) -> None:
        self._path.write_text(json.dumps(self.note, ensure_ascii=False), encoding="utf-8")

    def fault(self) -> str:
        """What is to go wrong in this call; "" for nothing."""
        for item in filter(None, os.environ.get("SIMULATOR_TRANSMITTER_FAIL", "").split(",")):
            call, _, what = item.partition(":")
            if call in ("*", str(self.number)):
                return what
        return ""


def send(files: list[Pair], storage: Path, call: Call, fault: str) -> int:
    """Deliver them all; the exit code."""
    missing = 0
    for source, target in files:
        if not source.is_file():
            print(f"get path {source} info failed", flush=True)
            missing += 1
            continue
        there = target.stat().st_size if target.exists() else 0

        def on_chunk(done: int, size: int) -> None:
            if fault in ("half", "hang") and done * 2 >= size and size:
                raise Broken

        try:
            sent = deliver(source, target, on_chunk)
        except Broken:
            call.note["sent"].append([str(target), target.stat().st_size - there])
            call.write()
            print(f"upload file fail ({source})", flush=True)
            while fault == "hang":
                time.sleep(60)
            return RETRY
        if sent < 0:
            call.note["skipped"].append(str(target))
        else:
            call.note["sent"].append([str(target), sent])
        print(f"upload file done ({source})", flush=True)
    return NO_LOCAL_FILE if missing else 0


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:
        raise Fatal(message)


def arguments_of(arguments: list[str]) -> argparse.Namespace:
    parser = Parser()
    parser.add_argument("-E", dest="engine", required=True, choices=("aspera", "raysync"))
    parser.add_argument("-H", dest="host", required=True)
    parser.add_argument("-P", dest="port", required=True, type=int)
    parser.add_argument("-S", dest="storage", required=True)
    parser.add_argument("-U", dest="user", required=True)
    types = ("upload_json", "upload_list", "upload_path", "download_list", "download_path")
    parser.add_argument("-T", dest="type", required=True, choices=types)
    parser.add_argument("-L", dest="local", required=True)
    parser.add_argument("-R", dest="remote", default="/")
    parser.add_argument("-r", dest="retries", type=int, default=2)
    parser.add_argument("-K", dest="keep", default="0", choices=("true", "false", "0", "1"))
    parser.add_argument("-s", dest="speed", type=int, default=2000)
    parser.add_argument("-C", dest="database")
    parser.add_argument("-p", dest="protocol", type=int, default=0, choices=(0, 1, 2))
    parser.add_argument("-c", dest="count", type=int, nargs=2)
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    storage = Path(os.environ["SIMULATOR_STORAGE"])
    call = Call(storage, arguments)
    code = FATAL
    try:
        fault = call.fault()
        code = int(fault) if fault.isdigit() else _run(arguments, storage, call, fault)
    except (Fatal, OSError, ValueError) as exc:
        print(f"fatal error: {exc}", flush=True)
        code = RETRY if isinstance(exc, Fatal) and "info failed" in str(exc) else FATAL
    finally:
        call.note["code"] = code
        call.write()
    return code


def _run(arguments: list[str], storage: Path, call: Call, fault: str) -> int:
    options = arguments_of(arguments)
    root = inside(inside(storage, options.storage), options.user)
    return send(pairs(options, root), storage, call, fault)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
