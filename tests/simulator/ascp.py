"""Stands in for Aspera's `ascp` and for the 2017 transmitter: the same command lines, a folder in place of servers.

    python ascp.py STORAGE PASSWORD -P 33001 -O 33001 -d -p -l 1000000 --overwrite=older SOURCE... TARGET
    python ascp.py STORAGE PASSWORD ENGINE SERVER IP PORT BID UID upload_files|download_files LOCAL REMOTE

Either TARGET or each SOURCE is `user@host:/path`; files lie at STORAGE/{user}/{account id}/{path}, the account id being
the user without `_upload` or `_download`. `older`: a file that is there, and not older, is skipped. Exit codes: 0; 1
for anything that fails, with a line that says why. Every call adds a line to STORAGE/.ascp.jsonl.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path

OPTIONS = ["-P", "33001", "-O", "33001", "-d", "-p", "-l", "1000000"]
REMOTE = re.compile(r"(?P<user>[^@/\\]+)@(?P<host>[^:/\\]+):/(?P<path>.*)")


def main(arguments: list[str]) -> int:
    """The exit code."""
    storage, password, *rest = arguments
    root = Path(storage)
    with (root / ".ascp.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(rest) + "\n")
    if sys.stdin.readline() != "y\n":
        return fail("Session Stop (Error: the server's key is not known)")
    return ascp(root, password, rest) if rest[:1] == ["-P"] else transmitter(root, rest)


def ascp(root: Path, password: str, rest: list[str]) -> int:
    if os.environ.get("ASPERA_SCP_PASS") != password:
        return fail("ascp: failed to authenticate, exiting.")
    if rest[:8] != OPTIONS or len(rest) < 11 or rest[8] not in ("--overwrite=older", "--overwrite=always"):
        return fail(f"ascp: usage: {rest[:9]}")
    always = rest[8].endswith("always")
    sources, target = [REMOTE.fullmatch(each) for each in rest[9:-1]], REMOTE.fullmatch(rest[-1])
    if any(sources) is (target is not None):
        return fail("ascp: one side has to be remote")
    for name, source in zip(rest[9:-1], sources, strict=True):
        there = place(root, target) if target else Path(rest[-1])
        code = copy(place(root, source) if source else Path(name), there, always)
        if code:
            return code
    return 0


def transmitter(root: Path, rest: list[str]) -> int:
    if len(rest) not in (9, 11) or rest[6] not in ("upload_files", "download_files"):
        return fail("usage: ENGINE SERVER IP PORT BID UID upload_files|download_files LOCAL REMOTE [COUNT KEEP]")
    there = root / rest[4] / rest[5] / rest[8].strip("/")
    return copy(Path(rest[7]), there, False) if rest[6] == "upload_files" else copy(there, Path(rest[7]), False)


def place(root: Path, remote: re.Match[str]) -> Path:
    user = remote["user"]
    return root / user / user.rpartition("_")[0] / remote["path"]


def copy(source: Path, folder: Path, always: bool) -> int:
    """A file or a folder into `folder`, with its own name."""
    if not source.exists():
        return fail(f"ascp: {source.name}: No such file or directory")
    files = [source] if source.is_file() else sorted(file for file in source.rglob("*") if file.is_file())
    for file in files:
        target = folder / file.relative_to(source.parent)
        if not always and target.exists() and target.stat().st_mtime >= file.stat().st_mtime:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, target)
    return 0


def fail(words: str) -> int:
    print(words, file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
