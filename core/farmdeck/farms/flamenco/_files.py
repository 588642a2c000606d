"""A submission's files on their way to the workers: to Shaman, to the shared storage, or used where they lie."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import time
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from ..._errors import FarmError
from ...farm import Watch
from ...outputs import file_name as safe_name
from ...packing import Hashes, Pack, PackedFile, copy_pack, in_place, make_pack
from ...submission import Submission
from ._places import JOBS, Places, below, joined
from ._records import Records
from ._site import Manager
from .client import Client

AUTO = "auto"
LEFT_OVER = 7 * 86400.0
"""Seconds."""
COPIES = "farmdeck"
"""The folder of the shared storage that holds copied files."""
SCRIPTS = ".farmdeck-scripts"
"""The folder of a pack that holds what runs on the workers."""


class Way(str, Enum):
    """How files travel."""

    SHAMAN = "shaman"
    COPY = "copy"
    IN_PLACE = "in place"


@dataclass(frozen=True)
class Load:
    """What is to be brought."""

    submission: Submission
    scene: Path
    """The snapshot."""
    way: Way
    scripts: tuple[Path, ...] = ()
    """What runs on the workers; copied to the shared storage where the rest is used in place."""


@dataclass(frozen=True)
class Laid:
    """Files as the workers find them."""

    scenes: tuple[str, ...]
    """For each part the scene that renders it."""
    root: str = ""
    """The folder that holds everything; "" where files are used in place."""
    maps: tuple[tuple[str, str], ...] = ()
    """(folder here, folder below the root) for what a scene names by an absolute path."""
    scripts: str = ""
    checkout: str = ""
    """Shaman's, which goes when its job is deleted."""

    def find(self, path: str) -> str:
        """Where a folder of this machine is; "" for one that is not there."""
        for here, there in self.maps:
            rest = below(path, here)
            if rest is not None:
                return joined(self.root, "/".join(filter(None, (there, rest))))
        return ""


def stem(submission: Submission) -> str:
    """What folders of a submission are called at the farm."""
    return f"{submission.id}-{safe_name(submission.name)}"


def choose_way(
    wanted: str, submission: Submission, scene: Path, scripts: bool, manager: Manager, places: Places
) -> Way:
    """`wanted`: the option; `scripts`: are some to be brought? Raises FarmError for what cannot be, SceneError."""
    if wanted in (AUTO, Way.IN_PLACE.value):
        reasons = not_in_place(submission, scene, places)
        if scripts and not places.mounted:
            reasons.append("The shared storage is not mounted here.")
        if not reasons:
            return Way.IN_PLACE
        if wanted != AUTO:
            raise FarmError(f"The scene cannot be rendered where it lies. {' '.join(reasons)}", 'Choose "auto".')
    if wanted == Way.SHAMAN.value and not manager.shaman:
        raise FarmError("The Manager takes no uploads: Shaman is switched off there.", 'Choose "auto" for the files.')
    if manager.shaman and wanted != Way.COPY.value:
        return Way.SHAMAN
    if not places.mounted:
        raise FarmError(
            f"The farm's shared storage {places.storage} is not mounted here, so nothing can be copied to it.",
            "Mount it, say where it is in the farm's setting `storage`, or switch Shaman on in the Manager.",
        )
    return Way.COPY


def not_in_place(submission: Submission, scene: Path, places: Places) -> list[str]:
    """Why the workers cannot use the files where they lie, as sentences. Raises SceneError."""
    every = (str(scene), *(file.path for file in submission.files))
    hidden = [path for path in every if places.sent(path) is None]
    if hidden:
        more = f" and {len(hidden) - 1:,} more" if len(hidden) > 1 else ""
        return [f"The workers do not see {hidden[0]}{more}."]
    return in_place(submission, scene)


