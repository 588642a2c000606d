"""Houdini: a package, which is a `.json` file and the folder that it names.

SideFX, Houdini reference, "Houdini packages" (https://www.sidefx.com/docs/houdini/ref/plugins.html): packages are read
from `$HOUDINI_USER_PREF_DIR/packages`, `$HSITE/houdini<major>.<minor>/packages` and the folders that
`HOUDINI_PACKAGE_DIR` lists; `hpath` is put before HOUDINI_PATH, while any other variable is replaced unless it has a
`method`; HOUDINI_PACKAGE_PATH is the folder of the file that is being read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from farmdeck._errors import BadInput

from .convention import Place
from .machine import Machine, in_order, version_of
from .travel import copy_host_side

OLDEST = (19, 5)
JSON = "farmdeck.json"
TOP = "farmdeck-houdini"
_ROOT = f"$HOUDINI_PACKAGE_PATH/{TOP}"
_PACKAGE = {
    "enable": "houdini_version >= '19.5'",
    "load_package_once": True,
    "hpath": _ROOT,
    "env": [
        {"PYTHONPATH": {"value": [_ROOT, f"{_ROOT}/python"], "method": "prepend"}},
    ],
}


class Houdini:
    """Houdini 19.5 and later."""

    name = "houdini"
    label = "Houdini"

    def versions(self, machine: Machine) -> list[str]:
        return in_order([*_settings_versions(machine), *_program_versions(machine)])

    def places(self, machine: Machine, version: str | None) -> list[Place]:
        """The packages of each release, or of one."""
        wanted = self.versions(machine) if version is None else [_release(version)]
        places = [_own_place(machine, found) for found in wanted if version_of(found, 2) >= OLDEST]
        if not places:
            raise BadInput(
                "No Houdini from 19.5 on is found.",
                "Start Houdini once, or name the version: farmdeck install houdini --version 20.5.",
            )
        return places

    def shared_place(self, folder: Path, version: str | None) -> Place:
        if version is not None:
            raise BadInput("One package on a share serves every Houdini.", "Leave --version out.")
        return Place("houdini", "", folder, TOP, JSON, studio=True)

    def looked_in(self, machine: Machine) -> list[Place]:
        versions, site = self.versions(machine), machine.environ.get("HSITE")
        own = [_own_place(machine, version) for version in versions]
        sites = [(version, Path(site) / f"houdini{version}" / "packages") for version in versions if site]
        others = [*sites, *(("", folder) for folder in _package_folders(machine))]
        return own + [Place("houdini", version, folder, TOP, JSON, studio=True) for version, folder in others]

    def build(self, place: Place, folder: Path) -> None:
        copy_host_side(self.name, folder / TOP, leave=[JSON])
        (folder / JSON).write_bytes((json.dumps(_PACKAGE, indent=4) + "\n").encode())

    def dangling(self, place: Place) -> list[str]:
        path = place.folder / JSON
        try:
            named = json.loads(path.read_text(encoding="utf-8"))["hpath"]
        except OSError as exc:
            return [f"{path} cannot be read: {exc.strerror}"]
        except (ValueError, KeyError, TypeError):
            return [f"{path} is not a package that Houdini could read"]
        root = Path(str(named).replace("$HOUDINI_PACKAGE_PATH", str(place.folder)))
        return [] if root.is_dir() else [str(root)]

    def enable(self, place: Place, machine: Machine) -> str:
        return "start Houdini anew"

    def disable(self, place: Place, machine: Machine) -> None:
        return None

    def to_set(self, place: Place) -> list[str]:
        return [f"HOUDINI_PACKAGE_DIR={place.folder}"]


def _release(version: str) -> str:
    """`20.5` of `20.5.410`. Raises BadInput."""
    numbers = version_of(version, 2)
    if not numbers:
        raise BadInput(f'"{version}" is not a Houdini version.', "Give one such as 20.5.")
    if numbers < OLDEST:
        raise BadInput(f"Houdini {version} is too old for Farmdeck.", "It works from Houdini 19.5 on.")
    return ".".join(map(str, numbers))


def _own_place(machine: Machine, version: str) -> Place:
    """The packages of the settings folder that is there, else of the first that would do."""
    folders = [Path(path.replace("__HVER__", version)) for path in _settings_paths(machine)]
    settings = next((folder for folder in folders if folder.is_dir()), folders[0])
    return Place("houdini", version, settings / "packages", TOP, JSON)


def _settings_paths(machine: Machine) -> list[str]:
    """Where a release has its settings, `__HVER__` for its number, as HOUDINI_USER_PREF_DIR is written."""
    named = machine.environ.get("HOUDINI_USER_PREF_DIR")
    if named:
        return [named]
    if machine.system == "darwin":
        return [str(machine.home / "Library" / "Preferences" / "houdini" / "__HVER__")]
    if machine.system == "linux":
        return [str(machine.home / "houdini__HVER__")]
    # Houdini takes HOME where it is set, else Documents; a shell may set HOME that the Start menu does not have.
    bases = [machine.documents, *([Path(machine.environ["HOME"])] if machine.environ.get("HOME") else [])]
    return [str(base / "houdini__HVER__") for base in bases]


def _settings_versions(machine: Machine) -> Iterator[str]:
    for path in map(Path, _settings_paths(machine)):
        pattern = re.compile(re.escape(path.name).replace("__HVER__", r"(\d+\.\d+)"))
        matches = [pattern.fullmatch(folder.name) for folder in path.parent.glob("*")]
        yield from (match[1] for match in matches if match and match.groups())


def _program_versions(machine: Machine) -> Iterator[str]:
    """Of SideFX' default folders, one a build: `hfs20.5.410`, `Houdini 20.5.410`, `Houdini20.5.410`; and of HFS."""
    parent = machine.root / "opt"
    if machine.system == "windows":
        parent = machine.program_files / "Side Effects Software"
    elif machine.system == "darwin":
        parent = machine.root / "Applications" / "Houdini"
    for path in (*parent.glob("*"), Path(machine.environ.get("HFS", ""))):
        match = re.match(r"(?:hfs|houdini) ?(\d+\.\d+)", path.name.lower())
        if match:
            yield match[1]


def _package_folders(machine: Machine) -> list[Path]:
    """What HOUDINI_PACKAGE_DIR lists; `;` parts it on every system, `&` stands for the usual ones."""
    listed = [part for folder in machine.listed("HOUDINI_PACKAGE_DIR") for part in str(folder).split(";")]
    return [Path(part) for part in listed if part not in ("", "&")]
