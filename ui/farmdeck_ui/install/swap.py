"""Puts what a host reads in its place whole or not at all, and takes exactly that away again."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from .convention import Place
from .manifest import describe, foreign_files, read_manifest, write_manifest
from .writing import InstallError, writing


@dataclass(frozen=True)
class Written:
    """What was put in place."""

    place: Place
    entries: tuple[Path, ...]
    """The files and folders directly in `place.folder`."""
    files: int
    kept: str
    """The folder with copies of files that were not as Farmdeck wrote them; "" when all were."""


@dataclass(frozen=True)
class Removed:
    """What was taken away."""

    place: Place
    entries: tuple[Path, ...]
    """The files and folders directly in `place.folder` that are gone."""
    files: int
    left: tuple[Path, ...]
    """Files that are not as Farmdeck wrote them and stay."""


def put(place: Place, build: Callable[[Path], None], keep: Path) -> Written:
    """Write what `build` makes into `place.folder`, in the place of what Farmdeck wrote there before.

    Files in our places that are not as Farmdeck wrote them are copied into a new folder of `keep` first.
    Raises InstallError; then everything is as it was.
    """
    before = read_manifest(place)
    with writing(place.folder):
        made = before.made_folders if before else _missing_folders(place)
        place.folder.mkdir(parents=True, exist_ok=True)
        with _spare_folder(place.folder) as spare:
            fresh = spare / "new"
            fresh.mkdir()
            build(fresh)
            manifest = describe(fresh, place.host, made)
            write_manifest(fresh / place.top / place.manifest.name, manifest)
            old = _there(place, manifest.entries | (before.entries if before else set()))
            kept = _keep(place, foreign_files(place, old, before), keep)
            _exchange(place.folder, old, spare / "old", sorted(manifest.entries), fresh)
    entries = tuple(place.folder / name for name in sorted(manifest.entries))
    return Written(place, entries, len(manifest.files), kept)


def take_away(place: Place) -> Removed:
    """Remove what Farmdeck wrote into `place.folder`; what is not as it was written stays. Raises InstallError."""
    manifest = read_manifest(place)
    if manifest is None:
        return Removed(place, (), 0, tuple(place.there))
    with writing(place.folder):
        entries = _there(place, manifest.entries)
        left = foreign_files(place, entries, manifest)
        with _spare_folder(place.folder) as spare:
            _copy(place.folder, left, spare / "new")
            _exchange(
                place.folder, entries, spare / "old", sorted({path.split("/")[0] for path in left}), spare / "new"
            )
        _remove_made(place.folder, manifest.made_folders)
    gone = tuple(place.folder / name for name in entries if not (place.folder / name).exists())
    files = len(manifest.files) - len(set(left) & set(manifest.files))
    return Removed(place, gone, files, tuple(place.folder / path for path in left))


@contextmanager
def _spare_folder(folder: Path) -> Iterator[Path]:
    """A folder on the same disk, gone afterwards."""
    spare = Path(tempfile.mkdtemp(prefix=".farmdeck-", dir=folder))
    try:
        yield spare
    finally:
        shutil.rmtree(spare, ignore_errors=True)


def _there(place: Place, names: Iterable[str]) -> list[str]:
    """Those of the names that are in the folder. Raises InstallError for a link, which would lead us elsewhere."""
    found = [name for name in sorted({*names, place.top}) if (place.folder / name).exists()]
    for name in found:
        if (place.folder / name).is_symlink():
            raise InstallError(f"{place.folder / name} is a link, which Farmdeck did not make.", "Remove it first.")
    return found


def _exchange(folder: Path, leaving: list[str], aside: Path, coming: list[str], fresh: Path) -> None:
    """Rename `leaving` out of the folder and `coming` into it; all of it or nothing."""
    aside.mkdir()
    done: list[tuple[Path, Path]] = []
    moves = [(folder / name, aside / name) for name in leaving] + [(fresh / name, folder / name) for name in coming]
    try:
        for source, target in moves:
            source.rename(target)
            done.append((source, target))
    except OSError:
        for source, target in reversed(done):
            target.rename(source)
        raise


def _keep(place: Place, paths: list[str], keep: Path) -> str:
    """Copy the files into a folder of their own; its path, "" when there are none."""
    if not paths:
        return ""
    keep.mkdir(parents=True, exist_ok=True)
    kept = Path(tempfile.mkdtemp(prefix=f"{place.host}-", dir=keep))
    _copy(place.folder, paths, kept)
    return str(kept)


def _copy(source: Path, paths: list[str], target: Path) -> None:
    for path in paths:
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source / path, target / path)


def _missing_folders(place: Place) -> int:
    """How many folders have to be made; 0 on a share, whose folders are the studio's, and where bytes are compared."""
    return 0 if place.studio else sum(1 for path in (place.folder, *place.folder.parents) if not path.exists())


def _remove_made(folder: Path, count: int) -> None:
    """The folders that were made for it, while they are empty."""
    for path in (folder, *folder.parents)[:count]:
        if any(path.iterdir()):
            return
        path.rmdir()
