"""Maya: a module, which is a `.mod` file and the folder that it names.

Syntax of a .mod file: Autodesk, Maya Developer Help, "Maya module paths, folders and versions" (2017 to 2025): relative
paths count from the file, `VARIABLE+:=path` puts a path below the module's folder behind what the variable has. Every
file of a `modules` folder is read as one, whatever it is called, so nothing else of ours lies there.
Where modules are: the same help, and hosts' own environment variables MAYA_APP_DIR and MAYA_MODULE_PATH.
"""

from __future__ import annotations

import re
from pathlib import Path

from farmdeck._errors import BadInput
from farmdeck._version import __version__

from .convention import Place
from .machine import Machine, in_order, version_of
from .travel import copy_host_side

OLDEST = 2023
MOD = "farmdeck.mod"
TOP = "farmdeck-maya"
_TEXT = f"""\
# Written by `farmdeck`; `farmdeck uninstall maya` takes it away.
+ Farmdeck {__version__} ./{TOP}
PYTHONPATH+:=.
PYTHONPATH+:=python
"""
_BLOCK = re.compile(r"^\+ (?:\w+:\S+ )*Farmdeck \S+ (.+)$", re.MULTILINE)


class Maya:
    """Maya 2023 and later."""

    name = "maya"
    label = "Maya"

    def versions(self, machine: Machine) -> list[str]:
        names = {path.name for path in _app_folder(machine).glob("20[0-9][0-9]")}
        names |= {path.name.lower().removeprefix("maya") for path in _program_folders(machine)}
        return in_order(name for name in names if version_of(name, 1))

    def places(self, machine: Machine, version: str | None) -> list[Place]:
        """The modules of every release, or those of one."""
        if version is not None:
            return [_place(_app_folder(machine) / _year(version) / "modules", _year(version))]
        if not any(int(found) >= OLDEST for found in self.versions(machine)):
            raise BadInput(
                f"No Maya from {OLDEST} on is found.",
                "Start Maya once, or name the version: farmdeck install maya --version 2025.",
            )
        return [_place(_app_folder(machine) / "modules", "")]

    def shared_place(self, folder: Path, version: str | None) -> Place:
        if version is not None:
            raise BadInput("One module on a share serves every Maya.", "Leave --version out.")
        return _place(folder, "", studio=True)

    def looked_in(self, machine: Machine) -> list[Place]:
        app = _app_folder(machine)
        own = [_place(app / version / "modules", version) for version in self.versions(machine)]
        listed = [_place(folder, "", studio=True) for folder in machine.listed("MAYA_MODULE_PATH")]
        return [_place(app / "modules", ""), *own, *listed]

    def build(self, place: Place, folder: Path) -> None:
        copy_host_side(self.name, folder / TOP, leave=["*.mod"])
        (folder / MOD).write_bytes(_TEXT.encode())

    def dangling(self, place: Place) -> list[str]:
        mod = place.folder / MOD
        try:
            roots = _BLOCK.findall(mod.read_text(encoding="utf-8", errors="replace"))
        except OSError as exc:
            return [f"{mod} cannot be read: {exc.strerror}"]
        gone = [str(mod.parent / root.strip()) for root in roots if not (mod.parent / root.strip()).is_dir()]
        return gone if roots else [f"{mod} names no folder of Farmdeck's"]

    def enable(self, place: Place, machine: Machine) -> str:
        return "start Maya anew"

    def disable(self, place: Place, machine: Machine) -> None:
        return None

    def to_set(self, place: Place) -> list[str]:
        return [f"MAYA_MODULE_PATH={place.folder}"]


def _place(folder: Path, version: str, studio: bool = False) -> Place:
    return Place("maya", version, folder, TOP, MOD, studio=studio)


def _year(version: str) -> str:
    """`2025` of `2025.3`. Raises BadInput."""
    year = version_of(version, 1)
    if not year or not 2000 < year[0] < 2100:
        raise BadInput(f'"{version}" is not a Maya version.', "Give one such as 2025.")
    if year[0] < OLDEST:
        raise BadInput(f"Maya {year[0]} is too old for Farmdeck.", f"It works from Maya {OLDEST} on.")
    return str(year[0])


def _app_folder(machine: Machine) -> Path:
    """MAYA_APP_DIR, or where Maya has it on each system."""
    if machine.environ.get("MAYA_APP_DIR"):
        return Path(machine.environ["MAYA_APP_DIR"])
    if machine.system == "windows":
        return machine.documents / "maya"
    if machine.system == "darwin":
        return machine.home / "Library" / "Preferences" / "Autodesk" / "maya"
    return machine.home / "maya"


def _program_folders(machine: Machine) -> list[Path]:
    """Autodesk's default folders, one a release; and MAYA_LOCATION, the folder of one."""
    parent, pattern = machine.root / "usr" / "autodesk", "maya20[0-9][0-9]"
    if machine.system == "windows":
        parent, pattern = machine.program_files / "Autodesk", "Maya20[0-9][0-9]"
    elif machine.system == "darwin":
        parent = machine.root / "Applications" / "Autodesk"
    location = Path(machine.environ.get("MAYA_LOCATION", ""))
    named = [path for path in (location, *location.parents) if path.name.lower().startswith("maya20") and path.is_dir()]
    return [*parent.glob(pattern), *named]
