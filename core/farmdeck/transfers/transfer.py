"""The small interface of everything that brings files to a farm's storage and back.

A transfer runs in the agent, on one worker thread at a time. It keeps no record of what is done: `done(item)` is
called once an item is whole at its target, so that the caller can write that down and ask only for the rest next
time (manifest.py). To pause is to cancel the watch and to call again later with what is left.
"""

from __future__ import annotations

import abc
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from .._errors import FarmError
from ..farm import Watch

INSIDE, BETWEEN = "inside files", "between files"
PART = ".farmdeck-part"
"""What is not whole yet ends with this, on either side."""


class TransferError(FarmError):
    """The transfer cannot go on. What `done` was called for is safe."""


class FileError(TransferError):
    """One file cannot be brought over; the others can."""


@dataclass(frozen=True)
class TransferCan:
    """What a transfer can do; the panel says it."""

    pause: bool
    resume: str
    """`inside files` or `between files`: what an interrupted transfer need not send again."""
    cancel: str
    """`inside files` or `between files`: how soon it ends when it is told to."""


@dataclass(frozen=True)
class Item:
    """One file here and there."""

    local: Path
    """Absolute."""
    remote: str
    """Its place in the storage, with forward slashes; a slash at the beginning makes no difference."""
    size: int
    """Bytes, as it was scanned or as the farm lists it."""


@dataclass(frozen=True)
class Storage:
    """One storage of a user's at the farm."""

    id: str
    """The farm's transfer id of the storage, its `bid`."""
    user: str
    """The user's id, `uid`; the main account's where the farm says so."""


Done = Callable[[Item], None]


def nothing(item: Item) -> None:
    """For callers who keep no record."""


class Transfer(abc.ABC):
    """Brings files to a storage and back.

    In both directions: `watch.step` is told bytes over the whole call, never fewer than before, and raises Cancelled.
    A file that cannot be brought over does not stop the others; it is named at the end. Raises TransferError,
    Cancelled.
    """

    label: str = ""
    """As the settings show it: `Folder`, `Raysync`."""
    can: TransferCan

    @abc.abstractmethod
    def check(self) -> str:
        """Can it be used? A short phrase such as `Ready`. Raises TransferError when it cannot."""

    @abc.abstractmethod
    def upload(self, items: Sequence[Item], storage: Storage, watch: Watch, done: Done = nothing) -> None:
        """Send every item; one that changed since it was scanned is refused."""

    @abc.abstractmethod
    def download(self, items: Sequence[Item], storage: Storage, watch: Watch, done: Done = nothing) -> None:
        """Fetch every item and check its size; a file gets its name when it is whole, in place of what had it."""
