"""What is put into which host, and whether all of it is well."""

from __future__ import annotations

import json
from collections.abc import Iterator

from farmdeck._version import __version__
from farmdeck.launch import POINTER_NAME, read_pointer
from farmdeck.places import config_folder

from ..finding import Finding
from .convention import Convention, Place
from .hosts import HOSTS
from .machine import Machine, this_machine
from .manifest import Manifest, foreign_files, missing_files, read_manifest

_SHOWN = 3
"""So many files are named."""


def look(machine: Machine | None = None) -> Iterator[Finding]:
    """At least one line for each host, then one for what tells them where Farmdeck's own program is."""
    machine = machine or this_machine()
    installed = False
    for convention in HOSTS.values():
        places = _distinct([place for place in convention.looked_in(machine) if place.there])
        installed |= bool(places)
        if not places:
            yield Finding(convention.label, True, _absent(convention, machine))
        for place in places:
            said = _trouble(convention, place)
            what = f"{__version__} in {place.ours}{_for(place)}"
            yield Finding(convention.label, not said, said or what)
        yield from _twice(convention, places)
    if installed:
        yield _pointer(machine)


def _absent(convention: Convention, machine: Machine) -> str:
    """A sentence for a host that has no Farmdeck."""
    versions = convention.versions(machine)
    if not versions:
        return "not on this machine"
    return f"{', '.join(versions)} without Farmdeck; `farmdeck install {convention.name}` puts it in"


def _trouble(convention: Convention, place: Place) -> str:
    """What is wrong there and what to do; "" when nothing is."""
    again = f"`{_command('install', place)}` puts it right."
    dangling = convention.dangling(place)
    if dangling:
        return f"The host finds nothing there: {', '.join(dangling[:_SHOWN])}. {again}"
    manifest = read_manifest(place)
    if manifest is None:
        return f"{place.ours} has no list of what Farmdeck wrote. Remove it, or {again}"
    if manifest.version != __version__:
        return f"{place.ours} is of Farmdeck {manifest.version}, this is {__version__}. {again}"
    return _changed(place, manifest, again)


def _changed(place: Place, manifest: Manifest, again: str) -> str:
    gone = missing_files(place, manifest)
    if gone:
        return f"Of {place.ours} {_some(gone)} missing. {again}"
    changed = foreign_files(place, [entry for entry in manifest.entries if (place.folder / entry).exists()], manifest)
    if changed:
        return (
            f"In {place.folder} {_some(changed)} not as Farmdeck wrote it. {again} Copies of what you changed are kept."
        )
    return ""


def _twice(convention: Convention, places: list[Place]) -> Iterator[Finding]:
    """More than one place that the same release reads."""
    versions = sorted({place.version for place in places if place.version}) or [""]
    for version in versions:
        reads = [place for place in places if place.version in ("", version)]
        if len(reads) > 1:
            where = " and ".join(str(place.ours) for place in reads)
            commands = " or ".join(f"`{_command('uninstall', place)}`" for place in reads)
            name = f"{convention.label} {version}".strip()
            yield Finding(
                convention.label, False, f"{name} has it more than once: {where}. Take one away with {commands}."
            )


def _pointer(machine: Machine) -> Finding:
    """The file by which plug-ins find Farmdeck's own program; FARMDECK_AGENT goes before it."""
    name, path = "Pointer file", config_folder(machine.environ) / POINTER_NAME
    named = machine.environ.get("FARMDECK_AGENT", "")
    command = read_pointer(machine.environ)
    if command:
        version = json.loads(path.read_text(encoding="utf-8")).get("version", "")
        if version == __version__:
            return Finding(name, True, f"{path} names {' '.join(command)}")
        return Finding(
            name, False, f"{path} is of Farmdeck {version}, this is {__version__}. Run `farmdeck install` again."
        )
    if path.exists():
        return Finding(name, False, f"{path} names a program that is gone. Run `farmdeck install` again.")
    if named:
        return Finding(name, True, f"none; FARMDECK_AGENT names {named}")
    return Finding(
        name, False, f"{path} is not there, so no host finds Farmdeck's own program. Run `farmdeck install` again."
    )


def _distinct(places: list[Place]) -> list[Place]:
    """Each folder once, also when two variables name it."""
    return list({(place.version, place.ours.resolve()): place for place in places}.values())


def _command(verb: str, place: Place) -> str:
    """What does it there: `farmdeck install blender --version 4.5`."""
    if place.studio:
        folder = place.folder.parent if place.host == "blender" else place.folder
        return f'farmdeck {verb} {place.host} --shared "{folder}"'
    return f"farmdeck {verb} {place.host}" + (f" --version {place.version}" if place.version else "")


def _for(place: Place) -> str:
    return f", for {place.version}" if place.version else ""


def _some(paths: list[str]) -> str:
    more = f" and {len(paths) - _SHOWN} more are" if len(paths) > _SHOWN else (" are" if len(paths) > 1 else " is")
    return ", ".join(paths[:_SHOWN]) + more
