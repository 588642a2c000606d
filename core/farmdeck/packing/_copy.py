"""A pack in a folder that the farm's machines see."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from ..farm import Watch
from ..transfers import Item, Storage
from ..transfers.crew import Crew, Tell
from ..transfers.folder import FolderTransfer
from ..transfers.progress import batches, make_folder
from ._pack import Pack

COPIES = 4
"""At a time: each file waits until the disk, or the server behind it, says that it is safe."""


def copy_pack(pack: Pack, target: Path, watch: Watch) -> None:
    """Copy every file to its place below `target`; goes on from where it was, and skips what is there already.

    A file gets its name when it is whole. `watch.step` counts bytes. Raises FarmError, Cancelled.
    """
    make_folder(target)
    folder = FolderTransfer(target)

    def work(batch: Sequence[Item], tell: Tell) -> int:
        folder.upload(batch, Storage("", ""), Watch(lambda done, total: tell(done)))
        return sum(item.size for item in batch)

    crew = Crew(watch, COPIES, 0, pack.size)
    items = [Item(file.source, file.path, file.size) for file in pack.files]
    for size in crew.run(partial(work, batch) for batch in batches(items)):
        crew.whole(size)
