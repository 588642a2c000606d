"""The list of what was written, with a checksum each: `uninstall` takes away that and nothing else.

It lies in our folder, so it travels with a bundle, and whoever finds one knows what it is and whether it is whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from farmdeck._errors import BadDocument
from farmdeck._version import __version__
from farmdeck.documents import read_schema, with_schema

from .convention import MANIFEST, Place

SCHEMA = "farmdeck.bundle/1"


@dataclass(frozen=True)
class Manifest:
    """What Farmdeck wrote into a folder."""

    host: str
    version: str
    """Farmdeck's."""
    files: Mapping[str, str]
    """The path below the folder, with `/`: its SHA-256 in hexadecimal digits."""
    made_folders: int = 0
    """How many folders, the folder itself and those above it, were made for it and go with it."""

    @property
    def entries(self) -> set[str]:
        """The names directly in the folder."""
        return {path.partition("/")[0] for path in self.files}


def describe(folder: Path, host: str, made_folders: int = 0) -> Manifest:
    """The manifest of all that is in `folder`."""
    files = {str(PurePosixPath(path.relative_to(folder))): _digest(path) for path in _files(folder)}
    return Manifest(host, __version__, files, made_folders)


def write_manifest(path: Path, manifest: Manifest) -> None:
    """The same manifest gives the same bytes."""
    text = json.dumps(with_schema(SCHEMA, manifest), indent=1, sort_keys=True) + "\n"
    path.write_bytes(text.encode())


def read_manifest(place: Place) -> Manifest | None:
    """What Farmdeck wrote there; None when it wrote nothing that it knows of."""
    try:
        manifest = read_schema(SCHEMA, Manifest, json.loads(place.manifest.read_text(encoding="utf-8")))
    except (OSError, ValueError, BadDocument):
        return None
    inside = all(_inside(path) for path in manifest.files) if isinstance(manifest.files, dict) else False
    return manifest if inside else None


def foreign_files(place: Place, entries: Iterable[str], manifest: Manifest | None) -> list[str]:
    """Paths below `place.folder`, in `entries`, of files that are not as Farmdeck wrote them.

    Compiled Python is nobody's: the host makes it of ours.
    """
    known = manifest.files if manifest else {}
    found = []
    for entry in sorted(entries):
        top = place.folder / entry
        for path in [top] if top.is_file() else _files(top):
            name = str(PurePosixPath(path.relative_to(place.folder)))
            if path != place.manifest and known.get(name) != _digest(path):
                found.append(name)
    return found


def missing_files(place: Place, manifest: Manifest) -> list[str]:
    """Paths of the manifest that are gone."""
    return [path for path in sorted(manifest.files) if not (place.folder / path).is_file()]


def _files(folder: Path) -> list[Path]:
    """Every file below `folder`, sorted, without compiled Python."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _inside(path: str) -> bool:
    """Whether a path of a manifest stays in its folder: it says what is deleted."""
    return isinstance(path, str) and not PurePosixPath(path).is_absolute() and not {"..", ""} & set(path.split("/"))


__all__ = ["MANIFEST", "Manifest", "describe", "foreign_files", "missing_files", "read_manifest", "write_manifest"]
