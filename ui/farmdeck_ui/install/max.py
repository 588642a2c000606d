"""3ds Max: a package, which is a folder with a PackageContents.xml, in an ApplicationPlugins folder.

Autodesk, 3ds Max Developer Help, "Packaging Plug-ins": the folders are below %ALLUSERSPROFILE% (every user),
%APPDATA% (one user, no administrator needed) and %PROGRAMFILES%, and what ADSK_APPLICATION_PLUGINS lists: such a
folder, or since 2022.2 the package's own.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

from farmdeck._errors import BadInput

from .convention import Place
from .machine import Machine, in_order, version_of
from .travel import copy_host_side

TOP = "farmdeck-max"
XML = "PackageContents.xml"
_BELOW = Path("Autodesk") / "ApplicationPlugins"


class Max:
    """3ds Max 2023 and later, on Windows."""

    name = "max"
    label = "3ds Max"

    def versions(self, machine: Machine) -> list[str]:
        if machine.system != "windows":
            return []
        names = [path.name for path in (machine.program_files / "Autodesk").glob("3ds Max 20[0-9][0-9]")]
        names += [path.name for path in (machine.local / "Autodesk" / "3dsMax").glob("20[0-9][0-9] - 64bit")]
        names += [name for name in machine.environ if name.upper().startswith("ADSK_3DSMAX_X64_")]
        years = {name.removeprefix("3ds Max ").removesuffix(" - 64bit").rpartition("_")[2] for name in names}
        return in_order(year for year in years if version_of(year, 1))

    def places(self, machine: Machine, version: str | None) -> list[Place]:
        """The one place of this user."""
        _refuse_version(version)
        if machine.system != "windows":
            raise BadInput(
                "3ds Max runs on Windows only.", "Put it on a share for Windows machines: install max --shared FOLDER."
            )
        if not self.versions(machine):
            raise BadInput("No 3ds Max is found.", "Start 3ds Max once and try again.")
        return [_place(machine.roaming / _BELOW)]

    def shared_place(self, folder: Path, version: str | None) -> Place:
        _refuse_version(version)
        return _place(folder, studio=True)

    def looked_in(self, machine: Machine) -> list[Place]:
        if machine.system != "windows":
            return []
        listed = [
            folder.parent if folder.name == TOP else folder for folder in machine.listed("ADSK_APPLICATION_PLUGINS")
        ]
        everyones = [base / _BELOW for base in (machine.program_data, machine.program_files)]
        return [_place(machine.roaming / _BELOW), *(_place(folder, studio=True) for folder in [*everyones, *listed])]

    def build(self, place: Place, folder: Path) -> None:
        copy_host_side(self.name, folder / TOP)

    def dangling(self, place: Place) -> list[str]:
        path = place.ours / XML
        try:
            root = ET.fromstring(path.read_bytes())
        except OSError as exc:
            return [f"{path} cannot be read: {exc.strerror}"]
        except ET.ParseError:
            return [f"{path} is not a package that 3ds Max could read"]
        named = [entry.get("ModuleName", "") for entry in root.iter("ComponentEntry")]
        return [str(place.ours / name) for name in named if not (place.ours / name).exists()]

    def enable(self, place: Place, machine: Machine) -> str:
        return "start 3ds Max anew"

    def disable(self, place: Place, machine: Machine) -> None:
        return None

    def to_set(self, place: Place) -> list[str]:
        return [f"ADSK_APPLICATION_PLUGINS={place.folder}"]


def _place(folder: Path, studio: bool = False) -> Place:
    return Place("max", "", folder, TOP, studio=studio)


def _refuse_version(version: str | None) -> None:
    if version is not None:
        raise BadInput("One package serves every 3ds Max from 2023 on.", "Leave --version out.")
