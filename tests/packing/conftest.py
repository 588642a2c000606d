"""Packs of files that nobody has to render."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from farmdeck.job import Part
from farmdeck.packing import Pack, PackedFile
from farmdeck.scene import Software
from farmdeck.submission import Submission, stamp

Packed = Callable[[Mapping[str, bytes]], Pack]
LONG_AGO = 1_600_000_000


@pytest.fixture
def packed(tmp_path: Path) -> Packed:
    """A pack of files with such contents, by their place in it; they were written long ago."""

    def make(files: Mapping[str, bytes]) -> Pack:
        found = []
        for place, content in sorted(files.items()):
            source = tmp_path / "here" / place
            source.parent.mkdir(parents=True, exist_ok=True)
            if not source.exists() or source.read_bytes() != content:
                source.write_bytes(content)
                os.utime(source, (LONG_AGO, LONG_AGO))
            info = source.stat()
            found.append(PackedFile(place, source, info.st_size, info.st_mtime_ns))
        return Pack(tuple(found), (min(files),), ())

    return make


def contents(folder: Path) -> dict[str, bytes]:
    """What is in a folder: every file's bytes, by its path below it."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def submission(scene: Path, files: list[Path], software: str = "Maya") -> Submission:
    """Of a scene of one part."""
    part = Part("beauty", "beauty", ("beauty",), "", "1", 1, 1, "arnold", str(scene.parent / "a.####.exr"))
    return Submission(
        id="abcdefgh",
        name=scene.stem,
        created=0.0,
        owner="me",
        farm="farm",
        scene=stamp(str(scene)),
        software=Software(software, "2025"),
        parts=(part,),
        files=tuple(stamp(str(file)) for file in files),
    )
