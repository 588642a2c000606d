"""Packs to the Shaman of a Flamenco Manager, which keeps every file once, under its SHA-256.

Each round asks the Manager which files it lacks and uploads those, several at a time: so what was interrupted goes on
where it was, and what somebody else uploads meanwhile is not sent. Flamenco 3.9-beta1: pkg/api/flamenco-openapi.yaml
(shamanCheckoutRequirements, shamanFileStore, shamanCheckout); the numbers are those of its add-on (bat/shaman.py).
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Callable, NamedTuple

from .._errors import FarmError, FarmUnreachable, SceneChanged
from ..farm import Watch
from ..farms.flamenco.client import Client
from ..farms.flamenco.errors import Mismatch
from ..farms.flamenco.models import ShamanFile
from ..packing import Hashes, Pack, PackedFile
from .crew import Crew, Tell

ROUNDS = 50
FAILURES = 8
"""In one round, after which the Manager is asked again what it lacks.

A Manager (3.9-beta1) fails now and then while several files come: one upload removes the folder that another made.
"""
IDLE = 5
"""Rounds in a row that bring nothing, after which it is given up."""
DEFERRED = 8
"""Files that others are uploading and that are left to them in one round."""
UPLOADS = 4
"""At a time; so HASHERS."""
HASHERS = 2
PAUSE = 2.0
"""Seconds between two rounds when the one before brought nothing over."""
_UNSAFE = str.maketrans({letter: "_" for letter in "?*:;{}\\"})
"""Refused in a checkout's name (pkg/shaman/checkout)."""


def hash_pack(pack: Pack, hashes: Hashes, watch: Watch) -> tuple[ShamanFile, ...]:
    """The files of a pack as Shaman names them. `watch.step` counts bytes.

    Raises FarmError, SceneChanged, Cancelled.
    """

    def work(file: PackedFile, tell: Tell) -> tuple[PackedFile, str]:
        return file, hashes.sha256(file.source, tell)

    crew = Crew(watch, HASHERS, 0, pack.size)
    shas = {}
    for file, sha in crew.run(partial(work, file) for file in pack.files):
        shas[file.path] = sha
        crew.whole(file.size)
    return tuple(ShamanFile(shas[file.path], file.size, file.path) for file in pack.files)


def upload_pack(client: Client, pack: Pack, hashes: Hashes, watch: Watch) -> tuple[ShamanFile, ...]:
    """Bring every file to the Manager; returns what a checkout is made of. `watch.step` counts bytes.

    Raises FarmError (FarmUnreachable: call it again later, it goes on), SceneChanged, Cancelled.
    """
    with watch.telling(lambda done, total: None):
        files = hash_pack(pack, hashes, watch)
    sources = {(file.sha, file.size): packed for file, packed in zip(files, pack.files)}
    idle = 0
    for number in range(ROUNDS):
        missing = {(file.sha, file.size): status for file, status in client.shaman_missing(files)}
        wanted = [_Wanted(*key, sources[key]) for key in sources if key in missing]
        total, left = sum(size for _, size in sources), sum(each.size for each in wanted)
        watch.step(total - left, total)
        if not wanted:
            return files
        wanted.sort(key=lambda each: missing[each.sha, each.size] == "uploading")  # somebody else's come last
        turn = _Round(client, hashes, Crew(watch, UPLOADS, total - left, total), wanted, patient=number == 0)
        idle = 0 if turn.run() else idle + 1
        if idle == IDLE and turn.trouble is not None:
            raise turn.trouble
        if idle:
            watch.wait(PAUSE)
    raise FarmUnreachable(f"The Manager still lacks {len(wanted)} files after {ROUNDS} tries.", "Try again later.")


def checkout(client: Client, files: Sequence[ShamanFile], name: str) -> str:
    """Have the Manager lay out uploaded files in a folder of about that name; its own name for it. Raises FarmError."""
    return client.shaman_checkout(files, name.translate(_UNSAFE).strip("/ ") or "farmdeck")


class _Wanted(NamedTuple):
    """What the Manager lacks, and where it is here."""

    sha: str
    size: int
    file: PackedFile


class _Round:
    """One pass over what the Manager lacks."""

    def __init__(self, client: Client, hashes: Hashes, crew: Crew, wanted: Sequence[_Wanted], patient: bool) -> None:
        """`patient`: some that others are uploading are left to them."""
        self._client = client
        self._hashes = hashes
        self._crew = crew
        self._waiting = list(wanted)
        self._patience = DEFERRED if patient else 0
        self._failures = 0
        self.trouble: FarmError | None = None
        """What the last failure was."""

    def run(self) -> int:
        """How many files were brought over. Raises FarmError, SceneChanged, Cancelled."""
        brought = 0
        for wanted, outcome in self._crew.run(self._works()):
            if outcome in ("stored", "known"):
                self._crew.whole(wanted.size)
                brought += 1
            elif outcome == "deferred":
                self._patience -= 1
                random.shuffle(self._waiting)  # two who upload the same in the same order would meet at every file
            else:
                self._failures += 1
        return brought

    def _works(self) -> Iterator[Callable[[Tell], tuple[_Wanted, str]]]:
        while self._waiting and self._failures < FAILURES:
            yield partial(self._store, self._waiting.pop(0), self._patience > 0)

    def _store(self, wanted: _Wanted, defer: bool, tell: Tell) -> tuple[_Wanted, str]:
        """On a thread of the crew: `stored`, `known`, `deferred` or `failed`."""
        source, name = wanted.file.source, wanted.file.path
        own = Watch(lambda done, total: tell(done))
        try:
            return wanted, self._client.shaman_store(wanted.sha, wanted.size, source, name, defer, own)
        except Mismatch:
            self._hashes.forget(source)
            _check_unchanged(wanted.file)
            raise
        except FarmError as exc:  # or the Manager cut the connection since it has the file: the next round tells
            self.trouble = exc
            return wanted, "failed"


def _check_unchanged(file: PackedFile) -> None:
    """Raises SceneChanged when the file is not what was packed."""
    try:
        info = os.stat(file.source)
    except OSError as exc:
        raise SceneChanged(f"{file.source} cannot be read any more: {exc.strerror}.", "Submit the job again.") from exc
    if (info.st_size, info.st_mtime_ns) != (file.size, file.mtime_ns):
        raise SceneChanged(f"{file.source} changed while it was sent.", "Submit the job again.")
