"""Compares what the reader says of a .blend with what bpy 4.5 says, difference by difference.

Every difference must be one of CONVERSIONS: things that Blender changes while it loads an older or newer file. Each
row cites where Blender does so; a row that no file uses is reported by `unused`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Callable

from farmdeck.scene import Scene

FRAMES = (7, 123456)
"""As in bpy_facts.py."""


@dataclass(frozen=True)
class Difference:
    """One fact on which the two differ; `ours` is as the file says, `theirs` as bpy has it after loading."""

    file: str
    version: tuple[int, int]
    what: str
    subject: str
    ours: Any
    theirs: Any

    def __str__(self) -> str:
        name = os.path.basename(self.file)
        what = f"{name} {self.version}: {self.what} of {self.subject}"
        return f"{what}: {self.ours!r} in the file, {self.theirs!r} in bpy"


@dataclass(frozen=True)
class Conversion:
    """A change that Blender makes on load."""

    name: str
    cite: str
    applies: Callable[[Difference], bool]


def differences(path: str, ours: Scene, theirs: dict[str, Any]) -> Iterator[Difference]:
    """Every fact that differs."""
    version = (theirs["version"][0], theirs["version"][1])

    def differ(what: str, subject: str, a: Any, b: Any) -> Iterator[Difference]:
        if a != b:
            yield Difference(path, version, what, subject, a, b)

    yield from differ("version", path, ours.software.version, _version_text(version))
    yield from differ("cameras", path, list(ours.cameras), theirs["cameras"])
    yield from differ("frames", path, ours.frames, _range_text(*theirs["range"]))
    yield from differ("fps", path, ours.fps, theirs["fps"])
    yield from differ("items", path, [i.name for i in ours.items], [i["name"] for i in theirs["items"]])
    by_name = {item["name"]: item for item in theirs["items"]}
    for item in ours.items:
        other = by_name.get(item.name)
        if other is None:
            continue
        yield from differ("item cameras", item.name, list(item.cameras), other["cameras"])
        yield from differ("item frames", item.name, item.frames, _range_text(*other["range"]))
        yield from differ("width", item.name, item.width, other["width"])
        yield from differ("height", item.name, item.height, other["height"])
        yield from differ("renderer", item.name, item.renderer, other["renderer"])
        yield from differ("enabled", item.name, item.enabled, other["enabled"])
        if other["outputs"] != [item.output] * len(FRAMES):  # a movie is one file, whatever `#` is in its name
            yield from differ("output", item.name, [_numbered(item.output, f) for f in FRAMES], other["outputs"])
    yield from _asset_differences(path, version, ours, theirs)


def _asset_differences(
    path: str, version: tuple[int, int], ours: Scene, theirs: dict[str, Any]
) -> Iterator[Difference]:
    mine = {(a.kind, a.owner, a.files[0] if a.kind == "library" else a.path): a for a in ours.assets}
    other = {
        (a["kind"], a["owner"], a["files"][0] if a["kind"] == "library" else a["path"]): a for a in theirs["assets"]
    }
    for key in sorted(set(mine) & set(other)):
        a, b = mine.pop(key), other.pop(key)
        yield from _row_differences(path, version, " ".join(key), a, b)
    for key, a in sorted(mine.items()):  # the same file under another spelling is one difference, not two
        twin = next((k for k, b in other.items() if k[:2] == key[:2] and b["files"] == sorted(a.files)), None)
        b = other.pop(twin)["path"] if twin else None
        yield Difference(path, version, "path" if twin else "asset", " ".join(key[:2]), a.path, b)
    for key, row in sorted(other.items()):
        yield Difference(path, version, "asset", " ".join(key[:2]), None, row["path"] or row["files"][0])


def _row_differences(
    path: str, version: tuple[int, int], subject: str, a: Any, b: dict[str, Any]
) -> Iterator[Difference]:
    if sorted(a.files) != b["files"]:
        yield Difference(path, version, "files", subject, sorted(a.files), b["files"])
    if a.missing != b["missing"]:
        yield Difference(path, version, "missing", subject, a.missing, b["missing"])


def explain(found: list[Difference]) -> tuple[list[Difference], set[str]]:
    """(differences that no conversion explains, names of the conversions that were used)."""
    left, used = [], set()
    for difference in found:
        names = [row.name for row in CONVERSIONS + MADE_CONVERSIONS if row.applies(difference)]
        used.update(names)
        if not names:
            left.append(difference)
    return left, used


def _version_text(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]:02d}" if version[0] < 3 else f"{version[0]}.{version[1]}"


def _range_text(first: int, last: int, step: int) -> str:
    if last <= first:
        return str(first)
    return f"{first}-{last}" if step == 1 else f"{first}-{last}x{step}"


def _numbered(pattern: str, frame: int) -> str:
    folder, name = os.path.split(pattern)
    groups = list(re.finditer("#+", name))
    if not groups:
        return pattern
    start, end = groups[-1].span()
    return os.path.join(folder, name[:start] + str(frame).zfill(end - start) + name[end:])


def _slashes(difference: Difference) -> bool:
    ours, theirs = difference.ours, difference.theirs
    return difference.what == "path" and "\\" in ours and ours.replace("\\", "/") == theirs


def _engine(names: Iterable[str], to: str) -> Callable[[Difference], bool]:
    return lambda d: d.what == "renderer" and d.ours in names and d.theirs == to


def _before(major: int, minor: int, test: Callable[[Difference], bool]) -> Callable[[Difference], bool]:
    return lambda d: d.version < (major, minor) and test(d)


def _from(major: int, minor: int, test: Callable[[Difference], bool]) -> Callable[[Difference], bool]:
    return lambda d: d.version >= (major, minor) and test(d)


CONVERSIONS: tuple[Conversion, ...] = (
    Conversion(
        "EEVEE becomes EEVEE Next",
        "blenloader/intern/versioning_400.cc, do_versions_after_linking_400, file version 402.52",
        _before(4, 3, _engine(("BLENDER_EEVEE",), "BLENDER_EEVEE_NEXT")),
    ),
    Conversion(
        "Blender Internal becomes EEVEE, and that EEVEE Next",
        "blenloader/intern/versioning_280.c, blo_do_versions_280, file version 280.0; then as above",
        _before(2, 80, _engine(("BLENDER_RENDER",), "BLENDER_EEVEE_NEXT")),
    ),
    Conversion(
        "EEVEE of 5.x is unknown to 4.5, which shows its first engine",
        "blenloader/intern/versioning_500.cc, do_versions_after_linking_500, file version 500.9 (renamed back); "
        "makesrna/intern/rna_scene.cc, rna_RenderSettings_engine_get (an unknown id reads as the first)",
        _from(5, 0, _engine(("BLENDER_EEVEE",), "BLENDER_EEVEE_NEXT")),
    ),
    Conversion(
        "Back slashes become slashes",
        "blenkernel/intern/blendfile.cc, clean_paths",
        _slashes,
    ),
    Conversion(
        "Blender's own brushes are linked after loading",
        "blenkernel/intern/paint.cc, BKE_paint_brushes_ensure (the asset library that comes with Blender)",
        lambda d: d.what == "asset" and d.ours is None and "/datafiles/assets/brushes/" in d.theirs,
    ),
)
"""Used by the files in the shared folder of scenes; a row that none of them uses fails."""

MADE_CONVERSIONS: tuple[Conversion, ...] = (
    Conversion(
        "An engine that is not installed shows as the first one",
        "makesrna/intern/rna_scene.cc, rna_RenderSettings_engine_get",
        _engine(("STRANGE_ENGINE",), "BLENDER_EEVEE_NEXT"),
    ),
)
"""Used by files that the tests make themselves."""
