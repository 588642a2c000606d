"""The content-addressed store of files and its checkouts of links.

Source: Flamenco 3.9-beta1, pkg/shaman (filestore, checkout, fileserver).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import re
import shutil
import string
import threading
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

VALID_CHECKOUT = re.compile(r"[^/?*:;{}\\][^?*:;{}\\]*")


class Known(Exception):
    """The file is stored already, perhaps since a moment ago by someone else."""


class Mismatch(Exception):
    """Not the size or the checksum that was said."""


class Store:
    """Files by checksum and size in `folder`/file-store, checkouts in `folder`/jobs."""

    def __init__(self, folder: Path, enabled: bool) -> None:
        self.enabled = enabled
        self.files, self.checkouts = folder / "file-store", folder / "jobs"
        self._guard = threading.Lock()
        self._uploading: Counter[tuple[str, int]] = Counter()
        if enabled:
            for place in (self.files / "stored", self.files / "uploading", self.checkouts):
                place.mkdir(parents=True, exist_ok=True)

    def blob(self, sha: str, size: int) -> Path:
        """Where a file is when it is stored."""
        return self.files / "stored" / sha[:2] / sha[2:] / f"{size}.blob"

    def status(self, sha: str, size: int) -> str:
        """stored, uploading or unknown."""
        if self.blob(sha, size).is_file():
            return "stored"
        with self._guard:
            return "uploading" if self._uploading[sha, size] else "unknown"

    def missing(self, files: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Files that are not stored, each content once, with their status."""
        found: dict[tuple[str, int], dict[str, Any]] = {}
        for file in files:
            status = self.status(file["sha"], file["size"])
            if status != "stored":
                found.setdefault((file["sha"], file["size"]), {**file, "status": status})
        return list(found.values())

    def receive(self, sha: str, size: int, pieces: Iterator[bytes]) -> None:
        """Store a file. Raises Known as soon as someone else finished it, and Mismatch."""
        key = (sha, size)
        partial = self.files / "uploading" / uuid.uuid4().hex
        with self._guard:
            self._uploading[key] += 1
        try:
            digest, written = hashlib.sha256(), 0
            with partial.open("wb") as stream:
                for piece in pieces:
                    if self.blob(sha, size).is_file():
                        raise Known
                    stream.write(piece)
                    digest.update(piece)
                    written += len(piece)
            if written != size:
                raise Mismatch(f"file size mismatched, declared {size} but received {written} bytes")
            if digest.hexdigest() != sha:
                raise Mismatch(f"file SHA256 mismatched, declared {sha} but received {digest.hexdigest()}")
            self.blob(sha, size).parent.mkdir(parents=True, exist_ok=True)
            partial.replace(self.blob(sha, size))
        finally:
            partial.unlink(missing_ok=True)
            with self._guard:
                self._uploading[key] -= 1

    def check_out(self, files: list[dict[str, Any]], wanted: str) -> str:
        """Link files into a folder of their own; its path, made unique. Raises ValueError, FileExistsError."""
        if not VALID_CHECKOUT.fullmatch(wanted) or "../" in wanted or "/.." in wanted:
            raise ValueError(f'invalid checkout path "{wanted}"')
        path, folder = wanted, self.checkouts / wanted
        while folder.exists():
            path = f"{wanted}-{''.join(random.choices(string.ascii_lowercase + string.digits, k=4))}"
            folder = self.checkouts / path
        folder.mkdir(parents=True)
        try:
            for file in files:
                self._link(file, folder)
        except (ValueError, OSError):
            shutil.rmtree(folder)
            raise
        return path

    def _link(self, file: dict[str, Any], folder: Path) -> None:
        if self.status(file["sha"], file["size"]) != "stored":
            raise ValueError("unknown files requested in checkout")
        link = folder / file["path"]
        if folder not in Path(os.path.normpath(link)).parents:
            raise ValueError(f"the simulator refuses to link outside a checkout: {file['path']}")
        link.parent.mkdir(parents=True, exist_ok=True)
        target = os.path.relpath(self.blob(file["sha"], file["size"]), link.parent)
        if link.is_symlink() and os.readlink(link) == target:
            return
        link.symlink_to(target)

    def erase(self, path: str) -> None:
        """Remove a checkout, and the folder above where that leaves it empty."""
        folder = self.checkouts / path
        if path and VALID_CHECKOUT.fullmatch(path) and ".." not in path and folder.is_dir():
            shutil.rmtree(folder)
            if folder.parent != self.checkouts:
                with contextlib.suppress(OSError):
                    folder.parent.rmdir()
