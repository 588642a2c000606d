"""What lies where: a path of this machine as the workers see it, and the way back.

Both are texts, of whatever system: the artist's may be Windows and the workers' Linux. What is sent begins with one of
the Manager's variables where one fits, `{jobs}/…` or `{projects}/…`: the Manager puts in the value for each worker's
platform (Flamenco 3.9-beta1, internal/manager/config/variables.go).
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..._errors import SettingsError

JOBS = "{jobs}"
"""The Manager's own variable for the shared storage (with Shaman: for the folder of its checkouts)."""
_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True)
class Root:
    """A folder that both sides can reach."""

    here: str
    """As this machine calls it."""
    sent: str
    """As it is said to the Manager: the workers' path, or a variable."""


@dataclass(frozen=True)
class Places:
    """The folders that both sides can reach. Where several hold a path, the innermost counts, then the first."""

    roots: tuple[Root, ...] = ()
    storage: str = ""
    """The shared storage as this machine calls it, whether it is mounted or not."""
    innermost: tuple[Root, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "innermost", tuple(sorted(self.roots, key=lambda root: -len(_parts(root.here)))))

    @property
    def mounted(self) -> bool:
        """Is the shared storage there for this machine?"""
        return bool(self.storage) and os.path.isdir(self.storage)

    def sent(self, path: str) -> str | None:
        """What is said to the Manager for a path of this machine; None for one that workers cannot reach."""
        for root in self.innermost:
            rest = below(path, root.here)
            if rest is not None:
                return joined(root.sent, rest)
        return None

    def here(self, text: str) -> str | None:
        """The path on this machine of what a job of the Manager's says; None where it cannot be reached."""
        for root in sorted(self.roots, key=lambda root: -len(_parts(root.sent))):
            rest = below(text, root.sent)
            if rest is not None:
                return joined(root.here, rest)
        return None


def make_places(storage: str, location: str, variables: Mapping[str, str], settings: Mapping[str, Any]) -> Places:
    """From what is known of a Manager and what a person says in the farm's `settings`.

    `storage`: where the shared storage is mounted here, "" for where the Manager says, which is `location`.
    `variables`: the two-way ones by name, with their values for this platform. Raises SettingsError for path maps that
    cannot be read.
    """
    mounted = storage or location
    every = [
        *read_maps(settings.get("path_maps", ())),
        *([Root(mounted, JOBS)] if mounted else []),
        *(Root(value, f"{{{name}}}") for name, value in variables.items() if _is_absolute(value)),
    ]
    return Places(tuple(every), mounted)


def read_maps(given: object) -> list[Root]:
    """The setting `path_maps`: [[here, at the workers], …]. Raises SettingsError."""
    rows = given if isinstance(given, Sequence) and not isinstance(given, str) else [given]
    maps = []
    for row in rows:
        pair = [str(each) for each in row] if isinstance(row, Iterable) and not isinstance(row, str) else []
        if len(pair) != 2 or not all(_is_absolute(each) for each in pair):
            raise SettingsError(
                f"A path map of the farm is {row!r}.", 'Write each as [here, at the workers]: ["P:/", "/mnt/projects"].'
            )
        maps.append(Root(*pair))
    return maps


def below(path: str, folder: str) -> str | None:
    """What of `path` is below `folder`, with forward slashes: "" for itself, None when it is not in it.

    Windows' paths and those below a variable are compared without case, as the Manager does; a path with `..` is below
    nothing.
    """
    inner, outer = _parts(path), _parts(folder)
    if ".." in inner or not outer or len(inner) < len(outer):
        return None
    if _same(inner[: len(outer)], outer, exact=not (_is_windows(folder) or folder.startswith("{"))):
        return "/".join(inner[len(outer) :])
    return None


def joined(folder: str, rest: str) -> str:
    """`rest`, with forward slashes, below `folder`, in the notation of the folder."""
    if not rest:
        return folder
    mark = "\\" if "\\" in folder else "/"
    return folder.rstrip("/\\") + mark + rest.replace("/", mark)


def parent(path: str) -> str:
    """The folder of a path of any notation."""
    return path[: max(path.rfind("/"), path.rfind("\\"), 0)]


def file_name(path: str) -> str:
    """The last part of a path of any notation."""
    return path[max(path.rfind("/"), path.rfind("\\")) + 1 :]


def platform(name: str = sys.platform) -> str:
    """This machine's system as the Manager calls it (OpenAPI: SubmittedJob.submitter_platform, a GOOS)."""
    return {"win32": "windows", "cygwin": "windows", "darwin": "darwin"}.get(name, "linux")


def _parts(path: str) -> list[str]:
    """The path's parts; the first says where it begins: `/`, `P:`, `//` for a server, `{jobs}`, or a plain name."""
    windows = _is_windows(path)
    slashed = path.replace("\\", "/") if windows or path.startswith("{") else path
    if slashed.startswith("//"):
        start, slashed = ["//"], slashed[2:]
    else:
        start = ["/"] if slashed.startswith("/") else []
    return start + [part for part in slashed.split("/") if part not in ("", ".")]


def _same(ours: Sequence[str], theirs: Sequence[str], exact: bool) -> bool:
    if exact:
        return list(ours) == list(theirs)
    return [part.casefold() for part in ours] == [part.casefold() for part in theirs]


def _is_windows(path: str) -> bool:
    return bool(_DRIVE.match(path)) or path.startswith(("\\\\", "//"))


def _is_absolute(path: str) -> bool:
    return path.startswith(("/", "{")) or _is_windows(path)
