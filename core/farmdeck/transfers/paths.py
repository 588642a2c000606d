r"""Where a local path lies at the farm, both ways.

| here | at the farm |
|---|---|
| `D:\w\a.exr`, `d:/w/a.exr` | `/D/w/a.exr` |
| `\\server\share\a.exr` | `//server/share/a.exr` |
| `/home/u/a.exr` | `/home/u/a.exr` |

The drive form is what the farm's Windows machines are set up for (rayvision_api 3.0.4.3, `convert_path`). A network
path keeps its two slashes, so that it can be told from a Linux path; the storage itself sees one slash, as the vendor's
client sends it. A path is refused where two different ones would meet at the farm or where a system changes names
silently: `..`, names that end with a dot or a blank, control characters, a colon after the drive, a backslash in a
Linux name, a Linux folder of one letter at the top (it would be a drive), a server of one letter.

Letters other than ASCII stay as they are, not normalised: a Linux disk can hold both spellings of an é as two files,
and the scene names one of them. Paths are texts here, never touched on disk, so each kind works on every system.
A person's maps (settings) replace the beginning of a path and go before the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .._errors import BadInput

_DRIVE = re.compile(r"([A-Za-z]):(?:/|$)")
_FARM_DRIVE = re.compile(r"/([A-Za-z])(?=/|$)")
_LETTER_SERVER = re.compile(r"//[A-Za-z?](?=/|$)")
_MAP = "Map its folder to another place at the farm in the settings."


@dataclass(frozen=True)
class PathMap:
    """`local` and all below it lies at `farm` and below; as read_maps makes them."""

    local: str
    farm: str


def read_maps(pairs: Iterable[Sequence[str]]) -> tuple[PathMap, ...]:
    """The settings' (local prefix, farm prefix) pairs, checked. Raises BadInput."""
    maps = []
    for pair in pairs:
        if len(pair) != 2:
            raise BadInput(f"{list(pair)} is no pair of paths.", "Give the path here and the path at the farm.")
        maps.append(PathMap(canonical(pair[0]), _farm_form(pair[1])))
    return tuple(maps)


def canonical(path: str) -> str:
    r"""A local path in the one form that stands for all ways to write it: forward slashes, `D:`, no `\\?\`.

    Raises BadInput for one that cannot be brought to a farm.
    """
    text = path
    if text.startswith("\\\\?\\UNC\\"):
        text = "\\\\" + text[8:]
    elif text.startswith("\\\\?\\"):
        text = text[4:]
    windows = text.replace("\\", "/")
    if _DRIVE.match(windows):
        return "/".join([windows[0].upper() + ":", *_parts(path, windows[2:], colon=False)])
    if windows.startswith("//"):
        parts = _parts(path, windows, colon=False)
        if len(parts) < 2:
            raise _refused(path, "names no folder of a server", "Give server, share and file.")
        return "//" + "/".join(parts)
    if not text.startswith("/"):
        raise _refused(path, "does not begin at a drive, a server or /", "Save the scene, or make the path absolute.")
    if "\\" in text:
        raise _refused(path, "has a backslash in a name", "Rename it.")
    return "/" + "/".join(_parts(path, text, colon=True))


def _parts(path: str, rest: str, colon: bool) -> list[str]:
    parts = [part for part in rest.split("/") if part not in ("", ".")]
    for part in parts:
        if part == "..":
            raise _refused(path, 'has ".." in it', "Make the path absolute.")
        if part[-1] in ". ":
            raise _refused(path, f"has a name that ends with a dot or a blank ({part!r})", "Rename it.")
        if any(ord(char) < 32 or ord(char) == 127 for char in part):
            raise _refused(path, "has a control character in it", "Rename it.")
        if any("\ud800" <= char <= "\udfff" for char in part):  # bytes that the file system could not decode
            raise _refused(path, "has a name that is no readable text", "Rename it.")
        if ":" in part and not colon:
            raise _refused(path, "has a colon in a name", "Rename it.")
    return parts


def _refused(path: str, why: str, fix: str) -> BadInput:
    return BadInput(f"{path!r} cannot be brought to the farm: it {why}.", fix)


def _farm_form(path: str) -> str:
    """A farm path as to_farm writes it. Raises BadInput."""
    if not path.startswith("/"):
        raise BadInput(f"The farm's path {path!r} does not begin with /.", "Write it like /D/project.")
    double = path.startswith("//")
    return ("//" if double else "/") + "/".join(_parts(path, path, colon=not double))


def to_farm(path: str, maps: Sequence[PathMap] = ()) -> str:
    """The place at the farm. Raises BadInput for what cannot be there, or not be told from another file there."""
    local = canonical(path)
    farm = _replaced(local, [(pair.local, pair.farm) for pair in maps]) or _plain(local)
    if _LETTER_SERVER.match(farm):
        raise _refused(path, f"would be {farm}, which the storage takes for a drive", _MAP)
    if not _same(_back(farm, maps), local):
        raise _refused(path, f"would be {farm}, which is the place of {_back(farm, maps)}", _MAP)
    return farm


def to_local(path: str, maps: Sequence[PathMap] = ()) -> str:
    """The local path, in its canonical form, of a place at the farm. Raises BadInput."""
    return _back(_farm_form(path), maps)


def explain(path: str, maps: Sequence[PathMap] = ()) -> str:
    """Where a path goes, or why it cannot, as a sentence for a person."""
    try:
        farm = to_farm(path, maps)
    except BadInput as exc:
        return str(exc)
    used = [pair for pair in maps if _replaced(canonical(path), [(pair.local, pair.farm)]) == farm]
    why = f", by the map {used[0].local} to {used[0].farm}" if used else ""
    if farm.startswith("//"):
        why += f" (the storage shows it as {farm[1:]})"
    return f"{path} is {farm} at the farm{why}."


def _plain(local: str) -> str:
    return f"/{local[0]}{local[2:]}" if _DRIVE.match(local) else local


def _back(farm: str, maps: Sequence[PathMap]) -> str:
    mapped = _replaced(farm, [(pair.farm, pair.local) for pair in maps])
    if mapped:
        return mapped
    drive = _FARM_DRIVE.match(farm)
    return f"{drive[1].upper()}:{farm[2:]}" if drive else farm


def _replaced(path: str, pairs: Iterable[tuple[str, str]]) -> str | None:
    """`path` with the longest beginning that a pair has, whole names only, replaced; None when none fits."""
    parts = path.rstrip("/").split("/")
    for old, new in sorted(pairs, key=lambda pair: -len(pair[0])):
        begin = old.rstrip("/").split("/")
        if _same("/".join(parts[: len(begin)]), "/".join(begin)):
            return "/".join([new.rstrip("/"), *parts[len(begin) :]]) or "/"
    return None


def _same(one: str, other: str) -> bool:
    """The same file: Windows does not tell capitals."""
    if one == other:
        return True
    windows = all(_DRIVE.match(path) or path.startswith("//") for path in (one, other))
    return windows and one.lower() == other.lower()
