"""How an account's files travel: chosen by its settings, or by what the farm says of the account."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable

from ..._errors import FarmError
from ...farm import Watch
from ...transfers import Item, Storage, Transfer
from ...transfers.folder import FolderTransfer
from ...transfers.vendor_program import program_path
from .ascp import Ascp, Transmitter, program
from .models import User
from .transfer import AscpTransfer

INCOMING = "incoming"


@dataclass(frozen=True)
class Picture:
    """One file that the farm made."""

    path: str
    """Below its task's folder, with forward slashes."""
    size: int
    modified: float
    """Seconds since the epoch."""


@dataclass(frozen=True)
class Carriage:
    """The ways up and down."""

    up: Transfer
    upload: Storage
    download: Storage
    down: FolderTransfer
    root: Path
    """What `down` takes from: the mounted storage, or a folder here that `mirror` fills."""
    mirror: AscpTransfer | None = None

    def pictures(self, folder: str, watch: Watch) -> list[Picture]:
        """What there is of one task. Aspera cannot list: everything that is new there is fetched first."""
        if self.mirror is not None:
            self.mirror.mirror(folder, self.mirrored(""), self.download, watch)
        top = self.mirrored(folder)
        found = [Path(base, name) for base, _, names in os.walk(top) for name in names if _is_whole(name)]
        return [_picture(file, top) for file in sorted(found)]

    def fetch(self, items: Sequence[Item], watch: Watch, done: Callable[[Item], None]) -> None:
        """Bring them here. What was fetched before and is no longer kept comes from the farm again."""
        if self.mirror is not None:
            gone = {item.remote.partition("/")[0] for item in items if not self.mirrored(item.remote).exists()}
            for folder in sorted(gone):
                self.mirror.mirror(folder, self.mirrored(""), self.download, watch)
        self.down.download(items, self.download, watch, done)

    def mirrored(self, folder: str) -> Path:
        """Where a remote file or folder is below `root`."""
        return self.root / self.download.id / self.download.user / folder


def _is_whole(name: str) -> bool:
    """Aspera names what it is at NAME.partial, with NAME.aspx beside."""
    return not name.startswith(".") and not name.endswith((".partial", ".aspx"))


def _picture(file: Path, top: Path) -> Picture:
    info = file.stat()
    return Picture(file.relative_to(top).as_posix(), info.st_size, info.st_mtime)


def choose(settings: Mapping[str, Any], user: User, password: Callable[[], str], folder: Path) -> Carriage:
    """`storage`: a folder; `aspera_server`: ascp (2016); neither: the account's own line (2017). Raises FarmError."""
    up, down = Storage(f"{user.id}_upload", user.id), Storage(f"{user.id}_download", user.id)
    if settings.get("storage"):
        root = Path(str(settings["storage"]))
        return Carriage(FolderTransfer(root), up, down, FolderTransfer(root), root)
    mirror = folder / INCOMING
    mirror.mkdir(parents=True, exist_ok=True)
    server = str(settings.get("aspera_server", ""))
    if server:
        ascp = AscpTransfer(Ascp(program(str(settings.get("ascp", "ascp"))), server, password()))
        return Carriage(ascp, up, down, FolderTransfer(mirror), mirror, ascp)
    if not user.transports:
        raise FarmError(
            f"The farm names no line for the files of {user.name}.", "Set aspera_server, or storage, for this farm."
        )
    fetched = program_path(folder)
    name = str(settings.get("transmitter", fetched if fetched.is_file() else "rayvision_transmitter"))
    transmitter = AscpTransfer(Transmitter(program(name), user.transports[0], user.id))
    up, down = Storage(user.upload_id, user.id), Storage(user.download_id, user.id)
    return Carriage(transmitter, up, down, FolderTransfer(mirror), mirror, transmitter)


def forget(folder: Path, ids: Iterable[int]) -> None:
    """Remove what `mirror` keeps here of these tasks."""
    for id in ids:
        for kept in (folder / INCOMING).glob(f"*/*/{id}_*"):
            shutil.rmtree(kept, ignore_errors=True)
