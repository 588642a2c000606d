"""What the installer knows of a host: where it looks, and what it wants to find there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from .machine import Machine

MANIFEST = "farmdeck-files.json"


@dataclass(frozen=True)
class Place:
    """A folder that a host reads, and the name of ours in it."""

    host: str
    """As on the command line: `maya`."""
    version: str
    """The release that reads it: `2025`, `20.5`; "" for every one."""
    folder: Path
    top: str
    """The folder of ours in `folder`: `farmdeck-maya`."""
    reads: str = ""
    """The file beside it that the host reads: `farmdeck.mod`; "" when that is inside."""
    program: str = ""
    """The application's executable where it is needed and known."""
    studio: bool = False
    """A share, or a folder of every user's: only `--shared` writes there or takes away."""

    @property
    def ours(self) -> Path:
        return self.folder / self.top

    @property
    def manifest(self) -> Path:
        return self.ours / MANIFEST

    @property
    def there(self) -> list[Path]:
        """What is there of the two."""
        return [path for path in (self.ours, self.folder / self.reads) if path != self.folder and path.exists()]


class Convention(Protocol):
    """One host's own way of being extended. What is asked for a version takes one as `--version` has it."""

    name: str
    """As on the command line."""
    label: str
    """For sentences."""

    def versions(self, machine: Machine) -> list[str]:
        """The releases that are there for this user, oldest first: by program and by settings folder."""

    def places(self, machine: Machine, version: str | None) -> list[Place]:
        """Where Farmdeck goes for this user. Raises BadInput when there is no such release."""

    def shared_place(self, folder: Path, version: str | None) -> Place:
        """The same on a studio's share. Raises BadInput."""

    def looked_in(self, machine: Machine) -> list[Place]:
        """Every place that the host reads: this user's, the machine's, what variables name. Some may not exist."""

    def build(self, place: Place, folder: Path) -> None:
        """Write into the empty `folder` what belongs into `place.folder`. Raises InstallError."""

    def dangling(self, place: Place) -> list[str]:
        """What the file that the host reads there names and is not there; a sentence of it if it cannot be read."""

    def enable(self, place: Place, machine: Machine) -> str:
        """Switch it on once it is in place; how, for a person: `start Maya`."""

    def disable(self, place: Place, machine: Machine) -> None:
        """Switch it off, before it is taken away."""

    def to_set(self, place: Place) -> Sequence[str]:
        """What a studio sets on its machines for a shared place, a line each."""