class Files:
    """The files of submissions at one Manager; any thread may use it."""

    def __init__(self, client: Client, records: Records, folder: Path) -> None:
        """`folder`: a folder of its own."""
        self._client = client
        self._records = records
        self._folder = folder
        self._lock = threading.Lock()
        self._hashes: Hashes | None = None
        self._packs: dict[str, Pack] = {}

    def close(self) -> None:
        with self._lock:
            if self._hashes is not None:
                self._hashes.close()
            self._hashes = None

    def hash(self, load: Load, watch: Watch) -> None:
        """Lay the files out, and find out what Shaman calls them. `watch.step` counts bytes. Raises FarmdeckError."""
        from ...transfers.shaman import hash_pack  # which imports from this package

        self._sweep()
        pack = self._pack(load, watch)
        if load.way is Way.SHAMAN:
            hash_pack(pack, self._known_hashes(), watch)

    def upload(self, load: Load, places: Places, watch: Watch) -> None:
        """Bring over what is not there yet. `watch.step` counts bytes. Raises FarmdeckError."""
        from ...transfers.shaman import upload_pack

        with watch.telling(lambda done, total: None):
            pack = self._pack(load, watch)
        if load.way is Way.SHAMAN:
            upload_pack(self._client, pack, self._known_hashes(), watch)
        elif pack.files:
            copy_pack(pack, _copies(load.submission, places), watch)

    def lay_out(self, load: Load, key: str, places: Places, watch: Watch) -> Laid:
        """Where the workers find them, for the job of the part `key`. Raises FarmdeckError."""
        with watch.telling(lambda done, total: None):
            pack = self._pack(load, watch)
            checkout = self._checkout(load.submission, pack, key, watch) if load.way is Way.SHAMAN else ""
        root = joined(JOBS, checkout or f"{COPIES}/{stem(load.submission)}")
        scripts = joined(root, SCRIPTS) if load.scripts else ""
        if load.way is Way.IN_PLACE:
            sent = places.sent(str(load.scene)) or ""  # as `choose_way` made sure
            return Laid((sent,) * len(load.submission.parts), scripts=scripts)
        return Laid(tuple(joined(root, scene) for scene in pack.scenes), root, pack.maps, scripts, checkout)

    def done_with(self, submission_id: str) -> None:
        """What was changed for the pack is not needed any more: the submission is sent."""
        self._packs.pop(submission_id, None)
        shutil.rmtree(self._folder / submission_id, ignore_errors=True)

    def remove_copies(self, submission: Submission, places: Places) -> None:
        """What was copied to the shared storage goes with its job, as a checkout does."""
        self.done_with(submission.id)
        if places.mounted:
            shutil.rmtree(_copies(submission, places), ignore_errors=True)

    def _checkout(self, submission: Submission, pack: Pack, key: str, watch: Watch) -> str:
        """Shaman's checkout for one job, made once. What Shaman threw away since the upload is brought again."""
        from ...transfers.shaman import checkout, upload_pack

        known = self._records.checkout(submission.id, key)
        if known is not None:
            return known
        files = upload_pack(self._client, pack, self._known_hashes(), watch)
        path = checkout(self._client, files, f"{stem(submission)}-{key}")
        self._records.checked_out(submission.id, key, path)
        return path

    def _pack(self, load: Load, watch: Watch) -> Pack:
        id = load.submission.id
        pack = self._packs.get(id)
        if pack is None:
            pack = Pack((), (), ())
            if load.way is not Way.IN_PLACE:
                pack = make_pack(load.submission, load.scene, self._folder / id, watch)
            pack = self._packs[id] = _with_scripts(pack, load.scripts)
        return pack

    def _sweep(self) -> None:
        """What was changed for submissions that were never sent goes after a week; it can be made again."""
        for folder in self._folder.glob("*/"):
            with contextlib.suppress(OSError):
                if time.time() - folder.stat().st_mtime > LEFT_OVER and folder.is_dir():
                    self.done_with(folder.name)

    def _known_hashes(self) -> Hashes:
        with self._lock:
            if self._hashes is None:
                self._hashes = Hashes(self._folder / "hashes.sqlite3")
            return self._hashes


def _with_scripts(pack: Pack, scripts: tuple[Path, ...]) -> Pack:
    infos = [(script, os.stat(script)) for script in scripts]
    more = [PackedFile(f"{SCRIPTS}/{script.name}", script, info.st_size, info.st_mtime_ns) for script, info in infos]
    return Pack(tuple(sorted((*pack.files, *more), key=lambda file: file.path)), pack.scenes, pack.maps)


def _copies(submission: Submission, places: Places) -> Path:
    return Path(places.storage) / COPIES / stem(submission)
