"""Blender: from 4.2 on an extension of the repository `user_default`, before that a classic add-on.

https://docs.blender.org/manual/en/latest/advanced/deploying_blender.html: an extension that a studio has for all lies
in `$BLENDER_SYSTEM_EXTENSIONS/system`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from farmdeck._errors import BadInput
from farmdeck.launch import clean_environment

from .blender_switch import remove_note, switch_off, switch_on
from .convention import Place
from .machine import Machine, in_order, version_of
from .travel import copy_core, copy_first, copy_plugin, data_folder

PACKAGE = "farmdeck_blender"
EXTENSION = "farmdeck"
FIRST_EXTENSION = (4, 2)
OLDEST = (3, 4)


class Blender:
    """Blender 3.4 and later."""

    name = "blender"
    label = "Blender"

    def versions(self, machine: Machine) -> list[str]:
        return in_order([*dict(_programs(machine)), *_settings_versions(machine)])

    def places(self, machine: Machine, version: str | None) -> list[Place]:
        """The folder of each release, or of one. A release that is named but not found is taken at its word."""
        programs = dict(_programs(machine))
        if version is not None:
            return [_place(machine, _release(version), programs)]
        known = in_order([*programs, *_settings_versions(machine)])
        places = [_place(machine, found, programs) for found in known if version_of(found, 2) >= OLDEST]
        if not places:
            raise BadInput(
                "No Blender is found.",
                "Start Blender once, or name its version: farmdeck install blender --version 4.5.",
            )
        return places

    def shared_place(self, folder: Path, version: str | None) -> Place:
        """The folder that BLENDER_SYSTEM_EXTENSIONS names; for a release before 4.2 a scripts folder."""
        release = _release(version) if version is not None else ""
        if release and version_of(release, 2) < FIRST_EXTENSION:
            return Place("blender", release, folder / "addons", PACKAGE, studio=True)
        return Place("blender", release, folder / "system", EXTENSION, studio=True)

    def looked_in(self, machine: Machine) -> list[Place]:
        programs = dict(_programs(machine))
        places = []
        for version in in_order([*programs, *_settings_versions(machine)]):
            scripts, extensions = _folders(machine, version)
            program = programs.get(version, "")
            if version_of(version, 2) >= FIRST_EXTENSION:
                repositories = {
                    "user_default",
                    *(path.name for path in extensions.glob("*") if (path / EXTENSION).is_dir()),
                }
                places += [
                    Place("blender", version, extensions / name, EXTENSION, program=program)
                    for name in sorted(repositories)
                ]
            places.append(Place("blender", version, scripts / "addons", PACKAGE, program=program))
        system = machine.environ.get("BLENDER_SYSTEM_EXTENSIONS")
        return places + ([Place("blender", "", Path(system) / "system", EXTENSION, studio=True)] if system else [])

    def build(self, place: Place, folder: Path) -> None:
        """The add-on with its own copy of the core in it; only an extension has a manifest."""
        target = folder / place.top
        extension = place.top == EXTENSION
        copy_plugin(f"{self.name}/{PACKAGE}", target, leave=["_vendor", *([] if extension else ["*.toml"])])
        copy_first(target / "LICENSE", [data_folder("plugins") / self.name / "LICENSE"])
        (target / "_vendor").mkdir()
        (target / "_vendor" / "__init__.py").write_bytes(b'"""What the add-on brings along; see ../_core.py."""\n')
        copy_core(target / "_vendor" / "farmdeck")

    def dangling(self, place: Place) -> list[str]:
        first = place.ours / "__init__.py"
        return [] if first.is_file() else [str(first)]

    def enable(self, place: Place, machine: Machine) -> str:
        return switch_on(place.program, _module(place), _folders(machine, place.version)[0], machine.environ)

    def disable(self, place: Place, machine: Machine) -> None:
        if place.program and place.ours.exists():
            switch_off(place.program, _module(place), machine.environ)
        remove_note(_module(place), _folders(machine, place.version)[0])

    def to_set(self, place: Place) -> list[str]:
        if place.top == PACKAGE:
            return [f"In Blender's preferences, File Paths, Script Directories: {place.folder.parent}"]
        return [f"BLENDER_SYSTEM_EXTENSIONS={place.folder.parent}", "In Blender's preferences, Add-ons: Farmdeck on"]


def _module(place: Place) -> str:
    """What Blender calls it."""
    return f"bl_ext.{place.folder.name}.{EXTENSION}" if place.top == EXTENSION else PACKAGE


def _release(version: str) -> str:
    """`4.5` of `4.5.3`. Raises BadInput."""
    numbers = version_of(version, 2)
    if not numbers:
        raise BadInput(f'"{version}" is not a Blender version.', "Give one such as 4.5.")
    if numbers < OLDEST:
        raise BadInput(f"Blender {version} is too old for Farmdeck.", "It works from Blender 3.4 on.")
    return ".".join(map(str, numbers))


def _place(machine: Machine, version: str, programs: dict[str, str]) -> Place:
    scripts, extensions = _folders(machine, version)
    program = programs.get(version, "")
    if version_of(version, 2) >= FIRST_EXTENSION:
        return Place("blender", version, extensions / "user_default", EXTENSION, program=program)
    return Place("blender", version, scripts / "addons", PACKAGE, program=program)


def _folders(machine: Machine, version: str) -> tuple[Path, Path]:
    """Scripts and extensions as Blender finds them: each BLENDER_USER_… its own, BLENDER_USER_RESOURCES for all."""
    environ = machine.environ
    resources = environ.get("BLENDER_USER_RESOURCES")
    base = Path(resources) if resources else _user_root(machine) / version
    scripts = Path(environ.get("BLENDER_USER_SCRIPTS") or base / "scripts")
    return scripts, Path(environ.get("BLENDER_USER_EXTENSIONS") or base / "extensions")


def _user_root(machine: Machine) -> Path:
    """The folder that has one folder per release."""
    if machine.system == "windows":
        return machine.roaming / "Blender Foundation" / "Blender"
    if machine.system == "darwin":
        return machine.home / "Library" / "Application Support" / "Blender"
    return Path(machine.environ.get("XDG_CONFIG_HOME") or machine.home / ".config") / "blender"


def _settings_versions(machine: Machine) -> set[str]:
    names = {path.name for path in _user_root(machine).glob("[0-9]*.[0-9]*")}
    return {name for name in names if re.fullmatch(r"\d+\.\d+", name)}


def _programs(machine: Machine) -> Iterator[tuple[str, str]]:
    """(version, executable) of those that can be run; of two of one release the later one found is used."""
    for program in _candidates(machine):
        version = _version_of(program, machine)
        if version:
            yield version, program


def _candidates(machine: Machine) -> list[str]:
    if machine.system == "windows":
        found = sorted((machine.program_files / "Blender Foundation").glob("Blender */blender.exe"))
    elif machine.system == "darwin":
        found = sorted((machine.root / "Applications").glob("Blender*.app/Contents/MacOS/Blender"))
    else:
        found = [machine.root / "snap/bin/blender", *sorted((machine.root / "opt").glob("blender*/blender"))]
    on_path = shutil.which("blender", path=machine.environ.get("PATH"))
    named = [str(path) for path in found] + [on_path or "", machine.environ.get("FARMDECK_BLENDER", "")]
    return list(dict.fromkeys(os.path.realpath(path) for path in named if path and os.access(path, os.X_OK)))


def _version_of(program: str, machine: Machine) -> str:
    """`3.4` of `Blender 3.4.1`; "" when it does not say."""
    try:
        said = subprocess.run(
            [program, "--version"],
            env=clean_environment(machine.environ),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=30,
            check=False,
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
    match = re.search(r"^Blender (\d+)\.(\d+)", said, re.MULTILINE)
    return f"{match[1]}.{match[2]}" if match else ""
