"""A pack in a folder that the farm's machines see."""

from __future__ import annotations

from pathlib import Path

from ..farm import Watch
from ..transfers import Item, Storage
from ..transfers.folder import FolderTransfer
from ..transfers.progress import make_folder
from ._pack import Pack


def copy_pack(pack: Pack, target: Path, watch: Watch) -> None:
    """Copy every file to its place below `target`; goes on from where it was, and skips what is there already.

    A file gets its name when it is whole. `watch.step` counts bytes. Raises FarmError, Cancelled.
    """
    make_folder(target)
    items = [Item(file.source, file.path, file.size) for file in pack.files]
    FolderTransfer(target).upload(items, Storage("", ""), watch)
