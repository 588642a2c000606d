"""The farm's storage: folders `ROOT/{bid}/{user id}/…`."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath


class Storage:
    """Where uploads arrive and results appear."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)

    def place(self, bid: str, user_id: int, remote: str = "") -> Path:
        """The file of a remote path. Raises ValueError for one that leaves the storage."""
        parts = [part for part in PurePosixPath(remote.replace("\\", "/")).parts if part not in ("/", "//")]
        if ".." in parts:
            raise ValueError(f"{remote!r} leaves the storage")
        return self.root.joinpath(bid, str(user_id), *parts)

    def config(self, bid: str, user_id: int, task_id: int, name: str) -> Path:
        """A configuration file of a task."""
        return self.place(bid, user_id, f"{task_id}/cfg/{name}")

    def write(self, file: Path, content: bytes) -> None:
        """Write a file that nobody ever sees in part."""
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(f".{file.name}.part")
        part.write_bytes(content)
        os.replace(part, file)
