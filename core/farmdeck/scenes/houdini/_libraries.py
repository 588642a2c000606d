"""HDAs: which digital assets the nodes are made from, and where their libraries lie.

`.OPfallbacks` has lines `labs::Sop/splatter C:/…/splatter.hda`: the library that a type came from, then the same from
Houdini's own path (`otls/splatter.hda`). `.OPlibraries` lists libraries that the scene itself installs. `.OPdummydefs`
is a library (`INDX`, a table of names, offsets and sizes, big-endian, then the sections) with the parameters of every
type that is an HDA. A type that is in that table and for which no line tells a library is either from one that the
scene installs or, where it installs none, in the scene itself. Houdini's own libraries all lie in its install folder,
which those that are named `OPlib…` tell. Seen in files of Houdini 18 to 20.5.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ._rules import type_version

_FACTORY = re.compile(r"\$HFS|\$\{HFS\}|(?:.*/)?OPlib[^/]*$|oplib:|Internal", re.DOTALL)
"""Those in `$HFS` and its packages are called so: `OPlibSop.hda`, `packages/kinefx/otls/OPlibKineFX.hda` [real]."""
_HEAD = struct.Struct(">4s8xI")
_WORD = struct.Struct(">I")
_PLACE = struct.Struct(">III")
MAX_SECTIONS = 100_000
_WRITES = re.compile(rb'\bname +"([^"\n]{1,200})"|"filechooser_mode" "(write)"')
EMBEDDED = "Embedded"
"""`hou.HDADefinition.libraryFilePath()` of a definition in the scene itself."""


class Library(NamedTuple):
    """Where a type of node comes from."""

    type_name: str
    """Full, without the category: `labs::cable_generator::2.0`."""
    path: str
    """As the scene has it; EMBEDDED for a definition in the scene, "" for one of several that the scene installs."""


def is_factory(path: str, install: str = "") -> bool:
    """Does the library come with Houdini? (`$HFS/houdini/otls/OPlibSop.hda`)

    `install`: Houdini's folder as the paths of its libraries write it, "" where nothing tells it.
    """
    path, folder = path.replace("\\", "/"), install.replace("\\", "/").rstrip("/")
    return _FACTORY.match(path) is not None or (bool(folder) and path.startswith(folder + "/"))


def first_libraries(fallbacks: bytes) -> dict[str, str]:
    """The library that each type came from, by the type's key (`section_key`), Houdini's own among them."""
    found: dict[str, str] = {}
    for line in fallbacks.decode("utf-8", "replace").splitlines():
        key, _, path = line.partition(" ")
        found.setdefault(key, path.strip())
    return found


def install_folder(paths: Iterable[str]) -> str:
    """Where the Houdini lay that saved the scene, as the paths of its libraries write it; "" when none tells."""
    heads = (path.replace("\\", "/").rpartition("/houdini/otls/OPlib")[0] for path in paths)
    return next((head for head in heads if head), "")


def untold_library(installed: Sequence[str]) -> str:
    """Where a type comes from for which no line tells it; `installed` as from `scene_libraries`."""
    return "" if len(installed) > 1 else (*installed, EMBEDDED)[0]


def scene_libraries(raw: bytes, install: str) -> tuple[str, ...]:
    """The libraries that the scene installs, those of Houdini left out."""
    lines = (line.strip() for line in raw.decode("utf-8", "replace").splitlines())
    return tuple(dict.fromkeys(line for line in lines if line and not is_factory(line, install)))


def table(raw: bytes) -> dict[str, tuple[int, int]]:
    """The sections of a library by name (`labs::Sop/splatter`): where each begins, its size. Never raises."""
    if len(raw) < _HEAD.size or not raw.startswith(b"INDX"):
        return {}
    count, at = min(_HEAD.unpack_from(raw)[1], MAX_SECTIONS), _HEAD.size
    places: dict[str, tuple[int, int]] = {}
    for _ in range(count):
        if at + _WORD.size > len(raw):
            break
        name_end = at + _WORD.size + _WORD.unpack_from(raw, at)[0]
        if name_end + _PLACE.size > len(raw):
            break
        start, size, _ = _PLACE.unpack_from(raw, name_end)
        places[raw[at + _WORD.size : name_end].decode("utf-8", "replace")] = (start, size)
        at = name_end + _PLACE.size
    return {name: (at + start, size) for name, (start, size) in places.items() if "/" in name}


def written_parms(section: bytes) -> frozenset[str]:
    """The parameters of a type whose file chooser is for writing (`filechooser_mode` `write`)."""
    found, name = set(), ""
    for match in _WRITES.finditer(section):
        if match[2]:
            found.add(name)
        else:
            name = match[1].decode("utf-8", "replace")
    return frozenset(found)


def section_key(category: str, type_name: str) -> str:
    """`Sop`, `labs::cable_generator::2.0` -> `labs::Sop/cable_generator::2.0`: a type's name in a library."""
    parts = type_name.split("::")
    split = len(parts) - (2 if type_version(type_name) else 1)
    return "::".join([*parts[:split], category]) + "/" + "::".join(parts[split:])


def type_name(key: str) -> str:
    """A type's full name, of its key: `labs::Sop/splatter::2.0` -> `labs::splatter::2.0`."""
    left, _, name = key.partition("/")
    namespace = left.rpartition("::")[0]
    return f"{namespace}::{name}" if namespace else name
