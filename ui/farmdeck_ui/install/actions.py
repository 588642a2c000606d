"""`install` and `uninstall`: for this user, or on a studio's share."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from farmdeck.launch import POINTER_NAME, write_pointer
from farmdeck.places import config_folder

from .convention import Convention
from .hosts import HOSTS
from .machine import Machine, this_machine
from .swap import Removed, Written, put, take_away
from .writing import writing

AGENT_COMMAND = [sys.executable, "-I", "-m", "farmdeck_ui"]


@dataclass(frozen=True)
class Installed:
    """What was done for one place."""

    written: Written
    next_step: str
    """What makes it show, for a person: `start Maya anew`; "" on a share."""
    to_set: tuple[str, ...] = ()
    """What a studio sets on its machines; nothing for one user."""


def install(host: str, version: str | None = None, machine: Machine | None = None) -> list[Installed]:
    """Put Farmdeck into every release of the host that this user has, or into one; the same again updates.

    Raises BadInput when there is none, InstallError, AgentError.
    """
    machine = machine or this_machine()
    convention = HOSTS[host]
    places = convention.places(machine, version)
    write_pointer(AGENT_COMMAND, machine.environ)
    done = []
    for place in places:
        written = put(place, partial(convention.build, place), _kept_folder(machine))
        done.append(Installed(written, convention.enable(place, machine)))
    return done


def install_shared(
    host: str, folder: Path, version: str | None = None, machine: Machine | None = None
) -> list[Installed]:
    """Put the host's side of Farmdeck into a folder that many machines read. Raises BadInput, InstallError."""
    convention = HOSTS[host]
    place = convention.shared_place(folder.absolute(), version)
    written = put(place, partial(convention.build, place), _kept_folder(machine or this_machine()))
    return [Installed(written, "", tuple(convention.to_set(place)))]


def uninstall(host: str, version: str | None = None, machine: Machine | None = None) -> list[Removed]:
    """Take away what `install` wrote for this user, or for one release; those places that had it. Raises InstallError.

    With the last of all hosts goes the pointer file that tells them where Farmdeck's own program is.
    """
    machine = machine or this_machine()
    convention = HOSTS[host]
    if version is not None:
        places = convention.places(machine, version)
    else:
        places = [place for place in convention.looked_in(machine) if not place.studio]
    removed = []
    for place in places:
        convention.disable(place, machine)
        removed.append(take_away(place))
    if not any(_is_installed(each, machine) for each in HOSTS.values()):
        _remove_pointer(machine)
    return [each for each in removed if each.entries or each.left]


def uninstall_shared(host: str, folder: Path, version: str | None = None) -> list[Removed]:
    """Take away what `install_shared` wrote into the folder. Raises BadInput, InstallError."""
    removed = take_away(HOSTS[host].shared_place(folder.absolute(), version))
    return [removed] if removed.entries or removed.left else []


def _is_installed(convention: Convention, machine: Machine) -> bool:
    return any(place.manifest.exists() for place in convention.looked_in(machine))


def _kept_folder(machine: Machine) -> Path:
    """Where copies go of what is replaced although somebody changed it."""
    return config_folder(machine.environ) / "replaced"


def _remove_pointer(machine: Machine) -> None:
    """The pointer file, when it is the one that we write."""
    path = config_folder(machine.environ) / POINTER_NAME
    with writing(path):
        try:
            ours = json.loads(path.read_text(encoding="utf-8"))["command"] == AGENT_COMMAND
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return
        if ours:
            path.unlink()
