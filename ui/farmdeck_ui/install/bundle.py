"""A host's side of Farmdeck as one zip: the same input gives the same bytes."""

from __future__ import annotations

import os
import tempfile
import zipfile
from pathlib import Path

from farmdeck._version import __version__

from .blender import EXTENSION
from .convention import Place
from .hosts import HOSTS
from .manifest import describe, write_manifest
from .writing import writing

_TIME = (1980, 1, 1, 0, 0, 0)
"""Every file's: the oldest that a zip can say."""


def bundle_zip(host: str, folder: Path, version: str | None = None) -> Path:
    """Write `farmdeck-HOST-VERSION.zip` into the folder. Raises BadInput, InstallError.

    In it is what belongs into a folder that the host reads. Blender's own installer takes it as it is.
    """
    convention = HOSTS[host]
    place = convention.shared_place(folder.absolute(), version)
    target = folder / f"farmdeck-{host}-{__version__}.zip"
    with writing(target), tempfile.TemporaryDirectory() as temporary:
        content = Path(temporary)
        convention.build(place, content)
        write_manifest(content / place.top / place.manifest.name, describe(content, host))
        folder.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(target.name + ".new")
        _write_zip(content / _root(place), fresh)
        os.replace(fresh, target)
    return target


def _root(place: Place) -> str:
    """What is the top of the zip: an extension's manifest has to be there, a folder for all else."""
    return place.top if place.top == EXTENSION else ""


def _write_zip(content: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(path for path in content.rglob("*") if path.is_file()):
            info = zipfile.ZipInfo(path.relative_to(content).as_posix(), _TIME)
            info.create_system = 3  # Unix, wherever this runs
            info.external_attr = 0o100644 << 16
            archive.writestr(info, path.read_bytes(), zipfile.ZIP_DEFLATED, 9)
